"""What a team's pipeline beside its plan is made of: the number of deals opened, and their mean amount."""

from __future__ import annotations

from typing import NamedTuple

from ..month import MonthData
from ..stats.split import order_free_split
from ..words import sentence
from .parts import news
from .team_pace import TeamPace

BEFORE, LEAST = 12, 3  # earlier months from which the usual amount is taken, and how many it takes


class DealsOpened(NamedTuple):
    """Deals opened and their mean amount, beside what the plan makes at the usual amount; leads that came, and usually.

    `by_deals` and `by_amount` (money) add up to the gap to the plan, in whichever order the two are changed.
    """

    team: str
    gap: float
    deals: float
    amount: float
    usual_deals: float
    usual_amount: float
    by_deals: float
    by_amount: float
    leads: float
    usual_leads: float


def deals_opened(month: MonthData, pace: TeamPace) -> DealsOpened | None:
    """Split a team's gap to its plan of pipeline over the number of deals and their amount.

    Notes
    -----
    The plan names no number of deals: it is the plan over the mean amount of the twelve months before. Deals without an
    amount are left out. Date basis: pipeline by the day of opening, leads by date created.

    Returns
    -------
    DealsOpened or None
        None with a split of leads, without a plan, in a month that is not over, or under three earlier months.
    """
    before = [str(m) for m in (month.period - 1).back(BEFORE) if str(m) in month.known_months]
    if not (pace.unit.is_money and pace.planned) or month.stops("deals") or len(before) < LEAST:
        return None
    own, daily = (frame[frame["team"] == pace.team] for frame in (month.tallies.pipeline, month.tallies.daily))
    now, earlier = own[own["month"] == str(month.period)], own[own["month"].isin(before)]
    deals, usual = (float(frame["deals"].sum() - frame["unpriced"].sum()) for frame in (now, earlier))
    if not usual or not earlier["pipeline"].sum() > 0:
        return None
    usual_amount = float(earlier["pipeline"].sum()) / usual
    amount = pace.actual / deals if deals else usual_amount  # of no deals none is smaller
    usual_deals = pace.planned / usual_amount
    split = order_free_split(
        lambda came: (deals if "deals" in came else usual_deals) * (amount if "amount" in came else usual_amount),
        ["deals", "amount"],
    )
    leads = daily.groupby("month")["leads"].sum().reindex([*before, str(month.period)], fill_value=0)
    return DealsOpened(
        pace.team, float(split.gap), deals, amount, usual_deals, usual_amount, float(split.step("deals")),
        float(split.step("amount")), float(leads.iloc[-1]), float(leads.iloc[:-1].mean()),
    )  # fmt: skip


def announced(month: MonthData, paces: list[TeamPace]) -> list[DealsOpened]:
    """Return what the pipeline of each team is made of whose measure is announced."""
    names = {test.name for test in news(month, "scorecard")}
    found = (deals_opened(month, pace) for pace in paces if f"{pace.team}_leads" in names)
    return [one for one in found if one is not None]


def describe_deals(month: MonthData, found: DealsOpened) -> str:
    """Say in one sentence which part of the gap goes with the number of deals, and which with their amount."""
    money, side = month.words.money_short, "under" if found.gap < 0 else "over"
    total = f"the {money(abs(found.gap))} by which {found.team}-sourced pipeline was {side} plan"
    number = f"{'fewer' if found.by_deals < 0 else 'more'} deals"
    size = f"{'smaller' if found.by_amount < 0 else 'larger'} ones"
    if not round(found.by_amount):
        return f"All of {total} goes with {number}."
    if found.by_deals * found.by_amount >= 0:
        many, large = (money(abs(part)) for part in (found.by_deals, found.by_amount))
        return f"Of {total}, {many} goes with {number} and {large} with {size}."
    return (f"{sentence(number)} make {money(found.by_deals, signed=True)} of {total}, {size} "
            f"{money(found.by_amount, signed=True)}.")  # fmt: skip


def deals_note(month: MonthData, found: DealsOpened) -> str:
    """Return the two numbers and amounts behind it, and the leads beside them: no cause is known."""
    words = month.words
    opened = f"{words.count(found.deals, 'deal')} of {words.money_short(found.amount)} on average"
    usual = f"{words.number(found.usual_deals)} of {words.money_short(found.usual_amount)}"
    return (
        f"{sentence(found.team)}-sourced pipeline: {opened}, where the plan at the usual amount makes {usual}. "
        f"Leads came to {words.number(found.leads)}, against {words.number(found.usual_leads)} in a mean month of the "
        "year before."
    )
