"""From an executed notebook to the page: nbconvert with our own template, which reads only the Answers' JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from .. import charts, phone
from ..answer import DRAWINGS_MIME, MIME, MONTH_MIME
from ..errors import NotebookFailed
from ..rendering import mark, safe_svg, whole
from ..words import sentence
from . import shared

TEMPLATES = Path(__file__).parent / "templates"
PROMPTS = 3  # on one page, at most: each is an item of the meeting's agenda
SOURCE = "where_from"  # the answer that is the page's footer


def render(notebook: Any) -> str:
    """Return the page of an executed notebook: one HTML file without script, request or address.

    Raises
    ------
    NotebookFailed
        If a cell shows something else than an Answer, if the month or every answer is missing, or if a drawing
        holds something that is not on the allow-list.
    """
    from nbformat.v4 import new_notebook

    page = page_model(notebook)
    try:
        # The template reads the page's model alone; nbconvert would copy every output twice and check it again.
        html, _ = exporter().from_notebook_node(new_notebook(), resources={"page": page})
    except ValueError as error:
        raise NotebookFailed(f"the page could not be made: {error}") from None
    return str(html).strip() + "\n"


@cache
def exporter() -> Any:
    """Return nbconvert's template exporter with our template, autoescape, and none of its scripts or filters."""
    from jinja2 import StrictUndefined
    from nbconvert.exporters.templateexporter import TemplateExporter

    class PageExporter(TemplateExporter):
        """Our template on nbconvert's `base`. The HTML exporter would re-serialise the SVG and lose `viewBox`."""

        def _create_environment(self) -> Any:
            made = super()._create_environment()
            made.autoescape = True
            made.undefined = StrictUndefined
            made.trim_blocks = made.lstrip_blocks = True
            made.filters.update(svg=safe_svg, mark=mark, whole=whole, css=css, css_string=css_string)
            return made

    made = PageExporter(
        template_name="month", extra_template_basedirs=[str(TEMPLATES)], template_file="index.html.j2",
        file_extension=".html",
    )  # fmt: skip
    for name in ("parts.html.j2", "index.html.j2"):  # compiled here: a run asks while its notebook runs
        made.environment.get_template(name)
    return made


def css(text: str) -> Markup:
    """Pass our own style sheet and palette through; data never comes here."""
    return Markup(text)


