"""The tables of next month: what it takes, where it should come from, what the last actions got, rows for plan.csv."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..answer import Column, Table
from ..month import MonthData
from ..playbook.small_files import SMALL_FILES
from ..words import is_known
from .actions import actions_of, expected_column, usual_words
from .monthly import to_day, whole_numbers
from .open_deals import is_beyond, missing_in, pipeline_arithmetic
from .outlook import outlook
from .owed import Owed
from .parts import FEW, TEAMS
from .units import shown, unit_of

THOUSAND = 1_000  # what a plan of pipeline is rounded to


def cover_table(month: MonthData, owed: Owed | None, table: pd.DataFrame) -> Table:
    """Return what each team owes, its plan, its actions and what is uncovered."""
    words, unit = month.words, unit_of(month)
    kind = unit.cell
    names = {team: f"{team.capitalize()}-sourced" for team in TEAMS}
    names |= {"open": "Missing from open deals", "together": "Together"}
    ends = zip(table["low"], table["high"], strict=True)
    frame = table.assign(range=[words.span(low, high, kind) if is_known(low) else "" for low, high in ends])
    frame = frame.rename(index=names).rename_axis("team")
    columns = [
        Column("team", "Pipeline" if unit.is_money else "Leads", "team"), Column("owes", "Owed", kind),
        Column("range", "95% range", "range", muted=True),
        Column("plan", "In plan.csv", kind), Column("expected", "Actions planned", kind),
        Column("uncovered", "Uncovered", kind), Column("usually", "Without an action, usually", kind, muted=True),
    ]  # fmt: skip
    kept = [one for one in columns if one.key == "team" or (frame[one.key].notna() & (frame[one.key] != "")).any()]
    following = (month.period + 1).label
    note = arithmetic(month, owed) if owed else ""
    return Table("owed", f"What {following} takes, in {unit.called}", tuple(kept), frame, note)


def arithmetic(month: MonthData, owed: Owed) -> str:
    """Return how what is owed follows from the goal."""
    money, name = month.words.money_short, (month.period + 1).name
    if owed.in_money:
        return pipeline_arithmetic(month, owed, outlook(month).open_deals)
    goal = f"the {'draft goal, not agreed,' if owed.draft else 'goal'} of {money(owed.goal)}"
    less = [f"{money(owed.earlier)} due from leads that are here already"] if owed.earlier else []
    less += [f"{money(owed.rest)} that usually comes without a lead of the two teams"] if round(owed.rest) else []
    worth = " and ".join(f"{money(owed.worth[team])} a {team}-sourced one" for team in TEAMS)
    start = f"Owed = {goal}{', less ' if less else ''}{' and '.join(less)}, over what a lead brings"
    when = f"within {name}" if owed.quick else "in all, whenever it is won"
    return f"{start}. That is {worth}, {when}; range: if the rates of the last twelve months had fallen otherwise."


def actions_table(month: MonthData, actions: pd.DataFrame, others: pd.DataFrame) -> Table | None:
    """Return next month's actions with expectation and usual yield, and the sources that no action names."""
    rows = [*actions.assign(sub=False).to_dict("records"), *others.assign(sub=True).to_dict("records")]
    if not rows:
        return None
    rows.sort(key=lambda row: (TEAMS + ("shared",)).index(row["team"]))
    frame = pd.DataFrame(rows).assign(usually=[_usual(month, row) for row in rows])
    for key in ("expected", "budget"):
        frame[key] = frame[key] if key in frame else float("nan")
    unit, name = unit_of(month), (month.period + 1).name
    columns = [Column("action", "Action" if len(actions) else "Source"), Column("team", "Team", "team"),
               Column("expected", "Expected", unit.cell), Column("usually", "Usual", "range"),
               Column("budget", "Budget", "money")]  # fmt: skip
    kept = [one for one in columns if len(actions) or one.key not in ("expected", "budget")]
    title = f"Where the {unit.called if unit.is_money else 'leads'} of {name} should come from"
    note = usual_words(month, month.period + 1)
    if len(actions) and len(others):
        least = "one deal" if unit.is_money else FEW
        note += f" Quiet rows: no action is planned; what usually brings under {least} is left out."
    if silent := int(actions["expected"].isna().sum()):
        verbs = ("has", "counts") if silent == 1 else ("have", "count")
        note += (f" {month.words.count(silent, 'action')} {verbs[0]} no {expected_column(month)} in actions.csv and "
                 f"{verbs[1]} as none.")  # fmt: skip
    return Table("next_actions", title, tuple(kept), frame, note)


def _usual(month: MonthData, row: dict[Any, Any]) -> str:
    if not is_known(row["usual"]):
        return "never ran"
    unit = unit_of(month)
    span = month.words.span(row["least"], row["most"], "money_short" if unit.is_money else "count")
    return f"{shown(month.words, row['usual'], unit)} ({span})"


