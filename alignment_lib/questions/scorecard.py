"""The joint scorecard: are we winning together?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import pandas as pd

from ..answer import Answer, Column, Item, ItemList, Missing, Prompt, Table
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, cannot_show, months_met
from ..stats.tests import binomial_p, two_shares_p
from ..stats.usual_range import Range, known_values, p_value
from ..words import Words, is_known, sentence, small_number
from . import agenda_items
from .coverage import coverage, describe_coverage
from .monthly import has_no_goal, monthly, to_day
from .parts import CHANCE, MARKS, TEAMS, lacking, news, not_held, of_month, revenue_lacks, stopped, unread
from .relay import describe_without
from .replies import Replies
from .rhythm import ends_quarter, is_long, same_part, span_of
from .scorecard_figures import revenue_figures, teams_figure
from .scorecard_rows import EARLIER, SHOWN, history, measures, read_measure, score_rows, team_scores, teams_of
from .units import MONEY, Unit, basis_of, cases, no_team_note, shown, unit_note, unit_of, unjudged
from .unknown_sources import describe_teams

ASKS = "Are we winning together?"
TESTED = ("shared_revenue", "marketing_leads", "sales_leads", "answered_in_time")
KINDS_OF_NEWS = ("above", "below", "shifted up", "shifted down")
SPLIT_OFF = 0.03  # how far the split may be off before the page asks about it
SPLIT_RANK = 2.0  # what concerns both teams is asked before what concerns one place or field

# What the section says


def describe_scorecard(
    month: MonthData, series: pd.DataFrame, rows: pd.DataFrame, signals: tuple[Test, ...]
) -> str:
    """Say where the shared goal stands, whether that is ordinary, and what else here is a signal."""
    words, now = month.words, series.iloc[-1]
    until = to_day(month, "deals")
    called, draft = month.playbook.revenue.called, bool(now["draft"])
    span = span_of(month)
    parts = [describe_revenue(words, month.period, now["revenue"], now["goal"], draft, until, called, span,
                              has_no_goal(series), revenue_lacks(month))]  # fmt: skip
    if month.partial:
        return f"{parts[0]} The month is in progress, so it is read against its pace."
    if until:
        parts.append("The deals stop there, so the month cannot be read yet.")
        return " ".join([*parts, describe_rows(words, rows, signals)] if signals else parts)
    first = measures(month, series)[0]
    reading, usual = read_measure(month, series, first)
    others = bool(signals) or bool(rows["kind"].isin(KINDS_OF_NEWS).any())
    if is_known(now[first.series]) and reading is not None:
        announced = any(test.name == "shared_revenue" for test in signals)
        agreed = first.series == "revenue_attained"
        attained, unit = (now[first.series], "share") if agreed else (None, "money_short")
        of = called if others else ""
        parts.append(describe_reading(words, reading, usual, attained, announced, unit, of, span))
    if usual or others:
        parts.append(describe_rows(words, rows, signals, unread(month)))
    if usual and signals and clearest(signals).name == "answered_in_time":
        replies = Replies(int(now["judged"]), int(now["kept"]))
        parts.append(describe_without(month, replies, series["in_time"].iloc[:-1].tail(EARLIER).mean()))
    return " ".join(part for part in parts if part)


def describe_rows(words: Words, rows: pd.DataFrame, signals: Sequence[Test], not_read: str = "") -> str:
    """Say which rows beside revenue send a signal; a row that only reads as unusual is named as that.

    A reading is one row's; an announcement must hold against all tests of the page. `not_read` says what is not read
    at all, and stands instead of "no row".
    """
    others = [test for test in signals if test.name != "shared_revenue"]
    if others:
        which = "The one signal here" if len(signals) == 1 else "The other signal"
        if len(others) > 1:
            which = f"Of {small_number(len(others))} signals the clearest"
        return f"{which}: {clearest(others).text}"
    unusual = rows[rows["kind"].isin(KINDS_OF_NEWS)]
    beside = unusual.drop(index="shared_revenue", errors="ignore")
    if len(beside):
        named = words.names([f"“{name}”" for name in beside["measure"]])
        read = f"reads as {beside['reading'].iloc[0]}" if len(beside) == 1 else "read as unusual"
        return f"No {'other ' if signals else ''}row is clear enough to announce, though {named} {read}."
    return not_read or ("" if len(unusual) else "No row sends a signal.")


def clearest(signals: Sequence[Test]) -> Test:
    """Return the clearest signal, of those beside revenue where there are any."""
    return min(signals, key=lambda test: (test.name == "shared_revenue", test.p))


def describe_revenue(
    words: Words,
    period: Month,
    revenue: float,
    goal: float,
    draft: bool,
    until: str = "",
    called: str = "revenue",
    span: str = "month",
    said: bool = False,
    lacks: str = "",
) -> str:
    """Return the sentence on revenue against its goal; `until` is the last day of a month in progress.

    `span` is what it is read over: "month", "quarter" or "quarter so far"; `said`: the first screen says that there is
    no goal.
    """
    called += "" if span == "month" else f" of the {span}"
    subject = f"To {until}, {called}" if until else sentence(called)
    if not is_known(revenue):
        why = f"the deals stop on {until}" if until else lacks or "the exports hold no deals"
        return f"Revenue of {period.label} is not known, because {why}."
    if not is_known(goal) or goal <= 0:
        if not revenue:
            return f"{sentence(called)}: none recorded yet{'' if said else f', and no goal for {period.label}'}."
        lacking = "" if said else f"; no goal is recorded for {period.label}"
        return f"{subject} came to {words.money_short(revenue)}{lacking}."
    named = f"{'draft goal' if draft else 'goal'} of {words.money_short(goal)}"
    named += (" due by then" if until or span.endswith("far") else "") + (", not agreed yet" if draft else "")
    share = words.share(revenue / goal)
    return f"{subject} came to {words.money_short(revenue)} against a {named} ({share})."


def describe_reading(
    words: Words,
    reading: Reading,
    usual: Range | None,
    attained: float | None,
    announced: bool,
    unit: str = "share",
    called: str = "",
    span: str = "month",
) -> str:
    """Say whether the month (or quarter, its `span`) is ordinary. Only an announced one is called unusual.

    Without an agreed goal `attained` is None, and the usual range is one of `unit`.
    """
    if usual is None:
        return too_early(reading, called, span)
    text = f"That is {where_in(words, reading, usual, announced, unit)}"
    if attained is None and not reading.is_signal:
        return f"{text}: an ordinary {span}."
    state = words.direction((attained or 1.0) - 1, 1.0)
    if reading.is_signal:
        return f"{text}: not an ordinary {span}." if announced else f"{text}."
    return f"{text}: {state}, {'but' if state == 'short' else 'and'} ordinary."


def too_early(reading: Reading, called: str = "", span: str = "month") -> str:
    """Say how many months are lacking for a usual range; of what, where other rows on the page have one."""
    of = f" of {called}" if called else ""
    if not reading.months:
        return f"No earlier {span} compares, so there is no usual range{of} yet; it takes eight."
    noun = span.partition(" ")[0]
    months = f"{small_number(reading.months)} earlier {noun}{'' if reading.months == 1 else 's'}"
    return f"With {months} there is no usual range{of} yet; it takes eight."


def where_in(words: Words, reading: Reading, usual: Range, announced: bool, unit: str = "share") -> str:
    """Return "inside the usual range of 77–127%", or how a measure lies outside it."""
    span = f"the usual range of {words.span(usual.low, usual.high, unit)}"
    if reading.kind in ("above", "below"):
        if announced:
            return f"{reading.kind} {span}"
        return f"{reading.kind} {span}; on a page of many measures chance can do that"
    if reading.is_signal:
        side = "above" if reading.went == "up" else "below"
        return f"inside {span}, but the last months lie mostly {side} its middle"
    return f"inside {span}"


def goal_met(month: MonthData, series: pd.DataFrame) -> str:
    """Say how often the goal was met lately: that a month is ordinary closes nothing."""
    attained = same_part(month, series)["revenue_attained"].tail(SHOWN)
    met, of = months_met(attained, [1.0] * len(attained))
    noun, _, far = span_of(month).partition(" ")
    return f"The goal {far and 'to the same month '}was met in {met} of the last {month.words.count(of, noun)}."


def longer_run(words: Words, rows: pd.DataFrame, usual: Range | None, noun: str = "month") -> str:
    """Say what one month cannot show and where the quarter to date stands (in its first month the year)."""
    wide = cannot_show(usual)
    if not is_known(wide):
        return ""
    text = f"One {noun} of revenue cannot show changes under {words.share(wide)}"
    for key, row in rows[rows.index.isin(["quarter", "year"])].to_dict("index").items():
        if row["span"] > 1 and is_known(row["of_plan"]):
            return f"{text}; the {key} to date stands at {words.share(row['of_plan'])}."
    return f"{text}; the quarter is read when it is over." if noun == "month" else f"{text}."


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
    """Ask about the split when it came out 3 points or more from the agreed one, and not by chance of a few leads."""
    split, came = month.playbook.goals.lead_split, split_came(month, series)
    off, in_money = abs(came - split.marketing), split.unit == "revenue"
    stops = month.stops("deals" if split.unit in MONEY else "leads")
    if stops or len(teams_of(series)) < 2 or not off >= SPLIT_OFF - 1e-9:
        return None
    counts = [round(cases(month, float(series.iloc[-1][team]))) for team in TEAMS]
    if not in_money and binomial_p(counts[0], sum(counts), split.marketing) > CHANCE:
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


def describe_scores(words: Words, scores: pd.DataFrame, of: Unit, until: str = "", stops: str = "") -> ItemList:
    """Write each team's score as its arithmetic, marketing first; the two are never compared.

    `until` is the last day of a month in progress; `stops` says which of the two parts stops before the other.
    """
    items, unit = [], of.called
    if stops:
        text = f"A score takes {unit} and revenue of the same days; {stops}."
        return ItemList("team_scores", "Team scores", (Item("No score this month.", text),))
    if not scores["score"].notna().any():
        text = f"A score takes a shared goal and a plan of {unit}, agreed or drafted."
        return ItemList("team_scores", "Team scores", (Item("No score this month.", text),))
    for row in scores.to_dict("records"):
        lacking = "the shared goal" if is_known(row["own"]) else f"its plan of {unit}"
        text = f"no score without {lacking}"
        if is_known(row["score"]):
            own, shared = (
                ("draft plan" if row["own_draft"] else "plan"),
                ("draft" if row["draft"] else "shared"),
            )
            text = (
                f"= {words.share(1 - row['weight'])} × {words.share(row['own'])} of its own {own} "
                f"({shown(words, row['actual'], of)} of {shown(words, row['plan'], of)} {unit}) "
                f"+ {words.share(row['weight'])} × {words.share(row['shared'])} of the {shared} goal"
            )
        lead = f"{row['team'].capitalize()} {words.share(row['score'])}"
        items.append(Item(lead, text, mark=MARKS[row["team"]]))
    title = f"Team scores to {until}, against what was due by then" if until else "Team scores"
    return ItemList("team_scores", title, tuple(items))


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
            p, text = max(p, _replies_p(series)), f"{came} of all leads were answered in time"
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
    said = [longer, goal_met(month, series) if usual else "",
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
