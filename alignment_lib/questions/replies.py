"""How the reply promise was kept, how long leads waited, and where batons were dropped: the measures of the relay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..maturity import expected_share_in, share_in_by_cut, win_lags
from ..month import MonthData, last_visible_day
from ..once import once
from ..period import Month
from ..plan import Rates
from ..signals import read_series
from ..stats.tests import two_shares_p
from ..stats.waiting import kaplan_meier, median_wait, waiting_at
from ..tallies import BATONS
from .monthly import due_share, planned_leads
from .parts import ENOUGH, FEW, TEAMS, of_month, stopped
from .units import lead_unit

EARLIER_MONTHS = 3
KNOWN_ENOUGH = 0.9  # of the answered leads, how many need a time of the reply for the curve
PARTS = {"before 16:00": "before 16:00", "16:00 and later": "after 16:00"}
SHOWN_AT = (5, 15, 60, 120, 480, 1440, 4320)


@dataclass(frozen=True)
class Replies:
    """One team's reply promise in one span of months: leads whose clock has run out or stopped, and those kept."""

    judged: int
    kept: int

    @property
    def share(self) -> float:
        """Answered in time, of those judged (0 to 1); NaN if none."""
        return self.kept / self.judged if self.judged else float("nan")


def replies(month: MonthData, team: str, months: list[str]) -> Replies:
    """Count how the reply promise was kept for one team's leads.

    Notes
    -----
    Date basis: the month in which the reply clock started, each at its own cut. A clock still running is neither
    kept nor broken; leads never answered are broken. Source: `reply` of the playbook.
    """
    relay = month.tallies.relay
    rows = relay[(relay["team"] == team) & relay["month"].isin(months)]
    kept = int(rows["kept"].sum())
    return Replies(kept + int(rows["broken"].sum()), kept)


def earlier_months(month: MonthData) -> list[str]:
    """Return the three months before this one."""
    return [str(m) for m in (month.period - 1).back(EARLIER_MONTHS)]


@once
def reply_times_known(month: MonthData) -> float:
    """Return for which share of this month's answered leads of the promise the time of the reply is known."""
    this = of_month(month.tallies.relay_hours, month)
    waits = of_month(month.tallies.waits, month)
    answered = this["answered"].sum()
    return min(1.0, waits.loc[waits["step"] == "reply", "answered"].sum() / answered) if answered else 1.0


def reply_gap(month: MonthData) -> str:
    """Return in one sentence why this month's replies cannot be judged, or nothing if they can."""
    if not month.has("activities"):
        return "Reply times are not known: the exports hold no sales activities."
    if stops := stopped(month, "activities"):
        return f"Replies of {month.period.name} are not judged: {stops}."
    known = reply_times_known(month)
    if known < KNOWN_ENOUGH:
        return f"The time of the reply is known for {month.words.share(known)} of the leads answered, too few to judge."
    return ""


@once
def conditions(month: MonthData, period: Month | None = None) -> pd.DataFrame:
    """Compare the leads never answered at each location and part of the day with all other covered leads.

    Answers: is there a place and a time of day at which the baton is dropped more often than elsewhere?

    Returns
    -------
    pandas.DataFrame
        One row per location and part with at least 20 covered leads, clearest first: `location`, `part`,
        `covered`, `never`, `rest_covered`, `rest_never`, `p` (Fisher's exact test, two-sided) and `worse` (bool).

    Notes
    -----
    Date basis: the month in which the reply clock started, at its own cut; leads of all teams that the
    promise covers. Part of the day: when the lead was created.
    """
    hours = month.tallies.relay_hours
    hours = hours[(hours["month"] == str(period or month.period)) & hours["part"].isin(PARTS)]
    hours = hours[hours["location"] != "(none)"]
    cells = hours.rename(columns={"never_answered": "never"})
    cells = cells.groupby(["location", "part"], as_index=False)[["covered", "never"]].sum()
    cells["rest_covered"] = cells["covered"].sum() - cells["covered"]
    cells["rest_never"] = cells["never"].sum() - cells["never"]
    cells = cells[(cells["covered"] >= ENOUGH) & (cells["rest_covered"] >= ENOUGH)]
    counts = cells[["never", "covered", "rest_never", "rest_covered"]].to_numpy(dtype=int)
    cells = cells.assign(p=[two_shares_p(*row) for row in counts.tolist()])
    cells["worse"] = cells["never"] * cells["rest_covered"] > cells["rest_never"] * cells["covered"]
    return cells.sort_values("p", ignore_index=True)


