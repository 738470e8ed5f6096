"""From a drawn figure to SVG that belongs in the page: small, themed by CSS variables, readable, and inert.

Text stays text, ids carry the figure's key, metadata and comments are dropped (they repeat every label), the
drawing colours become CSS variables, and decimals are cut.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.text import Text

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
FONTS = '"Liberation Sans",Arial,Helvetica,sans-serif'
VARIABLES = {colour: f"var(--{name})" for name, colour in LIGHT.items()}
# XML cannot carry these at all: an export's stray control character must not break a chart.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

PX = 1.48  # pixels of the page to a point of the drawing, where no style sheet says how wide it is
DEFAULTS = {"stroke-linecap": "butt", "stroke-linejoin": "round", "stroke-opacity": "1", "opacity": "1"}


def finish(figure: Figure, key: str, title: str, description: str) -> str:
    """Return a matplotlib figure as an SVG element for the page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn in the palette's light colours.
    key : str
        Letters, digits, "-" and "_", unique on the page; every id starts with it.
    title, description : str
        Read out instead of the drawing. The same figure always gives the same bytes.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key):
        raise ValueError(f"a figure's key is letters, digits, - and _, found {key!r}")
    root = ElementTree.fromstring(_draw(figure))
    _drop(root, lambda node: node.tag in (SVG + "metadata", SVG + "style"))
    _drop_invisible(root)
    for node in list(root.iter()):
        node.tag = node.tag.removeprefix(SVG)
        _tidy(node, key)
    _drop(root, lambda node: node.tag == "defs" and len(node) == 0)
    _unwrap(root)

    left, top, width, height = root.attrib["viewBox"].split()
    root.attrib.clear()
    root.attrib.update({
        "xmlns": "http://www.w3.org/2000/svg", "class": "ch", "role": "img",
        "viewBox": f"{left} {top} {_number(width)} {_number(height)}", "width": f"{PX * float(width):.0f}",
        "aria-labelledby": f"{key}-t {key}-d", "font-family": FONTS,
        "stroke-linejoin": "round",
    })  # fmt: skip
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        node = ElementTree.Element(tag, {"id": f"{key}-{tag[0]}"})
        node.text = printable(text)
        root.insert(position, node)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def described(svg: str, title: str, description: str) -> str:
    """Return a drawing that `finish` made with other words to be read out instead of it.

    >>> described('<svg><title id="a-t">Won</title><desc id="a-d">3 of 9</desc></svg>', "Won", "Some < all")
    '<svg><title id="a-t">Won</title><desc id="a-d">Some &lt; all</desc></svg>'
    """
    for tag, text in (("title", title), ("desc", description)):
        words = escape(printable(text)).replace("\\", r"\\")
        svg = re.sub(rf'(<{tag} id="[^"]*">)[^<]*', rf"\g<1>{words}", svg, count=1)
    return svg


