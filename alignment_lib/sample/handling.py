"""What sales does with a lead: hand-over, routing, the first reply, and whether it comes in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .key import PLANTS
from .opening import Opening
from .world import DAY, NEVER, REPLY, WAITING, Flags, Texts, World

PEOPLE = {
    "Northgate": ("Priya Anand", "Tom Becker", "Rosa Delgado"),
    "Harbour": ("Ines Faro", "Mark Olsen", "Dana Whitlow"),
    "Old Mill": ("Gail Prior", "Sam Teller", "Vera Quist"),
    "Station": ("Noel Ashby", "Kim Tran", "Lou Marchetti"),
    "Lakeside": ("Hana Brandt", "Joel Sterne", "Ruth Okafor"),
}
LEAVER, FOLLOWER = "Ruth Okafor", "Ben Castillo"  # both at Lakeside, third chair
BACK_ON_TRACK = np.datetime64("2026-08-01")


def handle(world: World, leads: pd.DataFrame, opening: Opening) -> pd.DataFrame:
    """Add owner, handed, assigned, clock, pace and answered to the leads.

    Times are local minutes or NEVER. `pace` is "in time", "late" or "never" for leads that wait, else
    "at once". Business minutes run in the opening hours of the lead's club; the promise is 120 of them.
    """
    rng = world.rng("handling")
    leads = leads.copy()
    n = len(leads)
    created, club = leads["created"].to_numpy(), leads["club"].to_numpy(dtype=str)
    marketing = (leads["team"] == "marketing").to_numpy()
    waits = leads["arrival"].isin(WAITING).to_numpy()
    logged = rng.random(n) < 0.975  # every lead is handed over; now and then nobody writes it down
    delay = np.minimum(np.exp(rng.normal(np.log(12), 1.0, n)), 600).astype(np.int64)
    handed = created + np.where(marketing & waits, delay, 0)
    clock = np.where(logged, handed, created)

    leads["owner"], unrouted = _owner(world, rng, leads)
    pace = _pace(world, rng, leads, waits)
    never_routed = unrouted & (rng.random(n) < PLANTS["owner-left"].size["never_routed"])
    pace = np.where(unrouted & waits, np.where(never_routed, "never", "late"), pace)

    wait = np.where(
        pace == "in time", 2 + 116 * rng.beta(1.2, 2.4, n), 121 + np.exp(rng.normal(np.log(260), 0.9, n))
    ).astype(np.int64)
    routing = np.minimum(np.exp(rng.normal(np.log(14), 1.1, n)), 0.7 * wait).astype(np.int64)
    late_routing = rng.integers(1500, 4500, n)
    routing = np.where(unrouted, late_routing, routing)
    wait = np.where(unrouted, late_routing + rng.integers(10, 200, n), wait)
    follow_up = np.where(rng.random(n) < 0.92, opening.add(club, created, rng.integers(5, 300, n)), NEVER)

    leads["pace"], leads["clock"] = pace, clock
    leads["handed"] = np.where(logged, handed, NEVER)
    leads["assigned"] = np.where(~never_routed, opening.add(club, clock, routing), NEVER)
    reply = np.where(pace == "never", NEVER, opening.add(club, clock, wait))
    leads["answered"] = np.where(waits, reply, follow_up)
    return leads


def _owner(world: World, rng: np.random.Generator, leads: pd.DataFrame) -> tuple[Texts, Flags]:
    """Return the owner of each lead, and whether it hangs with a person who has left."""
    chair = rng.choice(3, len(leads), p=[0.36, 0.34, 0.30])
    owner = np.array([PEOPLE[club][at] for club, at in zip(leads["club"], chair, strict=True)])
    unrouted = np.zeros(len(leads), dtype=bool)
    if "owner-left" in world.plants:
        day = leads["created"].to_numpy().astype("datetime64[m]")
        last_day = np.datetime64("2026-06-01") + int(PLANTS["owner-left"].size["last_day"])
        unrouted = (owner == LEAVER) & (day >= last_day) & (day < BACK_ON_TRACK)
        owner = np.where((owner == LEAVER) & (day >= BACK_ON_TRACK), FOLLOWER, owner)
    return owner, unrouted


def _pace(world: World, rng: np.random.Generator, leads: pd.DataFrame, waits: Flags) -> Texts:
    """Draw in time, late or never for the leads that wait; two plants change the shares."""
    n, created = len(leads), leads["created"].to_numpy()
    in_time, never = np.full(n, REPLY["in time"]), np.full(n, REPLY["never"])
    day, size = created.astype("datetime64[m]"), world.size
    evening = created % DAY >= 60 * PLANTS["harbour-evenings"].size["from_hour"]
    here = evening & (day >= np.datetime64("2026-03-01")) & (leads["club"] == "Harbour").to_numpy()
    in_time[here] = size("harbour-evenings", "in_time", REPLY["in time"])
    never[here] = size("harbour-evenings", "never", REPLY["never"])
    here = (day >= np.datetime64("2026-10-01")) & (leads["team"] == "marketing").to_numpy()
    in_time[here] -= np.minimum(size("october-replies", "from_in_time_to_late", 0.0), in_time[here])
    u = rng.random(n)
    pace = np.where(u < in_time, "in time", np.where(u < 1 - never, "late", "never"))
    return np.where(waits, pace, "at once")
