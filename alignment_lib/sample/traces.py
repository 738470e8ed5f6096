"""The traces of a lead: what it did before hand-over, what sales tried after, and what was spent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .key import PLANTS
from .opening import Opening
from .outcomes import MOST_ATTEMPTS
from .world import (
    CLUBS,
    COST_PER_LEAD,
    DAY,
    EXPORTED,
    FIRST,
    LAST,
    NEVER,
    SOURCES,
    World,
    days_between,
    expected_leads,
    pick,
)

_KINDS = {"form": 0.30, "e-mail click": 0.28, "visit": 0.22, "content download": 0.14, "webinar": 0.06}
_CHANNELS = {"Website": 0.34, "E-mail": 0.26, "Paid search": 0.16, "Paid social": 0.14, "Organic search": 0.1}


def draw_touches(world: World, leads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per marketing interaction: lead (row number), at, channel, kind, campaign."""
    rng = world.rng("touches")
    count = rng.poisson(np.where(leads["team"] == "marketing", 2.0, 0.35))
    lead = np.repeat(np.arange(len(leads)), count)
    before = (rng.exponential(6.0, len(lead)) * DAY).astype(np.int64) + 3
    touches = pd.DataFrame({
        "lead": lead, "at": leads["created"].to_numpy()[lead] - before,
        "channel": pick(rng, _CHANNELS, len(lead)), "kind": pick(rng, _KINDS, len(lead)),
        "campaign": leads["campaign"].to_numpy(dtype=str)[lead],
    })  # fmt: skip
    touches = pd.concat([touches, _adverts(world, leads)], ignore_index=True)
    return touches.sort_values("at", kind="stable", ignore_index=True)


def _adverts(world: World, leads: pd.DataFrame) -> pd.DataFrame:
    """Return the touches of a campaign on Paid social, as long before the lead as others; none unless planted."""
    rng, month = world.rng("adverts"), np.datetime64(PLANTS["social-adverts"].months[0])
    there = leads["created"].to_numpy().astype("datetime64[m]").astype("datetime64[M]") == month
    met = np.flatnonzero(there & (rng.random(len(leads)) < world.size("social-adverts", "share", 0.0)))
    before = (rng.exponential(6.0, len(met)) * DAY).astype(np.int64) + 3
    return pd.DataFrame({"lead": met, "at": leads["created"].to_numpy()[met] - before, "channel": "Paid social",
                         "kind": "visit", "campaign": "Spring start"})  # fmt: skip


def draw_activities(world: World, leads: pd.DataFrame, opening: Opening) -> pd.DataFrame:
    """Return one row per effort of sales: lead, at, kind, direction, contact (two-way), held, owner."""
    rng = world.rng("activities")
    n = len(leads)
    rows = np.arange(n)
    attempts, answered, reached = (leads[c].to_numpy() for c in ("attempts", "answered", "reached"))
    club = leads["club"].to_numpy(dtype=str)
    parts = []
    for at in range(MOST_ATTEMPTS):
        tried = rows[(attempts > at) & (answered != NEVER)]
        when = opening.next(club[tried], answered[tried] + at * leads["gap"].to_numpy()[tried])
        kind = pick(rng, {"CALL": 0.6, "EMAIL": 0.25, "SMS": 0.15}, len(tried))
        contact = (when == reached[tried]) & ~leads["incoming"].to_numpy()[tried]
        parts.append(pd.DataFrame({"lead": tried, "at": when, "kind": kind, "direction": "OUTBOUND",
                                   "contact": contact, "held": ""}))  # fmt: skip
    came = rows[leads["incoming"].to_numpy()]
    walked_in = leads["arrival"].isin(["walk-in", "event"]).to_numpy()[came]
    parts.append(pd.DataFrame({"lead": came, "at": reached[came],
                               "kind": np.where(walked_in, "MEETING", "CALL"), "direction": "INBOUND",
                               "contact": True,
                               "held": np.where(walked_in, "COMPLETED", "")}))  # fmt: skip
    tour = rows[leads["visited"].to_numpy() != NEVER]
    parts.append(pd.DataFrame({"lead": tour, "at": leads["visited"].to_numpy()[tour], "kind": "MEETING",
                               "direction": "OUTBOUND", "contact": True, "held": "COMPLETED"}))  # fmt: skip
    missed = rows[leads["no_show"].to_numpy()]
    when = opening.next(club[missed], reached[missed] + rng.integers(DAY, 8 * DAY, len(missed)))
    parts.append(pd.DataFrame({"lead": missed, "at": when, "kind": "MEETING", "direction": "OUTBOUND",
                               "contact": False, "held": "NO_SHOW"}))  # fmt: skip
    activities = pd.concat(parts, ignore_index=True)
    activities["owner"] = leads["owner"].to_numpy(dtype=str)[activities["lead"]]
    activities = activities[activities["at"] <= EXPORTED]
    return activities.sort_values("at", kind="stable", ignore_index=True)


def draw_spend(world: World) -> pd.DataFrame:
    """Return one row per day and source of marketing: day, source, club (events only), amount (USD), kind.

    Paid search and social are billed by day, e-mail and organic search on the first of the month, events by
    the Saturday. What is spent follows what was planned, not what came of it.
    """
    rng = world.rng("spend")
    days = days_between(FIRST, LAST)
    leads = expected_leads("marketing", days)
    month = days.astype("datetime64[M]")
    monthly = pd.Series(leads).groupby(month).sum()
    cheap = world.size("paid-social", "cost_per_lead", COST_PER_LEAD)
    social = SOURCES["Paid social"][1]
    parts = []
    for source, (team, share, _, _) in SOURCES.items():
        if team != "marketing":
            continue
        cost = cheap if source == "Paid social" else (COST_PER_LEAD - social * cheap) / (1 - social)
        if source.startswith("Paid"):
            when, amount = days, leads * share * cost
        elif source == "Events":
            when = days[(days.astype(np.int64) + 3) % 7 == 5]
            per_event = monthly / pd.Series(when.astype("datetime64[M]")).value_counts()
            amount = per_event[when.astype("datetime64[M]")].to_numpy() * share * cost
        else:
            when, amount = monthly.index.to_numpy(), monthly.to_numpy(dtype=np.float64) * share * cost
        amount = amount * rng.normal(1, 0.06, len(when))
        club = np.asarray(list(CLUBS))[np.arange(len(when)) % len(CLUBS)] if source == "Events" else ""
        kind = "TOOLS" if source == "Organic search" else "MEDIA"
        parts.append(pd.DataFrame({"day": when.astype("datetime64[D]"), "source": source, "club": club,
                                   "amount": np.round(amount, 2), "kind": kind}))  # fmt: skip
    spend = pd.concat(parts, ignore_index=True)
    return spend.sort_values(["day", "source"], kind="stable", ignore_index=True)


def old_name(world: World, source: pd.Series, at: np.ndarray) -> pd.Series:
    """Return the sources as the CRM called them then: Paid social began as Facebook Ads."""
    if "renamed-source" not in world.plants:
        return source
    until = np.datetime64(PLANTS["renamed-source"].months[-1]) + 1
    return source.mask((source == "Paid social") & (at.astype("datetime64[M]") < until), "Facebook Ads")
