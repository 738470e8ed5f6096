"""Charts over time and over waits: months by team, the usual range, pace, the waiting curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..period import Month
from .canvas import is_narrow, label_months, nice_ticks, scale_y, text_size
from .labels import Line, box_at, label, label_line
from .palette import LIGHT, TEAM_COLOURS, TEAM_MARKERS, team_colour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ..stats.usual_range import Range

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
    show : callable
        Prints the values of the axis, which starts at 0.
    names : mapping, optional
        Direct labels by team, written where no line crosses them. None: no labels.
    """
    import seaborn as sns

    teams = list(actual.columns)
    lines = {team: actual[team].to_numpy(dtype=float) for team in teams}
    long = actual.reset_index(drop=True).rename_axis("x").reset_index().melt("x", var_name="team")
    long["piece"] = long["value"].isna().cumsum()  # seaborn would join over a missing value
    ax.set(xlabel=" ", ylabel=" ")  # seaborn lays all ticks out before it writes labels of its own
    if long["value"].notna().any():  # of nothing it would warn
        sns.lineplot(
            long.dropna(), x="x", y="value", hue="team", style="team", units="piece", estimator=None,
            hue_order=teams, style_order=teams, palette={team: team_colour(team) for team in teams},
            markers={team: TEAM_MARKERS[team] for team in teams},
            dashes=False, legend=False, linewidth=1.7, markersize=5, markeredgewidth=0, clip_on=False, ax=ax,
        )  # fmt: skip
    plans = {} if plan is None else {team: plan[team].to_numpy(dtype=float) for team in plan.columns}
    for team, values in plans.items():
        ax.plot(values, color=team_colour(team), lw=0.9, dashes=DASHES)
    highest = max(
        (value for line in (*lines.values(), *plans.values()) for value in line if value == value), default=1
    )
    ticks = nice_ticks(0, 1.12 * (highest or 1))
    scale_y(ax, ticks, show, 0, max(ticks[-1], 1.06 * (highest or 1)))
    ax.set(xlim=(-0.5, len(actual) - 0.5), xlabel="", ylabel="")
    x = range(len(actual))
    for team, name in (names or {}).items():
        own, others = _own_and_others(team, x, lines, plans)
        label_line(ax, name, own, others, TEAM_COLOURS.get(team, "both"), bold=True)
    return ax


def _own_and_others(team: str, x: Any, *families: Mapping[str, Any]) -> tuple[list[Line], list[Line]]:
    """Split lines into a team's own and the others'."""
    own = [(x, lines[team]) for lines in families if team in lines]
    return own, [(x, line) for lines in families for other, line in lines.items() if other != team]


def usual_range_chart(
    ax: Axes,
    months: Sequence[Month],
    values: Sequence[float | None],
    usual: Range | None,
    show: Callable[[float], str],
    goal: float | Sequence[float | None] | None = None,
    goal_name: str = "goal",
) -> Axes:
    """Draw a measure over months on its usual range (an XmR chart): what is, against what we want.

    The grey band is the usual range of the earlier months with its mean as a thin line, the goal is dashed,
    the earlier months are hollow and the current one is solid with its value. Without a range: line and goal
    only.

    Parameters
    ----------
    months, values : sequences
        Oldest first, the current month last; a missing value leaves a gap.
    usual : Range or None
        What `usual_range` returns for the earlier months.
    goal : float or sequence of float, optional
        One goal, or one per month.
    """
    import numpy as np

    y = np.array([np.nan if value is None else value for value in values], dtype=float)
    x, ends = np.arange(len(y)), (-0.6, len(y) - 0.4)
    goals = np.full(len(y), np.nan)
    if goal is not None:
        goals[:] = [np.nan if g is None else g for g in goal] if isinstance(goal, Sequence) else goal
    _fit(ax, [*y, *goals, *([] if usual is None else [usual.low, usual.high])], show)
    ax.grid(visible=False)
    ax.set_xlim(*ends)
    label_months(ax, months)

    lines: list[Line] = [(x, y)]
    if usual is not None:
        ax.axhspan(usual.low, usual.high, color=LIGHT["band"], lw=0, zorder=0)
        ax.plot(ends, [usual.mean] * 2, color=LIGHT["mut"], lw=0.8, zorder=1)
        lines.append((ends, [usual.mean] * 2))
    goal_line: Line = (ends, [goals[0]] * 2) if len(set(goals)) == 1 else (x, goals)
    ax.plot(*goal_line, color=LIGHT["ink"], lw=1, dashes=DASHES, zorder=2)
    ax.plot(x, y, color=LIGHT["both"], lw=1.5, zorder=3, marker="o", markersize=4, markeredgewidth=1,
            markerfacecolor=LIGHT["paper"], markeredgecolor=LIGHT["both"])  # fmt: skip
    taken = []
    if np.isfinite(y[-1]):
        ax.plot(x[-1:], y[-1:], color=LIGHT["ink"], marker="o", markersize=8, zorder=4)
        below = len(y) < 2 or not y[-1] > y[-2]
        away = -(7 + text_size(ax) / 2) if below else 7 + text_size(ax) / 2
        label(ax, show(y[-1]), x[-1], y[-1], bold=True, ha="center", va="center", dy=away)
        taken = [box_at(ax, show(y[-1]), x[-1], y[-1], away, bold=True), box_at(ax, "00", x[-1], y[-1])]
    if np.isfinite(goals).any():
        label_line(ax, goal_name, [goal_line], lines, prefer=0.97, avoid=taken)
    if usual is not None:
        label_line(ax, "usual range", [(ends, [usual.high] * 2)], [*lines, goal_line], "mut",
                   sides=("below",), prefer=0.0, avoid=taken)  # fmt: skip
    return ax


