"""Quality or follow-up: three factors, a verdict that blames nobody, and silence where nothing happened."""

import re
from datetime import date
from importlib import import_module

import numpy as np
import pytest
from made_months import months_to

from alignment_lib.questions.handled_cells import (
    HANDLED,
    handled_cells,
    in_time_against_others,
    three_factors,
    verdict_of,
)
from alignment_lib.questions.quality_or_follow_up import PROMPTS, describe_alike, quality_or_follow_up
from alignment_lib.stats.intervals import Estimate
from alignment_lib.stats.standardise import LikeWithLike, Standardised

question = import_module("alignment_lib.questions.quality_or_follow_up")

YEAR = months_to("2026-10", 13)
GRADES = ("high third", "middle third", "low third")
GOOD = np.array([0.36, 0.16, 0.04])  # share won by grade
AS_AGREED = np.array([[0.80, 0.15, 0.05], [0.65, 0.25, 0.10], [0.40, 0.35, 0.25]])  # good leads are answered first
EVEN = np.array([0.3, 0.3, 0.4])
ALIKE = np.ones(3)  # speed has no effect inside a grade
CAUSE = re.compile(r"\b(because|cause[sd]?|due to|led to|thanks to|fault)\b")


def cell(month, leads, won, handling="in time", **more):
    return {"month": month, "grade": "high third", "handling": handling, "leads": leads, "won": won, **more}


def drawn(rng, month, size, mix=EVEN, handling=AS_AGREED, speed=ALIKE):
    """Draw a month's leads: grade by `mix`, handling by grade, won by grade and `speed`; two sources, two clubs."""
    rows = []
    for source in ("Paid search", "Referral"):
        for place in ("Northgate", "Harbour"):
            leads = rng.multinomial(size // 4, (mix[:, None] * handling).ravel()).reshape(3, 3)
            won = rng.binomial(leads, GOOD[:, None] * speed)
            rows += [cell(month, int(leads[g, h]), int(won[g, h]), kind, grade=grade, source=source, location=place)
                     for g, grade in enumerate(GRADES) for h, kind in enumerate(HANDLED) if leads[g, h]]  # fmt: skip
    return rows


def verdicts(make_month, seed, times=40, size=380, **now):
    """Return the verdicts on months that follow a year of ordinary ones; `before` moves the year as well."""
    rng, speed = np.random.default_rng(seed), now.get("speed", ALIKE)
    found = []
    for _ in range(times):
        before = [row for month in YEAR[-4:-1] for row in drawn(rng, month, 1600, speed=speed)]
        month = make_month(cells=[*before, *drawn(rng, YEAR[-1], size, **now)])
        found.append(verdict_of(three_factors(month, handled_cells(month))))
    return found


SLOWER = np.array([[0.40, 0.40, 0.20], [0.30, 0.40, 0.30], [0.10, 0.40, 0.50]])
FEWER_GOOD = np.array([0.12, 0.28, 0.60])


@pytest.mark.slow
def test_speed_that_matters_across_grades_only_is_never_called_follow_up(make_month):
    """Good leads are answered first and join more often; inside a grade the wait changes nothing."""
    for seed, now in enumerate(({"mix": FEWER_GOOD}, {"handling": SLOWER})):
        found = verdicts(make_month, seed, **now)
        assert sum(one in ("handling", "both") for one in found) <= 1, found
    assert found.count("cannot tell") >= 0.85 * len(found)
    worse = verdicts(make_month, 2, mix=FEWER_GOOD)
    assert worse.count("mix") >= 0.8 * len(worse)


def test_among_leads_alike_the_difference_goes_away(make_month):
    rng = np.random.default_rng(3)
    month = make_month(cells=[row for m in YEAR for row in drawn(rng, m, 400)])
    alike = in_time_against_others(handled_cells(month))
    assert alike.raw > 0.08 and not alike.difference.excludes_zero
    assert re.search(
        r"same source, grade and club the difference is −?\d pts? \(range −\d to \d\), which chance alone could make",
        quality_or_follow_up(month).notes[0],
    )


@pytest.mark.slow
def test_slower_follow_up_that_costs_wins_is_found(make_month):
    found = verdicts(make_month, 4, handling=SLOWER, speed=np.array([1.2, 0.8, 0.1]))
    assert found.count("handling") >= 0.6 * len(found)
    assert found.count("mix") + found.count("both") <= 0.05 * len(found)


@pytest.mark.slow
def test_ordinary_months_get_a_verdict_in_at_most_one_of_ten(make_month):
    for seed, speed in ((5, ALIKE), (6, np.array([1.1, 0.9, 0.3]))):
        found = verdicts(make_month, seed, times=60, speed=speed)
        assert sum(one != "cannot tell" for one in found) <= 6 + 2 * 2.3, found
        assert sum(one in PROMPTS for one in found) <= 3 + 2 * 1.7, found


def standardised(mix, handling, result, width=0.01):
    parts = [Estimate(value, value - width, value + width) for value in (mix, handling, result)]
    return Standardised(0.2 + mix + handling + result, 0.2, 0.2, 0.2, *parts)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ((-0.06, -0.02, 0.00), "mix"),
        ((-0.02, -0.06, 0.00), "handling"),
        ((-0.06, 0.005, 0.02), "mix"),
        ((-0.04, -0.04, 0.00), "both"),  # neither makes 60%, together they do
        ((-0.05, -0.05, 0.06), "both"),  # each makes 60%
        ((-0.005, 0.00, -0.06), "neither"),
        ((0.04, 0.00, -0.06), "neither"),  # better leads do not explain fewer wins
        ((-0.009, -0.009, 0.00), "cannot tell"),  # ranges hold nothing
        ((-0.03, 0.00, -0.03), "cannot tell"),  # half of it is not most of it
        ((0.00, 0.00, 0.00), "cannot tell"),
    ],
)  # fmt: skip
def test_a_factor_is_the_main_one_from_sixty_per_cent_of_the_difference_on(parts, verdict):
    assert verdict_of(standardised(*parts)) == verdict
    assert verdict_of(standardised(*(-part for part in parts))) == verdict


