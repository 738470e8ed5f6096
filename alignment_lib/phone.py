"""How a table stands on a phone: as it is, with each heading above its figures, or as cards of label and figure.

A page without a script cannot measure itself, so the width of each column is reckoned from its texts when the page
is made. What comes out wider after all scrolls in its own box.
"""

from __future__ import annotations

from typing import Any

from .charts.labels import ems

PHONE, DESK = 343, 700  # pixels for a table: on a phone of 375 px, and on the narrowest page of the wide form
GAP = 10  # between columns
HEADING, TEXT = 110, 90  # a heading and a text may wrap, but not into less than this
LONG, SENTENCE = 18, 48  # letters: a column of longer texts stands below, a longer heading is prose
MARK, METER = 17, 78  # the mark of a team or a reading, and a drawn meter with its gap

Part = tuple[dict[str, Any], list[dict[str, Any]]]  # a column and its cells


def fit(table: dict[str, Any]) -> dict[str, Any]:
    """Mark the columns whose texts stand `below` on a phone, and return what the template asks of the whole table.

    Parameters
    ----------
    table : dict
        A table as the page's JSON has it.

    Returns
    -------
    dict
        `form`: "" (as it is), "stack" (headings above the figures, in columns) or "cards"; `beside`: how many
        figures stand beside each other in it; `scrolls`: whether the table may be too wide for a narrow desk;
        `prose`: whether its headings are sentences, which are not printed bold.
    """
    heading, *columns = [
        (column, [row[number] for row in table["rows"]]) for number, column in enumerate(table["columns"])
    ]
    for column, cells in columns:
        column["below"] = not column["right"] and any(len(cell["text"]) > LONG for cell in cells)
    beside = [one for one in columns if not one[0]["below"]]
    whole = _headings(heading) + sum(_figures(one) + GAP for one in columns)
    if whole <= PHONE or table["style"] != "data":
        form, count = "", 0
    elif len(beside) > 1 and sum(_figures(one) + GAP for one in beside) <= PHONE + GAP:
        form, count = "stack", len(beside)
    else:
        form, count = "cards", 2 if len(beside) > 1 and max(map(_pair, beside)) <= PHONE / 2 - GAP else 1
    prose = table["style"] == "data" and any(len(cell["text"]) > SENTENCE for cell in heading[1])
    return {"form": form, "beside": count, "scrolls": whole * 14 / 13 > DESK, "prose": prose}


def _headings(part: Part) -> float:
    """Return the least width of the rows' headings, which are bold and may wrap."""
    column, cells = part
    inset = MARK if column["unit"] == "team" or any(cell["sub"] for cell in cells) else 0
    texts = [column["label"], *(cell["text"] for cell in cells)]
    return inset + max(_word(texts), min(max(map(_pixels, texts)), HEADING))


def _figures(part: Part) -> float:
    """Return the least width of a column: figures stay whole, texts and labels may wrap."""
    column, cells = part
    texts = _longest(part)
    if column["unit"] == "text":
        texts = max(_word([cell["text"] for cell in cells]), min(texts, TEXT))
    return max(texts, _word([column["label"]]))


def _pair(part: Part) -> float:
    """Return the least width of label and figure beside each other; the label may take two lines."""
    label = part[0]["label"]
    return max(_word([label]), 0.6 * 13 * ems(label)) + GAP + _longest(part)


def _longest(part: Part) -> float:
    """Return the width of a column's longest cell, with what is drawn beside its text."""
    column, cells = part
    drawn = {"meter": METER, "svg": METER, "team": MARK, "reading": MARK}.get(column["unit"], 0)
    return drawn + max((13 * ems(cell["text"]) for cell in cells), default=0)


def _word(texts: list[str]) -> float:
    """Return the width of the longest word."""
    return max((_pixels(word) for text in texts for word in text.split()), default=0)


def _pixels(text: str) -> float:
    """Return the width of a bold text of 13 px."""
    return 13 * ems(text, bold=True)
