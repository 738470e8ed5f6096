"""Agenda and decisions: what do we decide today?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..answer import Answer, Column, Table
from ..answer import Item as Line
from ..month import MonthData
from ..words import small_number
from .agenda_items import FIRST, Agenda, agenda_of

ASKS = "What do we decide today?"


def describe_agenda(month: MonthData, chosen: Agenda) -> str:
    """Say how long the meeting takes, and that only exceptions are discussed."""
    if not chosen.items:
        thanks = f" {small_number(chosen.thanks).capitalize()} minutes, to say thanks." if chosen.thanks else ""
        return f"Nothing to decide: no promise is carried and no signal is open.{thanks}"
    if month.partial:
        return f"{chosen.minutes} minutes, for what does not wait until the month is over."
    return f"{chosen.minutes} minutes, exceptions only; what came as usual and as agreed is not discussed."


def agenda_table(month: MonthData, chosen: Agenda) -> Table:
    """Return the items with their evidence, who brings them and how long, and cells to write in."""
    rows: list[dict[str, Any]] = [
        {
            "item": f"{n}. {item.what}", "link": item.evidence, "brought": item.brought_by.capitalize(),
            "minutes": item.minutes, "under": f"Should move: {item.moves}" if item.moves else "", "asks": item.asks,
        }
        for n, item in enumerate(chosen.items, start=1)
    ]  # fmt: skip
    owner = month.playbook.revenue_owner or "Both"
    if chosen.thanks:
        rows.append({"item": f"{len(rows) + 1}. Thanks", "link": "wins_and_promises", "brought": owner,
                     "minutes": chosen.thanks, "under": "", "asks": ""})  # fmt: skip
    columns = (
        Column("item", "Item"), Column("brought", "Brought by", "team"), Column("minutes", "Time", "minutes"),
        Column("decision", "Decision"), Column("owner", "Owner and date"),
    )  # fmt: skip
    frame = pd.DataFrame(rows).assign(decision="", owner="")
    note = "What is decided goes into promises.yml with its measure, expected size and date, and opens the next page."
    if chosen.left:
        note += f" Not on today’s list: {'; '.join(item.what for item in chosen.left)}."
    return Table("agenda", f"Agenda of the meeting on {month.period.label}", columns, frame, note, style="agenda")


def decide_today(month: MonthData) -> tuple[Line, ...]:
    """Return the first screen's "Decide today": the first signal, then what ranks highest, each with its section."""
    items = agenda_of(month).items
    signal = next((item for item in items if item.kind == "signal"), None)
    most = sorted(items, key=lambda item: (item is not signal, -item.rank))[:FIRST]
    return tuple(Line("", f"{item.what}.", item.evidence) for item in most)


def agenda(month: MonthData) -> Answer:
    """Answer "What do we decide today?"."""
    chosen = agenda_of(month)
    return Answer(
        name="agenda",
        title="Agenda and decisions",
        asks=ASKS,
        finding=describe_agenda(month, chosen),
        basis="by rule from promises, signals, levers, the plan, the playbook and feedback",
        layer="meeting",
        opens=True,
        tables_shown=(agenda_table(month, chosen),) if chosen.minutes else (),
        words=month.words,
    )
