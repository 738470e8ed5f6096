"""Months that come as planned unless a test says otherwise, so that every step of the gap bridge can be worked by eye.

A planned month: 60 leads of marketing and 40 of sales, 8 in 10 reached, 1 in 4 of these joins, $500 each:
12 + 8 joins, $10,000.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from made_months import MONTHS, PLAN_COLUMNS

from alignment_lib.plan import Plan

OCTOBER = "2026-10"
AS_PLANNED = {"marketing": (60, 48, 12, 6_000.0), "sales": (40, 32, 8, 4_000.0)}


def agreed(months=MONTHS, goal=10_000.0, places=("all",), rates=(0.8, 0.25, 500.0), leads=None):
    """Return the plan of a planned month, the same for each place and month."""
    rows = []
    for month in months:
        for place in places:
            for team, count in ({"marketing": 60, "sales": 40} if leads is None else leads).items():
                stated = (
                    dict(zip(["reached_share", "joins_per_reached", "value"], rates, strict=True))
                    if rates
                    else {}
                )
                rows.append({"month": month, "location": place, "team": team, "leads": count, **stated})
            rows.append({"month": month, "location": place, "team": "shared", "revenue": goal, "clients": 20})
    return Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS))


def tallies(months=MONTHS, came=None, lag=0, places=("Northgate",), more=()):
    """Return months as planned; `came` gives (leads, reached, joins, revenue) by (month, team), or by place too."""
    daily, revenue = [], []
    for at, month in enumerate(months):
        for place in places:
            for team, usual in AS_PLANNED.items():
                found = (came or {}).get((month, team, place), (came or {}).get((month, team), usual))
                leads, reached, joins, money = found
                daily.append({"month": month, "team": team, "location": place, "leads": leads, "quality": leads,
                              "reached": reached, "quality_reached": reached})  # fmt: skip
                if at >= lag:
                    revenue.append({"month": month, "created_month": months[at - lag], "team": team, "location": place,
                                    "clients": joins, "deals": joins, "revenue": money})  # fmt: skip
    return {"daily": daily, "revenue": [*revenue, *more]}


def amounts(bridge):
    return {str(key): round(float(value), 6) for key, value in bridge.steps["amount"].items()}


def nonzero(bridge):
    return {key: value for key, value in amounts(bridge).items() if abs(value) > 1e-6}


def company_without_plan(riverside):
    return replace(riverside, plan=riverside.plan.head(0))