def even_year(now=(40, 8), **more):
    """Return 12 months of 30 of 100 leads won, and one of `now`; all answered in time."""
    return [*(cell(month, 100, 30) for month in YEAR[:-1]), cell("2026-10", *now, **more)]


def test_the_months_before_are_the_twelve_before_and_running_clocks_are_left_out(make_month):
    rows = [*even_year(), cell("2025-09", 500, 400), cell("2026-11", 9, 9), cell("2026-10", 7, 7, "running"),
            cell("2026-10", 70, 60, "no promise"), cell("2026-10", 3, 0, "not judged")]  # fmt: skip
    handled = handled_cells(make_month(cells=rows))
    assert handled.now == (40, 8)
    assert (len(handled.months), int(handled.n[0].sum()), int(handled.k[0].sum())) == (12, 1200, 360)


def test_months_from_before_wins_were_recorded_are_no_comparison(make_month):
    rows = [cell(month, 100, 0 if month < "2026-03" else 30) for month in YEAR[:-1]] + [cell("2026-10", 40, 8)]
    assert handled_cells(make_month(cells=rows)).months[0] == "2026-04"  # March may hold a part of its wins


def test_sentence_says_what_came_what_it_would_have_been_and_what_it_goes_with(make_month):
    low = [cell(month, 100, 2, grade="low third") for month in YEAR[:-1]] + [cell("2026-10", 180, 4, grade="low third")]
    rows = [*even_year(now=(20, 6)), *low]
    answer = quality_or_follow_up(make_month(cells=rows))
    assert answer.finding == (
        "10 of the 200 leads due a reply joined by 3 November; at the rate of the 12 months before it would be 32. "
        "Mostly the leads: with which leads came go 22 fewer joins, with how they were answered no more joins."
    )
    assert (answer.reading, answer.opens, answer.prompt.text) == ("mostly the leads", True, PROMPTS["mix"])


def test_where_as_many_joined_as_before_there_is_no_difference_to_go_with_anything(make_month, printable):
    answer = quality_or_follow_up(make_month(cells=[cell(m, 100, 20) for m in YEAR]))
    assert answer.finding.endswith("it would be 20. There is no difference to look into.")
    assert answer.reading == "no difference"  # not "cannot tell", which speaks of a difference
    printable(answer)


def test_two_factors_that_meet_are_said_and_not_called_no_difference_to_look_into(make_month):
    month = make_month(cells=[cell(m, 1000, 200) for m in YEAR])
    said = question.describe(month, handled_cells(month), standardised(0.050, -0.049, 0.0))
    assert said.endswith(
        "In all there is no difference: with which leads came go 50 more joins, with how they were answered 49 fewer "
        "joins."
    )


