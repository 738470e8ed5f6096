"""What the gap bridge is built from: leads, wins and plans of every month, by location and team.

Cells lie side by side, the teams of one location together, marketing first; months are rows, the page's month the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..calendar_table import NO_LOCATION
from ..maturity import win_lags
from ..month import MonthData
from ..once import once
from .monthly import months_so_far
from .parts import TEAMS
from .rhythm import is_long, quarter_so_far
from .units import brought, deal_size, unit_of, won_deals

LEAD_STEPS = ("marketing_now", "sales_now", "marketing_before", "sales_before")
RATES = ("reached", "joins", "value")
NOT_NEW = ("renewal", "expansion")  # revenue of clients who were won before

Matrix = np.ndarray  # float, shape (months, cells)


@dataclass(frozen=True)
class History:
    """What came and what was planned, by month and cell; the page's month is the last row.

    `leads`, `reached` (count, in the split's unit, by date created), `clients`, `revenue` (by closing month, new
    clients of the two teams' leads) and `planned` (leads) are matrices; `rates` are the agreed ones by name, NaN
    where the plan says nothing. `teams` and `places` name the cells; `lags` is w.

    `span` is how many months, the last one included, the bridge covers. In the unit pipeline `leads` is the money of
    the deals opened, `clients` and `revenue` the money of it won, `grain` the money that scatters like one deal; else
    0. `drafted` are the rows of the months that goal and leads of a draft plan are taken from; empty where one is
    agreed.
    """

    months: tuple[str, ...]
    places: tuple[str, ...]
    teams: tuple[str, ...]
    lags: np.ndarray
    leads: Matrix
    reached: Matrix
    clients: Matrix
    revenue: Matrix
    planned: Matrix
    rates: dict[str, Matrix]
    reached_known: bool
    span: int = 1
    grain: float = 0.0
    drafted: tuple[int, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The steps that can be told apart: without activities nobody knows who was reached."""
        known = {"reached": self.reached_known, "joins": True, "value": not self.in_money}
        return (*LEAD_STEPS, *(name for name in RATES if known[name]))

    @property
    def in_money(self) -> bool:
        """Whether leads are pipeline and wins the money of it that was won."""
        return self.grain > 0

    def recent(self, matrix: Matrix, at: int = -1) -> np.ndarray:
        """Return a matrix summed over the months that a bridge at this row covers, by cell."""
        at = at % len(self.months)
        return np.asarray(matrix[max(0, at - self.span + 1) : at + 1].sum(axis=0))

    def of(self, team: str) -> np.ndarray:
        """Return which cells belong to a team."""
        return np.array([one == team for one in self.teams])


@once
def lay_history(month: MonthData) -> History | None:
    """Lay leads, wins and plans of every month out by cell; None where nobody knows how long wins take."""
    in_money = unit_of(month).is_money
    lags = win_lags(won_deals(month) if in_money else month.tallies.revenue, month.period)
    if lags.empty:
        return None
    plan, period, months = month.plan, month.period, tuple(str(m) for m in months_so_far(month))
    named = [name for name in plan.locations if any(plan.leads(period, t, name) is not None for t in TEAMS)]
    daily, sold = brought(month), new_revenue(month)
    others = {*daily["location"], *sold["location"]} - set(named) if named else set()
    places = [*named, *sorted(others, key=lambda name: (name == NO_LOCATION, name))] or ["all"]
    cells = [(place, team) for place in places for team in TEAMS]

    def matrix(frame: pd.DataFrame, column: str) -> Matrix:
        by = frame["location"] if named else pd.Series("all", index=frame.index)
        sums = frame.groupby([frame["month"], by, frame["team"]])[column].sum().unstack([1, 2])
        return (
            sums.reindex(index=list(months), columns=pd.MultiIndex.from_tuples(cells))
            .fillna(0.0)
            .to_numpy(float)
        )

    unit = unit_of(month).column
    leads = matrix(daily, unit)
    reached = leads if in_money else matrix(daily, "reached" if unit == "leads" else "quality_reached")
    planned = np.array([planned_cells(month, m, places, len(named)) for m in months])
    span = len(quarter_so_far(month, period)) if is_long(month) else 1
    return History(
        months=months,
        places=tuple(place for place, _ in cells),
        teams=tuple(team for _, team in cells),
        lags=lags.to_numpy(),
        leads=leads,
        reached=reached,
        clients=matrix(sold, "revenue" if in_money else "clients"),
        revenue=matrix(sold, "revenue"),
        planned=planned,
        rates=won_shares(month, months, cells) if in_money else agreed_rates(month, months, cells),
        reached_known=not in_money and month.knows("activities") and bool(reached.any()),
        span=span,
        grain=deal_size(month) if in_money else 0.0,
        drafted=drafted_rows(month, months, months[-span:], len(lags) - 1),
    )


def drafted_rows(month: MonthData, months: tuple[str, ...], asked: tuple[str, ...], first: int) -> tuple[int, ...]:
    """Return the rows of the months that goal and leads of both teams are drafted from.

    None where one of them is agreed or comes from other months, or where leads due then are not known (before `first`).
    """
    plan, whats = month.plan, ("revenue", *TEAMS)
    if not all(plan.is_draft(one, what) for one in asked for what in whats):
        return ()
    found = [{m for one in asked for m in plan.drafted_from(what, one)} for what in whats]
    rows = tuple(at for at, m in enumerate(months) if m in found[0])
    same = all(one == found[0] for one in found) and len(rows) == len(found[0])
    return rows if same and min(rows) >= first else ()


def won_shares(month: MonthData, months: tuple[str, ...], cells: list[tuple[str, str]]) -> dict[str, Matrix]:
    """Return the won share that plan.csv states by month and cell; all of it is in reach, at its own value."""
    stated = [[month.plan.won_share(m, team, place) for place, team in cells] for m in months]
    shares = np.array([[np.nan if share is None else share for share in row] for row in stated])
    whole = np.ones_like(shares)
    return dict(zip(RATES, (whole, shares, whole), strict=True))


def new_revenue(month: MonthData) -> pd.DataFrame:
    """Return the tally of revenue without renewals and expansion, and without payments of clients won before."""
    frame = month.tallies.revenue
    frame = frame[~frame["type"].isin(NOT_NEW)]
    return frame.assign(revenue=frame["revenue"] - frame["revenue_before"])


def planned_cells(month: MonthData, period: str, places: list[str], named: int) -> list[float]:
    """Return the planned leads of every cell; NaN where a team has no plan for the month.

    The first `named` places have a plan of their own; what the company's plan has beyond them (a draft for leads
    without a location) stands in the last one.
    """
    found = {}
    for team in TEAMS:
        whole = month.plan.leads(period, team)
        own = [month.plan.leads(period, team, place) for place in places[:named]]
        if whole is None:
            parts = [float("nan")] * len(places)
        elif not named:
            parts = [whole]
        elif all(one is None for one in own):  # planned as a whole that month: spread as this month's plan is
            shares = np.array(
                [month.plan.leads(month.period, team, place) or 0.0 for place in places[:named]]
            )
            spread = shares / shares.sum() if shares.sum() else np.full(named, 1 / named)
            parts = [*(whole * spread), *[0.0] * (len(places) - named)]
        else:
            parts = [*(one or 0.0 for one in own), *[0.0] * (len(places) - named)]
            parts[-1] += whole - sum(parts)
        found[team] = parts
    return [found[team][at] for at in range(len(places)) for team in TEAMS]


def agreed_rates(
    month: MonthData, months: tuple[str, ...], cells: list[tuple[str, str]]
) -> dict[str, Matrix]:
    """Return the rates that plan.csv states by month and cell; a place without its own has its team's."""
    found = np.full((3, len(months), len(cells)), np.nan)
    for row, period in enumerate(months):
        whole = {team: month.plan.rates(period, team) for team in TEAMS}
        for column, (place, team) in enumerate(cells):
            rates = month.plan.rates(period, team, place) if place in month.plan.locations else None
            rates = whole[team] if rates is None or rates.draft else rates
            if rates is not None and not rates.draft:
                stated = (rates.reached_share, rates.joins_per_reached, rates.value)
                found[:, row, column] = [np.nan if rate is None else rate for rate in stated]
    return dict(zip(RATES, found, strict=True))


def goals_by_place(month: MonthData, history: History, places: list[str], goal: float) -> np.ndarray:
    """Return the goal by location; what no location has of it stands in the last one."""
    if places == ["all"]:
        return np.array([goal])
    months, plan = history.months[-history.span :], month.plan
    own = [sum(plan.revenue(m, p) or 0.0 for m in months) if p in plan.locations else 0.0 for p in places]
    own[-1] += goal - sum(own)
    return np.array(own)
