"""Which rows are the same thing: duplicate ids, deleted and merged records; then who came back, and whose deal it is.

Nothing is dropped: what is not used goes into the table `aside` with its reason. Touches, activities and deals of a
lead that is set aside for another one move to that one (table `survivors`: lead_id, kept).
"""

from __future__ import annotations

from collections.abc import Mapping

from .accounts import link_accounts
from .aside import made, repeats, report, set_aside
from .history import read_history, tell_leads
from .personal import shown
from .reading import DELETED, Reader, has_rows, required_cells
from .returning import settle_people
from .tables import TABLES, stored_columns
from .typed_files import identifier


def settle_identities(reader: Reader, same_journey_days: int, stages: Mapping[str, str]) -> None:
    """Set aside rows without an id or a date, duplicates, merged leads, and the same person on the same journey."""
    reader.con.execute("""
        CREATE TABLE survivors (lead_id VARCHAR, kept VARCHAR);
        CREATE TABLE ends (lead_id VARCHAR, kept VARCHAR);
        CREATE TABLE nobody (person_key BIGINT);
        CREATE TABLE earliest (lead_id VARCHAR, created_on DATE, created_at TIMESTAMP, created_hour SMALLINT);
    """)
    for table in TABLES:
        mapped = reader.mapped(table)
        if not mapped:
            continue
        for column in required_cells(table):
            rows = f"SELECT f, r FROM {reader.live(table, 'u')} WHERE {identifier(column)} IS NULL"
            text = f"{column} is empty; the row is set aside"
            set_aside(reader, table, "missing-value", "warn", f"no {column}", text, rows)
        key = TABLES[table].key or (("activity_id",) if "activity_id" in mapped else ())
        if key:
            _duplicates(reader, table, key)
    leads = reader.mapped("leads")
    _merges(reader)
    if "is_deleted" in leads:
        rows = f"SELECT f, r FROM {reader.live('leads')} WHERE is_deleted"
        set_aside(reader, "leads", "deleted", "info", DELETED, "deleted in the CRM, not merged", rows)
    read_history(reader, stages)
    link_accounts(reader)
    settle_people(reader, same_journey_days)
    tell_leads(reader)
    if leads:
        _orphans(reader)


def _duplicates(reader: Reader, table: str, key: tuple[str, ...]) -> None:
    """Keep one of identical rows; of rows that contradict each other the latest modified, else none."""
    names = ", ".join(key)
    filled = " AND ".join(f"{name} IS NOT NULL" for name in key)
    rows = f"u_{table} WHERE {filled}"
    repeated = f"SELECT {names} FROM {rows} GROUP BY {names} HAVING count(*) > 1"
    if not (repeats(reader, rows, names) and made(reader, "repeated", repeated)):
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
    set_aside(
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
    set_aside(reader, table, "duplicate-id", "info", "older version", text, older)
    ids = reader.con.execute(f"SELECT concat_ws(' / ', {names}) FROM undecided ORDER BY 1").fetchall()
    few = ", ".join(shown(text) for (text,) in ids[:5]) + (
        f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    )
    text = f"rows with the same {names} contradict each other and none is the latest modified; all are set aside: {few}"
    conflicting = f"SELECT f, r FROM versions SEMI JOIN undecided USING ({names})"
    set_aside(reader, table, "duplicate-id", "warn", "conflicting duplicate", text, conflicting)


def _merges(reader: Reader) -> None:
    """Follow merged_into and other_ids to their end; the survivor keeps the earliest creation."""
    mapped = reader.mapped("leads")
    leads, pairs = reader.live("leads") if mapped else "", []
    if "merged_into" in mapped:
        pairs.append(f"SELECT lead_id, merged_into FROM {leads} WHERE merged_into IS NOT NULL")
    if "other_ids" in mapped:
        listed = "unnest(string_split_regex(other_ids, '[;, ]+')) AS lead_id, lead_id AS merged_into"
        pairs.append(f"SELECT {listed} FROM {leads} WHERE other_ids IS NOT NULL")
    merged = (
        f"SELECT DISTINCT * FROM ({' UNION ALL '.join(pairs)}) WHERE lead_id <> '' AND lead_id <> merged_into"
    )
    if not pairs or not made(reader, "merged", merged):
        return
    # A circle has no end, so it has no survivor. All leads of a family, survivor included, give it their first moment.
    reader.con.execute(f"""
        INSERT INTO ends
        WITH RECURSIVE chain(lead_id, kept) AS (
            SELECT lead_id, merged_into FROM merged
            UNION
            SELECT c.lead_id, m.merged_into FROM chain AS c JOIN merged AS m ON m.lead_id = c.kept
        )
        SELECT lead_id, kept FROM chain
        ANTI JOIN merged ON merged.lead_id = chain.kept
        SEMI JOIN (SELECT lead_id AS held FROM {leads}) AS l ON l.held = chain.kept;

        INSERT INTO survivors SELECT lead_id, min(kept) FROM ends GROUP BY lead_id HAVING count(*) = 1;

        INSERT INTO earliest
        SELECT kept, first.on, first.at, first.hour
        FROM (
            SELECT s.kept, min({{'on': l.created_on, 'at': l.created_at, 'hour': l.created_hour}}) AS first
            FROM {leads} AS l JOIN (SELECT * FROM survivors UNION SELECT kept, kept FROM survivors) AS s USING (lead_id)
            GROUP BY s.kept
        );
    """)
    gone = f"(SELECT f, r, lead_id FROM {leads} SEMI JOIN merged USING (lead_id))"
    text = "merged into a lead that is not in the export, into two, or round in a circle; the row is kept as it is"
    lost = f"(FROM {gone} ANTI JOIN survivors USING (lead_id))"
    report(reader, "leads", "foreign-key", "warn", text, lost, "merged_into")
    text = "merged into another lead, which keeps the earlier creation and everything that was done"
    rows = f"SELECT f, r FROM {gone} SEMI JOIN survivors USING (lead_id)"
    set_aside(reader, "leads", "merged", "info", "merged into another lead", text, rows)


def _orphans(reader: Reader) -> None:
    """Report rows whose lead is in no export; they are kept, and count where no lead is needed."""
    held = "(SELECT lead_id FROM u_leads UNION ALL SELECT lead_id FROM ends)"
    for table in ("touches", "activities", "deals", "deal_leads", "stage_history"):
        if "lead_id" in reader.mapped(table):
            rows = f"{reader.live(table, 'u')} AS x ANTI JOIN {held} AS l ON l.lead_id = x.lead_id"
            orphans = f"SELECT f, r, lead_id FROM (SELECT x.f, x.r, x.lead_id FROM {rows}) WHERE lead_id IS NOT NULL"
            if not made(reader, "orphans", orphans):
                continue
            text = "lead_id is in no row of leads; kept, without a lead"
            cut = "(SELECT lead_id[:15] AS id FROM {} WHERE strlen(lead_id) = {})"
            pairs = ((cut.format(held, a), cut.format("orphans", b)) for a, b in ((15, 18), (18, 15)))
            if any(
                has_rows(reader.con, f"(FROM {leads} JOIN {others} USING (id))") for leads, others in pairs
            ):
                text += ". Ids of 15 and of 18 characters meet here: say kind: salesforce_id for both columns"
            report(reader, table, "foreign-key", "info", text, "orphans", "lead_id")