def rate_without(month: MonthData, row: pd.Series, now: Replies, teams: tuple[str, ...] = ()) -> Replies:
    """Return replies without those of one location's part of the day; `now` is of `teams`, or of all."""
    hours = of_month(month.tallies.relay_hours, month)
    is_cell = (hours["location"] == row["location"]) & (hours["part"] == row["part"])
    cell = hours[is_cell & (hours["team"].isin(teams) | (not teams))].sum(numeric_only=True)
    return Replies(now.judged - int(cell["covered"]), now.kept - int(cell["kept"]))


def waiting_curves(month: MonthData, months: list[str]) -> dict[str, pd.DataFrame]:
    """Return, for each team with 5 leads that waited, the share still without a first reply by business minutes.

    Notes
    -----
    Date basis: the month in which the reply clock started; leads that the promise covers. Leads never answered
    stay in as still waiting (`stats.waiting.kaplan_meier`).
    """
    waits, counts = month.tallies.waits, waited(month, months)
    rows = waits[(waits["step"] == "reply") & waits["month"].isin(months)]
    return {team: _curve(rows[rows["team"] == team]) for team in TEAMS if counts[team] >= FEW}


def waited(month: MonthData, months: list[str]) -> dict[str, int]:
    """Count each team's leads behind its waiting curve."""
    waits = month.tallies.waits
    rows = waits[(waits["step"] == "reply") & waits["month"].isin(months)]
    return {team: int(rows.loc[rows["team"] == team, ["answered", "running"]].sum().sum()) for team in TEAMS}


