"""What the questions bring to the agenda: one shape for a carried promise, a signal, a lever, a term not agreed.

A question file with something to decide has a module-level `agenda(month)` that returns its items; they are collected
over all questions, as tests are. What a section asks ("To discuss") is the `asks` of one of its items, word for word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from ..month import MonthData
from ..once import once

Kind = Literal[
    "promise", "signal", "lever", "plan", "source", "split", "quarter", "shortfall", "term", "feedback", "meeting"
]

# The order of the agenda, and how long an item takes. A shortfall is an agreement that was missed without a signal;
# quarter is a signal of a section whose home is the quarter: it waits better than the month’s lever.
MINUTES: dict[Kind, int] = {
    "promise": 5, "signal": 8, "lever": 12, "plan": 6, "source": 6, "split": 6, "quarter": 8, "shortfall": 5,
    "term": 4, "feedback": 4, "meeting": 3,
}  # fmt: skip
HOUR, THANKS = 60, 3
FIRST = 3  # items that the first screen names


@dataclass(frozen=True)
class Item:
    """One thing to decide: what, why (the section that shows it), who brings it, and what it should move.

    Attributes
    ----------
    what : str
        A few words without a full stop: "One lever for November". No count of leads: a shared page prints it whole.
    evidence : str
        The question whose section shows it, by its file's name ("relay").
    kind : Kind
        Places it on the agenda and says how long it takes.
    brought_by : "marketing", "sales" or "both"
        Whoever can tell most about it; never whose fault it is.
    moves : str
        The measure that a decision should move, as promises.yml will name it; "" where there is none.
    rank : float
        How much it matters, 0 to 3, as for prompts: orders items of a kind, and chooses what the first screen names.
    asks : str
        The question to discuss, if its section asks one: what, which, who or how.
    """

    what: str
    evidence: str
    kind: Kind
    brought_by: Literal["marketing", "sales", "both"] = "both"
    moves: str = ""
    rank: float = 0.0
    asks: str = ""

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return MINUTES[self.kind]


@dataclass(frozen=True)
class Agenda:
    """What is decided today, in order; `thanks` are the minutes of the last item (0: none), `left` what did not fit."""

    items: tuple[Item, ...]
    left: tuple[Item, ...]
    thanks: int

    @property
    def minutes(self) -> int:
        """How long the meeting takes, thanks included: 60 at most."""
        return sum(item.minutes for item in self.items) + self.thanks


@once
def agenda_of(month: MonthData) -> Agenda:
    """Return the meeting's agenda; worked out once per month. Thanks end it where there is something to thank for."""
    from .wins_and_promises import something_went_well

    return fitted(offered(month), THANKS if something_went_well(month) else 0)


def fitted(items: Iterable[Item], thanks: int = THANKS) -> Agenda:
    """Take items in order as long as an hour lasts, thanks included; one that does not fit leaves room for shorter."""
    chosen: list[Item] = []
    left: list[Item] = []
    for item in items:
        room = HOUR - thanks - sum(one.minutes for one in chosen)
        (chosen if item.minutes <= room else left).append(item)
    return Agenda(tuple(chosen), tuple(left), thanks)


def offered(month: MonthData) -> list[Item]:
    """Return what every question brings, in the agenda's order; of one section and kind only what ranks highest."""
    from . import QUESTIONS

    files = [import_module(f".{name}", __package__) for name in QUESTIONS if name != "agenda"]
    return in_order(item for file in files if hasattr(file, "agenda") for item in file.agenda(month))


def in_order(items: Iterable[Item]) -> list[Item]:
    """Sort items by kind, then by rank; a section brings one item of a kind, but every carried promise counts."""
    kinds = list(MINUTES)
    found: dict[tuple[str, ...], Item] = {}
    for item in sorted(items, key=lambda item: (kinds.index(item.kind), -item.rank)):
        alone = (item.what,) if item.kind == "promise" else ()
        found.setdefault((item.kind, item.evidence, *alone), item)
    return list(found.values())
