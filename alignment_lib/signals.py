"""From numbers to verdicts: how a row reads, and what a page may announce.

A reading belongs to one measure and follows the usual range. An announcement (headline, finding, win) must
also survive Holm's correction over every test of the page, so that an ordinary month announces anything in
fewer than one case in ten (SPEC Signals).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from .stats.tests import holm
from .stats.usual_range import Range, known_values, signal_kind, usual_range

LEVEL = 0.10
TOO_WIDE = 0.20  # a band wider than this either way cannot show smaller changes in one month

Label = Literal["usual range", "below usual", "above usual", "shifted", "too little history"]

LABELS: dict[str, Label] = {
    "usual": "usual range",
    "below": "below usual",
    "above": "above usual",
    "shifted up": "shifted",
    "shifted down": "shifted",
    "little": "too little history",
}


@dataclass(frozen=True)
class Test:
    """One test that a question puts to the month; `text` is what the page says if it is announced.

    `direction` says whether it is good news; `location` is filled only if the test is about one; `money` is
    what it is worth, and ranks findings.
    """

    __test__ = False  # not a test class of pytest

    name: str
    question: str
    p: float
    direction: Literal["good", "bad", "neither"]
    text: str
    location: str = ""
    money: float = 0.0


def announced(tests: Iterable[Test], level: float = LEVEL) -> tuple[Test, ...]:
    """Return the tests of a page that may be announced, in the order given."""
    tests = tuple(tests)
    holds = holm([test.p for test in tests], level)
    return tuple(test for test, held in zip(tests, holds, strict=True) if held)


@dataclass(frozen=True)
class Reading:
    """How a measure reads this month: `kind` is "usual", "below", "above", "shifted up/down" or "little"."""

    kind: str
    months: int
    firm: bool = True

    @property
    def label(self) -> Label:
        """The words of the page for it."""
        return LABELS[self.kind]

    @property
    def is_signal(self) -> bool:
        """Whether the measure did something that it usually does not."""
        return self.kind not in ("usual", "little")

    @property
    def went(self) -> Literal["up", "down", ""]:
        """Where a signal points."""
        if self.kind in ("above", "shifted up"):
            return "up"
        return "down" if self.kind in ("below", "shifted down") else ""


def read_series(
    earlier: Sequence[float | None], current: float | None, most: float | None = None
) -> tuple[Reading, Range | None]:
    """Read the current month of a measure against its earlier months, oldest first.

    Months without a value are left out. Where no earlier value is negative the range stops at 0; `most` is 1
    for shares. Fewer than eight earlier months, or no current value: "too little history".
    """
    known = known_values(earlier)
    least = 0.0 if known and min(known) >= 0 else None
    usual = usual_range(known, least=least, most=most)
    if usual is None or not known_values([current]):
        return Reading("little", len(known), firm=False), usual
    return Reading(signal_kind(known, current, usual) or "usual", usual.n, usual.firm), usual


def cannot_show(usual: Range | None) -> float | None:
    """Return the smallest change that one month can show, as a share of the mean; None up to 20%.

    Answers: may a reader conclude anything from one ordinary month, or must the quarter to date be read
    instead?
    """
    if usual is None or usual.smallest_visible_change <= TOO_WIDE:
        return None
    return usual.smallest_visible_change


def months_met(
    values: Iterable[float | None], goals: Iterable[float | None], less_is_better: bool = False
) -> tuple[int, int]:
    """Return in how many months the goal was met, and of how many in which both are known: (met, months)."""
    pairs = [known_values(pair) for pair in zip(values, goals, strict=True)]
    known = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    met = sum(value <= goal if less_is_better else value >= goal for value, goal in known)
    return met, len(known)


def mean_needed(
    usual: Range | None, goal: float, share: float = 0.9, less_is_better: bool = False
) -> float | None:
    """Return the mean at which this process, as steady as it is, would meet the goal nine times in ten.

    mean = goal + z(share) x mean moving range / 1.128, minus for measures where less is better; None without
    a usual range. `share` is how often, 0.9 for nine times in ten.
    """
    if usual is None:
        return None
    margin = NormalDist().inv_cdf(share) * usual.deviation
    return goal - margin if less_is_better else goal + margin
