"""The answer key: everything that was planted in the sample, with its size.

The generator reads its sizes from here, so the key cannot say one thing and the data another. A *trait* lasts
from the first month to the last; an *event* lives in named months. Each one can be switched on alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..period import Month


@dataclass(frozen=True)
class Plant:
    """One thing that a report on the sample should find, or at least never contradict.

    `size` holds the numbers that the generator uses (shares 0 to 1, factors, days of a month, US dollars);
    `question` is the name of the question that shows it; `says` is the finding in plain words.
    """

    name: str
    kind: Literal["trait", "event"]
    where: str
    months: tuple[str, ...]
    size: dict[str, float]
    question: str
    says: str
    announced: bool = False  # strong enough to be announced against ordinary spread


def _months(first: str, last: str = "2026-10") -> tuple[str, ...]:
    start, end = Month.parse(first), Month.parse(last)
    return tuple(str(month) for month in end.back(end - start + 1))


PLANTS = {
    plant.name: plant
    for plant in (
        Plant(
            "speed", "trait", "all clubs", (),
            {"reach_in_time": 0.90, "reach_late": 0.82, "reach_never": 0.15,
             "join_in_time": 1.08, "join_late": 0.93, "join_never": 0.35},
            "relay",
            "Leads answered in time are reached and join somewhat more often than late ones like them.",
        ),
        Plant(
            "paid-social", "trait", "all clubs", (),
            {"cost_per_lead": 20.0, "join_factor": 0.33},
            "sources_and_campaigns", "Paid social is cheap per lead and dear per member.", announced=True,
        ),
        Plant(
            "score-too-high", "trait", "all clubs", (),
            {"from": 0.50, "stretch": 2.4},
            "score_check", "From 60 on the score promises more joins than come.", announced=True,
        ),
        Plant(
            "outside-profile", "trait", "all clubs", (),
            {"left_within_90_days": 0.24},
            "client_profile", "Members outside the client profile leave within 90 days three times as often.",
            announced=True,
        ),
        Plant(
            "old-mill-tracking", "trait", "Old Mill", (),
            {"source_missing": 0.09},
            "tracking",
            "At Old Mill the source is missing for one lead in eleven; elsewhere for one in fifty.",
            announced=True,
        ),
        Plant(
            "duplicates", "trait", "all clubs", (),
            {"share": 0.015},
            "where_from", "Some people are entered twice within days; the second entry is set aside.",
        ),
        Plant(
            "entered-at-sale", "trait", "all clubs", (),
            {"share_of_walk_in_joins": 0.40},
            "sources_and_campaigns", "Walk-ins who join are often written down only when they sign.",
        ),
        Plant(
            "bad-rows", "trait", "the files", (),
            {"impossible_dates": 9, "merged": 14, "repeated_rows": 4},
            "where_from", "A few rows have impossible dates, were merged, or stand in the file twice.",
        ),
        Plant(
            "renamed-source", "event", "all clubs", _months("2024-05", "2025-08"),
            {},
            "sources_and_campaigns", "Paid social was called Facebook Ads until August 2025.",
        ),
        Plant(
            "definition-change", "event", "all clubs", _months("2026-09"),
            {"trial_requests": 0.032},
            "definitions",
            "Since September 2026 trial requests count as quality leads: about 3% more of them.",
        ),
        Plant(
            "harbour-evenings", "event", "Harbour", _months("2026-03"),
            {"from_hour": 16, "in_time": 0.15, "late": 0.30, "never": 0.55},
            "relay",
            "At Harbour, enquiries that arrive at 16:00 or later are answered late or never.", announced=True,
        ),
        Plant(
            "owner-left", "event", "Lakeside", _months("2026-06", "2026-07"),
            {"never_routed": 0.45, "last_day": 12},
            "relay",
            "Leads of a person at Lakeside who left in June 2026 stayed without an owner until August.",
        ),
        Plant(
            "social-adverts", "event", "all clubs", ("2026-05",),
            {"share": 0.8},
            "attribution",
            "In May 2026 four leads in five had met an advert on Paid social; its credit rose, however counted.",
            announced=True,
        ),
        Plant(
            "chose-another-club", "event", "all clubs", _months("2026-08"),
            {"share_of_losses": 0.32},
            "playback", "Chose another club grew to a third of the losses.", announced=True,
        ),
        Plant(
            "october-leads", "event", "all clubs", ("2026-10",),
            {"marketing_factor": 0.53, "marketing_from": 5, "marketing_to": 18,
             "sales_factor": 1.17, "sales_from": 8, "sales_to": 31},
            "pace",
            "Marketing-sourced leads fell under plan in the weeks of 5 and 12 October; sales covered part.",
            announced=True,
        ),
        Plant(
            "october-replies", "event", "all clubs", ("2026-10",),
            {"from_in_time_to_late": 0.14},
            "relay", "In October marketing-sourced leads were answered in time less often.", announced=True,
        ),
    )
}  # fmt: skip


def answer_key() -> list[Plant]:
    """Return everything planted in the full sample, traits first."""
    return list(PLANTS.values())
