"""playbook/<date>.yml: what marketing and sales agreed, in force from the date in the file's name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, PrivateAttr

from . import parts
from .changes import DefinitionChange, definition_changes
from .hours import Hours, HoursText
from .parts import Definition, Holidays
from .strict import Day, Share, Strict, Text

# What two teams need in writing; what is missing or not signed is listed, never an error.
EXPECTED_TERMS = (
    "quality_lead", "hand_over", "on_receipt", "reached", "credit", "shared_revenue", "communication",
    "client_profile",
)  # fmt: skip


class Playbook(Strict):
    """One version of what the two teams agreed. Attributes are the keys of the file."""

    goals: parts.Goals
    sources: Annotated[dict[str, parts.Source], Field(min_length=1)]
    revenue_owner: Text | None = None
    agreed_on: Day | None = None
    review_on: Day | None = None
    reply: parts.Reply | None = None
    arrivals: dict[str, parts.Arrival] = {}
    locations: dict[str, parts.Location] = {}
    company_hours: HoursText | None = None
    holidays: Holidays = Holidays()
    stages: tuple[parts.Stage, ...] = ()
    renamed_sources: tuple[parts.RenamedSource, ...] = ()
    campaigns: dict[str, parts.Campaign] = {}
    definitions: dict[str, Definition] = {}
    client_profile: Definition | None = None
    revenue: parts.Revenue = parts.Revenue()
    margin_share: Share | None = None
    score: parts.Score | None = None
    reasons: parts.Reasons = parts.Reasons()
    practices: tuple[parts.Practice, ...] = ()
    communication: tuple[parts.Meeting, ...] = ()
    reward: parts.Reward | None = None

    _in_force_from: date = PrivateAttr(default=date.min)

    @property
    def in_force_from(self) -> date:
        """The date in the file's name."""
        return self._in_force_from

    def team_of(self, source: str) -> str | None:
        """Return the team of a source, by its present or an earlier name; None if it is not listed."""
        listed = self.sources.get(self.current_source(source))
        return listed.team if listed else None

    def current_source(self, source: str) -> str:
        """Return the present name of a source."""
        return next((renamed.is_ for renamed in self.renamed_sources if renamed.was == source), source)

    def strategy_of(self, campaign: str) -> str | None:
        """Return the strategy of a campaign; None if it is not listed."""
        listed = self.campaigns.get(campaign)
        return listed.strategy if listed else None

    def waits(self, arrival: str) -> bool | None:
        """Say whether leads that arrive this way wait for an answer; None if it is not listed."""
        listed = self.arrivals.get(arrival)
        return listed.waits if listed else None

    def hours_of(self, location: str) -> Hours | None:
        """Return the opening hours of a location, else the company's."""
        listed = self.locations.get(location)
        return listed.hours if listed and listed.hours else self.company_hours

    def holidays_of(self, location: str) -> Holidays:
        """Return the holidays of a location, else the company's."""
        listed = self.locations.get(location)
        return listed.holidays if listed and listed.holidays else self.holidays

    def open_locations(self, day: date) -> int:
        """Return how many locations are open on a local day; a company without locations counts as one."""
        if not self.locations:
            return int(self._is_open("", day))
        return sum(self._is_open(location, day) for location in self.locations)

    def _is_open(self, location: str, day: date) -> bool:
        hours = self.hours_of(location)
        return (hours is None or bool(hours[day.weekday()])) and not self.holidays_of(location).closed_on(day)

    @property
    def not_agreed(self) -> list[str]:
        """Terms that two teams need in writing and that are missing, or not signed by both."""
        terms = self.terms
        return [name for name in EXPECTED_TERMS if name not in terms or not terms[name].is_agreed] + [
            name
            for name, term in self.definitions.items()
            if name not in EXPECTED_TERMS and not term.is_agreed
        ]

    @property
    def terms(self) -> dict[str, Definition]:
        """Every definition, with the client profile as one of them."""
        return self.definitions | ({"client_profile": self.client_profile} if self.client_profile else {})

    def definition_changes(self, previous: Playbook) -> list[DefinitionChange]:
        """Return what changed in the definitions since an earlier version."""
        return definition_changes(previous.terms, self.terms)
