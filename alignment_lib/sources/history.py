"""Stage history: the dates that lead and deal rows lack, and which journey of a lead a row belongs to.

A lead that went back to the first stage, decided before or more than some days later, came back (`returning`): its row
becomes one journey more, "<lead_id>#2", and what has a date goes to the journey that had begun by that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..playbook import USUAL_STAGES, Playbook, stages_of
from .aside import report
from .personal import shown
from .reading import Reader, has_rows
from .tables import TABLES, parts_of
from .zones import to_local

STAGE_DATES = ("assigned_at", "handed_over_at", "accepted_at", "visited_at")
LOST = "lost"
_ALWAYS = "DATE '0001-01-01'"
_NEVER = "DATE '9999-12-31'"


def stage_words(playbooks: Sequence[Playbook]) -> dict[str, str]:
    """Return what a stage of the history says, by name: the column that a playbook gives it, or that it was lost."""
    words = {LOST: LOST, "won": "won_at"} | ({} if playbooks else dict(USUAL_STAGES))
    for playbook in playbooks:
        words |= dict(stages_of(playbook))
    return words


def read_history(reader: Reader, stages: Mapping[str, str]) -> None:
    """Make `entries`: a row per stage entered, runs of one stage collapsed; date deals that have no closing date."""
    con = reader.con
    con.execute("CREATE TABLE stages (stage VARCHAR, reached VARCHAR, place INTEGER)")
    con.executemany(
        "INSERT INTO stages VALUES (?, ?, ?)", [(*pair, n) for n, pair in enumerate(stages.items())]
    )
    con.execute("""
        CREATE TABLE entries (
            lead_id VARCHAR, deal_id VARCHAR, reached VARCHAR, place INTEGER, day DATE, moment TIMESTAMP
        );
        CREATE TABLE returns (
            f SMALLINT, r BIGINT, lead_id VARCHAR, journey_id VARCHAR, day DATE, moment TIMESTAMP
        );
        CREATE TABLE spans (lead_id VARCHAR, journey_id VARCHAR, from_on DATE, until_on DATE);
    """)
    if not reader.mapped("stage_history") or not reader.mapped("leads"):
        return
    con.execute(f"""
        INSERT INTO entries
        WITH told AS (
            SELECT coalesce(s.kept, h.lead_id) AS lead_id, h.deal_id, h.stage, w.reached, w.place,
                   h.entered_on AS day, h.entered_at AS moment
            FROM {reader.live("stage_history")} AS h
            LEFT JOIN survivors AS s ON s.lead_id = h.lead_id
            LEFT JOIN stages AS w ON w.stage = h.stage
            WHERE h.stage IS NOT NULL
        ), runs AS (
            SELECT *, lag(stage) OVER (
                PARTITION BY deal_id, CASE WHEN deal_id IS NULL THEN lead_id END ORDER BY day, moment, place, stage
            ) AS before
            FROM told
        )
        SELECT lead_id, deal_id, reached, place, day, moment FROM runs WHERE stage IS DISTINCT FROM before
    """)
    unnamed = f"{reader.live('stage_history')} AS h ANTI JOIN stages USING (stage)"
    names = con.execute(f"SELECT DISTINCT stage FROM {unnamed} WHERE stage IS NOT NULL ORDER BY 1").fetchall()
    few = ", ".join(shown(name) for (name,) in names[:8])
    text = f"stages that no playbook names, so they date nothing; translate them under values: {few}"
    report(
        reader,
        "stage_history",
        "unlisted-stage",
        "info",
        text,
        f"(FROM {unnamed} WHERE stage IS NOT NULL)",
        "stage",
    )
    _date_deals(reader)


def _date_deals(reader: Reader) -> None:
    """Give deals without a closing date the day on which they last entered the stage of their outcome."""
    closed = "deal_id IS NOT NULL AND reached IN ('won_at', 'lost')"
    if "closed_at" in reader.mapped("deals") or not has_rows(reader.con, f"(FROM entries WHERE {closed})"):
        return
    reader.derived["deals"] = {"closed_at"}
    reader.con.execute(f"""
        CREATE TABLE closings AS
        SELECT deal_id, CASE reached WHEN 'won_at' THEN 'won' ELSE 'lost' END AS outcome,
               max({{'on': day, 'at': moment}}) AS last
        FROM entries WHERE {closed} GROUP BY ALL;

        ALTER VIEW v_deals RENAME TO undated_deals;

        CREATE VIEW v_deals AS
        SELECT d.* REPLACE (c.last.on AS closed_on, c.last.at AS closed_at)
        FROM undated_deals AS d LEFT JOIN closings AS c ON c.deal_id = d.deal_id AND c.outcome = d.outcome
    """)


def lead_on(rows: str, table: str) -> tuple[str, str]:
    """Return SQL for the journey that a row of a table belongs to by its day, and the joins that it needs."""
    day, joins = (
        f"{rows}.{parts_of(table, TABLES[table].dated_by)[0]}" if TABLES[table].dated_by else "o.day",
        "",
    )
    if table == "deal_leads":
        opened = "(SELECT deal_id, any_value(opened_on) AS day FROM v_deals GROUP BY deal_id)"
        joins = f" LEFT JOIN {opened} AS o ON o.deal_id = {rows}.deal_id"
    joins += (
        f" LEFT JOIN survivors AS s ON s.lead_id = {rows}.lead_id"
        f" LEFT JOIN spans AS p ON p.lead_id = {rows}.lead_id AND {day} >= p.from_on AND {day} < p.until_on"
    )
    return f"coalesce(p.journey_id, s.kept, {rows}.lead_id)", joins


def tell_leads(reader: Reader) -> None:
    """Make the view `told_leads`: the leads that are used, a row per journey, with the dates their stages tell."""
    if not reader.mapped("leads"):
        return
    if has_rows(reader.con, "ends") or has_rows(reader.con, "returns"):
        _spans(reader)
    if not has_rows(reader.con, "entries"):
        reader.con.execute(f"CREATE VIEW told_leads AS FROM {reader.live('leads')}")
        return
    text = (
        "went back to the first stage after they were decided, or long after they came: each return is a journey of "
        "its own under the lead's id, # and its number, with the source, place and owner of the lead's row"
    )
    report(reader, "leads", "came-back", "info", text, "returns")
    taken = "(SELECT u.f, u.r FROM u_leads AS u SEMI JOIN returns AS b ON u.lead_id = b.journey_id)"
    text = "has the id that a return of another lead would get, its id, # and a number; export ids without #"
    report(reader, "leads", "duplicate-id", "refuse", text, taken, "lead_id")
    _stage_dates(reader)
    mapped = reader.mapped("leads")
    seen = {reached for (reached,) in reader.con.execute("SELECT DISTINCT reached FROM entries").fetchall()}
    derived = seen & set(STAGE_DATES)
    derived |= {"disposition", "disposed_at"} if LOST in seen and "disposition" not in mapped else set()
    derived |= {"person_key"} if has_rows(reader.con, "returns") else set()
    reader.derived["leads"] = derived - mapped
    columns = ", ".join(f"{sql} AS {name}" for name, sql in _columns(mapped, derived - mapped))
    reader.con.execute(f"""
        CREATE VIEW told_leads AS
        WITH journeys AS (
            SELECT f, r, lead_id AS journey_id, CAST(NULL AS DATE) AS began_on, CAST(NULL AS TIMESTAMP) AS began_at,
                   {_ALWAYS} AS from_on, min(day) AS until_on, false AS is_last
            FROM returns GROUP BY f, r, lead_id
            UNION ALL
            SELECT f, r, journey_id, day, moment, day, lead(day, 1, {_NEVER}) OVER line, lead(day) OVER line IS NULL
            FROM returns WINDOW line AS (PARTITION BY lead_id ORDER BY day)
        )
        SELECT x.* REPLACE ({columns})
        FROM (SELECT *, {_hour(reader, "began_at")} AS began_hour FROM v_leads LEFT JOIN journeys USING (f, r)) AS x
        LEFT JOIN stage_dates AS h ON h.lead_id = coalesce(x.journey_id, x.lead_id)
        WHERE x.began_on IS NOT NULL
           OR NOT EXISTS (FROM aside AS a WHERE a.t = 'leads' AND a.f = x.f AND a.r = x.r)
    """)


def _columns(mapped: set[str], derived: set[str]) -> Iterator[tuple[str, str]]:
    """Yield (stored column of leads, SQL): what is dated goes to the journey of its day, else the history tells."""
    yield "lead_id", "coalesce(x.journey_id, x.lead_id)"
    yield (
        "person_key",
        "CASE WHEN x.journey_id IS NULL THEN x.person_key ELSE coalesce(x.person_key, person_key(x.lead_id)) END",
    )
    for part in parts_of("leads", "created_at"):
        yield (
            part,
            f"CASE WHEN x.began_on IS NULL THEN x.{part} ELSE x.{part.replace('created', 'began')} END",
        )
    for column in (*STAGE_DATES, "sent_back_at"):
        day, *_ = parts = parts_of("leads", column)
        for part, field in zip(parts, ("on", "at", "hour"), strict=True):
            told = f"h.{column}.{field}" if column in STAGE_DATES else "NULL"
            own = f"x.journey_id IS NULL OR x.{day} >= x.from_on AND x.{day} < x.until_on"
            yield part, told if column in derived else f"CASE WHEN {own} THEN x.{part} ELSE {told} END"
    own = (
        "x.journey_id IS NULL OR x.disposition IS NOT NULL "
        "AND coalesce(x.disposed_on >= x.from_on AND x.disposed_on < x.until_on, x.is_last)"
    )
    lost = {"disposition": "CASE WHEN h.lost IS NOT NULL THEN 'lost' END", "disposition_reason": "NULL",
            "recycle_due_on": "NULL", "disposed_on": "h.lost.on", "disposed_at": "h.lost.at",
            "disposed_hour": "h.lost.hour"}  # fmt: skip
    for column, told in lost.items():
        yield column, told if "disposition" in derived else f"CASE WHEN {own} THEN x.{column} ELSE {told} END"


def _spans(reader: Reader) -> None:
    """Make `spans`: which journey an id means from which day, where it means more than one."""
    reader.con.execute(f"""
        INSERT INTO spans
        WITH begun AS (
            SELECT DISTINCT lead_id, lead_id AS journey_id, {_ALWAYS} AS from_on FROM returns
            UNION ALL SELECT lead_id, journey_id, day FROM returns
        ), shared AS (  -- such as a contact that two leads were converted to: the lead that had come by the day
            SELECT e.lead_id, e.kept, min(coalesce(c.created_on, l.created_on)) AS from_on
            FROM ends AS e JOIN v_leads AS l ON l.lead_id = e.kept LEFT JOIN earliest AS c ON c.lead_id = e.kept
            WHERE e.lead_id NOT IN (SELECT lead_id FROM survivors)
              AND e.lead_id NOT IN (SELECT lead_id FROM v_leads WHERE lead_id IS NOT NULL)
            GROUP BY ALL
        ), every AS (
            SELECT * FROM begun
            UNION ALL
            SELECT e.lead_id, b.journey_id, b.from_on FROM begun AS b JOIN ends AS e ON e.kept = b.lead_id
            WHERE e.lead_id IN (SELECT lead_id FROM survivors)
            UNION ALL
            SELECT lead_id, kept,
                   CASE WHEN lag(kept) OVER (PARTITION BY lead_id ORDER BY from_on, kept) IS NULL
                        THEN {_ALWAYS} ELSE from_on END
            FROM shared
        )
        SELECT e.lead_id, coalesce(s.kept, e.journey_id), e.from_on,
               lead(e.from_on, 1, {_NEVER}) OVER (PARTITION BY e.lead_id ORDER BY e.from_on, e.journey_id)
        FROM every AS e LEFT JOIN survivors AS s ON s.lead_id = e.journey_id
    """)


def _stage_dates(reader: Reader) -> None:
    """Make `stage_dates`: per journey its first entry into each stage, and when it was lost if that was its last."""
    own, joins = lead_on("d", "deals")
    linked, linked_joins = lead_on("b", "deal_leads")
    told, told_joins = lead_on("e", "stage_history")
    links = (
        [f"SELECT d.deal_id, {own} AS lead_id FROM {reader.live('deals')} AS d{joins}"]
        if reader.mapped("deals")
        else []
    )
    if links and reader.mapped("deal_leads"):
        rows = f"(SELECT deal_id, lead_id FROM {reader.live('deal_leads')} UNION FROM account_links)"
        links.append(f"SELECT b.deal_id, {linked} FROM {rows} AS b{linked_joins}")
    dates = ", ".join(f"'{column}'" for column in STAGE_DATES)
    of_deals = (
        f" UNION ALL SELECT k.lead_id, e.reached, e.place, e.day, e.moment FROM entries AS e "
        f"JOIN ({' UNION '.join(links)}) AS k USING (deal_id) WHERE e.reached IN ({dates})"
        if links
        else ""
    )
    moments = ", ".join(
        f"min(moment) FILTER (WHERE reached = '{column}') AS {column}" for column in STAGE_DATES
    )
    reader.con.execute(f"""
        CREATE TABLE stage_dates AS
        WITH told AS (
            SELECT {told} AS lead_id, e.reached, e.place, e.day, e.moment
            FROM (SELECT *, day AS entered_on FROM entries WHERE deal_id IS NULL) AS e{told_joins}
            {of_deals}
        ), timed AS (
            SELECT lead_id, coalesce(reached, '') AS reached, place,
                   {{'on': day, 'at': moment, 'hour': {_hour(reader, "moment")}}} AS moment
            FROM told WHERE lead_id IS NOT NULL
        )
        SELECT lead_id, {moments},
               CASE WHEN arg_max(reached, {{'moment': moment, 'place': place}}) = '{LOST}'
                    THEN max(moment) FILTER (WHERE reached = '{LOST}') END AS lost
        FROM timed GROUP BY lead_id
    """)


def _hour(reader: Reader, moment: str) -> str:
    return f"CAST(hour({to_local(reader.zone, moment)}) AS SMALLINT)"
