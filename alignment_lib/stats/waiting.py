"""How long things wait when some are still waiting (Kaplan-Meier)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def kaplan_meier(
    minutes: Sequence[float], answered: Sequence[float], running: Sequence[float]
) -> pd.DataFrame:
    """Return the share still waiting after each wait at which something ended.

    Those who still wait are no answer at infinity and no missing row: they count as waiting for as long as
    they have waited. Source: E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53 (1958) 457.

    Parameters
    ----------
    minutes : sequence of float
        Waits; a value may occur several times.
    answered, running : sequence of int
        How many ended at that wait, and how many had waited that long and wait on.

    Returns
    -------
    pandas.DataFrame
        One row per wait with an end, ascending: `minutes`, `share_waiting` (just after it), `at_risk` (just
        before it). Those still waiting at the same minute as an end count as at risk.

    Examples
    --------
    Answered after 1 to 6 hours, four of ten never:

    >>> curve = kaplan_meier([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 4])
    >>> median_wait(curve), round(share_within(curve, 4), 3)
    (5.0, 0.4)
    """
    import pandas as pd

    counts = (
        pd.DataFrame({"minutes": minutes, "answered": answered, "running": running}, dtype="float64")
        .groupby("minutes", as_index=False)
        .sum()
    )
    left = counts["answered"] + counts["running"]
    at_risk = left[::-1].cumsum()[::-1]
    share = (1 - counts["answered"] / at_risk.where(at_risk > 0)).fillna(1.0).cumprod()
    curve = pd.DataFrame({"minutes": counts["minutes"], "share_waiting": share, "at_risk": at_risk})
    return curve[counts["answered"] > 0].reset_index(drop=True)


def share_within(curve: pd.DataFrame, minutes: float) -> float:
    """Return the share answered within a wait, of all who waited (0 to 1)."""
    return float(1 - waiting_at(curve, [minutes])[0])


def waiting_at(curve: pd.DataFrame, minutes: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the share still waiting just after each of the given waits (steps, 1 before the first)."""
    import numpy as np

    steps = np.concatenate([[1.0], curve["share_waiting"].to_numpy(dtype=float)])
    return steps[np.searchsorted(curve["minutes"].to_numpy(dtype=float), minutes, side="right")]


def median_wait(curve: pd.DataFrame) -> float | None:
    """Return the first wait after which at most half still wait, or None if more than half wait on."""
    # 0.5 itself is reached only up to rounding: 0.9 x 8/9 x ... is a product of fractions.
    done = curve.loc[curve["share_waiting"] <= 0.5 + 1e-12, "minutes"]
    return float(done.iloc[0]) if len(done) else None
