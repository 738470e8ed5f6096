"""What the club-management system knows: who is a member, since when, until when, and what they paid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .world import CLUBS, DAY, EXPORTED, FIRST, LEFT_WITHIN_90_DAYS, NEVER, PRODUCTS, World, pick

_END_REASONS = {"Moved": 0.24, "Price": 0.22, "Too little time": 0.26, "Another club": 0.14, "Other": 0.14}
MEMBERS_BEFORE = 3000  # at the start of the first month
LEAVE_A_MONTH = 0.028  # of those who are past their first 90 days
CHANGED_TARIFF = 0.03  # of those who leave: they go on under a new number
_TODAY = EXPORTED // DAY


def draw_members(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return one row per membership.

    Columns: deal (row number, -1 without one), club, product, fee (US dollars a month), start and end (days
    since 1970; end is NEVER for members), reason, before (row of the contract that it continues, or -1).
    """
    rng = world.rng("members")
    signed = deals[(deals["outcome"] == "won") & (deals["type"] == "new")]
    lead = signed["lead"].to_numpy()
    inside = (leads["catchment"] == "inside").to_numpy() & (leads["visits"] >= 2).to_numpy()
    outside_profile = (lead >= 0) & ~inside[lead]
    day = signed["closed"].to_numpy() // DAY
    new = pd.DataFrame({
        "deal": signed.index.to_numpy(), "club": signed["club"].to_numpy(),
        "product": signed["product"].to_numpy(),
        "start": np.minimum(day + rng.integers(0, 7, len(signed)), np.maximum(day, _TODAY)),
    })  # fmt: skip
    misfit_leaves = world.size("outside-profile", "left_within_90_days", LEFT_WITHIN_90_DAYS)
    leaves = rng.random(len(new)) < np.where(outside_profile, misfit_leaves, LEFT_WITHIN_90_DAYS)
    stay = np.where(leaves, rng.integers(14, 90, len(new)), 91 + _months_on(rng, len(new)))
    new["end"] = new["start"] + stay

    first_day = np.datetime64(FIRST.start).astype(np.int64)
    old = pd.DataFrame({
        "deal": -1, "club": pick(rng, {name: share for name, (share, _) in CLUBS.items()}, MEMBERS_BEFORE),
        "product": pick(rng, {name: share for name, (share, _) in PRODUCTS.items()}, MEMBERS_BEFORE),
        "start": first_day - rng.integers(1, 1200, MEMBERS_BEFORE),
        "end": first_day + _months_on(rng, MEMBERS_BEFORE),
    })  # fmt: skip
    members = pd.concat([old, new], ignore_index=True).assign(before=-1)
    left = np.flatnonzero((members["end"] < _TODAY - 2) & (members["end"] > members["start"] + 120))
    changed = left[rng.random(len(left)) < CHANGED_TARIFF]
    again = members.loc[changed].assign(
        deal=-1, before=changed, start=members["end"][changed] + 1, product="Duo", end=_TODAY + 1
    )
    members = pd.concat([members, again], ignore_index=True)
    reason = pick(rng, _END_REASONS, len(members))
    gone = (members["end"] <= _TODAY).to_numpy()
    members["reason"] = np.where(gone, reason, "")
    members.loc[changed, "reason"] = "Changed tariff"
    members["end"] = np.where(gone, members["end"], NEVER)
    members["fee"] = members["product"].map({name: fee for name, (_, fee) in PRODUCTS.items()})
    return members.sort_values("start", kind="stable")


def _months_on(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.exponential(30.4 / LEAVE_A_MONTH, n).astype(np.int64) + 1


def draw_payments(members: pd.DataFrame) -> pd.DataFrame:
    """Return one row per payment of the memberships signed in the CRM: member (row label), day, amount."""
    paying = members[members["deal"] >= 0]
    start = paying["start"].to_numpy()
    last = np.where(paying["end"] == NEVER, _TODAY, paying["end"])
    month = start.view("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    count = last.view("datetime64[D]").astype("datetime64[M]").astype(np.int64) - month + 1
    member = np.repeat(np.arange(len(paying)), count)
    nth = np.arange(len(member)) - np.repeat(np.cumsum(count) - count, count)
    day_of_month = start - month.view("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    due = (month[member] + nth).view("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    due = due + np.minimum(day_of_month[member], 27)
    paid = (due >= start[member]) & (due <= last[member])
    return pd.DataFrame({
        "member": paying.index.to_numpy()[member[paid]], "day": due[paid],
        "amount": paying["fee"].to_numpy()[member[paid]],
    }).sort_values(["day", "member"], kind="stable", ignore_index=True)  # fmt: skip
