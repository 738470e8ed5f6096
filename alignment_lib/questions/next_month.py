"""Next month together: how will each of us get there?"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from ..answer import Answer, Column, Prompt, Table
from ..month import MonthData
from ..once import once
from ..playbook.small_files import SMALL_FILES
from ..words import is_known
from .actions import actions_of, expected_column, usual_words, usual_yield, yields_of
from .agenda_items import Item
from .monthly import planned, to_day, whole_numbers
from .open_deals import OpenDeals, describe_open, is_beyond, missing_in, open_for_goals, pipeline_arithmetic
from .owed import Owed, owed_next
from .parts import FEW, TEAMS, lacking
from .units import basis_of, cases, deal_size, shown, unit_of

ASKS = "How will each of us get there?"
THOUSAND = 1_000  # what a plan of pipeline is rounded to
NOTICED = 0.05  # of what is owed: what is lacking beyond what usually comes


# What is owed, planned and uncovered


class Outlook(NamedTuple):
    """What next month takes and what is planned for it: worked out once per month, for the section and the agenda."""

    owed: Owed | None
    why: str  # why it is not known what is owed
    actions: pd.DataFrame
    others: pd.DataFrame  # sources without an action
    table: pd.DataFrame
    open_deals: OpenDeals | None


@once
def outlook(month: MonthData) -> Outlook:
    """Return what next month takes, its actions, what comes without one, and all of it laid side by side."""
    (owed, why), actions = owed_next(month), actions_of(month, month.period + 1)
    others, found = without_action(month, actions), open_for_goals(month, owed)
    return Outlook(owed, why, actions, others, cover(month, owed, actions, others, found), found)


def cover(
    month: MonthData,
    owed: Owed | None,
    actions: pd.DataFrame,
    others: pd.DataFrame,
    open_deals: OpenDeals | None = None,
) -> pd.DataFrame:
    """Lay what each team owes beside its plan, its actions and what comes without one.

    Returns
    -------
    pandas.DataFrame
        Indexed by team, "open" (what open deals lack, where they do) and "together": `owes`, `low`, `high`, `plan`,
        `expected` (of the actions), `uncovered` (owed or, where that is not known, planned, less expected; at least 0),
        `usually` (sources without an action); in the unit of the split, NaN where not known. An action that says
        nothing of what it expects counts as none.
    """
    following, rows = month.period + 1, {}
    for team in TEAMS:
        own = actions[actions["team"] == team]
        plan = None if month.plan.is_draft(following, team) else planned(month, str(following), team)
        owes = float("nan") if owed is None else float(round(owed.leads[team]))
        needed = owes if is_known(owes) else plan
        expected = float(own["expected"].sum())
        rows[team] = {
            "owes": owes, **{end: getattr(owed, end)[team] if owed else float("nan") for end in ("low", "high")},
            "plan": float("nan") if plan is None else plan, "expected": expected,
            "uncovered": float("nan") if needed is None else max(0.0, needed - expected),
            "usually": float(others.loc[others["team"] == team, "usual"].round().sum()),
        }  # fmt: skip
    table = pd.DataFrame(rows).T.astype(float)
    both = table.sum(skipna=False).where(~table.columns.isin(["low", "high"]))
    shared = float(actions.loc[~actions["team"].isin(TEAMS), "expected"].sum())  # an action of both teams
    both["expected"] += shared
    missing = round(open_deals.pipeline) if open_deals else 0
    if missing:
        table.loc["open"] = pd.Series({"owes": missing, "uncovered": missing}, dtype=float)
        both[["owes", "uncovered"]] += missing
    both["uncovered"] = (both[["uncovered"]] - shared).clip(lower=0).iloc[0]
    table.loc["together"] = both
    return table


def without_action(month: MonthData, actions: pd.DataFrame) -> pd.DataFrame:
    """Return the sources, or what is left of them, that no action of next month names, with what usually comes."""
    following, book, rows = month.period + 1, month.playbook_at_end, []
    least_shown = 1 if unit_of(month).is_money else FEW
    for source in sorted(set(month.tallies[unit_of(month).by_source]["source"])):
        team = book.team_of(source)
        if team not in TEAMS:
            continue
        own, named = yields_of(month, source), actions[actions["source"] == source]
        for action in named.to_dict("records"):
            done = yields_of(month, source, action["campaign"], action["location"]).index
            own = own[~own.index.isin(done)]
        usual, least, most = usual_yield(month, own, team, following)
        if is_known(usual) and cases(month, usual) >= least_shown:
            label = f"{source}, all else" if len(named) else source
            rows.append({"action": label, "team": team, "usual": usual, "least": least, "most": most})
    table = pd.DataFrame(rows, columns=["action", "team", "usual", "least", "most"])
    return table.sort_values(["team", "usual"], ascending=[True, False], ignore_index=True)


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


# Tables


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
