"""The colours of the report, light, dark and printed: one place for page and charts.

Charts are drawn in the light colours; the pipeline replaces each by its CSS variable, so a chart follows the
reader's theme. Marketing and sales keep one colour and one shape everywhere, and the colours mean nothing
else.
"""

from __future__ import annotations

LIGHT = {
    "ink": "#1f2933",
    "mut": "#56626d",
    "rule": "#d3dae0",
    "paper": "#fffffe",  # not #ffffff: every drawn colour stands for one variable
    "mkt": "#1b5e9e",
    "sales": "#c2540a",
    "good": "#0e7466",
    "bad": "#a51c3c",
    "earlier": "#aab4bd",
    "band": "#e6ebef",
    "band2": "#cfd7de",
    "both": "#3b4754",
    "soft": "#f4f6f8",
    "note": "#fdf6e3",
    "noteb": "#b7791f",
    "link": "#174f86",
}
DARK = {
    "ink": "#e8edf1",
    "mut": "#a6b3bd",
    "rule": "#36434d",
    "paper": "#141a1f",
    "mkt": "#74b4f0",
    "sales": "#f0a061",
    "good": "#4fc7b6",
    "bad": "#f27d96",
    "earlier": "#57646f",
    "band": "#232d35",
    "band2": "#33404a",
    "both": "#b9c5cf",
    "soft": "#1b2329",
    "note": "#2a2515",
    "noteb": "#d9a441",
    "link": "#8cc4f5",
}
PRINT = LIGHT | {
    "ink": "#000000", "mut": "#444444", "rule": "#bbbbbb", "paper": "#ffffff", "soft": "#ffffff",
    "note": "#ffffff", "link": "#000000",
}  # fmt: skip

TEAM_COLOURS = {"marketing": "mkt", "sales": "sales", "joint": "both"}
TEAM_MARKERS = {"marketing": "o", "sales": "s", "joint": "D"}


def css(colours: dict[str, str]) -> str:
    """Return the colours as CSS custom properties, for `:root{...}`."""
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def team_colour(team: str) -> str:
    """Return the drawing colour of a team; anything but marketing and sales is joint."""
    return LIGHT[TEAM_COLOURS.get(team, "both")]


def team_variable(team: str) -> str:
    """Return the CSS colour of a team, "var(--mkt)"."""
    return f"var(--{TEAM_COLOURS.get(team, 'both')})"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two hex colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
