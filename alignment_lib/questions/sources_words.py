"""What sources and campaigns say: where clients cost least or most, and what stands apart in the table."""

from __future__ import annotations

import pandas as pd

from ..month import MonthData
from ..signals import Test
from ..words import Words, sentence
from .cohort import Cohort, may_judge
from .depth import clear_ends, describe_depth
from .disagreeing import describe_pair, disagreeing_pair, named_in, whole_money
from .economics import MISSING, RANKED_WINS, spend_of
from .so_far import describe_so_far, so_far_note
from .still_open import describe_newest
from .unknown_sources import describe_ends, describe_pair_so_far, describe_verdict

RENAMED_MONTHS = 15


def describe_sources(table: pd.DataFrame, cohort: Cohort, news: tuple[Test, ...], month: MonthData) -> str:
    """Return the finding: where the two rankings disagree if that is sure, else what a client cost or came to."""
    words = month.words
    if not table["leads"].sum():
        return "No leads are recorded yet, so no source can be judged."
    if not month.has("deals"):
        known = "What leads cost" if month.has("spend") else "Where leads come from"
        return f"{known} is known, what became of them is not: the exports hold no deals."
    span = words.months(cohort.months)
    if not cohort.ripe:
        return describe_so_far(table, span, words)
    ranked = table[~table["hollow"]]
    if len(ranked) < 2 and (deepest := describe_depth(month, cohort)):
        return deepest
    if ranked.empty:
        return f"No source can be ranked on the leads of {span}: {_why_none(table, words)}."
    if not month.has("spend") or not ranked["spend"].sum() > 0:
        return _describe_shares(ranked, span, news, words)
    pair = disagreeing_pair(ranked, news)
    if pair is not None:
        return describe_pair(*pair, words=words)
    if news:
        return news[0].text
    paid = ranked[ranked["spend"] > 0]
    cost = whole_money(words, paid["spend"].sum() / paid["won"].sum())
    where = "in sources with a cost" if len(paid) > 1 else f"in leads from {paid.index[0]}"
    text = f"A {words.win()} cost {cost} over {span}, {where}."
    if not may_judge(month, cohort):
        return text
    return f"{text} No source is clearly dearer or cheaper than the others." if len(paid) > 1 else text


def _why_none(table: pd.DataFrame, words: Words) -> str:
    few = int((table["won"] < RANKED_WINS).sum())
    if few == len(table):
        return f"none has the {RANKED_WINS} {words.win(2)} that it takes"
    return "the others have no cost that can be compared"


def _describe_shares(ranked: pd.DataFrame, span: str, news: tuple[Test, ...], words: Words) -> str:
    share = ranked["won"].sum() / ranked["leads"].sum()
    text = f"{sentence(words.share(share))} of the leads of {span} {words.won}; what they cost is not recorded."
    return f"{text} {news[0].text}" if news else f"{text} No source is clearly apart from the others."


def notes(
    table: pd.DataFrame, cohort: Cohort, month: MonthData, news: tuple[Test, ...] = ()
) -> tuple[str, ...]:
    """Say what stands apart in the table: new, renamed and unrecorded sources, open leads, spend without a lead."""
    words, book, said = month.words, month.playbook_at_end, []
    if (~table["hollow"]).sum() > 1:  # else it is the finding
        said.append(describe_depth(month, cohort))
    new = table[[name != MISSING and book.team_of(str(name)) is None for name in table.index]]["leads"]
    if len(new):
        most = new.sort_values(ascending=False, kind="stable").head(3)
        listed = words.names([f"{name} ({words.count(leads, 'lead')})" for name, leads in most.items()])
        listed += f" and {words.number(len(new) - 3)} more" if len(new) > 3 else ""
        told = "They are counted, and belong to a team once the playbook names them."
        said.append(f"Not in the list: {listed}. {told}")
    for renamed in book.renamed_sources:
        since, name = renamed.from_, renamed.is_
        if (month.period - RENAMED_MONTHS).start <= since < month.period.end and name in table.index:
            said.append(
                f"{renamed.was} is called {name} since {words.date(since)}; it is one row throughout."
            )
    if not cohort.ripe and not month.has("spend"):
        said.append(so_far_note(month, cohort.months, table["won"].sum()))
    said.append(describe_newest(month, cohort))
    if MISSING in table.index:
        leads = words.count(table["leads"][MISSING], "lead")
        said.append(f"{leads} have no source at all; that is not the same as a source recorded as unknown.")
    if news:
        said.append(describe_verdict(table, named_in(news[0]), news[0].direction == "bad", words))
    elif not cohort.ripe:
        said.append(describe_pair_so_far(table, words))
    elif "cases" in table and (ends := clear_ends(month, cohort)):
        said.append(describe_ends(ends, table, words))
    spend = spend_of(month)
    spend = spend[spend["month"].isin(cohort.months) & ~spend["source"].isin(table.index)]
    if spend["amount"].sum() > 0:
        said.append(f"{words.money(spend['amount'].sum())} went to sources without a lead in these months.")
    return tuple(filter(None, said))
