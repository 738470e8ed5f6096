"""Lead-score check: does the score tell sales the truth?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..maturity import last_mature_month
from ..month import MonthData
from ..once import once
from ..playbook.parts import Score
from ..signals import Test
from ..stats.calibration import auc, calibration, falls, rises
from ..stats.tests import binomial_p, holm, two_shares_p
from ..words import Words, sentence, small_number
from .agenda_items import Item
from .parts import CHANCE, draw_dots, news, of_month, stopped
from .reference_score import REFERENCE, Comparison, comparison
from .rhythm import ends_quarter

ASKS = "Does the score tell sales the truth?"
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
    bands["said"] = _said(score, rows).reindex(labels)
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


def _said(score: Score, rows: pd.DataFrame) -> pd.Series:
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


def tests(month: MonthData) -> list[Test]:
    """Return one test: the band furthest from what it says, or, if nothing is said, the clearest fall between bands.

    Corrected for looking at all bands.
    """
    if why_not(month)[0]:
        return []
    bands = score_bands(month)
    judged, known = bands[bands["judged"]], bands[bands["n"] > 0]
    p = [1.0]
    if len(judged):
        p += (len(judged) * judged["p"][(judged["said"] - judged["happened"]).abs() >= OFF]).tolist()
    else:
        counts = list(zip(known["k"], known["n"], strict=True))
        looks = [two_shares_p(*one, *other) for one, other in pairwise(counts) if one[0] * other[1] > other[0] * one[1]]
        p += [(len(known) - 1) * look for look in looks]
    return [Test("score", "score_check", min(p), "bad", describe_bands(bands, month))]


def describe_bands(bands: pd.DataFrame, month: MonthData) -> str:
    """Say up to where the score can be taken at its word; where it says no share, whether it ranks the leads."""
    words, score = month.words, month.playbook_at_end.score
    assert score is not None
    if bands["k"].sum() in (0, bands["n"].sum()):
        which = "Not one" if not bands["k"].sum() else "All"
        return f"{which} of the {words.count(bands['n'].sum(), 'lead')} {words.won}, so no score can tell them apart."
    if not bands["said"].notna().any():
        return _describe_ranking(bands, month)
    judged = bands[bands["judged"]]
    if judged.empty:
        return f"No band of the score has the {ENOUGH_LEADS} leads that it takes to hold it against what happened."
    off, unclear = judged[judged["off"] != ""], judged[judged["unclear"]]
    if off.empty and len(unclear):
        return "No band of the score is clearly off from what it says."
    if off.empty:
        some = f"the {small_number(len(judged))} bands with {ENOUGH_LEADS} leads or more"
        bands_named = "all bands" if len(judged) == len(bands) else "the band" if len(judged) == 1 else some
        return f"The score can be taken at its word in {bands_named}."
    worst = off.iloc[int((off["said"] - off["happened"]).abs().argmax())]
    side = str(worst["off"])
    came = f"leads {called(score, str(worst.name))} {words.won} {times(worst['happened'])} times in 100, "
    came += f"not {times(worst['said'])}"
    tail = judged.index[-len(off) :].equals(off.index) and off["off"].nunique() == 1
    if tail and len(off) == len(judged):
        return f"The score promises {side} in every band: {came}."
    if tail:
        start = first_of(score, str(off.index[0]))
        if len(unclear):
            doubt = words.names([called(score, str(band)) for band in unclear.index])
            rest = "; elsewhere it can be taken at its word" if len(judged) > len(off) + len(unclear) else ""
            return f"From {start} the score promises {side}: {came}. For leads {doubt} it is not clear{rest}."
        until = str(judged.index[-len(off) - 1]) if score.means == "grade" else start
        return f"Up to {until} the score can be taken at its word. From {start} it promises {side}: {came}."
    return f"In {small_number(len(off))} of {small_number(len(judged))} bands the score is off: {came}."


def _describe_ranking(bands: pd.DataFrame, month: MonthData) -> str:
    words, score = month.words, month.playbook_at_end.score
    assert score is not None
    known = bands[bands["n"] > 0]
    down = fallen(known)
    if down:
        lower, upper = down[0]
        shares = f"{words.share(known['happened'][upper])} against {words.share(known['happened'][lower])}"
        above = called(score, upper)
        return f"Leads {above} {words.won} less often than those {called(score, lower)}: {shares}."
    first, last = str(known.index[0]), str(known.index[-1])
    if len(known) == 1:
        return f"All leads are {called(score, first)}, so the score tells none apart."
    span = f"from {words.share(known['happened'][first])} of the leads {called(score, first)} "
    span += f"to {words.share(known['happened'][last])} of those {called(score, last)}"
    rising = "rises with every band" if rises(known) else "rises by and large"
    return f"The share that {words.won} {rising}, {span}."


def fallen(known: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs of neighbouring bands of which the higher one won less often, by more than chance."""
    pairs = falls(pd.DataFrame({"low": known.index, "k": known["k"].to_numpy(), "n": known["n"].to_numpy()}), CHANCE)
    return [(str(lower), str(upper)) for lower, upper in pairs]


