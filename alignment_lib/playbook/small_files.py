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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ..errors import Problem
from .strict import (
    Day,
    Flag,
    Number,
    Strict,
    Text,
    check_list,
    nearest,
    read_day,
    read_flag,
    read_month,
    read_number,
    read_share,
    shown,
    wrong,
)
from .strict_yaml import read_text, read_yaml

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["month", "day", "text", "number", "share", "flag", "team"]


@dataclass(frozen=True)
class SmallFile:
    """A CSV file: its columns by kind, which of them must be filled, and the key that may stand only once."""

    name: str
    columns: dict[str, Kind]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()


SMALL_FILES = {
    file.name: file
    for file in (
        SmallFile(
            "plan",
            {"month": "month", "location": "text", "team": "team", "leads": "number",
             "reached_share": "share", "joins_per_reached": "share", "value": "number", "revenue": "number",
             "clients": "number"},
            required=("month", "team"),
            key=("month", "location", "team"),
        ),
        SmallFile(
            "actions",
            {"month": "month", "team": "team", "source": "text", "campaign": "text", "location": "text",
             "expected_leads": "number", "budget": "number", "done": "flag"},
            required=("month", "team", "source"),
        ),
        SmallFile(
            "feedback",
            {"date": "day", "location": "text", "about": "text", "text": "text", "answer": "text",
             "answered_on": "day"},
            required=("date", "text"),
        ),
        SmallFile(
            "disputes",
            {"date": "day", "lead_id": "text", "raised_by": "team", "about": "text", "settled_on": "day",
             "settled_for": "team", "note": "text"},
            required=("date", "lead_id", "raised_by"),
        ),
        SmallFile(
            "meetings",
            {"date": "day", "meeting": "text", "present": "text"},
            required=("date", "meeting"),
        ),
        SmallFile(
            "control_totals",
            {"month": "month", "measure": "text", "value": "number", "believed_by": "text", "note": "text"},
            required=("month", "measure", "value"),
            key=("month", "measure", "believed_by"),
        ),
        SmallFile(
            "fx",
            {"month": "month", "currency": "text", "rate": "number"},
            required=("month", "currency", "rate"),
            key=("month", "currency"),
        ),
    )
}  # fmt: skip


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
        if (self.status == "done") != (self.done_on is not None):
            raise wrong(
                f"status is {self.status}, done_on is {self.done_on or 'empty'}", "done_on exactly when done"
            )
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
    entries = check_list(model, file)
    ids = [getattr(entry, "id", None) for entry in entries]
    for n, entry_id in enumerate(ids):
        if entry_id is not None and entry_id in ids[:n]:
            file.report((n, "id"), f'id "{entry_id}" stands twice', "each id once")
    problems += file.problems
    return tuple(entries)


def read_table(file: SmallFile, path: Path, problems: list[Problem]) -> pd.DataFrame:
    """Return a small CSV file as a typed frame; an absent file is an empty frame with its columns.

    Months stay "YYYY-MM" texts, days are datetime64, numbers and shares float (NaN when empty), flags bool,
    texts text ("" when empty). The plan's empty location is "all"; `row` is the spreadsheet row.
    """
    records: list[dict[str, Any]] = []
    if path.exists():
        _Table(file, path.name, problems).read(path, records)
    return _frame(file, records)


