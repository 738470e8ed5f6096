"""The cells of the gap bridge, location x team: what was planned, what came, and the order-free steps between them.

revenue = sum over cells of due leads x reached share x joins per reached x value (SPEC Goals): nothing is pooled before
it is multiplied. Due leads are those of the month and of the months before, each times the share that closes
after so many months; plan and actual use the same shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..month import MonthData
from ..stats.split import Split, order_free_split
from .bridge_history import NOT_NEW, RATES, History, goals_by_place, lay_history
from .parts import TEAMS, must_add_up, seed_of

GREY = ("plan_rest", "no_lead", "other_leads", "won_before")
DRAWS = 500
BASE_MONTHS, LEAST_BASE = 12, 3  # earlier months from which rates are taken that no plan states
NOTHING = 1e-6  # money: what rounding leaves of a step


@dataclass(frozen=True)
class Side:
    """Plan or actual of one month: arrays whose last axis is the cells."""

    now: np.ndarray
    before: np.ndarray
    reached: np.ndarray
    joins: np.ndarray
    value: np.ndarray

    @property
    def money(self) -> np.ndarray:
        """Revenue by cell."""
        return (self.now + self.before) * self.reached * self.joins * self.value


@dataclass(frozen=True)
class Bridge:
    """The steps from goal to actual revenue, in money.

    `steps` has one row per step, indexed by key: `amount`, `low`, `high` (95% range of what chance alone can do to
    it), `order_low`, `order_high` (least and most over all orders); grey steps have no ranges. `by_place` has one
    column per location, its rows "goal", the steps, "actual"; empty if the plan is not by location.
    """

    goal: float
    actual: float
    steps: pd.DataFrame
    by_place: pd.DataFrame
    history: History
    plan: Side
    came: Side
    drafted: tuple[str, ...]  # what no plan stated: "goal", "leads", "rates"

    @property
    def gap(self) -> float:
        """Actual - goal."""
        return self.actual - self.goal


def due(leads: np.ndarray, lags: np.ndarray, at: int = -1, span: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the leads due in `span` months by cell: those created in them, and those of the months before.

    `leads` has months on its axis -2 and cells on its axis -1, `at` is the last month's row; months before the first
    row count as none.
    """
    at = at % leads.shape[-2]
    first = max(0, at - span + 1)
    none = np.zeros_like(leads[..., at, :], dtype=float)
    now, before = [none], [none]
    for row in range(first, at + 1):
        for lag in range(min(len(lags), row + 1)):
            (now if row - lag >= first else before).append(leads[..., row - lag, :] * lags[lag])
    return sum(now[1:], none), sum(before[1:], none)


def plan_side(history: History, at: int = -1) -> tuple[Side, bool]:
    """Return a month's plan by cell, and whether rates that it does not state were taken from the months before.

    Earlier months without a plan count as they came: nobody promised them. A rate that is nowhere stated and never
    came is 0 in its cell.
    """
    planned = np.where(np.isnan(history.planned), history.leads, history.planned)
    now, before = due(planned, history.lags, at, history.span)
    stated = {name: history.rates[name][at] for name in RATES}
    base = base_rates(history, at)
    rates = {name: np.where(np.isnan(own), base[name], own) for name, own in stated.items()}
    used = any(np.isnan(own).any() for own in stated.values())
    return Side(now, before, *(np.nan_to_num(rates[name]) for name in RATES)), used


def base_rates(history: History, at: int = -1) -> dict[str, np.ndarray]:
    """Return the rates of the up to 12 months before by cell, where a cell had none its team's; NaN for none.

    Of the page's month with a draft plan those of the months that the draft is taken from: what goal and leads came to
    there was made at these rates, and at others the draft would not multiply out.
    """
    at = at % len(history.months)
    rows = list(range(max(len(history.lags) - 1, at - BASE_MONTHS), at))
    if history.drafted and at == len(history.months) - 1:
        rows = list(history.drafted)
    elif len(rows) < LEAST_BASE:
        return dict.fromkeys(RATES, np.full(len(history.teams), np.nan))
    leads = sum(sum(due(history.leads, history.lags, row)) for row in rows)
    reached = sum(sum(due(history.reached, history.lags, row)) for row in rows)
    if not history.reached_known:
        reached = leads
    clients, revenue = history.clients[rows].sum(axis=0), history.revenue[rows].sum(axis=0)
    found = {}
    pairs = {"reached": (reached, leads), "joins": (clients, reached), "value": (revenue, clients)}
    for name, (part, whole) in pairs.items():
        pooled = np.full(len(history.teams), np.nan)
        for team in TEAMS:
            own = history.of(team)
            pooled[own] = _ratio(np.asarray(part)[own].sum(), np.asarray(whole)[own].sum(), np.nan)
        found[name] = _ratio(part, whole, pooled)
    return found


