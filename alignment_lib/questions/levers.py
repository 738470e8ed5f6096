"""The levers of the gap bridge: where each stood, what it would have taken alone, and the best of the season."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..period import Month
from .bridge_cells import Bridge, Side, came_side, plan_side
from .bridge_history import RATES, History
from .parts import TEAMS

SEASON_NEEDS = 24  # earlier months, so that each season was seen twice
TINY = 1e-9


def lever_table(bridge: Bridge, draft: bool = False) -> pd.DataFrame:
    """Compare each lever with its plan, with what would close the gap alone, and with the best of the season.

    Answers: which one lever could have closed the gap, and has it ever been that good at this time of the year?

    Parameters
    ----------
    bridge : Bridge
        The steps and the history behind them.
    draft : bool
        The leads' plan is not agreed; then no earlier month can be held against its plan.

    Returns
    -------
    pandas.DataFrame
        Indexed by lever ("marketing_now", "sales_now", "reached", "joins", "value"): `now`, `needed`, `best` (leads,
        shares or money; NaN where not known), `attained` (of plan, 1.0 = on plan; for rates at the leads that came),
        `closes` (share of the gap that the season's best would close, 1.0 and over = all of it; NaN when nothing is
        short), `worth` (money that the best would bring). A lever with nothing to pull is left out.

    Notes
    -----
    `best` is the best attainment of plan of the same season (this calendar month and its neighbours in earlier
    years and months) times this month's plan: a January is never held against a July. It needs 24 earlier months.
    """
    history, came = bridge.history, bridge.came
    attained = attainments(history, bridge.plan, came, -1)
    best = best_of_season(history) if not draft else {}
    short = max(0.0, -bridge.gap)
    rows = {}
    for name in (f"{team}_now" for team in TEAMS):
        own = history.of(name.removesuffix("_now"))
        carried = float((came.now * came.reached * came.joins * came.value)[own].sum())
        stood = float(history.recent(history.leads)[own].sum())
        rows[name] = _row(stood, carried, short, attained[name], best.get(name))
    leads = came.now + came.before
    stands = {
        "reached": _over((leads * came.reached).sum(), leads.sum()),
        "joins": _over((leads * came.reached * came.joins).sum(), (leads * came.reached).sum()),
        "value": _over(came.money.sum(), (leads * came.reached * came.joins).sum()),
    }
    for name in (name for name in RATES if name in history.factors):
        rows[name] = _row(stands[name], float(came.money.sum()), short, attained[name], best.get(name))
    table = pd.DataFrame(rows).T
    return table[(table["now"] > 0) & (table["carried"] > 0)]


def _row(now: float, carried: float, short: float, attained: float, best: float | None) -> dict[str, float]:
    """Return one lever; revenue grows in proportion to it, so what closes the gap alone is a matter of its share."""
    factor = 1 + short / carried if carried > 0 else float("nan")
    times = best / attained if best is not None and attained > 0 else float("nan")
    worth = (times - 1) * carried
    closes = worth / short if short > TINY else float("nan")
    return {
        "now": now, "needed": now * factor if short > TINY else float("nan"), "best": now * times,
        "attained": attained, "closes": closes, "worth": worth, "carried": carried,
    }  # fmt: skip


def attainments(history: History, plan: Side, came: Side, at: int) -> dict[str, float]:
    """Return how much of its plan each lever reached; rates at the leads that came, so that their mix plays no part."""
    found = {}
    for team in TEAMS:
        own = history.of(team)
        planned = history.recent(history.planned, at)[own].sum()
        found[f"{team}_now"] = _over(history.recent(history.leads, at)[own].sum(), planned)
    leads = came.now + came.before
    found["reached"] = _over((leads * came.reached).sum(), (leads * plan.reached).sum())
    reached = leads * came.reached
    found["joins"] = _over((reached * came.joins).sum(), (reached * plan.joins).sum())
    joins = reached * came.joins
    found["value"] = _over((joins * came.value).sum(), (joins * plan.value).sum())
    return found


def best_of_season(history: History) -> dict[str, float]:
    """Return the best attainment of each lever in the same season of the earlier months; empty under 24 of them.

    Only months whose plan was stated and whose due leads are known as a whole count.
    """
    months = [Month.parse(text) for text in history.months]
    if len(months) - 1 < SEASON_NEEDS:
        return {}
    found: dict[str, list[float]] = {}
    for at in range(len(history.lags) - 1, len(months) - 1):
        apart = (months[at].number - months[-1].number) % 12
        if apart not in (0, 1, 11):
            continue
        plan, unstated = plan_side(history, at)
        if unstated or np.isnan(history.recent(history.planned, at)).any() or not history.leads[at].any():
            continue
        for name, value in attainments(history, plan, came_side(history, plan, at), at).items():
            if value == value:
                found.setdefault(name, []).append(value)
    return {name: max(values) for name, values in found.items()}


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
