"""Wins by rule, promises as the file says, meetings held, thanks with consent, and the reward."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from made_months import PLAN_COLUMNS, history, leads, months_to, planned, wobble, won

from alignment_lib import questions
from alignment_lib.plan import Plan
from alignment_lib.playbook.small_files import Promise, Thanks
from alignment_lib.questions import wins_and_promises as answer_of
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.promises_kept import promises_of
from alignment_lib.questions.scorecard_rows import measures
from alignment_lib.questions.wins import credit, wins
from alignment_lib.rendering import to_json

OCTOBER = "2026-10"
YEAR = months_to(OCTOBER, 14)
TWO_YEARS = months_to(OCTOBER, 27)


def a_promise(**more):
    given = {
        "id": "a", "agreed_on": "2026-09-10", "team": "sales", "owner_role": "Sales lead", "what": "We call.",
        "measure": "answered in time", "expected": {"low": 1, "mid": 2, "high": 3}, "due_on": "2026-10-15",
    }  # fmt: skip
    return Promise(**{**given, **more})


def state(make_month, riverside, period=OCTOBER, **more):
    company = replace(riverside, promises=(a_promise(**more),))
    return [state for _, state in promises_of(make_month(period, company=company))]


def leading(month):
    return [item.lead for item in wins(month)]


# Wins


def test_a_month_as_planned_has_no_win(make_month):
    month = make_month(plan=planned(YEAR), **history(YEAR))
    assert wins(month) == [] and answer_of(month).finding.startswith("No measure beat its plan this month.")


def test_a_good_signal_is_the_first_win(make_month):
    month = make_month(plan=planned(YEAR), **history(YEAR, [*wobble(14)[:-1], 1.8]))
    assert [test.name for test in questions.announcements(month)] == ["shared_revenue"]
    assert leading(month) == ["Shared revenue came to 180% of plan."]
    assert wins(month)[0].text.startswith("Above the usual range")


def test_the_best_of_thirteen_months_is_said_and_of_twelve_is_not(make_month):
    best = [*wobble(13), 1.06]
    month = make_month(plan=planned(YEAR), **history(YEAR, best))
    assert questions.announcements(month) == ()  # a fact of the month, no signal
    assert leading(month) == ["Shared revenue came to 106% of plan, the best in 14 months."]
    month = make_month(plan=planned(YEAR), **history(YEAR, [1.0, 1.0, 1.07, *best[3:]]))
    assert leading(month) == ["Shared revenue came to 106% of plan."]  # only eleven months were lower


def test_against_plan_the_best_of_its_season_is_said_where_a_busier_month_lies_between(make_month):
    shares = [*wobble(26), 1.06]
    shares[-6] = 1.07  # May 2026
    month = make_month(plan=planned(TWO_YEARS), **history(TWO_YEARS, shares))
    assert leading(month) == ["Shared revenue came to 106% of plan, the best in 7 months like October."]
    shares[-13] = 1.06  # October 2025 was as good
    month = make_month(plan=planned(TWO_YEARS), **history(TWO_YEARS, shares))
    assert leading(month) == ["Shared revenue came to 106% of plan."]


def test_without_a_plan_only_months_of_the_same_season_are_compared(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    shares = [1.0] * 27
    shares[-1], shares[7] = 1.2, 9.0  # a March far above every October
    month = make_month(company=company, **history(TWO_YEARS, shares))
    # October and November of 2024, September to November of 2025, September 2026, and the month itself
    assert leading(month) == ["Shared revenue came to $12,000, the most in 7 months like October."]
    short = make_month(company=company, **history(TWO_YEARS[-20:], shares[-20:]))
    assert wins(short) == []  # under two years nobody knows the season


def test_a_draft_plan_is_no_plan_to_beat(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    assert wins(make_month(company=company, **history(YEAR, [1.0] * 13 + [1.2]))) == []


def test_a_team_over_plan_shares_its_credit_with_the_shortfall_it_covers(make_month):
    month = make_month(
        OCTOBER, plan=planned([OCTOBER]), daily=[leads(OCTOBER, count=50), leads(OCTOBER, "sales", 46)]
    )
    (win,) = wins(month)
    assert win.lead == "Sales-sourced quality leads came to 115% of plan."
    assert win.text == "Covers 6 of the 10 quality leads by which marketing-sourced ones were under plan."


def test_a_shortfall_that_the_page_calls_on_plan_needs_no_cover(make_month):
    month = make_month(
        OCTOBER, plan=planned([OCTOBER], 200, 200), daily=[leads(OCTOBER, count=199), leads(OCTOBER, "sales", 240)]
    )
    (win,) = wins(month)
    assert win.lead == "Sales-sourced quality leads came to 120% of plan." and not win.text


def test_a_draft_plan_is_called_one_where_a_shortfall_is_covered(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(company=company, **history(TWO_YEARS))
    series = monthly(month).copy()
    series.loc[OCTOBER, ["marketing", "sales"]] -= [30, -20]
    (measure,) = [one for one in measures(month, series) if one.key == "sales_leads"]
    assert credit(month, series, measure).endswith("marketing-sourced ones were under draft plan.")


def test_the_location_furthest_over_its_goal_is_named_with_both_teams(make_month):
    rows = [{"month": OCTOBER, "team": "shared", "location": place, "revenue": 1_000.0, "clients": 10}
            for place in ("Harbour", "Station", "Old Mill")]  # fmt: skip
    plan = Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS))
    sold = [won(OCTOBER, 700, 6, location="Station"), won(OCTOBER, 500, 4, location="Station", team="sales"),
            won(OCTOBER, 900, 4, location="Harbour"), won(OCTOBER, 5_000, 2, location="Old Mill")]  # fmt: skip
    month = make_month(plan=plan, revenue=sold)
    places = [item for item in wins(month) if "of its goal" in item.lead]
    assert [item.lead for item in places] == ["Station reached 120% of its goal."]  # two joins are too few to praise
    assert places[0].text == "10 joins: 6 from marketing-sourced leads, 4 from sales-sourced ones."


def test_nothing_is_won_from_a_table_that_stops(make_month):
    shape = history(YEAR, [1.0] * 13 + [1.5])
    month = make_month(plan=planned(YEAR), ends={"deals": date(2026, 10, 18)}, **shape)
    assert wins(month) == []
    assert answer_of(month).finding.startswith("No measure that can be read beat its plan this month.")


def test_a_month_in_progress_names_no_win_and_does_not_say_that_nothing_beat_its_plan(make_month):
    shape = history(YEAR, [1.0] * 13 + [1.5])
    day = date(2026, 10, 18)
    month = make_month(plan=planned(YEAR), partial=day, as_of=day, **shape)
    assert wins(month) == [] and answer_of(month).finding.startswith("Wins are named when October is over.")


# Promises


@pytest.mark.parametrize("more, expected", [
    ({"status": "done", "done_on": "2026-10-20"}, ["kept"]),
    ({"status": "done", "done_on": "2026-11-03"}, ["kept"]),  # the page's date
    ({"status": "done", "done_on": "2026-11-04"}, ["carried"]),  # later than the page can see
    ({"status": "done", "done_on": "2026-09-20"}, []),  # stood on September's page
    ({"status": "done", "done_on": "2026-10-02", "due_on": "2026-09-30"}, []),  # that page saw it, too
    ({"status": "done", "done_on": "2026-10-09", "due_on": "2026-09-30"}, ["kept"]),
    ({}, ["carried"]), ({"due_on": "2026-10-31"}, ["carried"]), ({"due_on": "2026-11-01"}, ["not due yet"]),
    ({"status": "dropped"}, ["dropped"]), ({"status": "dropped", "due_on": "2026-11-20"}, []),
    ({"agreed_on": "2026-11-05", "due_on": "2026-11-20"}, []),  # made in the meeting about this page
])  # fmt: skip
def test_a_promise_is_kept_carried_or_dropped_as_the_file_says(make_month, riverside, more, expected):
    assert state(make_month, riverside, **more) == expected


def test_what_was_kept_stands_on_one_page_only(make_month, riverside):
    for due, done in (("2026-09-30", "2026-10-02"), ("2026-10-15", "2026-10-02"), ("2026-11-01", "2026-10-31")):
        more = {"due_on": due, "status": "done", "done_on": done}
        pages = [state(make_month, riverside, period, **more) for period in ("2026-09", "2026-10", "2026-11")]
        assert sum(page == ["kept"] for page in pages) == 1, (due, done, pages)


def test_a_month_in_progress_carries_only_what_was_due_by_then(make_month, riverside):
    company = replace(riverside, promises=(a_promise(due_on="2026-10-25"),))
    month = make_month(company=company, partial=date(2026, 10, 18), as_of=date(2026, 10, 18))
    assert [state for _, state in promises_of(month)] == ["not due yet"]


def test_a_carried_promise_goes_to_the_agenda_with_the_measure_it_should_move(make_month, riverside):
    company = replace(riverside, promises=(a_promise(where="Harbour"),))
    month = make_month(company=company)
    (item, *_) = questions.agenda_items.offered(month)
    assert (item.what, item.kind, item.brought_by) == ("Carried promise: We call", "promise", "sales")
    assert item.moves == "answered in time, Harbour"
    (promised,) = [one for one in answer_of(month).lists if one.name == "promises"]
    assert promised.items[0].mark == "→" and "due 15 October, not done" in promised.items[0].text


@pytest.mark.parametrize("done, says", [
    ((), "The one promise that was due was carried."), ((1,), "The one promise that was due was kept."),
    ((1, 1), "Both promises that were due were kept."), ((1, 0), "Of two promises that were due, one was kept."),
    ((0, 0), "Of two promises that were due, none was kept."),
    ((1, 1, 0), "Of three promises that were due, two were kept."),
])  # fmt: skip
def test_the_finding_counts_the_promises_that_were_due(make_month, riverside, done, says):
    kept = {"status": "done", "done_on": "2026-10-20"}
    made = [a_promise(id=str(n), **(kept if one else {})) for n, one in enumerate(done or (0,))]
    finding = answer_of(make_month(company=replace(riverside, promises=tuple(made)))).finding
    assert finding.endswith(says)


def test_without_a_file_the_section_says_so_and_what_to_do(make_month, riverside, printable):
    empty = replace(riverside, promises=(), thanks=(), meetings=riverside.meetings.head(0))
    answer = answer_of(make_month(company=empty))
    printable(answer)
    assert answer.state == "poor" and answer.finding.endswith("No promises are recorded.")
    assert [one.cause for one in answer.missing] == ["Promises", "Meetings"]
    assert "promises.yml of your params folder" in answer.missing[0].todo


# Meetings, thanks, reward


def test_thanks_are_shown_of_the_month_and_only_with_consent(make_month, riverside):
    given = {"because": "She called everybody back.", "by": "Marketing lead"}
    company = replace(riverside, thanks=(
        Thanks(on="2026-10-12", to="Ana Lopez", consent=True, **given),
        Thanks(on="2026-10-13", to="Ben Okafor", **given),
        Thanks(on="2026-11-02", to="Cy Young", consent=True, **given),
    ))  # fmt: skip
    answer = answer_of(make_month(company=company))
    (thanks,) = [one for one in answer.lists if one.name == "thanks"]
    assert [(item.lead, item.text) for item in thanks.items] == [
        ("Ana Lopez.", "She called everybody back. (Marketing lead)")
    ]
    assert "Okafor" not in json.dumps(to_json(answer)) and "Young" not in json.dumps(to_json(answer))


@pytest.mark.parametrize("share, plan, applies", [(1.0, planned(YEAR), True), (0.999, planned(YEAR), False),
                                                  (1.0, planned(YEAR, revenue=None), False)])  # fmt: skip
def test_the_reward_stands_where_the_agreed_goal_was_reached(make_month, share, plan, applies):
    answer = answer_of(make_month(plan=plan, **history(YEAR, [1.0] * 13 + [share])))
    rewards = [item.text for one in answer.lists if one.name == "reward" for item in one.items]
    assert bool(rewards) is applies and all("Team breakfast" in text for text in rewards)
