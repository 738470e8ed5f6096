"""Stage history: dates that the rows lack, and leads that came back. One lead, a few entries, counted by eye."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import Place

from alignment_lib.errors import InputRejected

LEADS = {"lead_id": "id", "created_at": "day", "source": "source", "location": "club"}
HISTORY = {"file": "history.csv", "tables": {"stage_history": {
    "lead_id": "lead", "deal_id": "deal", "entered_at": "at",
    "stage": {"column": "status", "values": {"Open": "lead", "Tour held": "visited", "Closed Won": "won"}},
}}}  # fmt: skip
DEALS = {"file": "deals.csv", "tables": {"deals": {
    "deal_id": "deal", "lead_id": "lead", "opened_at": "opened", "closed_at": "closed", "outcome": "outcome",
}}}  # fmt: skip
CALLS = {"file": "calls.csv", "tables": {"activities": {
    "lead_id": "lead", "occurred_at": "day", "kind": {"constant": "call"},
}}}  # fmt: skip


def csv(heads: str, *rows: str) -> str:
    return "\n".join((heads, *rows)) + "\n"


def put(
    place: Place, history: list[str], leads=("1,2026-01-01,Web,North",), deals=(), calls=(), **columns
) -> None:
    place.map({"file": "leads.csv", "tables": {"leads": {**LEADS, **columns}}}, HISTORY, DEALS, CALLS)
    place.write("leads.csv", csv(",".join(["id,day,source,club", *columns.values()]), *leads))
    place.write("history.csv", csv("lead,deal,at,status", *history))
    place.write("deals.csv", csv("deal,lead,opened,closed,outcome", *deals))
    place.write("calls.csv", csv("lead,day", *calls))


def journeys(place: Place, columns: str = "lead_id, created_on") -> list[tuple]:
    return place.rows("leads", columns)


# -- dates that the lead row lacks ----------------------------------------------------------------------------


def test_the_first_entry_into_a_stage_dates_it_where_the_lead_has_no_such_column(place):
    put(place, ["1,,2026-01-05 10:00,Tour held", "1,,2026-01-02 09:00,Open", "1,,2026-01-05 12:00,Tour held",
                "1,,2026-01-09 12:00,Tour held"])  # fmt: skip
    assert journeys(place, "visited_on, visited_at, visited_hour") == [
        (date(2026, 1, 5), datetime(2026, 1, 5, 10), 10)
    ]
    assert "visited_at" in place.load().columns["leads"]
    assert "handed_over_at" not in place.load().columns["leads"]


def test_a_column_of_the_lead_row_goes_before_the_history(place):
    put(place, ["1,,2026-01-05,Tour held"], ["1,2026-01-01,Web,North,2026-01-03"], visited_at="seen")
    assert journeys(place, "visited_on") == [(date(2026, 1, 3),)]


def test_a_deals_stages_date_its_lead(place):
    put(place, [",D,2026-01-05,Tour held"], deals=["D,1,2026-01-04,,open"])
    assert journeys(place, "visited_on") == [(date(2026, 1, 5),)]


def test_a_stage_that_no_playbook_names_is_told_and_dates_nothing(place):
    put(place, ["1,,2026-01-05,Nurturing"])
    found = [finding for finding in place.load().findings if finding.rule == "unlisted-stage"]
    assert len(found) == 1
    assert '"Nurturing"' in found[0].text
    assert "visited_at" not in place.load().columns["leads"]


@pytest.mark.parametrize(("then", "disposition"), [("", "lost"), ("1,,2026-02-02,Tour held", None)])
def test_a_lead_is_lost_if_that_is_the_last_it_entered(place, then, disposition):
    put(place, ["1,,2026-02-01,Lost", then])
    assert journeys(place, "disposition, disposed_on") == [
        (disposition, date(2026, 2, 1) if disposition else None)
    ]
    assert "disposition" not in place.load().columns["leads"]


def test_a_deal_without_a_closing_date_closed_when_it_last_entered_its_outcome(place):
    put(place, [",D,2026-01-05,Closed Won", ",D,2026-01-06,Lost", ",D,2026-01-08,Closed Won",
                ",D,2026-01-09,Closed Won"])  # fmt: skip
    without = {key: value for key, value in DEALS["tables"]["deals"].items() if key != "closed_at"}
    place.map(
        {"file": "leads.csv", "tables": {"leads": LEADS}}, HISTORY, {**DEALS, "tables": {"deals": without}}
    )
    place.write("deals.csv", csv("deal,lead,opened,outcome", "D,1,2026-01-04,won"))
    assert place.rows("deals", "closed_on") == [(date(2026, 1, 8),)]


# -- leads that came back ---------------------------------------------------------------------------------------


BACK = "1,,2026-03-01 09:00,Open"


@pytest.mark.parametrize(("before", "returns"), [
    (["1,,2026-02-01,Lost"], True),
    (["1,,2026-01-20,Tour held"], False),                                   # undecided, 59 days after it came
    (["1,,2026-02-01 10:00,Lost", "1,,2026-02-01 11:00,Open"], False),            # a correction on the same day
    (["1,,2026-02-01,Lost", "1,,2026-02-02,Tour held"], True),
])  # fmt: skip
def test_a_lead_that_was_decided_and_goes_back_to_the_first_stage_came_back(place, before, returns):
    put(place, [*before, BACK])
    assert journeys(place)[0] == ("1", date(2026, 1, 1))
    assert journeys(place)[1:] == ([("1#2", date(2026, 3, 1))] if returns else [])


def test_an_undecided_lead_came_back_if_it_was_long_ago(place):
    put(place, ["1,,2026-04-02,Open"])
    assert journeys(place)[1:] == [("1#2", date(2026, 4, 2))]
    put(place, ["1,,2026-04-01,Open"])
    assert journeys(place)[1:] == []


def test_a_closed_deal_decides_and_what_is_dated_goes_to_its_journey(place):
    put(place, [BACK, "1,,2026-03-04,Tour held"], deals=["A,1,2026-01-05,2026-01-20,won", "B,1,2026-03-02,,open"],
        leads=["1,2026-01-01,Web,North,2026-01-03"], calls=["1,2026-01-02", "1,2026-03-01"],
        visited_at="seen")  # fmt: skip
    assert journeys(place, "lead_id, created_at, created_hour, source, location, visited_on") == [
        ("1", None, None, "Web", "North", date(2026, 1, 3)),
        ("1#2", datetime(2026, 3, 1, 9), 9, "Web", "North", date(2026, 3, 4)),
    ]
    assert place.rows("deals", "deal_id, lead_id") == [("A", "1"), ("B", "1#2")]
    assert place.rows("activities", "lead_id") == [("1",), ("1#2",)]
    (person,), *others = place.rows("leads", "person_key")
    assert person
    assert others == [(person,)]


def test_the_rows_state_belongs_to_the_last_journey_and_the_history_says_how_others_ended(place):
    put(place, ["1,,2026-02-01,Lost", BACK], ["1,2026-01-01,Web,North,accepted"], disposition="state")
    assert journeys(place, "lead_id, disposition") == [("1", "lost"), ("1#2", "accepted")]


def test_returns_are_counted_beside_the_rows_and_told(place):
    put(place, ["1,,2026-02-01,Lost", BACK, "1,,2026-03-09,Lost", "1,,2026-05-01,Open"])
    assert journeys(place, "lead_id") == [("1",), ("1#2",), ("1#3",)]
    read = next(file for file in place.load().files if file.table == "leads")
    assert (read.rows_in, read.rows_used) == (1, 1)
    assert [finding.count for finding in place.load().findings if finding.rule == "came-back"] == [2]


def test_a_return_takes_no_id_that_another_lead_has(place):
    put(place, ["1,,2026-02-01,Lost", BACK], leads=["1,2026-01-01,Web,North", "1#2,2026-01-05,Web,North"])
    with pytest.raises(InputRejected, match="row 3.*id that a return of another lead would get"):
        place.load()


def test_two_rows_of_a_person_and_one_row_with_its_history_give_the_same_journeys(place):
    put(place, [], ["1,2026-01-01,Web,North,a@b.co", "2,2026-03-01 09:00,Web,North,a@b.co"],
        deals=["A,1,2026-01-05,2026-01-20,won", "B,2,2026-03-02,,open"], person_key="mail")  # fmt: skip
    columns = "person_key, created_on, created_at, source, location"
    rows, deals = journeys(place, columns), place.rows("deals", "deal_id, lead_id")
    put(place, [BACK], ["1,2026-01-01,Web,North,a@b.co"],
        deals=["A,1,2026-01-05,2026-01-20,won", "B,1,2026-03-02,,open"], person_key="mail")  # fmt: skip
    assert journeys(place, columns) == rows
    assert [
        (deal, lead.replace("1#2", "2")) for deal, lead in place.rows("deals", "deal_id, lead_id")
    ] == deals


def test_a_second_row_of_somebody_who_came_back_belongs_to_that_journey(place):
    """Row 1 of January was lost and came back in March; row 2 of April is the same person, undecided since."""
    put(place, ["1,,2026-02-01,Lost", BACK], ["1,2026-01-01,Web,North,a@b.co", "2,2026-04-01,Web,North,a@b.co"],
        calls=["2,2026-04-02"], person_key="mail")  # fmt: skip
    assert journeys(place, "lead_id") == [("1",), ("1#2",)]
    assert place.rows("activities", "lead_id") == [("1#2",)]


def test_a_row_that_was_a_second_entry_may_still_come_back(place):
    """Row 2 joins row 1 in January, is lost and comes back in June: its return is its own, the rest is row 1's."""
    put(place, ["2,,2026-02-01,Lost", "2,,2026-06-01,Open"],
        ["1,2026-01-01,Web,North,a@b.co", "2,2026-01-09,Web,North,a@b.co"],
        calls=["2,2026-01-10", "2,2026-06-02"], person_key="mail")  # fmt: skip
    assert journeys(place, "lead_id") == [("1",), ("2#2",)]
    assert place.rows("activities", "lead_id") == [("1",), ("2#2",)]


