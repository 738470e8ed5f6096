"""The relay: what it says, tests, asks and shows, on months that can be counted by eye."""

from datetime import date
from importlib import import_module

import pytest
from made_months import months_to
from made_replies import ELSEWHERE, HARBOUR, relay_row

from alignment_lib.questions.relay import relay
from alignment_lib.questions.relay_words import describe_replies, describe_without
from alignment_lib.questions.replies import Replies

question = import_module("alignment_lib.questions.relay")  # the package calls the answer itself `relay`

MONTHS = ("2026-07", "2026-08", "2026-09")


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
    assert describe_replies(Replies(kept + broken, kept), earlier, spans, "2 hours", words) == says


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
    assert describe_without(month, now, before=without) == said
    assert describe_without(month, now, before=0.99) == ""  # it explains less than half
    assert describe_without(month, now, before=0.1) == ""  # nothing is missing
    even = make_month(relay=[relay_row(kept=now.kept, broken=324 - now.kept)], relay_hours=ELSEWHERE)
    assert describe_without(even, now, before=without) == ""


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


def test_activities_that_stop_early_take_the_curve_away_but_not_the_section(make_month):
    ends = {"activities": date(2026, 10, 9)}
    month = make_month(relay=[relay_row(kept=60, broken=40)], waits=[{"minutes": 30, "answered": 60}], ends=ends)
    answer = relay(month)
    assert answer.finding == "Replies of October are not judged: the sales activities stop on 9 October."
    assert (answer.state, [f.name for f in answer.figures]) == ("poor", ["stages"])
    assert list(answer.figures[0].table.frame.index) == ["Handed over", "Joined so far"]
    assert question.tests(month) == []


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


def test_the_condition_says_what_it_was_the_month_before(make_month):
    before = [{**row, "month": "2026-09"} for row in [{**HARBOUR, "never_answered": 30}, *ELSEWHERE]]
    (test,) = question.tests(make_month(relay_hours=[HARBOUR, *ELSEWHERE, *before]))
    assert test.text.endswith("40 of 84 with no reply logged, elsewhere 10%; in September it was 30 of 84.")


def test_the_condition_carries_what_its_own_batons_are_worth_and_its_p_stays_as_it_was(make_month):
    """A year in which 8 of 20 answered in time join and 1 of 10 never answered; then 4 never answered, 3 at Harbour."""
    money = {"value": 100.0, "value_squared": 10_000.0}

    def cells(leads, won, place="Harbour", **more):
        value = {name: amount * won for name, amount in money.items()}
        return {"location": place, "handling": "in time", "leads": leads, "won": won, **value, **more}

    def never(leads, won=0, place="Harbour", **more):
        return cells(leads, won, place, handling="never", baton="never answered", **more)

    year = [{**row, "month": m} for m in months_to("2026-10", 13)[:-1]
            for place in ("Harbour", "Northgate") for row in (cells(20, 8, place), never(10, 1, place))]  # fmt: skip
    now = [cells(6, 1), never(3, part="16:00 and later"), cells(6, 1, "Northgate"), never(1, 0, "Northgate")]
    hours = [HARBOUR, *ELSEWHERE]
    (plain,), (valued,) = (question.tests(make_month(relay_hours=hours, cells=rows)) for rows in ([], [*year, *now]))
    assert (plain.p, plain.money) == (valued.p, 0.0)
    keeps = 12 * 2 / (0.4 * (12 * 20 + 4))
    assert valued.money == pytest.approx(3 * 0.4 * (1 - keeps) * 100)
    assert valued.text.startswith(f"{plain.text} Batons dropped there are worth about $90 in joins ($")
    month = make_month(relay=[relay_row(kept=204, broken=120)], relay_hours=hours, cells=[*year, *now])
    assert "Enquiries after 16:00 at Harbour make $90 of it." in relay(month).notes
    even = make_month(relay=[relay_row(kept=204, broken=120)], relay_hours=ELSEWHERE, cells=[*year, *now])
    assert not any("of it." in note for note in relay(even).notes)


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


