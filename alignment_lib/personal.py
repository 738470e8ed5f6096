"""What is shaped like an address or a number of a person, or seems to name one: never on a page."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

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

# Words with a capital that are nobody's name, wherever they stand in a sentence.
CAPITALS = frozenset(re.findall(
    r"\w+",
    "January February March April May June July August September October November December Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday Easter Christmas Thanksgiving Google Facebook Instagram LinkedIn TikTok WhatsApp "
    "YouTube Bing English Spanish French German",
))  # fmt: skip
TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Herr|Frau|Mme)\b\.?\s+[^\W\d_]")


LONG_NUMBER = re.compile(r"\d(?:[ ./-]?\d){6,}")


def holds_long_number(text: str) -> bool:
    """Return whether a text holds seven digits or more in a row, spaced or not, that are no date: somebody's, or an id.

    >>> [holds_long_number(t) for t in ("Call 0170 1234567", "Lead 41603396", "On 2026-10-05 12 came", "1,200 leads")]
    [True, True, False, False]
    """
    return bool(LONG_NUMBER.search(DATE.sub(" at ", text)))


def names_somebody(text: str, known: Iterable[str] = ()) -> bool:
    """Return whether a text seems to name a person: a title, or a capital inside a sentence that no known name has.

    A first name that begins a sentence cannot be told from any other word. `known` are names of places, sources and
    the like, which may be used.

    >>> [names_somebody(t) for t in ("Ask Ruth about it.", "Mr. Ash called.", "I asked for Ann’s card.")]
    [True, True, True]
    >>> names_somebody("It is quiet on Monday at Old Mill. People ask.", known=["Old Mill"])
    False
    """
    if TITLE.search(text):
        return True
    allowed = CAPITALS | {word for name in known for word in re.findall(r"[^\W\d_]+", name)}
    sentences = re.split(r"[.!?:;…]+[\s”\"’')]*|[“\"(\n]", text)
    inside = (word for part in sentences for word in re.findall(r"[^\W\d_][\w’'-]*", part)[1:])
    return any(_is_name(word.split("’")[0].split("'")[0], allowed) for word in inside)


def _is_name(word: str, allowed: Container[str]) -> bool:
    """Say whether a word has a capital, is no abbreviation ("CRM", "I"), and is not allowed."""
    return word[:1].isupper() and any(letter.islower() for letter in word[1:]) and word not in allowed
