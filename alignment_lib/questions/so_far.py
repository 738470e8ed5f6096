"""How far leads have come where nothing is final yet: by month of creation at one age, and by source to one day."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandas as pd

from .. import charts
from ..answer import Column, Figure, Table
from ..month import MonthData
from ..period import Month
from ..stats.tests import two_shares_p
from ..words import Words, is_known, sentence
from .parts import ENOUGH, draw_dots, share_ranges

MONTHS = 12
NO_SOURCE = ("(missing)", "unknown")  # shown, never ranked: they say who did not write it down
CLEAR = 0.05  # p, corrected for all pairs, under which two sources are called apart


def won_at_one_age(month: MonthData) -> pd.DataFrame:
    """Count what the leads of each month came to by that month's own cut, and to this page's date.

    Answers: do leads become clients faster than before, where no month is final yet?

    Returns
    -------
    pandas.DataFrame
        One row per month of creation, at most twelve, the page's last, from the first month in which a win of any lead
        is recorded: `month`, `leads`, `at_cut` and `so_far` (leads won), `share`, `low`, `high` (won by the cut, 95%
        range) and `share_so_far`. A month of which wins may be recorded in part only is left out.

    Notes
    -----
    Date basis: created. Every month's cut is its end + settle days, so that all have the same age; so far = as_of.
    """
    rows = month.tallies.sources.groupby("month")[["leads", "won_at_cut", "won"]].sum()
    wins = month.tallies.revenue
    began = wins.loc[wins["clients"] > 0, "month"].min()
    after = str(Month.parse(began) + 1) if isinstance(began, str) else "9999"
    began = began if began == min(rows.index, default="") else after
    rows = rows[(rows.index >= began) & (rows.index <= str(month.period)) & (rows["leads"] > 0)]
    if "deals" in month.ends:
        settle = timedelta(days=month.settings.settle_days.month - 1)
        rows = rows.loc[[Month.parse(m).end + settle <= month.ends["deals"] for m in rows.index]]
    rows = rows.tail(MONTHS)
    table = rows.rename(columns={"won_at_cut": "at_cut", "won": "so_far"}).reset_index()
    table["share"] = table["at_cut"] / table["leads"]
    table["low"], table["high"] = share_ranges(table["at_cut"], table["leads"])
    table["share_so_far"] = table["so_far"] / table["leads"]
    return table


def describe_months(month: MonthData, table: pd.DataFrame) -> str:
    """Say how many of the month's leads are won by the page's date, and how many were before at the same age."""
    words = month.words
    if table.empty or table["month"].iloc[-1] != str(month.period) or month.partial:
        return ""
    now, before = table.iloc[-1], table.iloc[:-1]
    of = words.count(now["leads"], "lead")
    day = words.day(month.as_of)
    if now["leads"] < ENOUGH:
        return f"Of {of} created in {month.period.name}, {words.number(now['at_cut'])} {words.won} by {day}."
    text = f"{sentence(words.share(now['share']))} of the {of} created in {month.period.name} {words.won} by {day}"
    before = before[before["leads"] >= ENOUGH].tail(3)
    if before.empty:
        return f"{text}."
    shares = words.names([words.share(share) for share in before["share"]])
    span = words.names([Month.parse(m).name for m in before["month"]])
    return f"{text}; of those of {span} it was {shares} at the same age."


def months_figure(month: MonthData, table: pd.DataFrame, finding: str) -> Figure:
    """Return the share won by month of creation, every month at the same age, as dots with ranges."""
    words, settle = month.words, month.settings.settle_days.month
    newest_first = table.iloc[::-1]
    names = [Month.parse(m).label for m in newest_first["month"]]
    dots = charts.Dots(
        f"Share {words.won}", newest_first["share"].tolist(), words.share,
        newest_first["low"].tolist(), newest_first["high"].tolist(),
    )  # fmt: skip
    columns = (
        Column("name", "Created in"), Column("leads", "Leads", "count"),
        Column("at_cut", f"{words.won.capitalize()} by then", "count"), Column("share", "Share", "share"),
        Column("so_far", "By now", "count"), Column("share_so_far", "Share by now", "share", muted=True),
    )  # fmt: skip
    frame = newest_first.assign(name=names).reset_index(drop=True)
    return Figure(
        "months",
        f"From lead to {words.win()}, by month created",
        f"Share {words.won} by {words.count(settle, 'day')} after the month’s end: every month at the same age",
        partial(draw_dots, names, ["joint"] * len(names), [dots], newest_first["leads"].lt(ENOUGH).tolist()),
        f"Dot chart of months. {finding}",
        f"Leads by date created; lines are 95% ranges; by now = {words.date(month.as_of)}.",
        Table("months", f"From lead to {words.win()}", columns, frame),
    )


def clear_pair(ranked: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """Return the sources whose leads are won most and least often, if chance cannot explain it; else None.

    p of Fisher's exact test, times the number of pairs that could have been looked at.
    """
    if len(ranked) < 2:
        return None
    by_share = ranked.sort_values("won_share", ascending=False)
    most, least = by_share.iloc[0], by_share.iloc[-1]
    pairs = len(ranked) * (len(ranked) - 1) / 2
    p = two_shares_p(int(most["won"]), int(most["leads"]), int(least["won"]), int(least["leads"]))
    return (most, least) if p * pairs <= CLEAR else None


def ranked_so_far(table: pd.DataFrame) -> pd.DataFrame:
    """Return the sources whose shares may be compared to one day: known ones with twenty leads."""
    return table[~table.index.str.lower().isin(NO_SOURCE) & (table["leads"] >= ENOUGH)]


def describe_so_far(table: pd.DataFrame, span: str, words: Words) -> str:
    """Say how many of a young cohort's leads are won so far, and which sources are apart."""
    won, leads = table["won"].sum(), table["leads"].sum()
    if not won:
        return f"No {words.win()} is recorded yet of the {words.count(leads, 'lead')} of {span}."
    if leads < ENOUGH:
        return f"{words.number(won)} of {words.count(leads, 'lead')} of {span} {words.won} so far."
    part = words.share(won / leads) if won / leads >= 0.005 else words.number(won)
    text = f"{part} of the {words.count(leads, 'lead')} of {span} {words.won} so far"
    ranked = ranked_so_far(table)
    pair = clear_pair(ranked)
    if pair is None:
        return f"{text}; no source is clearly apart from the others." if len(ranked) > 1 else f"{text}."
    most, least = pair
    shares = [f"{words.share(one['won_share'])} of those from {one.name}" for one in (most, least)]
    return f"{text}: {words.names(shares)}."


def so_far_note(month: MonthData, months: tuple[str, ...], won: float) -> str:
    """Say to which day young leads are counted, and what that does to sources of unlike months; "" if nobody is won."""
    if not is_known(won) or not won:
        return ""
    words = month.words
    text = f"All sources are counted to {words.day(month.as_of)}; these are not final shares"
    if len(months) < 2:
        return f"{text}."
    first, last = Month.parse(months[0]).name, Month.parse(months[-1]).name
    return f"{text}, and leads of {last} had less time than those of {first}."
