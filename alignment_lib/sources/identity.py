"""Which rows are the same thing: duplicate ids, merged records, the same person on the same journey.

Nothing is dropped: what is not used goes into the table `aside` with its reason. Touches, activities and deals of a
lead that is set aside for another one move to that one (table `survivors`: lead_id, kept).
"""

from __future__ import annotations

import numpy as np

from .findings import Severity
from .personal import shown
from .reading import Reader, required_cells
from .tables import TABLES, stored_columns
from .typed_files import identifier, quoted

# A contact that more leads share than any person makes is a placeholder such as none@club.example.
MAX_JOURNEYS = 25


def settle_identities(reader: Reader, same_journey_days: int) -> None:
    """Set aside rows without an id or a date, duplicates, merged leads, and the same person on the same journey."""
    reader.con.execute("""
        CREATE TABLE survivors (lead_id VARCHAR, kept VARCHAR);
        CREATE TABLE nobody (person_key VARCHAR);
        CREATE TABLE earliest (lead_id VARCHAR, created_on DATE, created_at TIMESTAMP, created_hour SMALLINT);
    """)
    for table in TABLES:
        mapped = reader.mapped(table)
        if not mapped:
            continue
        for column in required_cells(table):
            rows = f"SELECT f, r FROM {reader.live(table, 'u')} WHERE {identifier(column)} IS NULL"
            text = f"{column} is empty; the row is set aside"
            _set_aside(reader, table, "missing-value", "warn", f"no {column}", text, rows)
        key = TABLES[table].key or (("activity_id",) if "activity_id" in mapped else ())
        if key:
            _duplicates(reader, table, key)
    leads = reader.mapped("leads")
    if "merged_into" in leads:
        _merges(reader)
    if "person_key" in leads:
        _people(reader, same_journey_days)
    if leads:
        _orphans(reader)


def _made(reader: Reader, name: str, sql: str) -> bool:
    """Keep a query's rows under a name; True if there are any."""
    reader.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    return reader.con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] > 0  # type: ignore[index]


def _repeats(reader: Reader, rows: str, values: str) -> bool:
    """Return False if no value stands twice in the rows of a query; True if some may: their hashes are alike."""
    hashes = np.sort(reader.con.execute(f"SELECT hash({values}) AS h FROM {rows}").fetchnumpy()["h"])
    return bool((hashes[1:] == hashes[:-1]).any())


def _set_aside(
    reader: Reader, table: str, rule: str, severity: Severity, reason: str, text: str, rows: str
) -> None:
    """Set the rows (f, r) of a query aside and report them by file."""
    if _made(reader, "going", rows):
        reader.con.execute(f"INSERT INTO aside SELECT {quoted(table)}, f, r, {quoted(reason)} FROM going")
        _report(reader, table, rule, severity, text, "going")


def _report(
    reader: Reader, table: str, rule: str, severity: Severity, text: str, rows: str, column: str = ""
) -> None:
    found = reader.con.execute(
        f"SELECT f, count(*), list_slice(list_sort(list(r)), 1, 5) FROM {rows} GROUP BY f ORDER BY f"
    )
    for f, count, first in found.fetchall():
        source = reader.sources[f]
        at = [source.row(r) for r in first]
        reader.report.add(
            rule,
            severity,
            source.name,
            text,
            rows=at,
            count=count,
            of=source.records,
            table=table,
            column=column,
        )


