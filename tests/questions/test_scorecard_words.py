"""What the scorecard says: revenue against its goal, what is ordinary, and the clearest other signal."""

from dataclasses import replace

import pandas as pd
import pytest
from made_months import leads, planned, won

from alignment_lib.period import Month
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.scorecard_rows import team_scores
from alignment_lib.questions.scorecard_words import (
    describe_reading,
    describe_revenue,
    describe_rows,
    describe_scores,
    longer_run,
)
from alignment_lib.questions.units import LEADS
from alignment_lib.signals import Reading, Test
from alignment_lib.stats.usual_range import Range

USUAL = Range(mean=1.0, low=0.8, high=1.2, moving_range=0.075, n=13)
OCTOBER = Month.parse("2026-10")


def test_a_score_is_its_arithmetic_and_is_not_capped(make_month, words):
    tallies = {
        "daily": [leads("2026-10", count=72), leads("2026-10", "sales", 30)],
        "revenue": [won("2026-10", 9_000)],
    }
    scores = team_scores(month := make_month(plan=planned(["2026-10"]), **tallies), monthly(month))

    assert scores["team"].tolist() == ["marketing", "sales"]
    assert scores["score"].tolist() == pytest.approx([0.5 * 1.2 + 0.5 * 0.9, 0.5 * 0.75 + 0.5 * 0.9])
    assert [item.text for item in describe_scores(words, scores, LEADS).items] == [
        "= 50% × 120% of its own plan (72 of 60 leads) + 50% × 90% of the shared goal",
        "= 50% × 75% of its own plan (30 of 40 leads) + 50% × 90% of the shared goal",
    ]


