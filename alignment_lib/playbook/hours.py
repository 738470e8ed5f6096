"""Opening hours and durations, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from .strict import nearest, shown, unlike, wrong

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
Interval = tuple[str, str]


@dataclass(frozen=True)
class Hours:
    """A week of opening hours: the intervals ("HH:MM", "HH:MM") of each weekday (0 = Monday), () when closed.

    >>> week = Hours.parse({"mon-fri": ["06:00-13:00", "14:00-21:00"], "sat": "09:00-16:00", "sun": "closed"})
    >>> week[0], week[5], week[6]
    ((('06:00', '13:00'), ('14:00', '21:00')), (('09:00', '16:00'),), ())
    """

    days: tuple[tuple[Interval, ...], ...]

    def __getitem__(self, weekday: int) -> tuple[Interval, ...]:
        return self.days[weekday]

    @classmethod
    def parse(cls, value: Any) -> Hours:
        """Read {mon-fri: "07:00-20:00", sat: ["08:00-12:00", "13:00-18:00"], sun: closed}, every day said."""
        if isinstance(value, Hours):
            return value
        if not isinstance(value, dict):
            raise unlike(value, 'days with hours, like {mon-fri: "07:00-20:00", sat: closed, sun: closed}')
        week: dict[int, tuple[Interval, ...]] = {}
        wrongs: list[str] = []
        for key, text in value.items():
            days, intervals = _days(key), _intervals(text)
            if not days:
                known = [f"{a}-{b}" for a in DAYS for b in DAYS] if "-" in str(key) else DAYS
                hint = nearest(str(key), known) or f"days are {', '.join(DAYS)}"
                wrongs.append(f"{shown(key)} is no day ({hint})")
            wrongs += [f"{DAYS[day]} stands twice" for day in days if day in week]
            wrongs += [f"{key}: {intervals}"] if isinstance(intervals, str) else []
            week |= {day: () if isinstance(intervals, str) else intervals for day in days}
        missing = [name for day, name in enumerate(DAYS) if day not in week]
        if missing and not any("is no day" in text for text in wrongs):
            wrongs.append(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not said")
        if wrongs:
            allowed = 'mon to sun, ranges like mon-fri or daily; "HH:MM-HH:MM", a list of them, or closed'
            raise wrong("; ".join(wrongs), allowed)
        return cls(tuple(week[day] for day in range(7)))


def minutes_of(clock: str) -> int:
    """Return the minutes since midnight of "HH:MM"; "24:00" is the end of the day."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _days(key: Any) -> list[int]:
    if key == "daily":
        return list(range(7))
    first, _, last = str(key).partition("-")
    if first not in DAYS or (last and last not in DAYS):
        return []
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]


def _intervals(value: Any) -> tuple[Interval, ...] | str:
    """Return the intervals of a day, or what is wrong with them."""
    if value == "closed":
        return ()
    found: list[Interval] = []
    for text in value if isinstance(value, list) and value else [value]:
        match = re.fullmatch(rf"{_CLOCK}-({_CLOCK}|24:00)", str(text), re.ASCII)
        if not match:
            return f"found {shown(text)}"
        start, close = str(text)[:5], str(text)[6:]
        if close <= start:
            return f"{start}-{close} ends before it starts; hours past midnight belong to the next day"
        if found and start < found[-1][1]:
            return f"{start}-{close} starts before {found[-1][1]}, the end of the one before"
        found.append((start, close))
    return tuple(found)


def duration_minutes(text: str) -> int | None:
    """Return the minutes of "2 hours", "90 minutes" or "1.5 hours"; None for anything else.

    >>> [duration_minutes(text) for text in ("2 hours", "1 hour", "30 minutes", "1.5 hours", "1 day", "2")]
    [120, 60, 30, 90, None, None]
    """
    match = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9]{1,2})?) (minutes?|hours?)", text.strip(), re.ASCII)
    if not match:
        return None
    minutes = float(match[1]) * (60 if match[2].startswith("hour") else 1)
    return int(minutes) if minutes > 0 and minutes == int(minutes) else None


def _duration(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if duration_minutes(text) is not None:
        return text
    fix = ""
    if re.search(r"\bdays?\b", text):
        fix = "A day is not a number of business hours; write the hours."
    elif text.isdigit():
        fix = f'Write "{text} hours" or "{text} minutes".'
    raise unlike(value, 'business time like "2 hours" or "30 minutes"', fix)


HoursText = Annotated[Hours, BeforeValidator(Hours.parse)]
Duration = Annotated[str, BeforeValidator(_duration)]
