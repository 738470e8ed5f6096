"""The words of the score check: up to where the score can be taken at its word, and how it ranks."""

from __future__ import annotations

import pandas as pd

from ..month import MonthData
from ..playbook.parts import Score
from ..stats.calibration import auc, falls, rises
from ..words import Words, small_number
from .parts import CHANCE, of_month
from .reference_score import Comparison
from .score_bands import ENOUGH_LEADS, ascending, scored


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
