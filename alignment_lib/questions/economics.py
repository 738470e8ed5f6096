"""What a source or campaign cost and brought: the measures of sources and campaigns, on one cohort of leads."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month
from ..stats.intervals import poisson_rate, ratio_range
from ..stats.tests import binomial_p, two_shares_p
from .cohort import Cohort
from .parts import ENOUGH, TEAMS, revenue_lacks, share_ranges

RANKED_WINS = 12  # wins to rank a cost
UPPER_BOUND = 0.1  # of the wins, how many entered at the sale make a win rate an upper bound
VARIED = 1.5  # largest over smallest month's spend from which its effect can be read
SPEND_MONTHS = 12
KEPT_MONTHS = 6  # months of creation that are pooled for what was kept
KEPT_DAYS = 90
MISSING = "(missing)"
CLEAR = 0.1  # p from which no announcement is possible, so that nothing more need be looked at
AT_SALE = "entered at the sale"


@once
def economics(month: MonthData, cohort: Cohort, by: str = "source") -> pd.DataFrame:
    """Work out what each source (or campaign) cost and brought, like with like.

    Answers: where do profitable clients come from, and which rows may be compared?

    Parameters
    ----------
    cohort : Cohort
        Months of creation that are judged together; their spend is set against their leads and clients.
    by : str
        "source" or "campaign".

    Returns
    -------
    pandas.DataFrame
        Indexed by `by`, ranked rows first, then by profit per lead, without spend by the share won. Columns:

        - `team`; `leads`, `won`, `entered_won` (won, written down only at the sale)
        - `revenue`, `spend` (money; NaN where it is unknown, spend where none is recorded)
        - `cost_lead`, `cost_client`, `cost_low`, `cost_high` (money; 95% range, wins as a Poisson count)
        - `profit_lead`, `profit_low`, `profit_high`: first-year margin less spend, a lead; revenue a lead where no
          margin is agreed. Without spend it is before cost
        - `won_share`, `won_low`, `won_high` (Wilson)
        - `kept`, `kept_judged`, `kept_share`: of `kept_months`, not of the cohort; no share under 20 judged
        - `other_spend`: kinds of spend recorded that are not in the cost ("tools"), or nothing
        - `hollow` (bool) and `why`: not ranked, because too few wins, no spend, no time of people or entered at sale

    Notes
    -----
    Date basis: created, as of the page's date. Costs are media; with the time of people recorded for both teams
    they hold it too (PRODUCT, like with like). Margin: `margin_share` of the playbook.
    """
    sources = month.tallies.sources
    rows = sources[sources["month"].isin(cohort.months) & ~sources[by].isin(["(none)", ""])]
    table = rows.groupby(by)[["leads", "won", "entered_won", "revenue"]].sum()
    old = sources[sources["month"].isin(kept_months(month))].groupby(by)[["kept", "kept_judged"]].sum()
    table[["kept", "kept_judged"]] = old.reindex(table.index, fill_value=0)
    by_team = rows.groupby([by, "team"], as_index=False)[["leads"]].sum().sort_values("leads")
    table.insert(
        0, "team", by_team.drop_duplicates(by, keep="last").set_index(by)["team"].reindex(table.index)
    )
    spend = spend_of(month)
    spend = spend[spend["month"].isin(cohort.months)]
    table["spend"] = spend.groupby(by)["amount"].sum().reindex(table.index)
    if revenue_lacks(month):
        table["revenue"] = math.nan
    table["other_spend"] = _other_spend(month, cohort, by).reindex(table.index).fillna("")
    _add_costs(table)
    _add_profit(table, month.playbook.margin_share)
    table["why"] = [why_unranked(row, month, cohort) for _, row in table.iterrows()]
    table["hollow"] = table["why"] != ""
    by = "profit_lead" if month.has("spend") and not revenue_lacks(month) else "won_share"
    return table.sort_values(["hollow", by], ascending=[True, False])


def spend_of(month: MonthData) -> pd.DataFrame:
    """Return the spend that may be compared: media, and the time of people if both teams record theirs.

    Tools are left out: no source alone uses them. Nothing where the exports hold no spend.
    """
    spend = month.tallies.spend
    if not month.has("spend"):
        return spend.iloc[:0]
    compared = ["media", "people"] if people_known(month) else ["media"]
    return spend[spend["kind"].isin(compared)]


def _other_spend(month: MonthData, cohort: Cohort, by: str) -> pd.Series:
    """Name, for each source (or campaign), the kinds of spend that are recorded but may not be compared."""
    spend = month.tallies.spend
    compared = spend.index.isin(spend_of(month).index)
    others = spend[spend["month"].isin(cohort.months) & (spend["amount"] > 0) & ~compared]
    return others.groupby(by)["kind"].agg(lambda kinds: month.words.names(sorted(set(kinds)))).astype(str)


def kept_months(month: MonthData) -> list[str]:
    """Return the latest six months of creation that ended 90 days before the page's date: old enough to have stayed."""
    known = sorted(set(month.tallies.sources["month"]))
    old = [m for m in known if Month.parse(m).end + timedelta(days=KEPT_DAYS) <= month.as_of]
    return old[-KEPT_MONTHS:]


