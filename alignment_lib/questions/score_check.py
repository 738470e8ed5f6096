"""Lead-score check: does the score tell sales the truth?"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..stats.tests import two_shares_p
from ..words import sentence
from .agenda_items import Item
from .parts import draw_dots, news
from .reference_score import REFERENCE, comparison
from .rhythm import ends_quarter
from .score_bands import ENOUGH_LEADS, OFF, pooled_months, score_bands, why_not
from .score_so_far import describe_newest, expected_by_band
from .score_words import called, describe_bands, from_where, notes

ASKS = "Does the score tell sales the truth?"


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
    tables = compared.table if compared else None, expected_by_band(bands, month)
    newest = describe_newest(bands, month)
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
        tables_shown=tuple(table for table in tables if table is not None),
        prompt=prompt_for(bands, month, signals),
        notes=(newest, *notes(bands, month, compared)) if newest else notes(bands, month, compared),
        words=month.words,
    )
