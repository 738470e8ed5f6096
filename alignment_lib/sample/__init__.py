"""Riverside Clubs: a made-up company with a known answer key, written as files that its systems would export.

Five clubs, 30 months of leads (May 2024 to October 2026); the files were taken on 5 November 2026. Same seed,
same bytes. `plants="none"` is the null world: season and plan stay, and there is nothing to find.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from . import alder, exports
from .clients import draw_members, draw_payments
from .faults import add_bad_rows, add_duplicates
from .handling import handle
from .key import PLANTS, Plant, answer_key
from .leads import draw_leads
from .opening import Opening
from .outcomes import decide, draw_deals
from .traces import draw_activities, draw_spend, draw_touches
from .world import World

SEED = 158


@dataclass(frozen=True)
class Sample:
    """The company before it is written down: what truly happened. Times are local minutes, see world.py."""

    world: World
    leads: pd.DataFrame
    deals: pd.DataFrame
    touches: pd.DataFrame
    activities: pd.DataFrame
    spend: pd.DataFrame
    members: pd.DataFrame
    payments: pd.DataFrame


def simulate(seed: int = SEED, plants: str | Iterable[str] = "all", strength: float = 1.0) -> Sample:
    """Return what happened at Riverside Clubs; `plants` is "all", "none" or the names of some, `strength` 0 to 1."""
    world, opening = World.of(seed, plants, strength=strength), Opening()
    leads = decide(world, handle(world, draw_leads(world, opening), opening), opening)
    deals = draw_deals(world, leads, opening)
    members = draw_members(world, leads, deals)
    return Sample(
        world, leads, deals, draw_touches(world, leads), draw_activities(world, leads, opening),
        draw_spend(world), members, draw_payments(members),
    )  # fmt: skip


def make_sample(
    folder: str | Path, seed: int = SEED, plants: str | Iterable[str] = "all", strength: float = 1.0
) -> Path:
    """Write the exports of Riverside Clubs and answer_key.json into a folder, and return the folder.

    The mappings in params/riverside/sources read them. Same seed, plants and strength, same bytes; the key tells the
    whole sizes, of which a `strength` below 1 plants a part.
    """
    sample = simulate(seed, plants, strength)
    with _whole(Path(folder)) as target:
        for name, table in _crm_files(sample).items():
            exports.write(table, target / name)
        for name, table in _club_files(sample).items():
            exports.write(table, target / name, encoding="cp1252", delimiter=";")
        _write_key(target, seed, sample.world, answer_key())
    return Path(folder)


def make_alder(
    folder: str | Path, seed: int = alder.SEED, plants: str | Iterable[str] = "all", strength: float = 1.0
) -> Path:
    """Write the exports of Alder Systems and answer_key.json into a folder, and return it; see `make_sample`."""
    sample = alder.simulate(seed, plants, strength)
    with _whole(Path(folder)) as target:
        for name, table in alder.files_of(sample).items():
            exports.write(table, target / name)
        _write_key(target, seed, sample.world, alder.answer_key())
    return Path(folder)


SAMPLES = {"riverside": make_sample, "alder": make_alder}  # what `sample:` in report.yml may name


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write to; one that was not there appears only when it is whole, so that no half is left."""
    target = folder if folder.exists() else folder.with_name(folder.name + ".part")
    target.mkdir(parents=True, exist_ok=True)
    yield target
    if target != folder:
        target.rename(folder)


def _write_key(folder: Path, seed: int, world: World, plants: list[Plant]) -> None:
    key = [asdict(plant) for plant in plants if plant.name in world.plants]
    text = json.dumps({"seed": seed, "plants": key}, indent=1, ensure_ascii=False)
    (folder / "answer_key.json").write_text(text + "\n", encoding="utf-8")


def _crm_files(sample: Sample) -> dict[str, pd.DataFrame]:
    world, leads, deals = sample.world, sample.leads, sample.deals
    contacts = add_duplicates(world, exports.contacts(world, leads, deals), leads, deals)
    contacts, engagements = add_bad_rows(world, contacts, exports.engagement_rows(leads, sample.activities))
    return {
        "contacts.csv": contacts,
        "deals.csv": exports.deal_rows(leads, deals),
        "engagements.csv": engagements,
        "marketing_events.csv": exports.touch_rows(leads, sample.touches),
        "ad_spend.csv": exports.spend_rows(world, sample.spend),
        "owners.csv": exports.owner_rows(world),
    }


def _club_files(sample: Sample) -> dict[str, pd.DataFrame]:
    return {
        "memberships.csv": exports.membership_rows(sample.world, sample.members, sample.leads, sample.deals),
        "payments.csv": exports.payment_rows(sample.payments, sample.members, sample.deals),
    }


__all__ = [
    "PLANTS",
    "SAMPLES",
    "SEED",
    "Plant",
    "Sample",
    "answer_key",
    "make_alder",
    "make_sample",
    "simulate",
]
