"""In one minute: what do I need to know if I read nothing else?"""

from __future__ import annotations

import pandas as pd

from .. import charts
from ..answer import Answer, Item, ItemList, KeyFigure
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, cannot_show, mean_needed, months_met
from ..stats.usual_range import Range
from ..words import Words, is_known, sentence
from .definitions import definitions_in_force
from .monthly import last_day, monthly, unit_of
from .scorecard_rows import SHOWN, measures, read_measure, teams_of

ASKS = "What do I need to know if I read nothing else?"


# The headline


def headline(month: MonthData, series: pd.DataFrame) -> str:
    """Say how far the month finished from the shared goal, and where each team's leads stand against plan."""
    words, now = month.words, series.iloc[-1]
    until = words.day(last_day(month)) if month.partial else ""
    first = headline_revenue(words, now["revenue"], now["goal"], bool(now["draft"]), until, month.period)
    leads = headline_leads(words, now, teams_of(series), unit_of(month)[1])
    return f"{first}; {leads}." if leads else f"{first}."


def headline_revenue(
    words: Words, revenue: float, goal: float, draft: bool, until: str, period: Month
) -> str:
    """Return the first half of the headline, without its full stop."""
    start = f"To {until} we are" if until else "We finished"
    if not is_known(goal) or goal <= 0:
        verb = f"To {until} we have" if until else "We finished with"
        return f"{verb} {words.money_short(revenue)} of revenue; no goal is recorded for {period.label}"
    named = f"{words.money_short(goal)}{' due by then' if until else ''}"
    named = f"the draft goal of {named}, not agreed yet" if draft else named
    att = words.share(revenue / goal)
    gap = revenue - goal
    state = words.direction(gap, goal)
    if state == "on plan":
        where = "We landed on" if not until else f"{start} on"
        return f"{where} {named if draft else f'the goal of {named}'} ({att})"
    return f"{start} {words.money_short(abs(gap))} {'short of' if gap < 0 else 'over'} {named} ({att})"


def headline_leads(words: Words, now: pd.Series, teams: list[str], unit: str) -> str:
    """Return the second half: each team's leads against plan, in the same words for both."""
    parts = []
    for team in teams:
        gap, plan = now[team] - now[f"{team}_plan"], now[f"{team}_plan"]
        if not is_known(gap):
            continue
        state = words.direction(gap, plan)
        where = (
            "on plan" if state == "on plan" else f"{words.number(abs(gap))} {'under' if gap < 0 else 'over'}"
        )
        parts.append((f"{team}-sourced", where))
    if not parts:
        return ""
    (first, where), rest = parts[0], parts[1:]
    text = f"{first} {unit} {where}{' plan' if where != 'on plan' else ''}"
    return ", ".join([text, *(f"{name} {there}" for name, there in rest)])


# The four figures


def key_figures(month: MonthData, series: pd.DataFrame) -> tuple[KeyFigure, ...]:
    """Return the share of the goal, each team's leads, and replies in time, each with its plan."""
    words, now = month.words, series.iloc[-1]
    revenue, goal = now["revenue"], now["goal"]
    known = is_known(goal) and goal > 0
    figures = [
        KeyFigure(
            value=words.share(revenue / goal) if known else words.money_short(revenue),
            label=f"of {'the draft' if now['draft'] else 'shared'} goal" if known else "shared revenue",
            svg=charts.bullet(revenue, goal, "joint"),
            note=f"{words.money(revenue)} of {words.money(goal)}" if known else "no goal recorded",
        )
    ]
    for team in teams_of(series):
        actual, plan = now[team], now[f"{team}_plan"]
        gap, draft = actual - plan, "draft plan" if now[f"{team}_draft"] else "plan"
        figures.append(
            KeyFigure(
                value=words.number(actual),
                label=f"{team}-sourced {unit_of(month)[1]}",
                svg=charts.bullet(actual, plan, team),
                note=f"{draft} {words.number(plan)}" if is_known(plan) else "no plan",
                gap=words.gap(gap) if is_known(gap) and round(gap) else "",
                good=bool(gap > 0) if is_known(gap) and round(gap) else None,
                team=team,
            )
        )
    return (*figures, _replies_figure(month, now))