def test_a_verdict_asks_and_opens_only_where_the_page_may_announce_it(make_month, monkeypatch):
    rng = np.random.default_rng(1)
    before = [row for m in YEAR[:-1] for row in drawn(rng, m, 1600)]
    month = make_month(cells=[*before, *drawn(rng, YEAR[-1], 400, mix=FEWER_GOOD)])
    (test,) = question.tests(month)
    assert test.p < 0.01 and test.direction == "bad" and len(question.agenda(month)) == 1
    monkeypatch.setattr(question, "news", lambda month, name: ())  # other tests of the page leave it no room
    answer = quality_or_follow_up(month)
    assert question.agenda(month) == [] and (answer.reading, answer.opens, answer.prompt) == (
        "mostly the leads", False, None,
    )  # fmt: skip


def test_a_verdict_that_names_no_factor_is_no_news(make_month):
    month = make_month(cells=[cell(m, 100, 20) for m in YEAR])
    assert [test.p for test in question.tests(month)] == [1.0]


def test_printed_factors_add_up_to_the_difference(make_month):
    rng = np.random.default_rng(7)
    rows = [row for month in YEAR for row in drawn(rng, month, 380)]
    answer = quality_or_follow_up(make_month(cells=rows))
    parts = [round(10 * float(text.replace("−", "-"))) for text in answer.tables["factors"]["wins"]]
    assert sum(parts[:3]) == parts[3]
    handled = answer.tables["handled"]
    assert handled.loc["All", "leads"] == handled["leads"].iloc[:-1].sum() == answer.tables["kinds"]["leads"]["All"]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"cells": even_year((13, 4))}, "13 leads were due a reply in October, too few to compare."),
        ({"cells": even_year((0, 0))}, "No lead was due a reply in October."),
        ({"cells": even_year()[-3:]},
         "Too little history: it takes 3 earlier months and 20 joins of theirs at the same age to compare with."),
        ({"missing": {"activities"}}, "Reply times are not known: the exports hold no sales activities."),
        ({"missing": {"deals"}}, "What became of leads is not known: the exports hold no deals."),
        ({"ends": {"deals": date(2026, 10, 18)}}, "October is not judged: the deals stop on 18 October."),
        ({"as_of": date(2026, 11, 1)},
         "It takes data to 3 November, so that October is as old as the months before."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_line(make_month, printable, state, says):
    answer = quality_or_follow_up(make_month(**{"cells": even_year(), **state}))
    assert (answer.finding, answer.state, answer.opens, answer.prompt) == (says, "missing", False, None)
    printable(answer)


def test_leads_without_score_or_grade_are_compared_by_source_and_the_page_says_so(make_month, printable):
    rows = [row | {"grade": "(none)"} for row in even_year((200, 20))]
    answer = quality_or_follow_up(make_month(cells=rows, missing={"leads.score", "leads.grade"}))
    assert answer.state == "poor" and list(answer.tables["kinds"].index) == ["Paid search", "All"]
    assert "Leads carry no score or grade, so good and weak leads of one source are not told apart." in answer.notes
    assert "the same source and club" in answer.figures[0].caption
    printable(answer)


def test_no_words_of_the_section_claim_a_cause(make_month, printable):
    rng = np.random.default_rng(8)
    for now in ({}, {"mix": FEWER_GOOD}, {"handling": SLOWER, "speed": np.array([1.3, 0.7, 0.0])}):
        speed = now.get("speed", ALIKE)
        rows = [row for month in YEAR[:-1] for row in drawn(rng, month, 400, speed=speed)]
        answer = quality_or_follow_up(make_month(cells=[*rows, *drawn(rng, YEAR[-1], 380, **now)]))
        shown = printable(answer)
        assert not CAUSE.search(str(shown)) and "A comparison, no proof" in answer.figures[0].caption


@pytest.mark.parametrize(
    ("raw", "says"),
    [(0.004, "joined as often as the others."), (-0.004, "joined as often as the others."),
     (0.006, "joined 1 pt more often than the others."), (-0.02, "joined 2 pts less often than the others.")],
)  # fmt: skip
def test_no_difference_in_points_is_as_often(make_month, raw, says):
    alike = LikeWithLike(Estimate(0.0, -0.01, 0.01), raw, 900, 900)
    assert says in describe_alike(make_month().words, alike, "source", 13)


def test_one_group_alone_is_compared_with_nobody(make_month):
    month = make_month(cells=even_year())
    assert describe_alike(month.words, in_time_against_others(handled_cells(month)), "source", 13) == ""
