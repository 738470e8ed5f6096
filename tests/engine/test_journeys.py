"""One lead at a time through the real SQL. Northgate is open from six to nine in the evening on weekdays."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest

MONDAY = "2026-10-05"
CALL = {"kind": "call", "direction": "outgoing", "connected": False}
WON = {"deal_id": "D1", "opened_at": "2026-10-06", "outcome": "won", "type": "new", "amount": 540.0}

LOST = {**WON, "deal_id": "D0", "outcome": "lost", "closed_at": "2026-10-07"}


def created(clock="10:00", **more):
    return {"created_at": f"{MONDAY} {clock}", **more}


def call(day="05", clock="11:00", **more):
    return {**CALL, "occurred_at": f"2026-10-{day} {clock}", **more}


def playbook_with(company, version=-1, **changes):
    """Return the company with something else agreed in one version of its playbook."""
    playbooks = list(company.playbooks)
    changed = playbooks[version].model_copy(update=changes)
    changed._in_force_from = playbooks[version].in_force_from
    playbooks[version] = changed
    return dataclasses.replace(company, playbooks=tuple(playbooks))


# -- the reply promise ------------------------------------------------------------------


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
    assert [finding.rule for finding in data.findings] == ["attempt-before-clock"]


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
    rows = count(leads=leads, activities=[{"lead_id": "L0", **call()}]).journeys.frame()
    assert rows["promise"].tolist() == ["kept", "not covered"]


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


# -- as_of ------------------------------------------------------------------------------


def test_later_events_are_invisible_whatever_the_exports_hold(count):
    after = "2026-11-04 10:00"
    data = count(
        leads=[
            created(handed_over_at=after, assigned_at=after, accepted_at=after, sent_back_at=after,
                    visited_at=after,
                    disposition="lost", disposed_at=after, score=80.0, scored_at=after),
            {"created_at": after},
        ],
        activities=[{"lead_id": "L0", **CALL, "occurred_at": after, "connected": True}],
        touches=[{"lead_id": "L0", "touched_at": after, "channel": "web"}],
        deals=[{"lead_id": "L0", **WON, "closed_at": after}],
    )  # fmt: skip
    row = data.journeys.frame().iloc[0]

    assert data.as_of == date(2026, 11, 3)
    assert len(data.journeys.frame()) == 1
    gone = ["handed_over_on", "assigned_on", "accepted_on", "sent_back_on", "visited_on", "disposition",
            "answered_on",
            "reached_on", "won_on", "score"]  # fmt: skip
    assert row[gone].isna().all()
    assert (row["outcome"], row["touches_before"], row["n_deals"]) == ("open", 0, 1)
    assert data.tallies.revenue.empty


def test_as_of_is_never_after_the_newest_record(count):
    data = count(leads=[created(), {"created_at": "2026-10-20"}])
    assert data.as_of == date(2026, 10, 20)
    assert data.partial == date(2026, 10, 20)


def test_months_of_a_series_are_seen_at_the_same_age(count):
    """September's page saw three days of October; a reply of 9 October is not counted for it later."""
    leads = [{"created_at": "2026-09-30 10:00"}, {"created_at": "2026-10-05 10:00"}]
    efforts = [
        {"lead_id": f"L{n}", **CALL, "connected": True, "occurred_at": "2026-10-09 10:00"} for n in range(2)
    ]
    deals = [{**WON, "deal_id": f"D{n}", "lead_id": f"L{n}", "closed_at": "2026-10-09"} for n in range(2)]
    data = count(leads=leads, activities=efforts, deals=deals)

    relay = data.tallies.relay.set_index("month")
    assert relay.loc["2026-09", ["answered", "reached", "joined", "attempts"]].tolist() == [0, 0, 0, 0]
    assert relay.loc["2026-10", ["answered", "reached", "joined", "attempts"]].tolist() == [1, 1, 1, 1]
    assert data.tallies.sources.set_index("month")[["won", "won_at_cut"]].to_dict("index") == {
        "2026-09": {"won": 1, "won_at_cut": 0}, "2026-10": {"won": 1, "won_at_cut": 1},
    }  # fmt: skip


