"""The two figures of the scorecard: six weeks beside twelve months, and the usual range of revenue."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Column, Figure, Table
from ..month import MonthData
from ..period import Month, last_full_weeks
from ..stats.usual_range import LIMIT, Range, usual_range
from ..words import Words, is_known, sentence, small_number
from .monthly import last_day, to_day, week_plans
from .parts import TEAMS
from .rhythm import is_long, same_part, span_of
from .scorecard_rows import teams_of
from .units import Unit, brought, recounted, shown, unit_of, unjudged

WEEKS, MONTHS = 6, 12


def teams_figure(month: MonthData, series: pd.DataFrame) -> Figure:
    """Return the team measures: six full weeks beside twelve months, on their own scales."""
    weeks, months = team_weeks(month), series.tail(MONTHS)
    unit = unit_of(month)
    now = series.iloc[-1]
    teams = teams_of(series)
    came = " and ".join(f"{shown(month.words, now[team], unit)} {team}-sourced" for team in teams) or "no"
    agreed = any(is_known(now[f"{team}_plan"]) and not now[f"{team}_draft"] for team in teams)
    for team in TEAMS:  # a draft is made of the months that it would stand beside
        months[f"{team}_plan"] = months[f"{team}_plan"].where(~months[f"{team}_draft"])
        weeks[f"{team}_plan"] = float("nan") if now[f"{team}_draft"] else weeks[f"{team}_plan"]
    has_plan = months[[f"{team}_plan" for team in TEAMS]].notna().any(axis=None)
    planned = "; dashed = plan" if has_plan else ""
    return Figure(
        name="teams",
        title=f"{sentence(unit.called)} by team",
        subtitle=f"{sentence(unit.called)} by {unit.dated}; weeks and months on their own scales{planned}",
        draw=partial(draw_teams, weeks, months, teams, partial(tick, month.words, unit.is_money)),
        alt=f"Lines of six weeks and twelve months by team: {month.period.name} brought {came} {unit.called}.",
        caption=" ".join(filter(None, [
            "Weeks start on Monday and are whole.", "A week’s plan follows the opening days." if planned else "",
            recounted(month, Month.parse(str(months.index[0]))),
        ])),
        table=_teams_table(weeks, months, teams, unit),
        folded=agreed,
    )


def team_weeks(month: MonthData) -> pd.DataFrame:
    """Return the last six full weeks up to as_of: `start`, each team's leads and plan in the split's unit.

    Weeks from before the first lead are left out: no data is not zero leads.
    """
    daily, unit, judged = brought(month), unit_of(month).column, not unjudged(month)
    days = pd.to_datetime(daily["day"]).dt.date
    plans: dict[tuple[Month, str], pd.Series] = {}
    rows = []
    begins = days.min() if len(days) else month.period.start
    whole = [week for week in last_full_weeks(_known_until(month), WEEKS) if week[0] >= begins]
    for start, end in whole or last_full_weeks(_known_until(month), 1):
        row: dict[str, Any] = {"start": start}
        inside = (days >= start) & (days < end)
        for team in TEAMS:
            row[team] = float(daily[inside & (daily["team"] == team)][unit].sum()) if judged else float("nan")
            row[f"{team}_plan"] = _plan_of(month, start, end, team, plans)
        rows.append(row)
    return pd.DataFrame(rows)


def _known_until(month: MonthData) -> date:
    """Return the last day of which all leads can be known: a week that the data does not cover is not whole."""
    table = unit_of(month).table
    if stops := month.stops(table):
        return stops
    newest = [file.newest for file in month.files if file.table == table and file.newest]
    return min(month.as_of, max(newest, default=last_day(month)))


def _plan_of(
    month: MonthData, start: date, end: date, team: str, known: dict[tuple[Month, str], pd.Series]
) -> float:
    """Return what a team owes in a week: the parts of the months it lies in, rounded as Pace rounds them."""
    planned = 0.0
    for period in sorted({Month.of(start), Month.of(end - timedelta(days=1))}):
        if (period, team) not in known:
            until = last_day(month, unit_of(month).table) if period == month.period else None
            known[period, team] = week_plans(month, period, team, until)
        weeks = known[period, team]
        planned += float(weeks[(weeks.index >= start) & (weeks.index < end)].sum(skipna=False))
    return planned


def tick(words: Words, is_money: bool, value: float) -> str:
    """Return the number of an axis: "300", or in money "$300k", "$1.25m"."""
    if not is_money:
        return words.number(value)
    return re.sub(r"\.?0+(?=[km]$)", "", words.money_short(value, digits=2))


def draw_teams(
    weeks: pd.DataFrame, months: pd.DataFrame, teams: list[str], show: Callable[[float], str], width: float
) -> Any:
    """Draw the weeks and the months, each with every team's line, its plan dashed."""
    teams = [team for team in teams or TEAMS if months[team].notna().any()]
    room = 30 if show(0).isdigit() else 42  # amounts of money are longer than counts
    figure, (left, right) = charts.canvas(width, 2.5, 2, ratios=(1, 2), stack=True, left=room, top=26)
    for ax, frame, title in ((left, weeks, f"Last {len(weeks)} weeks"), (right, months, f"Last {len(months)} months")):
        plans = frame[[f"{team}_plan" for team in teams]].set_axis(teams, axis=1)
        names = {team: team.capitalize() for team in teams} if ax is right else None
        charts.team_lines(ax, frame[teams], plans if plans.notna().any(axis=None) else None, show, names)
        charts.heading(ax, title)
    charts.label_months(right, [Month.parse(m) for m in months.index])
    shown = range(0, len(weeks), 2)
    names_of = [f"{weeks['start'][n].day} {Month.of(weeks['start'][n]).short}" for n in shown]
    left.set_xticks(list(shown), names_of)
    return figure


