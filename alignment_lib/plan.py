"""The plan: plan.csv as the teams agreed it; where they agreed nothing, a draft from the months before.

The draft is last year's same month, else the mean of the three months before, and says that it is one. It needs
whole months on one level: months that differ more than twofold have no mean that anybody could plan with, and
then there is no draft. It fills single holes too: a team, a location, a month or a figure that plan.csv leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from .period import Month

if TYPE_CHECKING:
    from .playbook import Company
    from .tallies import Tallies

TEAMS = ("marketing", "sales")
DRAFT_MONTHS = 3  # whole months before, from which a draft is made where last year's month is not known
ONE_LEVEL = 2.0  # the largest of them over the smallest, at most
FIRST_WEEK = 7  # day of the month by which the data of a whole month has begun
_PLACE = ["month", "team", "location"]
_PARTS = {"marketing": ("leads", "marketing"), "sales": ("leads", "sales"),
          "revenue": ("revenue", "shared"), "clients": ("clients", "shared")}  # fmt: skip
_HISTORY = [*_PLACE, "what", "amount"]


@dataclass(frozen=True)
class Rates:
    """What a plan assumes of a team's leads; None where nothing is known. `draft`: not agreed."""

    reached_share: float | None = None
    joins_per_reached: float | None = None
    value: float | None = None
    draft: bool = False


