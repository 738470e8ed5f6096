"""The relay: replies, conditions, waiting, stages and batons, on months that can be counted by eye."""

from datetime import date
from importlib import import_module

import pytest
from made_months import leads

from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions.both_sides import (
    both_sides_notes,
    describe_departed,
    describe_sent_back,
    outcomes,
)
from alignment_lib.questions.cohort import Cohort
from alignment_lib.questions.relay import describe_relay, relay
from alignment_lib.questions.replies import (
    Replies,
    by_location,
    conditions,
    dropped_batons,
    joins_in_by_now,
    replies,
    reply_gap,
    stages_passed,
    still_waiting,
    waiting_curves,
)

question = import_module("alignment_lib.questions.relay")  # the package calls the answer itself `relay`

HARBOUR = {"location": "Harbour", "part": "16:00 and later", "covered": 84, "never_answered": 40, "kept": 20}
ELSEWHERE = [
    {"location": "Harbour", "covered": 80, "never_answered": 8, "kept": 60},
    {"location": "Northgate", "covered": 90, "never_answered": 9, "kept": 70},
    {"location": "Northgate", "part": "16:00 and later", "covered": 70, "never_answered": 7, "kept": 54},
]
MONTHS = ("2026-07", "2026-08", "2026-09")
# Half of the wins close in the month of the lead, half in the second month after it.
LAGS = [{"created_month": str(m), "month": str(m + lag), "clients": 30}
        for m in Month.parse("2026-10").back(18) for lag in (0, 2) if m + lag <= Month.parse("2026-10")]  # fmt: skip


def relay_row(**counts):
    judged = counts.get("kept", 0) + counts.get("broken", 0) + counts.get("running", 0)
    return {"covered": judged, "handed_over": judged, "answered": counts.get("kept", 0), **counts}


def test_share_leaves_out_clocks_that_still_run_and_keeps_the_never_answered(make_month):
    month = make_month(relay=[relay_row(kept=54, broken=46, running=7, never_answered=20)])
    assert replies(month, "marketing", ["2026-10"]) == Replies(judged=100, kept=54)


def test_finding_names_the_agreed_limit_and_the_three_months_before(make_month):
    rows = [relay_row(kept=54, broken=46)] + [relay_row(month=m, kept=61, broken=39) for m in MONTHS]
    assert relay(make_month(relay=rows)).finding == (
        "54% of marketing-sourced leads were answered within the agreed 2 hours (July–September 2026: 61%)."
    )


@pytest.mark.parametrize(
    ("kept", "broken", "earlier", "spans", "says"),
    [
        (0, 0, Replies(0, 0), [], "No marketing-sourced lead was due an answer this month."),
        (7, 4, Replies(60, 30), MONTHS, "7 of 11 marketing-sourced leads were answered within the agreed 2 hours."),
        (1, 0, Replies(60, 30), MONTHS, "1 of 1 marketing-sourced lead was answered within the agreed 2 hours."),
        (40, 10, Replies(0, 0), [], "80% of marketing-sourced leads were answered within the agreed 2 hours."),
        (40, 10, Replies(50, 40), ["2026-09"],
         "80% of marketing-sourced leads were answered within the agreed 2 hours (September 2026: 80%)."),
    ],
)  # fmt: skip
def test_tiny_counts_get_no_percentage_and_no_history_no_comparison(
    make_month, kept, broken, earlier, spans, says
):
    words = make_month().words
    assert question.describe_replies(Replies(kept + broken, kept), earlier, spans, "2 hours", words) == says


def test_condition_is_tested_against_all_other_places_and_times(make_month):
    worst = conditions(make_month(relay_hours=[HARBOUR, *ELSEWHERE])).iloc[0]
    assert (worst["location"], worst["part"]) == ("Harbour", "16:00 and later")
    assert (worst["never"], worst["covered"], worst["rest_never"], worst["rest_covered"]) == (40, 84, 24, 240)
    assert worst["p"] < 1e-6


