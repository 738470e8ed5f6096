"""Small multiples: one measure over the same months for many places, every panel on one scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

from ..period import Month
from .canvas import is_narrow, nice_ticks, scale_y, text_size
from .palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..stats.usual_range import Range

COLUMNS, NARROW_COLUMNS = 3, 2
ROW = 1.35  # inches


@dataclass(frozen=True)
class Panel:
    """One place: its name, its values (oldest first, None leaves a gap) and its own usual range, if it has one."""

    name: str
    values: Sequence[float | None]
    usual: Range | None = None


def month_panels(
    width: float,
    months: Sequence[Month],
    panels: Sequence[Panel],
    show: Callable[[float], str],
    goal: float | None = None,
) -> Any:
    """Return a figure with one panel each, in the order given and on the same scale: line, own band, goal dashed.

    Parameters
    ----------
    width : float
        Inches; three panels stand beside each other on a wide figure, two on a phone's.
    months : sequence of Month
        What the values are of, the current month last.
    show : callable
        Prints a value: beside the panel's name and on the axis.
    goal : float, optional
        The same for all; dashed.
    """
    from matplotlib.figure import Figure

    columns = NARROW_COLUMNS if is_narrow(width) else COLUMNS
    rows = ceil(len(panels) / columns)
    figure = Figure(figsize=(width, ROW * rows))
    low, high = _ends(panels, goal)
    left, gap = (36.0, 12.0)
    each = (width * 72 - left - 6 - gap * (columns - 1)) / columns
    for at, panel in enumerate(panels):
        row, column = divmod(at, columns)
        below = ROW * 72 * (rows - 1 - row) + 20
        box = (left + column * (each + gap), below, each, ROW * 72 - 20 - 22)
        size = (width * 72, ROW * 72 * rows) * 2
        ax = figure.add_axes(tuple(part / whole for part, whole in zip(box, size, strict=True)))  # type: ignore[arg-type]
        _draw(ax, panel, months, show, goal)
        ticks = nice_ticks(low, high, 3)
        scale_y(ax, ticks, show if column == 0 else lambda _: "", low, high)
    return figure


def _ends(panels: Sequence[Panel], goal: float | None) -> tuple[float, float]:
    every = [value for panel in panels for value in panel.values if value is not None and isfinite(value)]
    every += [end for panel in panels if panel.usual for end in (panel.usual.low, panel.usual.high)]
    every += [] if goal is None else [goal]
    low, high = min(every, default=0.0), max(every, default=1.0)
    room = 0.10 * ((high - low) or abs(high) or 1.0)
    return max(low - room, 0.0) if low >= 0 else low - room, high + room


def _draw(
    ax: Axes, panel: Panel, months: Sequence[Month], show: Callable[[float], str], goal: float | None
) -> None:
    import numpy as np

    y = np.array([np.nan if value is None else value for value in panel.values], dtype=float)
    x, ends = np.arange(len(y)), (-0.6, len(y) - 0.4)
    for side in ("top", "left", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, labelsize=text_size(ax), labelcolor=LIGHT["mut"], pad=4)
    ax.set_xlim(*ends)
    first = int(np.flatnonzero(np.isfinite(y))[0]) if np.isfinite(y).any() else 0
    apart = len(months) > 1 and months[0] + 1 != months[1]  # quarters: years go by, and take room
    named = sorted({first if len(y) - first > (8 if apart else 4) else len(y) - 1, len(y) - 1})
    year = " {:02}" if apart else ""
    ax.set_xticks(named, [months[at].short + year.format(months[at].year % 100) for at in named])
    for at, tick in zip(named, ax.get_xticklabels(), strict=True):
        tick.set_horizontalalignment("right" if at == len(y) - 1 else "left" if at == 0 else "center")
    if panel.usual is not None:
        ax.axhspan(panel.usual.low, panel.usual.high, color=LIGHT["band"], lw=0, zorder=0)
    if goal is not None:
        ax.plot(ends, [goal] * 2, color=LIGHT["ink"], lw=0.9, dashes=(4, 2.6), zorder=1)
    ax.plot(x, y, color=LIGHT["both"], lw=1.4, zorder=2)
    if np.isfinite(y[-1]):
        ax.plot(x[-1:], y[-1:], color=LIGHT["ink"], marker="o", markersize=6, zorder=3, clip_on=False)
    now = show(float(y[-1])) if np.isfinite(y[-1]) else "–"
    top: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": text_size(ax) + 0.5}
    ax.annotate(panel.name, (0, 1), (0, 7), color=LIGHT["ink"], fontweight="bold", **top)
    ax.annotate(now, (1, 1), (0, 7), color=LIGHT["ink"], ha="right", **top)
