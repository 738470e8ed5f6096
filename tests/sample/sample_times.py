"""Where the sample company's params lie, and the sample's minutes as months and hours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

RIVERSIDE = Path(__file__).resolve().parents[2] / "params" / "riverside"


def months(minutes: pd.Series | np.ndarray) -> pd.Series:
    """Return local minutes as "YYYY-MM" ("NaT" where nothing happened)."""
    instants = np.asarray(minutes).view("datetime64[m]")
    index = minutes.index if isinstance(minutes, pd.Series) else None
    return pd.Series(instants.astype("datetime64[M]").astype(str), index=index)


def hour(minutes: pd.Series) -> pd.Series:
    """Return the hour of the day."""
    return minutes % (24 * 60) // 60
