"""Pace: when did we leave the plan, and who picked up the slack?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..period import Month, weeks_of
from ..signals import Test
from ..words import Words
from .monthly import (
    TEAMS,
    last_day,
    must_add_up,
    open_locations,
    opening_weights,
    planned_leads,
    unit_note,
    unit_of,
)

ASKS = "When did we leave the plan, and who picked up the slack?"
EARLIER_MONTHS = 6


@dataclass(frozen=True)
class TeamPace:
    """One team's way through the month, in the unit of the split.

    `days` has one row per day: `plan` and `actual`, both cumulated (actual is NaN after the data ends). `weeks` has
    one row per ISO week clipped to the month: `start`, `end`, `plan`, `actual`, `gap`. `band` has, per day, the `low`
    and `high` cumulated share of plan of the months before. `planned` is None without a plan.
    """

    team: str
    planned: int | None
    actual: int
    days: pd.DataFrame
    weeks: pd.DataFrame
    band: pd.DataFrame

    @property
    def due(self) -> int | None:
        """How many the plan asks for by the last day with data."""
        if self.planned is None:
            return None
        seen = self.days["actual"].notna()
        return round(float(self.days.loc[seen, "plan"].iloc[-1])) if seen.any() else 0

    @property
    def gap(self) -> int | None:
        """Actual less what was due by now; negative is under plan."""
        return None if self.due is None else self.actual - self.due


def team_pace(month: MonthData, team: str) -> TeamPace:
    """Lay a team's leads of each day beside the plan spread over the days on which locations are open.

    Answers: when did the month leave its plan, and by how much?

    Notes
    -----
    Date basis: created. Plan: plan.csv, spread by the opening days of the playbook in force on the 1st.
    Raises NotebookFailed if the weeks do not add up to the month.
    """
    period, unit = month.period, unit_of(month)[0]
    last = last_day(month)
    planned = planned_leads(month, str(period), team)
    by_day = _by_day(month, team, period, unit)
    weights = opening_weights(month, period)
    days = pd.DataFrame({"plan": weights.cumsum() * (planned if planned is not None else np.nan)})
    days["actual"] = by_day.cumsum().where(pd.Index(period.dates()) <= last).astype(float)
    weeks = _weeks(period, by_day, weights, planned, last)
    must_add_up(float(weeks["actual"].sum()), float(by_day.sum()), f"{team}-sourced leads by week")
    return TeamPace(team, planned, int(by_day.sum()), days, weeks, _band(month, team, unit))


def _by_day(month: MonthData, team: str, period: Month, unit: str) -> pd.Series:
    daily = month.tallies.daily
    rows = daily[(daily["team"] == team) & (daily["month"] == str(period))]
    days = pd.to_datetime(rows["day"]).dt.date
    return rows[unit].groupby(days).sum().reindex(period.dates(), fill_value=0).astype(float)


def _weeks(
    period: Month, by_day: pd.Series, weights: pd.Series, planned: int | None, last: date
) -> pd.DataFrame:
    weeks = [(start, end) for start, end in weeks_of(period) if start <= last]
    rows = pd.DataFrame(weeks, columns=["start", "end"])
    inside = [(by_day.index >= start) & (by_day.index < end) for start, end in weeks]
    rows["actual"] = [int(by_day[days].sum()) for days in inside]
    if planned is None:
        rows["plan"] = rows["gap"] = np.nan
        return rows
    reached = pd.Index(period.dates()) <= last
    shares = [float(weights[days & reached].sum()) for days in inside]
    rows["plan"] = whole_numbers([planned * share for share in shares])
    rows["gap"] = rows["actual"] - rows["plan"]
    return rows


def whole_numbers(parts: list[float]) -> list[int]:
    """Round parts so that they still add up to their rounded sum; what is lost goes to the largest remainders.

    >>> whole_numbers([52.6, 93.2, 93.2])
    [53, 93, 93]
    """
    floors = [int(np.floor(part)) for part in parts]
    lost = round(sum(parts)) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in by_remainder[:lost]:
        floors[i] += 1
    return floors


def _band(month: MonthData, team: str, unit: str) -> pd.DataFrame:
    """Return, per day of this month, the lowest and highest share of plan that earlier months had by then."""
    days = month.period.days
    ways = []
    for earlier in (month.period - 1).back(EARLIER_MONTHS):
        planned = planned_leads(month, str(earlier), team)
        if planned and str(earlier) in month.known_months:
            way = _by_day(month, team, earlier, unit).cumsum() / planned
            at = np.arange(1, earlier.days + 1) / earlier.days
            ways.append(np.interp(np.arange(1, days + 1) / days, at, way))
    if not ways:
        return pd.DataFrame(columns=["low", "high"], dtype=float)
    return pd.DataFrame(
        {"low": np.min(ways, axis=0), "high": np.max(ways, axis=0)}, index=month.period.dates()
    )


def describe_pace(paces: list[TeamPace], unit: str, month: MonthData) -> str:
    """Say where each team's leads finished, in which week they left the plan, and what that makes together."""
    words = month.words
    if sum(pace.actual for pace in paces) == 0:
        return "No leads are recorded for this month, so there is nothing to compare yet."
    if month.partial:
        return _describe_so_far(paces, unit, month)
    planned = [pace for pace in paces if pace.planned]
    parts = [_describe_team(pace, unit if n == 0 else "leads", words) for n, pace in enumerate(paces)]
    if len(planned) > 1:
        due, actual = sum(p.planned or 0 for p in planned), sum(p.actual for p in planned)
        parts.append(_together(actual - due, due, words))
    return " ".join(parts)


