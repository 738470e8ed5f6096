"""Which rows are the same thing: duplicate ids, merged records, the same person on the same journey.

Nothing is dropped: what is not used goes into the table `aside` with its reason. Touches, activities and deals of a
lead that is set aside for another one move to that one (table `survivors`: lead_id, kept).
"""

from __future__ import annotations

from .personal import shown
from .reading import Reader, required_cells
from .tables import TABLES, stored_columns
from .typed_files import identifier, quoted

# A contact that more leads share than any person makes is a placeholder such as none@club.example.
MAX_JOURNEYS = 25
_AT_DAYS_END = "CAST({0} AS TIMESTAMP) + INTERVAL 86399 SECOND"


def settle_identities(reader: Reader, same_journey_days: int) -> None:
    """Set aside rows without an id or a date, duplicates, merged leads, and the same person on the same journey."""
    reader.con.execute("CREATE OR REPLACE TABLE survivors (lead_id VARCHAR, kept VARCHAR)")
    reader.con.execute("CREATE OR REPLACE TABLE nobody (person_key VARCHAR)")
    reader.con.execute(
        "CREATE OR REPLACE TABLE earliest (lead_id VARCHAR, created_on DATE, created_at TIMESTAMP, created_hour SMALLINT)"
    )
    for table in TABLES:
        mapped = reader.mapped(table)
        if not mapped:
            continue
        _refuse_empty(reader, table)
        key = TABLES[table].key or (("activity_id",) if "activity_id" in mapped else ())
        if key:
            _duplicates(reader, table, key, dated="modified_at" in mapped)
    if "merged_into" in reader.mapped("leads"):
        _merges(reader)
    if "person_key" in reader.mapped("leads"):
        _people(reader, same_journey_days)
    if reader.mapped("leads"):
        _orphans(reader)


def _made(reader: Reader, name: str, sql: str) -> bool:
    """Keep a query's rows under a name; True if there are any."""
    reader.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    return reader.con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] > 0  # type: ignore[index]


def _set_aside(reader: Reader, table: str, rule: str, severity: str, reason: str, text: str, sql: str) -> None:
    """Set the rows (f, r) of a query aside and report them by file."""
    reader.con.execute(f"CREATE OR REPLACE TEMP TABLE going AS {sql}")
    reader.con.execute(f"INSERT INTO aside SELECT {quoted(table)}, f, r, {quoted(reason)} FROM going")
    found = reader.con.execute("SELECT f, count(*), list_slice(list_sort(list(r)), 1, 5) FROM going GROUP BY f ORDER BY f")
    for f, count, rows in found.fetchall():
        source = reader.sources[f]
        reader.report.add(rule, severity, source.name, text, rows=[source.row(r) for r in rows], count=count,  # type: ignore[arg-type]
                          of=source.records, table=table)  # fmt: skip


def _refuse_empty(reader: Reader, table: str) -> None:
    for column in required_cells(table):
        _set_aside(
            reader, table, "missing-value", "warn", f"no {column}", f"{column} is empty; the row is set aside",
            f"SELECT f, r FROM {reader.live(table, 'u')} WHERE {identifier(column)} IS NULL",
        )  # fmt: skip


