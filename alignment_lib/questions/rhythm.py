"""The rhythm of the business: in how many days most wins are decided, and what a page of a long one reads."""

from __future__ import annotations

import pandas as pd

from ..maturity import LONG, measured_rhythm
from ..month import MonthData
from ..once import once
from ..period import Month

QUARTER = 3


@once
def rhythm_days(month: MonthData) -> float:
    """Return the days in which 80% of eventual wins are decided: as the playbook states, else as measured."""
    stated = month.playbook.rhythm_days
    return measured_rhythm(month.tallies.outcomes, month.period) if stated is None else float(stated)


def is_long(month: MonthData) -> bool:
    """Return whether revenue is read per quarter, because it takes longer than a month to win."""
    return rhythm_days(month) > LONG


def quarter_so_far(month: MonthData, period: Month) -> list[str]:
    """Return the months of a month's fiscal quarter, up to it."""
    quarter = period.quarter(month.settings.fiscal_year_starts)
    return [str(m) for m in quarter if m <= period]


def ends_quarter(month: MonthData) -> bool:
    """Return whether the page's month is the last of its quarter, and over."""
    return len(quarter_so_far(month, month.period)) == QUARTER and not month.partial


def by_quarter(month: MonthData, values: pd.Series) -> pd.Series:
    """Return the sum of each month's quarter up to it; NaN where a month of it is not known."""
    sums = [values.reindex(quarter_so_far(month, Month.parse(str(m)))).sum(skipna=False) for m in values.index]
    return pd.Series(sums, index=values.index, dtype=float)


def same_part(month: MonthData, series: pd.DataFrame) -> pd.DataFrame:
    """Return the months that compare with the page's: all, or of a long rhythm those as far into their quarter."""
    return series.iloc[::-1].iloc[::QUARTER].iloc[::-1] if is_long(month) else series


def span_of(month: MonthData) -> str:
    """Return what revenue is read over: "month", "quarter" or, before its end, "quarter so far"."""
    if not is_long(month):
        return "month"
    return "quarter" if ends_quarter(month) else "quarter so far"
