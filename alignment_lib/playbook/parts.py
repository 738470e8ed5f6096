"""The parts of a playbook: goals, promises, places, stages, sources, definitions, score and practices."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from .hours import Duration, HoursText, duration_minutes
from .rules import Rule
from .settings import Zone, within
from .strict import Day, Flag, Share, Strict, Text, Whole, nearest, number_in, shown, wrong

Team = Literal["marketing", "sales", "shared", "other"]


class LeadSplit(Strict):
    """Each team's share of the leads that the two owe, and the unit that it is a share of."""

    unit: Literal["leads", "quality leads", "pipeline", "revenue"] = "quality leads"
    marketing: Share
    sales: Share

    @model_validator(mode="after")
    def _adds_up(self) -> LeadSplit:
        total = self.marketing + self.sales
        if abs(total - 1) > 0.0005:
            found = f"marketing {self.marketing:g} + sales {self.sales:g} = {total:.2f}"
            raise wrong(found, "shares that add up to 1", "Change them to what the teams agreed.")
        return self


class Goals(Strict):
    """What the two teams owe. The numbers of each month stand in plan.csv."""

    shared_weight: Share = 0.5
    lead_split: LeadSplit


class Attempts(Strict):
    """How often, and for how many days, sales tries before it gives a lead up."""

    attempts: Annotated[Whole, within(1, 100)]
    within_days: Annotated[Whole, within(1, 365)]


class Reply(Strict):
    """How fast a lead that waits is answered, in business hours of its location."""

    within: Duration
    goal: Share | None = None
    then_at_least: Attempts | None = None
    routed_within: Duration | None = None

    @property
    def within_minutes(self) -> int:
        """Business minutes from the start of the clock to the answer."""
        return duration_minutes(self.within) or 0

    @property
    def routed_within_minutes(self) -> int | None:
        """Business minutes from created to assigned; None if nothing is promised."""
        return duration_minutes(self.routed_within) if self.routed_within else None


class Arrival(Strict):
    """A way of arriving; the reply promise covers those that wait."""

    waits: Flag


class Holidays(Strict):
    """Days on which nobody answers: public holidays of a country (and state) and days of one's own."""

    country: Text | None = None
    state: Text | None = None
    also_closed: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _is_known(self) -> Holidays:
        if self.state and not self.country:
            raise wrong("has a state but no country", "country beside state")
        if self.country:
            _known_holidays(self.country, self.state)
        return self

    def closed_on(self, day: date) -> bool:
        """Say whether a local day is one of them."""
        return day in self.also_closed or (self.country is not None and day in _public(self.country, self.state))


class Location(Strict):
    """A place with its opening hours; what is left out is the company's."""

    hours: HoursText | None = None
    time_zone: Zone | None = None
    holidays: Holidays | None = None


class Stage(Strict):
    """One step of a lead's way, the team that moves it on, and the column that says it was reached."""

    name: Text
    owner: Literal["marketing", "sales", "shared"]
    reached_when: Literal[
        "created_at", "assigned_at", "handed_over_at", "accepted_at",
        "answered_at", "reached_at", "visited_at", "won_at",
    ]  # fmt: skip


class Source(Strict):
    """Where leads come from, and the team they belong to."""

    team: Team


class RenamedSource(Strict):
    """A source that got another name on a day; earlier leads keep their place in the series."""

    was: Text
    is_: Annotated[Text, Field(alias="is")]
    from_: Annotated[Day, Field(alias="from")]


class Campaign(Strict):
    """A campaign and the strategy it belongs to."""

    strategy: Text


class Agreed(Strict):
    """When each team signed; one side only is a proposal."""

    marketing: Day | None = None
    sales: Day | None = None


class Definition(Strict):
    """A term: what is printed, what is computed (if it can be), and who signed it."""

    says: Text
    agreed: Agreed = Agreed()
    rule: Rule | None = None

    @property
    def is_agreed(self) -> bool:
        """Whether both teams signed."""
        return self.agreed.marketing is not None and self.agreed.sales is not None