def came_side(history: History, plan: Side, at: int = -1, draws: np.random.Generator | None = None) -> Side:
    """Return what came in a month by cell; an empty cell has the plan's rates.

    With `draws` the counts are drawn again 500 times around what came (Poisson leads, binomial reached and joins, their
    mean value normal): arrays of shape (500, cells).
    """
    at = at % len(history.months)
    span, grain = history.span, history.grain or 1.0
    rows = slice(max(0, at - len(history.lags) - span + 2), at + 1)  # only their leads can be due
    leads, reached = history.leads[rows], history.reached[rows]
    clients, revenue = history.recent(history.clients, at), history.recent(history.revenue, at)
    if draws is not None:
        counted = reached if history.reached_known else leads
        n = draws.poisson(leads / grain, (DRAWS, *leads.shape))
        reached_again = draws.binomial(n, _ratio(reached, leads, 0.0).clip(0, 1)) * grain
        again = reached_again if history.reached_known else n * grain
        # Wins follow the leads that are drawn: chance plays with the wins per lead, not with the leads twice.
        of_counted = sum(due(counted, history.lags, span=span))
        follow = _ratio(sum(due(again, history.lags, span=span)), of_counted, 1.0)
        wins = _wins_again(draws, clients / grain, of_counted / grain) * grain
        spread = value_spread(history) / np.sqrt(np.maximum(wins, 1.0)) * draws.standard_normal(wins.shape)
        revenue = wins * follow * np.maximum(_ratio(revenue, clients, 0.0) + spread, 0.0)
        clients, leads, reached = wins * follow, n * grain, reached_again
    now, before = due(leads, history.lags, span=span)
    of_reached = sum(due(reached, history.lags, span=span))
    # Joins where nobody is recorded as reached: the record is empty, not the share.
    share = _ratio(of_reached, now + before, plan.reached)
    share = np.where((of_reached == 0) & (clients > 0), plan.reached, share)
    if not history.reached_known:
        share = np.broadcast_to(plan.reached, now.shape)
    joins = _ratio(clients, (now + before) * share, plan.joins)
    return Side(now, before, share, joins, _ratio(revenue, clients, plan.value))


def _wins_again(draws: np.random.Generator, wins: np.ndarray, out_of: Any) -> np.ndarray:
    """Draw wins again: binomial out of the leads reached that are due, Poisson where there are more wins than those."""
    whole = np.ceil(out_of).astype(int)
    size = (DRAWS, len(wins))
    share = _ratio(wins, whole, 0.0).clip(0, 1)
    return np.where(wins <= whole, draws.binomial(whole, share, size), draws.poisson(wins, size)).astype(
        float
    )


def value_spread(history: History) -> float:
    """Return how far single wins lie from their cell's mean, in money, from the means of all months and cells."""
    n, money = history.clients[history.clients > 0], history.revenue[history.clients > 0]
    if len(n) < 2:
        return 0.0
    mean = money.sum() / n.sum()
    return float(np.sqrt((n * (money / n - mean) ** 2).sum() / (len(n) - 1)))


def switched(plan: Side, came: Side, teams: np.ndarray) -> Callable[[frozenset[str]], np.ndarray]:
    """Return revenue by cell as a function of what is switched from plan to actual (for `order_free_split`)."""

    def money(on: frozenset[str]) -> np.ndarray:
        def leads(when: str) -> np.ndarray:
            mine = np.array([f"{team}_{when}" in on for team in teams])
            return np.where(mine, getattr(came, when), getattr(plan, when))

        rates = [getattr(came if name in on else plan, name) for name in RATES]
        return (leads("now") + leads("before")) * rates[0] * rates[1] * rates[2]

    return money


