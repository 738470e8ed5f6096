"""Who is still here after 90 days, by profile and source, and which share of the leads matches the profile."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from ..month import MonthData
from ..once import once
from ..period import Month
from ..signals import read_series
from ..stats.tests import two_shares_p
from ..stats.usual_range import p_value
from ..words import is_known
from .parts import (
    ENOUGH,
    FEW,
    TEAMS,
    divide,
    must_add_up,
    share_ranges,
)

STAYED = 90  # days
POOLED = 12  # months of wins that are old enough
EARLIER = 15  # months of leads behind a usual range
MATCHES = {"yes": "Matches the profile", "no": "Does not match", "unknown": "Not known"}


def judged_months(month: MonthData) -> list[str]:
    """Return the latest twelve months of winning that ended 90 days ago: time enough to leave."""
    rows = month.tallies.loyalty
    first = rows.loc[rows["judged"] > 0, "month"].min()
    last = Month.of(month.as_of - timedelta(days=STAYED - 1)) - 1  # its last day is 90 days ago, or more
    return [str(one) for one in last.back(POOLED) if is_known(first) and str(one) >= first]


@once
def kept_shares(month: MonthData) -> pd.DataFrame:
    """Return how many clients were still there after 90 days, by profile match and by source.

    Answers: do those whom the profile means stay longer, and where do those come from who stay?

    Returns
    -------
    pandas.DataFrame
        Indexed by `name`: "yes", "no", "unknown", then the sources, most clients first. Columns: `kind` ("match" or
        "source"), `team`, `clients`, `judged`, `kept` (counts), `share` (kept / judged, NaN under 20 judged), `low`,
        `high` (95% range).

    Notes
    -----
    Date basis: day won, twelve months pooled. Clients won without a lead are not among them.
    """
    rows = month.tallies.loyalty
    rows = rows[rows["month"].isin(judged_months(month))]
    counts = ["clients", "judged", "kept"]
    match = rows.groupby("match")[counts].sum().reindex(list(MATCHES), fill_value=0).assign(kind="match", team="joint")
    source = rows.groupby(["source", "team"])[counts].sum().reset_index("team")
    one_team = source.groupby(level=0)["team"].first()
    source = source.groupby(level=0)[counts].sum().assign(kind="source", team=one_team)
    source = source.sort_values("judged", ascending=False, kind="stable")
    for part in (match, source):
        must_add_up(part["kept"].sum(), rows["kept"].sum(), "Clients kept, by profile and by source")
    table = pd.concat([match[match["clients"] > 0], source]).rename_axis("name")
    table["low"], table["high"] = share_ranges(table["kept"], table["judged"])
    table["share"] = divide(table["kept"], table["judged"])
    table.loc[table["judged"] < ENOUGH, ["share", "low", "high"]] = float("nan")
    return table


@once
def match_shares(month: MonthData) -> pd.DataFrame:
    """Return the share of each team's leads that match the profile, this month against earlier ones.

    Returns
    -------
    pandas.DataFrame
        Indexed by team. Columns: `leads`, `known` (those that can be judged), `matched`, `share` (matched / known, NaN
        under 5 known), `low`, `high` (usual range of the 15 months before, NaN without one), `reading`, `kind`, `p`
        (the larger of the series' and of the count's against those months; NaN without a usual range), `before` (share
        of those months together).

    Notes
    -----
    Date basis: created. A lead for which the rule cannot be answered is outside the share, never a "no".
    """
    rows = month.tallies.profile
    wide = rows.pivot_table(index=["team", "month"], columns="match", values="leads", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=list(MATCHES), fill_value=0)
    months = [str(one) for one in (month.period - 1).back(EARLIER)]
    found = []
    for team in TEAMS:
        own = wide.loc[team] if team in wide.index.get_level_values("team") else wide.droplevel(0).head(0)
        now = own.reindex([str(month.period)], fill_value=0).iloc[0]
        past = own.reindex([one for one in months if one in own.index])
        shares = divide(past["yes"], past["yes"] + past["no"])
        matched, known = int(now["yes"]), int(now["yes"] + now["no"])
        share = matched / known if known >= FEW else float("nan")
        reading, usual = read_series(shares.tolist(), share if is_known(share) else None, most=1)
        earlier = int(past["yes"].sum()), int((past["yes"] + past["no"]).sum())
        by_series = p_value(shares.tolist(), share) if is_known(share) else None
        p = float("nan") if by_series is None else max(by_series, two_shares_p(matched, known, *earlier))
        found.append({
            "team": team, "leads": int(now.sum()), "known": known, "matched": matched, "share": share,
            "low": usual.low if usual else float("nan"), "high": usual.high if usual else float("nan"),
            "reading": reading.label, "kind": reading.kind, "p": p,
            "before": earlier[0] / earlier[1] if earlier[1] else float("nan"),
        })  # fmt: skip
    table = pd.DataFrame(found).set_index("team")
    return table[table["leads"] > 0]


def why_not(month: MonthData) -> tuple[str, str]:
    """Return why there is nothing to say of the profile, and what to do about it; "" twice if there is."""
    profile = month.playbook_at_end.client_profile
    if profile is None or profile.rule is None:
        return "Whom we want is not written as a rule.", "Agree client_profile: with a rule in the playbook."
    needed = sorted(name for name in profile.rule.fields() if not month.has(f"leads.{name}"))
    if needed:
        names = month.words.names([name.removeprefix("profile_").replace("_", " ") for name in needed])
        return f"The profile asks for {names}, which the exports do not hold.", "Record it and map it in sources/."
    return "", ""


@once
def stays(month: MonthData) -> tuple[pd.Series, pd.Series] | None:
    """Return the rows of clients who match and who do not, if 20 of each can be judged."""
    if why_not(month)[0] or not month.knows("members", "deals"):
        return None
    table = kept_shares(month)
    table = table[table["kind"] == "match"]
    if not {"yes", "no"} <= set(table.index[table["share"].notna()]):
        return None
    return table.T["yes"], table.T["no"]
