"""What a shared page may say: a sentence stays if all its numbers stand in cells that the page shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..words import sentence

MARK = "hidden"
HEADLESS = "This month’s headline rests on counts that the shared edition does not show."
LEFT_OUT = "The finding is left out of the shared edition: it rests on numbers that are not shown here."
UNTOLD = "A data check failed; what it found rests on numbers that are not shown here."
AGREED = re.compile(r"plan|goal|^attained$", re.I)  # columns of what was agreed, which counts nobody
DRAWN = {"teams", "revenue_attainment", "stages", "sources", "months", "bands", "reasons"}  # figures of no more
LEANING = re.compile(r"[a-z]|(?:It|That|This|They|These|The other|Judged|Each)\b")  # needs the sentence before it
PLANNED = ["plan", "goal", "over", "short", "ahead", "behind"]  # a text that compares says one of these
MONTHS = "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"  # noqa: E501
# Numbers of a sentence that count nobody: dates, times, waits, spans of weeks and months, and what a series usually is.
AMOUNT = r"[−+]?(?:[A-Z]*[$€£])?\d[\d.,’\u00a0]*(?:k|m|bn)?%?"
HARMLESS = re.compile(
    rf"\b\d\d?(?:–\d\d?)? (?:{MONTHS})\b(?: \d{{4}})?|(?:{MONTHS}) \d{{4}}|\b(?:19|20)\d\d\b|\bQ[1-4]\b|\b\d\d?:\d\d\b"
    r"|\b\d+ of (?:the (?:last )?)?\d+ (?:weeks|months)\b|\bv\d+\b|± [\d.,]+ ×"
    r"|\b[\d.,]+[ -](?:business )?(?:min|minutes?|h|hours?|days?|weeks?|months?|earlier months?|times|×)(?!\w)"
    rf"|\busual (?:range of )?{AMOUNT}(?:–| to ){AMOUNT}|average of {AMOUNT}|changes under \d+%"
    r"|\b95% ranges?|at least 80% of|\d+% (?:=|×)|\(\d+% of revenue\)|\bunder \d+(?: leads)?\b(?!%)"
    r"|ends at \d+% of plan|otherwise \(95%\)|\b\d+ (?:checks? passed|definitions? changed|changed)\b"
)
IN_ALL = re.compile(r"([\d.,’\u00a0]+) leads? in all")
UNITS = {"k": 1e3, "m": 1e6, "bn": 1e9}
NUMBER = re.compile(r"(?P<money>(?:[$€£]|\b[A-Z]{3}\u00a0)\d[\d.,’\u00a0]*\d?(?:k|m|bn)?)|(?P<share>\d+(?:(?:–| to )−?\d+)?(?: pts?|%))|(?P<count>\d[\d.,’\u00a0]*)")  # noqa: E501

Told = tuple[str, dict[str, Any], list[str] | None]


def numbers(text: str) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a text that could count somebody, each with its kind: money, share or count.

    >>> list(numbers("On 3 October 2026 we were $8.0k over (107%), with 12 of 40 leads, in 3 of 5 weeks."))
    [('money', '$8.0k'), ('share', '107%'), ('count', '12'), ('count', '40')]
    """
    for found in NUMBER.finditer(HARMLESS.sub(" ", text)):
        kind = str(found.lastgroup)
        yield kind, found[kind].rstrip(".,’\u00a0")


def number(text: str) -> int:
    """Return a printed count as a number."""
    return int(re.sub(r"\D", "", text))


def amount(text: str) -> tuple[float, float]:
    """Return a printed amount and half of its last place, in any number format: "$8.0k" is 8000 and 50.

    >>> amount("$1,234"), amount("$118,5k"), amount("CHF\u00a01’234.50")
    ((1234.0, 0.5), (118500.0, 50.0), (1234.5, 0.005))
    """
    ended = re.search(r"[.,](\d\d?)(?:k|m|bn)?$", text)  # three digits behind a sign are thousands
    places = ended[1] if ended else ""
    whole = number(text[: ended.start()] if ended else text)
    unit = next((size for name, size in UNITS.items() if text.endswith(name)), 1.0)
    return float(f"{whole}.{places}") * unit, unit * 10.0 ** -len(places) / 2


