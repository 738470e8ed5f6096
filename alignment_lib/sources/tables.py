"""The canonical tables: what every export becomes, whatever CRM it came from.

An instant column `x_at` of a mapping becomes two columns: `x_on` (DATE, local business date, always there)
and `x_at` (TIMESTAMP in UTC, empty when the export only holds a date). A date column `x_on` stays a date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "label", "instant", "date", "number", "bool", "person", "contact"]


@dataclass(frozen=True)
class Table:
    """One canonical table: its columns by kind, the required ones, its key and the date it is bounded by.

    `label` columns are printed dimensions: trimmed, spelling variants folded together. `text` is kept byte for byte.
    `other_ids` are the ids, separated by semicolons, under which other rows may mean the same lead.
    """

    name: str
    one_row_per: str
    columns: dict[str, Kind]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()
    dated_by: str = ""
    prefixes: dict[str, Kind] = field(default_factory=dict)


TABLES = {
    table.name: table
    for table in (
        Table(
            "leads",
            "lead journey as the CRM knows it",
            {
                "lead_id": "text", "created_at": "instant", "source": "label", "arrival": "label", "team": "label",
                "campaign": "label", "source_detail": "label", "location": "label", "owner": "person",
                "account_key": "text", "score": "number", "scored_at": "instant", "grade": "label",
                "status": "label", "disposition": "label", "disposition_reason": "label", "disposed_at": "instant",
                "handed_over_at": "instant", "assigned_at": "instant", "accepted_at": "instant",
                "sent_back_at": "instant", "recycle_due_on": "date", "visited_at": "instant",
                "modified_at": "instant", "person_key": "contact", "merged_into": "text", "other_ids": "text",
                "is_deleted": "bool",
            },
            required=("lead_id", "created_at", "source"),
            key=("lead_id",),
            dated_by="created_at",
            prefixes={"profile_": "label"},
        ),
        Table(
            "touches",
            "marketing interaction",
            {"lead_id": "text", "touched_at": "instant", "channel": "label", "campaign": "label", "kind": "label",
             "asset": "label"},
            required=("lead_id", "touched_at", "channel"),
            dated_by="touched_at",
        ),
        Table(
            "activities",
            "sales effort",
            {"activity_id": "text", "lead_id": "text", "occurred_at": "instant", "kind": "label", "direction": "label",
             "connected": "bool", "outcome": "label", "owner": "person"},
            required=("lead_id", "occurred_at", "kind"),
            dated_by="occurred_at",
        ),
        Table(
            "deals",
            "opportunity",
            {"deal_id": "text", "lead_id": "text", "account_key": "text", "opened_at": "instant",
             "expected_close_on": "date", "closed_at": "instant", "outcome": "label", "type": "label",
             "amount": "number", "currency": "label", "margin": "number", "reason": "label", "product": "label",
             "location": "label", "owner": "person", "modified_at": "instant"},
            required=("deal_id", "opened_at", "outcome"),
            key=("deal_id",),
            dated_by="opened_at",
        ),
        Table(
            "deal_leads",
            "lead that belongs to a deal",
            {"deal_id": "text", "lead_id": "text", "role": "label"},
            required=("deal_id", "lead_id"),
            key=("deal_id", "lead_id"),
        ),
        Table(
            "stage_history",
            "stage entered",
            {"lead_id": "text", "deal_id": "text", "stage": "label", "entered_at": "instant"},
            required=("stage", "entered_at"),
            dated_by="entered_at",
        ),
        Table(
            "spend",
            "day x source (x campaign x location)",
            {"spent_on": "date", "source": "label", "campaign": "label", "location": "label", "amount": "number",
             "kind": "label"},
            required=("spent_on", "source", "amount"),
            dated_by="spent_on",
        ),
        Table(
            "members",
            "client relation",
            {"client_id": "text", "deal_id": "text", "lead_id": "text", "started_on": "date", "ended_on": "date",
             "kind": "label", "monthly_amount": "number", "end_reason": "label", "previous_client_id": "text",
             "location": "label"},
            required=("client_id", "started_on"),
            key=("client_id",),
            dated_by="started_on",
        ),
        Table(
            "payments",
            "payment or order line",
            {"client_id": "text", "deal_id": "text", "paid_on": "date", "amount": "number"},
            required=("paid_on", "amount"),
            dated_by="paid_on",
        ),
        Table(
            "owners",
            "who worked where, when",
            {"owner": "person", "team": "label", "location": "label", "from_on": "date", "to_on": "date"},
            required=("owner", "from_on"),
        ),
    )
}  # fmt: skip

# The closed lists that the counting relies on; a mapping translates the export's own words into these.
ALLOWED = {
    ("leads", "team"): ("marketing", "sales", "shared", "other"),
    ("leads", "disposition"): ("accepted", "sent back", "recycled", "nurture", "lost"),
    ("activities", "direction"): ("outgoing", "incoming"),
    ("activities", "outcome"): ("held", "no-show"),
    ("deals", "outcome"): ("won", "lost", "open"),
    ("deals", "type"): ("new", "expansion", "renewal"),
    ("spend", "kind"): ("media", "people", "tools"),
}

_STORED = {"text": "VARCHAR", "label": "VARCHAR", "person": "VARCHAR", "number": "DOUBLE", "bool": "BOOLEAN",
           "date": "DATE", "contact": "BIGINT"}  # fmt: skip


def stored_columns(table: str, mapped: Iterable[str] = ()) -> dict[str, str]:
    """Return the columns of a table's Parquet file with their SQL types, in order.

    `mapped` adds the `profile_*` columns that a mapping feeds. What no mapping feeds is not in the file.

    >>> list(stored_columns("payments"))
    ['client_id', 'deal_id', 'paid_on', 'amount']
    >>> list(stored_columns("leads", ["lead_id", "profile_age"]))[:5]
    ['lead_id', 'created_on', 'created_at', 'created_hour', 'source']
    """
    stored: dict[str, str] = {}
    for column in [*TABLES[table].columns, *sorted(set(mapped) - set(TABLES[table].columns))]:
        kind = kind_of(table, column)
        if kind == "instant":
            stored.update(zip(parts_of(table, column), ("DATE", "TIMESTAMP", "SMALLINT"), strict=False))
        elif kind is not None:
            stored[column] = _STORED[kind]
    return stored


def kind_of(table: str, column: str) -> Kind | None:
    """Return the kind of a canonical column, or None where the table has no such column."""
    found = TABLES[table].columns.get(column)
    prefixed = (kind for prefix, kind in TABLES[table].prefixes.items() if column.startswith(prefix))
    return found or next(prefixed, None)


def parts_of(table: str, column: str) -> tuple[str, ...]:
    """Return the stored columns of a canonical one: an instant has a date, a UTC time and, in leads, a local hour."""
    if kind_of(table, column) != "instant":
        return (column,)
    stem = column.removesuffix("_at")
    return (f"{stem}_on", column, f"{stem}_hour") if table == "leads" else (f"{stem}_on", column)