# -- who and what -----------------------------------------------------------------------


@pytest.mark.parametrize(("team", "source", "expected"), [
    ("sales", "Paid search", "sales"), ("nonsense", "Paid search", "marketing"), (None, "Referral", "sales"),
    (None, "Skywriting", "unassigned"), (None, None, "unassigned"),
])  # fmt: skip
def test_team_is_the_mapped_one_if_valid_else_the_sources_else_unassigned(journey, team, source, expected):
    assert journey(created(team=team, source=source))["team"] == expected


def test_a_renamed_source_keeps_its_place_in_the_series(count):
    leads = [
        {"created_at": "2025-08-31", "source": "Facebook Ads"},
        {"created_at": "2025-09-01", "source": "Paid social"},
    ]
    data = count("2025-09", leads=leads, spend=[
        {"spent_on": pd.Timestamp("2025-08-31"), "source": "Facebook Ads", "amount": 10.0}])  # fmt: skip
    assert data.tallies.sources["source"].tolist() == ["Paid social", "Paid social"]
    assert data.tallies.sources["team"].tolist() == ["marketing", "marketing"]
    assert data.tallies.spend["source"].tolist() == ["Paid social"]


def test_an_earlier_name_that_another_source_now_has_means_that_source_from_the_day_on(count, riverside):
    playbook = riverside.playbooks[-1]
    sources = playbook.sources | {"Facebook Ads": playbook.sources["Referral"]}
    leads = [
        {"created_at": "2025-08-31", "source": "Facebook Ads"},
        {"created_at": "2025-09-01", "source": "Facebook Ads"},
    ]
    company = playbook_with(riverside, 0, sources=sources)
    tally = count("2025-09", company, leads=leads).tallies.sources
    assert tally[["source", "team"]].to_numpy().tolist() == [
        ["Paid social", "marketing"],
        ["Facebook Ads", "sales"],
    ]


def test_an_empty_source_is_missing_which_is_not_unknown(count):
    data = count(leads=[created(source=None), created(source="Unknown")])
    assert data.tallies.sources["source"].tolist() == ["(missing)", "Unknown"]
    assert data.tallies.tracking["source_known"].sum() == 0


INSIDE = {"profile_catchment": "inside", "score": None}


@pytest.mark.parametrize(("lead", "quality"), [
    ({**INSIDE, "score": 50.0}, "yes"),
    ({**INSIDE, "score": 49.0, "source_detail": "newsletter"}, "no"),
    ({**INSIDE, "source_detail": "newsletter"}, "unknown"),
    ({**INSIDE, "source_detail": "visit request"}, "yes"),
    ({"profile_catchment": "outside", "score": None}, "no"),
    ({"profile_catchment": None, "score": 90.0}, "unknown"),
])  # fmt: skip
def test_unknown_is_never_no(journey, lead, quality):
    assert journey(created(**lead))["quality"] == quality


def test_each_lead_carries_the_reading_of_its_day_and_the_one_at_the_periods_end(count):
    """A trial request is a quality lead since September."""
    lead = {"profile_catchment": "inside", "score": 10.0, "source_detail": "trial request"}
    data = count(leads=[{**lead, "created_at": "2026-08-31"}, {**lead, "created_at": "2026-10-01"}])
    rows = data.journeys.frame()

    assert rows["quality"].tolist() == ["no", "yes"]
    assert rows["quality_now"].tolist() == ["yes", "yes"]
    assert data.tallies.daily[["quality_then", "quality"]].to_numpy().tolist() == [[0, 1], [1, 1]]
    effect = data.tallies.definitions_effect.query("definition == 'quality_lead'")
    assert effect[["month", "yes_then", "yes_now", "leads"]].to_numpy().tolist() == [
        ["2026-08", 0, 1, 1], ["2026-10", 1, 1, 1],
    ]  # fmt: skip


@pytest.mark.parametrize(("scored_at", "score"), [
    (f"{MONDAY} 10:20", 80), (f"{MONDAY} 10:40", None), (MONDAY, 80), ("2026-10-06", None), (None, 80),
])  # fmt: skip
def test_the_score_is_the_one_at_hand_over(journey, scored_at, score):
    row = journey(created(score=80.0, scored_at=scored_at, handed_over_at=f"{MONDAY} 10:30"))
    assert (None if pd.isna(row["score"]) else row["score"]) == score


