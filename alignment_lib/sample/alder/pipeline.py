"""Alder Systems on its ordinary days: accounts that take an interest, their contacts, and the deals that follow.

It takes about four months from the first contact to a signature; a contract runs for a year and is then renewed.
Times are local minutes as in `world.py`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...period import Month
from ..opening import Opening
from ..world import DAY, EXPORTED, LAST, NEVER, WEEKDAYS, Minutes, Numbers, World, days_between, pick

FIRST = Month(2023, 5)
YEAR = 365 * DAY
REGIONS = {"East": 0.42, "Central": 0.33, "West": 0.25}
HOURS = {"": (((480, 1080),), (), ())}
SEASON = (1.06, 1.08, 1.10, 1.02, 1.03, 0.98, 0.88, 0.82, 1.12, 1.10, 1.02, 0.79)  # January to December

# team, accounts that take an interest in a month, chance of a deal, and how its contacts arrive.
SOURCES = {
    "Website": ("marketing", 84.0, 0.21, {"web form": 0.85, "phone": 0.15}),
    "Paid search": ("marketing", 50.0, 0.19, {"web form": 0.9, "phone": 0.1}),
    "Webinars": ("marketing", 60.0, 0.19, {"list": 1.0}),
    "Events": ("marketing", 36.0, 0.20, {"event": 0.6, "list": 0.4}),
    "Content": ("marketing", 40.0, 0.19, {"web form": 1.0}),
    "Outbound": ("sales", 72.0, 0.27, {"list": 1.0}),
    "Referral": ("sales", 25.0, 0.42, {"phone": 0.5, "web form": 0.5}),
    "Partner": ("other", 9.0, 0.30, {"list": 1.0}),
}  # fmt: skip
COST_PER_LEAD = 160.0
SIZES = {"1-49": 0.24, "50-199": 0.42, "200-999": 0.25, "1000+": 0.09}
REASONS = {
    "Price": 0.24,
    "No budget": 0.22,
    "Chose a competitor": 0.20,
    "No decision": 0.24,
    "Missing feature": 0.10,
}
WON_SHARE = 0.27
MEDIAN_AMOUNT, SPREAD = 20_000.0, 0.35  # US dollars a year; a log-normal's
WITHOUT_LEAD = 0.5  # deals a month that nobody wrote a contact down for


def draw_leads(world: World, opening: Opening) -> pd.DataFrame:
    """Return one row per contact, oldest first: account, created, source, team, region, size, score, and replies.

    `account` is the number of the account's interest; the first contact of an account carries its source.
    """
    interests = _interests(world)
    rng = world.rng("contacts")
    n = len(interests)
    two, three = (world.size("several-contacts", name, 0.0) for name in ("two", "three"))
    more = rng.choice([0, 1, 2], n, p=[1 - two - three, two, three])
    of = np.repeat(np.arange(n), more + 1)
    first = np.r_[True, of[1:] != of[:-1]]
    leads = interests.iloc[of].reset_index(drop=True).assign(account=of, first=first)
    later = rng.integers(2 * DAY, 40 * DAY, len(of)) // DAY * DAY
    leads["created"] = leads["created"] + np.where(first, 0, later) + rng.integers(420, 1140, len(of))
    own = leads["source"].to_numpy(dtype=str)
    followed = pick(rng, {"Website": 0.4, "Content": 0.25, "Webinars": 0.2, "Events": 0.15}, len(of))
    leads["source"] = np.where(first, own, followed)
    leads["team"] = leads["source"].map({name: team for name, (team, *_) in SOURCES.items()})
    arrival = np.empty(len(of), dtype="<U10")
    for name, (_, _, _, ways) in SOURCES.items():
        arrival[leads["source"] == name] = pick(rng, ways, int((leads["source"] == name).sum()))
    leads["arrival"] = arrival
    leads = leads[leads["created"] < np.datetime64(LAST.end, "m").astype(np.int64)]
    return _answer(world, opening, leads.sort_values("created", kind="stable", ignore_index=True))


def _interests(world: World) -> pd.DataFrame:
    """Return one row per account that takes an interest: the start of its day, source, region, size, and prospects."""
    rng = world.rng("interests")
    days = days_between(FIRST, LAST)
    weight = np.asarray((*WEEKDAYS[:5], 0.1, 0.1))[(days.astype(np.int64) + 3) % 7]
    month = days.astype("datetime64[M]").astype(np.int64)
    weight = weight * np.asarray(SEASON)[month % 12]
    weight /= np.bincount(month - month.min(), weight)[month - month.min()] / np.asarray(SEASON)[month % 12]
    parts = []
    for source, (_, a_month, chance, _) in SOURCES.items():
        count = rng.poisson(a_month * weight)
        day = np.repeat(days, count).astype(np.int64) * DAY
        parts.append(pd.DataFrame({"created": day, "source": source, "chance": chance}))
    found = pd.concat(parts, ignore_index=True).sort_values("created", kind="stable", ignore_index=True)
    n = len(found)
    found["region"], found["size"] = pick(rng, REGIONS, n), pick(rng, SIZES, n)
    fit = np.where(found["size"] == "1-49", 0.35, 1.21)
    keen = rng.beta(2.0, 2.0, n)
    found["score"] = np.clip(np.round(100 * (0.15 + 0.7 * keen) - 25 * (found["size"] == "1-49")), 0, 100)
    found["chance"] *= fit * 2 * keen * found["source"].map(_factors(world)).to_numpy()
    found["asks"] = np.where(rng.random(n) < 0.2 + 0.5 * keen, "demo request", "content")
    found["opens"] = rng.random(n)  # against the chance; one draw for all that may be planted
    return found


def _factors(world: World) -> dict[str, float]:
    """Return each source's factor on its deals; the other sources of marketing make up for the planted one."""
    weight = {
        name: a_month * chance for name, (team, a_month, chance, _) in SOURCES.items() if team == "marketing"
    }
    own = weight["Webinars"] / sum(weight.values())
    factor = world.size("webinars", "deal_factor", 1.0)
    others = (1 - own * factor) / (1 - own)
    return {name: others if name in weight else 1.0 for name in SOURCES} | {"Webinars": factor}


