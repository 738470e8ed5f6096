"""Rows that are used as they stand although they look like a mistake: someone who knows the exports should look.

Nothing is changed or set aside here, and the clock plays no part: the same exports give the same findings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from ..playbook.strict import nearest
from .findings import Severity
from .personal import shown
from .reading import Reader
from .tables import TABLES, parts_of
from .typed_files import identifier, quoted

# Rows are sorted out at the far end of their dates only where there are enough to say what is usual.
ENOUGH = 10
FAR = date(2050, 1, 1)
# A download appended to itself is half copies. Fewer may be true: two pieces of one product are two order lines alike.
TWICE = 0.4
LISTED = {  # a lead's columns whose words the playbook lists: under which key, and what it means if one is in none
    "source": ("sources", "no team answers for it"),
    "location": ("locations", "what waits there waits in the company's hours"),
    "arrival": ("arrivals", "nobody knows whether it waits for an answer"),
}
SHOWN = 8  # words of a finding


def note_doubts(reader: Reader, known: Mapping[str, Iterable[str]]) -> None:
    """Report empty amounts, rows that stand there twice, dates that cannot be, and words that nobody listed.

    `known` gives the words that the playbooks list, by column of a lead; an empty list says nothing.
    """
    _empty_amounts(reader)
    for table in TABLES:
        mapped = reader.mapped(table)
        if mapped and not TABLES[table].key and "activity_id" not in mapped and table != "owners":
            _twice(reader, table)
        if mapped and TABLES[table].dated_by:
            _far_future(reader, table, TABLES[table].dated_by)
    if "closed_at" in reader.mapped("deals"):
        _far_future(reader, "deals", "closed_at")
        _closed_before_opened(reader)
    for column in LISTED:
        if column in reader.mapped("leads") and (names := sorted(set(known[column]))):
            _unlisted(reader, column, names)


def _report(
    reader: Reader, rule: str, table: str, column: str, text: str, rows: str, warn_above: float | None = None
) -> None:
    """Report the rows (f, r) of a query by file: a warning above a share of its rows, else reading.warn_above."""
    above = reader.warn_above if warn_above is None else warn_above
    found = reader.con.execute(
        f"SELECT f, count(*), list_slice(list_sort(list(r)), 1, 5) FROM ({rows}) GROUP BY f ORDER BY f"
    )
    for f, count, first in found.fetchall():
        source = reader.sources[f]
        severity: Severity = "warn" if count > above * source.records else "info"
        reader.report.add(rule, severity, source.name, text, rows=[source.row(r) for r in first],
                          count=count, of=source.records, table=table, column=column)  # fmt: skip


def _empty_amounts(reader: Reader) -> None:
    for table, condition, what in (
        ("spend", "true", "spend"), ("payments", "true", "a payment"),
        ("deals", "outcome = 'won'", "a deal that was won"),
    ):  # fmt: skip
        if "amount" in reader.mapped(table):
            rows = f"SELECT f, r FROM {reader.live(table)} WHERE amount IS NULL AND {condition}"
            text = f"amount is empty: {what} without an amount adds nothing to any sum"
            _report(reader, "missing-value", table, "amount", text, rows)


def _twice(reader: Reader, table: str) -> None:
    """Report rows that are alike in every column that is read, in a table that has no id of its own."""
    # Comparing whole rows is slow, so only those are compared that have a hash in common.
    names = ", ".join(identifier(name) for name in reader.fed(table))
    live, hashed = reader.live(table), f"hash({names})"
    repeated = f"SELECT {hashed} FROM {live} GROUP BY 1 HAVING count(*) > 1"
    copies = f"row_number() OVER (PARTITION BY {names} ORDER BY f, r) AS copy"
    rows = (
        f"SELECT f, r FROM (SELECT f, r, {copies} FROM {live} WHERE {hashed} IN ({repeated})) WHERE copy > 1"
    )
    text = (
        "rows alike in every column that is read, in a table without an id; each is counted, as two alike can "
        "both be true. If the file holds them twice by mistake, export it anew"
    )
    _report(reader, "duplicate-row", table, "", text, rows, TWICE)


def _far_future(reader: Reader, table: str, column: str) -> None:
    """Report dates more than a year after nearly all others of their file (99.9%, or all but one), or after 2049."""
    day = identifier(parts_of(table, column)[0])
    live = reader.live(table, "u")
    for f, count, last in reader.con.execute(
        f"SELECT f, count({day}), max({day}) FROM {live} GROUP BY f ORDER BY f"
    ).fetchall():
        if last is None:
            continue
        usual = min(0.999, 1 - 1.5 / count)
        late = f"SELECT count(*) FROM {live} WHERE f = {f} AND {day} >= DATE '{last}' - 365"
        if last < FAR and count - reader.con.execute(late).fetchone()[0] < usual * (count - 1) - 1:  # type: ignore[index]
            continue  # most of the nearly all came within that year: no need to put them in order
        dates = f"SELECT quantile_disc({day}, {usual}) + 365 FROM {live} WHERE f = {f}"
        limit = f"least(DATE '{FAR}' - 1, ({dates}))" if count >= ENOUGH else f"DATE '{FAR}' - 1"
        rows = f"SELECT f, r FROM {live} WHERE f = {f} AND {day} > {limit}"
        text = (
            "dated long after the rest of the file; no page counts it before that day. Is the year mistyped?"
        )
        _report(reader, "future-date", table, column, text, rows, 0)


def _closed_before_opened(reader: Reader) -> None:
    """Report deals whose last day lies before their first; by day, as many exports know no more."""
    rows = f"SELECT f, r FROM {reader.live('deals')} WHERE closed_on < opened_on AND outcome <> 'open'"
    text = (
        "closed before it was opened; its money counts on the day of closing, on pages that reach the day of opening. "
        "Is one of the two mistyped, or another column meant?"
    )
    _report(reader, "closed-before-opened", "deals", "closed_at", text, rows)


def _unlisted(reader: Reader, column: str, names: list[str]) -> None:
    """Report words of a lead's column that no playbook lists, by file, the most frequent first."""
    key, meaning = LISTED[column]
    known = ", ".join(map(quoted, names))
    rows = f"SELECT f, r FROM {reader.live('leads')} WHERE {column} NOT IN ({known})"
    words: dict[int, list[str]] = defaultdict(list)
    for f, word in reader.con.execute(
        f"SELECT f, {column} FROM {reader.live('leads')} SEMI JOIN ({rows}) AS new USING (f, r) "
        "GROUP BY ALL ORDER BY f, count(*) DESC, 2"
    ).fetchall():
        words[f].append(f"{shown(word)} {nearest(word, names)}".strip())
    for f, found in words.items():
        more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
        text = (
            f"leads whose {column} is in no playbook, so that {meaning}; list it there under {key}: "
            f"{', '.join(found[:SHOWN])}{more}"
        )
        _report(reader, f"unlisted-{column}", "leads", column, text, f"{rows} AND f = {f}")
