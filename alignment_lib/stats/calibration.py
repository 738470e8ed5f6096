"""Does a score say what happens, and does it put the likelier cases first? All from tallied rows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from alignment_lib.stats.intervals import Estimate, wilson
from alignment_lib.stats.tests import holm, two_shares_p

if TYPE_CHECKING:
    import pandas as pd


def calibration(said: np.ndarray, n: np.ndarray, k: np.ndarray, edges: Sequence[float]) -> pd.DataFrame:
    """Compare what a score said with what happened, in fixed bands.

    Parameters
    ----------
    said : numpy.ndarray, shape (rows,)
        What was said: a share, 0 to 1, or any other number that `edges` cuts into bands.
    n, k : numpy.ndarray of int, shape (rows,)
        Cases of which that was said, and those among them where it happened.
    edges : sequence of float
        Ends of the bands, ascending; a band holds its lower end, the last one its upper end too.

    Returns
    -------
    pandas.DataFrame
        One row per band, empty ones too: `low`, `high` (ends of the band), `n`, `k`, `said` (mean over its cases,
        NaN without cases), `happened` (k / n, NaN without cases), `happened_low`, `happened_high` (Wilson, 95%).

    Raises
    ------
    ValueError
        If something was said outside the bands, or k is not between 0 and n.

    Examples
    --------
    >>> bands = calibration(np.array([0.1, 0.3, 0.8]), np.array([30, 10, 40]), np.array([4, 1, 20]), [0, 0.5, 1])
    >>> bands[["n", "said", "happened"]].round(3).values.tolist()
    [[40.0, 0.15, 0.125], [40.0, 0.8, 0.5]]
    """
    import pandas as pd

    _refuse_impossible(n, k)
    if ((said < edges[0]) | (said > edges[-1]) | np.isnan(said)).any():
        raise ValueError(f"everything said must lie between {edges[0]} and {edges[-1]}")
    bands = len(edges) - 1
    band = np.minimum(np.searchsorted(edges, said, side="right") - 1, bands - 1)
    cases, happened, sums = (np.bincount(band, weights, bands) for weights in (n, k, n * said))
    ends = np.array([wilson(*pair) for pair in zip(happened.tolist(), cases.tolist(), strict=True)])
    known = np.where(cases > 0, cases, np.nan)
    return pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "n": cases.astype(int),
            "k": happened.astype(int),
            "said": sums / known,
            "happened": happened / known,
            "happened_low": ends[:, 0],
            "happened_high": ends[:, 1],
        }
    )


def rises(bands: pd.DataFrame) -> bool:
    """Whether what happened never falls from one band to the next; bands without cases are passed over."""
    return bool((np.diff(bands["happened"].dropna()) >= 0).all())


def falls(bands: pd.DataFrame, level: float = 0.10) -> list[tuple[float, float]]:
    """Return where a score ranks the wrong way by more than chance: pairs of neighbouring bands, by lower end.

    Fisher's exact test of each fall between neighbours (bands without cases passed over), Holm over them all.
    """
    known = bands[bands["n"] > 0]
    rows = list(zip(known["low"], known["k"].astype(int), known["n"].astype(int), strict=True))
    pairs = list(itertools.pairwise(rows))
    clear = holm([two_shares_p(k1, n1, k2, n2) for (_, k1, n1), (_, k2, n2) in pairs], level)
    return [
        (low1, low2)
        for ((low1, k1, n1), (low2, k2, n2)), sure in zip(pairs, clear, strict=True)
        if sure and k1 * n2 > k2 * n1
    ]


def auc(score: np.ndarray, n: np.ndarray, k: np.ndarray, level: float = 0.95) -> Estimate | None:
    """Return the chance that a case where it happened scores above one where it did not; ties count half.

    0.5 is no better than a coin. Range by DeLong, on the logit scale so that it stays between 0 and 1; at 0 or 1
    itself, and with a single case of a kind, Wilson's for the smaller group. None without cases of both kinds.
    Source: E. R. DeLong et al., Biometrics 44 (1988) 837.

    Parameters
    ----------
    score : numpy.ndarray, shape (rows,)
        Any number, larger meaning likelier.
    n, k : numpy.ndarray of int, shape (rows,)
        Cases with that score, and those among them where it happened.
    level : float
        Of the range.

    Examples
    --------
    >>> found = auc(np.array([1, 2, 3]), np.array([40, 40, 20]), np.array([4, 10, 10]))
    >>> [round(x, 3) for x in found]
    [0.708, 0.585, 0.807]
    """
    _refuse_impossible(n, k)
    place = np.unique(score, return_inverse=True)[1]
    yes, no = np.bincount(place, k), np.bincount(place, n - k)
    many_yes, many_no = yes.sum(), no.sum()
    if not many_yes or not many_no:
        return None
    beats = (np.cumsum(no) - no / 2) / many_no  # of those where it did not happen, the share below
    beaten = 1 - (np.cumsum(yes) - yes / 2) / many_yes
    area = float((yes * beats).sum() / many_yes)
    fewest = int(min(many_yes, many_no))
    if fewest == 1 or min(area, 1 - area) < 1e-12:  # DeLong's variance is 0 there, though nothing is certain
        return Estimate(area, *wilson(min(area * fewest, fewest), fewest, level))
    variance = sum(
        (group * (part - area) ** 2).sum() / (many * (many - 1))
        for group, part, many in ((yes, beats, many_yes), (no, beaten, many_no))
    )
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle, half = math.log(area / (1 - area)), z * math.sqrt(variance) / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-end)) for end in (middle - half, middle + half))
    return Estimate(area, low, high)


def brier_skill(said: np.ndarray, n: np.ndarray, k: np.ndarray, base: float | None = None) -> float | None:
    """Return how much nearer to what happened a score is than saying the same share of everyone.

    1 - Brier score / Brier score of `base`: 1 is perfect, 0 no better than the base, below 0 worse. None if
    saying the base is perfect already.

    Parameters
    ----------
    said : numpy.ndarray, shape (rows,)
        Shares, 0 to 1.
    n, k : numpy.ndarray of int, shape (rows,)
        Cases of which that was said, and those among them where it happened.
    base : float, optional
        The share that would be said without a score (of earlier cases); that of these cases when left out.

    Examples
    --------
    >>> round(brier_skill(np.array([0.1, 0.5]), np.array([100, 100]), np.array([10, 50])), 3)
    0.19
    """
    _refuse_impossible(n, k)
    if ((said < 0) | (said > 1)).any() or n.sum() == 0:
        raise ValueError("needs cases, and shares between 0 and 1")
    flat = k.sum() / n.sum() if base is None else base
    ours, theirs = (float((k * (1 - s) ** 2 + (n - k) * s**2).sum()) for s in (said, np.full(len(n), flat)))
    return 1 - ours / theirs if theirs > 0 else None


def lift(score: np.ndarray, n: np.ndarray, k: np.ndarray, top: float = 0.2) -> float | None:
    """Return how many times likelier than all it is among the `top` share of cases by score; None if it never is.

    Where the cut falls between cases of one score, they count in part.

    >>> round(lift(np.array([1, 2, 3]), np.array([60, 30, 10]), np.array([6, 9, 5]), top=0.2), 2)
    2.0
    """
    _refuse_impossible(n, k)
    if not 0 < top <= 1:
        raise ValueError(f"top must be a share above 0 and at most 1, found {top}")
    if k.sum() == 0:
        return None
    place = np.unique(-np.asarray(score, dtype=float), return_inverse=True)[1]  # ties fall on one place
    cases, happened = np.bincount(place, n), np.bincount(place, k)
    cut = top * cases.sum()
    above = np.clip(cut - (np.cumsum(cases) - cases), 0, cases)
    share = np.divide(happened, cases, out=np.zeros(len(cases)), where=cases > 0)
    return float((above * share).sum() / cut / (happened.sum() / cases.sum()))


def _refuse_impossible(n: np.ndarray, k: np.ndarray) -> None:
    if (k < 0).any() or (k > n).any():
        raise ValueError("needs 0 <= k <= n in every row")
