"""What the split is a share of: leads, quality leads, or the money of the deals that they open."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pandas as pd

from ..agreed import quality_rule
from ..month import MonthData
from ..period import Month
from ..words import Words
from .parts import TEAMS

MONEY = ("pipeline", "revenue")  # units of a split in which plan.csv holds money
PIPELINE = "qualified pipeline"


class Unit(NamedTuple):
    """A unit of the split: its column in two tallies, what it is called, and the table it is counted from.

    `tally` counts it by day, team and location, `by_source` by month and by what brought it.
    """

    column: str
    called: str
    tally: str = "daily"
    table: str = "leads"
    by_source: str = "yields"

    @property
    def is_money(self) -> bool:
        """Whether it is counted in money."""
        return self.called == PIPELINE

    @property
    def again(self) -> str:
        """What it is called where the sentence has named it: "sales-sourced ones"."""
        return "pipeline" if self.is_money else "ones"

    @property
    def are(self) -> str:
        """The verb that goes with it."""
        return "is" if self.is_money else "are"

    @property
    def were(self) -> str:
        """The verb that goes with it, in a month that is over."""
        return "was" if self.is_money else "were"

    @property
    def them(self) -> str:
        """Its pronoun."""
        return "it" if self.is_money else "them"

    @property
    def nothing(self) -> str:
        """What a sentence says is not recorded."""
        return f"{self.called} is recorded" if self.is_money else "leads are recorded"

    @property
    def cell(self) -> Literal["money", "count"]:
        """How a column of it prints."""
        return "money" if self.is_money else "count"

    @property
    def gap_cell(self) -> Literal["gap_money", "gap_count"]:
        """How a column of its gaps prints."""
        return "gap_money" if self.is_money else "gap_count"

    @property
    def dated(self) -> str:
        """What its date is: "date created"."""
        return "the day on which the deal was opened" if self.is_money else "date created"


LEADS = Unit("leads", "leads")


def unit_of(month: MonthData) -> Unit:
    """Return what the split counts.

    The unit is the playbook's. Pipeline without amounts, revenue, or quality leads without a rule, fall back to the
    nearest that is counted; `unit_note` says so.
    """
    agreed = month.playbook.goals.lead_split.unit
    if agreed == "pipeline" and month.has("deals.amount"):
        return Unit("pipeline", PIPELINE, "pipeline", "deals", "opened")
    return lead_unit(month)


def lead_unit(month: MonthData) -> Unit:
    """Return what leads are counted in where only leads can be: in hand-over and in tracking."""
    definition = month.playbook.definitions.get("quality_lead")
    by_lead = month.playbook.goals.lead_split.unit == "leads" or definition is None or definition.rule is None
    return LEADS if by_lead else Unit("quality", "quality leads")


def unjudged(month: MonthData) -> str:
    """Return why the month's leads cannot be counted in the split's unit, in one sentence; nothing where they can be.

    They cannot where the rule of a quality lead has no answer for over half of a team's leads, as in a series.
    """
    daily, rule = month.tallies.daily, quality_rule(month.playbook_at_end)
    own = daily[(daily["month"] == str(month.period)) & daily["team"].isin(TEAMS)].groupby("team")
    if rule is None or unit_of(month).column != "quality":
        return ""
    if not (own["quality_unknown"].sum() > own["leads"].sum() / 2).any():
        return ""
    lacks = sorted(name for name in rule.fields() - {"team"} if not month.has(f"leads.{name}"))
    said = month.words.names([f"“{name.removeprefix('profile_').replace('_', ' ')}”" for name in lacks])
    asks = f": it asks for {said}, which no export holds" if lacks else ""
    return f"Most leads of {month.period.name} cannot be judged by the definition of a quality lead{asks}."


def recounted(month: MonthData, first: Month) -> str:
    """Say which months from `first` on are counted by a rule of quality leads that was agreed later, or nothing.

    A series takes the rule in force at the page's end for all of its months (SPEC.md, Versions); their pages do not.
    """
    books = [book for book in month.company.playbooks if book.in_force_from < month.period.end]
    rule = quality_rule(month.playbook_at_end)
    other = [n for n, book in enumerate(books) if quality_rule(book) != rule]
    if unit_of(month).column != "quality" or not other:
        return ""
    since = books[other[-1] + 1].in_force_from
    if since <= first.start:
        return ""
    return f"What came before {month.words.date(since)} is counted anew, by the quality lead agreed since then."


def basis_of(month: MonthData) -> str:
    """Return what is counted by which date, for the section's line on its basis."""
    unit = unit_of(month)
    return f"{unit.called if unit.is_money else 'leads'} by {unit.dated}"


