"""Coverage: is enough pipeline open for the next quarter, compared with what own quarters landed from?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..month import MonthData
from ..period import Month
from ..words import sentence, small_number
from .parts import divide
from .rhythm import QUARTER, is_long, quarter_so_far

LEAST = 4  # earlier quarters that say from which coverage quarters land


@dataclass(frozen=True)
class Coverage:
    """Open pipeline over the goal of the next quarter, and the same of earlier quarters, equally far ahead of them.

    `quarters` is indexed by the month at whose end was counted: `first` and `last` month of the quarter, `open`, `goal`
    and `came` (money), `coverage` (times) and `attained` (share of its goal); the last row is the next quarter.
    """

    quarters: pd.DataFrame

    @property
    def now(self) -> float:
        """Coverage of the next quarter."""
        return float(self.quarters["coverage"].iloc[-1])

    @property
    def before(self) -> pd.DataFrame:
        """The quarters that are over."""
        return self.quarters.iloc[:-1].dropna(subset=["coverage", "attained"])


def open_at_end(deals: pd.DataFrame, month: str) -> float:
    """Return the money of the deals open at the end of a month: opened by then, and closed later or still open."""
    closed_later = (deals["closed_month"] > month) | ((deals["closed_month"] == "") & (deals["outcome"] == "open"))
    return float(deals.loc[(deals["opened_month"] <= month) & closed_later, "pipeline"].sum())


def coverage(month: MonthData, revenue: pd.Series) -> Coverage | None:
    """Return the coverage of the next quarter, None where it says nothing.

    That is in a short rhythm, in a month in progress, where deals or their amounts are not known to its end, and
    without an agreed goal of that quarter.

    Parameters
    ----------
    revenue : pandas.Series
        Shared revenue by month.

    Notes
    -----
    Date basis: deals by opening and closing; amounts as the CRM holds them now, which may have changed since.
    """
    if not is_long(month) or month.partial or not month.knows("deals") or not month.has("deals.amount"):
        return None
    ahead = QUARTER - len(quarter_so_far(month, month.period)) + 1  # months to the first of the next quarter
    rows = {}
    for at in months_like(month, revenue):
        months = [at + ahead + n for n in range(QUARTER)]
        goals = [month.plan.revenue(m) for m in months if not month.plan.is_draft(m, "revenue")]
        goal = sum(goal or 0.0 for goal in goals) if len(goals) == QUARTER else float("nan")
        came = revenue.reindex([str(m) for m in months]).sum(skipna=False)  # NaN for what is not over
        opened = open_at_end(month.tallies.deals, str(at))
        rows[str(at)] = (str(months[0]), str(months[-1]), opened, goal, came)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["first", "last", "open", "goal", "came"])
    table["coverage"], table["attained"] = divide(table["open"], table["goal"]), divide(table["came"], table["goal"])
    found = Coverage(table)
    return found if pd.notna(found.now) else None


def months_like(month: MonthData, revenue: pd.Series) -> list[Month]:
    """Return the months as far into their quarter as the page's, oldest first, the page's last."""
    return [Month.parse(str(m)) for m in reversed(revenue.index[::-1][::QUARTER])]


def describe_coverage(month: MonthData, found: Coverage) -> str:
    """Say how often open pipeline covers the next goal, and from which coverage own quarters met or missed theirs."""
    words, last, before = month.words, found.quarters.iloc[-1], found.before
    span = words.months([last["first"], last["last"]])
    text = f"Open pipeline of {words.money_short(last['open'])} is {words.times(found.now)} the goal of {span}"
    if len(before) < LEAST:
        return f"{text}; too few quarters are over to say from which coverage ours land."
    met = before["attained"] >= 1
    sides = [(verb, before.loc[own, "coverage"]) for verb, own in (("met", met), ("missed", ~met)) if own.any()]
    parts: list[str] = []
    for verb, own in sides:
        low, high = words.times(own.min()), words.times(own.max())
        goal = "it" if parts else "their goal"
        whose = small_number(len(own)) + ("" if parts else f" of {small_number(len(before))} quarters")
        parts.append(f"{whose} {verb} {goal} from {low}" + ("" if low == high else f" to {high}"))
    text = f"{text}. {sentence(', '.join(parts))}"
    apart = len(sides) < 2 or sides[0][1].min() > sides[1][1].max()
    return f"{text}." if apart else f"{text}: coverage alone does not tell them apart."
