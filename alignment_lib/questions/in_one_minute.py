"""In one minute: what do I need to know if I read nothing else?"""

from __future__ import annotations

import pandas as pd

from .. import charts
from ..answer import Answer, Item, ItemList, KeyFigure
from ..month import MonthData
from ..period import Month
from ..signals import Reading, Test, mean_needed, months_met
from ..stats.usual_range import Range
from ..words import Words, is_known, sentence
from .bridge_words import headline_half
from .checks import checks, passed
from .definitions import definitions_in_force
from .gap_bridge import bridge_of
from .monthly import monthly, plan_name, to_day
from .parts import of_month, stopped, unread
from .scorecard import describe_revenue, too_early, where_in
from .scorecard_rows import SHOWN, measures, read_measure, revenue_name, score_rows, teams_of
from .units import Unit, shown, unit_of
from .without_goal import before_note, came_headline, clients_figure, has_no_goal, share_figure
from .without_goal import findings as plain_findings

ASKS = "What do I need to know if I read nothing else?"
NO_SLACK = "No slack to pick up."


# The headline


def headline(month: MonthData, series: pd.DataFrame) -> str:
    """Say how far the month finished from the shared goal, and which steps of the gap bridge cost or brought most.

    Where there is no bridge, the second half says where each team's leads stand against plan, without cost words.
    """
    words, now = month.words, series.iloc[-1]
    if has_no_goal(series):
        return came_headline(month, series)
    until = to_day(month, "deals")
    first = headline_revenue(words, month.period, now["revenue"], now["goal"], bool(now["draft"]), until)
    bridge, _ = bridge_of(month)
    if bridge is not None:
        half = headline_half(month, bridge)
        return f"{first}: {half}." if half else f"{first}."
    leads = headline_leads(words, now, teams_of(series), unit_of(month), plan_name(month))
    if leads and until and is_known(now["revenue"]) and not to_day(month, unit_of(month).table):
        leads = f"of the whole month, {leads}"
    return f"{first}; {leads}." if leads else f"{first}."


def headline_revenue(
    words: Words, period: Month, revenue: float, goal: float, draft: bool = False, until: str = ""
) -> str:
    """Return the first half of the headline; `until` is the last day of a month in progress."""
    if not is_known(revenue) or not is_known(goal) or goal <= 0:
        return describe_revenue(words, period, revenue, goal, draft, until).removesuffix(".")
    start = f"To {until} we are" if until else "We finished"
    named = words.money_short(goal) + (" due by then" if until else "")
    named = f"a draft goal of {named}, not agreed yet" if draft else named
    share, gap = words.share(revenue / goal), revenue - goal
    if words.direction(gap, goal) == "on plan":
        landed = f"{start} on" if until else "We landed on"
        return f"{landed} {named if draft else f'the goal of {named}'} ({share})"
    return f"{start} {words.money_short(abs(gap))} {'short of' if gap < 0 else 'over'} {named} ({share})"


def headline_leads(words: Words, now: pd.Series, teams: list[str], unit: Unit, plan: str = "plan") -> str:
    """Return the second half: each team's leads against plan, in the same words for both."""
    parts: list[str] = []
    first = ""
    for team in teams:
        gap, planned = now[team] - now[f"{team}_plan"], now[f"{team}_plan"]
        if is_known(gap):
            named = f"draft {plan}" if now.get(f"{team}_draft") else plan
            subject = f"{team}-sourced" if parts else f"{team}-sourced {unit.called}"
            said = named != first or words.direction(gap, planned) == "on plan"
            parts.append(f"{subject} {against(words, gap, planned, named if said else '', unit)}")
            first = named
    return ", ".join(parts)


def against(words: Words, gap: float, plan: float, name: str, unit: Unit) -> str:
    """Return "66 under plan", "32 over plan" or "on plan"; a draft is named one, "on draft plan"."""
    if words.direction(gap, plan) == "on plan":
        return "on draft plan" if name.startswith("draft") else "on plan"
    return f"{shown(words, abs(gap), unit)} {'under' if gap < 0 else 'over'} {name}".rstrip()


# The four figures


