"""The scorecard: what it tests, asks and answers, on months that come as planned unless a test says otherwise."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest
from made_months import MONTHS, history, leads, months_to, planned, wobble, won

from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.scorecard import prompt_for, scorecard
from alignment_lib.rendering import table_json
from alignment_lib.signals import Test

question = import_module("alignment_lib.questions.scorecard")


def test_what_words_call_on_plan_has_no_good_or_bad_colour(ordinary, words):
    def gap_of(attained):
        table = scorecard(ordinary([*wobble(13), attained])).tables_shown[0]
        return table_json(table, words)["rows"][0][3]

    assert (gap_of(1.009)["text"], gap_of(1.009)["tone"]) == ("▲ $90", "")
    assert (gap_of(1.02)["text"], gap_of(1.02)["tone"]) == ("▲ $200", "good")


def test_before_any_amount_there_is_no_zero(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(company=company, daily=[leads("2026-10")], revenue=[won("2026-10", 0, 3)])
    answer = scorecard(month)
    assert answer.finding.startswith("Revenue: none recorded yet.")
    assert answer.tables["scorecard"].loc[["shared_revenue", "quarter"], "actual"].isna().all()


def test_a_score_from_a_draft_says_so(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), **history(months_to("2026-10", 4)))
    text = scorecard(month).lists[0].items[0].text
    assert "of its own draft plan" in text and text.endswith("of the draft goal")


@pytest.mark.parametrize("marketing, sales, asks", [
    (65, 35, None),
    (670, 330, None),
    (342, 185, None),
    (13, 4, None),  # four leads more or less are chance
    (680, 320, "Leads came 68/32 instead of 65/35. Which split do we plan on for November: 65/35 or 70/30?"),
    (580, 420, "Leads came 58/42 instead of 65/35. Which split do we plan on for November: 65/35 or 60/40?"),
    (243, 189, "Leads came 56/44 instead of 65/35. Which split do we plan on for November: 65/35 or 55/45?"),
    (1240, 760, "Leads came 62/38 instead of 65/35. Which split do we plan on for November: 65/35 or 60/40?"),
    (0, 0, None),
    (100, 0, "Leads came 100/0 instead of 65/35. Which split do we plan on for November: 65/35 or 100/0?"),
])  # fmt: skip
def test_the_split_is_asked_about_from_three_points_on(make_month, marketing, sales, asks):
    month = make_month(
        plan=planned(MONTHS), daily=[leads("2026-10", count=marketing), leads("2026-10", "sales", sales)]
    )
    prompt = prompt_for(month, monthly(month))
    assert (prompt and prompt.text.replace("Quality leads", "Leads")) == asks
    assert prompt is None or prompt.rank > 2  # a matter of both teams, before one place or field


@pytest.mark.parametrize(("name", "asks"), [("marketing_leads", False), ("answered_in_time", True)])
def test_no_new_split_is_offered_in_a_month_in_which_a_team_s_measure_is_announced(make_month, monkeypatch, name, asks):
    month = make_month(
        plan=planned(MONTHS), daily=[leads("2026-10", count=10), leads("2026-10", "sales", 90)]
    )
    monkeypatch.setattr(question, "news", lambda month, of: (Test(name, "scorecard", 0.001, "bad", ""),))
    assert bool(prompt_for(month, monthly(month))) == asks


def test_a_far_month_is_tested_far_and_an_ordinary_one_is_not(ordinary):
    far = {test.name: test for test in question.tests(ordinary([*wobble(14)[:-1], 0.5]))}
    assert far["shared_revenue"].p < 0.001 and far["shared_revenue"].direction == "bad"
    assert far["shared_revenue"].text == (
        "Shared revenue came to 50% of plan, below the usual range of 74–127%; the 13 months before came to 100%."
    )
    assert {test.p for test in question.tests(ordinary())} == {1.0}


def test_what_reads_as_usual_is_never_announced(ordinary):
    month = ordinary([*wobble(14)[:-1], 0.78])  # the usual range is 75 to 125%: near its end, and inside it
    assert {test.name: test.p for test in question.tests(month)}["shared_revenue"] == 1.0


def test_replies_need_their_counts_as_well_as_their_months(make_month):
    # Nine of ten months at 70%, give or take a point; the last one 0 of 3: far for the months, not for three leads.
    tallies = history(MONTHS)
    tallies["relay"] = [
        {"month": m, "covered": 100, "kept": 70 + n % 2, "broken": 30 - n % 2} for n, m in enumerate(MONTHS)
    ]
    tallies["relay"][-1] = {"month": MONTHS[-1], "covered": 3, "kept": 0, "broken": 3}
    found = {test.name: test.p for test in question.tests(make_month(plan=planned(MONTHS), **tallies))}
    assert 0.01 < found["answered_in_time"] < 0.06


def test_a_month_in_progress_is_not_tested(ordinary):
    assert question.tests(ordinary(partial=date(2026, 10, 18))) == []


def test_the_table_says_when_the_plan_is_a_draft(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), **history(MONTHS))
    answer = scorecard(month)
    assert "Draft plan" in [column.label for column in answer.tables_shown[0].columns]
    assert "against a draft goal of $10.0k, not agreed yet" in answer.finding
    assert "No goal of the month stands in plan.csv." in [one.why for one in answer.missing]


def test_the_split_that_came_stands_beside_the_one_agreed(ordinary):
    shown = scorecard(ordinary()).tables_shown[0].note
    assert "Split agreed: marketing 65%, sales 35% of quality leads. It came 60% and 40% of 100." in shown