def called(score: Score, band: str) -> str:
    """Return "scored 60–75" or "graded B"."""
    return f"graded {band}" if score.means == "grade" else f"scored {band.replace('-', '–')}"


def first_of(score: Score, band: str) -> str:
    """Return where a band begins: "60", or "B"."""
    return band if score.means == "grade" else f"{score.edges[score.labels.index(band)]:g}"


def times(share: float) -> str:
    """Return a share as times in 100."""
    return f"{100 * share:.0f}"


def notes(bands: pd.DataFrame, month: MonthData, compared: Comparison | None) -> tuple[str, ...]:
    """Say how the score ranks, how many leads have one, what was entered only at the sale, and what ours says."""
    words, rows = month.words, scored(month)
    score = month.playbook_at_end.score
    assert score is not None
    said, known = [], bands[bands["n"] > 0]
    if bands["said"].notna().any():
        down = [f"{called(score, above)} {words.won} less often than those {called(score, below)}"
                for below, above in fallen(known)]  # fmt: skip
        order = f"Each band {words.won} more often than the one below."
        if not rises(known):
            order = f"Leads {words.names(down)}." if down else f"{order[:-1]}, but for what chance can do."
        said.append(order)
    place = rows["band"].map({label: 1000.0 * n for n, label in enumerate(ascending(score))}) + rows["step"]
    area = auc(place.to_numpy(dtype=float), rows["leads"].to_numpy(), rows["won"].to_numpy())
    if area is not None and compared is None:
        span = words.span(area.low, area.high)
        said.append(f"Of two leads, one that {words.won} and one that did not, the score puts the right one first in "
                    f"{words.share(area.value)} of cases ({span}).")  # fmt: skip
    now = of_month(month.tallies.scores, month)
    every, outside = int(now["leads"].sum()), int(now.loc[now["band"] == "(outside)", "leads"].sum())
    covered = int(now.loc[~now["band"].isin(["(none)", "(outside)"]), "leads"].sum())
    if every:
        share, of = words.share(covered / every), f"{words.number(covered)} of {words.number(every)}"
        said.append(f"In {month.period.name} {share} of leads carried a score at hand-over ({of}).")
    if outside:
        said.append(f"{words.count(outside, 'lead')} of {month.period.name} had a score that lies in no agreed band.")
    if at_sale := int(rows["entered_at_sale"].sum()):
        entered = f"{words.count(at_sale, 'lead')} {'was' if at_sale == 1 else 'were'} entered only at the sale"
        said.append(f"{entered}: in their bands the share is an upper bound.")
    return (*said, *(compared.says if compared else ()))


def from_where(bands: pd.DataFrame, score: Score, words: Words) -> str:
    """Return where the score is off: " from 60 on" if all higher bands are, too, else its bands; "" where none is."""
    judged = bands[bands["judged"]]
    off = judged.index[judged["off"] != ""].astype(str)
    if not len(off):
        return ""
    if judged.index[-len(off) :].equals(off):
        return f" from {first_of(score, off[0])} on"
    kind = "grade" if score.means == "grade" else "band"
    names = list(off) if score.means == "grade" else [name.replace("-", "–") for name in off]
    return f" in {kind}{'s' if len(off) > 1 else ''} {words.names(names)}"


def prompt_for(bands: pd.DataFrame, month: MonthData, signals: tuple[Test, ...]) -> Prompt | None:
    """Ask what is done with a score that is off, and who signs; only if the page announces it."""
    score = month.playbook_at_end.score
    if not signals or score is None:
        return None
    above = f"the score{from_where(bands, score, month.words)}"
    return Prompt(f"What do we do with {above}: fit it anew, keep it, or change the bands, and who signs?", rank=1.0)


def agenda(month: MonthData) -> list[Item]:
    """Bring the score that is off, or that does not rank, if the page announces it."""
    signals, score = news(month, "score_check"), month.playbook_at_end.score
    if not signals or score is None:
        return []
    bands = score_bands(month)
    asked, where = prompt_for(bands, month, signals), from_where(bands, score, month.words)
    if asked is None:
        return []
    moves = f"share that {month.words.won}" + (f" against the score{where}" if where else ", by score")
    return [Item(f"What the score means{where}", "score_check", "quarter", moves=moves, rank=asked.rank,
                 asks=asked.text)]  # fmt: skip


