"""Load a company's exports: read strictly, settle who is who, write canonical Parquet, and remember it.

The cache is keyed by the bytes of the exports, their mappings, the params that reading depends on, and this code: a
second run with the same inputs reads no CSV. It is written into a folder of its own and moved into place whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import NoDataError, NotebookFailed
from .cells import cells_of
from .findings import Exports, FileRead, Finding, Report
from .headings import open_source
from .identity import settle_identities
from .labels import clean_labels
from .mapping import FileMapping, read_mappings
from .reading import Reader, connect, has_rows
from .source import Source, find_file, fingerprint
from .tables import TABLES
from .typed_files import identifier, quoted

if TYPE_CHECKING:
    from ..playbook import Company

Progress = Callable[[str], None]
_CODE = sorted(Path(__file__).parent.glob("*.py"))


def load_exports(company: Company, cache: Path, progress: Progress | None = None) -> Exports:
    """Return a company's exports as canonical tables.

    Answers: what do the exports hold, in the words that everything else counts by, and what was wrong with them?

    Parameters
    ----------
    company : Company
        Its folder holds `sources/*.yml`; its settings say zone, currency, thresholds and the key's environment name.
    cache : Path
        A private, git-ignored folder of the company. Old contents are cleared when new ones are complete.
    progress : callable, optional
        Called with a line of text at each step.

    Raises
    ------
    ParamsError
        A mapping is wrong.
    InputRejected
        A file cannot be read as declared; lists all problems of all files. Nothing is written.
    NotebookFailed
        Rows in are not rows used + rows set aside: a mistake of ours.
    """
    say = progress or (lambda text: None)
    mappings = read_mappings(company.folder)
    report = Report()
    limit = company.settings.reading.max_file_mb
    if not company.exports.is_dir():
        raise NoDataError(
            f"There is no folder {company.exports.name} for the exports of {company.name}; "
            "report.yml says where they lie (exports:)."
        )
    found = [(mapping, find_file(mapping, company.exports, limit, report)) for mapping in mappings]
    hashes = {mapping.file: fingerprint(path) for mapping, path in found if path}
    key = people_key(company.settings.people.key_env, cache)
    inputs = _digest([[mapping.model_dump(mode="json"), hashes.get(mapping.file)] for mapping in mappings])
    state = _digest([inputs, _params_that_matter(company), _code(), hashlib.sha256(b"key:" + key).hexdigest()])
    kept = cache / f"tables-{state[:24]}"
    if not list(report.refusals()) and (kept / "manifest.json").is_file():
        say("exports are unchanged")
        return _remembered(kept, inputs)
    cache.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(cache)
    with tempfile.TemporaryDirectory(prefix=f"reading-{os.getpid()}-", dir=cache) as scratch:
        before = {path: _stamp(path) for _, path in found if path}
        sources = _open_all(found, hashes, Path(scratch), report)
        reader = Reader(
            connect(Path(scratch), key), sources, company.settings.time_zone, report,
            company.settings.reading.warn_above, company.settings.reading.refuse_above, key,
        )  # fmt: skip
        try:
            made = Path(scratch) / "made"
            made.mkdir()
            files = _canonical(reader, company, made, say)
            for mapping, path in found:
                if path and _stamp(path) != before[path]:
                    report.add("source-error", "refuse", mapping.file, "changed while it was read; run again")
            report.stop_if_refused()
            columns = {table: sorted(reader.mapped(table)) for table in TABLES if reader.mapped(table)}
            _write_manifest(made, files, report.findings, columns)
        finally:
            reader.con.close()
        _move_into_place(made, kept)
    for old in cache.glob("tables-*"):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)
    return _remembered(kept, inputs)


def people_key(environment_name: str, cache: Path) -> bytes:
    """Return the key that e-mail, phone and owners are hashed with: from the environment, else a private file."""
    if given := os.environ.get(environment_name):
        return given.encode()
    path = cache / "people.key"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="people-", dir=cache)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(name, path)  # of two runs that make a key at once, the first one's stays
        except FileExistsError:
            pass
        os.unlink(name)
    return path.read_text().strip().encode()


def _open_all(
    found: list[tuple[FileMapping, Path | None]], hashes: dict[str, str], scratch: Path, report: Report
) -> list[Source]:
    opened = [open_source(m, path, hashes[m.file], scratch, report) for m, path in found if path is not None]
    return [source for source in opened if source is not None]


def _canonical(reader: Reader, company: Company, folder: Path, say: Progress) -> list[FileRead]:
    """Read, clean and settle; write the tables; return where the rows went."""
    reader.read(say)
    tables = [table for table in TABLES if reader.mapped(table)]
    staged = not list(reader.report.refusals())
    if staged:
        for table in tables:
            reader.con.execute(f"CREATE OR REPLACE VIEW u_{table} AS {reader.union(table)}")
        clean_labels(reader, _known_labels(company))
    reader.report.stop_if_refused()
    say("settling duplicates and returning people")
    settle_identities(reader, company.settings.people.same_journey_days)
    _exchange(reader, company)
    reader.report.stop_if_refused()
    say("writing the canonical tables")
    return [file for table in tables for file in _write(reader, table, folder)]


def _exchange(reader: Reader, company: Company) -> None:
    """Make the table fx (month, currency, rate) and refuse deals in a currency that has no rate for its month."""
    con, base = reader.con, company.settings.currency
    con.execute("CREATE OR REPLACE TABLE fx (month VARCHAR, currency VARCHAR, rate DOUBLE)")
    rates = company.fx
    if len(rates):
        con.executemany("INSERT INTO fx VALUES (?, ?, ?)", rates[["month", "currency", "rate"]].values.tolist())
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
        reader.report.add("missing-rate", "refuse", reader.sources[f].name, text, count=sum(row[3] for row in rows),
                          of=reader.sources[f].records, table="deals", column="currency")  # fmt: skip


def _write(reader: Reader, table: str, folder: Path) -> list[FileRead]:
    """Write one canonical table and account for every row of its files."""
    con, path = reader.con, folder / f"{table}.parquet"
    written = con.execute(f"COPY ({_final_sql(reader, table)}) TO {quoted(str(path))} (FORMAT parquet)").fetchone()[0]  # type: ignore[index]
    dated = TABLES[table].dated_by
    day = identifier(stored_day(table)) if dated else "NULL"
    used = {f: (n, newest) for f, n, newest in con.execute(
        f"SELECT f, count(*), max({day}) FROM {reader.live(table, 'u')} GROUP BY f").fetchall()}  # fmt: skip
    gone = con.execute(
        "SELECT f, reason, count(*) FROM (SELECT f, r, min(reason) AS reason FROM aside WHERE t = ? GROUP BY f, r) "
        "GROUP BY ALL ORDER BY ALL", [table]
    ).fetchall()  # fmt: skip
    files = []
    for f, source in enumerate(reader.sources):
        if table not in source.mapping.tables:
            continue
        aside = {reason: n for g, reason, n in gone if g == f}
        if source.mapping.only(table):
            fed = con.execute(f"SELECT count(*) FROM s{f} WHERE {identifier(table + '.only')}").fetchone()[0]  # type: ignore[index]
            if source.records - fed:
                aside["not for this table"] = source.records - fed
        n, newest = used.get(f, (0, None))
        files.append(FileRead(source.name, table, source.records, n, aside, newest, source.sha256))
    total = sum(file.rows_used for file in files)
    unsettled = [file for file in files if file.rows_in != file.rows_used + sum(file.set_aside.values())]
    if unsettled or total != written:
        raise NotebookFailed(f"{table}: rows in are not rows used + rows set aside; this is a mistake of the program.")
    return files


def stored_day(table: str) -> str:
    """Return the stored DATE column that a table is dated by."""
    return TABLES[table].dated_by.removesuffix("_at").removesuffix("_on") + "_on"


def _final_sql(reader: Reader, table: str) -> str:
    """Return the SELECT of a canonical table: leads that were set aside give way to the ones kept for them."""
    changed = {name: has_rows(reader.con, name) for name in ("survivors", "earliest", "nobody", "fx")}
    columns, joins = [], ""
    for name in reader.fed(table):
        columns.append(f"x.{identifier(name)}")
        if name == "lead_id" and table != "leads" and changed["survivors"]:
            columns[-1] = "coalesce(s.kept, x.lead_id) AS lead_id"
            joins += " LEFT JOIN survivors AS s ON s.lead_id = x.lead_id"
        elif table == "leads" and name in ("created_on", "created_at", "created_hour") and changed["earliest"]:
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
    return f"SELECT {', '.join(columns)} FROM {reader.live(table)} AS x{joins}"


def _known_labels(company: Company) -> dict[str, list[str]]:
    """Return the spellings that the playbooks use; the newest version's goes first."""
    known: dict[str, list[str]] = {"source": [], "campaign": [], "location": [], "arrival": [], "reason": []}
    for playbook in company.playbooks:
        known["source"] += [*playbook.sources, *(rename.was for rename in playbook.renamed_sources)]
        known["campaign"] += playbook.campaigns
        known["location"] += playbook.locations
        known["arrival"] += playbook.arrivals
        known["reason"] += playbook.reasons.lost
    return known