def brought(month: MonthData) -> pd.DataFrame:
    """Return the tally that counts the split's unit by day, team and location."""
    return month.tallies[unit_of(month).tally]


def unit_note(month: MonthData) -> str:
    """Return why the split is not read in its agreed unit, or what has no amount; else nothing."""
    agreed, used = month.playbook.goals.lead_split.unit, unit_of(month)
    if used.is_money:
        deals = month.tallies.pipeline
        n = int(deals.loc[deals["month"] == str(month.period), "unpriced"].sum())
        text = f"{month.words.count(n, 'new deal')} without an amount {'counts' if n == 1 else 'count'} as none."
        return text if n else ""
    if agreed == used.called:
        return ""
    if agreed in MONEY:
        text = f"The split is agreed in {agreed}; {used.called} are shown instead"
        return f"{text}, without a plan, which is one of money."
    why = "no rule says yet what a quality lead is"
    return f"The split is agreed in {agreed}; {used.called} are counted instead, because {why}."


def no_team_note(month: MonthData) -> str:
    """Return how much of the month, in the split's unit, belongs to no team, or nothing."""
    unit, words = unit_of(month), month.words
    daily, sources = (frame[frame["month"] == str(month.period)] for frame in (brought(month), month.tallies.sources))
    count = float(daily.loc[~daily["team"].isin(TEAMS), unit.column].sum())
    if not count:
        return ""
    if unit.is_money:
        return f"{words.money_short(count)} of {unit.called} has no lead of either team and counts for no team."
    left = sources[~sources["team"].isin(TEAMS)]
    have, one = ("has", unit.called.removesuffix("s")) if count == 1 else ("have", unit.called)
    why = "no source" if set(left["source"]) <= {"(missing)"} else "no source that belongs to a team"
    return f"{words.number(count)} {one} {have} {why} and {'counts' if count == 1 else 'count'} for no team."


def deal_size(month: MonthData) -> float:
    """Return the money that one deal stands for where chance is judged: the sum of squared amounts over the sum.

    Answers: how many like cases is this amount? Chance moves a few large deals more than many small ones, and an amount
    divided by this size scatters like a count. New deals of the twelve months up to the page's; NaN without any.
    """
    deals, since = month.tallies.deals, str(month.period - 11)
    recent = deals[(deals["opened_month"] >= since) & (deals["opened_month"] <= str(month.period))]
    return float(recent["squared"].sum() / recent["pipeline"].sum()) if recent["pipeline"].sum() > 0 else float("nan")


def won_deals(month: MonthData) -> pd.DataFrame:
    """Return wins by month of closing and of opening, in the columns that `win_lags` reads."""
    deals = month.tallies.deals
    won = deals[(deals["outcome"] == "won") & (deals["closed_month"] != "")]
    return pd.DataFrame({"month": won["closed_month"], "created_month": won["opened_month"], "clients": won["deals"]})


def cases(month: MonthData, amount: float) -> float:
    """Return how many cases an amount in the split's unit is: itself, or money in deals of the usual size."""
    return amount / deal_size(month) if unit_of(month).is_money else amount


def shown(words: Words, amount: float, unit: Unit, signed: bool = False) -> str:
    """Return an amount in the split's unit as sentences print it."""
    return words.money_short(amount, signed) if unit.is_money else words.number(amount, signed=signed)


def against(words: Words, gap: float, plan: float, name: str, unit: Unit) -> str:
    """Return "66 under plan", "32 over plan" or "on plan"; a draft is named one, "on draft plan"."""
    if words.direction(gap, plan) == "on plan":
        return "on draft plan" if name.startswith("draft") else "on plan"
    return f"{shown(words, abs(gap), unit)} {'under' if gap < 0 else 'over'} {name}".rstrip()