class Revenue(Strict):
    """What counts as revenue: amount or margin at close, or payments (all, or within N days of the close).

    `called` is the name that the page prints for it, where "revenue" would say too much.
    """

    counts: Text = "amount at close"
    called: Text = "revenue"

    @model_validator(mode="after")
    def _is_known(self) -> Revenue:
        ways = ("amount at close", "margin at close", "payments received")
        if self.counts not in ways and self.within_days is None:
            raise wrong(f"counts is {shown(self.counts)}", ", ".join((*ways, "payments within 90 days")))
        return self

    @property
    def within_days(self) -> int | None:
        """Days after the close in which payments count; None for the other ways of counting."""
        match = re.fullmatch(r"payments within ([1-9][0-9]{0,3}) days", self.counts, re.ASCII)
        return int(match[1]) if match else None


@cache
def _public(country: str, state: str | None) -> Container[date]:
    from ..public_days import public_days  # loads only when a playbook names a country

    days: Container[date] = public_days(country, state)
    return days


def _known_holidays(country: str, state: str | None) -> None:
    import holidays

    try:
        if re.fullmatch(r"[A-Z]{2,3}", country, re.ASCII):
            _public(country, state)
            return
    except NotImplementedError:
        pass  # said below, with what is allowed; the list of countries takes time and is made only here
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise wrong(f"country is {shown(country)}", "a country code like US, BR or DE", nearest(country, known))
    states = ", ".join(known[country]) or "none for this country"
    raise wrong(f"state is {shown(state)}", states, nearest(str(state), known[country]))


def _number_or_text(value: Any) -> float | str:
    return number if isinstance(value, str) and (number := number_in(value)) is not None else value


class Score(Strict):
    """What the score means: the edges of six bands (or the grades), and the share that each promises."""

    means: Literal["percent", "points", "grade"]
    bands: tuple[Annotated[float | str, BeforeValidator(_number_or_text)], ...]
    says: dict[str, Share] = {}

    @model_validator(mode="after")
    def _bands_are_right(self) -> Score:
        if found := self._wrong_grades() if self.means == "grade" else self._wrong_edges():
            raise found
        if unknown := [band for band in self.says if band not in self.labels]:
            raise wrong(f"says names {', '.join(unknown)}", f"the bands {', '.join(self.labels)}")
        return self

    def _wrong_grades(self) -> Exception | None:
        if len(set(self.bands)) == len(self.bands) and 2 <= len(self.bands) <= 6:
            return None
        return wrong("bands repeat or are not 2 to 6", "2 to 6 different grades, best first")

    def _wrong_edges(self) -> Exception | None:
        texts = [shown(edge) for edge in self.bands if isinstance(edge, str)]
        if texts or len(self.edges) != 7 or any(b <= a for a, b in pairwise(self.edges)):
            given = ", ".join(texts or [f"{edge:g}" for edge in self.edges]) or "empty"
            found = f"bands {'hold' if texts else 'are'} {given}"
            return wrong(found, "seven ascending numbers: the edges of six bands")
        if self.means == "percent" and (self.edges[0], self.edges[-1]) != (0, 100):
            found = f"bands run from {self.edges[0]:g} to {self.edges[-1]:g}"
            return wrong(found, "0 to 100 when means is percent")
        return None

    @property
    def edges(self) -> tuple[float, ...]:
        """The seven edges, ascending; none when the score is a grade."""
        return tuple(edge for edge in self.bands if self.means != "grade" and not isinstance(edge, str))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bands: "0-15", "15-30" ..., or the grades."""
        if self.means == "grade":
            return tuple(f"{band:g}" if isinstance(band, float) else band for band in self.bands)
        return tuple(f"{a:g}-{b:g}" for a, b in pairwise(self.edges))


class Reasons(Strict):
    """The reasons that both teams write down, and the share of leads that should come back with an outcome."""

    lost: tuple[Text, ...] = ()
    won: tuple[Text, ...] = ()
    sent_back: tuple[Text, ...] = ()
    feedback_goal: Share | None = None


class Practice(Strict):
    """What works: when, who, what to do, and how we know."""

    when: Text
    who: Literal["marketing", "sales", "both"]
    do: Text
    evidence: str = ""


class Meeting(Strict):
    """A regular meeting, what each side brings, and how soon questions are answered."""

    meeting: Text
    every: Literal["day", "week", "two weeks", "month", "quarter", "year"]
    marketing_brings: str = ""
    sales_brings: str = ""
    answer_within_days: Annotated[Whole, within(0, 92)] | None = None


class Reward(Strict):
    """What everybody gets when the shared goal is reached."""

    when: Literal["shared goal reached"] = "shared goal reached"
    says: Text
