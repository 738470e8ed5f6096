"""Charts over time and over waits: months by team, the usual range, pace, the waiting curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..period import Month
from ..stats.usual_range import Range
from ..stats.waiting import waiting_at
from .canvas import is_narrow, label, label_months, nice_ticks, scale_y, text_size
from .palette import LIGHT, TEAM_COLOURS, TEAM_MARKERS, team_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = (4, 2.6)
DOTS = (1.2, 1.6)


def team_lines(
    ax: Axes,
    actual: pd.DataFrame,
    plan: pd.DataFrame | None = None,
    show: Callable[[float], str] = "{:,.0f}".format,
    names: Mapping[str, str] | None = None,
) -> Axes:
    """Draw each team's values over time, solid with its marker, and its plan dashed.

    Parameters
    ----------
    actual, plan : pandas.DataFrame
        One row per period in order, one column per team ("marketing", "sales"); missing values leave a gap.
    names : mapping, optional
        Direct labels by team, written beside the lines where they are furthest apart. None: no labels.
    """
    import seaborn as sns

    long = actual.reset_index(drop=True).rename_axis("x").reset_index().melt("x", var_name="team")
    teams = list(actual.columns)
    sns.lineplot(
        long, x="x", y="value", hue="team", style="team", hue_order=teams, style_order=teams, errorbar=None,
        estimator=None, legend=False, dashes=False, linewidth=1.7, markersize=5, markeredgewidth=0, ax=ax,
        palette={team: team_colour(team) for team in teams}, markers={team: TEAM_MARKERS[team] for team in teams},
    )  # fmt: skip
    for team in () if plan is None else plan.columns:
        ax.plot(plan[team].to_numpy(dtype=float), color=team_colour(team), lw=0.9, dashes=DASHES)
    highest = np.nanmax([actual.max(axis=None), 0 if plan is None else plan.max(axis=None)]) or 1
    ticks = nice_ticks(0, 1.12 * highest)
    scale_y(ax, ticks, show, 0, max(ticks[-1], 1.06 * highest))
    ax.set(xlim=(-0.5, len(actual) - 0.5), xlabel="", ylabel="")
    for team, name in (names or {}).items():
        _label_line(ax, actual, team, name)
    return ax


def _label_line(ax: Axes, actual: pd.DataFrame, team: str, name: str) -> None:
    """Write a line's name above it if it is the upper one, else below, where nothing crosses it."""
    values = actual[team].to_numpy(dtype=float)
    others = actual.drop(columns=team)
    above = others.empty or np.nanmean(values) >= np.nanmean(others.to_numpy(dtype=float))
    inner = range(1, max(len(values) - 1, 2))
    # The label covers about three periods: it goes where their own values leave the most room for it.
    around = {i: values[max(i - 1, 0) : i + 2] for i in inner if np.isfinite(values[max(i - 1, 0) : i + 2]).all()}
    if not around:
        return
    at = min(around, key=lambda i: around[i].max() if above else -around[i].min())
    y = around[at].max() if above else around[at].min()
    label(ax, name, at, y, TEAM_COLOURS.get(team, "both"), bold=True, ha="center",
          va="bottom" if above else "top", dy=6 if above else -6)  # fmt: skip


def usual_range_chart(
    ax: Axes,
    months: Sequence[Month],
    values: Sequence[float | None],
    usual: Range | None,
    show: Callable[[float], str],
    goal: float | Sequence[float] | None = None,
    goal_name: str = "goal",
) -> Axes:
    """Draw a measure over months on its usual range (an XmR chart): what the process does against what we want.

    The grey band is the usual range of the earlier months with its mean as a thin line, the goal is dashed, the
    earlier months are hollow and the current one is solid with its value. Without a range: line and goal only.
    """
    y = np.array([np.nan if value is None else value for value in values], dtype=float)
    goals = np.broadcast_to(np.nan if goal is None else goal, y.shape).astype(float)
    ends = (-0.6, len(y) - 0.4)
    if usual is not None:
        ax.axhspan(usual.low, usual.high, color=LIGHT["band"], lw=0, zorder=0)
        ax.plot(ends, [usual.mean] * 2, color=LIGHT["mut"], lw=0.8, zorder=1)
        label(ax, "usual range", ends[0], usual.high, "mut", dx=4, dy=-4, va="top")
    if np.isfinite(goals).any():
        flat = len(set(goals)) == 1
        ax.plot(ends if flat else range(len(y)), goals[:2] if flat else goals, color=LIGHT["ink"], lw=1,
                dashes=DASHES, zorder=2)  # fmt: skip
        higher = usual is None or goals[-1] >= usual.mean
        label(ax, goal_name, ends[1], goals[-1], "ink", dx=-3, dy=2 if higher else -2, ha="right",
              va="bottom" if higher else "top")  # fmt: skip
    ax.plot(y, color=LIGHT["both"], lw=1.5, zorder=3, marker="o", markersize=4, markeredgewidth=1,
            markerfacecolor=LIGHT["paper"], markeredgecolor=LIGHT["both"])  # fmt: skip
    ax.plot([len(y) - 1], y[-1:], color=LIGHT["ink"], marker="o", markersize=8, zorder=4)
    if np.isfinite(y[-1]):
        falls = len(y) < 2 or not y[-1] > y[-2]
        label(ax, show(y[-1]), len(y) - 1, y[-1], bold=True, ha="center", va="top" if falls else "bottom",
              dy=-7 if falls else 7)  # fmt: skip
    _fit(ax, [*y, *goals, *([] if usual is None else [usual.low, usual.high])], show)
    ax.grid(visible=False)
    ax.set_xlim(*ends)
    label_months(ax, months)
    return ax


