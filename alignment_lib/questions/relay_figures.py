"""The relay's figures: who still waits for a first reply, and how far leads came."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Column, Figure, Table
from ..month import MonthData
from ..stats.waiting import waiting_at
from ..words import Words, sentence
from .parts import TEAMS, of_month
from .replies import (
    clock_words,
    earlier_months,
    reply_gap,
    stages_passed,
    still_waiting,
    waited,
    waiting_curves,
)
from .units import lead_unit, unit_of

STAGE_COLUMNS = (Column("stage", "Stage"), Column("leads", "Leads", "count"), Column("in_time", "In time", "count"),
                 Column("plan", "Plan", "count", muted=True))  # fmt: skip


def draw_waiting(
    now: dict[str, pd.DataFrame], before: dict[str, pd.DataFrame], limit: int | None, width: float
) -> Any:
    """Draw the waiting curves: this month solid, the months before dotted, the agreed limit dashed."""
    figure, (ax,) = charts.canvas(width, 3.1, left=38, right=24)
    names = {team: f"{team.capitalize()}-sourced" for team in now}
    charts.waiting_curve(ax, now, before, limit, names=names)
    return figure


def draw_stages(stages: pd.DataFrame, team: str, words: Words, width: float) -> Any:
    """Draw one team's leads stage by stage from a common line, with the plan as a tick."""
    plan, part = (
        [None if pd.isna(value) else float(value) for value in stages[name]] for name in ("plan", "in_time")
    )
    texts = [_stage_text(row, words) for _, row in stages.iterrows()]
    figure, (ax,) = charts.canvas(width, 3.1, left=4, bottom=8)
    charts.stage_bars(ax, list(stages.index), stages["leads"].tolist(), plan, team, texts, part)
    return figure


def _stage_text(row: pd.Series, words: Words) -> str:
    in_time = f"; in time {words.number(row['in_time'])}" if pd.notna(row["in_time"]) else ""
    return words.number(row["leads"]) + in_time + (f" of {words.number(row['plan'])}" if pd.notna(row["plan"]) else "")


def figures(month: MonthData) -> tuple[Figure, ...]:
    """Return the waiting curve and the stages, side by side; the curve only where replies can be judged."""
    words, reply, span, gap = month.words, month.playbook.reply, earlier_months(month), reply_gap(month)
    now, before = waiting_curves(month, [str(month.period)]), waiting_curves(month, span)
    stages, drawn = stages_passed(month), []
    if now and not gap:
        table = still_waiting(now, before)
        table.index = pd.Index([words.minutes(at) for at in table.index], name="wait")
        counts = waited(month, [str(month.period)])
        of = words.names([f"{words.number(counts[team])} {team}-sourced" for team in now])
        earlier = f"{words.months(span)} dotted; " if before else ""
        note = f"Earlier: {words.months(span)}." if before else ""
        drawn.append(Figure(
            "waiting",
            "Share of leads still waiting for a first reply",
            f"{month.period.name} solid, {earlier}hours since hand-over, log scale",
            partial(draw_waiting, now, before, reply.within_minutes if reply else None),
            f"Line chart of leads still waiting. {_alt_waiting(now, month)}",
            f"{sentence(of)} leads; those with no reply logged stay on the curve. Waits run in {clock_words(month)}. "
            "Leads by the month in which the reply clock started.",
            Table("waiting", "Share still waiting", _waiting_columns(table, counts, words), table, note),
            beside=True,
        ))  # fmt: skip
    if stages["leads"].sum():
        unknown = ["Answered", "Reached"] * bool(gap) + [stages.index[-1]] * (not month.knows("deals"))
        unknown += ["Reached"] * (not gap and not month.has("activities.connected"))
        shown = stages.drop(index=unknown)
        listed = ", ".join(f"{str(stage).lower()} {words.number(leads)}" for stage, leads in shown["leads"].items())
        drawn.append(Figure(
            "stages",
            "Marketing-sourced leads handed to sales",
            "Count; tick = plan; solid part of answered = in time",
            partial(draw_stages, shown, "marketing", words),
            f"Bar chart of stages. {sentence(listed)}.",
            _stages_caption(month),
            Table("stages", "Stages of marketing-sourced leads", STAGE_COLUMNS, shown),
        ))  # fmt: skip
    return tuple(drawn)


def _stages_caption(month: MonthData) -> str:
    words, relay = month.words, of_month(month.tallies.relay, month)
    unlogged = int(relay.loc[relay["team"] == "marketing", "answered_unlogged"].sum())
    text = "By the month in which the reply clock started. "
    if unlogged and not reply_gap(month):
        have = f"{words.number(unlogged)} of them {'has' if unlogged == 1 else 'have'}"
        text += f"Answered = replied to or further on; {have} no logged reply of their own. "
    by_quality = lead_unit(month).column == "quality"
    plan = "quality leads as planned, the others as they came" if by_quality else "the leads and rates agreed"
    in_money = unit_of(month).is_money
    if in_money:
        plan = "answered as agreed" + ("" if month.partial else ", reached as in earlier months")
    if month.knows("deals"):
        text += f"As of {words.date(month.as_of)}; more {words.win(2)} of these leads are still to come."
        plan += "" if in_money else f"; {words.win(2)} as far as they should be in by now"
    draft = " Draft, not agreed." if month.plan.is_draft(month.period, "marketing") else ""
    return f"{text.strip()} Plan: {plan}.{draft}"


def _alt_waiting(now: dict[str, pd.DataFrame], month: MonthData) -> str:
    at = month.playbook.reply.within_minutes if month.playbook.reply else 120
    shares = [
        f"{month.words.share(float(waiting_at(now[team], [at])[0]))} of {team}-sourced leads" for team in now
    ]
    return f"After {month.words.minutes(at)}, {' and '.join(shares)} still waited."


def _waiting_columns(table: pd.DataFrame, counts: dict[str, int], words: Words) -> tuple[Column, ...]:
    columns = [Column("wait", "Still waiting after")]
    for team in TEAMS:
        of = f"{team.capitalize()} (n={words.number(counts[team])})"
        for name, text in ((team, of), (f"{team}_earlier", "earlier")):
            if table[name].notna().any():
                alone = name != team and table[team].isna().all()  # too few leads this month for a curve of its own
                text = f"{team.capitalize()}, earlier" if alone else text
                columns.append(Column(name, text, "share", "less", muted=name != team))
    return tuple(columns)
