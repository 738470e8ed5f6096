"""The plan that a bridge starts from: agreed, drafted, or without rates or a team."""

from __future__ import annotations

from dataclasses import replace

from made_bridges import OCTOBER, agreed, company_without_plan, nonzero, tallies
from made_months import months_to

from alignment_lib.questions.bridge_words import headline_half
from alignment_lib.questions.gap_bridge import bridge_of, gap_bridge, notes_of


def test_a_draft_plan_is_named_wherever_the_bridge_uses_it(make_month, riverside, printable):
    months = months_to(OCTOBER, 20)
    month = make_month(company=company_without_plan(riverside), **tallies(months))
    bridge, _ = bridge_of(month)
    assert bridge.drafted == ("goal", "leads", "rates") and nonzero(bridge) == {}
    answer = gap_bridge(month)
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
    bridge, _ = bridge_of(month)
    assert bridge.goal == 16_000 and nonzero(bridge) == {"joins": -6_000}
    assert headline_half(month, bridge) == "fewer joins per lead reached cost most"


def test_a_draft_of_three_months_has_their_rates_and_names_their_mean(make_month, riverside):
    months = months_to(OCTOBER, 7)
    came = {(m, "marketing"): (60, 48, 18, 9_000.0) for m in months[-4:-1]}
    month = make_month(company=company_without_plan(riverside), **tallies(months, came=came))
    bridge, _ = bridge_of(month)
    assert bridge.goal == 13_000 and nonzero(bridge) == {"joins": -3_000}
    assert gap_bridge(month).figures[0].subtitle.endswith("the mean of July–September 2026")


def test_a_draft_goal_beside_agreed_leads_takes_rates_of_the_year(make_month, riverside):
    months = months_to(OCTOBER, 20)
    leads = agreed([OCTOBER], rates=None).agreed.query("team != 'shared'")
    plan = replace(riverside, plan=leads)
    came = {("2025-10", "marketing"): (60, 48, 24, 12_000.0)}
    bridge, _ = bridge_of(make_month(company=plan, **tallies(months, came=came)))
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
    assert any("sales has no step" in note for note in notes_of(month, bridge))