def _duplicates(reader: Reader, table: str, key: tuple[str, ...], dated: bool) -> None:
    """Keep one of identical rows; of rows that contradict each other the latest modified, else none."""
    names = ", ".join(key)
    columns = ", ".join(map(identifier, stored_columns(table, reader.mapped(table))))
    filled = " AND ".join(f"{name} IS NOT NULL" for name in key)
    if not _made(reader, "repeated", f"SELECT {names} FROM u_{table} WHERE {filled} GROUP BY {names} HAVING count(*) > 1"):
        return
    reader.con.execute(
        f"CREATE OR REPLACE TEMP TABLE doubles AS SELECT *, row_number() OVER (PARTITION BY {columns} ORDER BY f, r) AS copy "
        f"FROM {reader.live(table)} SEMI JOIN repeated USING ({names})"
    )
    _set_aside(reader, table, "duplicate-id", "info", "exact duplicate",
               f"the same {names} again in every mapped column; counted once", "SELECT f, r FROM doubles WHERE copy > 1")  # fmt: skip
    latest = "coalesce(modified_at, CAST(modified_on AS TIMESTAMP))" if dated else "CAST(NULL AS TIMESTAMP)"
    reader.con.execute(
        f"CREATE OR REPLACE TEMP TABLE versions AS SELECT f, r, {names}, "
        f"coalesce({latest} = max({latest}) OVER same, false) AS newest, "
        f"count(*) FILTER (WHERE copy = 1) OVER same AS versions, {latest} AS latest "
        f"FROM doubles WHERE copy = 1 WINDOW same AS (PARTITION BY {names})"
    )
    undecided = f"SELECT {names} FROM versions WHERE versions > 1 GROUP BY {names} HAVING count(*) FILTER (WHERE newest) <> 1"
    _set_aside(reader, table, "duplicate-id", "info", "older version", f"an older version of the same {names}",
               f"SELECT f, r FROM versions ANTI JOIN ({undecided}) AS undecided USING ({names}) "
               "WHERE versions > 1 AND NOT newest")  # fmt: skip
    ids = reader.con.execute(f"SELECT concat_ws(' / ', {names}) FROM ({undecided}) ORDER BY 1").fetchall()
    if ids:
        few = ", ".join(shown(text) for (text,) in ids[:5]) + (f" and {len(ids) - 5:,} more" if len(ids) > 5 else "")
        _set_aside(reader, table, "duplicate-id", "warn", "conflicting duplicate",
                   f"rows with the same {names} contradict each other and none is the latest modified; "
                   f"all are set aside: {few}",
                   f"SELECT f, r FROM versions SEMI JOIN ({undecided}) AS undecided USING ({names})")  # fmt: skip


def _merges(reader: Reader) -> None:
    """Follow merged_into to its end; the survivor keeps the earliest creation."""
    con = reader.con
    merged = "SELECT f, r, lead_id, merged_into FROM {} WHERE merged_into IS NOT NULL AND merged_into <> lead_id"
    if not _made(reader, "merged", merged.format(reader.live("leads"))):
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chains AS WITH RECURSIVE chain(lead_id, kept, steps) AS ("
        "  SELECT lead_id, merged_into, 1 FROM merged"
        "  UNION ALL SELECT c.lead_id, m.merged_into, c.steps + 1 FROM chain AS c"
        "  JOIN merged AS m ON m.lead_id = c.kept WHERE c.steps < 100"
        ") SELECT lead_id, kept FROM chain ANTI JOIN merged ON merged.lead_id = chain.kept"
    )
    con.execute(
        f"INSERT INTO survivors SELECT lead_id, kept FROM chains SEMI JOIN (SELECT lead_id FROM {reader.live('leads')}) AS l "
        "ON l.lead_id = chains.kept"
    )
    lost = con.execute(
        "SELECT f, list_slice(list_sort(list(r)), 1, 5), count(*) FROM merged ANTI JOIN survivors USING (lead_id) GROUP BY f"
    ).fetchall()
    for f, rows, count in lost:
        source = reader.sources[f]
        text = "merged into a lead that is not in the export, or round in a circle; the row is kept as it is"
        reader.report.add("foreign-key", "warn", source.name, text, rows=[source.row(r) for r in rows], count=count,
                          of=source.records, table="leads", column="merged_into")  # fmt: skip
    # All leads of a merged family, the survivor included, give it their earliest moment.
    con.execute(
        "INSERT INTO earliest SELECT kept, first.on, first.at, first.hour FROM ("
        "  SELECT s.kept, min({'on': l.created_on, 'at': l.created_at, 'hour': l.created_hour}) AS first"
        f"  FROM {reader.live('leads')} AS l JOIN (SELECT * FROM survivors UNION SELECT kept, kept FROM survivors) AS s"
        "  USING (lead_id) GROUP BY s.kept)"
    )
    _set_aside(reader, "leads", "merged", "info", "merged into another lead",
               "merged into another lead, which keeps the earlier creation and everything that was done",
               "SELECT f, r FROM merged SEMI JOIN survivors USING (lead_id)")  # fmt: skip


