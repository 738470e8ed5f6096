"""Small exports through the real engine: rows in, journeys and tallies out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from small_exports import as_exports

from alignment_lib.agreed import View, profile_columns
from alignment_lib.engine import DuckDB
from alignment_lib.journeys import Journeys, add_canonical, build_journeys
from alignment_lib.month import MonthData, last_visible_day, month_of
from alignment_lib.period import Month
from alignment_lib.reach import reach_of

USUAL = {"source": "Paid search", "arrival": "web form", "location": "Northgate"}


@pytest.fixture
def count(riverside) -> Callable[..., MonthData]:
    """Count a month of small exports: `count(leads=[...], activities=[...], period="2026-10")`.

    A lead that says nothing else is a paid search lead of Northgate who filled in a form.
    """

    def counted(
        period: str = "2026-10", company=None, engine=None, **tables: list[dict[str, Any]]
    ) -> MonthData:
        tables["leads"] = [{"lead_id": f"L{n}", **USUAL, **row} for n, row in enumerate(tables["leads"])]
        return month_of(
            company or riverside, Month.parse(period), engine or DuckDB(threads=1), as_exports(tables)
        )

    return counted


@pytest.fixture
def journey(riverside) -> Callable[..., pd.Series]:
    """Build one lead's journey, without tallies: `journey({"created_at": ...}, activities=[...])`."""

    def one(
        lead: dict[str, Any], period: str = "2026-10", company=None, **tables: list[dict[str, Any]]
    ) -> pd.Series:
        exports = as_exports(
            {
                name: [{"lead_id": "L0", **row} for row in tables.get(name, [])]
                for name in ("activities", "touches", "deals")
            }
            | {"leads": [{"lead_id": "L0", **USUAL, **lead}]}
        )
        engine = DuckDB(threads=1)
        add_canonical(engine, exports.tables, profile_columns(company or riverside))
        month = Month.parse(period)
        reach = reach_of(engine, month, last_visible_day(month, 3))
        view = View(company or riverside, month, last_visible_day(month, 3, reach.newest), reach.ends)
        build_journeys(engine, view, exports.columns)
        return Journeys(engine).frame().iloc[0]

    return one