def _draw(figure: Figure) -> str:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.ticker import FuncFormatter

    for text in _texts(figure):
        text.set_text(printable(text.get_text()))
        text.set_parse_math(False)
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        formatter = axis.get_major_formatter()
        if isinstance(formatter, FuncFormatter):  # names of ticks, which are made while drawing
            formatter.func = partial(_printable_tick, formatter.func)
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # else the place of an empty label is measured from every tick's text
    out = io.StringIO()
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "alignment",
        "path.simplify": False,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(settings):
        FigureCanvasSVG(figure).print_svg(out, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return out.getvalue()


def _texts(artist: Artist) -> Iterator[Text]:
    """Return the texts of a figure without those of ticks, which get their words only while they are drawn."""
    from matplotlib.axis import Axis
    from matplotlib.text import Text

    for child in artist.get_children():
        if isinstance(child, Axis):
            yield child.label
        elif isinstance(child, Text):
            yield child
        else:
            yield from _texts(child)


def printable(text: str) -> str:
    """Return a text without the control characters that XML cannot carry."""
    return UNPRINTABLE.sub("", text)


def _printable_tick(show: Callable[..., str], *tick: Any) -> str:
    return printable(show(*tick))


def _drop(node: ElementTree.Element, unwanted: Callable[[ElementTree.Element], bool]) -> None:
    for child in list(node):
        if unwanted(child):
            node.remove(child)
        else:
            _drop(child, unwanted)


def _drop_invisible(root: ElementTree.Element) -> None:
    """Drop backgrounds, which are drawn with neither fill nor line."""

    def invisible(node: ElementTree.Element) -> bool:
        style = node.attrib.get("style", "").replace(" ", "")
        return node.tag == SVG + "path" and style in ("fill:none", "fill:none;stroke:none", "opacity:0")

    _drop(root, invisible)


def _tidy(node: ElementTree.Element, key: str) -> None:
    """Turn one element's style into attributes, its colours into variables, its ids into the figure's own."""
    style = dict(re.findall(r"([a-z-]+): *([^;]+)", node.attrib.pop("style", "")))
    style.pop("font-family", None)
    if "font" in style:
        style.update(_font(style.pop("font")))
    for name, value in style.items():
        if DEFAULTS.get(name) != value:
            node.attrib.setdefault(
                name, VARIABLES.get(value.lower(), _cut(value) if ":" not in value else value)
            )
    if node.tag in ("text", "g"):
        _short_transform(node)
    for name in ("d", "points", "x", "y", "width", "height", "transform"):
        if name in node.attrib:
            node.attrib[name] = _path(node.attrib[name]) if name == "d" else _cut(node.attrib[name])
    if "id" in node.attrib:
        node.attrib["id"] = f"{key}-{node.attrib['id']}"
    if HREF in node.attrib:
        node.attrib["href"] = f"#{key}-{node.attrib.pop(HREF)[1:]}"
    for name in ("clip-path", "fill"):
        if "url(#" in node.attrib.get(name, ""):
            node.attrib[name] = node.attrib[name].replace("url(#", f"url(#{key}-")
    if node.tag != "text":
        node.text = None
    node.tail = None


def _font(shorthand: str) -> dict[str, str]:
    """Split the "font" that matplotlib writes, such as "700 9px 'Liberation Sans'"."""
    size = re.search(r"([0-9.]+)px", shorthand)
    font = {"font-size": size[1]} if size else {}
    weight = re.search(r"\b(bold|[5-9]00)\b", shorthand)
    return font | ({"font-weight": "700"} if weight else {})


def _short_transform(node: ElementTree.Element) -> None:
    transform = node.attrib.get("transform", "")
    transform = re.sub(r" ?rotate\(-?0(\.0+)?( [-0-9.]+ [-0-9.]+)?\)", "", transform).strip()
    if transform:
        node.attrib["transform"] = transform
    else:
        node.attrib.pop("transform", None)


def _unwrap(node: ElementTree.Element) -> None:
    """Take away groups that hold nothing but their children, and ids that nothing refers to."""
    used = {n.attrib["href"][1:] for n in node.iter() if "href" in n.attrib}
    for n in node.iter():
        used |= set(re.findall(r"url\(#([^)]+)\)", n.attrib.get("clip-path", "") + n.attrib.get("fill", "")))
    for n in node.iter():
        if n.attrib.get("id") not in used:
            n.attrib.pop("id", None)
    _flatten(node)


def _flatten(node: ElementTree.Element) -> None:
    children: list[ElementTree.Element] = []
    for child in list(node):
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        elif not (child.tag == "g" and len(child) == 0):
            children.append(child)
    node[:] = children


def _number(text: str) -> str:
    short = f"{float(text):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def _cut(text: str) -> str:
    return re.sub(r"-?[0-9]+\.[0-9]+", lambda match: _number(match[0]), text)


def _path(data: str) -> str:
    """Shorten path data: one decimal, no line breaks, no space after a command."""
    return re.sub(r" ?([A-Za-z]) ?", r"\1", _cut(" ".join(data.split())))
