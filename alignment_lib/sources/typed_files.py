"""XLSX and Parquet: files whose cells have types become plain text cells, dates in ISO form."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import duckdb

from ..playbook.strict import nearest
from .findings import Report
from .source import Source
from .structure import Wrong

MAX_UNPACKED = 4 << 30


def open_workbook(source: Source, scratch: Path, report: Report) -> bool:
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
    return _write_rows(source, rows, scratch / f"{source.sha256}.csv", report)


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
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", decimal)
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, dt.date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def open_parquet(source: Source, scratch: Path, report: Report) -> bool:
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
    return not used


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
        text = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
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
