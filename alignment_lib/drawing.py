"""Drawing on a second core: a helper process draws while the notebook's process counts.

The helper is forked while the process still has one thread (the report's kernel does it before it starts), so it
shares everything imported so far; what only drawing needs, it imports itself while the notebook opens the month.
Without a helper, as in JupyterLab, everything is drawn here, one figure after the other.
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


def start_helper() -> None:
    """Fork the helper. Call it before any thread runs; it ends by itself when this process does.

    Where a process cannot be forked (Windows), everything is drawn here.
    """
    global _helper
    if not hasattr(os, "fork"):
        return
    here, there = Pipe()
    if os.fork() == 0:
        here.close()
        try:
            _warm_up()
            _serve(there)
        finally:
            os._exit(0)
    there.close()
    _helper = here


def end_helper() -> None:
    """Let the helper go."""
    global _helper
    if _helper is not None:
        _helper.close()
        _helper = None


def _warm_up() -> None:
    """Import what drawing needs and measure a first text, before the first figure is asked for."""
    import seaborn  # noqa: F401

    figure, (ax,) = charts.canvas(charts.NARROW, 1.0)
    ax.set_xticks([0, 1], ["a", "b"])
    charts.finish(figure, "warm", "", "")


def _serve(line: Connection) -> None:
    while True:
        try:
            packed = line.recv_bytes()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        try:
            drawn = [charts.draw(*job) for job in pickle.loads(packed)]
        except Exception:  # noqa: BLE001  the asking process draws them itself, and shows the error if there is one
            drawn = []
        line.send(drawn)


def draw_all(figures: Sequence[Figure], key: str = "fig") -> list[tuple[str, str]]:
    """Return the wide and the narrow SVG of every figure, in order; ids on the page start with `key` and its name."""
    jobs: list[Job] = [(figure, width, f"{key}-{figure.name}") for figure in figures for width in WIDTHS]
    drawn = _by_helper(jobs) or [charts.draw(*job) for job in jobs]
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def _by_helper(jobs: list[Job]) -> list[str]:
    """Return the helper's drawings, or nothing: there is none, it failed, or a figure cannot be sent (a lambda)."""
    if _helper is None or not jobs:
        return []
    try:
        _helper.send_bytes(pickle.dumps(jobs))
        return list(_helper.recv())
    except (pickle.PicklingError, AttributeError, TypeError, EOFError, OSError):
        return []
