"""Club by club: where does it differ, and who can teach whom?"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Prompt, Table
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test
from ..stats.usual_range import Range, p_value
from ..words import is_known, sentence, small_number
from . import agenda_items
from .club_series import ALL, POOLED, Clubs, clubs, lasting, locations, pairs, read_clubs
from .monthly import to_day
from .parts import lacking, news
from .rhythm import ends_quarter, is_long, span_of

ASKS = "Where does it differ, and who can teach whom?"
SHOWN_MONTHS = 15
MOST, LOWEST, HIGHEST = 11, 5, 3  # of more locations than that the figure shows the ends, and every signal
RANK = 0.7
DONE = {
    "answered in time": "answered in time", "reached": "reached", "given a source": "recorded with a source",
    "fed back": "fed back with outcome and reason",
}  # fmt: skip

Readings = dict[str, tuple[Reading | None, Range | None]]


def measured(month: MonthData, found: Clubs) -> str:
    """Return what is shown: "revenue as a share of plan", "share of leads that joined"."""
    if found.kind == "plan":
        return "revenue as a share of plan"
    return f"share of leads that {month.words.won if found.kind == 'joined' else 'were reached'}"


def titled(month: MonthData) -> str:
    """Return "Club by club" in the company's word for a location."""
    return f"{sentence(month.words.place())} by {month.words.place()}"


# Sentences


def describe_clubs(month: MonthData, found: Clubs, read: Readings, signal: Test | None) -> str:
    """Say how far the locations lie apart this month, which left its own usual range, and what a year shows."""
    words, now = month.words, found.values.iloc[-1].drop(ALL).dropna()
    if now.empty:
        return f"No {words.place()} can be read in {month.period.name}."
    low, high = str(now.idxmin()), str(now.idxmax())
    until = to_day(month, found.rests)
    quarterly = by_quarters(month, found)
    when = f"to {until}" if until else f"in the {span_of(month)}" if quarterly else f"in {month.period.name}"
    what = sentence(measured(month, found))
    least, most = words.share(now[low]), words.share(now[high])
    text = f"{what} {when} ran from {least} at {low} to {most} at {high}."
    if least == most:
        text = f"{what} {when} came to {least} at each of {words.places(len(now))}."
    own, year = signal.text if signal else describe_ranges(month, read), describe_lasting(month, found)
    if own and year and not signal:
        return f"{text} {own.removesuffix('.')}; {year}"
    return " ".join(filter(None, [text, own, sentence(year)]))


def describe_ranges(month: MonthData, read: Readings) -> str:
    """Say that the locations are inside their own usual ranges, or how many lie outside without being news."""
    words, own = month.words, [one for name, (one, usual) in read.items() if name != ALL and one and usual]
    if not own:
        return ""
    out = sum(one.kind in ("above", "below") for one in own)
    if not out:
        return f"{'Each' if len(own) > 1 else f'The {words.place()} with a usual range'} is inside its usual range."
    text = f"{sentence(small_number(out))} of {words.places(len(own))} {'is' if out == 1 else 'are'} outside"
    return f"{text} {'its' if out == 1 else 'their'} usual range, which chance can do: single ones swing more."


def by_quarters(month: MonthData, found: Clubs) -> bool:
    """Say whether revenue is read over the quarter."""
    return is_long(month) and found.kind == "plan"


def describe_lasting(month: MonthData, found: Clubs) -> str:
    """Say what a year shows once the luck of small numbers is taken out: whether any two lie apart."""
    table, words = lasting(found), month.words
    if table.empty:
        return ""
    low, high = table["value"].min(), table["value"].max()
    span = words.span(low, high) if words.share(low) != words.share(high) else words.share(low)
    text = f"over a year, with luck taken out, they lie at {span}"
    if table["low"].max() > table["high"].min():
        return f"{text}, {table['low'].idxmax()} above {table['high'].idxmin()}."
    return f"{text}, none apart from the others."


def describe_pair(month: MonthData, row: pd.Series) -> str:
    """Say how often something is done at one location and at another."""
    words = month.words
    strong, weak = row["strong_done"] / row["strong_cases"], row["weak_done"] / row["weak_cases"]
    span = "In three months old enough" if row["practice"] == "fed back" else f"Over {small_number(POOLED)} months"
    text = f"{span}, leads {DONE[row['practice']]}: {words.share(strong)} at {row['strong']}"
    return f"{text}, {words.share(weak)} at {row['weak']}."


def notes_of(month: MonthData, found: Clubs, read: Readings) -> tuple[str, ...]:
    """Return what is new, what has no plan, and how luck is taken out."""
    words, said = month.words, []
    for name, (_, usual) in read.items():
        months = int(found.values[name].iloc[:-1].notna().sum())
        if usual is None and name != ALL:
            count = words.count(months, "earlier quarter" if by_quarters(month, found) else "earlier month")
            said.append(f"{name}: {count}, too few for a usual range.")
    if found.kind != "plan":
        said.append(f"No revenue is agreed by {words.place()}: the {measured(month, found)} is shown instead.")
    elif len(lasting(found)):
        said.append(
            f"Luck taken out: the smaller a {words.place()}, the more its figure is drawn to what all have in common."
        )
    return tuple(said)


