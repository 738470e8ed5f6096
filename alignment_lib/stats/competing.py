"""Cases that end in one of two ways, won or lost, while some still run (competing outcomes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alignment_lib.stats.intervals import Estimate, estimate_from_draws

if TYPE_CHECKING:
    import pandas as pd


def cumulative_incidence(
    age: np.ndarray, won: np.ndarray, lost: np.ndarray, running: np.ndarray
) -> pd.DataFrame:
    """Return the share won, lost and still running by age, with the running ones neither left out nor lost.

    Aalen-Johansen. One minus Kaplan-Meier of the won alone would take the lost for cases that may still be won,
    and come out too high. Source: O. O. Aalen, S. Johansen, Scand. J. Statist. 5 (1978) 141.

    Parameters
    ----------
    age : numpy.ndarray, shape (rows,)
        Age in any unit; a value may occur several times.
    won, lost, running : numpy.ndarray of int, shape (rows,)
        Cases that were won at that age, were lost at it, or have reached it and run on (at risk at that age).

    Returns
    -------
    pandas.DataFrame
        One row per age, ascending: `age`, `at_risk` (just before it), `won_share`, `lost_share`,
        `running_share` (just after it; the three add up to 1).

    Examples
    --------
    >>> table = cumulative_incidence(*np.array([[0, 1, 2], [1, 2, 1], [3, 0, 1], [0, 2, 0]]))
    >>> table[["age", "won_share", "running_share"]].round(2).values.tolist()
    [[0.0, 0.1, 0.6], [1.0, 0.3, 0.4], [2.0, 0.5, 0.0]]
    """
    import pandas as pd

    ages, counts = _by_age(age, won, lost, running)
    at_risk, won_share, lost_share, running_share = _curves(counts)
    columns = {"won_share": won_share, "lost_share": lost_share, "running_share": running_share}
    return pd.DataFrame({"age": ages, "at_risk": at_risk, **columns})


@dataclass(frozen=True)
class Expected:
    """Where the share won of an open cohort will land. Shares 0 to 1.

    `so_far` is what is won already; `final` is expected with its range; `running` cases are undecided, of which
    `unseen` are older than any earlier case that was followed, and count as never won.
    """

    so_far: float
    final: Estimate
    running: int
    unseen: int


def expected_final(
    mature: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    cohort: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    rng: np.random.Generator,
    draws: int = 400,
    level: float = 0.95,
    within: float | None = None,
) -> Expected:
    """Return the final share won that an open cohort is heading for, from what became of earlier cases.

    Expected = won so far + for each running case the chance to be won yet, given that it runs at its age:
    (F(end) - F(age)) / running share(age). The range covers both what the earlier cases leave open (drawn again
    with replacement) and the luck of the running ones (binomial). "Final" is the last age of the earlier cases.

    Parameters
    ----------
    mature, cohort : (age, won, lost, running)
        As in `cumulative_incidence`: the earlier cases (mature, or followed as far as they are), and the cohort.
        Ages in one unit and of one clock.
    rng : numpy.random.Generator
        Makes the draws.
    draws : int
        Number of draws.
    level : float
        Of the range.
    within : float, optional
        Expect only what is won while each case grows older by so much; None: to the end.

    Raises
    ------
    ValueError
        If one of the two has no cases.

    Examples
    --------
    A tenth is won at once and a tenth a month later. 144 new cases, 14 of them won so far:

    >>> earlier = np.array([[0, 1], [100, 100], [0, 800], [0, 0]])
    >>> new = np.array([[0], [14], [0], [130]])
    >>> found = expected_final(earlier, new, np.random.default_rng(1))
    >>> round(found.so_far, 3), round(found.final.value, 3)
    (0.097, 0.198)
    """
    ages, counts = _by_age(*mature)
    cohort_age, cohort_counts = _by_age(*cohort)
    size, won, runs = int(cohort_counts.sum()), cohort_counts[0].sum(), cohort_counts[2] > 0
    cohort_age, cohort_running = cohort_age[runs], cohort_counts[2, runs].astype(int)
    if counts.sum() == 0 or size == 0:
        raise ValueError("an expected final needs earlier cases and cases in the cohort")
    every = np.repeat(counts[None], draws + 1, axis=0)
    every[1:, counts > 0] = rng.multinomial(int(counts.sum()), counts[counts > 0] / counts.sum(), size=draws)
    at_risk, won_share, _, running_share = _curves(every)
    at = np.searchsorted(ages, cohort_age, side="right")  # 0 = younger than the first age: all is to come
    before = np.zeros((len(every), 1))
    still = np.concatenate([before + 1, running_share], axis=1)[:, at]
    won_by = np.concatenate([before, won_share], axis=1)
    end = np.inf if within is None else within
    to_come = won_by[:, np.searchsorted(ages, cohort_age + end, side="right")] - won_by[:, at]
    chance = np.divide(to_come, still, out=np.zeros_like(still), where=still > 0).clip(0, 1)
    seen = (still[0] > 0) & (cohort_age <= ages[at_risk[0] > 0].max())
    chance = np.where(seen, chance, 0.0)
    later = rng.binomial(cohort_running, chance[1:]).sum(axis=1)
    final = (won + (cohort_running * chance[0]).sum()) / size
    return Expected(
        float(won / size),
        estimate_from_draws(final, (won + later) / size, level),
        int(cohort_running.sum()),
        int(cohort_running[~seen].sum()),
    )


def _by_age(
    age: np.ndarray, won: np.ndarray, lost: np.ndarray, running: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the different ages, ascending, and the counts (3, ages) of won, lost, running at each."""
    rows = np.stack([np.asarray(x, dtype=float) for x in (won, lost, running)])
    if (rows < 0).any():
        raise ValueError("counts of won, lost and running must be 0 or more")
    ages, place = np.unique(np.asarray(age, dtype=float), return_inverse=True)
    counts = np.stack([np.bincount(place, row, len(ages)) for row in rows])
    return ages, counts


def _curves(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return at risk, won, lost and running shares; counts (..., 3, ages) give (..., ages) each."""
    left = counts.sum(axis=-2)
    at_risk = np.flip(np.flip(left, -1).cumsum(axis=-1), -1)
    ended = counts[..., :2, :]
    hazard = np.divide(ended, at_risk[..., None, :], out=np.zeros_like(ended, dtype=float), where=ended > 0)
    running = np.cumprod(1 - hazard.sum(axis=-2), axis=-1).clip(0, 1)
    before = np.concatenate([np.ones_like(running[..., :1]), running[..., :-1]], axis=-1)
    won, lost = np.moveaxis((hazard * before[..., None, :]).cumsum(axis=-1), -2, 0)
    return at_risk, won, lost, running
