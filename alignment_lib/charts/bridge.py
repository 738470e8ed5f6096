"""The bridge: from one amount to another, one step a row; both ends are cut short where zero is far away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .canvas import WIDE, canvas, text_size
from .labels import label, text_width
from .palette import LIGHT, TEAM_MARKERS, team_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAR = 0.35  # zero is far away if the lowest level lies above this part of the highest
NAMES = 268  # points left of the bars on a wide figure, of them the last 62 for the owner
ROW = {True: 0.43, False: 0.27}  # inches, by stacked or not


@dataclass(frozen=True)
class Step:
    """One step of a bridge; `owner` is "marketing", "sales" or "both", "" for a grey step that closes the sum.

    `low` and `high` are the range of what chance alone can do to it, or None.
    """

    name: str
    owner: str
    amount: float
    low: float | None = None
    high: float | None = None


def bridge_chart(
    width: float, ends: tuple[str, str], start: float, steps: Sequence[Step], show: Callable[[float], str]
) -> Figure:
    """Draw a bridge: an outlined bar, steps up or down with sign, range and owner, and a solid bar.

    Parameters
    ----------
    width : float
        Inches; on a figure narrower than the page names stand above their bars.
    ends : two texts
        What the first and the last bar are.
    start : float
        The first bar; the last one is `start` plus all steps.
    show : callable
        Prints an amount without its sign.
    """
    stacked = _is_stacked(width)
    rows = len(steps) + 2
    figure, (ax,) = canvas(
        width, ROW[stacked] * rows + 0.1, left=4 if stacked else NAMES, right=4, top=2, bottom=2
    )
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step.amount)
    texts = [show(start), *(_signed(step.amount, show) for step in steps), show(levels[-1])]
    tops, lows = _tops(levels, steps), _lows(levels, steps)
    left, cut = _left(lows, tops)
    room = max(text_width(ax, text, bold=True) for text in texts) + 10
    free = _points(ax) - room
    ax.set(xlim=(left, left + (max(tops) - left) * (free + room) / free), ylim=(rows - 0.5, -0.6))
    ax.set_axis_off()
    names = [ends[0], *(step.name for step in steps), ends[1]]
    owners = ["", *(step.owner for step in steps), ""]
    for row, (name, owner) in enumerate(zip(names, owners, strict=True)):
        _name(ax, name, owner, row, row in (0, rows - 1))
    down = 0.2 if stacked else 0.0  # bars stand under their names on a phone
    _end(ax, down, max(left, 0.0), start, cut, filled=False)
    for row, step in enumerate(steps, 1):
        _step(ax, row, down, levels[row - 1], step)
    _end(ax, rows - 1 + down, max(left, 0.0), levels[-1], cut, filled=True)
    for row in range(0 if stacked else rows - 1):  # on a phone they would run through the names
        ax.plot([levels[row]] * 2, [row, row + 1], color=LIGHT["mut"], lw=0.7, zorder=0)
    for row, (text, top) in enumerate(zip(texts, tops, strict=True)):
        amount = 0.0 if row in (0, rows - 1) or not owners[row] else steps[row - 1].amount
        colour = "good" if amount > 0 else "bad" if amount < 0 else "ink"
        label(ax, text, top, row + down, colour, bold=True, dx=5, va="center_baseline")
    return figure


def _is_stacked(of: Axes | float) -> bool:
    """Return whether names have no room beside their bars."""
    width = of if isinstance(of, float | int) else of.figure.get_figwidth()  # type: ignore[union-attr]
    return float(width) < WIDE


def _signed(amount: float, show: Callable[[float], str]) -> str:
    """Return "▼ −$8.1k": arrow, sign and amount, so that colour is the third to say it."""
    return f"▲ +{show(amount)}" if amount > 0 else f"▼ −{show(-amount)}"


def _tops(levels: list[float], steps: Sequence[Step]) -> list[float]:
    """Return how far right each row is drawn: bar, and range where there is one."""
    reach = [
        max(before, after, before + (step.high if step.high is not None else step.amount))
        for before, after, step in zip(levels, levels[1:], steps, strict=False)
    ]
    return [levels[0], *reach, levels[-1]]


def _lows(levels: list[float], steps: Sequence[Step]) -> list[float]:
    """Return how far left each row is drawn, as `_tops` does: no range is cut at the edge."""
    return [*levels, *(at + step.low for at, step in zip(levels, steps, strict=False) if step.low is not None)]


def _left(lows: list[float], tops: list[float]) -> tuple[float, bool]:
    """Return where the drawing begins, and whether that cuts the end bars short."""
    low, high = min(lows), max(tops)
    if low <= FAR * high:
        return min(0.0, low), False
    return max(low - 0.30 * max(high - low, 0.05 * high), 0.0), True


def _name(ax: Axes, name: str, owner: str, row: int, bold: bool) -> None:
    """Write a row's name after its owner's mark, and the owner: left of the bars, on a phone above them."""
    stacked = _is_stacked(ax)
    style = {"fontsize": text_size(ax), "va": "center_baseline", "annotation_clip": False}
    y, at = (row - 0.22, ("axes points", "data")) if stacked else (row, ("figure points", "data"))
    weight, start = "bold" if bold else "normal", 0 if stacked else 4
    if owner in ("marketing", "sales", "both"):
        x = (4 if stacked else 8 - NAMES) / _points(ax)
        ax.plot(
            [x], [y], transform=ax.get_yaxis_transform(), clip_on=False, linestyle="none", markersize=5.5,
            marker=TEAM_MARKERS.get(owner, "D"), color=team_colour(owner), markeredgewidth=0,
        )  # fmt: skip
    ax.annotate(name, (start + 12, y), xycoords=at, color=LIGHT["ink"], fontweight=weight, **style)  # type: ignore[arg-type]
    if owner and stacked:
        label(ax, owner, ax.get_xlim()[1], y, "mut", ha="right", va="center_baseline")
    elif owner:
        ax.annotate(owner, (NAMES - 62, y), xycoords=at, color=LIGHT["mut"], **style)  # type: ignore[arg-type]


def _step(ax: Axes, row: int, down: float, before: float, step: Step) -> None:
    colour = "earlier" if not step.owner else "good" if step.amount > 0 else "bad"
    height = 0.36 if _is_stacked(ax) else 0.56
    ax.barh(row + down, step.amount, left=before, height=height, color=LIGHT[colour])
    if step.low is not None and step.high is not None:
        for colour, lw in (("paper", 1.9), ("ink", 1)):  # a rim of paper, or the line would be lost in its bar
            ax.plot([before + step.low, before + step.high], [row + down] * 2, color=LIGHT[colour], lw=lw)


def _end(ax: Axes, row: float, left: float, value: float, cut: bool, *, filled: bool) -> None:
    height = 0.36 if _is_stacked(ax) else 0.56
    face = LIGHT["both"] if filled else LIGHT["paper"]
    ax.barh(row, value - left, left=left, height=height, facecolor=face, edgecolor=LIGHT["both"], lw=1.4)
    if not cut:
        return
    low, high = ax.get_xlim()
    unit = (high - low) / _points(ax)
    x, half = left + 12 * unit, 0.7 * height
    ends = [row - half, row + half]
    ax.fill(
        [x - 1 * unit, x + 3 * unit, x + 9 * unit, x + 5 * unit], [ends[1], ends[1], ends[0], ends[0]],
        color=LIGHT["paper"], lw=0, zorder=3,
    )  # fmt: skip
    for shift in (0, 4):
        line = [x + (shift - 1) * unit, x + (shift + 5) * unit]
        ax.plot(line, ends[::-1], color=LIGHT["mut"], lw=1, zorder=4)


def _points(ax: Axes) -> float:
    """Return how wide the axes are in points."""
    return float(ax.get_position().width * ax.figure.get_figwidth() * 72)  # type: ignore[union-attr]
