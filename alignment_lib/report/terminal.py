"""What the person at the terminal sees: which section runs, and at the end the path and the headline."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from ..period import Month
from .execute import Progress as Telling
from .run import Job, Made


class Lines:
    """A file that receives what cells print, and shows it as lines above the bar."""

    def __init__(self, console: Console):
        self._console = console

    def write(self, text: str) -> None:
        """Show the text's lines."""
        for line in text.splitlines():
            if line.strip():
                self._console.print(f"  {line.strip()}", markup=False, highlight=False, soft_wrap=True)

    def flush(self) -> None:
        """Nothing is held back."""


def _parts() -> tuple[ProgressColumn, ...]:
    return SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()


class Terminal:
    """Progress as a bar on a terminal, as plain lines elsewhere; results on stdout, everything else on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    @contextmanager
    def watching(self, job: Job) -> Iterator[tuple[Telling, Lines]]:
        """Show the progress of one run."""
        lines = self.begun(job)
        if not self._console.is_terminal:
            yield (lambda title, number, of: self._say(f"  {title}") if title else None), lines
            return
        with Progress(*_parts(), console=self._console, transient=True) as bar:
            task: TaskID = bar.add_task("Starting", total=None)

            def tell(title: str, number: int, of: int) -> None:
                bar.update(task, completed=number, total=of + 1, description=title or None)

            yield tell, lines

    @contextmanager
    def watching_all(self, jobs: Sequence[Job]) -> Iterator[InOrder]:
        """Show the progress of several runs at once: a bar for each that runs, and a block of lines a month."""
        if not self._console.is_terminal:
            yield InOrder(self, jobs)
            return
        bars = Progress(*_parts(), console=self._console, transient=True)
        try:
            yield InOrder(self, jobs, bars)
        finally:
            bars.stop()

    def published(self, job: Job, made: Made) -> None:
        """Print where the page is and what it says first."""
        try:
            shown = made.page.relative_to(job.place.root)
        except ValueError:
            shown = made.page
        self._say(f"  {made.size / 1000:,.0f} KB in {made.seconds:.1f} s")
        print(shown)
        print(made.headline, flush=True)

    def failed(self, period: Month, error: str) -> None:
        """Say that one month of several could not be made."""
        print(f"{period}: {error}", file=sys.stderr)

    def begun(self, job: Job) -> Lines:
        """Say whose month comes, and return where its lines go."""
        self._say(f"{job.place.company}: {job.place.period.label}")
        return Lines(self._console)

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class InOrder:
    """Tells of months that are made side by side: what a later one says waits until the ones before it are done.

    The bars start with the first thing told, because they take a thread, which must not be there when lanes are forked.
    """

    def __init__(self, terminal: Terminal, jobs: Sequence[Job], bars: Progress | None = None):
        self._terminal, self._jobs, self._bars = terminal, jobs, bars
        self._kept: list[list[tuple[str, Any]]] = [[("begun", None)] for _ in jobs]
        self._turn = 0
        self._tasks: dict[int, TaskID] = {}

    def tell(self, number: int, kind: str, what: Any) -> None:
        """Take in what a job says: a "section", a "text", that it is "made" or that it has "failed"."""
        if self._bars is not None:
            self._move(self._bars, number, kind, what)
        self._kept[number].append((kind, what))
        while self._turn < len(self._jobs) and self._tell_kept():
            self._turn += 1

    def _tell_kept(self) -> bool:
        """Tell what the month whose turn it is has said so far; True if it is done."""
        job, kept, terminal = self._jobs[self._turn], self._kept[self._turn], self._terminal
        done = False
        for kind, what in kept:
            done = kind in ("made", "failed")
            if kind == "begun":
                self._lines = terminal.begun(job)
            elif kind == "text":
                self._lines.write(what)
            elif kind == "section" and self._bars is None and what[0]:
                self._lines.write(what[0])
            elif done:
                if self._bars is not None:
                    self._bars.stop()  # results are for stdout, and bars would take them to stderr
                terminal.published(job, what) if kind == "made" else terminal.failed(job.place.period, what[0])
        kept.clear()
        return done

    def _move(self, bars: Progress, number: int, kind: str, what: Any) -> None:
        bars.start()
        if number not in self._tasks:
            self._tasks[number] = bars.add_task(self._jobs[number].place.period.label, total=None)
        task = self._tasks[number]
        if kind == "section":
            title, at, of = what
            label = self._jobs[number].place.period.label
            bars.update(task, completed=at, total=of + 1, description=f"{label}: {title}" if title else None)
        elif kind in ("made", "failed"):
            bars.remove_task(task)
