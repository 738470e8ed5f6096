"""What leads did before hand-over and sales after it, on months that can be counted by eye."""

from datetime import date

import pandas as pd
import pytest
from made_months import leads, months_to
from made_replies import relay_row

from alignment_lib.questions.both_sides import (
    both_sides_notes,
    both_sides_tables,
    describe_departed,
    describe_sent_back,
    grows_harder,
    outcomes,
)
from alignment_lib.questions.cohort import Cohort
from alignment_lib.questions.relay import relay


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
    rows = [{"month": m, "attempts": "0", "leads": 40, "reached": 12, "won": 5} for m in months_to("2026-10", 4)]
    month = make_month(after_handover=rows, daily=[{"leads": 40}])
    (table,) = [one for one in both_sides_tables(month) if one.name == "after"]
    assert table.frame["attempts"].tolist() == ["No attempt logged"]
    assert "No attempt: they called or came in themselves, or nothing was written down." in table.note


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


@pytest.mark.parametrize(("reached", "harder"), [
    ((0.05, 0.68, 0.60, 0.57), True),
    ((0.05, 0.68, 0.60, 0.60), False),  # under ten points
    ((0.05, 0.65, 0.68, 0.69), False),  # as on a page whose leads are reached alike, however often they are tried
    ((0.05, 0.68), False),
    ((0.05, 0.68, 0.50, float("nan")), True),  # a row of too few leads for a share tells nothing
])  # fmt: skip
def test_leads_tried_often_are_called_harder_only_where_fewer_of_them_are_reached(reached, harder):
    names = ["No attempt logged", "1 attempt", "2 attempts", "5 or more attempts"]
    assert grows_harder(pd.DataFrame({"attempts": names[: len(reached)], "reached_share": reached})) == harder