def _fit(ax: Axes, values: Sequence[float], show: Callable[[float], str]) -> None:
    """Choose y limits that hold all values with room for labels."""
    known = [value for value in values if np.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = 0.12 * ((high - low) or abs(high) or 1.0)
    ticks = nice_ticks(low - room, high + room)
    scale_y(ax, ticks, show, low - room, high + room)


def pace_panel(
    ax: Axes,
    days: Sequence[int],
    actual: Sequence[float | None],
    plan: Sequence[float],
    team: str,
    end_label: str,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    top: float | None = None,
    names: bool = False,
) -> Axes:
    """Draw how one team's month built up, as a share of its plan.

    Parameters
    ----------
    days : sequence of int
        1, 2, ... of the month.
    actual, plan, low, high : sequence of float
        Cumulative share of the month's plan at the end of each day; `low` and `high` are the band of the earlier
        months. `actual` may end early.
    end_label : str
        Written at the last day known, such as "−66".
    top : float, optional
        Upper end of the axis, so that panels of one figure share their scale.
    names : bool
        Whether "plan" and "earlier months" are written at their lines (on the first panel).
    """
    x = np.asarray(days, dtype=float)
    y = np.array([np.nan if value is None else value for value in actual], dtype=float)
    y = np.concatenate([y, np.full(len(x) - len(y), np.nan)])
    if low is not None and high is not None:
        ax.fill_between(x, low, high, color=LIGHT["band"], lw=0)
    ax.plot(x, plan, color=LIGHT["ink"], lw=1, dashes=DASHES)
    ax.plot(x, y, color=team_colour(team), lw=2.2)
    known = np.flatnonzero(np.isfinite(y))
    if len(known):
        last = known[-1]
        ax.plot([x[last]], [y[last]], color=team_colour(team), marker=TEAM_MARKERS.get(team, "D"), markersize=6.5)
        label(ax, end_label, x[last], y[last], TEAM_COLOURS.get(team, "both"), bold=True, dx=7, va="center")
    if names:
        middle = len(x) // 3
        label(ax, "plan", x[middle], plan[middle], dx=-4, dy=10, ha="right")
    highest = top or 1.08 * max([1.0, *y[known], *(high if high is not None else [])])
    ticks = [tick for tick in (0, 0.5, 1, 1.5, 2, 3, 4) if tick <= highest]
    scale_y(ax, ticks, "{:.0%}".format, 0, highest)
    ax.set_xlim(x[0] - 0.5, x[-1] + 0.5)
    ax.set_xticks([1, 8, 15, 22, 29][: 5 if x[-1] >= 29 else 4])
    return ax


WAIT_TICKS = ((5, "5 m"), (15, "15 m"), (60, "1 h"), (120, "2 h"), (480, "8 h"), (1440, "1 day"), (4320, "3 days"))


def waiting_curve(
    ax: Axes,
    curves: Mapping[str, pd.DataFrame],
    earlier: Mapping[str, pd.DataFrame] | None = None,
    limit: float | None = None,
    limit_name: str = "agreed limit",
    names: Mapping[str, str] | None = None,
    until: float = 4320,
) -> Axes:
    """Draw the share still waiting by the time waited (log axis from five minutes to `until`).

    Parameters
    ----------
    curves, earlier : mapping of team to pandas.DataFrame
        What `kaplan_meier` returns, in minutes; this month solid, earlier months dotted. The never answered
        stay in: the curve levels out at their share.
    limit : float, optional
        The agreed limit in minutes, a dashed line.
    """
    x = np.unique(np.round(np.geomspace(5, until, 90)))
    for team, curve in (earlier or {}).items():
        ax.plot(x, waiting_at(curve, x), color=team_colour(team), lw=1, dashes=DOTS)
    for team, curve in curves.items():
        ax.plot(x, waiting_at(curve, x), color=team_colour(team), lw=2.1, drawstyle="steps-post")
    if limit:
        ax.plot([limit] * 2, [0, 1], color=LIGHT["ink"], lw=1, dashes=DASHES)
        label(ax, limit_name, limit, 0.97, dx=3, va="top")
    ax.set_xscale("log")
    ax.set_xlim(5, until)
    ax.minorticks_off()
    narrow = is_narrow(ax)
    ticks = [(at, text) for at, text in WAIT_TICKS if at <= until and not (narrow and at in (15, 480))]
    ax.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    scale_y(ax, (0, 0.25, 0.5, 0.75, 1), "{:.0%}".format, 0, 1)
    _label_curves(ax, {team: waiting_at(curve, x) for team, curve in curves.items()}, x, names or {})
    return ax


def _label_curves(ax: Axes, curves: Mapping[str, np.ndarray], x: np.ndarray, names: Mapping[str, str]) -> None:
    """Write the upper curve's name above it on the right, the lower one's below it on the left."""
    order = sorted(curves, key=lambda team: -curves[team].mean())
    for rank, team in enumerate(order):
        if team not in names:
            continue
        upper = rank == 0
        at = int(len(x) * (0.58 if upper else 0.06))
        label(ax, names[team], x[at], curves[team][at], TEAM_COLOURS.get(team, "both"), bold=True,
              dx=4, dy=9 if upper else -text_size(ax) - 9, va="bottom" if upper else "top")  # fmt: skip
