"""One export of the exports folder: found safely, and what reading needs to know of it."""

from __future__ import annotations

import hashlib
import stat
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from ..playbook.strict import nearest
from .findings import Report
from .mapping import FileMapping


@dataclass
class Source:
    """One export, checked and ready: `path` is what DuckDB reads, `header` its headings, `records` its rows.

    `path` is the export itself or a copy in the folder `scratch`, which only this export uses.

    `blanks` are the blank records between others, as a spreadsheet counts; `native` means that dates and numbers
    were typed in the file and stand in ISO form and with a decimal point here.
    """

    mapping: FileMapping
    fingerprint: Future[str]
    path: Path
    scratch: Path
    header: list[str] = field(default_factory=list)
    records: int = 0
    blanks: list[int] = field(default_factory=list)
    native: bool = False
    line_ends: set[bytes] = field(default_factory=set)

    @property
    def sha256(self) -> str:
        """The fingerprint of its bytes; waits for it where it is still being made."""
        return self.fingerprint.result()

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.mapping.file

    def row(self, rowid: int) -> int:
        """Return the spreadsheet row of a record, the header being 1."""
        row = rowid + 2
        for blank in self.blanks:
            row += blank <= row
        return row


def find_file(mapping: FileMapping, folder: Path, limit_mb: int, report: Report) -> Path | None:
    """Return the path of an export, or None with the reason reported."""
    path, root = folder / mapping.file, folder.resolve()
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):
        there = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
        found = "the exports folder is empty."
        if there:
            found = f"is not in the exports folder. {nearest(mapping.file, there, cutoff=80)}".strip()
        if mapping.read_from:
            found += f" Put it there, or remove {mapping.read_from} to go on without it"
        report.refuse("missing-file", mapping.file, found)
        return None
    if root not in real.parents:
        report.refuse("unsafe-file", mapping.file, "is a link that leads out of the exports folder")
    elif not stat.S_ISREG(status.st_mode):
        report.refuse("unsafe-file", mapping.file, "is not a regular file")
    elif status.st_size > limit_mb << 20:
        report.refuse(
            "too-large", mapping.file, f"has {status.st_size >> 20:,} MB; reading.max_file_mb is {limit_mb:,}"
        )
    elif status.st_size == 0:
        report.refuse("source-error", mapping.file, "file is empty")
    else:
        return real
    return None


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
