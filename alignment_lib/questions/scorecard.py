"""The joint scorecard: are we winning together?"""

from __future__ import annotations

import pandas as pd

from ..answer import Answer, Column, Item, ItemList, Missing, Prompt, Table
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, cannot_show
from ..stats.tests import two_shares_p
from ..stats.usual_range import LIMIT, Range, p_value
from ..words import Words, is_known, sentence, small_number
from .monthly import TEAMS, last_day, monthly, unit_note, unit_of
from .scorecard_figures import revenue_figure, teams_figure
from .scorecard_rows import (
    EARLIER,
    SHOWN,
    counts_from,
    measures,
    read_measure,
    score_rows,
    team_scores,
    teams_of,
)  # fmt: skip

ASKS = "Are we winning together?"
SPLIT_OFF = 0.03  # how far the split may be off before the page asks about it

# What the section says


def describe_scorecard(month: MonthData, series: pd.DataFrame, signals: list[Test]) -> str:
    """Say where the shared goal stands, whether that is ordinary, and what else on the scorecard is a signal."""
    words, now = month.words, series.iloc[-1]
    until = words.day(last_day(month)) if month.partial else ""
    parts = [describe_revenue(words, month.period, now["revenue"], now["goal"], bool(now["draft"]), until)]
    if month.partial:
        return f"{parts[0]} The month is in progress, so it is read against its pace."
    others = [test for test in signals if test.name != "shared_revenue"]
    attained = now["revenue_attained"]
    reading, usual = read_measure(month, series, measures(month, series)[0])
    if is_known(attained) and reading is not None:
        parts.append(describe_reading(words, reading, usual, attained, announced=len(others) < len(signals)))
    if len(others) == 1:
        parts.append(f"The {'one' if len(signals) == 1 else 'other'} signal: {others[0].text}")
    elif others:
        parts.append(f"{sentence(small_number(len(others)))} measures signal, the clearest: {others[0].text}")
    elif not signals and usual is not None:
        parts.append("There is no signal this month.")
    return " ".join(parts)


def describe_revenue(
    words: Words, period: Month, revenue: float, goal: float, draft: bool, until: str = ""
) -> str:
    """Return the sentence on revenue against its goal; `until` is the last day of a month in progress."""
    subject = f"To {until}, revenue" if until else "Revenue"
    if not is_known(goal) or goal <= 0:
        return f"{subject} came to {words.money_short(revenue)}; no goal is recorded for {period.label}."
    named = "goal due by then" if until else "goal"
    named = f"draft {named}, not agreed yet" if draft else named
    return (
        f"{subject} came to {words.money_short(revenue)} of a {words.money_short(goal)} {named} "
        f"({words.share(revenue / goal)})."
    )


def describe_reading(
    words: Words, reading: Reading, usual: Range | None, attained: float, announced: bool
) -> str:
    """Say whether the month is ordinary. Only an announced one is called unusual; chance moves single measures."""
    if usual is None:
        months = words.count(reading.months, "month")
        return f"{months} of history {'is' if reading.months == 1 else 'are'} too few for a usual range."
    span = words.span(usual.low, usual.high)
    state = words.direction(attained - 1, 1.0)
    if reading.kind in ("above", "below"):
        text = f"That is {reading.kind} the usual range of {span}"
        return (
            f"{text}: not an ordinary month."
            if announced
            else f"{text}, by less than a page of measures may do by chance."
        )
    text = f"That is inside the usual range of {span}"
    if reading.is_signal:
        return f"{text}, but it has stayed on one side of the middle."
    return f"{text}: {state}{', but' if state == 'short' else ', and'} an ordinary month."


def split_came(series: pd.DataFrame) -> float:
    """Return marketing's share of the leads that the two teams brought, in the unit of the split; NaN without any."""
    now = series.iloc[-1]
    total = sum(now[team] for team in TEAMS)
    return now["marketing"] / total if total > 0 else float("nan")


