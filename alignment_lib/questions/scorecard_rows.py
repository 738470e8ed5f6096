"""The rows of the scorecard: every shared measure against its plan and against its own history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from .. import charts
from ..month import MonthData
from ..once import once
from ..period import Month
from ..signals import Reading, read_series
from ..stats.usual_range import LIMIT, Range, known_values
from ..words import is_known, sentence
from .economics import people_known
from .landing import Landing, landing
from .monthly import monthly, to_day
from .parts import TEAMS, revenue_lacks, stopped
from .rhythm import is_long, quarter_so_far, same_part, span_of
from .units import unit_of

SHOWN = 15  # months in a sparkline, this one included
EARLIER = 24  # months that a usual range is made of, at most: two of every season


@dataclass(frozen=True)
class Measure:
    """One row of the scorecard: what it is called, how it is printed and which columns of `monthly` it reads.

    `rests` names the tables it is counted from. `series` is the column that its usual range is made of ("" = none):
    attainment where there is a plan, because the plan carries the season. `span` is how many months, this one
    included, are added up; `under` prints small under the name; a `sub` row stands quietly under the row it belongs to.
    """

    key: str
    label: str
    unit: str
    actual: str
    plan: str = ""
    series: str = ""
    rests: tuple[str, ...] = ("deals",)
    better: str = "more"
    team: str = "joint"
    span: int = 1
    under: str = ""
    sub: bool = False

    @property
    def spoken(self) -> str:
        """What it is called in a sentence: "New revenue of the quarter"."""
        return self.label.replace(", quarter", " of the quarter")


def measures(month: MonthData, series: pd.DataFrame) -> list[Measure]:
    """Return the rows of this company's scorecard, the shared goal first, without what it does not have."""
    client, unit, now = month.settings.client, unit_of(month), series.iloc[-1]
    money = sentence(revenue_name(month))
    read = _read_as(now, "revenue", "goal", "draft")
    long, span = is_long(month), span_of(month)
    rows = [Measure("shared_revenue", f"{money}, {span}" if long else money, "money", "revenue", "goal", read)]
    if long and len(quarter_so_far(month, month.period)) > 1:
        rows.append(Measure("month", f"{month.period.name} alone", "money", "month_revenue", "month_goal", sub=True))
    starts = month.settings.fiscal_year_starts
    quarter = [m for m in month.period.quarter(starts) if m <= month.period]
    year = month.period.year_to_date(starts)
    spans = [("quarter", "Quarter", quarter), ("year", "Year", year)]
    for key, name, months in spans if year != quarter else [("quarter", "Quarter and year", quarter)]:
        seen = [m for m in months if str(m) in series.index]
        since = "" if len(seen) == len(months) else f", from {seen[0].label}"
        label = f"{name} to date{since}"
        if not long or key == "year":
            rows.append(Measure(key, label, "money", "month_revenue", "month_goal", span=len(seen), sub=True))
    if series["expansion"].any():
        label = f"Expansion to {client.many}" + (f" in {month.period.name}" if long else "")
        rows.append(Measure("expansion", label, "money", "expansion", sub=True))
    if series["coverage"].iloc[-1:].notna().all():
        under = "open pipeline / its goal"
        rows.append(Measure("coverage", "Coverage of next quarter", "times", "coverage", under=under))
    won = sentence(f"{client.many} {client.verb}") + (f" in {month.period.name}" if long else "")
    read = _read_as(now, "clients", "clients_plan", "clients_draft")
    rows.append(Measure("clients_won", won, "count", "clients", "clients_plan", read))
    if series["net"].notna().any():
        net = f"Net {client.many}: {client.verb} less left"
        by = f"by first and last day as a {client.one}"
        rows.append(Measure("net_clients", net, "count", "net", rests=(), under=by, sub=True))
    for team in teams_of(series):
        name, plan = f"{team.capitalize()}-sourced {unit.called}", f"{team}_plan"
        columns = (team, plan, _read_as(now, team, plan, f"{team}_draft"))
        raw = f"{month.words.count(now[f'{team}_leads'], 'lead')} in all" if unit.called != "leads" else ""
        kind = "money" if unit.is_money else "count"
        rows.append(Measure(f"{team}_leads", name, kind, *columns, (unit.table,), team=team, under=raw))
    columns, rests = ("in_time", "in_time_plan", "in_time"), ("leads", "activities")
    in_time = Measure("answered_in_time", "Answered in time", "share", *columns, rests)
    spend = "media and people’s time" if people_known(month) else "media spend"
    text = f"three months’ {spend} / {month.words.win(2)}"
    if not is_known(now["cost"]):
        text = f"takes three months with {spend} and {month.words.win(2)}"
    name = f"Cost per {client.one}"
    rests = ("deals", "spend")
    cost = Measure("cost_per_client", name, "money", "cost", "", "cost", rests, better="less", under=text)
    return [*rows, in_time, cost]


