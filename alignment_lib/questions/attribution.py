"""Attribution as a range: which channels did the clients come through, whichever way it is counted?"""

from __future__ import annotations

from functools import partial

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test, read_series
from ..stats.credit import NONE_RECORDED
from ..stats.usual_range import p_value
from ..words import Words, sentence
from .agenda_items import Item
from .channel_credit import (
    RULES,
    contradicted,
    credit_of,
    shares_by_month,
    span_of,
    surely_better,
    touched_wins,
)
from .parts import ENOUGH, draw_dots, lacking, news, not_held, revenue_lacks, stopped

ASKS = "Which channels did our {clients} come through?"
OUTSIDE = ("above", "below")


# What it says


def describe_credit(table: pd.DataFrame, months: list[str], words: Words) -> str:
    """Return the finding: the order that holds under every model, and how much of the value has no touch."""
    span, wins = words.months(months) if months else "these months", words.win(2)
    touched, value = touched_wins(table), {str(name): float(part) for name, part in table["first"].items()}
    if not touched:
        return f"No {words.win()} of {span} has a touch recorded, so nobody can say through which channel it came."
    if touched < ENOUGH:
        have = f"{words.count(touched, words.win())} of {span} {'has' if touched == 1 else 'have'} a touch recorded"
        return f"{have}; it takes {ENOUGH} to say which channels they came through."
    better = surely_better(table)
    against, channels = contradicted(table, better), table.drop(index=NONE_RECORDED, errors="ignore")
    top = str(channels.index[0])
    if against:
        text = (
            f"{against[0]} has more credit for {wins} of {span} than {against[1]}, whichever of six ways it is "
            "counted; by the leads’ sources it is the other way round."
        )
    elif all((top, str(other)) in better for other in channels.index[1:]):
        ends = [words.money_short(float(channels[end][top])) for end in ("low", "high")]
        money = "–".join(dict.fromkeys(ends))
        text = f"{top} has the most credit for {wins} of {span}, whichever of six ways it is counted: {money}."
    else:
        text = f"No channel clearly has the most credit for {wins} of {span} in all six ways of counting."
    if not value.get(NONE_RECORDED):
        return text
    none = sentence(words.share(value[NONE_RECORDED] / sum(value.values())))
    return f"{text} {none} of the value won has no touch recorded."


# What it tests


def tests(month: MonthData) -> list[Test]:
    """Return one test: the channel whose share of the credit moved most out of its usual range under all six models.

    p is the largest of the six models', times the number of channels looked at; 1 where not all six read the same way.
    """
    if month.stops("deals") or not month.has("deals") or not month.has("touches"):
        return []
    shares, now = shares_by_month(month), str(month.period)
    channels = [str(name) for name in shares["first"].columns]
    found = []
    for name in channels if now in shares["first"].index else []:
        series = [shares[rule][name] for rule in RULES]
        earlier = [[float(value) for value in one.drop(now)] for one in series]
        kinds = {read_series(before, one[now], most=1.0)[0].kind for before, one in zip(earlier, series, strict=True)}
        ps = [p_value(before, one[now]) for before, one in zip(earlier, series, strict=True)]
        if None not in ps:
            known = [p for p in ps if p is not None]
            found.append((max(known) if len(kinds) == 1 and kinds <= set(OUTSIDE) else 1.0, name))
    if not found:
        return []
    p, name = min(found)
    came = [float(shares[rule][name][now]) for rule in RULES]
    usual = [float(shares[rule][name].drop(now).mean()) for rule in RULES]
    spans = [month.words.span(min(ends), max(ends)) for ends in (came, usual)]
    text = (
        f"In {month.period.name} {name} had {spans[0]} of the credit for {month.words.win(2)} with touches, however it "
        f"is counted; in the {month.words.count(len(shares['first']) - 1, 'month')} before it had {spans[1]}."
    )
    return [Test(f"attribution: {name}", "attribution", min(1.0, len(channels) * p), "neither", text)]


# What it asks, and brings to the agenda


def prompt_for(month: MonthData, signals: tuple[Test, ...]) -> Prompt | None:
    """Ask what is behind a channel's part that moved; only if the page announces it."""
    if not signals:
        return None
    text = f"What changed the part of {channel_of(signals[0])} in {month.words.win(2)}, and what follows for its money?"
    return Prompt(text, rank=0.6)


def channel_of(signal: Test) -> str:
    """Return the channel that a test is about."""
    return signal.name.removeprefix("attribution: ")


