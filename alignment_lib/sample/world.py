"""Riverside Clubs as it is on ordinary days: clubs, sources, seasons, chances. Nothing here is planted.

Every number is an expectation that the plan is made of (`plan.py`) and that the plants keep at team level.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..period import Month
from .key import PLANTS, Plant

Texts = npt.NDArray[np.str_]
Numbers = npt.NDArray[np.floating[Any]]
Minutes = npt.NDArray[np.int64]  # local wall-clock minutes since 1970
Flags = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min  # the bit pattern of NaT
DAY = 24 * 60
FIRST, LAST = Month(2024, 5), Month(2026, 10)
EXPORTED = int(np.datetime64("2026-11-05T18:00", "m").astype(np.int64))
TIME_ZONE = "America/New_York"

# Share of the leads, and opening hours in minutes of the day for Monday to Friday, Saturday and Sunday.
_LONG, _SATURDAY, _SUNDAY = ((360, 1260),), ((480, 1080),), ((540, 960),)
CLUBS = {
    "Northgate": (0.26, (_LONG, _SATURDAY, _SUNDAY)),
    "Harbour": (0.21, (_LONG, _SATURDAY, _SUNDAY)),
    "Old Mill": (0.14, (((420, 1200),), _SATURDAY, ())),
    "Station": (0.21, (((360, 780), (840, 1260)), ((540, 960),), ())),
    "Lakeside": (0.18, (_LONG, _SATURDAY, _SUNDAY)),
}
COMPANY_HOURS = (((420, 1200),), _SATURDAY, ())
ALSO_CLOSED = ("2024-11-29", "2025-11-28", "2026-11-27")

SEASON = (1.55, 1.14, 1.03, 0.98, 0.95, 0.88, 0.82, 0.88, 1.13, 1.01, 0.88, 0.75)  # January to December
WEEKDAYS = (1.15, 1.10, 1.05, 1.00, 0.92, 0.93, 0.78)
LEADS_A_MONTH = {"marketing": 390.0, "sales": 210.0}
MONTH_TO_MONTH = {"marketing": 0.035, "sales": 0.045}  # spread of a month's leads around its expectation

# team, share of the team's leads, what the CRM calls it, and how its leads arrive.
SOURCES = {
    "Paid search": ("marketing", 0.26, "PAID_SEARCH",
                    {"web form": 0.76, "phone": 0.12, "missed call": 0.06, "message": 0.06}),
    "Paid social": ("marketing", 0.24, "PAID_SOCIAL", {"web form": 0.55, "message": 0.45}),
    "Organic search": ("marketing", 0.24, "ORGANIC_SEARCH",
                       {"web form": 0.72, "phone": 0.14, "missed call": 0.06, "message": 0.08}),
    "E-mail": ("marketing", 0.14, "EMAIL_MARKETING", {"web form": 0.85, "message": 0.15}),
    "Events": ("marketing", 0.12, "EVENTS", {"event": 0.70, "list": 0.30}),
    "Referral": ("sales", 0.34, "REFERRALS",
                 {"web form": 0.35, "phone": 0.25, "message": 0.25, "walk-in": 0.15}),
    "Walk-in": ("sales", 0.28, "WALK_IN", {"walk-in": 1.0}),
    "Phone-in": ("sales", 0.22, "PHONE_IN", {"phone": 0.80, "missed call": 0.20}),
    "Company outreach": ("sales", 0.16, "OUTREACH", {"list": 1.0}),
}  # fmt: skip
WAITING = ("web form", "message", "missed call", "list")
COST_PER_LEAD = 28.0  # media, the same for every source of marketing on ordinary days

SOURCE_MISSING, CLUB_MISSING, CATCHMENT_MISSING, SCORE_MISSING = 0.02, 0.01, 0.01, 0.015
INSIDE = 0.89  # share of leads from the catchment
VISIT_REQUEST = 0.86  # share of leads that ask for a visit; few of the rest are quality leads
KEEN = 0.12  # share of those who ask for no visit and still score 50 or more

REPLY = {"in time": 0.72, "late": 0.21, "never": 0.07}
# Share of joins, and US dollars a month.
PRODUCTS = {"Off-peak": (0.20, 42), "Single": (0.55, 62), "Duo": (0.15, 86), "Flex": (0.10, 70)}
VALUE = 12 * sum(share * fee for share, fee in PRODUCTS.values())
JOINS_WITHOUT_LEAD = 3.3  # a month, signed at the desk with no contact written down
REASONS = {"Price": 0.24, "No time": 0.17, "Chose another club": 0.14, "Moved away": 0.09,
           "Injury or health": 0.09, "Not interested": 0.16, "No answer": 0.07, "": 0.04}  # fmt: skip
LEFT_WITHIN_90_DAYS = 0.08


@dataclass(frozen=True)
class World:
    """A seed and the plants that are switched on; hands out one stream of random numbers per concern.

    Streams are named, so that a plant changes little else than what it is about. `key` holds the company's plants,
    and `strength` says how much of each size is planted: at 0.5, half of the way from the ordinary value.
    """

    seed: int
    plants: frozenset[str]
    key: Mapping[str, Plant]
    strength: float = 1.0

    @classmethod
    def of(
        cls, seed: int, plants: str | Iterable[str], key: Mapping[str, Plant] = PLANTS, strength: float = 1.0
    ) -> World:
        """Read "all", "none" or names of plants; an unknown name is an error that lists the known ones."""
        names = {"all": set(key), "none": set()}.get(plants) if isinstance(plants, str) else set(plants)
        if names is None or not names <= set(key):
            unknown = plants if names is None else ", ".join(sorted(names - set(key)))
            raise ValueError(f"plants: {unknown!r} is not known; use 'all', 'none' or some of {sorted(key)}.")
        return cls(seed, frozenset(names), key, strength)

    def rng(self, name: str) -> np.random.Generator:
        """Return the stream of one concern."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def size(self, plant: str, key: str, otherwise: float) -> float:
        """Return a size of the plant, at the world's strength, if it is switched on and has one; else the ordinary."""
        if plant not in self.plants or key not in self.key[plant].size:
            return otherwise
        return self.strength * self.key[plant].size[key] + (1 - self.strength) * otherwise


