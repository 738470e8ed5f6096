"""The reply promise, one lead at a time; Northgate is open from six to nine in the evening on weekdays."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from small_exports import CALL, MONDAY, call, created, playbook_with


def test_the_clock_starts_at_hand_over_else_when_assigned_else_when_created(journey):
    times = {"assigned_at": f"{MONDAY} 10:30", "handed_over_at": f"{MONDAY} 10:20"}
    waits = [
        journey(created(**{key: times[key] for key in keys}), activities=[call()])["reply_minutes"]
        for keys in (("assigned_at", "handed_over_at"), ("assigned_at",), ())
    ]
    assert waits == [40, 30, 60]


def test_the_clock_of_a_sales_sourced_lead_starts_when_it_is_created(journey):
    lead = created(source="Referral", handed_over_at=f"{MONDAY} 10:50", assigned_at=f"{MONDAY} 10:55")
    row = journey(lead, activities=[call()])
    assert (row["team"], row["reply_minutes"]) == ("sales", 60)


def test_the_wait_is_split_into_routing_and_reply(journey):
    lead = created(assigned_at=f"{MONDAY} 10:45", handed_over_at=f"{MONDAY} 10:50")
    row = journey(lead, activities=[call()])
    assert (row["routing_minutes"], row["reply_minutes"]) == (45, 10)


def test_the_wait_runs_in_open_hours_and_stands_beside_calendar_time(journey):
    row = journey(created("20:30"), activities=[call("06", "06:45")])
    assert (row["reply_minutes"], row["reply_calendar_minutes"], row["promise"]) == (75, 615, "kept")


@pytest.mark.parametrize(
    ("location", "minutes"), [("Northgate", 60), ("Old Mill", 0), (None, 0), ("Elsewhere", 0)]
)
def test_without_a_listed_location_the_clock_runs_in_the_companys_hours(journey, location, minutes):
    """At six only Northgate is open; Old Mill and the company open at seven."""
    row = journey(created("06:00", location=location), activities=[call(clock="07:00")])
    assert row["reply_minutes"] == minutes


@pytest.mark.parametrize(("clock", "promise"), [("12:00", "kept"), ("12:01", "broken")])
def test_two_hours_to_the_minute_are_kept(journey, clock, promise):
    assert journey(created(), activities=[call(clock=clock)])["promise"] == promise


def test_a_clock_that_still_runs_is_neither_kept_nor_broken(count):
    """As_of is the newest record's day; on it two hours are over for one lead, and not for the other."""
    leads = [created("10:00"), created("19:30")]
    rows = count(leads=leads, activities=[{"lead_id": "X", **call()}]).journeys.frame()
    assert rows["promise"].tolist() == ["broken", "running"]


def test_the_answer_is_the_first_outgoing_call_mail_or_message(journey):
    efforts = [
        call(clock="10:10", direction="incoming"),
        call(clock="10:15", kind="tour"),
        call(clock="10:40", kind="message"),
        call(clock="10:30", kind="e-mail"),
    ]
    row = journey(created(), activities=efforts)
    assert (row["reply_minutes"], row["attempts"]) == (30, 2)


def test_an_attempt_is_not_a_contact(journey):
    row = journey(created(), activities=[call(clock="10:30"), call(clock="11:00", connected=True)])
    assert row["reached_at"] - row["answered_at"] == pd.Timedelta(minutes=30)
    assert pd.isna(journey(created(), activities=[call()])["reached_on"])


def test_an_attempt_before_the_start_waits_nothing_and_is_a_finding(count):
    data = count(
        leads=[created(handed_over_at=f"{MONDAY} 12:00")],
        activities=[{"lead_id": "L0", **call(clock="11:00")}],
    )
    assert data.journeys.frame()["reply_minutes"].tolist() == [0]
    assert "attempt-before-clock" in [finding.rule for finding in data.findings]


@pytest.mark.parametrize(("arrival", "waits", "promise"), [
    ("web form", True, "kept"), ("walk-in", False, "not covered"),
    (None, None, "not covered"), ("fax", None, "not covered"),
])  # fmt: skip
def test_the_promise_covers_arrivals_that_wait_and_not_asked_is_unknown(journey, arrival, waits, promise):
    row = journey(created(arrival=arrival), activities=[call()])
    assert row["promise"] == promise
    assert (None if pd.isna(row["waits"]) else bool(row["waits"])) == waits


@pytest.mark.parametrize(("lead_at", "call_at"), [(MONDAY, f"{MONDAY} 11:00"), (f"{MONDAY} 10:00", MONDAY)])
def test_a_date_without_a_time_is_not_judged(journey, lead_at, call_at):
    row = journey({"created_at": lead_at}, activities=[{**CALL, "occurred_at": call_at}])
    assert row["promise"] == "not covered"
    assert pd.isna(row["reply_minutes"])


def test_no_later_time_stands_in_for_a_first_answer_of_unknown_time(journey):
    row = journey(created(), activities=[{**CALL, "occurred_at": MONDAY}, call("06", "09:00")])
    assert row["answered_on"] == pd.Timestamp(MONDAY)
    assert pd.isna(row["answered_at"])


