"""How far leads come, source by source: the deepest stage with enough cases, where wins are too few to compare."""

from __future__ import annotations

import pandas as pd

from ..month import MonthData
from ..once import once
from ..stats.tests import two_shares_p
from ..words import small_number
from .cohort import Cohort
from .economics import RANKED_WINS
from .parts import CHANCE, ENOUGH
from .rhythm import is_long
from .so_far import NO_SOURCE

STAGES = {"won": "wins", "dealt": "deals opened", "quality": "quality leads"}  # deepest first


@once
def stage_judged(month: MonthData, cohort: Cohort) -> str:
    """Return the stage short of a win by which sources are judged in a long rhythm: a key of `STAGES`, or nothing."""
    if not is_long(month) or not month.knows("deals") or not cohort.months:
        return ""
    stage, _ = deepest_stage(month, cohort)
    return "" if stage == "won" else stage


def deepest_stage(month: MonthData, cohort: Cohort) -> tuple[str, pd.DataFrame]:
    """Return the deepest stage at which most sources of a cohort have 12 cases, and those sources; "" for none.

    Returns
    -------
    str, pandas.DataFrame
        A key of `STAGES`; one row per source with 12 cases there: `leads`, `cases` and `share`, highest share first.

    Notes
    -----
    Date basis: created, as of the page's date. A lead counts at a stage if it came so far or further; with several
    contacts each lead of a deal does.
    """
    rows = month.tallies.sources[month.tallies.sources["month"].isin(cohort.months)]
    rows = rows[~rows["source"].str.lower().isin(NO_SOURCE)]
    table = rows.groupby("source")[["leads", *STAGES]].sum()
    table = table[table["leads"] >= ENOUGH]
    for stage in STAGES:
        enough = table[table[stage] >= RANKED_WINS]
        if len(enough) > 1 and 2 * len(enough) > len(table):
            found = enough[["leads"]].assign(cases=enough[stage], share=enough[stage] / enough["leads"])
            return stage, found.sort_values("share", ascending=False)
    return "", table.iloc[:0]


def with_cases(table: pd.DataFrame, month: MonthData, cohort: Cohort) -> pd.DataFrame:
    """Add `cases` to a table by source: the leads at the stage by which a long rhythm judges sources, if any."""
    stage, rows = stage_judged(month, cohort), month.tallies.sources
    if not stage:
        return table
    cases = rows[rows["month"].isin(cohort.months)].groupby("source")[stage].sum()
    return table.assign(cases=cases.reindex(table.index, fill_value=0))


def clear_ends(month: MonthData, cohort: Cohort) -> tuple[pd.Series, pd.Series] | None:
    """Return the sources with the highest and the lowest share at the deepest stage, if chance does not make that."""
    _, table = deepest_stage(month, cohort)
    most, least = table.iloc[0], table.iloc[-1]
    p = two_shares_p(int(most["cases"]), int(most["leads"]), int(least["cases"]), int(least["leads"]))
    return (most, least) if p * len(table) * (len(table) - 1) / 2 <= CHANCE else None


def describe_depth(month: MonthData, cohort: Cohort) -> str:
    """Name the stage by which sources are judged in a long rhythm, and those that are apart there; else nothing."""
    stage, words = stage_judged(month, cohort), month.words
    if not stage:
        return ""
    deepest = f"the deepest stage with {small_number(RANKED_WINS)} cases"
    text = f"Most sources have too few {words.win(2)}, and are judged by {STAGES[stage]}, {deepest}."
    ends = clear_ends(month, cohort)
    if ends is None:
        return f"{text} No source is clearly apart there."
    most, least = ends
    leads = f"of the leads of {words.months(cohort.months)} from {most.name} came that far"
    return f"{text} {words.share(most['share'])} {leads}, {words.share(least['share'])} of those from {least.name}."
