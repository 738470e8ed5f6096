"""Sources and campaigns as a figure and as tables: cost, share won and gain, with their ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from .. import charts
from ..answer import Column, Figure, Table
from ..month import MonthData
from ..words import Words, is_known, sentence
from .cohort import Cohort, cohort_words, judged_cohort
from .depth import STAGES, stage_judged
from .disagreeing import whole_money
from .economics import AT_SALE, MISSING, economics, kept_months, people_known
from .parts import FEW, dots_alt, draw_dots

SHOWN = 14  # rows of the figure; the table has all
FAR_OFF = 3.0  # times the median: beyond it a cost becomes an arrow with its number


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


def sources_figure(table: pd.DataFrame, cohort: Cohort, month: MonthData) -> Figure:
    """Return the sources side by side in cost and gain, the first of them; the table has all."""
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