def test_cells_under_twenty_leads_and_leads_without_a_place_are_not_tested(make_month):
    few = [
        {"location": "Station", "covered": 19, "never_answered": 19},
        {"location": "(none)", "covered": 50},
    ]
    places = set(conditions(make_month(relay_hours=[*ELSEWHERE, *few]))["location"])
    assert places == {"Harbour", "Northgate"}


def test_signal_says_the_condition_and_the_rate_without_it_only_if_it_explains_half(make_month):
    hours = [HARBOUR, *ELSEWHERE]
    kept = sum(row["kept"] for row in hours)
    month = make_month(relay=[relay_row(kept=kept, broken=324 - kept)], relay_hours=hours)
    finding = relay(month).finding
    assert finding.endswith(
        "Enquiries after 16:00 at Harbour, from any source: 40 of 84 with no reply logged, elsewhere 10%; "
        "without marketing’s part of them the rate is 77%."
    )
    harmless = [{**HARBOUR, "kept": 60}, *ELSEWHERE]
    kept = sum(row["kept"] for row in harmless)
    month = make_month(relay=[relay_row(kept=kept, broken=324 - kept)], relay_hours=harmless)
    assert relay(month).finding.endswith(
        "Enquiries after 16:00 at Harbour, from any source: 40 of 84 with no reply logged, elsewhere 10%."
    )


def test_the_companys_share_is_said_without_the_place_only_if_both_are_one_finding(make_month):
    hours = [HARBOUR, *ELSEWHERE]
    now = Replies(judged=324, kept=sum(row["kept"] for row in hours))
    month = make_month(relay=[relay_row(kept=now.kept, broken=324 - now.kept)], relay_hours=hours)
    without = (now.kept - HARBOUR["kept"]) / 240
    said = f"Without enquiries after 16:00 at Harbour it would be {month.words.share(without)}."
    assert question.describe_without(month, now, before=without) == said
    assert question.describe_without(month, now, before=0.99) == ""  # it explains less than half
    assert question.describe_without(month, now, before=0.1) == ""  # nothing is missing
    even = make_month(relay=[relay_row(kept=now.kept, broken=324 - now.kept)], relay_hours=ELSEWHERE)
    assert question.describe_without(even, now, before=without) == ""


def test_even_handling_announces_no_place(make_month):
    even = [{"location": place, "part": part, "covered": 60, "never_answered": 6, "kept": 40}
            for place in ("Harbour", "Northgate") for part in ("before 16:00", "16:00 and later")]  # fmt: skip
    even[0]["never_answered"] = 7
    month = make_month(relay=[relay_row(kept=160, broken=80)], relay_hours=even)
    assert [test.p for test in question.tests(month)] == [1.0]
    assert "Harbour" not in relay(month).finding


def test_the_condition_that_signals_is_asked_about(make_month):
    month = make_month(relay=[relay_row(kept=204, broken=120)], relay_hours=[HARBOUR, *ELSEWHERE])
    assert relay(month).prompt.text == (
        "What happens to enquiries after 16:00 at Harbour, and which club can lend cover until that is solved?"
    )


def test_the_never_answered_stay_on_the_curve(make_month):
    waits = [{"minutes": 60 * hour, "answered": 1} for hour in range(1, 7)] + [
        {"minutes": 6000, "running": 4}
    ]
    curves = waiting_curves(make_month(waits=waits), ["2026-10"])
    table = still_waiting(curves, {})
    assert table["marketing"].round(2).to_dict() == {
        5: 1,
        15: 1,
        60: 0.9,
        120: 0.8,
        480: 0.4,
        1440: 0.4,
        4320: 0.4,
    }
    assert table["sales"].isna().all()
    table["sales_earlier"] = 0.5
    counts, words = {"marketing": 20, "sales": 3}, make_month().words
    headings = [column.label for column in question._waiting_columns(table, counts, words)]
    assert headings == ["Still waiting after", "Marketing (n=20)", "Sales, earlier"]


