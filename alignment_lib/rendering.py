"""An Answer as JSON: every cell printed once, with its raw value beside it, and every figure drawn at both widths.

The JSON is all that the page's template reads, and the plain HTML that JupyterLab shows is made from the same JSON,
so that the page and the notebook cannot say different things.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from . import charts, drawing
from .answer import MONTH_MIME, Answer, Column, Figure, Table
from .words import Words, is_known

if TYPE_CHECKING:
    from .month import MonthData

RIGHT = {"count", "number", "money", "money_exact", "share", "points", "minutes", "range", "times",
         "gap_count", "gap_money", "gap_points"}  # fmt: skip
TEXTS = {"text", "reading", "team", "range"}
# How an answer prints that was made without a company: in dollars, in places and clients.
PLAIN = SimpleNamespace(
    currency="USD",
    place=SimpleNamespace(one="location", many="locations"),
    client=SimpleNamespace(one="client", many="clients", verb="won", noun="win"),
)
TEMPLATES = Path(__file__).parent / "report" / "templates" / "month"


def to_json(answer: Answer, words: Words | None = None) -> dict[str, Any]:
    """Return an answer as JSON: text, tables with printed and raw cells, figures as SVG of both widths."""
    words = words or answer.words or Words(PLAIN)
    if not answer.shown and drawing.has_helper():  # a page is being made: nothing is drawn that it leaves out
        answer = replace(answer, figures=(), tables_shown=(), lists=(), notes=(), prompt=None)
    key = answer.name.replace("_", "-")
    drawn = drawing.draw_all(answer.figures, key)
    return {
        "name": answer.name,
        "title": answer.title,
        "asks": answer.asks,
        "finding": answer.finding,
        "basis": answer.basis,
        "layer": answer.layer,
        "state": answer.state,
        "reading": answer.reading,
        "opens": answer.opens,
        "shown": answer.shown,
        "headline": answer.headline,
        "key_figures": [vars(figure) for figure in answer.key_figures],
        "lists": [{**vars(one), "items": [vars(item) for item in one.items]} for one in answer.lists],
        "figures": [
            figure_json(figure, f"{key}-{figure.name}", svgs, words)
            for figure, svgs in zip(answer.figures, drawn, strict=True)
        ],
        "tables": [table_json(table, words) for table in answer.tables_shown],
        "prompt": vars(answer.prompt) if answer.prompt else None,
        "notes": list(answer.notes),
        "missing": [vars(one) for one in answer.missing],
        "checks": [vars(one) for one in answer.checks],
        "facts": dict(answer.facts),
    }


def figure_json(figure: Figure, key: str, svgs: tuple[str, str], words: Words) -> dict[str, Any]:
    """Return one figure: its words, both drawings ("" = drawn later, under its key) and the table behind it."""
    return {
        "key": key,
        "name": figure.name,
        "title": figure.title,
        "subtitle": figure.subtitle,
        "alt": figure.alt,
        "caption": figure.caption,
        "drawn_by": drawn_by(figure.draw),
        "beside": figure.beside,
        "folded": figure.folded,
        "wide": svgs[0],
        "narrow": svgs[1],
        "table": table_json(figure.table, words),
    }


def drawn_by(draw: Any) -> str:
    """Return the full name of the function that draws a figure."""
    function = getattr(draw, "func", draw)  # a partial's own
    return f"{function.__module__}.{function.__qualname__}"


def table_json(table: Table, words: Words) -> dict[str, Any]:
    """Return one table with its columns' alignment and every cell printed, the raw value beside it."""
    columns = [
        {"key": c.key, "label": c.label, "unit": c.unit, "muted": c.muted, "right": c.unit in RIGHT}
        for c in table.columns
    ]
    rows = []
    for record in records(table):
        heading, *rest = (row_cell(c, record, words) for c in table.columns)
        under = record.get("under", "")
        more = {key: record.get(key, "") for key in ("link", "asks")}
        rows.append([heading | {"under": under, "sub": bool(record.get("sub", False)), **more}, *rest])
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "style": table.style,
        "folded": table.folded,
        "beside": table.beside,
        "columns": columns,
        "rows": rows,
        "terms": [term_json(record) for record in records(table)] if table.style == "definitions" else [],
    }