def revenue_name(month: MonthData) -> str:
    """Return what the shared revenue is called: as the playbook says, where "revenue" would say too much."""
    called = month.playbook.revenue.called
    return "shared revenue" if called == "revenue" else called


def _read_as(now: pd.Series, name: str, plan: str, draft: str) -> str:
    """Return the series that a measure is read in: attainment of an agreed plan, else what came as it came."""
    return f"{name}_attained" if is_known(now[plan]) and not now[draft] else f"{name}_came"


def teams_of(series: pd.DataFrame) -> list[str]:
    """Return the teams that have leads or a plan, marketing first."""
    return [t for t in TEAMS if series[f"{t}_leads"].any() or series[f"{t}_plan"].notna().any()]


def read_measure(
    month: MonthData, series: pd.DataFrame, measure: Measure
) -> tuple[Reading | None, Range | None]:
    """Read one measure's month against up to 24 earlier ones; None for a sum and for what is known in part only."""
    if not measure.series or month.stops(*measure.rests):
        return None, None
    earlier, now = history(month, series, measure)
    if measure.key == "cost_per_client":
        return _read_overlapping(earlier, now)
    return read_series(earlier, now, most=1.0 if measure.unit == "share" else None)


def history(month: MonthData, series: pd.DataFrame, measure: Measure) -> tuple[list[float], float]:
    """Return a measure's earlier months, since its usual range last started anew, and this month's value."""
    anew = month.settings.rebased_on(measure.key)
    values = (same_part(month, series) if measure.key == "shared_revenue" else series)[measure.series]
    earlier = values.iloc[:-1][values.index[:-1] >= (str(Month.of(anew)) if anew else "")]
    return [float(value) for value in earlier.tail(EARLIER)], float(values.iloc[-1])


def _read_overlapping(earlier: list[float], current: float) -> tuple[Reading, Range | None]:
    """Read a three-month ratio: neighbours share two months, so its range moves over three, without runs."""
    known = known_values(earlier)
    if len(known) < 11 or not is_known(current):
        return Reading("little", len(known), firm=False), None
    moves = [abs(b - a) for a, b in zip(known, known[3:], strict=False)]
    mean, moving = sum(known) / len(known), sum(moves) / len(moves)
    usual = Range(mean, max(0.0, mean - LIMIT * moving), mean + LIMIT * moving, moving, len(known))
    kind = "above" if current > usual.high else "below" if current < usual.low else "usual"
    return Reading(kind, usual.n, usual.firm), usual


@once
def score_rows(month: MonthData) -> pd.DataFrame:
    """Lay plan, actual and reading of every measure in one table: the scorecard as numbers.

    Returns
    -------
    pandas.DataFrame
        One row per measure, the shared goal first. `measure` (text), `key`, `plan`, `actual`, `before`, `gap` (in
        `unit`: "money", "count" or "share"), `of_plan` (share, 1.0 = on plan), `low`, `high` (usual range of
        the measure's series), `reading` (words), `kind`, `unit`, `better` ("neither" for what words call on plan),
        `team`, `span`, `under`, `sub` (see Measure), and the drawn `bullet` and `trend` (SVG). The row "landing" is
        expected, not counted.
    """
    series = monthly(month)
    rows, shown = [], measures(month, series)
    lands = landing(month, series, read_measure(month, series, shown[0])[1])
    before_landing = [one.key for one in shown if one.key in ("shared_revenue", "month", "quarter")]
    for measure in shown:
        rows.append(_row(month, series, measure))
        if measure.key == before_landing[-1] and lands:
            rows.append(_expected(month, lands))
    return pd.DataFrame(rows).set_index("key", drop=False)


