"""The gap bridge: why short, and what would close it?"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Prompt, Table
from ..month import MonthData
from ..once import once
from ..words import Words, is_known, sentence, small_number
from . import agenda_items
from .bridge_cells import GREY, Bridge, build_bridge
from .bridge_history import LEAD_STEPS
from .bridge_words import describe_bridge, describe_chance, describe_outside, label_of, owner_of
from .levers import SEASON_NEEDS, lever_table
from .monthly import has_no_goal, monthly
from .parts import TEAMS, lacking, revenue_lacks, stopped
from .rhythm import is_long, span_of
from .units import MONEY, unit_of, unjudged

ASKS = "Why short, and what would close it?"
SOON = 0.8  # of the wins, in the month of the lead or the next
PROMPT_RANK = 3.0  # the one lever of the next month is asked before the split and single places


@once
def bridge_of(month: MonthData) -> tuple[Bridge | None, str]:
    """Return the month's bridge, or None and in one sentence why there is none; worked out once per month."""
    now, name, unit = monthly(month).iloc[-1], month.period.name, month.playbook.goals.lead_split.unit
    goal, revenue, name = now["goal"], now["revenue"], name if not is_long(month) else f"the {span_of(month)}"
    if month.partial:
        return None, f"{month.period.name} is in progress: the bridge is built when it is over."
    if why := stopped(month, "leads", "deals"):
        return None, f"There is no bridge of {name}: {why}."
    if not is_known(revenue):
        return None, f"There is no bridge without revenue: {revenue_lacks(month)}."
    if not is_known(goal) or goal <= 0:
        return None, f"No goal is recorded for {name}, so there is no gap to explain."
    if unit in MONEY and not unit_of(month).is_money:
        return None, f"The bridge takes a plan of leads; this split is agreed in {unit}."
    if not all(is_known(now[team]) for team in TEAMS):
        return None, unjudged(month)
    found = build_bridge(month, float(goal), float(revenue))
    return (found, "") if found else (None, _why_not(month))


def _why_not(month: MonthData) -> str:
    if all(month.plan.leads(month.period, team) is None for team in TEAMS):
        return "There is no bridge without a plan of leads, agreed or drafted."
    win = month.words.win(2)
    return f"Too few {win} with a known lead are old enough to say when leads become {win}, or at what rates."


# Tables


def steps_table(month: MonthData, bridge: Bridge) -> Table:
    """Return the steps from goal to actual, each with its owner, range and range over all orders."""
    words, span = month.words, lambda low, high: words.span(low, high, "money") if is_known(low) else ""
    rows: list[dict[str, Any]] = [{"step": goal_name(bridge), "level": bridge.goal}]
    for key, step in bridge.steps.to_dict("index").items():
        rows.append({
            "step": label_of(month, bridge, str(key)), "owner": owner_of(month, str(key)), "amount": step["amount"],
            "range": span(step["low"], step["high"]), "orders": span(step["order_low"], step["order_high"]),
            "under": due_note(words, bridge, str(key)),
        })  # fmt: skip
    rows.append({"step": "Actual", "level": bridge.actual})
    columns = (
        Column("step", "Step"), Column("owner", "Owner"), Column("level", "Revenue", "money"),
        Column("amount", "Amount", "gap_money"), Column("range", "By chance", "range", muted=True),
        Column("orders", "Over all orders", "range", muted=True),
    )  # fmt: skip
    note = (
        "By chance: where the step could lie if only counts had fallen otherwise (95%). Over all orders: the least and "
        "the most it makes if steps are taken in another order."
    ) + _basis(month, bridge)
    frame = pd.DataFrame(rows).assign(
        under=lambda f: f["under"].fillna(""), owner=lambda f: f["owner"].fillna("")
    )
    return Table("bridge_steps", "The steps", columns, frame.fillna({"range": "", "orders": ""}), note)


