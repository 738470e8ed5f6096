"""XLSX and Parquet: files whose cells have types become plain text cells, dates in ISO form."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ..playbook.strict import nearest
from .findings import Report
from .sheet_cells import DamagedSheet, valueless
from .source import Source
from .structure import Wrong
from .tables import kind_of

MAX_UNPACKED = 4 << 30
MAX_EXACT = 1 << 53  # from here on a spreadsheet's number no longer holds every whole number
_ROUNDED = (
    "ids of 16 digits and more stand in it as numbers, and numbers are rounded there; "
    "format the column as text where the file is made, or export as CSV"
)


def open_workbook(source: Source, report: Report) -> bool:
    """Write the declared sheet as CSV into the scratch folder; the first row is the header."""
    from python_calamine import CalamineError, CalamineWorkbook

    if not zipfile.is_zipfile(source.path):
        report.refuse("source-error", source.name, "is not an XLSX file")
        return False
    with zipfile.ZipFile(source.path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            report.refuse("too-large", source.name, "unpacks to more than 4 GB")
            return False
    sheet = source.mapping.sheet or ""
    try:
        workbook = CalamineWorkbook.from_path(str(source.path))
        if sheet not in workbook.sheet_names:
            text = f'has no sheet "{sheet}"; its sheets: {", ".join(workbook.sheet_names)}. '
            report.refuse("missing-sheet", source.name, text + nearest(sheet, workbook.sheet_names))
            return False
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        report.refuse("source-error", source.name, "cannot be read as an XLSX workbook: is it damaged?")
        return False
    workbook_path = source.path
    if not _write_rows(source, rows, source.scratch / "cells.csv", report):
        return False
    return _has_values(source, workbook_path, report) and _has_exact_ids(source, rows, report)


def _has_values(source: Source, workbook: Path, report: Report) -> bool:
    """Refuse errors and formulas without a value in mapped columns: they would be read as empty cells."""
    used = [n for n, heading in enumerate(source.header) if heading in source.mapping.headings()]
    try:
        found = valueless(workbook, source.mapping.sheet or "", used)
    except DamagedSheet:
        report.refuse("source-error", source.name, "cannot be read as an XLSX workbook: is it damaged?")
        return False
    for column, (errors, formulas) in sorted(found.items()):
        for wrong, text in (
            (errors, "holds an error such as #N/A or #DIV/0!; mend its formula and save, or export as CSV"),
            (
                formulas,
                "holds a formula without a value; recalculate and save the workbook, or export as CSV",
            ),
        ):
            if wrong.count:
                report.refuse("type-error", source.name, text, rows=wrong.rows, count=wrong.count,
                              of=source.records, column=source.header[column])  # fmt: skip
    return not found


def _as_texts(source: Source) -> set[str]:
    """Return the headings of mapped columns that are kept as text: ids, words, persons."""
    return {
        heading
        for table in source.mapping.tables
        for name, column in source.mapping.feeds(table).items()
        if kind_of(table, name) in ("text", "label", "person", "contact")
        for heading in column.headings
    }


def _has_exact_ids(source: Source, rows: list[list[Any]], report: Report) -> bool:
    """Refuse ids that the workbook holds as numbers too large to be exact."""
    fine = True
    for heading in sorted(_as_texts(source) & set(source.header)):
        wrong, column = Wrong(), source.header.index(heading)
        for number, row in enumerate(rows[1:], 2):
            if isinstance(row[column], float) and abs(row[column]) >= MAX_EXACT:
                wrong.add(number)
        if wrong.count:
            fine = False
            report.refuse("type-error", source.name, _ROUNDED, rows=wrong.rows, count=wrong.count,
                          of=source.records, column=heading)  # fmt: skip
    return fine


def _write_rows(source: Source, rows: list[list[Any]], path: Path, report: Report) -> bool:
    decimal = source.mapping.dialect.decimal
    texts = [[_text(cell, decimal) for cell in row] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    if not texts or not any(texts[0]):
        report.refuse("source-error", source.name, "has no header in the first row of the sheet")
        return False
    width = max(n for n, heading in enumerate(texts[0], 1) if heading)
    extra = Wrong()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, row in enumerate(texts, 1):
            if not any(row):
                source.blanks.append(number)
                continue
            if any(row[width:]):
                extra.add(number)
            writer.writerow(row[:width])
    source.path, source.native, source.header = path, True, texts[0][:width]
    source.records = len(texts) - 1 - len(source.blanks)
    if source.blanks:
        report.add("blank-row", "info", source.name, "blank records between others; they are passed over",
                   rows=source.blanks, count=len(source.blanks), of=len(texts) - 1)  # fmt: skip
    if extra.count:
        report.refuse("extra-cell", source.name, f"cells to the right of the {width} headings",
                   rows=extra.rows, count=extra.count, of=len(texts) - 1)  # fmt: skip
    return not extra.count


def _text(cell: Any, decimal: str) -> str:
    """Return a cell as text: whole numbers without a point, others with the declared decimal sign, dates as ISO."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        plain = repr(cell) if "e" not in repr(cell) else f"{round(Decimal(repr(cell)), 30):f}"
        return plain.replace(".", decimal)
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, dt.date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def open_parquet(source: Source, report: Report) -> bool:
    """Note headings and number of rows; the file is read where it lies."""
    try:
        relation = duckdb.connect(":memory:").from_parquet(str(source.path))
        source.records = relation.count("*").fetchall()[0][0]
    except duckdb.Error:
        report.refuse("source-error", source.name, "cannot be read as Parquet: is it damaged?")
        return False
    source.header, source.native = list(relation.columns), True
    nested = [name for name, kind in zip(relation.columns, relation.types, strict=True) if _nested(str(kind))]
    used = [name for name in nested if name in source.mapping.headings()]
    for name in used:
        report.refuse("type-error", source.name, "holds lists or records, not single values", column=name)
    return _parquet_has_exact_ids(source, relation, report) and not used