class Wording:
    """The texts of one answer: each sentence stays only if its numbers stand in shown cells of its own tables.

    The cells of the company's scorecard may be said anywhere; those of other tables only beside the name of their row
    or column, so that an equal number of something else does not let a sentence through. `won` as in `shared.edit`.
    """

    def __init__(
        self, answer: dict[str, Any], company: list[dict[str, Any]], names: set[str], won: Sequence[str] = ("", "")
    ):
        self.answer, self.names = answer, names
        own = [table for table in tables_of(answer) if table not in company]
        first = bool(answer["key_figures"]) or len(own) < len(tables_of(answer))  # speaks of the company as a whole
        self.known = [one for table in company for one in told_by(table, free=first, won=won)]
        self.known += [one for table in company if first for one in all_leads(table)]
        self.known += [one for table in own for one in told_by(table)]
        self.hidden = {row[0]["text"] for table in own for row in table["rows"] if has_hidden({"rows": [row]})}
        self.finding, self.kept = answer["finding"], self.text(answer["finding"])

    def may_stay(self, text: str) -> bool:
        """Say whether a text tells no more than the shown cells."""
        found = list(numbers(text))
        rates = [one for kind, one in found if kind != "count"]
        named = any(mentions(text, name) for name in self.hidden if name)
        return not (rates and named) and all(self.is_told(kind, one, text) for kind, one in found)

    def is_told(self, kind: str, found: str, text: str) -> bool:
        """Say whether a number stands in a shown cell that the text names."""
        if kind == "count" and number(found) == 0:
            return True
        return any(
            kind == of and says(kind, found, cell) and (names is None or any(mentions(text, name) for name in names))
            for of, cell, names in self.known
        )

    def text(self, text: str) -> str:
        """Return the sentences of a text that may stay."""
        return cut(text, self.may_stay)

    def whole(self, *texts: str) -> bool:
        """Say whether texts that belong together may stay."""
        return self.may_stay(" ".join(texts))

    def still_found(self, text: str = "") -> bool:
        """Say whether what is kept of the finding names all that it named, or of this what a text names."""
        found = {name for name in self.names if spoken(self.finding, name) and (not text or spoken(text, name))}
        return bool(self.kept or not self.finding) and all(spoken(self.kept, name) for name in found)

    def settle_decisions(self, linked: dict[str, Wording]) -> None:
        """Send no reader to a section that no longer says why: such an item is words alone, without a link.

        Where its own words tell a number that may not stay, the first screen leaves it out; the agenda keeps the name
        of its section, for its minutes and numbers of items add up.
        """
        for one in self.answer["lists"]:
            if one["name"] == "decide":
                by_section = [(item, linked.get(item["link"], self)) for item in one["items"]]
                one["items"] = [item if on.still_found(item["text"]) else item | {"link": ""} for item, on in by_section
                                if on.still_found(item["text"]) or on.may_stay(item["text"])]  # fmt: skip
        for row in (row for table in self.answer["tables"] if table["style"] == "agenda" for row in table["rows"]):
            place, _, what = row[0]["text"].partition(" ")
            told = linked.get(row[0]["link"], self)
            found = told.still_found(what)
            if not (self.may_stay(what) or told.may_stay(what)):
                row[0]["text"] = place if found else f"{place} {told.answer['title']}"  # a link is its section's name
            if not found:
                row[0]["link"] = ""

    def settle(self, linked: dict[str, Wording]) -> None:
        """Leave out of the answer what may not stay, and say so; an item may be told by the answer it links to."""
        answer = self.answer
        gone: list[str] = answer.pop("gone")
        for figure in answer["figures"]:
            for key in ("title", "subtitle", "alt", "caption"):
                figure[key] = self.text(figure[key])
        for table in [*answer["tables"], *(figure["table"] for figure in answer["figures"])]:
            table["note"] = self.text(table["note"])
            for term in table["terms"]:
                term["effect"] = self.text(term["effect"])
        shown = []
        for figure in answer["figures"]:
            table = figure["table"]
            if table["name"] in DRAWN and figure["alt"] and figure["title"] and not has_hidden(table):
                shown.append(figure)
            else:
                gone.append(f"the drawing of “{figure['title'] or answer['title']}”")
                answer["tables"].append({**table, "folded": True})
        answer["figures"] = shown
        self.settle_decisions(linked)
        answer["finding"] = self.kept or (LEFT_OUT if self.finding else "")
        if self.kept and self.kept != self.finding:
            gone.append("part of the finding")
        told = next(filter(None, map(self.text, shorter(answer["headline"]))), HEADLESS)
        answer["headline"] = told if answer["headline"] else ""
        answer["key_figures"] = [
            one for one in answer["key_figures"] if self.whole(one["value"], one["label"], one["note"], one["gap"])
        ]
        if answer["name"] != "definitions":  # the words that the teams agreed on
            for one in answer["lists"]:
                said = [item for item in one["items"] if self.may_stay(item["lead"])]
                said = [item | {"text": max(self.text(item["text"]), told.text(item["text"]), key=len)}
                        for item in said for told in [linked.get(item["link"], self)]]  # fmt: skip
                one["items"] = [item for item in said if item["text"]]
        gone += [f"“{one['title']}”" for one in answer["lists"] if one["title"] and not one["items"]]
        answer["lists"] = [one for one in answer["lists"] if one["items"]]
        asked = answer["prompt"]["text"] if answer["prompt"] else ""
        if not (self.whole(asked) and self.still_found(asked)):
            answer["prompt"] = None
        if not self.still_found():  # neither said to be news nor open for it
            answer["reading"], answer["opens"] = "", any(not check["passed"] for check in answer["checks"])
        answer["reading"] = self.text(answer["reading"])
        answer["notes"] = [note for note in map(self.text, answer["notes"]) if note]
        for one in (*answer["missing"], *answer["checks"]):
            one |= {key: self.text(one[key]) for key in ("what", "why", "todo", "text") if key in one}
        answer["missing"] = [one for one in answer["missing"] if one["what"]]
        for one in answer["checks"]:
            one["text"] = one["text"] or UNTOLD
        if gone:
            answer["notes"].append(f"Left out of the shared edition: {', '.join(gone)}.")
        for table in tables_of(answer):
            for row in table["rows"]:
                for cell in row:
                    if isinstance(cell["value"], float):
                        cell["value"] = None  # as printed, no finer


