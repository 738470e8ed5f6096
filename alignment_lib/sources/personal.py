"""What must not be shown: values shaped like an e-mail address or a phone number, and cells nobody expected."""

from __future__ import annotations

import re

MASK = "(masked)"

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
# Eight digits or more in groups as people write them, or after a plus sign; a date is none.
PHONE = re.compile(
    r"(?<![\w.,%-])(?:\+|\(|00?)?\d+\)?(?:[ ./-]\(?\d{2,}\)?){2,}(?![\w%])|(?<![\w.,])\+\d{8,}(?!\w)"
)
DATE = re.compile(r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b")
# Words that a cell meant as a date or a number may show; every other letter is hidden.
_PLAIN = re.compile(
    r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|january|february|march|april|june|july|august|september"
    r"|october|november|december|am|pm|utc|gmt|inf|infinity|nan|null|none|na|true|false|yes|no|usd|eur|gbp)\b"
    r"|(?<=\d)(?:e\d|[tz]\b|t(?=\d))"
)


def looks_personal(value: str) -> bool:
    """Return whether a text holds something shaped like an e-mail address or a phone number.

    >>> [looks_personal(v) for v in ("ann@example.com", "call +44 7700 900777", "(212) 555-0187")]
    [True, True, True]
    >>> [looks_personal(v) for v in ("Spring 2026-09-01", "23851234567890", "-2147483648/-1", "Web")]
    [False, False, False, False]
    """
    bare = DATE.sub(" ", value)
    phones = (match.group() for match in PHONE.finditer(bare))
    return bool(EMAIL.search(value)) or any(sum(c.isdigit() for c in phone) >= 8 for phone in phones)


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
