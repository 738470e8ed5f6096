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
from ..once import once
from ..period import Month, weeks_of
from ..stats.tests import poisson_p
from ..words import Words, is_known, sentence
from . import agenda_items
from .monthly import (
    has_no_goal,
    last_day,
    monthly,
    open_locations,
    opening_weights,
    planned,
    week_plans,
)
from .parts import CHANCE, TEAMS, must_add_up, news
from .units import LEADS, Unit, basis_of, brought, cases, no_team_note, shown, unit_note, unit_of, unjudged

ASKS = "When did we leave the plan, and who picked up the slack?"
EARLIER_MONTHS = 6
NO_PLAN = Missing("pace against it", "No plan is known.", "Write plan.csv and agree it.", 2, cause="Plan")
SURELY_BEHIND = 10  # leads a week is behind that are worth a question, whatever chance may do
NO_DATE = "no date"  # why reading set a lead aside


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


def _earlier(month: MonthData, team: str) -> list[Month]:
    """Return the six months before, as far as they have leads and a plan of the team."""
    before = [m for m in (month.period - 1).back(EARLIER_MONTHS) if str(m) in month.known_months]
    return [m for m in before if planned(month, str(m), team)]


def _band(month: MonthData, team: str) -> pd.DataFrame:
    """Return, per day of this month, the lowest and highest share of plan that earlier months had by then.

    Months of other lengths are laid over this one by the share of the month that has passed.
    """
    days, ways = month.period.days, []
    for earlier in _earlier(month, team):
        way = _by_day(month, team, earlier).cumsum() / (planned(month, str(earlier), team) or np.nan)
        at = np.arange(1, earlier.days + 1) / earlier.days
        ways.append(np.interp(np.arange(1, days + 1) / days, at, way))
    if not ways:
        return pd.DataFrame(columns=["low", "high"], dtype=float)
    return pd.DataFrame(
        {"low": np.min(ways, axis=0), "high": np.max(ways, axis=0)}, index=month.period.dates()
    )


# What the section says


def describe_pace(paces: list[TeamPace], month: MonthData) -> str:
    """Say where each team's leads finished, in which week they left the plan, and where both are together."""
    words = month.words
    if sum(pace.actual for pace in paces) == 0:
        what = unit_of(month).nothing
        return f"No {what} for this month, so there is nothing to compare yet."
    if month.stops(unit_of(month).table):
        return _describe_so_far(paces, month)
    parts = [describe_team(pace, words, n == 0, has_no_goal(monthly(month))) for n, pace in enumerate(paces)]
    with_plan, due, gap = _together(paces)
    if len(with_plan) > 1:
        drafts, unit = sum(pace.draft for pace in with_plan), with_plan[0].unit
        of = (
            "planned"
            if not drafts
            else "of the draft plan"
            if drafts == len(with_plan)
            else "planned, in part a draft"
        )
        where = f"{shown(words, abs(gap), unit)} {'short of' if gap < 0 else 'over'} the {shown(words, due, unit)} {of}"
        if words.direction(gap, due) == "on plan":
            where = f"on {with_plan[0].plan}, at {shown(words, due + gap, unit)} of {shown(words, due, unit)}"
        parts.append(f"Together we finished {where}.")
    return " ".join(parts)


def describe_team(pace: TeamPace, words: Words, first: bool = True, said: bool = False) -> str:
    """Return where a team's leads finished, and the week in which they left the plan.

    `said`: the first screen says that there is no goal.
    """
    subject, unit = sentence(pace.named(first)), pace.unit
    if not pace.planned:
        lacking = "" if said else f"; no plan is recorded for {unit.them}"
        return f"{subject} came to {shown(words, pace.actual, unit)}{lacking}."
    state, off = words.direction(pace.gap, pace.planned), shown(words, abs(pace.gap), unit)
    if state == "on plan":
        return f"{subject} finished on {pace.plan}, at {shown(words, pace.actual, unit)}."
    if state == "over":
        ahead = int((pace.weeks["gap"] > 0).sum())
        return (
            f"{subject} {unit.were} ahead in {ahead} of {len(pace.weeks)} weeks and finished {off} over {pace.plan}."
        )
    lost, start = _worst_week(pace.weeks["gap"], pace)
    if lost <= -pace.gap:
        when = f", {shown(words, lost, unit)} of {unit.them} in the week of {words.day(start)}"
    else:
        when = f"; the week of {words.day(start)} alone was {shown(words, lost, unit)} under"
    return f"{subject} finished {off} under {pace.plan}{when}."


