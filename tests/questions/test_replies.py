"""What is counted of replies: promises kept, conditions, waits, stages and batons, on months counted by eye."""

from datetime import date

import pytest
from made_replies import ELSEWHERE, HARBOUR, relay_row

from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions.relay import describe_relay
from alignment_lib.questions.relay_figures import _waiting_columns
from alignment_lib.questions.replies import (
    Replies,
    by_location,
    conditions,
    dropped_batons,
    joins_in_by_now,
    replies,
    reply_gap,
    stages_passed,
    still_waiting,
    waiting_curves,
)

# Half of the wins close in the month of the lead, half in the second month after it.
LAGS = [{"created_month": str(m), "month": str(m + lag), "clients": 30}
        for m in Month.parse("2026-10").back(18) for lag in (0, 2) if m + lag <= Month.parse("2026-10")]  # fmt: skip


def test_share_leaves_out_clocks_that_still_run_and_keeps_the_never_answered(make_month):
    month = make_month(relay=[relay_row(kept=54, broken=46, running=7, never_answered=20)])
    assert replies(month, "marketing", ["2026-10"]) == Replies(judged=100, kept=54)


def test_condition_is_tested_against_all_other_places_and_times(make_month):
    worst = conditions(make_month(relay_hours=[HARBOUR, *ELSEWHERE])).iloc[0]
    assert (worst["location"], worst["part"]) == ("Harbour", "16:00 and later")
    assert (worst["never"], worst["covered"], worst["rest_never"], worst["rest_covered"]) == (40, 84, 24, 240)
    assert worst["p"] < 1e-6


def test_cells_under_twenty_leads_and_leads_without_a_place_are_not_tested(make_month):
    few = [
        {"location": "Station", "covered": 19, "never_answered": 19},
        {"location": "(none)", "covered": 50},
    ]
    places = set(conditions(make_month(relay_hours=[*ELSEWHERE, *few]))["location"])
    assert places == {"Harbour", "Northgate"}


def test_the_never_answered_stay_on_the_curve(make_month):
    waits = [{"minutes": 60 * hour, "answered": 1} for hour in range(1, 7)] + [
        {"minutes": 6000, "running": 4}
    ]
    curves = waiting_curves(make_month(waits=waits), ["2026-10"])
    table = still_waiting(curves, {})
    assert table["marketing"].round(2).to_dict() == {
        5: 1,
        15: 1,
        60: 0.9,
        120: 0.8,
        480: 0.4,
        1440: 0.4,
        4320: 0.4,
    }
    assert table["sales"].isna().all()
    table["sales_earlier"] = 0.5
    counts, words = {"marketing": 20, "sales": 3}, make_month().words
    headings = [column.label for column in _waiting_columns(table, counts, words)]
    assert headings == ["Still waiting after", "Marketing (n=20)", "Sales, earlier"]


def test_stages_differ_from_their_plan_by_quality_leads_only(make_month):
    """Planned: 297 quality leads, of which 84% are reached and 38% of these join; others count as they came."""
    row = relay_row(kept=60, broken=40, handed_over=120, answered=90, reached=70, joined=9)
    month = make_month(
        relay=[{**row, "quality": 100, "quality_reached": 65, "quality_joined": 7}],
        revenue=LAGS,
        sources=[{"month": "2026-05", "won": 60, "won_at_cut": 39}],
    )
    stages = stages_passed(month)
    assert stages["leads"].to_dict() == {
        "Handed over": 120,
        "Answered": 90,
        "Reached": 70,
        "Joined so far": 9,
    }
    assert stages["in_time"].tolist()[1] == 60
    planned, rates = month.plan.leads("2026-10", "marketing"), month.plan.rates("2026-10", "marketing")
    reached = planned * rates.reached_share
    assert stages["plan"].tolist() == [
        round(planned) + 20,  # the 20 that are not quality leads
        70,                   # 70% of the 100 that the promise covers
        round(reached + 5),
        round(reached * rates.joins_per_reached * 0.65 + 2),  # 39 of 60 were in at this age; 2 as they came
    ]  # fmt: skip


def test_joins_are_measured_at_the_cut_and_spread_over_days_where_the_data_stop_before_it(make_month):
    cohort = [{"month": "2026-05", "won": 60, "won_at_cut": 39}]
    assert joins_in_by_now(make_month(revenue=LAGS, sources=cohort)) == 0.65
    stopped = make_month(revenue=LAGS, sources=cohort, as_of=date(2026, 10, 31))
    assert joins_in_by_now(stopped) == pytest.approx(0.5)


def test_places_show_median_waits_with_the_unanswered_in_them(make_month):
    month = make_month(
        relay=[relay_row(kept=2, broken=3, never_answered=2), relay_row(location="Harbour", kept=1, broken=3)],
        waits=[{"minutes": 30, "answered": 2}, {"minutes": 240, "answered": 1}, {"minutes": 900, "running": 2},
               {"location": "Harbour", "minutes": 30, "answered": 1},
               {"location": "Harbour", "minutes": 900, "running": 3},
               {"step": "routing", "minutes": 10, "answered": 5}],
        batons=[{"baton": "never answered", "leads": 2}, {"baton": "routed late", "leads": 1, "location": "Harbour"}],
    )  # fmt: skip
    places = by_location(month)
    assert list(places.index) == ["Northgate", "Harbour"]
    assert places.loc["Northgate", ["in_time", "routing", "reply", "never", "dropped"]].tolist() == [
        0.4,
        10,
        240,
        2,
        2,
    ]
    assert places["reply"].isna()["Harbour"]  # more than half still wait
    assert places["covered"].to_dict() == {"Northgate": 5, "Harbour": 4}
    assert (
        places.isna().loc["Harbour", ["in_time", "routing"]].all()
    )  # under 5 leads: their number and no share


def test_batons_add_up_and_kinds_that_do_not_occur_are_left_out(make_month):
    batons = [{"baton": "never answered", "leads": 5}, {"baton": "routed late", "leads": 2, "team": "sales"}]
    table = dropped_batons(make_month(batons=batons))
    assert table.loc["Northgate"].to_dict() == {"all": 7, "routed late": 2, "never answered": 5}


def test_reply_times_missing_for_a_tenth_are_said_instead_of_drawn(make_month):
    hours = [{**row, "answered": 50} for row in ELSEWHERE]
    month = make_month(
        relay=[relay_row(kept=60, broken=40)], relay_hours=hours, waits=[{"minutes": 9, "answered": 120}]
    )
    assert (
        reply_gap(month) == "The time of the reply is known for 80% of the leads answered, too few to judge."
    )


def test_no_plan_draws_no_tick_for_what_is_not_agreed(make_month):
    from dataclasses import replace

    month = make_month(relay=[relay_row(kept=60, broken=40)])
    bare = replace(month, plan=Plan(month.company.plan.iloc[:0]))
    assert stages_passed(bare)["plan"].isna()["Reached"]
    assert describe_relay(bare, None)
