"""Worlds of the sample, each simulated once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from sample_times import RIVERSIDE

from alignment_lib.playbook import Company, read_company
from alignment_lib.sample import SEED, Sample, simulate


@cache
def _simulated(seed: int, plants: str | frozenset[str]) -> Sample:
    return simulate(seed, plants)


@pytest.fixture(scope="session")
def world() -> Callable[..., Sample]:
    """Return a function that gives the sample with "all", "none" or only the named plants."""

    def get(*plants: str, seed: int = SEED) -> Sample:
        return _simulated(seed, plants[0] if plants in [("all",), ("none",)] else frozenset(plants))

    return get


@pytest.fixture(scope="session")
def riverside() -> Company:
    return read_company(RIVERSIDE)
