"""What the gap bridge says, and why it is missing."""

from __future__ import annotations

from datetime import date

import pytest
from made_bridges import AS_PLANNED, OCTOBER, agreed, tallies
from made_months import MONTHS

from alignment_lib import questions
from alignment_lib.questions.bridge_words import describe_bridge, headline_half
from alignment_lib.questions.gap_bridge import bridge_of, gap_bridge


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
    printable(gap_bridge(month))
    said = questions.in_one_minute(month).headline
    assert said.endswith(f": {headline}.") if headline else said.endswith("%).")


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
    bridge, _ = bridge_of(month)
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
    answer = gap_bridge(month)
    assert answer.finding.startswith(why) and answer.state == "missing" and not answer.figures
    printable(answer)
    assert " cost " not in questions.in_one_minute(month).headline
