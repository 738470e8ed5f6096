"""The three findings of the first screen: the month's own news by its money, revenue and slack, then what lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from ..answer import Item
from ..month import MonthData
from ..signals import Reading, Test, mean_needed, months_met
from ..stats.usual_range import Range
from ..words import Words, is_known, sentence
from .gap_bridge import bridge_of
from .monthly import plan_name, to_day
from .parts import revenue_lacks, stopped, unread
from .rhythm import same_part, span_of
from .scorecard_rows import SHOWN, measures, read_measure, score_rows, teams_of
from .scorecard_words import too_early, where_in
from .units import Unit, against, shown, unit_of
from .unknown_sources import unsure_teams

NO_SLACK = "No slack to pick up."
LEADS = ("marketing_leads", "sales_leads")
# Questions whose tests are about a year or three months, not about this month alone.
LASTING = ("sources_and_campaigns", "tracking", "score_check", "client_profile")


def revenue_item(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> Item:
    """Return the first finding: ordinary month or signal, or why that cannot be said."""
    words, now = month.words, series.iloc[-1]
    goal = "draft goal" if now["draft"] else "goal"
    if not is_known(now["revenue"]):
        lead, why = "Revenue is not known.", stopped(month, "deals") or revenue_lacks(month)
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
        attained = same_part(month, series)["revenue_attained"].tail(SHOWN)
        alone, span = not unread(month), span_of(month)
        lead, text = ordinary_or_signal(words, attained, reading, usual, signals, goal, alone, span)
    return Item(lead, text, "scorecard")


def ordinary_or_signal(
    words: Words, attained: pd.Series, reading: Reading, usual: Range | None, signals: tuple[Test, ...] = (),
    goal: str = "goal", alone: bool = True, span: str = "month",
) -> tuple[str, str]:  # fmt: skip
    """Say whether revenue did what it usually does, how often that meets the goal, and what average would.

    `attained` is revenue over goal by month, or by the quarter that is its `span`, this one last. Beside other news, or
    where other measures are not read yet (not `alone`), an ordinary month of revenue is not called an ordinary month.
    """
    if usual is None:
        return "Too early to tell.", too_early(reading, span=span)
    announced = any(test.name == "shared_revenue" for test in signals)
    text = f"{sentence(words.share(attained.iloc[-1]))} of the {goal} is {where_in(words, reading, usual, announced)}."
    if reading.kind in ("above", "below"):
        return (f"Not an ordinary {span}." if announced else "Outside the usual range, not announced."), text
    met, of = months_met(attained, [1.0] * len(attained))
    noun, _, far = span.partition(" ")
    text += f" The {goal} {far and 'to the same month '}was met in {met} of the last {words.count(of, noun)}"
    needed = mean_needed(usual, 1.0) or usual.mean
    if needed > usual.mean:
        text += f"; an average of {words.share(needed)} would meet it nine times in ten"
    alone = alone and not any(map(of_the_month, signals))
    lead = f"An ordinary {span}." if alone else f"Revenue: an ordinary {span}."
    return "Inside the range, but shifted." if reading.is_signal else lead, f"{text}."


def slack_of(month: MonthData, series: pd.DataFrame) -> Item | None:
    """Return who picked up whose slack; None where there was none to pick up."""
    found = slack(month.words, series.iloc[-1], teams_of(series), unit_of(month), plan_name(month))
    if found.lead == NO_SLACK:  # the headline has said it
        return None
    if unsure_teams(month):
        found = replace(found, text=f"{found.text.removesuffix('.')}, as far as sources are known.")
    return found


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
        covered = "" if extra >= missing else f"{shown(words, extra, unit)} of "
        text = (
            f"{sentence(over[0])}-sourced {unit.called} came {shown(words, extra, unit)} over {names[over[0]]}, "
            f"covering {covered}the {shown(words, missing, unit)} by which {short[0]}-sourced {unit.again} "
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


def news(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> list[Item]:
    """Return what this month alone announces: the dearest first, what has no money by how clear it is."""
    bridge, _ = bridge_of(month)
    steps = {} if bridge is None else {str(key): float(v) for key, v in bridge.steps["amount"].items()}
    own = sorted(filter(of_the_month, signals), key=lambda test: (-worth(test, steps), test.p))
    rows = score_rows(month) if any(test.question == "scorecard" for test in own) else pd.DataFrame()
    leads = [test for test in own if test.name in LEADS]
    others = [test for test in own if test.question != "scorecard"]
    items = []
    for test in own:
        if test.name == "shared_revenue":
            items.append(revenue_item(month, series, signals))
        elif test in leads[:1]:  # both teams' leads, and the slack, are one finding
            slack_is = slack_of(month, series)
            then = [_shorter(more.text) for more in leads[1:]] + ([slack_is.text] if slack_is else [])
            items.append(news_item(test, rows, " ".join(then)))
        elif test in others:
            items.append(stands_out(test, others[0] is not test))
        elif test not in leads:
            items.append(news_item(test, rows))
    return items


def worth(test: Test, steps: Mapping[str, float]) -> float:
    """Return the size that ranks a finding: its own money, else its step of the gap bridge, else 0."""
    return abs(test.money or steps.get(test.name.replace("_leads", "_now"), 0.0))


def of_the_month(test: Test) -> bool:
    """Say whether a test is about this month alone, not about a year or three months."""
    return test.question not in LASTING


def stands_out(test: Test, again: bool = False) -> Item:
    """Return news that is no row of the scorecard."""
    lead = "One thing goes unusually well." if test.direction == "good" else "One thing to look at."
    return Item(lead.replace("One", "Another", 1) if again else lead, test.text, test.question)


def what_lasts(signals: tuple[Test, ...], partial: bool = False, not_read: str = "", months: int = 2) -> Item:
    """Return the strongest difference that lasts (sources over a year, tracking): by money, bad before good.

    It is not what a month in progress opens with, and takes two `months` of data. `not_read` says what a table that
    stops early leaves open.
    """
    lasting = [test for test in signals if not of_the_month(test)]
    first = min(lasting, key=lambda test: (-abs(test.money), test.direction == "good", test.p), default=None)
    if partial:
        text = "The month’s own measures are read when it is over"
        lasts = "" if first is None else "; a difference that lasts stands below"
        return Item("No signals yet.", f"{text}{lasts}.", first.question if first else "")
    if first is None and not_read:
        return Item("Not everything is read yet.", not_read)
    if first is None:
        return Item("Nothing else is announced.", "No other measure is clear once all tests of the page are counted.")
    if first.direction == "good" or months < 2:
        return stands_out(first)
    return Item("A difference that lasts.", first.text, first.question)


def what_lasts_of(month: MonthData, signals: tuple[Test, ...]) -> Item:
    """Return what lasts on this month's page."""
    return what_lasts(signals, bool(month.partial), unread(month), len(month.known_months))


def findings(month: MonthData, series: pd.DataFrame, signals: tuple[Test, ...]) -> list[Item]:
    """Return the three findings: what is new this month, the dearest first; revenue and slack; then what lasts.

    A slack that is no news stands only where it takes no announced difference's place.
    """
    items = news(month, series, signals)
    told = {test.name for test in signals}
    if "shared_revenue" not in told:
        items.append(revenue_item(month, series, signals))
    slack_is, lasts = slack_of(month, series), what_lasts_of(month, signals)
    if slack_is and not told & {*LEADS} and len(items) + bool(lasts.link) < 3:
        items.append(slack_is)
    alone = not any(test.question != "scorecard" and of_the_month(test) for test in signals)
    return [*items, *([lasts] if alone or lasts.link else [])][:3]
