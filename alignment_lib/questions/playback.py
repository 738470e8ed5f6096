"""Win and loss playback: what do lost and won leads teach us?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..once import once
from ..period import Month
from ..signals import Test
from ..words import Words, sentence, small_number
from . import agenda_items
from .both_sides import disputes_waiting
from .cohort import cohort_words
from .feedback import answer_days, describe_heard, overdue, remark_list
from .monthly import to_day
from .parts import FEW, lacking, named_places, news, stopped
from .reasons import (
    EARLIER,
    NONE,
    READ_AS,
    READ_FROM,
    UNRECORDED,
    Coverage,
    coverage,
    months_before,
    reasons_of,
    where_given,
)
from .tracking import nothing_lost

ASKS = "What do lost and won leads teach us?"
COVERED = 0.6  # of the leads must have come back, and of the losses have a reason, for shares to be read
RANK, ANSWER_RANK = 2.0, 0.9  # of its prompts: a reason that moved, a remark without an answer


# What was lost


def rests_on(month: MonthData) -> str:
    """Return the table that losses are counted from: deals, without them the leads' disposition."""
    return "deals" if month.has("deals") else "leads"


@once
def losses(month: MonthData) -> pd.DataFrame:
    """Return the reasons of the month's losses; worked out from the tally of reasons."""
    return reasons_of(month, "lost")


def unreadable(month: MonthData, table: pd.DataFrame, covered: Coverage) -> str:
    """Return in one sentence why the shares of reasons are not read this month, or nothing if they are."""
    words, n = month.words, int(table["now"].sum()) if len(table) else 0
    if why := stopped(month, rests_on(month)):
        return f"The reasons of the whole month are not read yet: {why}."
    if n < READ_FROM:
        lost = f"{words.count(n, 'loss')} {'is' if n == 1 else 'are'} recorded" if n else "No loss is recorded"
        return f"{lost} in {month.period.name}{', too few to read shares' if n else ''}."
    if covered.leads and covered.share < COVERED:
        return "Too few leads came back with what became of them to read shares: the counts stand below."
    told = 1 - float(table["share"].get(UNRECORDED, 0.0))
    if told < COVERED:
        have = sentence(words.share(told))
        return f"{have} of the losses have a reason, too few to read shares: the counts stand below."
    return ""


def describe_reasons(month: MonthData, table: pd.DataFrame, signal: Test | None) -> str:
    """Say which reason left its usual range, and that the others are where they usually are."""
    others = table[table["kind"].isin(["above", "below"])]
    if signal:
        moved = others.drop(index=_reason_of(signal), errors="ignore")
        rest = len(table) - 1 - len(moved)
        if moved.empty and rest == 1:
            return f"{signal.text} The other reason is where it usually is."
        which = f"The other {small_number(rest)} reasons are where they usually are."
        return f"{signal.text} {which if moved.empty else _just_outside(month, moved)}"
    if table["kind"].eq("little").all():
        return "How often each reason is usually given is not known yet; it takes three earlier months."
    if others.empty:
        return "All reasons are where they usually are."
    return f"{_just_outside(month, others)}; among {small_number(len(table))} reasons chance can do that."


def _just_outside(month: MonthData, moved: pd.DataFrame) -> str:
    named = month.words.names([f"“{name}”" for name in moved.index])
    one = len(moved) == 1
    side = f"just {moved['kind'].iloc[0]}" if moved["kind"].nunique() == 1 else "just outside"
    return f"{named} {'lies' if one else 'lie'} {side} {'its usual range' if one else 'their usual ranges'}"


def tests(month: MonthData) -> list[Test]:
    """Return one test: the reason whose share of losses moved most clearly.

    Its p (Fisher's exact test against the six earlier months pooled) is corrected for the number of reasons looked at;
    what the figure shows inside its usual range is never announced.
    """
    table = losses(month)
    if month.stops(rests_on(month)) or unreadable(month, table, coverage(month)[0]):
        return []
    read = table[table["p"].notna() & (table["now"] + table["earlier"] > 0)]
    if read.empty or read["kind"].eq("little").all():
        return []
    name = str(read["p"].idxmin())
    row = read.loc[[name]].to_dict("records")[0]
    words, n = month.words, int(table["now"].sum())
    moved = row["kind"] in ("above", "below")
    went, span = "rose" if row["kind"] == "above" else "fell", words.span(row["low"], row["high"])
    lasts = as_before(month, name, row["kind"])
    went = "came" if lasts else went
    text = f"“{name}” {went} to {words.share(row['share'])} of losses ({words.number(row['now'])} of {words.number(n)})"
    text += f", {row['kind']} its usual range of {span}{lasts}."
    p = min(1.0, len(read) * float(row["p"])) if moved else 1.0
    return [Test(f"playback: {name}", "playback", p, "neither", text)]


