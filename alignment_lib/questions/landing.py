"""Where the quarter should land: what is in, what open leads should bring until its end, and the rest as usual."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..maturity import COHORTS, due_leads, win_lags
from ..month import MonthData
from ..period import Month
from ..stats.usual_range import LIMIT, Range
from .monthly import planned, planned_leads
from .parts import TEAMS, revenue_lacks
from .rhythm import is_long
from .still_open import OUTCOMES, draws_for, expected_won
from .units import deal_size, unit_of, won_deals


class Landing(NamedTuple):
    """The quarter's goal, what is expected and the usual range of that (money), and whether open leads are in it."""

    goal: float
    expected: float
    low: float
    high: float
    by_open_leads: bool


def landing(month: MonthData, series: pd.DataFrame, usual: Range | None) -> Landing | None:
    """Say where the quarter lands; None in its last month, on a draft, or without revenue and its usual range.

    The months ahead bring what is usual of their goal. Of that goal the part that is due from leads already here is
    replaced by what those leads should bring as they stand: a month short of leads is short of joins in the next.

    Parameters
    ----------
    series : pandas.DataFrame
        What `monthly` returns.
    usual : Range or None
        The usual range of revenue against its agreed goal.
    """
    quarter = month.period.quarter(month.settings.fiscal_year_starts)
    left = [m for m in quarter if m > month.period]
    so_far = series.loc[series.index.isin([str(m) for m in quarter])]
    ahead = pd.Series({str(m): month.plan.revenue(m) for m in left}, dtype=float)
    goal = so_far["month_goal"].sum(skipna=False) + ahead.sum(skipna=False)
    drafted = any(month.plan.is_draft(m, "revenue") for m in quarter)
    if not left or usual is None or drafted or not goal > 0 or revenue_lacks(month):
        return None
    found = from_open_deals(month, ahead) if unit_of(month).is_money else from_open_leads(month, ahead)
    due, brings = found or (0.0, 0.0)
    middle = so_far["month_revenue"].sum() + usual.mean * (ahead.sum() - due) + brings
    summed = len(so_far) if is_long(month) else 1  # months in what the usual range is one of
    moving = usual.moving_range * summed**0.5
    spread = LIMIT * moving * ahead.sum() / len(left) ** 0.5
    return Landing(float(goal), float(middle), float(middle - spread), float(middle + spread), found is not None)


def from_open_leads(month: MonthData, ahead: pd.Series) -> tuple[float, float] | None:
    """Return which part of the goal ahead is due from leads already here, and what they should bring (both money).

    `ahead` is the goal by month. Due = the plan's leads by the lag at which leads become clients (without a plan of
    leads months count alike), and the share of revenue that comes from leads. None where lags or enough wins are not
    known.
    """
    period, sold, rows = month.period, month.tallies.revenue, month.tallies.outcomes
    lags = win_lags(sold, period)
    if lags.empty or not month.knows("leads", "deals"):
        return None
    until = Month.parse(ahead.index[-1])
    months = [str(m) for m in until.back(until - period + len(lags))]
    planned = pd.Series([sum(planned_leads(month, m, team) or 0.0 for team in TEAMS) for m in months], months)
    planned = planned if (planned > 0).all() else planned * 0 + 1.0
    here = sorted(m for m in rows["month"].unique() if m <= str(period))[-COHORTS:]
    days = (until.end - month.as_of).days - 1
    found = expected_won(rows, tuple(here), draws_for(month, "landing"), within=days)
    new = sold[sold["type"] == "new"].assign(revenue=sold["revenue"] - sold["revenue_before"])
    year = new[new["month"].between(str(period - COHORTS + 1), str(period))]
    led = year[year["created_month"] != ""]
    clients, revenue = led["clients"].sum(), led["revenue"].sum()
    if found is None or not clients > 0 or not revenue > 0:
        return None
    ours = due_leads(planned.where(planned.index <= str(period), 0.0), lags) / due_leads(planned, lags)
    due = (ahead * ours[ahead.index]).sum() * revenue / year["revenue"].sum()
    leads = rows.loc[rows["month"].isin(here), OUTCOMES[1:]].to_numpy().sum()
    to_come = (found.final.value - found.so_far) * leads * revenue / clients
    in_already = new[(new["month"] > str(period)) & new["created_month"].between("1", str(period))]["revenue"].sum()
    return float(due), float(in_already + to_come)


def from_open_deals(month: MonthData, ahead: pd.Series) -> tuple[float, float] | None:
    """Return which part of the goal ahead is due from deals already open, and what these should bring (both money).

    As `from_open_leads`, with deals by the month of opening and their money for leads: each open deal has the chance
    of its age. None where lags or enough wins are not known.
    """
    period, deals, size = month.period, month.tallies.deals, deal_size(month)
    lags = win_lags(won_deals(month), period)
    if lags.empty or not month.knows("deals") or not size > 0:
        return None
    until = Month.parse(ahead.index[-1])
    months = [str(m) for m in until.back(until - period + len(lags))]
    planned_money = pd.Series([sum(planned(month, m, team) or 0.0 for team in TEAMS) for m in months], months)
    planned_money = planned_money if (planned_money > 0).all() else planned_money * 0 + 1.0
    rows = aged_deals(deals, period, size)
    here = sorted(m for m in rows["month"].unique() if m <= str(period))[-COHORTS:]
    found = expected_won(rows, tuple(here), draws_for(month, "landing"), within=until - period)
    if found is None:
        return None
    won = deals[deals["outcome"] == "won"]
    opened = rows.loc[rows["month"].isin(here), OUTCOMES[1:]].to_numpy().sum() * size
    to_come = (found.final.value - found.so_far) * opened * won["revenue"].sum() / won["pipeline"].sum()
    ours = due_leads(planned_money.where(planned_money.index <= str(period), 0.0), lags)
    due = (ahead * (ours / due_leads(planned_money, lags))[ahead.index]).sum()
    in_already = won.loc[(won["closed_month"] > str(period)) & (won["opened_month"] <= str(period)), "revenue"].sum()
    return float(due), float(in_already + to_come)


def aged_deals(deals: pd.DataFrame, period: Month, size: float) -> pd.DataFrame:
    """Return deals as `expected_won` takes them: month of opening, age in months, and money in deals of the usual size.

    A deal that closed after the month, but before the page's date, is as old as the month's end.
    """
    over = (deals["closed_month"] != "") & (deals["closed_month"] <= str(period))
    end = deals["closed_month"].where(over, str(period))
    opened = deals["opened_month"].where(deals["opened_month"] <= str(period))
    rows = deals.assign(month=opened, amount=deals["pipeline"] / size)[opened.notna()]
    age = [Month.parse(b) - Month.parse(a) for a, b in zip(rows["month"], end[opened.notna()], strict=True)]
    names = {"won": "won", "lost": "lost", "open": "running"}
    counts = {column: rows["amount"].where(rows["outcome"] == name, 0.0) for name, column in names.items()}
    return pd.DataFrame({"month": rows["month"], "age": [max(0, one) for one in age], **counts})
