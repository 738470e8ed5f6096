"""Opening hours of the clubs, so that reply times can be drawn in business minutes."""

from __future__ import annotations

from collections.abc import Mapping

import holidays
import numpy as np

from ..period import Month
from .world import (
    ALSO_CLOSED,
    CLUBS,
    COMPANY_HOURS,
    DAY,
    FIRST,
    LAST,
    NEVER,
    Flags,
    Minutes,
    Texts,
    days_between,
)

HOURS = {club: hours for club, (_, hours) in CLUBS.items()} | {"": COMPANY_HOURS}


class Opening:
    """When each club is open, in local wall-clock minutes; "" is the company's hours. Other companies give theirs."""

    def __init__(self, all_hours: Mapping[str, tuple] = HOURS, first: Month = FIRST) -> None:
        days = days_between(first, LAST + 2)
        years = range(first.year, LAST.year + 2)
        off = {*map(str, holidays.country_holidays("US", subdiv="NY", years=years)), *ALSO_CLOSED}
        closed = np.array(sorted(off), dtype="datetime64[D]")
        days = days[~np.isin(days, closed)]
        self._tables = {club: _intervals(days, hours) for club, hours in all_hours.items()}

    def add(self, clubs: Texts, start: Minutes, wait: Minutes | float) -> Minutes:
        """Return the instant `wait` business minutes after `start` at each lead's club; NEVER stays NEVER."""
        wait = np.broadcast_to(np.asarray(wait, dtype=np.int64), start.shape)
        result, known = np.full_like(start, NEVER), start != NEVER
        for club, (opens, closes, before) in self._tables.items():
            here = known & (clubs == club)
            at = np.clip(np.searchsorted(opens, start[here], side="right") - 1, 0, None)
            passed = before[at] + np.clip(np.minimum(start[here], closes[at]) - opens[at], 0, None)
            target = passed + wait[here]
            then = np.searchsorted(before, target, side="right") - 1
            result[here] = opens[then] + target - before[then]
        return result

    def next(self, clubs: Texts, at: Minutes) -> Minutes:
        """Return the instant itself if the club is open then, else when it next opens."""
        return self.add(clubs, at, 0)

    def is_open(self, clubs: Texts, at: Minutes) -> Flags:
        """Return whether the club is open at the instant."""
        return self.next(clubs, at) == at


def _intervals(days: np.ndarray, hours: tuple) -> tuple[Minutes, Minutes, Minutes]:
    """Return opening and closing instants and the open minutes before each interval, in order."""
    weekday = (days.astype(np.int64) + 3) % 7
    opens, closes = [], []
    for kind, ranges in enumerate(hours):
        chosen = days[(weekday < 5) if kind == 0 else (weekday == 4 + kind)].astype(np.int64) * DAY
        opens += [chosen + start for start, _ in ranges]
        closes += [chosen + end for _, end in ranges]
    start, end = np.sort(np.concatenate(opens)), np.sort(np.concatenate(closes))
    return start, end, np.concatenate([[0], np.cumsum(end - start)[:-1]])
