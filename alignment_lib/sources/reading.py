"""Read prepared exports into DuckDB: typed, checked, every problem counted; union them by canonical table."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from .cells import (
    DOUBLED,
    IMPOSSIBLE,
    NO_END,
    ODD_ID,
    OTHER_WORDS,
    OUT_OF_RANGE,
    SKIPPED,
    WRONG_SHAPE,
    Cell,
    cells_of,
    raw_sql,
    staging_sql,
    word_columns,
)
from .delimited import check_structure, even_line_ends, has_even_line_ends, head
from .findings import Report, Severity
from .personal import shape_of
from .salesforce import add_salesforce_ids
from .source import Source
from .tables import TABLES, parts_of, stored_columns
from .typed_files import identifier, parquet_cells, quoted

MAX_RECORD = 1 << 20
# A column with few words in the first records is held as numbers of words: half the time of loading it, and exact,
# as any other word is held beside it.
FIRST, FEW = 10_000, 500
# Why a row is set aside that is no mistake: a CRM counts it as one more contact.
SECOND_ENTRIES = ("same person, same journey", "merged into another lead", "exact duplicate", "older version")
DELETED = "deleted in the CRM"  # no mistake either, and no contact
BLANK = "blank record"  # as spreadsheets leave them; no mistake either
_EXPECTED = {
    "instant": "is not a date in a declared format",
    "date": "is not a date in a declared format",
    "number": "is not a number as declared (decimal sign, thousands, currency symbol)",
    "bool": "is not yes or no (true, false, yes, no, 1, 0)",
}


def connect(scratch: Path, key: bytes) -> duckdb.DuckDBPyConnection:
    """Return a connection that keeps to the scratch folder and can hash persons with the company's key."""
    con = duckdb.connect(":memory:", config={
        "temp_directory": str(scratch / "spill"), "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    })  # fmt: skip
    con.execute("SET TimeZone = 'UTC'")
    # A keyed SHA-256, folded to 63 bits so that it cannot be extended; HMAC would cost five times as much for a million
    # rows and give nothing more. The key is a variable, so that no error message and no plan can carry it.
    con.execute("SET VARIABLE person_key = ?", [hmac.digest(key, b"person", "sha256")])
    con.execute(
        "CREATE MACRO person_key(v) AS CASE WHEN v IS NOT NULL THEN "
        "CAST(hash(sha256(getvariable('person_key') || encode(v))) >> 1 AS BIGINT) END"
    )
    con.execute("CREATE MACRO digits_of(v) AS ltrim(regexp_replace(v, '[^0-9]', '', 'g'), '0')")
    # An e-mail address, else the digits of a phone number; anything else says nothing about who it is.
    # Trimming is slow, so it is done where there is a space.
    con.execute(
        "CREATE MACRO contact(v) AS CASE WHEN contains(v, '@') THEN "
        "CASE WHEN contains(v, ' ') OR contains(v, chr(160)) THEN lower(trim(v, chr(160) || ' ')) ELSE lower(v) END "
        "WHEN length(digits_of(v)) >= 7 AND NOT regexp_matches(v, '[A-Za-z]{3}') THEN digits_of(v) END"
    )
    add_salesforce_ids(con)
    con.execute("CREATE TABLE aside (t VARCHAR, f SMALLINT, r BIGINT, reason VARCHAR)")
    return con


@dataclass
class Reader:
    """Reads the sources one after the other into staged tables s0, s1, ... of a connection."""

    con: duckdb.DuckDBPyConnection
    sources: list[Source]
    zone: str
    report: Report
    key: bytes
    warn_above: float = 0.0
    refuse_above: float = 1.0
    _other: dict[int, dict[str, int]] = field(default_factory=dict)  # where a column's other words are, if any
    derived: dict[str, set[str]] = field(default_factory=dict)

    def read(self, progress: Callable[[str], None]) -> None:
        """Stage every source and report what its cells hold."""
        with ThreadPoolExecutor(1) as beside:
            # DuckDB reads while Python counts; the result of a file counts only when both agree.
            checks = [beside.submit(_structure_of, source) for source in self.sources]
            for f, source in enumerate(self.sources):
                progress(f"reading {source.name}")
                staged = self._create(f, source)
                checked, well_formed = checks[f].result()
                self.report.extend(checked)
                if well_formed and not has_even_line_ends(source):
                    even_line_ends(source)
                    staged = self._create(f, source)
                if well_formed and self._agrees(f, source, staged):
                    for cell in cells_of(source):
                        if cell.coded:
                            self._check(f, source, cell)

    def union(self, table: str) -> str:
        """Return a SELECT over all sources of a table: f (source), r (record) and the stored columns."""
        selects = []
        stored = stored_columns(table, self.mapped(table))
        for f, source in enumerate(self.sources):
            if table not in source.mapping.tables:
                continue
            fed = {part for name in source.mapping.feeds(table) for part in parts_of(table, name)}
            from_file = {name: self._staged(f, f"{table}.{name}") for name in fed}
            columns = ", ".join(
                f"{from_file.get(name, f'CAST(NULL AS {kind})')} AS {identifier(name)}" for name, kind in stored.items()
            )
            only = f" WHERE {identifier(f'{table}.only')}" if source.mapping.only(table) else ""
            selects.append(f"SELECT CAST({f} AS SMALLINT) AS f, rowid AS r, {columns} FROM s{f}{only}")
        return " UNION ALL ".join(selects)

    def mapped(self, table: str) -> set[str]:
        """Return the canonical columns of a table that any source feeds, or that other tables give it (`derived`)."""
        fed = {name for s in self.sources if table in s.mapping.tables for name in s.mapping.feeds(table)}
        return fed | self.derived.get(table, set())

    def told(self, table: str) -> list[str]:
        """Return the columns that questions rely on: losses that only stages tell are not all dispositions."""
        return sorted(self.mapped(table) - ({"disposition", "disposed_at"} & self.derived.get(table, set())))

    def fed(self, table: str) -> list[str]:
        """Return the stored columns of a table that any source feeds, in order."""
        fed = {part for name in self.mapped(table) for part in parts_of(table, name)}
        return [name for name in stored_columns(table, self.mapped(table)) if name in fed]

    def live(self, table: str, view: str = "v") -> str:
        """Return a FROM item with the rows of a table that are not set aside; view "u" is before labels are cleaned."""
        gone = f"SELECT f, r FROM aside WHERE t = '{table}'"
        if not has_rows(self.con, f"({gone})"):
            return f"(FROM {view}_{table})"
        return f"(FROM {view}_{table} ANTI JOIN ({gone}) AS gone USING (f, r))"

    def rows(self, f: int, condition: str) -> tuple[list[int], int]:
        """Return the first five spreadsheet rows of a source for which a condition holds, and how many there are."""
        found = self.con.execute(
            f"SELECT rowid, count(*) OVER () FROM s{f} WHERE {condition} ORDER BY rowid LIMIT 5"
        ).fetchall()
        return [self.sources[f].row(r) for r, _ in found], found[0][1] if found else 0

    def find_blanks(self, table: str) -> bool:
        """Make the table `blanks` (f, r): a table's records of which every cell is empty. False if there is none."""
        bare = " AND ".join(f"{identifier(name)} IS NULL" for name in required_cells(table))
        found = self.con.execute(f"SELECT f, r FROM {self.live(table, 'u')} WHERE {bare}").fetchall()
        self.con.execute("CREATE OR REPLACE TEMP TABLE blanks (f SMALLINT, r BIGINT)")
        for f in sorted({f for f, _ in found}):
            source, rows = self.sources[f], [r for g, r in found if g == f]
            used = {source.header.index(heading) for heading in source.mapping.headings()}
            read = used if source.mapping.format == "parquet" else range(len(source.header))
            cells = ", ".join(f"c{n}" for n in sorted(read))
            self.con.execute(
                f"INSERT INTO blanks SELECT {f}, n FROM (SELECT row_number() OVER () - 1 AS n, * FROM "
                f"{_relation(source, source.path)}) WHERE n IN (SELECT unnest(?)) AND coalesce({cells}, NULL) IS NULL",
                [rows],
            )
            self._rejects()
        return has_rows(self.con, "blanks")

    def weigh_set_aside(self) -> None:
        """Refuse a file of which too large a share is set aside as mistakes, whatever they are."""
        listed = ", ".join(map(quoted, (*SECOND_ENTRIES, DELETED)))
        for table, f, count, reasons in self.con.execute(
            "SELECT t, f, count(*), string_agg(DISTINCT reason, ', ' ORDER BY reason) FROM ("
            f"SELECT t, f, r, min(reason) AS reason FROM aside WHERE reason NOT IN ({listed}) GROUP BY t, f, r) "
            f"ANTI JOIN (FROM aside WHERE reason = {quoted(BLANK)}) AS blank USING (t, f, r) "
            "GROUP BY t, f ORDER BY t, f"
        ).fetchall():
            source = self.sources[f]
            if count > self.refuse_above * source.records:
                text = (
                    f"{count:,} of its {source.records:,} rows would be set aside, more than reading.refuse_above "
                    f"({self.refuse_above:.1%}): {reasons}"
                )
                gone = f"reason NOT IN ({listed}) AND t = '{table}' AND f = {f}"
                rows, _ = self.rows(f, f"rowid IN (SELECT r FROM aside WHERE {gone})")
                self.report.refuse("too-many-set-aside", source.name, text, rows=rows, count=count,
                                   of=source.records, table=table)  # fmt: skip

    def _create(self, f: int, source: Source) -> bool:
        """Type a source into its staged table; False if DuckDB could not read it, or not every record."""
        self.con.execute(f"DROP TABLE IF EXISTS s{f}")
        self._other[f] = {}
        relation = _relation(source, source.path)
        try:
            words = self._usual_words(source)
            self._rejects()
            self.con.execute(f"CREATE TABLE s{f} AS {staging_sql(source, relation, self.zone, words)}")
        except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException):
            return False  # DuckDB's own words may quote a cell
        if words:
            counts = ", ".join(f"count({OTHER_WORDS}[{n}])" for n in range(1, len(words) + 1))
            found = self.con.execute(f"SELECT {counts} FROM s{f} WHERE {OTHER_WORDS} IS NOT NULL").fetchall()[0]
            self._other[f] = {name: n for n, (name, count) in enumerate(zip(words, found, strict=True), 1) if count}
        return not self._rejects()

    def _usual_words(self, source: Source) -> dict[str, list[str]]:
        """Return the words of the first records, by column, where they are few."""
        columns = word_columns(source)
        if not columns:
            return {}
        first = _relation(source, head(source) if source.mapping.format == "csv" else source.path)
        lists = ", ".join(f"list(DISTINCT {c}) FILTER (WHERE strlen({c}) <= 100)" for c in columns.values())
        found = self.con.execute(f"SELECT {lists} FROM (FROM {first} LIMIT {FIRST})").fetchall()[0]
        return {name: sorted(words) for name, words in zip(columns, found, strict=True) if 0 < len(words or ()) <= FEW}

    def _staged(self, f: int, column: str) -> str:
        """Return SQL for a column of a staged table."""
        name = identifier(column)
        other = self._other[f].get(column)
        return f"coalesce(CAST({name} AS VARCHAR), {OTHER_WORDS}[{other}])" if other else name

    def _agrees(self, f: int, source: Source, staged: bool) -> bool:
        """Report where DuckDB read something else than what was counted."""
        count = self.con.execute(f"SELECT count(*) FROM s{f}").fetchone()[0] if staged else -1  # type: ignore[index]
        if count != source.records:
            told = len(list(self.report.refusals()))
            if source.mapping.format == "csv":
                check_structure(source, self.report, thorough=True)
            if len(list(self.report.refusals())) == told:
                text = f"its {source.records:,} records cannot all be read: is one longer than {MAX_RECORD >> 20} MB?"
                self.report.refuse("source-error", source.name, text)
            return False
        if not count:
            self.report.add("no-rows", "warn", source.name, "has a header and no rows")
        return True

    def _rejects(self) -> int:
        """Return how many errors DuckDB noted since it was last asked."""
        try:
            count = self.con.execute("SELECT count(*) FROM reject_errors").fetchone()[0]  # type: ignore[index]
        except duckdb.CatalogException:
            return 0
        self.con.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        return count

    def _check(self, f: int, source: Source, cell: Cell) -> None:
        """Report what the codes of one column say."""
        only = f" AND {identifier(cell.table + '.only')}" if source.mapping.only(cell.table) else ""
        codes: dict[int, int] = dict(self.con.execute(
            f"SELECT {cell.code}, count(*) FROM s{f} WHERE {cell.code} <> 0{only} GROUP BY 1"
        ).fetchall())  # fmt: skip
        for code, count in sorted(codes.items()):
            rows, _ = self.rows(f, f"{cell.code} = {code}{only}")
            place: dict[str, Any] = {
                "rows": rows, "count": count, "of": source.records, "table": cell.table, "column": cell.heading
            }  # fmt: skip
            if code == WRONG_SHAPE:
                self.report.refuse("type-error", source.name, self._wrong_shape(f, source, cell), **place)
            elif code in (IMPOSSIBLE, OUT_OF_RANGE):
                reason = "impossible date" if code == IMPOSSIBLE else "date outside 2000 to 2100"
                rule = "impossible-date" if code == IMPOSSIBLE else "date-out-of-range"
                text = f"{reason}; the row is set aside"
                severity: Severity = "warn" if count > self.warn_above * source.records else "info"
                self.report.add(rule, severity, source.name, text, **place)
                self.con.execute(
                    f"INSERT INTO aside SELECT ?, ?, rowid, ? FROM s{f} WHERE {cell.code} = {code}{only}",
                    [cell.table, f, reason],
                )
            else:
                said = {
                    DOUBLED: ("doubled-hour", "falls into the hour that autumn doubles; read as the first"),
                    SKIPPED: ("missing-hour", "falls into the hour that spring leaves out; moved forward"),
                    NO_END: ("no-end", "ends in the year 9999; read as not ended"),
                    ODD_ID: ("salesforce-id", "is no Salesforce id of 15 characters, nor one of 18 whose last three "
                             "fit the others (capitals and small letters may have been changed); kept as it is"),
                }
                self.report.add(said[code][0], "warn" if code == ODD_ID else "info", source.name, said[code][1],
                                **place)  # fmt: skip

    def _wrong_shape(self, f: int, source: Source, cell: Cell) -> str:
        texts = self.con.execute(raw_sql(source, cell, _relation(source, source.path), f"s{f}")).fetchall()
        self._rejects()
        examples = ", ".join(shape_of(text) for (text,) in texts)
        formats = cell.column.formats or source.mapping.dates.formats
        declared = f"; declared: {', '.join(formats)}" if cell.kind in ("instant", "date") else ""
        return f"{_EXPECTED[cell.kind]}: {examples}{declared}"


def _structure_of(source: Source) -> tuple[Report, bool]:
    report = Report()
    return report, source.mapping.format != "csv" or check_structure(source, report)


def has_rows(con: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Return whether a FROM item has any row."""
    return con.execute(f"SELECT EXISTS (FROM {sql})").fetchone()[0]  # type: ignore[index]


def _relation(source: Source, path: Path) -> str:
    """Return a FROM item with the used columns of a file as text: c0, c1, ... by their place in the header."""
    if source.mapping.format == "parquet":
        used = sorted({source.header.index(heading) for heading in source.mapping.headings()})
        return parquet_cells(source, used)
    dialect, native = source.mapping.dialect, source.mapping.format == "xlsx"
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(source.header)))
    delimiter, quote = (",", '"') if native else (dialect.delimiter, dialect.quote)
    escape = '"' if native else dialect.escape or dialect.quote
    return (
        f"read_csv({quoted(str(path))}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {quoted(delimiter)}, quote = {quoted(quote)}, escape = {quoted(escape)}, strict_mode = true, "
        f"store_rejects = true, rejects_limit = 1000, max_line_size = {MAX_RECORD}, nullstr = '')"
    )


def required_cells(table: str) -> list[str]:
    """Return the stored columns of a table that must be filled: its key and the day it is dated by."""
    found = TABLES[table]
    dated = [parts_of(table, found.dated_by)[0]] if found.dated_by else []
    return [*found.key, *dated]
