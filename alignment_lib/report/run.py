"""One run: notebook -> page -> leak scan -> published, under the period's lock. Nothing else publishes."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import AlignmentError
from .execute import Progress, Warm, execute, import_papermill
from .leaks import refuse_leaks
from .publish import Place, held, swap_in, write_log


@dataclass(frozen=True)
class Job:
    """What one run needs: where the page goes, which notebook, its parameters, and how long it may take."""

    place: Place
    notebook: Path
    parameters: dict[str, str]
    execution_seconds: float = 900
    start_seconds: float = 60


@dataclass(frozen=True)
class Made:
    """A published page."""

    page: Path
    headline: str
    size: int
    seconds: float


def skip_slow_grammar() -> None:
    """Keep nbformat from building a grammar for half of a second: JupyterLab's packages bring it, nobody needs it."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def make_page(
    job: Job,
    warm: Warm | None = None,
    progress: Progress | None = None,
    lines: object = None,
    more: bool = False,
) -> Made:
    """Run the notebook and publish its page; in every other case the page already there stays byte for byte.

    Parameters
    ----------
    job : Job
        What to run.
    warm : Warm, optional
        A kernel process that was started early. One is started if left out.
    progress : callable, optional
        Told which section runs.
    lines : file-like, optional
        Receives what the cells print, as they print it.
    more : bool
        Whether another run follows: then the warm process stays if this one succeeds.

    Raises
    ------
    Busy
        If another run holds the period.
    NotebookFailed
        If a cell failed or did not run, or the page holds something that must not be on it.
    AlignmentError
        Whatever the library raised inside the notebook, with its own exit code.
    """
    skip_slow_grammar()
    started = time.monotonic()
    warm = warm or Warm()
    outcome = "interrupted"
    try:
        with held(job.place) as workshop:
            made = _make(job, warm, workshop, progress, lines, started)
        outcome = "published"
        return made
    except AlignmentError as error:
        outcome = f"{type(error).__name__}: {error.summary}"
        raise
    finally:
        if outcome != "published" or not more:
            warm.end()
        times = os.times()
        entry = {
            "period": str(job.place.period), "outcome": outcome, "ended": time.time(),
            "seconds": round(time.monotonic() - started, 3), "machine": platform.platform(),
            "cpu_seconds": round(times.user + times.system + times.children_user + times.children_system, 3),
        }  # fmt: skip
        write_log(job.place, entry)


def _make(
    job: Job,
    warm: Warm,
    workshop: Path,
    progress: Progress | None,
    lines: object,
    started: float,
) -> Made:
    # The renderer is made ready while the notebook runs in its own process.
    preparing = threading.Thread(target=_prepare_renderer, daemon=True)
    notebook = execute(
        job.notebook,
        job.parameters,
        warm,
        workshop,
        execution_seconds=job.execution_seconds,
        start_seconds=job.start_seconds,
        progress=progress,
        lines=lines,
        meanwhile=preparing.start,
    )
    preparing.join()
    from . import page

    place = job.place.page(page.audience(notebook))
    html = page.render(notebook)
    refuse_leaks(html, labels=page.labels(notebook))
    swap_in(html, place, workshop)
    return Made(place, page.headline(notebook), len(html.encode()), time.monotonic() - started)


def prepare() -> None:
    """Import everything that a run needs beside its notebook's process."""
    skip_slow_grammar()
    import_papermill()
    importlib.import_module("jupyter_client.asynchronous")
    _prepare_renderer()


def _prepare_renderer() -> None:
    from . import page

    page.exporter()
