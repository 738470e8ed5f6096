"""What was promised, and what became of it as the file says."""

from __future__ import annotations

from typing import Literal

from ..month import MonthData, last_visible_day
from ..period import Month
from ..playbook.small_files import Promise
from ..words import sentence
from .parts import day_words

State = Literal["kept", "carried", "dropped", "not due yet"]
MARKS: dict[State, str] = {"kept": "✓", "carried": "→", "dropped": "✕", "not due yet": "○"}


def promises_of(month: MonthData) -> list[tuple[Promise, State]]:
    """Return the promises that the month's page speaks of, each with its state on the page's date, kept ones first.

    Kept: done in the month, or due by its end and done by the page's date. Carried: due by then and not done. Dropped:
    given up, on the page of the month in which it was due. Not due yet: the others that were agreed by the month's end.
    What was kept stands on one page only.
    """
    found = [(promise, state_of(month, promise)) for promise in month.company.promises]
    shown = [(promise, state) for promise, state in found if state is not None]
    order = list(MARKS)
    return sorted(shown, key=lambda one: (order.index(one[1]), one[0].due_on, one[0].id))


def state_of(month: MonthData, promise: Promise) -> State | None:
    """Return what the month's page says of a promise; None where it says nothing."""
    period, due = month.period, promise.due_on
    if promise.agreed_on >= period.end:
        return None
    if promise.status == "dropped":
        return "dropped" if Month.of(due) == period else None
    over = due < period.end and due <= month.as_of
    done = promise.done_on
    if done is None or done > month.as_of:
        return "carried" if over else "not due yet"
    if done >= period.end:
        return "kept" if due < period.end else None
    told = due < period.start and done <= last_visible_day(period - 1, month.settings.settle_days.month)
    return "kept" if done >= period.start and not told else None


def where_moved(promise: Promise) -> str:
    """Return the measure that a promise should move, with its place: "leads with a source, Old Mill"."""
    return promise.measure + (f", {promise.where}" if promise.where != "all" else "")


def describe_promise(month: MonthData, promise: Promise, state: State) -> str:
    """Return whose it is, its date, what became of it and what it should move."""
    team = "Both teams" if promise.team == "shared" else sentence(promise.team)
    due = day_words(month, promise.due_on)
    said = {
        "kept": f"kept on {day_words(month, promise.done_on)}" if promise.done_on else "kept",
        "carried": f"due {due}, not done: carried to the agenda",
        "dropped": f"due {due}, dropped",
        "not due yet": f"due {due}",
    }[state]
    return f"{team}, {said}. Should move: {where_moved(promise)}."
