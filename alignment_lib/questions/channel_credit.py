"""The value won, shared among the channels on the way to it in six ways: what attribution is read from."""

from __future__ import annotations

import math

import pandas as pd

from ..month import MonthData
from ..stats.credit import NONE_RECORDED, better_under_all, credit_range, removal_credit
from ..stats.tests import binomial_p
from .parts import CHANCE, ENOUGH, must_add_up

SPAN = 3  # months of closing, this one included: at a quarter's end the quarter
EARLIER = 24  # months that a usual range is made of, at most
RULES = {
    "first": "First", "last": "Last", "linear": "Equal", "position": "40–20–40", "decay": "Decay", "removal": "Removal",
}  # fmt: skip


def credit_of(month: MonthData, months: list[str]) -> pd.DataFrame:
    """Share the value won in some months among the channels that were on the way to it, in six ways.

    Answers: how much of what we won came through each channel, and how far does that hang on the way of counting?

    Parameters
    ----------
    months : list of str
        Months of closing.

    Returns
    -------
    pandas.DataFrame
        Indexed by `channel`, most credit first, "none recorded" (deals without a touch) last. Money by six models:
        `first`, `last`, `linear`, `position` (40-20-40), `decay` (a step seven days earlier weighs half), `removal`
        (what would be lost without the channel: Markov chain, exact); `low` and `high` over them; `crm` (by the source
        of the deal's lead, where one is called like the channel); `firsts`, `lasts`, `sourced` (won deals). Each
        model adds up to the value won.

    Notes
    -----
    Date basis: closing; touches of a deal's leads from 90 days before it opened, repeats in a row merged. `removal`
    also looks at what was decided and not won; open deals are left out. Definitions: `stats.credit`.
    """
    credit = credit_rows(month)
    return share_out(credit[credit["month"].isin(months)], moves_of(month, months))


def share_out(credit: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `credit_of` from `credit_rows` and `moves_of`; each model adds up, or the run stops."""
    sums = credit.groupby("channel").sum(numeric_only=True)
    touched = sums.drop(index=NONE_RECORDED, errors="ignore")
    removal = removal_credit(moves, float(touched["first"].sum())) if len(moves) else pd.Series(dtype=float)
    channels = pd.Index([*removal.index, *([NONE_RECORDED] if NONE_RECORDED in sums.index else [])], name="channel")
    table = sums.reindex(channels, fill_value=0.0)
    table["removal"] = removal.reindex(channels)
    table["removal"] = table["removal"].fillna(table["first"])
    for rule in RULES:
        must_add_up(float(table[rule].sum()), float(sums["crm"].sum()), f"credit by {rule}")
    ranged = credit_range(table[list(RULES)]).join(table[["crm", "firsts", "lasts", "sourced"]])
    ranged["none"] = ranged.index == NONE_RECORDED
    return ranged.sort_values(["none", "high"], ascending=[True, False]).drop(columns="none")


def credit_rows(month: MonthData) -> pd.DataFrame:
    """Return the tally of credit with its columns named after the models."""
    return month.tallies.channel_credit.rename(columns=lambda name: name.removeprefix("by_"))


def moves_of(month: MonthData, months: list[str]) -> pd.DataFrame:
    """Return how often one step followed another in some months, as `removal_credit` takes it."""
    moves = month.tallies.channel_steps
    return moves[moves["month"].isin(months)].rename(columns={"before_step": "before", "after_step": "after"})


def span_of(month: MonthData) -> list[str]:
    """Return the months of closing whose value is shared out."""
    return [str(m) for m in month.period.back(SPAN) if str(m) in month.known_months]


def touched_wins(table: pd.DataFrame) -> int:
    """Return how many won deals have a touch recorded."""
    return int(table.drop(index=NONE_RECORDED, errors="ignore")["firsts"].sum())


def surely_better(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs (better, worse): more credit under every model, and more than chance makes of it.

    Chance: of the deals that began with either, and of those that ended with either, one channel has more (exact
    binomial tests, the larger p, times the number of pairs that could have been looked at).
    """
    pairs = math.comb(len(table.index.drop(NONE_RECORDED, errors="ignore")), 2)

    def p_of(one: str, other: str) -> float:
        counts = [(int(table[by][one]), int(table[by][other])) for by in ("firsts", "lasts")]
        return max(binomial_p(a, a + b, 0.5) if a + b else 1.0 for a, b in counts)

    return [(one, other) for one, other in better_under_all(table[list(RULES)]) if pairs * p_of(one, other) <= CHANCE]


def contradicted(table: pd.DataFrame, better: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the pair of channels that the CRM's sources put the other way round, beyond chance; the largest such."""
    found = []
    for one, other in better:
        ours, theirs = (int(table["sourced"][name]) for name in (one, other))
        ahead = float(table["crm"][other] - table["crm"][one])
        if ours and ahead > 0 and binomial_p(ours, ours + theirs, 0.5) <= CHANCE:
            found.append((ahead, one, other))
    return max(found)[1:] if found else None


def shares_by_month(month: MonthData) -> dict[str, pd.DataFrame]:
    """Return, for each model, the channels' shares of the touched value by month of closing (rows), oldest first.

    A month with fewer than twenty won deals that have a touch has no shares.
    """
    credit = credit_rows(month)
    months = [str(m) for m in month.period.back(EARLIER + 1)]
    credit = credit[credit["month"].isin(months) & (credit["channel"] != NONE_RECORDED)]
    wins = credit.groupby("month")["firsts"].sum()
    known = wins.index[wins >= ENOUGH]
    touched = credit.groupby("channel")["firsts"].sum()
    channels = touched.index[touched > 0]
    moves = dict(list(moves_of(month, months).groupby("month")))
    removal = {m: removal_credit(moves[m], 1.0) for m in known}
    shares = {"removal": pd.DataFrame(removal).T.reindex(index=known, columns=channels).fillna(0.0)}
    for rule in list(RULES)[:-1]:
        values = credit.pivot(index="month", columns="channel", values=rule).reindex(index=known, columns=channels)
        shares[rule] = values.fillna(0.0).apply(lambda row: row / row.sum(), axis=1)
    return shares
