"""The files of Alder Systems as its CRM exports them: Salesforce's headings, ids of 18 and of 15 characters, UTC."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..exports import utc
from ..names import FIRST_NAMES, LAST_NAMES
from ..world import DAY, EXPORTED, LAST, NEVER, Minutes, Texts, World, days_between
from .pipeline import COST_PER_LEAD, FIRST, SOURCES

OWNERS = {"East": ("Nora Whitfield", "Ola Brandt"), "Central": ("Pia Sandoval",), "West": ("Reed Tanaka",)}
_STAGES = {"won": "Closed Won", "lost": "Closed Lost", "open": "Proposal"}
_TYPES = {"new": "New Business", "expansion": "Existing Business", "renewal": "Renewal"}
_ROLES_KEPT = 0.88  # of the deals; for the others the account says whose they are


def crm_files(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return every export by file name."""
    links = contact_roles(world, leads, deals)
    return {
        "leads.csv": lead_rows(leads, deals, links),
        "opportunities.csv": deal_rows(deals),
        "opportunity_contact_roles.csv": links.drop(columns=["lead", "deal"]),
        "tasks.csv": task_rows(world, leads),
        "campaign_members.csv": touch_rows(world, leads),
        "campaign_costs.csv": cost_rows(world),
        "contracts.csv": contract_rows(deals),
    }


def ids(prefix: str, n: int, at: np.ndarray | None = None) -> Texts:
    """Return ids of 18 characters, as the API exports them; the last three say which letters are capitals."""
    at = np.arange(n) if at is None else at
    capitals = sum(1 << k for k, letter in enumerate(prefix) if letter.isupper())
    sign = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[capitals]
    return np.array([f"{prefix}5f0000{17 * i + 100_000:06d}{sign}AA" for i in at])


def stamp(minutes: Minutes) -> Texts:
    """Return local minutes as the API writes them: "2026-10-31T17:05:00.000Z", in UTC; never is an empty cell."""
    text = utc(minutes)
    return np.where(text == "", "", np.char.add(np.char.replace(text, " ", "T"), ":00.000Z"))