@once
def people_known(month: MonthData) -> bool:
    """Say whether the time of people is recorded for sources of both teams."""
    spend, book = month.tallies.spend, month.playbook_at_end
    return set(TEAMS) <= {book.team_of(source) for source in spend.loc[spend["kind"] == "people", "source"]}


def _add_costs(table: pd.DataFrame) -> None:
    spend, won = table["spend"], table["won"]
    table["cost_lead"] = spend / table["leads"].where(table["leads"] > 0)
    ranges = [ratio_range(s, w) if s > 0 else None for s, w in zip(spend, won, strict=True)]
    table["cost_client"] = [(r.value if r and r.value is not None else np.nan) for r in ranges]
    table["cost_low"] = [r.low if r else np.nan for r in ranges]
    table["cost_high"] = [(r.high if r and r.high is not None else np.nan) for r in ranges]


def _add_profit(table: pd.DataFrame, margin_share: float | None) -> None:
    leads, won = table["leads"].where(table["leads"] > 0), table["won"]
    cost = table["spend"].fillna(0) if margin_share is not None else 0.0
    margin = table["revenue"] * (1.0 if margin_share is None else margin_share)
    table["profit_lead"] = (margin - cost) / leads
    for side, column in ((0, "profit_low"), (1, "profit_high")):
        # The value of a client is taken as known, the number of clients as a Poisson count.
        wins = np.array([poisson_rate(w)[side] for w in won])
        table[column] = (margin / won.where(won > 0) * wins - cost) / leads
    table["won_share"] = won / leads
    table["won_low"], table["won_high"] = share_ranges(won, table["leads"])
    table["kept_share"] = table["kept"] / table["kept_judged"].where(table["kept_judged"] >= ENOUGH)


def why_unranked(row: pd.Series, month: MonthData, cohort: Cohort) -> str:
    """Return why a row is drawn hollow and left out of ranking and proposals, or nothing.

    A cost takes a cohort that is old enough and 12 wins; a share takes 20 leads, and may be compared to one day.
    """
    if row.name == MISSING:
        return "not recorded"
    if str(row.name).lower() == "unknown":
        return "recorded as unknown"
    if not cohort.ripe and month.has("spend"):
        return "too early"
    if row["leads"] < ENOUGH or (row["won"] < RANKED_WINS and month.has("spend")):
        return "too few to rank"
    if row["entered_won"] > UPPER_BOUND * row["won"]:
        return AT_SALE
    if not month.has("spend"):
        return ""
    if row["team"] != "marketing" and not people_known(month):
        return f"{row['team']} time unknown"
    if pd.isna(row["spend"]):
        return f"{row['other_spend']} only; not in the cost" if row["other_spend"] else "no spend recorded"
    return ""


def proposals(table: pd.DataFrame, month: MonthData) -> list[str]:
    """Propose for each row what the teams might do: keep, grow, try, change or watch; else why it is not ranked.

    A row is apart if the range of its profit per lead lies wholly above or below that of all ranked rows together.
    "Grow" needs spend that varied, because only then is it seen what more of it brings; else "try".
    """
    ranked = table[~table["hollow"]]
    leads = ranked["leads"].sum()
    together = (ranked["profit_lead"] * ranked["leads"]).sum() / leads if leads else math.nan
    return [_proposal(row, together, month) for _, row in table.iterrows()]


def _proposal(row: pd.Series, together: float, month: MonthData) -> str:
    if not month.has("spend"):
        return ""
    if row["hollow"]:
        return "watch: too few" if row["why"] == "too few to rank" else str(row["why"])
    if math.isnan(row["profit_lead"]):  # what it brought is not known, so nobody can say what to do with it
        return ""
    if not row["spend"] > 0:
        return "keep"
    if row["profit_high"] < together:
        return "change"
    if row["profit_low"] > together:
        return "grow" if spend_varied(month, str(row.name)) else "try"
    return "keep"


