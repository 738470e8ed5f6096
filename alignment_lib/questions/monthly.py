"""What was planned and what came, month by month: the series that several questions share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from ..calendar_table import NO_LOCATION, schedule_of
from ..month import MonthData
from ..once import once
from ..period import Month, weeks_of
from ..plan import whole_from
from ..words import is_known
from .coverage import coverage
from .economics import spend_of
from .parts import TEAMS, day_words, divide, not_held, revenue_lacks, unripe_since
from .rhythm import by_quarter, is_long
from .units import MONEY, brought, unit_of


def months_so_far(month: MonthData) -> list[Month]:
    """Return every month from the first one with leads to the page's own, oldest first, without holes."""
    first = min([Month.parse(text) for text in month.known_months] + [month.period])
    return month.period.back(month.period - first + 1)


@once
def monthly(month: MonthData) -> pd.DataFrame:
    """Lay what was planned beside what came, for every shared measure.

    Answers: how did each month go, this one and those before it?

    Returns
    -------
    pandas.DataFrame
        One row per month up to the page's, indexed by `month` ("YYYY-MM"). Columns, NaN where not known:

        - `goal`, `revenue`, `expansion` (money, by the playbook's revenue definition; without renewals); with a rhythm
          above 31 days goal and revenue are those of the quarter up to the month
        - `month_goal`, `month_revenue` and `month_revenue_came`: the month's own
        - `clients_plan`, `clients` (new clients won), `net` (clients joined less left)
        - `<team>_plan`, `<team>`, `<team>_leads` (count): plan and actual in the split's unit, and raw leads
        - `revenue_attained`, `clients_attained`, `<team>_attained` (share of plan, 1.0 = on plan); of the earlier
          months only where the plan was agreed: a draft is made of those months, so it cannot judge them
        - `revenue_came`, `clients_came`, `<team>_came`: the raw figure in months that the data covers as a whole
        - `judged`, `kept`, `in_time`: replies whose clock ran out or stopped, at that month's own cut, those
          in time, and their share; `in_time_plan` (share agreed)
        - `spend`, `cost` (comparable spend, as of sources; money of three months / clients won in them)
        - `coverage`: pipeline open at the month's end / goal of the next quarter, see `coverage`
        - `draft`, `clients_draft`, `<team>_draft` (bool): the goal, or the plan, was not agreed

        The plan of a month in progress, or of a table that stops, is what was due by its last day.

    Notes
    -----
    Date basis: leads by date created, revenue and clients by the playbook's revenue month, replies by the
    month in which the clock started, spend by its own date. Source: tallies, the plan, the playbook.
    """
    index = pd.Index([str(m) for m in months_so_far(month)], name="month")
    result = pd.DataFrame(index=index)
    tallies, plan = month.tallies, month.plan

    revenue = tallies.revenue[tallies.revenue["type"] != "renewal"]
    result["goal"] = _plans(index, plan.revenue)
    result["revenue"] = _sums(revenue[revenue["type"] != "expansion"], "revenue", index)
    result["expansion"] = _sums(revenue[revenue["type"] == "expansion"], "revenue", index)
    result["clients_plan"] = _plans(index, plan.clients).round()
    result["clients"] = _sums(revenue, "clients", index)
    result["net"] = _net(tallies.members, index)

    unit, counted_in = unit_of(month), brought(month)
    for team in TEAMS:
        own = tallies.daily[tallies.daily["team"] == team]
        result[f"{team}_plan"] = _plans(index, partial(planned, month, team=team))
        result[team] = _sums(counted_in[counted_in["team"] == team], unit.column, index)
        result[f"{team}_leads"] = _sums(own, "leads", index)
        if unit.column == "quality":  # where a field that the rule needs was not recorded, the series has a gap
            unjudged = divide(_sums(own, "quality_unknown", index), result[f"{team}_leads"])
            result[team] = result[team].where(~(unjudged > 0.5))

    now, counted = str(month.period), ["clients_plan", *(f"{team}_plan" for team in TEAMS)]
    result.loc[now, ["goal", "clients_plan"]] *= due_share(month, "deals")
    result.loc[now, counted[1:]] *= due_share(month, unit.table)
    result.loc[now, counted] = result.loc[now, counted].round()
    result["month_goal"], result["month_revenue"] = result["goal"], result["revenue"]
    if is_long(month):
        result["goal"], result["revenue"] = (by_quarter(month, result[name]) for name in ("goal", "revenue"))
    _compare(month, result)

    result["kept"] = _sums(tallies.relay, "kept", index)
    result["judged"] = result["kept"] + _sums(tallies.relay, "broken", index)
    result["in_time"] = divide(result["kept"], result["judged"])
    goal = month.playbook.reply.goal if month.playbook.reply else None
    result["in_time_plan"] = float("nan") if goal is None else goal
    result["spend"] = _sums(spend_of(month), "amount", index)
    three = result[["spend", "clients"]].rolling(3).sum()
    result["cost"] = divide(three["spend"].where(three["spend"] > 0), three["clients"])
    _forget_unknown(month, result)
    found = coverage(month, result["month_revenue"])
    result["coverage"] = found.quarters["coverage"].reindex(index) if found else float("nan")
    return result


