"""Riverside Clubs: a made-up company with a known answer key, written as files that its systems would export.

Five clubs, 30 months of leads (May 2024 to October 2026); the files were taken on 5 November 2026. Same seed, same
bytes. `plants="none"` is the null world: season and plan stay, and there is nothing to find.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from . import exports
from .handling import handle
from .key import PLANTS, Plant, answer_key
from .leads import draw_leads
from .opening import Opening
from .outcomes import decide, draw_deals
from .traces import draw_activities, draw_spend, draw_touches
from .world import World

SEED = 20261105


@dataclass(frozen=True)
class Sample:
    """The company before it is written down: what truly happened. Times are local minutes, see world.py."""

    world: World
    leads: pd.DataFrame
    deals: pd.DataFrame
    touches: pd.DataFrame
    activities: pd.DataFrame
    spend: pd.DataFrame


def simulate(seed: int = SEED, plants: str | Iterable[str] = "all") -> Sample:
    """Return what happened at Riverside Clubs; `plants` is "all", "none" or the names of some."""
    world, opening = World.of(seed, plants), Opening()
    leads = decide(world, handle(world, draw_leads(world, opening), opening), opening)
    return Sample(
        world, leads, draw_deals(world, leads, opening), draw_touches(world, leads),
        draw_activities(world, leads, opening), draw_spend(world),
    )  # fmt: skip


def make_sample(folder: str | Path, seed: int = SEED, plants: str | Iterable[str] = "all") -> Path:
    """Write the exports of Riverside Clubs and answer_key.json into a folder, and return the folder.

    The mappings in params/riverside/sources read them. Same seed and plants, same bytes.
    """
    sample = simulate(seed, plants)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    leads = sample.leads
    exports.write(exports.contacts(sample.world, leads, sample.deals), folder / "contacts.csv")
    exports.write(exports.deal_rows(leads, sample.deals), folder / "deals.csv")
    exports.write(exports.engagement_rows(leads, sample.activities), folder / "engagements.csv")
    exports.write(exports.touch_rows(leads, sample.touches), folder / "marketing_events.csv")
    exports.write(exports.spend_rows(sample.world, sample.spend), folder / "ad_spend.csv")
    key = [asdict(plant) for plant in answer_key() if plant.name in sample.world.plants]
    text = json.dumps({"seed": seed, "plants": key}, indent=1, ensure_ascii=False)
    (folder / "answer_key.json").write_text(text + "\n", encoding="utf-8")
    return folder


__all__ = ["PLANTS", "SEED", "Plant", "Sample", "answer_key", "make_sample", "simulate"]
