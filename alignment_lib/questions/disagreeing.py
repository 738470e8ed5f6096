"""Two rankings that disagree: the source that is cheap per lead is not always the one that earns."""

from __future__ import annotations

import pandas as pd

from ..signals import Test
from ..words import Words, is_known


def disagreeing_pair(ranked: pd.DataFrame, news: tuple[Test, ...]) -> tuple[pd.Series, pd.Series] | None:
    """Return the source that is cheap per lead and the one that earns more, if the announced source is one of them.

    The partner is the one on which most is spent, so that the sentence speaks of money that could move.
    """
    if not news:
        return None
    name = named_in(news[0])
    if name not in ranked.index or ranked["profit_lead"].isna().any():
        return None
    is_dear = news[0].direction == "bad"
    one, others = ranked.loc[[name]].iloc[0], ranked[(ranked.index != name) & (ranked["spend"] > 0)]
    dearer_lead = (others["cost_lead"] > one["cost_lead"]) == is_dear
    earns_more = (others["profit_lead"] > one["profit_lead"]) == is_dear
    found = others[dearer_lead & earns_more]
    if found.empty:
        return None
    other = found.sort_values("spend", ascending=False).iloc[0]
    return (one, other) if is_dear else (other, one)


def named_in(test: Test) -> str:
    """Return the source that a test of sources is about."""
    return test.name.split(": ", 1)[1]


def describe_pair(cheap: pd.Series, dear: pd.Series, words: Words) -> str:
    """Say that the source that is cheap per lead is not the one that earns most."""
    costs = whole_money(words, cheap["cost_lead"]), whole_money(words, dear["cost_lead"])
    text = f"{cheap.name} costs {costs[0]} a lead and {dear.name} {costs[1]}"
    times = cheap["cost_client"] / dear["cost_client"]
    if abs(times - 1) < 0.1:
        text += f", yet both cost about {whole_money(words, dear['cost_client'])} a {words.win()}"
    elif times > 1:
        text += f", yet a {words.win()} from {cheap.name} costs {_times(words, times)} as much"
    else:
        text += f", and a {words.win()} from {cheap.name} costs {words.share(1 - times)} less"
    earns = f"{dear.name} {_earns(words, dear['profit_lead'])} a lead"
    there = _earns(words, cheap["profit_lead"])
    both = there.startswith("earns")
    against = f"against {there.removeprefix('earns ')}" if both else f"and {cheap.name} {there}"
    return f"{text}. {earns} {against}. Judged by cost per lead alone we would fund the wrong one."


def _earns(words: Words, amount: float) -> str:
    return f"{'loses' if round(amount) < 0 else 'earns'} {whole_money(words, abs(amount))}"


def whole_money(words: Words, amount: float | None) -> str:
    """Return an amount without cents: what a lead costs or earns is not known to the cent."""
    return words.money(round(amount) if is_known(amount) else None)


def _times(words: Words, times: float) -> str:
    return "twice" if 1.95 <= times < 2.05 else f"{words.number(times, 1)} times"
