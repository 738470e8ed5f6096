"""Wins and promises kept: what went well, and did we do what we said?"""

from __future__ import annotations

from ..answer import Answer, ItemList, Missing
from ..answer import Item as Line
from ..month import MonthData
from ..words import sentence, small_number
from . import agenda_items
from .definitions import goal_reached, when_rewarded
from .meetings_held import describe_meetings, meetings_held
from .monthly import has_no_goal, monthly
from .parts import lacking
from .promises_kept import MARKS, describe_promise, promises_of, where_moved
from .wins import wins

ASKS = "What went well, and did we do what we said?"
CARRIED_RANK = 2.5  # after what signals this month and the lever, before the split; what is older first
MOSTLY = 0.8  # of the agreed meetings: fewer held are an item of the agenda


def describe_wins(month: MonthData, won: list[Line]) -> str:
    """Return the finding: the first win, and how many of the promises that were due were kept."""
    states = [state for _, state in promises_of(month)]
    settled = [state for state in states if state != "not due yet"]
    text = won[0].lead if won else no_win(month)
    if not month.company.promises:
        return f"{text} No promises are recorded."
    if not settled:
        return f"{text} No promise was due in {month.period.name}."
    kept, n = settled.count("kept"), len(settled)
    if n == 1:
        return f"{text} The one promise that was due was {'kept' if kept else settled[0]}."
    if kept == n:
        return f"{text} {'Both' if n == 2 else f'All {small_number(n)}'} promises that were due were kept."
    how = f"{small_number(kept) if kept else 'none'} {'were' if kept > 1 else 'was'}"
    return f"{text} Of {small_number(n)} promises that were due, {how} kept."


def no_win(month: MonthData) -> str:
    """Say that no win is named, and not of a measure that is not read yet that it did not beat its plan."""
    if has_no_goal(monthly(month)):
        return "No win is clear enough to name."
    if month.partial:
        return f"Wins are named when {month.period.name} is over."
    return f"No measure {'that can be read ' if month.ends else ''}beat its plan this month."


def promise_list(month: MonthData) -> ItemList:
    """Return the promises with owner, date, state and the measure that each should move."""
    items = [Line(f"{sentence(promise.what.rstrip('.'))}.", describe_promise(month, promise, state), mark=MARKS[state])
             for promise, state in promises_of(month)]  # fmt: skip
    return ItemList("promises", "What we promised", tuple(items))


def thanks_list(month: MonthData) -> ItemList:
    """Return the month's thanks of those who agreed to be named; the others are not shown at all."""
    period = month.period
    said = [one for one in month.company.thanks if one.consent and period.start <= one.on < period.end]
    items = [Line(f"{sentence(one.to)}.", one.because + (f" ({one.by})" if one.by else "")) for one in said]
    return ItemList("thanks", "Thanks", tuple(items))


def reward_list(month: MonthData) -> ItemList:
    """Return the reward of the playbook in a whole month that reached its agreed shared goal."""
    reward, reached = month.playbook_at_end.reward, goal_reached(month)
    items = [Line(when_rewarded(month), reward.says)] if reward and reached else []
    return ItemList("reward", "What we celebrate", tuple(items))


def something_went_well(month: MonthData) -> bool:
    """Say whether the month has a win, a thank-you or a reward, for which the meeting takes its last minutes."""
    return bool(wins(month) or thanks_list(month).items or reward_list(month).items)


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return which small files would fill this section."""
    agreed = bool(month.playbook_at_end.communication)
    return lacking(
        (not month.company.promises, "promises kept, carried and dropped",
         f"No promises were recorded in {month.period.name}.", "Record them in promises.yml of your params folder.",
         2, "Promises"),
        (agreed and month.company.meetings.empty, "meetings held of those agreed", "No meeting is written down.",
         "Write meetings.csv: date, meeting, present by role.", 1, "Meetings"),
    )  # fmt: skip


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the carried promises, each with the measure it should move, and a meeting that was mostly not held."""
    items = [
        agenda_items.Item(
            f"Carried promise: {promise.what.rstrip('.')}", "wins_and_promises", "promise",
            "both" if promise.team == "shared" else promise.team, where_moved(promise),
            CARRIED_RANK + (month.as_of - promise.due_on).days / 1000,
        )
        for promise, state in promises_of(month) if state == "carried"
    ]  # fmt: skip
    for one in meetings_held(month):
        if one.held < MOSTLY * one.agreed:
            held = f"held {one.held} of {one.agreed} times" if one.agreed > 1 else f"not held in {month.period.name}"
            what = f"{one.meeting}: {held}; keep it, or agree another rhythm"
            items.append(agenda_items.Item(what, "wins_and_promises", "meeting", rank=1 - one.held / one.agreed))
    return items


def wins_and_promises(month: MonthData) -> Answer:
    """Answer "What went well, and did we do what we said?"."""
    won = wins(month)
    lists = [ItemList("wins", "Worth celebrating", tuple(won), beside=True), promise_list(month),
             ItemList("thanks", "Thanks", thanks_list(month).items, beside=True), reward_list(month)]  # fmt: skip
    return Answer(
        name="wins_and_promises",
        title="Wins and promises kept",
        asks=ASKS,
        finding=describe_wins(month, won),
        basis="wins as their own sections count them; promises, meetings and thanks as the files say",
        layer="meeting",
        state="complete" if month.company.promises else "poor",
        opens=True,
        lists=tuple(one for one in lists if one.items),
        notes=tuple(filter(None, [describe_meetings(month)])),
        missing=missing(month),
        words=month.words,
    )