def _describe_team(pace: TeamPace, unit: str, words: Words) -> str:
    subject = f"{pace.team.capitalize()}-sourced {unit}"
    if not pace.planned or pace.gap is None:
        return f"{subject} came to {pace.actual:,}; no plan is recorded for them."
    state = words.direction(pace.gap, pace.planned)
    if state == "on plan":
        return f"{subject} finished on plan, at {pace.actual:,}."
    if state == "over":
        ahead = int((pace.weeks["gap"] > 0).sum())
        return (
            f"{subject} were ahead in {ahead} of {len(pace.weeks)} weeks and finished {pace.gap:,} over plan."
        )
    worst = pace.weeks.loc[pace.weeks["gap"].idxmin()]
    lost, short = -int(worst["gap"]), -pace.gap
    text = f"{subject} finished {short:,} under plan"
    if 0 < lost <= short:
        return f"{text}, {lost:,} of them in the week of {words.day(worst['start'])}."
    return f"{text}; the week of {words.day(worst['start'])} alone was {lost:,} under."


def _together(gap: int, due: int, words: Words) -> str:
    state = words.direction(gap, due)
    if state == "on plan":
        return f"Together we finished on the {due:,} planned."
    return f"Together we finished {abs(gap):,} {'short of' if gap < 0 else 'over'} {due:,}."


def _describe_so_far(paces: list[TeamPace], unit: str, month: MonthData) -> str:
    words = month.words
    until = words.day(last_day(month))
    parts = []
    for pace in paces:
        name = f"{pace.team}-sourced {unit if not parts else 'leads'}"
        if pace.gap is None or not pace.planned:
            parts.append(f"{name} are at {pace.actual:,}, without a plan")
            continue
        state = words.direction(pace.gap, pace.due or 1)
        where = (
            "on pace"
            if state == "on plan"
            else f"{abs(pace.gap):,} {'behind' if pace.gap < 0 else 'ahead of'} pace"
        )
        parts.append(f"{name} are {where}")
    text = f"To {until}, {' and '.join(parts)}."
    needed = [(pace, needed_per_day(pace, month)) for pace in paces]
    asks = [f"{n:,} a day from {pace.team}" for pace, n in needed if n]
    return f"{text} To land on plan takes {' and '.join(asks)}." if asks else text


