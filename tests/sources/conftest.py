"""A company of one mapping and a few rows, written down in the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_company import MAPPING, Place

from alignment_lib.errors import InputRejected


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """One company with the fault corpus's mapping and no file yet."""
    place = Place(tmp_path)
    place.exports.mkdir()
    place.map(MAPPING)
    return place


@pytest.fixture
def refused(place: Place) -> Callable[[], str]:
    """Load and return the text of the refusal."""

    def load() -> str:
        before = sorted(place.root.glob("cache/tables-*"))
        with pytest.raises(InputRejected) as caught:
            place.load()
        assert caught.value.exit_code == 4
        assert sorted(place.root.glob("cache/tables-*")) == before and not list(
            place.root.glob("cache/reading-*")
        )
        return str(caught.value)

    return load