def as_before(month: MonthData, reason: str, kind: str) -> str:
    """Return ", as in the two months before" where the reason lay on that side of its usual range then, too."""
    months = months_before(month, reason, kind) if kind in ("above", "below") else 0
    span = "month" if months == 1 else f"{small_number(months)} months"
    return f", as in the {span} before" if months else ""


def _reason_of(signal: Test) -> str:
    return signal.name.removeprefix("playback: ")


# What came back


def describe_coverage(month: MonthData, covered: Coverage) -> str:
    """Say how many leads came back with an outcome, and a reason where one is needed, against the goal."""
    if not covered.leads:
        return ""
    words, months = month.words, month.words.months(covered.cohort.months)
    of = f"the {words.count(covered.leads, 'lead')} of {months}"
    text = f"{sentence(words.share(covered.share))} of {of}"
    if covered.leads < FEW:
        text = f"{words.number(covered.explained)} of {of}"
    text += " came back with an outcome and, where lost or sent back, a reason"
    return f"{text}; the goal is {words.share(covered.goal)}." if covered.goal is not None else f"{text}."


def coverage_table(month: MonthData, covered: Coverage, table: pd.DataFrame) -> Table:
    """Return by location how many leads came back, with an outcome and with all that is needed."""
    shares = table[["told", "explained"]].div(table["leads"], axis=0).where(table["leads"] >= FEW)
    frame = named_places(table[["leads"]].join(shares), month)
    place = month.words.place().capitalize()
    columns = (
        Column("location", place), Column("leads", "Leads", "count"), Column("told", "Outcome known", "meter"),
        Column("explained", "With a reason where due", "meter"),
    )  # fmt: skip
    note = f"{sentence(cohort_words(month, covered.cohort))}; as of {month.words.date(month.as_of)}."
    if covered.goal is not None:
        note += f" Goal: {month.words.share(covered.goal)}."
    return Table("coverage", "What came back from sales", columns, frame, note)


# Figure and tables


def draw_reasons(table: pd.DataFrame, words: Words, width: float) -> Any:
    """Draw each reason's share as a dot on its usual range, with its count at the right."""
    names = charts.shortened(list(table.index), 22 if charts.is_narrow(width) else 34)
    left = 12 + max(len(name) for name in names) * charts.text_size(width) * 0.53
    figure, (ax,) = charts.canvas(width, 0.45 + 0.30 * len(names), left=left, right=8, top=6)
    texts = [words.number(count) for count in table["now"]]
    shares, low, high = (table[name].tolist() for name in ("share", "low", "high"))
    charts.range_dots(ax, names, shares, low, high, texts, words.share)
    return figure


def reasons_table(month: MonthData, table: pd.DataFrame, read: bool) -> Table:
    """Return the reasons with their counts; shares and usual range only where they may be read."""
    words, n = month.words, int(table["now"].sum())
    ranges = [words.span(low, high) if read else "" for low, high in zip(table["low"], table["high"], strict=True)]
    reading = [READ_AS.get(kind, "") for kind in table["kind"]]
    frame = table[["now", "share", "usual"]].assign(range=ranges, reading=reading)
    columns = [Column("reason", "Reason"), Column("now", "Losses", "count")]
    if read:
        columns += [
            Column("share", "Share", "share"), Column("usual", "Six months before", "share", muted=True),
            Column("range", "Usual range", "range", muted=True), Column("reading", "Reading", "reading"),
        ]  # fmt: skip
    note = f"{words.count(n, 'loss')} by the day of decision."
    return Table("reasons", f"Reasons for losses, {month.period.label}", tuple(columns), frame, note)


