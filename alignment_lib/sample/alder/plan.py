"""The plan of Alder Systems, made once from the generator's expectations.

    python -m alignment_lib.sample.alder.plan > params/alder/plan.csv

Season and lasting traits are in it; events are not. Rows of marketing and sales carry qualified pipeline (US dollars)
and the share of it that is won.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from ...period import Month
from ..world import LAST, Minutes
from . import simulate
from .pipeline import REGIONS, WON_SHARE

PLANNED_FROM, PLANNED_TO = Month(2024, 2), LAST + 5
SPLIT = {"marketing": 0.64, "sales": 0.36}  # what the playbook says
_SEEDS = range(1, 61)


def make_plan() -> pd.DataFrame:
    """Return the plan: one row per month, region and team."""
    parts = []
    for seed in _SEEDS:
        sample = simulate(seed, "none")
        new = sample.deals[sample.deals["type"] == "new"]
        team = sample.leads[sample.leads["first"]].set_index("account")["team"]
        parts.append(new.assign(team=new["account"].map(team).fillna("none"), on=_month(new["opened"].to_numpy()),
                                month=_month(new["closed"].to_numpy())))  # fmt: skip
    deals = pd.concat(parts, ignore_index=True)
    opened = deals[deals["team"].isin(SPLIT)].groupby("on")["amount"].sum() / len(_SEEDS)
    won = deals[deals["outcome"] == "won"].groupby("month")["amount"].agg(["sum", "count"]) / len(_SEEDS)
    rows: list[tuple[object, ...]] = []
    for month in PLANNED_TO.back(PLANNED_TO - PLANNED_FROM + 1):
        years = [str(m) for m in (month, month - 12, month - 24) if PLANNED_FROM <= m <= LAST]  # differ by chance only
        pipeline = float(opened.loc[years].to_numpy(dtype=float).mean())
        revenue, clients = won.loc[years].to_numpy(dtype=float).mean(axis=0)
        for place, share in REGIONS.items():
            for name, part in SPLIT.items():
                rows.append((str(month), place, name, round(pipeline * share * part, -3), WON_SHARE, None, None))
            rows.append((str(month), place, "shared", None, None, round(revenue * share, -3), round(clients * share)))
    plan = pd.DataFrame(rows, columns=["month", "location", "team", "leads", "won_share", "revenue", "clients"])
    return plan.astype(dict.fromkeys(["leads", "revenue", "clients"], "Int64"))


def _month(at: Minutes) -> np.ndarray:
    return np.datetime_as_string(at.view("datetime64[m]"), unit="M")


if __name__ == "__main__":
    make_plan().to_csv(sys.stdout, index=False, lineterminator="\n")