def _worst_week(gaps: pd.Series, pace: TeamPace) -> tuple[float, date]:
    """Return by how much the worst week was under plan, and its first day."""
    worst = int(np.argmin(gaps))
    return -float(gaps.iloc[worst]), pace.weeks["start"].iloc[worst]


def _together(paces: list[TeamPace]) -> tuple[list[TeamPace], int, float]:
    """Return the teams with a plan, what they owed by now, and how far they are from it."""
    found = [pace for pace in paces if pace.planned]
    return found, sum(pace.due for pace in found), sum(pace.gap for pace in found)


def _describe_so_far(paces: list[TeamPace], month: MonthData) -> str:
    words, drafts = month.words, any(pace.draft for pace in paces)
    parts: list[str] = []
    asks: list[str] = []
    for pace in paces:
        name, unit = f"{pace.named(not parts)} {pace.unit.are}", pace.unit
        of = "the draft’s pace" if pace.draft else "pace"
        if not pace.planned:
            parts.append(f"{name} at {shown(words, pace.actual, unit)}, without a plan")
        elif words.direction(pace.gap, pace.due) == "on plan":
            parts.append(f"{name} on {of}")
        else:
            off = shown(words, abs(pace.gap), unit)
            parts.append(f"{name} {off} {'behind' if pace.gap < 0 else 'ahead of'} {of}")
        if month.partial and (needed := needed_per_day(pace, month)):
            asks.append(f"{shown(words, needed, unit)} a day from {pace.team}")
    text = f"To {words.day(last_day(month, unit_of(month).table))}, {' and '.join(parts)}."
    return (
        f"{text} To land on {'the draft plan' if drafts else 'plan'} takes {' and '.join(asks)}."
        if asks
        else text
    )


def needed_per_day(pace: TeamPace, month: MonthData) -> int | None:
    """Return what each open day left must bring to land on plan; None without plan or days left."""
    open_left = int((open_locations(month, month.period)[pace.days["actual"].isna()] > 0).sum())
    if not pace.planned or not open_left:
        return None
    return max(0, int(np.ceil((pace.planned - pace.actual) / open_left)))


def prompt_for(paces: list[TeamPace], month: MonthData) -> Prompt | None:
    """Ask about the week in which the two teams together fell furthest behind, if that is more than a few leads."""
    words, unit = month.words, unit_of(month)
    with_plan, due, gap = _together(paces)
    if words.direction(gap, due) != "short" or not any(pace.actual for pace in paces):
        return None
    both = pd.concat([pace.weeks["gap"] for pace in with_plan], axis=1).sum(axis=1)
    behind, start = _worst_week(both, with_plan[0])
    weeks = [pace.weeks.iloc[int(np.argmin(both))] for pace in with_plan]
    came, asked = (cases(month, sum(float(week[name]) for week in weeks)) for name in ("actual", "plan"))
    if cases(month, behind) < SURELY_BEHIND and poisson_p(round(came), asked) > CHANCE:
        return None
    draft = "draft " if any(pace.draft for pace in with_plan) else ""
    lost = shown(words, behind, unit) if unit.is_money else words.count(behind, "lead")
    return Prompt(
        f"The week of {words.day(start)} fell {lost} behind its {draft}plan. "
        "What could each of us have moved forward to that week?",
        rank=1.0 - gap / due,  # both teams' month comes before what concerns one place or field
    )


