"""Intervals of shares, rates and ratios, against numbers worked out elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.intervals import poisson_rate, ratio_range, wilson


@pytest.mark.parametrize(
    "k, n, low, high", [(4, 40, 4.0, 23.1), (10, 50, 11.2, 33.0), (12, 50, 14.3, 37.4), (3, 12, 8.9, 53.2)]
)
def test_wilson_golden_numbers(k, n, low, high):
    assert [round(100 * end, 1) for end in wilson(k, n)] == [low, high]


def test_wilson_equals_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for k, n in ((0, 10), (7, 9), (10, 10), (500, 2000)):
        assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


@given(st.integers(0, 500), st.integers(0, 500))
def test_wilson_holds_the_share_and_stays_between_0_and_1(k, more):
    low, high = wilson(k, k + more)
    assert 0 <= low <= high <= 1
    if k + more:
        assert low <= k / (k + more) <= high


def test_wilson_refuses_more_than_all():
    with pytest.raises(ValueError, match="5 of 4"):
        wilson(5, 4)


def test_poisson_interval_is_exact():
    # Garwood's table: 10 events -> 4.795 to 18.39; none -> 0 to 3.689
    assert poisson_rate(10) == pytest.approx((4.795, 18.390), abs=0.001)
    assert poisson_rate(0) == pytest.approx((0, 3.689), abs=0.001)
    assert poisson_rate(10, exposure=2) == pytest.approx((2.398, 9.195), abs=0.001)


def test_cost_per_win_carries_the_uncertainty_of_the_wins():
    ratio = ratio_range(1000, 10)
    assert (ratio.value, ratio.events) == (100, 10)
    assert (ratio.low, ratio.high) == pytest.approx((1000 / 18.390, 1000 / 4.795), rel=1e-3)


def test_without_wins_there_is_no_cost_per_win_and_no_upper_end():
    ratio = ratio_range(1000, 0)
    assert ratio.value is None
    assert ratio.high is None
    assert ratio.low == pytest.approx(1000 / 3.689, rel=1e-3)
