"""Alder Systems: a second made-up company, which sells software to companies and takes four months for it.

Accounts with several contacts, deals that close a quarter later, renewals and expansions; 42 months (May 2023 to
October 2026), taken on 5 November 2026 like the first company's. Same seed, same bytes; with `plants="none"` it is
a null world.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ..opening import Opening
from ..world import World
from .files import crm_files
from .key import PLANTS, answer_key
from .pipeline import FIRST, HOURS, draw_deals, draw_leads

SEED = 271


@dataclass(frozen=True)
class AlderSample:
    """What truly happened; columns as `draw_leads` and `draw_deals` return them."""

    world: World
    leads: pd.DataFrame
    deals: pd.DataFrame


def simulate(seed: int = SEED, plants: str | Iterable[str] = "all", strength: float = 1.0) -> AlderSample:
    """Return what happened at Alder Systems; `plants` is "all", "none" or the names of some, `strength` 0 to 1."""
    world = World.of(seed, plants, PLANTS, strength)
    leads = draw_leads(world, Opening(HOURS, FIRST))
    return AlderSample(world, leads, draw_deals(world, leads))


def files_of(sample: AlderSample) -> dict[str, pd.DataFrame]:
    """Return the exports by file name."""
    return crm_files(sample.world, sample.leads, sample.deals)


__all__ = ["PLANTS", "SEED", "AlderSample", "answer_key", "files_of", "simulate"]
