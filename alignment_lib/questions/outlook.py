"""What next month takes, what is planned for it, and what comes without an action: laid side by side."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ..month import MonthData
from ..once import once
from ..words import is_known
from .actions import actions_of, usual_yield, yields_of
from .monthly import planned
from .open_deals import OpenDeals, open_for_goals
from .owed import Owed, owed_next
from .parts import FEW, TEAMS
from .units import cases, unit_of


class Outlook(NamedTuple):
    """What next month takes and what is planned for it: worked out once per month, for the section and the agenda."""

    owed: Owed | None
    why: str  # why it is not known what is owed
    actions: pd.DataFrame
    others: pd.DataFrame  # sources without an action
    table: pd.DataFrame
    open_deals: OpenDeals | None


@once
def outlook(month: MonthData) -> Outlook:
    """Return what next month takes, its actions, what comes without one, and all of it laid side by side."""
    (owed, why), actions = owed_next(month), actions_of(month, month.period + 1)
    others, found = without_action(month, actions), open_for_goals(month, owed)
    return Outlook(owed, why, actions, others, cover(month, owed, actions, others, found), found)


def cover(
    month: MonthData,
    owed: Owed | None,
    actions: pd.DataFrame,
    others: pd.DataFrame,
    open_deals: OpenDeals | None = None,
) -> pd.DataFrame:
    """Lay what each team owes beside its plan, its actions and what comes without one.

    Returns
    -------
    pandas.DataFrame
        Indexed by team, "open" (what open deals lack, where they do) and "together": `owes`, `low`, `high`, `plan`,
        `expected` (of the actions), `uncovered` (owed or, where that is not known, planned, less expected; at least 0),
        `usually` (sources without an action); in the unit of the split, NaN where not known. An action that says
        nothing of what it expects counts as none.
    """
    following, rows = month.period + 1, {}
    for team in TEAMS:
        own = actions[actions["team"] == team]
        plan = None if month.plan.is_draft(following, team) else planned(month, str(following), team)
        owes = float("nan") if owed is None else float(round(owed.leads[team]))
        needed = owes if is_known(owes) else plan
        expected = float(own["expected"].sum())
        rows[team] = {
            "owes": owes, **{end: getattr(owed, end)[team] if owed else float("nan") for end in ("low", "high")},
            "plan": float("nan") if plan is None else plan, "expected": expected,
            "uncovered": float("nan") if needed is None else max(0.0, needed - expected),
            "usually": float(others.loc[others["team"] == team, "usual"].round().sum()),
        }  # fmt: skip
    table = pd.DataFrame(rows).T.astype(float)
    both = table.sum(skipna=False).where(~table.columns.isin(["low", "high"]))
    shared = float(actions.loc[~actions["team"].isin(TEAMS), "expected"].sum())  # an action of both teams
    both["expected"] += shared
    missing = round(open_deals.pipeline) if open_deals else 0
    if missing:
        table.loc["open"] = pd.Series({"owes": missing, "uncovered": missing}, dtype=float)
        both[["owes", "uncovered"]] += missing
    both["uncovered"] = (both[["uncovered"]] - shared).clip(lower=0).iloc[0]
    table.loc["together"] = both
    return table


def without_action(month: MonthData, actions: pd.DataFrame) -> pd.DataFrame:
    """Return the sources, or what is left of them, that no action of next month names, with what usually comes."""
    following, book, rows = month.period + 1, month.playbook_at_end, []
    least_shown = 1 if unit_of(month).is_money else FEW
    for source in sorted(set(month.tallies[unit_of(month).by_source]["source"])):
        team = book.team_of(source)
        if team not in TEAMS:
            continue
        own, named = yields_of(month, source), actions[actions["source"] == source]
        for action in named.to_dict("records"):
            done = yields_of(month, source, action["campaign"], action["location"]).index
            own = own[~own.index.isin(done)]
        usual, least, most = usual_yield(month, own, team, following)
        if is_known(usual) and cases(month, usual) >= least_shown:
            label = f"{source}, all else" if len(named) else source
            rows.append({"action": label, "team": team, "usual": usual, "least": least, "most": most})
    table = pd.DataFrame(rows, columns=["action", "team", "usual", "least", "most"])
    return table.sort_values(["team", "usual"], ascending=[True, False], ignore_index=True)
