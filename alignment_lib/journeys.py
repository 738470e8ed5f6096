"""Journeys: canonical tables become one row per lead journey, built once and read by every tally.

Touches, activities and deals are reduced to one row per lead first; what the two teams agreed comes from
`agreed.py`, opening hours from `calendar_table.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from .agreed import View, small_tables, sql_values
from .calendar_table import NO_LOCATION, calendar_table
from .engine import Engine, literal, quoted_name, read_sql
from .sources.tables import TABLES, stored_columns

STEPS = ("leads_as_known", "lead_activities", "lead_touches", "deal_payments", "deals_as_known", "lead_deals",
         "lead_members", "journeys", "lead_handling", "path_steps")  # fmt: skip
FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class Journeys:
    """One row per lead journey, for analysts. Questions never receive lead rows."""

    engine: Engine

    def frame(self, where: str | None = None, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Return journeys as a DataFrame, ordered by lead.

        Parameters
        ----------
        where : str, optional
            A SQL condition of your own: `"team = 'sales' AND outcome = 'won'"`.
        columns : iterable of str, optional
            Which columns; all when left out.
        """
        chosen = ", ".join(quoted_name(column) for column in columns) if columns else "*"
        condition = f" WHERE {where}" if where else ""
        return self.engine.run(f"SELECT {chosen} FROM journeys{condition} ORDER BY lead_id")


def add_canonical(
    engine: Engine, tables: Mapping[str, Path | pd.DataFrame], profile: Iterable[str] = ()
) -> None:
    """Make every canonical table known to the engine, whole and typed; what is not exported is empty."""
    for name in TABLES:
        held: set[str] = set()
        if name in tables:
            engine.add(f"exported_{name}", tables[name])
            held = set(engine.columns(f"exported_{name}"))
        columns = stored_columns(name, profile if name == "leads" else ())
        parts = [
            f"CAST({quoted_name(column) if column in held else 'NULL'} AS {kind}) AS {quoted_name(column)}"
            for column, kind in columns.items()
        ]
        rows = f" FROM exported_{name}" if name in tables else " WHERE FALSE"
        engine.view(name, f"SELECT {', '.join(parts)}{rows}")


def build_journeys(engine: Engine, view: View, columns: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Build the journeys and what they stand on; return the values that the tallies' SQL asks for.

    Parameters
    ----------
    engine : Engine
        Holds the canonical tables (`add_canonical`).
    view : View
        The month, what was agreed, and as_of.
    columns : mapping of str to iterable of str
        The canonical columns that the exports hold, by table.

    Notes
    -----
    Afterwards the engine holds each of `STEPS` as a table; the first line of its SQL file says what a row is.
    """
    bounds = engine.run(
        "SELECT MIN(LEAST(created_on, handed_over_on, assigned_on)) AS first, "
        f"(SELECT MIN(occurred_on) FROM activities WHERE occurred_on <= {literal(view.as_of)}) AS effort FROM leads"
    ).iloc[0]
    first = min(_day(bounds["first"]) or view.as_of, view.as_of)
    calendar, locations = calendar_table(view.company, first, view.as_of)
    small = dict(small_tables(view, first), calendar=calendar, locations=locations)
    for name, frame in small.items():
        engine.add(name, frame)
    values = {
        **sql_values(view, {name: set(held) for name, held in columns.items()}),
        # the days on which sales' efforts are on record: from the first month, until the file stops
        "efforts_from": (_day(bounds["effort"]) or FAR).replace(day=1),
        "efforts_to": view.ends.get("activities", view.as_of),
        "company_schedule": int(locations.loc[locations["location"] == NO_LOCATION, "schedule"].iloc[0]),
    }
    for name in STEPS:
        engine.create(name, read_sql(name, values))
    return values


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