def key_figures(month: MonthData, series: pd.DataFrame) -> tuple[KeyFigure, ...]:
    """Return the share of the goal, each team's leads, and replies in time, each with its plan."""
    now = series.iloc[-1]
    teams = [_leads_figure(month, series, team) for team in teams_of(series)]
    replaced = not is_known(now["in_time"]) and has_no_goal(series)
    last = clients_figure(month, series) if replaced else _replies_figure(month, now)
    figures = (_goal_figure(month, series), *teams, last)
    fourth = share_figure(month) if replaced and len(figures) < 4 else None
    return (*figures, fourth) if fourth else figures


def _goal_figure(month: MonthData, series: pd.DataFrame) -> KeyFigure:
    words, now = month.words, series.iloc[-1]
    revenue, goal = now["revenue"], now["goal"]
    if not is_known(now["revenue_attained"]):
        note = stopped(month, "deals") or "no deals in the exports"
        if is_known(revenue):
            before = before_note(words, series, "revenue", "money") if revenue else "none recorded yet"
            note = " · ".join(filter(None, [before, "no goal agreed"]))
        return KeyFigure(words.money_short(revenue or None), revenue_name(month), "", note)
    label = "of the draft goal" if now["draft"] else "of shared goal"
    label += " due by now" if month.partial else f" due by {until}" if (until := to_day(month, "deals")) else ""
    note = f"{words.money(revenue)} of {words.money(goal)}"
    return KeyFigure(words.share(revenue / goal), label, charts.bullet(revenue, goal), note)


def _leads_figure(month: MonthData, series: pd.DataFrame, team: str) -> KeyFigure:
    now = series.iloc[-1]
    words, actual, plan, unit = month.words, now[team], now[f"{team}_plan"], unit_of(month)
    no_plan = before_note(words, series, team, unit.cell) or "no plan"
    off = is_known(actual - plan) and words.direction(actual - plan, plan) != "on plan"
    named = "draft plan" if now[f"{team}_draft"] else plan_name(month)
    return KeyFigure(
        value=shown(words, actual, unit),
        label=f"{team}-sourced {unit.called}",
        svg=charts.bullet(actual, plan, team),
        note=f"{named} {shown(words, plan, unit)}" if is_known(plan) else no_plan,
        gap=words.gap(actual - plan, unit.cell) if is_known(actual - plan) and actual != plan else "",
        good=bool(actual > plan) if off else None,
        team="marketing" if team == "marketing" else "sales",
    )


def _replies_figure(month: MonthData, now: pd.Series) -> KeyFigure:
    words, reply = month.words, month.playbook.reply
    share, goal = now["in_time"], now["in_time_plan"]
    label = "of all leads answered " + (f"within {words.minutes(reply.within_minutes)}" if reply else "in time")
    if not is_known(share):
        stops = stopped(month, "activities")
        note = f"not known: {stops}" if stops else "cannot be timed" if reply else "no reply promise agreed"
        return KeyFigure(words.share(None), label, "", note)
    if not is_known(goal):
        return KeyFigure(words.share(share), label, "", "no goal agreed")
    off = words.direction(share - goal, goal) != "on plan"
    return KeyFigure(
        value=words.share(share),
        label=label,
        svg=charts.bullet(share, goal),
        note=f"goal {words.share(goal)}",
        gap=words.gap(share - goal, "points") if abs(share - goal) >= 0.005 else "",
        good=bool(share > goal) if off else None,
    )


# The three findings