def reasons_figure(month: MonthData, table: pd.DataFrame, finding: str) -> Figure:
    """Return the reasons of the month's losses on their usual ranges."""
    words, lost = month.words, month.tallies.reasons.query("outcome == 'lost' and month != ''")["month"]
    ranged = table["low"].notna().any()
    caption = "A loss is a new deal lost, or a lead lost without one; by the day of decision."
    if ranged:
        before = [max(month.period - EARLIER, Month.parse(str(lost.min()))), month.period - 1]
        caption += f" Usual range: {words.months(before)} pooled, as far as chance moves a month of this size."
    return Figure(
        "reasons",
        f"Reasons for losses, {month.period.label}",
        "Share of losses" + ("; bar = usual range, diamond = outside it" if ranged else "") + "; number = losses",
        partial(draw_reasons, table, words),
        f"Dot chart of reasons: each one’s share of the losses{' on its usual range' if ranged else ''}. {finding}",
        caption,
        reasons_table(month, table, read=True),
    )


def places_table(month: MonthData, signal: Test) -> Table | None:
    """Return where the reason that moved was given, this month and before; None with a single location."""
    name = _reason_of(signal)
    table = where_given(month, NONE if name == UNRECORDED else name.removeprefix("Not in the list: "))
    if len(table) < 2 or not table["given"].any():
        return None
    for end in ("", "_before"):
        whole = table[f"losses{end}"]
        table[f"share{end}"] = (table[f"given{end}"] / whole.where(whole > 0)).where(whole >= FEW)
    columns = (
        Column("location", month.words.place().capitalize()), Column("losses", "Losses", "count"),
        Column("share", "Of these", "share"), Column("losses_before", "Six months before", "count", muted=True),
        Column("share_before", "Of those", "share", muted=True),
    )  # fmt: skip
    shown = named_places(table, month)
    title = f"“{name}” by {month.words.place()}"
    return Table("reason_places", title, columns, shown, "Small numbers: shown, not ranked.", folded=True)


def wins_table(month: MonthData) -> Table | None:
    """Return why clients came, where anybody writes it down; None if nobody does."""
    table, words = reasons_of(month, "won"), month.words
    if table.empty or not table.drop(index=UNRECORDED, errors="ignore")[["now", "earlier"]].to_numpy().sum():
        return None
    table = table[(table["now"] > 0) | (table["earlier"] > 0)]
    columns = (Column("reason", "Reason"), Column("now", sentence(words.win(2)), "count"),
               Column("earlier", "Six months before", "count", muted=True))  # fmt: skip
    title = f"Why {words.client(2)} {words.won}"
    return Table("won_reasons", title, columns, table[["now", "earlier"]], "By the day of decision.", folded=True)


# The answer


