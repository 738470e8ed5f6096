"""What each team owes next month: the goal, less what earlier leads should bring, over what a lead brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..month import MonthData
from ..words import is_known
from .bridge_cells import BASE_MONTHS, DRAWS, LEAST_BASE, due
from .bridge_history import History, lay_history
from .monthly import has_no_goal, monthly
from .parts import TEAMS, revenue_lacks, seed_of, stopped
from .units import MONEY, unit_of

QUICK = 0.5  # of the wins in the month of the lead: from there on next month's own leads can carry its goal


@dataclass(frozen=True)
class Owed:
    """What next month's goal takes.

    `goal` and its parts `earlier` (due from leads that are here already) and `rest` (usually without a lead of the two
    teams) are money. `leads`, `low`, `high` are leads by team (95% range of the rates), `worth` is what one of them
    brings, in the month itself where `quick`, else in all. `rates` are reached share, joins per reached and value by
    team, and `shares` each location's share of a team's leads.

    With a split of pipeline (`in_money`) `leads` is pipeline, `worth` the part of it that is won, and `goal` that of
    the months in which next month's pipeline falls due.
    """

    goal: float
    draft: bool
    earlier: float
    rest: float
    leads: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    worth: dict[str, float]
    quick: bool
    rates: dict[str, tuple[float, float, float]]
    shares: dict[str, dict[str, float]]
    in_money: bool = False


def leads_owed(
    goal: float, split: Mapping[str, float], worth: Mapping[str, float], in_money: bool = False
) -> dict[str, float]:
    """Return the leads that each team owes, so that all of them bring the goal and fall to the teams as agreed.

    Parameters
    ----------
    goal : float
        Money that the leads must bring.
    split : mapping of str to float
        Each team's share of the leads, or, `in_money`, of the money; adds up to 1.
    worth : mapping of str to float
        Money that a lead of each team brings: value x close rate.

    Examples
    --------
    >>> leads_owed(500_000, {"marketing": 0.65, "sales": 0.35}, {"marketing": 20_000 * 0.05, "sales": 20_000 * 0.05})
    {'marketing': 325.0, 'sales': 175.0}
    """
    goal = max(goal, 0.0)
    if in_money:
        return {team: goal * share / worth[team] for team, share in split.items()}
    each = sum(share * worth[team] for team, share in split.items())
    return {team: goal / each * share for team, share in split.items()}


def owed_next(month: MonthData) -> tuple[Owed | None, str]:
    """Return what the next month takes, or None and in one sentence why that cannot be said.

    Answers: how many leads does each team owe, given rates, season and the leads that are still open?

    Notes
    -----
    Season stands in the goal and in the leads of the months before. Rates are those of the twelve months up to the
    page's, so that every season is in them once; their range comes from drawing these months again, 500 times. What
    earlier leads still bring: their number x the share that closes so late x the same rates. Date basis: leads by date
    created, pipeline by the day of opening, revenue by the playbook's revenue month.
    """
    following, name = month.period + 1, (month.period + 1).name
    goal = month.plan.revenue(following)
    if month.partial:
        return None, f"What {name} takes is worked out when {month.period.name} is over."
    if why := stopped(month, "leads", "deals"):
        return None, f"What {name} takes cannot be said: {why}."
    if why := revenue_lacks(month):
        return None, f"What {name} takes cannot be said: {why}."
    if not is_known(goal) or not goal or goal <= 0:
        said = has_no_goal(monthly(month)) and not unit_of(month).is_money  # on the first screen
        return None, "" if said else f"No goal is recorded for {name}, so nobody can say what it takes."
    history = lay_history(month)
    if history is not None and history.in_money:
        goal = goal_when_due(month, history.lags)
    found = None if history is None else _owed(month, history, float(goal))
    why = f"Too few {month.words.win(2)} with a known lead are old enough to say what {name} takes."
    return found, "" if found else why


def goal_when_due(month: MonthData, lags: np.ndarray) -> float:
    """Return the goal that next month's pipeline must bring: those of the months in which it falls due, as it does.

    Of months without an agreed goal the others stand for them.
    """
    following = month.period + 1
    ahead = [following + lag for lag in range(len(lags))]
    goals = [0.0 if month.plan.is_draft(m, "revenue") else month.plan.revenue(m) or 0.0 for m in ahead]
    known = np.array([goal > 0 for goal in goals])
    if not lags[known].sum() > 0:
        return float(month.plan.revenue(following) or 0.0)
    return float((lags[known] * np.array(goals)[known]).sum() / lags[known].sum())


def _owed(month: MonthData, history: History, goal: float) -> Owed | None:
    first = max(len(history.lags) - 1, len(history.months) - BASE_MONTHS)
    rows = list(range(first, len(history.months)))
    if len(rows) < LEAST_BASE:
        return None
    came, leads = _by_team(history, history.revenue)[rows], np.array([_due(history, history.leads, at) for at in rows])
    if not came.sum() or not leads.sum():
        return None
    split = month.company.playbook_on((month.period + 1).start).goals.lead_split
    shares = {"marketing": split.marketing, "sales": split.sales}
    in_money = split.unit in MONEY and not history.in_money  # a split of pipeline is one of what is counted here
    total = monthly(month)["month_revenue"].iloc[rows].sum()
    rest = goal * max(0.0, 1 - came.sum() / total) if total > 0 else 0.0
    before = np.vstack([history.leads, np.zeros(history.leads.shape[1])])
    waiting = np.array([due(before, history.lags)[1][history.of(team)].sum() for team in TEAMS])
    quick = bool(history.lags[0] >= QUICK)

    def takes(drawn: list[int]) -> tuple[dict[str, float], dict[str, float], float]:
        money, number = came[drawn].sum(axis=0), leads[drawn].sum(axis=0)
        pooled = money.sum() / number.sum()
        worth = np.where((number > 0) & (money > 0), money / np.where(number > 0, number, 1.0), pooled)
        earlier = float((waiting * worth).sum()) if quick else 0.0
        each = dict(zip(TEAMS, (worth * (history.lags[0] if quick else 1.0)).tolist(), strict=True))
        return leads_owed(goal - rest - earlier, shares, each, in_money), each, earlier

    owes, worth, earlier = takes(list(range(len(rows))))
    rng = np.random.default_rng([seed_of(month), 2])
    drawn = [takes(rng.integers(0, len(rows), len(rows)).tolist())[0] for _ in range(DRAWS)]
    ends = {team: np.percentile([one[team] for one in drawn], [2.5, 97.5]) for team in TEAMS}
    low, high = ({team: float(ends[team][side]) for team in TEAMS} for side in (0, 1))
    draft = month.plan.is_draft(month.period + 1, "revenue")
    rates = {team: _rates(history, rows, team) for team in TEAMS}
    return Owed(goal, draft, earlier, rest, owes, low, high, worth, quick, rates, _shares(history, rows),
                history.in_money)  # fmt: skip


def _by_team(history: History, matrix: np.ndarray) -> np.ndarray:
    return np.stack([matrix[..., history.of(team)].sum(axis=-1) for team in TEAMS], axis=-1)


def _due(history: History, matrix: np.ndarray, at: int) -> np.ndarray:
    return _by_team(history, sum(due(matrix, history.lags, at), np.zeros(matrix.shape[1])))


def _rates(history: History, rows: list[int], team: str) -> tuple[float, float, float]:
    """Return a team's reached share, joins per lead reached and value of the months, NaN where not known."""
    side = TEAMS.index(team)
    due_of = [sum(_due(history, matrix, at)[side] for at in rows) for matrix in (history.leads, history.reached)]
    won = [_by_team(history, matrix)[rows].sum(axis=0)[side] for matrix in (history.clients, history.revenue)]
    (leads, reached), (clients, revenue) = due_of, won
    parts = ((reached, leads), (clients, reached), (revenue, clients))
    found = [float(part / whole) if whole > 0 else float("nan") for part, whole in parts]
    return found[0], found[1], found[2]


def _shares(history: History, rows: list[int]) -> dict[str, dict[str, float]]:
    """Return each named location's share of a team's leads; one location "all" where the plan names none."""
    found: dict[str, dict[str, float]] = {}
    for team in TEAMS:
        own = [at for at in range(len(history.teams)) if history.teams[at] == team and history.places[at] != "(none)"]
        sums = history.leads[rows][:, own].sum(axis=0)
        total = sums.sum()
        found[team] = {history.places[at]: float(n / total) if total else 1 / len(own) for at, n in zip(own, sums, strict=True)}  # noqa: E501
    return found