def prompt_for(month: MonthData, series: pd.DataFrame) -> Prompt | None:
    """Ask about the split when it came out 3 points or more from the agreed one."""
    split, came = month.playbook.goals.lead_split, split_came(series)
    if month.partial or len(teams_of(series)) < 2 or not is_known(came):
        return None
    off = abs(came - split.marketing)
    if off < SPLIT_OFF - 1e-9:
        return None
    agreed, other = _split(split.marketing), _split(round(came * 20) / 20)
    other = _split(came) if other == agreed else other
    unit = unit_of(month)[1]
    return Prompt(
        f"{sentence(unit)} came {_split(came)} instead of {agreed}. "
        f"Which split do we plan on for {(month.period + 1).name}: {agreed} or {other}?",
        rank=off,
    )


def _split(marketing: float) -> str:
    share = round(100 * marketing)
    return f"{share}/{100 - share}"


def describe_scores(words: Words, scores: pd.DataFrame, unit: str) -> ItemList:
    """Write each team's score as its arithmetic, marketing first; the two are never compared."""
    items = []
    for row in scores.itertuples():
        name = f"{row.team.capitalize()} "
        if not is_known(row.score):
            lacking = f"its plan of {unit}" if not is_known(row.own) else "the shared goal"
            items.append(
                Item(
                    f"{name}–",
                    f"No score without {lacking}.",
                    mark={"marketing": "●", "sales": "■"}[row.team],
                )
            )
            continue
        items.append(
            Item(
                f"{name}{words.share(row.score)}",
                f"= {words.share(1 - row.weight)} × {words.share(row.own)} of its own plan "
                f"({words.number(row.actual)} of {words.count(row.plan, unit, unit)}) "
                f"+ {words.share(row.weight)} × {words.share(row.shared)} of the shared goal",
                mark={"marketing": "●", "sales": "■"}[row.team],
            )
        )
    return ItemList("team_scores", "Team scores", tuple(items))


def landing(month: MonthData, series: pd.DataFrame, usual: Range | None) -> str:
    """Say where the quarter lands if its remaining months bring what the usual range says; nothing if it is over."""
    quarter = month.period.quarter(month.settings.fiscal_year_starts)
    left = [m for m in quarter if m > month.period]
    goals = [month.plan.revenue(str(m)) for m in left]
    so_far = series.loc[series.index.isin([str(m) for m in quarter])]
    if not left or usual is None or not all(is_known(g) for g in [*goals, so_far["goal"].sum(skipna=False)]):
        return ""
    ahead, goal = sum(goals), sum(goals) + so_far["goal"].sum()
    middle, spread = (
        so_far["revenue"].sum() + usual.mean * ahead,
        LIMIT * usual.moving_range / len(left) ** 0.5,
    )
    low, high = ((middle + sign * spread * ahead) / goal for sign in (-1, 1))
    return (
        f"At the pace of the months before, the quarter lands at {month.words.share(middle / goal)} of its goal "
        f"(usual range {month.words.span(low, high)})."
    )


# What it tests, and the answer


def tests(month: MonthData) -> list[Test]:
    """Return the scorecard's tests: attainment of revenue and of each team's leads, and replies in time.

    Attainment is held against its own earlier months (SPEC Signals). Replies are held twice: against their own
    months, and, counted, against the pooled replies of the twelve months before; the less striking p counts, so
    that neither a few leads nor an unsteady process makes news. A month in progress is not tested.
    """
    if month.partial:
        return []
    series, words, found = monthly(month), month.words, []
    for measure in measures(month, series):
        if measure.key not in ("shared_revenue", "marketing_leads", "sales_leads", "answered_in_time"):
            continue
        reading, usual = read_measure(month, series, measure)
        values = series[measure.series][counts_from(month, series, measure.key) :].tail(EARLIER + 1)
        p = p_value(list(values[:-1]), values.iloc[-1])
        if p is None or usual is None:
            continue
        now, said = values.iloc[-1], words.share(values.iloc[-1])
        if measure.key == "answered_in_time":
            p = max(p, _replies_p(series))
            text = (
                f"{said} of leads were answered in time; the months before came to {words.share(usual.mean)}."
            )
        else:
            text = f"{measure.label} came to {said} of plan; the months before came to {words.share(usual.mean)}."
        money = (
            series["revenue"].iloc[-1] - series["goal"].iloc[-1] if measure.key == "shared_revenue" else 0.0
        )
        direction = "good" if now > usual.mean else "bad"
        found.append(Test(measure.key, "scorecard", p, direction, text, money=money))
    return found


