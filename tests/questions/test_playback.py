"""What lost and won leads teach: reasons on their usual range, what came back, and what the clubs say."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from made_months import months_to

from alignment_lib import questions
from alignment_lib.personal import names_somebody
from alignment_lib.questions.feedback import WITHHELD, bearing, overdue, remark_list, remarks
from alignment_lib.questions.meetings_held import describe_meetings, meetings_held
from alignment_lib.questions.playback import playback
from alignment_lib.questions.reasons import coverage, months_before, reasons_of

question = import_module("alignment_lib.questions.playback")
SEVEN = months_to("2026-10", 7)
USUAL = {"Price": 40, "No time": 30, "Chose another club": 20, "(none)": 10}
LISTED = 7


def lost(month="2026-10", **more):
    """Return a month's losses by reason; the usual 100 unless a test says otherwise."""
    counts = USUAL | {name.replace("_", " "): n for name, n in more.items()}
    return [{"month": month, "outcome": "lost", "reason": name, "decided": n} for name, n in counts.items() if n]


def earlier(months=SEVEN[:-1]):
    return [row for month in months for row in lost(month)]


def back(leads=100, told=95, explained=92, month="2026-08", **more):
    return {"month": month, "leads": leads, "told": told, "explained": explained, **more}


def without_feedback(riverside):
    return replace(riverside, feedback=riverside.feedback.head(0), meetings=riverside.meetings.head(0))


@pytest.fixture
def quiet(riverside):
    """The sample company, where nobody said anything and no meeting is written down."""
    return without_feedback(riverside)


# Reasons


def test_a_share_is_of_the_months_losses_and_its_range_is_of_the_six_months_before(make_month):
    table = reasons_of(make_month(reasons=[*earlier(), *lost(Price=70)]))

    price = table.loc["Price"]
    assert (price["now"], price["earlier"]) == (70, 240)
    assert price["share"] == pytest.approx(70 / 130) and price["usual"] == pytest.approx(0.4)
    half = 3 * np.sqrt(0.4 * 0.6 * (1 / 130 + 1 / 600))
    assert (price["low"], price["high"]) == (pytest.approx(0.4 - half), pytest.approx(0.4 + half))
    assert price["kind"] == "usual" and table["share"].sum() == pytest.approx(1)


def test_every_agreed_reason_has_a_row_and_no_reason_is_a_reason(make_month):
    table = reasons_of(make_month(reasons=[*earlier(), *lost()]))
    assert len(table) == LISTED + 1 and table["listed"].all()
    assert table.loc["Moved away", "now"] == 0
    assert table.loc["No reason recorded", "now"] == 10


def test_a_reason_that_nobody_agreed_on_is_shown_as_not_in_the_list(make_month, quiet, printable):
    month = make_month(company=quiet, reasons=[*earlier(), *lost(Parking=3)])
    assert not reasons_of(month).loc["Not in the list: Parking", "listed"]
    answer = playback(month)
    assert "3 losses have a reason that is not on the agreed list." in answer.notes
    printable(answer)


def test_many_reasons_that_nobody_agreed_on_are_one_row_from_the_twelfth_on(make_month):
    many = {f"Reason {n}": 2 for n in range(40)}
    table = reasons_of(make_month(reasons=[*earlier(), *lost(**many)]))
    assert len(table) == 12 and table["now"].sum() == 180
    assert table.loc["Not in the list: others", "now"] == 74  # three of the forty stand alone


def test_a_few_cases_outside_are_no_diamond(make_month):
    """One loss for a reason that was never given lies above 0 to 0%, and says nothing."""
    table = reasons_of(make_month(reasons=[*earlier(), *lost(Injury_or_health=1)]))
    row = table.loc["Injury or health"]
    assert row["kind"] == "usual" and row["high"] == row["share"]


