"""How numbers, names and dates read, in one place: the same words in page, alt text and tables.

Nothing here computes a measure. A value that is not known prints as "–", never as nan, inf or None.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any, TypeGuard

from .period import Month

UNKNOWN = "–"
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NOISE = 1e-9  # what arithmetic leaves of nothing
ON_PLAN = 0.01  # a gap below 1% of the plan is no gap in words

CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$"}

# How a thousand and a half is written: thousands separator and decimal mark.
NUMBER_FORMATS = {
    "1,234.5": (",", "."),
    "1.234,5": (".", ","),
    "1 234.5": (NO_BREAK, "."),
    "1 234,5": (NO_BREAK, ","),
    "1'234.5": ("’", "."),
}

NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six",
                "seven", "eight", "nine", "ten", "eleven", "twelve")  # fmt: skip
IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women"}


class Words:
    """The company's words: its currency, number format, and what it calls its places and clients.

    `settings` is the model of report.yml: `currency`, `place.one/many`, `client.one/many/verb/noun`.
    """

    def __init__(self, settings: Any):
        self.currency: str = settings.currency
        self.thousands, self.decimal = NUMBER_FORMATS[getattr(settings, "number_format", "1,234.5")]
        self._place = settings.place
        self._client = settings.client

    # Numbers

    def number(self, value: float | None, digits: int = 0, signed: bool = False) -> str:
        """Return "1,234" or "4.5": a plain number with a real minus sign."""
        if not is_known(value):
            return UNKNOWN
        text = f"{abs(float(value)):,.{digits}f}"
        is_zero = not text.strip("0.,")
        text = text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)
        return _sign(value, signed and not is_zero, is_zero) + text

    def count(self, n: float | None, noun: str = "", plural: str | None = None) -> str:
        """Return "1 lead", "1,234 leads", or only the figure without a noun."""
        figure = self.number(n)
        return f"{figure} {plural_of(noun, n if is_known(n) else None, plural)}" if noun else figure

    def money(self, amount: float | None, signed: bool = False) -> str:
        """Return an exact amount for tables, "$164,300"; below 1 with cents."""
        if not is_known(amount):
            return UNKNOWN
        digits = 2 if 0 < abs(float(amount)) < 0.995 else 0
        return self._money(amount, digits, "", signed)

    def money_short(self, amount: float | None, signed: bool = False, digits: int = 1) -> str:
        """Return an amount for sentences, "$164.3k", "$1.2m" or "$1.2bn"; below 1,000 exact."""
        if not is_known(amount):
            return UNKNOWN
        value = float(amount)
        if abs(value) < 999.5:
            return self.money(value, signed)
        # An amount that rounds up to the next unit is printed in it: 999,960 is $1.0m, not $1,000.0k.
        if round(abs(value) / 1e3, digits) < 1000:
            return self._money(value / 1e3, digits, "k", signed)
        if round(abs(value) / 1e6, digits) < 1000:
            return self._money(value / 1e6, digits, "m", signed)
        return self._money(value / 1e9, digits, "bn", signed)

    def share(self, value: float | None, signed: bool = False) -> str:
        """Return "54%" for 0.54, "under 1%" for what is something and would print as nothing."""
        if not is_known(value):
            return UNKNOWN
        text = self._percent(value, signed)
        return "under 1%" if text == "0%" and value > NOISE and not signed else text

    def share_of(self, part: float | None, whole: float | None) -> str:
        """Return a share with its base, "22 of 84 (26%)"; without a base only the counts."""
        counts = f"{self.number(part)} of {self.number(whole)}"
        if not is_known(part) or not is_known(whole) or whole == 0:
            return counts
        return f"{counts} ({self.share(part / whole)})"

    def points(self, difference: float | None, signed: bool = False) -> str:
        """Return a difference of shares, "16 pts" for 0.16 or -0.16; with its sign if asked."""
        if not is_known(difference):
            return UNKNOWN
        value = 100 * float(difference)
        figure = self.number(value if signed else abs(value), signed=signed)
        return f"{figure} {'pt' if figure.lstrip('+' + MINUS) == '1' else 'pts'}"

    def times(self, ratio: float | None) -> str:
        """Return how often one amount holds another, "2.4×"."""
        return f"{self.number(ratio, 1)}×" if is_known(ratio) else UNKNOWN

    def minutes(self, minutes: float | None) -> str:
        """Return a wait, "51 min", "2 h" or "3.3 h"."""
        if not is_known(minutes):
            return UNKNOWN
        size = round(float(minutes))
        if abs(size) < 90 and size % 60:
            return f"{self.number(size)} min"
        if size == 0:
            return "0 min"
        whole = size % 60 == 0 or abs(size) >= 6000
        return f"{self.number(size / 60, 0 if whole else 1)} h".replace(f"{self.decimal}0 h", " h")

    def span(self, low: float | None, high: float | None, unit: str = "share") -> str:
        """Return a range, "77–127%", "$40–$71", "12–30"; with a negative end "−5 to 12%"."""
        if not (is_known(low) and is_known(high)):
            return UNKNOWN
        show = {"share": self._percent, "money": self.money, "money_short": self.money_short}.get(
            unit, self.number
        )
        first, last = show(low), show(high)
        if unit == "share":
            first = first.removesuffix("%")
        return f"{first} to {last}" if MINUS in first + last else f"{first}–{last}"

    # Comparisons

    def gap(self, gap: float | None, unit: str = "count") -> str:
        """Return a gap for tables with its arrow, "▼ 66", "▲ $11,985", "▼ 16 pts"; none is "0"."""
        if not is_known(gap):
            return UNKNOWN
        show = {"money": self.money, "points": self.points}.get(unit, self.number)
        text = show(abs(float(gap)))
        if not text.strip("0.,%pts $€£R" + NO_BREAK):
            return text
        return f"{'▲' if gap > 0 else '▼'} {text}"

    def direction(self, gap: float | None, base: float | None) -> str:
        """Return "on plan" if the gap is under 1% of the plan, else "short" or "over"; "–" if unknown."""
        if not (is_known(gap) and is_known(base)):
            return UNKNOWN
        if gap == 0 or abs(gap) < ON_PLAN * abs(base):
            return "on plan"
        return "short" if gap < 0 else "over"

    # Names and dates

    def names(self, names: Sequence[str]) -> str:
        """Return "a, b and c"; "–" for none."""
        names = [str(name) for name in names]
        if not names:
            return UNKNOWN
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def place(self, n: float = 1) -> str:
        """Return what a location is called, "club" or "clubs"."""
        return self._place.one if n == 1 else self._place.many

    def places(self, n: int) -> str:
        """Return "five clubs"."""
        return f"{small_number(n)} {self.place(n)}"

    def client(self, n: float = 1) -> str:
        """Return what a won client is called, "member" or "members"."""
        return self._client.one if n == 1 else self._client.many

    def win(self, n: float = 1) -> str:
        """Return what winning one is called, "join" or "joins"."""
        return plural_of(self._client.noun, n)

    @property
    def won(self) -> str:
        """What a lead did that was won: "joined"."""
        return self._client.verb

    def date(self, day: datetime.date | None) -> str:
        """Return "3 November 2026"."""
        return f"{day.day} {Month.of(day).label}" if is_known(day) else UNKNOWN

    def day(self, day: datetime.date | None) -> str:
        """Return "12 October", where the year is plain."""
        return f"{day.day} {Month.of(day).name}" if is_known(day) else UNKNOWN

    def month(self, month: Month | str | datetime.date | None) -> str:
        """Return "October 2026" for a Month, "2026-10" or a date in it."""
        return as_month(month).label if is_known(month) else UNKNOWN

    def months(self, months: Sequence[Month | str | datetime.date]) -> str:
        """Return the span of months in a row, "August–October" or "November 2025–January 2026"."""
        if len(months) == 0:
            return UNKNOWN
        first, last = as_month(months[0]), as_month(months[-1])
        if first == last:
            return first.label
        if first.year == last.year:
            return f"{first.name}–{last.label}"
        return f"{first.label}–{last.label}"

    def cell(self, value: Any, unit: str = "text") -> str:
        """Return the text of a table's cell, by the unit of its column (answer.Unit)."""
        if not is_known(value):
            return UNKNOWN
        show = {
            "count": self.number, "number": lambda v: self.number(v, 1), "money": self.money,
            "money_exact": self.money, "share": self.share, "points": lambda v: self.points(v, signed=True),
            "date": self.date, "minutes": self.minutes, "gap_count": self.gap,
            "gap_money": lambda v: self.gap(v, "money"), "gap_points": lambda v: self.gap(v, "points"),
            "meter": self.share, "times": self.times,
        }.get(unit, str)  # fmt: skip
        return show(value)

    def _percent(self, value: float, signed: bool = False) -> str:
        return self.number(100 * float(value), signed=signed) + "%"

    def _money(self, amount: float | None, digits: int, letter: str, signed: bool) -> str:
        figure = self.number(amount, digits, signed)
        sign = figure[0] if figure[0] in ("+", MINUS) else ""
        symbol = CURRENCY_SIGNS.get(self.currency, self.currency + NO_BREAK)
        return f"{sign}{symbol}{figure.removeprefix(sign)}{letter}"