def _compare(month: MonthData, result: pd.DataFrame) -> None:
    """Add what the figures are read against: attainment of an agreed plan, and the raw figures of whole months.

    A draft of the page's own month is shown beside it; the figures of a month before the export shows any are not
    zero but unknown.
    """
    whole, index = whole_from(month.tallies), result.index
    latest = index == str(month.period)
    shared = [("revenue", "goal", "revenue"), ("clients", "clients_plan", "clients")]
    own = "pipeline" if unit_of(month).is_money else "leads"
    for name, plan, what in shared + [(team, f"{team}_plan", own) for team in TEAMS]:
        draft = pd.Series([month.plan.is_draft(m, name) for m in index], index=index)
        if name == "revenue" and is_long(month):
            draft = by_quarter(month, draft.astype(float)) != 0
        result["draft" if name == "revenue" else f"{name}_draft"] = draft
        if what in ("revenue", "clients"):
            appears = month.tallies.revenue.loc[month.tallies.revenue[what] != 0, "month"].min()
            seen = (index >= appears) if isinstance(appears, str) else latest
            result[name] = result[name].where(seen)
            if name == "revenue":
                result["month_revenue"] = result["month_revenue"].where(seen)
        result[f"{name}_attained"] = divide(result[name], result[plan]).where(~draft | latest)
        covered = (index >= whole.get(what, "9999")) | latest
        result[f"{name}_came"] = result[name].where(covered)
        if name == "revenue":
            result["month_revenue_came"] = result["month_revenue"].where(covered)


def _forget_unknown(month: MonthData, result: pd.DataFrame) -> None:
    """Make what the exports cannot tell unknown: no export of it is not zero of it."""
    from .replies import reply_gap

    known_to = month.ends.get("deals", month.as_of)
    if not month.has("deals") or known_to < month.period.start:
        unknown = [f"{name}{end}" for name in ("revenue", "clients") for end in ("", "_attained", "_came")]
        since = result.index >= (str(Month.of(known_to)) if month.has("deals") else "")
        result.loc[since, [*unknown, "month_revenue", "month_revenue_came", "expansion", "cost"]] = float("nan")
    elif revenue_lacks(month):
        unknown = ["revenue", "revenue_attained", "revenue_came", "month_revenue", "month_revenue_came", "expansion"]
        result.loc[result.index >= ("" if not_held(month) else unripe_since(month)), unknown] = float("nan")
    if not month.has("activities"):
        result[["kept", "judged", "in_time"]] = float("nan")
    elif reply_gap(month):
        result.loc[str(month.period), ["kept", "judged", "in_time"]] = float("nan")
    if not month.has("spend"):
        result[["spend", "cost"]] = float("nan")
    if month.ends.keys() & {"deals", "spend"}:
        result.loc[str(month.period), "cost"] = float("nan")


def has_no_goal(series: pd.DataFrame) -> bool:
    """Say whether the month has revenue but neither a goal for it nor an agreed plan of anybody's leads."""
    now = series.iloc[-1]
    planned = any(is_known(now[f"{team}_plan"]) and not now[f"{team}_draft"] for team in TEAMS)
    return is_known(now["revenue"]) and not now["goal"] > 0 and not planned


