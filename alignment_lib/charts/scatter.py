"""What a score said against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .canvas import is_narrow, scale_y
from .labels import label
from .lines import DASHES
from .palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def said_and_happened(
    ax: Axes,
    said: Sequence[float],
    happened: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    n: Sequence[int],
    names: Sequence[str],
    off: Sequence[bool],
    hollow: Sequence[bool],
) -> Axes:
    """Draw shares that were said against those that came, on the line of a score that can be taken at its word.

    Parameters
    ----------
    said, happened, low, high : sequences of float
        Shares, 0 to 1; `low` to `high` is the range of what happened.
    n : sequence of int
        Cases: the area of the dot.
    off, hollow : sequences of bool
        Off the line (crimson), and too few to judge (drawn hollow).
    """
    ticks = (0, 0.25, 0.5, 0.75, 1) if is_narrow(ax) else (0, 0.2, 0.4, 0.6, 0.8, 1)
    scale_y(ax, ticks, "{:.0%}".format, 0, 1.04)
    ax.set_xlim(0, 1.04)
    ax.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    ax.get_xticklabels()[0].set_horizontalalignment("left")  # clear of the other axis' zero
    ax.plot([0, 1], [0, 1], color=LIGHT["ink"], lw=1, dashes=DASHES)
    most = max(n, default=1)
    for x, y, bottom, top, cases, name, is_off, is_hollow in zip(
        said, happened, low, high, n, names, off, hollow, strict=True
    ):
        colour = LIGHT["bad" if is_off else "both"]
        ax.plot([x, x], [bottom, top], color=colour, lw=1.4)
        ax.plot(
            [x], [y], linestyle="none", marker="D" if is_off else "o", color=colour, markeredgecolor=colour,
            markerfacecolor=LIGHT["paper"] if is_hollow else colour, markeredgewidth=1.6 if is_hollow else 0,
            markersize=5 + 9 * (cases / most) ** 0.5, clip_on=False,
        )  # fmt: skip
        tint = "bad" if is_off else "mut"
        if y < 0.1:  # below it there is no room above the axis
            label(ax, name, x, y, tint, dx=14, va="center_baseline")
        else:
            label(ax, name, x, min(bottom, y), tint, dx=6 if x < 0.8 else 0, dy=-2, va="top",
                  ha="left" if x < 0.8 else "center")  # fmt: skip
    label(ax, "as said", 0.88, 0.88, "ink", ha="right", dx=-8, dy=4)
    return ax
