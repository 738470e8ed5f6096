"""Wins are set against the leads that were due."""

from datetime import date

import pandas as pd
import pytest

from alignment_lib.maturity import due_leads, expected_share_in, share_in_by_cut, win_lags
from alignment_lib.period import Month

HALF = pd.Series([0.5, 0.5])


def closings(leads: dict[str, int], lags: dict[int, float], until: str, share: float = 0.2) -> pd.DataFrame:
    """Return the revenue tally of leads of which `share` is won, spread over months by `lags`."""
    rows = [
        {
            "month": str(Month.parse(month) + lag),
            "created_month": month,
            "clients": round(n * share * part, 6),
        }
        for month, n in leads.items()
        for lag, part in lags.items()
    ]
    frame = pd.DataFrame(rows)
    return frame[frame["month"] <= until]


def months(first: str, count: int, leads: int = 100) -> dict[str, int]:
    return {str(Month.parse(first) + n): leads for n in range(count)}


def test_a_months_wins_are_set_against_the_leads_that_were_due():
    due = due_leads(pd.Series({"2026-08": 100, "2026-09": 120, "2026-10": 144}), HALF)

    assert due["2026-10"] == pytest.approx(132)
    assert 26.4 / due["2026-10"] == pytest.approx(0.20)


@pytest.mark.parametrize(
    ("leads", "same_month"),
    [((100, 120, 144), 0.18333), ((144, 120, 100), 0.22)],
    ids=["growing", "shrinking"],
)
def test_a_ratio_of_one_month_punishes_growth_and_flatters_decline(leads, same_month):
    created = pd.Series(leads, index=["2026-08", "2026-09", "2026-10"])
    won = 0.2 * (0.5 * leads[2] + 0.5 * leads[1])

    assert won / leads[2] == pytest.approx(same_month, abs=5e-6)
    assert 0.5 * 0.2 * leads[2] / leads[2] == pytest.approx(0.10)  # the young cohort so far
    assert won / due_leads(created, HALF)["2026-10"] == pytest.approx(0.20)


def test_leads_before_the_first_month_leave_due_leads_unknown():
    assert due_leads(pd.Series({"2026-09": 120, "2026-10": 144}), HALF).isna().tolist() == [True, False]


def test_a_month_without_leads_counts_as_none_not_as_missing():
    assert due_leads(pd.Series({"2026-08": 100, "2026-10": 50}), HALF).tolist()[1:] == [50, 25]


def test_lags_are_found_again_from_mature_cohorts_and_sum_to_one():
    tally = closings(months("2025-01", 22), {0: 0.5, 1: 0.3, 2: 0.2}, until="2026-10")

    lags = win_lags(tally, "2026-10")

    assert lags.tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert lags.sum() == pytest.approx(1)


def test_growth_does_not_make_wins_look_quicker_than_they_are():
    growing = {str(Month(2025, 1) + n): 100 * 2**n for n in range(12)}
    tally = closings(growing, {0: 0.2, 3: 0.8}, until="2025-12")
    assert win_lags(tally, "2025-12").loc[[0, 3]].tolist() == pytest.approx([0.2, 0.8])


def test_only_the_latest_twelve_mature_cohorts_count():
    slow = closings(months("2024-01", 12), {2: 1.0}, until="2026-10")
    quick = closings(months("2025-01", 22), {0: 0.5, 2: 0.5}, until="2026-10")
    assert win_lags(pd.concat([slow, quick]), "2026-10").tolist() == pytest.approx([0.5, 0, 0.5])


def test_wins_without_a_lead_and_wins_before_their_lead_do_not_break_lags():
    tally = closings(months("2025-01", 22), {0: 1.0}, until="2026-10")
    odd = pd.DataFrame(
        [
            {"month": "2026-03", "created_month": "", "clients": 500},
            {"month": "2026-03", "created_month": "2026-04", "clients": 9},
        ]
    )
    assert win_lags(pd.concat([tally, odd]), "2026-10").tolist() == [1.0]


def test_too_few_wins_say_nothing():
    tally = closings(months("2026-01", 10, leads=5), {0: 1.0}, until="2026-10")
    assert win_lags(tally, "2026-10").empty
    assert win_lags(tally.iloc[:0], "2026-10").empty
    assert expected_share_in("2026-10", date(2026, 11, 3), win_lags(tally, "2026-10")) is None
    assert due_leads(pd.Series({"2026-10": 9}), pd.Series(dtype=float)).isna().all()


def test_the_month_of_as_of_counts_by_its_days():
    assert expected_share_in("2026-10", date(2026, 10, 31), HALF) == pytest.approx(0.5)
    assert expected_share_in("2026-10", date(2026, 11, 3), HALF) == pytest.approx(0.55)
    assert expected_share_in("2026-09", date(2026, 10, 31), HALF) == pytest.approx(1)
    assert expected_share_in("2026-12", date(2026, 10, 31), HALF) == 0


def test_the_share_in_by_the_cut_is_measured_on_mature_cohorts():
    """Half close in the month; of the other half, three fifths do so in the first days after it."""
    tally = closings(months("2025-01", 22), {0: 0.5, 1: 0.5}, until="2026-10")
    rows = [{"month": month, "won": 20, "won_at_cut": 16} for month in months("2025-01", 20)]
    young = {"month": "2026-10", "won": 16, "won_at_cut": 16}
    assert share_in_by_cut(tally, pd.DataFrame([*rows, young]), "2026-10") == pytest.approx(0.8)
    assert share_in_by_cut(tally, pd.DataFrame([young]), "2026-10") is None


def test_a_business_that_wins_nobody_in_the_month_of_the_lead_still_has_lags():
    lags = win_lags(closings(months("2025-01", 22), {2: 0.75, 3: 0.25}, "2026-10"), "2026-10")

    assert lags.round(6).to_dict() == {0: 0.0, 1: 0.0, 2: 0.75, 3: 0.25}
