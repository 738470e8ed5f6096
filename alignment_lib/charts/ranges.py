"""Dots on their usual range: what this month's parts are, beside what they usually are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .canvas import is_narrow, nice_ticks
from .labels import label, text_width
from .palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def range_dots(
    ax: Axes,
    names: Sequence[str],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    texts: Sequence[str],
    show: Callable[[float], str] = "{:.0%}".format,
) -> Axes:
    """Draw one row per name: its usual range as a grey bar, its value as a dot, a diamond where it lies outside.

    Parameters
    ----------
    names, values : sequences
        One entry per row, first on top; values in the unit that `show` prints on the axis, which starts at 0.
    low, high : sequence of float
        The usual range; NaN where there is none.
    texts : sequence of str
        What stands at the right end of each row, such as its count.
    """
    top = max([0.05, *values, *(end for end in high if end == end)])
    room = max((text_width(ax, text, bold=True) for text in texts), default=0) + 12
    width = ax.get_position().width * ax.figure.get_figwidth() * 72  # type: ignore[union-attr]
    end = 1.04 * top / max(1 - room / width, 0.3)
    ax.grid(visible=False)
    left = 6 / width * end if min(values, default=1.0) <= 0.01 * top else 0.0  # or a dot at 0 stands on its row's name
    ax.set(xlim=(-left, end), ylim=(len(names) - 0.5, -0.6))
    ax.set_yticks(range(len(names)), list(names), color=LIGHT["ink"])
    ticks = nice_ticks(0, 1.04 * top, 4 if is_narrow(ax) else 6)
    ax.set_xticks(ticks, [show(tick) for tick in ticks])
    ax.get_xticklabels()[0].set_horizontalalignment("left")
    ax.vlines(ticks, -0.6, len(names) - 0.5, color=LIGHT["rule"], lw=0.7, zorder=0)
    size = 6.5 if is_narrow(ax) else 7
    rows = zip(values, low, high, texts, strict=True)
    for row, (value, least, most, text) in enumerate(rows):
        if least == least:
            ax.barh(row, most - least, left=least, height=0.5, color=LIGHT["band2"], zorder=1)
        outside = value < least or value > most
        shape, colour = ("D", LIGHT["ink"]) if outside else ("o", LIGHT["both"])
        ax.plot([value], [row], marker=shape, markersize=size, color=colour, markeredgewidth=0, clip_on=False, zorder=3)
        label(ax, text, end, row, bold=outside, ha="right", va="center_baseline")
    return ax
