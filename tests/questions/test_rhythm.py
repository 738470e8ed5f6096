"""A rhythm above 31 days: stated or measured, revenue read per quarter, and coverage beside own quarters'."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from alignment_lib import questions
from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions import quality_or_follow_up
from alignment_lib.questions.baton_money import worth_of
from alignment_lib.questions.baton_words import describe_worth, too_early_for_worth
from alignment_lib.questions.cohort import Cohort
from alignment_lib.questions.coverage import coverage, describe_coverage, open_at_end
from alignment_lib.questions.definitions import when_rewarded
from alignment_lib.questions.depth import deepest_stage, describe_depth
from alignment_lib.questions.handled_cells import judged_months
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.rhythm import is_long, rhythm_days, same_part, span_of
from alignment_lib.questions.scorecard_rows import history, measures
from alignment_lib.questions.wins_and_promises import reward_list

MONTHS = [str(m) for m in Month.parse("2027-03").back(39)]


def slow(company, days=120):
    books = [book.model_copy(update={"rhythm_days": days}) for book in company.playbooks]
    for book, old in zip(books, company.playbooks, strict=True):
        book._in_force_from = old.in_force_from
    return replace(company, playbooks=tuple(books))


def goals(money=100.0):
    return Plan(pd.DataFrame([
        {"month": m, "location": "all", "team": "shared", "leads": None, "revenue": money, "clients": 1.0}
        for m in MONTHS
    ]).assign(reached_share=None, joins_per_reached=None, value=None))  # fmt: skip


@pytest.fixture
def make(make_month, riverside):
    """A company whose months bring 90, 100, 110, and again, up to the page's."""

    def month(period, **more):
        seen = [m for m in MONTHS if m <= period]
        sold = [{"month": m, "created_month": "2023-12", "revenue": 90.0 + 10 * (n % 3), "clients": 1}
                for n, m in enumerate(seen)]  # fmt: skip
        daily = [{"month": m, "leads": 5, "quality": 5} for m in seen]
        return make_month(period, company=slow(riverside), plan=goals(), revenue=sold, daily=daily, **more)

    return month


def test_the_rhythm_is_the_playbooks_or_the_age_at_which_four_of_five_wins_are_in(make_month, riverside):
    rows = [{"month": "2025-06", "age": age, "won": won} for age, won in ((5, 10), (28, 6), (70, 4), (140, 4))]
    assert rhythm_days(make_month(outcomes=rows)) == 70 and is_long(make_month(outcomes=rows))
    assert rhythm_days(make_month(outcomes=rows, company=slow(riverside, 20))) == 20
    young = [{**row, "month": "2026-06"} for row in rows]
    assert not is_long(make_month(outcomes=young))  # too young to say: read as a short one


def test_revenue_is_read_per_quarter_so_far_and_compared_with_quarters_as_far(make):
    august = make("2026-08")
    now = monthly(august).loc["2026-08"]
    assert (now["revenue"], now["goal"], now["month_revenue"]) == (190, 200, 100)
    assert span_of(august) == "quarter so far" and span_of(make("2026-09")) == "quarter"
    assert [m[-2:] for m in same_part(august, monthly(august)).index[-3:]] == ["02", "05", "08"]
    first = measures(august, monthly(august))[0]
    earlier, share = history(august, monthly(august), first)
    assert share == 0.95 and set(earlier[1:]) == {0.95}
    said = questions.scorecard(august).finding
    assert said.startswith("Revenue of the quarter so far came to $190 against a goal of $200 due by then (95%).")
    assert "ordinary" in said


def test_the_headline_of_a_long_rhythm_speaks_of_the_quarter(make):
    assert questions.in_one_minute(make("2026-09")).headline.startswith("We landed the quarter on the goal of $300")
    assert questions.in_one_minute(make("2026-08")).headline.startswith(
        "In the quarter so far we are $10 short of $200 due by then (95%)"
    )


def test_what_was_opened_by_then_and_closed_later_was_open():
    deals = pd.DataFrame(
        [("2026-07", "2026-08", "won", 1.0), ("2026-07", "2026-10", "lost", 2.0), ("2026-08", "", "open", 4.0),
         ("2026-09", "", "open", 8.0), ("2026-06", "", "won", 16.0)],
        columns=["opened_month", "closed_month", "outcome", "pipeline"],
    )  # fmt: skip
    assert open_at_end(deals, "2026-08") == 6.0  # 16 was won on a day that nobody wrote down


def test_coverage_stands_beside_that_from_which_own_quarters_landed(make):
    lost = {m: {"closed_month": str(Month.parse(m) + 4), "outcome": "lost"} for m in MONTHS if m <= "2026-05"}
    still = {"closed_month": "", "outcome": "open"}
    opened = [{"opened_month": m, "deals": 1, "pipeline": 150.0} | lost.get(m, still) for m in MONTHS if m <= "2026-09"]
    month = make("2026-09", deals=opened)
    found = coverage(month, monthly(month)["month_revenue"])
    assert found.now == 2.0 and found.before["attained"].eq(1).all()
    assert describe_coverage(month, found) == (
        "Open pipeline of $600 is 2.0× the goal of October–December 2026. "
        "Ten of ten quarters met their goal from 1.5× to 2.0×."
    )
    rows = questions.scorecard(month).tables_shown[0].frame.set_index("key")
    assert rows.loc["coverage", "actual"] == 2.0