def cut(text: str, stays: Callable[[str], bool]) -> str:
    """Return the sentences of a text that stay; one that leans on a dropped one goes with it, a list with its head.

    >>> cut("All: Leeds; Hull; York. It is so.", lambda part: part != "Hull;")
    'All: Leeds; York. It is so.'
    """
    kept: list[str] = []
    leans = headless = False
    for part in re.split(r"(?<=[.!?;])\s+", text):
        gone = not stays(part) or headless or (leans and bool(LEANING.match(part)))
        leans, listed = gone, part.endswith(";")
        headless = gone and listed and (headless or ": " in part)
        if gone and kept and not listed:
            kept[-1] = re.sub(";$", ".", kept[-1])
        kept += [] if gone else [part]
    return (" ".join(kept) if text.startswith(" ".join(kept[:1])) else sentence(" ".join(kept))).rstrip(";")


def shorter(text: str) -> Iterator[str]:
    """Yield a headline, and where it lists what a month brought the first of it, too.

    >>> list(shorter("May brought 71 leads, 9 joins and $6.1k; April brought 60, 8 and $5.0k."))[1:]
    ['May brought 71 leads and 9 joins.', 'May brought 71 leads.']
    """
    yield text
    start, brought, listed = text.partition(";")[0].removesuffix(".").partition(" brought ")
    parts = re.split(", | and ", listed)
    for n in range(len(parts) - 1, 0, -1):
        first = " and ".join(filter(None, [", ".join(parts[: n - 1]), parts[n - 1]]))
        yield f"{start}{brought}{first}."