class Plan:
    """What each team owes in a month, in whole or by location.

    Answers: what was planned for this month, team and location, and did the teams agree to it?

    Parameters
    ----------
    agreed : pandas.DataFrame
        `company.plan`: month, location, team, leads, reached_share, joins_per_reached, value, revenue,
        clients.
    history : pandas.DataFrame, optional
        What `draft_plan` returns, from which holes are filled.
    locations : iterable of str
        Locations that a plan by location should name.

    Notes
    -----
    Every figure is a float, or None where neither plan nor history knows it. Months are "YYYY-MM" or Month.
    """

    def __init__(
        self, agreed: pd.DataFrame, history: pd.DataFrame | None = None, locations: Iterable[str] = ()
    ):
        self.agreed = agreed
        self.history = history if history is not None else pd.DataFrame(columns=_HISTORY)
        named = set(agreed["location"]) | set(self.history["location"]) - {"(none)"} | set(locations)
        self.locations = tuple(sorted(named - {"all"}))
        self._rows = {(row["month"], row["team"], row["location"]): row for row in agreed.to_dict("records")}
        self._months = sorted(self.history["month"].unique())
        self._sums: dict[tuple[str, str, str], dict[str, float]] = {}

    def leads(self, month: str | Month, team: str, location: str = "all") -> float | None:
        """Return the leads that a team owes, in the unit of the split."""
        return self._figure("leads", str(month), team, location)[0]

    def revenue(self, month: str | Month, location: str = "all") -> float | None:
        """Return the shared revenue goal (money)."""
        return self._figure("revenue", str(month), "shared", location)[0]

    def clients(self, month: str | Month, location: str = "all") -> float | None:
        """Return the clients to be won."""
        return self._figure("clients", str(month), "shared", location)[0]

    def rates(self, month: str | Month, team: str, location: str = "all") -> Rates | None:
        """Return the rates that the plan assumes, weighted by its own leads if it is planned by location.

        Without agreed rates only the reached share is drafted (reached / handed over, at the same age); None
        if that is not known either.
        """
        rows = [self._rows.get((str(month), team, location))]
        if rows == [None] and location == "all":
            rows = [self._rows.get((str(month), team, name)) for name in self.locations]
        reached, joins, value = _weighted([row for row in rows if row is not None])
        if reached is not None:
            return Rates(reached, joins, value)
        handed_over = self._draft("handed_over", str(month), team, location)
        answered = self._draft("reached", str(month), team, location)
        if not handed_over or answered is None:
            return None
        return Rates(answered / handed_over, joins, value, draft=True)

    def won_share(self, month: str | Month, team: str, location: str = "all") -> float | None:
        """Return the share of a team's pipeline that the plan counts on being won, weighted as in `rates`."""
        rows = [self._rows.get((str(month), team, name)) for name in dict.fromkeys((location, "all"))]
        stated = [row for row in rows if row is not None and not pd.isna(row.get("won_share"))][:1]
        if not stated:
            rows = [self._rows.get((str(month), team, name)) for name in self.locations]
            stated = [row for row in rows if row is not None and not pd.isna(row.get("won_share"))]
        weights = [1.0 if len(stated) == 1 else float(row["leads"]) for row in stated]
        parts = [weight * float(row["won_share"]) for weight, row in zip(weights, stated, strict=True)]
        return sum(parts) / sum(weights) if sum(weights) > 0 else None

    def is_draft(self, month: str | Month, what: str = "") -> bool:
        """Say whether a month's plan is, in any part, not agreed.

        `what` narrows it to "marketing" or "sales" (leads), "revenue" or "clients".
        """
        asked = [_PARTS[what]] if what else list(_PARTS.values())
        return any(self._figure(column, str(month), team, "all")[1] for column, team in asked)

    def drafted_from(self, what: str, month: str | Month) -> list[str]:
        """Return the months whose mean a draft is ("YYYY-MM"; one: last year's); `what` as in `is_draft`."""
        column, team = _PARTS[what]
        return self._drafted_from(column, str(month), team)

    def _figure(self, column: str, month: str, team: str, location: str) -> tuple[float | None, bool]:
        """Return a figure and whether it holds anything drafted."""
        named = {name: self._agreed(column, month, team, name) for name in ("all", *self.locations)}
        agreed = {name: value for name, value in named.items() if value is not None}
        if location in agreed:
            return agreed[location], False
        if "all" in agreed:
            return None, False  # planned as a whole: no location has a plan of its own
        if location != "all" or not agreed:
            drafted = self._draft(column, month, team, location)
            return drafted, drafted is not None
        holes = [self._draft(column, month, team, name) for name in self.locations if name not in agreed]
        filled = [value for value in holes if value is not None]
        return sum(agreed.values()) + sum(filled), bool(filled)

    def _agreed(self, column: str, month: str, team: str, location: str) -> float | None:
        value = self._rows.get((month, team, location), {}).get(column)
        return None if value is None or pd.isna(value) else float(value)

    def _draft(self, column: str, month: str, team: str, location: str) -> float | None:
        known = self._known(column, team, location)
        months = self._drafted_from(column, month, team)
        return sum(known[m] for m in months) / len(months) if months and known else None

    def _drafted_from(self, column: str, month: str, team: str) -> list[str]:
        """Return the months that a draft is the mean of, chosen for the company so that its locations add up."""
        known = self._known(column, team, "all")
        last_year = str(Month.parse(month) - 12)
        if last_year in known:
            return [last_year]
        before = [other for other in known if other < month][-DRAFT_MONTHS:]
        values = [known[other] for other in before]
        level = len(values) == DRAFT_MONTHS and 0 < max(values) <= ONE_LEVEL * min(values)
        return before if level else []

    def _known(self, column: str, team: str, location: str) -> dict[str, float]:
        """Return what each month brought; one without a row brought 0, so that locations add up."""
        key = (column, team, location)
        if key not in self._sums:
            every = self.history[self.history["what"] == column]
            rows = every[every["team"] == team]
            rows = rows if location == "all" else rows[rows["location"] == location]
            sums = rows.groupby("month")["amount"].sum()
            unknown = set(rows.loc[rows["amount"].isna(), "month"])
            begins = every["month"].min() if len(rows) else ""
            months = [m for m in self._months if m >= begins and m not in unknown] if len(rows) else []
            self._sums[key] = {month: float(sums.get(month, 0.0)) for month in months}
        return self._sums[key]


def _weighted(rows: list[dict]) -> tuple[float | None, float | None, float | None]:
    """Return the rates of several rows so that leads x rates multiply out to the same joins and money."""
    found: list[float | None] = []
    weights = [1.0 if len(rows) == 1 else float(row["leads"]) for row in rows]
    for column in ("reached_share", "joins_per_reached", "value"):
        rates = [float(row[column]) for row in rows]
        total = sum(weights)
        # NaN in any row or weight: the whole is not known, and so are the rates that build on it.
        pooled = sum(w * r for w, r in zip(weights, rates, strict=True)) / total if total else float("nan")
        found.append(None if pd.isna(pooled) else pooled)
        weights = [w * r for w, r in zip(weights, rates, strict=True)]
    return found[0], found[1], found[2]


