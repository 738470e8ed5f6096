"""The table of levers: what would have closed the gap alone, and what is within reach."""

from __future__ import annotations

from made_bridges import OCTOBER, agreed
from made_months import months_to

from alignment_lib.questions.gap_bridge import gap_bridge, levers_table
from alignment_lib.questions.levers import lever_table

TWO_YEARS = months_to("2026-10", 27)


def reach(month, bridge):
    frame = levers_table(month, bridge).frame
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
        "Share of leads reached": "part: closes 1%", "Joins per lead reached": "already the best of its season",
        "Value per join": "part: closes 9%",
    }  # fmt: skip


def test_what_no_month_of_the_season_came_to_is_out_of_reach_and_no_number(bridged):
    came = {(OCTOBER, "marketing"): (30, 24, 6, 3_000.0), ("2025-11", "marketing"): (75, 60, 15, 7_500.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    needed = levers_table(month, bridge).frame.set_index("lever")["needed"]
    assert needed["Marketing-sourced leads of October"] == "60"  # 75 came in the season before
    assert needed["Sales-sourced leads of October"] == "out of reach"  # 70, and never more than 40 came


def test_needed_over_100_percent_is_out_of_reach_and_a_lever_over_plan_is_no_fault(bridged):
    came = {(OCTOBER, "marketing"): (15, 12, 3, 1_500.0), (OCTOBER, "sales"): (44, 35, 8, 4_000.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    frame = levers_table(month, bridge).frame.set_index("lever")
    assert frame.loc["Share of leads reached", "needed"] == "out of reach"
    assert frame.loc["Sales-sourced leads of October", "reach"] == "over plan; already the best of its season"


def test_ahead_of_the_goal_levers_say_what_else_they_could_give(bridged, printable):
    came = {(OCTOBER, "marketing"): (72, 58, 15, 7_500.0), ("2025-10", "sales"): (50, 40, 10, 5_000.0)}
    month, bridge = bridged(months=TWO_YEARS, plan=agreed(TWO_YEARS), came=came)
    table = levers_table(month, bridge)
    assert table.title == "What else each lever could give" and "needed" not in [c.key for c in table.columns]
    assert reach(month, bridge)["Sales-sourced leads of October"] == "its best brings $1.0k more"
    assert reach(month, bridge)["Marketing-sourced leads of October"] == "over plan; already the best of its season"
    assert gap_bridge(month).prompt.text == "What made this month work, and how do we keep it?"