def needed_per_day(pace: TeamPace, month: MonthData) -> int | None:
    """Return how many leads a remaining open day has to bring to land on plan; None without plan or days left."""
    left = pace.days.index[pace.days["actual"].isna()]
    opened = open_locations(month, month.period)
    open_left = int((opened[left] > 0).sum())
    if not pace.planned or not open_left:
        return None
    return max(0, int(np.ceil((pace.planned - pace.actual) / open_left)))


def prompt_for(paces: list[TeamPace], words: Words) -> Prompt | None:
    """Ask about the week in which the two teams together fell furthest behind; nothing when they did not."""
    planned = [pace for pace in paces if pace.planned]
    if not planned:
        return None
    due, gap = sum(p.due or 0 for p in planned), sum(p.gap or 0 for p in planned)
    if words.direction(gap, due or 1) != "short":
        return None
    together = sum(pace.weeks["gap"] for pace in planned)
    worst = int(np.argmin(together))
    behind = -int(together[worst])
    start = planned[0].weeks.loc[worst, "start"]
    return Prompt(
        f"The week of {words.day(start)} closed {behind:,} further behind. "
        "What could each of us have moved forward to that week?",
        rank=abs(gap) / max(due, 1),
    )


# The figure


def pace_figure(month: MonthData, paces: list[TeamPace], unit: str) -> Figure:
    """Return each team's cumulative share of its plan, the plan by opening days, and the months before as a band."""
    words = month.words
    said = "; ".join(
        f"{p.team}-sourced {words.number(p.actual)} of {words.number(p.planned)} planned" for p in paces
    )
    places = f"open {words.place(2)}" if month.playbook.locations else "opening days"
    projected = " Hatched: from here as planned, or as so far." if month.partial else ""
    return Figure(
        name="pace",
        title=f"{unit.capitalize()} so far, as a share of the month’s plan",
        subtitle=f"Dashed = plan by opening days; shaded = the {EARLIER_MONTHS} months before",
        draw=partial(draw_pace, words, paces),
        alt=f"Lines of cumulated {unit} by day: {said}.",
        caption=f"The plan is spread over the month by {places}, after the hours and holidays of the playbook.{projected}",
        table=_days_table(paces, unit),
    )


def draw_pace(words: Words, paces: list[TeamPace], width: float) -> Any:
    """Draw one panel per team on one scale; a month in progress goes on hatched, as planned or as so far."""
    figure, axes = charts.canvas(
        width, 2.7 if width > 6 else 2.4, len(paces), stack=True, left=36, right=36, top=26, gap=58
    )
    shares = [pace.days / pace.planned for pace in paces]
    tops = [
        max(1.0, frame.max(axis=None), *pace.band["high"]) for pace, frame in zip(paces, shares, strict=True)
    ]
    for n, (ax, pace, share) in enumerate(zip(axes, paces, shares, strict=True)):
        band = (pace.band["low"], pace.band["high"]) if len(pace.band) else (None, None)
        charts.pace_panel(
            ax, range(1, len(share) + 1), share["actual"].tolist(), share["plan"].tolist(), pace.team,
            words.number(pace.gap, signed=True), *band, top=1.08 * max(tops), names=n == 0,
        )  # fmt: skip
        name = (
            f"{pace.team.capitalize()}-sourced: {words.number(pace.actual)} of {words.number(pace.planned)}"
        )
        charts.heading(ax, name, "mkt" if pace.team == "marketing" else "sales")
        _project(ax, share, pace.team)
    return figure


def _project(ax: Any, share: pd.DataFrame, team: str) -> None:
    """Hatch where a month in progress lands: as the plan goes on from here, or at the pace so far."""
    seen = int(share["actual"].notna().sum())
    if not 0 < seen < len(share):
        return
    now, due = share["actual"].iloc[seen - 1], share["plan"].iloc[seen - 1]
    rest = share["plan"].iloc[seen - 1 :]
    as_planned, as_so_far = now + rest - due, now * rest / due if due else now + rest - due
    ax.fill_between(range(seen, len(share) + 1), as_planned, as_so_far, facecolor="none", lw=0, hatch="////",
                    edgecolor=charts.team_colour(team))  # fmt: skip


