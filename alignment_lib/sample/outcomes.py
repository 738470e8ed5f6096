"""What comes of a lead: reached, visited, joined or lost, and the deal that says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .opening import Opening
from .world import (
    CLUBS,
    DAY,
    EXPORTED,
    FIRST,
    JOINS_WITHOUT_LEAD,
    LAST,
    NEVER,
    PRODUCTS,
    REASONS,
    SEASON,
    SOURCES,
    Numbers,
    World,
    pick,
)

MOST_ATTEMPTS = 7
_REACH = {"in time": 0.86, "late": 0.86, "never": 0.30, "at once": 0.96}


def decide(world: World, leads: pd.DataFrame, opening: Opening) -> pd.DataFrame:
    """Add joins, skipped, reached, incoming, attempts, gap, visited, no_show, at_sale and closed."""
    rng = world.rng("outcomes")
    leads = leads.copy()
    n = len(leads)
    club = leads["club"].to_numpy(dtype=str)
    created, answered, pace = (leads[c].to_numpy() for c in ("created", "answered", "pace"))
    by_source, by_speed = _factors(world, leads)
    chance = leads["chance"].to_numpy() * by_source * by_speed
    joins = rng.random(n) < np.minimum(0.97, chance)

    shares = [world.size("speed", f"reach_{key.replace(' ', '_')}", share) for key, share in _REACH.items()]
    reach = np.select([pace == key for key in _REACH], shares)
    others = np.clip((reach - chance) / np.clip(1 - chance, 0.03, None), 0.02, 1)
    skipped = joins & (rng.random(n) < 0.03)  # joined, and nobody wrote down that they were reached
    reached = (joins & ~skipped) | (~joins & (rng.random(n) < others))

    tries = np.minimum(rng.geometric(0.62, n), MOST_ATTEMPTS - 1)
    tries = np.where(reached, tries, 1 + rng.binomial(MOST_ATTEMPTS - 1, 0.55, n))
    leads["attempts"] = np.where(answered == NEVER, 0, tries)
    leads["gap"] = rng.integers(DAY // 3, DAY + DAY // 2, n)  # between two attempts
    at_once = reached & (pace == "at once")
    by_attempt = np.where(answered == NEVER, NEVER, answered + (leads["attempts"] - 1) * leads["gap"])
    incoming = created + rng.integers(DAY // 4, 6 * DAY, n)
    reached_at = np.where(at_once, created, np.where(answered == NEVER, incoming, by_attempt))
    leads["incoming"] = reached & (at_once | (answered == NEVER))
    leads["reached"] = opening.next(club, np.where(reached, reached_at, NEVER))
    leads["joins"], leads["skipped"] = joins, skipped

    start = np.where(leads["reached"] == NEVER, created, leads["reached"])
    lag = (rng.gamma(0.9, 12.0, n) * DAY).astype(np.int64) + 90
    closed = opening.next(club, np.maximum(created + lag, start + 90))
    entered = world.size("entered-at-sale", "share_of_walk_in_joins", 0.0)
    sale = joins & (leads["source"] == "Walk-in") & (rng.random(n) < entered)
    leads["at_sale"] = sale
    closed = np.where(sale, created + rng.integers(-20, 25, n), closed)
    leads["closed"] = np.where(joins & (closed <= EXPORTED), closed, NEVER)

    visits = np.where(joins, rng.random(n) < 0.90, reached & (rng.random(n) < 0.36)) & ~sale
    way = np.where(joins, closed - start, rng.integers(DAY // 2, 9 * DAY, n))
    after = (way * rng.uniform(0.1, 0.9, n)).astype(np.int64)
    visited = opening.next(club, np.where(visits, start + after, NEVER))
    visited = np.where(joins & visits, np.minimum(visited, closed - 30), visited)
    leads["visited"] = np.where(visited <= EXPORTED, visited, NEVER)
    leads["no_show"] = reached & ~joins & (rng.random(n) < 0.08)
    return leads


def _factors(world: World, leads: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """Return each lead's factors on its chance; the other sources of marketing make up for the planted one."""
    share, factor = SOURCES["Paid social"][1], world.size("paid-social", "join_factor", 1.0)
    others = np.where(leads["team"] == "marketing", (1 - share * factor) / (1 - share), 1.0)
    by_speed = {pace: world.size("speed", f"join_{pace.replace(' ', '_')}", 1.0) for pace in _REACH}
    by_source = np.where(leads["source"] == "Paid social", factor, others)
    return by_source, leads["pace"].map(by_speed).to_numpy(dtype=np.float64)


