"""Sources and campaigns: where do profitable clients come from?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..period import Month
from ..signals import Test
from ..words import Words, is_known, sentence
from . import agenda_items
from .cohort import Cohort, cohort_words, judged_cohort
from .depth import STAGES, clear_ends, describe_depth, stage_judged, with_cases
from .disagreeing import describe_pair, disagreeing_pair, named_in, whole_money
from .economics import (
    AT_SALE,
    MISSING,
    RANKED_WINS,
    SPEND_MONTHS,
    cost_differences,
    economics,
    kept_months,
    people_known,
    proposals,
    share_differences,
    spend_of,
)
from .parts import FEW, dots_alt, draw_dots, lacking, news
from .rhythm import is_long
from .so_far import describe_so_far, so_far_note
from .still_open import describe_newest, expected_table
from .unknown_sources import bounds_table, describe_ends, describe_pair_so_far, describe_verdict

ASKS = "Where do profitable {clients} come from?"
SHOWN = 14  # rows of the figure; the table has all
TO_DECIDE = ("grow", "try", "change")  # options that need a decision; to keep or to watch needs none
FAR_OFF = 3.0  # times the median: beyond it a cost becomes an arrow with its number
RENAMED_MONTHS = 15


def gain_words(month: MonthData) -> str:
    """Return what a lead brought is called: profit, margin before cost, or revenue where no margin is agreed."""
    if month.playbook.margin_share is None:
        return "Revenue per lead"
    return "Profit per lead" if month.has("spend") else "Margin per lead"


def panels(table: pd.DataFrame, month: MonthData) -> list[charts.Dots]:
    """Choose what the figure shows: both costs and the gain; without spend the share won and the gain."""
    words, money = month.words, partial(whole_money, month.words)

    def dots(
        title: str, name: str, show: Callable[[float], str], ends: str = "", stems: bool = False
    ) -> charts.Dots:
        tells = table["won"] >= FEW if ends == "cost" else table["leads"] >= 0
        low, high = (_known(table[f"{ends}_{end}"].where(tells)) if ends else None for end in ("low", "high"))
        cut = _cut(table[name]) if name.startswith("cost_") else None
        return charts.Dots(title, _known(table[name]), show, low, high, stems, cut)

    if table["spend"].notna().any():
        shown = [dots("Cost per lead", "cost_lead", money, stems=True)]
        if month.has("deals"):
            shown.append(dots(f"Cost per {words.win()}", "cost_client", money, "cost"))
    elif not month.has("deals"):
        shown = [dots("Leads", "leads", words.number, stems=True)]
    else:
        shown = [dots(f"Share {words.won}", "won_share", words.share, "won")]
    if "profit_lead" in shown_columns(table, month):
        shown.append(dots(gain_words(month), "profit_lead", money, stems=True))
    return shown


def shown_columns(table: pd.DataFrame, month: MonthData) -> list[str]:
    """Return the columns that mean something: what a lead brought only where money came and a cost or margin is known.

    Without both, the money of young leads says little but how long ago they were won.
    """
    known = month.has("spend") or month.playbook.margin_share is not None
    gone = set() if table["revenue"].sum() > 0 and known else {"profit_lead"}
    if not month.has("deals"):
        gone |= {"won", "won_share", "won_range", "cost_client", "cost_range", "kept_of", "profit_lead", "proposal"}
    return [name for name in table.columns if name not in gone]


def _known(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]


def _cut(values: pd.Series) -> float | None:
    known = values.dropna()
    limit = FAR_OFF * known.median()
    return float(limit) if len(known) > 2 and 0 < limit < known.max() else None


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
    text = f"{words.share(share)} of the leads of {span} {words.won}; what they cost is not recorded."
    return f"{text} {news[0].text}" if news else f"{text} No source is clearly apart from the others."


def may_judge(month: MonthData, cohort: Cohort) -> bool:
    """Say whether sources may be called dear or cheap: not where leads, deals or spend stop within the cohort."""
    ends = [day for table, day in month.ends.items() if table in ("leads", "deals", "spend")]
    last = max(map(Month.parse, cohort.months), default=month.period)
    return month.has("deals") and all(last.end <= day + timedelta(days=1) for day in ends)


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


def columns(table: pd.DataFrame, month: MonthData, heading: str) -> tuple[Column, ...]:
    """Return the columns that have something to show."""
    words = month.words
    gain = gain_words(month).split(" per ", 1)[0]
    stage = STAGES.get(stage_judged(month, judged_cohort(month)), "")
    every = (
        Column("name", heading), Column("strategy", "Strategy"), Column("leads", "Leads", "count"),
        Column("came_far", sentence(stage), "range"), Column("won", words.win(2).capitalize(), "count"),
        Column("won_share", f"Share {words.won}" if stage else "Share", "share"),
        Column("won_range", "95% range", "range", muted=True), Column("cost_lead", "Cost a lead", "money"),
        Column("cost_client", f"Cost a {words.win()}", "money"), Column("cost_range", "95% range", "range", muted=True),
        Column("kept_of", "Kept 90 days", "range"), Column("profit_lead", f"{gain} a lead", "money"),
        Column("proposal", "Option"),
    )  # fmt: skip
    shown = table.reset_index()
    return tuple(c for c in every if c.key in shown and (shown[c.key].notna() & (shown[c.key] != "")).any())


def printed(table: pd.DataFrame, month: MonthData) -> pd.DataFrame:
    """Return the table with its ranges in words and the unrecorded named."""
    words = month.words
    ends = zip(table["won_low"], table["won_high"], strict=True)
    if "cases" in table:
        counts = zip(table["cases"], table["leads"], strict=True)
        table = table.assign(came_far=[
            words.share_of(k, n) if n >= FEW else f"{words.number(k)} of {words.number(n)}" for k, n in counts
        ])  # fmt: skip
    table = table.assign(won_range=[words.span(low, high) for low, high in ends])
    if month.has("spend"):
        ends = zip(table["cost_low"], table["cost_high"], strict=True)
        ranges = pd.Series([_cost_range(low, high, words) for low, high in ends], index=table.index, dtype=str)
        table["cost_range"] = ranges.where(table["won"] >= FEW, "")  # of one win it says nothing
    kept = [
        "–" if pd.isna(share) else words.share_of(k, n)
        for share, k, n in zip(table["kept_share"], table["kept"], table["kept_judged"], strict=True)
    ]
    table["kept_of"] = kept if table["kept_share"].notna().any() else ""
    money = ["cost_lead", "cost_client", "profit_lead"]
    table[money] = table[money].round()
    return table[shown_columns(table, month)].rename(index={MISSING: "Not recorded"}).rename_axis("name")


def _cost_range(low: float, high: float, words: Words) -> str:
    if is_known(low):
        return words.span(low, high, "money") if is_known(high) else f"from {words.money(low)}"
    return ""


def campaigns(month: MonthData, cohort: Cohort) -> Table | None:
    """Return the campaigns with leads, most first, as a table behind "Show the numbers"."""
    table = economics(month, cohort, by="campaign").sort_values("leads", ascending=False)
    if table.empty:
        return None
    book = month.playbook_at_end
    table.insert(0, "strategy", [book.strategy_of(str(name)) or "Not in the list" for name in table.index])
    table["proposal"] = table["why"]
    shown = printed(table, month)
    note = f"{_caption(month, cohort, table)} A campaign's cost is the spend recorded under its name."
    return Table("campaigns", "Campaigns", columns(shown, month, "Campaign"), shown, note, folded=True)


def _caption(month: MonthData, cohort: Cohort, table: pd.DataFrame) -> str:
    text, share = f"{sentence(cohort_words(month, cohort))}, by date created.", month.playbook.margin_share
    text += " A deal counts once, with its first contact." if month.has("deal_leads") else ""
    margin = f"first-year margin ({month.words.share(share)} of revenue)"
    if not month.has("spend"):
        return text if share is None else f"{text} Margin = {margin}, before cost."
    if share is not None and "profit_lead" in shown_columns(table, month):
        text += f" Profit = {margin} less cost. A row without a cost shows its margin before cost."
    if table["kept_share"].notna().any():
        months = month.words.months(kept_months(month))
        text += f" Kept: {month.words.win(2)} of leads of {months}, 90 days on; – = under 20."
    if people_known(month):
        return f"{text} Costs are media and the time of people."
    return f"{text} Costs are media only; without the time of sales its sources are not ranked."


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
        figures=(_figure(table, cohort, month),) if drawn else (),
        tables_shown=tuple(one for one in more if one is not None),
        prompt=prompt_for(table, cohort, signals, words),
        notes=notes(table, cohort, month, signals) if len(table) else (),
        missing=missing(month),
        words=words,
    )


def _figure(table: pd.DataFrame, cohort: Cohort, month: MonthData) -> Figure:
    rows, shown, caption = table.head(SHOWN), printed(table, month), _caption(month, cohort, table)
    dots = panels(rows, month)
    titles = [one.title if n == 0 else one.title[0].lower() + one.title[1:] for n, one in enumerate(dots)]
    if len(dots) == 1:
        dots = [replace(dots[0], title="")]  # the figure's title says it
    names = ["Not recorded" if name == MISSING else str(name) for name in rows.index]
    circles = "circles marketing-sourced, squares sales-sourced; " if rows["team"].nunique() > 1 else ""
    if (table["why"] == AT_SALE).any():
        caption += " Where leads are entered only at the sale, the share is an upper bound."
    return Figure(
        "sources",
        month.words.names(titles),
        f"{month.words.months(cohort.months)}; {circles}lines are 95% ranges; hollow = not ranked",
        partial(draw_dots, names, rows["team"].tolist(), dots, rows["hollow"].tolist()),
        dots_alt("sources", names, dots, rows["hollow"].tolist()),
        caption,
        Table("sources", "Sources", columns(shown, month, "Source"), shown),
    )