def css_string(text: str) -> Markup:
    """Write any text as a CSS string: all but letters, digits and spaces as code points."""
    safe = "".join(c if c.isalnum() and c.isascii() or c == " " else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{safe}"')


def page_model(notebook: Any) -> dict[str, Any]:
    """Collect what the template prints: masthead, layers, prompts, the list of what is missing, failed checks."""
    head: dict[str, Any] = {}
    answers: list[dict[str, Any]] = []
    drawings: dict[str, dict[str, str]] = {}
    for number, cell, data in shown(notebook):
        if MIME in data:
            data[MIME]["code"] = cell.source.strip()
            answers.append(data[MIME])
        elif MONTH_MIME in data:
            head = data[MONTH_MIME]
        elif DRAWINGS_MIME in data:
            drawings |= data[DRAWINGS_MIME]
        else:
            raise NotebookFailed(
                f"cell {number} shows something that is no Answer, so the page would silently leave it out. "
                "Move it to notebooks/explore, or end the cell with an Answer."
            )
    if not head or not answers:
        raise NotebookFailed(
            "the notebook shows no month or no answer; its first cells open the month and show it."
        )
    for answer in answers:
        if not answer["shown"]:  # what it misses and the checks that failed are the page's all the same
            answer |= {"figures": [], "tables": [], "lists": [], "notes": [], "prompt": None}
    if head["audience"] == "shared":
        shared.edit(answers, head["min_cell"], head["few_behind"], head["won"])
    names = [answer["name"] for answer in answers]
    if len(set(names)) < len(names):
        raise NotebookFailed(f"a question is answered twice: {', '.join(sorted(names))}")

    for answer in answers:
        for number, figure in enumerate(answer["figures"]):
            figure.update(drawings.get(figure["key"], {}))
            if not (figure["wide"] and figure["narrow"]):
                raise NotebookFailed(f"the figure {figure['name']!r} was not drawn.")
            if head["audience"] == "shared":  # drawn before its words were edited
                words = figure["title"], figure["alt"]
                figure.update({key: charts.described(figure[key], *words) for key in ("wide", "narrow")})
            figure["half"] = is_half(figure["wide"])
            figure["table"]["phone"] = phone.fit(figure["table"])
            figure["code"] = f"{answer['code']}.figures[{number}].draw(8.0)\n# {figure['drawn_by']}"
    kept, linked = chosen_prompts(answers), {item["link"] for item in agenda_of(answers)}
    for answer in answers:
        answer["opens"] = answer["opens"] or answer["name"] in linked
        for table in answer["tables"]:
            table["phone"] = phone.fit(table)
        answer["prompt"] = answer["prompt"] if answer["name"] in kept else None
        # Folded figures and tables stand after the open ones, as one list; tables of other styles come first.
        opened = [table for table in answer["tables"] if table["style"] == "data" and not table["folded"]]
        answer["rows"] = rows_of([figure for figure in answer["figures"] if not figure["folded"]])
        answer["table_rows"] = rows_of(opened)
        answer["list_rows"] = rows_of(answer["lists"])
    missing = absent(answers)
    layers = {layer: [a for a in answers if a["layer"] == layer and a["name"] != SOURCE and a["shown"]]
              for layer in ("meeting", "evidence")}  # fmt: skip
    return {
        "head": head,
        **layers,
        "source": next((a for a in answers if a["name"] == SOURCE), None),
        "missing": missing,
        "quiet": [a["title"] for a in answers if not a["shown"] and a["state"] != "missing"],
        "failed": [check for answer in answers for check in answer["checks"] if not check["passed"]],
        "titles": {a["name"]: a["title"] for a in answers if a["shown"]},
        "contents": list(contents(layers, missing, answers)),
        "style": (TEMPLATES / "month" / "page.css").read_text(encoding="utf-8"),
        "light": charts.css(charts.LIGHT),
        "dark": charts.css(charts.DARK),
        "print": charts.css(charts.PRINT),
    }


def shown(notebook: Any) -> Iterator[tuple[int, Any, dict[str, Any]]]:
    """Yield every shown result of the notebook: cell number, cell, data by MIME type."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            if output.output_type in ("execute_result", "display_data"):
                yield number, cell, output.data


def chosen_prompts(answers: list[dict[str, Any]]) -> set[str]:
    """Return the names of the answers whose prompt stays: three of the agenda's, of highest rank, the earlier first."""
    asking = [answer for answer in answers if answer["prompt"]]
    if agenda := agenda_of(answers):
        asked = [item["asks"] for item in agenda]
        asking = [answer for answer in asking if answer["prompt"]["text"] in asked]
    asking.sort(key=lambda answer: -answer["prompt"]["rank"])
    return {answer["name"] for answer in asking[:PROMPTS]}


def agenda_of(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items of the agenda on the page, each with what it asks and the section it leads to."""
    tables = [table for answer in answers for table in answer["tables"] if table["style"] == "agenda"]
    return [row[0] for table in tables for row in table["rows"]]


def absent(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is missing, one item for each cause, what opens most first.

    The rule: everything of one cause is one item, "Spend: cost per lead, profit per lead", each thing once. The why
    and the remedy are those of its part that opens most; what the parts would open adds up. Without a cause a thing
    is its own. Every text is a sentence: a capital first, a full stop last.
    """
    by_cause: dict[str, dict[str, dict[str, Any]]] = {}
    for one in (one for answer in answers for one in answer["missing"]):
        parts = by_cause.setdefault(one["cause"] or one["what"], {})
        known = parts.get(one["what"].lower())
        parts[one["what"].lower()] = one if known is None or one["opens"] > known["opens"] else known
    items = []
    for cause, parts in by_cause.items():
        most = max(parts.values(), key=lambda one: one["opens"])
        what = ", ".join(one["what"] for one in parts.values())
        what = f"{cause}: {what}" if most["cause"] else what
        texts = {"what": what, "why": most["why"], "todo": most["todo"]}
        opens = sum(one["opens"] for one in parts.values())
        items.append({key: full(text) for key, text in texts.items()} | {"opens": opens})
    return sorted(items, key=lambda one: (-one["opens"], one["what"]))


def full(text: str) -> str:
    """Return a text as a sentence, with a capital first and a full stop last."""
    return sentence(text.rstrip(".")) + "."


def is_half(svg: str) -> bool:
    """Say whether a figure is drawn for a part of the page's width: alone, it keeps it and is not blown up."""
    drawn = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    return drawn is not None and float(drawn[1]) < 72 * charts.WIDE


def rows_of(shown: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Put figures, tables or lists side by side that stand beside the next one."""
    rows: list[list[dict[str, Any]]] = []
    joins = False
    for one in shown:
        if joins:
            rows[-1].append(one)
        else:
            rows.append([one])
        joins = one["beside"] and len(rows[-1]) < 2
    return rows


def contents(
    layers: dict[str, list[dict[str, Any]]], missing: list[dict[str, Any]], answers: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the entries of the contents list in the page's order."""
    for answer in layers["meeting"]:
        yield {"name": answer["name"], "title": answer["title"], "first": False}
    if missing:
        yield {"name": "missing", "title": "Not on this page yet", "first": False}
    for position, answer in enumerate(layers["evidence"]):
        yield {"name": answer["name"], "title": answer["title"], "first": position == 0}
    yield from (
        {"name": a["name"], "title": a["title"], "first": False} for a in answers if a["name"] == SOURCE
    )


def labels(notebook: Any) -> set[str]:
    """Return the names that came from the data: the leak scan lets a source be called "None"."""
    found: set[str] = set()
    for _, _, data in shown(notebook):
        found.update(data.get(MONTH_MIME, {}).get("labels", ()))
        answer = data.get(MIME, {"tables": [], "figures": []})
        found.update(
            cell["text"]
            for table in [*answer["tables"], *(figure["table"] for figure in answer["figures"])]
            for row in table["rows"]
            for cell, column in zip(row, table["columns"], strict=True)
            if column["unit"] == "text"
        )
    return found


def headline(notebook: Any) -> str:
    """Return the page's headline."""
    return next(
        (data[MIME]["headline"] for _, _, data in shown(notebook) if data.get(MIME, {}).get("headline")), ""
    )


def audience(notebook: Any) -> str:
    """Return whom the page is for, "internal" or "shared": the month says so."""
    return next(
        (data[MONTH_MIME]["audience"] for _, _, data in shown(notebook) if MONTH_MIME in data), "internal"
    )
