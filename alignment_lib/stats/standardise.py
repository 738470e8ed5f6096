"""Two periods with other cells, other handling and other results: which of the three made the difference?

A rate is the sum over cells of p (the cell's share of the cases) x the sum over kinds of handling of q (share of
the cell's cases handled so) x r (rate of the cases in that cell handled so).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from alignment_lib.stats.intervals import Estimate, estimate_from_draws
from alignment_lib.stats.split import order_free_split


@dataclass(frozen=True)
class Standardised:
    """Two rates (0 to 1) and what of their gap goes with mix, handling and result; no verdict.

    `new_mix` is the rate that the present mix has with reference handling and results, `old_mix` the rate that
    the reference mix has with present handling and results.
    """

    now: float
    reference: float
    new_mix: float
    old_mix: float
    mix: Estimate
    handling: Estimate
    result: Estimate

    @property
    def gap(self) -> float:
        """The rate now less the reference rate."""
        return self.now - self.reference


def standardise(
    n: np.ndarray,
    k: np.ndarray,
    parents: Sequence[np.ndarray] = (),
    draws: int = 400,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Standardised:
    """Split the gap between two rates into mix, handling inside cells, and result given both.

    The split is order-free (Shapley over p, q, r). A cell without cases of a kind takes that kind's rate from
    its nearest parent that has some, then from all cells, then from the other period; its handling likewise.
    Ranges are percentiles over draws in which the cases of both periods are drawn again with replacement.
    With one kind of handling this is the decomposition of Kitagawa: mix = sum of (p1 - p0) x (r1 + r0) / 2.
    It compares; it does not prove a cause. Source: E. M. Kitagawa, J. Am. Stat. Assoc. 50 (1955) 1168;
    P. Das Gupta, Standardization and Decomposition of Rates, 1993.

    Parameters
    ----------
    n, k : numpy.ndarray of int, shape (2, cells, handlings)
        Cases, and those among them with the result; reference period first, then now.
    parents : sequence of numpy.ndarray of int, shape (cells,)
        Which group each cell belongs to, the nearest grouping first. A first one that keeps what drives both
        handling and result (a grade) apart matters: without it a kind of handling that a cell lacks borrows
        the rate of other cells, and a difference between cells passes for one of handling.
    draws : int
        Number of draws; 0 gives ranges without width.
    rng : numpy.random.Generator, optional
        Needed for draws.
    level : float
        Of the ranges.

    Returns
    -------
    Standardised
        Rates and effects, 0 to 1; mix + handling + result = gap.

    Raises
    ------
    ValueError
        If a period has no cases, if k is not between 0 and n, or if shapes differ.

    Examples
    --------
    Half of the cases were good ones (40%, the others 10%), now a quarter; nothing else changed:

    >>> n = np.array([[[100], [100]], [[50], [150]]])
    >>> k = np.array([[[40], [10]], [[20], [15]]])
    >>> found = standardise(n, k, draws=0)
    >>> [round(100 * x, 1) for x in (found.reference, found.now, found.mix.value, found.result.value)]
    [25.0, 17.5, -7.5, 0.0]
    """
    if n.shape != k.shape or n.ndim != 3 or len(n) != 2 or any(len(p) != n.shape[1] for p in parents):
        raise ValueError(f"needs n and k of shape (2, cells, handlings), found {n.shape} and {k.shape}")
    if (k < 0).any() or (k > n).any() or (n.sum(axis=(1, 2)) == 0).any():
        raise ValueError("needs 0 <= k <= n and cases in both periods")
    all_n, all_k = (x[None].astype(float) for x in (n, k))
    if draws:
        if rng is None:
            raise ValueError("draws need a generator")
        drawn_n, drawn_k = _draw(n, k, draws, rng)
        all_n, all_k = np.concatenate([all_n, drawn_n]), np.concatenate([all_k, drawn_k])
    p, q, r = _parts(all_n, all_k, parents)
    rates: dict[frozenset[str], np.ndarray] = {}

    def rate(now: frozenset[str]) -> np.ndarray:
        chosen = [part[:, int(name in now)] for name, part in zip("pqr", (p, q, r), strict=True)]
        rates[now] = np.einsum("dc,dch,dch->d", *chosen)
        return rates[now]

    steps = order_free_split(rate, "pqr").steps
    mix, handling, result = (estimate_from_draws(s[0], s[1:] if draws else s, level) for s in steps)
    now, reference, new_mix, old_mix = (float(rates[frozenset(s)][0]) for s in ("pqr", "", "p", "qr"))
    return Standardised(now, reference, new_mix, old_mix, mix, handling, result)


@dataclass(frozen=True)
class LikeWithLike:
    """Two groups compared inside cells: the pooled difference of their rates, and the raw one beside it.

    `used` is how many cases lie in cells that have both groups; only they tell anything.
    """

    difference: Estimate | None
    raw: float | None
    used: int
    n: int


def like_with_like(n1: np.ndarray, k1: np.ndarray, n2: np.ndarray, k2: np.ndarray) -> LikeWithLike:
    """Compare the rates of two groups inside cells: is the difference still there among like cases?

    Mantel-Haenszel risk difference (first less second, each cell weighted n1 n2 / (n1 + n2)) with the variance
    of T. Sato, Biometrics 45 (1989) 1323, which holds for many small cells as for a few large ones; 95% range.

    Parameters
    ----------
    n1, k1, n2, k2 : numpy.ndarray of int, shape (cells,)
        Cases and results of the first and of the second group in each cell.

    Returns
    -------
    LikeWithLike
        Differences as shares (-1 to 1); None where no cell (no case) of both groups exists.

    Examples
    --------
    Fast looks 12 points better, only because the good cases are answered fast more often:

    >>> found = like_with_like(*np.array([[90, 10], [36, 1], [50, 50], [20, 5]]))
    >>> round(found.raw, 2), round(found.difference.value, 12) + 0.0
    (0.12, 0.0)
    """
    both = (n1 > 0) & (n2 > 0)
    everyone = int(n1.sum() + n2.sum())
    raw = float(k1.sum() / n1.sum() - k2.sum() / n2.sum()) if n1.sum() and n2.sum() else None
    n1, k1, n2, k2 = (x[both].astype(float) for x in (n1, k1, n2, k2))
    n = n1 + n2
    if not both.any():
        return LikeWithLike(None, raw, 0, everyone)
    weight = (n1 * n2 / n).sum()
    difference = float(((k1 * n2 - k2 * n1) / n).sum() / weight)
    skew = ((n1**2 * k2 - n2**2 * k1 + n1 * n2 * (n2 - n1) / 2) / n**2).sum()
    spread = ((k1 * (n2 - k2) + k2 * (n1 - k1)) / (2 * n)).sum()
    half = NormalDist().inv_cdf(0.975) * math.sqrt(max(0.0, difference * skew + spread)) / weight
    estimate = Estimate(difference, max(-1.0, difference - half), min(1.0, difference + half))
    return LikeWithLike(estimate, raw, int(n.sum()), everyone)


def _draw(
    n: np.ndarray, k: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw each period's cases again, cell, handling and result together; shapes (draws, 2, cells, handlings)."""
    drawn = []
    for period in (0, 1):
        counts = np.stack([k[period], n[period] - k[period]]).ravel()
        filled = np.flatnonzero(counts)
        again = np.zeros((draws, counts.size))
        again[:, filled] = rng.multinomial(counts.sum(), counts[filled] / counts.sum(), size=draws)
        drawn.append(again.reshape(draws, 2, *n.shape[1:]))
    with_result, without = np.moveaxis(np.stack(drawn, axis=1), 2, 0)
    return with_result + without, with_result


def _parts(
    n: np.ndarray, k: np.ndarray, parents: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return p (draws, 2, cells), q and r (draws, 2, cells, handlings), filled where nothing was counted."""
    cases = n.sum(axis=3)
    p = cases / cases.sum(axis=2, keepdims=True)
    q, r = _share(n, cases[..., None]), _share(k, n)
    for groups in [*parents, np.zeros(n.shape[2], dtype=int)]:
        _, of_cell = np.unique(groups, return_inverse=True)
        order = np.argsort(of_cell, kind="stable")
        starts = np.searchsorted(of_cell[order], np.arange(of_cell.max() + 1))
        group_n, group_k = (np.add.reduceat(x[:, :, order], starts, axis=2) for x in (n, k))
        q_group = _share(group_n, group_n.sum(axis=3, keepdims=True))[:, :, of_cell]
        r_group = _share(group_k, group_n)[:, :, of_cell]
        q, r = np.where(np.isnan(q), q_group, q), np.where(np.isnan(r), r_group, r)
    r = np.where(np.isnan(r), r[:, ::-1], r)  # handled so in one period only: no result of it changed
    return p, q, np.nan_to_num(r)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part / whole, NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
