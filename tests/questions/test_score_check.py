"""Lead-score check: at its word or not, ranking, coverage, and a score that says no share."""

from dataclasses import replace
from datetime import date

import pytest
from made_months import months_to

from alignment_lib import questions
from alignment_lib.questions.score_bands import pooled_months, score_bands
from alignment_lib.questions.score_check import agenda as put_agenda
from alignment_lib.questions.score_check import tests as put_tests

MONTHS = months_to("2026-10", 20)
OLD = months_to("2026-09", 6)  # everything is won in the month of creation or the next: these are old enough
AT_ITS_WORD = {"0-15": (100, 8, 8), "15-30": (100, 22, 22), "30-45": (100, 38, 38), "45-60": (60, 52, 31),
               "60-75": (50, 67, 33), "75-100": (50, 90, 45)}  # fmt: skip
PAIRS = list(zip(MONTHS, MONTHS[1:], strict=False))
LATE = {"revenue": [{"month": month, "created_month": month, "clients": 30} for month in MONTHS]
        + [{"month": month, "created_month": before, "clients": 10} for before, month in PAIRS]}  # fmt: skip


def banded(bands=AT_ITS_WORD, months=OLD, without=0):
    """Return the tally: band -> (leads, mean score, joined), spread evenly over the months."""
    rows = []
    for band, (leads, mean, won) in bands.items():
        for n, month in enumerate(months):
            share = [leads // 6 + (n < leads % 6), won // 6 + (n < won % 6)]
            rows.append({"month": month, "band": band, "step": int(mean), "leads": share[0],
                         "score": float(mean * share[0]), "won": share[1], "open": 1})  # fmt: skip
    return rows + [{"month": "2026-10", "band": "(none)", "leads": without}] * bool(without)


@pytest.fixture
def made(make_month):
    """Build a month whose leads came with a score: `made({band: (leads, mean score, joined)})`."""

    def make(bands=AT_ITS_WORD, *, months=OLD, without=0, **more):
        tallies = {"scores": banded(bands, months, without), "daily": [{"day": f"{m}-01", "leads": 9} for m in MONTHS]}
        return make_month(**(tallies | LATE | more))

    return make


def with_score(company, **changes):
    """Return the company with another score agreed; without changes, with none."""
    book = company.playbooks[-1]
    agreed = book.model_copy(update={"score": book.score.model_copy(update=changes) if changes else None})
    agreed._in_force_from = book.in_force_from
    return replace(company, playbooks=(*company.playbooks[:-1], agreed))


def changed(bands=AT_ITS_WORD, **joined):
    """Return the bands with another count of joins: `changed(b75=20)` for the band that begins at 75."""
    starts = {f"b{band.split('-')[0]}": band for band in bands}
    return bands | {starts[key]: (*bands[starts[key]][:2], won) for key, won in joined.items()}


def test_six_months_that_are_old_enough_are_pooled(made):
    assert pooled_months(made()) == OLD


def test_bands_hold_what_was_said_beside_what_happened(made):
    bands = score_bands(made(changed(b75=20)))
    assert bands["n"].sum() == 460 and bands["k"].sum() == 8 + 22 + 38 + 31 + 33 + 20
    top = bands.loc["75-100"]
    assert (top["said"], top["happened"], top["off"]) == (pytest.approx(0.90), pytest.approx(0.40), "too much")
    assert top["low"] < 0.4 < top["high"] < 0.9
    assert (bands["off"].drop("75-100") == "").all()


TOO_MUCH = "Up to {0} the score can be taken at its word. From {0} it promises too much: leads scored 75–100 joined 40 "
TOO_MUCH += "times in 100, not 90."


@pytest.mark.parametrize(("joined", "finding"), [
    ({}, "The score can be taken at its word in all bands."),
    ({"b75": 20}, TOO_MUCH.format(75)),
    ({"b60": 15, "b75": 20}, TOO_MUCH.format(60)),
    ({"b0": 40}, "In one of six bands the score is off: leads scored 0–15 joined 40 times in 100, not 8."),
    ({"b45": 58, "b60": 50, "b75": 50},
     "Up to 45 the score can be taken at its word. From 45 it promises too little: leads scored 45–60 joined 97 times "
     "in 100, not 52."),
    ({"b0": 0, "b15": 0, "b30": 0, "b45": 0, "b60": 0, "b75": 0},
     "Not one of the 460 leads joined, so no score can tell them apart."),
])  # fmt: skip
def test_the_finding_says_up_to_where_the_score_can_be_taken_at_its_word(made, printable, joined, finding):
    answer = questions.score_check(made(changed(**joined)))
    printable(answer)
    assert answer.finding == finding


def test_a_band_that_only_the_number_of_bands_excuses_is_not_taken_at_its_word(made, printable):
    one, alone = questions.score_check(made(changed(b60=26, b75=20))), questions.score_check(made(changed(b60=26)))
    for answer in (one, alone):
        printable(answer)
    assert one.finding == (
        "From 75 the score promises too much: leads scored 75–100 joined 40 times in 100, not 90. "
        "For leads scored 60–75 it is not clear; elsewhere it can be taken at its word."
    )
    assert one.tables["bands"]["verdict"].tolist()[-2:] == ["not clear", "promises too much"]
    assert alone.finding == "No band of the score is clearly off from what it says."


def test_a_difference_of_less_than_five_points_is_none_however_sure(made):
    many = {"0-15": (60_000, 10, 8_000), **{k: v for k, v in AT_ITS_WORD.items() if k != "0-15"}}
    assert score_bands(made(many)).loc["0-15", "off"] == ""  # 13 against 10, p far below any level
    assert put_tests(made(many))[0].p > 0.1


def test_a_band_under_thirty_leads_is_shown_and_not_judged(made, printable):
    few = AT_ITS_WORD | {"75-100": (29, 90, 5)}
    answer = questions.score_check(made(few))
    printable(answer)
    assert answer.finding == "The score can be taken at its word in the five bands with 30 leads or more."
    assert answer.tables["bands"]["verdict"].tolist()[-1] == "too few"


def test_all_bands_are_looked_at_so_the_page_gets_a_corrected_p(made):
    bands = score_bands(made(changed(b75=38)))
    (test,) = put_tests(made(changed(b75=38)))
    assert test.p == pytest.approx(min(1.0, 6 * bands.loc["75-100", "p"]))
    assert put_tests(made())[0].p == 1.0


def test_the_section_is_on_the_page_only_where_the_page_announces_it(made):
    quiet, loud = questions.score_check(made()), questions.score_check(made(changed(b75=20)))
    assert (quiet.shown, quiet.prompt, quiet.reading) == (False, None, "no signal")
    assert loud.shown and loud.opens
    asked = "What do we do with the score from 75 on: fit it anew, keep it, or change the bands, and who signs?"
    assert loud.prompt.text == asked
    assert quiet.figures and quiet.notes  # in JupyterLab it is whole
    (item,) = put_agenda(made(changed(b75=20)))
    assert (item.what, item.asks, item.rank) == ("What the score means from 75 on", asked, loud.prompt.rank)
    assert item.moves == "share that joined against the score from 75 on"
    assert put_agenda(made()) == []


@pytest.mark.parametrize(("off", "where"), [
    ({"b75": 20}, "from 75 on"), ({"b0": 40}, "in band 0–15"), ({"b0": 40, "b75": 20}, "in bands 0–15 and 75–100"),
])  # fmt: skip
def test_the_prompt_says_the_bands_that_are_off_and_no_others(made, off, where):
    (item,) = put_agenda(made(changed(**off)))
    assert item.what == f"What the score means {where}"
    assert item.asks.startswith(f"What do we do with the score {where}: fit it anew")


def test_coverage_and_ranking_are_said(made):
    answer = questions.score_check(made(changed(b45=2), without=30, months=[*OLD[1:], "2026-10"]))
    assert any("of leads carried a score at hand-over" in note for note in answer.notes)
    assert any("Leads scored 45–60 joined less often than those scored 30–45." in note for note in answer.notes)


def followed(**shares):
    """Return a year of 100 leads a month of each band, `b60=0.5` won at 5 days, and 50 of October, 20 days old."""
    rows, bands = [], {f"b{band.split('-')[0]}": band for band in AT_ITS_WORD}
    for key, share in shares.items():
        for month in MONTHS[-13:]:
            size, left = (50, 30) if month == "2026-10" else (100, 0)
            won = round(share * (size - left))
            common = {"month": month, "band": bands[key]}
            rows += [{**common, "age": 20, "won": won}, {**common, "age": 20, "running": left},
                     {**common, "age": 30, "lost": size - left - won}]  # fmt: skip
    return rows


def with_october(bands=AT_ITS_WORD):
    """Return the tally of the pooled months, and of 50 leads a band in October, scored as before."""
    october = [{"month": "2026-10", "band": band, "leads": 50, "score": 50.0 * mean, "open": 30}
               for band, (_, mean, _) in bands.items()]  # fmt: skip
    return banded(bands) + october


def test_leads_too_young_for_the_check_stand_as_won_so_far_and_in_the_end(made, printable):
    off = changed(b75=20)
    month = made(off, scores=with_october(off), outcomes=followed(b60=0.7, b75=0.4))
    answer = questions.score_check(month)
    printable(answer)
    table = answer.tables["open_bands"].set_index("band")
    assert table.columns.tolist() == ["so_far", "expected", "said", "happened"]
    assert table.loc["75–100", "so_far"] == "8 of 50 (16%)"
    # Of 100 leads 40 are won at 20 days and none later; of these 50, 8 are won and 30 have just passed that day.
    assert table.loc["75–100", "expected"] == "16% (16–16%)"
    assert table.loc["75–100", ["said", "happened"]].tolist() == pytest.approx([0.90, 0.40])
    assert table.loc["60–75", "so_far"] == "14 of 50 (28%)"
    assert table.loc["0–15", "so_far"] == table.loc["0–15", "expected"] == "–"  # the tally has no such leads
    assert answer.notes[0] == (
        "Of 50 leads of October 2026 with a score from 75 on, 16% joined so far; in the end it should be 16% "
        "(16–16%), and the score says 90%."
    )


def test_running_leads_are_expected_to_join_as_leads_of_their_age_and_band_did(made):
    rows = [row | {"age": 10} if row.get("running") else row for row in followed(b75=0.4)]
    answer = questions.score_check(made(scores=with_october(), outcomes=rows))
    # 1,200 older leads and 20 of October came to an end: two in five of those that still ran at 10 days were won.
    expected = answer.tables["open_bands"].set_index("band").loc["75–100", "expected"]
    assert expected.startswith("40% (") and expected != "40% (40–40%)"
    assert answer.notes[0].startswith("Of 50 leads of October 2026 with a score, 16% joined so far; in the end it")


def test_where_the_score_says_no_share_the_newest_leads_stand_beside_the_older_ones(made, riverside):
    month = made(scores=with_october(), outcomes=followed(b75=0.4), company=with_score(riverside, **POINTS))
    answer = questions.score_check(month)
    assert "said" not in answer.tables["open_bands"]
    # 177 of 460 older leads joined
    assert answer.notes[0].endswith("in the end it should be 16% (16–16%), against 38% of the older ones.")


def test_nothing_is_expected_where_twelve_months_held_too_few_wins(made):
    answer = questions.score_check(made(scores=with_october(), outcomes=followed(b75=0.01)))
    assert "open_bands" not in answer.tables and "in the end" not in " ".join(answer.notes)


POINTS = {"means": "points", "bands": (0, 15, 30, 45, 60, 75, 100), "says": {}}


def test_points_that_say_no_share_get_ranking_and_shares_only(made, riverside, printable):
    month = made(company=with_score(riverside, **POINTS))
    answer = questions.score_check(month)
    shown = printable(answer)
    assert answer.finding == (
        "The share that joined rises with every band, from 8% of the leads scored 0–15 to 90% of those scored 75–100."
    )
    assert "said" not in answer.tables["bands"] and "word" not in answer.finding
    assert shown["figures"][0]["drawn_by"].endswith("draw_dots")
    assert put_tests(month)[0].p == 1.0


def test_points_that_rank_the_wrong_way_are_news(made, riverside, printable):
    month = made(changed(b60=5), company=with_score(riverside, **POINTS))
    answer = questions.score_check(month)
    printable(answer)
    assert answer.finding == "Leads scored 60–75 joined less often than those scored 45–60: 10% against 52%."
    assert put_tests(month)[0].p < 0.001 and answer.shown


def test_grades_with_agreed_shares_are_held_against_them(made, riverside, printable):
    score = {"means": "grade", "bands": ("A", "B", "C"), "says": {"A": 0.6, "B": 0.3, "C": 0.1}}
    bands = {"A": (120, 0, 40), "B": (120, 0, 36), "C": (120, 0, 12)}
    answer = questions.score_check(made(bands, company=with_score(riverside, **score)))
    printable(answer)
    assert score_bands(made(bands, company=with_score(riverside, **score))).index.tolist() == ["C", "B", "A"]
    assert answer.finding == ("Up to B the score can be taken at its word. From A it promises too much: leads graded A "
                              "joined 33 times in 100, not 60.")  # fmt: skip


@pytest.mark.parametrize(("more", "state", "finding"), [
    ({"missing": {"leads.score", "leads.grade"}}, "missing", "Leads carry no score."),
    ({"missing": {"leads.score"}}, "missing", "The playbook speaks of scores, and the exports hold none."),
    ({"missing": {"deals"}}, "missing", "The exports hold no deals."),
    ({"ends": {"deals": date(2026, 10, 12)}}, "poor",
     "The score is not read this month: the deals stop on 12 October."),
    ({"revenue": []}, "poor", "Too few joins yet to say which leads are old enough to hold the score against."),
    ({"scores": []}, "poor", "No lead that is old enough carries a score in the agreed bands."),
])  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_shown_or_tested(made, printable, more, state, finding):
    month = made(**more)
    answer = questions.score_check(month)
    printable(answer)
    assert (answer.state, answer.finding, answer.shown) == (state, finding, False)
    assert put_tests(month) == [] and bool(answer.missing) == (state == "missing")


def test_a_score_without_an_agreed_meaning_is_a_thing_to_agree(made, riverside, printable):
    answer = questions.score_check(made(company=with_score(riverside)))
    printable(answer)
    assert answer.finding == "What the score means is not agreed." and answer.missing
