"""One team's way through the month beside its plan, by day and by week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month, weeks_of
from .monthly import last_day, opening_weights, planned, week_plans
from .parts import must_add_up
from .units import LEADS, Unit, brought, unit_of

EARLIER_MONTHS = 6


@dataclass(frozen=True)
class TeamPace:
    """One team's way through the month, in the unit of the split.

    `planned` is None without a plan. `days` has one row per day: `plan` and `actual`, both summed up to then (NaN
    after the data ends). `weeks` has one row per ISO week clipped to the month: `start`, `end`, `plan`,
    `actual`, `gap`. `band` has the `low` and `high` share of plan so far of the months before, per day.
    """

    team: str
    planned: int | None
    actual: float
    days: pd.DataFrame
    weeks: pd.DataFrame
    band: pd.DataFrame
    draft: bool = False
    unit: Unit = LEADS

    @property
    def due(self) -> int:
        """How many the plan asks for by the last day with data; 0 without a plan."""
        return int(self.weeks["plan"].sum())

    @property
    def gap(self) -> float:
        """Actual less what was due by now; negative is under plan. Read it only if there is a plan."""
        return self.actual - self.due

    def named(self, first: bool = True) -> str:
        """Return "sales-sourced quality leads"; where the sentence has said so before, "sales-sourced ones"."""
        return f"{self.team}-sourced {self.unit.called if first else self.unit.again}"

    @property
    def plan(self) -> str:
        """What its plan is called: one that nobody agreed is a draft wherever it is named."""
        return "the draft plan" if self.draft else "plan"


@once
def team_pace(month: MonthData, team: str) -> TeamPace:
    """Lay what a team brought on each day beside the plan spread over the days on which locations are open.

    Answers: when did the month leave its plan, and by how much?

    Notes
    -----
    Date basis: created; pipeline by the day on which its deal was opened.
    Plan: plan.csv, spread by the opening days of the playbook in force on the 1st.
    Raises NotebookFailed if the weeks do not add up to the month.
    """
    period, unit = month.period, unit_of(month)
    last = last_day(month, unit.table)
    owed, by_day = planned(month, str(period), team), _by_day(month, team, period)
    days = pd.DataFrame(
        {"plan": opening_weights(month, period).cumsum() * (np.nan if owed is None else owed)}
    )
    days["actual"] = by_day.cumsum().where(pd.Index(period.dates()) <= last).astype(float)
    weeks = pd.DataFrame([week for week in weeks_of(period) if week[0] <= last], columns=["start", "end"])
    weeks["actual"] = [
        float(by_day[(by_day.index >= start) & (by_day.index < end)].sum())
        for start, end in zip(weeks["start"], weeks["end"], strict=True)
    ]
    weeks["plan"] = week_plans(month, period, team, last).to_numpy()
    weeks["gap"] = weeks["actual"] - weeks["plan"]
    must_add_up(float(weeks["actual"].sum()), float(by_day.sum()), f"{team}-sourced leads by week")
    draft = owed is not None and month.plan.is_draft(period, team)
    return TeamPace(team, owed, float(by_day.sum()), days, weeks, _band(month, team), draft, unit)


def _by_day(month: MonthData, team: str, period: Month) -> pd.Series:
    daily = brought(month)
    rows = daily[(daily["team"] == team) & (daily["month"] == str(period))]
    days, counted = period.dates(), rows.groupby("day")[unit_of(month).column].sum()
    return counted.reindex(pd.DatetimeIndex(days), fill_value=0).astype(float).set_axis(days)


def earlier_with_plan(month: MonthData, team: str) -> list[Month]:
    """Return the six months before, as far as they have leads and a plan of the team."""
    before = [m for m in (month.period - 1).back(EARLIER_MONTHS) if str(m) in month.known_months]
    return [m for m in before if planned(month, str(m), team)]


def _band(month: MonthData, team: str) -> pd.DataFrame:
    """Return, per day of this month, the lowest and highest share of plan that earlier months had by then.

    Months of other lengths are laid over this one by the share of the month that has passed.
    """
    days, ways = month.period.days, []
    for earlier in earlier_with_plan(month, team):
        way = _by_day(month, team, earlier).cumsum() / (planned(month, str(earlier), team) or np.nan)
        at = np.arange(1, earlier.days + 1) / earlier.days
        ways.append(np.interp(np.arange(1, days + 1) / days, at, way))
    if not ways:
        return pd.DataFrame(columns=["low", "high"], dtype=float)
    return pd.DataFrame(
        {"low": np.min(ways, axis=0), "high": np.max(ways, axis=0)}, index=month.period.dates()
    )