def build_bridge(month: MonthData, goal: float, actual: float) -> Bridge | None:
    """Split the way from the goal to actual revenue into steps that add up to the cent.

    Answers: which part of the gap came from leads, which from what became of them, and whose part was it?

    Returns
    -------
    Bridge or None
        None where the months do not say how long wins take, or neither plan nor history has leads and rates.

    Raises
    ------
    NotebookFailed
        If steps do not add up to the gap, or locations not to the company.

    Notes
    -----
    Date basis: leads by date created, in the unit of the split; revenue and wins by the playbook's revenue month.
    """
    history = lay_history(month)
    if history is None or np.isnan(history.planned[-1]).all():
        return None
    plan, from_before = plan_side(history)
    came = came_side(history, plan)
    if not plan.money.any():
        return None
    teams, factors = np.array(history.teams), history.factors
    value = switched(plan, came, teams)
    company = order_free_split(lambda on: value(on).sum(), factors)
    again = switched(plan, came_side(history, plan, draws=np.random.default_rng(seed_of(month))), teams)
    drawn = order_free_split(lambda on: again(on).sum(axis=-1), factors)
    grey = grey_steps(month, history, plan, came, goal)
    steps = _steps(company, drawn, grey.sum(axis=1))
    must_add_up(goal + float(steps["amount"].sum()), actual, "Gap bridge")
    by_place = pd.DataFrame()
    if len(set(history.places)) > 1:
        by_place = _places(history, value, grey, goals_by_place(month, history, list(grey.columns), goal))
        must_add_up(float(by_place.loc["goal"].to_numpy().sum()), goal, "Goals by location")
        for key, amount in steps["amount"].items():
            must_add_up(
                float(by_place.loc[str(key)].to_numpy().sum()), amount, f"Gap bridge by location, {key}"
            )
    plans = [*(["goal"] if month.plan.is_draft(month.period, "revenue") else [])]
    plans += ["leads"] if any(month.plan.is_draft(month.period, team) for team in TEAMS) else []
    plans += ["rates"] if from_before else []
    return Bridge(goal, actual, steps, by_place, history, plan, came, tuple(plans))


def grey_steps(month: MonthData, history: History, plan: Side, came: Side, goal: float) -> pd.DataFrame:
    """Return what closes the bridge beside the cells, by key (rows) and location (columns), in money."""
    places = list(dict.fromkeys(history.places))
    frame = month.tallies.revenue
    frame = frame[frame["month"].isin(history.months[-history.span :]) & ~frame["type"].isin(NOT_NEW)]
    frame = frame.assign(location="all") if places == ["all"] else frame
    fresh = frame["revenue"] - frame["revenue_before"]

    def by_place(amounts: pd.Series) -> np.ndarray:
        return amounts.groupby(frame["location"]).sum().reindex(places, fill_value=0.0).to_numpy()

    tracked = fresh.where(frame["team"] != "no lead", 0.0)
    rows = {
        "plan_rest": _by_place(history, plan.money) - goals_by_place(month, history, places, goal),
        "no_lead": by_place(fresh - tracked),
        "other_leads": by_place(tracked) - _by_place(history, came.money),
        "won_before": by_place(frame["revenue_before"]),
    }
    return pd.DataFrame(rows, index=places).T


def _steps(company: Split, drawn: Split, grey: pd.Series) -> pd.DataFrame:
    low, high = np.percentile(drawn.steps, [2.5, 97.5], axis=1)
    frame = pd.DataFrame(
        {
            "amount": company.steps,
            "low": low,
            "high": high,
            "order_low": company.low,
            "order_high": company.high,
        },
        index=list(company.factors),
    )
    closing = grey[grey.abs() > NOTHING].rename("amount").to_frame()
    return pd.concat([frame, closing.reindex(columns=frame.columns)])


def _places(
    history: History, value: Callable[[frozenset[str]], np.ndarray], grey: pd.DataFrame, goals: np.ndarray
) -> pd.DataFrame:
    """Return each location's own bridge, split with the same switches as the company's."""
    places = list(grey.columns)
    split = order_free_split(lambda on: _by_place(history, value(on)), history.factors)
    steps = pd.DataFrame(split.steps, index=list(history.factors), columns=places)
    frame = pd.concat([pd.DataFrame([goals], index=["goal"], columns=places), steps, grey])
    frame.loc["actual"] = frame.sum().round(6)
    return frame


def _by_place(history: History, money: np.ndarray) -> np.ndarray:
    """Sum cells to locations; cells of a location stand side by side."""
    return money.reshape(*money.shape[:-1], -1, len(TEAMS)).sum(axis=-1)


def _ratio(part: Any, whole: Any, otherwise: Any) -> np.ndarray:
    """Return part / whole, and something else where the whole is zero."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), otherwise)
