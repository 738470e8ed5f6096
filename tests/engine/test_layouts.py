"""The same sales in the layouts of two CRMs give the same numbers: columns of the row against histories and ids."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
import yaml

from alignment_lib.engine import DuckDB
from alignment_lib.month import month_of
from alignment_lib.period import Month
from alignment_lib.sources import load_exports
from alignment_lib.tallies import TALLIES

# number, created, e-mail, handed over, first visit
LEADS = [
    (1, "2026-09-28 10:00", "a@b.co", "2026-09-28 11:00", "2026-10-01 18:00"),  # won
    (2, "2026-10-05 10:00", "b@b.co", "2026-10-05 10:30", ""),                  # lost
    (3, "2026-10-06 10:00", "c@b.co", "2026-10-06 12:00", "2026-10-08 18:00"),  # offered
    (4, "2026-10-07 10:00", "d@b.co", "", ""),                                  # nobody called
    (5, "2026-10-04 09:00", "e@b.co", "", ""),                                  # merged into 6, into 7
    (6, "2026-10-08 10:00", "f@b.co", "", ""),
    (7, "2026-10-09 10:00", "g@b.co", "2026-10-09 12:00", "2026-10-12 18:00"),  # won, its deal opened on 5
]  # fmt: skip
MERGED = {5: 6, 6: 7}
# number, lead, opened, closed, outcome, amount
DEALS = [
    (1, 1, "2026-10-01 19:00", "2026-10-03 12:00", "Won", 540),
    (2, 2, "2026-10-06 10:00", "2026-10-20 12:00", "Lost", 300),
    (3, 3, "2026-10-08 19:00", "", "Offer", 400), (7, 5, "2026-10-12 19:00", "2026-10-15 12:00", "Won", 600),
]  # fmt: skip
CALLS = [(1, "2026-09-28 11:20"), (2, "2026-10-05 11:00"), (3, "2026-10-06 12:10"), (5, "2026-10-04 10:00"),
         (7, "2026-10-13 10:00")]  # fmt: skip
OUTCOME = {"column": "Stage", "values": {"Won": "won", "Lost": "lost", "Offer": "open"}}
CALL = {"kind": {"constant": "call"}, "direction": {"constant": "outgoing"}}
USUAL = {
    "source": {"constant": "Paid search"},
    "arrival": {"constant": "web form"},
    "location": {"constant": "Northgate"},
}

Tables = dict[str, tuple[list, dict]]


def salesforce_id(prefix: str, number: int) -> str:
    """Return an id of 18 characters, made as Salesforce documents it."""
    short = f"{prefix}aB{number:010}"
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    parts = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(signs[sum(char.isupper() << n for n, char in enumerate(part))] for part in parts)


def hubspot(last_list: str) -> Tables:
    """One row per contact and deal, every date a column; a survivor lists whom it took in."""
    taken = {6: "5", 7: last_list}
    contacts = [
        {"Id": n, "Created": created, "Email": mail, "MQL": mql, "Visit": visit, "Merged": taken.get(n, "")}
        for n, created, mail, mql, visit in LEADS
    ]
    deals = [
        dict(zip(("Id", "Contact", "Opened", "Closed", "Stage", "Amount"), deal, strict=True))
        for deal in DEALS
    ]
    return {
        "contacts": (contacts, {"leads": {
            "lead_id": "Id", "created_at": "Created", "person_key": {"columns": ["Email"]}, "handed_over_at": "MQL",
            "visited_at": "Visit", "other_ids": "Merged", **USUAL}}),
        "deals": (deals, {"deals": {"deal_id": "Id", "lead_id": "Contact", "opened_at": "Opened", "closed_at": "Closed",
                                    "outcome": OUTCOME, "amount": "Amount"}}),
        "calls": ([{"Contact": lead, "At": at} for lead, at in CALLS],
                  {"activities": {"lead_id": "Contact", "occurred_at": "At", **CALL}}),
    }  # fmt: skip


def salesforce() -> Tables:
    """Ids of two lengths, a master on merged rows that are deleted, dates in histories, calls on the contact."""
    lead, contact, deal = (lambda n, p=prefix: salesforce_id(p, n) for prefix in ("00Q", "003", "006"))
    opened_on = {of: number for number, of, *_ in DEALS}
    leads = [
        {"Id": lead(n), "Created": created, "Email": mail, "Master": lead(MERGED[n]) if n in MERGED else "",
         "Deleted": str(n in MERGED).upper(), "Contact": contact(n) if n in opened_on else "",
         "Deal": deal(opened_on[n]) if n in opened_on else ""}
        for n, created, mail, *_ in LEADS
    ] + [{"Id": lead(99), "Created": "2026-10-02 10:00", "Email": "z@b.co", "Deleted": "TRUE"}]  # fmt: skip
    steps = [
        {"Lead": lead(n)[:15], "New": new, "At": at}
        for n, created, _, mql, visit in LEADS
        for new, at in (
            ("Open", created),
            ("Working", mql),
            ("Working", mql and "2026-10-30"),
            ("Tour", visit),
        )
        if at
    ]
    deals = [
        {"Id": deal(n), "Opened": opened, "Stage": stage, "Amount": amount}
        for n, _, opened, _, stage, amount in DEALS
    ]
    stages = [
        {"Deal": deal(n)[:15], "Stage": new, "At": at}
        for n, _, opened, closed, stage, _ in DEALS
        for new, at in (("Offer", opened), ("Offer", opened), (stage, closed))
        if at
    ]
    calls = [{"Who": contact(n)[:15] if n in opened_on else lead(n)[:15], "At": at} for n, at in CALLS]
    own = {"kind": "salesforce_id"}
    return {
        "leads": (leads, {"leads": {
            "lead_id": {"column": "Id", **own}, "created_at": "Created", "person_key": {"columns": ["Email"]},
            "merged_into": {"column": "Master", **own}, "is_deleted": "Deleted",
            "other_ids": {"columns": ["Contact", "Deal"], **own}, **USUAL}}),
        "lead_history": (steps[::-1], {"stage_history": {
            "lead_id": {"column": "Lead", **own}, "entered_at": "At",
            "stage": {"column": "New", "values": {"Open": "lead", "Working": "handed over", "Tour": "visited"}}}}),
        "opportunities": (deals, {"deals": {
            "deal_id": {"column": "Id", **own}, "lead_id": {"column": "Id", **own}, "opened_at": "Opened",
            "outcome": OUTCOME, "amount": "Amount"}}),
        "opportunity_history": (stages[::-1], {"stage_history": {
            "deal_id": {"column": "Deal", **own}, "entered_at": "At",
            "stage": {"column": "Stage", "values": {"Won": "joined", "Lost": "lost"}}}}),
        "tasks": (calls, {"activities": {"lead_id": {"column": "Who", **own}, "occurred_at": "At", **CALL}}),
    }  # fmt: skip


@pytest.fixture
def counted(riverside, tmp_path):
    """Write exports and their mappings, read them as any company's, and count October."""

    def count(tables: Tables, place: str):
        root = tmp_path / place
        (root / "params" / "sources").mkdir(parents=True)
        (root / "exports").mkdir()
        for name, (rows, mapping) in tables.items():
            pd.DataFrame(rows).to_csv(root / "exports" / f"{name}.csv", index=False)
            dates = {"formats": ["%Y-%m-%d %H:%M", "%Y-%m-%d"], "zone": "local"}
            personal = ["Email"] if "Email" in rows[0] else []
            (root / "params" / "sources" / f"{name}.yml").write_text(yaml.safe_dump(
                {"file": f"{name}.csv", "dates": dates, "personal": personal, "tables": mapping}))  # fmt: skip
        settings = riverside.settings.model_copy(update={"exports": "../exports", "sample": None})
        company = dataclasses.replace(riverside, folder=root / "params", settings=settings)
        return month_of(
            company, Month.parse("2026-10"), DuckDB(threads=1), load_exports(company, root / "cache")
        )

    return count


