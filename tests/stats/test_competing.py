"""Won and lost as competing outcomes: the running ones are neither left out nor lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from alignment_lib.stats.competing import cumulative_incidence, expected_final

counts = st.lists(st.tuples(st.integers(0, 12), *[st.integers(0, 6)] * 3), min_size=1, max_size=20).map(
    lambda rows: np.array(rows).T
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels")  # of its standard errors, not asked here
@given(counts.filter(lambda c: c[1].sum() and c[2].sum()))
def test_equals_statsmodels(tally):
    age, *by_outcome = tally
    time = np.concatenate([np.repeat(age, n) for n in by_outcome])
    status = np.repeat([1, 2, 0], [n.sum() for n in by_outcome])
    theirs = CumIncidenceRight(time.astype(float), status)
    ours = cumulative_incidence(*tally).set_index("age").loc[theirs.times]
    assert ours["won_share"].to_numpy() == pytest.approx(theirs.cinc[0], abs=1e-12)
    assert ours["lost_share"].to_numpy() == pytest.approx(theirs.cinc[1], abs=1e-12)


@given(counts)
def test_shares_add_up_to_all_and_only_move_one_way(tally):
    table = cumulative_incidence(*tally)
    total = table[["won_share", "lost_share", "running_share"]].sum(axis=1)
    assert total.to_numpy() == pytest.approx(np.ones(len(table)))
    for column, sign in (("won_share", 1), ("lost_share", 1), ("running_share", -1), ("at_risk", -1)):
        assert (sign * np.diff(table[column]) >= -1e-12).all()


@given(counts)
def test_won_and_lost_are_alike(tally):
    age, won, lost, running = tally
    one, other = cumulative_incidence(age, won, lost, running), cumulative_incidence(age, lost, won, running)
    assert one["won_share"].tolist() == pytest.approx(other["lost_share"].tolist())


@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(tally, random):
    order = random.sample(range(tally.shape[1]), tally.shape[1])
    assert cumulative_incidence(*tally[:, order]).equals(cumulative_incidence(*tally))


def test_when_nothing_runs_the_share_won_is_the_plain_one():
    table = cumulative_incidence(*np.array([[0, 3, 9], [1, 4, 5], [2, 6, 2], [0, 0, 0]]))
    assert table[["won_share", "lost_share", "running_share"]].iloc[-1].tolist() == pytest.approx(
        [0.5, 0.5, 0]
    )


def test_a_ratio_of_one_month_punishes_growth_and_the_expected_final_does_not():
    # One in ten is won in the month, one in ten in the next: the true rate is 20%.
    earlier = np.array([[0, 1], [1000, 1000], [0, 8000], [0, 0]])
    for leads, ratio in (((100, 120, 144), 0.1833), ((144, 120, 100), 0.22)):
        won_this_month = 0.1 * leads[2] + 0.1 * leads[1]
        assert won_this_month / leads[2] == pytest.approx(ratio, abs=5e-5)
        tenfold = 10 * leads[2]
        cohort = np.array([[0], [tenfold // 10], [0], [tenfold - tenfold // 10]])
        found = expected_final(earlier, cohort, np.random.default_rng(1))
        assert found.so_far == pytest.approx(0.10)
        assert found.final.value == pytest.approx(0.20)
        assert found.final.low < 0.20 < found.final.high
        assert (found.running, found.unseen) == (tenfold * 9 // 10, 0)


def test_each_age_has_its_own_chance():
    # Earlier: of 10, one won at 0, then one lost at 1, two won at 2, the rest lost at 3.
    earlier = np.array([[0, 1, 2, 3], [1, 0, 2, 0], [0, 1, 0, 6], [0, 0, 0, 0]])
    for age, chance in ((-1, 3 / 10), (0, 2 / 9), (1, 2 / 8), (2, 0)):
        found = expected_final(earlier, np.array([[age], [0], [0], [5]]), np.random.default_rng(1))
        assert found.final.value == pytest.approx(chance)
        assert found.unseen == 0


def test_older_than_any_earlier_case_is_counted_and_never_won():
    earlier = np.array([[0, 1], [1, 1], [0, 0], [0, 8]])
    cohort = np.array([[1, 2], [1, 0], [0, 0], [4, 5]])
    found = expected_final(earlier, cohort, np.random.default_rng(1))
    assert (found.final.value, found.unseen) == (pytest.approx(0.1), 5)


def test_a_decided_cohort_has_no_range():
    earlier = np.array([[0, 1], [10, 10], [0, 80], [0, 0]])
    found = expected_final(earlier, np.array([[0], [3], [7], [0]]), np.random.default_rng(1))
    assert found.final == (0.3, 0.3, 0.3)


def test_the_range_holds_where_the_cohort_lands():
    rng, hits, middle = np.random.default_rng(2), 0, []
    ages, wins, losses = np.arange(20), np.full(20, 0.012), np.full(20, 0.03)
    ends = np.concatenate([wins, losses, [1 - wins.sum() - losses.sum()]])

    def follow(size, until):
        """Return size cases followed to their own age (months of arrival), as a tally, and who wins at all."""
        kind = rng.choice(41, size, p=ends)
        age = np.where(kind == 40, 99, kind % 20)
        seen = age <= until
        outcome = np.where(~seen, 2, kind // 20)
        tally = np.stack(
            [np.bincount(np.where(seen, age, until)[outcome == o], minlength=20) for o in range(3)]
        )
        return np.concatenate([ages[None], tally]), (kind < 20).mean()

    for _ in range(200):
        earlier, _ = follow(600, 19)
        cohort, landed = follow(150, 6)
        found = expected_final(tuple(earlier), tuple(cohort), rng, draws=200)
        hits += found.final.low <= landed <= found.final.high
        middle.append(found.final.value - landed)
    assert hits / 200 >= 0.92
    assert np.mean(middle) == pytest.approx(0, abs=0.008)


def test_without_cases_nothing_is_expected():
    none, some = np.array([[0], [0], [0], [0]]), np.array([[0], [1], [0], [0]])
    for mature, cohort in ((none, some), (some, none)):
        with pytest.raises(ValueError, match="earlier cases"):
            expected_final(mature, cohort, np.random.default_rng(1))
    with pytest.raises(ValueError, match="0 or more"):
        cumulative_incidence(*-some)
