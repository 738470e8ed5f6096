"""Set rows aside with their reason, and report rows of a query by the file that they stand in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .findings import Severity
from .reading import Reader
from .typed_files import quoted


def made(reader: Reader, name: str, sql: str) -> bool:
    """Keep a query's rows under a name; True if there are any."""
    return reader.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}").fetchall()[0][0] > 0


def repeats(reader: Reader, rows: str, values: str) -> bool:
    """Return False if no value stands twice in the rows of a query; True if some may: their hashes are alike."""
    hashes = np.asarray(reader.con.execute(f"SELECT hash({values}) AS h FROM {rows}").fetchnumpy()["h"])
    odd = hashes % 2 == 1
    with ThreadPoolExecutor() as pool:
        return any(pool.map(_twice, (hashes[odd], hashes[~odd])))


def _twice(hashes: np.ndarray) -> bool:
    """Say whether any stands twice; sorting takes half of what counting the different ones takes in DuckDB."""
    hashes.sort()
    return bool((hashes[1:] == hashes[:-1]).any())


def set_aside(
    reader: Reader, table: str, rule: str, severity: Severity, reason: str, text: str, rows: str
) -> None:
    """Set the rows (f, r) of a query aside and report them by file."""
    if made(reader, "going", rows):
        reader.con.execute(f"INSERT INTO aside SELECT {quoted(table)}, f, r, {quoted(reason)} FROM going")
        report(reader, table, rule, severity, text, "going")


def report(
    reader: Reader, table: str, rule: str, severity: Severity, text: str, rows: str, column: str = ""
) -> None:
    """Report the rows (f, r) of a FROM item, file by file."""
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