@pytest.mark.parametrize(("n", "kind"), [(29, "few"), (30, "usual")])
def test_shares_are_read_from_thirty_losses_on(make_month, quiet, n, kind):
    now = [{"month": "2026-10", "outcome": "lost", "reason": "Price", "decided": n}]
    usual = [{**row, "month": month, "decided": 30} for month in SEVEN[:-1] for row in now]
    month = make_month(company=quiet, reasons=[*usual, *now])
    assert reasons_of(month).loc["Price", "kind"] == kind
    answer = playback(month)
    assert bool(answer.figures) == (n == 30) and (answer.state == "complete") == (n == 30)
    assert ("29 losses are recorded in October, too few to read shares." in answer.finding) == (n == 29)


def test_without_three_earlier_months_there_is_no_usual_range(make_month, quiet):
    answer = playback(make_month(company=quiet, reasons=[*earlier(SEVEN[-3:-1]), *lost()]))
    assert "it takes three earlier months" in answer.finding
    assert question.tests(make_month(reasons=[*earlier(SEVEN[-3:-1]), *lost(Price=90)])) == []


def test_the_test_is_of_the_reason_that_moved_most_and_corrected_for_all_that_were_looked_at(make_month, printable):
    month = make_month(reasons=[*earlier(), *lost(Chose_another_club=60)])
    (test,) = question.tests(month)
    assert test.name == "playback: Chose another club" and test.direction == "neither"
    assert test.p == pytest.approx(4 * reasons_of(month).loc["Chose another club", "p"])  # four were ever given
    assert test.p < 0.001 and "rose to 43% of losses (60 of 140), above its usual range of" in test.text
    answer = playback(month)
    assert answer.reading == "signal" and answer.opens
    assert "The other seven reasons are where they usually are." in answer.finding
    assert "What helps most" in answer.prompt.text
    assert {item.kind: item.asks for item in question.agenda(month)}["signal"] == answer.prompt.text
    printable(answer)


@pytest.mark.parametrize(("months", "lasts"), [(1, ", as in the month before"), (2, ", as in the two months before")])
def test_a_reason_that_stays_high_does_not_rise_again(make_month, months, lasts):
    high = [row for month in SEVEN[-1 - months:] for row in lost(month, Chose_another_club=90)]
    month = make_month(reasons=[*earlier(months_to("2026-10", 14)[: -1 - months]), *high])
    (test,) = question.tests(month)
    assert "“Chose another club” came to 53% of losses (90 of 170), above its usual range of" in test.text
    assert test.text.endswith(f"%{lasts}.") and months_before(month, "Chose another club", "above") == months
    (item,) = [item for item in question.agenda(month) if item.kind == "signal"]
    assert item.what == f"“Chose another club” among the reasons for losses{lasts}"
    assert "is given more often than it was" in item.asks


def test_a_reason_inside_its_range_is_never_announced(make_month):
    (test,) = question.tests(make_month(reasons=[*earlier(), *lost(Price=50)]))
    assert test.p == 1.0


def test_a_reason_that_is_given_less_asks_what_made_the_difference(make_month, printable):
    answer = playback(make_month(reasons=[*earlier(), *lost(Price=5)]))
    assert "“Price” fell to 8% of losses (5 of 65), below its usual range" in answer.finding
    assert answer.prompt.text.endswith("What made the difference, and how do we keep it?")
    printable(answer)


def test_where_a_reason_moved_it_is_shown_by_location(make_month):
    here = [row | {"location": "Harbour"} for row in lost(Chose_another_club=60)]
    answer = playback(make_month(reasons=[*earlier(), *here]))
    table = answer.tables["reason_places"]
    assert table.loc["Harbour", ["losses", "given"]].tolist() == [140, 60]
    assert table.loc["Northgate", "share_before"] == pytest.approx(0.2)


def test_a_loss_before_the_six_months_or_after_the_month_plays_no_part(make_month):
    rows = [*earlier(), *lost(), *lost("2026-03", Price=500), *lost("2026-11", Price=500), *lost("", Price=7)]
    assert reasons_of(make_month(reasons=rows)).loc["Price", ["now", "earlier"]].tolist() == [40, 240]


