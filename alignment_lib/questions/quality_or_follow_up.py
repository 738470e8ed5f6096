"""Quality or follow-up: was it the leads, or how they were answered? A comparison, never a proof of cause."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd

from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..charts import Dots
from ..month import MonthData
from ..once import once
from ..signals import Test
from ..stats.intervals import Estimate, normal_p
from ..stats.standardise import LikeWithLike, Standardised
from ..words import Words, sentence
from .agenda_items import Item
from .handled_cells import (
    LEAST_WINS,
    Handled,
    cell_words,
    handled_cells,
    in_time_against_others,
    judged_months,
    judged_words,
    three_factors,
    verdict_of,
    why_not,
)
from .parts import ENOUGH, FEW, divide, dots_alt, draw_dots, lacking, news
from .rhythm import is_long, rhythm_days

ASKS = "Was it the leads, or how they were answered?"
NAME = "quality_or_follow_up"
RANK = 2.0
LEAST_MONTHS = 3  # before this one, to compare with
READINGS = {"mix": "mostly the leads", "handling": "mostly follow-up", "both": "both", "neither": "neither"}
KINDS = {"in time": "In time", "late": "Late", "never": "No reply logged"}
PROMPTS = {
    "mix": "Which leads came that did not come before, and who can bring more of those that join?",
    "handling": "What was different in how these leads were answered, and what can both of us do about it?",
    "both": "Leads and follow-up both differ this month. Which of the two do we look at first?",
}  # what else may have changed, nobody here can say: "neither" asks nothing and opens nothing
WHAT = {"mix": "Other leads than before", "handling": "Leads answered otherwise than before",
        "both": "Other leads, answered otherwise"}  # fmt: skip
COMPARED = "A comparison, no proof: chance does not choose which leads are answered in time."



@once
def compared(month: MonthData) -> tuple[Handled, Standardised | None, str]:
    """Return the judged leads, the split of their difference, or in one sentence why there is none (kept)."""
    handled = handled_cells(month)
    why = why_not(month) or too_few(month, handled)
    return handled, None if why else three_factors(month, handled), why


def too_few(month: MonthData, handled: Handled) -> str:
    """Return in one sentence what there is too little of to compare, or nothing."""
    words, leads = month.words, handled.now[0]
    little = len(handled.months) < LEAST_MONTHS or handled.k[0].sum() < LEAST_WINS
    if is_long(month) and (leads < ENOUGH or little):
        days, span = words.number(rhythm_days(month)), judged_words(month)
        few = f"too few {words.win(2)} of earlier leads are known to compare with"
        few = few if leads >= ENOUGH else f"too few of them were due a reply ({words.number(leads)})"
        return f"Most {words.win(2)} take up to {days} days. Leads of {span} are the latest that old, and {few}."
    if not leads:
        return f"No lead was due a reply in {month.period.name}."
    if leads < ENOUGH:
        are = "was" if leads == 1 else "were"
        return f"{words.count(leads, 'lead')} {are} due a reply in {month.period.name}, too few to compare."
    if little:
        need = f"{LEAST_MONTHS} earlier months and {LEAST_WINS} {words.win(2)} of theirs at the same age"
        return f"Too little history: it takes {need} to compare with."
    return ""


# What the section says


def before_words(handled: Handled) -> str:
    """Return what this month is compared with: "the 12 months before"."""
    return f"the {len(handled.months)} months before"


def is_alike(words: Words, handled: Handled, found: Standardised) -> bool:
    """Say whether as many were won as at the rate of the months before, to within 1% or half a win."""
    leads, won = handled.now
    expected = found.reference * leads
    return words.direction(won - expected, expected) == "on plan" or round(won - expected) == 0


def describe(month: MonthData, handled: Handled, found: Standardised) -> str:
    """Say what the leads came to beside the months before, and what the difference goes with."""
    words, (leads, won), verdict = month.words, handled.now, verdict_of(found)
    expected = found.reference * leads
    count = words.number(won)
    came = f"{count} of the {words.count(leads, 'lead')} due a reply {words.won} by {words.day(month.as_of)}"
    if is_long(month):
        came = f"Of the {words.count(leads, 'lead')} of {judged_words(month)} due a reply, the latest old "
        came += f"enough, {count} {words.won}"
    said = f"{came}; at the rate of {before_words(handled)} it would be {words.number(expected)}."
    mix, handling, result = (part * leads for part in (found.mix.value, found.handling.value, found.result.value))
    more = partial(more_or_fewer, words)
    if is_alike(words, handled, found) and verdict not in PROMPTS:
        return f"{said} There is no difference to look into."
    if is_alike(words, handled, found):
        came = f"with which leads came go {more(mix)}, with how they were answered {more(handling)}"
        return f"{said} In all there is no difference: {came}."
    return f"{said} " + {
        "mix": f"Mostly the leads: with which leads came go {more(mix)}, with how they were answered {more(handling)}.",
        "handling": f"Mostly follow-up: with how leads were answered go {more(handling)}, with which leads came "
                    f"{more(mix)}.",
        "both": f"Both: with which leads came go {more(mix)}, with how they were answered {more(handling)}.",
        "neither": f"Neither: the same leads, answered as before, came to {more(result)}.",
        "cannot tell": f"Whether the difference in {words.win(2)} goes with the leads or with follow-up cannot be told "
                       "from so few leads.",
    }[verdict]  # fmt: skip


def more_or_fewer(words: Words, wins: float) -> str:
    """Return "7 more joins", "1 fewer join", "no more joins"."""
    size = round(abs(wins))
    if size == 0:
        return f"no more {words.win(2)}"
    return f"{words.number(size)} {'more' if wins > 0 else 'fewer'} {words.win(size)}"


def describe_alike(words: Words, alike: LikeWithLike, cells: str, months: int) -> str:
    """Say how much more often leads answered in time are won than the others: of all `months`, and of leads alike."""
    if alike.raw is None or alike.difference is None:
        return ""
    raw = f"{words.points(alike.raw)} {'more' if alike.raw > 0 else 'less'} often than"
    raw = "as often as" if words.points(alike.raw) == words.points(0.0) else raw
    found = alike.difference
    points = words.points(found.value, signed=True).removeprefix("+")
    low, high = (words.number(100 * end) for end in (found.low, found.high))
    text = (
        f"Over the {words.count(months, 'month')} leads answered in time {words.won} {raw} the others. "
        f"Among leads of the same {cells} the difference is {points} (range {low} to {high})"
    )
    return f"{text}." if found.excludes_zero else f"{text}, which chance alone could make."


# Figure and tables


def factors_figure(month: MonthData, handled: Handled, found: Standardised) -> Figure:
    """Return the three factors as wins more or fewer, with their ranges and what they add up to."""
    words, (leads, won) = month.words, handled.now
    parts = {
        "Which leads came": found.mix,
        "How they were answered": found.handling,
        "The same, another result": found.result,
    }
    value, low, high = ([round(getattr(part, end) * leads, 1) for part in parts.values()] for end in
                        ("value", "low", "high"))  # fmt: skip
    total = round(won - found.reference * leads, 1)
    value[2] = round(total - value[0] - value[1], 1)  # so that the printed figures add up
    names = [*parts, "All together"]
    show = partial(words.number, digits=1, signed=True)
    dots = Dots(f"{sentence(words.win(2))} more or fewer", [*value, total], show, [*low, None], [*high, None])
    frame = pd.DataFrame({
        "factor": names, "wins": [show(one) for one in (*value, total)],
        "range": [*(f"{show(a)} to {show(b)}" for a, b in zip(low, high, strict=True)), ""],
    })  # fmt: skip
    columns = (Column("factor", "What it goes with"), Column("wins", sentence(words.win(2)), "range"),
               Column("range", "95% range", "range", muted=True))  # fmt: skip
    name, young = judged_words(month), ""
    if is_long(month):
        young = f" Most {words.win(2)} take up to {words.number(rhythm_days(month))} days: younger leads wait."
    note = f"Against {before_words(handled)}, for {words.count(leads, 'lead')} due a reply."
    return Figure(
        "factors",
        f"What the difference of {show(total)} {words.win(2)} goes with",
        f"{name} against {before_words(handled)}; lines are 95% ranges",
        partial(draw_dots, names, ["joint"] * len(names), [dots], [False] * len(names)),
        dots_alt("three factors", names, [dots], [False] * len(names)),
        f"Order-free split over leads of the same {cell_words(month)}; a group without leads borrows from its source. "
        f"{COMPARED}{young}",
        Table("factors", "What the difference goes with", columns, frame, note),
    )


def handling_table(month: MonthData, handled: Handled) -> Table:
    """Return leads and wins by how they were answered, the judged months beside those before."""
    frame = with_shares(handled.by("handling").rename(index=KINDS), "handling")
    words, until = month.words, "by the same day of the next month"
    if is_long(month):
        until = f"up to {words.number(rhythm_days(month))} days after its end"
    return Table(
        "handled", "How leads due a reply were answered", columns_of(month, "handling", "Answered"), frame,
        f"By the month in which the reply clock started; {words.won} {until}, so that leads that came late had less "
        f"time. Before = {before_words(handled)}.",
    )  # fmt: skip


def kinds_table(month: MonthData, handled: Handled) -> Table:
    """Return leads and wins by grade or score third, without both by source: which leads came."""
    cells = handled.cells
    by = "grade" if cells["grade"].nunique() > 1 else "source"
    sums = handled.by(by)
    order = {"low third": 0, "middle third": 1, "high third": 2, "(none)": 3}
    if by == "grade":
        sums = sums.iloc[sorted(range(len(sums)), key=lambda at: (order.get(str(sums.index[at]), 0), at))]
    named = {"(none)": "Not recorded", "(missing)": "Not recorded"}
    sums = sums.rename(index=lambda name: named.get(name, sentence(str(name))))
    heading = "Source" if by == "source" else "Grade" if month.has("leads.grade") else "Score"
    note = "Thirds of the scores of all leads of these months, due a reply or not." if heading == "Score" else ""
    return Table(
        "kinds", f"Which leads came, by {heading.lower()}", columns_of(month, by, heading),
        with_shares(sums, by), note, folded=True,
    )  # fmt: skip


def with_shares(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add shares won, and a last row of all; under 5 leads have no share."""
    frame = pd.concat([frame, frame.sum().to_frame("All").T])
    frame.index.name = key
    for end in ("", "_before"):
        leads = frame[f"leads{end}"]
        frame[f"share{end}"] = divide(frame[f"won{end}"], leads).where(leads >= FEW)
    return frame


