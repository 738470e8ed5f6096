"""In one minute: what do I need to know if I read nothing else?"""

from __future__ import annotations

import pandas as pd

from .. import charts
from ..answer import Answer, Item, ItemList, KeyFigure
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, cannot_show, mean_needed, months_met
from ..stats.usual_range import Range
from ..words import Words, is_known, sentence, small_number
from .definitions import definitions_in_force
from .monthly import last_day, monthly, unit_of
from .scorecard_rows import SHOWN, measures, read_measure, teams_of

ASKS = "What do I need to know if I read nothing else?"


# The headline


def headline(month: MonthData, series: pd.DataFrame) -> str:
    """Say how far the month finished from the shared goal, and where each team's leads stand against plan."""
    words, now = month.words, series.iloc[-1]
    until = words.day(last_day(month)) if month.partial else ""
    first = headline_revenue(words, month.period, now["revenue"], now["goal"], bool(now["draft"]), until)
    leads = headline_leads(words, now, teams_of(series), unit_of(month)[1])
    return f"{first}; {leads}." if leads else f"{first}."


def headline_revenue(
    words: Words, period: Month, revenue: float, goal: float, draft: bool = False, until: str = ""
) -> str:
    """Return the first half of the headline; `until` is the last day of a month in progress."""
    start = f"To {until} we are" if until else "We finished"
    if not is_known(revenue):
        return f"Revenue of {period.label} is not known, because the exports hold no deals"
    if not is_known(goal) or goal <= 0:
        came = f"To {until} revenue stands at" if until else "Revenue came to"
        return f"{came} {words.money_short(revenue)}; no goal is recorded for {period.label}"
    named = words.money_short(goal) + (" due by then" if until else "")
    named = f"a draft goal of {named}, not agreed yet" if draft else named
    share, gap = words.share(revenue / goal), revenue - goal
    if words.direction(gap, goal) == "on plan":
        landed = f"{start} on" if until else "We landed on"
        return f"{landed} {named if draft else f'the goal of {named}'} ({share})"
    return f"{start} {words.money_short(abs(gap))} {'short of' if gap < 0 else 'over'} {named} ({share})"


def headline_leads(words: Words, now: pd.Series, teams: list[str], unit: str) -> str:
    """Return the second half: each team's leads against plan, in the same words for both."""
    parts: list[str] = []
    for team in teams:
        gap, plan = now[team] - now[f"{team}_plan"], now[f"{team}_plan"]
        if is_known(gap):
            subject = f"{team}-sourced" if parts else f"{team}-sourced {unit}"
            named = "draft plan" if now.get(f"{team}_draft") else "plan"
            parts.append(f"{subject} {against(words, gap, plan, '' if parts else named)}")
    return ", ".join(parts)


def against(words: Words, gap: float, plan: float, name: str = "plan") -> str:
    """Return "66 under plan", "32 over plan" or "on plan"."""
    if words.direction(gap, plan) == "on plan":
        return "on plan"
    return f"{words.number(abs(gap))} {'under' if gap < 0 else 'over'} {name}".rstrip()


# The four figures


def key_figures(month: MonthData, series: pd.DataFrame) -> tuple[KeyFigure, ...]:
    """Return the share of the goal, each team's leads, and replies in time, each with its plan."""
    now = series.iloc[-1]
    teams = [_leads_figure(month, now, team) for team in teams_of(series)]
    return (_goal_figure(month.words, now), *teams, _replies_figure(month, now))


def _goal_figure(words: Words, now: pd.Series) -> KeyFigure:
    revenue, goal = now["revenue"], now["goal"]
    if not is_known(now["revenue_attained"]):
        note = "no goal recorded" if is_known(revenue) else "no deals in the exports"
        return KeyFigure(words.money_short(revenue), "shared revenue", "", note)
    label = "of the draft goal" if now["draft"] else "of shared goal"
    note = f"{words.money(revenue)} of {words.money(goal)}"
    return KeyFigure(words.share(revenue / goal), label, charts.bullet(revenue, goal), note)


