"""What a series does when nothing changes: the usual range of an XmR (process behaviour) chart.

Source: D. J. Wheeler, Understanding Variation, 2nd ed. 2000: natural limits = mean +- 2.66 x mean moving
range.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

Kind = Literal["above", "below", "shifted up", "shifted down"]

LIMIT = 2.66  # 3 / 1.128: three standard deviations, the deviation estimated from moving ranges of two
SIGMA = 1.128  # expected moving range of two values, in standard deviations
RUN = 8
NEAR_LIMIT = 3  # of the last four


@dataclass(frozen=True)
class Range:
    """The usual range of `n` earlier values, in their unit. `low` and `high` stop where values cannot go."""

    mean: float
    low: float
    high: float
    moving_range: float
    n: int

    @property
    def firm(self) -> bool:
        """Whether there are the twelve values that a range needs to be called firm."""
        return self.n >= 12

    @property
    def deviation(self) -> float:
        """The standard deviation that the moving ranges imply."""
        return self.moving_range / SIGMA

    @property
    def smallest_visible_change(self) -> float:
        """How far one value must lie from the mean to be seen, as a share of the mean; infinite at mean 0."""
        return LIMIT * self.moving_range / abs(self.mean) if self.mean else math.inf


def usual_range(
    values: Iterable[float | None],
    minimum: int = 8,
    least: float | None = None,
    most: float | None = None,
) -> Range | None:
    """Return the usual range of earlier values, or None if there are fewer than `minimum` of them.

    Parameters
    ----------
    values : iterable of float
        Oldest first, without the current one: a value is never part of its own limits. Missing values are
        left out, and the values beside them count as neighbours.
    minimum : int
        8 to draw a range at all.
    least, most : float, optional
        What the measure cannot go below or above (0 for a count, 1 for a share); the limits stop there.

    Examples
    --------
    >>> usual_range([10, 12, 10, 12, 10, 12, 10, 12])
    Range(mean=11.0, low=5.68, high=16.32, moving_range=2.0, n=8)
    """
    known = known_values(values)
    if len(known) < max(minimum, 2):
        return None
    mean = math.fsum(known) / len(known)
    moving = math.fsum(abs(b - a) for a, b in zip(known, known[1:], strict=False)) / (len(known) - 1)
    low, high = mean - LIMIT * moving, mean + LIMIT * moving
    return Range(
        mean,
        low if least is None else max(low, least),
        high if most is None else min(high, most),
        moving,
        len(known),
    )


def signal_kind(earlier: Iterable[float | None], current: float | None, usual: Range | None) -> Kind | None:
    """Say whether the current value is a signal, by three rules; None if it is what the series usually does.

    Outside the limits: "above" or "below". Eight in a row on one side of the mean, or three of the last four
    nearer a limit than the mean (on the same side): "shifted up" or "shifted down". The current value counts
    in both. When nothing changes they fire in 3.5% of months at 8 earlier months, 2.5% at 12, 1.9% at 18 and
    1.6% at 24 (simulated on Poisson counts; PRODUCT 4, re-simulated in the tests).
    """
    if usual is None or not _is_known(current):
        return None
    if current > usual.mean + LIMIT * usual.moving_range:
        return "above"
    if current < usual.mean - LIMIT * usual.moving_range:
        return "below"
    series = [*known_values(earlier), current]
    half_way = LIMIT / 2 * usual.moving_range
    kinds: tuple[tuple[int, Kind], ...] = ((1, "shifted up"), (-1, "shifted down"))
    for sign, kind in kinds:
        distances = [sign * (value - usual.mean) for value in series]
        run = len(series) >= RUN and all(distance > 0 for distance in distances[-RUN:])
        near = sum(distance > half_way for distance in distances[-4:]) >= NEAR_LIMIT
        if run or near:
            return kind
    return None


def p_value(earlier: Sequence[float | None], current: float | None, minimum: int = 8) -> float | None:
    """Return how unusual the current value is for the series before it, two-sided.

    t = (current - mean) / (mean moving range / 1.128 x sqrt(1 + 1/n)) with 0.62 (n - 1) degrees of freedom
    (SPEC Signals; the moving range carries about 62% of the information of a standard deviation). Returns
    None if there are too few values, and 1.0 if the earlier values never moved: without movement nothing is
    known.
    """
    usual = usual_range(earlier, minimum)
    if usual is None or not _is_known(current):
        return None
    if usual.moving_range == 0:
        return 1.0
    from scipy.special import stdtr

    t = (current - usual.mean) / (usual.deviation * math.sqrt(1 + 1 / usual.n))
    return float(2 * stdtr(0.62 * (usual.n - 1), -abs(t)))


def known_values(values: Iterable[float | None]) -> list[float]:
    """Return the values that are known, in order."""
    return [float(value) for value in values if _is_known(value)]


def _is_known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
