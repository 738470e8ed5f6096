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
            ax.barh(
                row, count - solid, left=solid, height=0.42, facecolor=LIGHT["paper"], edgecolor=colour, lw=1
            )
        if goal is not None:
            ax.plot([goal] * 2, [row - 0.27, row + 0.27], color=LIGHT["ink"], lw=2.2)
        label(ax, name, 0, row - 0.30, va="bottom", dy=0)
        label(ax, text, 1.02 * widest, row - 0.30, va="bottom", ha="right", bold=True)
    ax.set(xlim=(0, 1.02 * widest), ylim=(len(names) - 0.7, -0.62))
    ax.set_axis_off()
    return ax


@dataclass(frozen=True)
class Dots:
    """One panel of `dot_panels`: a value per row, with its range; None prints "–"."""

    title: str
    values: Sequence[float | None]
    show: Callable[[float], str]
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    stems: bool = False  # a thin line from zero to the dot
    cut: float | None = None  # values beyond it become an arrow with their number


def dot_panels(
    axes: Sequence[Axes],
    names: Sequence[str],
    teams: Sequence[str],
    panels: Sequence[Dots],
    hollow: Sequence[bool] | None = None,
) -> Sequence[Axes]:
    """Draw measures side by side, one row per name, each with its team's mark, its number and its range.

    Hollow marks are too few to rank. A value beyond a panel's `cut` is an arrow with its number, so that one
    far-off row does not press the others together.
    """
    hollow = hollow or [False] * len(names)
    for position, (ax, dots) in enumerate(zip(axes, panels, strict=True)):
        heading(ax, dots.title)
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        ax.set(xlim=_ends(ax, dots), ylim=(len(names) - 0.5, -0.5), xticks=[], yticks=[])
        if position == 0:
            ax.set_yticks(range(len(names)), names, color=LIGHT["ink"])
        ax.plot([0, 0], [len(names) - 0.6, -0.4], color=LIGHT["earlier"], lw=1, zorder=0)
        shown = {
            row: value for row, value in enumerate(dots.values) if value is not None and math.isfinite(value)
        }
        far = {row for row, value in shown.items() if dots.cut is not None and value > dots.cut}
        near = {row: value for row, value in shown.items() if row not in far}
        if dots.stems:
            ax.hlines(list(near), 0, list(near.values()), color=LIGHT["rule"], lw=1, zorder=0)
        reach = _ranges(ax, dots, near, teams)
        _marks(ax, near, teams, hollow)
        for row, value in near.items():
            label(ax, dots.show(value), max(value, reach.get(row, 0), 0), row, dx=7, va="center_baseline")
        for row in set(range(len(names))) - set(shown):
            label(ax, "–", 0, row, "mut", dx=7, va="center_baseline")
        for row in far:
            _arrow(ax, row, dots.show(shown[row]), team_colour(teams[row]))
    return axes


def _ends(ax: Axes, dots: Dots) -> tuple[float, float]:
    """Return x limits that leave room for the number right of the longest row, and for a mark left of the axis."""
    ranges = (*(dots.low or ()), *(dots.high or ()))
    known = [v for v in [*dots.values, *ranges] if v is not None and math.isfinite(v)]
    drawn = [v for v in known if dots.cut is None or v <= dots.cut]
    far = dots.cut is not None and len(drawn) < len(known)
    top, bottom = max([*drawn, dots.cut if far and dots.cut else 0.0], default=1.0), min([0.0, *known])
    shown = [dots.show(v) for v in dots.values if v is not None and math.isfinite(v)]
    text = max((text_width(ax, one) for one in shown), default=0) + 10
    width = ax.get_position().width * ax.figure.get_figwidth() * 72  # type: ignore[union-attr]
    at_axis = any(v is not None and v <= 0.01 * top for v in dots.values)  # its mark would stand on the row's name
    left = 6 if at_axis or bottom < 0 else 0
    unit = ((top - bottom) or 1.0) / max(width - text - left, 10)
    return bottom - left * unit, top + text * unit


def _ranges(ax: Axes, dots: Dots, near: dict[int, float], teams: Sequence[str]) -> dict[int, float]:
    """Draw the ranges of the rows that have one; return how far each reaches."""
    if dots.low is None or dots.high is None:
        return {}
    reach: dict[int, float] = {}
    for team in dict.fromkeys(teams):
        ends = [(row, dots.low[row], dots.high[row]) for row in near if teams[row] == team]
        lines = [(row, low, min(high, dots.cut or math.inf)) for row, low, high in ends
                 if low is not None and high is not None]  # fmt: skip
        if lines:
            rows, low, high = zip(*lines, strict=True)
            ax.hlines(rows, low, high, color=team_colour(team), lw=1.4)
            reach |= dict(zip(rows, high, strict=True))
    return reach


def _marks(ax: Axes, near: dict[int, float], teams: Sequence[str], hollow: Sequence[bool]) -> None:
    for team in dict.fromkeys(teams):
        for is_hollow in (False, True):
            rows = [row for row in near if teams[row] == team and bool(hollow[row]) == is_hollow]
            inside, edge = (LIGHT["paper"], 1.6) if is_hollow else (team_colour(team), 0)
            if rows:
                ax.plot(
                    [near[row] for row in rows], rows, linestyle="none", color=team_colour(team),
                    marker=TEAM_MARKERS.get(team, "D"), markersize=6.5 if is_narrow(ax) else 7,
                    markerfacecolor=inside, markeredgewidth=edge, clip_on=False,
                )  # fmt: skip


def _arrow(ax: Axes, row: int, text: str, colour: str) -> None:
    low, high = ax.get_xlim()
    start = low + 0.70 * (high - low)
    ax.annotate("", (high, row), (start, row), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.4})
    label(ax, text, start, row, dx=-4, ha="right", va="center_baseline")
