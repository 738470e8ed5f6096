"""The gap bridge: months that come as planned unless a test says otherwise, so that every step can be worked by eye.

A planned month: 60 leads of marketing and 40 of sales, 8 in 10 reached, 1 in 4 of these joins, $500 each:
12 + 8 joins, $10,000.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_months import PLAN_COLUMNS, months_to

from alignment_lib import open_month, questions
from alignment_lib.errors import NotebookFailed
from alignment_lib.plan import Plan
from alignment_lib.questions.bridge_cells import build_bridge, due
from alignment_lib.questions.bridge_words import describe_bridge, headline_half
from alignment_lib.questions.levers import lever_table
from alignment_lib.report.shared_words import cut, numbers

question = import_module("alignment_lib.questions.gap_bridge")

RIVERSIDE = Path(__file__).parents[2] / "params" / "riverside"
MONTHS = months_to("2026-10", 14)
TWO_YEARS = months_to("2026-10", 27)
OCTOBER = "2026-10"
AS_PLANNED = {"marketing": (60, 48, 12, 6_000.0), "sales": (40, 32, 8, 4_000.0)}
FACTORS = ["marketing_now", "sales_now", "marketing_before", "sales_before", "reached", "joins", "value"]


def agreed(months=MONTHS, goal=10_000.0, places=("all",), rates=(0.8, 0.25, 500.0), leads=None):
    """Return the plan of a planned month, the same for each place and month."""
    rows = []
    for month in months:
        for place in places:
            for team, count in ({"marketing": 60, "sales": 40} if leads is None else leads).items():
                stated = (
                    dict(zip(["reached_share", "joins_per_reached", "value"], rates, strict=True))
                    if rates
                    else {}
                )
                rows.append({"month": month, "location": place, "team": team, "leads": count, **stated})
            rows.append({"month": month, "location": place, "team": "shared", "revenue": goal, "clients": 20})
    return Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS))


def tallies(months=MONTHS, came=None, lag=0, places=("Northgate",), more=()):
    """Return months as planned; `came` gives (leads, reached, joins, revenue) by (month, team), or by place too."""
    daily, revenue = [], []
    for at, month in enumerate(months):
        for place in places:
            for team, usual in AS_PLANNED.items():
                found = (came or {}).get((month, team, place), (came or {}).get((month, team), usual))
                leads, reached, joins, money = found
                daily.append({"month": month, "team": team, "location": place, "leads": leads, "quality": leads,
                              "reached": reached, "quality_reached": reached})  # fmt: skip
                if at >= lag:
                    revenue.append({"month": month, "created_month": months[at - lag], "team": team, "location": place,
                                    "clients": joins, "deals": joins, "revenue": money})  # fmt: skip
    return {"daily": daily, "revenue": [*revenue, *more]}


@pytest.fixture
def bridged(make_month):
    """Build a month and its bridge: `bridged(came={...}, plan=..., lag=3)`."""

    def build(period=OCTOBER, plan=None, **shape):
        month = make_month(period, plan=plan or agreed(shape.get("months", MONTHS)), **tallies(**shape))
        bridge, why = question.bridge_of(month)
        assert bridge is not None, why
        return month, bridge

    return build


def amounts(bridge):
    return {str(key): round(float(value), 6) for key, value in bridge.steps["amount"].items()}


def nonzero(bridge):
    return {key: value for key, value in amounts(bridge).items() if abs(value) > 1e-6}


# The steps


def test_a_month_as_planned_has_no_step_and_lands_on_the_goal(bridged):
    month, bridge = bridged()
    assert (bridge.goal, bridge.actual, nonzero(bridge)) == (10_000, 10_000, {})
    assert describe_bridge(month, bridge) == "Every step came as planned."
    assert headline_half(month, bridge) == ""


def test_half_the_leads_of_one_team_is_that_teams_step_alone(bridged):
    _, bridge = bridged(came={(OCTOBER, "marketing"): (30, 24, 6, 3_000.0)})
    assert nonzero(bridge) == {"marketing_now": -3_000}


@pytest.mark.parametrize("factor, came", [
    ("reached", (60, 24, 6, 3_000.0)), ("joins", (60, 48, 6, 3_000.0)), ("value", (60, 48, 12, 3_000.0)),
])  # fmt: skip
def test_each_rate_is_a_step_of_its_own(bridged, factor, came):
    _, bridge = bridged(came={(OCTOBER, "marketing"): came})
    assert nonzero(bridge) == {factor: -3_000}


def test_two_changes_share_what_they_make_together(bridged):
    _, bridge = bridged(came={(OCTOBER, "marketing"): (30, 24, 6, 1_500.0)})  # half the leads, half the value
    # Leads alone -3,000 or after value -1,500, and the same for value: each the mean of its two orders.
    assert nonzero(bridge) == {"marketing_now": -2_250, "value": -2_250}
    assert bridge.steps.loc["value", ["order_low", "order_high"]].tolist() == [-3_000, -1_500]


def test_a_month_of_which_every_win_comes_90_days_later_is_carried_by_the_leads_of_then(bridged):
    july = {("2026-07", "marketing"): (30, 24, 12, 6_000.0), (OCTOBER, "marketing"): (180, 144, 6, 3_000.0)}
    _, bridge = bridged(came=july, lag=3)
    assert bridge.history.lags.tolist() == [0, 0, 0, 1]
    assert nonzero(bridge) == {
        "marketing_before": -3_000
    }  # three times the leads of October bring October nothing


def test_due_leads_are_half_of_this_months_and_half_of_the_month_before():
    now, before = due(np.array([[100.0], [120.0], [144.0]]), np.array([0.5, 0.5]))
    assert (now.tolist(), before.tolist()) == ([72.0], [60.0])  # 26.4 wins of 132 due are 20%, not 18.33%


def test_grey_steps_close_exactly_what_leads_do_not_explain(bridged):
    more = [
        {"month": OCTOBER, "created_month": "", "team": "no lead", "clients": 1, "deals": 1, "revenue": 700.0},
        {"month": OCTOBER, "created_month": OCTOBER, "team": "unassigned", "clients": 1, "deals": 1, "revenue": 400.0},
        {"month": OCTOBER, "created_month": "2026-08", "team": "sales", "revenue": 250.0, "revenue_before": 250.0},
        {"month": OCTOBER, "created_month": "", "team": "no lead", "type": "renewal", "revenue": 9_999.0},
    ]  # fmt: skip
    month, bridge = bridged(plan=agreed(goal=11_000.0), more=more)
    assert nonzero(bridge) == {"plan_rest": -1_000, "no_lead": 700, "other_leads": 400, "won_before": 250}
    assert (bridge.goal, bridge.actual) == (11_000, 11_350)
    named = question.steps_table(month, bridge).frame.set_index("step")["owner"].tail(5)
    assert named.to_dict() == {
        "Plan does not multiply out": "", "Revenue without a tracked lead": "", "Leads of neither team": "",
        "Members won before": "", "Actual": "",
    }  # fmt: skip


def test_an_empty_cell_has_the_plans_rates(bridged):
    _, bridge = bridged(came={(OCTOBER, "sales"): (0, 0, 0, 0.0)})
    assert nonzero(bridge) == {"sales_now": -4_000}
    _, bridge = bridged(
        came={(OCTOBER, "sales"): (40, 0, 8, 4_000.0)}
    )  # joins, and nobody written down as reached
    assert nonzero(bridge) == {}


def test_without_activities_reaching_and_joining_are_one_step(make_month, printable):
    given = tallies(came={(OCTOBER, "marketing"): (60, 0, 6, 3_000.0)})
    month = make_month(plan=agreed(), missing=["activities"], **given)
    bridge, _ = question.bridge_of(month)
    assert "reached" not in bridge.steps.index and nonzero(bridge) == {"joins": -3_000}
    shown = printable(question.gap_bridge(month))
    assert shown["state"] == "poor" and "Joins per lead" in [
        row[0]["text"] for row in shown["tables"][0]["rows"]
    ]


# Locations


def two_places(came):
    return {"plan": agreed(places=("Harbour", "Northgate")), "places": ("Harbour", "Northgate"), "came": came}


def test_every_location_has_its_own_bridge_and_they_add_up_to_the_companys(bridged):
    came = {
        (OCTOBER, "marketing", "Harbour"): (30, 24, 6, 3_000.0),
        (OCTOBER, "sales", "Northgate"): (40, 32, 8, 5_000.0),
    }
    month, bridge = bridged(**two_places(came))
    assert bridge.by_place.loc["goal"].tolist() == [10_000, 10_000]
    assert bridge.by_place.loc["actual"].tolist() == [7_000, 11_000]
    assert bridge.by_place.loc["marketing_now"].round(6).tolist() == [-3_000, 0]
    assert bridge.by_place.loc["value"].round(6).tolist() == [0, 1_000]
    frame = question.places_table(month, bridge).frame
    assert frame["All"].tolist() == pytest.approx((frame["Harbour"] + frame["Northgate"]).tolist())


def test_a_company_of_one_plan_has_no_bridge_by_location(bridged):
    month, bridge = bridged(
        places=("Harbour", "Northgate"), plan=agreed(leads={"marketing": 120, "sales": 80})
    )
    assert nonzero(bridge) == {"plan_rest": 10_000}  # twice the leads, and a goal of half of that
    assert bridge.by_place.empty and question.places_table(month, bridge) is None


def test_a_new_club_outside_the_plan_is_all_lead_step(bridged):
    came = {(OCTOBER, team, "Newtown"): AS_PLANNED[team] for team in AS_PLANNED}
    came |= {(m, team, "Newtown"): (0, 0, 0, 0.0) for m in MONTHS[:-1] for team in AS_PLANNED}
    _, bridge = bridged(plan=agreed(places=("Harbour",)), places=("Harbour", "Newtown"), came=came)
    assert nonzero(bridge) == {"marketing_now": 6_000, "sales_now": 4_000}
    assert bridge.by_place.loc["goal"].tolist() == [10_000, 0]


# Properties


PLACES = ("Harbour", "Northgate")
DRAWN = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def october(draw):
    """Draw what came in October for both teams at two clubs."""
    came = {}
    for place in ("Harbour", "Northgate"):
        for team in AS_PLANNED:
            leads = draw(st.integers(0, 90))
            reached = draw(st.integers(0, leads))
            joins = draw(st.integers(0, 20))
            value = draw(st.floats(0, 2_000, allow_subnormal=False))
            came[(OCTOBER, team, place)] = (leads, reached, joins, round(value * joins, 2))
    return came


@DRAWN
@given(came=october())
def test_steps_add_up_to_the_gap_and_locations_to_the_company(make_month, came):
    month = make_month(plan=agreed(places=PLACES), **tallies(places=PLACES, came=came))
    bridge, _ = question.bridge_of(month)
    assert bridge.goal + bridge.steps["amount"].sum() == pytest.approx(bridge.actual, abs=0.005)
    for key, amount in bridge.steps["amount"].items():
        assert bridge.by_place.loc[key].sum() == pytest.approx(amount, abs=0.005)
    own = bridge.steps.loc[FACTORS]
    assert (own["order_low"] <= own["amount"] + 1e-6).all() and (
        own["amount"] <= own["order_high"] + 1e-6
    ).all()


@pytest.mark.slow
@pytest.mark.slow
@DRAWN
@given(came=october())
def test_clubs_that_change_names_change_nothing_else(make_month, came):
    swapped = {
        (m, team, {"Harbour": "Northgate", "Northgate": "Harbour"}[p]): v for (m, team, p), v in came.items()
    }
    months = (
        make_month(plan=agreed(places=PLACES), **tallies(places=PLACES, came=c)) for c in (came, swapped)
    )
    one, other = (question.bridge_of(month)[0] for month in months)
    pd.testing.assert_series_equal(one.steps["amount"], other.steps["amount"], rtol=1e-9, atol=1e-6)
    assert one.by_place["Harbour"].tolist() == pytest.approx(other.by_place["Northgate"].tolist(), abs=1e-6)


def test_a_sum_that_fails_stops_the_run(bridged):
    month, bridge = bridged()
    with pytest.raises(NotebookFailed, match="Gap bridge"):
        build_bridge(month, bridge.goal, bridge.actual + 1)


# Ranges


def test_the_range_is_drawn_from_the_months_own_seed_and_lies_around_the_step(make_month):
    came = {(OCTOBER, "marketing"): (30, 24, 6, 3_000.0)}
    one, again = (
        question.bridge_of(make_month(plan=agreed(), **tallies(came=came)))[0].steps for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, again)
    own = one.loc[FACTORS]
    assert (own["low"] <= own["amount"]).all() and (own["amount"] <= own["high"]).all()
    # A Poisson count of 30 alone: 30 +- 1.96 x 5.5 leads of $100; what 6 joins say of their worth widens it.
    assert -5_200 < own.loc["marketing_now", "low"] < -4_075
    assert -1_925 < own.loc["marketing_now", "high"] < -1_000


def test_chance_is_named_where_it_explains_every_step_and_nothing_is_announced(bridged, make_month):
    month, _ = bridged(came={(OCTOBER, "marketing"): (58, 47, 12, 6_000.0)})
    assert question.gap_bridge(month).finding.endswith(
        "Chance alone could have made each of the teams’ steps."
    )
    month, _ = bridged(came={(OCTOBER, "marketing"): (20, 16, 4, 2_000.0)})
    assert "Chance" not in question.gap_bridge(month).finding
    assert not hasattr(question, "tests")
    assert all(test.question != "gap_bridge" for test in questions.tests_of(month))


# Levers


def reach(month, bridge):
    frame = question.levers_table(month, bridge).frame
    return frame.set_index("lever")["reach"].to_dict()


def test_what_would_have_closed_the_gap_alone(bridged):
    _, bridge = bridged(came={(OCTOBER, "marketing"): (30, 24, 6, 3_000.0)})
    levers = lever_table(bridge)
    # $3,000 short: marketing's leads carry $3,000, so twice as many; sales' carry $4,000; the rates carry $7,000.
    assert levers["needed"].round(4).to_dict() == {
        "marketing_now": 60, "sales_now": 70, "reached": round(0.8 * 10 / 7, 4), "joins": round(0.25 * 10 / 7, 4),
        "value": round(500 * 10 / 7, 4),
    }  # fmt: skip
    assert levers["attained"].round(9).tolist() == [0.5, 1, 1, 1, 1]
    assert levers["best"].isna().all()  # thirteen earlier months are no two seasons


def test_the_best_of_the_season_is_a_share_of_plan_and_needs_two_years(bridged):
    came = {
        (OCTOBER, "marketing"): (30, 24, 6, 3_000.0),
        ("2025-11", "marketing"): (75, 60, 15, 7_500.0),  # the same season: 125% of plan
        ("2025-09", "sales"): (46, 37, 9, 4_600.0),
        ("2026-05", "sales"): (400, 320, 80, 40_000.0),  # another season
        ("2025-10", "sales"): (40, 32, 8, 4_400.0),  # the mean join of both teams $520: 4% over plan
    }
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    levers = lever_table(bridge)
    assert levers.loc[["marketing_now", "sales_now"], "best"].round(6).tolist() == [75, 46]
    assert reach(month, bridge) == {
        "Marketing-sourced leads of October": "yes", "Sales-sourced leads of October": "part: closes 20%",
        "Share of leads reached": "part: closes 1%", "Joins per lead reached": "beyond any month yet",
        "Value per join": "part: closes 9%",
    }  # fmt: skip


def test_what_no_month_of_the_season_came_to_is_out_of_reach_and_no_number(bridged):
    came = {(OCTOBER, "marketing"): (30, 24, 6, 3_000.0), ("2025-11", "marketing"): (75, 60, 15, 7_500.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    needed = question.levers_table(month, bridge).frame.set_index("lever")["needed"]
    assert needed["Marketing-sourced leads of October"] == "60"  # 75 came in the season before
    assert needed["Sales-sourced leads of October"] == "out of reach"  # 70, and never more than 40 came


def test_needed_over_100_percent_is_out_of_reach_and_a_lever_over_plan_is_no_fault(bridged):
    came = {(OCTOBER, "marketing"): (15, 12, 3, 1_500.0), (OCTOBER, "sales"): (44, 35, 8, 4_000.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    frame = question.levers_table(month, bridge).frame.set_index("lever")
    assert frame.loc["Share of leads reached", "needed"] == "out of reach"
    assert frame.loc["Sales-sourced leads of October", "reach"] == "over plan; beyond any month yet"


def test_ahead_of_the_goal_levers_say_what_else_they_could_give(bridged, printable):
    came = {(OCTOBER, "marketing"): (72, 58, 15, 7_500.0), ("2025-10", "sales"): (50, 40, 10, 5_000.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    table = question.levers_table(month, bridge)
    assert table.title == "What else each lever could give" and "needed" not in [c.key for c in table.columns]
    assert reach(month, bridge)["Sales-sourced leads of October"] == "its best brings $1.0k more"
    assert reach(month, bridge)["Marketing-sourced leads of October"] == "the best yet"
    assert question.gap_bridge(month).prompt.text == "What made this month work, and how do we keep it?"


# Words


@pytest.mark.parametrize("came, goal, finding, headline", [
    ({"marketing": (30, 24, 6, 2_700.0), "sales": (48, 38, 10, 5_000.0)}, 10_000,
     "Against the goal, fewer marketing-sourced quality leads cost $2.9k and a lower value per join $450. "
     "More sales-sourced quality leads won $817 back. With the other steps, that leaves the $2.3k.",
     "30 fewer marketing-sourced quality leads cost most, and 8 more sales-sourced quality leads won part of it back"),
    ({"marketing": (90, 72, 18, 9_000.0)}, 10_000,
     "Against the goal, more marketing-sourced quality leads brought $3.0k. That makes the $3.0k over it.",
     "30 more marketing-sourced quality leads brought most of it"),
    ({"marketing": (90, 72, 18, 9_000.0), "sales": (40, 32, 8, 3_000.0)}, 10_000,  # one step is more than the gap
     "Against the goal, more marketing-sourced quality leads brought $3.0k. A lower value per join cost $1.0k. "
     "That makes the $2.0k over it.",
     "30 more marketing-sourced quality leads brought $3.0k, and a lower value per join cost part of it"),
    ({"marketing": (66, 53, 13, 6_550.0), "sales": (35, 28, 7, 3_500.0)}, 10_000, "on plan", ""),
    ({"marketing": (60, 48, 9, 4_500.0)}, 10_000,
     "Against the goal, fewer joins per lead reached cost $1.5k. That leaves the $1.5k.",
     "fewer joins per lead reached cost most"),
    ({"marketing": (90, 72, 18, 9_000.0), "sales": (40, 32, 8, 3_000.0)}, 12_900,
     "Against the goal, less revenue from outside the planned leads cost $2.9k and a lower value per join $1.0k. "
     "More marketing-sourced quality leads won $3.0k back. That leaves the $900.",
     "less revenue from outside the planned leads cost most, "
     "and 30 more marketing-sourced quality leads won $3.0k back"),
    ({}, 12_000,
     "Against the goal, less revenue from outside the planned leads cost $2.0k. That leaves the $2.0k.",
     "less revenue from outside the planned leads cost most"),
])  # fmt: skip
def test_finding_and_headline_follow_the_steps(bridged, printable, came, goal, finding, headline):
    month, bridge = bridged(
        plan=agreed(goal=goal), came={(OCTOBER, team): found for team, found in came.items()}
    )
    text = describe_bridge(month, bridge)
    assert text.endswith("on plan.") if finding == "on plan" else text == finding
    assert headline_half(month, bridge) == headline
    printable(question.gap_bridge(month))
    said = questions.in_one_minute(month).headline
    assert said.endswith(f": {headline}.") if headline else said.endswith("%).")


def company_without_plan(riverside):
    return replace(riverside, plan=riverside.plan.head(0))


STATES = {
    "no goal": (lambda company: {"plan": agreed(goal=None)}, "No goal is recorded for October, so"),
    "no plan of leads": (lambda company: {"plan": agreed(leads={})}, "There is no bridge without a plan of leads"),
    "in progress": (lambda company: {"partial": date(2026, 10, 18)}, "October is in progress"),
    "deals stop": (
        lambda company: {"ends": {"deals": date(2026, 10, 18)}}, "There is no bridge of October: the deals stop on",
    ),
    "no deals": (lambda company: {"missing": ["deals"]}, "There is no bridge without revenue"),
    "no history": (lambda company: {"months": [OCTOBER]}, "Too few joins with a known lead are old enough"),
    "tiny": (lambda company: {"came": {(m, t): (2, 1, 0, 0.0) for m in MONTHS for t in AS_PLANNED}}, "Too few joins"),
    "revenue without leads": (
        lambda company: {"months": [OCTOBER], "more": [{"month": OCTOBER, "created_month": "", "team": "no lead",
                                                         "clients": 3, "revenue": 900.0}]}, "Too few joins"),
}  # fmt: skip


@pytest.mark.parametrize(("unsourced", "noun"), [
    (29, "30 fewer marketing-sourced quality leads"), (30, "30 fewer quality leads recorded as marketing-sourced"),
])  # fmt: skip
def test_leads_that_may_only_lack_a_source_are_missing_as_recorded(make_month, unsourced, noun):
    shape = tallies(came={(OCTOBER, "marketing"): (30, 24, 6, 3_000.0)})
    tracking = [{"team": "marketing", "leads": 30, "source_known": 30},
                {"team": "unassigned", "leads": unsourced, "quality_unsourced": unsourced}]  # fmt: skip
    month = make_month(OCTOBER, plan=agreed(MONTHS), tracking=tracking, **shape)
    bridge, _ = question.bridge_of(month)
    assert headline_half(month, bridge) == f"{noun} cost most"
    assert describe_bridge(month, bridge).startswith(f"Against the goal, {noun[3:]} cost ")


@pytest.mark.parametrize("state", STATES)
def test_without_a_bridge_the_section_says_why_and_the_headline_uses_no_cost_words(
    make_month, printable, riverside, state
):
    build, why = STATES[state]
    given = build(riverside)
    shape = {key: given.pop(key) for key in ("months", "came", "more") if key in given}
    month = make_month(**{"plan": agreed(), **given}, **tallies(**shape))
    answer = question.gap_bridge(month)
    assert answer.finding.startswith(why) and answer.state == "missing" and not answer.figures
    printable(answer)
    assert " cost " not in questions.in_one_minute(month).headline


def test_a_draft_plan_is_named_wherever_the_bridge_uses_it(make_month, riverside, printable):
    months = months_to(OCTOBER, 20)
    month = make_month(company=company_without_plan(riverside), **tallies(months))
    bridge, _ = question.bridge_of(month)
    assert bridge.drafted == ("goal", "leads", "rates") and nonzero(bridge) == {}
    answer = question.gap_bridge(month)
    shown = printable(answer)
    assert shown["state"] == "poor" and shown["figures"][0]["title"] == "From draft goal to actual revenue"
    named = "goal, leads and rates are a draft plan, not agreed: October 2025"
    assert shown["figures"][0]["subtitle"].endswith(named)
    assert "it takes agreed plans" in answer.tables_shown[0].note


def test_the_rates_of_a_draft_are_those_of_the_months_that_it_is_taken_from(make_month, riverside):
    """Else a good October a year ago would read as revenue from outside the planned leads that did not come."""
    months, last_year = months_to(OCTOBER, 20), (60, 48, 24, 12_000.0)
    came = {("2025-10", "marketing"): last_year}
    month = make_month(company=company_without_plan(riverside), **tallies(months, came=came))
    bridge, _ = question.bridge_of(month)
    assert bridge.goal == 16_000 and nonzero(bridge) == {"joins": -6_000}
    assert headline_half(month, bridge) == "fewer joins per lead reached cost most"


def test_a_draft_of_three_months_has_their_rates_and_names_their_mean(make_month, riverside):
    months = months_to(OCTOBER, 7)
    came = {(m, "marketing"): (60, 48, 18, 9_000.0) for m in months[-4:-1]}
    month = make_month(company=company_without_plan(riverside), **tallies(months, came=came))
    bridge, _ = question.bridge_of(month)
    assert bridge.goal == 13_000 and nonzero(bridge) == {"joins": -3_000}
    assert question.gap_bridge(month).figures[0].subtitle.endswith("the mean of July–September 2026")


def test_a_draft_goal_beside_agreed_leads_takes_rates_of_the_year(make_month, riverside):
    months = months_to(OCTOBER, 20)
    leads = agreed([OCTOBER], rates=None).agreed.query("team != 'shared'")
    plan = replace(riverside, plan=leads)
    came = {("2025-10", "marketing"): (60, 48, 24, 12_000.0)}
    bridge, _ = question.bridge_of(make_month(company=plan, **tallies(months, came=came)))
    assert bridge.history.drafted == () and "plan_rest" in nonzero(bridge)


def test_rates_that_no_plan_states_are_those_of_the_twelve_months_before(bridged):
    came = {(OCTOBER, "marketing"): (60, 48, 6, 3_000.0)}
    _, bridge = bridged(plan=agreed(rates=None), came=came)
    assert bridge.drafted == ("rates",) and nonzero(bridge) == {"joins": -3_000}


def test_a_team_without_a_plan_counts_as_it_came(bridged):
    month, bridge = bridged(
        plan=agreed(leads={"marketing": 60}), came={(OCTOBER, "sales"): (20, 16, 4, 2_000.0)}
    )
    assert bridge.steps.loc["sales_now", "amount"] == 0
    assert any("sales has no step" in note for note in question.notes_of(month, bridge))


def test_one_loss_one_amount_all_money_of_the_pages_sentences_is_a_step_or_the_gap(bridged):
    came = {(OCTOBER, "marketing"): (30, 24, 6, 2_700.0), (OCTOBER, "sales"): (48, 36, 10, 5_200.0)}
    month, bridge = bridged(came=came)
    rest = bridge.steps["amount"].reindex(["plan_rest", "no_lead", "other_leads", "won_before"]).sum()
    known = [*bridge.steps["amount"], rest, bridge.gap, bridge.goal, bridge.actual]
    shown = {month.words.money_short(abs(float(amount))) for amount in known}
    answers = questions.answers(month)
    texts = [text for answer in answers for text in (answer.headline, answer.finding, *answer.notes)]
    texts += [item.text for answer in answers for one in answer.lists for item in one.items]
    texts += [answer.prompt.text for answer in answers if answer.prompt]
    said = {amount for text in texts for amount in re.findall(r"\$[\d.,]*\d(?:k|m|bn)?", text)}
    assert len(said) >= 4 and said <= shown


def test_the_shared_edition_explains_the_range_by_chance_that_it_shows(bridged):
    table = question.steps_table(*bridged(came={(OCTOBER, "marketing"): (30, 20, 6, 2_700.0)}))
    assert "By chance" in [column.label for column in table.columns]
    assert cut(table.note, lambda part: not list(numbers(part))).startswith("By chance: ")


def test_owners_are_the_teams_of_the_leads_the_stage_of_the_playbook_and_both(bridged):
    month, bridge = bridged(came={(OCTOBER, "marketing"): (30, 20, 6, 2_700.0)})
    owners = question.steps_table(month, bridge).frame["owner"].tolist()[1:-1]
    assert owners[:7] == ["marketing", "sales", "marketing", "sales", "sales", "both", "both"]


# The sample's answer key


@pytest.mark.slow
def test_the_samples_october_shows_the_planted_steps(tmp_path):
    params = tmp_path / "params" / "riverside"
    shutil.copytree(RIVERSIDE, params)
    month = open_month(OCTOBER, params)
    steps = question.bridge_of(month)[0].steps
    planted = {"marketing_now": -1, "sales_now": 1, "reached": -1}  # october-leads, october-replies
    for key, side in planted.items():
        assert side * steps.loc[key, "amount"] > 0, key
    assert steps.loc["marketing_now", "high"] < 0  # more than chance does
    assert steps.loc["marketing_now", "amount"] == steps.loc[FACTORS, "amount"].min()
    assert "fewer marketing-sourced quality leads cost most" in questions.in_one_minute(month).headline