def test_stages_differ_from_their_plan_by_quality_leads_only(make_month):
    """Planned: 297 quality leads, of which 84% are reached and 38% of these join; others count as they came."""
    row = relay_row(kept=60, broken=40, handed_over=120, answered=90, reached=70, joined=9)
    month = make_month(
        relay=[{**row, "quality": 100, "quality_reached": 65, "quality_joined": 7}],
        revenue=LAGS,
        sources=[{"month": "2026-05", "won": 60, "won_at_cut": 39}],
    )
    stages = stages_passed(month)
    assert stages["leads"].to_dict() == {
        "Handed over": 120,
        "Answered": 90,
        "Reached": 70,
        "Joined so far": 9,
    }
    assert stages["in_time"].tolist()[1] == 60
    planned, rates = month.plan.leads("2026-10", "marketing"), month.plan.rates("2026-10", "marketing")
    reached = planned * rates.reached_share
    assert stages["plan"].tolist() == [
        round(planned) + 20,  # the 20 that are not quality leads
        70,                   # 70% of the 100 that the promise covers
        round(reached + 5),
        round(reached * rates.joins_per_reached * 0.65 + 2),  # 39 of 60 were in at this age; 2 as they came
    ]  # fmt: skip


def test_joins_are_measured_at_the_cut_and_spread_over_days_where_the_data_stop_before_it(make_month):
    cohort = [{"month": "2026-05", "won": 60, "won_at_cut": 39}]
    assert joins_in_by_now(make_month(revenue=LAGS, sources=cohort)) == 0.65
    stopped = make_month(revenue=LAGS, sources=cohort, as_of=date(2026, 10, 31))
    assert joins_in_by_now(stopped) == pytest.approx(0.5)


def test_places_show_median_waits_with_the_unanswered_in_them(make_month):
    month = make_month(
        relay=[relay_row(kept=2, broken=3, never_answered=2), relay_row(location="Harbour", kept=1, broken=3)],
        waits=[{"minutes": 30, "answered": 2}, {"minutes": 240, "answered": 1}, {"minutes": 900, "running": 2},
               {"location": "Harbour", "minutes": 30, "answered": 1},
               {"location": "Harbour", "minutes": 900, "running": 3},
               {"step": "routing", "minutes": 10, "answered": 5}],
        batons=[{"baton": "never answered", "leads": 2}, {"baton": "routed late", "leads": 1, "location": "Harbour"}],
    )  # fmt: skip
    places = by_location(month)
    assert list(places.index) == ["Northgate", "Harbour"]
    assert places.loc["Northgate", ["in_time", "routing", "reply", "never", "dropped"]].tolist() == [
        0.4,
        10,
        240,
        2,
        2,
    ]
    assert places["reply"].isna()["Harbour"]  # more than half still wait
    assert places["covered"].to_dict() == {"Northgate": 5, "Harbour": 4}
    assert (
        places.isna().loc["Harbour", ["in_time", "routing"]].all()
    )  # under 5 leads: their number and no share


def test_place_table_names_what_its_shares_are_of_and_kinds_differ_from_its_columns(make_month):
    batons = [{"baton": "never answered", "leads": 5}, {"baton": "routed late", "leads": 2, "team": "sales"}]
    month = make_month(relay=[relay_row(kept=30, broken=30, handed_over=66)], batons=batons)
    places, kinds = (table for table in relay(month).tables_shown if table.name in ("places", "batons"))
    labels = [column.label for column in places.columns]
    assert labels[1:4] == ["Handed over", "Due a reply", "In 2 h"] and "No reply logged" in labels
    assert places.frame.loc["Northgate", ["handed_over", "covered"]].tolist() == [66, 60]
    assert [column.label for column in kinds.columns][1:] == [
        "All kinds",
        "Routed late",
        "Accepted, no reply",
    ]
    assert not set(labels[1:]) & {column.label for column in kinds.columns}


def test_stages_caption_says_how_many_answered_have_no_reply_of_their_own(make_month):
    row = relay_row(kept=60, broken=40, answered_unlogged=31)
    caption = next(f for f in relay(make_month(relay=[row])).figures if f.name == "stages").caption
    assert "31 of them have no logged reply of their own" in caption
    assert caption.startswith("By the month in which the reply clock started.")


