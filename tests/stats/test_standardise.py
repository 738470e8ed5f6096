"""Mix, handling, result: the parts add up, and what did not change gets nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alignment_lib.stats.standardise import like_with_like, standardise

CELLS, KINDS = 4, 3
counts = arrays(int, (2, CELLS, KINDS), elements=st.integers(0, 30)).filter(
    lambda n: (n.sum(axis=(1, 2)) > 0).all()
)


@st.composite
def tallies(draw):
    n = draw(counts)
    return n, (n * draw(arrays(float, n.shape, elements=st.floats(0, 1)))).astype(int)


def effects(found):
    return [found.mix.value, found.handling.value, found.result.value]


PARENTS = [np.array([0, 0, 1, 1])]


@given(tallies())
def test_effects_add_up_to_the_gap_of_the_plain_rates(tally):
    n, k = tally
    found = standardise(n, k, PARENTS, draws=0)
    assert (found.reference, found.now) == pytest.approx(k.sum(axis=(1, 2)) / n.sum(axis=(1, 2)))
    assert sum(effects(found)) == pytest.approx(found.gap, abs=1e-12)


@given(tallies())
def test_exchanging_the_periods_turns_the_signs(tally):
    n, k = tally
    forth, back = (standardise(n[::s], k[::s], PARENTS, draws=0) for s in (1, -1))
    assert effects(forth) == pytest.approx([-e for e in effects(back)], abs=1e-12)


@given(tallies(), st.permutations(range(CELLS)), st.permutations(range(KINDS)))
def test_the_order_of_cells_and_kinds_does_not_matter(tally, cells, kinds):
    n, k = tally
    shuffled = standardise(
        n[:, cells][:, :, kinds], k[:, cells][:, :, kinds], [PARENTS[0][list(cells)]], draws=0
    )
    assert effects(shuffled) == pytest.approx(effects(standardise(n, k, PARENTS, draws=0)), abs=1e-12)


@given(tallies(), st.integers(2, 9))
def test_the_same_period_twice_has_no_effect_at_any_size(tally, times):
    n, k = np.array([tally[0][0], times * tally[0][0]]), np.array([tally[1][0], times * tally[1][0]])
    assert effects(standardise(n, k, PARENTS, draws=0)) == pytest.approx([0, 0, 0], abs=1e-12)


@given(tallies())
def test_one_kind_of_handling_is_kitagawa(tally):
    n, k = (x.sum(axis=2, keepdims=True) for x in tally)
    if (n == 0).any():
        n, k = n + 1, k
    p, r = n[..., 0] / n.sum(axis=(1, 2))[:, None], k[..., 0] / n[..., 0]
    found = standardise(n, k, draws=0)
    mix = ((p[1] - p[0]) * (r[1] + r[0]) / 2).sum()
    rate = ((r[1] - r[0]) * (p[1] + p[0]) / 2).sum()
    assert effects(found) == pytest.approx([mix, 0, rate], abs=1e-12)


def test_only_the_factor_that_changed_moves():
    p, q, r = np.array([0.5, 0.5]), np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[0.4, 0.2], [0.3, 0.1]])
    p1, q1, r1 = np.array([0.2, 0.8]), np.array([[0.3, 0.7], [0.1, 0.9]]), np.array([[0.3, 0.1], [0.2, 0.1]])
    for changed, now in enumerate([(p1, q, r), (p, q1, r), (p, q, r1)]):
        n = np.array([1000 * a[:, None] * b for a, b, _ in [(p, q, r), now]])
        k = n * np.array([r, now[2]])
        moved = np.array(effects(standardise(n.round().astype(int), k.round().astype(int), draws=0)))
        assert abs(moved[changed]) > 0.01
        assert np.delete(moved, changed) == pytest.approx([0, 0], abs=1e-9)


def test_the_two_standardised_rates():
    n, k = np.array([[[100], [100]], [[50], [150]]]), np.array([[[40], [10]], [[25], [15]]])
    found = standardise(n, k, draws=0)
    assert found.new_mix == pytest.approx(0.25 * 0.40 + 0.75 * 0.10)  # these cases, earlier results
    assert found.old_mix == pytest.approx(0.5 * 0.50 + 0.5 * 0.10)  # earlier cases, these results


def test_an_empty_cell_borrows_from_its_parent_first():
    # Cells 0 and 1 share a parent, where both kinds give 20%. Cell 1 was handled in the second way, then in the first.
    n = np.array([[[25, 25], [0, 50], [30, 20]], [[25, 25], [50, 0], [30, 20]]])
    k = np.array([[[5, 5], [0, 10], [30, 0]], [[5, 5], [10, 0], [30, 0]]])
    near = standardise(n, k, [np.array([0, 0, 1])], draws=0)
    assert near.handling.value == pytest.approx(0, abs=1e-12)
    far = standardise(n, k, draws=0)
    assert far.handling.value > 0.02  # across parents, other cells pass for handling


def test_a_kind_never_seen_before_has_no_change_of_result():
    n = np.array([[[100, 0]], [[50, 50]]])
    k = np.array([[[20, 0]], [[10, 0]]])
    found = standardise(n, k, draws=0)
    assert effects(found) == pytest.approx([0, -0.1, 0])


def cells_of(rng, size, p, q, r):
    n = rng.multinomial(size, (p[:, None] * q).ravel()).reshape(q.shape)
    return n, rng.binomial(n, r)


GRADE = np.array([0, 0, 1, 1, 2, 2])
GOOD = np.array([0.35, 0.12, 0.03])[GRADE]


def months(before, now, seed, times=40):
    rng = np.random.default_rng(seed)
    for _ in range(times):
        drawn = [cells_of(rng, size, *period) for size, period in ((6000, before), (600, now))]
        n, k = (np.stack(pair) for pair in zip(*drawn, strict=True))
        yield standardise(n, k, [GRADE], draws=200, rng=rng)


def test_when_nothing_changes_ranges_hold_zero():
    same = (np.full(6, 1 / 6), np.tile([0.6, 0.3, 0.1], (6, 1)), np.tile([0.2, 0.1, 0.02], (6, 1)))
    found = list(months(same, same, seed=1))
    for effect in ("mix", "handling", "result"):
        assert sum(getattr(f, effect).excludes_zero for f in found) <= 6  # of 40, at 5% each


def test_speed_that_matters_across_grades_only_is_not_handling():
    q = np.array([[0.85, 0.1, 0.05], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])[GRADE]
    r = GOOD[:, None] * np.ones((1, 3))
    before, now = np.array([0.2, 0.1, 0.25, 0.15, 0.2, 0.1]), np.array([0.1, 0.05, 0.25, 0.15, 0.3, 0.15])
    found = list(months((before, q, r), (now, q, r), seed=2))
    assert sum(f.mix.high < 0 for f in found) >= 36
    assert sum(f.handling.excludes_zero for f in found) <= 4
    slower = q * [0.6, 1.3, 2.0]
    found = list(months((before, q, r), (before, slower / slower.sum(axis=1, keepdims=True), r), seed=3))
    assert sum(f.handling.excludes_zero for f in found) <= 4


def test_slower_handling_that_costs_results_is_found():
    p, r = np.full(6, 1 / 6), GOOD[:, None] * [1.3, 0.8, 0.1]
    found = list(
        months((p, np.tile([0.6, 0.3, 0.1], (6, 1)), r), (p, np.tile([0.35, 0.4, 0.25], (6, 1)), r), seed=4)
    )
    assert sum(f.handling.high < 0 for f in found) >= 36
    assert sum(f.mix.excludes_zero for f in found) <= 4


def test_the_same_generator_gives_the_same_range():
    n, k = np.full((2, 2, 2), 20), np.full((2, 2, 2), 5)
    first, second = (standardise(n, k, draws=50, rng=np.random.default_rng(7)) for _ in range(2))
    assert first == second
    assert first.result.low < 0 < first.result.high


def test_what_cannot_be_compared_is_refused():
    n = np.ones((2, 2, 2), dtype=int)
    for bad_n, bad_k in ((n[0], n[0]), (n, 2 * n), (n * [[[0]], [[1]]], 0 * n)):
        with pytest.raises(ValueError, match="needs"):
            standardise(bad_n, bad_k, draws=0)
    with pytest.raises(ValueError, match="generator"):
        standardise(n, n)


@given(tallies())
def test_like_with_like_turns_its_sign_with_the_groups(tally):
    n, k = tally[0][:, :, 0], tally[1][:, :, 0]
    first, second = like_with_like(n[0], k[0], n[1], k[1]), like_with_like(n[1], k[1], n[0], k[0])
    assert (first.used, first.n) == (second.used, second.n)
    if first.difference is None:
        assert not ((n[0] > 0) & (n[1] > 0)).any()
        return
    assert first.difference == pytest.approx([-second.difference[i] for i in (0, 2, 1)])
    assert first.difference.low <= first.difference.value <= first.difference.high


def test_one_cell_is_the_plain_difference_of_two_shares():
    found = like_with_like(*np.array([[40], [12], [60], [9]]))
    variance = 0.3 * 0.7 / 40 + 0.15 * 0.85 / 60  # Sato's is near the plain one
    assert found.difference.value == pytest.approx(found.raw) == pytest.approx(0.15)
    assert found.difference.high - found.difference.low == pytest.approx(2 * 1.96 * variance**0.5, rel=0.03)


@pytest.mark.parametrize("cells, size", [(4, 60), (150, 3)])
def test_the_range_holds_the_true_difference(cells, size):
    rng = np.random.default_rng(5)
    base, hits = rng.uniform(0.05, 0.4, cells), 0
    for _ in range(400):
        n1, n2 = rng.poisson(size, (2, cells))
        found = like_with_like(n1, rng.binomial(n1, base + 0.1), n2, rng.binomial(n2, base))
        hits += found.difference.low <= 0.1 <= found.difference.high
    assert 0.92 <= hits / 400 <= 0.98


def test_cells_with_one_group_only_tell_nothing():
    found = like_with_like(*np.array([[10, 0], [5, 0], [0, 10], [0, 2]]))
    assert (found.difference, found.used, found.n) == (None, 0, 20)
    assert found.raw == pytest.approx(0.3)
