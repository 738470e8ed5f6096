"""What leads without a known source leave open: the result of each team and source with all of them, and with none."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..answer import Column, Table
from ..month import MonthData
from ..stats.bounds import Bounds, amount_bounds, count_bounds, rate_bounds, surely_more
from ..words import Words, is_known, sentence
from .disagreeing import whole_money
from .monthly import planned_leads
from .parts import FEW, TEAMS, of_month
from .so_far import NO_SOURCE, clear_pair, ranked_so_far
from .units import lead_unit


@dataclass(frozen=True)
class Bound:
    """How far the leads without a source could move one team's count, and whether that decides its verdict."""

    team: str
    counted: int
    bounds: Bounds
    could_change: bool
    unit: str = "leads"

    @property
    def most(self) -> int:
        """By how many leads the count could be off, up or down."""
        return int(max(self.counted - self.bounds.low, self.bounds.high - self.counted))


def team_bounds(month: MonthData) -> list[Bound]:
    """Return what the leads without a source could do to each team's count; empty if every lead has a source.

    Answers: could the month's verdict (over or under plan) be an artefact of poor tracking? Counted in the unit of the
    split, as the team's count is. A lead without a source may belong to any team: a count could rise by those counted
    elsewhere, and fall by those counted here (the team column says who, where the source does not).
    """
    rows = of_month(month.tallies.tracking, month)
    if rows["leads"].sum() == rows["source_known"].sum():
        return []
    unit, called, *_ = lead_unit(month)
    unsourced = rows["quality_unsourced"] if unit == "quality" else rows["leads"] - rows["source_known"]
    lacking = unsourced.groupby(rows["team"]).sum()
    found = []
    for team in TEAMS:
        counted = int(of_month(month.tallies.daily, month).query("team == @team")[unit].sum())
        sure = max(counted - int(lacking.get(team, 0)), 0)
        bounds = count_bounds(sure, int(lacking.sum()))
        planned = planned_leads(month, str(month.period), team)
        could = planned is not None and (bounds.low >= planned) != (bounds.high >= planned)
        found.append(Bound(team, counted, bounds, could, called))
    return found


def source_bound(month: MonthData) -> Bound | None:
    """Return the bound of the team whose verdict the leads without a source could change, else of the first."""
    bounds = team_bounds(month)
    return next((bound for bound in bounds if bound.could_change), bounds[0] if bounds else None)


def unsure_teams(month: MonthData) -> list[str]:
    """Return the teams of which leads without a source leave open whether they are over or under plan."""
    return [bound.team for bound in team_bounds(month) if bound.could_change]


def describe_teams(month: MonthData) -> list[str]:
    """Say for each team whose verdict hangs on leads without a source between which counts it lies."""
    words, said = month.words, []
    for bound in team_bounds(month):
        if bound.could_change:
            count = words.span(bound.bounds.low, bound.bounds.high, "count").replace("–", " to ")
            plan = "draft plan" if month.plan.is_draft(month.period, bound.team) else "plan"
            said.append(
                f"{sentence(bound.team)}-sourced {bound.unit}: {count}, wherever those without a source belong. "
                f"Over or under the {plan} is not sure."
            )
    return said


# Sources