def test_prompt_names_whose_replies_and_for_whom_the_goal_is_agreed(make_month):
    prompt = relay(make_month(relay=[relay_row(kept=54, broken=46)])).prompt
    assert prompt.text.startswith(
        "54% of all leads were answered in time; 70% is agreed."
    )


def test_batons_add_up_and_kinds_that_do_not_occur_are_left_out(make_month):
    batons = [{"baton": "never answered", "leads": 5}, {"baton": "routed late", "leads": 2, "team": "sales"}]
    table = dropped_batons(make_month(batons=batons))
    assert table.loc["Northgate"].to_dict() == {"all": 7, "routed late": 2, "never answered": 5}


def test_activities_that_stop_early_take_the_curve_away_but_not_the_section(make_month):
    ends = {"activities": date(2026, 10, 9)}
    month = make_month(relay=[relay_row(kept=60, broken=40)], waits=[{"minutes": 30, "answered": 60}], ends=ends)
    answer = relay(month)
    assert answer.finding == "Replies of October are not judged: the sales activities stop on 9 October."
    assert (answer.state, [f.name for f in answer.figures]) == ("poor", ["stages"])
    assert list(answer.figures[0].table.frame.index) == ["Handed over", "Joined so far"]
    assert question.tests(month) == []


def test_reply_times_missing_for_a_tenth_are_said_instead_of_drawn(make_month):
    hours = [{**row, "answered": 50} for row in ELSEWHERE]
    month = make_month(
        relay=[relay_row(kept=60, broken=40)], relay_hours=hours, waits=[{"minutes": 9, "answered": 120}]
    )
    assert (
        reply_gap(month) == "The time of the reply is known for 80% of the leads answered, too few to judge."
    )


def test_without_activities_and_hand_over_the_section_is_one_line(make_month):
    month = make_month(missing={"activities", "leads.handed_over_at", "leads.assigned_at"})
    answer = relay(month)
    assert answer.state == "missing"
    assert answer.finding == "Reply times are not known: the exports hold no sales activities."
    assert not answer.figures and not answer.tables_shown
    assert (answer.missing[0].cause, answer.missing[0].what) == (
        "Sales activities",
        "answered in time, attempts, dropped batons",
    )


def test_without_a_reply_promise_nothing_is_called_late(make_month, riverside):
    from dataclasses import replace

    books = tuple(book.model_copy(update={"reply": None}) for book in riverside.playbooks)
    for old, new in zip(riverside.playbooks, books, strict=True):
        new._in_force_from = old.in_force_from
    month = make_month(relay=[relay_row(handed_over=40)], company=replace(riverside, playbooks=books))
    assert relay(month).finding == "No reply time is agreed yet, so no reply can be called in time or late."


def test_outcomes_come_from_the_cohort_and_from_marketing_only(make_month):
    rows = [
        {"month": "2026-06", "kind": "form", "leads": 30, "reached": 24, "won": 9},
        {"month": "2026-07", "kind": "form", "leads": 10, "reached": 8, "won": 1},
        {"month": "2026-10", "kind": "form", "leads": 99, "reached": 9},
        {"month": "2026-07", "kind": "form", "leads": 99, "team": "sales"},
    ]
    month = make_month(before_handover=rows)
    table = outcomes(month.tallies.before_handover, "kind", Cohort(("2026-06", "2026-07"), ripe=True))
    assert table[["leads", "reached_share", "won_share"]].values.tolist() == [[40, 0.8, 0.25]]


def test_a_row_of_under_five_leads_has_no_share(make_month):
    rows = [{"month": "2026-06", "kind": "form", "leads": n, "reached": 2, "won": 1} for n in (3,)]
    rows.append({"month": "2026-06", "kind": "visit", "leads": 5, "reached": 2, "won": 1})
    month = make_month(before_handover=rows)
    table = outcomes(month.tallies.before_handover, "kind", Cohort(("2026-06",), ripe=True)).set_index("kind")
    assert table["leads"].to_dict() == {"form": 3, "visit": 5}
    assert table.loc["form", ["reached_share", "won_share", "low", "high"]].isna().all()
    assert table.loc["visit", "reached_share"] == 0.4


