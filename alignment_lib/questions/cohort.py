"""Which months are old enough to judge: outcomes are shown on a named cohort, never on leads still in play."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ..maturity import expected_share_in, win_lags
from ..month import MonthData
from ..once import once
from ..period import Month

COUNT = 3
RIPE = 0.8


@dataclass(frozen=True)
class Cohort:
    """Months of creation whose leads are judged together; `ripe` if at least 80% of their expected wins are in."""

    months: tuple[str, ...]
    ripe: bool


@once
def judged_cohort(month: MonthData) -> Cohort:
    """Return the latest three months with at least 80% of their expected wins in, as of the page's date.

    Answers: whose outcomes may be compared? Where no month is that old, or there is no history that says how long
    wins take, the latest three months stand "so far" and are not ranked. Months that a table covers in part, because
    it stops while others go on, are nobody's cohort.
    """
    until = min(month.ends.values(), default=month.as_of)
    known = [m for m in month.known_months if month.ends == {} or Month.parse(m).end <= until + timedelta(days=1)]
    lags = win_lags(month.tallies.revenue, str(month.period))
    until = month.ends.get("deals", month.as_of)
    ripe = [m for m in known if (expected_share_in(Month.parse(m), until, lags) or 0) >= RIPE]
    return Cohort(tuple(ripe[-COUNT:]), True) if ripe else Cohort(tuple(known[-COUNT:]), False)


def may_judge(month: MonthData, cohort: Cohort) -> bool:
    """Say whether sources may be called dear or cheap: not where leads, deals or spend stop within the cohort."""
    ends = [day for table, day in month.ends.items() if table in ("leads", "deals", "spend")]
    last = max(map(Month.parse, cohort.months), default=month.period)
    return month.has("deals") and all(last.end <= day + timedelta(days=1) for day in ends)


def cohort_words(month: MonthData, cohort: Cohort) -> str:
    """Name the cohort for a caption: "leads of May–July 2026, with at least 80% of their expected joins in"."""
    words = month.words
    if not cohort.months:
        return "no leads yet"
    span = f"leads of {words.months(cohort.months)}"
    joins = words.win(2)
    return f"{span}, with at least 80% of their expected {joins} in" if cohort.ripe else f"{span}, so far"