def _params_that_matter(company: Company) -> list[Any]:
    settings = company.settings
    return [
        settings.time_zone, settings.currency, settings.people.same_journey_days,
        settings.reading.model_dump(mode="json"), _known_labels(company), company.fx.to_json(date_format="iso"),
    ]  # fmt: skip


def _code() -> str:
    import duckdb

    return hashlib.sha256(b"".join(path.read_bytes() for path in _CODE) + duckdb.__version__.encode()).hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _write_manifest(
    folder: Path, files: Iterable[FileRead], findings: Iterable[Finding], columns: dict[str, list[str]]
) -> None:
    held = {"files": [asdict(f) for f in files], "findings": [asdict(f) for f in findings], "columns": columns}
    (folder / "manifest.json").write_text(json.dumps(held, default=str, ensure_ascii=False), encoding="utf-8")


def _stamp(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _move_into_place(made: Path, kept: Path) -> None:
    try:
        os.replace(made, kept)
    except OSError:
        # Another run finished the same tables first.
        if not (kept / "manifest.json").is_file():
            raise


def _remembered(folder: Path, inputs: str) -> Exports:
    held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [
        FileRead(**{**file, "newest": date.fromisoformat(file["newest"]) if file["newest"] else None})
        for file in held["files"]
    ]
    findings = tuple(Finding(**{**finding, "rows": tuple(finding["rows"])}) for finding in held["findings"])
    columns = {table: set(names) for table, names in held["columns"].items()}
    tables = {table: folder / f"{table}.parquet" for table in columns}
    return Exports(tables, columns, findings, tuple(files), inputs)


def _clear_leftovers(cache: Path) -> None:
    """Remove scratch folders of runs that were killed."""
    for folder in cache.glob("reading-*"):
        if not _alive(int(folder.name.split("-")[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
