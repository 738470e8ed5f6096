"""Date formats as a mapping declares them: what they look like, and which of them could be taken for one another."""

from __future__ import annotations

import re

EXCEL = "excel"  # day numbers of a spreadsheet, 46298 or 46298.75
EPOCH_MS = "epoch ms"  # milliseconds since 1970, in UTC
ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")  # fmt: skip

_SHAPES = {
    "Y": "[0-9]{4}", "y": "[0-9]{2}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "H": "[0-9]{1,2}", "I": "[0-9]{1,2}",
    "M": "[0-9]{1,2}", "S": "[0-9]{1,2}", "f": "[0-9]{1,9}", "p": "[AaPp][Mm]", "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]{3,9}", "z": "[+-][0-9]{2}(:?[0-9]{2})?",
}  # fmt: skip
_LENGTHS = {"Y": (4, 4), "y": (2, 2), "f": (1, 9), "p": (2, 2), "b": (3, 3), "B": (3, 9), "z": (3, 6)}
_SERIAL = {EXCEL: r"[0-9]{1,6}(\.[0-9]+)?", EPOCH_MS: "[0-9]{11,14}"}


def shape(date_format: str) -> str:
    """Return the regular expression of texts that a format may read, impossible dates such as 2026-02-30 included.

    >>> shape("%Y-%m-%d")
    '[0-9]{4}\\\\-[0-9]{1,2}\\\\-[0-9]{1,2}'
    """
    if date_format in _SERIAL:
        return _SERIAL[date_format]
    parts = re.split(r"%(.)", date_format)
    return "".join(_SHAPES[part] if n % 2 else re.escape(part) for n, part in enumerate(parts))


def lengths(date_format: str) -> tuple[int, int]:
    """Return how short and how long a text of a format can be: what is not in between need not be tried.

    >>> lengths("%Y-%m-%d %H:%M"), lengths("%Y-%m-%d")
    ((12, 16), (8, 10))
    """
    parts = re.split(r"%(.)", date_format)
    literal = sum(len(part.encode()) for part in parts[::2])
    low, high = zip(*(_LENGTHS.get(part, (1, 2)) for part in parts[1::2]), strict=True)
    return literal + sum(low), literal + sum(high)


def has_time(date_format: str) -> bool:
    """Return whether a format reads a time of day; for spreadsheet day numbers the cell decides."""
    return date_format == EPOCH_MS or "%H" in date_format or "%I" in date_format


def has_zone(date_format: str) -> bool:
    """Return whether a text of this format says itself how far it is from UTC."""
    return date_format == EPOCH_MS or "%z" in date_format


def problem_with(formats: tuple[str, ...]) -> str:
    """Return what is wrong with a list of formats, or nothing.

    >>> problem_with(("%d/%m/%Y", "%m/%d/%Y"))
    '"%d/%m/%Y" and "%m/%d/%Y" read the same text as different days'
    >>> problem_with(("%Y-%m-%d %H:%M", "%Y-%m-%d"))
    ''
    """
    if not formats:
        return "the list is empty"
    for one in formats:
        if one in _SERIAL:
            continue
        tokens = re.findall(r"%(.?)", one)
        if unknown := [token for token in tokens if token not in _SHAPES]:
            return f'"{one}" has %{unknown[0]}; known are {", ".join("%" + token for token in _SHAPES)}'
        has = set(tokens)
        if not has & {"Y", "y"} or not has & {"m", "b", "B"} or "d" not in has:
            return f'"{one}" does not hold a year, a month and a day'
        if len(has) < len(tokens) or ("I" in has) != ("p" in has):
            return f'"{one}" cannot be read back: each part once, and %I together with %p'
    for n, one in enumerate(formats):
        for other in formats[n + 1 :]:
            if _loose(one) == _loose(other):
                return f'"{one}" and "{other}" read the same text as different days'
    return ""


def _loose(date_format: str) -> str:
    # A month as a name has three letters or more: %b and %B may read the same text.
    return shape(date_format).replace("[A-Za-z]{3,9}", "[A-Za-z]{3}")
