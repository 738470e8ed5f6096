"""The same SQL files on Spark: journeys and tallies equal DuckDB's to 1e-9. Needs pyspark and Java 17."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from alignment_lib.engine import DuckDB, Spark, for_spark
from alignment_lib.journeys import STEPS
from alignment_lib.tallies import TALLIES

SOURCES = ["Paid search", "Referral", "Facebook Ads", None, "Skywriting"]
PLACES = ["Northgate", "Old Mill", "Station", None, "Elsewhere"]


def random_exports(n: int, seed: int) -> dict[str, list[dict]]:
    """Return a few hundred leads over fifteen months with everything that may happen to them, holes included."""
    draw = np.random.default_rng(seed)

    def pick(options):
        return options[draw.integers(len(options))]

    def later(moment: datetime, hours: float) -> str:
        at = moment + timedelta(minutes=int(draw.exponential(hours * 60)))
        return f"{at:%Y-%m-%d}" if draw.random() < 0.05 else f"{at:%Y-%m-%d %H:%M}"

    tables: dict[str, list[dict]] = {name: [] for name in ("leads", "touches", "activities", "deals", "members", "payments")}
    for i in range(n):
        moment = datetime(2025, 8, 1) + timedelta(minutes=int(draw.integers(15 * 30 * 1440)))
        lead = {
            "lead_id": f"L{i}", "created_at": later(moment, 0.01), "source": pick(SOURCES), "location": pick(PLACES),
            "arrival": pick(["web form", "message", "walk-in", None]), "campaign": pick(["Free week", "Odd", None]),
            "person_key": pick([f"p{draw.integers(n)}", None]), "owner": pick(["here", "gone", None]),
            "score": pick([float(draw.integers(100)), None]), "scored_at": pick([later(moment, 2), None]),
            "profile_catchment": pick(["inside", "inside", "outside", None]),
            "profile_visits_a_week": pick(["1", "3", "many", None]), "source_detail": pick(["trial request", None]),
            "assigned_at": pick([later(moment, 1), None]), "handed_over_at": pick([later(moment, 1), None]),
            "accepted_at": pick([later(moment, 9), None]), "visited_at": pick([later(moment, 99), None, None]),
            "disposition": pick(["accepted", "sent back", "recycled", "nurture", "lost", None]),
            "disposed_at": pick([later(moment, 50), None]), "disposition_reason": pick(["Price", None]),
            "sent_back_at": None, "recycle_due_on": pick([pd.Timestamp(moment.date()) + pd.Timedelta(days=9), None]),
        }  # fmt: skip
        tables["leads"].append(lead)
        for _ in range(draw.integers(4)):
            tables["touches"].append({"lead_id": f"L{i}", "touched_at": later(moment - timedelta(days=1), 30),
                                      "channel": "web", "kind": pick(["form", "visit", None])})  # fmt: skip
        for _ in range(draw.integers(7)):
            tables["activities"].append({
                "lead_id": f"L{i}", "occurred_at": later(moment - timedelta(hours=1), 30), "connected": pick([True, False, None]),
                "kind": pick(["call", "e-mail", "message", "tour"]), "direction": pick(["outgoing", "incoming", None]),
                "outcome": pick(["held", "no-show", None]),
            })  # fmt: skip
        for k in range(draw.integers(3)):
            outcome = pick(["won", "won", "lost", "open"])
            tables["deals"].append({
                "deal_id": f"D{i}.{k}", "lead_id": pick([f"L{i}", f"L{i}", None]), "opened_at": later(moment, 9),
                "closed_at": pick([later(moment, 900), later(moment, 20), None]) if outcome != "open" else None,
                "outcome": outcome, "type": pick(["new", "new", "expansion", None]), "location": pick(PLACES),
                "amount": pick([round(float(draw.random()) * 999, 2), None]), "currency": "USD", "reason": pick(["Price", None]),
            })  # fmt: skip
            start = pd.Timestamp(moment.date())
            tables["members"].append({
                "client_id": f"C{i}.{k}", "deal_id": f"D{i}.{k}", "started_on": start, "location": pick(PLACES),
                "ended_on": pick([start + pd.Timedelta(days=int(draw.integers(200))), None]),
                "previous_client_id": pick([f"C{i}.{k - 1}", None]) if k else None,
            })  # fmt: skip
            tables["payments"].append({"client_id": f"C{i}.{k}", "paid_on": start + pd.Timedelta(days=int(draw.integers(90))),
                                       "amount": round(float(draw.random()) * 99, 2)})  # fmt: skip
    tables["deal_leads"] = [
        {"deal_id": pick(tables["deals"])["deal_id"], "lead_id": f"L{draw.integers(n)}"} for _ in range(n // 5)
    ]
    tables["deal_leads"] = [dict(pair) for pair in {tuple(row.items()) for row in tables["deal_leads"]}]
    tables["spend"] = [{"spent_on": pd.Timestamp("2026-10-01"), "source": "Facebook Ads", "amount": 99.99}]
    tables["owners"] = [
        {"owner": "gone", "from_on": pd.Timestamp("2024-01-01"), "to_on": pd.Timestamp("2026-06-30")},
        {"owner": "here", "from_on": pd.Timestamp("2024-01-01"), "to_on": None},
    ]
    return tables


def test_every_file_is_carried_to_spark_without_a_word_that_spark_lacks():
    """What sqlglot cannot carry it leaves as it stands; these must not be left."""
    for name in (*STEPS, *(f"tallies_{name}" for name in TALLIES)):
        from alignment_lib.engine import _text_of

        text = for_spark(_text_of(name).safe_substitute())
        for word in ("EPOCH(", "VARCHAR", "EXCLUDE", "strftime", "QUALIFY", "::"):
            assert word not in text, name


def test_journeys_and_tallies_on_spark_equal_duckdbs(count):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, which is not installed here")
    pytest.importorskip("pyspark", reason="Spark is an extra: pip install 'alignment[spark]'")
    tables = random_exports(150, seed=1)
    ours = count(**{name: list(rows) for name, rows in tables.items()}, engine=DuckDB(threads=1))
    spark = Spark()
    try:
        theirs = count(**tables, engine=spark)
        assert set(theirs.journeys.frame()) == set(ours.journeys.frame())
        for name in TALLIES:
            pd.testing.assert_frame_equal(theirs.tallies[name], ours.tallies[name], rtol=1e-9, obj=name)
            assert len(ours.tallies[name]), f"{name} is empty: it proves nothing"
    finally:
        spark.close()
