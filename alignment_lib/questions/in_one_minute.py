"""In one minute: what do I need to know if I read nothing else?"""

from __future__ import annotations

import pandas as pd

from .. import charts
from ..answer import Answer, Item, ItemList, KeyFigure
from ..month import MonthData
from ..period import Month
from ..words import Words, is_known
from .agenda import decide_today
from .bridge_words import headline_half
from .checks import checks, passed
from .definitions import definitions_in_force
from .first_findings import findings, what_lasts_of
from .gap_bridge import bridge_of
from .monthly import has_no_goal, monthly, plan_name, to_day
from .parts import not_held, of_month, revenue_lacks, stopped
from .rhythm import is_long, span_of
from .scorecard_rows import revenue_name, teams_of
from .scorecard_words import describe_revenue
from .units import Unit, against, shown, unit_of
from .without_goal import before_note, came_headline, clients_figure, share_figure
from .without_goal import findings as plain_findings

ASKS = "What do I need to know if I read nothing else?"
MOST_WORDS = 30  # of a sentence


# The headline


def headline(month: MonthData, series: pd.DataFrame) -> str:
    """Say how far the month finished from the shared goal, and which steps of the gap bridge cost or brought most.

    Where there is no bridge, the second half says where each team's leads stand against plan, without cost words.
    """
    words, now = month.words, series.iloc[-1]
    if has_no_goal(series):
        return came_headline(month, series)
    until = to_day(month, "deals")
    read = now["revenue"], now["goal"], bool(now["draft"])
    first = headline_revenue(words, month.period, *read, until, span_of(month), revenue_lacks(month))
    bridge, _ = bridge_of(month)
    if bridge is not None:
        half = headline_half(month, bridge)
        if len(f"{first} {half}".split()) > MOST_WORDS:
            half = half.partition(", and ")[0]  # without what was won back
        return f"{first}: {half}." if half else f"{first}."
    leads = headline_leads(words, now, teams_of(series), unit_of(month), plan_name(month))
    if leads and until and is_known(now["revenue"]) and not to_day(month, unit_of(month).table):
        leads = f"of the whole month, {leads}"
    elif leads and is_long(month):
        leads = f"in {month.period.name}, {leads}"
    return f"{first}; {leads}." if leads else f"{first}."


def headline_revenue(
    words: Words, period: Month, revenue: float, goal: float, draft: bool = False, until: str = "",
    span: str = "month", lacks: str = "",
) -> str:  # fmt: skip
    """Return the first half of the headline; `until` is the last day of a month in progress, `span` what is read."""
    if not is_known(revenue) or not is_known(goal) or goal <= 0:
        return describe_revenue(words, period, revenue, goal, draft, until, span=span, lacks=lacks).removesuffix(".")
    start = f"To {until} we are" if until else "We finished"
    if span != "month":
        start = "We finished the quarter" if span == "quarter" else f"In the {span} we are"
    named = words.money_short(goal) + (" due by then" if until or span.endswith("far") else "")
    named = f"a draft goal of {named}, not agreed yet" if draft else named
    share, gap = words.share(revenue / goal), revenue - goal
    if words.direction(gap, goal) == "on plan":
        landed = f"{start} on" if until or span.endswith("far") else "We landed on"
        landed = "We landed the quarter on" if span == "quarter" else landed
        return f"{landed} {named if draft else f'the goal of {named}'} ({share})"
    return f"{start} {words.money_short(abs(gap))} {'short of' if gap < 0 else 'over'} {named} ({share})"


def headline_leads(words: Words, now: pd.Series, teams: list[str], unit: Unit, plan: str = "plan") -> str:
    """Return the second half: each team's leads against plan, in the same words for both."""
    parts: list[str] = []
    first = ""
    for team in teams:
        gap, planned = now[team] - now[f"{team}_plan"], now[f"{team}_plan"]
        if is_known(gap):
            named = f"draft {plan}" if now.get(f"{team}_draft") else plan
            subject = f"{team}-sourced" if parts else f"{team}-sourced {unit.called}"
            said = named != first or words.direction(gap, planned) == "on plan"
            parts.append(f"{subject} {against(words, gap, planned, named if said else '', unit)}")
            first = named
    return ", ".join(parts)


# The four figures


def key_figures(month: MonthData, series: pd.DataFrame) -> tuple[KeyFigure, ...]:
    """Return the share of the goal, each team's leads, and replies in time, each with its plan."""
    now = series.iloc[-1]
    teams = [_leads_figure(month, series, team) for team in teams_of(series)]
    replaced = not is_known(now["in_time"]) and has_no_goal(series)
    last = clients_figure(month, series) if replaced else _replies_figure(month, now)
    figures = (_goal_figure(month, series), *teams, last)
    fourth = share_figure(month) if replaced and len(figures) < 4 else None
    return (*figures, fourth) if fourth else figures


