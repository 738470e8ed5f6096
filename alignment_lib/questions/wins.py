"""Wins by rule: announced good news, the best against plan in many months, a location or a source over what was agreed.

Only an announcement says that something changed; the others are facts of the month, and are worded as such.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..answer import Item
from ..month import MonthData
from ..period import Month
from ..stats.usual_range import known_values
from ..words import is_known, sentence
from .actions import actions_of
from .levers import SEASON_NEEDS
from .monthly import monthly
from .parts import ENOUGH, FEW, TEAMS, of_month
from .rhythm import ends_quarter, is_long, quarter_so_far, span_of
from .scorecard_rows import Measure, history, measures
from .units import deal_size, shown, unit_of

WINS = 3
LEAST_MONTHS = 12  # earlier months that a best must beat, so that every season is among them
IN_SEASON = 4  # months of the same season that a raw best must beat
PRAISED = ("shared_revenue", "clients_won", "marketing_leads", "sales_leads", "answered_in_time")


def wins(month: MonthData) -> list[Item]:
    """Return up to three wins, what is announced first; a measure counts once, and so do revenue and clients won."""
    told, plain = measured_wins(month)
    found: dict[str, Item] = {}
    for name, item in (*announced_wins(month), *told, *place_wins(month), *source_wins(month), *plain):
        found.setdefault(name, item)
    return list(found.values())[:WINS]


def announced_wins(month: MonthData) -> Iterator[tuple[str, Item]]:
    """Yield the good news that holds against all tests of the page."""
    from . import announcements

    for test in announcements(month):
        if test.direction == "good":
            name = "shared_revenue" if test.name == "clients_won" else test.name
            lead, _, rest = test.text.rstrip(".").partition(", ")
            yield name, Item(f"{lead}.", f"{sentence(rest)}." if rest else "", test.question)


def measured_wins(month: MonthData) -> tuple[list[tuple[str, Item]], list[tuple[str, Item]]]:
    """Return the measures that were the best in many months or share a credit, and those that were only over plan."""
    told: list[tuple[str, Item]] = []
    plain: list[tuple[str, Item]] = []
    series = monthly(month)
    known = [one for one in measures(month, series) if one.key in PRAISED and not month.stops(*one.rests)]
    best = [(one, best_words(month, series, one)) for one in known]
    for one, words in sorted(best, key=lambda pair: pair[1] == ""):
        if words or is_over(month, series, one):
            name, text = "shared_revenue" if one.key == "clients_won" else one.key, credit(month, series, one)
            section = "pace" if one.rests == ("leads",) else "scorecard"
            win = name, Item(f"{came_to(month, series, one)}{words}.", text, section)
            (told if words or text else plain).append(win)
    return told, plain


def came_to(month: MonthData, series: pd.DataFrame, measure: Measure) -> str:
    """Return what a measure came to: "Shared revenue came to 107% of plan"."""
    value = series.iloc[-1][measure.series]
    if measure.key == "answered_in_time":
        return f"{sentence(month.words.share(value))} of all leads were answered in time"
    if measure.series.endswith("_came"):
        return f"{measure.spoken} came to {month.words.cell(value, measure.unit)}"
    return f"{measure.spoken} came to {month.words.share(value)} of plan"


def is_over(month: MonthData, series: pd.DataFrame, measure: Measure) -> bool:
    """Say whether a measure was over what was agreed, by 1% or more."""
    now = series.iloc[-1]
    if measure.series.endswith("_came") or not is_known(now[measure.series]):
        return False
    plan = now["in_time_plan"] if measure.key == "answered_in_time" else 1.0
    return is_known(plan) and month.words.direction(now[measure.series] - plan, plan) == "over"


def best_words(month: MonthData, series: pd.DataFrame, measure: Measure) -> str:
    """Return ", the best in 15 months", else against months of the same season, else nothing.

    Against plan where there is one; only what is over plan can be best there. Without one only seasons are compared.
    """
    earlier, now = history(month, series, measure)
    raw = measure.series.endswith("_came")
    if not raw and not is_over(month, series, measure):
        return ""
    beaten = 0
    for value in reversed(earlier):
        if raw or not is_known(value) or value >= now:
            break
        beaten += 1
    quarters = measure.key == "shared_revenue" and is_long(month)
    if beaten >= LEAST_MONTHS:
        return f", the best in {month.words.count(beaten + 1, 'quarter' if quarters else 'month')}"
    like = [] if quarters and not raw else in_season(month, series, earlier)
    if len(like) < IN_SEASON or not is_known(now) or now <= max(like):
        return ""
    most = "most" if raw else "best"
    return f", the {most} in {month.words.count(len(like) + 1, 'month')} like {month.period.name}"


def in_season(month: MonthData, series: pd.DataFrame, earlier: list[float]) -> list[float]:
    """Return the known values of this calendar month and its neighbours; none before two years are known."""
    if len(earlier) < SEASON_NEEDS:
        return []
    index = [Month.parse(str(m)) for m in series.index[:-1]][-len(earlier) :]
    pairs = zip(index, earlier, strict=True)
    return known_values([value for m, value in pairs if (m.number - month.period.number) % 12 in (0, 1, 11)])


def credit(month: MonthData, series: pd.DataFrame, measure: Measure) -> str:
    """Name who shares the credit: the other team's shortfall that was covered, or where the wins came from."""
    words, now, unit = month.words, series.iloc[-1], unit_of(month)
    if measure.key == "shared_revenue":
        return from_both(month, sold_in_span(month))
    if measure.key == "clients_won":
        return from_both(month, of_month(month.tallies.revenue, month))
    if measure.key == "answered_in_time":
        of, share = words.count(int(now["judged"]), "lead"), words.share(now["in_time"])
        return f"Sales answered {words.number(now['kept'])} of {of} ({share}) in time, whoever brought them."
    team = measure.key.removesuffix("_leads")
    other = TEAMS[1 - TEAMS.index(team)]
    extra, plan = now[team] - now[f"{team}_plan"], now[f"{other}_plan"]
    short = plan - now[other]
    if not (is_known(extra) and is_known(short)) or extra < 1 or words.direction(-short, plan) != "short":
        return ""
    named = "draft plan" if now[f"{other}_draft"] else "plan"
    covered = "all" if extra >= short else shown(words, extra, unit)
    whole = shown(words, short, unit) if unit.is_money else f"{words.number(short)} {unit.called}"
    return f"Covers {covered} of the {whole} by which {other}-sourced {unit.again} {unit.were} under {named}."