def still_waiting(now: dict[str, pd.DataFrame], before: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the curves as a table: one row per wait of `SHOWN_AT`, the share still waiting by team and span."""
    table = pd.DataFrame(index=pd.Index(SHOWN_AT, name="minutes"))
    for team in TEAMS:
        for name, curves in ((team, now), (f"{team}_earlier", before)):
            table[name] = waiting_at(curves[team], SHOWN_AT) if team in curves else np.nan
    return table


def stages_passed(month: MonthData, team: str = "marketing") -> pd.DataFrame:
    """Count one team's leads handed over, answered, reached and joined, beside what the plan asks for.

    Returns
    -------
    pandas.DataFrame
        Four rows indexed by `stage`: `leads`, `in_time` (of the answered), `plan` (NaN where none is agreed).

    Notes
    -----
    Date basis: the month in which the reply clock started, at its own cut. Where the plan is agreed for quality
    leads, the others are taken as they came, so that bar and plan differ by quality leads only. The plan of the
    answered is the agreed share of the leads that the promise covers; the plan of the joined is what should be in
    at this age, as mature months had it by their own cut.
    """
    relay = of_month(month.tallies.relay, month)
    sums = relay[relay["team"] == team].drop(columns=["month", "team", "location"]).sum().astype(float)
    owed = planned_leads(month, str(month.period), team)
    planned = float("nan") if owed is None else owed * due_share(month, "leads")
    rates = month.plan.rates(month.period, team) or Rates()
    other, other_reached, other_joined = 0.0, 0.0, 0.0
    if lead_unit(month).column == "quality":
        other = sums["handed_over"] - sums["quality"]
        other_reached = sums["reached"] - sums["quality_reached"]
        other_joined = sums["joined"] - sums["quality_joined"]
    reached = _product(planned, rates.reached_share) + other_reached
    if rates.draft:  # drafted from all leads handed over in earlier months, not from the plan's unit
        drafted = _product(sums["handed_over"], rates.reached_share)
        reached = float("nan") if month.partial else drafted  # a month in progress is younger than those were
    share_in = joins_in_by_now(month)
    reply = month.playbook.reply
    result = pd.DataFrame(
        {
            "stage": ["Handed over", "Answered", "Reached", f"{month.words.won.capitalize()} so far"],
            "leads": sums[["handed_over", "answered", "reached", "joined"]].astype(int).to_numpy(),
            "in_time": [np.nan, sums["kept"], np.nan, np.nan],
            "plan": [
                planned + other,
                _product(sums["kept"] + sums["broken"], reply.goal if reply else None),
                reached,
                _product(planned, rates.reached_share, rates.joins_per_reached, share_in) + other_joined,
            ],
        }
    )
    result["plan"] = result["plan"].round()
    return result.set_index("stage")


def joins_in_by_now(month: MonthData) -> float | None:
    """Return which share of the month's eventual joins should be in: by its cut, or by the day its data stop."""
    if month.as_of >= last_visible_day(month.period, month.settings.settle_days.month):
        return share_in_by_cut(month.tallies.revenue, month.tallies.sources, month.period)
    return expected_share_in(month.period, month.as_of, win_lags(month.tallies.revenue, month.period))


def _product(*factors: float | None) -> float:
    return float(np.prod([np.nan if factor is None else factor for factor in factors]))


def by_location(month: MonthData, team: str = "marketing") -> pd.DataFrame:
    """Lay waiting and dropped batons of one team's leads side by side, location by location.

    Returns
    -------
    pandas.DataFrame
        Indexed by `location`, most dropped first, `handed_over`, `covered` (due a reply), `judged` (of these, clock
        stopped or run out), `in_time` (share of the judged), `routing` and `reply` (median business minutes of the
        covered; NaN if more than half wait on), `never` (no reply logged, of the judged), `dropped` (leads with a
        broken promise, of all). Shares and medians of under 5 leads are NaN.
    """
    frames = (month.tallies.relay, month.tallies.waits, month.tallies.batons)
    relay, waits, batons = (of_month(frame[frame["team"] == team], month) for frame in frames)
    rows = relay.groupby("location")[["handed_over", "covered", "kept", "broken", "never_answered"]].sum()
    result = rows[["handed_over", "covered"]].assign(judged=rows["kept"] + rows["broken"])
    result["in_time"] = rows["kept"] / result["judged"].where(result["judged"] >= FEW)
    for step in ("routing", "reply"):
        found = waits[waits["step"] == step].groupby("location")[["minutes", "answered", "running"]]
        result[step] = pd.Series({place: _median(wait) for place, wait in found}, dtype=float)
        result[step] = result[step].where(result["covered"] >= FEW)
    result["never"] = rows["never_answered"]
    result["dropped"] = batons.groupby("location")["leads"].sum()
    result["dropped"] = result["dropped"].fillna(0).astype(int)
    return result.sort_values(["dropped", "handed_over"], ascending=False)


def dropped_batons(month: MonthData) -> pd.DataFrame:
    """Count dropped batons of all leads: one row per location, most first, one column per kind that occurs.

    A lead counts once, at the first promise broken. Date basis: the month in which the reply clock started.
    """
    batons = of_month(month.tallies.batons, month)
    table = batons.pivot_table(index="location", columns="baton", values="leads", aggfunc="sum", fill_value=0)
    kinds = [kind for kind in BATONS if kind in table and table[kind].sum()]
    table = table[kinds].astype(int)
    table.insert(0, "all", table.sum(axis=1))
    return table[table["all"] > 0].sort_values("all", ascending=False)


def in_time_reading(month: MonthData) -> str:
    """Return how the share answered in time reads against the earlier months."""
    earlier = [replies(month, "marketing", [m]).share for m in month.known_months if m < str(month.period)]
    return read_series(earlier, replies(month, "marketing", [str(month.period)]).share, most=1)[0].label


def clock_words(month: MonthData) -> str:
    """Say by which clock the waits run: business hours, or calendar hours where no opening hours are agreed."""
    book = month.playbook
    places = set(month.tallies.relay["location"]) - {"(none)"}
    if not book.company_hours and not any(book.hours_of(place) for place in places):
        return "calendar hours, because no opening hours are agreed"
    return f"business hours of the lead's {month.words.place()}"


def _curve(rows: pd.DataFrame) -> pd.DataFrame:
    return kaplan_meier(rows["minutes"].tolist(), rows["answered"].tolist(), rows["running"].tolist())


def _median(rows: pd.DataFrame) -> float:
    found = median_wait(_curve(rows))
    return float("nan") if found is None else found