def test_sent_back_of_what_marketing_handed_over_with_the_reason_and_what_became_of_them(make_month):
    def back(leads, reason="", **more):
        return {"disposition": "sent back", "reason": reason, "leads": leads, **more}

    month = make_month(
        relay=[relay_row(handed_over=296, accepted=213, sent_back=14), relay_row(team="sales", accepted=200)],
        returned=[back(6, "Already a member", won=1), back(8), back(9, month="2026-08", lost=4),
                  {"disposition": "nurture", "reason": "Later", "leads": 9}, back(50, team="sales")],
    )  # fmt: skip
    assert describe_sent_back(month) == (
        "Of 296 leads handed over by marketing, sales accepted 213 and sent back 14, most often as “Already a member” "
        "(6). Of the 23 of July–October 2026 that were sent back within their month, 1 joined, 4 were lost and 18 are "
        "open by 3 November."
    )
    first = make_month(relay=[relay_row(handed_over=20, accepted=3, sent_back=2)], returned=[back(2)],
                       daily=[leads("2026-09"), leads("2026-10")])  # fmt: skip
    assert "None of the 2 of September–October 2026" in describe_sent_back(first)  # no lead is older
    waiting = make_month(relay=[relay_row(handed_over=20, accepted=3, sent_back=2)], returned=[back(2)])
    assert describe_sent_back(waiting).endswith(
        "None of the 2 of July–October 2026 that were sent back within their month is won or lost yet."
    )
    for became, says in (({}, "is not won or lost yet."), ({"won": 1}, "joined."), ({"lost": 1}, "was lost.")):
        one = make_month(relay=[relay_row(handed_over=20, accepted=3, sent_back=1)], returned=[back(1, **became)])
        said = f"The one lead of July–October 2026 that was sent back within its month {says}"
        assert describe_sent_back(one).endswith(f". {said}")


@pytest.mark.parametrize(
    ("state", "won", "says"),
    [
        ({"missing": {"deals"}}, 0, "accepted 3 and sent back 2."),
        ({"ends": {"deals": date(2026, 10, 18)}}, 0, "within their month is won or lost by 18 October."),
        ({"ends": {"deals": date(2026, 10, 18)}}, 1, "1 joined, 0 were lost and 1 is open by 18 October."),
    ],
)
def test_what_became_of_leads_sent_back_is_said_only_as_far_as_the_deals_go(make_month, state, won, says):
    rows = [relay_row(handed_over=20, accepted=3, sent_back=2)]
    back = [{"disposition": "sent back", "leads": 2, "won": won}]
    assert describe_sent_back(make_month(relay=rows, returned=back, **state)).endswith(says)


def test_leads_reached_without_an_attempt_are_explained(make_month):
    rows = [{"month": m, "attempts": "0", "leads": 40, "reached": 12, "won": 5} for m in [*MONTHS, "2026-10"]]
    month = make_month(after_handover=rows, daily=[{"leads": 40}])
    (table,) = [one for one in question.both_sides_tables(month) if one.name == "after"]
    assert table.frame["attempts"].tolist() == ["No attempt logged"]
    assert "No attempt: they called or came in themselves, or nothing was written down." in table.note


def test_the_condition_says_what_it_was_the_month_before(make_month):
    before = [{**row, "month": "2026-09"} for row in [{**HARBOUR, "never_answered": 30}, *ELSEWHERE]]
    (test,) = question.tests(make_month(relay_hours=[HARBOUR, *ELSEWHERE, *before]))
    assert test.text.endswith("40 of 84 with no reply logged, elsewhere 10%; in September it was 30 of 84.")


def test_both_teams_share_stands_beside_the_one_of_marketing(make_month):
    rows = [relay_row(kept=50, broken=50), relay_row(team="sales", kept=40, broken=10)]
    assert relay(make_month(relay=rows)).finding.endswith(
        "50% of marketing-sourced leads were answered within the agreed 2 hours; of all leads it was 60%."
    )


