"""Client profile and loyalty: who stays, who matches, and that unknown is never no."""

from dataclasses import replace
from datetime import date

import pytest
from made_months import months_to

from alignment_lib import questions
from alignment_lib.questions.client_profile import agenda as put_agenda
from alignment_lib.questions.client_profile import tests as put_tests
from alignment_lib.questions.profile_shares import judged_months, kept_shares, match_shares

LEADS = months_to("2026-10", 16)
JUDGED = months_to("2026-07", 12)
STAY = "Members who match our client profile are still here after 90 days 90% of the time, others 75%."
MATCHED = "In October 70% of marketing-sourced and 69% of sales-sourced leads matched."


def kept(yes=(240, 216), no=(120, 90), unknown=(24, 20), months=JUDGED):
    """Return the tally of clients won and kept by match, spread evenly over months and two sources."""
    rows = []
    for match, (judged, stayed) in (("yes", yes), ("no", no), ("unknown", unknown)):
        for n, month in enumerate(months):
            here, still = (total // 12 + (n < total % 12) for total in (judged, stayed))
            source, team = (("Paid search", "marketing"), ("Referral", "sales"))[n % 2]
            rows.append({"month": month, "source": source, "team": team, "match": match, "clients": here,
                         "judged": here, "kept": still})  # fmt: skip
    return rows


def matched(now=70, months=LEADS, unknown=10):
    """Return the tally of 100 leads a team and month that can be judged: 69 to 71 match, this month `now`."""
    rows = []
    for n, month in enumerate(months):
        for team in ("marketing", "sales"):
            yes = now if month == "2026-10" and team == "marketing" else 69 + n % 3
            rows += [{"month": month, "team": team, "match": match, "leads": leads}
                     for match, leads in (("yes", yes), ("no", 100 - yes), ("unknown", unknown))]  # fmt: skip
    return rows


@pytest.fixture
def made(make_month):
    """Build a month with loyalty and profile tallies."""
    return lambda **more: make_month(**({"loyalty": kept(), "profile": matched()} | more))


def test_only_months_whose_last_day_is_ninety_days_ago_are_judged(made):
    assert judged_months(made()) == JUDGED
    assert judged_months(made(as_of=date(2026, 10, 29)))[-1] == "2026-07"  # 31 July is 90 days ago
    assert judged_months(made(as_of=date(2026, 10, 28)))[-1] == "2026-06"


def test_shares_are_of_the_clients_that_can_be_judged(made):
    table = kept_shares(made())
    assert table.loc["yes", ["judged", "kept"]].tolist() == [240, 216] and table.loc["yes", "share"] == 0.9
    assert table.loc["no", "share"] == 0.75 and table.loc["no", "low"] < 0.75 < table.loc["no", "high"]
    sources = table[table["kind"] == "source"]
    assert sources["judged"].sum() == 240 + 120 + 24 and sources["kept"].sum() == 216 + 90 + 20


def test_under_twenty_clients_have_counts_and_no_share(made, printable):
    month = made(loyalty=kept(unknown=(12, 9)))
    assert kept_shares(month).loc["unknown", ["judged", "kept"]].tolist() == [12, 9]
    assert kept_shares(month)["share"].isna()["unknown"]
    printable(questions.client_profile(month))


def test_unknown_is_outside_the_share_and_never_a_no(made):
    table = match_shares(made(profile=matched(unknown=400)))
    assert table.loc["marketing", ["leads", "known", "matched"]].tolist() == [500, 100, 70]
    assert table.loc["marketing", "share"] == 0.70


def test_the_finding_sets_those_who_match_beside_the_others(made, printable):
    answer = questions.client_profile(made())
    printable(answer)
    assert answer.finding == f"{STAY} {MATCHED}"
    assert "wants to train twice a week" in answer.notes[0]
    assert "v1, 1 May 2024" in answer.notes[1] and "visits a week is 2 or more" in answer.notes[1]
    judged = "It can be judged for 91% of the leads of October; the other 20 are left out, not counted as “no”."
    assert answer.notes[2] == judged


def test_a_difference_within_chance_is_called_that_and_stays_off_the_page(made, printable):
    month = made(loyalty=kept(yes=(240, 206), no=(120, 101)))
    answer = questions.client_profile(month)
    printable(answer)
    assert "others 84%: within chance the same." in answer.finding
    assert (answer.shown, answer.prompt, answer.reading) == (False, None, "no signal")
    assert answer.figures and answer.tables_shown  # in JupyterLab it is whole
    assert put_agenda(month) == []
    assert put_tests(month)[0].p == 1.0


def test_those_who_match_and_stay_longer_are_news(made):
    month = made()
    (test,) = put_tests(month)
    assert test.name == "profile: kept" and test.p < 0.005
    answer = questions.client_profile(month)
    assert answer.shown and answer.opens
    assert answer.prompt.text.startswith("What brings more people who match")
    (item,) = put_agenda(month)
    assert (item.what, item.moves) == ("Members outside the profile", "share still here after 90 days")
    assert (item.asks, item.rank) == (answer.prompt.text, answer.prompt.rank)


def test_those_who_match_and_leave_sooner_put_the_profile_itself_in_question(made, printable):
    answer = questions.client_profile(made(loyalty=kept(yes=(240, 170), no=(120, 110))))
    printable(answer)
    assert answer.shown and answer.prompt.text.startswith("What in the client profile do we change")


def test_a_teams_share_that_left_its_usual_range_is_news(made, printable):
    month = made(loyalty=[], profile=matched(now=40))
    (test,) = put_tests(month)
    assert test.name == "profile: marketing" and test.p < 0.01
    assert test.text == "40% of marketing-sourced leads matched the client profile, below the usual 67–73%."
    answer = questions.client_profile(month)
    printable(answer)
    assert answer.shown and "who marketing-sourced leads are" in answer.prompt.text
    (item,) = put_agenda(month)
    assert (item.what, item.brought_by) == ("Marketing-sourced leads and the client profile", "marketing")
    assert (item.asks, item.rank) == (answer.prompt.text, answer.prompt.rank)


def test_the_p_of_the_page_is_corrected_for_what_was_looked_at(made):
    alone = put_tests(made(profile=matched(months=["2026-10"])))[0].p  # no usual range: one look
    assert put_tests(made())[0].p == pytest.approx(3 * alone)


ONE_TEAM = {"month": "2026-10", "team": "marketing", "match": "yes", "leads": 3}


@pytest.mark.parametrize(("more", "state", "finding"), [
    ({"missing": {"members"}}, "poor", MATCHED),
    ({"missing": {"leads.profile_catchment"}}, "missing",
     "The profile asks for catchment, which the exports do not hold."),
    ({"ends": {"deals": date(2026, 10, 12)}}, "poor",
     f"Who stayed is not read this month: the deals stop on 12 October. {MATCHED}"),
    ({"loyalty": []}, "poor", f"No join is 90 days old yet, so nobody can be said to have stayed. {MATCHED}"),
    ({"profile": []}, "complete", f"{STAY} No lead of October can be held against the client profile."),
    ({"profile": [ONE_TEAM]}, "complete", f"{STAY} In October 3 of 3 marketing-sourced leads matched."),
    ({"loyalty": kept(no=(6, 5))}, "complete",
     f"Too few members can be told apart by the profile after 90 days. {MATCHED}"),
])  # fmt: skip
def test_what_is_not_known_is_said(made, printable, more, state, finding):
    answer = questions.client_profile(made(**more))
    printable(answer)
    assert (answer.state, answer.finding) == (state, finding)


def test_a_company_without_a_profile_is_asked_to_agree_one(made, riverside, printable):
    book = riverside.playbooks[-1].model_copy(update={"client_profile": None})
    answer = questions.client_profile(made(company=replace(riverside, playbooks=(book,))))
    printable(answer)
    assert (answer.state, answer.shown) == ("missing", False)
    assert answer.missing[0].why == "Whom we want is not written as a rule."
