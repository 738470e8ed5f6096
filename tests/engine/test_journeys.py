"""Who, what and what became of it: the rules of counting, one lead at a time through the real SQL."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest
from small_exports import CALL, LOST, MONDAY, WON, created, playbook_with

from alignment_lib.playbook import Rule
from alignment_lib.playbook.parts import Definition

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


@pytest.mark.parametrize(
    ("later", "partial"),
    [(["2031-10-20"], date(2026, 10, 20)), (["2026-12-01", "2026-12-02", "2026-12-03"], None)],
)
def test_one_mistyped_year_does_not_hide_that_the_data_stops_early(count, later, partial):
    data = count(leads=[{"created_at": day} for day in ("2026-10-20", *later)])
    assert data.partial == partial
    assert data.as_of == (partial or date(2026, 11, 3))


def test_others_count_leads_by_the_day_in_utc_and_deals_by_the_first_day(count):
    """Ten in the evening of 30 September is October in UTC; a deal closed in October began in November."""
    leads = [{"created_at": "2026-09-30 22:00"}, created()]
    deals = [{"lead_id": "L1", **WON, "closed_at": "2026-10-30"},
             {"lead_id": "L0", **WON, "deal_id": "D2", "closed_at": "2026-10-30", "type": "expansion"}]  # fmt: skip
    members = [{"client_id": "C1", "deal_id": "D1", "started_on": pd.Timestamp("2026-11-02")}]
    data = count(leads=leads, deals=deals, members=members)
    found = data.tallies.elsewhere.set_index(["way", "month"])
    assert found["leads"].to_dict() == {("UTC", "2026-10"): 2, ("first day", "2026-11"): 0}
    assert found.loc[("first day", "2026-11"), ["clients", "revenue"]].tolist() == [1, 540.0]


def test_who_is_reached_without_a_logged_reply_is_answered_and_counted_apart(count):
    data = count(leads=[created(visited_at=f"{MONDAY} 18:00"), created()],
                 activities=[{"lead_id": "L1", **CALL, "occurred_at": f"{MONDAY} 11:00"}])  # fmt: skip
    assert data.tallies.relay[["answered", "answered_unlogged"]].sum().tolist() == [2, 1]


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


@pytest.mark.parametrize("named", [{"is": "Facebook Ads"}, {"is_one_of": ["Facebook Ads", "Email"]}])
def test_a_rule_knows_a_source_by_its_earlier_name(journey, riverside, named):
    rule = Rule.model_validate({"any": [{"not": {"not": {"field": "source", **named}}}]})
    terms = {"quality_lead": Definition(says="Asked by way of an ad.", rule=rule)}
    company = playbook_with(riverside, definitions=terms)
    rows = [journey(created(source=source), company=company) for source in ("Facebook Ads", "Paid social", "Referral")]
    assert [row["quality_now"] for row in rows] == ["yes", "yes", "no"]


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


def test_two_contacts_of_one_deal_are_one_client_of_the_source_of_the_first(count):
    leads = [{"created_at": "2026-10-06", "source": "Referral"}, created(source="Paid search")]
    links = [{"deal_id": "D1", "lead_id": lead} for lead in ("L0", "L1")]
    data = count(leads=leads, deals=[{**WON, "closed_at": "2026-10-08"}], deal_leads=links)
    sources, outcomes = data.tallies.sources.set_index("source"), data.tallies.outcomes.set_index("source")

    assert sources[["dealt", "won", "revenue"]].to_numpy().tolist() == [[1, 1, 540], [1, 0, 0]]
    assert outcomes.loc["Paid search", ["won", "lost", "running"]].tolist() == [1, 0, 0]
    assert outcomes.loc["Referral", ["won", "lost", "running"]].tolist() == [0, 1, 0]
    assert data.tallies.loyalty["clients"].sum() == 1


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
    (said,) = [finding.text for finding in data.findings if finding.rule == "undated-win"]
    assert said.startswith("1 lead was won without a closing date; it counts in its month of creation and in no ")


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
        leads=[created(), {"created_at": "2026-10-25"}],  # payments alone do not say how far the data goes
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
