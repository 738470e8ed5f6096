"""Deals that name an account and no lead: they belong to the leads of that account that were open when they began."""

from __future__ import annotations

from .reading import Reader
from .returning import decisions_sql


def link_accounts(reader: Reader) -> None:
    """Make `account_links` (deal_id, lead_id): new deals, and each lead that had come and was not decided by then.

    Notes
    -----
    A deal's own lead and `deal_leads` go first. The SQL credits a deal once, to the earliest of its leads; a deal of
    an account without an open lead stays a deal without a lead.
    """
    reader.con.execute("CREATE TABLE account_links (deal_id VARCHAR, lead_id VARCHAR)")
    if "account_key" not in reader.mapped("leads") & reader.mapped("deals"):
        return
    leads, deals = reader.live("leads"), reader.live("deals")
    linked = "SELECT d.deal_id FROM known AS k JOIN named AS d ON d.lead_id = k.lead_id"
    if reader.mapped("deal_leads"):
        linked += f" UNION SELECT deal_id FROM {reader.live('deal_leads')}"
    reader.con.execute(f"""
        INSERT INTO account_links
        WITH known AS (
            SELECT l.lead_id, l.account_key, coalesce(e.created_on, l.created_on) AS created_on,
                   CASE WHEN e.lead_id IS NULL THEN l.created_at ELSE e.created_at END AS created_at
            FROM {leads} AS l LEFT JOIN earliest AS e ON e.lead_id = l.lead_id
        ), named AS (
            SELECT d.* REPLACE (coalesce(s.kept, d.lead_id) AS lead_id)
            FROM {deals} AS d LEFT JOIN survivors AS s ON s.lead_id = d.lead_id
        ), pairs AS (
            SELECT d.deal_id, d.opened_on, d.outcome, d.closed_on, k.lead_id
            FROM named AS d JOIN known AS k ON k.account_key = d.account_key
            WHERE k.created_on <= d.opened_on AND coalesce(k.created_at <= d.opened_at, true)
              AND coalesce(d.type, 'new') = 'new' AND d.deal_id NOT IN ({linked})
        ), decided AS (
            SELECT coalesce(s.kept, x.lead_id) AS lead_id, x.day
            FROM ({decisions_sql(reader, leads)}) AS x LEFT JOIN survivors AS s ON s.lead_id = x.lead_id
            UNION
            SELECT lead_id, closed_on FROM pairs WHERE outcome IN ('won', 'lost') AND closed_on IS NOT NULL
        )
        SELECT DISTINCT deal_id, lead_id FROM pairs AS p
        WHERE NOT EXISTS (
            FROM decided AS x
            WHERE x.lead_id = p.lead_id AND x.day < p.opened_on AND NOT EXISTS (
                FROM entries AS b
                WHERE b.lead_id = x.lead_id AND b.deal_id IS NULL AND b.reached = 'created_at'
                  AND b.day > x.day AND b.day <= p.opened_on
            )
        )
    """)
    if not reader.mapped("deal_leads"):
        empty = "SELECT CAST(NULL AS SMALLINT) AS f, CAST(NULL AS BIGINT) AS r, deal_id, lead_id FROM account_links"
        for view in ("u_deal_leads", "v_deal_leads"):
            reader.con.execute(f"CREATE OR REPLACE VIEW {view} AS {empty} WHERE false")
        reader.derived["deal_leads"] = {"deal_id", "lead_id"}