def _replies_p(series: pd.DataFrame) -> float:
    now, before = series.iloc[-1], series.iloc[-13:-1]
    counted = [int(n) for n in (now["kept"], now["judged"], before["kept"].sum(), before["judged"].sum())]
    return two_shares_p(*counted) if counted[1] and counted[3] else 1.0


def scorecard(month: MonthData) -> Answer:
    """Answer "Are we winning together?"."""
    from . import announcements

    words, series = month.words, monthly(month)
    rows = score_rows(month, series)
    signals = [test for test in announcements(month) if test.question == "scorecard"]
    _, usual = read_measure(month, series, measures(month, series)[0])
    wide = cannot_show(usual)
    notes = [
        landing(month, series, usual),
        f"One month of revenue cannot show changes below {words.share(wide)}; read the quarter to date."
        if wide
        else "",
        unit_note(month),
    ]
    return Answer(
        name="scorecard",
        title="Joint scorecard",
        asks=ASKS,
        finding=describe_scorecard(month, series, signals),
        basis="leads by date created; revenue by the playbook's definition; replies by the start of their clock",
        layer="meeting",
        state="poor" if len(series) <= 8 else "complete",
        reading=rows.loc["shared_revenue", "reading"],
        opens=True,
        lists=(describe_scores(month.words, team_scores(month, series), unit_of(month)[1]),),
        figures=(teams_figure(month, series), revenue_figure(month, series, usual, SHOWN)),
        tables_shown=(score_table(month, series, rows),),
        prompt=prompt_for(month, series),
        notes=tuple(note for note in notes if note),
        missing=missing(month, series),
        words=words,
    )


def score_table(month: MonthData, series: pd.DataFrame, rows: pd.DataFrame) -> Table:
    """Return the rows as the page prints them; every row has its own unit and its own good direction."""
    words, now = month.words, series.iloc[-1]
    plan = f"Plan to {words.day(last_day(month))}" if month.partial else "Plan"
    split = month.playbook.goals.lead_split
    note = (
        "Bar = actual, tick = plan, dark ground ends at 90% of plan; grey behind a line = usual range. "
        f"Split agreed: marketing {words.share(split.marketing)}, sales {words.share(split.sales)} of {split.unit}. "
        f"Cost per {words.client()} is the spend of three months over the {words.client(2)} won in them."
    )
    columns = (
        Column("measure", "Measure", "team"),
        Column("plan", "Draft plan, not agreed" if now["draft"] else plan, "number"),
        Column("actual", "Actual", "number"),
        Column("gap", "Gap", "gap_count"),
        Column("bullet", "Against plan", "svg"),
        Column("of_plan", "of plan", "share"),
        Column("leads", "All leads", muted=True),
        Column("trend", f"{min(SHOWN, len(series))} months", "svg"),
        Column("reading", "Reading", "reading"),
    )
    return Table("scorecard", f"Joint scorecard, {month.period.label}", columns, rows, note, style="score")


def missing(month: MonthData, series: pd.DataFrame) -> tuple[Missing, ...]:
    """List what the scorecard cannot show, why, and what would open it."""
    client = month.words.client()
    found = []
    if month.tallies.spend.empty:
        found.append(
            Missing(
                f"Cost per {client}", "no spend is exported", "map a spend table: date, source, amount", 3
            )
        )
    if month.tallies.members.empty:
        found.append(Missing(f"Net {month.words.client(2)}", f"no {client} records are exported",
                             "map a members table: client_id, started_on, ended_on", 2))  # fmt: skip
    if month.playbook.reply is None or not series["judged"].any():
        found.append(
            Missing(
                "Answered in time", "no reply can be timed", "agree a reply promise and map activities", 4
            )
        )
    if series["draft"].iloc[-1] or series["goal"].isna().iloc[-1]:
        found.append(
            Missing("An agreed plan", "plan.csv has no row for the month", "write plan.csv and agree it", 5)
        )
    return tuple(found)