def test_losses_without_a_day_are_told(make_month, quiet):
    answer = playback(make_month(company=quiet, reasons=[*earlier(), *lost(), *lost("", Price=1)[:1]]))
    assert "1 loss without a day stands in no month." in answer.notes


@pytest.mark.slow
def test_nothing_changed_announces_in_at_most_one_month_in_ten():
    """Seven exchangeable months of 60 losses: the corrected test holds at 10% in at most 10%, and two errors."""
    rng, shares, loud, draws = np.random.default_rng(7), [0.35, 0.25, 0.2, 0.1, 0.1], 0, 300
    for _ in range(draws):
        now, before = rng.multinomial(60, shares), rng.multinomial(360, shares)
        frame = pd.DataFrame({"now": now, "earlier": before, "listed": True}, index=list("abcde"))
        table = question.reasons_of.__globals__["_read"](frame, 6)
        moved = table[table["kind"] != "usual"]
        loud += bool(len(moved)) and 5 * moved["p"].min() <= 0.10
    assert loud / draws <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / draws)


def test_losses_to_a_day_are_not_tested(make_month, printable):
    rows = [*earlier(), *lost(Price=90)]
    month = make_month(reasons=rows, partial=date(2026, 10, 18))
    assert question.tests(month) == []
    assert playback(month).finding.startswith("To 18 October: ")
    month = make_month(reasons=rows, ends={"deals": date(2026, 10, 18)})
    answer = playback(month)
    assert question.tests(month) == [] and "are not read yet: the deals stop on 18 October." in answer.finding
    assert answer.figures == () and "share" not in [column.key for column in answer.tables_shown[0].columns]
    printable(answer)


def test_why_clients_came_is_shown_where_anybody_writes_it_down(make_month, quiet):
    won = [{"outcome": "won", "reason": "(none)", "decided": 20}]
    month = make_month(company=quiet, reasons=[*earlier(), *lost(), *won])
    assert "won_reasons" not in playback(month).tables
    assert "why members joined" in [one.what for one in playback(month).missing]
    won.append({"outcome": "won", "reason": "A friend", "decided": 9})
    table = playback(make_month(company=quiet, reasons=[*earlier(), *lost(), *won])).tables["won_reasons"]
    assert table.loc["A friend", "now"] == 9


# What came back


def test_coverage_is_of_every_lead_of_months_old_enough(make_month, quiet, printable):
    rows = [back(), back(told=80, explained=60, month="2026-09"), back(told=5, explained=5, location="Harbour")]
    wins = [{"month": "2026-08", "created_month": "2026-08", "clients": 10}]
    wins += [{"month": f"2026-{n:02d}", "created_month": f"2026-{n:02d}", "clients": 10} for n in range(1, 8)]
    daily = [{"month": month, "leads": 9} for month in ("2026-08", "2026-09", "2026-10")]
    month = make_month(company=quiet, reasons=[*earlier(), *lost()], fed_back=rows, revenue=wins, daily=daily)
    found, table = coverage(month)
    assert set(table["leads"]) == {200, 100} and found.leads == 300
    assert found.share == pytest.approx((92 + 60 + 5) / 300) and found.goal == 0.90
    printable(playback(month))


def test_under_sixty_per_cent_only_coverage_and_counts_are_shown(make_month, quiet, printable):
    daily = [{"month": "2026-08", "leads": 9}, {"leads": 9}]
    for explained, shown in ((59, False), (60, True)):
        rows = [back(explained=explained, month="2026-10")]
        answer = playback(make_month(company=quiet, reasons=[*earlier(), *lost()], fed_back=rows, daily=daily))
        assert bool(answer.figures) == shown
        assert ("the counts stand below" in answer.finding) != shown
        assert f"{explained}% of the 100 leads" in answer.finding and "the goal is 90%" in answer.finding
        if not shown:
            assert [column.key for column in answer.tables_shown[0].columns] == ["reason", "now"]
        printable(answer)
    mute = [*earlier(), *lost(), {"outcome": "lost", "reason": "(none)", "decided": 150}]
    assert "36% of the losses have a reason" in playback(make_month(company=quiet, reasons=mute)).finding