def contact_roles(world: World, leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return which contacts belong to which new deal: those of the account that had come by then."""
    rng = world.rng("contact roles")
    new = deals[(deals["type"] == "new") & (deals["account"] >= 0)].rename_axis("deal").reset_index()
    known = leads.rename_axis("lead").reset_index()[["lead", "account", "created", "first"]]
    links = new[["deal", "account", "opened"]].merge(known, on="account")
    links = links[links["created"] <= links["opened"]]
    kept = rng.random(len(deals)) < _ROLES_KEPT
    links = links[kept[links["deal"]]].sort_values(["deal", "lead"], ignore_index=True)
    lead = links["lead"].to_numpy()
    return pd.DataFrame({
        "Opportunity ID": ids("006", 0, links["deal"].to_numpy()), "Contact ID": ids("003", 0, lead),
        "Role": np.where(links["first"], "Evaluator", "Decision Maker"),
        "deal": links["deal"], "lead": lead,
    })  # fmt: skip


def lead_rows(leads: pd.DataFrame, deals: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return leads.csv: one row per contact that showed an interest; a converted one has a contact of its own."""
    n = len(leads)
    row = np.arange(n)
    person = np.char.add(
        np.char.lower(np.asarray(FIRST_NAMES)[row * 7919 % len(FIRST_NAMES)]), row.astype(str)
    )
    converted = np.isin(row, links["lead"])
    # What sales wrote down: the last deal of the account closes the lead, else it was given up after three months.
    by_account = deals[deals["type"] == "new"].drop_duplicates("account").set_index("account")["outcome"]
    outcome = leads["account"].map(by_account).fillna("").to_numpy(dtype=str)
    old = leads["created"].to_numpy() + 95 * DAY
    nurture = (outcome == "") & (old <= EXPORTED)
    return pd.DataFrame({
        "Id": ids("00Q", n),
        "FirstName": np.asarray(FIRST_NAMES)[row * 7919 % len(FIRST_NAMES)],
        "LastName": np.asarray(LAST_NAMES)[row * 104729 % len(LAST_NAMES)],
        "Email": np.char.add(person, "@example.com"),
        "AccountId": ids("001", 0, leads["account"].to_numpy()),
        "CreatedDate": stamp(leads["created"].to_numpy()),
        "LeadSource": np.where(row % 41 == 7, "", leads["source"]),
        "Arrival__c": leads["arrival"], "Request__c": leads["asks"],
        "Region__c": leads["region"], "EmployeeBand__c": leads["size"], "Score__c": leads["score"].astype(int),
        "OwnerName": _owner(leads),
        "HandedOverDate__c": stamp(leads["handed"].to_numpy()),
        "AssignedDate__c": stamp(leads["assigned"].to_numpy()),
        "ConvertedContactId": np.where(converted, ids("003", n), ""),
        "Disposition__c": np.where(nurture, "Nurture", ""),
        "DispositionDate__c": stamp(np.where(nurture, old, NEVER)),
    })  # fmt: skip


def _owner(leads: pd.DataFrame) -> Texts:
    account = leads["account"].to_numpy()
    return np.array(
        [OWNERS[place][at % len(OWNERS[place])] for place, at in zip(leads["region"], account, strict=True)]
    )


def deal_rows(deals: pd.DataFrame) -> pd.DataFrame:
    """Return opportunities.csv: a report, so its ids have 15 characters, which the mapping turns into 18."""
    short = np.array([one[:15] for one in ids("006", len(deals))])
    account = np.array([one[:15] for one in ids("001", 0, deals["account"].clip(lower=0).to_numpy())])
    return pd.DataFrame({
        "Opportunity ID": short,
        "Account ID": np.where(deals["account"] < 0, "", account),
        "Created Date": stamp(deals["opened"].to_numpy()), "Close Date": stamp(deals["closed"].to_numpy()),
        "Stage": deals["outcome"].map(_STAGES), "Type": deals["type"].map(_TYPES),
        "Amount": [f"{amount:.2f}" for amount in deals["amount"]], "Amount Currency": "USD",
        "Loss Reason": deals["reason"], "Territory": deals["region"],
    })  # fmt: skip


def task_rows(world: World, leads: pd.DataFrame) -> pd.DataFrame:
    """Return tasks.csv: the attempts of sales, and the conversation that an attempt led to."""
    rng = world.rng("tasks")
    count = leads["attempts"].to_numpy()
    lead = np.repeat(np.arange(len(leads)), count)
    nth = np.arange(len(lead)) - np.repeat(np.cumsum(count) - count, count)
    answered = leads["answered"].to_numpy()[lead]
    at = answered + nth * 2 * DAY
    last = (nth == count[lead] - 1) & (leads["reached"].to_numpy()[lead] != NEVER)
    at = np.where(last, leads["reached"].to_numpy()[lead], at)
    tasks = pd.DataFrame({
        "WhoId": ids("00Q", len(leads))[lead], "ActivityDate": at,
        "Type": rng.choice(["Call", "Email"], len(lead), p=[0.45, 0.55]),
        "Connected__c": np.where(last, "true", "false"),
    })  # fmt: skip
    tasks = tasks[tasks["ActivityDate"] <= EXPORTED].sort_values("ActivityDate", kind="stable")
    tasks.insert(0, "Id", ids("00T", len(tasks)))
    return tasks.assign(ActivityDate=stamp(tasks["ActivityDate"].to_numpy()))


def touch_rows(world: World, leads: pd.DataFrame) -> pd.DataFrame:
    """Return campaign_members.csv: what contacts answered to before sales heard of them."""
    rng = world.rng("touches")
    count = rng.poisson(np.where(leads["team"] == "marketing", 2.2, 0.6))
    lead = np.repeat(np.arange(len(leads)), count)
    at = leads["created"].to_numpy()[lead] - (rng.exponential(12.0, len(lead)) * DAY).astype(np.int64) - 5
    touches = pd.DataFrame({
        "LeadId": ids("00Q", len(leads))[lead], "FirstRespondedDate": at,
        "CampaignType": rng.choice(["Webinar", "White paper", "Newsletter", "Event"], len(lead)),
    }).sort_values("FirstRespondedDate", kind="stable", ignore_index=True)  # fmt: skip
    return touches.assign(FirstRespondedDate=stamp(touches["FirstRespondedDate"].to_numpy()))


def cost_rows(world: World) -> pd.DataFrame:
    """Return campaign_costs.csv: what each source of marketing cost in a month; it follows the plan, not what came."""
    rng = world.rng("costs")
    months = np.unique(days_between(FIRST, LAST).astype("datetime64[M]"))
    rows = []
    for source, (team, a_month, _, _) in SOURCES.items():
        if team == "marketing":
            cheap = (
                world.size("webinars", "cost_per_lead", COST_PER_LEAD)
                if source == "Webinars"
                else COST_PER_LEAD
            )
            for month in months:
                rows.append((f"{month}-01", source, f"{a_month * cheap * rng.normal(1, 0.08):.2f}"))
    table = pd.DataFrame(rows, columns=["Date", "Lead Source", "Actual Cost"])
    return table.sort_values(["Date", "Lead Source"], ignore_index=True)


def contract_rows(deals: pd.DataFrame) -> pd.DataFrame:
    """Return contracts.csv: one row per client, from the first signature to the end of what was not renewed."""
    won = deals[(deals["outcome"] == "won") & (deals["type"] == "new")]
    lost = deals[(deals["outcome"] == "lost") & (deals["type"] == "renewal")]
    ended = won["client"].map(lost.set_index("client")["closed"]).fillna(NEVER).to_numpy(dtype=np.int64)
    days = np.where(ended == NEVER, NEVER, ended // DAY)
    text = np.datetime_as_string(days.view("datetime64[D]"))
    started = np.datetime_as_string((won["closed"].to_numpy() // DAY).view("datetime64[D]"))
    return pd.DataFrame({
        "ContractId": ids("800", 0, won["client"].to_numpy()), "OpportunityId": ids("006", 0, won.index.to_numpy()),
        "Territory": won["region"], "StartDate": started, "EndDate": np.where(text == "NaT", "", text),
    })  # fmt: skip
