"""Leads that are still open: what is won so far beside what should be in the end (won and lost compete)."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from ..answer import Column, Table
from ..maturity import COHORTS, MIN_WINS, win_lags
from ..month import MonthData
from ..once import once
from ..period import Month
from ..stats.competing import Expected, expected_final
from ..words import Words
from .cohort import Cohort
from .economics import MISSING
from .parts import ENOUGH

OUTCOMES = ["age", "won", "lost", "running"]


def expected_won(
    rows: pd.DataFrame, months: tuple[str, ...], rng: np.random.Generator, within: float | None = None
) -> Expected | None:
    """Return where the share won of open leads will land, from what became of all leads of twelve months.

    Answers: how many of these leads are won so far, and how many should be in the end? A ratio of one month's wins to
    its leads would punish a growing programme; leaving the undecided out would flatter one.

    Parameters
    ----------
    rows : pandas.DataFrame
        One kind of lead (a source, a band of the score, all): `month` of creation, `age` in days, and the counts
        `won`, `lost` and `running` at that age, as in the tally `outcomes`.
    months : tuple of str
        The months of creation that are asked about.
    within : float, optional
        Count only what is won in so many days from now; None: in the end.

    Returns
    -------
    Expected or None
        Shares of the leads of `months`; None without such leads, or with fewer than 20 wins in the twelve months of
        creation that end with them (those very leads among them, followed as far as they are).

    Notes
    -----
    Date basis: created, as of the page's date.
    """
    if not months:
        return None
    known = [str(m) for m in Month.parse(max(months)).back(COHORTS)]
    followed, asked = rows[rows["month"].isin([*known, *months])], rows[rows["month"].isin(months)]
    if followed["won"].sum() < MIN_WINS or not asked[OUTCOMES[1:]].to_numpy().any():
        return None
    return expected_final(counts_of(followed), counts_of(asked), rng, within=within)


def counts_of(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return age, won, lost and running as the statistic takes them."""
    return tuple(rows[OUTCOMES].to_numpy(float).T)  # type: ignore[return-value]


def draws_for(month: MonthData, what: str) -> np.random.Generator:
    """Return the random numbers of one use in one company's month: the same page has the same ranges."""
    return np.random.default_rng(zlib.crc32(f"{month.company.name} {month.period} {what}".encode()))


@once
def newest_months(month: MonthData, cohort: Cohort) -> tuple[str, ...]:
    """Return the months of creation after the judged ones, up to the page's: too young for a verdict."""
    if not (cohort.ripe and month.knows("leads", "deals")) or win_lags(month.tallies.revenue, month.period).empty:
        return ()
    return tuple(m for m in month.known_months if m > cohort.months[-1])


def expected_table(month: MonthData, cohort: Cohort, order: list[str]) -> Table | None:
    """Return, for the judged leads of each source and for the newest ones, the share won so far and in the end.

    `order` names the sources as they stand in the table beside it. None where nothing is expected.
    """
    newest, rows, words = newest_months(month, cohort), month.tallies.outcomes, month.words
    by_source, lines = dict(list(rows.groupby("source"))), []
    for name in order:
        own, line = by_source.get(name, rows.iloc[:0]), {"name": "Not recorded" if name == MISSING else name}
        for key, months in (("judged", cohort.months), ("newest", newest)):
            found = expected_won(own, months, draws_for(month, f"{name} {key}"))
            counts = own[own["month"].isin(months)][OUTCOMES[1:]].sum()
            line[f"{key}_so_far"] = words.share_of(int(counts["won"]), int(counts.sum())) if found else "–"
            line[f"{key}_expected"] = in_words(found, int(counts.sum()), words)
        lines.append(line)
    frame = pd.DataFrame(lines)
    if frame.empty or not newest or frame["newest_so_far"].eq("–").all():
        return None
    columns = [Column("name", "Source")]
    for key, months in (("judged", cohort.months), ("newest", newest)):
        columns += [Column(f"{key}_so_far", f"{words.months(months)}: so far", "range"),
                    Column(f"{key}_expected", "In the end", "range")]  # fmt: skip
    note = (
        f"Leads by date created, {words.win(2)} to {words.date(month.as_of)}. In the end = with those still open "
        f"{words.won} as often as leads of their age and source in twelve months; in brackets the 95% range. "
        f"– = under {MIN_WINS} {words.win(2)} in these."
    )
    return Table("still_open", "What open leads should come to, by source", tuple(columns), frame, note, folded=True)


def in_words(found: Expected | None, leads: int, words: Words) -> str:
    """Return "24% (22–26%)", or only the range where the leads are too few for a share; "–" if nothing is expected."""
    if found is None:
        return "–"
    span = words.span(found.final.low, found.final.high)
    return f"{words.share(found.final.value)} ({span})" if leads >= ENOUGH else span


def so_far_and_end(found: Expected, leads: int, words: Words) -> str:
    """Return "10% joined so far; in the end it should be 20% (18–22%)"; "none" where nothing is won yet."""
    part = words.share(found.so_far) if found.so_far else "none"
    return f"{part} {words.won} so far; in the end it should be {in_words(found, leads, words)}"


def describe_newest(month: MonthData, cohort: Cohort) -> str:
    """Say what the newest leads are won so far and should be in the end, beside those that are judged; or nothing."""
    newest, rows, words = newest_months(month, cohort), month.tallies.outcomes, month.words
    found = expected_won(rows, newest, draws_for(month, "newest"))
    before = expected_won(rows, cohort.months, draws_for(month, "judged"))
    counts = rows[rows["month"].isin(newest)][OUTCOMES[1:]].sum()
    leads = int(counts.sum())
    if found is None or before is None or leads < ENOUGH:
        return ""
    return (
        f"Of {words.count(leads, 'lead')} of {words.months(newest)} {so_far_and_end(found, leads, words)}, against "
        f"{words.share(before.final.value)} of those of {words.months(cohort.months)}."
    )