def told_by(table: dict[str, Any], free: bool = False, won: Sequence[str] = ("", "")) -> Iterator[Told]:
    """Yield what a table's shown cells tell: kind, cell, and the names of which a text must use one (None: any may).

    Counts need the name of their row or column, `free` amounts and shares do not; what compares with a plan says so.
    """
    for row in table["rows"]:
        for cell, column in zip(row, table["columns"], strict=True):
            unit = cell.get("unit", column["unit"])
            kind = "money" if "money" in unit else "count" if unit in ("count", "gap_count") else "share"
            if cell["value"] is not None or "%" in cell["text"]:
                names = [row[0]["text"], *([column["label"]] if len(column["label"]) > 8 else [])]
                names += own_words(row, table) if kind == "share" else []
                names += [won[1]] if won[0] and mentions(row[0]["text"], won[0]) else []
                compares = unit.startswith("gap_") or (agreed(column) and unit != "share")
                yield kind, cell, PLANNED if compares else None if free and kind != "count" else names


def all_leads(table: dict[str, Any]) -> Iterator[Told]:
    """Yield the leads of both teams where each team's stand in its row: their sum tells no more than they do."""
    own: list[int | None] = []
    at = next((n for n, column in enumerate(table["columns"]) if column["key"] == "actual"), 0)
    for row in table["rows"]:
        if row[0]["text"].endswith("-sourced leads"):
            own.append(row[at]["value"])
        elif "-sourced " in row[0]["text"]:
            said = IN_ALL.fullmatch(row[0].get("under", ""))
            own.append(number(said[1]) if said else None)
    if own and None not in own:
        yield "count", {"value": sum(one or 0 for one in own), "text": ""}, ["leads"]


def mentions(text: str, name: str) -> bool:
    """Say whether a text uses a name, whatever its case; a bare number is no name."""
    return bool(re.search("[^\\W\\d]", name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.I))


def own_words(row: list[Any], table: dict[str, Any]) -> list[str]:
    """Return the longer words that only this row's heading uses: "96% have a source" is "Source known"."""
    others = {word.lower() for one in table["rows"] if one is not row for word in one[0]["text"].split()}
    return [word for word in row[0]["text"].split() if len(word) > 5 and word.lower() not in others]


def spoken(text: str, name: str) -> bool:
    """Say whether a text uses a proper name as it is written, "Old Mill"; a word such as "reached" is none."""
    return name[:1].isupper() and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def names_in(answer: dict[str, Any]) -> set[str]:
    """Return what the rows of an answer's tables are named."""
    return {row[0]["text"] for table in tables_of(answer) for row in table["rows"]}


def says(kind: str, found: str, cell: dict[str, Any]) -> bool:
    """Say whether a printed number is a cell's, to the places printed."""
    if kind == "share":
        return re.search(rf"(?<![\d.]){re.escape(found)}", cell["text"]) is not None
    if kind == "count":
        return isinstance(cell["value"], int) and abs(cell["value"]) == number(found)
    value, half = amount(found)
    return cell["value"] is not None and abs(abs(cell["value"]) - value) <= half


def has_hidden(table: dict[str, Any]) -> bool:
    """Say whether any cell of a table is hidden."""
    return any(cell["text"] == MARK for row in table["rows"] for cell in row[1:])


def tables_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every table of an answer that holds data."""
    every = [*answer["tables"], *(figure["table"] for figure in answer["figures"])]
    return [table for table in every if table["style"] != "definitions"]


def agreed(column: dict[str, Any]) -> bool:
    """Say whether a column prints what was planned, or a ratio to it."""
    return bool(AGREED.search(column["key"]) or AGREED.search(column["label"]))
