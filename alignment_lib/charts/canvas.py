"""The house style of figures: sizes, type, axes. Everything is drawn in the palette's light colours.

A figure function takes its data and a width in inches (8.0; its part of that where two figures stand side by
side; 3.75 for phones), so that text has the same size on every page.
matplotlib is imported where it is used: it costs half a second.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from ..period import Month
from .palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NARROW = 8.0, 3.75
BESIDE = (4.6, 3.07)  # two figures side by side on a wide page, 60 to 40

STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "text.color": LIGHT["ink"],
    "axes.edgecolor": LIGHT["rule"],
    "axes.labelcolor": LIGHT["mut"],
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": LIGHT["rule"],
    "grid.linewidth": 0.7,
    "patch.edgecolor": LIGHT["paper"],
    "patch.linewidth": 0,
    "patch.force_edgecolor": False,
    "lines.solid_capstyle": "butt",
    "hatch.linewidth": 0.8,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, and leave the analyst's own settings alone; also a decorator."""
    import matplotlib

    with matplotlib.rc_context(STYLE | {"font.family": _font()}), warnings.catch_warnings():
        # The reader's browser has the glyph that the font here lacks: text stays text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@cache
def _font() -> str:
    """Return the page's chart font, or the nearest one here; an absent one would warn at every label."""
    from matplotlib.font_manager import get_font_names

    here = set(get_font_names())
    return next(name for name in ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans") if name in here)


def is_narrow(of: Axes | Figure | float) -> bool:
    """Say whether a width in inches, or the figure of an axes, is the phone's."""
    width = of if isinstance(of, float | int) else of.figure.get_figwidth()  # type: ignore[union-attr]
    return float(width) == NARROW


def text_size(of: Axes | Figure | float) -> float:
    """Return the type size in points that gives at least 13 px on the page."""
    return 10.0 if is_narrow(of) else 9.0


def canvas(
    width: float,
    height: float,
    panels: int = 1,
    *,
    ratios: Sequence[float] | None = None,
    stack: bool = False,
    left: float = 30,
    right: float = 8,
    top: float = 8,
    bottom: float = 20,
    gap: float = 34,
) -> tuple[Figure, list[Axes]]:
    """Return an empty figure with its panels side by side, in the house style.

    Parameters
    ----------
    width, height : float
        Inches. `height` is the height of one row of panels.
    panels : int
        How many. With `stack` they stand one under the other where the width is narrow.
    ratios : sequence of float, optional
        Widths of the panels side by side.
    left, right, top, bottom, gap : float
        Margins in points, of every panel row; measured margins instead of a layout engine, which costs more
        than the drawing.
    """
    from matplotlib.figure import Figure

    stacked = stack and is_narrow(width)
    rows = panels if stacked else 1
    figure = Figure(figsize=(width, height * rows))
    full_width, full_height, row_height = width * 72, height * rows * 72, height * 72
    shares = [1.0] * panels if ratios is None else [float(ratio) for ratio in ratios]
    free = full_width - left - right - gap * (panels - 1)
    axes, x = [], left
    for i, share in enumerate(shares):
        if stacked:
            box = (left, full_height - row_height * (i + 1) + bottom, full_width - left - right)
        else:
            box = (x, bottom, free * share / sum(shares))
            x += box[2] + gap
        height_share = (row_height - top - bottom) / full_height
        ax = figure.add_axes((box[0] / full_width, box[1] / full_height, box[2] / full_width, height_share))
        _plain(ax)
        axes.append(ax)
    return figure, axes


def _plain(ax: Axes) -> None:
    for side in ("top", "left", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, labelsize=text_size(ax), labelcolor=LIGHT["mut"], pad=4)
    ax.set_axisbelow(True)
    ax.grid(axis="y")
    ax.margins(x=0)


def scale_y(ax: Axes, ticks: Sequence[float], show: Callable[[float], str], low: float, high: float) -> None:
    """Give the y axis its ends, its ticks and their text."""
    ax.set_ylim(low, high)
    ax.set_yticks(list(ticks), [show(tick) for tick in ticks])


def nice_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Return round numbers that lie between two values, at most `most`."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low - 1e-9 <= tick <= high + 1e-9]


def label_months(ax: Axes, months: Sequence[Month]) -> None:
    """Name the x positions 0, 1, 2 ... after months: "Aug", on a narrow figure "A"."""
    names = [month.short[:1] if is_narrow(ax) else month.short for month in months]
    # Wide panels that hold more months than names fit keep every second one, the last always.
    every = 1 if is_narrow(ax) or len(months) <= 18 else 2
    shown = [i for i in range(len(months)) if (len(months) - 1 - i) % every == 0]
    ax.set_xticks(shown, [names[i] for i in shown])
