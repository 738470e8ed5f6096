"""A table that stops early, or is missing, is said and never read: no verdict, no prompt, no zero of it."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from made_months import history, leads, months_to, planned, wobble

from alignment_lib import questions
from alignment_lib.questions import QUESTIONS, answers
from alignment_lib.questions.both_sides import playbook_stages
from alignment_lib.questions.economics import cost_differences
from alignment_lib.questions.in_one_minute import in_one_minute
from alignment_lib.questions.pace import pace
from alignment_lib.questions.relay import relay
from alignment_lib.questions.scorecard import scorecard
from alignment_lib.questions.sources_and_campaigns import sources_and_campaigns
from alignment_lib.questions.tracking import recorded, tracking
from alignment_lib.questions.where_from import reconciliation

YEAR = months_to("2026-10", 15)
STOP = date(2026, 10, 18)
TABLES = ("leads", "deals", "activities", "spend")


@pytest.fixture
def october(make_month):
    """Return fifteen months as planned, of which the last is far off in whatever table stops."""

    def make(attained: float = 0.5, **more):
        told = history(YEAR, [*wobble(14), attained])
        told["daily"] = [row for row in told["daily"] if row["month"] != "2026-10"]
        told["daily"] += [leads("2026-10", "marketing", 20), leads("2026-10", "sales", 10)]
        told["relay"][-1] |= {"kept": 5, "broken": 45}
        told["tracking"][-1] |= {"leads": 30, "source_known": 29}
        return make_month(plan=planned([*YEAR, "2026-11"]), **told | more)

    return make


def cells(answer, name, key, column):
    frame = answer.tables[name]
    return frame.set_index(key)[column].to_dict()


@pytest.mark.parametrize(
    ("table", "said", "silent"),
    [
        ("deals", "The deals stop on 18 October.", {"shared_revenue"}),
        ("leads", "The leads stop on 18 October.", {"marketing_leads", "sales_leads", "answered_in_time"}),
        ("activities", "The sales activities stop on 18 October.", {"answered_in_time"}),
        ("spend", "The spend stops on 18 October.", set()),
    ],
)
def test_a_table_that_stops_is_a_red_line_and_nothing_is_read_from_it(october, table, said, silent):
    whole, month = october(), october(ends={table: STOP})
    assert [check.text for check in tracking(month).checks if not check.passed] == [said]
    assert {test.name for test in questions.tests_of(whole)} - {
        test.name for test in questions.tests_of(month)
    } == silent
    rows = scorecard(month).tables["scorecard"].set_index("key")
    assert set(rows.loc[sorted(silent), "reading"]) <= {"", "not known"}
    assert any(one.why == said for one in scorecard(month).missing)


def test_when_deals_stop_revenue_is_held_against_what_was_due_by_then(october):
    """Half of a month's revenue by the 18th, of which 18 of 31 days' goal was due."""
    month = october(ends={"deals": STOP})
    shown = in_one_minute(month)
    short = "To 18 October we are $563 short of $5.6k due by then (90%); of the whole month, marketing"
    assert shown.headline.startswith(short)
    assert shown.key_figures[0].label == "of shared goal due by 18 October"
    first = shown.lists[0].items[0]
    assert (first.lead, first.text) == (
        "The month cannot be read yet.",
        "The deals stop on 18 October; revenue to that day stands at 90% of the goal due by then.",
    )
    rows = scorecard(month).tables["scorecard"].set_index("key")
    assert rows.loc["shared_revenue", "under"] == "to 18 October"
    assert rows.loc["cost_per_client", ["under", "reading"]].tolist() == [
        "the deals stop on 18 October",
        "not known",
    ]
    assert rows.loc["answered_in_time", "reading"] == "below usual"
    text = "A score takes quality leads and revenue of the same days; the deals stop on 18 October."
    assert [(one.lead, one.text) for one in scorecard(month).lists[0].items] == [
        ("No score this month.", text)
    ]


def test_when_leads_stop_they_are_held_against_the_plan_to_that_day_and_nothing_is_asked(october):
    month = october(ends={"leads": STOP})
    shown = in_one_minute(month)
    assert "13 under plan to 18 October" in shown.headline
    assert [figure.note for figure in shown.key_figures[1:3]] == [
        "plan to 18 October 33",
        "plan to 18 October 22",
    ]
    assert pace(month).finding.startswith("To 18 October, marketing-sourced quality leads are 13 behind pace")
    assert "a day from" not in pace(month).finding
    assert [answer.prompt for answer in answers(month)] == [None] * len(QUESTIONS)


def test_what_is_not_read_yet_is_not_called_ordinary(make_month):
    for table, says in (
        ("leads", "Leads and replies of the whole month are not read yet: the leads stop on 18 October."),
        ("activities", "Replies of the whole month are not read yet: the sales activities stop on 18 October."),
    ):
        month = make_month(plan=planned(YEAR), ends={table: STOP}, **history(YEAR, wobble(15)))
        items = in_one_minute(month).lists[0].items
        assert items[0].lead == "Revenue: an ordinary month."
        assert (items[-1].lead, items[-1].text) == ("Not everything is read yet.", says)
        assert scorecard(month).finding.endswith(says)


def test_without_deals_the_score_says_what_it_lacks_and_the_other_rows_are_still_named(october):
    month = october(missing={"deals"})
    assert [item.text for item in scorecard(month).lists[0].items] == [
        "A score takes quality leads and revenue of the same days; the exports hold no deals."
    ]
    assert scorecard(month).finding == (
        "Revenue of October 2026 is not known, because the exports hold no deals. "
        "No row is clear enough to announce, though “Marketing-sourced quality leads”, "
        "“Sales-sourced quality leads” and “Answered in time” read as unusual."
    )


def test_when_activities_stop_no_reply_is_judged_and_no_place_asked_to_mend_what_the_export_lacks(october):
    rows = [
        {"location": place, "leads": 15, "source_known": 15, "reply_logged": logged, "profile_known": 15}
        for place, logged in (("Northgate", 15), ("Harbour", 5))
    ]
    month = october(ends={"activities": STOP}, tracking=rows)
    assert in_one_minute(month).key_figures[3].note == "not known: the sales activities stop on 18 October"
    assert "reply_logged" not in recorded(month) and set(recorded(month)["mend"]) == {""}
    assert recorded(october(tracking=rows))["mend"].to_dict() == {"Northgate": "", "Harbour": "reply_logged"}
    assert relay(month).prompt is None


def test_a_deals_file_that_ended_before_the_month_leaves_revenue_unknown(october):
    month = october(ends={"deals": date(2026, 9, 12)})
    why = "Revenue of October 2026 is not known, because the deals stop on 12 September 2026"
    assert scorecard(month).finding.startswith(f"{why}.")
    assert in_one_minute(month).headline.startswith(why)
    assert in_one_minute(month).key_figures[0].value == "–"


def test_a_total_of_a_whole_month_is_not_set_beside_a_part_of_it(make_month):
    def measures(**more):
        return reconciliation(make_month(**more)).get("measure", []).tolist()

    assert measures() == ["leads", "revenue"]
    assert measures(ends={"deals": STOP}) == measures(missing={"deals"}) == ["leads"]
    assert len(reconciliation(make_month(partial=STOP))) == 0


STAGES = [
    {"stage": stage, "position": n, "reached": 10}
    for n, stage in enumerate(["lead", "handed over", "answered", "reached", "visited", "joined"], start=1)
]


@pytest.mark.parametrize(
    ("state", "gone"),
    [
        ({"missing": {"deals"}}, ["joined"]),
        ({"ends": {"deals": STOP}}, ["joined"]),
        ({"missing": {"activities"}}, ["answered", "reached"]),
        ({"ends": {"activities": STOP}}, ["answered", "reached"]),
        ({"missing": {"leads.handed_over_at"}}, ["handed over"]),
        ({"missing": {"activities.connected"}}, ["reached"]),
        ({"missing": {"leads.visited_at"}}, []),  # held visits stand in the activities
        ({"missing": {"leads.visited_at", "activities.outcome"}}, ["visited"]),
        ({"missing": {"activities", "leads.visited_at"}}, ["answered", "reached", "visited"]),
    ],
)
def test_stages_that_rest_on_a_table_are_left_out_with_it(make_month, state, gone):
    every = list(playbook_stages(make_month(stages=STAGES)).index)
    assert list(playbook_stages(make_month(stages=STAGES, **state)).index) == [
        s for s in every if s not in gone
    ]
    row = {
        "covered": 50,
        "kept": 40,
        "broken": 10,
        "handed_over": 50,
        "answered": 45,
        "reached": 40,
        "joined": 9,
    }
    drawn = {f.name: f for f in relay(make_month(relay=[row], stages=STAGES, **state)).figures}["stages"]
    shown = ["Handed over", *(s for s in ("Answered", "Reached") if s.lower() not in gone)]
    shown += ["Joined so far"] * ("joined" not in gone)
    assert list(drawn.table.frame.index) == shown


def test_without_deals_no_zero_join_is_printed(october):
    """What leads cost is known; what became of them is not."""
    sources = [{"source": "Paid search", "leads": 60}, {"source": "Events", "leads": 40}]
    touched = [{"kind": "form", "leads": 30, "reached": 20}]
    month = october(missing={"deals"}, sources=sources, before_handover=touched)
    answer = sources_and_campaigns(month)
    assert (
        answer.finding == "What leads cost is known, what became of them is not: the exports hold no deals."
    )
    assert answer.reading == ""
    shown = {
        column.key
        for table in [*answer.tables_shown, *(f.table for f in answer.figures)]
        for column in table.columns
    }
    assert not shown & {
        "won",
        "won_share",
        "won_range",
        "cost_client",
        "cost_range",
        "kept_of",
        "profit_lead",
        "proposal",
    }
    before = next(table for table in relay(month).tables_shown if table.name == "before")
    assert [column.key for column in before.columns] == ["kind", "leads", "reached_share"]
    first = in_one_minute(month).lists[0].items[0]
    assert (first.lead, first.text) == (
        "Revenue is not known.",
        "The exports hold no deals; the goal of October is $10.0k.",
    )


def test_a_cheap_source_beside_one_dear_one_is_not_announced(make_month):
    """Events costs what the others cost; Paid social costs three times as much and makes all of them look cheap."""
    months = months_to("2026-09", 12)
    won = {"Paid social": 4, "Events": 12, "Paid search": 12}
    rows = [
        {"month": m, "source": name, "leads": 40, "won": n + (k % 2), "revenue": 1000.0}
        for k, m in enumerate(months) for name, n in won.items()
    ]  # fmt: skip
    spend = [{"month": m, "source": name, "amount": 1000.0} for m in months for name in won]
    month = make_month(sources=rows, spend=spend)
    economics = import_module("alignment_lib.questions.economics")
    cohort = import_module("alignment_lib.questions.cohort").Cohort(tuple(months[-3:]), True)
    found = cost_differences(month, cohort, economics.economics(month, cohort))
    assert found.loc["Paid social", "p"] < 0.001
    assert found.drop("Paid social")["p"].min() > 0.1
    assert found.loc["Events", "months"] == tuple(months)


@pytest.mark.parametrize(("kept", "asks"), [(20, True), (34, True), (35, False), (36, False)])
def test_a_missed_promise_is_asked_about_as_the_scorecard_counts_it_and_from_a_point_on(
    make_month, kept, asks
):
    """70% of 50 leads is 35; marketing's own share lies under it in every case."""
    teams = [
        {"team": "marketing", "covered": 20, "kept": 10, "broken": 10},
        {"team": "sales", "covered": 30, "kept": kept - 10, "broken": 40 - kept},
    ]
    prompt = relay(make_month(relay=teams)).prompt
    assert bool(prompt) is asks
    if prompt:
        assert prompt.text.startswith(f"{2 * kept}% of all leads were answered in time; 70% is agreed.")


def test_weeks_before_the_first_lead_are_no_zero(make_month):
    """Data begins on Thursday 1 October: the first whole week is that of the 5th, and no month lies before."""
    rows = [leads("2026-10", team, 10, day) for team in ("marketing", "sales") for day in range(1, 32)]
    month = make_month(plan=planned(["2026-10"]), daily=rows)
    weeks = import_module("alignment_lib.questions.scorecard_figures").team_weeks(month)
    assert weeks["start"].min() == date(2026, 10, 5)
    assert "shaded" not in pace(month).figures[0].subtitle
    two = make_month(plan=planned(YEAR), **history(YEAR[-3:]))
    assert pace(two).figures[0].subtitle.endswith("shaded = the 2 months before")


@pytest.mark.parametrize(
    ("table", "day"),
    [*((table, STOP) for table in TABLES), *((table, date(2026, 8, 2)) for table in TABLES[1:])],
)
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_answers_when_a_table_stops(october, printable, name, table, day):
    printable(import_module("alignment_lib.questions").__dict__[name](october(ends={table: day})))
