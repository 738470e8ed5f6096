"""Leads due a reply by cell (source x grade x location) and handling: this month beside the twelve months before.

All months are seen at their own cut, so at the same age; a reply that may still come in time is left out. Where wins
need longer than a month, the latest three months that are old enough stand for the page's (REPORT 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..agreed import CELLS_BEFORE
from ..month import MonthData, last_visible_day
from ..once import once
from ..period import Month
from ..stats.standardise import LikeWithLike, Standardised, like_with_like, standardise
from .parts import seed_of, stopped
from .replies import reply_gap
from .rhythm import is_long, rhythm_days

HANDLED = ("in time", "late", "never")
UNJUDGED = ("running", "not judged")
CELL = ["source", "grade", "location"]
LEAST_WINS = 20  # of the months before, at the same age
SHARE_OF_GAP = 0.6  # of the difference, what a factor must make to be called its main one


@dataclass(frozen=True)
class Handled:
    """Leads and wins of `cells`; `n` and `k` have the shape (2, cells, handlings), the months before first.

    `months` are those before the judged ones, oldest first; `cells` has the columns source, grade and location.
    """

    months: tuple[str, ...]
    cells: pd.DataFrame
    n: np.ndarray
    k: np.ndarray

    @property
    def now(self) -> tuple[int, int]:
        """Leads and wins of the judged months."""
        return int(self.n[1].sum()), int(self.k[1].sum())

    def by(self, column: str) -> pd.DataFrame:
        """Sum leads and wins of both periods by a column of the cells, or by handling.

        Returns
        -------
        pandas.DataFrame
            Indexed by its values: `leads`, `won` (judged), `leads_before`, `won_before`.
        """
        if column == "handling":
            sums, index = [part.sum(axis=1) for part in (self.n, self.k)], pd.Index(HANDLED, name=column)
        else:
            codes, names = pd.factorize(self.cells[column], sort=True)
            member = np.eye(len(names))[codes]
            sums, index = [part.sum(axis=2) @ member for part in (self.n, self.k)], pd.Index(names, name=column)
        (n0, n1), (k0, k1) = sums
        frame = pd.DataFrame({"leads": n1, "won": k1, "leads_before": n0, "won_before": k0}, index=index)
        return frame.astype(int)


@once
def judged_months(month: MonthData) -> tuple[str, ...]:
    """Return the months that are judged: the page's, or in a long rhythm the latest three that are old enough."""
    if not is_long(month):
        return (str(month.period),)
    return tuple(map(str, month.aged_months(rhythm_days(month))))


def judged_words(month: MonthData) -> str:
    """Name the judged months: "October", or "April–June 2026"."""
    return month.words.months(judged_months(month)) if is_long(month) else month.period.name


def why_not(month: MonthData) -> str:
    """Return in one sentence why the judged leads cannot be compared, or nothing if they can."""
    words, settled = month.words, last_visible_day(month.period, month.settings.settle_days.month)
    if (gap := reply_gap(month)) and not (is_long(month) and "activities" in month.ends):
        return gap
    if month.playbook.reply is None:
        return "No reply time is agreed yet, so follow-up cannot be judged."
    if not month.has("deals"):
        return "What became of leads is not known: the exports hold no deals."
    if is_long(month):  # its leads came before a table could stop
        return ""
    if why := stopped(month, "leads", "deals"):
        return f"{month.period.name} is not judged: {why}."
    if month.partial or month.as_of < settled:
        return f"It takes data to {words.day(settled)}, so that {month.period.name} is as old as the months before."
    return ""


def comparable(month: MonthData) -> pd.DataFrame:
    """Return the rows of the tally `cells` of the judged months (`judged`) and of the up to twelve before them.

    Only leads that can be judged. Months before the first one with a win, and that one where it may be recorded in part
    only, are left out.
    """
    rows, judged = month.tallies.cells, judged_months(month)
    rows = rows[~rows["handling"].isin(UNJUDGED) & (rows["month"] <= judged[-1])]
    rows = rows.assign(judged=rows["month"].isin(judged))
    began = rows.loc[rows["won"] > 0, "month"].min()
    began = began if isinstance(began, str) else judged[0]
    whole = rows["judged"] | (rows["month"] > began) | (rows["month"].min() == began)
    return rows[whole & (rows["month"] >= str(Month.parse(judged[0]) - CELLS_BEFORE))]


def cell_words(month: MonthData) -> str:
    """Return what leads of one cell have in common: "source, score third and club"."""
    grade = "grade" if month.has("leads.grade") else "score third" if month.has("leads.score") else ""
    return month.words.names([part for part in ("source", grade, month.words.place()) if part])


def handled_cells(month: MonthData) -> Handled:
    """Lay out the leads due a reply and those won of them, by cell and handling.

    Notes
    -----
    Date basis: the month in which the reply clock started, won and answered by its own cut.
    """
    rows = comparable(month)
    rows = rows[rows["handling"].isin(HANDLED)]
    months = tuple(sorted(set(rows.loc[~rows["judged"], "month"])))
    sums = rows.groupby(["judged", *CELL, "handling"], as_index=False)[["leads", "won"]].sum()
    cells = sums[CELL].drop_duplicates(ignore_index=True)
    n, k = np.zeros((2, 2, len(cells), len(HANDLED)), dtype=int)
    of_cell = pd.MultiIndex.from_frame(cells).get_indexer(pd.MultiIndex.from_frame(sums[CELL]))
    at = sums["judged"].to_numpy(int), of_cell, pd.Index(HANDLED).get_indexer(pd.Index(sums["handling"]))
    n[at], k[at] = sums["leads"], sums["won"]
    return Handled(months, cells, n, k)


def three_factors(month: MonthData, handled: Handled) -> Standardised:
    """Split the difference to the months before into mix, handling and result.

    A cell without cases of a kind borrows from its source and grade, then from its grade, its source, from all
    (`stats.standardise`); drawn again with a seed of company and month.
    """
    cells = handled.cells
    groups = (cells["source"] + "\n" + cells["grade"], cells["grade"], cells["source"])
    nearest = [pd.factorize(group)[0] for group in groups]
    return standardise(handled.n, handled.k, nearest, rng=np.random.default_rng(seed_of(month)))


def in_time_against_others(handled: Handled) -> LikeWithLike:
    """Compare leads answered in time with those answered late or never inside cells, all months together."""
    n, k = handled.n.sum(axis=0), handled.k.sum(axis=0)
    return like_with_like(n[:, 0], k[:, 0], n[:, 1:].sum(axis=1), k[:, 1:].sum(axis=1))


def verdict_of(found: Standardised) -> str:
    """Say what the difference goes with: "mix", "handling", "both", "neither" or "cannot tell".

    A factor counts where its range leaves out nothing, on the side of the difference; it is the main one where it
    makes 60% of it. Mix and handling come first; "neither" is a result that differs inside cells, handled alike.
    """
    enough = SHARE_OF_GAP * abs(found.gap)
    sign = np.sign(found.gap)
    steps = {"mix": found.mix, "handling": found.handling, "neither": found.result}
    clear = {name: sign * step.value for name, step in steps.items()
             if step.excludes_zero and sign * step.value > 0}  # fmt: skip
    main = [name for name, size in clear.items() if size >= enough]
    if {"mix", "handling"} <= set(main):
        return "both"
    if own := [name for name in main if name != "neither"]:
        return own[0]
    if {"mix", "handling"} <= set(clear) and clear["mix"] + clear["handling"] >= enough:
        return "both"
    return "neither" if main else "cannot tell"
