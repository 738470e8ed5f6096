"""How long a CSV of a million leads takes to load, against DuckDB's own guessing reader on the same columns.

    PYTHONPATH=. python tests/benchmarks/bench_reading.py [rows]

Both legs end with Parquet on disk. Ours also decodes strictly, counts every cell, parses by declared format, puts
times into the company's zone, hashes people, cleans labels and settles duplicates. The goal is a ratio of 2.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import yaml

from alignment_lib.playbook.settings import Settings
from alignment_lib.sources import load_exports

MAPPING: dict[str, Any] = {
    "file": "contacts.csv",
    "dates": {"formats": ["%Y-%m-%d %H:%M", "%Y-%m-%d"], "zone": "utc"},
    "personal": ["First Name", "Last Name"],
    "tables": {
        "leads": {
            "lead_id": "Contact ID", "created_at": "Create Date", "source": "Original Source", "location": "Club",
            "person_key": {"columns": ["Email"]}, "owner": "Contact owner", "score": "HubSpot Score",
            "handed_over_at": "Became a Marketing Qualified Lead Date", "assigned_at": "Owner Assigned Date",
            "campaign": "Campaign", "status": "Lead Status", "profile_catchment": "Catchment",
        }
    },
}  # fmt: skip
SOURCES, CLUBS = ("PAID_SEARCH", "ORGANIC", "EMAIL"), ("Northgate", "Harbour", "Station")
CAMPAIGNS = ("New Year", "Friends", "")
HEADINGS = ["First Name", "Last Name", *(
    spec["columns"][0] if isinstance(spec, dict) else spec for spec in MAPPING["tables"]["leads"].values()
)]  # fmt: skip


def write_contacts(path: Path, rows: int) -> None:
    """Write `rows` contacts, every twentieth with a quoted name."""
    draw = random.Random(1)
    start = datetime(2024, 5, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADINGS) + "\n")
        for n in range(rows):
            created = start + timedelta(minutes=draw.randrange(1_300_000))
            later = created + timedelta(minutes=30)
            last = '"Lee, Jr"' if n % 20 == 0 else "Lee"
            file.write(
                f"Ann{n},{last},{100_000 + n},{created:%Y-%m-%d %H:%M},"
                f"{draw.choice(SOURCES)},{draw.choice(CLUBS)},ann{n}@example.com,Owner {n % 50},{draw.randrange(100)},"
                f"{later:%Y-%m-%d %H:%M},{later:%Y-%m-%d %H:%M},{draw.choice(CAMPAIGNS)},OPEN,inside\n"
            )


def seconds(run: Any, *arguments: Any) -> tuple[float, float]:
    """Return how long a call takes by the clock, and on all processors together."""
    start, busy = time.perf_counter(), time.process_time()
    run(*arguments)
    return time.perf_counter() - start, time.process_time() - busy


def bare(path: Path, target: Path) -> None:
    """Read with DuckDB's guesses, the mapped columns only, into Parquet."""
    columns = ", ".join(f'"{heading}"' for heading in HEADINGS[2:])
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {columns} FROM read_csv('{path}')) TO '{target}' (FORMAT parquet)")


def main(rows: int = 1_000_000, repeats: int = 5) -> float:
    """Print both legs and return the ratio of their medians."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "exports").mkdir()
        (root / "sources").mkdir()
        write_contacts(root / "exports" / "contacts.csv", rows)
        (root / "sources" / "contacts.yml").write_text(yaml.safe_dump(MAPPING))
        settings = Settings.model_validate(
            {"company": "Bench", "time_zone": "America/New_York", "currency": "USD", "exports": "exports"}
        )
        company: Any = SimpleNamespace(
            folder=root, exports=root / "exports", settings=settings, playbooks=(), fx=pd.DataFrame()
        )
        theirs, ours = [], []
        for n in range(repeats):
            theirs.append(seconds(bare, root / "exports" / "contacts.csv", root / "bare.parquet"))
            ours.append(seconds(load_exports, company, root / f"cache{n}"))
    (bare_s, bare_cpu), (ours_s, ours_cpu) = (map(statistics.median, zip(*leg, strict=True)) for leg in (theirs, ours))
    print(
        f"{rows:,} rows: bare read_csv {bare_s:.2f} s (CPU {bare_cpu:.2f} s), load_exports {ours_s:.2f} s "
        f"(CPU {ours_cpu:.2f} s), ratio {ours_s / bare_s:.2f} (goal 2.00; CPU {ours_cpu / bare_cpu:.2f})"
    )
    return ours_s / bare_s


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
