"""From staged rows to canonical tables: clean, settle, exchange, write, and account for every row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NotebookFailed
from .aside import set_aside
from .doubts import note_doubts
from .findings import FileRead
from .history import lead_on, stage_words
from .identity import settle_identities
from .labels import clean_labels
from .reading import BLANK, SECOND_ENTRIES, Reader, has_rows, required_cells
from .tables import TABLES, parts_of
from .typed_files import identifier, quoted

if TYPE_CHECKING:
    from ..playbook import Company


# No dictionaries for ids, no compression: a third faster to write for a quarter more disk, in a cache that one state
# of the exports fills. Version 2 would be a fifth, but Spark may not read its numbers.
PARQUET = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 4000"


def write_canonical(
    reader: Reader, company: Company, folder: Path, say: Callable[[str], None]
) -> list[FileRead]:
    """Read, clean and settle; write the tables; return where the rows went."""
    reader.read(say)
    tables = [table for table in TABLES if reader.mapped(table)]
    staged = not list(reader.report.refusals())
    if staged:
        for table in tables:
            reader.con.execute(f"CREATE OR REPLACE VIEW u_{table} AS {reader.union(table)}")
        for table in tables:
            if required_cells(table) and reader.find_blanks(table):
                text = "every cell is empty; the record is set aside"
                set_aside(reader, table, "blank-row", "info", BLANK, text, "SELECT f, r FROM blanks")
        clean_labels(reader, known_labels(company))
    if list(reader.report.refusals()):
        reader.weigh_set_aside()
    reader.report.stop_if_refused()
    say("settling duplicates and returning people")
    settle_identities(reader, company.settings.people.same_journey_days, stage_words(company.playbooks))
    reader.weigh_set_aside()
    _exchange(reader, company)
    note_doubts(reader, known_labels(company))
    reader.report.stop_if_refused()
    say("writing the canonical tables")
    return [file for table in TABLES if reader.mapped(table) for file in _write(reader, table, folder)]


def held_columns(reader: Reader, table: str, folder: Path) -> list[str]:
    """Return the columns of a written table that questions may rely on.

    A column that is mapped and has not one cell is not among them: nobody fills it, and empty is then no answer.
    """
    written = reader.con.execute(
        "SELECT path_in_schema, bool_and(num_values = coalesce(stats_null_count, 0)) FROM parquet_metadata(?) "
        "GROUP BY path_in_schema",
        [str(folder / f"{table}.parquet")],
    ).fetchall()
    empty = {name for name, is_empty in written if is_empty} - set(TABLES[table].required)
    return [name for name in reader.told(table) if not empty.issuperset(parts_of(table, name))]


def _exchange(reader: Reader, company: Company) -> None:
    """Make the table fx (month, currency, rate) and refuse deals in a currency that has no rate for its month."""
    con, base = reader.con, company.settings.currency
    con.execute("CREATE OR REPLACE TABLE fx (month VARCHAR, currency VARCHAR, rate DOUBLE)")
    rates = company.fx
    if len(rates):
        con.executemany(
            "INSERT INTO fx VALUES (?, ?, ?)", rates[["month", "currency", "rate"]].values.tolist()
        )
    if "currency" not in reader.mapped("deals"):
        return
    month = "strftime(coalesce(d.closed_on, d.opened_on), '%Y-%m')"
    missing = con.execute(
        f"SELECT d.f, upper(d.currency), {month}, count(*) FROM {reader.live('deals')} AS d "
        f"LEFT JOIN fx ON fx.currency = upper(d.currency) AND fx.month = {month} "
        "WHERE upper(d.currency) <> ? AND fx.rate IS NULL AND d.amount IS NOT NULL GROUP BY ALL ORDER BY ALL",
        [base],
    ).fetchall()
    for f in sorted({row[0] for row in missing}):
        rows = [row for row in missing if row[0] == f]
        few = ", ".join(f"{currency} in {when}" for _, currency, when, _ in rows[:6])
        text = f"amounts in other currencies than {base} without a rate in fx.csv: {few}{', ...' if rows[6:] else ''}"
        reader.report.refuse("missing-rate", reader.sources[f].name, text, count=sum(row[3] for row in rows),
                          of=reader.sources[f].records, table="deals", column="currency")  # fmt: skip


def _write(reader: Reader, table: str, folder: Path) -> list[FileRead]:
    """Write one canonical table and account for every row of its files."""
    con, path = reader.con, folder / f"{table}.parquet"
    written = con.execute(
        f"COPY ({_final_sql(reader, table)}) TO {quoted(str(path))} ({PARQUET})"
    ).fetchone()[0]  # type: ignore[index]
    dated = TABLES[table].dated_by
    day = identifier(stored_day(table)) if dated else "NULL"
    gone = con.execute(
        "SELECT f, reason, count(*) FROM (SELECT f, r, min(reason) AS reason FROM aside WHERE t = ? GROUP BY f, r) "
        "GROUP BY ALL ORDER BY ALL", [table]
    ).fetchall()  # fmt: skip
    used = _counted(reader, f"SELECT f, {day} AS day FROM {reader.live(table, 'u')}", "%Y-%m-%d")
    listed = ", ".join(map(quoted, SECOND_ENTRIES))
    gone_twice = f"SELECT DISTINCT f, r FROM aside WHERE t = 'leads' AND reason IN ({listed})"
    second = f"SELECT f, created_on AS day FROM u_leads SEMI JOIN ({gone_twice}) AS twice USING (f, r)"
    seconds = _counted(reader, second, "%Y-%m") if table == "leads" else {}
    files = []
    for f, source in enumerate(reader.sources):
        if table not in source.mapping.tables:
            continue
        aside = {reason: n for g, reason, n in gone if g == f}
        if source.mapping.only(table):
            fed = con.execute(f"SELECT count(*) FROM s{f} WHERE {identifier(table + '.only')}").fetchone()[0]  # type: ignore[index]
            if source.records - fed:
                aside["not for this table"] = source.records - fed
        total = sum(used.get(f, {}).values())
        by_day = {day: n for day, n in used.get(f, {}).items() if day}
        newest = date.fromisoformat(max(by_day)) if by_day else None
        second_entries = {month: n for month, n in seconds.get(f, {}).items() if month}
        files.append(FileRead(source.name, table, source.records, total, aside, newest, source.sha256, by_day,
                              second_entries))  # fmt: skip
    total = sum(file.rows_used for file in files)
    unsettled = [file for file in files if file.rows_in != file.rows_used + sum(file.set_aside.values())]
    if unsettled or total + _made_here(reader, table) != written:
        raise NotebookFailed(
            f"{table}: rows in are not rows used + rows set aside; this is a mistake of the program."
        )
    return files


def _made_here(reader: Reader, table: str) -> int:
    """Return how many rows of a table stand in no file: journeys from stage history, leads of an account's deals."""
    rows = {"leads": "returns", "deal_leads": "account_links"}.get(table)
    return reader.con.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] if rows else 0  # type: ignore[index]


