"""Drawing on two cores: each figure is drawn twice (wide, narrow), and a helper process takes half of the work.

The helper is forked while the process still has one thread (the report's kernel does it before it starts), so it
shares everything that was imported. Without a helper, as in JupyterLab, everything is drawn here, one after the other.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from . import charts
from .answer import Figure

WIDTHS = (charts.WIDE, charts.NARROW)  # inches; the page shows the one that fits

Job = tuple[Figure, float, str]  # what charts.draw takes

_helper: Connection | None = None


def warm_up() -> None:
    """Import what drawing needs and measure the first text, so that the helper inherits it."""
    figure, (ax,) = charts.canvas(charts.NARROW, 1.0)
    ax.set_xticks([0, 1], ["a", "b"])
    charts.finish(figure, "warm", "", "")


def start_helper() -> None:
    """Fork the helper. Call it before any thread runs; it ends by itself when this process does."""
    global _helper
    here, there = Pipe()
    if os.fork() == 0:
        here.close()
        try:
            _serve(there)
        finally:
            os._exit(0)
    there.close()
    _helper = here


def _serve(line: Connection) -> None:
    while True:
        try:
            packed = line.recv_bytes()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        try:
            answer = charts.draw(*pickle.loads(packed))
        except Exception:  # noqa: BLE001  the asking process draws it itself, and shows the error if there is one
            answer = ""
        line.send(answer)


def draw_all(figures: Sequence[Figure], key: str = "fig") -> list[tuple[str, str]]:
    """Return the wide and the narrow SVG of every figure, in order; ids on the page start with `key` and its name.

    The helper takes jobs from the end while this process draws from the front.
    """
    jobs: list[Job] = [(figure, width, f"{key}-{figure.name}") for figure in figures for width in WIDTHS]
    done: dict[int, str] = {}
    here, there = 0, len(jobs) - 1  # the next job of this process, and of the helper
    asked: int | None = None
    while here <= there or asked is not None:
        if asked is None and here < there and _asked(jobs[there]):
            asked, there = there, there - 1
        elif here <= there:
            done[here] = charts.draw(*jobs[here])
            here += 1
        if asked is not None and (here > there or _is_done()):
            done[asked] = _collected() or charts.draw(*jobs[asked])
            asked = None
    return [(done[2 * i], done[2 * i + 1]) for i in range(len(figures))]


def _asked(job: Job) -> bool:
    """Give the job to the helper; False if there is none, or if the figure cannot be sent (a lambda)."""
    if _helper is None:
        return False
    try:
        _helper.send_bytes(pickle.dumps(job))
    except (pickle.PicklingError, AttributeError, TypeError, OSError):
        return False
    return True


def _is_done() -> bool:
    return _helper is not None and _helper.poll()


def _collected() -> str:
    """Return the helper's drawing, or nothing if it failed: then it is drawn here, and the error is shown here."""
    assert _helper is not None
    try:
        return str(_helper.recv())
    except (EOFError, OSError):
        return ""


def end_helper() -> None:
    """Let the helper go (tests)."""
    global _helper
    if _helper is not None:
        _helper.close()
        _helper = None