DAYS = st.sampled_from(["2026-01-01", "2026-02-01 10:00", "2026-05-20", "2026-05-20 12:00", "2026-09-09 09:00"])
LEAD = st.tuples(st.sampled_from("1234"), DAYS, st.sampled_from(["", "a@b.co"]), st.sampled_from(["", "1", "2;3", "K"]))
ENTRY = st.tuples(st.sampled_from("12K"), DAYS, st.sampled_from(["Open", "Lost", "Tour held"]))


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(LEAD, min_size=1, max_size=5, unique_by=lambda lead: lead[0]), st.lists(ENTRY, max_size=8))
def test_journeys_are_the_rows_used_and_the_returns_each_under_an_id_of_its_own(leads, entries):
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.exports.mkdir()
        put(place, [f"{lead},,{day},{stage}" for lead, day, stage in entries],
            [f"{lead},{day},Web,North,{mail},{others}" for lead, day, mail, others in leads],
            calls=[f"{lead},{day}" for lead, day, _ in entries], person_key="mail", other_ids="others")  # fmt: skip
        exports = place.load()
        ids = [lead for (lead,) in place.rows("leads", "lead_id", exports)]
        read = next(file for file in exports.files if file.table == "leads")
        told = sum(finding.count for finding in exports.findings if finding.rule == "came-back")
        assert len(ids) == len(set(ids)) == read.rows_used + told
        held = [lead for (lead,) in place.rows("activities", "lead_id", exports)]
        assert len(held) == len(entries)
        assert set(held) - set(ids) <= set("12K") - {lead for lead, *_ in leads}, "what a lead did stays with a journey"