def days_between(first: Month, last: Month) -> npt.NDArray[np.datetime64]:
    """Return every day from the start of `first` to the end of `last`."""
    return np.arange(np.datetime64(first.start), np.datetime64(last.end))


def expected_leads(team: str, days: npt.NDArray[np.datetime64], world: World | None = None) -> Numbers:
    """Return the expected leads of each day: season by month, spread by weekday, more in early January.

    With a world, the factors of its October are applied; the plan is made without them.
    """
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(np.int64)
    day_of_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    early_january = (month % 12 == 0) & (day_of_month <= 15)
    weight = np.asarray(WEEKDAYS)[weekday] * np.where(early_january, 1.4, 1.0)
    position = month - month.min()
    expected = np.asarray(SEASON)[month % 12] * LEADS_A_MONTH[team] * weight
    expected = expected / np.bincount(position, weight)[position]
    if world is not None:
        size = PLANTS["october-leads"].size
        within = (day_of_month >= size[f"{team}_from"]) & (day_of_month <= size[f"{team}_to"])
        october = days.astype("datetime64[M]") == np.datetime64("2026-10")
        expected = expected * np.where(
            october & within, world.size("october-leads", f"{team}_factor", 1.0), 1.0
        )
    return expected


def pick(rng: np.random.Generator, shares: dict[str, float], size: int) -> Texts:
    """Draw labels by their shares."""
    edges = np.cumsum(list(shares.values()))
    return np.asarray(list(shares))[np.searchsorted(edges / edges[-1], rng.random(size), side="right")]