def asked_about(month: MonthData, paces: list[TeamPace]) -> Prompt | None:
    """Return the prompt, if what it is about is known to the end of what is shown."""
    return None if unit_of(month).table in month.ends or unjudged(month) else prompt_for(paces, month)


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the week that fell behind: with a team's leads as a signal, else as a plan that was missed."""
    paces = [team_pace(month, team) for team in TEAMS]
    asked = asked_about(month, [one for one in paces if one.actual or one.planned])
    if asked is None:
        return []
    signals = {test.name for test in news(month, "scorecard") if test.direction == "bad"}
    below = [team for team in TEAMS if f"{team}_leads" in signals]
    what = "pipeline" if unit_of(month).is_money else "leads"
    whose = f"{below[0].capitalize()}-sourced {what}" if len(below) == 1 else what.capitalize()
    return [agenda_items.Item(
        f"{whose} behind plan", "pace", "signal" if below else "shortfall",
        brought_by="marketing" if below == ["marketing"] else "sales" if below == ["sales"] else "both",
        moves=unit_of(month).called, rank=asked.rank, asks=asked.text,
    )]  # fmt: skip


# The figure


def pace_figure(month: MonthData, paces: list[TeamPace], unit: Unit) -> Figure:
    """Return each team's cumulative share of its plan, the plan dashed and the months before as a band."""
    words, places = month.words, len(month.playbook.locations)
    said = [
        f"{p.team}-sourced {shown(words, p.actual, unit)} of {shown(words, p.planned or 0, unit)} "
        + ("in the draft plan" if p.draft else "planned")
        for p in paces
    ]
    what = f"the number of {words.place(2)} open on it" if places > 1 else "opening days"
    caption = f"Each day’s plan follows {what}, after the hours and holidays of the playbook."
    if month.partial:
        caption += " Hatched: the rest of the month as planned, or as so far."
    draft = "draft " if any(pace.draft for pace in paces) else ""
    earlier = len(_earlier(month, paces[0].team))
    shaded = f"; shaded = the {words.count(earlier, 'month')} before" if earlier > 1 else ""
    shaded = "; shaded = the month before" if earlier == 1 else shaded
    return Figure(
        "pace",
        f"{sentence(unit.called)} so far, as a share of the month’s {draft}plan",
        f"Dashed = {draft}plan by opening days{shaded}",
        partial(draw_pace, words, paces, bool(month.partial)),
        f"Lines of {unit.called} so far, by day: {'; '.join(said)}.",
        caption,
        _days_table(paces, unit),
    )


def draw_pace(words: Words, paces: list[TeamPace], goes_on: bool, width: float) -> Any:
    """Draw one panel per team on one scale; a month in progress goes on hatched, as planned or as so far."""
    height = 2.4 if charts.is_narrow(width) else 2.7
    gaps = [shown(words, pace.gap, pace.unit, signed=True) for pace in paces]
    right = max(36.0, 8 + max(map(len, gaps), default=0) * charts.text_size(width) * 0.57)  # the gap beside its line
    figure, axes = charts.canvas(width, height, len(paces), stack=True, left=36, right=right, top=26, gap=58)
    shares = [pace.days / (pace.planned or 1) for pace in paces]
    highest = [*(share.max(axis=None) for share in shares), *(pace.band["high"].max() for pace in paces)]
    top = 1.08 * max([1.0, *(value for value in highest if is_known(value))])
    for n, (ax, pace, share) in enumerate(zip(axes, paces, shares, strict=True)):
        low, high = (
            (pace.band["low"].tolist(), pace.band["high"].tolist()) if len(pace.band) else (None, None)
        )
        charts.pace_panel(
            ax, range(1, len(share) + 1), share["actual"].tolist(), share["plan"].tolist(), pace.team,
            shown(words, pace.gap, pace.unit, signed=True), low=low, high=high, top=top, names=n == 0,
        )  # fmt: skip
        title = (
            f"{pace.team.capitalize()}-sourced: {shown(words, pace.actual, pace.unit)} of "
            f"{shown(words, pace.planned or 0, pace.unit)}"
        )
        charts.heading(ax, title, "mkt" if pace.team == "marketing" else "sales")
        if goes_on:
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


