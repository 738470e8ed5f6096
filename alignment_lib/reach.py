"""How far the exports reach: the last day that a page can see, and the tables that stop before the others do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from .engine import Engine
from .period import Month

GOES_ON = 3  # days with later events that show that the data goes on; fewer may be mistyped
SILENT = 5  # days without a row at the end that say nothing yet, the day after the last one included
BEYOND = 1.5  # times the longest gap that a table had: a longer silence is none of its usual gaps
JUDGED = 10  # gaps between days with rows from which "longest" means anything

# The events that a page counts. Payments may be dated ahead and say nothing; spend is watched but ends no other table.
EVENTS = {
    "leads": ("created_on FROM leads",),
    "deals": ("opened_on FROM deals", "closed_on FROM deals WHERE outcome <> 'open'"),
    "activities": ("occurred_on FROM activities",),
    "spend": ("spent_on FROM spend",),
    "touches": ("touched_on FROM touches",),
}
WATCHED = ("leads", "deals", "activities", "spend")


@dataclass(frozen=True)
class Reach:
    """The newest day with an event, and the last day of each table that stops before the month, or the data, does."""

    newest: date | None
    ends: Mapping[str, date] = field(default_factory=dict)


def reach_of(engine: Engine, period: Month, settled: date) -> Reach:
    """Find out how far the canonical tables reach in a month.

    Answers: does the month's data go to its end, and does every table?

    Parameters
    ----------
    engine : Engine
        Holds the canonical tables.
    settled : datetime.date
        The last day that the month's page sees if the data goes on.
    """
    return read_reach(days_of(engine), period, settled)


def days_of(engine: Engine) -> dict[str, list[date]]:
    """Return the days with rows of each event, in order: "deals 0" of opening, "deals 1" of closing."""
    parts = [
        f"SELECT DISTINCT '{table} {n}' AS event, {sql}".replace(" FROM", " AS day FROM", 1)
        for table, columns in EVENTS.items()
        for n, sql in enumerate(columns)
    ]
    found = engine.run(" UNION ALL ".join(parts)).dropna()
    return {str(event): sorted(pd.to_datetime(own).dt.date) for event, own in found.groupby("event")["day"]}


def read_reach(days: Mapping[str, list[date]], period: Month, settled: date) -> Reach:
    """Read the reach from what `days_of` returns.

    The newest day is that of any table up to the day after the month is settled; where there are events of
    `GOES_ON` later days, the data goes on, and so does the event itself, however silent the end of the month was.
    Where leads, deals and activities have all stopped, what a few late records say does not count: the month ends
    with the last of the three.
    """
    limit = settled + timedelta(days=1)
    going = {event for event, own in days.items() if sum(day > limit for day in own) >= GOES_ON}
    dated = {day for event, own in days.items() if not event.startswith("spend") for day in own}
    seen = {event: [day for day in own if day <= limit] for event, own in days.items()}
    newest = max((day for day in dated if day <= limit), default=None)
    if sum(day > limit for day in dated) >= GOES_ON:
        newest = settled
    ends = _ends(seen, going, period, newest)
    last = {table: min(own[-1] for own in _of(seen, table)) for table in WATCHED[:3] if any(_of(seen, table))}
    latest = max(last, key=lambda table: last[table], default="")
    if latest in ends:
        newest = ends[latest]
        seen = {event: [day for day in own if day <= newest] for event, own in seen.items()}
        ends = _ends(seen, going, period, newest)
    return Reach(newest, ends)


def _of(days: Mapping[str, list[date]], table: str) -> Iterable[list[date]]:
    return [own for event, own in days.items() if event.startswith(f"{table} ") and own]


def _ends(
    days: Mapping[str, list[date]], going: set[str], period: Month, newest: date | None
) -> dict[str, date]:
    """Return the last day of each watched table that is silent at the end for longer than it ever was before."""
    if newest is None:
        return {}
    until = min(period.end, newest + timedelta(days=1))
    silent = {event: own for event, own in days.items() if event not in going}
    stops = {
        table: [own[-1] for own in _of(silent, table) if (until - own[-1]).days > longest_silence(own)]
        for table in WATCHED
    }
    return {table: min(found) for table, found in stops.items() if found}


def longest_silence(days: list[date]) -> float:
    """Return after how many days a table's silence is no usual gap any more; never, if it has too few rows to say.

    >>> longest_silence([date(2026, 10, day) for day in range(1, 21)])
    5
    >>> longest_silence([date(2026, month, 1) for month in range(1, 13)])
    46.5
    """
    gaps = [(after - before).days for before, after in zip(days, days[1:], strict=False)]
    return max(SILENT, BEYOND * max(gaps)) if len(gaps) >= JUDGED else float("inf")
