"""The files as the company's systems export them: a CRM's headings and codes, UTC, what was not recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from .handling import BACK_ON_TRACK, FOLLOWER, LEAVER, PEOPLE
from .key import PLANTS
from .leads import stored_score
from .names import people
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
_SENT_BACK = {"Already a member": 0.28, "Wrong contact details": 0.50, "Not a person": 0.15, "": 0.07}
_DEAL_STAGES = {"won": "Closed Won (Memberships)", "lost": "Closed Lost (Memberships)",
                "open": "Offer Made (Memberships)"}  # fmt: skip


def utc(minutes: np.ndarray) -> np.ndarray:
    """Return local minutes as the CRM writes them, "2026-10-31 17:05" in UTC.

    What never happened, or had not yet happened when the files were taken, is an empty cell.
    """
    known = np.where(np.asarray(minutes) > EXPORTED, NEVER, np.asarray(minutes))
    local = pd.Series(known.view("datetime64[m]").astype("datetime64[s]"))
    first = np.ones(len(local), dtype=bool)  # of autumn's doubled hour
    there = local.dt.tz_localize(TIME_ZONE, ambiguous=first, nonexistent="shift_forward")
    text = np.datetime_as_string(there.dt.tz_convert(None).to_numpy().astype("datetime64[m]"))
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
    score = stored_score(world, leads).astype(int).astype(str)
    modified = leads["created"].to_numpy() + rng.integers(DAY, 60 * DAY, n)
    return pd.DataFrame({
        "Contact ID": contact_ids(leads), **person,
        "Create Date": utc(leads["created"].to_numpy()),
        "Original Source": np.where(missing, "", source.map(_CODES)),
        "Campaign": leads["campaign"],
        "How They Contacted Us": leads["arrival"].str.upper().str.replace("[ -]", "_", regex=True),
        "Reason for Enquiry": leads["detail"],
        "Club": np.where(rng.random(n) < CLUB_MISSING, "", leads["club"]),
        "Contact owner": leads["owner"],
        "HubSpot Score": np.where(rng.random(n) < SCORE_MISSING, "", score),
        "Score Date": utc(leads["clock"].to_numpy()),
        "Catchment": leads["catchment"],
        "Visits a Week": np.where(rng.random(n) < 0.04, "", leads["visits"].astype(str)),
        "Became a Marketing Qualified Lead Date": utc(leads["handed"].to_numpy()),
        "Owner Assigned Date": utc(leads["assigned"].to_numpy()),
        **fed,
        "First Visit Date": utc(leads["visited"].to_numpy()),
        "Merged Into": "",
        "Last Modified Date": utc(np.minimum(modified, EXPORTED)),
    })  # fmt: skip


def _fed_back(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what sales wrote down about each lead: accepted, sent back, the outcome and its reason."""
    rng = world.rng("feedback")
    n = len(leads)
    last = deals[deals["lead"] >= 0].set_index("lead").reindex(np.arange(n))
    outcome, reason = last["outcome"].to_numpy(), last["reason"].fillna("").to_numpy(dtype=str)
    assigned, clock, answered = (leads[c].to_numpy() for c in ("assigned", "clock", "answered"))
    marketing, outside = (
        (leads["team"] == "marketing").to_numpy(),
        (leads["catchment"] == "outside").to_numpy(),
    )
    joins, tried = leads["joins"].to_numpy(), answered != NEVER
    gave_up = tried & (leads["reached"].to_numpy() == NEVER) & ~joins
    undecided = tried & ~gave_up & pd.isna(outcome)
    back = marketing & (gave_up | undecided) & (rng.random(n) < np.where(outside, 0.80, 0.12))
    recycled = gave_up & ~back & (rng.random(n) < 0.4)
    nurture = undecided & ~back & (rng.random(n) < 0.7)

    base = np.where(tried, answered, clock)
    within_days, after_weeks = rng.integers(DAY // 2, 9 * DAY, n), rng.integers(15 * DAY, 25 * DAY, n)
    disposed = base + np.where(back, within_days, after_weeks)
    closed = last["closed"].fillna(NEVER).to_numpy(dtype=np.int64)
    disposed = np.where(closed != NEVER, closed, disposed)
    word = np.select(
        [back, outcome == "won", outcome == "lost", recycled, gave_up, nurture],
        ["SENT_BACK", "ACCEPTED", "LOST", "RECYCLED", "LOST", "NURTURE"],
        "",
    )
    told = (word != "") & (disposed <= EXPORTED) & (rng.random(n) < np.where(back, 1.0, 0.93))
    word = np.where(told, word, "")
    why = np.where(outside, "Outside our catchment", pick(rng, _SENT_BACK, n))
    why = np.where(word == "SENT_BACK", why, "")
    why = np.where(word == "LOST", np.where(outcome == "lost", reason, "No answer"), why)
    accepted = (assigned != NEVER) & ~back & (rng.random(n) < 0.94)
    accepted_at = np.where(tried, np.minimum(assigned + 20, answered), assigned + 20)
    due = np.where(word == "RECYCLED", disposed // DAY + 45, NEVER)
    status = np.select([outcome == "won", word == "SENT_BACK", ~tried, leads["reached"].to_numpy() != NEVER],
                       ["CUSTOMER", "UNQUALIFIED", "NEW", "CONNECTED"], "ATTEMPTED_TO_CONTACT")  # fmt: skip
    return {
        "Became a Sales Qualified Lead Date": utc(np.where(accepted, accepted_at, NEVER)),
        "Lead Status": status,
        "Disposition": word, "Disposition Reason": why,
        "Disposition Date": utc(np.where(told, disposed, NEVER)),
        "Sent Back Date": utc(np.where(word == "SENT_BACK", disposed, NEVER)),
        "Recycle Due Date": np.where(due == NEVER, "", np.datetime_as_string(due.view("datetime64[D]"))),
    }  # fmt: skip


def deal_rows(leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return deals.csv: one row per deal, with the contact it belongs to, if there is one."""
    ids = np.append(contact_ids(leads), "")
    edited = np.where(deals["closed"] == NEVER, deals["opened"], deals["closed"])
    return pd.DataFrame({
        "Deal ID": deal_ids(deals),
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


def membership_rows(
    world: World, members: pd.DataFrame, leads: pd.DataFrame, deals: pd.DataFrame
) -> pd.DataFrame:
    """Return memberships.csv of the club-management system: decimal comma, day first."""
    person = people(world, leads)
    deal = members["deal"].to_numpy()
    lead = np.where(deal >= 0, deals["lead"].to_numpy()[deal], -1)
    some = np.arange(len(members)) * 31 % len(leads)
    who = np.where(lead >= 0, lead, some)
    numbers = pd.Series(member_numbers(members), index=members.index)
    return pd.DataFrame({
        "Member No": numbers.to_numpy(),
        "Name": np.char.add(np.char.add(person["Last Name"][who], ", "), person["First Name"][who]),
        "E-mail": person["Email"][who],
        "CRM Deal": np.where(deal >= 0, deal_ids(deals)[deal], ""),
        "Club": members["club"], "Tariff": members["product"],
        "Monthly fee": [f"{fee},00" for fee in members["fee"]],
        "Start": day_first(members["start"].to_numpy()), "End": day_first(members["end"].to_numpy()),
        "Reason for leaving": members["reason"],
        "Continues contract": numbers.reindex(members["before"]).fillna("").to_numpy(),
    })  # fmt: skip


def payment_rows(payments: pd.DataFrame, members: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return payments.csv of the club-management system: what the memberships signed in the CRM paid."""
    numbers = pd.Series(member_numbers(members), index=members.index)
    return pd.DataFrame({
        "Member No": numbers[payments["member"]].to_numpy(),
        "CRM Deal": deal_ids(deals)[members["deal"][payments["member"]].to_numpy()],
        "Paid": day_first(payments["day"].to_numpy()),
        "Amount": [f"{amount},00" for amount in payments["amount"]],
    })  # fmt: skip


def owner_rows(world: World) -> pd.DataFrame:
    """Return owners.csv: who worked at which club, from when to when."""
    rows = [(name, "sales", club, "2024-01-08", "") for club, names in PEOPLE.items() for name in names]
    if "owner-left" in world.plants:
        month, day = PLANTS["owner-left"].months[0], PLANTS["owner-left"].size["last_day"]
        rows = [(*row[:4], f"{month}-{day:02.0f}") if row[0] == LEAVER else row for row in rows]
        rows.append((FOLLOWER, "sales", "Lakeside", str(BACK_ON_TRACK), ""))
    return pd.DataFrame(rows, columns=["Owner", "Team", "Club", "From", "To"])


def deal_ids(deals: pd.DataFrame) -> np.ndarray:
    """Return the deal id of each deal."""
    return (9_300_000_000 + 11 * np.arange(len(deals))).astype(str)


def member_numbers(members: pd.DataFrame) -> np.ndarray:
    """Return the member number of each membership; numbers begin with a zero, as such systems like it."""
    return np.char.add("0", (310_000 + np.arange(len(members))).astype(str))


def day_first(days: np.ndarray) -> np.ndarray:
    """Return days since 1970 as "31.10.2026"; NEVER becomes an empty cell."""
    text = np.datetime_as_string(np.asarray(days).view("datetime64[D]"), unit="D")
    known, place = np.unique(text, return_inverse=True)
    return np.asarray(["" if one == "NaT" else f"{one[8:]}.{one[5:7]}.{one[:4]}" for one in known])[place]


def write(table: pd.DataFrame, path: Path, encoding: str = "utf-8", delimiter: str = ",") -> None:
    """Write a table as its system would: one header line, line feed, quotes only where needed."""
    table.to_csv(path, index=False, encoding=encoding, sep=delimiter, lineterminator="\n")