def _parquet_has_exact_ids(source: Source, relation: duckdb.DuckDBPyRelation, report: Report) -> bool:
    fine, texts = True, _as_texts(source)
    for name, kind in zip(relation.columns, relation.types, strict=True):
        limit = {"DOUBLE": MAX_EXACT, "FLOAT": 1 << 24}.get(str(kind))
        if limit is None or name not in texts:
            continue
        found = duckdb.connect(":memory:").execute(
            "SELECT file_row_number + 2, count(*) OVER () FROM read_parquet(?, file_row_number = true) "
            f"WHERE abs({identifier(name)}) >= {limit} ORDER BY 1 LIMIT 5", [str(source.path)]
        ).fetchall()  # fmt: skip
        if found:
            fine = False
            report.refuse("type-error", source.name, _ROUNDED, rows=[row for row, _ in found], count=found[0][1],
                          of=source.records, column=name)  # fmt: skip
    return fine


def parquet_cells(source: Source, positions: list[int]) -> str:
    """Return a FROM clause that gives the columns at `positions` of a Parquet file as text columns c0, c1, ..."""
    relation = duckdb.connect(":memory:").from_parquet(str(source.path))
    cells = [
        f"{_as_text(identifier(relation.columns[n]), str(relation.types[n]), source.mapping.dialect.decimal)} AS c{n}"
        for n in positions
    ]
    return f"(SELECT {', '.join(cells) or '0 AS nothing'} FROM read_parquet({quoted(str(source.path))}))"


def _as_text(column: str, kind: str, decimal: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {column}), '%Y-%m-%d %H:%M:%S+00')"
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%d %H:%M:%S')"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
        text = (
            f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"WHEN contains(CAST({column} AS VARCHAR), 'e') THEN format('{{:.30f}}', CAST({column} AS DOUBLE)) "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
        return f"replace({text}, '.', {quoted(decimal)})"
    if kind.startswith("DECIMAL"):
        return f"replace(CAST({column} AS VARCHAR), '.', {quoted(decimal)})"
    return f"nullif(CAST({column} AS VARCHAR), '')"


def _nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "BLOB"))


def quoted(text: str) -> str:
    """Return a SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'
