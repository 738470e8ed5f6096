"""Deals that name an account and no lead: whose they are."""

from __future__ import annotations

import pytest
from small_company import Place

from alignment_lib.sources.findings import Exports

LEADS = {"file": "leads.csv", "tables": {"leads": {
    "lead_id": "id", "created_at": "day", "source": "source", "account_key": "account",
}}}  # fmt: skip
DEALS = {"file": "deals.csv", "tables": {"deals": {
    "deal_id": "deal", "lead_id": "lead", "account_key": "account", "opened_at": "opened", "closed_at": "closed",
    "outcome": "outcome", "type": "type",
}}}  # fmt: skip
TWO = ["A,2026-01-01,Web,acme", "B,2026-02-01,Web,acme"]


def load(place: Place, leads: list[str], deals: list[str], *more: dict) -> Exports:
    place.map(LEADS, DEALS, *more)
    place.write("leads.csv", "\n".join(["id,day,source,account", *leads]))
    place.write("deals.csv", "\n".join(["deal,lead,account,opened,closed,outcome,type", *deals]))
    return place.load()


def links(place: Place, exports: Exports) -> list[str]:
    found = place.rows("deal_leads", "deal_id || lead_id", exports) if "deal_leads" in exports.tables else []
    return [link for (link,) in found]


@pytest.mark.parametrize(("deals", "expected"), [
    (["1,,acme,2026-03-01,,open,new"], ["1A", "1B"]),
    (["1,,acme,2026-01-15,,open,"], ["1A"]),                       # B came after the deal was opened
    (["1,,acme,2025-12-31,,open,new"], []),
    (["1,,other,2026-03-01,,open,new"], []),
    (["1,B,acme,2026-03-01,,open,new"], []),                       # its own lead goes first
    (["1,gone,acme,2026-03-01,,open,new"], ["1A", "1B"]),          # a lead that is in no export is none
    (["1,,acme,2026-03-01,,open,renewal"], []),
    (["1,,acme,2026-01-15,2026-02-15,lost,new", "2,,acme,2026-03-01,,open,new"], ["1A", "2B"]),
    (["1,A,acme,2026-01-15,2026-02-15,won,new", "2,,acme,2026-03-01,,open,new"], ["2B"]),
    (["1,,acme,2026-01-15,2026-03-15,lost,new", "2,,acme,2026-03-01,,open,new"], ["1A", "2A", "2B"]),
])  # fmt: skip
def test_a_new_deal_belongs_to_the_leads_of_its_account_that_were_open_when_it_began(place, deals, expected):
    assert links(place, load(place, TWO, deals)) == expected


def test_leads_that_belong_to_a_deal_by_name_go_before_those_of_its_account(place):
    named = {"file": "links.csv", "tables": {"deal_leads": {"deal_id": "deal", "lead_id": "lead"}}}
    place.write("links.csv", "deal,lead\n1,B\n")
    deals = ["1,,acme,2026-03-01,,open,new", "2,,acme,2026-03-01,,open,new"]
    assert links(place, load(place, TWO, deals, named)) == ["1B", "2A", "2B"]


def test_an_accounts_won_deal_decides_its_leads(place):
    """The same person comes again two weeks after the account's deal was won: a new journey."""
    person = {**LEADS, "tables": {"leads": {**LEADS["tables"]["leads"], "person_key": "source"}}}
    for closed, kept in (("2026-01-20", ["A", "B"]), ("", ["A"])):
        load(place, [], [])
        place.map(person, DEALS)
        place.write(
            "leads.csv", "id,day,source,account\nA,2026-01-01,a@b.co,acme\nB,2026-02-01,a@b.co,acme\n"
        )
        outcome = "won" if closed else "open"
        place.write(
            "deals.csv",
            f"deal,lead,account,opened,closed,outcome,type\n1,,acme,2026-01-10,{closed},{outcome},\n",
        )
        assert [lead for (lead,) in place.rows("leads", "lead_id")] == kept


def test_deals_linked_by_account_stand_beside_the_rows_of_files(place):
    exports = load(place, TWO, ["1,,acme,2026-03-01,,open,new"])
    assert {file.table for file in exports.files} == {"leads", "deals"}
    assert exports.columns["deal_leads"] == frozenset({"deal_id", "lead_id"})