def _duplicates(reader: Reader, table: str, key: tuple[str, ...]) -> None:
    """Keep one of identical rows; of rows that contradict each other the latest modified, else none."""
    names = ", ".join(key)
    filled = " AND ".join(f"{name} IS NOT NULL" for name in key)
    rows = f"u_{table} WHERE {filled}"
    repeated = f"SELECT {names} FROM {rows} GROUP BY {names} HAVING count(*) > 1"
    if not (_repeats(reader, rows, names) and _made(reader, "repeated", repeated)):
        return
    columns = stored_columns(table, reader.mapped(table))
    latest = "coalesce(modified_at, CAST(modified_on AS TIMESTAMP))" if "modified_at" in columns else "NULL"
    reader.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE doubles AS
        SELECT f, r, {names}, {latest} AS modified, row_number() OVER same AS copy
        FROM {reader.live(table)} SEMI JOIN repeated USING ({names})
        WINDOW same AS (PARTITION BY {", ".join(map(identifier, columns))} ORDER BY f, r);

        CREATE OR REPLACE TEMP TABLE versions AS
        SELECT f, r, {names}, coalesce(modified = max(modified) OVER same, false) AS newest
        FROM doubles WHERE copy = 1 WINDOW same AS (PARTITION BY {names});

        CREATE OR REPLACE TEMP TABLE undecided AS
        SELECT {names} FROM versions GROUP BY {names} HAVING count(*) > 1 AND count(*) FILTER (WHERE newest) <> 1;

        CREATE OR REPLACE TEMP TABLE decided AS
        SELECT {names} FROM versions GROUP BY {names} HAVING count(*) > 1 AND count(*) FILTER (WHERE newest) = 1;
    """)
    text = "the same record a second time, alike in every column that is read; counted once"
    _set_aside(
        reader,
        table,
        "duplicate-id",
        "info",
        "exact duplicate",
        text,
        "SELECT f, r FROM doubles WHERE copy > 1",
    )
    older = f"SELECT f, r FROM versions SEMI JOIN decided USING ({names}) WHERE NOT newest"
    text = f"an older version of the same {names}"
    _set_aside(reader, table, "duplicate-id", "info", "older version", text, older)
    ids = reader.con.execute(f"SELECT concat_ws(' / ', {names}) FROM undecided ORDER BY 1").fetchall()
    few = ", ".join(shown(text) for (text,) in ids[:5]) + (
        f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    )
    text = f"rows with the same {names} contradict each other and none is the latest modified; all are set aside: {few}"
    conflicting = f"SELECT f, r FROM versions SEMI JOIN undecided USING ({names})"
    _set_aside(reader, table, "duplicate-id", "warn", "conflicting duplicate", text, conflicting)


def _merges(reader: Reader) -> None:
    """Follow merged_into to its end; the survivor keeps the earliest creation."""
    leads = reader.live("leads")
    gone = f"SELECT f, r, lead_id, merged_into FROM {leads} WHERE merged_into IS NOT NULL AND merged_into <> lead_id"
    if not _made(reader, "merged", gone):
        return
    # A circle never ends, so it has no survivor. All leads of a family, survivor included, give it their first moment.
    reader.con.execute(f"""
        INSERT INTO survivors
        WITH RECURSIVE chain(lead_id, kept, steps) AS (
            SELECT lead_id, merged_into, 1 FROM merged
            UNION ALL
            SELECT c.lead_id, m.merged_into, c.steps + 1
            FROM chain AS c JOIN merged AS m ON m.lead_id = c.kept WHERE c.steps < 100
        )
        SELECT lead_id, kept FROM chain
        ANTI JOIN merged ON merged.lead_id = chain.kept
        SEMI JOIN (SELECT lead_id AS held FROM {leads}) AS l ON l.held = chain.kept;

        INSERT INTO earliest
        SELECT kept, first.on, first.at, first.hour
        FROM (
            SELECT s.kept, min({{'on': l.created_on, 'at': l.created_at, 'hour': l.created_hour}}) AS first
            FROM {leads} AS l JOIN (SELECT * FROM survivors UNION SELECT kept, kept FROM survivors) AS s USING (lead_id)
            GROUP BY s.kept
        );
    """)
    text = "merged into a lead that is not in the export, or round in a circle; the row is kept as it is"
    lost = "(FROM merged ANTI JOIN survivors USING (lead_id))"
    _report(reader, "leads", "foreign-key", "warn", text, lost, "merged_into")
    text = "merged into another lead, which keeps the earlier creation and everything that was done"
    rows = "SELECT f, r FROM merged SEMI JOIN survivors USING (lead_id)"
    _set_aside(reader, "leads", "merged", "info", "merged into another lead", text, rows)


def _people(reader: Reader, same_journey_days: int) -> None:
    """Set aside a lead of a person who came within so many days before and is undecided since."""
    leads, rows = reader.live("leads"), f"{reader.live('leads', 'u')} WHERE person_key IS NOT NULL"
    several = f"SELECT person_key, count(*) AS n FROM {rows} GROUP BY 1 HAVING n > 1"
    if not (_repeats(reader, rows, "person_key") and _made(reader, "known", several)):
        return
    if _made(reader, "crowds", f"SELECT * FROM known WHERE n > {MAX_JOURNEYS}"):
        reader.con.execute("INSERT INTO nobody SELECT person_key FROM crowds")
        text = f"contacts that stand on more than {MAX_JOURNEYS} leads each are taken for placeholders, not for people"
        shared = f"(SELECT f, r FROM {leads} SEMI JOIN crowds USING (person_key))"
        _report(reader, "leads", "placeholder-contact", "warn", text, shared, "person_key")
    reader.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE came_again AS
        SELECT l.f, l.r, l.lead_id, l.person_key, l.disposition, l.disposed_on,
               coalesce(e.created_on, l.created_on) AS created_on, coalesce(e.created_at, l.created_at) AS created_at
        FROM {leads} AS l
        SEMI JOIN (SELECT * FROM known WHERE n <= {MAX_JOURNEYS}) AS k USING (person_key)
        LEFT JOIN earliest AS e ON e.lead_id = l.lead_id;

        CREATE OR REPLACE TEMP TABLE again AS
        SELECT * FROM ({_journeys_sql(_decisions_sql(reader), same_journey_days)}) WHERE kept <> lead_id;

        UPDATE survivors SET kept = again.kept FROM again WHERE survivors.kept = again.lead_id;
        INSERT INTO survivors SELECT lead_id, kept FROM again;
    """)
    text = (
        f"the same person within {same_journey_days} days and undecided; what was done moves to the first row"
    )
    rows = "SELECT f, r FROM again"
    _set_aside(reader, "leads", "same-person", "info", "same person, same journey", text, rows)


