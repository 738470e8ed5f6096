"""Next month together: how will each of us get there?"""

from __future__ import annotations

from functools import partial

import pandas as pd

from ..answer import Answer, Prompt
from ..month import MonthData
from ..words import is_known
from .actions import expected_column
from .agenda_items import Item
from .next_month_tables import actions_table, cover_table, done_table, plan_table
from .open_deals import describe_open, is_beyond, missing_in
from .outlook import outlook
from .parts import FEW, TEAMS, lacking
from .units import basis_of, deal_size, shown, unit_of

ASKS = "How will each of us get there?"
NOTICED = 0.05  # of what is owed: what is lacking beyond what usually comes


def describe_next(month: MonthData, table: pd.DataFrame, why: str, planned: bool) -> str:
    """Say what each team owes, what its actions should bring, and what nobody has planned for yet."""
    name, unit = (month.period + 1).name, unit_of(month)
    first, second, both = (table.loc[key].to_dict() for key in (*TEAMS, "together"))
    say = partial(shown, month.words, unit=unit)
    if is_known(both["owes"]):
        takes, when = ("goals ahead take", f" in {name}") if unit.is_money else (f"goal of {name} takes", "")
        called = f"of {unit.called}" if unit.is_money else unit.called
        text = f"The {takes} {say(first['owes'])} {called} from marketing{when} and {say(second['owes'])} from sales."
        if missing := missing_in(table):
            text += f" What open deals lack takes {say(missing)} more"
            text += f": in all {say(both['owes'])}, beyond any month yet." if is_beyond(month, table) else "."
    elif unit.is_money and is_known(both["plan"]):
        text = f"{why} Its plan asks for {say(first['plan'])} and {say(second['plan'])} of {unit.called}."
    else:
        text = why
    usually = say(both["usually"]) if both["usually"] > 0 else ""
    if not planned:
        usual = f"; the sources usually bring {usually}" if usually else ""
        return f"{text} No actions are planned for {'it' if text and not unit.is_money else name} yet{usual}.".strip()
    text += (
        f"{' ' if text else ''}The actions planned so far should bring {say(first['expected'])} and "
        f"{say(second['expected'])}."
    )
    if not is_known(both["uncovered"]):
        return text
    if not both["uncovered"]:
        return f"{text} Nothing is uncovered."
    verb = "is" if both["uncovered"] == 1 else unit.are
    more = f"; sources without an action usually bring {usually}" if usually else ""
    return f"{text} {say(both['uncovered'])} {verb} uncovered{more}."


# What it brings to the agenda, and the answer


def agenda(month: MonthData) -> list[Item]:
    """Bring a plan that is not agreed yet, or actions that are lacking."""
    prompt, name = prompt_for(month), (month.period + 1).name
    if prompt is None:
        return []
    what = f"Plan and actions for {name}"
    moves = f"{unit_of(month).called} of {name}"
    return [Item(what, "next_month", "plan", moves=moves, rank=prompt.rank, asks=prompt.text)]


def prompt_for(month: MonthData) -> Prompt | None:
    """Ask for the plan that nobody agreed, for actions where there are none, or for what no action should bring.

    What usually comes without an action is not lacking; under a twentieth of what is owed is nothing to ask about.
    """
    name, (_, _, actions, _, table, _) = (month.period + 1).name, outlook(month)
    both = table.loc["together"].to_dict()
    needed = both["owes"] if is_known(both["owes"]) else both["plan"]
    if not is_known(both["plan"]):
        what = "how much pipeline" if unit_of(month).is_money else "which leads"
        return Prompt(f"No plan of {name} is agreed. Which goal and {what} of each team do we sign?", rank=2.5)
    if not needed:
        return None
    if actions.empty:
        return Prompt(f"No actions are planned for {name}. Which of the usual ones do we do, and who starts?", rank=2.0)
    lacks, unit = both["uncovered"] - both["usually"], unit_of(month)
    least = deal_size(month) if unit.is_money else FEW
    if not is_known(lacks) or lacks < max(least, NOTICED * needed):
        return None
    what = f"{shown(month.words, lacks, unit)} {'of pipeline' if unit.is_money else 'leads'}"
    if not (missing := missing_in(table)):
        return Prompt(f"Which action covers the {what} that {name} still lacks, and who takes it on?", rank=1.5)
    ends = "what is left to later months" if is_beyond(month, table) else "who takes it on"
    part = f"{shown(month.words, missing, unit)} of it missing from open deals"
    return Prompt(f"Which actions cover the {what} that {name} still lacks, {part}, and {ends}?", rank=1.5)


def next_month(month: MonthData) -> Answer:
    """Answer "How will each of us get there?"."""
    owed, why, actions, others, table, open_deals = outlook(month)
    listed = [actions_table(month, actions, others), done_table(month), plan_table(month, owed) if owed else None]
    known = table["owes"].notna().any() or table["plan"].notna().any() or len(actions)
    tables = [*([cover_table(month, owed, table)] if known else []), *(one for one in listed if one is not None)]
    name = (month.period + 1).name
    return Answer(
        name="next_month",
        title="Next month together",
        asks=ASKS,
        finding=describe_next(month, table, why, len(actions) > 0),
        notes=describe_open(month.words, open_deals) if open_deals else (),
        basis=f"{basis_of(month)}; rates of the last twelve months; actions and plan as the files say",
        layer="meeting",
        state="complete" if owed and len(actions) else "poor" if tables else "missing",
        opens=True,
        tables_shown=tuple(tables),
        prompt=prompt_for(month),
        missing=lacking(
            (month.company.actions.empty, "planned actions, expected against got",
             f"No actions of {name} are written down.",
             f"Write actions.csv: month, team, source, {expected_column(month)}.", 2, "Actions"),
        ),  # fmt: skip
        words=month.words,
    )