def row_cell(column: Column, record: dict[str, Any], words: Words) -> dict[str, Any]:
    """Print one cell of a row; where the row has a unit or a label of its own, the cell says which."""
    own = for_row(column, record)
    made = cell(record.get(column.key), own, words)
    if is_known(label := record.get(f"{column.key}_label")):
        made["label"] = label
    return made if own.unit == column.unit else made | {"unit": own.unit}


def term_json(record: dict[str, Any]) -> dict[str, Any]:
    """Return a definition: its text, and where it changed, which words went and which came."""
    text = {key: str(value) if is_known(value) else "" for key, value in record.items()}
    old, new = text.get("old_text", ""), text.get("text", "")
    keys = ("term", "version", "status", "rule", "effect")
    return {key: text.get(key, "") for key in keys} | {
        "changed": bool(old), "words": word_changes(old, new) if old else [["same", new]],
    }  # fmt: skip


def word_changes(old: str, new: str) -> list[list[str]]:
    """Return a text's words in runs that stayed ("same"), went ("old") or came ("new").

    >>> word_changes("scored 50 or more", "scored 60 or more")
    [['same', 'scored'], ['old', '50'], ['new', '60'], ['same', 'or more']]
    """
    before, after = old.split(), new.split()
    runs: list[list[str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(["same", " ".join(after[c:d])])
            continue
        runs += [
            [tag, " ".join(words)] for tag, words in (("old", before[a:b]), ("new", after[c:d])) if words
        ]
    return runs


def for_row(column: Column, record: dict[str, Any]) -> Column:
    """Return the column as it prints in this row: a frame whose rows measure different things says so in `unit`.

    Its columns of unit "number" and "gap_count" then print in the row's unit, and `better` of the row holds.
    """
    unit = record.get("unit")
    if column.unit not in ("number", "gap_count") or not isinstance(unit, str):
        return column
    gaps = {"money": "gap_money", "money_exact": "gap_money", "share": "gap_points", "points": "gap_points"}
    own = unit if column.unit == "number" else gaps.get(unit, "gap_count")
    return replace(column, unit=own, better=record.get("better", column.better))  # type: ignore[arg-type]


def records(table: Table) -> list[dict[str, Any]]:
    """Return a table's rows; a column may also stand in the frame's index."""
    frame = table.frame
    inside = [name for name in frame.index.names if name is not None and name not in frame]
    whole = frame.reset_index(level=inside) if inside else frame
    return [{str(key): value for key, value in row.items()} for row in whole.to_dict("records")]


def cell(value: Any, column: Column, words: Words) -> dict[str, Any]:
    """Print one cell as its column says: `text`, its raw `value` (a number or date), `tone` and `svg`.

    Examples
    --------
    >>> cell(float("nan"), Column("leads", "Leads", "count"), Words(PLAIN))["text"]
    '–'
    >>> cell(-66, Column("gap", "Gap", "gap_count"), Words(PLAIN))
    {'text': '▼ 66', 'value': -66, 'tone': 'bad', 'svg': ''}
    """
    unit = column.unit
    made: dict[str, Any] = {"text": "", "value": None, "tone": "", "svg": ""}
    if unit == "svg":
        return made | ({"svg": value} if is_known(value) else {})
    if not is_known(value):
        return made | ({} if unit == "reading" else {"text": words.cell(None)})
    if isinstance(value, str | bool) or unit in TEXTS:
        return made | {"text": str(value)}
    made |= {"text": words.cell(value, unit), "value": raw(value)}
    if unit == "meter":
        made["svg"] = charts.meter(float(value))
    if unit.startswith("gap_") and made["text"][:1] in "▲▼" and column.better != "neither":
        made["tone"] = "good" if (value > 0) == (column.better == "more") else "bad"
    return made


def raw(value: Any) -> float | int | str:
    """Return the value for the `<data value>` mark of the page."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    number = float(value)
    return int(number) if number.is_integer() else number


def bundle(answer: Answer, mime: str) -> dict[str, Any]:
    """Return what a notebook keeps of an answer: the JSON, one line of text, and plain HTML for JupyterLab.

    No HTML where a page is made: figures are drawn later there, and nobody looks at the notebook.
    """
    as_json = to_json(answer)
    html = {} if drawing.has_helper() else {"text/html": to_html(as_json)}
    return {mime: as_json, "text/plain": answer.finding or answer.title, **html}


def masthead(month: MonthData) -> dict[str, Any]:
    """Return what the head of the page says: whose month this is, and up to when its data reach."""
    settings, words = month.settings, month.words
    locations = len(month.playbook_at_end.locations)
    return {
        "company": settings.company,
        "places": words.places(locations) if locations else "",
        "owner": month.playbook.revenue_owner or "",
        "month": str(month.period),
        "label": month.period.label,
        "audience": settings.audience,
        "min_cell": settings.privacy.min_cell,
        "few_behind": few_behind(month),
        "won": [f"{settings.client.many} {settings.client.verb}", words.win(2)],
        "data_to": words.date(month.as_of),
        "partial": words.date(month.partial) if month.partial else "",
        "language": settings.language,
    }


def few_behind(month: MonthData) -> list[str]:
    """Return which revenue comes from too few deals for a shared page: "revenue" in a month shown, "expansion"."""
    least = month.settings.privacy.min_cell
    sold = month.tallies.revenue.query("month <= @period", local_dict={"period": str(month.period)})
    by_month = sold.groupby("month")["deals"].sum().tail(24)
    more = sold.loc[(sold["month"] == str(month.period)) & (sold["type"] != "new"), "deals"].sum()
    return ["revenue"] * bool(by_month.between(1, least - 1).any()) + ["expansion"] * bool(0 < more < least)


def month_bundle(month: MonthData) -> dict[str, Any]:
    """Return what a notebook keeps of a month: the masthead as JSON, and the same as one line."""
    head = masthead(month)
    line = " · ".join(filter(None, [head["company"], head["label"], f"data to {head['data_to']}"]))
    return {MONTH_MIME: {**head, "labels": labels(month)}, "text/plain": line}


def labels(month: MonthData) -> list[str]:
    """Return every name that came from the data, for the leak scan: what a source is called is no mistake of ours."""
    names = (
        frame[column].unique()
        for frame in month.tallies.values()
        for column in ("source", "campaign", "strategy", "location", "kind", "reason", "disposition", "stage")
        if column in frame
    )
    said = month.company.feedback[["text", "answer"]].to_numpy().ravel()
    return sorted({str(name) for some in (*names, said) for name in some})


def to_html(as_json: dict[str, Any]) -> str:
    """Return escaped HTML of an answer for JupyterLab, from the same JSON that the page reads."""
    return environment().get_template("answer.html.j2").render(answer=as_json, light=charts.css(charts.LIGHT))


@cache
def environment() -> Environment:
    """Return the Jinja environment of the house: autoescape on, undefined names are errors."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["svg"] = safe_svg
    made.filters["mark"] = mark
    made.filters["whole"] = whole
    made.filters["css"] = Markup
    return made


def safe_svg(text: str) -> Markup:
    """Pass an SVG through unescaped if every element and attribute is on the allow-list, else refuse it."""
    if text and not charts.is_safe_svg(text):
        raise ValueError("a drawing holds an element or attribute that is not on the allow-list")
    return Markup(text)


# A figure that a line may not end in: "75–133%", "−$4,512", "UTC −4", "2 h". Longer runs may break.
FIGURE = re.compile(
    r"(?<!\S)(?=\S*\d)(?=\S{0,22}[–−+])\S{2,24}(?!\S)|(?<!\S)[\d.,]+ (?:min|h|pts?|hours?)\b|\bUTC [−+]\S{1,24}"
)


def whole(text: str) -> Markup:
    """Escape a text and keep each figure in it on one line.

    >>> str(whole("inside 75–133% & ordinary"))
    'inside <span class="nb">75–133%</span> &amp; ordinary'
    >>> str(whole("days in America/New_York, not UTC −4; people"))
    'days in America/New_York, not <span class="nb">UTC −4;</span> people'
    """
    parts, at = [], 0
    for found in FIGURE.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<span class="nb">{}</span>').format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def mark(value: float | int | str) -> str:
    """Write a raw value for `<data value>` the same on every machine."""
    return value if isinstance(value, str) else format(value, ".12g")
