"""Small exports, written as a person would, through the real engine: rows in, journeys and tallies out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from alignment_lib.engine import DuckDB
from alignment_lib.month import MonthData, month_of
from alignment_lib.period import Month
from alignment_lib.sources.findings import Exports
from alignment_lib.sources.tables import TABLES, stored_columns

ZONE = ZoneInfo("America/New_York")


def stored(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a reader stores them: "2026-10-05 10:00" is local time, "2026-10-05" a date without a time."""
    mapped = {key for row in rows for key in row}
    columns: dict[str, list] = {name: [] for name in stored_columns(table, mapped)}
    for row in rows:
        cells: dict[str, Any] = {}
        for key, value in row.items():
            if TABLES[table].columns.get(key) == "instant" and value is not None:
                stem = key.removesuffix("_at")
                cells[f"{stem}_on"] = pd.Timestamp(value[:10])
                if len(value) > 10:
                    local = datetime.fromisoformat(value).replace(tzinfo=ZONE)
                    cells[key] = pd.Timestamp(local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None))
                    cells[f"{stem}_hour"] = local.hour
            else:
                cells[key] = value
        for name, values in columns.items():
            values.append(cells.get(name))
    dtypes = {"DATE": "datetime64[us]", "TIMESTAMP": "datetime64[us]", "VARCHAR": "str", "DOUBLE": "float64",
              "SMALLINT": "Int16", "BOOLEAN": "boolean"}  # fmt: skip
    kinds = stored_columns(table, mapped)
    return pd.DataFrame(
        {
            name: (pd.to_datetime(pd.Series(values)) if kinds[name] in ("DATE", "TIMESTAMP") else pd.Series(values)).astype(
                dtypes[kinds[name]]
            )
            for name, values in columns.items()
        }
    )


def as_exports(tables: dict[str, list[dict[str, Any]]]) -> Exports:
    """Return rows as loaded exports; what a row names is mapped."""
    frames = {name: stored(name, rows) for name, rows in tables.items()}
    columns = {name: {key for row in rows for key in row} for name, rows in tables.items()}
    return Exports(tables=frames, columns=columns, findings=(), files=(), fingerprint="")


@pytest.fixture
def count(riverside) -> Callable[..., MonthData]:
    """Count a month of small exports: `count(leads=[...], activities=[...], period="2026-10")`.

    A lead that says nothing else is a paid search lead of Northgate who filled in a form.
    """

    def counted(period: str = "2026-10", company=None, engine=None, **tables: list[dict[str, Any]]) -> MonthData:
        usual = {"source": "Paid search", "arrival": "web form", "location": "Northgate"}
        tables["leads"] = [{"lead_id": f"L{n}", **usual, **row} for n, row in enumerate(tables["leads"])]
        return month_of(company or riverside, Month.parse(period), engine or DuckDB(threads=1), as_exports(tables))

    return counted


@pytest.fixture
def journey(count) -> Callable[..., pd.Series]:
    """Count one lead and return its journey."""

    def one(lead: dict[str, Any], period: str = "2026-10", company=None, **tables: list[dict[str, Any]]) -> pd.Series:
        for name in ("activities", "touches", "deals"):
            tables[name] = [{"lead_id": "L0", **row} for row in tables.get(name, [])]
        return count(period, company, leads=[lead], **tables).journeys.frame().iloc[0]

    return one