def spend_varied(month: MonthData, source: str) -> bool:
    """Say whether a source's spend varied by half or more over the last twelve months, beyond the season.

    A plan carries the season, so spend is taken per planned lead; without a plan what a busy January does cannot be
    told from what more spend does.
    """
    spend = spend_of(month)
    months = [str(m) for m in month.period.back(SPEND_MONTHS)]
    rows = spend[(spend["source"] == source) & spend["month"].isin(months)]
    by_month = rows.groupby("month")["amount"].sum()
    planned = [
        sum(month.plan.leads(m, team) or 0 for team in TEAMS if not month.plan.is_draft(m, team)) or np.nan
        for m in by_month.index
    ]
    per_lead = (by_month / planned).dropna()
    return len(per_lead) >= 6 and all(s.min() > 0 and s.max() >= VARIED * s.min() for s in (by_month, per_lead))


def cost_differences(month: MonthData, cohort: Cohort, table: pd.DataFrame) -> pd.DataFrame:
    """Test for each ranked source with spend whether its clients fit its part of the spend.

    Answers: does a client from this source cost more, or less, than one from the others?

    Returns
    -------
    pandas.DataFrame
        Indexed by `source`: `cost` and `others` (money per client, here and in the other sources), `won`, `p`, and
        `months`, those that were compared.

    Notes
    -----
    Date basis: created, in up to twelve months that end with the cohort. If a client cost the same everywhere, the
    clients of a month would be split among the sources as the spend is. p is the larger of an exact binomial test
    and a t-test over the months: spend that scatters from month to month must not be taken for a difference. A source
    is only apart if it is so whichever one of the others is left out: beside one dear source all others look cheap.
    """
    names = [str(name) for name, row in table.iterrows() if not row["hollow"] and row["spend"] > 0]
    rows = {}
    if len(names) > 1:
        months = [str(m) for m in Month.parse(cohort.months[-1]).back(SPEND_MONTHS)]
        won, spend = _by_month(month, names, months)
        wins, spent, compared = won.sum(), spend.sum(), tuple(won.index)
        for name in names:
            others = wins.sum() - wins[name]
            if wins[name] and others:
                p = _apart(won, spend, name)
                rest = [other for other in names if other != name] if p < CLEAR and len(names) > 2 else []
                p = max([p, *(_apart(won.drop(columns=out), spend.drop(columns=out), name) for out in rest)])
                rows[name] = (spent[name] / wins[name], (spent.sum() - spent[name]) / others, wins[name], p, compared)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["cost", "others", "won", "p", "months"])


def _apart(won: pd.DataFrame, spend: pd.DataFrame, name: str) -> float:
    """Return the larger p of both tests that a source's wins fit its part of the spend."""
    wins, spent = won.sum(), spend.sum()
    p = binomial_p(int(wins[name]), int(wins.sum()), spent[name] / spent.sum())
    return max(p, _t_test(won, spend, name))


def share_differences(ranked: pd.DataFrame) -> pd.DataFrame:
    """Test for each ranked source whether its leads are won as often as those of the others.

    Returns a frame indexed by `source`: `share` and `others` (won of the leads, 0 to 1), `p` (Fisher's exact test).
    """
    won, leads = int(ranked["won"].sum()), int(ranked["leads"].sum())
    rows = {}
    for name, k, n in zip(ranked.index, ranked["won"].tolist(), ranked["leads"].tolist(), strict=True):
        if leads > n:
            p = two_shares_p(k, n, won - k, leads - n)
            rows[str(name)] = (k / n, (won - k) / (leads - n), p)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["share", "others", "p"]).astype(float)


def _by_month(month: MonthData, names: list[str], months: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    sources, spend = month.tallies.sources, spend_of(month)
    frames = [
        frame[frame["source"].isin(names)]
        .pivot_table(index="month", columns="source", values=value, aggfunc="sum", fill_value=0)
        .reindex(index=months, columns=names, fill_value=0)
        for frame, value in ((sources, "won"), (spend, "amount"))
    ]
    both = (frames[0].sum(axis=1) > 0) & (frames[1] > 0).all(axis=1)
    return frames[0][both], frames[1][both]


def _t_test(won: pd.DataFrame, spend: pd.DataFrame, name: str) -> float:
    """Return p of the months' differences between a source's wins and its part of the spend, in standard units."""
    if len(won) < 3:
        return 1.0
    share, total = spend[name] / spend.sum(axis=1), won.sum(axis=1)
    apart = np.asarray((won[name] - total * share) / (total * share * (1 - share)) ** 0.5, dtype=float)
    spread = float(apart.std(ddof=1))
    if not spread > 0:
        return 1.0
    from scipy.special import stdtr

    t = float(apart.mean()) / (spread / math.sqrt(len(apart)))
    return float(2 * stdtr(len(apart) - 1, -abs(t)))
