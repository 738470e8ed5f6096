"""The first screen of a month that has no goal: what came, beside the month before; no share of nothing.

That there is none is said there, and what to do in the list of what is missing; the other sections do not repeat it.
"""

from __future__ import annotations

import pandas as pd

from ..answer import Item, KeyFigure
from ..month import MonthData
from ..period import Month
from ..words import Words, is_known, sentence
from .cohort import judged_cohort
from .economics import economics
from .monthly import to_day
from .parts import ENOUGH, TEAMS
from .rhythm import is_long
from .so_far import describe_months, describe_so_far, won_at_one_age
from .unknown_sources import describe_pair_so_far


def came_headline(month: MonthData, series: pd.DataFrame) -> str:
    """Say how many leads, wins and how much money the month brought, and the month before where it is known whole."""
    words, now = month.words, series.iloc[-1]
    leads = sum(now[f"{team}_leads"] for team in TEAMS)
    wins = words.count(now["clients"], month.settings.client.noun)
    parts = [words.count(leads, "lead")]
    if now["clients"]:
        parts.append(wins)
        if now["month_revenue"]:
            parts.append(f"{words.money_short(now['month_revenue'])} of {month.playbook.revenue.called}")
    until = to_day(month, "leads", "deals")
    start = f"To {until}, {month.period.name}" if until else month.period.label
    text = f"{start} brought {words.names(parts)}"
    if not now["clients"]:
        return f"{text}; no {month.settings.client.noun} is recorded yet."
    if until or len(series) < 2:
        return f"{text}."
    before = series.iloc[-2]
    known = [*(before[f"{team}_came"] for team in TEAMS), before["clients_came"], before["month_revenue_came"]]
    if not all(is_known(value) for value in known):
        return f"{text}."
    then = sum(before[f"{team}_leads"] for team in TEAMS)
    shown = [words.number(then), words.number(before["clients"]), words.money_short(before["month_revenue"])]
    return f"{text}; {(month.period - 1).name} brought {words.names(shown[: len(parts)])}."


def before_note(words: Words, series: pd.DataFrame, name: str, unit: str = "count") -> str:
    """Return "February 1,028" for a figure that the month before had as a whole, else nothing."""
    if len(series) < 2 or not is_known(value := series[f"{name}_came"].iloc[-2]):
        return ""
    shown = words.money_short(value) if unit == "money" else words.number(value)
    return f"{Month.parse(series.index[-2]).name} {shown}"


def clients_figure(month: MonthData, series: pd.DataFrame) -> KeyFigure:
    """Return the clients won, which stand where replies cannot be timed."""
    words = month.words
    label = f"{words.client(series['clients'].iloc[-1])} {words.won}"
    return KeyFigure(
        words.number(series["clients"].iloc[-1]), label, "", before_note(words, series, "clients")
    )


def share_figure(month: MonthData) -> KeyFigure | None:
    """Return the share of the month's leads won by the page's date, beside the month before at the same age."""
    words, table = month.words, won_at_one_age(month)
    shares = {row["month"]: row["share"] for row in table.to_dict("records") if row["leads"] >= ENOUGH}
    now, before = str(month.period), shares.get(str(month.period - 1))
    if month.partial or now not in shares:
        return None
    label = f"of {month.period.name}’s leads {words.won} by {words.day(month.as_of)}"
    note = f"{(month.period - 1).name} {words.share(before)} at the same age" if is_known(before) else ""
    return KeyFigure(words.share(shares[now]), label, "", note)


def findings(month: MonthData) -> list[Item]:
    """Return what can be said without a goal: how far this month's leads are, and where clients come from."""
    items = []
    if not is_long(month) and (text := describe_months(month, won_at_one_age(month))):  # else nobody is won so young
        items.append(Item(f"{sentence(month.words.win(2))} at the same age.", text, "relay"))
    cohort = judged_cohort(month)
    table = economics(month, cohort)
    if table["won"].any() and not cohort.ripe:
        so_far = describe_so_far(table, month.words.months(cohort.months), month.words)
        text = f"{so_far} {describe_pair_so_far(table, month.words)}".strip()
        items.append(Item("Where they come from.", text, "sources_and_campaigns"))
    return items