def _replies_figure(month: MonthData, now: pd.Series) -> KeyFigure:
    words, reply = month.words, month.playbook.reply
    share, goal = now["in_time"], now["in_time_plan"]
    label = f"answered within {words.minutes(reply.within_minutes)}" if reply else "answered in time"
    if not is_known(share):
        return KeyFigure(
            words.share(None), label, "", "no reply can be timed" if reply else "no reply promise is agreed"
        )
    if not is_known(goal):
        return KeyFigure(words.share(share), label, "", "no goal agreed")
    off = share - goal
    moved = round(100 * abs(off)) >= 1
    return KeyFigure(
        value=words.share(share),
        label=label,
        svg=charts.bullet(share, goal, "joint"),
        note=f"goal {words.share(goal)}",
        gap=words.gap(off, "points") if moved else "",
        good=off > 0 if moved else None,
    )


# The three findings


def ordinary_or_signal(
    words: Words,
    series: pd.DataFrame,
    reading: Reading | None,
    usual: Range | None,
    announced: bool,
    quarter: str,
) -> Item:
    """Say whether revenue did what it usually does, how often that meets the goal, and what average would.

    `quarter` is the attainment of the quarter to date ("" in its first month), read where one month shows little.
    """
    attained = series["revenue_attained"].iloc[-1]
    if not is_known(attained):
        return Item(
            "No goal to read against.",
            "Agree a plan for the shared revenue to see what is ordinary.",
            "scorecard",
        )
    if reading is None or usual is None:
        seen = words.count(reading.months if reading else 0, "earlier month")
        return Item(
            "Too early to tell.", f"{sentence(seen)} of history: a usual range takes eight.", "scorecard"
        )
    span = words.span(usual.low, usual.high)
    if reading.kind in ("above", "below") and announced:
        return Item(
            "Not an ordinary month.",
            f"{words.share(attained)} lies {reading.kind} the usual {span}.",
            "scorecard",
        )
    if announced:
        return Item("Not an ordinary month.", f"{words.share(attained)} is far from the usual {words.share(usual.mean)}.",
                    "scorecard")  # fmt: skip
    if reading.kind in ("above", "below"):
        text = f"{words.share(attained)} lies just {reading.kind} the usual {span}; chance can still do that."
        return Item("At the edge of ordinary.", text, "scorecard")
    last = series["revenue_attained"].tail(SHOWN)
    met, of = months_met(last, [1.0] * len(last))
    needed = mean_needed(usual, 1.0)
    text = f"{words.share(attained)} lies inside the usual {span}. The goal was met in {met} of the last {of} months"
    text += (
        f"; an average of {words.share(needed)} would meet it nine times in ten."
        if needed > usual.mean
        else "."
    )
    if cannot_show(usual):
        text += f" One month shows little here; the quarter {f'stands at {quarter} so far' if quarter else 'will tell'}."
    return Item("An ordinary month.", text, "scorecard")


def slack(words: Words, now: pd.Series, teams: list[str], unit: str) -> Item:
    """Say who picked up whose slack, with both sides in the same words."""
    gaps = {team: now[team] - now[f"{team}_plan"] for team in teams}
    gaps = {team: gap for team, gap in gaps.items() if is_known(gap)}
    if len(gaps) < 2:
        what = f"A plan of {unit} for both teams" if teams else "Leads with a team"
        return Item("Slack cannot be read.", f"{what} is needed to see who covered for whom.", "pace")
    states = {team: words.direction(gap, now[f"{team}_plan"]) for team, gap in gaps.items()}
    short = [team for team in gaps if states[team] == "short"]
    over = [team for team in gaps if states[team] == "over"]
    if not short:
        text = " and ".join(_where(words, team, gaps[team], states[team]) for team in gaps)
        return Item(
            "No slack to pick up." if not over else "Both pulled their share.", f"{sentence(text)}.", "pace"
        )
    if len(short) == 2:
        total = sum(gaps.values())
        text = f"{sentence(' and '.join(_where(words, t, gaps[t], states[t]) for t in gaps))}, {words.number(-total)} together."
        return Item("No slack to share.", text, "pace")
    missing = -gaps[short[0]]
    if not over:
        text = f"{sentence(short[0])}-sourced {unit} came {words.number(missing)} under plan; the others came on plan."
        return Item("The slack stayed open.", text, "pace")
    extra = gaps[over[0]]
    fully = extra >= missing
    text = (
        f"{sentence(over[0])}-sourced {unit} came {words.number(extra)} over plan and covered "
        f"{'all' if fully else words.share(extra / missing)} of the {words.number(missing)} "
        f"that {short[0]}-sourced ones were under."
    )
    return Item("The slack was picked up." if fully else "The slack was partly picked up.", text, "pace")