def test_a_score_that_came_after_the_months_cut_stays_unknown_in_its_month(count):
    """September's page could not know it, so no later page counts it for September."""
    late = {"score": 80.0, "scored_at": "2026-10-04", "profile_catchment": "inside"}
    leads = [{"created_at": "2026-09-20", **late}, {"created_at": "2026-10-20", **late}]
    assert count(leads=leads).tallies.daily["quality"].tolist() == [0, 1]


def test_scores_without_dates_are_used_as_exported_and_named(count):
    assert "undated-score" in [finding.rule for finding in count(leads=[created(score=80.0)]).findings]


# -- what became of it ------------------------------------------------------------------


@pytest.mark.parametrize(("deals", "outcome"), [
    ([{**WON, "closed_at": "2026-10-08"}], "won"),
    ([{**WON, "closed_at": "2026-10-08", "type": "renewal"}], "open"),
    ([{**WON, "closed_at": "2026-10-08", "type": None}], "won"),
    ([LOST], "lost"),
    ([LOST, {**WON, "closed_at": "2026-10-08"}], "won"),
    ([LOST, {**WON, "outcome": "open"}], "open"),
    ([], "open"),
])  # fmt: skip
def test_a_journey_is_won_if_any_new_deal_is_and_undecided_is_not_lost(journey, deals, outcome):
    assert journey(created(), deals=deals)["outcome"] == outcome


def test_revenue_counts_each_deal_once_though_several_leads_belong_to_it(count):
    leads = [created(), {"created_at": "2026-10-06"}]
    links = [{"deal_id": "D1", "lead_id": "L1"}, {"deal_id": "D1", "lead_id": "L0"}]
    data = count(leads=leads, deals=[{**WON, "closed_at": "2026-10-08"}], deal_leads=links)
    rows = data.journeys.frame()

    assert rows["outcome"].tolist() == ["won", "won"]
    assert rows["revenue"].tolist() == [540, 0]
    assert data.tallies.revenue[["clients", "revenue"]].to_numpy().tolist() == [[1, 540]]


def test_a_deal_without_a_lead_counts_in_shared_revenue_and_in_no_team(count):
    data = count(leads=[created()], deals=[{**WON, "lead_id": None, "closed_at": "2026-10-08"}])
    assert data.tallies.revenue[["created_month", "team", "clients", "revenue"]].to_numpy().tolist() == [
        ["", "no lead", 1, 540]
    ]
    assert data.tallies.sources["won"].sum() == 0


def test_an_undated_win_counts_in_its_cohort_in_no_month_and_as_a_finding(count):
    data = count(leads=[created()], deals=[{**WON, "lead_id": "L0", "closed_at": None}])
    assert data.tallies.revenue.empty
    assert data.tallies.sources[["won", "won_at_cut", "revenue"]].to_numpy().tolist() == [[1, 0, 540]]
    assert [finding.rule for finding in data.findings if finding.rule == "undated-win"] == ["undated-win"]


@pytest.mark.parametrize(("lead_at", "sold_at", "entered"), [
    (f"{MONDAY} 10:00", f"{MONDAY} 10:31", False),
    (f"{MONDAY} 10:00", f"{MONDAY} 10:30", True),
    (f"{MONDAY} 10:00", "2026-10-04 10:00", True),
    (MONDAY, MONDAY, True),
    (MONDAY, "2026-10-06", False),
    (f"{MONDAY} 10:00", MONDAY, True),
])  # fmt: skip
def test_entered_at_the_sale_is_within_half_an_hour_before_it_or_after_it(journey, lead_at, sold_at, entered):
    row = journey({"created_at": lead_at}, deals=[{**WON, "opened_at": "2026-10-01", "closed_at": sold_at}])
    assert bool(row["entered_at_sale"]) is entered


PAYMENTS = [("2026-10-10", 100.0), ("2026-10-20", 50.0), ("2026-09-01", 7.0)]


