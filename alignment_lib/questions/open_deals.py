"""What the goals ahead need of deals already open, what these should bring, and the pipeline that makes up for it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..month import MonthData
from ..period import Month
from ..words import Words
from .bridge_history import lay_history
from .gap_bridge import bridge_of
from .landing import from_open_deals
from .monthly import monthly
from .owed import Owed
from .parts import TEAMS
from .rhythm import span_of


class OpenDeals(NamedTuple):
    """What of the goals ahead is due from open deals and what these should bring, by the last month of `until`.

    `lacks` is due less brings (money; 0 within 1% of it), `pipeline` what must be opened next month to make up for it.
    Of `lacks` `by_quarter` is due by the end of next month's quarter, and `back` is what that pipeline brings by then.
    """

    due: float
    brings: float
    until: Month
    lacks: float = 0.0
    pipeline: float = 0.0
    quarter: Month | None = None
    by_quarter: float = 0.0
    back: float = 0.0


def open_for_goals(month: MonthData, owed: Owed | None) -> OpenDeals | None:
    """Set open deals against the goals of the months in which next month's pipeline falls due, as far as agreed.

    Answers: do deals that are open bring their part of these goals, and what takes their place if not? What is lacking
    is turned into pipeline at the shares of the last twelve months, as what is owed is.

    Returns
    -------
    OpenDeals or None
        None with a split of leads, where chances of open deals are not known, and where most wins come within the
        month of opening: what is owed then counts open deals already.
    """
    history, plan, following = lay_history(month), month.plan, month.period + 1
    if owed is None or owed.quick or history is None or not history.in_money:
        return None
    goals: dict[str, float] = {}
    for lag in range(len(history.lags)):
        goal = None if plan.is_draft(following + lag, "revenue") else plan.revenue(following + lag)
        if not goal:
            break
        goals[str(following + lag)] = goal
    ahead = pd.Series(goals, dtype=float)
    found = from_open_deals(month, ahead) if goals else None
    if found is None:
        return None
    due, brings = found
    open_deals = OpenDeals(due, brings, Month.parse(max(goals)))
    won = sum(owed.leads[team] * owed.worth[team] for team in owed.leads)
    if month.words.direction(brings - due, due) != "short" or won <= 0:
        return open_deals
    lacks, quarter = due - brings, following.quarter(month.settings.fiscal_year_starts)[-1]
    then = from_open_deals(month, ahead[ahead.index <= str(quarter)]) or (0.0, 0.0)
    back = lacks * float(history.lags[: quarter - month.period].sum())
    return open_deals._replace(lacks=lacks, pipeline=lacks * sum(owed.leads.values()) / won, quarter=quarter,
                               by_quarter=max(0.0, then[0] - then[1]), back=back)  # fmt: skip


def describe_open(words: Words, found: OpenDeals) -> tuple[str, ...]:
    """Say what open deals should bring of what is due from them, and by when pipeline can make up for the rest."""
    money, by = words.money_short, f"by {found.until.label}"
    if not found.lacks and found.brings > found.due and words.direction(found.brings - found.due, found.due) == "over":
        more = f"{money(found.brings - found.due)} more than is due from them"
        return (f"Deals open now should bring {money(found.brings)} {by}, {more}.",)
    if not found.lacks:
        return (f"Deals open now should bring the {money(found.due)} due from them {by}.",)
    said = (f"Deals open now should bring {money(found.brings)} of the {money(found.due)} due from them {by}. "
            f"The {money(found.lacks)} missing takes {money(found.pipeline)} of pipeline.")  # fmt: skip
    if not found.by_quarter or found.quarter is None:
        return (said,)
    return said, (
        f"Of the {money(found.lacks)}, {money(found.by_quarter)} is due by {found.quarter.label}, when the quarter "
        f"ends; opened next month, that pipeline brings {money(found.back)} by then, the rest later."
    )


def missing_in(table: pd.DataFrame) -> float:
    """Return the pipeline that makes up for what open deals lack, of the table that `next_month.cover` lays."""
    return float(table["owes"].get("open", 0.0))


def is_beyond(month: MonthData, table: pd.DataFrame) -> bool:
    """Return whether what is owed, with what open deals lack, is more than the teams ever brought in a month."""
    most = monthly(month)[list(TEAMS)].sum(axis=1).max()
    return missing_in(table) > 0 and bool(table["owes"]["together"] > most)


def pipeline_arithmetic(month: MonthData, owed: Owed, open_deals: OpenDeals | None) -> str:
    """Return how the pipeline owed follows from the goals of the months in which it falls due.

    The share won is that of the last twelve months; that of the page's quarter (or month), which its bridge has, stands
    beside it with what would be owed at it, once that quarter is over: a part of one is no rate.
    """
    money, share, name = month.words.money_short, month.words.share, (month.period + 1).name
    less = f", less {money(owed.rest)} that usually comes without a lead of the two teams" if round(owed.rest) else ""
    won = " and ".join(f"{share(owed.worth[team])} of {team}-sourced" for team in TEAMS)
    goal = "the draft goal, not agreed, for" if owed.draft else "the mean goal of the months in which"
    when = f"pipeline of {name}" if owed.draft else f"pipeline of {name} falls due"
    text = f"Owed = {money(owed.goal)}, {goal} {when}{less}, over the share that is won. "
    text += f"That is {won} pipeline; range: if the rates of the last twelve months had fallen otherwise."
    bridge = None if owed.quick else bridge_of(month)[0]
    if bridge is not None and not span_of(month).endswith("far") and (money_won := float(bridge.came.money.sum())) > 0:
        now = money_won / float((bridge.came.now + bridge.came.before).sum())
        span = month.period.name if span_of(month) == "month" else f"the {span_of(month)}"
        text += f" In {span} {share(now)} was won; at that the two teams owe {money((owed.goal - owed.rest) / now)}."
    if open_deals is not None and open_deals.lacks:
        text += (f" Missing from open deals = the {money(open_deals.lacks)} that they bring less than is due, over the "
                 "share of twelve months; what earlier pipeline was under plan is in it, not beside it.")  # fmt: skip
    return text
