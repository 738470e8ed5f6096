"""Which factor made how much of a difference, whatever the order in which they are changed (Shapley)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

MOST_FACTORS = 12  # 2^12 = 4,096 evaluations
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Split:
    """The steps from one value to another, one per factor, in the value's unit.

    `steps`, `low` and `high` have the shape (factors, ...), `gap` the shape (...) of the value; `low` and
    `high` are the least and the most that the factor makes in any order of the factors.
    """

    factors: tuple[str, ...]
    steps: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gap: np.ndarray

    def step(self, factor: str) -> np.ndarray:
        """Return the step of one factor, in the shape of the value."""
        return self.steps[self.factors.index(factor)]


def order_free_split(value: Callable[[frozenset[str]], float | np.ndarray], factors: Sequence[str]) -> Split:
    """Split value(all factors) - value(none) over the factors: how much did each make, in any order?

    A factor's step is the mean of what it adds over all orders in which the factors can be switched. All
    2^n sets of switched factors are evaluated, each once, so the split is exact. The range over all orders
    is the least and the most that it adds to any set of the others (every such set is the start of an order).
    Source: L. S. Shapley, A value for n-person games, 1953.

    Parameters
    ----------
    value : callable
        Given the set of factors switched from "before" to "after", returns the value: a number, or an array
        of any shape, the same at each call (bootstrap draws: pass them all at once).
    factors : sequence of str
        1 to 12 names, each once.

    Returns
    -------
    Split
        Steps that add up to the gap.

    Raises
    ------
    ValueError
        If names repeat or are too many, if a value is not finite, or if the steps do not add up to the gap
        to 1e-9 of the values' size.

    Examples
    --------
    >>> before, after = {"count": 100.0, "price": 5.0}, {"count": 120.0, "price": 4.0}
    >>> def revenue(switched):
    ...     now = {name: (after if name in switched else before)[name] for name in before}
    ...     return now["count"] * now["price"]
    >>> split = order_free_split(revenue, ["count", "price"])
    >>> split.steps.tolist(), split.low.tolist(), split.high.tolist(), float(split.gap)
    ([90.0, -110.0], [80.0, -120.0], [100.0, -100.0], -20.0)
    """
    n = len(factors)
    if not 1 <= n <= MOST_FACTORS or len(set(factors)) < n:
        raise ValueError(f"a split needs 1 to {MOST_FACTORS} different factors, found {list(factors)}")
    sets = np.arange(2**n)
    values = np.array(
        [value(frozenset(f for i, f in enumerate(factors) if chosen >> i & 1)) for chosen in sets.tolist()],
        dtype=float,
    )
    if not np.isfinite(values).all():
        raise ValueError("a value to be split is not finite: is a rate divided by zero in it?")
    sizes = np.array([chosen.bit_count() for chosen in sets.tolist()])
    weights = np.array([1 / (n * math.comb(n - 1, size)) for size in range(n)])
    steps, low, high = (np.empty((n, *values.shape[1:])) for _ in range(3))
    for i in range(n):
        without = sets[sets >> i & 1 == 0]
        added = values[without | 1 << i] - values[without]
        steps[i] = np.tensordot(weights[sizes[without]], added, axes=1)
        low[i], high[i] = added.min(axis=0), added.max(axis=0)
    gap = values[-1] - values[0]
    # The size of the values, not of the gap: a gap of nothing between two millions has steps of rounding.
    size = np.maximum(np.abs(values).max(axis=0), np.finfo(float).tiny)  # below it numbers lose their digits
    if (np.abs(steps.sum(axis=0) - gap) > TOLERANCE * size).any():
        raise ValueError("the steps do not add up to the gap")
    return Split(tuple(factors), steps, low, high, gap)
