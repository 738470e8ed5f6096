"""Local time and UTC, as SQL: the offset of a time zone at any moment from 2000 to 2100, by Python's zoneinfo.

Autumn's doubled hour is read as the first; spring's missing hour is moved forward. Both come from one rule: the
offset before a change of clocks holds until the later of the two readings of the wall clock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_START, _END = datetime(1999, 12, 30, tzinfo=UTC), datetime(2101, 1, 3, tzinfo=UTC)
_MICRO = 1_000_000


@cache
def changes(zone: str) -> tuple[tuple[datetime, int, int], ...]:
    """Return every change of clocks as (UTC moment without zone, seconds off UTC before, and after)."""
    info = ZoneInfo(zone)

    def offset(seconds: int) -> int:
        off = (_START + timedelta(seconds=seconds)).astimezone(info).utcoffset()
        return int(off.total_seconds()) if off is not None else 0

    day, found = 86_400, []
    steps = range(0, int((_END - _START).total_seconds()), day)
    before = offset(0)
    for start in steps:
        after = offset(start + day)
        if after != before:
            second = start + bisect_left(range(day), True, key=lambda s, start=start, old=before: offset(start + s) != old)
            found.append((_START.replace(tzinfo=None) + timedelta(seconds=second), before, after))
            before = after
    return tuple(found)


def to_utc(zone: str, column: str) -> str:
    """Return SQL for the UTC moment of a local wall-clock TIMESTAMP."""
    thresholds = [moment + timedelta(seconds=max(old, new)) for moment, old, new in changes(zone)]
    return f"make_timestamp(epoch_us({column}) - {_offset(zone, column, thresholds)})"


def to_local(zone: str, column: str) -> str:
    """Return SQL for the wall-clock TIMESTAMP of a UTC moment."""
    return f"make_timestamp(epoch_us({column}) + {_offset(zone, column, [moment for moment, _, _ in changes(zone)])})"


def doubt(zone: str, column: str, doubled: str, missing: str) -> str:
    """Return SQL for a wall-clock TIMESTAMP: `doubled` or `missing` inside a change of clocks, NULL elsewhere."""
    spans = [
        (moment + timedelta(seconds=min(old, new)), moment + timedelta(seconds=max(old, new)), new > old)
        for moment, old, new in changes(zone)
    ]

    def leaf(n: int) -> str:
        if n == len(spans):
            return "NULL"
        start, _, forward = spans[n]
        return f"CASE WHEN {column} >= {_literal(start)} THEN {missing if forward else doubled} END"

    return _search(column, [end for _, end, _ in spans], leaf)


def _offset(zone: str, column: str, thresholds: Sequence[datetime]) -> str:
    clock = changes(zone)
    if not clock:
        off = datetime(2020, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset()
        return str(int(off.total_seconds()) * _MICRO if off else 0)
    offsets = [clock[0][1], *(new for _, _, new in clock)]
    return _search(column, thresholds, lambda n: str(offsets[n] * _MICRO))


def _search(column: str, thresholds: Sequence[datetime], leaf: Callable[[int], str]) -> str:
    """Return a binary search as nested CASEs; leaf(n) holds where n thresholds lie at or before the column."""

    def between(low: int, high: int) -> str:
        if low == high:
            return leaf(low)
        middle = (low + high) // 2
        left, right = between(low, middle), between(middle + 1, high)
        if left == right:
            return left
        return f"CASE WHEN {column} < {_literal(thresholds[middle])} THEN {left} ELSE {right} END"

    return between(0, len(thresholds))


def _literal(moment: datetime) -> str:
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"