def _days_table(paces: list[TeamPace], unit: str) -> Table:
    frame = pd.DataFrame({"day": [day.day for day in paces[0].days.index]})
    columns = [Column("day", "By the end of day", "count")]
    for pace in paces:
        frame[pace.team], frame[f"{pace.team}_plan"] = (
            pace.days["actual"].to_numpy(),
            pace.days["plan"].to_numpy(),
        )
        columns += [
            Column(pace.team, f"{pace.team.capitalize()}-sourced", "count"),
            Column(f"{pace.team}_plan", "plan", "count", muted=True),
        ]
    shown = frame[(frame["day"] % 5 == 0) | (frame["day"] == len(frame))].reset_index(drop=True)
    return Table("days", f"{unit.capitalize()} so far", tuple(columns), shown, folded=True)


# The answer


def weeks_table(paces: list[TeamPace], month: MonthData, unit: str) -> Table:
    """Return week x team: plan, actual and gap, and the gap of both together."""
    words = month.words
    frame = pd.DataFrame({"week": [_span(row.start, row.end) for row in paces[0].weeks.itertuples()]})
    columns, together = [Column("week", "Week")], 0
    for pace in paces:
        for key in ("plan", "actual", "gap"):
            frame[f"{pace.team}_{key}"] = pace.weeks[key].to_numpy()
        columns += [
            Column(f"{pace.team}_plan", f"{pace.team.capitalize()} plan", "count", muted=True),
            Column(f"{pace.team}_actual", pace.team.capitalize(), "count"),
            Column(f"{pace.team}_gap", "Gap", "gap_count"),
        ]
        together = together + pace.weeks["gap"]
    if len(paces) > 1:
        frame["together"] = together
        columns.append(Column("together", "Together", "gap_count"))
    total = frame.drop(columns="week").sum(min_count=1).to_frame().T.assign(week="Month")
    note = f"{unit.capitalize()} by date created. Plan spread by opening days; weeks start on Monday and are cut at the month."
    whole = pd.concat([frame, total], ignore_index=True)
    if month.partial:
        note += f" To {words.day(last_day(month))}; the plan is what was due by then."
    return Table("weeks", "Week by week", tuple(columns), whole, note)


def _span(start: date, end: date) -> str:
    last = end - timedelta(days=1)
    return (
        f"{start.day}–{last.day} {Month.of(last).short}"
        if start != last
        else f"{last.day} {Month.of(last).short}"
    )


def tests(month: MonthData) -> list[Test]:
    """Return no test: single weeks are not tested, and the month's leads are tested by the scorecard."""
    return []


def pace(month: MonthData) -> Answer:
    """Answer "When did we leave the plan, and who picked up the slack?"."""
    unit = unit_of(month)[1]
    paces = [team_pace(month, team) for team in TEAMS]
    paces = [one for one in paces if one.actual or one.planned is not None]
    drawn = [one for one in paces if one.planned]
    undated = sum(file.set_aside.get("no date", 0) for file in month.files if file.table == "leads")
    notes = [
        f"{month.words.count(undated, 'lead')} without a date {'is' if undated == 1 else 'are'} left out."
        if undated
        else "",
        "The plan is a draft, not agreed." if month.plan.is_draft(str(month.period)) and drawn else "",
        unit_note(month),
    ]
    return Answer(
        name="pace",
        title="Pace",
        asks=ASKS,
        finding=describe_pace(paces, unit, month),
        basis="leads by date created",
        layer="evidence",
        state="complete" if drawn else "poor",
        reading="in progress" if month.partial else "",
        opens=bool(prompt_for(paces, month.words)),
        figures=(pace_figure(month, drawn, unit),) if drawn else (),
        tables_shown=(weeks_table(paces, month, unit),) if paces else (),
        prompt=prompt_for(paces, month.words),
        notes=tuple(note for note in notes if note),
        missing=()
        if drawn
        else (
            Missing(
                "Pace against plan", "no plan is recorded for the month", "write plan.csv and agree it", 5
            ),
        ),
        words=month.words,
    )
