"""Months, weeks and quarters: half-open ranges of local business dates.

A period is decided by what the user asked for, never by the clock. `start` belongs to it, `end` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import overload

from .errors import ArgumentError

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month.

    Examples
    --------
    >>> october = Month.parse("2026-10")
    >>> october.start, october.end, october.days
    (datetime.date(2026, 10, 1), datetime.date(2026, 11, 1), 31)
    >>> str(october - 10), (october + 3).label, october - Month(2026, 1)
    ('2025-12', 'January 2027', 9)
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "YYYY-MM" (ASCII digits, 2000-01 to 2099-12) or raise ArgumentError with one line."""
        if not isinstance(text, str) or not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text, re.ASCII):
            raise ArgumentError(
                f"MONTH is {_shown(text)}, expected a month like 2026-10 (2000-01 to 2099-12)."
            )
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month that a date lies in."""
        return cls(day.year, day.month)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        return (self + 1).start

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def label(self) -> str:
        """Return "October 2026"."""
        return f"{MONTH_NAMES[self.number - 1]} {self.year}"

    @property
    def name(self) -> str:
        """Return "October"."""
        return MONTH_NAMES[self.number - 1]

    @property
    def short(self) -> str:
        """Return "Oct"."""
        return self.name[:3]

    def dates(self) -> list[date]:
        """Return every day of the month."""
        return [self.start + timedelta(days=n) for n in range(self.days)]

    def back(self, count: int) -> list[Month]:
        """Return `count` months that end with this one, oldest first."""
        return [self - n for n in range(count - 1, -1, -1)]

    def quarter(self, fiscal_year_starts: int = 1) -> list[Month]:
        """Return the three months of the fiscal quarter that this month lies in."""
        offset = (self.number - fiscal_year_starts) % 3
        return [self - offset + n for n in range(3)]

    def year_to_date(self, fiscal_year_starts: int = 1) -> list[Month]:
        """Return the months of the fiscal year up to and with this one."""
        return self.back((self.number - fiscal_year_starts) % 12 + 1)

    def __add__(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    @overload
    def __sub__(self, other: int) -> Month: ...

    @overload
    def __sub__(self, other: Month) -> int: ...

    def __sub__(self, other: int | Month) -> Month | int:
        if isinstance(other, Month):
            return (self.year - other.year) * 12 + self.number - other.number
        return self + -other

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def weeks_of(month: Month) -> Iterator[tuple[date, date]]:
    """Yield the ISO weeks of a month as half-open ranges, clipped to the month.

    >>> [f"{a:%d}-{b:%d}" for a, b in weeks_of(Month(2026, 10))]
    ['01-05', '05-12', '12-19', '19-26', '26-01']
    """
    start = month.start
    while start < month.end:
        end = min(start + timedelta(days=7 - start.weekday()), month.end)
        yield start, end
        start = end


def last_full_weeks(until: date, count: int) -> list[tuple[date, date]]:
    """Return the last full ISO weeks up to and with the day `until`, oldest first, half-open."""
    end = until + timedelta(days=1)
    end -= timedelta(days=end.weekday())
    return [(end - timedelta(days=7 * n), end - timedelta(days=7 * (n - 1))) for n in range(count, 0, -1)]


def _shown(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= 40 else shown[:37] + "..."