def planned(month: MonthData, period: str, team: str) -> int | None:
    """Return what a team owes in a month in the unit of the split (weeks add up as printed); None without a plan."""
    if month.playbook.goals.lead_split.unit in MONEY and not unit_of(month).is_money:
        return None  # what plan.csv says then is money, and no number of leads
    owed = month.plan.leads(period, team)
    return None if owed is None or pd.isna(owed) else round(owed)


def planned_leads(month: MonthData, period: str, team: str) -> int | None:
    """Return the whole leads that a team owes in a month; None without a plan of leads."""
    return None if unit_of(month).is_money else planned(month, period, team)


@once
def opening_weights(month: MonthData, period: Month) -> pd.Series:
    """Return each day's share of a month's plan, by how many locations are open on it; adds up to 1.

    A playbook whose hours leave no day open spreads the plan evenly.
    """
    opened = open_locations(month, period)
    if opened.sum() == 0:
        opened[:] = 1.0
    return opened / opened.sum()


def open_locations(month: MonthData, period: Month) -> pd.Series:
    """Return how many locations are open on each day of a month, by the playbook's hours and holidays."""
    opened = pd.Series(0.0, index=period.dates())
    for name in month.playbook.locations or [NO_LOCATION]:
        schedule = schedule_of(month.company, name)
        days = {day for day, *_ in schedule.open_days(period.start, period.end - timedelta(days=1))}
        opened += [float(day in days) for day in period.dates()]
    return opened


def week_plans(month: MonthData, period: Month, team: str, until: date | None = None) -> pd.Series:
    """Return what a team owes in each week of a month, in whole numbers that add up to the month as printed.

    Indexed by the first day of the week inside the month; NaN without a plan. `until` is the last day that
    counts, for a month in progress. Weeks are ISO weeks clipped to the month.
    """
    owed, weights = planned(month, str(period), team), opening_weights(month, period)
    until = until or period.end
    weeks = [(start, end) for start, end in weeks_of(period) if start <= until]
    starts = [start for start, _ in weeks]
    if owed is None:
        return pd.Series(np.nan, index=starts, dtype=float)
    reached = weights[weights.index <= until]
    inside = [reached[(reached.index >= start) & (reached.index < end)] for start, end in weeks]
    return pd.Series(whole_numbers([owed * float(days.sum()) for days in inside]), index=starts)


def whole_numbers(parts: list[float]) -> list[int]:
    """Round parts so that they still add up to their rounded sum; the largest remainders take what is lost.

    >>> whole_numbers([52.6, 93.2, 93.2])
    [53, 93, 93]
    """
    floors = [int(np.floor(part)) for part in parts]
    lost = round(sum(parts)) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in by_remainder[:lost]:
        floors[i] += 1
    return floors


def last_day(month: MonthData, *tables: str) -> date:
    """Return the last day of the month that the data, or these tables, cover."""
    end = month.period.end - timedelta(days=1)
    return min(month.stops(*tables) or end, end)


def to_day(month: MonthData, *tables: str) -> str:
    """Return "18 October" where the tables cover the month to that day only, else nothing."""
    stops = month.stops(*tables) if all(month.has(table) for table in tables) else None
    return day_words(month, stops) if stops else ""


def plan_name(month: MonthData) -> str:
    """Return what the plan of leads is called: "plan", "plan to date", or "plan to 18 October" where leads stop."""
    if month.partial:
        return "plan to date"
    table = unit_of(month).table
    return f"plan to {to_day(month, table)}" if month.stops(table) else "plan"


def due_share(month: MonthData, *tables: str) -> float:
    """Return the share of the month's plan that is due by the last day of these tables: 1.0 for a whole month."""
    stops = month.stops(*tables)
    if stops is None or stops < month.period.start:  # of a month without any data nothing is shown to a day
        return 1.0
    weights = opening_weights(month, month.period)
    return float(weights[weights.index <= last_day(month, *tables)].sum())


def _sums(frame: pd.DataFrame, column: str, index: pd.Index) -> pd.Series:
    return frame.groupby("month")[column].sum().reindex(index, fill_value=0).astype(float)


def _plans(index: pd.Index, planned: Callable[[str], float | None]) -> pd.Series:
    return pd.Series([planned(m) for m in index], index=index, dtype=float)


def _net(members: pd.DataFrame, index: pd.Index) -> pd.Series:
    if members.empty:
        return pd.Series(float("nan"), index=index)
    return _sums(members, "joined", index) - _sums(members, "left", index)
