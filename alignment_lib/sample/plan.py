"""The plan of Riverside Clubs, made once from the generator's expectations.

    python -m alignment_lib.sample.plan > params/riverside/plan.csv

Season, clubs and lasting traits are in it; events are not. So ordinary months scatter around 100%.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from . import Sample, simulate
from .key import PLANTS
from .world import (
    CLUB_MISSING,
    CLUBS,
    FIRST,
    INSIDE,
    JOINS_WITHOUT_LEAD,
    KEEN,
    LAST,
    LEADS_A_MONTH,
    NEVER,
    SEASON,
    SOURCE_MISSING,
    VALUE,
    VISIT_REQUEST,
    Numbers,
    days_between,
    expected_leads,
)

PLANNED_TO = LAST + 2
_SEEDS = range(1, 13)


def make_plan() -> pd.DataFrame:
    """Return the plan: one row per month, club and team.

    Rows of marketing and sales carry quality leads (count) and two rates (0 to 1) that multiply out to the
    joins of their leads; shared rows carry revenue (US dollars) and clients by the month of signing.
    """
    worlds = [simulate(seed, "none") for seed in _SEEDS]
    days = days_between(FIRST, PLANNED_TO)
    month = days.astype("datetime64[M]").astype(np.int64)
    month -= month.min()
    quality = INSIDE * (VISIT_REQUEST + (1 - VISIT_REQUEST) * KEEN)
    leads, rates, joins = {}, {}, np.zeros(len(days))
    for team in LEADS_A_MONTH:
        expected = expected_leads(team, days)
        leads[team] = quality * np.bincount(month, expected)
        own, reached, per_lead, lags = _measure(worlds, team)
        rates[team] = (round(reached, 3), round(per_lead / (own * reached), 3))
        joins += np.convolve(expected * per_lead, lags)[: len(days)]
    season = np.asarray([SEASON[(FIRST + n).number - 1] for n in range(PLANNED_TO - FIRST + 1)])
    clients = np.bincount(month, joins) + JOINS_WITHOUT_LEAD * season

    old_mill = PLANTS["old-mill-tracking"].size["source_missing"]
    rows: list[tuple[object, ...]] = []
    for at in range(len(clients)):
        for club, (share, _) in CLUBS.items():
            missing = old_mill if club == "Old Mill" else SOURCE_MISSING
            recorded = share * (1 - CLUB_MISSING) * (1 - missing)
            for team, (reached, joined) in rates.items():
                rows.append((str(FIRST + at), club, team, round(leads[team][at] * recorded), reached, joined,
                             round(VALUE), None, None))  # fmt: skip
            signed = clients[at] * share
            rows.append((str(FIRST + at), club, "shared", None, None, None, None, round(signed * VALUE, -2),
                         round(signed)))  # fmt: skip
    rates_of_team = ["reached_share", "joins_per_reached"]
    counts = ["value", "revenue", "clients"]
    plan = pd.DataFrame(rows, columns=["month", "location", "team", "leads", *rates_of_team, *counts])
    return plan.astype(dict.fromkeys(["leads", *counts], "Int64"))


def _measure(worlds: list[Sample], team: str) -> tuple[float, float, float, Numbers]:
    """Return a team's quality share, reached share by the page's date, joins per lead, days to join."""
    leads = pd.concat([world.leads[world.leads["team"] == team] for world in worlds], ignore_index=True)
    created = leads["created"].to_numpy().view("datetime64[m]")
    page = (created.astype("datetime64[M]") + 1).astype("datetime64[D]") + 3
    at = leads["reached"].to_numpy()
    reached = (at != NEVER) & (at.view("datetime64[m]") < page)
    quality = leads["quality"].to_numpy()
    joined = leads[leads["closed"] != NEVER]
    days = joined["closed"].to_numpy().view("datetime64[m]").astype("datetime64[D]")
    lag = (days - joined["created"].to_numpy().view("datetime64[m]").astype("datetime64[D]")).astype(np.int64)
    return (
        float(quality.mean()), float(reached[quality].mean()), float(leads["joins"].mean()),
        np.bincount(np.clip(lag, 0, None)) / len(lag),
    )  # fmt: skip


if __name__ == "__main__":
    make_plan().to_csv(sys.stdout, index=False, lineterminator="\n")
