"""Bounds: wherever the unknown cases belong, the figure lies within."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.bounds import amount_bounds, count_bounds, rate_bounds, share_bounds, surely_more

few = st.integers(0, 12)


def test_by_hand():
    assert count_bounds(40, 12) == (40, 52, 40, 52)
    assert count_bounds(40, 12).width == 12
    assert share_bounds(60, 80, 20) == (0.6, 0.8, 0.6, 0.8)
    assert rate_bounds(10, 50, 6, 20) == pytest.approx((10 / 50, 16 / 70, 10 / 64, 16 / 56))


@given(few, few, few, few)
def test_every_way_to_place_the_unknown_lies_within_and_the_ends_are_reached(
    k, more, unknown_k, unknown_more
):
    n, unknown_n = k + more, unknown_k + unknown_more
    bounds = rate_bounds(k, n, unknown_k, unknown_n)
    ways = itertools.product(range(unknown_k + 1), range(unknown_more + 1))
    rates = [(k + i) / (n + i + j) for i, j in ways if n + i + j]
    if rates:
        assert (min(rates), max(rates)) == pytest.approx((bounds.low, bounds.high))
    assert bounds.low <= bounds.none_here <= bounds.high
    assert bounds.low <= bounds.all_here <= bounds.high


@given(few, few, few)
def test_shares_of_two_groups_have_bounds_that_mirror_each_other(one, other, unknown):
    a, b = (share_bounds(here, one + other, unknown) for here in (one, other))
    assert (a.low + b.high, a.high + b.low) == pytest.approx((1, 1))


@given(few, few, few)
def test_with_nothing_unknown_there_is_one_figure(k, more, others):
    if k + more:
        assert rate_bounds(k, k + more, 0, 0) == pytest.approx([k / (k + more)] * 4)
        assert share_bounds(k, k + more + others, 0).width == 0


def test_without_cases_anything_is_possible():
    assert share_bounds(0, 0, 0) == (0, 1, 0, 1)
    assert rate_bounds(0, 0, 0, 0) == (0, 1, 0, 1)
    assert rate_bounds(0, 0, 2, 5)[2:] == (0, 1)


def test_surely_more_only_beyond_all_the_unknown():
    assert surely_more(count_bounds(53, 12), count_bounds(40, 12))
    assert not surely_more(count_bounds(52, 12), count_bounds(40, 12))


def test_impossible_counts_are_refused():
    for call in (
        lambda: count_bounds(1, -1),
        lambda: share_bounds(3, 2, 0),
        lambda: rate_bounds(3, 2, 0, 0),
        lambda: rate_bounds(1, 2, 3, 2),
    ):
        with pytest.raises(ValueError, match="larger than its whole"):
            call()


def test_an_amount_per_case_falls_with_every_case_that_may_be_its_own():
    assert amount_bounds(600, 0, 3) == (float("inf"), 200, 200, float("inf"))
    assert amount_bounds(600, 4, 0).width == 0
