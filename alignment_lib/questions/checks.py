"""Data checks: what may be wrong with the data, said once. They never stop the run."""

from __future__ import annotations

import pandas as pd

from ..answer import Check, Column, Table
from ..month import MonthData
from ..words import Words, sentence
from .replies import activities_end, of_month


def unlisted(month: MonthData) -> dict[str, list[str]]:
    """Return the sources and locations of the month that the playbook does not list, by kind."""
    book, words = month.playbook_at_end, month.words
    sources = of_month(month.tallies.sources, month)["source"].unique()
    places = of_month(month.tallies.daily, month)["location"].unique()
    found = {
        "sources": [s for s in sources if s not in ("(missing)", "unknown") and book.team_of(s) is None],
        words.place(2): [p for p in places if p != "(none)" and book.locations and p not in book.locations],
    }
    return {kind: sorted(names) for kind, names in found.items() if names}


def checks(month: MonthData) -> tuple[Check, ...]:
    """Return the data checks: they never stop the run, and a failed one is shown under the headline."""
    words = month.words
    lost = [
        file.name for file in month.files if file.rows_in != file.rows_used + sum(file.set_aside.values())
    ]
    result = [
        Check(
            "rows",
            not lost,
            f"Rows of {words.names(lost)} do not add up." if lost else "Every row is accounted for.",
        ),
        Check(
            "whole month",
            month.partial is None,
            f"The data stops on {words.day(month.partial)}."
            if month.partial
            else "The data covers the whole month.",
        ),
    ]
    stops = activities_end(month)
    if month.has("activities"):
        text = (
            f"The sales activities stop on {words.day(stops)}."
            if stops
            else "The sales activities cover the month."
        )
        result.append(Check("activities", stops is None, text))
    new = unlisted(month)
    listed = "; ".join(f"{kind} {words.names(names)}" for kind, names in new.items())
    text = f"Not in the list: {listed}." if new else "Every source and location is in the playbook's list."
    result.append(Check("lists", not new, text))
    warned = [f for f in month.findings if f.severity == "warn" and is_many(f.share, month)]
    result += [Check(f.rule, False, sentence(f"{f.text} ({f.where}).")) for f in warned]
    result += [Check("params", False, warning) for warning in month.company.warnings]
    return tuple(result)


def is_many(share: float, month: MonthData) -> bool:
    """Say whether a finding touches enough of a file's rows to be shown under the headline (0: no matter of rows)."""
    return share == 0 or share > month.settings.reading.warn_above


def what_reading_found(month: MonthData) -> Table | None:
    """Return everything that reading and counting found in the exports, warnings first."""
    found = sorted(
        (f for f in month.findings if f.severity != "refuse"), key=lambda f: (f.severity != "warn", -f.count)
    )
    if not found:
        return None
    frame = pd.DataFrame(
        {
            "found": [sentence(f.text) for f in found],
            "where": [f.where for f in found],
            "rows": [f.count for f in found],
        }
    )
    columns = (Column("found", "Found"), Column("where", "Where"), Column("rows", "Rows", "count"))
    return Table(
        "findings",
        "What reading found",
        columns,
        frame,
        "In the exports as a whole, all months.",
        folded=True,
    )


def passed(checked: tuple[Check, ...], words: Words) -> str:
    """Return how many data checks passed, and how many warn."""
    failed = sum(not check.passed for check in checked)
    text = f"{words.count(len(checked) - failed, 'check')} passed"
    return f"{text}, {words.count(failed, 'warning')}" if failed else text