@pytest.mark.slow
def test_the_same_deals_as_columns_and_as_histories_give_the_same_numbers(counted):
    theirs = counted(salesforce(), "salesforce")
    for last_list in ("6", "5;6"):  # chained merges are listed by some portals in full, by others not
        ours = counted(hubspot(last_list), f"hubspot{len(last_list)}")
        for name in TALLIES:
            pd.testing.assert_frame_equal(theirs.tallies[name], ours.tallies[name], obj=name)
    leads = ours.journeys.frame()
    assert len(leads) == 5
    assert leads["outcome"].value_counts().to_dict() == {"won": 2, "open": 2, "lost": 1}
    assert leads["visited_on"].notna().sum() == 3
    assert ours.tallies.revenue["revenue"].sum() == 1140.0
    first = ours.tallies.daily.query("leads > 0")["day"].dt.strftime("%m-%d").tolist()
    assert first == ["09-28", "10-04", "10-05", "10-06", "10-07"], "7 keeps the creation of 5"


def rows(*leads: str, mail: bool = True) -> list[dict[str, str]]:
    return [dict(zip(("Id", "Created", "Email", "Account"), lead.split(","), strict=True)) for lead in leads]


ROW = {
    "lead_id": "Id",
    "created_at": "Created",
    "person_key": {"columns": ["Email"]},
    "account_key": "Account",
    **USUAL,
}
DEAL = {"deal_id": "Id", "account_key": "Account", "opened_at": "Opened", "closed_at": "Closed", "outcome": OUTCOME,
        "amount": "Amount"}  # fmt: skip


