"""Duplicates, merged leads and returning people: every row is used or set aside for a reason."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import Place, passing_place

from alignment_lib.errors import InputRejected

LEADS = {
    "file": "leads.csv",
    "personal": ["mail", "phone"],
    "tables": {"leads": {
        "lead_id": "id", "created_at": "day", "source": "source", "person_key": {"columns": ["mail", "phone"]},
        "merged_into": "into", "modified_at": "modified", "owner": "owner",
    }},
}  # fmt: skip
DEALS = {
    "file": "deals.csv",
    "tables": {"deals": {"deal_id": "deal", "lead_id": "lead", "opened_at": "opened", "closed_at": "closed",
                         "outcome": "outcome", "amount": "amount", "currency": "currency"}},
}  # fmt: skip


def put(place: Place, leads: list[dict[str, str]], deals: list[dict[str, str]] = ()) -> None:  # type: ignore[assignment]
    place.map(LEADS, DEALS)
    heads = ["id", "day", "source", "mail", "phone", "into", "modified", "owner"]
    default = {"source": "Web", "day": "2026-10-01"}
    place.write(
        "leads.csv", pd.DataFrame([{**default, **row} for row in leads], columns=heads).to_csv(index=False)
    )
    heads = ["deal", "lead", "opened", "closed", "outcome", "amount", "currency"]
    default = {"opened": "2026-10-01", "outcome": "open", "amount": "10"}
    place.write(
        "deals.csv", pd.DataFrame([{**default, **row} for row in deals], columns=heads).to_csv(index=False)
    )


def ids(place: Place) -> list[str]:
    return [lead_id for (lead_id,) in place.rows("leads", "lead_id")]


def set_aside(place: Place) -> dict[str, int]:
    return place.load().files[0].set_aside


def test_identical_rows_count_once(place):
    put(place, [{"id": "1"}, {"id": "1"}, {"id": "2"}])
    assert ids(place) == ["1", "2"]
    assert set_aside(place) == {"exact duplicate": 1}


def test_of_contradicting_rows_the_latest_modified_stays(place):
    put(place, [
        {"id": "1", "source": "Old", "modified": "2026-10-01"}, {"id": "1", "source": "New", "modified": "2026-10-02"},
    ])  # fmt: skip
    assert place.rows("leads", "lead_id, source") == [("1", "New")]
    assert set_aside(place) == {"older version": 1}


@pytest.mark.parametrize("modified", ["", "2026-10-02"])
def test_where_none_is_the_latest_all_are_set_aside_and_listed(place, modified):
    put(place, [{"id": "1", "source": source, "modified": modified} for source in ("A", "B")] + [{"id": "2"}])
    assert ids(place) == ["2"]
    assert set_aside(place) == {"conflicting duplicate": 2}
    assert any('"1"' in finding.text for finding in place.load().findings if finding.rule == "duplicate-id")


def test_rows_without_an_id_or_a_day_are_set_aside(place):
    put(place, [{"id": "", "source": "A"}, {"id": "2", "day": ""}, {"id": "3"}])
    assert ids(place) == ["3"]
    assert set_aside(place) == {"no lead_id": 1, "no created_on": 1}


def test_a_chain_of_merges_ends_in_its_survivor_which_keeps_the_earliest_creation(place):
    put(place, [{"id": "1", "day": "2026-09-01", "into": "2"}, {"id": "2", "day": "2026-09-05", "into": "3"},
                {"id": "3", "day": "2026-09-09"}], [{"deal": "D", "lead": "1"}])  # fmt: skip
    assert place.rows("leads", "lead_id, created_on") == [("3", date(2026, 9, 1))]
    assert place.rows("deals", "deal_id, lead_id") == [("D", "3")]
    assert set_aside(place) == {"merged into another lead": 2}


def test_merges_that_lead_nowhere_or_round_in_a_circle_keep_their_rows(place):
    put(place, [{"id": "1", "into": "gone"}, {"id": "2", "into": "3"}, {"id": "3", "into": "2"}])
    assert ids(place) == ["1", "2", "3"]
    assert [f.count for f in place.load().findings if f.column == "merged_into"] == [3]


def test_the_same_person_within_ninety_days_is_the_same_journey(place):
    put(place, [{"id": "1", "day": "2026-01-01", "mail": "Ann@Example.com "},
                {"id": "2", "day": "2026-04-01", "mail": "ann@example.com"},      # 90 days after 1
                {"id": "3", "day": "2026-07-01", "mail": "ann@example.com"}],     # 91 days after 2
        [{"deal": "D", "lead": "2"}])  # fmt: skip
    assert ids(place) == ["1", "3"]
    assert place.rows("deals", "lead_id") == [("1",)]
    assert set_aside(place) == {"same person, same journey": 1}


def test_second_entries_are_counted_by_their_month_and_used_rows_by_day(place):
    put(place, [{"id": "1", "day": "2026-01-01", "mail": "ann@example.com"},
                {"id": "2", "day": "2026-02-01", "mail": "ann@example.com"},
                {"id": "3", "day": "2026-02-03", "mail": "bob@example.com"}])  # fmt: skip
    read = next(file for file in place.load().files if file.table == "leads")
    assert read.second_entries == {"2026-02": 1}
    assert read.by_day == {"2026-01-01": 1, "2026-02-03": 1}
    assert read.rows_after(date(2026, 1, 1)) == 1


def test_who_was_decided_before_begins_a_new_journey(place):
    leads = [
        {"id": "1", "day": "2026-01-01", "mail": "a@b.co"},
        {"id": "2", "day": "2026-01-20", "mail": "a@b.co"},
    ]
    for closed, kept in (("2026-01-10", ["1", "2"]), ("2026-01-25", ["1"]), ("", ["1"])):
        put(
            place,
            leads,
            [{"deal": "D", "lead": "1", "outcome": "won" if closed else "open", "closed": closed}],
        )
        assert ids(place) == kept


def test_a_phone_number_is_the_same_person_however_it_is_written(place):
    put(place, [{"id": "1", "phone": "+1 (212) 555-0187"}, {"id": "2", "phone": "1 212 555 0187"},
                {"id": "3", "phone": "n/a"}, {"id": "4", "phone": "n/a"}])  # fmt: skip
    assert ids(place) == ["1", "3", "4"]


def test_a_contact_on_very_many_leads_is_a_placeholder_and_no_person(place):
    put(place, [{"id": f"{n:02}", "mail": "none@club.example"} for n in range(26)])
    assert len(ids(place)) == 26
    assert place.rows("leads", "count(person_key)") == [(0,)]
    assert "placeholder-contact" in {finding.rule for finding in place.load().findings}


def test_of_two_columns_with_owners_the_first_that_is_filled_counts(place):
    leads = {**LEADS["tables"]["leads"], "owner": {"columns": ["owner", "queue"]}}
    put(place, [])
    place.map({**LEADS, "tables": {"leads": leads}}, DEALS)
    rows = [["1", "Bob Ng", "East"], ["2", "", "Bob Ng"], ["3", "", ""]]
    frame = pd.DataFrame(rows, columns=["id", "owner", "queue"]).assign(day="2026-10-01", source="Web")
    place.write("leads.csv", frame.reindex(columns=["id", "day", "source", "mail", "phone", "into", "modified",
                                                    "owner", "queue"]).to_csv(index=False))  # fmt: skip
    first, second, none = (owner for (owner,) in place.rows("leads", "owner"))
    assert first == second and first.startswith("owner-") and none is None


def test_persons_are_hashed_with_the_companys_key(place, monkeypatch):
    monkeypatch.setenv("ALIGNMENT_PEOPLE_KEY", "secret")
    put(place, [{"id": "1", "mail": "Ann@example.com", "owner": "Bob Ng"}])
    derived = hmac.digest(b"secret", b"person", "sha256")
    hashed = hashlib.sha256(derived + b"ann@example.com").hexdigest()
    person = duckdb.execute("SELECT CAST(hash(?) >> 1 AS BIGINT)", [hashed]).fetchall()[0][0]
    owner = hmac.digest(b"secret", b"owner:bob ng", "sha256").hex()[:8]
    assert place.rows("leads", "person_key, owner") == [(person, f"owner-{owner}")]
    first = place.load()
    monkeypatch.setenv("ALIGNMENT_PEOPLE_KEY", "another")
    assert place.rows("leads", "person_key") != [(person,)]
    assert place.load().fingerprint == first.fingerprint


def test_without_a_key_in_the_environment_a_private_file_is_made_once(place, monkeypatch):
    monkeypatch.delenv("ALIGNMENT_PEOPLE_KEY", raising=False)
    put(place, [{"id": "1", "mail": "a@b.co"}])
    before = place.rows("leads", "person_key")
    key = place.root / "cache" / "people.key"
    assert key.stat().st_mode & 0o077 == 0
    place.write("deals.csv", (place.exports / "deals.csv").read_text() + "\n")
    assert place.rows("leads", "person_key") == before


def test_amounts_in_another_currency_need_a_rate_for_their_month(place):
    deals = [{"deal": "1", "currency": "USD", "amount": "10"},
             {"deal": "2", "currency": "EUR", "amount": "10", "outcome": "won", "closed": "2026-11-02"}]  # fmt: skip
    put(place, [{"id": "1"}], deals)
    with pytest.raises(InputRejected, match="EUR in 2026-11"):
        place.load()
    place.fx = pd.DataFrame([{"month": "2026-10", "currency": "EUR", "rate": 9.0},
                             {"month": "2026-11", "currency": "EUR", "rate": 1.1}])  # fmt: skip
    assert place.rows("deals", "deal_id, amount, currency") == [("1", 10.0, "USD"), ("2", 11.0, "EUR")]


def test_two_files_may_feed_one_table(place):
    calls = {"file": "calls.csv", "tables": {"activities": {
        "lead_id": "lead", "occurred_at": "day", "kind": {"constant": "call"}}}}  # fmt: skip
    mails = {
        **calls,
        "file": "mails.csv",
        "tables": {
            "activities": {
                **calls["tables"]["activities"],
                "kind": {"constant": "e-mail"},
                "activity_id": "id",
            }
        },
    }  # type: ignore[index, dict-item]
    place.map(calls, mails)
    place.write("calls.csv", "lead,day\n1,2026-10-01\n")
    place.write("mails.csv", "id,lead,day\na,1,2026-10-02\na,1,2026-10-02\n")
    assert place.rows("activities", "kind, occurred_on") == [
        ("call", date(2026, 10, 1)),
        ("e-mail", date(2026, 10, 2)),
    ]


ROW = st.tuples(
    st.sampled_from("123"), st.sampled_from(["2026-01-01", "2026-03-01", "2026-02-30", ""]),
    st.sampled_from(["", "1", "2", "3"]), st.sampled_from(["", "a@b.co"]),
)  # fmt: skip


@settings(max_examples=5, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_rows_in_are_rows_used_and_rows_set_aside(rows):
    place = passing_place()
    put(place, [{"id": a, "day": b, "into": c, "mail": d} for a, b, c, d in rows])
    exports = place.load()
    file = next(file for file in exports.files if file.table == "leads")
    assert file.rows_in == len(rows) == file.rows_used + sum(file.set_aside.values())
    assert len(place.rows("leads", exports=exports)) == file.rows_used
