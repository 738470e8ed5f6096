"""Word-sized drawings for tables and key figures, written by hand in CSS variables.

They are hidden from screen readers: the cells beside them hold the same numbers as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..words import is_known
from .palette import team_variable


def bullet(actual: float | None, plan: float | None, team: str = "joint", width: int = 120) -> str:
    """Return a bullet: bar = actual, tick = plan, dark ground ends at 90% of plan. Empty text if unknown."""
    if not (is_known(actual) and is_known(plan) and plan > 0):
        return ""
    scale = width / max(1.13 * plan, 1.02 * actual)
    ground, bar, tick = 0.9 * plan * scale, max(0.0, actual) * scale, plan * scale
    return _svg(width, 20, (
        f'<rect y="2" width="{ground:.1f}" height="16" fill="var(--band2)"/>'
        f'<rect x="{ground:.1f}" y="2" width="{width - ground:.1f}" height="16" fill="var(--band)"/>'
        f'<rect y="6.5" width="{bar:.1f}" height="7" fill="{team_variable(team)}"/>'
        f'<rect x="{tick - 1.2:.1f}" y="1" width="2.4" height="18" fill="var(--ink)"/>'
    ))  # fmt: skip


def sparkline(
    values: Sequence[float | None], low: float | None = None, high: float | None = None, width: int = 118
) -> str:
    """Return a line of monthly values, oldest first, on the grey of its usual range, the last as a dot.

    Missing months leave a gap. Without a range there is no grey; without values the text is empty.
    """
    known = [float(value) for value in values if is_known(value)]
    if not known:
        return ""
    ends = [*known, *(float(end) for end in (low, high) if is_known(end))]
    bottom, top = min(ends), max(ends)

    def y(value: Any) -> float:
        return 20.5 - 17 * (value - bottom) / (top - bottom) if top > bottom else 12

    step = (width - 8) / max(len(values) - 1, 1)
    parts = []
    if is_known(low) and is_known(high):
        parts.append(
            f'<rect y="{y(high):.1f}" width="{width}" height="{y(low) - y(high):.1f}" fill="var(--band)"/>'
        )
    for run in _runs(values):
        points = " ".join(f"{3 + i * step:.1f},{y(values[i]):.1f}" for i in run)
        if len(run) == 1:  # a month between two gaps
            points += f" {4 + run[0] * step:.1f},{points.split(',')[1]}"
        parts.append(f'<polyline fill="none" stroke="var(--both)" stroke-width="1.3" points="{points}"/>')
    if is_known(values[-1]):
        x = 3 + (len(values) - 1) * step
        parts.append(f'<circle cx="{x:.1f}" cy="{y(values[-1]):.1f}" r="3" fill="var(--ink)"/>')
    return _svg(width, 24, "".join(parts))


def meter(share: float | None, width: int = 74) -> str:
    """Return a bar filled to a share between 0 and 1; empty text if unknown."""
    if not is_known(share):
        return ""
    filled = width * min(max(share, 0.0), 1.0)
    return _svg(width, 10, (
        f'<rect width="{width}" height="9" fill="var(--band)"/>'
        f'<rect width="{filled:.1f}" height="9" fill="var(--both)"/>'
    ))  # fmt: skip


def team_mark(team: str) -> str:
    """Return the shape that stands for a team: a circle, a square, or nothing for joint measures."""
    if team == "marketing":
        return _svg(11, 11, '<circle cx="5.5" cy="5.5" r="5" fill="var(--mkt)"/>')
    if team == "sales":
        return _svg(11, 11, '<rect x=".5" y=".5" width="10" height="10" fill="var(--sales)"/>')
    return ""


def _svg(width: int, height: int, inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mini" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-hidden="true">{inside}</svg>'
    )


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for i, value in enumerate(values):
        if is_known(value):
            runs[-1].append(i)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