def revenue_item(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> Item:
    """Return the first finding: ordinary month or signal, or why that cannot be said."""
    words, now = month.words, series.iloc[-1]
    goal = "draft goal" if now["draft"] else "goal"
    if not is_known(now["revenue"]):
        lead, why = "Revenue is not known.", stopped(month, "deals") or "the exports hold no deals"
        text = f"{sentence(why)}."
        if is_known(now["goal"]) and now["goal"] > 0:
            text = f"{sentence(why)}; the {goal} of {month.period.name} is {words.money_short(now['goal'])}."
    elif not is_known(now["revenue_attained"]):
        lead, text = "No goal to read against.", f"No goal of {month.period.label} is agreed."
    elif until := to_day(month, "deals") if not month.partial else "":
        share = words.share(now["revenue_attained"])
        lead = "The month cannot be read yet."
        text = f"The deals stop on {until}; revenue to that day stands at {share} of the {goal} due by then."
    elif month.partial:
        share = words.share(now["revenue_attained"])
        lead, text = "The month is in progress.", f"Revenue stands at {share} of the {goal} due by now."
    elif now["draft"]:
        share, drafted = words.share(now["revenue_attained"]), month.plan.drafted_from("revenue", month.period)
        what = "that" if len(drafted) == 1 else "the mean"
        text = f"Revenue came to {share} of the draft goal, {what} of {words.months(drafted)}."
        lead = "No agreed goal to read against."
    else:
        reading, usual = read_measure(month, series, measures(month, series)[0])
        assert reading is not None
        attained = series["revenue_attained"].tail(SHOWN)
        lead, text = ordinary_or_signal(words, attained, reading, usual, signals, goal, alone=not unread(month))
    return Item(lead, text, "scorecard")


def ordinary_or_signal(
    words: Words, attained: pd.Series, reading: Reading, usual: Range | None, signals: tuple[Test, ...] = (),
    goal: str = "goal", alone: bool = True,
) -> tuple[str, str]:  # fmt: skip
    """Say whether revenue did what it usually does, how often that meets the goal, and what average would.

    `attained` is revenue over goal by month, this one last. Beside other news, or where other measures are
    not read yet (not `alone`), an ordinary month of revenue is not called an ordinary month.
    """
    if usual is None:
        return "Too early to tell.", too_early(reading)
    announced = any(test.name == "shared_revenue" for test in signals)
    text = f"{words.share(attained.iloc[-1])} of the {goal} is {where_in(words, reading, usual, announced)}."
    if reading.kind in ("above", "below"):
        return ("Not an ordinary month." if announced else "At the edge of ordinary."), text
    met, of = months_met(attained, [1.0] * len(attained))
    text += f" The {goal} was met in {met} of the last {words.count(of, 'month')}"
    needed = mean_needed(usual, 1.0) or usual.mean
    if needed > usual.mean:
        text += f"; an average of {words.share(needed)} would meet it nine times in ten"
    alone = alone and not any(map(_of_the_month, signals))
    lead = "An ordinary month." if alone else "Revenue: an ordinary month."
    return "Inside the range, but shifted." if reading.is_signal else lead, f"{text}."


def slack(words: Words, now: pd.Series, teams: list[str], unit: Unit, plan: str = "plan") -> Item:
    """Say who picked up whose slack, with both sides in the same words."""
    gaps = {team: now[team] - now[f"{team}_plan"] for team in teams}
    gaps = {team: gap for team, gap in gaps.items() if is_known(gap)}
    if len(gaps) < 2:
        return Item("Slack cannot be read.", f"It takes a plan of {unit.called} for both teams.", "pace")
    names = {team: f"{'draft ' if now.get(f'{team}_draft') else ''}{plan}" for team in gaps}
    states = {team: words.direction(gap, now[f"{team}_plan"]) for team, gap in gaps.items()}
    short = [team for team in gaps if states[team] == "short"]
    over = [team for team in gaps if states[team] == "over"]
    if short and over:
        missing, extra = -gaps[short[0]], gaps[over[0]]
        covered = "all" if extra >= missing else shown(words, extra, unit)
        text = (
            f"{sentence(over[0])}-sourced {unit.called} came {shown(words, extra, unit)} over {names[over[0]]}, "
            f"covering {covered} of the {shown(words, missing, unit)} by which {short[0]}-sourced {unit.again} "
            f"{unit.were} under."
        )
        lead = "The slack was picked up." if extra >= missing else "The slack was partly picked up."
        return Item(lead, text, "pace")
    came = [
        f"{team}-sourced {against(words, gap, now[f'{team}_plan'], names[team], unit)}"
        for team, gap in gaps.items()
    ]
    text = f"{sentence(unit.called)}: {came[0]}, {came[1]}"
    if len(short) == 2:
        return Item("No slack to share.", f"{text}; {shown(words, -sum(gaps.values()), unit)} together.", "pace")
    return Item("The slack stayed open." if short else NO_SLACK, f"{text}.", "pace")


def news_item(test: Test, rows: pd.DataFrame, then: str = "") -> Item:
    """Return a measure that left its usual range this month: more or fewer, its figures, and what goes with it."""
    label, good = str(rows.loc[test.name, "measure"]), test.direction == "good"
    subject = "Replies in time" if test.name == "answered_in_time" else label
    is_money = rows.loc[test.name, "unit"] == "money"
    lead = f"{'More' if good else 'Less' if is_money else 'Fewer'} {subject[0].lower()}{subject[1:]} than usual."
    said = test.text.replace(label, "It" if is_money else "They", 1)
    said = f"{_shorter(said)} {then}" if then else said
    return Item(lead, said, "relay" if test.name == "answered_in_time" else "pace")


def _shorter(text: str) -> str:
    return f"{text.partition(';')[0]}."


def strongest(signals: tuple[Test, ...], partial: bool = False, not_read: str = "", months: int = 2) -> Item:
    """Return what stands out beside the scorecard: of this month first, then by money, bad before good.

    What lasts (sources over a year, tracking) is not what a month in progress opens with, and takes two `months` of
    data. `not_read` says what a table that stops early leaves open.
    """
    others = [test for test in signals if test.question != "scorecard"]
    first = min(
        others,
        key=lambda test: (not _of_the_month(test), -abs(test.money), test.direction == "good", test.p),
        default=None,
    )
    if partial and (first is None or not _of_the_month(first)):
        text = "The month’s own measures are read when it is over"
        lasts = "" if first is None else "; a difference that lasts stands below"
        return Item("No signals yet.", f"{text}{lasts}.", first.question if first else "")
    if first is None and not_read:
        return Item("Not everything is read yet.", not_read)
    if first is None:
        return Item("Nothing else stands out.", "No other measure went beyond what chance explains.")
    bad = "One thing to look at." if _of_the_month(first) or months < 2 else "A difference that lasts."
    return Item(bad if first.direction != "good" else "One thing goes unusually well.", first.text, first.question)


def _of_the_month(test: Test) -> bool:
    """Say whether a test is about this month alone, not about a year or three months."""
    return test.question in ("scorecard", "relay")


def findings(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> list[Item]:
    """Return the three findings: what is new this month with its figures, revenue, slack, then what lasts."""
    revenue = revenue_item(month, series, signals)
    slack_is = slack(month.words, series.iloc[-1], teams_of(series), unit_of(month), plan_name(month))
    slacks = [slack_is] if slack_is.lead != NO_SLACK else []  # the headline has said it
    own = sorted((test for test in signals if test.question == "scorecard"), key=lambda test: test.p)
    leads = [test for test in own if test.name.endswith("_leads")]
    rows = score_rows(month, series) if own else pd.DataFrame()
    items = [revenue] if any(test.name == "shared_revenue" for test in own) else []
    for test in own:
        if test.name != "shared_revenue" and test not in leads[1:]:  # both teams' leads are one finding
            then = [_shorter(more.text) for more in leads[1:]] + [item.text for item in slacks]
            then = then if test in leads else []
            items.append(news_item(test, rows, " ".join(then)))
    items += [item for item in (revenue, *(() if leads else slacks)) if item not in items]
    return [*items, _strongest_of(month, signals)][:3]


def _strongest_of(month: MonthData, signals: tuple[Test, ...]) -> Item:
    return strongest(signals, bool(month.partial), unread(month), len(month.known_months))


# The trust line, and the answer


def trust(month: MonthData) -> ItemList:
    """Return what the numbers rest on: leads with a source, checks, changed definitions; each with its section."""
    words, now = month.words, of_month(month.tallies.tracking, month)
    leads, known = now["leads"].sum(), now["source_known"].sum()
    changed = int(definitions_in_force(month)["changed"].sum())
    items = [Item("", f"{words.share(known / leads)} of leads have a source", "tracking")] if leads else []
    items.append(Item("", passed(checks(month), words), "tracking"))
    text = f"{words.count(changed, 'definition')} changed" if changed else "no definition changed"
    items.append(Item("", text, "definitions"))
    return ItemList("trust", "Trust", tuple(items))


def in_one_minute(month: MonthData) -> Answer:
    """Answer "What do I need to know if I read nothing else?"."""
    from . import announcements

    words, series, signals = month.words, monthly(month), announcements(month)
    if not has_no_goal(series):
        first = findings(month, series, signals)
    else:
        first = plain_findings(month) or [revenue_item(month, series, signals)]
        first += [_strongest_of(month, signals)] if signals else []
    return Answer(
        name="in_one_minute",
        title="In one minute",
        asks=ASKS,
        finding="",
        headline=headline(month, series),
        layer="meeting",
        opens=True,
        key_figures=key_figures(month, series),
        lists=(ItemList("findings", "", tuple(first[:3])), trust(month)),
        words=words,
    )
