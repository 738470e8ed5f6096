"""What dropped batons are worth: the joins that leads handled as promised would have brought, cell by cell.

A cell is source x grade x location, leads that wait for an answer apart from those that do not. What its batons are
worth never exceeds what the whole cell fell short of: leads x chance as promised - wins.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..answer import Column, Table
from ..month import MonthData
from ..stats.intervals import poisson_rate
from ..tallies import BATONS
from ..words import sentence
from .handled_cells import CELL, LEAST_WINS, cell_words, comparable, judged_words, why_not
from .monthly import whole_numbers
from .parts import of_month, revenue_lacks, seed_of
from .rhythm import is_long, rhythm_days

LEAST_PROMISED = 10  # leads of a cell handled as promised; with fewer nobody can say what was lost
DRAWS = 400
KEY = [*CELL, "waits"]
# Dropped before anybody could tell what would become of the lead; such a lead was not handled as promised. The others
# are known by the result, for a lead that was won is none of them: they stay among those handled as promised, and
# may be worth nothing.
EARLY = BATONS[:4]
NOT_REACHED = BATONS[:5]  # these cost leads reached; the others cost joins of leads reached


@dataclass(frozen=True)
class Worth:
    """What a month's dropped batons are worth by its cut, in money.

    `kinds` is indexed by baton, in order: `leads`, `unsaid` (of these, in cells without 10 leads handled as promised),
    `low`, `mid`, `high` (95% range; low is 0 for kinds that are known by the result only). `places` holds `mid` by
    location. The `mid` of both add up to that of `total` (low, mid, high), `cap` is what the cells with dropped leads
    can support at the mid and at the high end.
    """

    kinds: pd.DataFrame
    places: pd.Series
    total: tuple[float, float, float]
    cap: tuple[float, float]

    @property
    def amounts(self) -> pd.Series:
        """`mid` by baton as printed, in whole money: the parts add up to the whole as it is printed."""
        return pd.Series(whole_numbers(self.kinds["mid"].tolist()), index=self.kinds.index, dtype=float)


def too_early_for_worth(month: MonthData) -> list[str]:
    """Say that nobody can value dropped batons yet where wins take longer than a month and too few leads are as old."""
    dropped = of_month(month.tallies.batons, month)["leads"].sum()
    if not is_long(month) or not dropped:
        return []
    days, wins = month.words.number(rhythm_days(month)), month.words.win(2)
    why = f"most {wins} take up to {days} days, and too few are known of leads that old"
    return [f"What dropped batons are worth is not known yet: {why}."]


def worth_of(month: MonthData) -> Worth | None:
    """Value the dropped batons of the judged months; None where none was dropped, or replies or wins cannot be judged.

    Notes
    -----
    Date basis: the month in which the reply clock started, wins and their value by its own cut, in a long rhythm so
    many days after its end; chances are those of the up to twelve months before at the same age.
    """
    rows = comparable(month)
    now = rows["judged"]
    if why_not(month) or revenue_lacks(month):
        return None
    if not (rows.loc[now, "baton"] != "").any() or rows.loc[~now, "won"].sum() < LEAST_WINS:
        return None
    return baton_worth(rows[~now], rows[now], np.random.default_rng([seed_of(month), 1]))


def baton_worth(before: pd.DataFrame, now: pd.DataFrame, rng: np.random.Generator) -> Worth:
    """Value dropped batons: leads x (chance as promised - chance as handled) x value, capped by cell.

    Answers: what did the leads that were dropped cost, at most as much as their cells fell short?

    Parameters
    ----------
    before, now : pandas.DataFrame
        Rows of the tally `cells`, of the months before and of the month.
    rng : numpy.random.Generator
        Draws chances (beta), how much of them a kind keeps (gamma) and the value of a win (normal) for the range.

    Notes
    -----
    Chance as promised: share won in the cell. Chance as handled: that times what a kind of baton keeps of it, won
    against expected over all months and cells, for a cell has too few of a kind to tell. The cap is
    leads x chance as promised - wins: as counted for low and mid; for high at the upper end of the chance and the lower
    end of the wins (95%), for a cell of few leads that happened to win supports nothing, whatever was dropped.
    """
    before, now = (frame.assign(waits=frame["handling"] != "no promise") for frame in (before, now))
    year = pd.concat([before, now])
    cells = year.groupby(KEY).size().index
    promised = before[~before["waits"] | ((before["handling"] == "in time") & ~before["baton"].isin(EARLY))]
    n, k = (_by_cell(promised, column, cells) for column in ("leads", "won"))
    known = n >= LEAST_PROMISED
    chance = np.vstack([k / np.maximum(n, 1), rng.beta(k + 0.5, n - k + 0.5, (DRAWS, len(n)))]) * known
    leads, won = (_by_kind(year, column, cells) for column in ("leads", "won"))
    keeps = _kept_of_a_chance(chance, leads, won[known], rng)
    dropped = _by_kind(now, "leads", cells)
    here = np.flatnonzero(dropped.sum(axis=1))
    came, won = (_by_cell(now, column, cells)[here] for column in ("leads", "won"))
    fewest = np.array([poisson_rate(count)[0] for count in won])  # that the cell may stand for, its luck aside
    cap = np.maximum(chance[:, here] * came - won, 0.0)
    most_cap = np.maximum(np.percentile(chance[1:, here], 97.5, axis=0) * came - fewest, cap)
    value = _value_of_a_win(before, rng)
    asked = value[:, None, None] * chance[:, here, None] * dropped[here] * (1 - keeps)[:, None, :]
    money, without_luck = (_at_most(asked, value[:, None] * one) for one in (cap, most_cap))
    unsaid, places = dropped[~known].sum(axis=0), cells.get_level_values("location")[here]
    by_kind, early = money.sum(axis=1), np.isin(BATONS, EARLY)
    low, mid, high = _three(by_kind, without_luck.sum(axis=1))
    kinds = pd.DataFrame({
        "leads": dropped.sum(axis=0).astype(int), "unsaid": unsaid.astype(int),
        "low": np.where(early, low, 0.0), "mid": mid, "high": high,
    }, index=pd.Index(BATONS, name="baton"))  # fmt: skip
    least, _, _ = _three(by_kind[:, early].sum(axis=1))
    _, whole, most = _three(by_kind.sum(axis=1), without_luck.sum(axis=(1, 2)))
    return Worth(
        kinds[kinds["leads"] > 0],
        pd.Series(money[0].sum(axis=1)).groupby(places).sum(),
        (float(least), float(whole), float(most)),
        (float(cap[0].sum() * value[0]), float(most_cap[0].sum() * np.percentile(value, 97.5))),
    )


def _kept_of_a_chance(
    chance: np.ndarray, leads: np.ndarray, won: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return how much of the chance as promised each kind of baton keeps (0 to 1), won against expected, and draws."""
    counted = won.sum(axis=0)
    drawn = np.vstack([counted, rng.gamma(counted + 0.5, size=(DRAWS, len(counted)))])
    expected = chance @ leads
    return np.divide(drawn, expected, out=np.ones_like(drawn), where=expected > 0).clip(0, 1)


