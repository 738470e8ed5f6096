"""report.yml: the settings of a company's report."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator

from .strict import Day, Share, Strict, Text, Whole, matching, nearest, unlike, wrong


def _zone(value: Any) -> str:
    try:
        if isinstance(value, str):
            return ZoneInfo(value).key
    except (ValueError, OSError, KeyError):
        pass  # said below, with the nearest name
    raise unlike(value, "a time zone like America/New_York", nearest(value, sorted(available_timezones())))


def _environment_name(value: Any) -> str:
    # The value itself might be the key, written here by mistake: it is not shown.
    if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*", value, re.ASCII):
        return value
    allowed, fix = "capitals, digits and _", "Never write the key itself here."
    raise wrong("is not the name of an environment variable", allowed, fix)


def within(low: int, high: int) -> AfterValidator:
    """Return a check that a number lies from low to high."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise wrong(f"found {value:g}", f"{low:,} to {high:,}")
        return value

    return AfterValidator(check)


Zone = Annotated[str, BeforeValidator(_zone)]
Currency = Annotated[str, BeforeValidator(matching(r"[A-Z]{3}", "a currency code of three capitals, like USD"))]


class Place(Strict):
    """What a location is called."""

    one: Text = "location"
    many: Text = "locations"


class Client(Strict):
    """What a won client is called, and what such a client did."""

    one: Text = "client"
    many: Text = "clients"
    verb: Text = "signed"
    noun: Text = "win"


class Privacy(Strict):
    """`min_cell`: the smallest count that a shared page shows."""

    min_cell: Annotated[Whole, within(2, 1000)] = 5


class SettleDays(Strict):
    """How many days after its end a period is looked at."""

    month: Annotated[Whole, within(0, 92)] = 3
    quarter: Annotated[Whole, within(0, 92)] = 3
    week: Annotated[Whole, within(0, 31)] = 0


class People(Strict):
    """When the same person is the same journey, and which environment variable holds the hashing key."""

    same_journey_days: Annotated[Whole, within(0, 3660)] = 90
    key_env: Annotated[str, BeforeValidator(_environment_name)] = "ALIGNMENT_PEOPLE_KEY"


class Reading(Strict):
    """Shares of a file's rows set aside: worth a warning, and refused."""

    warn_above: Share = 0.001
    refuse_above: Share = 0.05
    max_file_mb: Annotated[Whole, within(1, 1_000_000)] = 2048


class Limits(Strict):
    """How long the notebook may take."""

    execution_minutes: Annotated[Whole, within(1, 1440)] = 15
    start_seconds: Annotated[Whole, within(1, 3600)] = 60


# The scorecard's measures with a usual range; a test keeps this list and the scorecard in step.
Measure = Literal[
    "shared_revenue", "clients_won", "marketing_leads", "sales_leads", "answered_in_time", "cost_per_client"
]
MEASURES: tuple[str, ...] = get_args(Measure)


class Rebased(Strict):
    """A measure whose usual range starts anew."""

    measure: Measure
    on: Day
    because: Text


class Settings(Strict):
    """report.yml."""

    company: Text
    time_zone: Zone
    currency: Currency
    exports: Text
    number_format: Literal["1,234.5", "1.234,5", "1 234.5", "1 234,5", "1'234.5"] = "1,234.5"
    place: Place = Place()
    client: Client = Client()
    language: Literal["en"] = "en"
    fiscal_year_starts: Annotated[Whole, within(1, 12)] = 1
    sample: Literal["riverside", "alder"] | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    audience: Literal["internal", "shared"] = "internal"
    privacy: Privacy = Privacy()
    settle_days: SettleDays = SettleDays()
    people: People = People()
    reading: Reading = Reading()
    limits: Limits = Limits()
    rebased: tuple[Rebased, ...] = ()

    def rebased_on(self, measure: str) -> date | None:
        """Return the last day on which the usual range of a measure started anew."""
        return max((step.on for step in self.rebased if step.measure == measure), default=None)