def _fit(ax: Axes, values: Sequence[float], show: Callable[[float], str]) -> None:
    """Choose y limits that hold all values with room for labels."""
    known = [value for value in values if value == value] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = 0.12 * ((high - low) or abs(high) or 1.0)
    scale_y(ax, nice_ticks(low - room, high + room), show, low - room, high + room)


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
    band_name: str = "earlier months",
) -> Axes:
    """Draw how one team's month built up, as a share of its plan.

    Parameters
    ----------
    days : sequence of int
        1, 2, ... of the month.
    actual, plan, low, high : sequence of float
        Cumulative share of the month's plan at the end of each day; `low` and `high` are the band of the
        earlier months. `actual` may end early, or hold None from some day on.
    end_label : str
        Written at the last day known, such as "−66".
    top : float, optional
        Upper end of the axis, so that panels of one figure share their scale.
    names : bool
        Whether plan and band are named (on the first panel of a figure).
    """
    import numpy as np

    x = np.asarray(days, dtype=float)
    y = np.full(len(x), np.nan)
    y[: len(actual)] = [np.nan if value is None else value for value in actual]
    known = np.flatnonzero(np.isfinite(y))
    band: list[Any] = [line for line in (low, high) if line is not None]
    highest = top or 1.08 * max([1.0, *y[known], *(value for line in band for value in line)])
    scale_y(ax, [tick for tick in (0, 0.5, 1, 1.5, 2, 3, 4) if tick <= highest], "{:.0%}".format, 0, highest)
    ax.set_xlim(x[0] - 0.5, x[-1] + 0.5)
    ax.set_xticks([day for day in (1, 8, 15, 22, 29) if day <= x[-1]])
    if len(band) == 2:
        ax.fill_between(x, band[0], band[1], color=LIGHT["band"], lw=0)
    ax.plot(x, plan, color=LIGHT["ink"], lw=1, dashes=DASHES)
    colour = team_colour(team)
    ax.plot(x, y, color=colour, lw=2.2)
    if len(known):
        last = known[-1]
        ax.plot(x[[last]], y[[last]], color=colour, marker=TEAM_MARKERS.get(team, "D"), markersize=6.5)
        label(ax, end_label, x[last], y[last], TEAM_COLOURS.get(team, "both"), bold=True, dx=7, va="center")
    if names:
        label_line(ax, "plan", [(x, plan)], [(x, y)], prefer=0.3)
        if len(band) == 2 and len(known):
            # The band is named on the side that the month itself leaves free.
            above = bool(y[known[-1]] <= plan[known[-1]])
            label_line(ax, band_name, [(x, band[above])], [(x, y), (x, plan)], "mut", prefer=0.8,
                       sides=("above" if above else "below",))  # fmt: skip
    return ax


WAIT_TICKS = (
    (5, "5 min"),
    (15, "15 min"),
    (60, "1 h"),
    (120, "2 h"),
    (480, "8 h"),
    (1440, "24 h"),
    (4320, "72 h"),
)


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
    names : mapping, optional
        Direct labels by team.
    """
    import numpy as np

    from ..stats.waiting import waiting_at

    x = np.unique(np.round(np.geomspace(5, until, 80)))
    now = {team: waiting_at(curve, x) for team, curve in curves.items()}
    before = {team: waiting_at(curve, x) for team, curve in (earlier or {}).items()}
    for team, share in before.items():
        ax.plot(x, share, color=team_colour(team), lw=1, dashes=DOTS)
    for team, share in now.items():
        ax.plot(x, share, color=team_colour(team), lw=2.1, drawstyle="steps-post")
    ax.set_xscale("log")
    ax.set_xlim(5, until)
    ax.minorticks_off()
    ticks = [
        (at, text) for at, text in WAIT_TICKS if at <= until and not (is_narrow(ax) and at == 15)
    ]
    ax.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    # The outer names end with the axis: the first would meet the 0% beside it, the last leave the figure.
    tick_labels = ax.get_xticklabels()
    tick_labels[0].set_horizontalalignment("left")
    tick_labels[-1].set_horizontalalignment("right")
    scale_y(ax, (0, 0.25, 0.5, 0.75, 1), "{:.0%}".format, 0, 1)
    taken = []
    if limit:
        ax.plot([limit] * 2, [0, 1], color=LIGHT["ink"], lw=1, dashes=DASHES)
        label(ax, limit_name, limit, 0.965, dx=4, va="top")
        taken = [box_at(ax, limit_name + " ", limit, level / 20) for level in range(1, 20)]
        taken = [(middle - 4, bottom, middle + 4, top) for left, bottom, right, top in taken
                 for middle in [(left + right) / 2]]  # fmt: skip
    for team, name in (names or {}).items():
        if team in now:
            own, others = _own_and_others(team, x, now, before)
            label_line(
                ax, name, own, others, TEAM_COLOURS.get(team, "both"), bold=True, avoid=taken, prefer=0.5
            )
    return ax