def _days_table(paces: list[TeamPace], unit: Unit) -> Table:
    frame = pd.DataFrame({"day": [day.day for day in paces[0].days.index]})
    columns = [Column("day", "By the end of day", "count")]
    for pace in paces:
        team, plan = pace.team, f"{pace.team}_plan"
        frame[team], frame[plan] = pace.days["actual"].to_numpy(), pace.days["plan"].to_numpy()
        columns += [Column(team, f"{team.capitalize()}-sourced", unit.cell),
                    Column(plan, "draft plan" if pace.draft else "plan", unit.cell, muted=True)]  # fmt: skip
    shown = frame[(frame["day"] % 5 == 0) | (frame["day"] == len(frame))].reset_index(drop=True)
    return Table("days", f"{sentence(unit.called)} so far", tuple(columns), shown, folded=True)


# The answer


def weeks_table(paces: list[TeamPace], month: MonthData, unit: Unit) -> Table:
    """Return week x team: plan, actual and gap, and the gap of both together."""
    weeks = paces[0].weeks
    frame = pd.DataFrame({"week": [_span(a, b) for a, b in zip(weeks["start"], weeks["end"], strict=True)]})
    columns = [Column("week", "Week")]
    for pace in paces:
        team, name = pace.team, pace.team.capitalize()
        keys = [f"{team}_plan", f"{team}_actual", f"{team}_gap"]
        frame[keys] = pace.weeks[["plan", "actual", "gap"]].to_numpy()
        came = Column(keys[1], name, unit.cell)
        columns += [came] if not pace.planned else [
            Column(keys[0], f"{name} {'draft' if pace.draft else 'plan'}", unit.cell, muted=True), came,
            Column(keys[2], "Gap", unit.gap_cell)]  # fmt: skip
    if len(paces) > 1 and all(pace.planned for pace in paces):
        frame["together"] = frame[[f"{pace.team}_gap" for pace in paces]].sum(axis=1, skipna=False)
        columns.append(Column("together", "Together", unit.gap_cell))
    total = frame.drop(columns="week").sum(min_count=1).to_frame().T
    total["week"] = "To date" if month.stops(unit.table) else "Month"
    note = f"{sentence(unit.called)} by {unit.dated}; weeks start on Monday and end with the month."
    if month.stops(unit.table):
        note += f" To {month.words.day(last_day(month, unit.table))}; the plan is what was due by then."
    return Table("weeks", "Week by week", tuple(columns), pd.concat([frame, total], ignore_index=True), note)


def _span(start: date, end: date) -> str:
    last = end - timedelta(days=1)
    days = str(start.day) if start == last else f"{start.day}–{last.day}"
    return f"{days} {Month.of(last).short}"


def pace(month: MonthData) -> Answer:
    """Answer "When did we leave the plan, and who picked up the slack?"."""
    unit = unit_of(month)
    why = unjudged(month)
    paces = [one for one in (team_pace(month, team) for team in TEAMS) if not why and (one.actual or one.planned)]
    drawn = [one for one in paces if one.planned]
    prompt = asked_about(month, paces)
    return Answer(
        name="pace",
        title="Pace",
        asks=ASKS,
        finding=why or describe_pace(paces, month),
        basis=basis_of(month),
        state="complete" if drawn else "missing" if why else "poor",
        reading="in progress" if month.partial else "",
        opens=prompt is not None,
        figures=(pace_figure(month, drawn, unit),) if drawn else (),
        tables_shown=(weeks_table(paces, month, unit),) if paces else (),
        prompt=prompt,
        notes=notes(month, drawn),
        missing=() if drawn or why else (NO_PLAN,),
        words=month.words,
    )


def notes(month: MonthData, drawn: list[TeamPace]) -> tuple[str, ...]:
    """Return what a reader must know of the plan and of leads that are not on any day."""
    said = [unit_note(month), no_team_note(month)]
    if drafted := [one.team for one in drawn if one.draft]:
        said.append(f"The plan of {month.words.names(drafted)} is a draft from earlier months, not agreed.")
    undated = sum(file.set_aside.get(NO_DATE, 0) for file in month.files if file.table == "leads")
    if undated:
        said.append(f"Left out, without a date: {month.words.count(undated, 'lead')}.")
    return tuple(filter(None, said))
