"""What reading gives back: the canonical tables, what was found on the way, and where every row went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ..errors import InputRejected, Problem

Severity = Literal["info", "warn", "refuse"]


@dataclass(frozen=True)
class Finding:
    """One thing that was found in an export.

    Attributes
    ----------
    rule : str
        A short name; for mistakes in a file the name that frictionless uses, such as "type-error".
    severity : {"info", "warn", "refuse"}
        Info is worth knowing, a warning may change a number, a refusal stops the run before anything is written.
    file, table, column : str
        Where; the column by its heading in the export, or by its canonical name. Empty where it does not apply.
    rows : tuple of int
        The first five records, counted as a spreadsheet does: the header is 1.
    count, share : int, float
        How many records, and which part of the file's (0 to 1).
    text : str
        One sentence. It never quotes a cell of a personal column.
    """

    rule: str
    severity: Severity
    file: str
    text: str
    table: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    share: float = 0.0

    @property
    def where(self) -> str:
        """Return "contacts.csv, column Create Date, row 3, 9 and 12 more"."""
        parts = [self.file]
        if self.column:
            parts.append(f"column {self.column}")
        if self.rows:
            rest = self.count - len(self.rows)
            listed = ", ".join(map(str, self.rows)) + (f" and {rest:,} more" if rest > 0 else "")
            parts.append(f"row{'s' if self.count > 1 else ''} {listed}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class FileRead:
    """Where the rows of one file went for one table: rows_in = rows_used + all of set_aside.

    `newest` is the latest date, among the rows used, of the column that the table is dated by, and `by_day` counts
    them by it ("YYYY-MM-DD"); `second_entries` counts the leads set aside as second entries by month of creation.
    """

    name: str
    table: str
    rows_in: int
    rows_used: int
    set_aside: dict[str, int] = field(default_factory=dict)
    newest: date | None = None
    sha256: str = ""
    by_day: dict[str, int] = field(default_factory=dict, repr=False)
    second_entries: dict[str, int] = field(default_factory=dict)

    def rows_after(self, day: date) -> int:
        """Return how many of the rows used are dated later than a day."""
        return sum(count for at, count in self.by_day.items() if at > day.isoformat())


@dataclass(frozen=True)
class Exports:
    """A company's exports as canonical tables.

    Attributes
    ----------
    tables : dict of str to pathlib.Path
        One Parquet file for each table that a mapping feeds, with the columns of `tables.stored_columns` that are fed.
    columns : dict of str to set of str
        The canonical columns that are mapped ("created_at", not its parts).
    findings, files : tuples
        See `Finding` and `FileRead`.
    fingerprint : str
        SHA-256 over the exports' bytes and their mappings.
    """

    tables: dict[str, Path]
    columns: dict[str, set[str]]
    findings: tuple[Finding, ...]
    files: tuple[FileRead, ...]
    fingerprint: str


class Report:
    """Collects findings while files are read, and refuses them all in one go."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self, rule: str, severity: Severity, file: str, text: str, *, rows: Iterable[int] = (), count: int = 0,
        of: int = 0, **more: str
    ) -> None:  # fmt: skip
        """Note a finding; `of` is the number of rows that `count` is a share of."""
        first = tuple(sorted(rows)[:5])
        count = count or len(first)
        share = count / of if of else 0.0
        made = Finding(rule, severity, file, text, rows=first, count=count, share=share, **more)
        # A heading that feeds two tables is told once.
        if not any(replace(made, table=known.table) == known for known in self.findings):
            self.findings.append(made)

    def refuse(self, rule: str, file: str, text: str, **more: Any) -> None:
        """Note what stops the run; see `add`."""
        self.add(rule, "refuse", file, text, **more)

    def extend(self, other: Report) -> None:
        """Take over the findings of another report."""
        self.findings += other.findings

    def refusals(self) -> Iterator[Finding]:
        """Yield what stops the run."""
        return (finding for finding in self.findings if finding.severity == "refuse")

    def stop_if_refused(self) -> None:
        """Raise InputRejected with every refusal of every file."""
        problems = [_problem(finding) for finding in self.refusals()]
        if problems:
            files = len({finding.file for finding in self.refusals()})
            raise InputRejected(
                f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {files} export file"
                f"{'s' if files > 1 else ''}; nothing was written:",
                problems,
            )


def share_words(share: float) -> str:
    """Return "0.3%", or "under 0.1%" for what is something and would print as nothing."""
    text = f"{share:.1%}"
    return "under 0.1%" if text == "0.0%" and share else text


def _problem(finding: Finding) -> Problem:
    share = f" ({share_words(finding.share)} of its rows)" if finding.share and finding.count > 5 else ""
    return Problem(f"{finding.where} [{finding.rule}]", f"{finding.text}{share}")