def _counted(reader: Reader, rows: str, form: str) -> dict[int, dict[str | None, int]]:
    """Count rows (f, day) of a query by file and by day or month; None stands for rows without a day."""
    counted: dict[int, dict[str | None, int]] = defaultdict(dict)
    by_day = f"SELECT f, CAST(day AS DATE) AS day, count(*) AS n FROM ({rows}) GROUP BY ALL"
    for f, label, n in reader.con.execute(
        f"SELECT f, strftime(day, '{form}') AS label, CAST(sum(n) AS BIGINT) FROM ({by_day}) GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        counted[f][label] = n
    return counted


def stored_day(table: str) -> str:
    """Return the stored DATE column that a table is dated by."""
    return TABLES[table].dated_by.removesuffix("_at").removesuffix("_on") + "_on"


def _final_sql(reader: Reader, table: str) -> str:
    """Return the SELECT of a canonical table: leads that were set aside give way to the ones kept for them."""
    changed = {name: has_rows(reader.con, name) for name in ("survivors", "spans", "earliest", "nobody", "fx")}
    columns, joins, rows = [], "", "told_leads" if table == "leads" else reader.live(table)
    for name in reader.fed(table):
        columns.append(f"x.{identifier(name)}")
        if name == "lead_id" and table != "leads" and (changed["survivors"] or changed["spans"]):
            lead_id, joined = lead_on("x", table)
            columns[-1] = f"{lead_id} AS lead_id"
            joins += joined
        elif (
            table == "leads" and name in ("created_on", "created_at", "created_hour") and changed["earliest"]
        ):
            columns[-1] = f"CASE WHEN e.lead_id IS NULL THEN x.{name} ELSE e.{name} END AS {name}"
        elif table == "leads" and name == "person_key" and changed["nobody"]:
            columns[-1] = "CASE WHEN p.person_key IS NULL THEN x.person_key END AS person_key"
            joins += " LEFT JOIN nobody AS p ON p.person_key = x.person_key"
        elif table == "deals" and name in ("amount", "margin") and changed["fx"]:
            columns[-1] = f"x.{name} * coalesce(fx.rate, 1) AS {name}"
    if table == "leads" and changed["earliest"]:
        joins += " LEFT JOIN earliest AS e ON e.lead_id = x.lead_id"
    if table == "deals" and changed["fx"]:
        joins += (" LEFT JOIN fx ON fx.currency = upper(x.currency) "
                  "AND fx.month = strftime(coalesce(x.closed_on, x.opened_on), '%Y-%m')")  # fmt: skip
    if table == "deal_leads":
        rows = f"(SELECT {', '.join(reader.fed(table))} FROM {rows} UNION ALL BY NAME FROM account_links)"
    return f"SELECT {', '.join(columns)} FROM {rows} AS x{joins}"


def known_labels(company: Company) -> dict[str, list[str]]:
    """Return the spellings that the playbooks use; the newest version's goes first."""
    known: dict[str, list[str]] = {"source": [], "campaign": [], "location": [], "arrival": [], "reason": []}
    known["stage"] = list(stage_words(company.playbooks))
    for playbook in company.playbooks:
        known["source"] += [*playbook.sources, *(rename.was for rename in playbook.renamed_sources)]
        known["campaign"] += playbook.campaigns
        known["location"] += playbook.locations
        known["arrival"] += playbook.arrivals
        known["reason"] += playbook.reasons.lost
    return known
