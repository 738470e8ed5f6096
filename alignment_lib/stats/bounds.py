"""How far a result can lie from what is seen when some cases belong to nobody knows which group.

No chance is involved: the true figure lies within the bounds, whatever the unknown ones turn out to be.
"""

from __future__ import annotations

from typing import NamedTuple


class Bounds(NamedTuple):
    """A group's figure with none of the unknown cases in it, with all of them, and the ends that are possible."""

    none_here: float
    all_here: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """How much the unknown cases leave open."""
        return self.high - self.low


def count_bounds(here: float, unknown: float) -> Bounds:
    """Return the bounds of a group's count (or amount) when `unknown` more may belong to it.

    >>> count_bounds(40, 12)
    Bounds(none_here=40, all_here=52, low=40, high=52)
    """
    _refuse_negative(here, unknown)
    return Bounds(here, here + unknown, here, here + unknown)


def share_bounds(here: float, all_known: float, unknown: float) -> Bounds:
    """Return the bounds of a group's share of all cases, the unknown ones among them; (0, 1) without cases.

    Parameters
    ----------
    here, all_known, unknown : float
        Cases (or amount) of the group, of all groups together, and of no known group.

    Examples
    --------
    >>> share_bounds(60, 80, 20)
    Bounds(none_here=0.6, all_here=0.8, low=0.6, high=0.8)
    """
    _refuse_negative(here, all_known - here, unknown)
    whole = all_known + unknown
    if whole == 0:
        return Bounds(0.0, 1.0, 0.0, 1.0)
    none_here, all_here = here / whole, (here + unknown) / whole
    return Bounds(none_here, all_here, none_here, all_here)


def rate_bounds(k: float, n: float, unknown_k: float, unknown_n: float) -> Bounds:
    """Return the bounds of a group's rate k / n when `unknown_n` cases, `unknown_k` with the result, may be its own.

    All here and none here are not the ends: the rate is lowest if all the unknown cases without the result
    belong here and none with it, and highest the other way round. Without any case it is between 0 and 1.

    Examples
    --------
    10 of 50, and 20 of no known group, 6 of them with the result:

    >>> [round(x, 3) for x in rate_bounds(10, 50, 6, 20)]
    [0.2, 0.229, 0.156, 0.286]
    """
    _refuse_negative(k, n - k, unknown_k, unknown_n - unknown_k)
    lowest, highest = n + unknown_n - unknown_k, n + unknown_k
    low = k / lowest if lowest else float(unknown_k > 0)
    high = (k + unknown_k) / highest if highest else float(unknown_n == 0)
    none_here = k / n if n else low
    all_here = (k + unknown_k) / (n + unknown_n) if n + unknown_n else high
    return Bounds(none_here, all_here, low, high)


def amount_bounds(amount: float, count: float, unknown: float) -> Bounds:
    """Return the bounds of an amount per case when `unknown` more cases may be the group's; infinite without a case.

    >>> amount_bounds(1200, 10, 5)
    Bounds(none_here=120.0, all_here=80.0, low=80.0, high=120.0)
    """
    _refuse_negative(amount, count, unknown)
    none_here, all_here = (amount / n if n else float("inf") for n in (count, count + unknown))
    return Bounds(none_here, all_here, all_here, none_here)


def surely_more(one: Bounds, other: Bounds) -> bool:
    """Whether one group has more than the other wherever the unknown cases belong.

    >>> surely_more(count_bounds(60, 12), count_bounds(40, 12)), surely_more(count_bounds(50, 12), count_bounds(40, 12))
    (True, False)
    """
    return one.low > other.high


def _refuse_negative(*counts: float) -> None:
    if not all(count >= 0 for count in counts):
        raise ValueError("a part is negative or larger than its whole")
