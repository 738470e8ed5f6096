"""What `make check` prints about the exports: files, findings, and totals that people can compare with their CRM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from .canonical import stored_day
from .findings import Exports, Finding
from .tables import TABLES
from .typed_files import quoted

# What each table is added up by, beside its rows.
_SUMS = {"deals": "amount", "spend": "amount", "payments": "amount", "members": "monthly_amount"}


@dataclass(frozen=True)
class Summary:
    """The exports at a glance.

    Attributes
    ----------
    files : pandas.DataFrame
        One row per file and table: file, table, rows_in, rows_used, set_aside (int), reasons (text), newest (date).
    totals : pandas.DataFrame
        One row per table: table, rows, first and last (date), total (money in the company's currency, else empty)
        and `of`, the column that is added up. Deals count whatever their outcome.
    months : pandas.DataFrame
        One row per month in which leads were created: month ("YYYY-MM"), leads, deals won and their amount by the
        month of closing.
    findings : tuple of Finding
        Warnings first.
    """

    files: pd.DataFrame
    totals: pd.DataFrame
    months: pd.DataFrame
    findings: tuple[Finding, ...]


def summary(exports: Exports, today: date | None = None) -> Summary:
    """Return the exports at a glance; with `today`, rows that are dated later are among the findings."""
    files = pd.DataFrame(
        [
            {
                "file": file.name, "table": file.table, "rows_in": file.rows_in, "rows_used": file.rows_used,
                "set_aside": sum(file.set_aside.values()),
                "reasons": ", ".join(f"{reason} {count:,}" for reason, count in file.set_aside.items()),
                "newest": file.newest,
            }
            for file in exports.files
        ],
        columns=["file", "table", "rows_in", "rows_used", "set_aside", "reasons", "newest"],
    )  # fmt: skip
    with duckdb.connect(":memory:") as con:
        for table, path in exports.tables.items():
            con.execute(f"CREATE VIEW {table} AS FROM read_parquet({quoted(str(path))})")
        totals = pd.concat([_total(con, table) for table in exports.tables], ignore_index=True)
        months = _months(con, exports.columns)
        later = [finding for table in exports.tables if today for finding in _later(con, table, today)]
    order = {"refuse": 0, "warn": 1, "info": 2}
    findings = sorted([*exports.findings, *later], key=lambda finding: order[finding.severity])
    return Summary(files, totals, months, tuple(findings))


def _total(con: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    day = stored_day(table) if TABLES[table].dated_by else "CAST(NULL AS DATE)"
    total = _SUMS.get(table) if _SUMS.get(table) in _columns(con, table) else None
    added = f"round(sum({total}), 2)" if total else "CAST(NULL AS DOUBLE)"
    return con.sql(
        f"SELECT '{table}' AS \"table\", count(*) AS rows, min({day}) AS first, max({day}) AS last, "
        f"{added} AS total, '{total or ''}' AS \"of\" FROM {table}"
    ).df()


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return con.sql(f"FROM {table} LIMIT 0").columns


def _months(con: duckdb.DuckDBPyConnection, columns: dict[str, set[str]]) -> pd.DataFrame:
    if "leads" not in columns:
        return pd.DataFrame(columns=["month", "leads", "won", "amount"])
    leads = "SELECT strftime(created_on, '%Y-%m') AS month, count(*) AS leads FROM leads GROUP BY 1"
    amount = "sum(amount)" if "amount" in columns.get("deals", set()) else "CAST(NULL AS DOUBLE)"
    won = (f"SELECT strftime(closed_on, '%Y-%m') AS month, count(*) AS won, {amount} AS amount FROM deals "
           "WHERE outcome = 'won' AND closed_on IS NOT NULL GROUP BY 1")  # fmt: skip
    if "closed_at" not in columns.get("deals", set()):
        won = "SELECT CAST(NULL AS VARCHAR) AS month, 0 AS won, CAST(NULL AS DOUBLE) AS amount LIMIT 0"
    return con.sql(
        f"SELECT month, coalesce(leads, 0) AS leads, coalesce(won, 0) AS won, amount "
        f"FROM ({leads}) FULL JOIN ({won}) USING (month) ORDER BY month"
    ).df()


def _later(con: duckdb.DuckDBPyConnection, table: str, today: date) -> list[Finding]:
    if not TABLES[table].dated_by:
        return []
    day = stored_day(table)
    count = con.execute(f"SELECT count(*) FROM {table} WHERE {day} > ?", [today]).fetchone()[0]  # type: ignore[index]
    text = f"dated after today ({today}); no page counts them before that day"
    return [Finding("future-date", "warn", "", text, table=table, column=day, count=count)] if count else []
