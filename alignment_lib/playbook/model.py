"""playbook/<date>.yml: what marketing and sales agreed, in force from the date in the file's name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, PrivateAttr

from . import parts
from .hours import Hours, HoursText
from .parts import Definition, Holidays
from .settings import within
from .strict import Day, Share, Strict, Text, Whole

USUAL_STAGES = (("lead", "created_at"), ("handed over", "handed_over_at"), ("answered", "answered_at"),
                ("reached", "reached_at"), ("visited", "visited_at"), ("won", "won_at"))  # fmt: skip


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
    rhythm_days: Annotated[Whole, within(1, 3660)] | None = None
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
        present = {renamed.was: renamed.is_ for renamed in self.renamed_sources}.get(source, source)
        return self.sources[present].team if present in self.sources else None

    def strategy_of(self, campaign: str) -> str | None:
        """Return the strategy of a campaign; None if it is not listed."""
        return self.campaigns[campaign].strategy if campaign in self.campaigns else None

    def hours_of(self, location: str) -> Hours | None:
        """Return the opening hours of a location, else the company's."""
        return self.locations.get(location, _NOWHERE).hours or self.company_hours

    def holidays_of(self, location: str) -> Holidays:
        """Return the holidays of a location, else the company's."""
        return self.locations.get(location, _NOWHERE).holidays or self.holidays

    @property
    def terms(self) -> dict[str, Definition]:
        """Every definition, with the client profile as one of them."""
        return self.definitions | ({"client_profile": self.client_profile} if self.client_profile else {})


_NOWHERE = parts.Location()


def stages_of(playbook: Playbook) -> tuple[tuple[str, str], ...]:
    """Return the stages in order, each with the column that says it was reached."""
    return tuple((stage.name, stage.reached_when) for stage in playbook.stages) or USUAL_STAGES