def _row(month: MonthData, series: pd.DataFrame, measure: Measure) -> dict[str, Any]:
    window = series.tail(measure.span)
    actual = window[measure.actual].sum(min_count=1)
    plan = window[measure.plan].sum(skipna=False) if measure.plan else float("nan")
    planned, on_plan = plan > 0, month.words.direction(actual - plan, plan) == "on plan"
    if measure.actual in ("revenue", "month_revenue") and (revenue_lacks(month) or (not actual and not planned)):
        actual = float("nan")  # none is recorded yet, or more may come: no amount that could be read
    reading, usual = read_measure(month, series, measure)
    label, under = "in progress" if month.partial and measure.series else "", measure.under
    if why := stopped(month, *measure.rests):
        label = "not known" if measure.series and not is_known(actual) else ""
        under = f"to {to_day(month, *measure.rests)}" if is_known(actual) else why
    if reading:
        label = reading.label if reading.months or is_known(actual) else ""
        label = "not known" if usual and not is_known(actual) else label
    low, high = (usual.low, usual.high) if usual else (None, None)
    compared = same_part(month, series) if measure.key == "shared_revenue" else series
    values = compared[measure.series].tail(SHOWN).tolist() if measure.series else []
    return {
        "measure": measure.label, "key": measure.key, "plan": plan, "actual": actual,
        "before": _before(month, series, measure), "gap": actual - plan,
        "of_plan": actual / plan if planned else float("nan"),
        "bullet": charts.bullet(actual, plan, measure.team) if planned and is_known(actual) else "",
        "trend": charts.sparkline(values, low, high) if len(known_values(values)) > 1 else "",
        "reading": label, "kind": reading.kind if reading else "", "low": low, "high": high, "unit": measure.unit,
        "better": "neither" if on_plan else measure.better, "team": measure.team, "span": measure.span,
        "under": under, "sub": measure.sub,
    }  # fmt: skip


def _before(month: MonthData, series: pd.DataFrame, measure: Measure) -> float:
    """Return what the month before brought, if the data covers it as a whole; NaN for sums over months."""
    column = f"{measure.actual}_came" if f"{measure.actual}_came" in series else measure.actual
    summed = measure.span > 1 or (measure.key == "shared_revenue" and is_long(month))
    one_month = not summed and (not measure.sub or measure.key == "month") and len(series) > 1
    return float(series[column].iloc[-2]) if one_month else float("nan")


def _expected(month: MonthData, lands: Landing) -> dict[str, Any]:
    span = month.words.span(lands.low / lands.goal, lands.high / lands.goal)
    what = "deals" if unit_of(month).is_money else "leads"
    basis = f"open {what} as they stand, the rest as usual" if lands.by_open_leads else "if the rest is usual"
    return {
        "measure": "Quarter, expected", "key": "landing", "plan": lands.goal, "actual": lands.expected,
        "before": float("nan"), "gap": float("nan"), "of_plan": lands.expected / lands.goal, "unit": "money",
        "better": "more", "bullet": "", "trend": "", "reading": "", "kind": "",
        "under": f"not come yet; {basis}: {span}", "sub": True, "actual_label": "Expected",
    }  # fmt: skip


def team_scores(month: MonthData, series: pd.DataFrame) -> pd.DataFrame:
    """Return each team's score: part its own leads against plan, part the shared revenue against its goal.

    score = (1 - shared_weight) x own + shared_weight x shared; neither is capped, marketing stands first
    (SPEC Goals). Columns: `team`, `own`, `shared`, `weight`, `score` (shares; NaN where a plan is missing),
    `actual`, `plan`, and whether its own plan and the shared goal are drafts, `own_draft` and `draft`.
    """
    weight, now = month.playbook.goals.shared_weight, series.iloc[-1]
    rows = []
    for team in teams_of(series):
        own, shared = now[f"{team}_attained"], now["revenue_attained"]
        score = (1 - weight) * own + weight * shared
        drafts = now[f"{team}_draft"], now["draft"]
        rows.append((team, own, shared, weight, score, now[team], now[f"{team}_plan"], *drafts))
    names = ["team", "own", "shared", "weight", "score", "actual", "plan", "own_draft", "draft"]
    return pd.DataFrame(rows, columns=names)