def _answer(world: World, opening: Opening, leads: pd.DataFrame) -> pd.DataFrame:
    """Add handed, assigned, answered, reached and attempts: how sales took each contact up."""
    rng = world.rng("replies")
    n = len(leads)
    nowhere, created = np.full(n, ""), leads["created"].to_numpy()
    leads["handed"] = created + np.where(leads["team"] == "sales", 0, rng.integers(5, 90, n))
    leads["assigned"] = opening.add(nowhere, leads["handed"].to_numpy(), rng.integers(2, 100, n))
    u = rng.random(n)
    wait = np.where(u < 0.76, 110 + 125 * rng.beta(1.4, 1.6, n), 245 + rng.exponential(420, n))
    answered = opening.add(nowhere, leads["handed"].to_numpy(), wait.astype(np.int64))
    leads["answered"] = np.where(u < 0.95, answered, NEVER)
    leads["attempts"] = np.where(leads["answered"] == NEVER, 0, rng.integers(1, 6, n))
    reached = opening.next(nowhere, answered + (leads["attempts"].to_numpy() - 1) * 2 * DAY)
    leads["reached"] = np.where((leads["attempts"] > 0) & (rng.random(n) < 0.66), reached, NEVER)
    return leads


def draw_deals(world: World, leads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per deal, oldest first: account (-1 for one that is nobody's), region, opened, closed, outcome.

    Also type (new, expansion, renewal), amount (US dollars a year), reason, and client, which a deal shares with those
    that follow it.
    """
    rng = world.rng("deals")
    first = leads[leads["first"]]
    n = len(first)
    opened = first["created"].to_numpy() + (rng.gamma(2.0, 12.0, n) * DAY).astype(np.int64) + DAY
    october = opened.astype("datetime64[m]").astype("datetime64[M]") == np.datetime64("2026-10")
    factor, times = np.ones(n), np.ones(n)
    for team in ("marketing", "sales"):
        here = october & (first["team"] == team).to_numpy()
        factor[here] = world.size("october-pipeline", f"{team}_factor", 1.0)
        times[here] = world.size("october-pipeline", f"{team}_amount", 1.0)
    is_deal = (first["opens"] < first["chance"] * factor).to_numpy() & (opened <= EXPORTED)
    new = pd.DataFrame({
        "account": first["account"].to_numpy(), "region": first["region"].to_numpy(), "opened": opened,
        "size": first["size"].to_numpy(), "times": times,
    })[is_deal]  # fmt: skip
    new = pd.concat([new, _without_lead(world)], ignore_index=True)
    n = len(new)
    by_size = new["size"].map({"1-49": 0.7, "50-199": 0.9, "200-999": 1.2, "1000+": 1.7}).to_numpy()
    usual = MEDIAN_AMOUNT * by_size * np.exp(SPREAD * rng.standard_normal(n))
    new["amount"] = np.round(usual * new.pop("times").to_numpy(), -2)
    closed = new["opened"].to_numpy() + (rng.gamma(3.2, 20.0, n) * DAY).astype(np.int64) + 2 * DAY
    late = closed.astype("datetime64[m]") >= np.datetime64("2026-08-01")
    chance = WON_SHARE * np.where(late, world.size("won-share", "factor", 1.0), 1.0)
    won = rng.random(n) < chance
    new["type"], new["won"], new["closed"] = "new", won, _in_hours(rng, closed)
    new["reason"] = np.where(won, "", pick(rng, REASONS, n))
    new["client"] = np.arange(n)
    deals = pd.concat([new, _later(world, new[won])], ignore_index=True)
    is_open = deals["closed"] > EXPORTED
    deals["outcome"] = np.select([is_open, deals["won"].astype(bool)], ["open", "won"], "lost")
    deals["closed"] = np.where(is_open, NEVER, deals["closed"])
    deals.loc[is_open, "reason"] = ""
    deals = deals[deals["opened"] <= EXPORTED]
    return deals.sort_values("opened", kind="stable", ignore_index=True)


def _without_lead(world: World) -> pd.DataFrame:
    rng = world.rng("without lead")
    days = days_between(FIRST, LAST)
    at = np.sort(rng.choice(days, rng.poisson(WITHOUT_LEAD * len(days) / 30.4))).astype(np.int64) * DAY
    return pd.DataFrame({"account": -1, "region": pick(rng, REGIONS, len(at)), "opened": _in_hours(rng, at),
                         "size": "50-199", "times": 1.0})  # fmt: skip


def _later(world: World, won: pd.DataFrame) -> pd.DataFrame:
    """Return what clients sign after their first contract: renewals every year, and expansions."""
    rng = world.rng("clients")
    parts, clients = [], won
    while len(clients):
        renewed = rng.random(len(clients)) < world.size("renewals", "renewed", 0.90)
        due = clients["closed"] + YEAR
        parts.append(clients.assign(type="renewal", opened=due - 60 * DAY, closed=due, won=renewed,
                                    reason=np.where(renewed, "", "No budget")))  # fmt: skip
        clients = parts[-1][renewed & (due <= EXPORTED)]
    more = won[rng.random(len(won)) < world.size("expansion", "a_year", 0.35)]
    opened = more["closed"] + rng.integers(100 * DAY, YEAR, len(more))
    signed = rng.random(len(more)) < 0.7
    amount = np.round(more["amount"] * world.size("expansion", "share_of_amount", 0.30), -2)
    reason = np.where(signed, "", "No budget")
    closed = opened + rng.integers(10 * DAY, 60 * DAY, len(more))
    parts.append(
        more.assign(type="expansion", opened=opened, closed=closed, won=signed, amount=amount, reason=reason)
    )
    return pd.concat(parts, ignore_index=True)


def _in_hours(rng: np.random.Generator, at: Minutes | Numbers) -> Minutes:
    """Return the instants in the working hours of their days, weekends moved to Monday."""
    day = np.asarray(at, dtype=np.int64) // DAY
    weekday = (day + 3) % 7
    return (day + np.where(weekday > 4, 7 - weekday, 0)) * DAY + rng.integers(540, 1020, len(day))
