"""How labels and cells are shown in a message: masked where they are shaped like a person's."""

from __future__ import annotations

import re

from ..personal import looks_personal

MASK = "(masked)"

# Words that a cell meant as a date or a number may show; every other letter is hidden.
_PLAIN = re.compile(
    r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|january|february|march|april|june|july|august|september"
    r"|october|november|december|am|pm|utc|gmt|inf|infinity|nan|null|none|na|true|false|yes|no|usd|eur|gbp)\b"
    r"|(?<=\d)(?:e\d|[tz]\b|t(?=\d))"
)


def shown(value: str) -> str:
    """Return a label as a message may show it: masked where personal, short, without control characters.

    >>> shown("Web"), shown("bob@example.com"), shown("a" * 60)[-4:]
    ('"Web"', '(masked)', '..."')
    """
    if looks_personal(value):
        return MASK
    text = "".join(c if c.isprintable() else " " for c in value)
    return f'"{text if len(text) <= 40 else text[:37] + "..."}"'


def shape_of(value: str) -> str:
    """Return a cell that should have been a date or a number, with the letters hidden: it may be somebody's name.

    >>> [shape_of(v) for v in ("$1,234.56", "1e309", "Oct 20, 2026", "Ann Lee 3")]
    ['"$1,234.56"', '"1e309"', '"Oct 20, 2026"', '"aaa aaa 3"']
    """
    kept: list[str] = []
    end = 0
    for match in _PLAIN.finditer(value):
        kept += [re.sub(r"[^\W\d_]", "a", value[end : match.start()]), match.group()]
        end = match.end()
    return shown("".join(kept) + re.sub(r"[^\W\d_]", "a", value[end:]))
