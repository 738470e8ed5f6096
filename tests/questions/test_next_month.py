"""What each team owes next month, where its leads should come from, and what the last actions brought.

A planned month: 60 leads of marketing and 40 of sales, 8 in 10 reached, 1 in 4 of these joins, $500 each: $10,000.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_months import PLAN_COLUMNS, months_to

from alignment_lib import open_month, questions
from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.playbook.small_files import SMALL_FILES, read_table
from alignment_lib.questions.actions import actions_of, usual_words
from alignment_lib.questions.next_month_tables import plan_table
from alignment_lib.questions.owed import leads_owed, owed_next

question = import_module("alignment_lib.questions.next_month")

OCTOBER, NOVEMBER = "2026-10", "2026-11"
MONTHS = months_to(OCTOBER, 14)
PLANNED = [*MONTHS, NOVEMBER]
CAME = {"marketing": (60, 48, 12, 6_000.0), "sales": (40, 32, 8, 4_000.0)}


def agreed(months=PLANNED, goal=10_000.0, places=("all",)):
    rows = []
    for month in months:
        for place in places:
            rows += [{"month": month, "location": place, "team": team, "leads": count}
                     for team, count in (("marketing", 65), ("sales", 35))]  # fmt: skip
            rows.append({"month": month, "location": place, "team": "shared", "revenue": goal, "clients": 20})
    return Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS))


def tallies(months=MONTHS, lag=0, places=("Northgate",), came=None):
    """Return months as planned; every win of a lead closes `lag` months later."""
    daily, revenue, yields = [], [], []
    for at, month in enumerate(months):
        for place in places:
            for team, usual in CAME.items():
                leads, reached, joins, money = (came or {}).get((month, team), usual)
                daily.append({"month": month, "team": team, "location": place, "leads": leads, "quality": leads,
                              "reached": reached, "quality_reached": reached})  # fmt: skip
                source = "Paid search" if team == "marketing" else "Referral"
                yields.append({"month": month, "team": team, "source": source, "location": place, "leads": leads,
                               "quality": leads, "campaign": "Free week"})  # fmt: skip
                if at >= lag:
                    revenue.append({"month": month, "created_month": months[at - lag], "team": team, "location": place,
                                    "clients": joins, "deals": joins, "revenue": money})  # fmt: skip
    return {"daily": daily, "revenue": revenue, "yields": yields}


def with_actions(riverside, *rows, in_money=False):
    columns, other = SMALL_FILES["actions"].columns, "expected_leads" if in_money else "expected_pipeline"
    made = [dict(zip((name for name in columns if name != other), row, strict=True)) for row in rows]
    frame = pd.DataFrame(made, columns=list(columns))
    amounts = dict.fromkeys(("expected_leads", "expected_pipeline", "budget"), float)
    return replace(riverside, actions=frame.astype(amounts | {"done": bool}))


@pytest.fixture
def owing(make_month, riverside):
    def build(plan=None, company=None, shape=None, **more):
        given = {"plan": plan or agreed(), "company": company or with_actions(riverside), **more}
        return make_month(OCTOBER, **given, **tallies(**(shape or {})))

    return build


# What is owed


def test_half_a_million_at_a_share_of_65_20_000_a_deal_and_a_close_rate_of_5_takes_325_leads():
    worth = {"marketing": 20_000 * 0.05, "sales": 20_000 * 0.05}
    assert leads_owed(500_000, {"marketing": 0.65, "sales": 0.35}, worth)["marketing"] == pytest.approx(325)
    in_money = leads_owed(500_000, {"marketing": 0.65, "sales": 0.35}, worth | {"sales": 500.0}, in_money=True)
    assert in_money == pytest.approx({"marketing": 325, "sales": 350})


@given(st.floats(1, 1e7), st.floats(0.01, 0.99), st.floats(1, 1e4), st.floats(1, 1e4))
def test_what_is_owed_brings_the_goal_and_falls_to_the_teams_as_agreed(goal, share, first, second):
    split, worth = {"marketing": share, "sales": 1 - share}, {"marketing": first, "sales": second}
    owed = leads_owed(goal, split, worth)
    assert sum(owed[team] * worth[team] for team in owed) == pytest.approx(goal)
    assert owed["marketing"] * (1 - share) == pytest.approx(owed["sales"] * share)
    money = leads_owed(goal, split, worth, in_money=True)
    assert money["marketing"] * first == pytest.approx(share * goal)


def test_a_steady_month_owes_what_brings_its_goal(owing):
    found, why = owed_next(owing())
    # Each lead is worth $100, so $10,000 take 100 of them, split 65/35.
    assert why == "" and found.leads == pytest.approx({"marketing": 65, "sales": 35})
    assert (found.earlier, found.rest, found.quick) == (0, 0, True)
    assert found.low == pytest.approx(found.leads)  # every month had the same rates, so there is no range
    assert found.high == pytest.approx(found.leads)


def test_leads_that_are_here_already_lower_what_is_owed(owing, make_month, riverside):
    steady, _ = owed_next(owing(shape={"lag": 1}))
    assert not steady.quick  # what is owed is for the month in which it falls due
    assert steady.leads == pytest.approx({"marketing": 65, "sales": 35})
    halves = tallies()
    rows = []
    for row in halves["revenue"]:  # half of each month's wins now, half a month later
        later = str(pd.Period(row["month"], "M") + 1)
        rows += [{**row, "clients": row["clients"] // 2, "revenue": row["revenue"] / 2},
                 {**row, "month": later, "clients": row["clients"] // 2, "revenue": row["revenue"] / 2}]  # fmt: skip
    halves["revenue"] = [row for row in rows if row["month"] <= OCTOBER]
    found, _ = owed_next(make_month(OCTOBER, plan=agreed(), company=with_actions(riverside), **halves))
    # October's 100 leads still bring half of their $10,000; November's own bring the other half, at $50 each by then.
    assert found.quick and found.earlier == pytest.approx(5_000)
    assert found.leads == pytest.approx({"marketing": 65, "sales": 35}) and found.worth["sales"] == pytest.approx(50)


def test_uneven_months_give_a_range(owing):
    came = {(month, "marketing"): (60, 48, 12, 3_000.0 if n % 2 else 9_000.0) for n, month in enumerate(MONTHS)}
    found, _ = owed_next(owing(shape={"came": came}))
    assert found.low["marketing"] < found.leads["marketing"] < found.high["marketing"]


def test_the_goal_is_covered_by_actions_and_the_rest_is_uncovered(owing, riverside, printable):
    company = with_actions(
        riverside, (NOVEMBER, "marketing", "Paid search", "Free week", "all", 50, 900, False)
    )
    answer = question.next_month(owing(company=company))
    printable(answer)
    assert answer.finding == (
        "The goal of November takes 65 quality leads from marketing and 35 from sales. "
        "The actions planned so far should bring 50 and 0. "
        "50 are uncovered; sources without an action usually bring 40."
    )
    table = answer.tables["owed"]
    assert table["uncovered"].tolist() == [15, 35, 50] and table["plan"].tolist() == [65, 35, 100]
    assert answer.prompt.text.startswith("Which action covers the 10 leads")  # the others usually come


def test_an_action_of_both_teams_covers_what_is_lacking_together(owing, riverside, printable):
    company = with_actions(riverside, (NOVEMBER, "shared", "Paid search", "Free week", "all", 70, 900, False))
    answer = question.next_month(owing(company=company))
    printable(answer)
    assert answer.tables["owed"]["uncovered"].tolist() == [65, 35, 30]
    assert answer.tables["owed"]["expected"].tolist() == [0, 0, 70]


def test_without_actions_the_usual_yields_stand_and_it_is_asked_which_are_done(owing, printable):
    answer = question.next_month(owing())
    printable(answer)
    assert answer.state == "poor"
    assert answer.finding.endswith("No actions are planned for it yet; the sources usually bring 100.")
    assert answer.prompt.text.startswith("No actions are planned for November. Which of the usual ones do we do,")
    usual = answer.tables["next_actions"]
    assert usual[["action", "usual"]].to_numpy().tolist() == [["Paid search", 60], ["Referral", 40]]


def test_without_a_plan_of_next_month_the_teams_are_asked_to_sign_one(make_month, riverside, printable):
    company = replace(with_actions(riverside), plan=riverside.plan.head(0))
    months = months_to(OCTOBER, 20)
    month = make_month(OCTOBER, company=company, **tallies(months))
    answer = question.next_month(month)
    printable(answer)
    assert "draft goal, not agreed" in answer.tables_shown[0].note and "plan" not in answer.tables_shown[0].columns
    assert answer.prompt.text.startswith("No plan of November is agreed.")
    assert [item.kind for item in question.agenda(month)] == ["plan"]


def test_a_plan_that_nobody_agreed_is_on_the_agenda_also_where_what_is_owed_cannot_be_said(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(OCTOBER, company=company, missing=["deals"], **tallies(months_to(OCTOBER, 20)))
    (item,) = question.agenda(month)
    assert item.kind == "plan" and item.asks.startswith("No plan of November is agreed.")


STATES = {
    "in progress": ({"partial": date(2026, 10, 18)}, "What November takes is worked out when October is over."),
    "deals stop": ({"ends": {"deals": date(2026, 10, 9)}}, "What November takes cannot be said: the deals stop on"),
    "no deals": ({"missing": ["deals"]}, "What November takes cannot be said: the exports hold no deals."),
    "no goal": ({"plan": agreed(goal=None)}, "No goal is recorded for November"),
    "one month": ({"shape": {"months": [OCTOBER]}}, "Too few joins with a known lead"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_where_it_cannot_be_said_what_is_owed_the_section_says_why(owing, printable, state):
    given, why = STATES[state]
    answer = question.next_month(owing(**given))
    printable(answer)
    assert answer.finding.startswith(why) and "plan_rows" not in answer.tables


# The proposed rows of plan.csv


def test_the_proposed_rows_can_be_written_into_plan_csv_as_they_stand(owing, tmp_path):
    places = ("Harbour", "Station")
    month = owing(plan=agreed(places=places, goal=5_000.0), shape={"places": places})
    found, _ = owed_next(month)
    table = plan_table(month, found)
    text = "\n".join([table.columns[0].label, *table.frame["line"]]) + "\n"
    (tmp_path / "plan.csv").write_text(text)
    problems: list = []
    plan = Plan(read_table("plan", tmp_path, problems))
    assert problems == []
    assert plan.leads(NOVEMBER, "marketing") == round(found.leads["marketing"])
    assert plan.revenue(NOVEMBER) == 10_000 and plan.revenue(NOVEMBER, "Station") == 5_000
    rates = plan.rates(NOVEMBER, "sales", "Harbour")
    assert (rates.reached_share, rates.joins_per_reached, rates.value) == (0.8, 0.25, 500)


# Actions


def test_an_action_counts_the_leads_of_its_source_campaign_and_location(owing, riverside):
    company = with_actions(
        riverside,
        (OCTOBER, "marketing", "Paid search", "", "all", 100, 0, True),
        (OCTOBER, "marketing", "Paid search", "Free week", "Station", 70, 0, True),
        (OCTOBER, "marketing", "Paid search", "New Year", "all", 5, 0, False),
        (OCTOBER, "sales", "Referral", "", "", 30, 0, True),
    )  # fmt: skip
    table = actions_of(owing(company=company, shape={"places": ("Station", "Harbour")}), Month.parse(OCTOBER))
    assert table["got"].tolist() == [120, 60, 0, 80]
    assert table["action"].tolist()[1] == "Paid search, Free week, Station"
    assert table["usual"].tolist()[:2] == [120, 60] and pd.isna(table["usual"][2])  # it never ran


def test_a_usual_yield_is_taken_per_planned_lead_so_that_growth_and_season_are_in_it(make_month, riverside):
    months = months_to(OCTOBER, 6)
    plan = agreed(months).agreed
    double = agreed([NOVEMBER]).agreed
    double["leads"] *= 2
    month = make_month(OCTOBER, plan=Plan(pd.concat([plan, double])), company=with_actions(
        riverside, (NOVEMBER, "sales", "Referral", "", "all", 40, 0, False)), **tallies(months))  # fmt: skip
    table = actions_of(month, Month.parse(NOVEMBER))
    assert table[["usual", "least", "most"]].to_numpy().tolist() == [[80, 80, 80]]
    assert "months of one season take two years" in usual_words(month, Month.parse(NOVEMBER))


@pytest.mark.parametrize(("with_plan", "usual", "said"), [(4, 80, True), (3, 80, True), (2, 40, False)])
def test_months_without_a_plan_are_left_out_of_what_is_usual_where_three_have_one(
        make_month, riverside, with_plan, usual, said):
    months = months_to(OCTOBER, 6)
    double = agreed([NOVEMBER]).agreed
    double["leads"] *= 2
    plan = Plan(pd.concat([agreed(months[-with_plan:]).agreed, double]))
    month = make_month(OCTOBER, plan=plan, company=with_actions(
        riverside, (NOVEMBER, "sales", "Referral", "", "all", 40, 0, False)), **tallies(months))  # fmt: skip
    assert actions_of(month, Month.parse(NOVEMBER))["usual"].tolist() == [usual]
    assert ("per planned lead" in usual_words(month, Month.parse(NOVEMBER))) == said


def test_with_two_years_only_months_like_it_say_what_is_usual(make_month, riverside):
    months = months_to(OCTOBER, 30)
    came = {(month, "sales"): (400, 32, 8, 4_000.0) for month in months if month[-2:] not in ("10", "11", "12")}
    month = make_month(OCTOBER, plan=agreed([*months, NOVEMBER]), company=with_actions(
        riverside, (NOVEMBER, "sales", "Referral", "", "all", 40, 0, False)), **tallies(months, came=came))  # fmt: skip
    table = actions_of(month, Month.parse(NOVEMBER))
    assert table[["usual", "least", "most"]].to_numpy().tolist() == [[40, 40, 40]]


def test_the_last_actions_are_shown_as_expected_and_got(owing, riverside):
    company = with_actions(riverside, (OCTOBER, "sales", "Referral", "", "all", 30, 0, False))
    table = question.next_month(owing(company=company)).tables["done_actions"]
    assert table[["expected", "got", "gap", "under"]].to_numpy().tolist() == [[30, 40, 10, "not marked as done"]]


def test_what_actions_got_by_the_middle_of_a_month_is_no_gap(owing, riverside, printable):
    company = with_actions(riverside, (OCTOBER, "sales", "Referral", "", "all", 80, 0, False))
    answer = question.next_month(owing(company=company, partial=date(2026, 10, 18)))
    printable(answer)
    (table,) = (one for one in answer.tables_shown if one.name == "done_actions")
    assert table.title == "The actions of October: expected and got so far"
    assert [column.label for column in table.columns] == ["Action", "Team", "Expected", "Got to 18 October", "Usual"]


# The sample


@pytest.mark.slow
def test_the_samples_november_takes_about_what_its_plan_was_made_for(tmp_path):
    params = tmp_path / "params" / "riverside"
    shutil.copytree(Path(__file__).parents[2] / "params" / "riverside", params)
    month = open_month(OCTOBER, params)
    found, _ = owed_next(month)
    for team in ("marketing", "sales"):  # the plan holds the world's own expectations
        assert found.low[team] * 0.95 < month.plan.leads(NOVEMBER, team) < found.high[team] * 1.05
    assert questions.agenda_items.agenda_of(month).minutes <= 60