def _basis(month: MonthData, bridge: Bridge) -> str:
    """Say what is counted as reached and as joined, and when a lead is due."""
    words, unit = month.words, unit_of(month)
    if unit.is_money or "reached" not in bridge.steps.index:
        return ""
    return (
        f" Due: {unit.called} of each month × the share of {words.win(2)} that usually close so many months later. "
        f"Reached: of these, by {words.count(month.settings.settle_days.month, 'day')} after their month. "
        f"{sentence(words.win(2))}: of all leads of the team."
    )


def due_note(words: Words, bridge: Bridge, key: str) -> str:
    """Return "166 due of 201 planned" for a step of leads, else nothing."""
    if key not in LEAD_STEPS:
        return ""
    team, when = key.split("_")
    own = bridge.history.of(team)
    came, plan = (float(getattr(side, when)[own].sum()) for side in (bridge.came, bridge.plan))
    unit = "money" if bridge.history.in_money else "count"
    return f"{words.cell(came, unit)} due, {words.cell(plan, unit)} planned"


def levers_table(month: MonthData, bridge: Bridge) -> Table | None:
    """Return what each lever stood at and what it would have taken; ahead of the goal, what more it could give."""
    words, draft = month.words, "leads" in bridge.drafted or "rates" in bridge.drafted
    levers = lever_table(bridge, draft)
    if levers.empty:
        return None
    short = bridge.gap < 0 and words.direction(bridge.gap, bridge.goal) != "on plan"
    rows = []
    for key, lever in levers.iterrows():
        rows.append({
            "lever": label_of(month, bridge, str(key)), "now": lever_value(bridge, words, str(key), lever["now"]),
            "attained": lever["attained"], "needed": needed_value(bridge, words, str(key), lever),
            "best": lever_value(bridge, words, str(key), lever["best"]), "reach": within_reach(words, lever, short),
        })  # fmt: skip
    stood = sentence(span_of(month)) if is_long(month) else month.period.name
    columns = [
        Column("lever", "Lever"), Column("reach", "Within reach"), Column("now", stood, "range"),
        Column("attained", "Draft plan = 100%" if draft else "Plan = 100%", "share", muted=True),
        Column("needed", "To close it alone", "range"), Column("best", "Best of the season", "range", muted=True),
    ]  # fmt: skip
    kept = [column for column in columns if short or column.key != "needed"]
    if not levers["best"].notna().any():
        kept = [column for column in kept if column.key not in ("best", "reach")]
        months = small_number(len(bridge.history.months) - 1)
        why = f"it takes {SEASON_NEEDS} earlier months, and {months} are known"
        note = f"No best of the season yet: {why if not draft else 'it takes agreed plans'}."
    else:
        span = span_of(month).partition(" ")[0]
        like = f"months like {month.period.name}" if span == "month" else "quarters that end as this one"
        note = f"Best of the season = best share of plan in {like}, times this {span}’s plan."
    title = "What would have closed the gap alone" if short else "What else each lever could give"
    return Table("levers", title, tuple(kept), pd.DataFrame(rows), note)


def needed_value(bridge: Bridge, words: Words, key: str, lever: pd.Series) -> str:
    """Return what a lever would have taken to close the gap alone, or that this lies out of reach.

    Out of reach is what no month of the season ever came to, and a share above 100%.
    """
    is_share = key == "reached" or (key == "joins" and lever["now"] <= 1)
    beyond = is_known(lever["best"]) and lever["needed"] > lever["best"]
    if beyond or (is_share and lever["needed"] > 1):
        return "out of reach"
    whole = key.endswith("_now") and not bridge.history.in_money and is_known(lever["needed"])
    return lever_value(bridge, words, key, math.ceil(lever["needed"] - 1e-9) if whole else lever["needed"])


def lever_value(bridge: Bridge, words: Words, key: str, value: float) -> str:
    """Return a lever's value in its own unit; a share above 1 is impossible and says so."""
    if not is_known(value):
        return "–"
    if key.endswith("_now"):
        return words.money_short(value) if bridge.history.in_money else words.number(value)
    if key == "value":
        return words.money(value)
    if key == "reached" and value > 1:
        return "over 100%"
    return words.share(value)


