"""The files as the company's systems export them: a CRM's headings and codes, UTC times, and their small faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from .leads import stored_score
from .names import FIRST_NAMES, LAST_NAMES
from .traces import old_name
from .world import (
    CLUB_MISSING,
    DAY,
    EXPORTED,
    NEVER,
    SCORE_MISSING,
    SOURCE_MISSING,
    SOURCES,
    TIME_ZONE,
    World,
    pick,
)

_CODES = {name: code for name, (_, _, code, _) in SOURCES.items()} | {"Facebook Ads": "FACEBOOK_ADS"}
_SENT_BACK = {"Outside our catchment": 0.40, "Already a member": 0.15, "Wrong contact details": 0.30,
              "Not a person": 0.10, "": 0.05}  # fmt: skip
_DEAL_STAGES = {"won": "Closed Won (Memberships)", "lost": "Closed Lost (Memberships)",
                "open": "Offer Made (Memberships)"}  # fmt: skip


def utc(minutes: np.ndarray) -> np.ndarray:
    """Return local minutes as the CRM writes them, "2026-10-31 17:05" in UTC.

    What never happened, or had not yet happened when the files were taken, is an empty cell.
    """
    known = np.where(np.asarray(minutes) > EXPORTED, NEVER, np.asarray(minutes))
    local = pd.Series(known.view("datetime64[m]").astype("datetime64[s]"))
    ambiguous = np.ones(len(local), dtype=bool)
    there = local.dt.tz_localize(TIME_ZONE, ambiguous=ambiguous, nonexistent="shift_forward").dt.tz_convert("UTC")
    text = np.datetime_as_string(there.dt.tz_localize(None).to_numpy().astype("datetime64[m]"))
    return np.where(text == "NaT", "", np.char.replace(text, "T", " "))


def contact_ids(leads: pd.DataFrame) -> np.ndarray:
    """Return the contact id of each lead, in the order in which the CRM gave them out."""
    return (41_000_000 + 37 * np.arange(len(leads))).astype(str)


def contacts(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return contacts.csv: one row per lead with names, codes and the dates of its way."""
    rng = world.rng("contacts")
    n = len(leads)
    person = people(world, leads)
    old_mill = world.size("old-mill-tracking", "source_missing", SOURCE_MISSING)
    missing = rng.random(n) < np.where(leads["club"] == "Old Mill", old_mill, SOURCE_MISSING)
    source = old_name(world, leads["source"], leads["created"].to_numpy().view("datetime64[m]"))
    fed = _fed_back(world, leads, deals)
    return pd.DataFrame({
        "Contact ID": contact_ids(leads), **person,
        "Create Date": utc(leads["created"].to_numpy()),
        "Original Source": np.where(missing, "", source.map(_CODES)),
        "Campaign": leads["campaign"],
        "How They Contacted Us": leads["arrival"].str.upper().str.replace("[ -]", "_", regex=True),
        "Reason for Enquiry": leads["detail"],
        "Club": np.where(rng.random(n) < CLUB_MISSING, "", leads["club"]),
        "Contact owner": leads["owner"],
        "HubSpot Score": np.where(rng.random(n) < SCORE_MISSING, "", stored_score(world, leads).astype(int).astype(str)),
        "Score Date": utc(leads["clock"].to_numpy()),
        "Catchment": leads["catchment"],
        "Visits a Week": np.where(rng.random(n) < 0.04, "", leads["visits"].astype(str)),
        "Became a Marketing Qualified Lead Date": utc(leads["handed"].to_numpy()),
        "Owner Assigned Date": utc(leads["assigned"].to_numpy()),
        **fed,
        "First Visit Date": utc(leads["visited"].to_numpy()),
        "Merged Into": "",
        "Last Modified Date": utc(np.minimum(leads["created"].to_numpy() + rng.integers(DAY, 60 * DAY, n), EXPORTED)),
    })  # fmt: skip