def split_known(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows of `economics` (or any with `leads`, `won`) with a known source, and the others' sums."""
    unknown = table.index.astype(str).str.lower().isin(NO_SOURCE)
    counted = [name for name in ("leads", "cases", "won") if name in table]
    return table[~unknown], table.loc[unknown, counted].sum()


def share_of_wins(row: pd.Series, unknown: pd.Series, of: str = "won") -> Bounds:
    """Return the bounds of a source's share won, or of its `cases` at another stage."""
    return rate_bounds(row[of], row["leads"], unknown[of], unknown["leads"])


def bounds_of_sources(table: pd.DataFrame) -> pd.DataFrame:
    """Return the bounds of each source's result, wherever the leads without a source came from.

    Answers: which differences between sources would stand if every lead had a source?

    Returns
    -------
    pandas.DataFrame
        Indexed by source, known ones only: `leads_low`, `leads_high`, `won_low`, `won_high` (counts), `share_low`,
        `share_high` (won of the leads; the ends take only the winners, or none of them), `cases_low`, `cases_high` (the
        same of `cases`, if the table has them), `cost_low`, `cost_high` (money per client; NaN without spend).
    """
    known, unknown = split_known(table)
    rows = {}
    for name, row in known.iterrows():
        share, won = share_of_wins(row, unknown), count_bounds(row["won"], unknown["won"])
        leads = count_bounds(row["leads"], unknown["leads"])
        paid = amount_bounds(row["spend"], row["won"], unknown["won"]) if row.get("spend", 0) > 0 else None
        cost = (paid.low, paid.high) if paid else (float("nan"),) * 2
        cases = share_of_wins(row, unknown, "cases")[2:] if "cases" in table else ()
        rows[name] = (leads.low, leads.high, won.low, won.high, share.low, share.high, *cost, *cases)
    told = ("leads", "won", "share", "cost", *(["cases"] if "cases" in table else []))
    names = [f"{what}_{end}" for what in told for end in ("low", "high")]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def bounds_table(table: pd.DataFrame, month: MonthData, stage: str = "") -> Table | None:
    """Return each source's result with none and with all of the leads without a source; None if all have one.

    `stage` is what the `cases` of the table are called: "deals opened".
    """
    unknown, found, words = split_known(table)[1], bounds_of_sources(table), month.words
    if not unknown["leads"] or found.empty or not month.has("deals"):
        return None
    show = {"leads": "count", "won": "count", "share": "share", "cost": "money"}
    show |= {"cases": "share"} if stage else {}
    frame = pd.DataFrame({"name": found.index.astype(str)})
    for what, unit in show.items():
        scale = found[[f"{what}_low", f"{what}_high"]].round() if unit != "share" else found
        ends = zip(scale[f"{what}_low"], scale[f"{what}_high"], strict=True)
        frame[what] = [_span(low, high, unit, words) for low, high in ends]
    frame.loc[table.loc[found.index, "leads"].to_numpy() < FEW, list({"share", "cases"} & set(show))] = "–"
    heads = {"leads": "Leads", "cases": f"Share with {stage}", "won": words.win(2).capitalize(),
             "share": f"Share {words.won}" if stage else "Share", "cost": f"Cost a {words.win()}"}  # fmt: skip
    shown = [Column(key, head, "range") for key, head in heads.items() if key in show and (frame[key] != "–").any()]
    won = words.number(unknown["won"]) if unknown["won"] else "none"
    came_far = f" and {words.number(unknown['cases'])} with {stage}" if stage else ""
    note = (
        f"Lowest to highest with none, some or all of the {words.count(unknown['leads'], 'lead')} without a source, "
        f"{won} of them {words.won}{came_far}. Sources that lie apart here stay apart."
    )
    columns = (Column("name", "Source"), *shown)
    return Table("source_bounds", "If every lead had a source", columns, frame, note, folded=True)


def _span(low: float, high: float, unit: str, words: Words) -> str:
    if not is_known(low):
        return "–"
    if not is_known(high):
        return f"from {words.money(low)}"
    first, last = words.cell(low, unit), words.cell(high, unit)
    return words.span(low, high, unit) if first != last else first


def describe_verdict(table: pd.DataFrame, name: str, is_dear: bool, words: Words) -> str:
    """Say whether a source that was called dear or cheap is so wherever the leads without a source belong.

    All of them are given to the side that costs more; without spend, those that speak against the finding to each side.
    """
    known, unknown = split_known(table)
    if not unknown["leads"] or name not in known.index:
        return ""
    row = known.loc[[name]].iloc[0]
    others = known[~known["hollow"] & (known.index != name)]
    if not row["spend"] > 0:
        shares = share_of_wins(row, unknown), share_of_wins(others[["leads", "won"]].sum(), unknown)
        return hang_on(surely_more(*(shares[::-1] if is_dear else shares)), unknown, words)
    others = others[others["spend"] > 0]
    one = amount_bounds(float(row["spend"]), float(row["won"]), unknown["won"])
    rest = amount_bounds(float(others["spend"].sum()), float(others["won"].sum()), unknown["won"])
    dear, cheap = (one, rest) if is_dear else (rest, one)
    there, elsewhere = (name, "the others") if is_dear else ("the others", name)
    costs = whole_money(words, dear.low), whole_money(words, cheap.high)
    return (
        f"With all {words.count(unknown['leads'], 'lead')} without a source counted for {there}, a {words.win()} from "
        f"{'it' if is_dear else 'them'} would cost {costs[0]}, from {elsewhere} {costs[1]}: the finding "
        f"{'holds' if surely_more(dear, cheap) else 'would not hold'}."
    )


def describe_ends(ends: tuple[pd.Series, pd.Series], table: pd.DataFrame, words: Words) -> str:
    """Say whether two sources that a stage tells apart are so wherever the leads without a source belong."""
    unknown = split_known(table)[1]
    if not unknown["leads"]:
        return ""
    holds = surely_more(*(share_of_wins(one, unknown, "cases") for one in ends))
    return hang_on(holds, unknown, words, words.names([str(one.name) for one in ends]))


def describe_pair_so_far(table: pd.DataFrame, words: Words) -> str:
    """Say whether two sources that were called apart so far are so wherever the leads without a source belong."""
    pair, unknown = clear_pair(ranked_so_far(table)), split_known(table)[1]
    if pair is None or not unknown["leads"]:
        return ""
    return hang_on(surely_more(*(share_of_wins(one, unknown) for one in pair)), unknown, words)


def hang_on(holds: bool, unknown: pd.Series, words: Words, between: str = "these sources") -> str:
    """Say whether the leads without a source could undo a difference."""
    of = f"The {words.count(unknown['leads'], 'lead')} without a known source"
    return f"{of} {'cannot' if holds else 'could'} undo the difference between {between}."