def test_without_activities_nobody_is_said_to_have_kept_anyone_waiting(journey):
    assert journey(created())["promise"] == "not covered"


def test_leads_after_the_efforts_file_stops_are_not_judged(count):
    leads = [created(), {"created_at": "2026-10-28 10:00"}]
    daily = [{"lead_id": "L0", **call(f"{day:02d}")} for day in range(5, 17)]
    data = count(leads=leads, activities=daily)
    assert data.journeys.frame()["promise"].tolist() == ["kept", "not covered"]
    assert (data.ends, data.partial) == ({"activities": date(2026, 10, 16)}, date(2026, 10, 28))


def test_leads_of_an_owner_who_has_left_are_a_matter_of_routing(count):
    owners = [
        {"owner": "gone", "from_on": pd.Timestamp("2024-01-01"), "to_on": pd.Timestamp("2026-09-30")},
        {"owner": "back", "from_on": pd.Timestamp("2024-01-01"), "to_on": pd.Timestamp("2026-09-30")},
        {"owner": "back", "from_on": pd.Timestamp("2026-10-01"), "to_on": None},
    ]
    leads = [created(owner="gone"), created(owner="back"), created(owner="never listed")]
    data = count(leads=leads, owners=owners, activities=[{"lead_id": "X", **call("09")}])
    rows = data.journeys.frame()

    assert rows["promise"].tolist() == ["not covered", "broken", "broken"]
    assert data.tallies.departed["leads"].tolist() == [1]
    assert data.tallies.batons.set_index("baton")["leads"].to_dict() == {"not routed": 1, "never answered": 2}


def test_the_promise_is_the_one_in_force_when_the_clock_started(journey, riverside):
    slow = riverside.playbooks[0].reply.model_copy(update={"within": "8 hours"})
    company = playbook_with(riverside, 0, reply=slow)
    before = journey({"created_at": "2026-08-31 08:00"}, "2026-08", company, activities=[
        {**CALL, "occurred_at": "2026-08-31 15:00"}])  # fmt: skip
    after = journey({"created_at": "2026-09-01 08:00"}, "2026-09", company, activities=[
        {**CALL, "occurred_at": "2026-09-01 15:00"}])  # fmt: skip
    assert (before["promise"], after["promise"]) == ("kept", "broken")


def test_a_no_show_of_a_lead_that_was_sent_back_with_a_reason_is_not_dropped(count):
    """Both missed their visit; one was sent back, as the other kinds of dropped baton ask."""
    back = {"sent_back_at": "2026-10-07", "disposition": "sent back", "disposition_reason": "Already a member"}
    missed = {"kind": "tour", "occurred_at": f"{MONDAY} 10:00", "outcome": "no-show"}
    done = [{"lead_id": lead, **one} for lead in ("L0", "L1") for one in (call(clock="08:30", connected=True), missed)]
    data = count(leads=[created("08:00"), created("08:00", **back), {"created_at": "2026-10-31"}], activities=done)
    assert data.tallies.batons.set_index("baton")["leads"].to_dict() == {"no-show not rebooked": 1}


@pytest.mark.parametrize(("deals", "dropped"), [
    ([("lost", "2026-10-07")], {}),                             # over before the visit was missed
    ([("lost", "2026-10-08")], {"no-show not rebooked": 1}),          # given up for it
    ([("lost", None)], {"no-show not rebooked": 1}),
    ([("lost", "2026-10-07"), ("open", None)], {"no-show not rebooked": 1}),
])  # fmt: skip
def test_a_no_show_after_the_deal_was_lost_is_not_dropped(count, deals, dropped):
    missed = {"lead_id": "L0", "kind": "tour", "occurred_at": "2026-10-08 10:00", "outcome": "no-show"}
    rows = [{"deal_id": f"D{n}", "lead_id": "L0", "opened_at": "2026-10-06", "closed_at": on, "outcome": outcome}
            for n, (outcome, on) in enumerate(deals)]  # fmt: skip
    data = count(leads=[created("08:00"), {"created_at": "2026-10-31"}], deals=rows,
                 activities=[{"lead_id": "L0", **call(clock="08:30", connected=True)}, missed])  # fmt: skip
    assert data.tallies.batons.set_index("baton")["leads"].to_dict() == dropped


def test_a_visit_after_a_no_show_counts_on_the_same_day_too_where_both_have_a_time(count):
    """Missed at 10:00; came at 11:15, came at 9:00, came some time that day, came some time the day after."""
    came = [f"{MONDAY} 11:15", f"{MONDAY} 09:00", MONDAY, "2026-10-06"]
    visits = [
        {"lead_id": f"L{n}", "kind": "tour", "occurred_at": at, "outcome": outcome}
        for n, again in enumerate(came)
        for at, outcome in ((f"{MONDAY} 10:00", "no-show"), (again, "held"))
    ]
    calls = [{"lead_id": f"L{n}", **call(clock="08:30", connected=True)} for n in range(len(came))]
    leads = [created("08:00") for _ in came] + [{"created_at": "2026-10-31"}]
    data = count(leads=leads, activities=visits + calls)
    assert data.tallies.batons.set_index("baton")["leads"]["no-show not rebooked"] == 2