def test_a_short_rhythm_has_no_coverage(make_month):
    assert "coverage" not in questions.scorecard(make_month(daily=[{"leads": 3}])).tables_shown[0].frame["key"].tolist()


def test_sources_are_judged_where_most_have_twelve_cases_and_the_stage_is_named(make_month, riverside):
    rows = [{"source": name, "leads": 200, "quality": 90, "dealt": dealt, "won": 3}
            for name, dealt in (("Referral", 60), ("Events", 30), ("Webinars", 12))]  # fmt: skip
    month = make_month(company=slow(riverside), sources=rows)
    stage, table = deepest_stage(month, Cohort(("2026-10",), True))
    assert stage == "dealt" and table["cases"].tolist() == [60, 30, 12]
    assert describe_depth(month, Cohort(("2026-10",), True)) == (
        "Most sources have too few joins, and are judged by deals opened, the deepest stage with twelve cases. "
        "30% of the leads of October 2026 from Referral came that far, 6% of those from Webinars."
    )
    alike = make_month(company=slow(riverside), sources=[{**row, "dealt": 30} for row in rows])
    assert describe_depth(alike, Cohort(("2026-10",), True)).endswith("No source is clearly apart there.")
    assert describe_depth(make_month(sources=rows), Cohort(("2026-10",), True)) == ""  # a short rhythm waits for wins


@pytest.mark.parametrize(
    ("more", "months"),
    [
        ({}, ("2026-04", "2026-06")),  # 28 October is 120 days after the 30th of June
        ({"as_of": date(2026, 10, 27)}, ("2026-03", "2026-05")),
        ({"ends": {"deals": date(2026, 9, 30)}}, ("2026-03", "2026-05")),
    ],
)
def test_leads_are_old_enough_when_all_tables_know_what_came_within_the_rhythm(make_month, riverside, more, months):
    judged = judged_months(make_month(company=slow(riverside), **more))
    assert (judged[0], judged[-1], len(judged)) == (*months, 3)
    assert judged_months(make_month(**more)) == ("2026-10",)


def aged(leads=60, won=6, before=("2025-12", "2026-01", "2026-02", "2026-03"), **more):
    """Return cells of April to June 2026, each after months with 10 of 100 won; October's own are not looked at."""
    like = {"grade": "high third", "handling": "in time"}
    rows = [{**like, "month": month, "leads": 100, "won": 10, "value": 100.0} for month in before]
    rows += [{**like, **more, "month": f"2026-0{n}", "leads": leads, "won": won} for n in (4, 5, 6)]
    return [*rows, {**like, "month": "2026-10", "leads": 500, "won": 500}]


def test_a_long_rhythm_judges_the_latest_leads_old_enough_or_says_what_is_lacking(make_month, riverside, printable):
    def said(**more):
        answer = quality_or_follow_up(make_month(company=slow(riverside), cells=aged(**more)))
        printable(answer)
        return answer.finding

    assert said() == (
        "Of the 180 leads of April–June 2026 due a reply, the latest old enough, 18 joined; at the rate of the 4 "
        "months before it would be 18. There is no difference to look into."
    )
    latest = "Most joins take up to 120 days. Leads of April–June 2026 are the latest that old, and too few"
    assert said(leads=6, won=1) == f"{latest} of them were due a reply (18)."
    assert said(before=()) == f"{latest} joins of earlier leads are known to compare with."


def test_batons_of_a_long_rhythm_are_worth_what_their_own_months_came_to(make_month, riverside):
    def said(**more):
        month = make_month(company=slow(riverside), batons=[{"baton": "late", "leads": 4}], cells=aged(**more))
        worth = worth_of(month)
        return describe_worth(month, worth, {}) if worth else too_early_for_worth(month)

    assert said(won=6, baton="given up early") == [
        "The leads of dropped batons of April–June 2026, the latest old enough, brought as much within 120 days as "
        "leads like them handled as promised."
    ]
    assert said(won=0, baton="given up early")[0].startswith(
        "Dropped batons in leads of April–June 2026, the latest old enough, are worth about $"
    )
    assert said(before=("2026-03",), baton="given up early") == [
        "What dropped batons are worth is not known yet: most joins take up to 120 days, and too few are known of "
        "leads that old."
    ]


@pytest.mark.parametrize(("period", "says"), [
    ("2026-08", "When the shared goal is reached:"),  # 106% of what is due by then
    ("2026-09", "The quarter reached the shared goal (111%), so this applies:"),
])  # fmt: skip
def test_the_reward_waits_for_the_end_of_a_quarter(make, period, says):
    month = replace(make(period), plan=goals(90.0))
    assert when_rewarded(month) == says
    assert bool(reward_list(month).items) == says.startswith("The quarter")


def test_the_best_quarter_is_counted_in_quarters(make_month, riverside):
    sold = [{"month": m, "created_month": "2023-12", "revenue": 120.0 if m > "2026-12" else 90.0, "clients": 1}
            for m in MONTHS]  # fmt: skip
    month = make_month("2027-03", company=slow(riverside), plan=goals(), revenue=sold,
                       daily=[{"month": m, "leads": 5, "quality": 5} for m in MONTHS])  # fmt: skip
    leads = [item.lead for item in questions.wins_and_promises(month).lists[0].items]
    assert "Shared revenue of the quarter came to 120% of plan, the best in 13 quarters." in leads
