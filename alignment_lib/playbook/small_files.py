"""The small files beside the playbook: CSV files that a spreadsheet opens, promises.yml and thanks.yml.

CSV: UTF-8 (with or without byte order mark), comma or semicolon as the heading row has it. A semicolon file
is what a spreadsheet with a decimal comma writes, so there a number may have one. Headings may be written
"Expected leads". Every problem names its spreadsheet row, all at once. Blank rows are skipped.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ..errors import Problem
from . import strict
from .strict import Day, Flag, Number, Strict, Text, nearest, shown, unlike, wrong
from .strict_yaml import read_text, read_yaml

if TYPE_CHECKING:
    import pandas as pd

MAX_CSV_BYTES = 4 * 1024 * 1024
TEAMS = ("marketing", "sales", "shared")
NOT_BELOW_0 = {"actions": ("expected_leads", "expected_pipeline", "budget")}  # of the plan see checks.py
SETTLED = {"feedback": ("answered_on", "answer"), "disputes": ("settled_on", "settled_for")}  # stand together or not


class SmallFile(NamedTuple):
    """A CSV file: its columns, which of them must be filled, and the key that may stand only once."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()


def _file(columns: str, required: str, key: str = "") -> SmallFile:
    return SmallFile(tuple(columns.split()), tuple(required.split()), tuple(key.split()))


SMALL_FILES = {
    "plan": _file(
        "month location team leads reached_share joins_per_reached value won_share revenue clients",
        required="month team", key="month location team",
    ),
    "actions": _file(
        "month team source campaign location expected_leads expected_pipeline budget done", required="month team source"
    ),
    "feedback": _file("date location about text answer answered_on", required="date text"),
    "disputes": _file(
        "date lead_id raised_by about settled_on settled_for note", required="date lead_id raised_by"
    ),
    "meetings": _file("date meeting present", required="date meeting"),
    "control_totals": _file(
        "month measure value believed_by note", required="month measure value", key="month measure believed_by"
    ),
    "fx": _file("month currency rate", required="month currency rate", key="month currency"),
}  # fmt: skip


def _team(text: str) -> str:
    if text not in TEAMS:
        raise unlike(text, ", ".join(TEAMS), nearest(text, TEAMS))
    return text


class _Kind(NamedTuple):
    """How a cell is read, what an empty one becomes, and the column's type."""

    read: Callable[[str], Any]
    empty: Any
    dtype: str


_TEXT, _TEAM, _MONTH = (_Kind(read, "", "str") for read in (str, _team, strict.read_month))
_NUMBER, _SHARE = (_Kind(read, float("nan"), "float64") for read in (strict.read_number, strict.read_share))
_DAY, _FLAG = _Kind(strict.read_day, None, "datetime64[s]"), _Kind(strict.read_flag, False, "bool")
_KINDS = {
    "month": _MONTH, "team": _TEAM, "raised_by": _TEAM, "settled_for": _TEAM,
    "date": _DAY, "answered_on": _DAY, "settled_on": _DAY, "done": _FLAG,
    "leads": _NUMBER, "value": _NUMBER, "revenue": _NUMBER, "clients": _NUMBER, "expected_leads": _NUMBER,
    "expected_pipeline": _NUMBER, "budget": _NUMBER, "rate": _NUMBER, "reached_share": _SHARE,
    "joins_per_reached": _SHARE, "won_share": _SHARE,
}  # fmt: skip  a column of any other name is a text


class Expected(Strict):
    """The size of the effect that a promise expects, with its range."""

    low: Number
    mid: Number
    high: Number

    @model_validator(mode="after")
    def _ascends(self) -> Expected:
        if not self.low <= self.mid <= self.high:
            raise wrong(f"low {self.low:g}, mid {self.mid:g}, high {self.high:g}", "low <= mid <= high")
        return self


class Promise(Strict):
    """A decision of the meeting, written down before its effect is known."""

    id: Text
    agreed_on: Day
    team: Literal["marketing", "sales", "shared"]
    owner_role: Text
    what: Text
    measure: Text
    where: Text = "all"
    expected: Expected
    due_on: Day
    status: Literal["open", "done", "dropped"] = "open"
    done_on: Day | None = None

    @model_validator(mode="after")
    def _dates_fit(self) -> Promise:
        if self.due_on < self.agreed_on:
            raise wrong(f"due_on {self.due_on} is before agreed_on {self.agreed_on}", "a later day")
        if self.done_on and self.done_on < self.agreed_on:
            raise wrong(f"done_on {self.done_on} is before agreed_on {self.agreed_on}", "that day or a later one")
        if (self.status == "done") != (self.done_on is not None):
            found = f"status is {self.status}, done_on is {self.done_on or 'empty'}"
            raise wrong(found, "done_on exactly when done")
        return self


class Thanks(Strict):
    """Praise for a person who agreed to be named; without consent it is not shown."""

    on: Day
    to: Text
    because: Text
    by: str = ""
    consent: Flag = False


def read_list(model: type[Any], path: Path, problems: list[Problem]) -> tuple[Any, ...]:
    """Return the entries of promises.yml or thanks.yml; () when the file is absent."""
    if not path.exists():
        return ()
    file = read_yaml(path, path.name)
    entries = strict.check_list(model, file)
    ids = [getattr(entry, "id", None) for entry in entries]
    for n, entry_id in enumerate(ids):
        if entry_id is not None and entry_id in ids[:n]:
            file.report((n, "id"), f'id "{entry_id}" stands twice', "each id once")
    problems += file.problems
    return tuple(entries)