def _people(reader: Reader, same_journey_days: int) -> None:
    """Set aside a lead of a person who came within so many days before and is undecided since."""
    con = reader.con
    several = f"SELECT person_key, count(*) AS n FROM {reader.live('leads')} WHERE person_key IS NOT NULL GROUP BY 1 HAVING n > 1"
    if not _made(reader, "known", several):
        return
    con.execute(f"INSERT INTO nobody SELECT person_key FROM known WHERE n > {MAX_JOURNEYS}")
    shared = con.execute(f"SELECT count(*), coalesce(sum(n), 0) FROM known WHERE n > {MAX_JOURNEYS}").fetchone()
    if shared and shared[0]:
        text = f"{shared[0]} contact(s) stand on more than {MAX_JOURNEYS} leads each; they are taken for placeholders"
        reader.report.add("placeholder-contact", "warn", _files(reader), text, count=int(shared[1]), table="leads",
                          column="person_key")  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TEMP TABLE came_again AS SELECT l.f, l.r, l.lead_id, l.person_key, l.disposition, "
        "l.disposed_on, coalesce(e.created_on, l.created_on) AS created_on, coalesce(e.created_at, l.created_at) AS created_at "
        f"FROM {reader.live('leads')} AS l SEMI JOIN (SELECT * FROM known WHERE n <= {MAX_JOURNEYS}) AS k USING (person_key) "
        "LEFT JOIN earliest AS e ON e.lead_id = l.lead_id"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE journeys AS {_journeys_sql(_decisions_sql(reader), same_journey_days)}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE again AS SELECT f, r, lead_id, kept FROM journeys WHERE kept <> lead_id"
    )
    con.execute("UPDATE survivors SET kept = again.kept FROM again WHERE survivors.kept = again.lead_id")
    con.execute("INSERT INTO survivors SELECT lead_id, kept FROM again")
    _set_aside(reader, "leads", "same-person", "info", "same person, same journey",
               f"the same person within {same_journey_days} days, undecided since; what was done moves to the first row",
               "SELECT f, r FROM again")  # fmt: skip


def _decisions_sql(reader: Reader) -> str:
    """Return SELECTs of (lead_id, day, moment) at which a lead was decided."""
    parts = ["SELECT lead_id, disposed_on AS day, NULL::TIMESTAMP AS moment FROM came_again "
             "WHERE disposition = 'lost' AND disposed_on IS NOT NULL"]  # fmt: skip
    if "closed_at" in reader.mapped("deals"):
        closed = f"(SELECT * FROM {reader.live('deals')} WHERE outcome IN ('won', 'lost') AND closed_on IS NOT NULL)"
        parts.append(f"SELECT lead_id, closed_on, closed_at FROM {closed} WHERE lead_id IS NOT NULL")
        if reader.mapped("deal_leads"):
            parts.append(f"SELECT b.lead_id, d.closed_on, d.closed_at FROM {closed} AS d JOIN {reader.live('deal_leads')} AS b "
                         "USING (deal_id)")  # fmt: skip
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
            SELECT l.person_key, d.day, coalesce(d.moment, {_AT_DAYS_END.format("d.day")}), true, l.lead_id, NULL, NULL
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
        if "lead_id" not in reader.mapped(table):
            continue
        found = reader.con.execute(
            f"SELECT x.f, count(*) FROM {reader.live(table, 'u')} AS x ANTI JOIN u_leads AS l ON l.lead_id = x.lead_id "
            "WHERE x.lead_id IS NOT NULL GROUP BY x.f ORDER BY x.f"
        ).fetchall()
        for f, count in found:
            text = "lead_id is in no row of leads; kept, without a lead"
            reader.report.add("foreign-key", "info", reader.sources[f].name, text, count=count,
                              of=reader.sources[f].records, table=table, column="lead_id")  # fmt: skip


def _files(reader: Reader) -> str:
    return ", ".join(source.name for source in reader.sources if "leads" in source.mapping.tables)