def _leads_figure(month: MonthData, now: pd.Series, team: str) -> KeyFigure:
    words, actual, plan = month.words, now[team], now[f"{team}_plan"]
    off = is_known(actual - plan) and words.direction(actual - plan, plan) != "on plan"
    named = "draft plan" if now[f"{team}_draft"] else "plan to date" if month.partial else "plan"
    return KeyFigure(
        value=words.number(actual),
        label=f"{team}-sourced {unit_of(month)[1]}",
        svg=charts.bullet(actual, plan, team),
        note=f"{named} {words.number(plan)}" if is_known(plan) else "no plan",
        gap=words.gap(actual - plan) if is_known(actual - plan) and actual != plan else "",
        good=bool(actual > plan) if off else None,
        team="marketing" if team == "marketing" else "sales",
    )


def _replies_figure(month: MonthData, now: pd.Series) -> KeyFigure:
    words, reply = month.words, month.playbook.reply
    share, goal = now["in_time"], now["in_time_plan"]
    label = f"answered within {words.minutes(reply.within_minutes)}" if reply else "answered in time"
    if not is_known(share):
        return KeyFigure(
            words.share(None), label, "", "cannot be timed" if reply else "no reply promise agreed"
        )
    if not is_known(goal):
        return KeyFigure(words.share(share), label, "", "no goal agreed")
    off = abs(share - goal) >= 0.005
    return KeyFigure(
        value=words.share(share),
        label=label,
        svg=charts.bullet(share, goal),
        note=f"goal {words.share(goal)}",
        gap=words.gap(share - goal, "points") if off else "",
        good=bool(share > goal) if off else None,
    )


# The three findings


def ordinary_or_signal(
    words: Words,
    attained: pd.Series,
    reading: Reading,
    usual: Range | None,
    announced: bool,
    longer: str = "",
    goal: str = "goal",
) -> Item:
    """Say whether revenue did what it usually does, how often that meets the goal, and what average would.

    `attained` is revenue over goal by month, this one last; `longer` is where the quarter or year to date
    stands, which is read where one month shows little.
    """
    if usual is None:
        so_far = f"there are {small_number(reading.months)}" if reading.months > 1 else "there is one"
        so_far = so_far if reading.months else "this is the first"
        return Item("Too early to tell.", f"A usual range takes eight earlier months; so far {so_far}.")
    now, span = words.share(attained.iloc[-1]), words.span(usual.low, usual.high)
    if announced:
        return Item("Not an ordinary month.", f"{now} of the {goal} lies {reading.kind} the usual {span}.")
    if reading.kind in ("above", "below"):
        text = f"{now} of the {goal} lies just {reading.kind} the usual {span}; chance alone can do that."
        return Item("At the edge of ordinary.", text)
    last = attained.tail(SHOWN)
    met, of = months_met(last, [1.0] * len(last))
    needed = mean_needed(usual, 1.0) or usual.mean
    text = f"{now} of the {goal} lies inside the usual {span}."
    text += f" The {goal} was met in {met} of {words.count(of, 'month')}"
    text += (
        f"; an average of {words.share(needed)} would meet it nine times in ten."
        if needed > usual.mean
        else "."
    )
    if cannot_show(usual):
        text += f" One month shows little here{f'; the {longer}' if longer else ''}."
    return Item("An ordinary month.", text)