def people(world: World, leads: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return made-up names, addresses and numbers; a few people ask again months after their first enquiry was decided."""
    rng = world.rng("people")
    n = len(leads)
    person = np.arange(n)
    created = leads["created"].to_numpy()
    later = np.searchsorted(created, created + 200 * DAY)
    again = np.flatnonzero((rng.random(n) < 0.025) & (later < n - 1))
    person[np.minimum(later[again] + rng.integers(0, 900, len(again)), n - 1)] = person[again]
    first = np.asarray(FIRST_NAMES)[person * 7919 % len(FIRST_NAMES)]
    last = np.asarray(LAST_NAMES)[person * 104729 % len(LAST_NAMES)]
    number = person.astype(str)
    mail = np.char.add(np.char.add(np.char.lower(first), np.char.add(".", number)), "@example.com")
    phone = [f"({200 + p // 100}) 555-01{p % 100:02d}" for p in person]
    return {
        "First Name": first, "Last Name": last,
        "Email": np.where(person % 13 == 0, "", mail), "Phone Number": np.asarray(phone),
    }  # fmt: skip


def _fed_back(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what sales wrote down about each lead: accepted, sent back, the outcome and its reason."""
    rng = world.rng("feedback")
    n = len(leads)
    last = deals[deals["lead"] >= 0].set_index("lead").reindex(np.arange(n))
    outcome, reason = last["outcome"].to_numpy(), last["reason"].fillna("").to_numpy(dtype=str)
    handed, clock, answered = (leads[c].to_numpy() for c in ("handed", "clock", "answered"))
    marketing = (leads["team"] == "marketing").to_numpy() & (handed != NEVER)
    gave_up = leads["ready"].to_numpy() & (leads["reached"].to_numpy() == NEVER) & ~leads["joins"].to_numpy()
    tried = answered != NEVER
    back = marketing & gave_up & tried & (rng.random(n) < 0.28)
    back |= marketing & pd.isna(outcome) & ~gave_up & (rng.random(n) < 0.05)
    recycled = gave_up & tried & ~back & (rng.random(n) < 0.4)

    base = np.where(answered == NEVER, clock, answered)
    disposed = np.where(back, base + rng.integers(DAY // 2, 9 * DAY, n), base + rng.integers(15 * DAY, 25 * DAY, n))
    closed = last["closed"].fillna(NEVER).to_numpy(dtype=np.int64)
    disposed = np.where(closed != NEVER, closed, disposed)
    word = np.select(
        [back, outcome == "won", outcome == "lost", recycled, gave_up & tried, ~leads["ready"].to_numpy()],
        ["SENT_BACK", "ACCEPTED", "LOST", "RECYCLED", "LOST", "NURTURE"],
        "",
    )
    told = (word != "") & (disposed <= EXPORTED) & (rng.random(n) < np.where(back, 1.0, 0.93))
    word = np.where(told, word, "")
    why = np.where(word == "SENT_BACK", pick(rng, _SENT_BACK, n), "")
    why = np.where(word == "LOST", np.where(reason == "", np.where(outcome == "lost", "", "No answer"), reason), why)
    accepted = leads["ready"].to_numpy() & tried & ~back & (rng.random(n) < 0.94)
    due = np.where(word == "RECYCLED", disposed + 45 * DAY, NEVER)
    status = np.select([outcome == "won", word == "SENT_BACK", ~tried, leads["reached"].to_numpy() != NEVER],
                       ["CUSTOMER", "UNQUALIFIED", "NEW", "CONNECTED"], "ATTEMPTED_TO_CONTACT")  # fmt: skip
    return {
        "Became a Sales Qualified Lead Date": utc(np.where(accepted, np.maximum(base, clock), NEVER)),
        "Lead Status": status,
        "Disposition": word, "Disposition Reason": why,
        "Disposition Date": utc(np.where(told, disposed, NEVER)),
        "Sent Back Date": utc(np.where(word == "SENT_BACK", disposed, NEVER)),
        "Recycle Due Date": np.where(due == NEVER, "", np.datetime_as_string(due.view("datetime64[m]"), unit="D")),
    }  # fmt: skip


def deal_rows(leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return deals.csv: one row per deal, with the contact it belongs to, if there is one."""
    ids = np.append(contact_ids(leads), "")
    edited = np.where(deals["closed"] == NEVER, deals["opened"], deals["closed"])
    return pd.DataFrame({
        "Deal ID": (9_300_000_000 + 11 * np.arange(len(deals))).astype(str),
        "Deal Name": "Membership " + deals["product"],
        "Associated Contact IDs": ids[deals["lead"]],
        "Pipeline": "Memberships",
        "Deal Stage": deals["outcome"].map(_DEAL_STAGES),
        "Deal Type": deals["type"].map({"new": "newbusiness", "expansion": "existingbusiness"}),
        "Amount": [f"{12 * fee:.2f}" for fee in deals["fee"]],
        "Currency": "USD",
        "Create Date": utc(deals["opened"].to_numpy()),
        "Close Date": utc(deals["closed"].to_numpy()),
        "Closed Lost Reason": deals["reason"],
        "Product": deals["product"],
        "Club": deals["club"],
        "Deal owner": deals["owner"],
        "Last Modified Date": utc(edited),
    })  # fmt: skip


def engagement_rows(leads: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Return engagements.csv: calls, e-mails, messages and visits."""
    ids = contact_ids(leads)
    return pd.DataFrame({
        "Engagement ID": (70_500_000_000 + np.arange(len(activities))).astype(str),
        "Contact ID": ids[activities["lead"]],
        "Activity Date": utc(activities["at"].to_numpy()),
        "Activity Type": activities["kind"],
        "Direction": activities["direction"],
        "Two-way Contact": np.where(activities["contact"], "Yes", "No"),
        "Meeting Outcome": activities["held"],
        "Activity Assigned To": activities["owner"],
    })  # fmt: skip


def touch_rows(leads: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """Return marketing_events.csv: forms, clicks, downloads and visits before hand-over."""
    return pd.DataFrame({
        "Contact ID": contact_ids(leads)[touches["lead"]],
        "Event Date": utc(touches["at"].to_numpy()),
        "Channel": touches["channel"], "Event Type": touches["kind"], "Campaign": touches["campaign"],
    })  # fmt: skip


def spend_rows(world: World, spend: pd.DataFrame) -> pd.DataFrame:
    """Return ad_spend.csv: day, platform, club, cost."""
    source = old_name(world, spend["source"], spend["day"].to_numpy())
    return pd.DataFrame({
        "Date": np.datetime_as_string(spend["day"].to_numpy().astype("datetime64[D]")),
        "Platform": source.map(_CODES), "Club": spend["club"],
        "Cost": [f"{amount:.2f}" for amount in spend["amount"]], "Cost Type": spend["kind"],
    })  # fmt: skip


def write(table: pd.DataFrame, path: Path, encoding: str = "utf-8", delimiter: str = ",") -> None:
    """Write a table as its system would: one header line, line feed, quotes only where needed."""
    table.to_csv(path, index=False, encoding=encoding, sep=delimiter, lineterminator="\n")

