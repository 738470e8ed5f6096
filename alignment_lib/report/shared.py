"""The shared edition: a page on which no count of 1 to `min_cell` - 1 stands, and none can be worked out.

All counts of a page's tables are cells of one linear system (`shared_counts`), of which small ones and their partners
are hidden (`stats.suppression`). What is no cell adds nothing to the tables or is left out: a sentence stays if all
its numbers stand in shown cells (`shared_words`), a drawing if it shows no more than its table, and all of that stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..errors import NotebookFailed
from .shared_counts import Cell, Grid, share_of, solved
from .shared_words import MARK, Wording, agreed, cut, names_in, tables_of

HOLLOW = 0.5  # a table of which more would be hidden is left out
PRIVATE = {  # rows of files; single waits; single days; single joins; what the two teams plan
    "findings", "files", "control_totals", "waiting", "days", "bridge_places", "source_bounds", "credit", "owed",
    "next_actions", "done_actions", "plan_rows", "thanks",  # who agreed to be named did so for the two teams
    "club_months", "club_pairs", "feedback",
}  # fmt: skip
JUDGED = {"cost_client", "profit_lead"}  # columns without which none of these options is given
LINES = re.compile(r"\blines?\b", re.I)  # what explains them goes with their column
JUDGEMENTS = {"keep", "grow", "try", "change"}


def edit(
    answers: list[dict[str, Any]], least: int, few_behind: Sequence[str] = (), won: Sequence[str] = ("", "")
) -> None:
    """Turn the answers' JSON of a page into its shared edition, in place.

    `few_behind` names what fewer than `least` deals of a month brought, for their amounts would be told: "revenue"
    hides all money, "expansion" its row of the scorecard. `won` is what the row of clients won is called, and what a
    sentence calls them: "Members joined", "joins".
    """
    every = [names_in(answer) for answer in answers]
    for answer in answers:
        private = [one["title"] or answer["title"] for one in [*tables_of(answer), *answer["lists"]]
                   if one["name"] in PRIVATE]  # fmt: skip
        answer["gone"] = [f"“{title}”" for title in private]
        answer["lists"] = [one for one in answer["lists"] if one["name"] not in PRIVATE]
        answer["tables"] = [table for table in answer["tables"] if table["name"] not in PRIVATE]
        answer["figures"] = [one for one in answer["figures"] if one["table"]["name"] not in PRIVATE]
    while True:
        try:
            grids, hidden = solved([table for answer in answers for table in tables_of(answer)], least)
        except ArithmeticError as error:
            raise NotebookFailed(f"the shared edition cannot be made safe: {error}.") from None
        worst = max(grids, key=lambda grid: hollow(grid, hidden), default=None)
        if worst is None or hollow(worst, hidden) <= HOLLOW:
            break
        leave_out(worst.table, answers)
    for grid in grids:
        blank(grid, hidden, few_behind)
    company = [table for answer in answers for table in answer["tables"] if table["style"] == "score"]
    wordings = {answer["name"]: Wording(answer, company, names, won)
                for answer, names in zip(answers, every, strict=True)}  # fmt: skip
    for wording in wordings.values():
        wording.settle(wordings)


def hollow(grid: Grid, hidden: set[Cell]) -> float:
    """Return the share of a table's counts and shares that would be hidden."""
    cells = [bool(hidden & set(keys)) for (_, at), keys in grid.behind.items() if at and keys]
    return sum(cells) / len(cells) if cells else 0.0


def leave_out(table: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    """Take a table, and the figure that draws it, off the page: most of it would be hidden."""
    for answer in answers:
        if any(one is table for one in tables_of(answer)):
            answer["gone"].append(f"“{table['title'] or answer['title']}”")
        answer["tables"] = [one for one in answer["tables"] if one is not table]
        answer["figures"] = [one for one in answer["figures"] if one["table"] is not table]


def blank(grid: Grid, hidden: set[Cell], few_behind: Sequence[str]) -> None:
    """Hide a table's cells, and with them what else in the row could tell them: amounts, ranges, medians, bars."""
    table, columns = grid.table, grid.table["columns"]
    closed = {place for place, keys in grid.behind.items() if hidden & set(keys)}
    for at in grid.unfounded:  # their base is not printed, so no sum of theirs is known: all or none
        places = {(row, at) for row in range(len(table["rows"])) if share_of(table, row, at) is not None}
        closed |= places if places & closed else set()
    for row, cells in enumerate(table["rows"]):
        name = cells[0]["text"]
        few = "revenue" in few_behind or ("expansion" in few_behind and name.startswith("Expansion"))
        touched = any(place[0] == row and place[1] for place in closed)
        if (row, 0) in closed:
            cells[0]["under"] = ""
        for at, cell in enumerate(cells[1:], start=1):
            unit = cell.get("unit", columns[at]["unit"])
            counted = bool(grid.behind.get((row, at))) or unit in ("count", "share", "meter")
            tells = cell["svg"] or cell["value"] is not None or any(map(str.isdigit, cell["text"]))
            if (cell["svg"] or cell["text"] not in ("", "–")) and (
                (row, at) in closed
                or (touched and tells and follows(columns[at], unit, counted))
                or (unit == "minutes" and touched and (row, 1) in closed)
                or (few and ("money" in unit or cell["svg"] or (unit == "share" and agreed(columns[at]))))
            ):
                cell |= {"text": "" if unit == "svg" else MARK, "value": None, "tone": "", "svg": ""}
        unheld = any(cells[at]["text"] == MARK for at in range(len(cells)) if columns[at]["key"] in JUDGED)
        for cell, column in zip(cells, columns, strict=True):
            if column["key"] == "proposal" and unheld and cell["text"] in JUDGEMENTS:
                cell["text"] = MARK
    kept = [at for at, column in enumerate(columns) if column["unit"] != "svg" or column["key"] == "bullet"]
    if len(kept) < len(columns):
        table["note"] = cut(table["note"], lambda part: not LINES.search(part))
    table["columns"] = [columns[at] for at in kept]
    table["rows"] = [[cells[at] for at in kept] for cells in table["rows"]]


def follows(column: dict[str, Any], unit: str, counted: bool) -> bool:
    """Say whether a cell must go when a count of its row goes: it is no cell of the system, no plan and no median."""
    if agreed(column):
        return unit == "share"
    return not counted and unit not in ("reading", "minutes", "date")
