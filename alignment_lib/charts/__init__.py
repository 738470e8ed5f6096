"""The house style of figures: one palette, drawing parts, marks for tables, and SVG that is fit for the page.

A question's figure function takes its data and a width, makes a `canvas`, fills it with the parts below and
returns the matplotlib figure; `draw` makes SVG for the page of it. Nothing is computed here, and nothing heavy is
imported before something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bars import Dots, dot_panels, stage_bars
from .bridge import Step, bridge_chart
from .canvas import (
    BESIDE,
    NARROW,
    WIDE,
    canvas,
    house_style,
    is_narrow,
    label_months,
    nice_ticks,
    scale_y,
    text_size,
)  # fmt: skip
from .labels import clear_of, heading, label, label_line, shortened
from .lines import pace_panel, team_lines, usual_range_chart, waiting_curve
from .marks import bullet, meter, sparkline, team_mark
from .palette import DARK, LIGHT, PRINT, TEAM_MARKERS, contrast, css, team_colour, team_variable
from .ranges import range_dots
from .safe import is_safe_svg
from .scatter import said_and_happened
from .small_multiples import Panel, month_panels
from .svg import described, finish

if TYPE_CHECKING:
    from ..answer import Figure

__all__ = [
    "BESIDE", "DARK", "LIGHT", "NARROW", "PRINT", "TEAM_MARKERS", "WIDE", "Dots", "Panel", "Step", "bridge_chart",
    "bullet", "canvas", "clear_of", "contrast", "css", "described", "dot_panels", "draw", "finish", "heading",
    "house_style", "is_narrow", "is_safe_svg", "label", "label_line", "label_months", "meter", "month_panels",
    "nice_ticks", "pace_panel", "range_dots", "said_and_happened", "scale_y", "shortened", "sparkline", "stage_bars",
    "team_colour", "team_lines", "team_mark", "team_variable", "text_size", "usual_range_chart", "waiting_curve",
]  # fmt: skip


def draw(figure: Figure, width: float, key: str = "") -> str:
    """Return a figure as SVG text at one width in inches; ids start with `key`, or with its name."""
    key = f"{key or figure.name}-{'n' if is_narrow(width) else 'w'}"
    with house_style():
        return finish(figure.draw(width), key, figure.title, figure.alt)
