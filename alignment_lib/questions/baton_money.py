"""What dropped batons are worth: the joins that leads handled as promised would have brought, cell by cell.

A cell is source x grade x location, leads that wait for an answer apart from those that do not. What its batons are
worth never exceeds what the whole cell fell short of: leads x chance as promised - wins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..month import MonthData
from ..once import once
from ..stats.intervals import poisson_rate
from ..tallies import BATONS
from .handled_cells import CELL, LEAST_WINS, comparable, why_not
from .monthly import whole_numbers
from .parts import revenue_lacks, seed_of

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
    `low`, `mid`, `high` (95% range; low is 0 for kinds that are known by the result only). `spots` is indexed by
    location and part of the day: `low`, `mid`, `high`, and `reached`, what of `mid` cost leads reached. The `mid` of
    both add up to that of `total` (low, mid, high), `cap` is what the cells with dropped leads can support at the mid
    and at the high end.
    """

    kinds: pd.DataFrame
    spots: pd.DataFrame
    total: tuple[float, float, float]
    cap: tuple[float, float]

    @property
    def amounts(self) -> pd.Series:
        """`mid` by baton as printed, in whole money: the parts add up to the whole as it is printed."""
        return pd.Series(whole_numbers(self.kinds["mid"].tolist()), index=self.kinds.index, dtype=float)

    @property
    def places(self) -> pd.Series:
        """`mid` by location."""
        return self.spots["mid"].groupby(level="location").sum()


@once
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
    unsaid = dropped[~known].sum(axis=0)
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
        _by_spot(now, cells[here], dropped[here], money, without_luck),
        (float(least), float(whole), float(most)),
        (float(cap[0].sum() * value[0]), float(most_cap[0].sum() * np.percentile(value, 97.5))),
    )


def _by_spot(
    now: pd.DataFrame, cells: pd.Index, dropped: np.ndarray, money: np.ndarray, without_luck: np.ndarray
) -> pd.DataFrame:
    """Return what dropped batons are worth by location and part of the day; those of one cell and kind are alike.

    `dropped` counts leads (cells x kinds), `money` and `without_luck` hold the amounts and those of the high end
    (draws x cells x kinds).
    """
    places, rows = cells.get_level_values("location").to_numpy(), []
    for part, own in now.groupby("part"):
        counted = _by_kind(own, "leads", cells)
        share = np.divide(counted, dropped, out=np.zeros_like(dropped), where=dropped > 0)
        for place in dict.fromkeys(places[counted.any(axis=1)]):
            here = places == place
            mine, most = ((amounts[:, here] * share[here]).sum(axis=1) for amounts in (money, without_luck))
            least, _, _ = _three(mine[:, np.isin(BATONS, EARLY)].sum(axis=1))
            _, mid, high = _three(mine.sum(axis=1), most.sum(axis=1))
            rows.append((place, part, least, mid, high, mine[0, np.isin(BATONS, NOT_REACHED)].sum()))
    columns = ["location", "part", "low", "mid", "high", "reached"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:2])


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


