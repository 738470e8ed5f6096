"""Meetings held against meetings agreed: meetings.csv beside the playbook's communication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ..month import MonthData
from .monthly import open_locations

THURSDAY = 4
SPANS = {"week": "week", "two weeks": "two weeks", "day": "opening day"}


@dataclass(frozen=True)
class Held:
    """One agreed meeting: in how many of its turns that ended in the month it was held."""

    meeting: str
    every: str
    held: int
    agreed: int


def meetings_held(month: MonthData) -> list[Held]:
    """Count each agreed meeting's turns of the month in which it was held; none where meetings.csv holds nothing.

    A week belongs to the month that holds its Thursday, so that no week is lost or counted twice; two weeks are two of
    those. A quarter and a year are counted in their last month. Turns that are not over by the page's date, or were
    over before the file's first meeting, are left out.
    """
    meetings = month.company.meetings
    first = pd.to_datetime(meetings["date"]).min()
    found = []
    for agreed in month.playbook_at_end.communication if len(meetings) else ():
        rows = pd.to_datetime(meetings.loc[meetings["meeting"] == agreed.meeting, "date"])
        days = {day for day in rows.dt.date if day <= month.as_of}
        turns = [(start, end) for start, end in turns_of(month, agreed.every) if first.date() <= end <= month.as_of]
        held = sum(any(start <= day <= end for day in days) for start, end in turns)
        if turns:
            found.append(Held(agreed.meeting, agreed.every, held, len(turns)))
    return found


def turns_of(month: MonthData, every: str) -> list[tuple[date, date]]:
    """Return the first and the last day of each turn of a rhythm that belongs to the month."""
    period, starts = month.period, month.settings.fiscal_year_starts
    last = period.end - timedelta(days=1)
    if every == "day":
        opened = open_locations(month, period)
        return [(day, day) for day in opened.index[opened > 0]]
    if every in ("week", "two weeks"):
        thursdays = [day for day in period.dates() if day.isoweekday() == THURSDAY]
        length = 1 if every == "week" else 2
        ends = thursdays[length - 1 :: length]
        return [(day - timedelta(days=3 + 7 * (length - 1)), day + timedelta(days=3)) for day in ends]
    if every == "month":
        return [(period.start, last)]
    months = 3 if every == "quarter" else 12
    ends_here = (period.number + 1 - starts) % months == 0
    return [((period - (months - 1)).start, last)] if ends_here else []


def describe_meetings(month: MonthData) -> str:
    """Say how often each agreed meeting was held: "Weekly check-in: held in 4 of 5 weeks."."""
    said = []
    for one in meetings_held(month):
        if one.agreed == 1 and one.every not in SPANS:
            said.append(f"{one.meeting}: {'held' if one.held else 'not held'} this {one.every}")
        else:
            span = SPANS[one.every] if one.agreed == 1 else f"{SPANS[one.every].removesuffix('s')}s"
            said.append(f"{one.meeting}: held in {one.held} of {one.agreed} {span}")
    return f"Meetings agreed: {'; '.join(said)}." if said else ""
