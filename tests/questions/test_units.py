"""The split in money of deals: counted by the day they are opened, planned in money, said in money."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from test_monthly import split_in

from alignment_lib import questions
from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.team_pace import team_pace
from alignment_lib.questions.units import cases, deal_size, no_team_note, recounted, unit_note, unit_of


def opened(day, amount, team="marketing", deals=1, **more):
    return {"day": day, "team": team, "deals": deals, "pipeline": amount, **more}


OPENED = [opened("2026-10-05", 60_000.5), opened("2026-10-05", 1, "no lead"), opened("2026-10-20", 30_000, "sales"),
          opened("2026-11-02", 99_000)]  # fmt: skip
PLANNED = pd.DataFrame([
    {"month": "2026-10", "location": "all", "team": team, "leads": money}
    for team, money in (("marketing", 80_000.0), ("sales", 20_000.0))
]).assign(reached_share=None, joins_per_reached=None, value=None, revenue=None, clients=None)  # fmt: skip


@pytest.fixture
def month(make_month, riverside):
    return make_month(company=split_in(riverside, "pipeline"), pipeline=OPENED, plan=Plan(PLANNED),
                      daily=[{"leads": 7, "quality": 5}])  # fmt: skip


def test_pipeline_is_what_new_deals_opened_in_the_month_are_worth_with_leads_beside(month):
    now = monthly(month).loc["2026-10"]
    assert unit_of(month).called == "qualified pipeline"
    assert (now["marketing"], now["sales"], now["marketing_leads"]) == (60_000.5, 30_000, 7)
    assert (now["marketing_plan"], now["sales_attained"]) == (80_000, 1.5)


def test_pace_counts_money_by_the_day_of_opening_and_its_weeks_add_up(month):
    pace = team_pace(month, "marketing")
    assert pace.weeks["actual"].tolist() == [0, 60_000.5, 0, 0, 0]
    assert pace.weeks["plan"].sum() == 80_000
    said = questions.pace(month).finding
    assert said.startswith("Marketing-sourced qualified pipeline finished $20.0k under plan")
    assert "Sales-sourced pipeline was ahead in 1 of 5 weeks and finished $10.0k over plan." in said
    assert questions.pace(month).basis == "qualified pipeline by the day on which the deal was opened"


def test_a_week_behind_in_money_says_that_it_is_pipeline_and_no_revenue(make_month, riverside):
    deals = [{"opened_month": "2026-09", "outcome": "open", "deals": 40, "pipeline": 40_000.0, "squared": 4e7}]
    month = make_month(company=split_in(riverside, "pipeline"), pipeline=OPENED[2:], plan=Plan(PLANNED), deals=deals)
    asked = questions.pace(month).prompt.text
    assert re.match(r"The week of \d+ October fell \$[\d.]+k of pipeline behind its plan\. What could", asked)


def test_the_scorecard_prints_money_and_both_sides_of_the_split(month):
    answer = questions.scorecard(month)
    rows = answer.tables_shown[0].frame.set_index("key")
    assert rows.loc["marketing_leads", "unit"] == "money"
    assert "It came 67% and 33% of $90.0k." in answer.tables_shown[0].note
    assert "($60.0k of $80.0k qualified pipeline)" in answer.lists[0].items[0].text or not answer.lists[0].items[0].mark


def test_deals_of_neither_team_and_without_an_amount_are_said(make_month, riverside):
    rows = [*OPENED, opened("2026-10-06", 0, unpriced=2, deals=2)]
    month = make_month(company=split_in(riverside, "pipeline"), pipeline=rows)
    assert no_team_note(month) == "$1 of qualified pipeline has no lead of either team and counts for no team."
    assert unit_note(month) == "2 new deals without an amount count as none."


def test_money_is_as_many_cases_as_it_holds_deals_of_the_usual_size(make_month, riverside):
    deals = [{"opened_month": "2026-09", "outcome": "open", "deals": 4, "pipeline": 40_000.0, "squared": 4e8}]
    month = make_month(company=split_in(riverside, "pipeline"), deals=deals)
    assert deal_size(month) == 10_000 and cases(month, 30_000) == 3
    assert cases(make_month(), 30_000) == 30_000


def test_a_draft_of_pipeline_is_made_of_pipeline(make_month, riverside):
    months = {"2026-06": 5, "2026-07": 9, "2026-08": 6, "2026-09": 12}
    company = replace(split_in(riverside, "pipeline"), plan=riverside.plan.iloc[:0])
    plan = make_month(
        company=company, daily=[{"month": m, "leads": 90, "quality": 90} for m in ("2026-05", *months)],
        pipeline=[opened(f"{m}-03", money) for m, money in months.items()],
    ).plan  # fmt: skip
    assert plan.leads("2026-10", "marketing") == 9  # the mean of July to September; June may be half a month


def test_months_counted_by_a_rule_agreed_later_are_named(make_month, riverside):
    told = "What came before 1 September 2026 is counted anew, by the quality lead agreed since then."
    assert recounted(make_month(), Month(2025, 11)) == told
    assert recounted(make_month(), Month(2026, 9)) == ""  # no month before is shown
    assert recounted(make_month("2026-08"), Month(2025, 9)) == ""  # the rule of that time, for all months
    assert recounted(make_month(company=split_in(riverside, "leads")), Month(2025, 11)) == ""
    same = replace(riverside, playbooks=riverside.playbooks[-1:])
    assert recounted(make_month(company=same), Month(2025, 11)) == ""