def done_table(month: MonthData) -> Table | None:
    """Return this month's actions, what was expected of them and what they got."""
    table, unit = actions_of(month, month.period), unit_of(month)
    if table.empty:
        return None
    frame = table.assign(
        gap=table["got"] - table["expected"], usually=[_usual(month, row) for row in table.to_dict("records")],
        under=["" if done else "not marked as done" for done in table["done"]],
    )  # fmt: skip
    until = to_day(month, unit.table)
    columns = (
        Column("action", "Action"), Column("team", "Team", "team"), Column("expected", "Expected", unit.cell),
        Column("got", f"Got to {until}" if until else "Got", unit.cell),
        *([] if until else [Column("gap", "Gap", unit.gap_cell)]), Column("usually", "Usual", "range"),
    )  # fmt: skip
    title = f"The actions of {month.period.name}: expected and got{' so far' if until else ''}"
    counted = f"{unit.called.capitalize()} by {unit.dated}{', whenever its lead came' if unit.is_money else ''}"
    note = f"{counted}. What has no campaign or {month.words.place()} counts all of its source."
    return Table("done_actions", title, columns, frame, note, folded=True)


def plan_rows(month: MonthData, owed: Owed, more: float = 0.0) -> pd.DataFrame:
    """Return the rows that plan.csv would take for the next month, in its own columns: for people to accept.

    Team rows carry the leads (or pipeline) owed, and `more` in the same shares, spread over locations as they came, and
    the rates of the last twelve months; shared rows carry the goal as it stands, with the clients that it is.
    """
    following, rows = month.period + 1, []
    plan, named = month.plan, list(owed.shares["marketing"])
    goals = {name: plan.revenue(following, name) if name != "all" else owed.goal for name in named}
    if not all(goals.values()):
        whole = plan.revenue(following) or owed.goal
        goals = {name: whole * owed.shares["marketing"][name] for name in named}
    for team in TEAMS:
        step = THOUSAND if owed.in_money else 1
        takes = owed.leads[team] * (1 + (more / sum(owed.leads.values()) if more else 0.0))
        parts = [takes * owed.shares[team][name] / step for name in named]
        leads = [step * count for count in whole_numbers(parts)]
        reached, joins, value = owed.rates[team]
        for name, count in zip(named, leads, strict=True):
            if owed.in_money:
                rows.append({"month": str(following), "location": name, "team": team, "leads": str(count),
                             "won_share": _rate(owed.worth[team])})  # fmt: skip
                continue
            rows.append({"month": str(following), "location": name, "team": team, "leads": str(count),
                         "reached_share": _rate(reached), "joins_per_reached": _rate(joins), "value": _rate(value, 0)})
    mean = value_of_client(month, owed)
    for name in named:
        goal = float(goals[name] or 0.0)
        rows.append({"month": str(following), "location": name, "team": "shared", "revenue": f"{goal:.0f}",
                     "clients": f"{goal / mean:.0f}" if mean > 0 else ""})  # fmt: skip
    rows.sort(key=lambda row: (named.index(row["location"]), (*TEAMS, "shared").index(row["team"])))
    empty = dict.fromkeys(SMALL_FILES["plan"].columns, "")
    return pd.DataFrame([{**empty, **row} for row in rows])


def value_of_client(month: MonthData, owed: Owed) -> float:
    """Return what a client brings: of the teams' leads, with a split of pipeline of all new ones of a year."""
    if not owed.in_money:
        values = [value for _, _, value in owed.rates.values() if is_known(value)]
        return sum(values) / len(values)
    sold = month.tallies.revenue
    year = sold[(sold["type"] == "new") & sold["month"].between(str(month.period - 11), str(month.period))]
    return float(year["revenue"].sum() / max(year["clients"].sum(), 1))


def _rate(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if is_known(value) else ""


def plan_table(month: MonthData, owed: Owed) -> Table:
    """Return the proposed rows as lines of text to copy; what open deals lack is in them where a month can bring it."""
    beyond, missing = is_beyond(month, outlook(month).table), missing_in(outlook(month).table)
    rows = plan_rows(month, owed, 0.0 if beyond else missing)
    heading, *lines = rows.to_csv(index=False, lineterminator="\n").splitlines()
    note = "A proposal: nothing is agreed until both teams write it into plan.csv."
    if missing:
        held = "is not in it: no month has brought so much" if beyond else "is in it, split as agreed"
        note += f" What is missing from open deals {held}."
    title = f"Rows for plan.csv, {(month.period + 1).label}"
    frame = pd.DataFrame({"line": lines})
    return Table("plan_rows", title, (Column("line", heading),), frame, note, style="csv", folded=True)
