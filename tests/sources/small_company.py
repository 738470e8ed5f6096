"""A company of one mapping and a few rows, written down in the test."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import yaml

from alignment_lib.playbook.settings import Settings
from alignment_lib.sources import Exports, load_exports

MAPPING: dict[str, Any] = {
    "file": "leads.csv",
    "dates": {"formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"], "zone": "local"},
    "tables": {
        "leads": {
            "lead_id": "lead_id", "created_at": "created_at", "team": "team", "source": "source", "location": "club",
        },
        "deals": {
            "deal_id": "lead_id", "lead_id": "lead_id", "opened_at": "created_at", "amount": "deal_value",
            "outcome": {"column": "status", "unlisted": "set aside"},
        },
    },
}  # fmt: skip


@dataclass
class Place:
    """A params folder and an exports folder; `load` reads them."""

    root: Path
    settings: dict[str, Any] = field(default_factory=dict)
    fx: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["month", "currency", "rate"]))
    playbooks: tuple[Any, ...] = ()

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def map(self, *mappings: dict[str, Any]) -> None:
        folder = self.root / "params" / "sources"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.yml"):
            old.unlink()
        for n, mapping in enumerate(mappings):
            (folder / f"{n}.yml").write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False))

    @property
    def company(self) -> Any:
        settings = Settings.model_validate({
            "company": "Test", "time_zone": "Europe/London", "currency": "USD", "exports": "../exports",
            "reading": {"warn_above": 0, "refuse_above": 1}, **self.settings,
        })  # fmt: skip
        return SimpleNamespace(
            name="test", folder=self.root / "params", exports=self.exports, settings=settings, fx=self.fx,
            playbooks=self.playbooks,
        )  # fmt: skip

    def load(self) -> Exports:
        return load_exports(self.company, self.root / "cache")

    def rows(self, table: str, columns: str = "*", exports: Exports | None = None) -> list[tuple[Any, ...]]:
        """Return a canonical table's rows in an order that does not depend on the file's."""
        path = (exports or self.load()).tables[table]
        with duckdb.connect() as con:
            return con.execute(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY ALL").fetchall()


def passing_place() -> Place:
    """A place for one example of hypothesis, which forbids `tmp_path`; its folder goes when the place does."""
    place = Place(Path(tempfile.mkdtemp()))
    weakref.finalize(place, shutil.rmtree, place.root, ignore_errors=True)
    return place
