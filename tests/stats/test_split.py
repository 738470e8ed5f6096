"""The order-free split: exact, adds up, treats equal factors equally."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alignment_lib.stats.split import order_free_split

BEFORE = {"n_a": 650, "n_b": 350, "acc_a": 0.80, "acc_b": 0.95, "fast": 0.90}
AFTER = {"n_a": 700, "n_b": 280, "acc_a": 0.70, "acc_b": 0.95, "fast": 0.60}
FACTORS = list(BEFORE)


def revenue(switched):
    """Sum over two groups of count x accepted x (fast x rate if fast + slow x rate if slow) x 600."""
    x = {name: (AFTER if name in switched else BEFORE)[name] for name in BEFORE}
    a = x["n_a"] * x["acc_a"] * (x["fast"] * 0.20 + (1 - x["fast"]) * 0.10)
    b = x["n_b"] * x["acc_b"] * (x["fast"] * 0.30 + (1 - x["fast"]) * 0.20)
    return 600 * (a + b)


def test_golden_gap_and_steps():
    split = order_free_split(revenue, FACTORS)
    assert (revenue(frozenset()), revenue(frozenset(FACTORS))) == pytest.approx((117_135, 88_536))
    assert split.gap == pytest.approx(-28_599)
    assert split.steps.tolist() == pytest.approx([3_945, -10_972.5, -7_080, 0, -14_491.5], abs=1e-6)


def test_golden_ranges_over_all_orders():
    split = order_free_split(revenue, FACTORS)
    low = [3_360, -11_571, -7_980, 0, -16_065]
    high = [4_560, -10_374, -6_240, 0, -12_978]
    assert split.low.tolist() == pytest.approx(low, abs=1e-6)
    assert split.high.tolist() == pytest.approx(high, abs=1e-6)
    assert split.step("n_b") == split.steps[1]


def test_with_a_lag_of_three_months_this_months_leads_carry_no_revenue():
    # Cases come due three months later: 200 instead of 100 now are nothing yet, 80 instead of 100 then are all.
    due = [0.0, 0.0, 0.0, 1.0]
    plan, actual = {"now": 100, "then": 100, "rate": 0.20}, {"now": 200, "then": 80, "rate": 0.25}

    def revenue(switched):
        x = {name: (actual if name in switched else plan)[name] for name in plan}
        return (due[0] * x["now"] + due[3] * x["then"]) * x["rate"] * 1000

    split = order_free_split(revenue, list(plan))
    assert split.gap == pytest.approx(0)
    assert split.steps.tolist() == pytest.approx([0, -4500, 4500])


def table_of(values):
    """Return a value function that looks its value up by the set of switched factors a, b, c, ..."""
    n = int(np.log2(len(values)))
    names = "abcdefghij"[:n]
    return (lambda chosen: values[sum(1 << names.index(f) for f in chosen)]), list(names)


amounts = st.floats(-1e6, 1e6)
tables = st.integers(1, 4).flatmap(lambda n: st.lists(amounts, min_size=2**n, max_size=2**n))


@given(tables)
def test_equals_the_mean_over_all_orders(values):
    value, names = table_of(values)
    added = {name: [] for name in names}
    for order in itertools.permutations(names):
        for i, name in enumerate(order):
            added[name].append(value(frozenset(order[: i + 1])) - value(frozenset(order[:i])))
    split = order_free_split(value, names)
    for i, name in enumerate(names):
        assert split.steps[i] == pytest.approx(np.mean(added[name]), abs=1e-6)
        assert (split.low[i], split.high[i]) == pytest.approx((min(added[name]), max(added[name])), abs=1e-6)


@given(tables)
def test_steps_add_up_and_lie_within_their_range(values):
    value, names = table_of(values)
    split = order_free_split(value, names)
    assert split.steps.sum() == pytest.approx(split.gap, rel=1e-9, abs=1e-9 * (1 + max(map(abs, values))))
    assert (split.low <= split.steps + 1e-6).all()
    assert (split.steps <= split.high + 1e-6).all()


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_the_factors_does_not_matter(values, random):
    value, names = table_of(values)
    shuffled = random.sample(names, len(names))
    first, second = order_free_split(value, names), order_free_split(value, shuffled)
    for name in names:
        assert first.step(name) == pytest.approx(second.step(name), abs=1e-6)


@given(st.lists(amounts, min_size=4, max_size=4))
@example([0.0, 0.0, 0.0, 5e-324])
def test_a_factor_that_changes_nothing_gets_nothing(values):
    value, names = table_of(values)
    split = order_free_split(lambda chosen: value(chosen - {"idle"}), [*names, "idle"])
    assert (split.step("idle"), split.low[-1], split.high[-1]) == (0, 0, 0)


@given(st.lists(amounts, min_size=4, max_size=4))
def test_factors_that_are_alike_get_the_same(by_count):
    split = order_free_split(lambda chosen: by_count[len(chosen)], ["a", "b", "c"])
    assert split.steps.tolist() == pytest.approx([split.gap / 3] * 3, abs=1e-6)


@given(tables, tables)
def test_draws_are_split_one_by_one(first, second):
    size = min(len(first), len(second))
    both = np.array([first[:size], second[:size]]).T
    value, names = table_of(both)
    split = order_free_split(value, names)
    for draw in range(2):
        alone = order_free_split(table_of(both[:, draw])[0], names)
        assert split.steps[:, draw] == pytest.approx(alone.steps)
        assert split.gap[draw] == alone.gap


def test_each_set_is_evaluated_once():
    seen = []
    order_free_split(lambda chosen: float(len(seen.append(chosen) or chosen)), list("abcd"))
    assert len(seen) == len(set(seen)) == 16


def test_what_cannot_be_split_is_refused():
    for factors in ([], ["a", "a"], [str(i) for i in range(13)]):
        with pytest.raises(ValueError, match="different factors"):
            order_free_split(lambda chosen: 0.0, factors)
    with pytest.raises(ValueError, match="not finite"):
        order_free_split(lambda chosen: float("nan"), ["a"])


def test_two_hundred_draws_of_nine_factors_are_fast():
    names = [f"f{i}" for i in range(9)]
    rng = np.random.default_rng(1)
    before, after = rng.uniform(1, 2, (2, 9, 200, 24))  # 24 cells each

    def product_sum(chosen):
        parts = [after[i] if name in chosen else before[i] for i, name in enumerate(names)]
        total = (parts[0] + parts[1]) * (parts[2] + parts[3])
        for part in parts[4:]:
            total = total * part
        return total.sum(axis=1)

    started = time.process_time()
    split = order_free_split(product_sum, names)
    assert time.process_time() - started < 0.6  # 0.2 s on a free core
    assert split.steps.shape == (9, 200)