# What it tests and asks


def tests(month: MonthData) -> list[Test]:
    """Return one test: the location whose attainment is least like its own earlier months.

    Its p (as the scorecard's) is corrected for the number of locations looked at; what its panel shows inside the band
    is never announced, nor a share without an agreed plan, nor a month that is not whole.
    """
    found = clubs(month) if len(locations(month)) > 1 else None
    if found is None or found.kind != "plan" or month.stops(found.rests):
        return []
    read, looked = read_clubs(month, found), []
    for name in found.names:
        p = p_value(found.values[name].iloc[:-1].tolist(), float(found.values[name].iloc[-1]))
        if p is not None:
            looked.append((p, name))
    if not looked:
        return []
    p, name = min(looked)
    reading, usual = read[name]
    words, now = month.words, float(found.values[name].iloc[-1])
    outside = reading is not None and usual is not None and reading.kind in ("above", "below")
    text = f"Revenue at {name} came to {words.share(now)} of plan"
    if reading and usual and outside:
        text += f", {reading.kind} its usual range of {words.span(usual.low, usual.high)}"
    above, p = bool(usual and now > usual.mean), min(1.0, len(looked) * p) if outside else 1.0
    money = (now - 1) * float(found.bases[name].iloc[-1])
    return [Test(f"clubs: {name}", "club_by_club", p, "good" if above else "bad", f"{text}.", name, money)]


def prompt_for(month: MonthData, signal: Test | None) -> Prompt | None:
    """Ask about the location that left its range, else what one can show another; nothing if none stands apart."""
    if signal:
        what = "What made this month at {}, and who can do the same?"
        what = what if signal.direction == "good" else "What is different at {} this month, and who can help?"
        return Prompt(what.format(signal.location), rank=2.0)
    found = pairs(month)
    if found.empty:
        return None
    row = found.iloc[0]
    what = f"What does {row['strong']} do to have leads {DONE[row['practice']]}"
    return Prompt(f"{what} that {row['weak']} could try?", RANK)


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Return the location that left its usual range, or what one location can show another."""
    if len(locations(month)) < 2:
        return []
    signal = next(iter(news(month, "club_by_club")), None)
    asked = prompt_for(month, signal)
    if asked is None:
        return []
    if signal:
        what, moves = f"Revenue at {signal.location}", f"revenue at {signal.location} against plan"
        return [agenda_items.Item(what, "club_by_club", "signal", moves=moves, rank=asked.rank, asks=asked.text)]
    row = pairs(month).iloc[0]
    what, moves = f"{row['strong']} shows {row['weak']}", f"leads {DONE[row['practice']]} at {row['weak']}"
    return [agenda_items.Item(what, "club_by_club", "feedback", moves=moves, rank=asked.rank, asks=asked.text)]


# Figure and tables


def shown_in_figure(found: Clubs, read: Readings) -> list[str]:
    """Return the locations that get a panel, in their own order: all, of many the ends of the year and every signal."""
    names = found.names
    if len(names) <= MOST:
        return names
    year = lasting(found)["value"]
    order = (year if len(year) else found.values[names].iloc[-1].dropna()).sort_values(kind="stable").index
    signals = [name for name, (one, _) in read.items() if one is not None and one.is_signal]
    kept = {*order[:LOWEST], *order[-HIGHEST:], *signals}
    return [name for name in names if name in kept]


def figure_of(month: MonthData, found: Clubs, read: Readings, finding: str) -> Figure:
    """Return the months of the company and of each location on one scale, each on its own usual range."""
    words, last = month.words, found.values.tail(SHOWN_MONTHS)
    last = last.loc[last.notna().any(axis=1).idxmax() :]  # before it nothing was planned
    names = {ALL: f"All {words.place(2)}"} | {name: name for name in shown_in_figure(found, read)}
    panels = []
    for key, name in names.items():
        values = [float(value) if is_known(value) else None for value in last[key]]
        panels.append(charts.Panel(charts.shortened([name], 20)[0], values, read[key][1]))
    months = [Month.parse(str(m)) for m in last.index]
    goal = 1.0 if found.kind == "plan" else None
    left_out = len(found.names) - len(names) + 1
    caption = f"Same scale; order of the playbook, not of results. Single {words.place(2)} swing more than the company."
    if left_out:
        caption += f" Of {len(found.names)} {words.place(2)}: the ends of the year and every signal; the table has all."
    span = words.months(months)
    if by_quarters(month, found):
        years = dict.fromkeys([str(months[0].year), str(months[-1].year)])
        span = f"quarters of {'–'.join(years)}"
        caption += "" if ends_quarter(month) else f" Each quarter to the same month as {month.period.name}."
    title = sentence(measured(month, found))
    subtitle = "Shaded = own usual range" + ("; dashed = plan" if goal else "")
    return Figure(
        "clubs", f"{title}, {span}", subtitle, partial(draw_clubs, months, panels, words.share, goal),
        f"Small multiples, one panel a {words.place()}. {finding}", caption, clubs_table(month, found, read),
    )  # fmt: skip


def draw_clubs(months: list[Month], panels: list[charts.Panel], show: Any, goal: float | None, width: float) -> Any:
    """Draw the panels at one width."""
    return charts.month_panels(width, months, panels, show, goal)


def clubs_table(month: MonthData, found: Clubs, read: Readings) -> Table:
    """Return every location's month, its own usual range, how it reads, and the year with luck taken out."""
    words, year, rows = month.words, lasting(found), []
    for name, values in found.values.items():
        reading, usual = read[str(name)]
        last = year.loc[[str(name)]].iloc[0] if name in year.index else None
        rows.append({
            "location": f"All {words.place(2)}" if name == ALL else name, "now": float(values.iloc[-1]),
            "usual": words.span(usual.low, usual.high) if usual else "",
            "reading": reading.label if reading and is_known(values.iloc[-1]) else "",
            "year": float("nan") if last is None else last["value"],
            "range": "" if last is None else words.span(last["low"], last["high"]),
        })  # fmt: skip
    label = "Share of plan" if found.kind == "plan" else "Share"
    columns = [
        Column("location", words.place().capitalize()), Column("now", label, "share"),
        Column("usual", "Usual range", "range", muted=True), Column("reading", "Reading", "reading"),
    ]  # fmt: skip
    if len(year):
        columns += [Column("year", "Year, luck taken out", "share"), Column("range", "95% range", "range", muted=True)]
    basis = f"Revenue by the {'quarter' if by_quarters(month, found) else 'month'} that the playbook counts it in"
    if found.kind != "plan":
        basis = "Leads by the month of the reply clock"
    return Table("club_months", titled(month), tuple(columns), pd.DataFrame(rows), f"{basis}.")


