"""What the person at the terminal sees: which section runs, and at the end the path and the headline."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ..errors import AlignmentError
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


class Terminal:
    """Progress as a bar on a terminal, as plain lines elsewhere; results on stdout, everything else on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    @contextmanager
    def watching(self, job: Job) -> Iterator[tuple[Telling, Lines]]:
        """Show the progress of one run."""
        lines = Lines(self._console)
        self._say(f"{job.place.company}: {job.place.period.label}")
        if not self._console.is_terminal:
            yield (lambda title, number, of: self._say(f"  {title}") if title else None), lines
            return
        parts = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*parts, console=self._console, transient=True) as bar:
            task: TaskID = bar.add_task("Starting", total=None)

            def tell(title: str, number: int, of: int) -> None:
                bar.update(task, completed=number, total=of + 1, description=title or None)

            yield tell, lines

    def published(self, job: Job, made: Made) -> None:
        """Print where the page is and what it says first."""
        try:
            shown = made.page.relative_to(job.place.root)
        except ValueError:
            shown = made.page
        self._say(f"  {made.size / 1000:,.0f} KB in {made.seconds:.1f} s")
        print(shown)
        print(made.headline, flush=True)

    def failed(self, period: Month, error: AlignmentError) -> None:
        """Say that one month of several could not be made."""
        print(f"{period}: {error}", file=sys.stderr)

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