def test_an_accounts_deal_counts_once_and_is_credited_to_its_first_open_lead(counted):
    leads = rows(
        "A,2026-09-30,a@b.co,acme",
        "B,2026-10-01,b@b.co,acme",
        "C,2026-10-09,c@b.co,acme",
        "X,2026-10-02,x@b.co,",
    )
    deals = [
        {
            "Id": "1",
            "Account": "acme",
            "Opened": "2026-10-05",
            "Closed": "2026-10-08",
            "Stage": "Won",
            "Amount": 500,
        },
        {
            "Id": "2",
            "Account": "nobody",
            "Opened": "2026-10-05",
            "Closed": "2026-10-08",
            "Stage": "Won",
            "Amount": 70,
        },
    ]
    data = counted({"leads": (leads, {"leads": ROW}), "deals": (deals, {"deals": DEAL})}, "accounts")
    found = data.journeys.frame(columns=["lead_id", "outcome", "revenue"]).to_numpy().tolist()
    assert found == [["A", "won", 500.0], ["B", "won", 0.0], ["C", "open", 0.0], ["X", "open", 0.0]]
    by_team = data.tallies.revenue.groupby("team")[["deals", "revenue"]].sum().to_dict("index")
    assert by_team == {"marketing": {"deals": 1, "revenue": 500.0}, "no lead": {"deals": 1, "revenue": 70.0}}


def test_a_return_in_the_history_is_a_journey_of_the_same_person_and_all_sums_hold(counted):
    history = [{"Lead": "A", "Stage": "lead", "At": "2026-10-20"}]
    deals = [
        {
            "Id": "1",
            "Lead": "A",
            "Opened": "2026-09-02",
            "Closed": "2026-09-20",
            "Stage": "Won",
            "Amount": 500,
        }
    ]
    data = counted({
        "leads": (rows("A,2026-09-01,a@b.co,", "B,2026-10-01,b@b.co,"), {"leads": ROW}),
        "deals": (deals, {"deals": {**DEAL, "account_key": {"constant": "none"}, "lead_id": "Lead"}}),
        "history": (history, {"stage_history": {"lead_id": "Lead", "stage": "Stage", "entered_at": "At"}}),
    }, "returns")  # fmt: skip
    journeys = (
        data.journeys.frame(columns=["lead_id", "month_text", "outcome", "revenue"]).to_numpy().tolist()
    )
    assert journeys == [
        ["A", "2026-09", "won", 500.0],
        ["A#2", "2026-10", "open", 0.0],
        ["B", "2026-10", "open", 0.0],
    ]
    people = data.tallies.people.set_index("month")[["leads", "people", "returning"]].to_dict("index")
    assert people["2026-10"] == {"leads": 2, "people": 2, "returning": 1}