def read_table(name: str, folder: Path, problems: list[Problem]) -> pd.DataFrame:
    """Return a small CSV file as a typed frame; an absent file is an empty frame with its columns.

    Months stay "YYYY-MM" texts, days are datetime64, numbers and shares float (NaN when empty), flags bool,
    texts text ("" when empty). The plan's empty location is "all"; `row` is the spreadsheet row.
    """
    import pandas as pd  # here, so that the playbook alone loads without it

    path = folder / f"{name}.csv"
    text = read_text(path, path.name, problems, MAX_CSV_BYTES) if path.exists() else None
    records = [] if text is None else _Table(name, problems).records(text)
    columns = {"row": pd.Series([record["row"] for record in records], dtype="int64")}
    for column in SMALL_FILES[name].columns:
        kind = _KINDS.get(column, _TEXT)
        values = [record.get(column, kind.empty) for record in records]
        columns[column] = pd.Series(values, dtype=kind.dtype)
    return pd.DataFrame(columns)


class _Table:
    def __init__(self, name: str, problems: list[Problem]):
        self.name, self.file, self.problems = name, SMALL_FILES[name], problems

    def wrong(self, row: int, found: str, allowed: str = "", fix: str = "") -> None:
        self.problems.append(Problem(f"{self.name}.csv, row {row}", found, allowed, fix))

    def records(self, text: str) -> list[dict[str, Any]]:
        first = next(iter(text.splitlines()), "")
        self.semicolon = ";" in first and "," not in first
        delimiter = ";" if self.semicolon else ","
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        found: list[dict[str, Any]] = []
        row = 0
        try:
            headings = self._headings(next(rows, []))
            row = 1
            for row, cells in enumerate(rows if headings else (), 2):
                if any(cell.strip() for cell in cells) and len(cells) != len(headings):
                    self.wrong(row, f"has {len(cells)} cells, the heading row has {len(headings)}")
                elif any(cell.strip() for cell in cells):
                    found.append(self._record(row, dict(zip(headings, cells, strict=True))))
        except csv.Error:
            self.wrong(row + 1, "a quote is not closed, or stands where none may stand")
        self._refuse_repeated(found)
        return found

    def _headings(self, cells: list[str]) -> list[str]:
        """Return the headings as column names; none if one of them is wrong."""
        headings = [re.sub(r"\s+", "_", cell.strip().lower()) for cell in cells]
        allowed = ", ".join(self.file.columns)
        before = len(self.problems)
        if not headings:
            self.wrong(1, "is empty", f"the headings {allowed}")
        for heading in headings:
            if heading not in self.file.columns:
                found = f"{shown(heading)} is not a known heading"
                self.wrong(1, found, allowed, nearest(heading, self.file.columns))
            elif headings.count(heading) > 1:
                self.wrong(1, f"heading {heading} stands twice", "once")
        for column in self.file.required:
            if headings and column not in headings:
                self.wrong(1, f"heading {column} is missing")
        return [] if len(self.problems) > before else headings

    def _record(self, row: int, cells: dict[str, str]) -> dict[str, Any]:
        record: dict[str, Any] = {"row": row}
        before = len(self.problems)
        for column, cell in cells.items():
            if text := cell.strip():
                try:
                    kind = _KINDS.get(column, _TEXT)
                    record[column] = kind.read(self._with_point(kind, text))
                except PydanticCustomError as error:
                    context = error.context or {}
                    self.wrong(row, f"{column}: {context['found']}", context["allowed"], context["fix"])
            elif column in self.file.required:
                self.wrong(row, f"{column} is empty", "a value")
        if self.name == "plan":
            record.setdefault("location", "all")
        if len(self.problems) == before:
            self._refuse_impossible(row, record)
        return record

    def _refuse_impossible(self, row: int, record: dict[str, Any]) -> None:
        for column in NOT_BELOW_0.get(self.name, ()):
            if record.get(column, 0) < 0:
                self.wrong(row, f"{column}: found {record[column]:g}", "0 or more")
        day, what = SETTLED.get(self.name, ("", ""))
        if (day in record) != (what in record):
            there, empty = (day, what) if day in record else (what, day)
            self.wrong(row, f"{there} is filled, {empty} is empty", f"{day} exactly where {what} is")
        if day in record and record[day] < record["date"]:
            self.wrong(row, f"{day} {record[day]} is before date {record['date']}", "that day or a later one")

    def _with_point(self, kind: _Kind, text: str) -> str:
        if not self.semicolon or kind not in (_NUMBER, _SHARE):
            return text
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text):
            raise unlike(text, "numbers without a thousands separator, decimals with a comma")
        return text.replace(",", ".") if text.count(",") == 1 else text

    def _refuse_repeated(self, records: list[dict[str, Any]]) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        for record in records:
            key = tuple(record.get(column) for column in self.file.key)
            if key and key in seen:
                words = ", ".join(str(part) for part in key if part is not None)
                self.wrong(record["row"], f"repeats row {seen[key]} ({words})", "one row for each")
            seen.setdefault(key, record["row"])