def within_reach(words: Words, lever: pd.Series, short: bool) -> str:
    """Say whether the season's best would close the gap; a lever that is over its plan is no fault."""
    if not is_known(lever["worth"]):
        return "–"
    over = "over plan; " if words.direction(lever["attained"] - 1, 1.0) == "over" else ""
    if lever["worth"] <= 0:
        return f"{over}already the best of its season"
    if not short:
        return f"{over}its best brings {words.money_short(lever['worth'])} more"
    if lever["closes"] >= 1:
        return f"{over}yes"
    part = words.share(lever["closes"])
    return f"{over}part: closes {'under 1%' if part == '0%' else part}"


def places_table(month: MonthData, bridge: Bridge) -> Table | None:
    """Return each location's own bridge, one column a location; steps add up to the company's."""
    if bridge.by_place.empty:
        return None
    names = {key: label_of(month, bridge, str(key)) for key in bridge.steps.index}
    names = {"goal": goal_name(bridge), **names, "actual": "Actual"}
    frame = bridge.by_place.loc[list(names)].rename(index=names)
    frame = frame.loc[:, frame.abs().sum() > 0].rename(columns={"(none)": f"No {month.words.place()}"})
    frame = frame.assign(All=frame.sum(axis=1)).rename_axis("step")
    columns = [Column("step", "Step"), *(Column(str(name), str(name), "money") for name in frame)]
    title = f"The steps by {month.words.place()}"
    return Table(
        "bridge_places", title, tuple(columns), frame, "Each row adds up to the company’s.", folded=True
    )


# The figure


def goal_name(bridge: Bridge) -> str:
    """Return "Goal", or "Draft goal" where nobody agreed to it."""
    return "Draft goal" if "goal" in bridge.drafted else "Goal"


def draw_bridge(
    ends: tuple[str, str], start: float, steps: list[charts.Step], words: Words, width: float
) -> Any:
    """Draw the bridge at one width."""
    return charts.bridge_chart(width, ends, start, steps, words.money_short)


def figure_of(month: MonthData, bridge: Bridge, finding: str) -> Figure:
    """Return the bridge from goal to actual revenue with its numbers."""
    steps = []
    for key, step in bridge.steps.iterrows():
        ranges = (float(step["low"]), float(step["high"])) if key not in GREY else (None, None)
        owner = owner_of(month, str(key))
        steps.append(charts.Step(label_of(month, bridge, str(key)), owner, float(step["amount"]), *ranges))
    title = f"From {goal_name(bridge).lower()} to actual {month.playbook.revenue.called}"
    bases = {
        "leads": f"{'pipeline' if bridge.history.in_money else 'leads'} against a draft plan, not agreed",
        "rates": "rates that no plan states are those of the months before",
    }
    base = [text for key, text in bases.items() if key in bridge.drafted]
    if taken := [bridge.history.months[at] for at in bridge.history.drafted]:
        mean = "the mean of " if len(month.plan.drafted_from("revenue", month.period)) > 1 else ""
        base = [f"goal, leads and rates are a draft plan, not agreed: {mean}{month.words.months(taken)}"]
    subtitle = "; ".join(["Each step is its share of the gap; the steps add up exactly", *base])
    counts = "a deal" if bridge.history.in_money else "a lead"
    caption = (
        f"Order-free split (Shapley) by {month.words.place()} and team; {counts} counts when its {month.words.win()} "
        "is due. Thin line = what chance alone does to a step; grey = no team’s. Slanted marks: bars cut short."
    )
    draw = partial(draw_bridge, (goal_name(bridge), "Actual"), bridge.goal, steps, month.words)
    return Figure(
        "bridge", title, subtitle, draw, f"Bridge of steps. {finding}", caption, steps_table(month, bridge)
    )


# The answer