def test_nothing_lost_or_no_deals_is_said_in_one_line(make_month, quiet, printable):
    answer = playback(make_month(company=quiet, missing=["deals", "leads.disposition", "activities"]))
    assert answer.state == "missing" and "not recorded in the exports" in answer.finding
    assert {"reasons for losses", "what the clubs and sales say"} <= {one.what for one in answer.missing}
    printable(answer)


# Feedback


def said(riverside, *rows):
    """Return the company with the given feedback: (date, location, about, text, answer, answered_on)."""
    columns = ["date", "location", "about", "text", "answer", "answered_on"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("date", "answered_on"):
        frame[name] = pd.to_datetime(frame[name])
    return replace(riverside, feedback=frame)


def test_a_remark_belongs_to_its_month_or_waits_for_its_answer(make_month, riverside):
    company = said(
        riverside,
        ("2026-08-01", "Harbour", "offer", "Old and answered.", "Yes.", "2026-08-04"),
        ("2026-08-02", "Harbour", "offer", "Old and open.", "", None),
        ("2026-09-28", "Harbour", "offer", "Answered in October.", "Yes.", "2026-10-02"),
        ("2026-10-05", "Station", "offer", "Answered too late to be seen.", "Yes.", "2026-11-20"),
        ("2026-10-31", "Station", "offer", "Answered, nobody wrote when.", "Yes.", None),
        ("2026-11-02", "Station", "offer", "Of the next month.", "", None),
    )
    month = make_month(company=company)
    assert [(one.text, one.days) for one in remarks(month)] == [
        ("Old and open.", 93), ("Answered too late to be seen.", 29),
        ("Answered, nobody wrote when.", 0), ("Answered in October.", 0),
    ]  # fmt: skip
    assert [one.days for one in overdue(month)] == [93, 29]


def test_what_waits_longer_than_agreed_goes_to_the_agenda(make_month, riverside, printable):
    """Seven days are agreed; the page knows events to 3 November."""
    for day, late in (("2026-10-27", False), ("2026-10-26", True)):
        month = make_month(company=said(riverside, (day, "Station", "offer", "Could it open at six?", "", None)))
        items = [item for item in question.agenda(month) if item.evidence == "playback"]
        assert bool(items) == late == playback(month).opens
        printable(playback(month))
    assert items[0].what == "1 remark of the clubs without an answer" and items[0].kind == "feedback"
    assert items[0].asks == playback(month).prompt.text == "Who answers what Station said on 26 October, and by when?"
    book = riverside.playbooks[-1].model_copy(update={"communication": ()})
    assert overdue(make_month(company=replace(month.company, playbooks=(book,)))) == []


@pytest.mark.parametrize(
    "text",
    ["Call 0170 1234567 about it.", "Write to ann@example.com.", "I told Ruth twice.", "Mr Ash was rude.",
     "Ruth Okafor told us.", "It was Hana’s lead."],
)  # fmt: skip
def test_a_quote_with_a_number_or_a_name_is_not_printed(make_month, riverside, text):
    for row in ((text, ""), ("It is quiet.", text)):
        company = said(riverside, ("2026-10-05", "Station", "offer", *row, "2026-10-06" if row[1] else None))
        (item,) = remark_list(make_month(company=company)).items
        assert item.text == WITHHELD and text not in item.lead


def test_names_of_the_business_and_of_the_calendar_are_nobodys(riverside):
    for row in riverside.feedback.to_dict("records"):
        assert not names_somebody(f"{row['text']} {row['answer']}", ["Old Mill"])
    assert not names_somebody("At Old Mill on Monday the CRM was down. I saw it.", ["Old Mill"])
    assert names_somebody("At Old Mill on Monday", [])


def test_a_remark_stands_beside_the_measure_that_bears_on_it(make_month, riverside):
    daily = [{"location": "Harbour", "leads": 20, "quality": 15}, {"leads": 80, "quality": 75}]
    month = make_month(
        company=said(riverside, *(("2026-10-05", place, about, "So.", "", None) for place, about in (
            ("Harbour", "lead quality"), ("Harbour", "source"), ("Northgate", "offer"), ("", "Paid social"),
            ("Harbour", "parking"),
        ))),
        daily=daily, reasons=lost(), sources=[{"source": "Paid social", "leads": 12}],
        tracking=[{"location": "Harbour", "leads": 20, "source_known": 18}, {"leads": 80, "source_known": 80}],
    )  # fmt: skip
    assert [bearing(month, one) for one in sorted(remarks(month), key=lambda one: one.about)] == [
        "Paid social: 12 leads in October; 0 of 12 (0%) of October 2026 joined.",
        "At Harbour 75% of 20 leads are quality leads; all clubs: 90%.",
        "90 losses at Northgate with a reason, most often “Price” (40).",
        "",
        "At Harbour 90% of 20 leads have a source; all clubs: 98%.",
    ]


# Meetings


def held(riverside, *days):
    rows = [{"date": pd.Timestamp(day), "meeting": name, "present": ""} for name, day in days]
    return replace(riverside, meetings=pd.DataFrame(rows))


def test_a_week_belongs_to_the_month_of_its_thursday(make_month, riverside):
    """October 2026 has five Thursdays, the first on the 1st: Tuesday 29 September is in its first week."""
    days = [("Weekly check-in", day) for day in ("2026-09-29", "2026-10-06", "2026-10-08", "2026-10-20", "2026-11-03")]
    month = make_month(company=held(riverside, *days, ("Monthly alignment", "2026-10-05")))
    assert [(one.meeting, one.held, one.agreed) for one in meetings_held(month)] == [
        ("Weekly check-in", 3, 5), ("Monthly alignment", 1, 1),
    ]  # fmt: skip
    assert describe_meetings(month) == (
        "Meetings agreed: Weekly check-in: held in 3 of 5 weeks; Monthly alignment: held this month."
    )


@pytest.mark.parametrize(("every", "period", "turns"), [
    ("two weeks", "2026-10", 2), ("quarter", "2026-10", 0), ("quarter", "2026-09", 1), ("year", "2026-12", 1),
    ("year", "2026-11", 0), ("day", "2026-10", 30),
])  # fmt: skip
def test_each_rhythm_has_its_turns(make_month, riverside, every, period, turns):
    meetings = import_module("alignment_lib.questions.meetings_held")
    assert len(meetings.turns_of(make_month(period, company=riverside), every)) == turns


def test_a_meeting_of_one_turn_is_called_not_held_on_the_agenda(make_month, riverside):
    weekly = [("Weekly check-in", f"2026-{day}") for day in ("09-29", "10-20")]
    items = import_module("alignment_lib.questions.wins_and_promises").agenda(
        make_month(company=replace(held(riverside, *weekly), promises=()))
    )
    assert [item.what for item in items] == [
        "Weekly check-in: held 2 of 5 times; keep it, or agree another rhythm",
        "Monthly alignment: not held in October; keep it, or agree another rhythm",
    ]


def test_months_before_the_first_meeting_written_down_say_nothing(make_month, riverside):
    assert meetings_held(make_month("2026-08", company=riverside)) == []
    assert describe_meetings(make_month(company=without_feedback(riverside))) == ""


# The whole


def test_the_playback_is_among_the_questions_and_its_items_name_their_section():
    assert "playback" in questions.QUESTIONS


def test_an_open_dispute_that_waits_longer_than_agreed_goes_to_the_agenda(make_month, riverside):
    """Of the sample's disputes one was raised on 20 October and settled after the page's date, one on the 29th."""
    (item,) = [item for item in question.agenda(make_month(company=riverside)) if item.evidence == "relay"]
    assert item.what == "Disputed leads open longer than agreed"
    assert not [item for item in question.agenda(make_month("2026-08", company=riverside)) if item.evidence == "relay"]
