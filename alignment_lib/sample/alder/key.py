"""The answer key of Alder Systems: what was planted in the second sample, with its size."""

from __future__ import annotations

from ..key import Plant

PLANTS = {
    plant.name: plant
    for plant in (
        Plant(
            "several-contacts", "trait", "all regions", (),
            {"two": 0.30, "three": 0.15},
            "where_from", "Nearly half of the accounts bring two or three contacts; their deal counts once.",
        ),
        Plant(
            "webinars", "trait", "all regions", (),
            {"deal_factor": 0.35, "cost_per_lead": 45.0},
            "sources_and_campaigns", "Webinars bring cheap leads, and a third as many deals per lead.",
        ),
        Plant(
            "renewals", "trait", "all regions", (),
            {"renewed": 0.90},
            "scorecard", "Nine of ten contracts are renewed; renewals are in no lead, no win and no goal.",
        ),
        Plant(
            "expansion", "trait", "all regions", (),
            {"a_year": 0.35, "share_of_amount": 0.30},
            "scorecard", "Every third client buys more within a year; it has a row of its own.",
        ),
        Plant(
            "won-share", "event", "all regions", ("2026-08", "2026-09", "2026-10"),
            {"factor": 0.60},
            "gap_bridge", "Of the deals decided from August 2026 on, two in five fewer were won.",
        ),
        Plant(
            "october-pipeline", "event", "all regions", ("2026-10",),
            {"marketing_factor": 0.45, "marketing_amount": 0.60, "sales_factor": 1.25},
            "pace", "In October 2026 leads of marketing opened less than half of the usual deals, and smaller ones.",
        ),
    )
}  # fmt: skip


def answer_key() -> list[Plant]:
    """Return everything planted in the full sample, traits first."""
    return list(PLANTS.values())