def _by_cell(frame: pd.DataFrame, column: str, cells: pd.Index) -> np.ndarray:
    return frame.groupby(KEY)[column].sum().reindex(cells, fill_value=0).to_numpy(float)


def _by_kind(frame: pd.DataFrame, column: str, cells: pd.Index) -> np.ndarray:
    sums = frame.groupby([*KEY, "baton"])[column].sum().unstack("baton")
    return sums.reindex(index=cells, columns=list(BATONS)).fillna(0).to_numpy(float)


def _value_of_a_win(before: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return the mean value of a win of the months before, and draws around it; a cell has too few for its own."""
    won, value, squared = (float(before[column].sum()) for column in ("won", "value", "value_squared"))
    mean = value / won if won else 0.0
    spread = np.sqrt(max(squared / won - mean**2, 0.0) / won) if won else 0.0
    return np.concatenate([[mean], np.maximum(mean + spread * rng.standard_normal(DRAWS), 0.0)])


def _at_most(asked: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Return amounts (draws x cells x kinds) of which no cell has more than its cap (draws x cells)."""
    whole = asked.sum(axis=2)
    return asked * np.divide(cap, whole, out=np.ones_like(cap), where=whole > cap)[:, :, None]


def _three(draws: np.ndarray, highest: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return low, mid and high of columns whose first row is the value itself and whose others are draws of it.

    `highest` are the draws that the high end is taken from, where it is not the same.
    """
    low = np.percentile(draws[1:], 2.5, axis=0)
    high = np.percentile((draws if highest is None else highest)[1:], 97.5, axis=0)
    return np.minimum(low, draws[0]), draws[0], np.maximum(high, draws[0])


# What the relay says of it


def describe_worth(month: MonthData, worth: Worth, steps: dict[str, str]) -> list[str]:
    """Say what dropped batons are worth, and of which steps of the gap bridge that is a part.

    Parameters
    ----------
    steps : dict of str to str
        What the bridge calls its steps "reached" and "joins"; without "reached" everything is part of "joins", and
        without a bridge there is no other amount to be part of.
    """
    words, (low, mid, high) = month.words, worth.total
    leads, unsaid = (int(worth.kinds[name].sum()) for name in ("leads", "unsaid"))
    batons, wins, until = "Dropped batons", words.win(2), f"by {words.day(month.as_of)}"
    if is_long(month):
        batons += f" in leads of {judged_words(month)}, the latest old enough,"
        until = f"within {words.number(rhythm_days(month))} days"
    if unsaid == leads:
        what = f"What {batons[0].lower()}{batons[1:]} are worth cannot be said"
        return [f"{what}: it takes {LEAST_PROMISED} leads like them, handled as promised."]
    if round(mid) <= 0:
        those = f" of {judged_words(month)}, the latest old enough," if is_long(month) else ""
        brought = f"brought as much {until} as leads like them handled as promised"
        return [f"The leads of dropped batons{those} {brought}."]
    span = words.span(low, high, "money_short") if round(low) else f"from nothing to {words.money_short(high)}"
    about = f"{batons} are worth about {words.money_short(mid)} in {wins} that had not come {until}"
    if is_long(month):
        return [f"{about} ({span}). That is inside the gap bridge as far as it fell due this quarter, not beside it."]
    said = [f"{about}, in leads of all teams ({span})."]
    if not steps:
        return said
    parts = step_parts(worth, steps)
    listed = words.names([f"{words.money_short(amount)} in “{steps[key]}”" for key, amount in parts.items()])
    # A step is held against the plan, which allows for some dropped batons: it can be smaller, or a gain.
    said.append(f"That is inside the gap bridge, not beside it: {listed}, before what the plan allows for.")
    return said


def broken_words(month: MonthData, kinds: Collection[str]) -> str:
    """Say which promise each of these kinds of dropped baton broke, where its name does not tell."""
    reply = month.playbook.reply
    routed = month.words.minutes(reply.routed_within_minutes) if reply and reply.routed_within else "the agreed time"
    tries = reply.then_at_least if reply else None
    times = f"{tries.attempts} tries in {tries.within_days} days" if tries else "the agreed tries"
    said = {
        "not routed": f"nobody’s after {routed}, or of somebody who had left",
        "routed late": f"assigned after {routed}",
        "given up early": f"neither reached nor sent back, under {times}",
        "no-show not rebooked": "no later visit three days on, not sent back",
        "recycled and forgotten": "not tried again when due",
    }
    told = [f"{kind} = {broken}" for kind, broken in said.items() if kind in kinds]
    return f"{sentence('; '.join(told))}." if told else ""


def step_parts(worth: Worth, steps: dict[str, str]) -> dict[str, float]:
    """Return the mid amounts by the step of the bridge that they are part of; together they are the whole."""
    reached = worth.kinds.index.isin(NOT_REACHED) & ("reached" in steps)
    amounts = {key: float(worth.amounts[own].sum()) for key, own in (("reached", reached), ("joins", ~reached))}
    return {key: amount for key, amount in amounts.items() if round(amount) > 0}


def worth_table(month: MonthData, worth: Worth, names: dict[str, str], steps: dict[str, str]) -> Table:
    """Return each kind of dropped baton with its leads, what they are worth, and the step that this is part of."""
    words = month.words
    kinds = worth.kinds.assign(mid=worth.amounts)
    kinds = kinds.rename(index=lambda kind: names.get(str(kind), str(kind).capitalize()))
    said = kinds["unsaid"] < kinds["leads"]
    total = kinds[["leads", "unsaid"]].sum()
    low, _, high = worth.total
    steps = {} if is_long(month) else steps  # its wins fell due over several months
    span = words.span(low, high, "money") if said.any() else "cannot say"
    reached = NOT_REACHED if "reached" in steps else ()
    frame = pd.DataFrame({
        "leads": kinds["leads"], "unsaid": kinds["unsaid"], "worth": kinds["mid"].where(said),
        "range": [words.span(a, b, "money") if ok else "cannot say" for a, b, ok in
                  zip(kinds["low"], kinds["high"], said, strict=True)],
        "step": [steps.get("reached" if kind in reached else "joins", "") for kind in worth.kinds.index],
    })  # fmt: skip
    frame.loc["All"] = [total["leads"], total["unsaid"], frame["worth"].sum(min_count=1), span, ""]
    columns = (
        Column("baton", "Dropped baton"), Column("leads", "Leads", "count"),
        Column("unsaid", "Of these, cannot say", "count", "less", muted=True),
        Column("worth", "Worth", "money", "less"), Column("range", "95% range", "range", muted=True),
        *([Column("step", "Inside the step")] if steps else []),
    )  # fmt: skip
    these = "in these months" if is_long(month) else "this month"
    note = (
        f"Worth = leads × share {words.won} × part lost × mean value of a {words.win()}. Share {words.won}: of leads "
        f"of the same {cell_words(month)} answered in time in the months before; where no reply is due, of all. Part "
        "lost: how far leads dropped like this fell short of that share, all groups and months together. Never more "
        f"than the whole group fell short {these}. Cannot say: groups with under {LEAST_PROMISED} such leads. "
        f"Dropped leads are no random sample; some would not have {words.won} anyhow. "
        "Given up, no-shows and what came back are known by their result, so they may be worth nothing."
    )
    of = f" of {judged_words(month)}" if is_long(month) else ""
    title = f"What dropped batons{of} are worth, leads of all teams"
    return Table("worth", title, columns, frame.rename_axis("baton"), note, folded=True)
