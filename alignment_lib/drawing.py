"""Drawing on a second core: a helper process draws while the notebook's process goes on counting.

The helper is forked while the process still has one thread (the report's kernel does it before it starts), so it
shares everything imported so far; what only drawing needs, it imports itself while the notebook opens the month.
An answer that is shown then says "drawn later", and the run's last cell hands over all drawings at once.
Without a helper, as in JupyterLab, every figure is drawn where it is shown.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from . import charts
from .answer import DRAWINGS_MIME, Figure
from .imports import hidden

Job = tuple[Figure, float, str]  # what charts.draw takes

_helper: Connection | None = None
_pid = 0
_waiting: list[Job] = []
FINISH = b""


def start_helper() -> None:
    """Fork the helper. Call it before any thread runs; it ends by itself when this process does.

    Where a process cannot be forked (Windows), every figure is drawn where it is shown.
    """
    global _helper, _pid
    if not hasattr(os, "fork"):
        return
    here, there = Pipe()
    _pid = os.fork()
    if _pid == 0:
        here.close()
        try:
            import_seaborn()
            warm_up()
            _serve(there)
        finally:
            os._exit(0)
    there.close()
    _helper = here


def has_helper() -> bool:
    """Say whether figures are drawn by a helper: so it is where a page is being made."""
    return _helper is not None


def end_helper() -> None:
    """Let the helper go, wait until it has ended, and forget what it has drawn."""
    global _helper
    _waiting.clear()
    if _helper is not None:
        _helper.close()
        os.waitpid(_pid, 0)
        _helper = None


def import_seaborn() -> None:
    """Import seaborn without what takes 0.7 s and serves charts that no page has."""
    with hidden("scipy.stats", "scipy.cluster", "statsmodels"):
        import seaborn  # noqa: F401


def warm_up() -> None:
    """Import what drawing needs and measure a first text, before the first figure is asked for."""
    figure, (ax,) = charts.canvas(charts.NARROW, 1.0)
    ax.set_xticks([0, 1], ["a", "b"])
    charts.finish(figure, "warm", "", "")


def _serve(line: Connection) -> None:
    """Draw what comes in; hand everything over when asked. Nothing is sent before, so neither side waits on a send."""
    drawn: list[str] = []
    while True:
        try:
            packed = line.recv_bytes()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        if packed == FINISH:
            line.send(drawn)
            drawn = []
            continue
        try:
            drawn.append(charts.draw(*pickle.loads(packed)))
        except Exception:  # noqa: BLE001  the asking process draws it itself, and shows the error if there is one
            drawn.append("")


def draw_all(figures: Sequence[Figure], key: str = "fig") -> list[tuple[str, str]]:
    """Return the wide and the narrow SVG of every figure, in order; "" for what the helper draws meanwhile.

    Ids on the page start with `key` and the figure's name; `finished` gives the drawings under the same keys.
    """
    jobs: list[Job] = [
        (figure, width, f"{key}-{figure.name}")
        for figure, wide in zip(figures, wide_widths(figures), strict=True)
        for width in (wide, charts.NARROW)
    ]
    drawn = ["" if _asked(job) else charts.draw(*job) for job in jobs]
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def wide_widths(figures: Sequence[Figure]) -> list[float]:
    """Return how wide each figure is drawn for a wide page, in inches: two side by side share its width."""
    widths: list[float] = []
    while len(widths) < len(figures):
        pair = figures[len(widths)].beside and len(widths) + 1 < len(figures)
        widths += charts.BESIDE if pair else [charts.WIDE]
    return widths


def _asked(job: Job) -> bool:
    """Give the job to the helper; False if there is none, or if the figure cannot be sent (a lambda)."""
    if _helper is None:
        return False
    try:
        _helper.send_bytes(pickle.dumps(job))
    except (pickle.PicklingError, AttributeError, TypeError, OSError):
        return False
    _waiting.append(job)
    return True


def finished() -> dict[str, dict[str, str]]:
    """Return everything that the helper has drawn since the last time: key -> wide and narrow SVG."""
    drawn = [""] * len(_waiting)
    if _helper is not None and _waiting:
        try:
            _helper.send_bytes(FINISH)
            drawn = _helper.recv()
        except (EOFError, OSError):  # it died: everything is drawn here
            drawn = [""] * len(_waiting)
    found: dict[str, dict[str, str]] = {}
    for job, svg in zip(_waiting, drawn, strict=True):
        side = "narrow" if charts.is_narrow(job[1]) else "wide"
        found.setdefault(job[2], {})[side] = svg or charts.draw(*job)
    _waiting.clear()
    return found


class Drawings:
    """What a run's last cell shows: the drawings that were made meanwhile."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        drawn = finished()
        end_helper()
        return {DRAWINGS_MIME: drawn, "text/plain": "the drawings"}
