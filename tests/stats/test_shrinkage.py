"""Shrinkage: small groups move most, equal groups meet, ranges hold the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.shrinkage import shrink_means, shrink_rates

rates = st.lists(
    st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12
).filter(lambda groups: any(n for _, n in groups))


def columns(groups):
    return (np.array(column) for column in zip(*groups, strict=True))


@given(rates)
def test_a_value_lies_between_its_own_rate_and_the_common_one(groups):
    k, n = columns(groups)
    found = shrink_rates(k, n)
    raw = np.where(n > 0, found.raw, found.grand)
    assert (np.minimum(raw, found.grand) - 1e-12 <= found.value).all()
    assert (found.value <= np.maximum(raw, found.grand) + 1e-12).all()
    assert ((found.low <= found.value) & (found.value <= found.high)).all()
    assert ((found.low >= 0) & (found.high <= 1)).all()
    assert found.grand == pytest.approx(k.sum() / n.sum())


@given(rates, st.randoms(use_true_random=False))
def test_the_order_of_the_groups_does_not_matter(groups, random):
    order = random.sample(range(len(groups)), len(groups))
    straight, shuffled = (shrink_rates(*columns(g)) for g in (groups, [groups[i] for i in order]))
    for name in ("value", "low", "high", "weight"):
        assert getattr(shuffled, name) == pytest.approx(getattr(straight, name)[order], abs=1e-9)


@given(rates)
def test_of_two_groups_the_larger_keeps_more_of_its_own(groups):
    k, n = columns(groups)
    weight = shrink_rates(k, n).weight[np.argsort(n, kind="stable")]
    assert (np.diff(weight) >= -1e-12).all()


@given(st.lists(st.integers(1, 50), min_size=2, max_size=10))
def test_groups_that_differ_no_more_than_by_chance_all_get_the_common_rate(sizes):
    n = 10 * np.array(sizes)
    found = shrink_rates(n // 5, n)
    assert found.value == pytest.approx(np.full(len(n), 0.2))
    assert (found.weight == 0).all()
    assert (found.high - found.low > 0.01).all()  # not seen to differ is not known not to differ


def test_large_groups_keep_their_own_rate():
    found = shrink_rates(np.array([100_000, 200_000, 300_000]), np.full(3, 1_000_000))
    assert found.value == pytest.approx([0.1, 0.2, 0.3], abs=1e-4)


def test_by_hand():
    # m = 100/200; spread = 100 x .1^2 x 2 = 2; chance .25: (2 - .25) / (.5 x 99 x 2) = .017677; M = 13.143
    found = shrink_rates(np.array([40, 60]), np.array([100, 100]))
    between = (2 - 0.25) / 99
    m = (0.25 - between) / between
    assert found.value == pytest.approx([(40 + m * 0.5) / (100 + m), (60 + m * 0.5) / (100 + m)])


def test_the_smallest_group_is_best_or_worst_no_more_often_than_its_turn():
    rng, n = np.random.default_rng(4), np.array([15, 120, 150, 180, 200, 250, 300, 400])
    raw = shrunken = 0
    for _ in range(600):
        found = shrink_rates(rng.binomial(n, rng.beta(20, 80, 8)), n)
        raw += 0 in (found.raw.argmax(), found.raw.argmin())
        shrunken += 0 in (found.value.argmax(), found.value.argmin())
    assert raw / 600 > 0.45  # two places of eight would be 0.25
    assert shrunken / 600 < 0.25


@pytest.mark.parametrize("groups, a, b", [(5, 20, 80), (12, 20, 80), (12, 4, 76), (12, 2000, 8000)])
def test_ranges_hold_the_truth_and_values_are_nearer_to_it(groups, a, b):
    rng = np.random.default_rng(6)
    held, ours, plain = 0.0, 0.0, 0.0
    for _ in range(400):
        n, truth = rng.integers(8, 200, groups), rng.beta(a, b, groups)
        found = shrink_rates(rng.binomial(n, truth), n)
        held += ((found.low <= truth) & (truth <= found.high)).mean() / 400
        ours, plain = ours + ((found.value - truth) ** 2).sum(), plain + ((found.raw - truth) ** 2).sum()
    assert held >= 0.93
    assert ours < 0.75 * plain


def test_without_any_result_the_range_has_a_width():
    found = shrink_rates(np.zeros(3, dtype=int), np.array([5, 50, 0]))
    assert found.value.tolist() == [0, 0, 0]
    assert found.high[0] > found.high[1] > 0
    assert np.isnan(found.raw[2])


def test_one_group_is_its_own_mean():
    found = shrink_rates(np.array([3, 0]), np.array([10, 0]))
    assert found.value.tolist() == pytest.approx([0.3, 0.3])
    assert (found.low[1], found.high[1]) == (0, 1)


values = st.lists(st.lists(st.floats(-1000, 1000), max_size=8), min_size=1, max_size=8).filter(
    lambda groups: any(len(g) > 1 for g in groups)
)


def sums(groups):
    return (np.array(x) for x in zip(*[(len(g), sum(g), sum(v * v for v in g)) for g in groups], strict=True))


@given(values)
def test_a_mean_lies_between_its_own_and_the_common_one(groups):
    found = shrink_means(*sums(groups))
    raw = np.nan_to_num(found.raw, nan=found.grand)
    assert (np.minimum(raw, found.grand) - 1e-9 <= found.value).all()
    assert (found.value <= np.maximum(raw, found.grand) + 1e-9).all()
    assert ((found.low <= found.value) & (found.value <= found.high)).all()


@given(values, st.sampled_from([0.125, 8.0]))
def test_a_mean_has_the_unit_of_its_values(groups, factor):
    plain, scaled = (shrink_means(*sums([[v * f for v in g] for g in groups])) for f in (1.0, factor))
    assert scaled.value == pytest.approx(factor * plain.value, rel=1e-6, abs=1e-6)


def test_means_by_hand():
    # Two groups of 4, means 10 and 20, single values 5 off: within = 200/6; between = (200 - within) / 4
    n, mean = np.array([4, 4]), np.array([10.0, 20.0])
    found = shrink_means(n, n * mean, n * (mean**2 + 25))
    within = 200 / 6
    between = (200 - within) / 4
    weight = 4 * between / (within + 4 * between)
    assert found.value == pytest.approx([15 - 5 * weight, 15 + 5 * weight])


def test_values_all_alike_need_no_shrinking():
    found = shrink_means(np.array([2, 3, 0]), np.array([10.0, 30.0, 0.0]), np.array([50.0, 300.0, 0.0]))
    assert found.value == pytest.approx([5, 10, 8])


def test_what_cannot_be_shrunk_is_refused():
    for k, n in (([3], [2]), ([0], [0]), ([-1], [2])):
        with pytest.raises(ValueError, match="needs 0 <= k <= n"):
            shrink_rates(np.array(k), np.array(n))
    with pytest.raises(ValueError, match="two cases"):
        shrink_means(np.array([1, 1]), np.array([1.0, 2.0]), np.array([1.0, 4.0]))
