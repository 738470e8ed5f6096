"""The usual range: its limits, its three rules, and how often they fire when nothing changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.usual_range import p_value, signal_kind, usual_range

STEADY = [10, 12] * 6  # mean 11, mean moving range 2, limits 11 +- 5.32


def kind(current, earlier=STEADY):
    return signal_kind(earlier, current, usual_range(earlier))


def test_limits_are_mean_plus_minus_266_moving_ranges():
    usual = usual_range([10, 12, 10, 12, 10, 12, 10, 12])
    assert (usual.mean, usual.moving_range, usual.n) == (11, 2, 8)
    assert (usual.low, usual.high) == pytest.approx((5.68, 16.32))


def test_eight_values_draw_a_range_and_twelve_make_it_firm():
    assert usual_range(STEADY[:7]) is None
    assert not usual_range(STEADY[:8]).firm
    assert usual_range(STEADY).firm


def test_missing_values_are_left_out():
    assert usual_range([10, None, 12, math.nan, *STEADY[2:8]]) == usual_range(STEADY[:8])


def test_limits_stop_where_values_cannot_go():
    usual = usual_range([0, 4] * 4, least=0, most=5)
    assert (usual.low, usual.high) == (0, 5)


@pytest.mark.parametrize("current, expected", [(16.4, "above"), (16.3, None), (5.6, "below"), (5.7, None)])
def test_outside_the_limits_is_a_signal(current, expected):
    assert kind(current) == expected


def test_eight_in_a_row_on_one_side_are_a_shift():
    earlier = [8, 14] * 4 + [
        11.5,
        11.6,
        11.5,
        11.6,
        11.5,
        11.6,
        11.5,
    ]  # the last seven above the mean of 11.23
    assert kind(11.6, earlier) == "shifted up"
    assert kind(11.0, earlier) is None


def test_three_of_four_nearer_a_limit_than_the_mean_are_a_shift():
    earlier = [10, 12] * 6 + [8, 8, 12]
    usual = usual_range(earlier)
    near = usual.mean - 1.5 * usual.moving_range
    assert near > usual.low
    assert kind(near, [*earlier[:-3], 7, 7, 12]) == "shifted down"
    assert kind(near, [*earlier[:-3], 7, 12, 12]) is None


def test_a_limit_that_was_cut_off_still_does_not_signal():
    earlier = [0, 4] * 6
    assert signal_kind(earlier, 0, usual_range(earlier, least=0)) is None


def test_no_range_or_no_value_is_no_signal():
    assert signal_kind([1, 2], 3, None) is None
    assert kind(None) is None


def rates_when_nothing_changes(n, months=30_000, mean=100, seed=20261):
    """Count how often the three rules fire on Poisson counts, with the rules written down a second time."""
    x = np.random.default_rng(seed).poisson(mean, (months, n + 1)).astype(float)
    earlier, current = x[:, :n], x[:, -1]
    middle = earlier.mean(axis=1)
    moving = np.abs(np.diff(earlier, axis=1)).mean(axis=1)
    fires = np.abs(current - middle) > 2.66 * moving
    for sign in (1, -1):
        away = sign * (x - middle[:, None])
        fires |= (away[:, -8:] > 0).all(axis=1)
        fires |= (away[:, -4:] > 1.33 * moving[:, None]).sum(axis=1) >= 3
    return x, fires


@pytest.mark.parametrize("n, share", [(8, 0.035), (12, 0.025), (18, 0.019), (24, 0.016)])
def test_an_ordinary_month_is_seldom_a_signal(n, share):
    x, fires = rates_when_nothing_changes(n)
    # Two standard errors of 30,000 months are 0.2 points; the golden numbers are rounded to 0.1.
    assert fires.mean() == pytest.approx(share, abs=0.0025)
    sample = [signal_kind(row[:n], row[n], usual_range(row[:n])) is not None for row in x[:1500]]
    assert sample == fires[:1500].tolist()


def test_a_fixed_traffic_light_fires_far_more_often():
    x = np.random.default_rng(7).poisson(400, (20_000, 2))
    change = np.abs(x[:, 1] - x[:, 0]) / x[:, 0]
    assert (change > 0.04).mean() == pytest.approx(0.57, abs=0.02)


def test_p_follows_the_t_formula():
    # mean 11, deviation 2 / 1.128, 12 months: t = 4 / (1.773 x 1.0408) = 2.1675 at 6.82 degrees of freedom
    from scipy.stats import t

    assert p_value(STEADY, 15) == pytest.approx(2 * t.sf(4 / (2 / 1.128 * math.sqrt(13 / 12)), 0.62 * 11))
    assert p_value(STEADY, 15) == pytest.approx(p_value(STEADY, 7))


def test_p_is_unknown_without_history_and_one_without_movement():
    assert p_value(STEADY[:7], 15) is None
    assert p_value(STEADY, None) is None
    assert p_value([5] * 12, 9) == 1.0


@pytest.mark.parametrize("n", [8, 14, 24])
def test_p_is_small_no_more_often_than_it_says(n):
    x = np.random.default_rng(3).poisson(200, (4000, n + 1))
    p = np.array([p_value(row[:n], row[n]) for row in x])
    for level in (0.01, 0.1):
        assert (p <= level).mean() <= level + 3 * math.sqrt(level * (1 - level) / len(p))


@given(st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=40), st.floats(-1e6, 1e6), st.floats(0.1, 100))
def test_a_signal_does_not_depend_on_unit(earlier, current, factor):
    # Binary scaling is exact, so that no value sits on a limit by rounding only.
    scale = 2.0 ** round(math.log2(factor))
    scaled = [value * scale for value in earlier]
    assert signal_kind(scaled, current * scale, usual_range(scaled)) == signal_kind(
        earlier, current, usual_range(earlier)
    )
