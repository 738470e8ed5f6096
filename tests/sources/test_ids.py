"""Ids as CRMs export them: Salesforce's two lengths, merged and deleted rows, and ids that mean one lead."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import Place

from alignment_lib.sources.salesforce import add_salesforce_ids

SALESFORCE = "salesforce_id"
CALLS = {"lead_id": "lead", "occurred_at": "day", "kind": {"constant": "call"}}
LEADS = {"lead_id": "id", "created_at": "day", "source": "source"}
# As Salesforce documents them: 15 characters, and the same id in 18.
PAIRS = (("0011G00000tLWKn", "0011G00000tLWKnQAO"), ("00Q1G00000nDnM5", "00Q1G00000nDnM5UAK"),
         ("006q000000Hddoh", "006q000000HddohAAB"))  # fmt: skip


def put(
    place: Place, leads: str, calls: str, lead_columns: dict | None = None, calls_columns: dict | None = None
) -> None:
    place.map({"file": "leads.csv", "tables": {"leads": {**LEADS, **(lead_columns or {})}}},
              {"file": "calls.csv", "tables": {"activities": {**CALLS, **(calls_columns or {})}}})  # fmt: skip
    place.write("leads.csv", leads)
    place.write("calls.csv", calls)


def macro(name: str, *values: str) -> list:
    with duckdb.connect() as con:
        add_salesforce_ids(con)
        return [con.execute(f"SELECT {name}(?)", [value]).fetchone()[0] for value in values]  # type: ignore[index]


# -- Salesforce --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("short", "full"), PAIRS)
def test_fifteen_characters_become_the_same_eighteen(short, full):
    assert macro(SALESFORCE, short, full, short + full[15:].lower()) == [full, full, full]
    assert macro("salesforce_odd", short, full) == [False, False]


@settings(max_examples=30, deadline=None)
@given(st.text("aAbBzZ09", min_size=15, max_size=15))
def test_ids_that_differ_in_capitals_only_stay_apart_in_any_case(short):
    full, swapped = macro(SALESFORCE, short, short.swapcase())
    assert (full.lower() == swapped.lower()) == (short == short.swapcase())


def test_a_report_with_short_ids_joins_an_export_with_full_ones(place):
    short, full = PAIRS[1]
    put(place, f"id,day,source\n{short},2026-01-01,Web\n", f"lead,day\n{full},2026-01-02\n",
        {"lead_id": {"column": "id", "kind": SALESFORCE}},
        {"lead_id": {"column": "lead", "kind": SALESFORCE}})  # fmt: skip
    assert place.rows("leads", "lead_id") == place.rows("activities", "lead_id") == [(full,)]
    assert place.load().findings == ()


@pytest.mark.parametrize("odd", ["00q1g00000ndnm5uak", "00Q1G00000nDnM5UAX", "4711"])
def test_an_id_that_does_not_fit_its_sign_is_kept_and_told(place, odd):
    put(place, f"id,day,source\n{odd},2026-01-01,Web\n", "lead,day\n",
        {"lead_id": {"column": "id", "kind": SALESFORCE}})  # fmt: skip
    assert place.rows("leads", "lead_id") == [(odd,)]
    found = [finding for finding in place.load().findings if finding.rule == "salesforce-id"]
    assert [(finding.severity, finding.column, finding.rows) for finding in found] == [("warn", "id", (2,))]


def test_ids_of_two_lengths_that_are_not_declared_are_told(place):
    for short, full in (PAIRS[1], PAIRS[1][::-1]):
        put(place, f"id,day,source\n{short},2026-01-01,Web\n", f"lead,day\n{full},2026-01-02\n")
        assert ["kind: salesforce_id" in finding.text for finding in place.load().findings] == [True]
    put(place, "id,day,source\n1,2026-01-01,Web\n", f"lead,day\n{full},2026-01-02\n")
    assert ["kind: salesforce_id" in finding.text for finding in place.load().findings] == [False]


# -- merged and deleted rows -------------------------------------------------------------------------------------


def merged(place: Place, column: str, leads: str) -> list[list[tuple]]:
    put(place, leads, "lead,day\n1,2026-09-01\n2,2026-09-09\n3,2026-09-10\n", {column: "ids"})
    tables = [
        place.rows("leads", "lead_id, created_on, source"),
        place.rows("activities", "lead_id, occurred_on"),
    ]
    aside = next(file.set_aside for file in place.load().files if file.table == "leads")
    return [*tables, [tuple(aside.items())]]


def test_a_survivor_that_lists_whom_it_took_in_gives_the_same_as_rows_that_name_their_survivor(place):
    """1 went into 2, 2 went into 3: one layout says it on 1 and 2, the other on 2 and 3."""
    days = ("1,2026-09-01,Web", "2,2026-09-05,Web", "3,2026-09-09,Fair")
    by_row = merged(
        place, "merged_into", "\n".join(["id,day,source,ids", f"{days[0]},2", f"{days[1]},3", f"{days[2]},"])
    )
    for last in ("2", "1;2", "2; 1"):
        by_list = merged(place, "other_ids", "\n".join(["id,day,source,ids", f"{days[0]},", f"{days[1]},1",
                                                        f"{days[2]},{last}"]))  # fmt: skip
        assert by_list == by_row
    assert by_row[0] == [("3", date(2026, 9, 1), "Fair")]
    assert {lead for lead, _ in by_row[1]} == {"3"}


def test_ids_of_rows_that_are_no_longer_exported_still_lead_to_the_survivor(place):
    found = merged(place, "other_ids", "id,day,source,ids\n3,2026-09-09,Fair,1;2\n")
    assert {lead for lead, _ in found[1]} == {"3"}
    assert place.load().findings == ()


def test_a_row_that_two_others_took_in_stays_as_it_is(place):
    found = merged(
        place, "other_ids", "id,day,source,ids\n1,2026-09-01,Web,\n2,2026-09-02,Web,1\n3,2026-09-09,Fair,1\n"
    )
    assert [lead for lead, *_ in found[0]] == ["1", "2", "3"]
    assert [f.count for f in place.load().findings if f.column == "merged_into"] == [1]


def test_deleted_rows_are_set_aside_but_merged_ones_hand_over_what_was_done(place):
    put(place, "id,day,source,into,deleted\n1,2026-09-01,Web,2,TRUE\n2,2026-09-05,Web,,false\n3,2026-09-09,Web,,1\n",
        "lead,day\n1,2026-09-02\n", {"merged_into": "into", "is_deleted": "deleted"})  # fmt: skip
    assert place.rows("leads", "lead_id, created_on") == [("2", date(2026, 9, 1))]
    assert place.rows("activities", "lead_id") == [("2",)]
    aside = next(file.set_aside for file in place.load().files if file.table == "leads")
    assert aside == {"merged into another lead": 1, "deleted in the CRM": 1}


def test_deleted_rows_of_other_tables_are_left_out_by_only(place):
    put(place, "id,day,source\n1,2026-09-01,Web\n",
        "lead,day,deleted\n1,2026-09-02,FALSE\n1,2026-09-03,true\n1,2026-09-04,0\n",
        calls_columns={"only": {"column": "deleted", "is_one_of": [False, "0"]}})  # fmt: skip
    assert place.rows("activities", "occurred_on") == [(date(2026, 9, 2),), (date(2026, 9, 4),)]
    assert [file.set_aside for file in place.load().files if file.table == "activities"] == [
        {"not for this table": 1}
    ]


# -- what points at the contact or the opportunity after conversion ----------------------------------------------


CONVERTED = {"other_ids": {"columns": ["contact", "deal"]}}
WHO_OR_WHAT = {"lead_id": {"columns": ["who", "what"]}}


def test_activities_and_deals_find_the_lead_by_what_it_was_converted_to(place):
    put(place, "id,day,source,contact,deal\nL,2026-09-01,Web,C,D\nM,2026-09-01,Web,,\n",
        "who,what,day\nL,,2026-09-02\nC,D,2026-09-03\n,D,2026-09-04\nX,,2026-09-05\n",
        CONVERTED, WHO_OR_WHAT)  # fmt: skip
    assert [lead for (lead,) in place.rows("activities", "lead_id")] == ["L", "L", "L", "X"]
    assert [(f.rule, f.count) for f in place.load().findings] == [("foreign-key", 1)]


def test_a_contact_of_two_leads_means_the_one_that_had_come_by_the_day(place):
    put(place, "id,day,source,contact,deal\nL,2026-01-01,Web,C,\nM,2026-06-01,Web,C,\n",
        "who,what,day\nC,,2025-12-31\nC,,2026-05-31\nC,,2026-06-01\n", CONVERTED, WHO_OR_WHAT)  # fmt: skip
    assert place.rows("activities", "occurred_on, lead_id") == [
        (date(2025, 12, 31), "L"), (date(2026, 5, 31), "L"), (date(2026, 6, 1), "M"),
    ]  # fmt: skip
