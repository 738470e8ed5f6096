"""Exact tests and Holm's correction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact, poisson

from alignment_lib.stats.tests import binomial_p, holm, poisson_p, two_shares_p

p_lists = st.lists(st.floats(0, 1), max_size=12)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_binomial_equals_scipy(k, more, share):
    assert binomial_p(k, k + more, share) == pytest.approx(
        binomtest(k, k + more, share).pvalue if k + more else 1.0
    )


@given(*[st.integers(0, 40)] * 4)
def test_two_shares_equal_fisher(k1, m1, k2, m2):
    expected = fisher_exact([[k1, m1], [k2, m2]]).pvalue
    assert two_shares_p(k1, k1 + m1, k2, k2 + m2) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("count, expected", [(0, 3.0), (9, 3.0), (150, 120.0), (0, 0.0), (1, 0.0)])
def test_poisson_adds_up_what_is_no_more_likely(count, expected):
    chances = poisson.pmf(np.arange(2000), expected)
    as_likely = chances <= poisson.pmf(count, expected) * (1 + 1e-7)
    assert poisson_p(count, expected) == pytest.approx(chances[as_likely].sum(), abs=1e-9)


def test_certain_shares():
    assert (binomial_p(5, 5, 1), binomial_p(4, 5, 1), binomial_p(0, 5, 0)) == (1.0, 0.0, 1.0)


def test_impossible_counts_are_refused():
    for call in (lambda: binomial_p(6, 5, 0.5), lambda: two_shares_p(6, 5, 0, 5), lambda: poisson_p(-1, 2.0)):
        with pytest.raises(ValueError, match="needs"):
            call()


def test_holm_by_hand():
    # 0.01 <= 0.05/4, 0.013 <= 0.05/3, 0.03 > 0.05/2: the rest fails with it, though 0.04 <= 0.05/1
    assert holm([0.04, 0.01, 0.03, 0.013], 0.05) == [False, True, False, True]
    assert holm([], 0.05) == []


@given(p_lists, st.floats(0.01, 0.5), st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_order(p_values, level, random):
    order = list(range(len(p_values)))
    random.shuffle(order)
    holds = holm(p_values, level)
    assert holm([p_values[i] for i in order], level) == [holds[i] for i in order]


@given(p_lists, st.floats(0.01, 0.5), st.data())
def test_holm_is_monotone(p_values, level, data):
    holds = holm(p_values, level)
    smaller = [p * data.draw(st.floats(0, 1)) for p in p_values]
    assert all(after or not before for before, after in zip(holds, holm(smaller, level), strict=True))
    assert all(p <= level for p, held in zip(p_values, holds, strict=True) if held)


def test_holm_keeps_the_level_over_all_tests():
    p = np.random.default_rng(1).random((4000, 11))
    rate = np.mean([any(holm(row, 0.10)) for row in p.tolist()])
    assert rate <= 0.10 + 3 * np.sqrt(0.1 * 0.9 / 4000)
    assert rate >= 0.07  # and does not throw the level away


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(ValueError, match="nan"):
        holm([0.1, float("nan")], 0.1)