def _where(words: Words, team: str, gap: float, state: str) -> str:
    where = (
        "on plan" if state == "on plan" else f"{words.number(abs(gap))} {'under' if gap < 0 else 'over'} plan"
    )
    return f"{team}-sourced came {where}"


def strongest(words: Words, signals: tuple[Test, ...], partial: bool) -> Item:
    """Return the strongest announcement beside revenue: by money, then by how unlikely it is; bad news first."""
    others = [test for test in signals if test.name != "shared_revenue"]
    if partial:
        return Item("The month is in progress.", "No signal is read before it ends.", "pace")
    if not others:
        return Item(
            "Nothing else stands out.", "No other measure did anything beyond what chance explains.", ""
        )
    first = min(others, key=lambda test: (-abs(test.money), test.direction == "good", test.p))
    lead = "One thing went unusually well." if first.direction == "good" else "One thing needs a look."
    return Item(lead, first.text, first.question)


# The trust line


def trust(month: MonthData) -> str:
    """Return what the page's numbers rest on: leads with a source, warnings of the data, definitions that changed."""
    words, tracking = month.words, month.tallies.tracking
    now = tracking[tracking["month"] == str(month.period)]
    leads, known = now["leads"].sum(), now["source_known"].sum()
    warned = sum(1 for finding in month.findings if finding.severity != "info")
    changed = int(definitions_in_force(month)["changed"].sum())
    parts = [f"{words.share(known / leads)} of leads have a source"] if leads else []
    parts.append(words.count(warned, "data warning") if warned else "no data warning")
    parts.append(f"{words.count(changed, 'definition')} changed" if changed else "no definition changed")
    return " · ".join(parts)


def quarter_attained(month: MonthData, series: pd.DataFrame) -> str:
    """Return revenue over goal of the quarter to date, "" in its first month or without a goal."""
    quarter = series.loc[
        series.index.isin([str(m) for m in month.period.quarter(month.settings.fiscal_year_starts)])
    ]
    goal = quarter["goal"].sum(skipna=False)
    return month.words.share(quarter["revenue"].sum() / goal) if len(quarter) > 1 and goal > 0 else ""


def is_announced(signals: tuple[Test, ...]) -> bool:
    """Say whether revenue's own test is among the announcements."""
    return any(test.name == "shared_revenue" for test in signals)


def tests(month: MonthData) -> list[Test]:
    """Return no test: the first screen repeats what the sections tested."""
    return []


def in_one_minute(month: MonthData) -> Answer:
    """Answer "What do I need to know if I read nothing else?"."""
    from . import announcements

    words, series = month.words, monthly(month)
    teams, unit, now = teams_of(series), unit_of(month)[1], series.iloc[-1]
    signals = announcements(month)
    reading, usual = read_measure(month, series, measures(month, series)[0])
    findings = (
        ordinary_or_signal(
            words, series, reading, usual, is_announced(signals), quarter_attained(month, series)
        ),
        slack(words, now, teams, unit),
        strongest(words, signals, bool(month.partial)),
    )
    return Answer(
        name="in_one_minute",
        title="In one minute",
        asks=ASKS,
        finding="",
        headline=headline(month, series),
        layer="meeting",
        opens=True,
        key_figures=key_figures(month, series),
        lists=(ItemList("findings", "", findings),),
        facts={"Trust": trust(month)},
        words=words,
    )
