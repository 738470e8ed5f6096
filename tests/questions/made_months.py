"""Months made by hand: leads, revenue and replies that come exactly as planned, unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from alignment_lib.period import Month
from alignment_lib.plan import Plan

PLAN_COLUMNS = [
    "month",
    "location",
    "team",
    "leads",
    "reached_share",
    "joins_per_reached",
    "value",
    "revenue",
    "clients",
]
NO_PLAN = pd.DataFrame(
    {name: pd.Series(dtype="str" if n < 3 else float) for n, name in enumerate(PLAN_COLUMNS)}
)


def months_to(period: str, count: int) -> list[str]:
    """Return `count` months that end with one, as "YYYY-MM"."""
    return [str(m) for m in Month.parse(period).back(count)]


MONTHS = months_to("2026-10", 14)


def planned(months: Sequence[str], marketing: float | None = 60, sales: float | None = 40,
            revenue: float | None = 10_000, clients: float | None = 20) -> Plan:  # fmt: skip
    """Return the same agreed plan for every month; None leaves it out."""
    rows: list[dict[str, Any]] = []
    for month in months:
        rows += [{"month": month, "team": team, "leads": leads}
                 for team, leads in (("marketing", marketing), ("sales", sales)) if leads is not None]  # fmt: skip
        if revenue is not None:
            rows.append({"month": month, "team": "shared", "revenue": revenue, "clients": clients})
    return Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS).assign(location="all") if rows else NO_PLAN)


def leads(month: str, team: str = "marketing", count: int = 60, day: int = 1, **more: Any) -> dict[str, Any]:
    """Return one row of `daily`: all leads of a team on one day, every one a quality lead."""
    at = pd.Timestamp(f"{month}-{day:02d}")
    return {"day": at, "month": month, "team": team, "leads": count, "quality": count, **more}


def won(month: str, revenue: float = 10_000, clients: int = 20, **more: Any) -> dict[str, Any]:
    """Return one row of `revenue`."""
    return {"month": month, "revenue": revenue, "clients": clients, "deals": clients, **more}


def history(
    months: Sequence[str], attained: Sequence[float] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return tallies in which every month is as planned; `attained` moves the revenue of each month."""
    shares = list(attained) if attained is not None else [1.0] * len(months)
    return {
        "daily": [
            leads(month, team, count)
            for month in months
            for team, count in (("marketing", 60), ("sales", 40))
        ],
        "revenue": [won(month, 10_000 * share) for month, share in zip(months, shares, strict=True)],
        "relay": [{"month": month, "covered": 50, "kept": 35, "broken": 15} for month in months],
        "spend": [{"month": month, "amount": 500.0} for month in months],
        "members": [{"month": month, "joined": 20, "left": 15} for month in months],
        "tracking": [{"month": month, "leads": 100, "source_known": 97} for month in months],
    }


def wobble(count: int, size: float = 0.05) -> list[float]:
    """Return attainments that go up and down around 1.0 and end on it."""
    return [1.0 + size * ((-1) ** n if n < count - 1 else 0) for n in range(count)]


def counting(company, counts):
    """Return the company with another way of counting revenue: "payments within 90 days"."""
    books = [book.model_copy(update={"revenue": book.revenue.model_copy(update={"counts": counts})})
             for book in company.playbooks]  # fmt: skip
    return replace(company, playbooks=tuple(books))
