"""Put a finished page in its place, or leave everything as it was.

One run at a time holds a period. It works in a hidden folder beside the pages (the same file system), so that the
last step is one atomic rename. Whatever ends a run, the page that was there stays byte for byte; what a killed run
left behind is cleared by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import Busy
from ..period import Month


@dataclass(frozen=True)
class Place:
    """Where a company's pages and private files lie, below the folder that the run was started in."""

    root: Path
    company: str
    period: Month

    @property
    def pages(self) -> Path:
        """The folder of the company's pages."""
        return self.root / "reports" / self.company

    def page(self, audience: str = "internal") -> Path:
        """Return where the published page is; the one with small counts hidden has a name of its own."""
        return self.pages / f"{self.period}{'.shared' if audience == 'shared' else ''}.html"

    @property
    def workshop(self) -> Path:
        """The hidden folder of a run."""
        return self.pages / f".{self.period}.run"

    @property
    def private(self) -> Path:
        """The company's private folder: never published."""
        return self.root / ".cache" / self.company

    @property
    def log(self) -> Path:
        """The run log of this period."""
        return self.private / "runs" / f"{self.period}.jsonl"


@contextmanager
def held(place: Place) -> Iterator[Path]:
    """Hold the period and give an empty workshop; both are let go whatever happens.

    Raises
    ------
    Busy
        If another run holds the period.
    """
    locks = place.private / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{place.period}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"Another run is making {place.period} of {place.company}; wait for it to end.") from None
    try:
        shutil.rmtree(place.workshop, ignore_errors=True)
        place.workshop.mkdir(parents=True)
        yield place.workshop
    finally:
        shutil.rmtree(place.workshop, ignore_errors=True)
        lock.release()


def swap_in(html: str, page: Path, workshop: Path) -> None:
    """Write the page, make sure it is on the disk, and rename it onto the public path."""
    draft = workshop / page.name
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(html)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, page)
    folder = os.open(page.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_log(place: Place, entry: dict[str, Any]) -> None:
    """Add a line to the private run log: duration, machine and outcome never reach the page."""
    place.log.parent.mkdir(parents=True, exist_ok=True)
    with place.log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, sort_keys=True) + "\n")
