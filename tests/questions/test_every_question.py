"""Every question has an answer in every state that a month can be in, and announcements are corrected for all tests."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from made_months import history, leads, months_to, planned, wobble, won

from alignment_lib import questions
from alignment_lib.playbook.settings import MEASURES
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.scorecard_rows import measures
from alignment_lib.signals import Test

OCTOBER = ["2026-10"]
YEAR = months_to("2026-10", 14)
LONGEST = 32  # words of a sentence; the headline and findings are held to 30 where they are tested


def no_plan(riverside):
    return replace(riverside, plan=riverside.plan.head(0))


def bare(riverside):
    """Return a company whose playbook says only what it must."""
    book = riverside.playbooks[-1].model_copy(update={
        "definitions": {}, "client_profile": None, "reply": None, "locations": {}, "company_hours": None, "score": None,
        "practices": (), "communication": (), "reward": None, "stages": (), "campaigns": {}, "margin_share": None,
    })  # fmt: skip
    return replace(riverside, plan=riverside.plan.head(0), playbooks=(book,))


STATES = {
    "ordinary": lambda company: {"plan": planned(YEAR), **history(YEAR, wobble(14))},
    "a signal": lambda company: {"plan": planned(YEAR), **history(YEAR, [*wobble(14)[:-1], 0.3])},
    "nothing at all": lambda company: {},
    "nothing at all and no plan": lambda company: {"company": no_plan(company)},
    "a playbook of the least": lambda company: {"company": bare(company), **history(YEAR)},
    "no export but leads": lambda company: {
        "daily": [leads("2026-10")], "plan": planned(OCTOBER),
        "missing": ["touches", "activities", "deals", "spend", "members", "payments", "owners"],
    },
    "no export but leads, and no plan": lambda company: {
        "company": no_plan(company), "daily": [leads(month) for month in YEAR],
        "missing": ["touches", "activities", "deals", "spend", "members", "payments", "owners"],
    },
    "first month": lambda company: {"plan": planned(OCTOBER), **history(OCTOBER)},
    "five months": lambda company: {"plan": planned(YEAR), **history(YEAR[-5:])},
    "draft plan": lambda company: {"company": no_plan(company), **history(YEAR)},
    "no plan for one team": lambda company: {"plan": planned(YEAR, sales=None), **history(YEAR)},
    "no goal": lambda company: {"plan": planned(YEAR, revenue=None), **history(YEAR)},
    "a plan of zero": lambda company: {"plan": planned(YEAR, 0, 0, 0, 0), **history(YEAR)},
    "tiny": lambda company: {"plan": planned(YEAR, 1, 1, 100, 1), "daily": [leads("2026-10", count=1)]},
    "no lead in a planned month": lambda company: {"plan": planned(YEAR), **history(YEAR[:-1])},
    "far over plan": lambda company: {"plan": planned(YEAR, 1, 1, 1, 1), **history(YEAR)},
    "in progress": lambda company: {"plan": planned(YEAR), "partial": date(2026, 10, 18), **history(YEAR)},
    "in progress, first day": lambda company: {"plan": planned(YEAR), "partial": date(2026, 10, 1), **history(YEAR)},
    "definition changed": lambda company: {"period": "2026-09", "plan": planned(YEAR), **history(YEAR[:-1])},
    "new club and unassigned team": lambda company: {
        "plan": planned(OCTOBER), "daily": [leads("2026-10", location="Newtown"), leads("2026-10", "unassigned", 9)],
    },
    "nobody could be judged": lambda company: {
        "plan": planned(YEAR), "daily": [leads(m) | {"quality": 0, "quality_unknown": 60} for m in YEAR],
    },
    "revenue without leads": lambda company: {"plan": planned(OCTOBER), "revenue": [won("2026-10", team="no lead")]},
}  # fmt: skip


def texts_of(shown):
    """Return everything that an answer prints as sentences."""
    texts = [shown["headline"], shown["finding"], shown["reading"], *shown["notes"], *shown["facts"].values()]
    texts += [
        text for figure in shown["key_figures"] for text in (figure["value"], figure["label"], figure["note"])
    ]
    texts += [
        text for one in shown["lists"] for item in one["items"] for text in (item["lead"], item["text"])
    ]
    texts += [text for one in shown["missing"] for text in (one["what"], one["why"], one["todo"])]
    texts += [
        text for figure in shown["figures"] for text in (figure["title"], figure["alt"], figure["caption"])
    ]
    return texts + ([shown["prompt"]["text"]] if shown["prompt"] else [])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", questions.QUESTIONS)
def test_every_question_answers_in_every_state(make_month, riverside, printable, name, state):
    month = make_month(**STATES[state](riverside))

    answer = getattr(questions, name)(month)

    assert answer.name == name and answer.asks.endswith("?")
    assert answer.headline or answer.finding
    assert answer.words is month.words  # else its cells are printed in dollars, whatever the company counts in
    if answer.prompt:
        asked = re.split(r"(?<=[.]) ", answer.prompt.text)[-1]
        assert re.match(r"(What|Which|Who|How)\b.*\?$", asked), answer.prompt.text
    for text in texts_of(printable(answer)):
        assert not re.search(r"(?<![\w“])(nan|inf|None|NaT|<NA>)(?!\w)|\b0 0\b| ,|\.\.|\s\s", text), text
        assert max((len(part.split()) for part in re.split(r"(?<=[.?!;:]) ", text)), default=0) <= LONGEST, (
            text
        )


def test_announcements_hold_against_the_number_of_all_tests(make_month, monkeypatch):
    tests = [
        Test("a", "scorecard", 0.004, "bad", "A."),
        *(Test(str(n), "relay", 0.5, "bad", "B.") for n in range(24)),
    ]
    monkeypatch.setattr(questions, "tests_of", lambda month: tests)
    assert [test.name for test in questions.announcements(make_month())] == ["a"]  # 0.004 x 25 = 0.1
    monkeypatch.setattr(questions, "tests_of", lambda month: [*tests, Test("c", "relay", 0.5, "bad", "C.")])
    assert questions.announcements(make_month()) == ()


def test_large_counts_follow_the_number_format_of_the_company(make_month, riverside, printable):
    """In "1.234,5" a comma begins the decimals: 1,500 leads would read as one and a half."""
    company = replace(riverside, settings=riverside.settings.model_copy(update={"number_format": "1.234,5"}))
    relay = [{"month": m, "covered": 3000, "kept": 2000, "broken": 1000, "handed_over": 3000, "accepted": 2500,
              "sent_back": 1100, "answered": 2600, "reached": 2200, "joined": 1200} for m in YEAR]  # fmt: skip
    tracking = [{"month": m, "leads": 6000, "source_known": 4500} for m in YEAR]
    shape = history(YEAR) | {"relay": relay, "tracking": tracking, "daily": [leads(m, count=6000) for m in YEAR]}
    month = make_month(company=company, plan=planned(YEAR, 5000, 4000), **shape)
    said = [text for answer in questions.answers(month) for text in texts_of(printable(answer))]
    assert any("sent back 1.100" in text for text in said) and any("The 1.500 without" in text for text in said)
    assert [text for text in said if re.search(r"\d,\d{3}(?!\d)", text)] == []


def test_no_question_writes_numbers_in_a_format_of_its_own():
    files = list(Path(questions.__file__).parent.glob("*.py"))
    assert len(files) > 50
    assert [path.name for path in files if re.search(r"\{[^{}\n]*:,[.\df]*\}", path.read_text())] == []


def test_announcements_are_worked_out_once_a_month(make_month, monkeypatch):
    asked = []
    monkeypatch.setattr(questions, "tests_of", lambda month: asked.append(month) or [])
    month = make_month()
    assert questions.announcements(month) == questions.announcements(month) == ()
    assert asked == [month]


def test_an_ordinary_month_announces_nothing_and_a_far_one_does(make_month, riverside):
    assert questions.announcements(make_month(**STATES["ordinary"](riverside))) == ()
    assert [t.name for t in questions.announcements(make_month(**STATES["a signal"](riverside)))] == [
        "shared_revenue"
    ]


def test_the_measures_that_report_yml_can_start_anew_are_those_with_a_usual_range(make_month, riverside):
    month = make_month(**STATES["ordinary"](riverside))
    assert [one.key for one in measures(month, monthly(month)) if one.series] == list(MEASURES)