def test_without_a_plan_there_is_no_score(make_month, words, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(company=company, daily=[leads("2026-10")], revenue=[won("2026-10")])
    items = describe_scores(words, team_scores(month, monthly(month)), LEADS).items
    assert [(item.lead, item.text) for item in items] == [
        ("No score this month.", "A score takes a shared goal and a plan of leads, agreed or drafted.")
    ]


@pytest.mark.parametrize("revenue, goal, draft, until, says", [
    (152_315, 164_300, False, "", "Revenue came to $152.3k against a goal of $164.3k (93%)."),
    (164_300, 164_300, False, "", "Revenue came to $164.3k against a goal of $164.3k (100%)."),
    (400, 300, False, "", "Revenue came to $400 against a goal of $300 (133%)."),
    (152_315, 164_300, True, "", "Revenue came to $152.3k against a draft goal of $164.3k, not agreed yet (93%)."),
    (40_000, 80_000, False, "18 October",
     "To 18 October, revenue came to $40.0k against a goal of $80.0k due by then (50%)."),
    (152_315, float("nan"), False, "", "Revenue came to $152.3k; no goal is recorded for October 2026."),
    (152_315, 0, False, "", "Revenue came to $152.3k; no goal is recorded for October 2026."),
    (float("nan"), 80_000, False, "", "Revenue of October 2026 is not known, because the exports hold no deals."),
])  # fmt: skip
def test_revenue_against_its_goal(words, revenue, goal, draft, until, says):
    assert describe_revenue(words, OCTOBER, revenue, goal, draft, until) == says


@pytest.mark.parametrize("kind, months, usual, attained, announced, says", [
    ("little", 0, None, 0.9, False,
     "No earlier month compares, so there is no usual range yet; it takes eight."),
    ("little", 1, None, 0.9, False, "With one earlier month there is no usual range yet; it takes eight."),
    ("little", 4, None, 0.9, False, "With four earlier months there is no usual range yet; it takes eight."),
    ("usual", 13, USUAL, 0.93, False, "That is inside the usual range of 80–120%: short, but ordinary."),
    ("usual", 13, USUAL, 1.0, False, "That is inside the usual range of 80–120%: on plan, and ordinary."),
    ("usual", 13, USUAL, 1.1, False, "That is inside the usual range of 80–120%: over, and ordinary."),
    ("below", 13, USUAL, 0.6, True, "That is below the usual range of 80–120%: not an ordinary month."),
    ("above", 13, USUAL, 1.6, True, "That is above the usual range of 80–120%: not an ordinary month."),
    ("below", 13, USUAL, 0.79, False,
     "That is below the usual range of 80–120%; not clear enough to announce by itself."),
    ("shifted down", 13, USUAL, 0.9, False,
     "That is inside the usual range of 80–120%, but the last months lie mostly below its middle."),
    ("shifted up", 13, USUAL, 1.1, False,
     "That is inside the usual range of 80–120%, but the last months lie mostly above its middle."),
])  # fmt: skip
def test_only_an_announced_month_is_called_unusual(words, kind, months, usual, attained, announced, says):
    assert describe_reading(words, Reading(kind, months), usual, attained, announced) == says


def rows_reading(**kinds):
    """Return rows of a scorecard that read as given: `cost_per_client="above"`."""
    names = {"shared_revenue": "Shared revenue", "answered_in_time": "Answered in time",
             "cost_per_client": "Cost per member"}  # fmt: skip
    return pd.DataFrame(
        [{"key": key, "measure": name, "kind": (kind := kinds.get(key, "usual")), "reading": Reading(kind, 13).label}
         for key, name in names.items()]
    ).set_index("key", drop=False)  # fmt: skip


def test_the_finding_names_the_clearest_other_signal(words):
    replies = Test("answered_in_time", "scorecard", 0.001, "bad", "57% of leads were answered in time.")
    sales = Test("sales_leads", "scorecard", 0.004, "good", "Sales brought more.")

    revenue = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue came to half.")

    def says(*signals, **kinds):
        return describe_rows(words, rows_reading(**kinds), list(signals))

    assert says() == "No row sends a signal."
    assert (
        says(replies, answered_in_time="below") == "The one signal here: 57% of leads were answered in time."
    )
    assert says(sales, replies) == "Of two signals the clearest: 57% of leads were answered in time."
    assert says(revenue, replies) == "The other signal: 57% of leads were answered in time."


def test_a_row_that_reads_as_unusual_is_never_called_no_signal(words):
    def says(*signals, **kinds):
        return describe_rows(words, rows_reading(**kinds), list(signals))

    no_row = "No row is clear enough to announce"
    assert says(answered_in_time="shifted down") == f"{no_row}, though “Answered in time” reads as shifted."
    assert says(answered_in_time="shifted down", cost_per_client="above") == (
        f"{no_row}, though “Answered in time” and “Cost per member” read as unusual."
    )
    assert says(shared_revenue="below") == ""  # the sentence before has said it
    revenue = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue came to half.")
    assert says(revenue, shared_revenue="below", cost_per_client="above") == (
        "No other row is clear enough to announce, though “Cost per member” reads as above usual."
    )


def test_too_early_for_revenue_names_it_where_another_row_has_a_range(words):
    says = describe_reading(words, Reading("little", 1), None, 0.9, False, called="sellers’ orders")
    assert says == "With one earlier month there is no usual range of sellers’ orders yet; it takes eight."


def test_what_one_month_cannot_show_the_quarter_is_read_for(words):
    wide, narrow = Range(1.0, 0.7, 1.3, 0.3 / 2.66, 13), Range(1.0, 0.9, 1.1, 0.1 / 2.66, 13)

    def says(usual, quarter, year):
        rows = pd.DataFrame({"span": [quarter, year], "of_plan": [0.97, 1.01]}, index=["quarter", "year"])
        return longer_run(words, rows, usual)

    wide_says = "One month of revenue cannot show changes under 30%; the"
    assert says(wide, 2, 8) == f"{wide_says} quarter to date stands at 97%."
    assert says(wide, 1, 7) == f"{wide_says} year to date stands at 101%."
    assert says(wide, 1, 1) == f"{wide_says} quarter is read when it is over."
    assert says(narrow, 2, 8) == says(None, 2, 8) == says(Range(0.0, 0.0, 0.3, 0.1, 13), 2, 8) == ""