@pytest.mark.parametrize(("counts", "by_month", "of_lead"), [
    ("amount at close", {"2026-10": 540}, 540),
    ("margin at close", {"2026-10": 200}, 200),
    ("payments received", {"2026-09": 7, "2026-10": 150}, 157),
    ("payments within 5 days", {"2026-10": 100}, 100),
])  # fmt: skip
def test_revenue_is_what_the_playbook_counts(count, riverside, counts, by_month, of_lead):
    revenue = riverside.playbooks[-1].revenue.model_copy(update={"counts": counts})
    data = count(
        company=playbook_with(riverside, revenue=revenue),
        leads=[created(), {"created_at": "2026-10-25"}],
        deals=[{**WON, "lead_id": "L0", "closed_at": "2026-10-08", "margin": 200.0}],
        payments=[
            {"deal_id": "D1", "paid_on": pd.Timestamp(day), "amount": amount} for day, amount in PAYMENTS
        ],
    )
    tally = data.tallies.revenue
    assert tally.groupby("month")["revenue"].sum().to_dict() == by_month
    assert tally["clients"].sum() == 1
    assert data.tallies.sources["revenue"].sum() == of_lead


def test_payments_of_a_client_belong_to_the_deal_of_that_client(count, riverside):
    revenue = riverside.playbooks[-1].revenue.model_copy(update={"counts": "payments received"})
    data = count(
        company=playbook_with(riverside, revenue=revenue),
        leads=[created()],
        deals=[{**WON, "lead_id": "L0", "closed_at": "2026-10-08"}],
        members=[{"client_id": "C1", "lead_id": "L0", "started_on": pd.Timestamp("2026-10-08")}],
        payments=[{"client_id": "C1", "paid_on": pd.Timestamp("2026-10-09"), "amount": 45.0},
                  {"client_id": "C9", "paid_on": pd.Timestamp("2026-10-09"), "amount": 5.0}],
    )  # fmt: skip
    assert data.tallies.revenue.groupby("team")["revenue"].sum().to_dict() == {"marketing": 45, "no lead": 5}


def test_other_currencies_are_counted_at_the_rate_of_their_month(count, riverside):
    rates = pd.DataFrame({"month": ["2026-10"], "currency": ["EUR"], "rate": [1.5]})
    deals = [{**WON, "lead_id": "L0", "closed_at": "2026-10-08", "currency": "EUR"}]
    data = count(company=dataclasses.replace(riverside, fx=rates), leads=[created()], deals=deals)
    assert data.tallies.revenue["revenue"].tolist() == [810]


@pytest.mark.parametrize(
    ("ended", "judged", "kept"), [(None, 1, 1), ("2026-08-01", 1, 0), ("2026-10-01", 1, 1)]
)
def test_kept_is_still_a_client_ninety_days_after_the_start(count, ended, judged, kept):
    data = count(
        leads=[{"created_at": "2026-06-01"}, created()],
        deals=[{**WON, "lead_id": "L0", "opened_at": "2026-06-01", "closed_at": "2026-06-10"}],
        members=[{"client_id": "C1", "deal_id": "D1", "started_on": pd.Timestamp("2026-06-10"),
                  "ended_on": pd.Timestamp(ended) if ended else None}],
    )  # fmt: skip
    row = data.tallies.sources.iloc[0]
    assert (row["kept_judged"], row["kept"]) == (judged, kept)


def test_a_client_of_less_than_ninety_days_is_not_judged(count):
    member = {"client_id": "C1", "deal_id": "D1", "started_on": pd.Timestamp("2026-09-01")}
    deal = {**WON, "lead_id": "L0", "opened_at": "2026-09-01", "closed_at": "2026-09-01"}
    data = count(leads=[{"created_at": "2026-08-30"}, created()], deals=[deal], members=[member])
    assert data.tallies.sources["kept_judged"].sum() == 0


# -- what the exports do not hold -------------------------------------------------------


def test_leads_alone_make_a_month(count):
    data = count(leads=[{"lead_id": "A", "created_at": MONDAY, "source": "Referral"}])
    assert data.tallies.daily["leads"].sum() == 1
    assert data.has("leads.created_at")
    assert not data.has("activities")
    assert not data.has("leads.score")