def from_both(month: MonthData, sold: pd.DataFrame) -> str:
    """Return "152 joins: 80 from marketing-sourced leads, 69 from sales-sourced ones.", or nothing without any."""
    words = month.words
    fresh = sold[~sold["type"].isin(["renewal", "expansion"])]
    by_team = fresh.groupby("team")["clients"].sum().reindex(list(TEAMS), fill_value=0)
    if not by_team.sum():
        return ""
    total = words.count(int(fresh["clients"].sum()), words.win())
    first, second = (f"{words.number(by_team[team])} from {team}-sourced" for team in TEAMS)
    return f"{total}: {first} leads, {second} ones."


def sold_in_span(month: MonthData) -> pd.DataFrame:
    """Return what was sold in the month, or in a long rhythm in the quarter so far, as revenue is read."""
    months = quarter_so_far(month, month.period) if is_long(month) else [str(month.period)]
    return month.tallies.revenue[month.tallies.revenue["month"].isin(months)]


def place_wins(month: MonthData) -> Iterator[tuple[str, Item]]:
    """Yield the location furthest over its own agreed goal, of the month or of the quarter so far."""
    plan, sold = month.plan, sold_in_span(month)
    fresh = sold[~sold["type"].isin(["renewal", "expansion"])]
    months = quarter_so_far(month, month.period) if is_long(month) else [str(month.period)]
    goals = {name: sum(plan.revenue(one, name) or 0.0 for one in months) for name in plan.locations}
    known = {name: goal for name, goal in goals.items() if goal}
    drafted = any(plan.is_draft(one, "revenue") for one in months)
    if len(known) < 2 or month.stops("deals") or drafted:
        return
    came = fresh.groupby("location")[["revenue", "clients"]].sum().reindex(list(known), fill_value=0)
    money, clients = came["revenue"].to_dict(), came["clients"].to_dict()
    attained = {name: money[name] / goal for name, goal in known.items() if clients[name] >= FEW}
    name = max(attained, key=lambda name: attained[name], default="")
    if name and month.words.direction(attained[name] - 1, 1.0) == "over":
        due = " due by then" if is_long(month) and not ends_quarter(month) else ""
        span = f" of the {span_of(month).partition(' ')[0]}" if is_long(month) else ""
        lead = f"{name} reached {month.words.share(attained[name])} of its goal{span}{due}."
        yield f"place: {name}", Item(lead, from_both(month, fresh[fresh["location"] == name]))


def source_wins(month: MonthData) -> Iterator[tuple[str, Item]]:
    """Yield the planned action that brought most beyond what was expected of it."""
    unit = unit_of(month)
    if month.stops(unit.table):
        return
    least = FEW * deal_size(month) if unit.is_money else ENOUGH
    found = [row for row in actions_of(month, month.period).to_dict("records") if row["got"] >= least]
    over = [row for row in found if month.words.direction(row["got"] - row["expected"], row["expected"]) == "over"]
    if over:
        row = max(over, key=lambda row: row["got"] - row["expected"])
        got, expected = (shown(month.words, row[key], unit) for key in ("got", "expected"))
        called = f"of {unit.called}" if unit.is_money else unit.called
        lead = f"{row['action']} brought {got} {called} where {expected} {unit.were} expected."
        team = "both teams" if row["team"] == "shared" else row["team"]
        yield f"source: {row['action']}", Item(lead, f"Planned by {team}.", "next_month")