def draw_deals(world: World, leads: pd.DataFrame, opening: Opening) -> pd.DataFrame:
    """Return one row per deal.

    Columns: lead (row number, -1 without one), club, owner, opened, closed, outcome, type, reason, product,
    fee. Times are local minutes; `fee` is US dollars a month, the deal's amount is twelve of them.
    """
    rng = world.rng("deals")
    leads = leads.assign(lead=np.arange(len(leads)))
    won = leads[leads["joins"]]
    reached = leads[~leads["joins"] & (leads["reached"] != NEVER)]
    lost = reached[(reached["visited"] != NEVER) | (rng.random(len(reached)) < 0.60)]
    deals = pd.concat([won.assign(outcome="won"), lost.assign(outcome="lost")], ignore_index=True)
    n = len(deals)
    started = np.where(deals["reached"] == NEVER, deals["created"], deals["reached"])
    end = np.where(deals["closed"] == NEVER, EXPORTED, deals["closed"])
    opened = np.where(deals["visited"] == NEVER, started + 20, deals["visited"])
    club = deals["club"].to_numpy(dtype=str)
    gives_up = opening.next(club, opened + (rng.gamma(1.6, 11.0, n) * DAY).astype(np.int64) + 60)
    won_now = (deals["outcome"] == "won").to_numpy()
    closed = np.where(won_now, deals["closed"], gives_up)
    is_open = (closed == NEVER) | (closed > EXPORTED)
    deals = pd.DataFrame({
        "lead": deals["lead"], "club": club, "owner": deals["owner"],
        "opened": np.where(won_now, np.minimum(opened, end - 5), opened),
        "closed": np.where(is_open, NEVER, closed),
        "outcome": np.where(is_open, "open", deals["outcome"]), "type": "new",
        "reason": np.where(~is_open & ~won_now, _reasons(world, gives_up), ""),
    })  # fmt: skip
    deals = pd.concat([deals, _without_lead(world, opening)], ignore_index=True)
    deals["product"] = pick(rng, {name: share for name, (share, _) in PRODUCTS.items()}, len(deals))
    deals["fee"] = deals["product"].map({name: fee for name, (_, fee) in PRODUCTS.items()})
    deals.loc[deals["type"] == "expansion", "fee"] = 12
    deals = deals[deals["opened"] <= EXPORTED]
    return deals.sort_values("opened", kind="stable", ignore_index=True)


def _reasons(world: World, closed: np.ndarray) -> np.ndarray:
    """Draw the reason of each loss by the month it is closed in."""
    rng = world.rng("reasons")
    ordinary = pick(rng, REASONS, len(closed))
    before = REASONS["Chose another club"]
    share = world.size("chose-another-club", "share_of_losses", before)
    late = closed.astype("datetime64[m]") >= np.datetime64("2026-08-01")
    moved = late & (rng.random(len(closed)) < (share - before) / (1 - before))
    return np.where(moved, "Chose another club", ordinary)


def _without_lead(world: World, opening: Opening) -> pd.DataFrame:
    """Return joins signed at the desk with no contact written down, and a few upgrades of members."""
    rng = world.rng("without lead")
    rows = []
    for at, month in enumerate((LAST + 1).back(LAST - FIRST + 2)):
        days = month.days if month <= LAST else 5
        for kind, rate in (("new", JOINS_WITHOUT_LEAD), ("expansion", 4.0)):
            count = rng.poisson(rate * SEASON[(FIRST + at).number - 1] * days / month.days)
            start = np.datetime64(month.start, "m").astype(np.int64)
            closed = start + rng.integers(0, days, count) * DAY + rng.integers(10 * 60, 17 * 60, count)
            rows.append(pd.DataFrame({"closed": closed, "type": kind}))
    deals = pd.concat(rows, ignore_index=True)
    deals["club"] = pick(rng, {name: share for name, (share, _) in CLUBS.items()}, len(deals))
    deals["closed"] = opening.next(deals["club"].to_numpy(dtype=str), deals["closed"].to_numpy())
    deals = deals[deals["closed"] <= EXPORTED]
    return deals.assign(lead=-1, owner="", opened=deals["closed"] - 15, outcome="won", reason="")