def agenda(month: MonthData) -> list[Item]:
    """Bring the channel whose part of the credit moved, if the page announces it."""
    signals, wins = news(month, "attribution"), month.words.win(2)
    asked = prompt_for(month, signals)
    if asked is None:
        return []
    name = channel_of(signals[0])
    what, moves = f"{name}’s part in {wins}", f"share of the credit for {wins}, {name}"
    return [Item(what, "attribution", "quarter", "marketing", moves, asked.rank, asked.text)]


# The figure, and the answer


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as it is printed: whole money, and deals without a touch by their name."""
    shown = table.rename(index={NONE_RECORDED: "No touch recorded"}).rename_axis("name")
    money = [*RULES, "low", "high", "crm"]
    shown[money] = shown[money].round()
    return shown.assign(crm=shown["crm"].where((table["sourced"] > 0).to_numpy() & (table.index != NONE_RECORDED)))


def credit_table(month: MonthData, table: pd.DataFrame, months: list[str]) -> Table:
    """Return every channel by every model, the lowest, the highest, and what its source has in the CRM."""
    columns = (
        Column("name", "Channel"), *(Column(rule, label, "money") for rule, label in RULES.items()),
        Column("low", "Lowest", "money"), Column("high", "Highest", "money"),
        Column("crm", "By source", "money", muted=True),
    )  # fmt: skip
    note = (
        f"Value of {month.words.win(2)} closed in {month.words.months(months)}, shared among touches of the 90 days "
        "before each deal opened. Each way adds up to all of it. "
        "By source = of leads whose source is called like the channel."
    )
    return Table("credit", "Value won, by channel and way of counting", columns, named(table), note)


def _figure(month: MonthData, table: pd.DataFrame, months: list[str], finding: str) -> Figure:
    words, shown = month.words, named(table.drop(index=NONE_RECORDED, errors="ignore"))
    dots = charts.Dots("Value won", shown["linear"].tolist(), words.money_short, shown["low"].tolist(),
                       shown["high"].tolist())  # fmt: skip
    names, hollow = [str(name) for name in shown.index], [touched_wins(table) < ENOUGH] * len(shown)
    return Figure(
        "credit",
        "Value won, by the channels on the way",
        f"{words.months(months)}; line = lowest to highest of six ways of counting, dot = equal parts",
        partial(draw_dots, names, ["joint"] * len(names), [dots], hollow),
        f"Dot chart of channels. {finding}",
        "First, last, equal parts, 40–20–40, recent touches more (half-life seven days), and what would be lost "
        "without the channel. One channel is ahead of another only if it is in all six.",
        credit_table(month, table, months),
    )


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return what would open this section."""
    return lacking(
        (not month.has("touches"), "credit by channel", "The exports hold no marketing touches.",
         "Map a touches table: lead_id, touched_at, channel.", 2, "Marketing touches"),
    )  # fmt: skip


def attribution(month: MonthData) -> Answer:
    """Answer "Which channels did our clients come through?"; the page shows it in a month with a signal."""
    words, months, absent = month.words, span_of(month), missing(month)
    signals = news(month, "attribution")
    table = credit_of(month, months) if months and not absent and month.has("deals") else pd.DataFrame()
    if table.empty or not table["first"].sum() > 0:
        why = "the exports hold no deals" if not month.has("deals") else "nothing won is recorded in these months"
        why = "the exports hold no marketing touches" if absent else why
        finding = f"Which channels {words.client(2)} came through is not known: {why}."
    else:
        finding = describe_credit(table, months, words)
        finding = f"{signals[0].text} {finding}" if signals else finding
    known = len(table) > 0 and touched_wins(table) > 0
    stops, lacks = stopped(month, "deals"), "" if not_held(month) else revenue_lacks(month)
    said = (f"{sentence(stops)}: later closings are not in it." if stops else "",
            f"{sentence(lacks)}: values of the latest closings are what is paid so far." if lacks else "")  # fmt: skip
    return Answer(
        name="attribution",
        title="Attribution as a range",
        asks=ASKS.format(clients=words.client(2)),
        finding=finding,
        basis=f"value won in {words.months(months)}, by closing month" if known else "",
        state="missing" if absent else "poor" if not known or touched_wins(table) < ENOUGH or stops else "complete",
        reading="signal" if signals else "no signal" if known else "",
        opens=bool(signals),
        shown=bool(signals),
        figures=(_figure(month, table, months, finding),) if known else (),
        prompt=prompt_for(month, signals),
        notes=tuple(filter(None, said)) if known else (),
        missing=absent,
        words=words,
    )
