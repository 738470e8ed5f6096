"""The joint scorecard: are we winning together?"""

from __future__ import annotations

from statistics import fmean

import pandas as pd

from ..answer import Answer, Column, Item, ItemList, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..stats.tests import binomial_p, two_shares_p
from ..stats.usual_range import Range, known_values, p_value
from ..words import is_known, sentence
from . import agenda_items
from .coverage import coverage, describe_coverage
from .monthly import has_no_goal, monthly, to_day
from .pace_deals import announced, describe_deals
from .parts import CHANCE, TEAMS, lacking, news, not_held, of_month, revenue_lacks, stopped
from .rhythm import ends_quarter, is_long, span_of
from .scorecard_figures import revenue_figures, teams_figure
from .scorecard_rows import EARLIER, SHOWN, history, measures, read_measure, score_rows, team_scores, teams_of
from .scorecard_words import describe_scorecard, describe_scores, goal_met, longer_run
from .team_pace import team_pace
from .units import MONEY, basis_of, cases, no_team_note, shown, unit_note, unit_of, unjudged
from .unknown_sources import describe_teams

ASKS = "Are we winning together?"
TESTED = ("shared_revenue", "marketing_leads", "sales_leads", "answered_in_time")
SPLIT_OFF = 0.03  # how far the split may be off before the page asks about it
SPLIT_RANK = 2.0  # what concerns both teams is asked before what concerns one place or field

# What the split asks


def _usual(month: MonthData, series: pd.DataFrame) -> Range | None:
    """Return the usual range of revenue against agreed goals, if there is one."""
    first = measures(month, series)[0]
    read = first.series == "revenue_attained" and (ends_quarter(month) or not is_long(month))
    return read_measure(month, series, first)[1] if read else None


def split_came(month: MonthData, series: pd.DataFrame) -> float:
    """Return marketing's share of what both teams brought, in the unit of the split; NaN where that is not known.

    Revenue is that of the month's closings, by the team of the lead.
    """
    unit, brought = month.playbook.goals.lead_split.unit, series.iloc[-1]
    if unit == "revenue":
        sold = of_month(month.tallies.revenue, month)
        brought = (
            sold[sold["type"] == "new"].groupby("team")["revenue"].sum().reindex(list(TEAMS), fill_value=0.0)
        )
    total = float(sum(brought[team] for team in TEAMS))
    known = total > 0 and (unit != "pipeline" or unit_of(month).is_money)
    return float(brought["marketing"]) / total if known else float("nan")


