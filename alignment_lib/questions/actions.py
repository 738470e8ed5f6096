"""How each team gets its leads: planned actions, what such actions usually bring, and what they brought."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month
from ..plan import whole_from
from .levers import SEASON_NEEDS
from .monthly import planned
from .parts import TEAMS
from .units import unit_of

USUAL_MONTHS = 12  # without two years, the months before
LEAST_AGREED = 3  # months with an agreed plan from which a usual yield is taken as a share of it
COLUMNS = ("action", "team", "source", "campaign", "location", "expected", "budget", "done", "got", "usual", "least",
           "most")  # fmt: skip


@once
def actions_of(month: MonthData, period: Month) -> pd.DataFrame:
    """Lay a month's planned actions beside what they brought and what such actions usually bring.

    Answers: how will each team get its leads, can that be expected, and did it come?

    Parameters
    ----------
    period : Month
        The month of the actions: the page's, or the next one.

    Returns
    -------
    pandas.DataFrame
        One row per action of actions.csv, marketing's first. `action` ("E-mail, Free week"), `team`, `source`,
        `campaign`, `location`, `expected` (in the split's unit, NaN where the file does not say), `budget` (money),
        `done` (bool), `got` (NaN for a month that is not over), `usual`, `least`, `most` (see `usual_yield`).

    Notes
    -----
    Date basis: leads by date created; with a split of pipeline new deals by the day of opening, whenever their lead
    came. What has no campaign or location counts all of its source.
    """
    listed = month.company.actions
    listed = listed[listed["month"] == str(period)]
    rows = [_row(month, period, action) for action in listed.to_dict("records")]
    order = {team: at for at, team in enumerate(TEAMS)}
    rows.sort(key=lambda row: order.get(row["team"], len(TEAMS)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(month: MonthData, period: Month, action: dict[Any, Any]) -> dict[str, Any]:
    source = present_name(month, action["source"])
    place = action["location"] or "all"
    named = [source, action["campaign"], "" if place == "all" else place]
    own, expects = yields_of(month, source, action["campaign"], place), expected_column(month)
    got = own.loc[own["month"] == str(period), "count"].sum() if period <= month.period else float("nan")
    usual, least, most = usual_yield(month, own, action["team"], period)
    return {
        "action": ", ".join(filter(None, named)), "team": action["team"], "source": source,
        "campaign": action["campaign"], "location": place, "expected": action[expects],
        "budget": action["budget"], "done": action["done"], "got": float(got),
        "usual": usual, "least": least, "most": most,
    }  # fmt: skip


def expected_column(month: MonthData) -> str:
    """Return the column of actions.csv that says what is expected in the split's unit."""
    return "expected_pipeline" if unit_of(month).is_money else "expected_leads"


def present_name(month: MonthData, source: str) -> str:
    """Return what a source is called today."""
    return {one.was: one.is_ for one in month.playbook_at_end.renamed_sources}.get(source, source)


def yields_of(month: MonthData, source: str, campaign: str = "", location: str = "all") -> pd.DataFrame:
    """Return what a source (and campaign, and location) brought by month, `count` in the split's unit."""
    unit = unit_of(month)
    own = month.tallies[unit.by_source]
    own = own[own["source"] == source]
    if campaign:
        own = own[own["campaign"] == campaign]
    if location != "all":
        own = own[own["location"] == location]
    return own.assign(count=own[unit.column])


def usual_yield(month: MonthData, own: pd.DataFrame, team: str, period: Month) -> tuple[float, float, float]:
    """Return what an action usually brings in a month: mean, least and most; NaN where it never ran.

    Months of the same season (the calendar month and its neighbours) of earlier years, from 24 known months on, else
    the twelve before; of them those in which it brought anything. Each is taken per planned lead, or planned amount,
    because a plan carries season and growth (`planned_months`).
    """
    by_month = own.groupby("month")["count"].sum()
    months, scaled = planned_months(month, period, team)
    now = _agreed(month, period, team) if scaled else None
    came = {one: float(by_month.get(str(one), 0)) for one in months}
    per = {one: now / (_agreed(month, one, team) or 1.0) if now else 1.0 for one in months}
    counts = [count * per[one] for one, count in came.items() if count]
    if not counts:
        return float("nan"), float("nan"), float("nan")
    return sum(counts) / len(counts), min(counts), max(counts)


@once
def planned_months(month: MonthData, period: Month, team: str) -> tuple[list[Month], bool]:
    """Return the months of a team's usual yields, and whether each is taken as a share of its plan.

    If so, months without an agreed plan are left out. Where under three have one, or the month itself has none, all
    are taken as they came.
    """
    months = usual_months(month, period)[0]
    agreed = [one for one in months if _agreed(month, one, team)] if _agreed(month, period, team) else []
    return (agreed, True) if len(agreed) >= LEAST_AGREED else (months, False)


@once
def usual_months(month: MonthData, period: Month) -> tuple[list[Month], bool]:
    """Return the whole months that a month's yields are held against, and whether they are of its season."""
    unit = unit_of(month)
    first = whole_from(month.tallies).get("pipeline" if unit.is_money else "leads", "9999")
    until = month.period - 1 if month.stops(unit.table) else month.period
    known = [Month.parse(m) for m in month.known_months if m >= first]
    known = [m for m in known if m < period and m <= until]
    if len(known) < SEASON_NEEDS:
        return known[-USUAL_MONTHS:], False
    return [m for m in known if (m.number - period.number) % 12 in (0, 1, 11)], True


def usual_words(month: MonthData, period: Month) -> str:
    """Say which months a usual yield is taken from."""
    months, of_season = usual_months(month, period)
    if not months:
        return "No earlier month is whole, so nothing is usual yet."
    found = [planned_months(month, period, team) for team in TEAMS]
    scaled, longest = all(by_plan for _, by_plan in found), max((own for own, _ in found), key=len)
    per = ", as shares of the plan" if unit_of(month).is_money else ", per planned lead"
    per = per if scaled else ""
    if of_season:
        like = f"earlier months like {period.name} in which it ran"
        return f"Usual = mean of {like}{per}; in brackets their range."
    return f"Usual = mean of {month.words.months(longest)}{per}; months of one season take two years."


@once
def _agreed(month: MonthData, period: Month, team: str) -> float | None:
    draft = team not in TEAMS or month.plan.is_draft(period, team)  # an action of both has no plan of its own
    return None if draft else planned(month, str(period), team)