def test_a_waiting_curve_takes_five_leads_and_says_how_many_it_has(make_month):
    waits = [{"minutes": 9, "answered": 40}, {"team": "sales", "minutes": 9, "answered": 3, "running": 1}]
    relays = [relay_row(kept=40), relay_row(team="sales", kept=3, running=1)]
    (figure, *_) = relay(make_month(waits=waits, relay=relays)).figures
    assert figure.caption.startswith("40 marketing-sourced leads; those with no reply")
    assert [column.label for column in figure.table.columns] == ["Still waiting after", "Marketing (n=40)"]
    waits[1]["running"] = 2
    (figure, *_) = relay(make_month(waits=waits, relay=relays)).figures
    assert "40 marketing-sourced and 5 sales-sourced leads" in figure.caption


@pytest.mark.parametrize(
    ("leads", "says"),
    [
        (14, "14 leads at Station were assigned to somebody who had left: that is routing, not slow reply."),
        (1, "1 lead at Station was assigned to somebody who had left: that is routing, not slow reply."),
        (0, ""),
    ],
)
def test_leads_of_somebody_who_left_are_a_matter_of_routing(make_month, leads, says):
    assert describe_departed(make_month(departed=[{"location": "Station", "leads": leads}])) == says


def test_the_stages_say_why_the_figure_may_count_other_leads_as_handed_over(make_month):
    stages = [{"stage": "handed over", "position": 1, "reached": 295}]
    month = make_month(relay=[relay_row(handed_over=296)], stages=stages)
    note = next(table for table in relay(month).tables_shown if table.name == "playbook_stages").note
    assert "those only assigned as handed over, too" in note


@pytest.mark.parametrize(("missing", "says"), [
    ((), ""),
    ({"leads.handed_over_at"}, " Left out, as no export dates it: handed over."),
    ({"leads.handed_over_at", "activities.connected"}, " Left out, as no export dates them: handed over and reached."),
])  # fmt: skip
def test_a_stage_that_no_export_dates_is_left_out_and_said(make_month, missing, says):
    stages = [{"stage": name, "position": n, "reached": 3 if name == "handed over" else 31, "skipped": n % 2}
              for n, name in enumerate(("lead", "handed over", "reached"), start=1)]  # fmt: skip
    month = make_month(relay=[relay_row(handed_over=31)], stages=stages, missing=missing)
    table = next(table for table in relay(month).tables_shown if table.name == "playbook_stages")
    assert table.note.endswith(f"as handed over, too.{says}")
    assert ("handed over" in table.frame.index) == ("leads.handed_over_at" not in missing)


def test_skipped_stages_are_said(make_month):
    stages = [
        {"stage": "lead", "position": 1, "reached": 50},
        {"stage": "visited", "position": 5, "reached": 20, "skipped": 4},
    ]
    assert "Counted as passed because a later stage was reached: visited (4)." in both_sides_notes(
        make_month(stages=stages)
    )


STATES = {
    "empty": {},
    "tiny": {"relay": [relay_row(kept=1, broken=1)], "waits": [{"minutes": 3, "answered": 1, "running": 1}]},
    "no location": {"relay": [relay_row(location="(none)", kept=30, broken=30)],
                    "relay_hours": [{"location": "(none)", "part": "no time", "covered": 60, "kept": 30}]},
    "new location": {"relay": [relay_row(location="Bridge", kept=30, broken=3)]},
    "sales only": {"relay": [relay_row(team="sales", kept=30, broken=3)], "waits": [{"team": "sales", "answered": 1}]},
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("missing", [(), ("activities",), ("touches", "leads.disposition")])
def test_every_state_gives_a_page_that_can_be_printed(make_month, printable, state, missing):
    partial = date(2026, 10, 18) if missing else None
    printable(relay(make_month(missing=missing, partial=partial, **STATES[state])))


def test_no_plan_draws_no_tick_for_what_is_not_agreed(make_month):
    from dataclasses import replace

    month = make_month(relay=[relay_row(kept=60, broken=40)])
    bare = replace(month, plan=Plan(month.company.plan.iloc[:0]))
    assert stages_passed(bare)["plan"].isna()["Reached"]
    assert describe_relay(bare, None)