def _goal_figure(month: MonthData, series: pd.DataFrame) -> KeyFigure:
    words, now = month.words, series.iloc[-1]
    revenue, goal = now["revenue"], now["goal"]
    if not is_known(now["revenue_attained"]):
        lacks = not_held(month).replace("the exports hold no", "no")
        note = stopped(month, "deals") or (f"{lacks} in the exports" if lacks else revenue_lacks(month))
        revenue, of = now["month_revenue"], f" in {month.period.name}" if is_long(month) else ""  # as the headline
        if is_known(revenue):
            before = before_note(words, series, "month_revenue", "money") if revenue else "none recorded yet"
            note = " · ".join(filter(None, [before, "no goal agreed"]))
        return KeyFigure(words.money_short(revenue or None), revenue_name(month) + of, "", note)
    label = "of the draft goal" if now["draft"] else "of shared goal"
    label += "" if (span := span_of(month)) == "month" else f", {span}"
    label += " due by now" if month.partial else f" due by {until}" if (until := to_day(month, "deals")) else ""
    note = f"{words.money(revenue)} of {words.money(goal)}"
    return KeyFigure(words.share(revenue / goal), label, charts.bullet(revenue, goal), note)


def _leads_figure(month: MonthData, series: pd.DataFrame, team: str) -> KeyFigure:
    now = series.iloc[-1]
    words, actual, plan, unit = month.words, now[team], now[f"{team}_plan"], unit_of(month)
    no_plan = before_note(words, series, team, unit.cell) or "no plan"
    off = is_known(actual - plan) and words.direction(actual - plan, plan) != "on plan"
    named = "draft plan" if now[f"{team}_draft"] else plan_name(month)
    return KeyFigure(
        value=shown(words, actual, unit),
        label=f"{team}-sourced {unit.called}",
        svg=charts.bullet(actual, plan, team),
        note=f"{named} {shown(words, plan, unit)}" if is_known(plan) else no_plan,
        gap=words.gap(actual - plan, unit.cell) if is_known(actual - plan) and actual != plan else "",
        good=bool(actual > plan) if off else None,
        team="marketing" if team == "marketing" else "sales",
    )


def _replies_figure(month: MonthData, now: pd.Series) -> KeyFigure:
    words, reply = month.words, month.playbook.reply
    share, goal = now["in_time"], now["in_time_plan"]
    label = "of all leads answered " + (f"within {words.minutes(reply.within_minutes)}" if reply else "in time")
    if not is_known(share):
        stops = stopped(month, "activities")
        note = f"not known: {stops}" if stops else "cannot be timed" if reply else "no reply promise agreed"
        return KeyFigure(words.share(None), label, "", note)
    if not is_known(goal):
        return KeyFigure(words.share(share), label, "", "no goal agreed")
    off = words.direction(share - goal, goal) != "on plan"
    return KeyFigure(
        value=words.share(share),
        label=label,
        svg=charts.bullet(share, goal),
        note=f"goal {words.share(goal)}",
        gap=words.gap(share - goal, "points") if abs(share - goal) >= 0.005 else "",
        good=bool(share > goal) if off else None,
    )


# The trust line, and the answer


def trust(month: MonthData) -> ItemList:
    """Return what the numbers rest on: leads with a source, checks, changed definitions; each with its section."""
    words, now = month.words, of_month(month.tallies.tracking, month)
    leads, known = now["leads"].sum(), now["source_known"].sum()
    changed = int(definitions_in_force(month)["changed"].sum())
    items = [Item("", f"{words.share(known / leads)} of leads have a source", "tracking")] if leads else []
    items.append(Item("", passed(checks(month), words), "tracking"))
    text = f"{words.count(changed, 'definition')} changed" if changed else "no definition changed"
    items.append(Item("", text, "definitions"))
    return ItemList("trust", "Trust", tuple(items))


def in_one_minute(month: MonthData) -> Answer:
    """Answer "What do I need to know if I read nothing else?"."""
    from . import announcements

    words, series, signals = month.words, monthly(month), announcements(month)
    if not has_no_goal(series):
        first = findings(month, series, signals)
    else:
        first = plain_findings(month)
        first += [what_lasts_of(month, signals)] if signals else []
    lists = ItemList("news", "", tuple(first[:3])), ItemList("decide", "Decide today", decide_today(month))
    return Answer(
        name="in_one_minute",
        title="In one minute",
        asks=ASKS,
        finding="",
        headline=headline(month, series),
        layer="meeting",
        opens=True,
        key_figures=key_figures(month, series),
        lists=(*(one for one in lists if one.items), trust(month)),
        words=words,
    )
