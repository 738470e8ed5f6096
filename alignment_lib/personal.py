"""What is shaped like an e-mail address or a phone number: never in a message, never on a page."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
# Eight digits or more in groups as people write them, or after a plus sign; a date is none.
PHONE = re.compile(
    r"(?<![\w.,%-])(?:\+|\(|00?)?\d+\)?(?:[ ./-]\(?\d{2,}\)?){2,}(?![\w%])|(?<![\w.,])\+\d{8,}(?!\w)"
)
DATE = re.compile(r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b")


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
