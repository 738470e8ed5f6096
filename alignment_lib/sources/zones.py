"""Local time and UTC, as SQL: the offset of a time zone at any moment from 2000 to 2050, by Python's zoneinfo.

Autumn's doubled hour is read as the first; spring's missing hour is moved forward. Both come from one rule: the
offset before a change of clocks holds until the later of the two readings of the wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Changes are listed one by one; after 2050 the clock of that year's end is kept (no export reaches there).
_START, _END = datetime(1999, 12, 30, tzinfo=UTC), datetime(2051, 1, 1, tzinfo=UTC)
_DAY, _HALF_HOUR, _PACK = 86_400, 1_800, 64


@cache
def changes(zone: str) -> tuple[tuple[datetime, int, int], ...]:
    """Return every change of clocks as (UTC moment without zone, seconds off UTC before, and after)."""
    info = ZoneInfo(zone)

    def offset(seconds: int) -> int:
        off = (_START + timedelta(seconds=seconds)).astimezone(info).utcoffset()
        return int(off.total_seconds()) if off is not None else 0

    week, found = 7 * _DAY, []  # no zone changes its clocks twice in a week
    steps = range(0, int((_END - _START).total_seconds()), week)
    before = offset(0)
    for start in steps:
        after = offset(start + week)
        if after != before:
            low, high = start, start + week
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            found.append((_START.replace(tzinfo=None) + timedelta(seconds=high), before, after))
            before = after
    return tuple(found)


def clock(zone: str, column: str) -> str:
    """Return SQL for what the wall clock of a zone says about a local TIMESTAMP, packed into one whole number.

    `offset_of` and `doubt_of` unpack it: one search through the changes serves both.
    """
    found = changes(zone)
    ends = [moment + timedelta(seconds=max(old, new)) for moment, old, new in found]

    def leaf(n: int) -> str:
        plain = (_offset_after(zone, n) + _DAY) * _PACK
        if n == len(found):
            return str(plain)
        _, old, new = found[n]
        flag = 2 + (new - old) // _HALF_HOUR if new > old else 1
        start = ends[n] - timedelta(seconds=abs(new - old))
        return f"CASE WHEN {column} >= {_literal(start)} THEN {plain + flag} ELSE {plain} END"

    return _search(column, ends, leaf)


def offset_of(packed: str) -> str:
    """Return SQL for the seconds off UTC."""
    return f"({packed} // {_PACK} - {_DAY})"


def is_doubled(packed: str) -> str:
    """Return SQL for: the hour that autumn doubles."""
    return f"{packed} % {_PACK} = 1"


def skipped_seconds(packed: str) -> str:
    """Return SQL for how far the wall clock jumps over this moment in spring, 0 elsewhere."""
    return f"(greatest({packed} % {_PACK}, 2) - 2) * {_HALF_HOUR}"


def to_local(zone: str, column: str) -> str:
    """Return SQL for the wall-clock TIMESTAMP of a UTC moment."""
    moments = [moment for moment, _, _ in changes(zone)]
    offset = _search(column, moments, lambda n: str(_offset_after(zone, n)))
    return shifted(column, f"+ {offset}")


def shifted(column: str, seconds: str) -> str:
    """Return SQL for a TIMESTAMP moved by `+ ...` or `- ...` seconds."""
    return f"make_timestamp(epoch_us({column}) {seconds[0]} ({seconds[1:]}) * CAST(1000000 AS BIGINT))"


def _offset_after(zone: str, n: int) -> int:
    """Return the seconds off UTC after n changes."""
    found = changes(zone)
    if n:
        return found[n - 1][2]
    offset = _START.astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


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