def prompt_for(month: MonthData, bridge: Bridge) -> Prompt | None:
    """Ask for the one lever of next month, ahead of the goal for what made it work; on plan nothing."""
    state = month.words.direction(bridge.gap, bridge.goal)
    if state == "on plan":
        return None
    if state == "over":
        return Prompt(f"What made this {span_of(month)} work, and how do we keep it?", rank=1.0)
    following = (month.period + 1).name
    return Prompt(
        f"Which one lever do we pull in {following}, and what does each team do for it?", rank=PROMPT_RANK
    )


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the one lever: short of the goal the one whose best of the season would bring most, ahead what worked."""
    bridge, _ = bridge_of(month)
    asked = prompt_for(month, bridge) if bridge is not None else None
    if bridge is None or asked is None:
        return []
    following = (month.period + 1).name
    if bridge.gap > 0:
        what = f"What worked, and how {following} keeps it"
        return [agenda_items.Item(what, "gap_bridge", "lever", moves="", rank=asked.rank, asks=asked.text)]
    name = furthest_lever(month, bridge)
    what = f"One lever for {following}" + (f"; most to gain: {name}" if name else "")
    return [agenda_items.Item(what, "gap_bridge", "lever", moves=name, rank=asked.rank, asks=asked.text)]


def furthest_lever(month: MonthData, bridge: Bridge) -> str:
    """Name the lever whose best of the season would bring most, if any would bring something."""
    levers = lever_table(bridge, "leads" in bridge.drafted or "rates" in bridge.drafted)
    worth = levers["worth"].dropna()
    worth = worth[worth > 0]
    if worth.empty:
        return ""
    key = str(worth.idxmax())
    label = label_of(month, bridge, key)
    team = key.removesuffix("_now")
    return f"{team}-sourced {unit_of(month).called}" if team in TEAMS else f"{label[0].lower()}{label[1:]}"


def notes_of(month: MonthData, bridge: Bridge) -> tuple[str, ...]:
    """Return what a reader must know beside the steps: what no planned lead was to bring, unknown reach, no plans."""
    notes = []
    if not bridge.history.reached_known and not bridge.history.in_money:
        notes.append(f"Who was reached is not known, so reaching and {month.words.win(2)} are one step.")
    if bridge.history.lags[:2].sum() < SOON and not is_long(month):
        notes.append(f"Most {month.words.win(2)} take longer than a month: read the quarter beside it.")
    unplanned = [team for team in TEAMS if month.plan.leads(month.period, team) is None]
    if unplanned:
        notes.append(f"Without a plan of its leads, {unplanned[0]} has no step: they count as they came.")
    return tuple(filter(None, [describe_outside(month, bridge), *notes]))


def gap_bridge(month: MonthData) -> Answer:
    """Answer "Why short, and what would close it?"."""
    bridge, why = bridge_of(month)
    if bridge is None:
        series = monthly(month)
        now = series.iloc[-1]
        no_goal = is_known(now["revenue"]) and not now["goal"] > 0
        return Answer(
            name="gap_bridge",
            title="The gap bridge",
            asks=ASKS,
            finding=why,
            layer="meeting",
            state="missing",
            shown=month.partial is not None or not has_no_goal(series),  # the list of what is missing names it
            missing=lacking(
                (
                    no_goal and not month.partial,
                    "the gap bridge",
                    "No goal of the month stands in plan.csv.",
                    "Write plan.csv and agree it.",
                    4,
                    "Plan",
                ),
            ),  # fmt: skip
            words=month.words,
        )
    finding = describe_bridge(month, bridge)
    unit, called = unit_of(month), month.playbook.revenue.called
    tables = (levers_table(month, bridge), places_table(month, bridge))
    return Answer(
        name="gap_bridge",
        title="The gap bridge",
        asks=ASKS,
        finding=f"{finding} {describe_chance(bridge)}".strip(),
        basis=f"{unit.called} by {unit.dated}, counted when due; {called} by the playbook's definition",
        layer="meeting",
        state="poor" if bridge.drafted or not (bridge.history.reached_known or unit.is_money) else "complete",
        opens=True,
        figures=(figure_of(month, bridge, finding),),
        tables_shown=tuple(table for table in tables if table is not None),
        prompt=prompt_for(month, bridge),
        notes=notes_of(month, bridge),
        words=month.words,
    )
