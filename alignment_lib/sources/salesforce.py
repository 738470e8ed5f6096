"""Salesforce ids: reports export 15 characters in which capitals count, the API 18 that hold in any case.

The last three say which of the fifteen are capitals: five to a character, the first of them worth 1.
Source: Salesforce's documentation of 15- and 18-character ids.
"""

from __future__ import annotations

import duckdb


def add_salesforce_ids(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection salesforce_id(v), 18 characters from 15, and salesforce_odd(v): is it no such id?"""
    capitals = (f"{1 << k} * CAST(substr(v, n + {k}, 1) BETWEEN 'A' AND 'Z' AS INTEGER)" for k in range(5))
    signs = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'"
    con.execute(f"""
        CREATE MACRO salesforce_sign(v, n) AS substr({signs}, 1 + {" + ".join(capitals)}, 1);
        CREATE MACRO salesforce_full(v) AS
            v[:15] || salesforce_sign(v, 1) || salesforce_sign(v, 6) || salesforce_sign(v, 11);
        CREATE MACRO salesforce_odd(v) AS v IS NOT NULL AND NOT (
            regexp_full_match(v, '[0-9A-Za-z]{{15}}')
            OR regexp_full_match(v, '[0-9A-Za-z]{{18}}') AND upper(v[16:]) = salesforce_full(v)[16:]
        );
        CREATE MACRO salesforce_id(v) AS CASE WHEN salesforce_odd(v) THEN v ELSE salesforce_full(v) END;
    """)
