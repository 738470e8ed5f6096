"""Who asks, when, where and why, and how likely they are to join: the leads before anybody touches them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .key import PLANTS
from .opening import Opening
from .world import (
    CATCHMENT_MISSING,
    CLUBS,
    DAY,
    FIRST,
    INSIDE,
    KEEN,
    LAST,
    LEADS_A_MONTH,
    MONTH_TO_MONTH,
    SOURCES,
    VISIT_REQUEST,
    Minutes,
    Numbers,
    Texts,
    World,
    days_between,
    expected_leads,
    pick,
)

# Enquiries by hour of the day, 0 to 23; walk-ins and calls come in opening hours only.
_HOURS = (1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 5, 6, 6.5, 6, 6.5, 5.5, 5, 5, 5.5, 7, 8, 8, 7, 5, 3, 2)
_BY_DAY = (0, 0, 0, 0, 0, 0, 2, 4, 5, 7, 8, 7, 6, 5, 5, 5, 7, 9, 9, 7, 4, 0, 0, 0)
_OTHER_DETAILS = {"price question": 0.6, "opening hours": 0.2, "other": 0.2}


def draw_leads(world: World, opening: Opening) -> pd.DataFrame:
    """Return one row per lead, oldest first, with what is true of it on arrival.

    Columns: created (local minutes), team, source, arrival, club, detail, campaign, catchment, visits (a
    week), quality, chance (of joining, 0 to 1, before anybody handles the lead). Labels are complete here;
    what the CRM fails to record is dropped when the files are written.
    """
    created, team = _when(world)
    n = len(created)
    rng = world.rng("who")
    source = np.empty(n, dtype="<U20")
    arrival = np.empty(n, dtype="<U20")
    for name in LEADS_A_MONTH:
        own = {label: share for label, (of, share, _, _) in SOURCES.items() if of == name}
        source[team == name] = pick(rng, own, int((team == name).sum()))
    for name, (_, _, _, ways) in SOURCES.items():
        arrival[source == name] = pick(rng, ways, int((source == name).sum()))
    club = pick(rng, {name: share for name, (share, _) in CLUBS.items()}, n)

    by_day = np.isin(arrival, ["phone", "walk-in", "event", "missed call"])
    hours = np.where(by_day, _hour(rng, _BY_DAY, n), _hour(rng, _HOURS, n))
    created = created + hours
    created = np.where(np.isin(arrival, ["phone", "walk-in"]), opening.next(club, created), created)

    columns = {"created": created, "team": team, "source": source, "arrival": arrival, "club": club}
    leads = pd.DataFrame(columns)
    leads["detail"], leads["catchment"], leads["quality"], leads["chance"] = _interest(world, n)
    leads["visits"] = rng.choice([1, 2, 3, 4], n, p=[0.22, 0.38, 0.28, 0.12])
    leads["campaign"] = _campaign(rng, created, source)
    in_period = leads["created"] < np.datetime64(LAST.end, "m").astype(np.int64)
    return leads[in_period].sort_values("created", kind="stable", ignore_index=True)


def _when(world: World) -> tuple[Minutes, Texts]:
    """Return the start of each lead's day and its team."""
    days = days_between(FIRST, LAST)
    position = days.astype("datetime64[M]").astype(np.int64)
    position -= position.min()
    rng = world.rng("when")
    chosen, teams = [], []
    for team, spread in MONTH_TO_MONTH.items():
        expected = expected_leads(team, days, world)
        noise = np.exp(spread * rng.standard_normal(position.max() + 1) - spread**2 / 2)
        for month, factor in enumerate(noise):
            weight = expected * (position == month)
            count = round(weight.sum() * factor)
            edges = np.cumsum(weight)
            chosen.append(days[np.searchsorted(edges / edges[-1], rng.random(count), side="right")])
            teams.append(np.full(count, team))
    return np.concatenate(chosen).astype(np.int64) * DAY, np.concatenate(teams)


def _hour(rng: np.random.Generator, weights: tuple[float, ...], n: int) -> Minutes:
    edges = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(edges, rng.random(n), side="right") * 60 + rng.integers(0, 60, n)


def _interest(world: World, n: int) -> tuple[Texts, Texts, np.ndarray, Numbers]:
    """Return the reason for asking, the catchment, whether it is a quality lead, and the chance."""
    rng = world.rng("interest")
    trial = world.size("definition-change", "trial_requests", 0.0)
    details = {"visit request": VISIT_REQUEST, "trial request": trial}
    rest = 1 - VISIT_REQUEST - trial
    detail = pick(rng, details | {label: rest * share for label, share in _OTHER_DETAILS.items()}, n)
    inside = {"inside": INSIDE, "outside": 1 - INSIDE - CATCHMENT_MISSING, "": CATCHMENT_MISSING}
    catchment = pick(rng, inside, n)
    near = catchment == "inside"
    keen = near & (detail != "visit request") & (rng.random(n) < KEEN)
    visit, low, high = rng.beta(1.25, 2.95, n), rng.beta(1.0, 24.0, n), rng.uniform(0.50, 0.70, n)
    chance = np.where(near & (detail == "visit request"), visit, low)
    chance = np.where(near & (detail == "trial request"), np.minimum(0.4, 4 * low), chance)
    chance = np.where(keen, high, chance)
    return detail, catchment, near & ((detail == "visit request") | keen), chance


def _campaign(rng: np.random.Generator, created: Minutes, source: Texts) -> Texts:
    """Return the campaign that a lead answers to; organic search, walk-ins, calls and outreach have none."""
    month = created.astype("datetime64[m]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    seasonal = np.where(month == 1, "New Year", np.where(np.isin(month, [3, 4]), "Spring start", "Free week"))
    share = rng.random(len(created))
    campaign = np.full(len(created), "", dtype="<U20")
    for name, own, other in (
        ("Paid search", 0.60, "Local search"), ("Paid social", 0.35, "Free week"),
        ("E-mail", 0.30, "Free week"), ("Events", 0.40, "Free week"), ("Referral", 0.90, "Friends"),
    ):  # fmt: skip
        here = source == name
        campaign[here] = np.where(share[here] < own, other, seasonal[here])
    campaign[(source == "Referral") & (share >= 0.90)] = ""
    campaign[share > 0.97] = ""
    return campaign


def stored_score(world: World, leads: pd.DataFrame) -> Numbers:
    """Return the score stored at hand-over, in percent: the chance, unless planted to promise too much."""
    chance, size = leads["chance"].to_numpy(), PLANTS["score-too-high"].size
    over = np.clip(chance - size["from"], 0, None) * (world.size("score-too-high", "stretch", 1.0) - 1)
    return np.round(100 * np.where(over > 0, np.minimum(0.99, chance + over), chance))
