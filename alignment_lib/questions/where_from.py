"""Where this came from: the files, what was done with their rows, and how anybody can check it."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations

import pandas as pd

from ..answer import Answer, Column, Table
from ..month import MonthData
from .checks import checks, passed
from .parts import of_month, revenue_lacks

ASKS = "Where do these numbers come from?"
PACKAGES = ("duckdb", "pandas", "numpy", "matplotlib", "papermill", "nbconvert", "holidays")
PRIVACY = "Holds no names, phone numbers or e-mail addresses. Works without a network; loads nothing and sends nothing."
EXPLAINED = 0.5  # a difference smaller than this is rounding
# What a control total may be called, and what we count for it.
MEASURES = {
    "leads": "leads", "contacts": "leads", "revenue": "revenue", "clients": "clients", "deals won": "deals",
    "won deals": "deals", "spend": "spend",
}  # fmt: skip
COUNTED_FROM = {"leads": "leads", "revenue": "deals", "clients": "deals", "deals": "deals", "spend": "spend"}


def files_read(month: MonthData) -> pd.DataFrame:
    """List the files with where their rows went.

    Returns
    -------
    pandas.DataFrame
        One row per file and table it feeds: `file`, `table`, `rows_in`, `rows_used` (what this page can see),
        `set_aside` (count), `why`
        (by reason, most first), `after` (rows used that are dated after this page's data, so not on it), `newest`.
    """
    rows = []
    for file in month.files:
        after, aside = (
            file.rows_after(month.as_of),
            sorted(file.set_aside.items(), key=lambda one: (-one[1], one[0])),
        )
        why = "; ".join(f"{reason} {month.words.number(count)}" for reason, count in aside if count)
        rows.append((file.name, file.table, file.rows_in, file.rows_used - after, sum(file.set_aside.values()),
                     after, why, file.newest))  # fmt: skip
    columns = ["file", "table", "rows_in", "rows_used", "set_aside", "after", "why", "newest"]
    return pd.DataFrame(rows, columns=columns)


def reconciliation(month: MonthData) -> pd.DataFrame:
    """Set the figures that other people believe in beside ours, and explain the difference as far as it is counted.

    Answers: why does the CRM's dashboard, or finance, say something else?

    Returns
    -------
    pandas.DataFrame
        One row per control total of the month: `measure`, `believed_by`, `theirs`, `ours`, `difference`
        (ours - theirs), `steps` (other ways of counting that together explain it, in words), `unexplained`,
        `note`, and each number as printed (`<name>_text`).

    Notes
    -----
    Source: control_totals.csv; what our data covers in part only is not set beside a whole month. Leads by date
    created, clients and revenue by the playbook's revenue month.
    """
    totals = of_month(month.company.control_totals, month)
    if revenue_lacks(month):
        totals = totals[totals["measure"].map(_counted) != "revenue"]
    tables = [COUNTED_FROM.get(_counted(name) or "", "leads") for name in totals["measure"]]
    totals = totals.loc[[month.has(table) and not month.stops(table) for table in tables]]
    return pd.DataFrame([_reconciled(row, month) for row in totals.to_dict("records")])


def _counted(measure: str) -> str | None:
    return MEASURES.get(str(measure).strip().lower().replace("_", " "))


def _reconciled(row: dict, month: MonthData) -> dict:
    counted = _counted(row["measure"])
    ours, ways = _ours(counted, month)
    theirs = float(row["value"])
    show = month.words.money if counted in ("revenue", "spend") else month.words.number
    difference = None if ours is None else ours - theirs
    taken = closing_steps(ways, difference)
    steps = "; ".join(f"{text} {show(size, signed=True)}" for text, size in taken)
    left = 0.0 if taken else difference or 0.0
    numbers = {
        "theirs": theirs,
        "ours": ours,
        "difference": difference,
        "unexplained": left if counted else None,
    }
    text = {name: row[name] if isinstance(row.get(name), str) else "" for name in ("believed_by", "note")}
    return {
        "measure": row["measure"],
        "believed_by": text["believed_by"],
        **numbers,
        "steps": steps if counted else "we do not count this",
        "note": text["note"],
        **{f"{name}_text": show(value) for name, value in numbers.items()},
    }


def closing_steps(ways: list[tuple[str, float]], difference: float | None) -> list[tuple[str, float]]:
    """Return the fewest other ways of counting that together are the whole difference; none if no such set is.

    A way that only points the same way explains nothing: the two figures may not differ in it at all.

    >>> closing_steps([("without second entries", -7), ("zone", 1), ("people counted once", 6)], -6)
    [('without second entries', -7), ('zone', 1)]
    >>> closing_steps([("expansions left out", -288)], -4512)
    []
    """
    known = [way for way in ways if way[1]]
    for count in range(1, len(known) + 1):
        for chosen in combinations(known, count):
            if abs(sum(size for _, size in chosen) - (difference or 0.0)) < EXPLAINED:
                return list(chosen) if difference else []
    return []


def _ours(counted: str | None, month: MonthData) -> tuple[float | None, list[tuple[str, float]]]:
    """Return our figure, and by how much it differs from what other ways of counting give (ours - theirs)."""
    tallies = month.tallies
    if counted is None:
        return None, []
    if counted == "leads":
        people, leads = of_month(tallies.people, month), float(of_month(tallies.daily, month)["leads"].sum())
        of_leads = [file for file in month.files if file.table == "leads"]
        second = sum(file.second_entries.get(str(month.period), 0) for file in of_leads)
        return leads, [
            ("second entries left out", -float(second)),
            (f"days in {month.settings.time_zone}, not UTC", _against(month, "UTC", "leads", leads)),
            ("people counted once", float((people["leads"] - people["people"]).sum())),
        ]
    if counted == "spend":
        spend = of_month(tallies.spend, month)
        other = float(spend.loc[spend["kind"] != "media", "amount"].sum())
        return float(spend["amount"].sum()), [("time of people and tools", other)]
    every = tallies.revenue
    sold, new = of_month(every, month), every[every["type"] == "new"]
    by_type = {
        kind: float(sold.loc[sold["type"] == kind, counted].sum()) for kind in ("new", "expansion", "renewal")
    }
    ours = by_type["new"]
    by_created = float(new.loc[new["created_month"] == str(month.period), counted].sum())
    without = of_month(new[new["team"] == "no lead"], month)
    return ours, [
        (
            "by closing, not by first day",
            0.0 if counted == "deals" else _against(month, "first day", counted, ours),
        ),
        ("expansions left out", -by_type["expansion"]),
        ("renewals left out", -by_type["renewal"]),
        ("won without a lead", float(without[counted].sum())),
        ("by closing, not by created", ours - by_created),
    ]


def _against(month: MonthData, way: str, counted: str, ours: float) -> float:
    """Return ours less the month's figure as others count it; 0 where that is not known."""
    rows = month.tallies.elsewhere.query("way == @way")
    return ours - float(of_month(rows, month)[counted].sum()) if len(rows) else 0.0


def facts(month: MonthData) -> dict[str, str]:
    """Return what identifies this page: the same values give the same page, byte for byte."""
    words, settings = month.words, month.settings
    prints = " · ".join(f"{name} {value[:12]}" for name, value in month.fingerprints.items())
    return {
        "Data to": f"{words.date(month.as_of)} ({settings.time_zone})",
        "Command": f"make report MONTH={month.period} PARAMS=params/{month.company.name}",
        "Checks": passed(checks(month), words),
        "Fingerprints": prints or "–",
        "Packages": packages(),
        "Privacy": PRIVACY,
    }


@cache
def packages() -> str:
    """Return Python and the packages that numbers and drawings depend on, with their versions."""
    found = [f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " · ".join(found)


def describe_where_from(month: MonthData) -> str:
    """Say how many rows were read and set aside, and until when the data goes."""
    words, files = month.words, files_read(month)
    if files.empty:
        return f"The data goes to {words.date(month.as_of)}."
    rows, aside = int(files["rows_in"].sum()), int(files["set_aside"].sum())
    count = files["file"].nunique()
    text = f"{words.count(rows, 'row')} of {words.count(count, 'file')} were read"
    text += f" and {words.number(aside)} of them set aside" if aside else ", none set aside"
    after = int(files["after"].sum())
    later = f"; {words.number(after)} {'is' if after == 1 else 'are'} after this page’s data" if after else ""
    return f"{text}{later}; this page sees them as of {words.date(month.as_of)}."


def where_from(month: MonthData) -> Answer:
    """Answer "Where do these numbers come from?"."""
    files, totals = files_read(month), reconciliation(month)
    tables = []
    if len(files):
        why = (Column("why", "Why set aside"),) if files["why"].any() else ()
        columns: tuple[Column, ...] = (
            Column("file", "File"), Column("rows_in", "Rows in", "count"), Column("rows_used", "Used", "count"),
            Column("set_aside", "Set aside", "count", "less"), Column("after", "After this page’s data", "count"),
            *why, Column("newest", "Newest record", "date"),
        )  # fmt: skip
        note = "Rows in = used on this page + set aside + after this page’s data."
        shown = files.assign(under="feeds " + files["table"])
        tables.append(Table("files", "Files and rows", columns, shown, note))
    if len(totals):
        columns = (
            Column("measure", "Figure"), Column("believed_by", "Said by"), Column("theirs_text", "Theirs", "range"),
            Column("ours_text", "Ours", "range"), Column("difference_text", "Difference", "range"),
            Column("steps", "Explained by"), Column("unexplained_text", "Unexplained", "range"),
            Column("note", "Note", muted=True),
        )  # fmt: skip
        note = (
            "Difference = ours − theirs. Leads by date created; clients and revenue by closing, new ones only. "
            "Explained by the fewest other ways of counting that make up the whole difference; else by none."
        )
        tables.append(Table("control_totals", "Figures that other people believe in", columns, totals, note))
    return Answer(
        name="where_from",
        title="Where this came from",
        asks=ASKS,
        finding=describe_where_from(month),
        basis=f"data to {month.words.date(month.as_of)}",
        reading="reconciled" if len(totals) else "",
        tables_shown=tuple(tables),
        facts=facts(month),
        words=month.words,
    )