def _decisions_sql(reader: Reader) -> str:
    """Return SELECTs of (lead_id, day, moment) at which a lead was decided."""
    parts = [
        "SELECT lead_id, disposed_on AS day, CAST(NULL AS TIMESTAMP) AS moment FROM came_again "
        "WHERE disposition = 'lost' AND disposed_on IS NOT NULL"
    ]
    if "closed_at" in reader.mapped("deals"):
        won_or_lost = (
            f"FROM {reader.live('deals')} WHERE outcome IN ('won', 'lost') AND closed_on IS NOT NULL"
        )
        parts.append(f"SELECT lead_id, closed_on, closed_at {won_or_lost} AND lead_id IS NOT NULL")
        if reader.mapped("deal_leads"):
            deals = f"(SELECT deal_id, closed_on, closed_at {won_or_lost})"
            parts.append(
                f"SELECT lead_id, closed_on, closed_at FROM {deals} AS d "
                f"JOIN (SELECT deal_id, lead_id FROM {reader.live('deal_leads')}) AS b USING (deal_id)"
            )
    return " UNION ALL ".join(parts)


def _journeys_sql(decisions: str, days: int) -> str:
    """Return each returning lead with the lead that its journey began with."""
    return f"""
        WITH decided AS (
            SELECT coalesce(s.kept, d.lead_id) AS lead_id, d.day, d.moment
            FROM ({decisions}) AS d LEFT JOIN survivors AS s ON s.lead_id = d.lead_id
        ), events AS (
            SELECT person_key, created_on AS day, coalesce(created_at, CAST(created_on AS TIMESTAMP)) AS moment,
                   false AS is_decision, lead_id, f, r
            FROM came_again
            UNION ALL
            -- A decision without a time is taken for the end of its day.
            SELECT l.person_key, d.day, coalesce(d.moment, CAST(d.day AS TIMESTAMP) + INTERVAL 86399 SECOND),
                   true, l.lead_id, NULL, NULL
            FROM decided AS d JOIN came_again AS l USING (lead_id)
        ), steps AS (
            SELECT *, lag(is_decision) OVER line AS after_decision, day - lag(day) OVER line AS gap
            FROM events
            WINDOW line AS (PARTITION BY person_key ORDER BY day, moment, is_decision, lead_id)
        ), numbered AS (
            SELECT *, sum(CASE WHEN after_decision OR gap > {days} OR gap IS NULL THEN 1 ELSE 0 END)
                          OVER (PARTITION BY person_key ORDER BY day, moment, is_decision, lead_id) AS journey
            FROM steps
        )
        SELECT f, r, lead_id,
               first_value(lead_id) OVER (PARTITION BY person_key, journey ORDER BY day, moment, lead_id) AS kept
        FROM numbered
        WHERE NOT is_decision
    """


def _orphans(reader: Reader) -> None:
    """Report rows whose lead is in no export; they are kept, and count where no lead is needed."""
    for table in ("touches", "activities", "deals", "deal_leads"):
        if "lead_id" in reader.mapped(table):
            rows = f"{reader.live(table, 'u')} AS x ANTI JOIN u_leads AS l ON l.lead_id = x.lead_id"
            text = "lead_id is in no row of leads; kept, without a lead"
            lost = f"(SELECT f, r FROM (SELECT x.f, x.r, x.lead_id FROM {rows}) WHERE lead_id IS NOT NULL)"
            _report(reader, table, "foreign-key", "info", text, lost, "lead_id")
