"""Charts of categories: stages against plan, and dots on aligned panels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .canvas import is_narrow
from .labels import heading, label, text_width
from .palette import LIGHT, TEAM_MARKERS, team_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def stage_bars(
    ax: Axes,
    names: Sequence[str],
    actual: Sequence[float],
    plan: Sequence[float | None] | None = None,
    team: str = "marketing",
    texts: Sequence[str] | None = None,
    part: Sequence[float | None] | None = None,
) -> Axes:
    """Draw stages as bars from one common line, each with its plan as a tick and its count at the right.

    Parameters
    ----------
    names, actual, plan : sequences
        One entry per stage, first on top; a plan may be None.
    texts : sequence of str, optional
        "345 of 411" by default.
    part : sequence of float, optional
        The part of a bar that stays solid (answered in time); the rest of that bar is drawn hollow.
    """
    plan = plan or [None] * len(names)
    part = part or [None] * len(names)
    texts = texts or [
        f"{count:,.0f}" if goal is None else f"{count:,.0f} of {goal:,.0f}"
        for count, goal in zip(actual, plan, strict=True)
    ]
    colour = team_colour(team)
    widest = max([1.0, *actual, *(goal for goal in plan if goal is not None)])
    rows = zip(names, actual, plan, part, texts, strict=True)
    for row, (name, count, goal, solid, text) in enumerate(rows):
        ax.barh(row, count if solid is None else solid, height=0.42, color=colour)
        if solid is not None:
            ax.barh(row, count - solid, left=solid, height=0.42, facecolor=LIGHT["paper"], edgecolor=colour, lw=1)
        if goal is not None:
            ax.plot([goal] * 2, [row - 0.27, row + 0.27], color=LIGHT["ink"], lw=2.2)
        label(ax, name, 0, row - 0.30, va="bottom", dy=0)
        label(ax, text, 1.02 * widest, row - 0.30, va="bottom", ha="right", bold=True)
    ax.set(xlim=(0, 1.02 * widest), ylim=(len(names) - 0.7, -0.75))
    ax.set_axis_off()
    return ax


@dataclass(frozen=True)
class Dots:
    """One panel of `dot_panels`: a value per row, with its range; None leaves the row empty."""

    title: str
    values: Sequence[float | None]
    show: Callable[[float], str]
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    stems: bool = False       # a thin line from zero to the dot
    cut: float | None = None  # values beyond it become an arrow with their number


def dot_panels(
    axes: Sequence[Axes],
    names: Sequence[str],
    teams: Sequence[str],
    panels: Sequence[Dots],
    hollow: Sequence[bool] | None = None,
) -> Sequence[Axes]:
    """Draw measures side by side, one row per name, each with its team's mark, its number and its range.

    Hollow marks are too few to rank. A value beyond a panel's `cut` is an arrow with its number, so that one far-off
    row does not press the others together.
    """
    hollow = hollow or [False] * len(names)
    for position, (ax, dots) in enumerate(zip(axes, panels, strict=True)):
        heading(ax, dots.title)
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        ends = _ends(ax, dots)
        ax.set(xlim=ends, ylim=(len(names) - 0.5, -0.5))
        ax.plot([0, 0], [len(names) - 0.6, -0.4], color=LIGHT["earlier"], lw=1, zorder=0)
        ax.set_xticks([])
        ax.set_yticks(range(len(names)), names if position == 0 else [""] * len(names), color=LIGHT["ink"])
        for row in range(len(names)):
            _dot(ax, row, dots, teams[row], hollow[row], ends)
    return axes


def _ends(ax: Axes, dots: Dots) -> tuple[float, float]:
    """Return x limits that leave room for the number right of the longest row."""
    known = [v for v in [*dots.values, *(dots.high or ())] if v is not None and math.isfinite(v)]
    drawn = [v for v in known if dots.cut is None or v <= dots.cut]
    far = dots.cut is not None and len(drawn) < len(known)
    top, bottom = max([*drawn, dots.cut if far and dots.cut else 0.0], default=1.0), min([0.0, *known])
    shown = [dots.show(v) for v in dots.values if v is not None and math.isfinite(v)]
    text = max((text_width(ax, one) for one in shown), default=0) + 10
    free = max(ax.get_position().width * ax.figure.get_figwidth() * 72 - text - (6 if bottom < 0 else 0), 10)  # type: ignore[union-attr]
    unit = ((top - bottom) or 1.0) / free
    return bottom - (6 * unit if bottom < 0 else 0.0), top + text * unit


def _dot(ax: Axes, row: int, dots: Dots, team: str, hollow: bool, ends: tuple[float, float]) -> None:
    value = dots.values[row]
    if value is None or not math.isfinite(value):
        return
    colour = team_colour(team)
    if dots.cut is not None and value > dots.cut:
        at = ends[0] + 0.70 * (ends[1] - ends[0])
        ax.annotate("", (ends[1], row), (at, row), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.4})
        label(ax, dots.show(value), at, row, dx=-4, ha="right", va="center_baseline")
        return
    if dots.stems:
        ax.plot([0, value], [row, row], color=LIGHT["rule"], lw=1, zorder=0)
    low, high = (side[row] if side else None for side in (dots.low, dots.high))
    reach = value
    if low is not None and high is not None:
        reach = max(value, min(high, ends[1]) if dots.cut is None else min(high, dots.cut))
        ax.plot([low, reach], [row, row], color=colour, lw=1.4)
    ax.plot([value], [row], marker=TEAM_MARKERS.get(team, "D"), markersize=6.5 if is_narrow(ax) else 7, color=colour,
            markerfacecolor=LIGHT["paper"] if hollow else colour, markeredgewidth=1.6 if hollow else 0)  # fmt: skip
    label(ax, dots.show(value), max(reach, 0), row, dx=7, va="center_baseline")
