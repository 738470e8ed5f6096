"""The bands of the lead score: what each said at hand-over, and what became of its leads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..maturity import last_mature_month
from ..month import MonthData
from ..once import once
from ..playbook.parts import Score
from ..stats.calibration import calibration
from ..stats.tests import binomial_p, holm
from .parts import CHANCE, stopped

POOLED = 6  # months of leads that are old enough
ENOUGH_LEADS = 30  # in a band, to hold it against what was said
OFF = 0.05  # a difference of less is none


@once
def pooled_months(month: MonthData) -> list[str]:
    """Return the six latest months of creation whose leads are old enough to have an outcome; none if too few won."""
    last = last_mature_month(month.tallies.revenue, month.period)
    first = month.known_months[0] if month.known_months else ""
    return [] if last is None else [str(one) for one in last.back(POOLED) if str(one) >= first]


@once
def score_bands(month: MonthData) -> pd.DataFrame:
    """Compare what the score said at hand-over with what became of the leads, in the playbook's bands.

    Answers: can sales take the score at its word, and from where on not?

    Returns
    -------
    pandas.DataFrame
        One row per band, lowest first, indexed by `band`. Columns: `n` (leads), `k` (clients won), `open` (leads still
        undecided), `said` and `happened` (shares, NaN if nothing is said or without leads), `low`, `high` (95% range),
        `judged` (30 leads or more, and something said), `p` (NaN if not judged), `off` ("too much", "too little", ""),
        `unclear` (would be off if it were the only band looked at).

    Notes
    -----
    Date basis: created, six months pooled, old enough for 98% of wins. Score: the one stored at hand-over. A band is
    off if it is 5 points or more from what was said and chance makes so much in fewer than 5% of cases (exact
    binomial, Holm over the bands).
    """
    score = month.playbook_at_end.score
    assert score is not None
    rows, labels = scored(month), ascending(score)
    place = rows["band"].map({label: float(n) for n, label in enumerate(labels)}).to_numpy(dtype=float)
    ends = range(len(labels) + 1)
    bands = calibration(place, rows["leads"].to_numpy(), rows["won"].to_numpy(), ends).drop(columns=["low", "high"])
    bands = bands.rename(columns={"happened_low": "low", "happened_high": "high"})
    bands.index = pd.Index(labels, name="band")
    bands["said"] = said_by_band(score, rows).reindex(labels)
    bands["open"] = rows.groupby("band")["open"].sum().reindex(labels, fill_value=0)
    bands["judged"] = (bands["n"] >= ENOUGH_LEADS) & bands["said"].notna()
    judged = bands[bands["judged"]]
    p = [binomial_p(k, n, said) for k, n, said in zip(judged["k"], judged["n"], judged["said"], strict=True)]
    bands["p"] = pd.Series(p, index=judged.index, dtype="float64")
    sure = pd.Series(holm(p, CHANCE), index=judged.index, dtype=bool).reindex(labels, fill_value=False)
    apart = bands["said"] - bands["happened"]
    bands["off"] = np.where(sure & (apart.abs() >= OFF), np.where(apart > 0, "too much", "too little"), "")
    bands["unclear"] = (bands["p"] < CHANCE) & (apart.abs() >= OFF) & ~sure
    return bands


def scored(month: MonthData) -> pd.DataFrame:
    """Return the tally of the pooled months' leads whose score lies in a band that the playbook names."""
    rows, score = month.tallies.scores, month.playbook_at_end.score
    labels = score.labels if score else ()
    return rows[rows["month"].isin(pooled_months(month)) & rows["band"].isin(labels)]


def ascending(score: Score) -> list[str]:
    """Return the bands from the lowest to the highest; grades are listed best first."""
    return list(reversed(score.labels)) if score.means == "grade" else list(score.labels)


def said_by_band(score: Score, rows: pd.DataFrame) -> pd.Series:
    """Return the share that each band promises: the agreed one, else the mean of its scores if they are per cent."""
    sums = rows.groupby("band")[["score", "leads"]].sum()
    agreed = pd.Series(score.says, dtype="float64")
    return agreed.combine_first(sums["score"] / sums["leads"] / 100) if score.means == "percent" else agreed


def why_not(month: MonthData) -> tuple[str, str]:
    """Return why there is nothing to check and what to do ("" where only time helps); "" twice if there is."""
    score, words = month.playbook_at_end.score, month.words
    if not (month.has("leads.score") or month.has("leads.grade")):
        return "Leads carry no score.", "Agree the points, write them into the playbook (score:) and export them."
    if score is None:
        return "What the score means is not agreed.", "Write score: with its bands into the playbook."
    if not month.has("leads.grade" if score.means == "grade" else "leads.score"):
        asked = "grades" if score.means == "grade" else "scores"
        return f"The playbook speaks of {asked}, and the exports hold none.", "Map what the playbook means."
    if not month.has("deals"):
        return "The exports hold no deals.", f"Map deals: whether a lead {words.won} is what a score is held against."
    if stop := stopped(month, "deals"):
        return f"The score is not read this month: {stop}.", ""
    if not pooled_months(month):
        return f"Too few {words.win(2)} yet to say which leads are old enough to hold the score against.", ""
    if not scored(month)["leads"].sum():
        return "No lead that is old enough carries a score in the agreed bands.", ""
    return "", ""
