"""Rates and means of groups of different size, so that the smallest group is not always best or worst."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True)
class Shrunk:
    """Values of groups drawn toward what they have in common; arrays of shape (groups,), in one unit.

    `raw` is what was counted (NaN without cases), `value` the shrunken value, `low` and `high` its range, `weight`
    (0 to 1) how much of the value is the group's own; `grand` is the mean that the rest comes from.
    """

    raw: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    grand: float


def shrink_rates(k: np.ndarray, n: np.ndarray, level: float = 0.95) -> Shrunk:
    """Return each group's rate k / n as it looks once its luck is taken out (beta-binomial, moments).

    A group's value is (k + M m) / (n + M): m the rate of all together, M the number of cases that the common
    rate is worth, from how much more the groups differ than chance alone makes them. If they differ no more,
    all get the common rate. The range allows for m and M being estimates too (it is wide with few groups).
    Sources: J. C. Kleinman, J. Am. Stat. Assoc. 68 (1973) 46; C. N. Morris, same journal 78 (1983) 47.

    Parameters
    ----------
    k, n : numpy.ndarray of int, shape (groups,)
        Cases with the result, and cases; a group without cases gets the common rate.
    level : float
        Of the ranges.

    Raises
    ------
    ValueError
        If no group has a case, or k is not between 0 and n.

    Examples
    --------
    Three of four is no better than 130 of 250:

    >>> found = shrink_rates(np.array([100, 130, 40, 3]), np.array([250, 250, 100, 4]))
    >>> found.value.round(2).tolist(), found.weight.round(2).tolist()
    ([0.41, 0.51, 0.42, 0.47], [0.82, 0.82, 0.65, 0.07])
    """
    if (k < 0).any() or (k > n).any() or n.sum() == 0:
        raise ValueError(f"needs 0 <= k <= n and a case, found {k.tolist()} of {n.tolist()}")
    raw, grand = _ratio(k, n), float(k.sum() / n.sum())
    # Half a case more on either side: without any result the spread of chance is unknown, not nothing.
    chance = (k.sum() + 0.5) * (n.sum() - k.sum() + 0.5) / (n.sum() + 1) ** 2
    # The common rate is worth one case at least: a range around 4 of 4 has a width.
    between = min(_between(raw, n, grand, chance, np.maximum(n - 1, 0)), chance / 2)
    return _shrink(raw, n, grand, chance - between, between, level, (0.0, 1.0))


def shrink_means(n: np.ndarray, total: np.ndarray, squares: np.ndarray, level: float = 0.95) -> Shrunk:
    """Return each group's mean as it looks once its luck is taken out (normal, moments).

    As `shrink_rates`, with the spread of single values inside the groups, pooled, as the measure of chance.

    Parameters
    ----------
    n, total, squares : numpy.ndarray, shape (groups,)
        Cases, the sum of their values, the sum of the squares of their values.
    level : float
        Of the ranges.

    Raises
    ------
    ValueError
        If no group has two cases: nothing is known about chance then.

    Examples
    --------
    >>> n, mean = np.array([50, 50, 2]), np.array([100.0, 120.0, 190.0])
    >>> shrink_means(n, n * mean, n * (mean**2 + 40**2)).value.round().tolist()
    [101.0, 119.0, 136.0]
    """
    if (n < 0).any() or (n < 2).all():
        raise ValueError(f"needs a group of at least two cases, found {n.tolist()}")
    raw, grand = _ratio(total, n), float(total.sum() / n.sum())
    inside = np.maximum(squares - n * np.nan_to_num(raw) ** 2, 0).sum()
    within = float(inside / (n.sum() - (n > 0).sum()))
    between = _between(raw, n, grand, within, n)
    return _shrink(raw, n, grand, within, between, level, (-np.inf, np.inf))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _between(raw: np.ndarray, n: np.ndarray, grand: float, chance: float, cases: np.ndarray) -> float:
    """Return the variance between groups beyond chance (moments, at least 0)."""
    groups = (n > 0).sum()
    spread = (n * (np.nan_to_num(raw, nan=grand) - grand) ** 2).sum() - (groups - 1) * chance
    size = ((1 - n / n.sum()) * cases).sum()
    return max(0.0, float(spread / size)) if size > 0 else 0.0


def _shrink(
    raw: np.ndarray,
    n: np.ndarray,
    grand: float,
    within: float,
    between: float,
    level: float,
    ends: tuple[float, float],
) -> Shrunk:
    groups = int((n > 0).sum())
    within = max(within, float(np.finfo(float).tiny))  # cases that are all alike
    weight = np.where(n > 0, 1.0, 0.0) if groups == 1 else n * between / (within + n * between)
    away = np.nan_to_num(raw, nan=grand) - grand
    value = grand + weight * away
    if groups == 1:
        variance = np.where(n > 0, within / np.maximum(n, 1), np.inf)
    else:
        # `between` is an estimate with about groups - 1 degrees of freedom: widen it, or "no difference
        # seen" would pass for "no difference".
        typical = ((1 - n / n.sum()) * n).sum() / (groups - 1)
        unsure = min(1.0, 2 / (groups - 1))
        wide = between + unsure * (between + within / typical)
        own = within * wide / (within + n * wide)
        common = ((n / n.sum()) ** 2 * np.where(n > 0, within / np.maximum(n, 1) + wide, 0)).sum()
        variance = own + (1 - weight) ** 2 * (common + unsure * away**2)
    half = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(variance)
    return Shrunk(
        raw,
        value,
        np.clip(value - half, *ends),
        np.clip(value + half, *ends),
        weight,
        grand,
    )
