"""Small exports for tests: written by hand as a person would, or drawn at random."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from alignment_lib.sources.findings import Exports
from alignment_lib.sources.tables import TABLES, stored_columns

ZONE = ZoneInfo("America/New_York")
SOURCES = ["Paid search", "Referral", "Facebook Ads", None, "Skywriting"]
PLACES = ["Northgate", "Old Mill", "Station", None, "Elsewhere"]


def stored(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a reader stores them: "2026-10-05 10:00" is local, "2026-10-05" has no time."""
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
              "SMALLINT": "Int16", "BOOLEAN": "boolean", "BIGINT": "Int64"}  # fmt: skip
    kinds = stored_columns(table, mapped)
    return pd.DataFrame(
        {
            name: (
                pd.to_datetime(pd.Series(values))
                if kinds[name] in ("DATE", "TIMESTAMP")
                else pd.Series(values)
            ).astype(dtypes[kinds[name]])
            for name, values in columns.items()
        }
    )


def as_exports(tables: dict[str, list[dict[str, Any]]]) -> Exports:
    """Return rows as loaded exports; what a row names is mapped."""
    frames = {name: stored(name, rows) for name, rows in tables.items()}
    columns = {name: {key for row in rows for key in row} for name, rows in tables.items()}
    return Exports(tables=frames, columns=columns, findings=(), files=(), fingerprint="")


def draw_exports(n: int, seed: int) -> dict[str, list[dict]]:
    """Return leads of fifteen months with everything that may happen to them, holes included."""
    draw = np.random.default_rng(seed)

    def pick(options):
        return options[draw.integers(len(options))]

    def later(moment: datetime, hours: float) -> str:
        at = moment + timedelta(minutes=int(draw.exponential(hours * 60)))
        return f"{at:%Y-%m-%d}" if draw.random() < 0.05 else f"{at:%Y-%m-%d %H:%M}"

    tables: dict[str, list[dict]] = {
        name: [] for name in ("leads", "touches", "activities", "deals", "members", "payments")
    }
    for i in range(n):
        moment = datetime(2025, 8, 1) + timedelta(minutes=int(draw.integers(15 * 30 * 1440)))
        lead = {
            "lead_id": f"L{i}", "created_at": later(moment, 0.01), "source": pick(SOURCES),
            "location": pick(PLACES),
            "arrival": pick(["web form", "message", "walk-in", None]),
            "campaign": pick(["Free week", "Odd", None]),
            "person_key": pick([int(draw.integers(n)), None]), "owner": pick(["here", "gone", None]),
            "score": pick([float(draw.integers(100)), None]), "scored_at": pick([later(moment, 2), None]),
            "profile_catchment": pick(["inside", "inside", "outside", None]),
            "profile_visits_a_week": pick(["1", "3", "many", None]),
            "source_detail": pick(["trial request", None]),
            "assigned_at": pick([later(moment, 1), None]), "handed_over_at": pick([later(moment, 1), None]),
            "accepted_at": pick([later(moment, 9), None]),
            "visited_at": pick([later(moment, 99), None, None]),
            "disposition": pick(["accepted", "sent back", "recycled", "nurture", "lost", None]),
            "disposed_at": pick([later(moment, 50), None]), "disposition_reason": pick(["Price", None]),
            "sent_back_at": None,
            "recycle_due_on": pick([pd.Timestamp(moment.date()) + pd.Timedelta(days=9), None]),
        }  # fmt: skip
        tables["leads"].append(lead)
        for k in range(draw.integers(4)):
            tables["touches"].append({"lead_id": f"L{i}", "touched_at": later(moment - timedelta(days=1), 30),
                                      "channel": ("web", "mail", "ads", "(won)")[(i + k // 2) % 4],
                                      "kind": pick(["form", "visit", None])})  # fmt: skip
        for _ in range(draw.integers(7)):
            tables["activities"].append({
                "lead_id": f"L{i}", "occurred_at": later(moment - timedelta(hours=1), 30),
                "connected": pick([True, False, None]),
                "kind": pick(["call", "e-mail", "message", "tour"]),
                "direction": pick(["outgoing", "incoming", None]),
                "outcome": pick(["held", "no-show", None]),
            })  # fmt: skip
        for k in range(draw.integers(3)):
            outcome = pick(["won", "won", "lost", "open"])
            closed = pick([later(moment, 900), later(moment, 20), None])
            tables["deals"].append({
                "deal_id": f"D{i}.{k}", "lead_id": pick([f"L{i}", f"L{i}", None]),
                "opened_at": later(moment, 9), "closed_at": None if outcome == "open" else closed,
                "outcome": outcome, "type": pick(["new", "new", "expansion", None]), "location": pick(PLACES),
                "amount": pick([round(float(draw.random()) * 999, 2), None]), "currency": "USD",
                "reason": pick(["Price", None]),
            })  # fmt: skip
            start = pd.Timestamp(moment.date())
            tables["members"].append({
                "client_id": f"C{i}.{k}", "deal_id": f"D{i}.{k}", "started_on": start,
                "location": pick(PLACES),
                "ended_on": pick([start + pd.Timedelta(days=int(draw.integers(200))), None]),
                "previous_client_id": pick([f"C{i}.{k - 1}", None]) if k else None,
            })  # fmt: skip
            paid = start + pd.Timedelta(days=int(draw.integers(90)))
            tables["payments"].append({"client_id": f"C{i}.{k}", "paid_on": paid,
                                       "amount": round(float(draw.random()) * 99, 2)})  # fmt: skip
    tables["deal_leads"] = [
        {"deal_id": pick(tables["deals"])["deal_id"], "lead_id": f"L{draw.integers(n)}"}
        for _ in range(n // 5)
    ]
    tables["deal_leads"] = [dict(pair) for pair in {tuple(row.items()) for row in tables["deal_leads"]}]
    tables["spend"] = [{"spent_on": pd.Timestamp("2026-10-01"), "source": "Facebook Ads", "amount": 99.99}]
    tables["owners"] = [
        {"owner": "gone", "from_on": pd.Timestamp("2024-01-01"), "to_on": pd.Timestamp("2026-06-30")},
        {"owner": "here", "from_on": pd.Timestamp("2024-01-01"), "to_on": None},
    ]
    return tables


MONDAY = "2026-10-05"
CALL = {"kind": "call", "direction": "outgoing", "connected": False}
WON = {"deal_id": "D1", "opened_at": "2026-10-06", "outcome": "won", "type": "new", "amount": 540.0}

LOST = {**WON, "deal_id": "D0", "outcome": "lost", "closed_at": "2026-10-07"}


def created(clock="10:00", **more):
    return {"created_at": f"{MONDAY} {clock}", **more}


def call(day="05", clock="11:00", **more):
    return {**CALL, "occurred_at": f"2026-10-{day} {clock}", **more}


def playbook_with(company, version=-1, **changes):
    """Return the company with something else agreed in one version of its playbook."""
    playbooks = list(company.playbooks)
    changed = playbooks[version].model_copy(update=changes)
    changed._in_force_from = playbooks[version].in_force_from
    playbooks[version] = changed
    return dataclasses.replace(company, playbooks=tuple(playbooks))