def is_known(value: Any) -> TypeGuard[Any]:
    """Say whether a value can be printed: not None, NaN, NaT or NA, and not infinite."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return False
    if isinstance(value, str | datetime.date):
        return True
    try:
        return math.isfinite(value)
    except TypeError:
        return True


def plural_of(noun: str, n: float | None = 2, plural: str | None = None) -> str:
    """Return a noun for n of it: "lead" for 1, else "leads", "enquiries", "matches", "people"."""
    if n == 1:
        return noun
    if plural:
        return plural
    head, _, last = noun.rpartition(" ")
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = last[:-1] + "ies"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last += "es"
    else:
        last += "s"
    return f"{head} {last}" if head else last


def small_number(n: int) -> str:
    """Return "five" up to twelve, figures above; 0 is "no"."""
    return NUMBER_WORDS[n] if 0 <= n < len(NUMBER_WORDS) else f"{n:,}"


def sentence(text: str) -> str:
    """Return a sentence with a capital first letter, whatever name or figure it begins with."""
    return text[:1].upper() + text[1:]


def as_month(month: Month | str | datetime.date) -> Month:
    """Return the Month of a Month, a "YYYY-MM" or a date."""
    if isinstance(month, Month):
        return month
    return Month.of(month) if isinstance(month, datetime.date) else Month.parse(month)


def _sign(value: float, signed: bool, is_zero: bool) -> str:
    if is_zero:
        return ""
    if value < 0:
        return MINUS
    return "+" if signed else ""
