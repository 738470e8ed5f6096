"""How far a share, a rate or a ratio may lie from what was counted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Estimate(NamedTuple):
    """A figure and the range in which it may lie, in one unit."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole range lies on one side of zero."""
        return self.low > 0 or self.high < 0


def estimate_from_draws(value: float, draws: np.ndarray, level: float = 0.95) -> Estimate:
    """Return a figure with the range that holds the middle `level` of its draws (widened to hold it).

    >>> import numpy as np
    >>> estimate_from_draws(50.0, np.arange(101.0), level=0.5)
    Estimate(value=50.0, low=25.0, high=75.0)
    """
    import numpy as np

    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(value), min(float(low), float(value)), max(float(high), float(value)))


def normal_p(found: Estimate, level: float = 0.95) -> float:
    """Return the chance of a figure at least so far from zero, if it spreads like a normal one with this range.

    The spread is that of the side towards zero.

    >>> round(normal_p(Estimate(1.96, 0.0, 4.0)), 3), normal_p(Estimate(0.0, -1.0, 1.0))
    (0.05, 1.0)
    """
    normal = NormalDist()
    half = found.value - found.low if found.value > 0 else found.high - found.value
    if not half:
        return 0.0 if found.value else 1.0
    return 2 * (1 - normal.cdf(abs(found.value) / half * normal.inv_cdf((1 + level) / 2)))


def wilson(k: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share k / n; (0, 1) if nothing was counted.

    Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.

    >>> [round(100 * end, 1) for end in wilson(4, 40)]
    [4.0, 23.1]
    """
    if not 0 <= k <= n:
        raise ValueError(f"k must lie between 0 and n, found {k} of {n}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = k / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends the exact bound is the share itself; rounding must not move it past 0 or 1.
    low = 0.0 if k == 0 else max(0.0, (middle - half) / scale)
    high = 1.0 if k == n else min(1.0, (middle + half) / scale)
    return low, high


def poisson_rate(count: float, exposure: float = 1.0, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a rate: events counted / exposure.

    Source: F. Garwood, Biometrika 28 (1936) 437.

    >>> [round(end, 2) for end in poisson_rate(10)]
    [4.8, 18.39]
    """
    if count < 0 or exposure <= 0:
        raise ValueError(f"a rate needs count >= 0 and exposure > 0, found {count} and {exposure}")
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    return low / exposure, float(gammaincinv(count + 1, 1 - tail)) / exposure


@dataclass(frozen=True)
class Ratio:
    """An amount per event with its range; a side without a bound is None (no event was counted)."""

    value: float | None
    low: float
    high: float | None
    events: float


def ratio_range(amount: float, events: float, level: float = 0.95) -> Ratio:
    """Return an amount per event with its range, the amount taken as known and the events as a Poisson count.

    >>> ratio_range(1200, 0).value, round(ratio_range(1200, 0).low)
    (None, 325)
    """
    fewest, most = poisson_rate(events, level=level)
    return Ratio(
        value=amount / events if events else None,
        low=amount / most,
        high=amount / fewest if events else None,
        events=events,
    )