def columns_of(month: MonthData, key: str, heading: str) -> tuple[Column, ...]:
    """Return the columns of a table of leads and wins, the judged months beside those before."""
    won, name = sentence(month.words.won), judged_words(month) if is_long(month) else month.period.short
    return (
        Column(key, heading), Column("leads", f"Leads, {name}", "count"), Column("won", won, "count"),
        Column("share", "Share", "share"), Column("leads_before", "Leads before", "count", muted=True),
        Column("won_before", won, "count", muted=True), Column("share_before", "Share", "share", muted=True),
    )  # fmt: skip


# The answer


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return what the exports would have to hold."""
    return lacking(
        (not month.has("activities"), "quality or follow-up", "The exports hold no sales activities.",
         "Export calls, e-mails and visits, and map them to activities.", 2, "Sales activities"),
    )  # fmt: skip


def tests(month: MonthData) -> list[Test]:
    """Return one test: the verdict's own factors, of "both" the less clear one; none where nothing is compared.

    p is that of a normal value with the spread of the drawn ranges; 1 where the verdict names no factor. In a long
    rhythm the leads are those of other months, and so no news of this one.
    """
    handled, found, _ = compared(month)
    if found is None or is_long(month):
        return []
    p = max((normal_p(one) for one in factors_of(found)), default=1.0)
    direction: Literal["good", "bad"] = "good" if found.gap > 0 else "bad"
    return [Test(NAME, NAME, p, direction, describe(month, handled, found))]


def factors_of(found: Standardised) -> list[Estimate]:
    """Return the factors that the verdict names: which leads came, how they were answered, or both."""
    verdict = verdict_of(found)
    named = {"mix": [found.mix], "handling": [found.handling], "both": [found.mix, found.handling]}
    return named.get(verdict, [])


def announced(month: MonthData) -> str:
    """Return the verdict where the page announces it, else nothing."""
    _, found, _ = compared(month)
    return verdict_of(found) if found is not None and news(month, NAME) else ""


def agenda(month: MonthData) -> list[Item]:
    """Return what a verdict that is announced brings to the meeting."""
    verdict = announced(month)
    if verdict not in PROMPTS:
        return []
    return [Item(WHAT[verdict], "quality_or_follow_up", "signal", moves="share won of leads due a reply", rank=RANK,
                 asks=PROMPTS[verdict])]  # fmt: skip


def quality_or_follow_up(month: MonthData) -> Answer:
    """Answer "Was it the leads, or how they were answered?"."""
    words, (handled, found, why) = month.words, compared(month)
    if found is None:
        return Answer("quality_or_follow_up", "Quality or follow-up", ASKS, why, state="missing",
                      shown=month.has("activities"), missing=missing(month), words=words)  # fmt: skip
    finding, verdict, said = describe(month, handled, found), verdict_of(found), announced(month)
    read = READINGS.get(verdict, f"cannot tell at n={words.number(handled.now[0])}")
    graded, months = handled.cells["grade"].nunique() > 1, len({*handled.months, *judged_months(month)})
    notes = [describe_alike(words, in_time_against_others(handled), cell_words(month), months)]
    if not graded:
        notes.append("Leads carry no score or grade, so good and weak leads of one source are not told apart.")
    return Answer(
        name="quality_or_follow_up",
        title="Quality or follow-up",
        asks=ASKS,
        finding=finding,
        basis="leads due a reply by the month in which the reply clock started, each month seen at the same age",
        state="complete" if graded else "poor",
        reading="no difference" if is_alike(words, handled, found) else read,
        opens=said in PROMPTS,
        figures=(factors_figure(month, handled, found),),
        tables_shown=(handling_table(month, handled), kinds_table(month, handled)),
        prompt=Prompt(PROMPTS[said], rank=RANK) if said in PROMPTS else None,
        notes=tuple(filter(None, notes)),
        words=words,
    )