def plan_for(company: Company, tallies: Tallies, period: Month) -> Plan:
    """Return the plan that a page uses: plan.csv, with a draft where it says nothing."""
    playbook = company.playbook_on(period.start)
    quality = playbook.definitions.get("quality_lead")
    unit = playbook.goals.lead_split.unit
    by_quality = unit != "leads" and quality is not None and quality.rule is not None
    in_pipeline = unit == "pipeline" and bool(tallies["pipeline"]["pipeline"].any())
    history = draft_plan(tallies, period, by_quality=by_quality, in_pipeline=in_pipeline)
    return Plan(company.plan, history, playbook.locations)


def draft_plan(tallies: Tallies, period: Month, *, by_quality: bool, in_pipeline: bool = False) -> pd.DataFrame:
    """Return what the months before a page's own brought, in the shape of a plan.

    Parameters
    ----------
    tallies : Tallies
        `daily` (leads), `revenue` (revenue and clients) and `relay` (handed over, reached).
    period : Month
        The page's month; it and later ones are left out, so that no month is its own plan.
    by_quality : bool
        Count quality leads instead of leads. A month in which most leads could not be judged is unknown.
    in_pipeline : bool
        The leads of the plan are money: the new deals that they opened.

    Returns
    -------
    pandas.DataFrame
        Rows of month, team (marketing, sales, shared), location, what (leads, revenue, clients, handed_over,
        reached) and amount, to be summed; NaN where the month is unknown.

    Notes
    -----
    Date basis: leads by date created, revenue and clients by closing month without renewals (revenue also
    without expansion), handed over and reached by the month of the reply clock. Months that the data covers only
    in part are left out (`whole_from`).
    """
    leads = tallies["daily"].groupby(_PLACE, as_index=False)[["leads", "quality", "quality_unknown"]].sum()
    if by_quality:
        whole = leads.groupby(["month", "team"])[["leads", "quality_unknown"]].transform("sum")
        leads["leads"] = leads["quality"].where(whole["quality_unknown"] * 2 <= whole["leads"])
    if in_pipeline:
        leads = tallies["pipeline"].rename(columns={"pipeline": "leads"})
    revenue = tallies["revenue"]
    revenue = revenue[revenue["type"] != "renewal"].assign(team="shared")
    revenue["revenue"] = revenue["revenue"].where(revenue["type"] != "expansion", 0.0)
    daily_and_closing = [(leads, "leads"), (revenue, "revenue"), (revenue, "clients")]
    relay = [(tallies["relay"], "handed_over"), (tallies["relay"], "reached")]
    parts = [
        frame[[*_PLACE, name]].rename(columns={name: "amount"}).assign(what=name)
        for frame, name in daily_and_closing + relay
        if len(frame)
    ]
    if not len(leads) or not parts:
        return pd.DataFrame(columns=_HISTORY)
    history = pd.concat(parts, ignore_index=True)[_HISTORY]
    begin = whole_from(tallies)
    if in_pipeline:
        begin["leads"] = begin.get("pipeline", "9999")
    begins = history["what"].map(begin).fillna("9999")
    return history[(history["month"] < str(period)) & (history["month"] >= begins)].reset_index(drop=True)


def whole_from(tallies: Tallies) -> dict[str, str]:
    """Return the first month of each figure that the data covers as a whole.

    Answers: from where on can months be compared?

    Returns
    -------
    dict of str to str
        "YYYY-MM" for leads, revenue, clients, handed_over, reached and pipeline; one that never appears is left out.

    Notes
    -----
    Leads: their first month if they begin in its first week, else the next. The others: the same month if they
    appear by then; if they appear later, the month after they do, because the export may have begun within it.
    """
    daily = tallies["daily"]
    if daily.empty:
        return {}
    first = pd.Timestamp(daily["day"].min())
    begun = Month.of(first.date())
    start = begun if first.day <= FIRST_WEEK else begun + 1
    found = {"leads": str(start)}
    tally_of = {"revenue": "revenue", "clients": "revenue", "handed_over": "relay", "reached": "relay",
                "pipeline": "pipeline"}  # fmt: skip
    for name, tally in tally_of.items():
        frame = tallies[tally]
        months = frame.loc[frame[name] != 0, "month"]
        if len(months):
            seen = Month.parse(months.min())
            found[name] = str(start if seen <= begun else max(start, seen + 1))
    return found