def pairs_table(month: MonthData) -> Table | None:
    """Return what each location can show another; None where none stands apart."""
    found, words = pairs(month), month.words
    if found.empty:
        return None

    def shown(row: dict[Hashable, Any], side: str) -> str:
        done, cases = row[f"{side}_done"], row[f"{side}_cases"]
        return f"{row[side]}: {words.share(done / cases)} of {words.number(cases)}"

    rows = [
        {
            "practice": sentence(f"leads {DONE[row['practice']]}"),
            "strong": shown(row, "strong"), "weak": shown(row, "weak"),
        }
        for row in found.to_dict("records")
    ]  # fmt: skip
    columns = (Column("practice", "What"), Column("strong", "Can show it"), Column("weak", "Could try it"))
    note = (
        f"{small_number(POOLED).capitalize()} months to {month.period.label}; fed back: three months old enough. Only "
        "where the two stay apart with luck taken out; their leads may differ, too."
    )
    return Table("club_pairs", f"What one {words.place()} can show another", columns, pd.DataFrame(rows), note)


# The answer


def left_out(month: MonthData, names: list[str], why: str) -> Answer:
    """Answer in one line where there is nothing to compare."""
    words = month.words
    return Answer(
        name="club_by_club",
        title=titled(month) if len(names) > 1 else f"{titled(month)}: {'only one' if names else 'not recorded'}",
        asks=ASKS,
        finding=why,
        state="missing",
        missing=lacking(
            (len(names) > 1, f"{words.place(2)} side by side", "Neither plan nor deals or replies say it by "
             f"{words.place()}.", f"Plan revenue by {words.place()} in plan.csv.", 2, "Plan"),
        ),  # fmt: skip
        words=words,
    )


def club_by_club(month: MonthData) -> Answer:
    """Answer "Where does it differ, and who can teach whom?"."""
    names, words = locations(month), month.words
    if len(names) < 2:
        one = f"There is one {words.place()}" if names else f"No lead has a {words.place()}"
        return left_out(month, names, f"{one}, so there is nothing to compare.")
    found = clubs(month)
    if not found.kind:
        return left_out(month, names, f"Nothing is planned or recorded by {words.place()} that could be compared.")
    signal, read = next(iter(news(month, "club_by_club")), None), read_clubs(month, found)
    finding, table = describe_clubs(month, found, read, signal), pairs_table(month)
    paired = describe_pair(month, pairs(month).iloc[0]) if table else ""
    return Answer(
        name="club_by_club",
        title=titled(month),
        asks=ASKS,
        finding=f"{finding} {paired}".strip(),
        basis="revenue by the playbook's month" if found.kind == "plan" else "leads by the reply clock's month",
        state="complete" if found.kind == "plan" else "poor",
        reading="signal" if signal else "",
        opens=signal is not None,
        figures=(figure_of(month, found, read, finding),),
        tables_shown=(table,) if table else (),
        prompt=prompt_for(month, signal),
        notes=notes_of(month, found, read),
        words=words,
    )
