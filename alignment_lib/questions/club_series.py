"""Every location month by month: its share of plan, or of leads that joined; and how far locations lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month
from ..signals import Reading, read_series
from ..stats.shrinkage import Shrunk, shrink_means, shrink_rates
from ..stats.usual_range import Range
from ..words import is_known
from .monthly import due_share, monthly, months_so_far
from .parts import ENOUGH, must_add_up
from .reasons import coverage
from .rhythm import QUARTER, by_quarter, is_long, same_part
from .scorecard_rows import EARLIER

NOWHERE = "(none)"
ALL = "(all)"  # the column of the company
YEAR = 12  # months in which locations are held against each other
LEAST_MONTHS = 3  # of a location, to be held against others
POOLED = 6  # months of a practice


@dataclass(frozen=True)
class Clubs:
    """One measure of all locations: `values` and what they are shares of, `bases`; months x (company, locations).

    `kind` is "plan" (revenue as a share of the agreed plan), "joined" or "reached" (share of the leads handed over, by
    each month's own cut), or "" where nothing can be compared. `single` holds values and bases of single months,
    without the company, where `values` are quarters.
    """

    kind: str
    values: pd.DataFrame
    bases: pd.DataFrame
    rests: str = "deals"  # the table that it is counted from
    single: tuple[pd.DataFrame, pd.DataFrame] | None = None

    @property
    def names(self) -> list[str]:
        """The locations, without the company."""
        return [str(name) for name in self.values.columns if name != ALL]


def locations(month: MonthData) -> list[str]:
    """Return the locations that the page can compare: the playbook's, in its order, and others seen this year."""
    since = str(month.period - (YEAR - 1))
    seen: set[str] = set()
    for name in ("daily", "revenue"):
        rows = month.tallies[name]
        seen |= set(rows.loc[(rows["month"] >= since) & (rows["month"] <= str(month.period)), "location"])
    listed = [name for name in month.playbook_at_end.locations if name in seen]
    return [*listed, *sorted(seen - {NOWHERE, *listed})]


@once
def clubs(month: MonthData) -> Clubs:
    """Lay each location's months side by side, the company first.

    Answers: where does it differ?

    Notes
    -----
    Date basis: revenue by the playbook's month, without renewals and expansion, against agreed plans only: a draft is
    made of these months. Rates: the month in which the reply clock started, at its own cut. A location has no values
    before its first lead or deal. The plan of a month in progress is what was due by its last day. With a rhythm above
    31 days revenue and plan are those of the quarter, beside earlier quarters up to the same month: sums that share
    months would hold a region against itself.
    """
    names = locations(month)
    back = (EARLIER + 1) * (QUARTER if is_long(month) else 1)
    months = [str(m) for m in months_so_far(month)][-back:]
    planned = _planned(month, names, months)
    if planned.loc[str(month.period)].notna().sum() > 1:
        return _attained(month, names, planned)
    relay = month.tallies.relay
    for kind, needs in (("joined", "deals"), ("reached", "activities")):
        if month.knows(needs, "leads") and relay[kind].any():
            return _rates(relay, kind, needs, names, months)
    return Clubs("", pd.DataFrame(index=months), pd.DataFrame(index=months))


def _planned(month: MonthData, names: list[str], months: list[str]) -> pd.DataFrame:
    agreed = [m for m in months if not month.plan.is_draft(m, "revenue")]
    plans = {name: pd.Series({m: month.plan.revenue(m, name) for m in agreed}, dtype=float) for name in names}
    return pd.DataFrame(plans, columns=names).reindex(months)


def _attained(month: MonthData, names: list[str], planned: pd.DataFrame) -> Clubs:
    sold = month.tallies.revenue
    sold = sold[~sold["type"].isin(["renewal", "expansion"])]
    table = sold.pivot_table(index="month", columns="location", values="revenue", aggfunc="sum")
    table = table.reindex(planned.index).fillna(0.0)
    series = monthly(month).reindex(planned.index)
    company = series["revenue"].iloc[-1]
    known, single = series["revenue"].notna(), None
    if is_long(month):
        single = _shares(month, table, planned, known)
        table, planned = (frame.apply(lambda column: by_quarter(month, column)) for frame in (table, planned))
    if is_known(company):
        must_add_up(float(table.iloc[-1].sum()), float(company), "revenue by location")
    values, goals = _shares(month, table, planned, known)
    values.insert(0, ALL, series["revenue_attained"])
    goals.insert(0, ALL, goals.sum(axis=1, min_count=1))
    if anew := month.settings.rebased_on("shared_revenue"):
        values = values.where(values.index >= str(Month.of(anew)))
    return Clubs("plan", same_part(month, values), same_part(month, goals), single=single)


def _shares(
    month: MonthData, sold: pd.DataFrame, planned: pd.DataFrame, known: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return revenue as a share of the plan of each location from its first lead or deal on, and the plan."""
    goals = planned.where(planned > 0)
    goals.loc[str(month.period)] *= due_share(month, "deals")
    values = (sold.reindex(columns=goals.columns, fill_value=0.0) / goals).where(known, axis=0)
    for name in values.columns:
        values.loc[values.index < first_seen(month, str(name)), name] = np.nan
    return values, goals


def _rates(relay: pd.DataFrame, kind: str, rests: str, names: list[str], months: list[str]) -> Clubs:
    part, whole = (
        relay.pivot_table(index="month", columns="location", values=name, aggfunc="sum").reindex(months).fillna(0.0)
        for name in (kind, "handed_over")
    )
    frames = []
    for table in (part, whole):
        own = table.reindex(columns=names, fill_value=0.0)
        own.insert(0, ALL, table.sum(axis=1))
        frames.append(own)
    bases = frames[1].where(frames[1] > 0)
    return Clubs(kind, frames[0] / bases, bases, rests)


def first_seen(month: MonthData, name: str) -> str:
    """Return the first month with a lead or a deal of a location; later than any if there is none."""
    tables = (month.tallies.daily, month.tallies.revenue)
    seen = [rows.loc[rows["location"] == name, "month"] for rows in tables]
    return min((str(own.min()) for own in seen if len(own)), default="9999")


def read_clubs(month: MonthData, found: Clubs) -> dict[str, tuple[Reading | None, Range | None]]:
    """Read the month of the company and each location against its own earlier months; None while it is not whole."""
    read: dict[str, tuple[Reading | None, Range | None]] = {}
    for name, values in found.values.items():
        most = None if found.kind == "plan" else 1.0
        reading, usual = read_series(values.iloc[:-1].tolist(), float(values.iloc[-1]), most)
        read[str(name)] = (None if month.stops(found.rests) else reading, usual)
    return read


def lasting(found: Clubs) -> pd.DataFrame:
    """Hold the locations against each other over a year, with the luck of small numbers taken out.

    Answers: is a location really apart from the others, or is it only small?

    Returns
    -------
    pandas.DataFrame
        Indexed by location: `value`, `low`, `high` (in the unit of the measure, 95% range), `weight` (0 to 1: how much
        of it is the location's own). Empty with fewer than two locations of three months.

    Notes
    -----
    Empirical Bayes. Attainment: each month as a difference to the company's, because what moves all says nothing about
    one, and weighted with the plan, because a small plan scatters more; the company's mean is added again. Rates:
    leads of the year pooled.
    """
    values, bases = (frame.tail(YEAR) for frame in found.single or (found.values, found.bases))
    names = [name for name in found.names if (values[name] * bases[name]).notna().sum() >= LEAST_MONTHS]
    columns = ["value", "low", "high", "weight"]
    if len(names) < 2:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="location"))
    known = values[names].notna() & bases[names].notna()
    weights = bases[names].where(known)
    if found.kind != "plan":
        n = weights.sum().to_numpy()
        shrunk = shrink_rates((values[names] * weights).sum().round().to_numpy(), n)
        return _framed(shrunk, names, 0.0)
    together = (values[names] * weights).sum(axis=1) / weights.sum(axis=1)
    apart = values[names].where(known).sub(together, axis=0)
    weights = weights / weights.stack().mean()
    n, total, squares = ((weights * apart**power).sum().to_numpy() for power in (0, 1, 2))
    mean = float((values[names] * bases[names].where(known)).sum().sum() / bases[names].where(known).sum().sum())
    return _framed(shrink_means(n, total, squares), names, mean)


def _framed(shrunk: Shrunk, names: list[str], mean: float) -> pd.DataFrame:
    columns = {name: getattr(shrunk, name) + mean for name in ("value", "low", "high")}
    return pd.DataFrame({**columns, "weight": shrunk.weight}, index=pd.Index(names, name="location"))


@once
def practices(month: MonthData) -> dict[str, pd.DataFrame]:
    """Count by location what one could show another, over six months: indexed by location, `done` of `cases`.

    Keys are what is done: "answered in time", "reached", "given a source", "fed back". Locations with 20 cases or more.
    """
    since = str(month.period - (POOLED - 1))
    sums = {}
    for name in ("relay", "tracking"):
        rows = month.tallies[name]
        rows = rows[(rows["month"] >= since) & (rows["month"] <= str(month.period)) & (rows["location"] != NOWHERE)]
        sums[name] = rows.groupby("location").sum(numeric_only=True)
    relay, tracking = sums["relay"], sums["tracking"]
    back = coverage(month)[1].drop(index=NOWHERE, errors="ignore")
    efforts, told = month.knows("leads", "activities"), month.knows("leads", "deals")
    found = [
        ("answered in time", efforts, relay["kept"], relay["kept"] + relay["broken"]),
        ("reached", efforts, relay["reached"], relay["handed_over"]),
        ("given a source", month.has("leads.source"), tracking["source_known"], tracking["leads"]),
        ("fed back", told, back["explained"], back["leads"]),
    ]
    tables = {}
    for key, known, done, cases in found:
        table = pd.DataFrame({"done": done, "cases": cases}).astype(int)
        table = table[table["cases"] >= ENOUGH]
        if known and len(table) > 1:
            tables[key] = table
    return tables


@once
def pairs(month: MonthData) -> pd.DataFrame:
    """Pair a strength with a need: where one location does more often what another does less.

    Answers: who can show whom?

    Returns
    -------
    pandas.DataFrame
        One row per practice at most, the one with the most cases to gain first: `practice`, `strong`, `weak`
        (locations), `strong_done`, `strong_cases`, `weak_done`, `weak_cases`.

    Notes
    -----
    Only where the shrunken 95% ranges of the two do not meet, so that the smallest location is neither model nor pupil
    for its size. When all are alike, five locations and four practices give a pair in under 1% of months.
    """
    rows = []
    for practice, table in practices(month).items():
        shrunk = shrink_rates(table["done"].to_numpy(), table["cases"].to_numpy())
        strong, weak = int(np.argmax(shrunk.value)), int(np.argmin(shrunk.value))
        if shrunk.low[strong] > shrunk.high[weak]:
            done, cases = table["done"].tolist(), table["cases"].tolist()
            gain = (shrunk.value[strong] - shrunk.value[weak]) * cases[weak]
            rows.append((practice, str(table.index[strong]), str(table.index[weak]),
                         done[strong], cases[strong], done[weak], cases[weak], gain))  # fmt: skip
    columns = ["practice", "strong", "weak", "strong_done", "strong_cases", "weak_done", "weak_cases", "gain"]
    table = pd.DataFrame(rows, columns=columns).sort_values("gain", ascending=False, ignore_index=True)
    return table.drop(columns="gain")
