"""Pace: when did we leave the plan, and who picked up the slack?"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Table
from ..month import MonthData
from ..period import Month
from ..words import Words, is_known, sentence
from . import agenda_items
from .monthly import last_day
from .pace_words import asked_about, describe_pace, notes
from .parts import TEAMS, news
from .team_pace import TeamPace, earlier_with_plan, team_pace
from .units import Unit, basis_of, shown, unit_of, unjudged

ASKS = "When did we leave the plan, and who picked up the slack?"
NO_PLAN = Missing("pace against it", "No plan is known.", "Write plan.csv and agree it.", 2, cause="Plan")


# What the agenda takes from it


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
    alone = below[0] if len(below) == 1 and what == "leads" else ""  # a deal is opened together with the other team
    return [agenda_items.Item(
        f"{whose} behind plan", "pace", "signal" if below else "shortfall",
        brought_by="marketing" if alone == "marketing" else "sales" if alone == "sales" else "both",
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
    earlier = len(earlier_with_plan(month, paces[0].team))
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


