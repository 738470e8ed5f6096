"""Why deals and leads were lost or won, and how many leads came back with an outcome: the measures of the playback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month
from ..stats.tests import two_shares_p
from .cohort import Cohort, judged_cohort

EARLIER = 6  # months that are pooled
LEAST_EARLIER = 3  # of them with losses, for a usual range
READ_FROM = 30  # decisions this month, and in the months before, from which shares are read
ERRORS = 3  # standard errors on either side
CLEAR = 0.01  # p above which a few cases lie outside by rounding only
MOST = 12  # rows; what nobody agreed on and few gave is one row
NONE, UNRECORDED = "(none)", "No reason recorded"
READ_AS = {"above": "above usual", "below": "below usual", "usual": "usual range", "little": "too little history"}


def reasons_of(month: MonthData, outcome: str = "lost", period: Month | None = None) -> pd.DataFrame:
    """Count the reasons of what was lost (or won) this month, or in an earlier `period`, beside the six months before.

    Answers: what do lost and won leads teach us, and is a reason given more often than it usually is?

    Returns
    -------
    pandas.DataFrame
        Indexed by `reason` as printed, most given first: `listed` (bool: it is on the agreed list, or "no reason
        recorded"), `now` and `earlier` (count), `share` and `usual` (0 to 1), `low` and `high` (usual range: the
        earlier months pooled +- 3 standard errors at this month's number), `p` (Fisher's exact test of this month
        against the earlier ones, two-sided) and `kind` ("above", "below", "usual", "little": too little history, or
        "few": under 30 this month). Empty if nothing was decided in any of the seven months.

    Notes
    -----
    Date basis: the day of decision. A loss is a new deal lost, or a lead lost without one. The range allows for the
    earlier share being counted itself; where so few cases lie outside it that the exact test (1%) does not follow, it
    reaches to them.
    """
    rows, period = month.tallies.reasons, period or month.period
    rows = rows[rows["outcome"] == outcome]
    before = [str(m) for m in (period - 1).back(EARLIER)]
    counts = pd.DataFrame({
        "now": rows[rows["month"] == str(period)].groupby("reason")["decided"].sum(),
        "earlier": rows[rows["month"].isin(before)].groupby("reason")["decided"].sum(),
    }).fillna(0).astype(int)  # fmt: skip
    if counts.empty:
        return _read(counts.assign(listed=False), 0)
    agreed = month.playbook_at_end.reasons
    table = _named(counts, agreed.won if outcome == "won" else agreed.lost)
    return _read(table, rows.loc[rows["month"].isin(before), "month"].nunique())


def months_before(month: MonthData, reason: str, kind: str) -> int:
    """Return in how many months in a row before this one a reason of losses lay above (or below) its usual range then.

    The page of such a month need not have announced it. At most the six that make up this month's usual range.
    """
    for back in range(1, EARLIER + 1):
        then = reasons_of(month, "lost", month.period - back)
        if reason not in then.index or then["kind"][reason] != kind:
            return back - 1
    return EARLIER


def _named(counts: pd.DataFrame, agreed: Sequence[str]) -> pd.DataFrame:
    """Name the rows as the page prints them; every agreed reason has one, the rest is one row from the twelfth on."""
    listed = [*agreed, NONE]
    own = counts.reindex(listed, fill_value=0).assign(listed=True).rename(index={NONE: UNRECORDED})
    others = counts[~counts.index.isin(listed)]
    others = others.loc[others.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    room = max(MOST - len(own), 3)
    if len(others) > room:
        rest = others.iloc[room - 1 :].sum().rename("others").to_frame().T
        others = pd.concat([others.iloc[: room - 1], rest])
    prefix = "Not in the list: " if agreed else ""
    others = others.rename(index=lambda name: f"{prefix}{name}").assign(listed=not agreed)
    table = pd.concat([own, others]).sort_values(["now", "earlier"], ascending=False, kind="stable")
    return table.rename_axis("reason")


def _read(table: pd.DataFrame, months: int) -> pd.DataFrame:
    n, before = int(table["now"].sum()), int(table["earlier"].sum())
    table["share"] = table["now"] / n if n else np.nan
    table["usual"] = table["earlier"] / before if before else np.nan
    readable = n >= READ_FROM and before >= READ_FROM and months >= LEAST_EARLIER
    if not readable:
        kind = "few" if n < READ_FROM else "little"
        return table.assign(low=np.nan, high=np.nan, p=1.0, kind=kind)
    half = ERRORS * np.sqrt(table["usual"] * (1 - table["usual"])) * sqrt(1 / n + 1 / before)
    pairs = zip(table["now"], table["earlier"], strict=True)
    table["p"] = [two_shares_p(int(k), n, int(earlier), before) for k, earlier in pairs]
    unclear = table["p"] > CLEAR
    low, high = (table["usual"] - half).clip(lower=0), (table["usual"] + half).clip(upper=1)
    table["low"] = low.where(~unclear, np.minimum(low, table["share"]))
    table["high"] = high.where(~unclear, np.maximum(high, table["share"]))
    above, below = table["share"] > table["high"], table["share"] < table["low"]
    table["kind"] = np.select([above, below], ["above", "below"], "usual")
    return table


def where_given(month: MonthData, reason: str) -> pd.DataFrame:
    """Count one reason of losses by location, this month and in the six before.

    Indexed by `location`, most losses first: `losses`, `given` (of them with this reason), `losses_before`,
    `given_before`.
    """
    rows = month.tallies.reasons
    rows = rows[rows["outcome"] == "lost"]
    before = [str(m) for m in (month.period - 1).back(EARLIER)]
    spans = {"": rows["month"] == str(month.period), "_before": rows["month"].isin(before)}
    counts = {}
    for end, inside in spans.items():
        counts[f"losses{end}"] = rows[inside].groupby("location")["decided"].sum()
        given = rows[inside & (rows["reason"] == reason)]
        counts[f"given{end}"] = given.groupby("location")["decided"].sum()
    table = pd.DataFrame(counts).fillna(0).astype(int).rename_axis("location")
    return table.sort_values("losses", ascending=False, kind="stable")


@dataclass(frozen=True)
class Coverage:
    """How many leads of a cohort came back: told = with an outcome, explained = and a reason where one is needed."""

    cohort: Cohort
    leads: int
    told: int
    explained: int
    goal: float | None

    @property
    def share(self) -> float:
        """Came back with all that is needed, of every lead; NaN without leads."""
        return self.explained / self.leads if self.leads else float("nan")


@once
def coverage(month: MonthData) -> tuple[Coverage, pd.DataFrame]:
    """Count which leads sales told marketing about: what became of them, and why where they were lost or sent back.

    Answers: does what happens to a lead come back to those who found it?

    Returns
    -------
    Coverage, pandas.DataFrame
        The company's, and the same by location, indexed by `location`, most leads first: `leads`, `told`, `explained`.

    Notes
    -----
    Date basis: created, in the latest three months old enough for an outcome (`judged_cohort`), as of the page's date:
    fresh leads are still worked on. Kept for later (recycled, nurture) is an outcome. Goal: `reasons.feedback_goal`.
    """
    cohort = judged_cohort(month)
    rows = month.tallies.fed_back
    rows = rows[rows["month"].isin(cohort.months)]
    table = rows.groupby("location")[["leads", "told", "explained"]].sum()
    table = table[table["leads"] > 0].sort_values("leads", ascending=False, kind="stable")
    leads, told, explained = (int(table[name].sum()) for name in ("leads", "told", "explained"))
    return Coverage(cohort, leads, told, explained, month.playbook_at_end.reasons.feedback_goal), table