def _teams_table(weeks: pd.DataFrame, months: pd.DataFrame, teams: list[str], unit: Unit) -> Table:
    columns = [Column("when", "Month or week")]
    for team in teams:
        columns += [Column(team, f"{team.capitalize()}-sourced", unit.cell),
                    Column(f"{team}_plan", "plan", unit.cell, muted=True)]  # fmt: skip
    planned = weeks.notna().any() | months.reindex(columns=weeks.columns).notna().any()
    columns = [column for column in columns if not column.key.endswith("_plan") or planned[column.key]]
    keys = [column.key for column in columns[1:]]
    by_week = weeks[keys].assign(
        when=[f"Week of {d.day} {Month.of(d).short} {d.year}" for d in weeks["start"]]
    )
    by_month = months[keys].assign(when=[Month.parse(m).label for m in months.index])
    frame = pd.concat([by_month, by_week], ignore_index=True)
    return Table("teams", f"{sentence(unit.called)} by team", tuple(columns), frame, folded=True)


def revenue_figures(month: MonthData, series: pd.DataFrame, shown: int, most: int) -> tuple[Figure, ...]:
    """Return revenue as a share of its goal on its usual range; no figure of less than two whole months.

    `shown` months are drawn; up to `most` earlier ones make the usual range. A month in progress is left out.
    """
    words, until = month.words, to_day(month, "deals")
    state = "is in progress" if month.partial else f"is known to {until} only"
    series = same_part(month, series.iloc[:-1] if until and not is_long(month) else series)
    if series["revenue_attained"].count() < 2:
        return ()
    anew = [step for step in month.settings.rebased if step.measure == "shared_revenue"]
    since = max((str(Month.of(step.on)) for step in anew), default="")
    earlier = series["revenue_attained"].iloc[:-1]
    earlier = earlier[earlier.index >= since].dropna().tail(most)
    series = series.tail(shown).loc[series["revenue_attained"].tail(shown).first_valid_index() :]
    usual, values = usual_range(earlier, least=0.0), series["revenue_attained"]
    now, name = values.iloc[-1], Month.parse(series.index[-1]).label
    span = span_of(month).partition(" ")[0]
    name = name if span == "month" else f"the quarter to {name}"
    said = f"{words.share(now)} in {name}" if is_known(now) else f"no goal for {name}"
    if usual is not None and is_known(now):
        side = "inside" if usual.low <= now <= usual.high else "outside"
        said += f", {side} the usual range of {words.span(usual.low, usual.high)}"
    months = [Month.parse(m).label for m in values.index]
    frame = series[["revenue", "goal", "revenue_attained"]].assign(label=months).reset_index()
    if span == "quarter":  # no goal of a quarter that was agreed in part
        frame["goal"] = frame["goal"].where(frame["revenue_attained"].notna())
    columns = (Column("label", "Month" if span == "month" else "Quarter to"),
               Column("revenue", "Revenue", "money_exact"), Column("goal", "Goal", "money_exact"),
               Column("revenue_attained", "of goal", "share"))  # fmt: skip
    caption = _range_caption(words, usual, len(earlier), span)
    return (Figure(
        "revenue",
        f"Is this {span} different from the others?",
        f"Revenue as a share of the {span}’s goal"
        + (f"; the shaded range is what ordinary {span}s look like" if usual else ""),
        partial(draw_revenue, words, values, usual, [(step.on, step.because) for step in anew]),
        f"Line of revenue attainment over {len(values)} {span}s: {said}.",
        caption + (f" {month.period.name} {state} and left out." if until else ""),
        Table("revenue_attainment", f"Revenue attainment by {span}", columns, frame, folded=True),
        folded=True,
    ),)  # fmt: skip


def _range_caption(words: Words, usual: Range | None, months: int, noun: str) -> str:
    if usual is None:
        n = f"{sentence(small_number(months))} earlier {noun}{'' if months == 1 else 's'}"
        return f"{n}: too few for a usual range, which takes eight."
    firm = "" if usual.firm else f" With fewer than twelve {noun}s it is not firm yet."
    span = words.span(usual.low, usual.high)
    limits = f"mean ± {words.number(LIMIT, 2)} × mean moving range"
    return f"Usual range {span}: {limits} of the {usual.n} earlier {noun}s.{firm}"


def draw_revenue(
    words: Words, values: pd.Series, usual: Range | None, anew: list[tuple], width: float
) -> Any:
    """Draw the usual-range chart of revenue; a range that starts anew is marked with its reason."""
    months = [Month.parse(m) for m in values.index]
    figure, (ax,) = charts.canvas(width, 2.6 if width > 6 else 2.4, left=36, right=14, top=4)
    charts.usual_range_chart(ax, months, values.tolist(), usual, words.share, goal=1.0)
    for on, because in anew:
        at = Month.of(on) - months[0]
        if 0 < at < len(months):
            ax.axvline(at - 0.5, color=charts.LIGHT["mut"], lw=0.9)
            charts.label(ax, because, at - 0.5, ax.get_ylim()[0], "mut", dx=4, dy=4, va="bottom")
    return figure
