"""Who came back: leads of one person within some days and undecided are one journey; later or decided, a new one.

So is a lead that goes back to the first stage in the stage history, for a CRM that keeps one row per person.
"""

from __future__ import annotations

from .aside import made, repeats, report, set_aside
from .reading import Reader, has_rows

# A contact that more leads share than any person makes is a placeholder such as none@club.example.
MAX_JOURNEYS = 25
_ROW, _ENTRY, _DECISION = range(3)


def settle_people(reader: Reader, same_journey_days: int) -> None:
    """Set aside a lead of a person who came within so many days before and is undecided since.

    Notes
    -----
    `returns` holds the leads that the stage history sends back to the first stage as new journeys.
    """
    mapped = reader.mapped("leads")
    if not mapped or ("person_key" not in mapped and not reader.mapped("stage_history")):
        return
    leads, rows = reader.live("leads"), f"{reader.live('leads', 'u')} WHERE person_key IS NOT NULL"
    several = f"SELECT person_key, count(*) AS n FROM {rows} GROUP BY 1 HAVING n > 1"
    back = "SELECT DISTINCT lead_id FROM entries WHERE deal_id IS NULL AND reached = 'created_at'"
    if not made(reader, "back", back) and not repeats(reader, rows, "person_key"):
        return
    if not made(reader, "known", several) and not has_rows(reader.con, "back"):
        return
    if made(reader, "crowds", f"SELECT * FROM known WHERE n > {MAX_JOURNEYS}"):
        reader.con.execute("INSERT INTO nobody SELECT person_key FROM crowds")
        text = f"contacts that stand on more than {MAX_JOURNEYS} leads each are taken for placeholders, not for people"
        shared = f"(SELECT f, r FROM {leads} SEMI JOIN crowds USING (person_key))"
        report(reader, "leads", "placeholder-contact", "warn", text, shared, "person_key")
    reader.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE came_again AS
        SELECT l.f, l.r, l.lead_id, coalesce(k.person_key, person_key('lead ' || l.lead_id)) AS person_key,
               l.disposition, l.disposed_on, coalesce(e.created_on, l.created_on) AS created_on,
               CASE WHEN e.lead_id IS NULL THEN l.created_at ELSE e.created_at END AS created_at
        FROM {leads} AS l
        LEFT JOIN (SELECT person_key FROM known WHERE n <= {MAX_JOURNEYS}) AS k ON k.person_key = l.person_key
        LEFT JOIN back AS b ON b.lead_id = l.lead_id
        LEFT JOIN earliest AS e ON e.lead_id = l.lead_id
        WHERE k.person_key IS NOT NULL OR b.lead_id IS NOT NULL;

        CREATE OR REPLACE TEMP TABLE told AS {_journeys_sql(decisions_sql(reader, "came_again"), same_journey_days)};

        CREATE OR REPLACE TEMP TABLE again AS
        SELECT f, r, lead_id, kept FROM told WHERE step = {_ROW} AND kept <> lead_id;

        UPDATE survivors SET kept = again.kept FROM again WHERE survivors.kept = again.lead_id;
        INSERT INTO survivors SELECT lead_id, kept FROM again;

        INSERT INTO returns
        SELECT l.f, l.r, t.lead_id, t.id, t.day, t.moment
        FROM told AS t JOIN came_again AS l USING (lead_id) WHERE t.step = {_ENTRY} AND t.starts;
    """)
    text = (
        f"the same person within {same_journey_days} days and undecided; what was done moves to the first row"
    )
    rows = "SELECT f, r FROM again"
    set_aside(reader, "leads", "same-person", "info", "same person, same journey", text, rows)


def decisions_sql(reader: Reader, leads: str) -> str:
    """Return SELECTs of (lead_id, day, moment) at which a lead was decided."""
    parts = [
        f"SELECT lead_id, disposed_on AS day, CAST(NULL AS TIMESTAMP) AS moment FROM {leads} "
        "WHERE disposition = 'lost' AND disposed_on IS NOT NULL",
        "SELECT lead_id, day, moment FROM entries WHERE deal_id IS NULL AND reached IN ('won_at', 'lost')",
    ]
    if "closed_at" in reader.mapped("deals"):
        won_or_lost = (
            f"FROM {reader.live('deals')} WHERE outcome IN ('won', 'lost') AND closed_on IS NOT NULL"
        )
        parts.append(f"SELECT lead_id, closed_on, closed_at {won_or_lost} AND lead_id IS NOT NULL")
        links = "SELECT deal_id, lead_id FROM account_links"
        if reader.mapped("deal_leads"):
            links += f" UNION SELECT deal_id, lead_id FROM {reader.live('deal_leads')}"
        deals = f"(SELECT deal_id, closed_on, closed_at {won_or_lost})"
        parts.append(
            f"SELECT lead_id, closed_on, closed_at FROM {deals} AS d JOIN ({links}) AS b USING (deal_id)"
        )
    return " UNION ALL ".join(parts)


def _journeys_sql(decisions: str, days: int) -> str:
    """Return each row and entry of a lead with the journey that it belongs to: the id of what began it.

    Notes
    -----
    Undoing a decision on its own day is a correction, not a return.
    """
    return f"""
        WITH decided AS (
            SELECT coalesce(s.kept, d.lead_id) AS lead_id, d.day, d.moment
            FROM ({decisions}) AS d LEFT JOIN survivors AS s ON s.lead_id = d.lead_id
        ), events AS (
            SELECT person_key, created_on AS day, coalesce(created_at, CAST(created_on AS TIMESTAMP)) AS clock,
                   {_ROW} AS step, lead_id, f, r, created_at AS moment
            FROM came_again
            UNION ALL
            SELECT l.person_key, e.day, coalesce(e.moment, CAST(e.day AS TIMESTAMP)), {_ENTRY}, l.lead_id,
                   NULL, NULL, e.moment
            FROM entries AS e JOIN came_again AS l USING (lead_id)
            WHERE e.deal_id IS NULL AND e.reached = 'created_at' AND e.day > l.created_on
            UNION ALL
            -- A decision without a time is taken for the end of its day.
            SELECT l.person_key, d.day, coalesce(d.moment, CAST(d.day AS TIMESTAMP) + INTERVAL 86399 SECOND),
                   {_DECISION}, l.lead_id, NULL, NULL, d.moment
            FROM decided AS d JOIN came_again AS l USING (lead_id)
        ), steps AS (
            SELECT *, lag(step) OVER line AS before, day - lag(day) OVER line AS gap
            FROM events
            WINDOW line AS (PARTITION BY person_key ORDER BY day, clock, step, lead_id)
        ), numbered AS (
            SELECT *, sum(CASE WHEN before = {_DECISION} AND NOT (step = {_ENTRY} AND gap = 0)
                                 OR gap > {days} OR gap IS NULL THEN 1 ELSE 0 END)
                          OVER (PARTITION BY person_key ORDER BY day, clock, step, lead_id) AS journey
            FROM steps
        ), begun AS (
            SELECT *, row_number() OVER (
                PARTITION BY person_key, journey ORDER BY day, clock, step, lead_id
            ) = 1 AS starts
            FROM numbered
            WHERE step <> {_DECISION}
        ), named AS (
            SELECT *, CASE step WHEN {_ROW} THEN lead_id ELSE lead_id || '#' || 1 + sum(
                CASE WHEN starts AND step = {_ENTRY} THEN 1 ELSE 0 END
            ) OVER (PARTITION BY lead_id ORDER BY day, clock, step) END AS id
            FROM begun
        )
        SELECT f, r, lead_id, step, starts, id, day, moment,
               first_value(id) OVER (PARTITION BY person_key, journey ORDER BY day, clock, step, lead_id) AS kept
        FROM named
    """
