"""The last gate for a drawing: only what our charts are made of may reach the page (RULES 14, 15)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

ELEMENTS = {"svg", "title", "desc", "defs", "g", "path", "text", "tspan", "use", "rect", "circle", "line",
            "polyline", "polygon", "clipPath", "pattern"}  # fmt: skip
ATTRIBUTES = {
    "viewBox", "width", "height", "role", "aria-labelledby", "aria-hidden", "id", "class", "d", "points",
    "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "transform", "fill", "fill-opacity", "stroke",
    "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "opacity", "font-family",
    "font-size", "font-weight", "font-style", "text-anchor",
    "clip-path", "clip-rule", "patternUnits", "href",
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
LOCAL_REFERENCE = re.compile(r"url\(#[A-Za-z0-9_-]+\)")
WORDS = re.compile(
    r"[A-Za-z0-9 .,%#()'\"_+-]*"
)  # no colon, slash, backslash, ampersand: no address, no escape


def is_safe_svg(svg: str) -> bool:
    """Say whether an SVG holds nothing but allowed elements and attributes, and refers only to itself."""
    if "<!" in svg or "<?" in svg:  # no comment, entity, CDATA or processing instruction
        return False
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return False
    return root.tag == f"{SVG}svg" and all(_is_safe(node) for node in root.iter())


def _is_safe(node: ElementTree.Element) -> bool:
    if not node.tag.startswith(SVG) or node.tag.removeprefix(SVG) not in ELEMENTS:
        return False
    return all(_is_safe_attribute(name, value) for name, value in node.attrib.items())


def _is_safe_attribute(name: str, value: str) -> bool:
    if name not in ATTRIBUTES or not WORDS.fullmatch(value):
        return False
    if name == "href":
        return re.fullmatch(r"#[A-Za-z0-9_-]+", value) is not None
    return "url" not in LOCAL_REFERENCE.sub("", value).lower()
