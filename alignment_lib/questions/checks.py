"""Data checks: what may be wrong with the data, said once. They never stop the run."""

from __future__ import annotations

import pandas as pd

from ..answer import Check, Column, Table
from ..month import MonthData
from ..words import Words, sentence
from .parts import of_month, stopped


def unlisted(month: MonthData) -> dict[str, list[str]]:
    """Return the sources, locations and ways of arriving of the month that the playbook does not list, by kind."""
    book, words = month.playbook_at_end, month.words
    sources = of_month(month.tallies.sources, month)["source"].unique()
    places = of_month(month.tallies.daily, month)["location"].unique()
    ways = of_month(month.tallies.arrivals, month)["arrival"].unique()
    found = {
        "sources": [s for s in sources if s not in ("(missing)", "unknown") and book.team_of(s) is None],
        words.place(2): [p for p in places if p != "(none)" and book.locations and p not in book.locations],
        "ways of arriving": [w for w in ways if w != "(none)" and book.arrivals and w not in book.arrivals],
    }
    return {kind: sorted(names) for kind, names in found.items() if names}


def checks(month: MonthData) -> tuple[Check, ...]:
    """Return the data checks: they never stop the run, and a failed one is shown under the headline."""
    words, new, ends = month.words, unlisted(month), [stopped(month, table) for table in month.ends]
    lost = [f.name for f in month.files if f.rows_in != f.rows_used + sum(f.set_aside.values())]
    listed = "; ".join(f"{kind} {words.names(names)}" for kind, names in new.items())
    # What is checked, what is said where it fails, and where it holds.
    asked = [
        ("rows", lost and f"Rows of {words.names(lost)} do not add up.", "Every row is accounted for."),
        ("whole month", month.partial and f"The data stops on {words.day(month.partial)}.",
         "The data covers the whole month."),
        *(("tables", sentence(f"{end}."), "") for end in ends),
        *([] if ends else [("tables", "", "Every table goes on to the end of the data.")]),
        ("lists", new and f"Not in the list: {listed}.",
         "Every source, location and way of arriving is in the playbook's list."),
    ]  # fmt: skip
    result = [Check(name, not wrong, str(wrong or right)) for name, wrong, right in asked]
    warned = [f for f in month.findings if f.severity == "warn" and is_many(f.share, month)]
    result += [Check(f.rule, False, sentence(f"{f.text} ({f.where}).")) for f in warned]
    result += [Check("params", False, warning) for warning in month.company.warnings]
    return tuple(result)


def is_many(share: float, month: MonthData) -> bool:
    """Say whether a finding touches enough of a file's rows to be shown under the headline (0: no matter of rows)."""
    return share == 0 or share > month.settings.reading.warn_above


def what_reading_found(month: MonthData) -> Table | None:
    """Return everything that reading and counting found in the exports, warnings first."""
    found = [f for f in month.findings if f.severity != "refuse"]
    found.sort(key=lambda f: (f.severity != "warn", -f.count))
    rows = [(sentence(f.text), f.where, f.count) for f in found]
    frame = pd.DataFrame(rows, columns=["found", "where", "rows"])
    columns = (Column("found", "Found"), Column("where", "Where"), Column("rows", "Rows", "count"))
    note = "In the exports as a whole, all months."
    return Table("findings", "What reading found", columns, frame, note, folded=True) if rows else None


def passed(checked: tuple[Check, ...], words: Words) -> str:
    """Return how many data checks passed, and how many warn."""
    failed = sum(not check.passed for check in checked)
    text = f"{words.count(len(checked) - failed, 'check')} passed"
    return f"{text}, {words.count(failed, 'warning')}" if failed else text