def prompt_for(month: MonthData, series: pd.DataFrame) -> Prompt | None:
    """Ask about the split when it came out 3 points or more from the agreed one, and not by chance of a few leads.

    In a month in which a team's measure is announced it is not asked: a split is not made after one unusual month.
    """
    split, came = month.playbook.goals.lead_split, split_came(month, series)
    off, in_money = abs(came - split.marketing), split.unit == "revenue"
    stops = month.stops("deals" if split.unit in MONEY else "leads")
    if stops or len(teams_of(series)) < 2 or not off >= SPLIT_OFF - 1e-9:
        return None
    counts = [round(cases(month, float(series.iloc[-1][team]))) for team in TEAMS]
    if not in_money and binomial_p(counts[0], sum(counts), split.marketing) > CHANCE:
        return None
    if {f"{team}_leads" for team in TEAMS} & {test.name for test in news(month, "scorecard")}:
        return None
    agreed, other = _split(split.marketing), _split(round(came * 20) / 20)
    other = _split(came) if other == agreed else other
    unit = split.unit if in_money else unit_of(month).called
    return Prompt(
        f"{sentence(unit)} came {_split(came)} instead of {agreed}. "
        f"Which split do we plan on for {(month.period + 1).name}: {agreed} or {other}?",
        rank=SPLIT_RANK + float(off),
    )


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the measures that are announced as bad news, each to the section that shows why, and the split."""
    series, items = monthly(month), []
    sections = {"marketing_leads": "pace", "sales_leads": "pace", "answered_in_time": "relay"}
    labels = {one.key: one.spoken for one in measures(month, series)}
    for test in news(month, "scorecard"):
        if test.direction == "bad":
            label, section = labels[test.name], sections.get(test.name, "scorecard")
            what, moves = f"{label}: below the usual range", f"{label[0].lower()}{label[1:]}"
            items.append(agenda_items.Item(what, section, "signal", moves=moves, rank=0.5))
    if asked := prompt_for(month, series):
        moves = f"share of {month.playbook.goals.lead_split.unit} by team"
        what = f"Split for {(month.period + 1).name}"
        items.append(agenda_items.Item(what, "scorecard", "split", moves=moves, rank=asked.rank, asks=asked.text))
    return items


def _split(marketing: float) -> str:
    share = round(100 * marketing)
    return f"{share}/{100 - share}"


# What it tests, and the answer


def tests(month: MonthData) -> list[Test]:
    """Return the scorecard's tests: attainment of revenue and of each team's leads, and replies in time.

    Attainment is held against its own earlier months (SPEC Signals). Replies are held twice: against their
    own months, and, counted, against the pooled replies of the twelve months before; the less striking p
    counts, so that neither a few leads nor an unsteady process makes news. What a row reads as usual is never
    announced: its p is 1. A month in progress is not tested, nor is a figure without an agreed plan: only a plan
    carries the season, so that a busy January would be news every year.
    """
    series, found = monthly(month), []
    for measure in measures(month, series):
        if measure.key not in TESTED or measure.series.endswith("_came"):
            continue
        earlier, now = history(month, series, measure)
        reading, usual = read_measure(month, series, measure)  # None where the month is known in part only
        p = p_value(earlier, now)
        if p is None or reading is None:
            continue
        known, came = known_values(earlier), month.words.share(now)
        mean, text = fmean(known), f"{measure.spoken} came to {came} of plan"
        if measure.key == "answered_in_time":
            p, text = max(p, _replies_p(series)), f"{sentence(came)} of all leads were answered in time"
        if usual and reading.kind in ("above", "below"):
            text += f", {reading.kind} the usual range of {month.words.span(usual.low, usual.high)}"
        noun = span_of(month).partition(" ")[0] if measure.key == "shared_revenue" else "month"
        text += f"; the {month.words.count(len(known), noun)} before came to {month.words.share(mean)}."
        p = p if reading.kind in ("above", "below") else 1.0
        money = _gap(series) if measure.key == "shared_revenue" else 0.0
        found.append(Test(measure.key, "scorecard", p, "good" if now > mean else "bad", text, money=money))
    return found


def _gap(series: pd.DataFrame) -> float:
    now = series.iloc[-1]
    return float(now["revenue"] - now["goal"]) if is_known(now["goal"]) else 0.0


def _replies_p(series: pd.DataFrame) -> float:
    now, before = series.iloc[-1], series.iloc[-13:-1]
    counted = [int(n) for n in (now["kept"], now["judged"], before["kept"].sum(), before["judged"].sum())]
    return two_shares_p(*counted) if counted[1] and counted[3] else 1.0


def scorecard(month: MonthData) -> Answer:
    """Answer "Are we winning together?"."""
    words, series, signals = month.words, monthly(month), news(month, "scorecard")
    rows, until, stops = score_rows(month), to_day(month, "leads", "deals"), stopped(month, "leads", "deals")
    stops = stops or revenue_lacks(month)
    scores = describe_scores(words, team_scores(month, series), unit_of(month), until, stops)
    if why := unjudged(month):
        scores = ItemList("team_scores", "Team scores", (Item("No score this month.", why),))
    covers = coverage(month, series["month_revenue"])
    usual, noun = _usual(month, series), span_of(month).partition(" ")[0]
    longer = longer_run(words, rows, usual, noun) if is_known(series["revenue"].iloc[-1]) else ""
    said = [*(describe_deals(month, one) for one in announced(month, [team_pace(month, team) for team in TEAMS])),
            longer, goal_met(month, series) if usual else "",
            describe_coverage(month, covers) if covers else "", unit_note(month), no_team_note(month)]  # fmt: skip
    said += [] if month.stops("leads") else describe_teams(month)
    return Answer(
        name="scorecard",
        title="Joint scorecard",
        asks=ASKS,
        finding=describe_scorecard(month, series, rows, signals),
        basis=f"{basis_of(month)}; revenue by the playbook's definition; replies by their clock's start",
        layer="meeting",
        state="poor" if len(series) <= 8 else "complete",
        reading=str(rows.loc["shared_revenue", "reading"]),
        opens=True,
        lists=() if has_no_goal(series) else (scores,),
        figures=(teams_figure(month, series), *revenue_figures(month, series, SHOWN, EARLIER)),
        tables_shown=(score_table(month, series, rows),),
        prompt=prompt_for(month, series),
        notes=tuple(filter(None, said)),
        missing=missing(month, series),
        words=words,
    )


def score_table(month: MonthData, series: pd.DataFrame, rows: pd.DataFrame) -> Table:
    """Return the rows as the page prints them; every row has its own unit and its own good direction."""
    words, now = month.words, series.iloc[-1]
    plan, split = "Plan to date" if month.partial else "Plan", month.playbook.goals.lead_split
    has_plan = bool((rows["plan"].notna() & rows["actual"].notna()).any())
    drafted = bool(now["draft"] or any(now[f"{team}_draft"] for team in teams_of(series)))
    note = "Bar = actual, tick = plan, dark ground ends at 90% of plan; " if has_plan else ""
    note = sentence(f"{note}grey behind a line = usual range.")
    note += " Rows with – have no plan." if has_plan else ""
    months = words.count(min(SHOWN, len(series)), "month")
    if is_long(month):
        part = "" if ends_quarter(month) else " to the same month"
        note += f" Lines show {months}; that of revenue shows quarters{part}."
    if drafted:
        note += " Draft plan, not agreed: last year’s month, else the mean of the three months before."
    if 0 < split.marketing < 1:
        signed, came = "agreed" if month.playbook.agreed_on else "proposed", split_came(month, series)
        owed = f"marketing {words.share(split.marketing)}, sales {words.share(split.sales)} of {split.unit}"
        note += f" Split {signed}: {owed}."
        if is_known(came):
            of = f" of {shown(words, now[list(TEAMS)].sum(), unit_of(month))}" if split.unit != "revenue" else ""
            note += f" It came {words.share(came)} and {words.share(1 - came)}{of}."
    if rows["reading"].eq("shifted").any():
        note += " Shifted = the last months lie to one side of the middle of the usual range."
    columns = [Column("measure", "Measure", "team")]
    actual = Column("actual", "Actual", "number")
    if has_plan:
        columns += [Column("plan", "Draft plan" if drafted else plan, "number"), actual,
                    Column("gap", "Gap", "gap_count"), Column("bullet", "Against plan", "svg"),
                    Column("of_plan", "of plan", "share")]  # fmt: skip
    else:
        columns.append(actual)
    agreed = has_plan and not now["draft"] and is_known(now["goal"])
    if rows["before"].notna().any() and not agreed:
        columns.append(Column("before", (month.period - 1).name, "number", muted=True))
    columns += [Column("trend", "Trend" if is_long(month) else months, "svg"),
                Column("reading", "Reading", "reading")]  # fmt: skip
    title = f"Joint scorecard, {month.period.label}"
    return Table("scorecard", title, tuple(columns), rows, note, style="score")


def missing(month: MonthData, series: pd.DataFrame) -> tuple[Missing, ...]:
    """List what the scorecard cannot show, why, and what would open it."""
    client, clients, now = month.words.client(), month.words.client(2), series.iloc[-1]
    ended = {"leads": "leads", "deals": f"revenue and {clients} won", "activities": "reply times"}
    stops = [
        (True, f"{ended.get(table, f'cost per {client}')} of the whole month", f"{sentence(stopped(month, table))}.",
         f"Export the {table} to {month.words.day(month.as_of)} and run the report again.", 7, f"End of {table}")
        for table in month.ends
    ]  # fmt: skip
    no_promise = month.playbook.reply is None and month.has("activities")
    return lacking(
        *stops,
        (now["draft"] or not is_known(now["goal"]), "the revenue against an agreed goal",
         "No goal of the month stands in plan.csv.", "Write plan.csv and agree it.", 5, "Plan"),
        (unjudged(month), "quality leads by team, pace, the gap bridge", unjudged(month),
         "Map what the rule asks for, or agree another one in a new playbook file.", 6, "Quality leads"),
        (revenue_lacks(month) and month.has("deals"), "revenue, the gap bridge", f"{sentence(revenue_lacks(month))}.",
         "Map what revenue counts by the playbook, or agree there what the exports hold." if not_held(month) else
         "Agree on what is known when the page is made, the amount at close or a few days of payments.", 6, "Revenue"),
        (not month.has("deals"), f"revenue and {clients} won", "The exports hold no deals.",
         "Map a deals table: deal_id, opened_at, outcome, amount.", 6, "Deals"),
        (no_promise, "answered in time", "The playbook has no reply promise.",
         "Agree one under `reply` in the playbook.", 4, "Reply promise"),
        (not month.has("spend"), f"cost per {client}", "The exports hold no spend.",
         "Map a spend table: date, source, amount.", 3, "Spend"),
        (not month.has("members"), f"net {clients}", f"The exports do not say which {clients} left.",
         "Map a members table: client_id, started_on, ended_on.", 2, f"{sentence(clients)} who leave"),
    )  # fmt: skip
