"""Open an export by its format and compare its header with its mapping."""

from __future__ import annotations

from ..playbook.strict import nearest
from .delimited import check_structure, open_delimited
from .findings import Report
from .personal import shown
from .source import Source
from .typed_files import open_parquet, open_workbook

_OPEN = {"csv": open_delimited, "xlsx": open_workbook, "parquet": open_parquet}


def open_source(source: Source, report: Report) -> bool:
    """Make an export ready for DuckDB, or report every problem of its shape and return False."""
    mapping = source.mapping
    source.scratch.mkdir()
    readable = _OPEN[mapping.format](source, report)
    # A wrong shape and a wrong header are told together, when the header could be read at all.
    fits = _fits(source, report) if source.header else False
    if readable and not fits and mapping.format == "csv":
        check_structure(source, report)
    return readable and fits


def _other_delimiter(source: Source) -> str:
    """Return which delimiter splits the first record into mapped headings, where another than the declared one does."""
    dialect, needed = source.mapping.dialect, source.mapping.headings()
    if source.mapping.format != "csv":
        return ""
    record = dialect.delimiter.join(source.header)
    for delimiter, written in ((",", '","'), (";", '";"'), ("\t", '"\\t"'), ("|", '"|"')):
        cells = [cell.strip(f" {dialect.quote}") for cell in record.split(delimiter)]
        if delimiter != dialect.delimiter and sum(heading in cells for heading in needed) * 2 > len(needed):
            return f". They are there when it is split otherwise: set dialect: {{delimiter: {written}}}"
    return ""


def _fits(source: Source, report: Report) -> bool:
    """Report headings that are missing, doubled or not mapped; True if all that the mapping needs is there."""
    header, needed, name = source.header, source.mapping.headings(), source.name
    missing = [heading for heading in needed if heading not in header]
    if len(missing) == len(needed):
        text = (
            f"none of the mapped headings is in its first record; expected {', '.join(map(shown, needed))}"
            f"{_other_delimiter(source)}"
        )
        report.refuse("missing-label", name, text, rows=[1])
        return False
    unmapped = [heading for heading in header if heading and heading not in needed]
    few = ", ".join(map(shown, unmapped[:12])) + (
        f" and {len(unmapped) - 12} more" if len(unmapped) > 12 else ""
    )
    for heading in missing:
        others = f"; columns that are not read: {few}" if few and heading == missing[0] else ""
        text = (
            f"column {shown(heading)} is not there. {nearest(heading, unmapped)}".strip().rstrip(".") + others
        )
        report.refuse("missing-label", name, text, rows=[1], column=heading)
    hidden = [heading for heading in source.mapping.personal if heading not in header and heading not in missing]
    for heading in hidden:
        text = f"column {shown(heading)}, listed under personal, is not there. {nearest(heading, header)}"
        report.refuse("missing-label", name, text.strip().rstrip("."), rows=[1], column=heading)
    doubled = sorted({heading for heading in header if heading and header.count(heading) > 1})
    for heading in doubled:
        severity = "refuse" if heading in needed else "info"
        report.add("duplicate-label", severity, name, f"stands {header.count(heading)} times in the header",  # type: ignore[arg-type]
                   rows=[1], column=heading)  # fmt: skip
    if unmapped:
        report.add("extra-label", "info", name, f"columns that are not read: {few}", count=len(unmapped))
    if "" in header:
        report.add(
            "blank-label",
            "info",
            name,
            "columns without a heading; they are not used",
            count=header.count(""),
        )
    return not missing and not hidden and not any(heading in needed for heading in doubled)