class _Table:
    def __init__(self, file: SmallFile, name: str, problems: list[Problem]):
        self.file, self.name, self.problems = file, name, problems

    def wrong(self, row: int, found: str, allowed: str = "", fix: str = "") -> None:
        self.problems.append(Problem(f"{self.name}, row {row}", found, allowed, fix))

    def read(self, path: Path, records: list[dict[str, Any]]) -> None:
        if (text := read_text(path, self.name, self.problems, MAX_CSV_BYTES)) is None:
            return
        first = text.split("\n", 1)[0]
        self.semicolon = ";" in first and "," not in first
        rows = csv.reader(
            io.StringIO(text, newline=""), delimiter=";" if self.semicolon else ",", strict=True
        )
        row = 0
        try:
            if (headings := self._headings(next(rows, []))) is None:
                return
            row = 1
            for row, cells in enumerate(rows, 2):
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(headings):
                    self.wrong(row, f"has {len(cells)} cells, the heading row has {len(headings)}")
                else:
                    records.append(self._record(row, dict(zip(headings, cells, strict=True))))
        except csv.Error:
            self.wrong(row + 1, "a quote is not closed, or stands where none may stand")
        self._refuse_repeated(records)

    def _headings(self, cells: list[str]) -> list[str] | None:
        headings = [re.sub(r"\s+", "_", cell.strip().lower()) for cell in cells]
        allowed = ", ".join(self.file.columns)
        before = len(self.problems)
        if not headings:
            self.wrong(1, "is empty", f"the headings {allowed}")
        for heading in headings:
            if heading not in self.file.columns:
                self.wrong(
                    1,
                    f"{shown(heading)} is not a known heading",
                    allowed,
                    nearest(heading, self.file.columns),
                )
            elif headings.count(heading) > 1:
                self.wrong(1, f"heading {heading} stands twice", "once")
        for column in self.file.required:
            if headings and column not in headings:
                self.wrong(1, f"heading {column} is missing")
        return None if len(self.problems) > before else headings

    def _record(self, row: int, cells: dict[str, str]) -> dict[str, Any]:
        record: dict[str, Any] = {"row": row}
        for column, cell in cells.items():
            text = cell.strip()
            if not text:
                if column in self.file.required:
                    self.wrong(row, f"{column} is empty", "a value")
                continue
            try:
                record[column] = _VALUES[self.file.columns[column]](
                    self._with_point(self.file.columns[column], text)
                )
            except PydanticCustomError as error:
                context = error.context or {}
                self.wrong(row, f"{column}: {context['found']}", context["allowed"], context["fix"])
        if self.file.name == "plan":
            record.setdefault("location", "all")
        return record

    def _with_point(self, kind: Kind, text: str) -> str:
        if not self.semicolon or kind not in ("number", "share"):
            return text
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text):
            raise wrong(
                f"found {shown(text)}", "numbers without a thousands separator, decimals with a comma"
            )
        return text.replace(",", ".") if text.count(",") == 1 else text

    def _refuse_repeated(self, records: list[dict[str, Any]]) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        for record in records:
            key = tuple(record.get(column) for column in self.file.key)
            if key and key in seen:
                words = ", ".join(str(part) for part in key if part is not None)
                self.wrong(record["row"], f"repeats row {seen[key]} ({words})", "one row for each")
            seen.setdefault(key, record["row"])


def _team(text: str) -> str:
    if text not in TEAMS:
        raise wrong(f"found {shown(text)}", ", ".join(TEAMS), nearest(text, TEAMS))
    return text


TEAMS = ("marketing", "sales", "shared")
MAX_CSV_BYTES = 4 * 1024 * 1024
_VALUES: dict[Kind, Callable[[Any], Any]] = {
    "month": read_month, "day": read_day, "text": str, "number": read_number, "share": read_share,
    "flag": read_flag, "team": _team,
}  # fmt: skip
_DTYPES: dict[Kind, str] = {"number": "float64", "share": "float64", "day": "datetime64[s]", "flag": "bool"}


def _frame(file: SmallFile, records: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd  # here, so that the playbook alone loads without it

    columns: dict[str, Any] = {"row": pd.Series([record["row"] for record in records], dtype="int64")}
    for column, kind in file.columns.items():
        empty = {"flag": False, "day": pd.NaT, "number": float("nan"), "share": float("nan")}.get(kind, "")
        values = [record.get(column, empty) for record in records]
        columns[column] = pd.Series(values, dtype=_DTYPES.get(kind, "str"))
    return pd.DataFrame(columns)
