"""When somebody is there to answer: hours, holidays and zones as a table, so that waits are plain SQL.

One row per schedule x business day (in the company's zone). It holds the open seconds of all days before it
(`base`) and up to four slots of that day, each an opening instant (`open_i`, UTC epoch seconds) and a length
(`len_i`). Open seconds up to an instant t of that day are then

    base + sum over i of LEAST(GREATEST(t - open_i, 0), len_i)

and a wait is the difference of two of them. Slots are half-open: the second at which a location closes is
closed. A day follows the hours and the zone of the playbook version in force on it. Locations with the same
hours share a schedule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd

from .errors import ParamsError, Problem
from .playbook.hours import Hours, minutes_of
from .playbook.parts import Holidays

if TYPE_CHECKING:
    from .playbook import Company

SLOTS = 4
NO_LOCATION = "(none)"
ALWAYS_OPEN = Hours(
    ((("00:00", "24:00"),),) * 7
)  # no hours in the playbook: calendar time, which the page says


@dataclass(frozen=True)
class Schedule:
    """The zone, hours and holidays of a place, by the day from which they are in force."""

    versions: tuple[tuple[date, str, Hours, Holidays], ...]

    def open_days(self, first: date, last: date) -> Iterator[tuple[date, str, list[list[int]]]]:
        """Yield each local day first .. last that is open, its zone, and its intervals in minutes since midnight."""
        starts = [start for start, *_ in self.versions]
        zones = [zone for _, zone, _, _ in self.versions]
        weeks = [
            [[[*map(minutes_of, slot)] for slot in day] for day in hours.days]
            for _, _, hours, _ in self.versions
        ]
        free = [_closed_days(holidays, first.year, last.year) for *_, holidays in self.versions]
        for day in _days(first, last):
            version = max(bisect_right(starts, day) - 1, 0)
            if day not in free[version] and (slots := weeks[version][day.weekday()]):
                yield day, zones[version], slots

    def slots(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        """Yield the open intervals of the local days first .. last as UTC epoch seconds, in order."""
        until = 0
        for day, zone, slots in self.open_days(first, last):
            clock = _clock(zone)
            for opens, closes in slots:
                opened = max(clock.instant(day, opens), until)
                until = max(clock.instant(day, closes), opened)
                yield opened, until


def schedule_of(company: Company, location: str | None) -> Schedule:
    """Return the schedule of a location of the playbook; without one, the company's own hours."""
    versions: list[tuple[date, str, Hours, Holidays]] = []
    for playbook in company.playbooks:
        listed = playbook.locations.get(location or "")
        zone = (listed and listed.time_zone) or company.settings.time_zone
        hours = playbook.hours_of(location or "") or ALWAYS_OPEN
        holidays = playbook.holidays_of(location or "")
        if not versions or versions[-1][1:] != (zone, hours, holidays):
            versions.append((playbook.in_force_from, zone, hours, holidays))
    return Schedule(tuple(versions))


def calendar_table(company: Company, first: date, last: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the calendar of all business days first .. last, and which schedule each location follows.

    Parameters
    ----------
    company : Company
        Supplies the playbook versions with hours, holidays and zones, and the company's zone.
    first, last : datetime.date
        Both belong to it.

    Returns
    -------
    calendar : pandas.DataFrame
        `schedule` (int), `day` (date), `base` (seconds), `open_1` .. `open_4`, `len_1` .. `len_4` (seconds).
    locations : pandas.DataFrame
        `location`, `schedule`; "(none)" stands for leads without a location, or with one that is not listed.

    Raises
    ------
    ParamsError
        If a location has more than four slots on a business day.
    """
    names = sorted({name for playbook in company.playbooks for name in playbook.locations})
    followed = {name: schedule_of(company, name) for name in names} | {
        NO_LOCATION: schedule_of(company, None)
    }
    numbers = {schedule: n for n, schedule in enumerate(dict.fromkeys(followed.values()))}
    rows = [row for schedule, n in numbers.items() for row in _rows(schedule, n, company, first, last)]
    slots = [f"{part}_{n}" for n in range(1, SLOTS + 1) for part in ("open", "len")]
    calendar = pd.DataFrame(rows, columns=["schedule", "day", "base", *slots])
    calendar["day"] = pd.to_datetime(calendar["day"]).astype("date32[pyarrow]")
    locations = pd.DataFrame(
        [(name, numbers[schedule]) for name, schedule in followed.items()], columns=["location", "schedule"]
    )
    return calendar, locations


def _rows(schedule: Schedule, number: int, company: Company, first: date, last: date) -> Iterator[tuple]:
    business = _clock(company.settings.time_zone)
    margin = timedelta(days=2)  # another zone's day reaches into its neighbours
    slots = schedule.slots(first - margin, last + margin)
    slot = next(slots, None)
    base = 0
    for day in _days(first, last):
        start, end = business.instant(day, 0), business.instant(day, 24 * 60)
        today: list[int] = []
        while slot and slot[0] < end:
            if slot[1] > start:
                opened = max(slot[0], start)
                today += [opened, min(slot[1], end) - opened]
            if slot[1] > end:  # goes on after midnight: the rest belongs to the next day
                break
            slot = next(slots, None)
        if len(today) > 2 * SLOTS:
            raise ParamsError(
                "A playbook cannot be used:",
                [Problem("locations", f"{len(today) // 2} opening times on {day}", f"at most {SLOTS} a day")],
            )
        yield (number, day, base, *today, *[0] * (2 * SLOTS - len(today)))
        base += sum(today[1::2])


class _Clock:
    """Turns local wall time into UTC epoch seconds; exact on the days on which the clocks change.

    Of autumn's doubled hour the first counts; a time in spring's missing hour is moved forward.
    """

    def __init__(self, zone: str):
        self._zone = ZoneInfo(zone)
        self._days: dict[date, tuple[int, int]] = {}

    def instant(self, day: date, minutes: int) -> int:
        start, end = self._days.get(day) or self._bounds(day)
        if end - start == 86400:
            return start + minutes * 60
        return end if minutes == 1440 else self._wall(day, time(minutes // 60, minutes % 60))

    def _bounds(self, day: date) -> tuple[int, int]:
        self._days[day] = (self._wall(day, time()), self._wall(day + timedelta(days=1), time()))
        return self._days[day]

    def _wall(self, day: date, clock: time) -> int:
        return int(datetime.combine(day, clock, tzinfo=self._zone).timestamp())


_clock = cache(_Clock)


@cache
def _closed_days(holidays: Holidays, first_year: int, last_year: int) -> frozenset[date]:
    closed = set(holidays.also_closed)
    if holidays.country:
        from .public_days import public_days

        closed |= set(public_days(holidays.country, holidays.state, range(first_year, last_year + 1)))
    return frozenset(closed)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def open_until(calendar: str, instant: str | None) -> str:
    """Return SQL for the open seconds up to an instant of the calendar row; None is the end of its day.

    >>> print(open_until("c", "l.clock_at")[:64])
    (c.base + LEAST(GREATEST(EPOCH(l.clock_at) - c.open_1, 0), c.len
    """
    slots = range(1, SLOTS + 1)
    if instant is None:
        return f"({calendar}.base + {' + '.join(f'{calendar}.len_{n}' for n in slots)})"
    parts = [f"LEAST(GREATEST(EPOCH({instant}) - {calendar}.open_{n}, 0), {calendar}.len_{n})" for n in slots]
    return f"({calendar}.base + {' + '.join(parts)})"
