"""Tracking quality: what is written down, what the missing sources could do to the verdict, and what to mend."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pytest
from made_months import planned

from alignment_lib.errors import NotebookFailed
from alignment_lib.period import Month
from alignment_lib.questions.checks import checks
from alignment_lib.questions.tracking import (
    describe_tracking,
    fields_held,
    notes,
    recorded,
    tracking,
)
from alignment_lib.questions.unknown_sources import source_bound
from alignment_lib.sources.findings import FileRead, Finding

question = import_module("alignment_lib.questions.tracking")
EVERY = (
    "source_known",
    "arrival_known",
    "score_known",
    "profile_known",
    "handover_logged",
    "reply_logged",
    "outcome_fed_back",
)


def place(location="Northgate", leads=100, month="2026-10", team="marketing", **lacking):
    """Return one row of `tracking` in which every field is written down but for the leads that lack it."""
    known = {name: leads - lacking.get(name, 0) for name in EVERY}
    known["quality_unsourced"] = lacking.get("quality_unsourced", lacking.get("source_known", 0))
    return {"location": location, "leads": leads, "month": month, "team": team, **known}


def month_with(make_month, came, lacking, owed=100, unassigned=0):
    """Return a month in which marketing brought `came` quality leads and some leads lack a source."""
    rows = [place(leads=came, source_known=lacking)]
    if unassigned:
        rows.append(place(leads=unassigned, team="unassigned", source_known=unassigned))
    daily = [
        {"leads": came, "quality": came},
        {"leads": unassigned, "quality": unassigned, "team": "unassigned"},
    ]
    return make_month(tracking=rows, daily=daily, plan=planned(["2026-10"], owed, None))


@pytest.mark.parametrize(
    ("came", "owed", "could"),
    [
        (80, 100, False),
        (83, 100, True),
        (100, 100, False),
        (130, 100, False),
        (82, 100, True),
        (81, 100, False),
    ],
)
def test_leads_without_a_team_can_only_lift_a_count_over_its_plan(make_month, came, owed, could):
    """18 leads without a source belong to nobody yet: 82 and 18 make the plan of 100, 81 and 18 do not."""
    bound = source_bound(month_with(make_month, came, 0, owed, unassigned=18))
    assert (bound.team, bound.most, bound.could_change) == ("marketing", 18, could)
    assert bound.bounds[2:] == (came, came + 18) and bound.unit == "quality leads"


def test_the_bound_counts_what_the_split_counts(make_month):
    """21 leads lack a source, 18 of them are quality leads: 81 quality leads and 18 do not make 100, and 21 would."""
    rows = [place(leads=81), place(leads=21, team="unassigned", source_known=21, quality_unsourced=18)]
    daily = [{"leads": 81, "quality": 81}, {"leads": 21, "quality": 18, "team": "unassigned"}]
    month = make_month(tracking=rows, daily=daily, plan=planned(["2026-10"], 100, None))
    assert (source_bound(month).most, source_bound(month).could_change) == (18, False)
    rows[1]["quality_unsourced"] = 0
    assert describe_tracking(make_month(tracking=rows, daily=daily)).endswith(
        "The 21 without one count for no team and cannot change the verdict."
    )


@pytest.mark.parametrize(("came", "could"), [(105, True), (110, True), (111, False), (90, False)])
def test_leads_that_the_team_column_gives_to_a_team_can_only_lower_its_count(make_month, came, could):
    month = month_with(make_month, came, 11)
    assert source_bound(month).could_change == could


def test_finding_says_the_bound(make_month):
    assert describe_tracking(month_with(make_month, 600, 0, 700, unassigned=18)) == (
        "97% of leads have a recorded source. "
        "The 18 without one could move the marketing count of quality leads by at most 18 "
        "and cannot change the verdict."
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "No leads are recorded for October 2026, so there is nothing to trust or doubt yet."),
        ([place(leads=1)], "The 1 lead of October has a recorded source."),
        ([place(leads=9)], "All 9 leads of October have a recorded source."),
        ([place(leads=9, source_known=1)], "8 of 9 leads have a recorded source. The 1 without one could move the "
         "marketing count of quality leads by at most 1; there is no plan whose verdict it could change."),
    ],
)  # fmt: skip
def test_tiny_months_get_counts_and_no_plan_has_no_verdict(make_month, riverside, rows, says):
    month = make_month(tracking=rows, company=replace(riverside, plan=riverside.plan.head(0)))
    assert describe_tracking(month).replace("for October,", "for October 2026,") == says


def test_what_to_mend_is_the_most_leads_behind_the_best_location(make_month):
    """Old Mill lacks 9 sources and 5 outcomes of 100; half of all outcomes are still to come everywhere."""
    rows = [
        place("Northgate", outcome_fed_back=50),
        place("Old Mill", source_known=9, outcome_fed_back=55),
        place("Station", leads=40, outcome_fed_back=20, reply_logged=4),
    ]
    table = recorded(make_month(tracking=rows))
    assert table["mend"].to_dict() == {"Northgate": "", "Old Mill": "source_known", "Station": "reply_logged"}
    assert table["behind"].to_dict() == {"Northgate": 0, "Old Mill": 9, "Station": 4}


def test_one_lead_behind_is_nothing_to_mend(make_month):
    for known, mend in ((99, ""), (98, "source_known")):
        rows = [place("Northgate", source_known=0), place("Old Mill", leads=100, source_known=100 - known)]
        assert recorded(make_month(tracking=rows)).loc["Old Mill", "mend"] == mend


def test_mend_first_names_only_a_shown_field_and_never_an_outcome_still_to_come(make_month):
    """Old Mill lacks most hand-over times, which have no column, then outcomes of fresh leads, then sources."""
    rows = [place("Northgate"), place("Old Mill", handover_logged=30, outcome_fed_back=20, source_known=4)]
    answer = tracking(make_month(tracking=rows, daily=[{"leads": 200}]))
    shown = answer.tables_shown[0]
    assert shown.frame["mend"].tolist() == ["–", "Source: 4 leads"]
    assert "handover_logged" not in [column.key for column in shown.columns]


def test_under_five_leads_get_their_count_and_no_share(make_month):
    table = recorded(make_month(tracking=[place(), place("Bridge", leads=3, source_known=2)]))
    assert table.loc["Bridge"].isna()["source_known"]
    assert table.loc["Bridge", ["leads", "behind", "mend"]].tolist() == [3, 0, ""]
    assert recorded(make_month(tracking=[place("Bridge", leads=5)])).loc["Bridge", "source_known"] == 1


def test_nobody_is_asked_to_mend_a_place_that_is_not_recorded(make_month):
    rows = [place("Northgate", source_known=20), place("Station", source_known=20), place("(none)", leads=50)]
    assert set(recorded(make_month(tracking=rows))["mend"]) == {""}  # nor is it the best one to compare with
    rows = [place("Northgate"), place("(none)", leads=30, source_known=10)]
    assert set(recorded(make_month(tracking=rows))["mend"]) == {""}
    assert recorded(make_month(tracking=[place("(none)", source_known=10)]))["mend"].tolist() == ["source_known"]


def test_a_reading_that_signals_is_said_in_words_and_opens_the_section(make_month):
    months = [str(m) for m in Month.parse("2026-10").back(14)]
    rows = [place(month=m, source_known=3 + n % 2) for n, m in enumerate(months[:-1])] + [place(source_known=40)]
    daily = [{"month": m, "day": f"{m}-01", "leads": 100, "quality": 100} for m in months]
    answer = tracking(make_month(tracking=rows, daily=daily))
    assert answer.reading == "below usual" and answer.opens
    assert "The share with a source is below its usual range." in answer.finding


def test_one_location_is_held_against_every_lead(make_month):
    table = recorded(make_month(tracking=[place(reply_logged=4, profile_known=2)]))
    assert table.loc["Northgate", ["mend", "behind"]].tolist() == ["reply_logged", 4]


def test_the_place_that_falls_behind_is_announced_over_three_months(make_month):
    months = ("2026-08", "2026-09", "2026-10")
    rows = [place(name, month=m, source_known=lacking) for m in months
            for name, lacking in (("Old Mill", 9), ("Northgate", 2), ("Station", 1))]  # fmt: skip
    daily = [{"month": m, "day": f"{m}-01", "leads": 300, "quality": 300} for m in months]
    month = make_month(tracking=rows, daily=daily)
    answer = tracking(month)
    assert answer.finding.endswith(
        "Leads at Old Mill: 27 of 300 came without a source in August–October 2026, elsewhere 2%."
    )
    assert answer.prompt.text == "What would make writing down a source a ten-second job at Old Mill?"
    assert answer.opens


@pytest.mark.slow
def test_equal_places_announce_at_most_their_level(make_month):
    rng = np.random.default_rng(3)
    fired = 0
    for _ in range(30):
        lacking = rng.binomial(100, 0.04, (5, len(EVERY)))
        rows = [
            place(f"Club {n}", **dict(zip(EVERY, map(int, row), strict=True)))
            for n, row in enumerate(lacking)
        ]
        found = question.tests(make_month(tracking=rows, daily=[{"leads": 500}]))
        fired += any(test.p <= 0.10 for test in found)
    assert fired <= 3 + 2 * (30 * 0.1 * 0.9) ** 0.5


def test_locations_must_add_up_to_the_month(make_month):
    with pytest.raises(NotebookFailed, match="leads by location"):
        tracking(make_month(tracking=[place(leads=9)], daily=[{"leads": 10}]))


def test_fields_that_no_export_holds_are_listed_once_and_not_shown(make_month):
    month = make_month(tracking=[place()], missing={"activities", "deals", "leads.arrival", "leads.score"})
    held = fields_held(month)
    assert "reply_logged" not in held and "source_known" in held
    answer = tracking(month)
    assert [(one.cause, one.what) for one in answer.missing] == [
        ("Fields of a lead", "way of arriving"), ("Fields of a lead", "score"),
    ]  # fmt: skip
    assert "reply_logged" not in [column.key for column in answer.tables_shown[0].columns]


WAYS = ("Fax", "web form", "(none)")


def test_checks_name_what_is_wrong_and_never_stop(make_month, riverside):
    files = [
        FileRead("contacts.csv", "leads", 10, 8, {"same person, same journey": 1}, date(2026, 10, 31)),
    ]
    findings = [
        Finding(
            "date-out-of-range", "warn", "contacts.csv", "date outside 2000 to 2100", count=9, share=0.02
        ),
        Finding("type-error", "warn", "contacts.csv", "few enough", count=1, share=0.0001),
        Finding("merged", "info", "contacts.csv", "merged", count=3, share=0.2),
    ]
    month = make_month(
        files=files, findings=findings, partial=date(2026, 10, 18), ends={"activities": date(2026, 10, 9)},
        sources=[{"source": "TikTok", "leads": 4}],
        daily=[{"location": "Newtown", "leads": 4}], arrivals=[{"arrival": way, "leads": 4} for way in WAYS],
        company=replace(riverside, warnings=("plan.csv: split is 60/40",)),
    )  # fmt: skip
    failed = [check.text for check in checks(month) if not check.passed]
    assert failed == [
        "Rows of contacts.csv do not add up.",
        "The data stops on 18 October.",
        "The sales activities stop on 9 October.",
        "Not in the list: sources TikTok; clubs Newtown; ways of arriving Fax.",
        "Date outside 2000 to 2100 (contacts.csv).",
        "plan.csv: split is 60/40",
    ]
    assert all(check.passed for check in checks(make_month()))


def test_doubles_unasked_returning_and_undated_are_said(make_month):
    files = [FileRead("contacts.csv", "leads", 20, 17, {"same person, same journey": 2, "other": 1})]
    month = make_month(
        files=files, tracking=[place(arrival_known=31)], people=[{"leads": 100, "people": 99, "returning": 5}],
        missing={"leads.disposed_at"},
    )  # fmt: skip
    assert notes(month) == (
        "2 rows of the lead files, over all months, are doubles and set aside.",
        "How they came is not recorded for 31 leads: unknown, and nobody's by default.",
        "5 leads of the month came from people who had been leads before; each is a new journey.",
        "Used as exported, because no time stamp says since when: disposition.",
    )


@pytest.mark.parametrize(
    "rows", [[], [place(leads=1)], [place("(none)", leads=30)], [place("Newtown", leads=30, team="other")]]
)
@pytest.mark.parametrize("missing", [(), ("activities", "deals"), ("leads.arrival",)])
def test_every_state_gives_a_page_that_can_be_printed(make_month, printable, rows, missing):
    printable(tracking(make_month(tracking=rows, missing=missing, partial=date(2026, 10, 18))))


def test_where_one_team_brings_every_lead_the_missing_source_moves_no_count(make_month, riverside):
    book = riverside.playbooks[-1]
    split = book.goals.lead_split.model_copy(update={"marketing": 1.0, "sales": 0.0})
    alone = book.model_copy(update={"goals": book.goals.model_copy(update={"lead_split": split})})
    alone._in_force_from = book.in_force_from
    month = make_month(tracking=[place(leads=40, source_known=4)], company=replace(riverside, playbooks=(alone,)))
    assert describe_tracking(month) == (
        "90% of leads have a recorded source. The 4 without one count for marketing like all others."
    )


@pytest.mark.parametrize(("missing", "returning", "aside", "said"), [
    ({"stage_history"}, 0, {}, "nobody is in the lead files twice"),
    ({"stage_history", "leads.person_key"}, 0, {}, "no column says who it is"),
    ({"stage_history.lead_id"}, 0, {}, "nobody is in the lead files twice"),    # that of deals brings nobody back
    ({"stage_history"}, 1, {}, None),
    ({"stage_history"}, 0, {"same person, same journey": 1}, None),
    ((), 0, {}, None),
])  # fmt: skip
def test_the_page_says_where_returns_cannot_be_seen(make_month, missing, returning, aside, said):
    read = FileRead("leads.csv", "leads", 2, 2 - len(aside), aside, date(2026, 10, 5), "")
    people = [{"leads": 2, "people": 2, "returning": returning, "month": "2026-09"}]
    month = make_month(tracking=[place()], people=people, missing=missing, files=[read])
    text = " ".join(notes(month))
    assert ("Who came back cannot be seen" in text) == (said is not None)
    assert said is None or said in text
