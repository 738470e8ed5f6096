"""What the relay says: how many were answered in time, and the condition behind it if one is announced."""

from __future__ import annotations

import pandas as pd

from ..month import MonthData
from ..words import Words, sentence
from .parts import ENOUGH, news, of_month
from .replies import PARTS, Replies, conditions, earlier_months, rate_without, replies, reply_gap


def describe_replies(
    now: Replies, earlier: Replies, spans: list[str], limit: str, words: Words, both: Replies | None = None
) -> str:
    """Say how many marketing-sourced leads were answered in time, of `both` teams' leads, and how that was before."""
    if not now.judged:
        return "No marketing-sourced lead was due an answer this month."
    if now.judged < ENOUGH:
        leads = words.count(now.judged, "marketing-sourced lead")
        were = "was" if now.kept == 1 else "were"
        return f"{words.number(now.kept)} of {leads} {were} answered within the agreed {limit}."
    share, of_all = words.share(now.share), words.share(both.share) if both else ""
    text = f"{sentence(share)} of marketing-sourced leads were answered within the agreed {limit}"
    text += f" ({words.months(spans)}: {words.share(earlier.share)})" if earlier.judged >= ENOUGH else ""
    return f"{text}; of all leads it was {of_all}." if of_all not in ("", share) else f"{text}."


def describe_condition(row: pd.Series, words: Words) -> str:
    """Say at which place and time of day leads stayed unanswered: a condition, never a fault of people."""
    where = f"Enquiries {PARTS[row['part']]} at {row['location']}, from any source"
    elsewhere = words.share(row["rest_never"] / row["rest_covered"])
    never, covered = words.number(row["never"]), words.number(row["covered"])
    return f"{where}: {never} of {covered} with no reply logged, elsewhere {elsewhere}"


def describe_relay(month: MonthData, condition: pd.Series | None) -> str:
    """Return the finding: answered in time, and the condition behind it if there is a corrected signal."""
    words, reply, gap = month.words, month.playbook.reply, reply_gap(month)
    if gap:
        return gap
    if reply is None:
        return "No reply time is agreed yet, so no reply can be called in time or late."
    spans = [m for m in earlier_months(month) if replies(month, "marketing", [m]).judged]
    now, before = replies(month, "marketing", [str(month.period)]), replies(month, "marketing", spans)
    sums = of_month(month.tallies.relay, month)[["kept", "broken"]].sum()
    both = Replies(int(sums.sum()), int(sums["kept"]))
    text = describe_replies(now, before, spans, reply.within, words, both)
    if condition is None:
        return text
    text += f" {describe_condition(condition, words)}"
    without = rate_without(month, condition, now, ("marketing",))
    if explains_half(now, without, reply.goal or 0.0):
        text += f"; without marketing’s part of them the rate is {words.share(without.share)}"
    return text + "."


def explains_half(now: Replies, without: Replies, expected: float) -> bool:
    """Say whether leaving some leads out makes good half of what is missing to the share expected."""
    enough = min(now.judged, without.judged) >= ENOUGH
    return enough and now.share < expected and without.share - now.share >= (expected - now.share) / 2


def describe_without(month: MonthData, now: Replies, before: float) -> str:
    """Say what the company's share answered in time would be without the announced place and time of day.

    Only where that is half of what it lost against `before`, its earlier mean: then both are one finding, not two.
    """
    condition = announced_condition(month)
    without = None if condition is None else rate_without(month, condition, now)
    if condition is None or without is None or not explains_half(now, without, before):
        return ""
    where = f"enquiries {PARTS[condition['part']]} at {condition['location']}"
    return f"Without {where} it would be {month.words.share(without.share)}."


def announced_condition(month: MonthData) -> pd.Series | None:
    """Return the condition that survives the correction over all tests of the page, if there is one."""
    cells = conditions(month)
    return cells[cells["worse"]].iloc[0] if news(month, "relay") else None
