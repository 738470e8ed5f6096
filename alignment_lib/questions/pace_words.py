"""What pace says: where each team finished, in which week it left the plan, and what is asked about that week."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from ..answer import Prompt
from ..month import MonthData
from ..stats.tests import poisson_p
from ..words import Words, sentence
from .monthly import has_no_goal, last_day, monthly, open_locations
from .pace_deals import announced, deals_note, describe_deals
from .parts import CHANCE
from .team_pace import TeamPace
from .units import cases, no_team_note, shown, unit_note, unit_of, unjudged

WEEK = 7  # days
SURELY_BEHIND = 10  # leads a week is behind that are worth a question, whatever chance may do
NO_DATE = "no date"  # why reading set a lead aside


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
    parts += [describe_deals(month, one) for one in announced(month, paces)]
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
    lost, week = _worst_week(pace.weeks["gap"], pace, words)
    if lost <= -pace.gap:
        when = f", {shown(words, lost, unit)} of {unit.them} {'in ' * week.startswith('the week')}{week}"
    elif week.startswith("the week"):
        when = f"; {week} alone was {shown(words, lost, unit)} under"
    else:
        when = f"; the days {week} alone were {shown(words, lost, unit)} under"
    return f"{subject} finished {off} under {pace.plan}{when}."


def _worst_week(gaps: pd.Series, pace: TeamPace, words: Words) -> tuple[float, str]:
    """Return by how much the worst week was under plan, and which it was; of one that the month cuts its days."""
    worst = int(np.argmin(gaps))
    start, end = pace.weeks["start"].iloc[worst], pace.weeks["end"].iloc[worst]
    lost = -float(gaps.iloc[worst])
    if (end - start).days == WEEK:
        return lost, f"the week of {words.day(start)}"
    return lost, f"up to {words.day(end - timedelta(days=1))}" if worst == 0 else f"from {words.day(start)} on"


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
    """Ask about the week in which the two teams together fell furthest behind, if that is more than a few leads.

    Where a team's pipeline is announced and most of its gap goes with the number of deals, ask about these instead.
    """
    words, unit = month.words, unit_of(month)
    with_plan, due, gap = _together(paces)
    if words.direction(gap, due) != "short" or not any(pace.actual for pace in paces):
        return None
    both = pd.concat([pace.weeks["gap"] for pace in with_plan], axis=1).sum(axis=1)
    behind, week = _worst_week(both, with_plan[0], words)
    weeks = [pace.weeks.iloc[int(np.argmin(both))] for pace in with_plan]
    came, asked = (cases(month, sum(float(week[name]) for week in weeks)) for name in ("actual", "plan"))
    if cases(month, behind) < SURELY_BEHIND and poisson_p(round(came), asked) > CHANCE:
        return None
    rank = 1.0 - gap / due  # both teams' month comes before what concerns one place or field
    for found in announced(month, with_plan):
        if found.by_deals < min(0, found.by_amount) and found.deals:
            opened = f"{words.count(found.deals, 'deal')} where the plan makes {words.number(found.usual_deals)}"
            asks = "Which leads wait for a deal, and who opens it?"
            return Prompt(f"{sentence(found.team)}-sourced leads opened {opened}. {asks}", rank)
    draft = "draft " if any(pace.draft for pace in with_plan) else ""
    lost = f"{shown(words, behind, unit)} of pipeline" if unit.is_money else words.count(behind, "lead")
    when, then = (sentence(week), "that week") if week.startswith("the week") else (f"The days {week}", "them")
    fell = f"{when} fell {lost} behind {'its' if then == 'that week' else 'their'} {draft}plan"
    return Prompt(f"{fell}. What could each of us have moved forward to {then}?", rank)


def asked_about(month: MonthData, paces: list[TeamPace]) -> Prompt | None:
    """Return the prompt, if what it is about is known to the end of what is shown."""
    return None if unit_of(month).table in month.ends or unjudged(month) else prompt_for(paces, month)


def notes(month: MonthData, drawn: list[TeamPace]) -> tuple[str, ...]:
    """Return what a reader must know of the plan and of leads that are not on any day."""
    said = [*(deals_note(month, one) for one in announced(month, drawn)), unit_note(month), no_team_note(month)]
    if drafted := [one.team for one in drawn if one.draft]:
        said.append(f"The plan of {month.words.names(drafted)} is a draft from earlier months, not agreed.")
    undated = sum(file.set_aside.get(NO_DATE, 0) for file in month.files if file.table == "leads")
    if undated:
        said.append(f"Left out, without a date: {month.words.count(undated, 'lead')}.")
    return tuple(filter(None, said))
