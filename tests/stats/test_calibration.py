"""A score against what happened: bands, ranking, skill, lift; tallied rows against single cases and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.calibration import auc, brier_skill, calibration, falls, lift, rises
from alignment_lib.stats.intervals import wilson

tallies = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12
).map(lambda rows: (np.array([r[0] for r in rows]), *np.array([(a + b, b) for _, a, b in rows]).T))


def spread(score, n, k):
    """Return one row per case: score and whether it happened."""
    return np.repeat(np.tile(score, 2), [*k, *(n - k)]), np.repeat([1, 0], [k.sum(), (n - k).sum()])


def test_bands_by_hand():
    bands = calibration(
        np.array([0.0, 0.1, 0.2, 1.0]),
        np.array([10, 30, 5, 20]),
        np.array([1, 2, 2, 20]),
        [0, 0.2, 0.5, 0.8, 1],
    )
    assert bands[["low", "high"]].values.tolist() == [[0, 0.2], [0.2, 0.5], [0.5, 0.8], [0.8, 1]]
    assert bands["n"].tolist() == [40, 5, 0, 20]
    assert bands["k"].tolist() == [3, 2, 0, 20]
    assert bands["said"].tolist() == pytest.approx([0.075, 0.2, np.nan, 1], nan_ok=True)
    assert bands["happened"].tolist() == pytest.approx([0.075, 0.4, np.nan, 1], nan_ok=True)
    assert bands.loc[0, ["happened_low", "happened_high"]].tolist() == pytest.approx(wilson(3, 40))
    assert rises(bands)


@given(tallies)
def test_bands_lose_no_case(tally):
    score, n, k = tally
    bands = calibration(score, n, k, [0, 2, 3, 9, 10])
    assert (bands["n"].sum(), bands["k"].sum()) == (n.sum(), k.sum())


def test_a_fall_is_named_only_if_it_is_more_than_chance():
    score, n = np.array([0, 1, 2]), np.array([200, 200, 200])
    bands = [calibration(score, n, np.array(k), [0, 1, 2, 3]) for k in ([20, 60, 30], [20, 26, 25])]
    assert [rises(b) for b in bands] == [False, False]
    assert [falls(b) for b in bands] == [[(1, 2)], []]


@given(tallies.filter(lambda t: t[2].sum() and (t[1] - t[2]).sum()))
def test_auc_is_the_share_of_pairs_in_the_right_order(tally):
    scores, happened = spread(*tally)
    yes, no = scores[happened == 1], scores[happened == 0]
    found = auc(*tally)
    assert found.value == pytest.approx(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(tallies.filter(lambda t: t[2].sum() and (t[1] - t[2]).sum()))
def test_auc_turns_with_the_score_and_knows_only_ranks(tally):
    score, n, k = tally
    found, turned, stretched = auc(score, n, k), auc(-score, n, k), auc(score**3 + 5, n, k)
    assert turned == pytest.approx((1 - found.value, 1 - found.high, 1 - found.low), abs=1e-9)
    assert stretched == pytest.approx(found)


def test_delong_equals_the_sum_over_pairs():
    score, n, k = np.array([1, 2, 3, 4]), np.array([9, 7, 6, 5]), np.array([2, 2, 3, 4])
    scores, happened = spread(score, n, k)
    yes, no = scores[happened == 1], scores[happened == 0]
    wins = (yes[:, None] > no) + 0.5 * (yes[:, None] == no)
    variance = wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / len(no)
    found = auc(score, n, k)
    logit = [np.log(x / (1 - x)) for x in found]
    assert logit[2] - logit[1] == pytest.approx(
        2 * 1.959964 * variance**0.5 / (found.value * (1 - found.value)), rel=1e-5
    )


@pytest.mark.parametrize("gap, yes, no", [(0.0, 30, 200), (1.0, 30, 200), (2.5, 20, 60)])
def test_the_range_of_auc_holds_the_truth(gap, yes, no):
    from statistics import NormalDist

    rng, truth, hits = np.random.default_rng(3), NormalDist().cdf(gap / 2**0.5), 0
    happened = np.repeat([1, 0], [yes, no])
    for _ in range(400):
        found = auc(rng.normal(gap * happened), np.ones(yes + no, dtype=int), happened)
        hits += found.low <= truth <= found.high
    assert hits / 400 >= 0.925


def test_perfect_ranking_of_few_is_not_certain():
    found = auc(np.array([1, 2]), np.array([50, 5]), np.array([0, 5]))
    assert (found.value, found.low) == (1, pytest.approx(wilson(5, 5)[0]))
    alone = auc(np.array([1, 2, 3]), np.array([50, 1, 50]), np.array([0, 1, 0]))
    assert alone.high - alone.low > 0.8  # one case tells next to nothing
    assert auc(np.array([1, 2]), np.array([5, 5]), np.array([0, 0])) is None


@given(tallies.filter(lambda t: t[2].sum() and (t[1] - t[2]).sum()))
def test_brier_skill_equals_the_case_by_case_sum(tally):
    said, n, k = tally[0] / 10, tally[1], tally[2]
    said_each, happened = spread(said, n, k)
    base = happened.mean()
    expected = 1 - ((said_each - happened) ** 2).sum() / ((base - happened) ** 2).sum()
    assert brier_skill(said, n, k) == pytest.approx(expected)
    assert brier_skill(np.full(len(n), base), n, k) == pytest.approx(0, abs=1e-9)


def test_skill_is_one_if_right_and_unknown_if_nothing_is_left_to_say():
    assert brier_skill(np.array([0.0, 1.0]), np.array([5, 5]), np.array([0, 5])) == 1
    assert brier_skill(np.array([0.5]), np.array([5]), np.array([0])) is None
    assert brier_skill(np.array([0.2]), np.array([10]), np.array([2]), base=0.5) == pytest.approx(
        1 - 1.6 / 2.5
    )


def test_lift_by_hand():
    score, n, k = np.array([1, 2, 3]), np.array([60, 30, 10]), np.array([6, 9, 5])
    assert lift(score, n, k, top=0.1) == pytest.approx(0.5 / 0.2)
    assert lift(score, n, k, top=0.2) == pytest.approx((5 + 10 * 0.3) / 20 / 0.2)
    assert lift(score, n, k, top=1) == pytest.approx(1)
    assert lift(score, n, 0 * k) is None


@given(tallies.filter(lambda t: t[2].sum()), st.floats(0.01, 1))
def test_a_score_that_says_nothing_has_lift_one(tally, top):
    score, n, k = tally
    assert lift(0 * score, n, k, top) == pytest.approx(1)
    assert 0 <= lift(score, n, k, top) <= n.sum() / k.sum() + 1e-9


@given(tallies.filter(lambda t: t[2].sum() and (t[1] - t[2]).sum()), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(tally, random):
    order = random.sample(range(len(tally[0])), len(tally[0]))
    shuffled = [x[order] for x in tally]
    assert auc(*shuffled) == pytest.approx(auc(*tally))
    assert lift(*shuffled) == pytest.approx(lift(*tally))
    edges = [0, 4, 10]
    assert calibration(*shuffled, edges)["n"].tolist() == calibration(*tally, edges)["n"].tolist()


def test_what_cannot_be_judged_is_refused():
    one = np.array([1])
    for call in (
        lambda: auc(one, one, 2 * one),
        lambda: calibration(2 * one, one, one, [0, 1]),
        lambda: calibration(np.array([np.nan]), one, one, [0, 1]),
        lambda: brier_skill(2 * one, one, one),
        lambda: lift(one, one, one, top=0),
    ):
        with pytest.raises(ValueError, match="needs|must"):
            call()