def prompt_for(month: MonthData, signal: Test | None) -> Prompt | None:
    """Ask about the reason that moved, else about the remark that has waited longest; nothing while a table stops."""
    if signal:
        name, rose = _reason_of(signal), ", above its usual range" in signal.text
        asks = "What helps most: a message (marketing), an offer (both) or an earlier call back (sales)?"
        asks = asks if rose else "What made the difference, and how do we keep it?"
        return Prompt(f"“{name}” is given {'more' if rose else 'less'} often than it was. {asks}", rank=RANK)
    waiting = overdue(month)
    if not waiting or month.ends:
        return None
    one = waiting[0]
    who = f"what {one.location} said" if one.location not in ("", "all") else "what was said"
    return Prompt(f"Who answers {who} on {month.words.day(one.said_on)}, and by when?", rank=ANSWER_RANK)


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Return the reason that moved, remarks without an answer, and disputes that wait longer than agreed."""
    words, signal, items = month.words, next(iter(news(month, "playback")), None), []
    asked = prompt_for(month, signal)
    if signal and asked:
        name = _reason_of(signal)
        lasts = as_before(month, name, str(losses(month)["kind"][name]))
        items.append(agenda_items.Item(
            f"“{name}” among the reasons for losses{lasts}", "playback", "signal",
            moves=f"share of losses as {name}", rank=asked.rank, asks=asked.text,
        ))  # fmt: skip
    if waiting := overdue(month):
        what = f"{sentence(words.count(len(waiting), 'remark'))} of the {words.place(2)} without an answer"
        ask = "" if signal or asked is None else asked.text
        items.append(agenda_items.Item(what, "playback", "feedback", rank=ANSWER_RANK, asks=ask))
    if disputes_waiting(month, answer_days(month)):
        items.append(agenda_items.Item("Disputed leads open longer than agreed", "relay", "feedback"))
    return items


def missing(month: MonthData, wins: Table | None) -> tuple[Missing, ...]:
    """Return what the playback cannot show, why, and what would open it."""
    words = month.words
    known = month.has("deals") or month.has("leads.disposition")
    who = f"the {words.place(2)} and sales say" if month.playbook_at_end.locations else "sales says"
    return lacking(
        (not known, "reasons for losses", "The exports hold neither deals nor what became of a lead.",
         "Map deals with outcome and reason, or the leads’ disposition.", 4, "Deals"),
        (known and not (month.has("deals.reason") or month.has("leads.disposition_reason")), "reasons for losses",
         "The exports hold no reason.", "Record one of an agreed list and map it.", 3, "Reasons"),
        (month.has("deals") and wins is None, f"why {words.client(2)} {words.won}",
         f"No reason is recorded for {words.win(2)}.", "Agree a list under “reasons”, and fill it.", 1, "Reasons"),
        (month.company.feedback.empty, f"what {who}",
         "Nothing stands in feedback.csv.", "Write what is said there: date, location, about, text.", 2, "Feedback"),
    )  # fmt: skip


def notes(month: MonthData, table: pd.DataFrame) -> tuple[str, ...]:
    """Return what a reader must know beside figure and tables."""
    said, undated = [], month.tallies.reasons.query("month == '' and outcome == 'lost'")["decided"].sum()
    unlisted = table.loc[~table["listed"] & (table["now"] > 0)] if len(table) else table
    if month.playbook_at_end.reasons.lost and len(unlisted):
        n = month.words.count(int(unlisted["now"].sum()), "loss")
        have = "has" if unlisted["now"].sum() == 1 else "have"
        said.append(f"{sentence(n)} {have} a reason that is not on the agreed list.")
    if undated:
        one = undated == 1
        lost = month.words.count(int(undated), "loss")
        said.append(f"{lost} without a day {'stands' if one else 'stand'} in no month.")
    said += describe_heard(month)
    return tuple(filter(None, said))


def playback(month: MonthData) -> Answer:
    """Answer "What do lost and won leads teach us?"."""
    signal, table = next(iter(news(month, "playback")), None), losses(month)
    covered, by_place = coverage(month)
    recorded = (month.has("deals") or month.has("leads.disposition")) and not nothing_lost(month)
    known = recorded and bool(len(table) or covered.told)
    remarked, wins = remark_list(month), wins_table(month)
    why = unreadable(month, table, covered)
    said = why or describe_reasons(month, table, signal)
    if not known:
        said = "What was lost is not recorded in the exports, so there are no reasons to read."
    elif month.partial and not why:
        said = f"To {to_day(month, rests_on(month))}: {said[:1].lower()}{said[1:]}"
    back = describe_coverage(month, covered) if known else ""
    readable = known and not why
    shown = [coverage_table(month, covered, by_place)] if known and covered.leads else []
    if known and why and len(table) and table["now"].any():
        shown = [reasons_table(month, table[table["now"] > 0], read=False), *shown]
    places = places_table(month, signal) if signal else None
    return Answer(
        name="playback",
        title="Win and loss playback",
        asks=ASKS,
        finding=f"{said} {back}".strip(),
        basis="losses by the day of decision; feedback by the day it was said; coverage by date created",
        state="complete" if readable else "poor" if known or remarked else "missing",
        reading="signal" if signal else "usual range" if readable and table["kind"].eq("usual").all() else "",
        opens=signal is not None or bool(overdue(month)),
        lists=(remarked,) if remarked else (),
        figures=(reasons_figure(month, table, said),) if readable else (),
        tables_shown=tuple(one for one in (*shown, places, wins) if one is not None),
        prompt=prompt_for(month, signal),
        notes=notes(month, table),
        missing=missing(month, wins),
        words=month.words,
    )
