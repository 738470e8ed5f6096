"""Sources and campaigns: where do profitable clients come from?"""

from __future__ import annotations

import pandas as pd

from ..answer import Answer, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..words import Words
from . import agenda_items
from .cohort import Cohort, cohort_words, judged_cohort, may_judge
from .depth import STAGES, stage_judged, with_cases
from .disagreeing import named_in, whole_money
from .economics import SPEND_MONTHS, cost_differences, economics, proposals, share_differences
from .parts import lacking, news
from .rhythm import is_long
from .sources_tables import campaigns, sources_figure
from .sources_words import describe_sources, notes
from .still_open import expected_table
from .unknown_sources import bounds_table

ASKS = "Where do profitable {clients} come from?"
TO_DECIDE = ("grow", "try", "change")  # options that need a decision; to keep or to watch needs none


def _is_tested(month: MonthData, cohort: Cohort, table: pd.DataFrame) -> bool:
    """Say whether sources were looked at for a signal: in a long rhythm often too few of them can be ranked."""
    enough = not is_long(month) or (~table["hollow"]).sum() > 1
    return bool(cohort.ripe and may_judge(month, cohort) and enough)


def tests(month: MonthData) -> list[Test]:
    """Return one test: the source whose clients fit its part of the spend least, corrected for the choice.

    Without spend: the source whose share won is furthest from that of the others.
    """
    cohort = judged_cohort(month)
    table = economics(month, cohort)
    if not cohort.ripe or table.empty or not may_judge(month, cohort):
        return []
    if month.has("spend"):
        return _cost_test(month, cohort, table)
    return _share_test(month, table[~table["hollow"]])


def _cost_test(month: MonthData, cohort: Cohort, table: pd.DataFrame) -> list[Test]:
    found, words = cost_differences(month, cohort, table), month.words
    if found.empty:
        return []
    row = found.sort_values("p").iloc[0]
    here, others = whole_money(words, row["cost"]), whole_money(words, row["others"])
    span = words.months(row["months"])
    text = f"In leads of {span} a {words.win()} from {row.name} cost {here}, one from the other sources {others}."
    worth = float(abs(row["cost"] - row["others"]) * row["won"] / SPEND_MONTHS)
    return [_test(found, row, row["cost"] > row["others"], text, worth)]


def _share_test(month: MonthData, ranked: pd.DataFrame) -> list[Test]:
    found, words = share_differences(ranked), month.words
    if found.empty:
        return []
    row = found.sort_values("p").iloc[0]
    here, others = words.share(row["share"]), words.share(row["others"])
    text = f"Of the leads from {row.name} {here} {words.won}, of the others {others}."
    return [_test(found, row, row["share"] < row["others"], text)]


def _test(found: pd.DataFrame, row: pd.Series, is_bad: bool, text: str, worth: float = 0.0) -> Test:
    looks = len(found) if len(found) > 2 else 1  # with two sources both tests are one and the same
    p = min(1.0, looks * float(row["p"]))
    name = f"sources: {row.name}"
    return Test(name, "sources_and_campaigns", p, "bad" if is_bad else "good", text, money=worth)


def prompt_for(table: pd.DataFrame, cohort: Cohort, news: tuple[Test, ...], words: Words) -> Prompt | None:
    """Ask what the money of a source that is clearly dearer could do elsewhere; only if it signals."""
    dear = [test for test in news if test.direction == "bad"]
    name = named_in(dear[0]) if dear else ""
    spent = float(table["spend"].get(name, 0.0))
    if not spent > 0:
        return None
    half = f"half of the {words.money_short(spent / len(cohort.months))} a month for {name}"
    return Prompt(f"What would {half} bring in another source, and how would we see it?", rank=2.0)


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the source that is clearly dearer, else the options that stand beside sources."""
    cohort, signals = judged_cohort(month), news(month, "sources_and_campaigns")
    table = economics(month, cohort)
    if table.empty:
        return []
    cost = f"cost per {month.words.client()}"
    if asked := prompt_for(table, cohort, signals, month.words):
        name = signals[0].name.split(": ", 1)[1]
        return [agenda_items.Item(
            f"Money for {name}", "sources_and_campaigns", "source", "marketing", f"{cost}, {name}", asked.rank,
            asked.text,
        )]  # fmt: skip
    options = zip(table.index, proposals(table, month), strict=True)
    named = [f"{name} ({option})" for name, option in options if option in TO_DECIDE]
    if not named or not may_judge(month, cohort):
        return []
    what = f"Options on sources: {month.words.names(named[:3])}"
    return [agenda_items.Item(what, "sources_and_campaigns", "source", "marketing", cost)]


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return what would open the rest of this section."""
    no_spend, map_it = not month.has("spend"), "Map a spend table: date, source, amount."
    costs = ("cost per lead", f"cost per {month.words.client()}", "profit per lead")
    return lacking(
        *((no_spend, what, "The exports hold no spend.", map_it, 1, "Spend") for what in costs),
        (not no_spend and month.playbook.margin_share is None, "profit per lead", "The playbook has no margin_share.",
         "Agree the first-year margin, and write it there.", 1, "Margin"),
    )  # fmt: skip


def sources_and_campaigns(month: MonthData) -> Answer:
    """Answer "Where do profitable clients come from?"."""
    words, cohort = month.words, judged_cohort(month)
    table = with_cases(economics(month, cohort), month, cohort)
    signals = news(month, "sources_and_campaigns")
    finding, judged = describe_sources(table, cohort, signals, month), cohort.ripe and month.has("spend")
    more: list[Table | None] = []
    stage = STAGES.get(stage_judged(month, cohort), "")
    if len(table):
        table["proposal"] = proposals(table, month)
        by_newest, unsourced = expected_table(month, cohort, table.index.tolist()), bounds_table(table, month, stage)
        more = [by_newest, unsourced, campaigns(month, cohort)]
    drawn = len(table) and (table["won"].any() or month.has("spend"))
    return Answer(
        name="sources_and_campaigns",
        title="Sources and campaigns",
        asks=ASKS.format(clients=words.client(2)),
        finding=finding,
        basis=f"{cohort_words(month, cohort)}; by date created" if len(table) else "",
        state="missing" if table.empty else "complete" if judged else "poor",
        reading="signal" if signals else "no signal" if _is_tested(month, cohort, table) else "",
        opens=bool(signals),
        figures=(sources_figure(table, cohort, month),) if drawn else (),
        tables_shown=tuple(one for one in more if one is not None),
        prompt=prompt_for(table, cohort, signals, words),
        notes=notes(table, cohort, month, signals) if len(table) else (),
        missing=missing(month),
        words=words,
    )


