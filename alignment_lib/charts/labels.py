"""Direct labels: where a line's name stands so that nothing crosses it, and text at data coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .canvas import text_size
from .palette import LIGHT

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

Line = tuple[Any, Any]  # x and y, any sequences of float
Box = tuple[float, float, float, float]  # left, bottom, right, top in points

STEP = 2.0  # points between the places that are tried
NEAR, FAR = 3.0, 5.0  # points between a label and its own line, and the least to any other


def heading(ax: Axes, text: str, colour: str = "ink") -> None:
    """Write a panel's heading above its left edge, in a palette colour."""
    ax.annotate(
        text, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", fontweight="bold",
        fontsize=max(text_size(ax), 9.5), color=LIGHT[colour],
    )  # fmt: skip


def label(
    ax: Axes, text: str, x: float, y: float, colour: str = "ink", bold: bool = False, **options: Any
) -> None:
    """Write text at data coordinates, moved by `dx`, `dy` points; `ha` and `va` as in matplotlib."""
    move = (options.pop("dx", 0), options.pop("dy", 0))
    ax.annotate(
        text, (x, y), move, textcoords="offset points", annotation_clip=False, color=LIGHT[colour],
        fontsize=text_size(ax), fontweight="bold" if bold else "normal", **options,
    )  # fmt: skip


def clear_of(ax: Axes, x: float) -> None:
    """Give those labels a ground of paper that an upright line at data x would run through."""
    for text in ax.texts:
        at, move = getattr(text, "xy", None), getattr(text, "xyann", (0, 0))
        left = _points(ax, ([at[0]], [at[1]]))[0][0] + move[0] if at else 0.0
        line = _points(ax, ([x], [0]))[0][0]
        if left - 2 < line < left + text_width(ax, text.get_text()) + 2:
            text.set_bbox({"facecolor": LIGHT["paper"], "edgecolor": "none", "pad": 1})


def shortened(names: Sequence[str], letters: int = 28) -> list[str]:
    """Return names of rows that leave room for the drawing; the figure's numbers print them whole."""
    return [name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…" for name in names]


def text_width(ax: Axes, text: str, bold: bool = False) -> float:
    """Return about how wide a text is, in points; measuring it costs more than drawing it."""
    return text_size(ax) * ems(text, bold)


def ems(text: str, bold: bool = False) -> float:
    """Return about how wide a text is, in sizes of its type."""
    wide = sum(0.30 if letter in " ,.:;'|ilIjtf()−-" else 0.58 for letter in text)
    return wide * (1.06 if bold else 1.0)


def label_line(
    ax: Axes,
    text: str,
    own: Sequence[Line],
    others: Sequence[Line] = (),
    colour: str = "ink",
    *,
    bold: bool = False,
    sides: tuple[str, ...] = ("above", "below"),
    prefer: float = 0.6,
    avoid: Sequence[Box] = (),
) -> None:
    """Write a line's name along it, where neither it nor another line runs through the name.

    Parameters
    ----------
    own, others : lists of (x, y)
        Lines in data coordinates, x ascending; set the axes' limits before. The name stands above or below
        all of its own lines (a curve and its earlier months) and clear of the others.
    prefer : float
        Where along the axes (0 left, 1 right) the name stands if several places are free.
    avoid : sequence of boxes
        Places that are taken, in points, from `box_at`.
    """
    import numpy as np

    left, bottom, right, top = _area(ax)
    width, height = text_width(ax, text, bold), 1.05 * text_size(ax)
    grid = np.arange(left, right + STEP, STEP)
    places = _Places(grid, width)
    if len(places.middles) == 0:
        return
    ends = [places.ends(_on_grid(ax, line, grid), whole=True) for line in own]
    own_low, own_high = np.fmin.reduce([low for low, _ in ends]), np.fmax.reduce([high for _, high in ends])
    neighbours = [places.ends(_on_grid(ax, line, grid)) for line in others]
    best: tuple[float, float, float] | None = None
    for side in sides:
        floor = own_high + NEAR if side == "above" else own_low - NEAR - height
        crossed = np.zeros(len(floor))
        for low, high in neighbours:
            inside = np.minimum(high, floor + height + FAR) - np.maximum(low, floor - FAR)
            crossed += np.where(inside >= 0, inside + 1, 0)
        for box in avoid:
            beside = (places.middles + width / 2 < box[0]) | (places.middles - width / 2 > box[2])
            apart = (floor > box[3]) | (floor + height < box[1])
            crossed += np.where(beside | apart, 0, 20)
        crossed += np.maximum(floor + height - top, 0) + np.maximum(bottom - floor, 0)
        # Free places first; among them where the line is flattest, then where the name is wanted.
        steep = own_high - own_low
        wish = np.abs((places.middles - left) / (right - left) - prefer)
        cost = 50 * crossed + 0.3 * steep + 12 * wish
        if np.isfinite(cost).any():
            at = int(np.nanargmin(cost))
            if best is None or cost[at] < best[0]:
                best = (float(cost[at]), float(places.middles[at]), float(floor[at]))
    if best is not None:
        ax.annotate(
            text, (best[1] - left, best[2] - bottom), xycoords="axes points", ha="center", va="bottom",
            color=LIGHT[colour], fontsize=text_size(ax), fontweight="bold" if bold else "normal",
        )  # fmt: skip


def box_at(ax: Axes, text: str, x: float, y: float, dy: float = 0.0, bold: bool = False) -> Box:
    """Return the box in points that a text takes, centred at data x, its middle `dy` points above data y."""
    middle, level = _points(ax, ([x], [y]))[0]
    half, height = text_width(ax, text, bold) / 2, text_size(ax)
    return middle - half - 2, level + dy - height / 2, middle + half + 2, level + dy + height / 2


class _Places:
    """The windows along the axes in which a label of some width may stand."""

    def __init__(self, grid: np.ndarray, width: float):
        self.count = max(int(width / STEP) + 1, 1)
        self.middles = grid[: max(len(grid) - self.count + 1, 0)] + (self.count - 1) * STEP / 2

    def ends(self, heights: np.ndarray, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and the highest point of a line in each window, NaN where it does not run.

        With `whole` a line must run through all of a window; otherwise the part of it that lies there counts.
        """
        import numpy as np

        windows = np.lib.stride_tricks.sliding_window_view(heights, self.count)
        if whole:
            return windows.min(axis=1), windows.max(axis=1)
        return np.fmin.reduce(windows, axis=1), np.fmax.reduce(windows, axis=1)


def _area(ax: Axes) -> Box:
    figure = ax.get_figure()
    assert figure is not None
    width, height = figure.get_size_inches() * 72  # type: ignore[union-attr]
    box = ax.get_position()
    return box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height


def _points(ax: Axes, line: Line) -> np.ndarray:
    import numpy as np

    figure = ax.get_figure()
    assert figure is not None
    data = np.column_stack([np.asarray(line[0], dtype=float), np.asarray(line[1], dtype=float)])
    return ax.transData.transform(data) * 72 / figure.dpi


def _on_grid(ax: Axes, line: Line, grid: np.ndarray) -> np.ndarray:
    """Return a line's height in points at every x of the grid, NaN outside of it."""
    import numpy as np

    points = _points(ax, line)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) == 0:
        return np.full(len(grid), np.nan)
    return np.interp(grid, points[:, 0], points[:, 1], left=np.nan, right=np.nan)
