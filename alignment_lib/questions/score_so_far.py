"""Leads too young for the score check: what each band won so far, and what it should be in the end."""

from __future__ import annotations

import pandas as pd

from ..answer import Column, Table
from ..maturity import MIN_WINS
from ..month import MonthData
from ..playbook.parts import Score
from ..words import Words
from .cohort import Cohort
from .parts import ENOUGH
from .score_bands import ascending, pooled_months, said_by_band
from .score_words import from_where
from .still_open import OUTCOMES, draws_for, expected_won, in_words, newest_months, so_far_and_end

TITLE = "What open leads should come to, by score"


def newest_scored(month: MonthData) -> tuple[str, ...]:
    """Return the months of creation after those that the score check pools, up to the page's."""
    pooled = pooled_months(month)
    return newest_months(month, Cohort(tuple(pooled), ripe=True)) if pooled else ()


def expected_by_band(bands: pd.DataFrame, month: MonthData) -> Table | None:
    """Return what the score says of the newest leads, beside the share won so far and in the end, band by band.

    Answers: does what the score check found go on, or is it over?

    `bands` are those of `score_bands`. None where no newer lead has a band in which 20 were won in twelve months.
    Date basis: created, as of the page's date; the score is the one stored at hand-over.
    """
    score, newest, words = month.playbook_at_end.score, newest_scored(month), month.words
    assert score is not None
    said, lines = said_by_band(score, _scores(month, newest)), []
    for band in ascending(score):
        own = _outcomes(month, [band])
        found = expected_won(own, newest, draws_for(month, f"score {band}"))
        counts = own.loc[own["month"].isin(newest), OUTCOMES[1:]].sum()
        lines.append({
            "band": band if score.means == "grade" else band.replace("-", "–"),
            "so_far": words.share_of(int(counts["won"]), int(counts.sum())) if counts.sum() else "–",
            "expected": in_words(found, int(counts.sum()), words),
            "said": said.get(band), "happened": bands["happened"].get(band),
        })  # fmt: skip
    frame = pd.DataFrame(lines)
    if frame["expected"].eq("–").all():
        return None
    columns = (
        Column("band", "Grade" if score.means == "grade" else "Score"),
        Column("so_far", f"{words.months(newest)}: so far", "range"), Column("expected", "In the end", "range"),
        Column("said", "Said", "share"),
        Column("happened", f"{words.months(pooled_months(month))}: {words.won}", "share", muted=True),
    )  # fmt: skip
    kept = tuple(column for column in columns if column.key != "said" or said.notna().any())
    note = (
        f"Leads by date created, {words.win(2)} to {words.date(month.as_of)}. In the end = with those still open "
        f"{words.won} as often as leads of their age and band in twelve months; in brackets the 95% range. "
        f"– = no leads, or under {MIN_WINS} {words.win(2)} in these."
    )
    return Table("open_bands", TITLE, kept, frame[[column.key for column in kept]], note, folded=True)


def describe_newest(bands: pd.DataFrame, month: MonthData) -> str:
    """Say where the newest leads are heading, in the bands that are off, else in all; "" where they are too few."""
    score, newest, words = month.playbook_at_end.score, newest_scored(month), month.words
    assert score is not None
    off = bands.index[bands["off"] != ""].tolist() or ascending(score)
    rows, scores = _outcomes(month, off), _scores(month, newest)
    found = expected_won(rows, newest, draws_for(month, "score newest"))
    counts = rows.loc[rows["month"].isin(newest), OUTCOMES[1:]].sum()
    leads = int(counts.sum())
    if found is None or leads < ENOUGH:
        return ""
    which = f"of {words.months(newest)} with a score{from_where(bands, score, words)}"
    against = _against(score, bands.loc[off], scores[scores["band"].isin(off)], words)
    return f"Of {words.count(leads, 'lead')} {which}, {so_far_and_end(found, leads, words)}{against}."


def _against(score: Score, bands: pd.DataFrame, scores: pd.DataFrame, words: Words) -> str:
    """Return what the score says of these leads, if it says something of each band; else what older ones came to."""
    said = said_by_band(score, scores).reindex(scores["band"].unique())
    if len(said) and said.notna().all():
        weights = scores.groupby("band")["leads"].sum()
        return f", and the score says {words.share((said * weights).sum() / weights.sum())}"
    return f", against {words.share(bands['k'].sum() / bands['n'].sum())} of the older ones" if bands["n"].sum() else ""


def _outcomes(month: MonthData, bands: list[str]) -> pd.DataFrame:
    rows = month.tallies.outcomes
    return rows[rows["band"].isin(bands)]


def _scores(month: MonthData, months: tuple[str, ...]) -> pd.DataFrame:
    rows, score = month.tallies.scores, month.playbook_at_end.score
    assert score is not None
    return rows[rows["month"].isin(months) & rows["band"].isin(score.labels)]
