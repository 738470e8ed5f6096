"""What every question uses: the teams, how many leads a share takes, the page's month of a tally, what is news."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from math import isclose, isfinite
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Missing
from ..errors import NotebookFailed
from ..month import MonthData
from ..period import Month
from ..signals import Test
from ..stats.intervals import wilson

TEAMS = ("marketing", "sales")
MARKS = {"marketing": "●", "sales": "■"}
FIELDS_OF_A_LEAD = (
    "Fields of a lead"  # the cause of what is missing for want of a column, why, and what to do
)
NO_COLUMNS, RECORD_THEM = "The exports hold no such columns.", "Record them and map them in sources/."
FEW = 5  # under so many leads a row prints its count and no share
CALLED = {"activities": "sales activities"}  # what a table is called on the page where not by its own name
CHANCE = 0.05  # p above which a difference raises no question, because chance alone may have made it
ENOUGH = 20  # cases to print a share in a sentence, to rank one, and to put a test


def of_month(frame: pd.DataFrame, month: MonthData) -> pd.DataFrame:
    """Return the rows of a tally that belong to the page's month."""
    return frame[frame["month"] == str(month.period)]


def day_words(month: MonthData, day: date) -> str:
    """Return "18 October", with the year where it is not this month's."""
    return month.words.day(day) if day >= month.period.start else month.words.date(day)


def stopped(month: MonthData, *tables: str) -> str:
    """Return "the deals stop on 18 October" for the first of the tables that stops while others go on, or nothing."""
    for table in tables:
        if table in month.ends:
            name, stop = CALLED.get(table, table), "stops" if table == "spend" else "stop"
            return f"the {name} {stop} on {day_words(month, month.ends[table])}"
    return ""


def unread(month: MonthData) -> str:
    """Return what is not read yet beside revenue, because a table stops while others go on, or nothing."""
    for table, what in (("leads", "Leads and replies"), ("activities", "Replies")):
        if table in month.ends:
            return f"{what} of the whole month are not read yet: {stopped(month, table)}."
    return ""


def news(month: MonthData, question: str) -> tuple[Test, ...]:
    """Return what the page may announce of one question's tests, corrected for the tests of all questions."""
    from . import announcements

    return tuple(test for test in announcements(month) if test.question == question)


def seed_of(month: MonthData) -> int:
    """Return the seed of what is drawn for a page: of company and month, so that the same page comes again."""
    return zlib.crc32(f"{month.company.name} {month.period}".encode())


def must_add_up(parts: float, whole: float, what: str) -> None:
    """Stop the run if the parts are not the whole: a page whose sums fail must not be published."""
    if not isclose(parts, whole, rel_tol=1e-9, abs_tol=1e-6):
        raise NotebookFailed(f"{what}: the parts add up to {parts:g}, the whole is {whole:g}.")


def divide(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return part / whole, not known (NaN) where the whole is zero or unknown."""
    return part / whole.where(whole > 0)


def share_ranges(part: pd.Series, whole: pd.Series) -> tuple[list[float], list[float]]:
    """Return the lower and the upper ends of the shares' 95% ranges (Wilson)."""
    ends = [wilson(k, n) for k, n in zip(part, whole, strict=True)]
    return [low for low, _ in ends], [high for _, high in ends]


def revenue_lacks(month: MonthData) -> str:
    """Return why the month's revenue is unknown: what it counts is not exported, or may still come; else nothing."""
    days = month.playbook.revenue.within_days
    if (why := not_held(month)) or not days or str(month.period) < unripe_since(month):
        return why
    return f"payments count until {month.words.count(days, 'day')} after each close"


def unripe_since(month: MonthData) -> str:
    """Return the first month of closing whose payments may still come, where they count for N days from the close."""
    days = month.playbook.revenue.within_days or 0
    return str(Month.of(month.as_of + timedelta(days=1 - days)))


def not_held(month: MonthData) -> str:
    """Return what revenue counts that the exports do not hold, "the exports hold no deals"; nothing if they hold it."""
    counts = month.playbook.revenue.counts
    table, what = ("payments", "payments")
    if counts in ("amount at close", "margin at close"):
        column = counts.split()[0]
        table, what = f"deals.{column}", f"{column}s of deals"
    what = what if month.has("deals") else "deals"
    return "" if month.has("deals") and month.has(table) else f"the exports hold no {what}"


def lacking(*rows: tuple[object, str, str, str, int, str]) -> tuple[Missing, ...]:
    """Return what a page cannot show, of rows (is it missing?, what, why, what to do, what it would open, cause)."""
    return tuple(Missing(*row[1:]) for row in rows if row[0])


def named_places(table: pd.DataFrame, month: MonthData) -> pd.DataFrame:
    """Return a table by location with the rows of leads without one named in words."""
    nowhere = f"No {month.words.place()} recorded" if month.has("leads.location") else "All leads"
    return table.rename(index={"(none)": nowhere}).rename_axis("location")


def dots_alt(what: str, names: Sequence[str], dots: Sequence[charts.Dots], hollow: Sequence[bool]) -> str:
    """Return what panels of dots show, in words: each row's figure, or the ends of more than four; hollow ones not."""
    said = []
    for one in dots:
        rows = [(value, name) for value, name, few in zip(one.values, names, hollow, strict=True)
                if not few and value is not None and isfinite(value)]  # fmt: skip
        if len(rows) > 4:
            (low, lowest), (high, highest) = min(rows), max(rows)
            text = f"from {one.show(low)} ({lowest}) to {one.show(high)} ({highest})"
        else:
            text = ", ".join(f"{name} {one.show(value)}" for value, name in rows)
        said += [f"{one.title}: {text}" if one.title else text[:1].upper() + text[1:]] if rows else []
    panels = [one.title.lower() for one in dots if one.title]
    if all(hollow) and panels:
        return f"Dot chart of {what}: {', '.join(panels)}. All dots are hollow: none is ranked."
    return ". ".join([f"Dot chart of {what}", *said]) + "."


def draw_dots(
    names: list[str], teams: list[str], dots: Sequence[charts.Dots], hollow: list[bool], width: float
) -> Any:
    """Draw panels of dots side by side on one order of rows; one under the other on a phone."""
    narrow, names = charts.is_narrow(width), charts.shortened(names)
    left = 12 + max(len(name) for name in names) * charts.text_size(width) * 0.53
    top = 26 if any(one.title for one in dots) else 4
    height = (top + 10) / 72 + len(names) * 0.31
    figure, axes = charts.canvas(
        width, height, len(dots), stack=True, left=left, right=14, top=top, bottom=4, gap=30
    )
    for one, shown in (
        zip([[ax] for ax in axes], [[d] for d in dots], strict=True) if narrow else [(axes, dots)]
    ):
        charts.dot_panels(one, names, teams, shown, hollow)
    return figure
