"""`make check`: what was read, what is wrong with it by row, and what a month's page can answer from it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from ..month import cache_folder, make_missing_sample, open_month
from ..period import Month
from ..playbook import Company
from ..sources import Finding, Summary, load_exports, read_params, summary
from ..sources.findings import share_words
from ..words import is_known

SIGNS = {"refuse": "✕", "warn": "!", "info": "·"}
NUMBERS = {"rows", "rows_in", "rows_used", "set_aside", "total", "leads", "won", "amount"}
HEADINGS = {
    "rows_in": "rows in",
    "rows_used": "used",
    "set_aside": "set aside",
    "reasons": "why",
    "of": "column",
}
MONTHS_SHOWN = 15
MONTHS = "Leads by month created, deals won by month closed (expansion too, which the page shows apart)"


def print_check(params: Path, month: Month | None = None) -> None:
    """Print what a company's exports hold; with a month (else the newest one with leads), what its page can answer.

    Raises
    ------
    ParamsError, InputRejected, NoDataError
        With every problem at once.
    """
    console = Console(highlight=False, markup=False, soft_wrap=True)
    company = read_params(params)
    make_missing_sample(company, console.print)
    exports = load_exports(company, cache_folder(company))
    found = summary(exports, date.today())
    console.print(f"{company.settings.company}: {company.folder}\n")
    print_tables(console, found)
    for warning in company.warnings:
        console.print(f"! {warning}")
    print_findings(console, found.findings, " on reading")
    period = month or newest_month(found)
    if period:
        print_answers(console, company, period, found)


def print_tables(console: Console, found: Summary) -> None:
    """Print files with their rows, each table's totals, and the latest months."""
    _print(console, "Files", found.files)
    _print(console, "Totals read (compare them with the CRM's own)", found.totals)
    _print(console, MONTHS, found.months.tail(MONTHS_SHOWN))


def print_findings(console: Console, findings: tuple[Finding, ...], where: str = "") -> None:
    """Print findings in their order; `where` says in what they were found."""
    console.print(f"Findings{where}: {len(findings) or 'none'}")
    for one in findings:
        share = f" ({share_words(one.share)})" if one.share else ""
        where = one.where if one.file else f"{one.table}, {one.where}".strip(", ")
        console.print(f"  {SIGNS[one.severity]} {one.rule}: {where}: {one.text}{share}")
    console.print()


def further_findings(found: Summary, month: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what a month's page knows beyond what reading found; one rule on one column is told once."""
    told = {(one.rule, one.table, one.column) for one in found.findings}
    return tuple(one for one in month if (one.rule, one.table, one.column) not in told)


def print_answers(console: Console, company: Company, period: Month, found: Summary) -> None:
    """Print a month's further findings, each question of the page with its state, and what is missing.

    What is missing stands in the order of what it would open.
    """
    from ..questions import answers
    from .page import absent

    month = open_month(str(period), company.folder)
    if counted := further_findings(found, month.findings):
        print_findings(console, counted, f" on counting for {period.label}")
    every = answers(month)
    console.print(f"The page of {period.label} can answer:")
    for answer in every:
        state = {"complete": "yes", "poor": "in part", "missing": "no"}[answer.state]
        console.print(f"  {state:8} {answer.title}: {answer.asks}")
    missing = absent([{"missing": [asdict(one) for one in answer.missing]} for answer in every])
    for thing in missing:
        console.print(f"  missing: {thing['what']} {thing['why']} {thing['todo']}")


def newest_month(found: Summary) -> Month | None:
    """Return the newest month with leads, if there is one."""
    known: list[str] = found.months[found.months["leads"] > 0]["month"].tolist()
    return Month.parse(max(known)) if known else None


def _print(console: Console, title: str, frame: pd.DataFrame) -> None:
    console.print(title)
    table = Table(box=None, pad_edge=True, padding=(0, 2))
    for column in frame.columns:
        table.add_column(HEADINGS.get(column, column), justify="right" if column in NUMBERS else "left")
    for record in frame.to_dict("records"):
        table.add_row(*(_text(record[column]) for column in frame.columns))
    # Lines are as long as they have to be where nobody looks at a screen.
    Console(highlight=False, markup=False, width=None if console.is_terminal else 160).print(table)
    console.print()


def _text(value: Any) -> str:
    if not is_known(value):
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
    return value if isinstance(value, str) else f"{value:,}"