def _table(bands: pd.DataFrame, month: MonthData) -> Table:
    words, score = month.words, month.playbook_at_end.score
    assert score is not None
    shown = bands.reset_index()
    ends = zip(bands["low"], bands["high"], bands["n"], strict=True)
    shown["range"] = [words.span(low, high) if n else "" for low, high, n in ends]
    few = (bands["n"] < ENOUGH_LEADS).to_numpy()
    quiet = np.where(bands["unclear"], "not clear", "as said")
    promises = np.where(bands["off"] != "", "promises " + bands["off"], quiet)
    shown["verdict"] = np.where(few, "too few", np.where(bands["judged"], promises, ""))
    shown["band"] = [str(band) if score.means == "grade" else str(band).replace("-", "–") for band in bands.index]
    columns = (
        Column("band", "Grade" if score.means == "grade" else "Score"), Column("n", "Leads", "count"),
        Column("said", "Said", "share"), Column("k", sentence(words.won), "count"),
        Column("happened", "Share", "share"), Column("range", "95% range", "range", muted=True),
        Column("open", "Still open", "count", "neither", muted=True), Column("verdict", "Against what was said"),
    )  # fmt: skip
    says = bands["said"].notna().any()
    kept = tuple(column for column in columns if says or column.key not in ("said", "verdict"))
    title = f"What the score said, and how often leads {words.won}"
    title = title if says else f"How often leads {words.won}, by score"
    return Table("bands", title, kept, shown[[column.key for column in kept]])


def _figure(bands: pd.DataFrame, month: MonthData, finding: str) -> Figure:
    words, table, score = month.words, _table(bands, month), month.playbook_at_end.score
    known = bands[bands["n"] > 0]
    hollow = (known["n"] < ENOUGH_LEADS).tolist()
    span = words.months(pooled_months(month))
    caption = f"Leads created in {span}, {words.won} by {words.date(month.as_of)}; score as stored at hand-over."
    draw: Any
    if known["said"].notna().all():
        names = table.frame.set_axis(bands.index).loc[known.index, "band"]
        columns = [known[name].tolist() for name in ("said", "happened", "low", "high", "n")]
        draw = partial(draw_bands, columns, names.tolist(), (known["off"] != "").tolist(), hollow)
        subtitle = "Line = 95% range, area = leads; diamond = off by 5 points or more, and by more than chance"
        caption += f" Hollow: under {ENOUGH_LEADS} leads."
    else:
        shown = known.iloc[::-1]
        dots = charts.Dots(f"Share that {words.won}", shown["happened"].tolist(), words.share,
                           shown["low"].tolist(), shown["high"].tolist())  # fmt: skip
        names = [called(score, str(band)) for band in shown.index] if score else []
        draw = partial(draw_dots, names, ["joint"] * len(shown), [dots], hollow[::-1])
        subtitle = f"Lines are 95% ranges; hollow = under {ENOUGH_LEADS} leads"
    alt = f"Dot chart of score bands: the share that {words.won} in each. {finding}"
    return Figure("bands", table.title, subtitle, draw, alt, caption, table)


def draw_bands(
    columns: list[list[float]], names: list[str], off: list[bool], hollow: list[bool], width: float
) -> Any:
    """Draw said against happened; on a wide page it leaves room at the right, for the line is the diagonal."""
    right = 14 if charts.is_narrow(width) else 190
    figure, (ax,) = charts.canvas(width, 3.4, left=44, right=right, top=26, bottom=34)
    said, happened, low, high, n = columns
    charts.said_and_happened(ax, said, happened, low, high, [int(one) for one in n], names, off, hollow)
    charts.heading(ax, "Came true")
    ax.set_xlabel("said by the score", fontsize=charts.text_size(ax))
    return figure


def score_check(month: MonthData) -> Answer:
    """Answer "Does the score tell sales the truth?".

    The month's page has this section when it announces that the score is off; its home is the quarter. Without a score
    the last month of a quarter shows what the fields known at hand-over tell.
    """
    why, todo = why_not(month)
    if why:
        told = comparison(month) if todo and month.has("deals") and ends_quarter(month) else None
        finding = f"{why} {told.says[0].removeprefix(f'{REFERENCE}: ')}" if told else why
        return Answer(
            name="score_check", title="Lead-score check", asks=ASKS, finding=finding, shown=told is not None,
            basis="leads by date created" if told else "", state="missing" if todo and not told else "poor",
            tables_shown=(told.table,) if told else (), notes=told.says[1:] if told else (),
            missing=(Missing("Lead-score check.", why, todo, 2),) if todo else (), words=month.words,
        )  # fmt: skip
    bands, signals = score_bands(month), news(month, "score_check")
    finding = describe_bands(bands, month)
    compared = comparison(month) if signals else None
    return Answer(
        name="score_check",
        title="Lead-score check",
        asks=ASKS,
        finding=finding,
        basis="leads by date created",
        state="complete" if bands["judged"].any() else "poor",
        reading="signal" if signals else "no signal",
        opens=bool(signals),
        shown=bool(signals),
        figures=(_figure(bands, month, finding),),
        tables_shown=(compared.table,) if compared else (),
        prompt=prompt_for(bands, month, signals),
        notes=notes(bands, month, compared),
        words=month.words,
    )
