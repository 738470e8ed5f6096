"""How long wins take, and what follows: a month's wins are set against the leads that were due.

A ratio of this month's wins to this month's leads punishes a growing programme and flatters a shrinking one.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from .period import Month

COHORTS = 12  # w comes from so many months of creation
SETTLED = 0.98  # a cohort is mature at the age by which this share of wins has come
MIN_WINS = 20  # fewer wins than this say nothing about how they spread over months
MOST = 0.8  # of the wins that a month of leads comes to
LONG = 31  # days; beyond them a month cannot hold what its leads become
POOLED = 3  # months that are judged together


def wins_by_age(revenue: pd.DataFrame, until: Month) -> pd.DataFrame:
    """Return clients won by month of creation (rows) and by age in months at closing (columns 0, 1, ...).

    `revenue` is the tally; wins without a lead are left out, wins before their lead's month have age 0, and
    closing months after `until` are not looked at. Every month from the first one with wins has a row.
    """
    rows = revenue[
        (revenue["created_month"] != "") & (revenue["clients"] > 0) & (revenue["month"] <= str(until))
    ]
    if rows.empty:
        return pd.DataFrame(dtype="float64")
    index = {month: _index(month) for month in {*rows["month"], *rows["created_month"]}}
    age = (rows["month"].map(index) - rows["created_month"].map(index)).clip(lower=0)
    wins = rows["clients"].groupby([rows["created_month"], age]).sum().unstack(fill_value=0).astype("float64")
    first = Month.parse(min(wins.index))
    months = [str(first + n) for n in range(until - first + 1)]
    return wins.reindex(index=months, columns=range(len(months)), fill_value=0.0)


def win_lags(revenue: pd.DataFrame, month: Month | str) -> pd.Series:
    """Return the share of a cohort's wins that closes 0, 1, 2, ... months after the month of creation.

    Answers: when do the leads of a month become clients?

    Parameters
    ----------
    revenue : pandas.DataFrame
        The tally `revenue`: month, created_month, clients.
    month : Month or str
        The page's month; its own leads and later closings are left out.

    Returns
    -------
    pandas.Series
        Indexed by lag in months (int, from 0), summing to 1; empty when fewer than 20 wins of mature cohorts
        are known. A cohort is mature at the age by which 98% of wins have come, judged with young cohorts
        completed by the older ones; the latest 12 mature cohorts count, within the 12 months before where
        wins are that quick.
    """
    mature = _mature(revenue, month)
    total = mature.to_numpy().sum()
    if total < MIN_WINS:
        return pd.Series(dtype="float64")
    return (mature.sum() / total).rename_axis("lag").rename("share")


def share_in_by_cut(revenue: pd.DataFrame, sources: pd.DataFrame, month: Month | str) -> float | None:
    """Return which part of a month's eventual wins has closed by the month's own cut, as mature cohorts had it.

    Answers: how many of the joins that are to come should be in a few days after the month's end?

    Measured, not interpolated: wins follow their leads by days, so the first days after a month's end bring in more
    than their part of the next month. `revenue` says which cohorts are mature (`win_lags`); `sources` is the tally
    with `won_at_cut` and `won` by month of creation. None when fewer than 20 wins are known.
    """
    rows = sources[sources["month"].isin(_mature(revenue, month).index)]
    won = float(rows["won"].sum())
    return None if won < MIN_WINS else float(rows["won_at_cut"].sum() / won)


def due_leads(created_by_month: pd.Series, lags: pd.Series) -> pd.Series:
    """Return the leads due in each month: those created k months earlier x the share that closes after k.

    Parameters
    ----------
    created_by_month : pandas.Series
        Leads by month of creation, indexed "YYYY-MM"; a month between the first and the last that is missing
        had none.
    lags : pandas.Series
        What `win_lags` returns.

    Returns
    -------
    pandas.Series
        Due leads (float), same months; NaN where leads from before the first month would be due.

    Examples
    --------
    Half of the wins close in the month of creation, half in the next:

    >>> leads = pd.Series({"2026-09": 120, "2026-10": 144})
    >>> due_leads(leads, pd.Series([0.5, 0.5])).to_dict()
    {'2026-09': nan, '2026-10': 132.0}
    """
    if created_by_month.empty:
        return created_by_month.astype("float64")
    first, last = Month.parse(min(created_by_month.index)), Month.parse(max(created_by_month.index))
    leads = created_by_month.reindex([str(first + n) for n in range(last - first + 1)], fill_value=0)
    if lags.empty:
        return pd.Series(float("nan"), index=leads.index)
    parts = [leads.shift(lag) * share for lag, share in enumerate(lags) if share > 0]
    return sum(parts[1:], parts[0]).astype("float64")


def expected_share_in(created: Month | str, as_of: date, lags: pd.Series) -> float | None:
    """Return which share of a month's eventual wins is expected to have closed by the end of a day.

    Months that have ended count whole, the month of `as_of` by its days; None without lags.

    >>> expected_share_in("2026-09", date(2026, 10, 31), pd.Series([0.5, 0.3, 0.2]))
    0.8
    """
    if lags.empty:
        return None
    month = created if isinstance(created, Month) else Month.parse(created)
    tomorrow = as_of + timedelta(days=1)
    now = Month.of(tomorrow)
    age = now - month
    if age < 0:
        return 0.0
    begun = lags.get(age, 0.0) * (tomorrow - now.start).days / now.days
    return float(min(lags[lags.index < age].sum() + begun, 1.0))


def last_mature_month(revenue: pd.DataFrame, month: Month | str) -> Month | None:
    """Return the latest month of creation whose leads are as good as decided (98% of wins in); None with too few wins.

    Answers: which leads are old enough to have an outcome?
    """
    mature = _mature(revenue, month)
    return None if mature.to_numpy().sum() < MIN_WINS else Month.parse(mature.index[-1])


def measured_rhythm(outcomes: pd.DataFrame, month: Month) -> float:
    """Return the days in which 80% of wins came, of the twelve latest months of leads that are older than a year.

    `outcomes` is the tally; NaN with fewer than 20 wins in these months.
    """
    old = (outcomes["month"] <= str(month - COHORTS)) & (outcomes["month"] > str(month - 2 * COHORTS))
    won = outcomes[old & (outcomes["won"] > 0)]
    if won["won"].sum() < MIN_WINS:
        return float("nan")
    by_age = won.groupby("age")["won"].sum().sort_index()
    share = by_age.cumsum().to_numpy() / by_age.sum()
    return float(by_age.index[int(np.argmax(share >= MOST))])


def _mature(revenue: pd.DataFrame, month: Month | str) -> pd.DataFrame:
    """Return wins by age of the latest twelve cohorts that are mature; empty if there are none."""
    wins = wins_by_age(revenue, month if isinstance(month, Month) else Month.parse(month))
    if wins.empty:
        return wins
    ripe_age = _ripe_age(wins)
    last = len(wins) - 1 - max(ripe_age, 1)
    return wins.iloc[max(0, last - COHORTS + 1) : last + 1, : ripe_age + 1] if last >= 0 else wins.iloc[:0]


def _ripe_age(wins: pd.DataFrame) -> int:
    """Return the age by which wins are as good as complete; growth comes from cohorts that reached an age."""
    newest = len(wins) - 1
    cumulative = wins.cumsum(axis=1).to_numpy()
    grown = [1.0]
    for age in range(1, newest + 1):
        reached = newest - age + 1  # the cohorts that were observed at this age
        before, now = cumulative[:reached, age - 1].sum(), cumulative[:reached, age].sum()
        if now and not before:  # nobody is won younger than this
            grown = [0.0] * age + [1.0]
        else:
            grown.append(grown[-1] * (now / before if before else 1.0))
    return next(age for age, size in enumerate(grown) if size >= SETTLED * grown[-1])


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
