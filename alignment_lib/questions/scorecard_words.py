"""What the joint scorecard says: where the shared goal stands, whether that is ordinary, and each team's score."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..answer import Item, ItemList
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, cannot_show, months_met
from ..stats.usual_range import Range
from ..words import Words, is_known, sentence, small_number
from .monthly import has_no_goal, to_day
from .parts import MARKS, revenue_lacks, unread
from .relay_words import describe_without
from .replies import Replies
from .rhythm import same_part, span_of
from .scorecard_rows import EARLIER, SHOWN, measures, read_measure
from .units import Unit, shown

KINDS_OF_NEWS = ("above", "below", "shifted up", "shifted down")


def describe_scorecard(
    month: MonthData, series: pd.DataFrame, rows: pd.DataFrame, signals: tuple[Test, ...]
) -> str:
    """Say where the shared goal stands, whether that is ordinary, and what else here is a signal."""
    words, now = month.words, series.iloc[-1]
    until = to_day(month, "deals")
    called, draft = month.playbook.revenue.called, bool(now["draft"])
    span = span_of(month)
    parts = [describe_revenue(words, month.period, now["revenue"], now["goal"], draft, until, called, span,
                              has_no_goal(series), revenue_lacks(month))]  # fmt: skip
    if month.partial:
        return f"{parts[0]} The month is in progress, so it is read against its pace."
    if until:
        parts.append("The deals stop there, so the month cannot be read yet.")
        return " ".join([*parts, describe_rows(words, rows, signals)] if signals else parts)
    first = measures(month, series)[0]
    reading, usual = read_measure(month, series, first)
    others = bool(signals) or bool(rows["kind"].isin(KINDS_OF_NEWS).any())
    if is_known(now[first.series]) and reading is not None:
        announced = any(test.name == "shared_revenue" for test in signals)
        agreed = first.series == "revenue_attained"
        attained, unit = (now[first.series], "share") if agreed else (None, "money_short")
        of = called if others else ""
        parts.append(describe_reading(words, reading, usual, attained, announced, unit, of, span))
    if usual or others:
        parts.append(describe_rows(words, rows, signals, unread(month)))
    if usual and signals and clearest(signals).name == "answered_in_time":
        replies = Replies(int(now["judged"]), int(now["kept"]))
        parts.append(describe_without(month, replies, series["in_time"].iloc[:-1].tail(EARLIER).mean()))
    return " ".join(part for part in parts if part)


def describe_rows(words: Words, rows: pd.DataFrame, signals: Sequence[Test], not_read: str = "") -> str:
    """Say which rows beside revenue send a signal; a row that only reads as unusual is named as that.

    A reading is one row's; an announcement must hold against all tests of the page. `not_read` says what is not read
    at all, and stands instead of "no row".
    """
    others = [test for test in signals if test.name != "shared_revenue"]
    if others:
        which = "The one signal here" if len(signals) == 1 else "The other signal"
        if len(others) > 1:
            which = f"Of {small_number(len(others))} signals the clearest"
        return f"{which}: {clearest(others).text}"
    unusual = rows[rows["kind"].isin(KINDS_OF_NEWS)]
    beside = unusual.drop(index="shared_revenue", errors="ignore")
    if len(beside):
        named = words.names([f"“{name}”" for name in beside["measure"]])
        read = f"reads as {beside['reading'].iloc[0]}" if len(beside) == 1 else "read as unusual"
        return f"No {'other ' if signals else ''}row is clear enough to announce, though {named} {read}."
    return not_read or ("" if len(unusual) else "No row sends a signal.")


def clearest(signals: Sequence[Test]) -> Test:
    """Return the clearest signal, of those beside revenue where there are any."""
    return min(signals, key=lambda test: (test.name == "shared_revenue", test.p))


def describe_revenue(
    words: Words,
    period: Month,
    revenue: float,
    goal: float,
    draft: bool,
    until: str = "",
    called: str = "revenue",
    span: str = "month",
    said: bool = False,
    lacks: str = "",
) -> str:
    """Return the sentence on revenue against its goal; `until` is the last day of a month in progress.

    `span` is what it is read over: "month", "quarter" or "quarter so far"; `said`: the first screen says that there is
    no goal.
    """
    called += "" if span == "month" else f" of the {span}"
    subject = f"To {until}, {called}" if until else sentence(called)
    if not is_known(revenue):
        why = f"the deals stop on {until}" if until else lacks or "the exports hold no deals"
        return f"Revenue of {period.label} is not known, because {why}."
    if not is_known(goal) or goal <= 0:
        if not revenue:
            return f"{sentence(called)}: none recorded yet{'' if said else f', and no goal for {period.label}'}."
        lacking = "" if said else f"; no goal is recorded for {period.label}"
        return f"{subject} came to {words.money_short(revenue)}{lacking}."
    named = f"{'draft goal' if draft else 'goal'} of {words.money_short(goal)}"
    named += (" due by then" if until or span.endswith("far") else "") + (", not agreed yet" if draft else "")
    share = words.share(revenue / goal)
    return f"{subject} came to {words.money_short(revenue)} against a {named} ({share})."


def describe_reading(
    words: Words,
    reading: Reading,
    usual: Range | None,
    attained: float | None,
    announced: bool,
    unit: str = "share",
    called: str = "",
    span: str = "month",
) -> str:
    """Say whether the month (or quarter, its `span`) is ordinary. Only an announced one is called unusual.

    Without an agreed goal `attained` is None, and the usual range is one of `unit`.
    """
    if usual is None:
        return too_early(reading, called, span)
    text = f"That is {where_in(words, reading, usual, announced, unit)}"
    if attained is None and not reading.is_signal:
        return f"{text}: an ordinary {span}."
    state = words.direction((attained or 1.0) - 1, 1.0)
    if reading.is_signal:
        return f"{text}: not an ordinary {span}." if announced else f"{text}."
    return f"{text}: {state}, {'but' if state == 'short' else 'and'} ordinary."


def too_early(reading: Reading, called: str = "", span: str = "month") -> str:
    """Say how many months are lacking for a usual range; of what, where other rows on the page have one."""
    of = f" of {called}" if called else ""
    if not reading.months:
        return f"No earlier {span} compares, so there is no usual range{of} yet; it takes eight."
    noun = span.partition(" ")[0]
    months = f"{small_number(reading.months)} earlier {noun}{'' if reading.months == 1 else 's'}"
    return f"With {months} there is no usual range{of} yet; it takes eight."


def where_in(words: Words, reading: Reading, usual: Range, announced: bool, unit: str = "share") -> str:
    """Return "inside the usual range of 77–127%", or how a measure lies outside it."""
    span = f"the usual range of {words.span(usual.low, usual.high, unit)}"
    if reading.kind in ("above", "below"):
        if announced:
            return f"{reading.kind} {span}"
        return f"{reading.kind} {span}; not clear enough to announce by itself"
    if reading.is_signal:
        side = "above" if reading.went == "up" else "below"
        return f"inside {span}, but the last months lie mostly {side} its middle"
    return f"inside {span}"


def goal_met(month: MonthData, series: pd.DataFrame) -> str:
    """Say how often the goal was met lately: that a month is ordinary closes nothing."""
    attained = same_part(month, series)["revenue_attained"].tail(SHOWN)
    met, of = months_met(attained, [1.0] * len(attained))
    noun, _, far = span_of(month).partition(" ")
    return f"The goal {far and 'to the same month '}was met in {met} of the last {month.words.count(of, noun)}."


def longer_run(words: Words, rows: pd.DataFrame, usual: Range | None, noun: str = "month") -> str:
    """Say what one month cannot show and where the quarter to date stands (in its first month the year)."""
    wide = cannot_show(usual)
    if not is_known(wide):
        return ""
    text = f"One {noun} of revenue cannot show changes under {words.share(wide)}"
    for key, row in rows[rows.index.isin(["quarter", "year"])].to_dict("index").items():
        if row["span"] > 1 and is_known(row["of_plan"]):
            return f"{text}; the {key} to date stands at {words.share(row['of_plan'])}."
    return f"{text}; the quarter is read when it is over." if noun == "month" else f"{text}."


def describe_scores(words: Words, scores: pd.DataFrame, of: Unit, until: str = "", stops: str = "") -> ItemList:
    """Write each team's score as its arithmetic, marketing first; the two are never compared.

    `until` is the last day of a month in progress; `stops` says which of the two parts stops before the other.
    """
    items, unit = [], of.called
    if stops:
        text = f"A score takes {unit} and revenue of the same days; {stops}."
        return ItemList("team_scores", "Team scores", (Item("No score this month.", text),))
    if not scores["score"].notna().any():
        text = f"A score takes a shared goal and a plan of {unit}, agreed or drafted."
        return ItemList("team_scores", "Team scores", (Item("No score this month.", text),))
    for row in scores.to_dict("records"):
        lacking = "the shared goal" if is_known(row["own"]) else f"its plan of {unit}"
        text = f"no score without {lacking}"
        if is_known(row["score"]):
            own, shared = (
                ("draft plan" if row["own_draft"] else "plan"),
                ("draft" if row["draft"] else "shared"),
            )
            text = (
                f"= {words.share(1 - row['weight'])} × {words.share(row['own'])} of its own {own} "
                f"({shown(words, row['actual'], of)} of {shown(words, row['plan'], of)} {unit}) "
                f"+ {words.share(row['weight'])} × {words.share(row['shared'])} of the {shared} goal"
            )
        lead = f"{row['team'].capitalize()} {words.share(row['score'])}"
        items.append(Item(lead, text, mark=MARKS[row["team"]]))
    title = f"Team scores to {until}, against what was due by then" if until else "Team scores"
    return ItemList("team_scores", title, tuple(items))