def revenue_item(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> Item:
    """Return the first finding: ordinary month or signal, or why that cannot be said."""
    words, now = month.words, series.iloc[-1]
    if not is_known(now["revenue_attained"]):
        item = Item(
            "No goal to read against.", "With an agreed goal this says whether the month is ordinary."
        )
    elif month.partial:
        share = words.share(now["revenue_attained"])
        item = Item("The month is in progress.", f"Revenue stands at {share} of the goal due by now.")
    else:
        reading, usual = read_measure(month, series, measures(month, series)[0])
        assert reading is not None
        announced = any(test.name == "shared_revenue" for test in signals)
        longer = stands_at(month, series)
        goal = "draft goal" if now["draft"] else "goal"
        item = ordinary_or_signal(words, series["revenue_attained"], reading, usual, announced, longer, goal)
    return Item(item.lead, item.text, "scorecard")


def stands_at(month: MonthData, series: pd.DataFrame) -> str:
    """Return "quarter stands at 97%", in its first month "year ...", in the year's first month nothing."""
    starts = month.settings.fiscal_year_starts
    for name, months in (
        ("quarter", month.period.quarter(starts)),
        ("year", month.period.year_to_date(starts)),
    ):
        to_date = series.loc[series.index.isin([str(m) for m in months])]
        goal = to_date["goal"].sum(skipna=False)
        if len(to_date) > 1 and goal > 0:
            return f"{name} stands at {month.words.share(to_date['revenue'].sum() / goal)}"
    return ""


def slack(words: Words, now: pd.Series, teams: list[str], unit: str, plan: str = "plan") -> Item:
    """Say who picked up whose slack, with both sides in the same words."""
    gaps = {
        team: now[team] - now[f"{team}_plan"] for team in teams if is_known(now[team] - now[f"{team}_plan"])
    }
    if len(gaps) < 2:
        return Item("Slack cannot be read.", f"It takes a plan of {unit} for both teams.", "pace")
    states = {team: words.direction(gap, now[f"{team}_plan"]) for team, gap in gaps.items()}
    short = [team for team in gaps if states[team] == "short"]
    over = [team for team in gaps if states[team] == "over"]
    came = [f"{team}-sourced {against(words, gap, now[f'{team}_plan'], plan)}" for team, gap in gaps.items()]
    both = f"{sentence(unit)}: {came[0]}, {came[1]}"
    if not short:
        return Item("No slack to pick up.", f"{both}.", "pace")
    if len(short) == 2:
        return Item("No slack to share.", f"{both}; {words.number(-sum(gaps.values()))} together.", "pace")
    missing = -gaps[short[0]]
    if not over:
        return Item("The slack stayed open.", f"{both}.", "pace")
    extra, fully = gaps[over[0]], gaps[over[0]] >= missing
    covered = "all" if fully else words.share(extra / missing)
    text = (
        f"{sentence(over[0])}-sourced {unit} came {words.number(extra)} over {plan}, covering {covered} of "
        f"the {words.number(missing)} by which {short[0]}-sourced ones were under."
    )
    return Item("The slack was picked up." if fully else "The slack was partly picked up.", text, "pace")


def strongest(signals: tuple[Test, ...], partial: bool = False) -> Item:
    """Return the strongest announcement beside revenue: this month's signals first, then money, then bad.

    Standing differences (sources over a year, tracking) come after what the month itself did, and the teams'
    leads after both, because the finding before this one is about them.
    """
    others = [test for test in signals if test.name != "shared_revenue"]
    if partial:
        return Item("No signals yet.", "Signals are read when the month is over.")
    if not others:
        return Item("Nothing else stands out.", "No other measure went beyond what chance explains.")
    first = min(others, key=lambda test: (_rank(test), -abs(test.money), test.direction == "good", test.p))
    lead = "One thing went unusually well." if first.direction == "good" else "One thing to look at."
    return Item(lead, first.text, "relay" if first.name == "answered_in_time" else first.question)


def _rank(test: Test) -> int:
    if test.name.endswith("_leads"):
        return 2
    return 0 if test.question in ("scorecard", "relay") else 1


# The trust line, and the answer


def trust(month: MonthData) -> str:
    """Return what the numbers rest on: leads with a source, warnings of the data, changed definitions."""
    words, tracking = month.words, month.tallies.tracking
    now = tracking[tracking["month"] == str(month.period)]
    leads, known = now["leads"].sum(), now["source_known"].sum()
    warned = sum(1 for finding in month.findings if finding.severity != "info")
    changed = int(definitions_in_force(month)["changed"].sum())
    parts = [f"{words.share(known / leads)} of leads have a source"] if leads else []
    parts.append(words.count(warned, "data warning") if warned else "no data warning")
    parts.append(f"{words.count(changed, 'definition')} changed" if changed else "no definition changed")
    return " · ".join(parts)


def tests(month: MonthData) -> list[Test]:
    """Return no test: the first screen repeats what the sections tested."""
    return []


def in_one_minute(month: MonthData) -> Answer:
    """Answer "What do I need to know if I read nothing else?"."""
    from . import announcements

    words, series, signals = month.words, monthly(month), announcements(month)
    plan = "plan to date" if month.partial else "plan"
    findings = (
        revenue_item(month, series, signals),
        slack(words, series.iloc[-1], teams_of(series), unit_of(month)[1], plan),
        strongest(signals, bool(month.partial)),
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
