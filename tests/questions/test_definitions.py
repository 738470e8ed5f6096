"""Definitions in force: versions, signatures, what changed and what it does to last month."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from made_months import leads, planned, won

from alignment_lib.period import Month
from alignment_lib.playbook.parts import Agreed, Definition
from alignment_lib.questions.definitions import definitions_in_force
from alignment_lib.words import Words

question = import_module("alignment_lib.questions.definitions")

EFFECT = {"month": "2026-08", "yes_then": 398, "yes_now": 424, "unknown_now": 0, "leads": 600}


@pytest.fixture
def with_terms(riverside):
    """Build the sample company with other definitions in its last playbook; None takes a term away."""

    def make(**terms):
        book = riverside.playbooks[-1]
        kept = {**book.definitions, **{name: term for name, term in terms.items() if term is not None}}
        kept = {name: term for name, term in kept.items() if terms.get(name, "") is not None}
        changed = book.model_copy(update={"definitions": kept})
        return replace(riverside, playbooks=(*riverside.playbooks[:-1], changed))

    return make


def term(listed, key):
    return listed.set_index("key").loc[key]


def test_every_term_stands_in_the_order_of_a_leads_way(make_month):
    listed = definitions_in_force(make_month("2026-10"))
    assert listed["term"].tolist() == [
        "Quality lead", "Hand-over", "What sales does on receipt", "Reached", "Credit for a lead", "Shared revenue",
        "Goals and split", "Client profile", "Communication",
    ]  # fmt: skip
    assert listed["status"].str.startswith("agreed").all() and not listed["changed"].any()


def test_a_change_shows_old_and_new_words_and_the_effect_on_last_month(make_month):
    quality = term(definitions_in_force(make_month("2026-09", definitions_effect=[EFFECT])), "quality_lead")

    assert quality["version"] == "v2, 1 September 2026"
    assert quality["status"] == "agreed by marketing and sales, 17 August 2026"
    assert "or a trial" in quality["text"] and "or a trial" not in quality["old_text"]
    assert quality["effect"] == "August comes to 424 quality leads, not 398."


def test_the_month_before_the_change_has_the_old_words(make_month):
    quality = term(definitions_in_force(make_month("2026-08")), "quality_lead")
    assert quality["version"] == "v1, 1 May 2024" and not quality["changed"]


@pytest.mark.parametrize("effect, says", [
    (EFFECT | {"yes_now": 398}, "August comes to 398 quality leads, as before."),
    (EFFECT | {"yes_then": 0, "yes_now": 1}, "August comes to 1 quality lead, not 0."),
    (EFFECT | {"unknown_now": 12}, "August comes to 424 quality leads, not 398. 12 leads cannot be judged by it."),
    (EFFECT | {"leads": 0}, "August has no leads to recompute with it."),
])  # fmt: skip
def test_effect_in_words(make_month, effect, says):
    listed = definitions_in_force(make_month("2026-09", definitions_effect=[effect]))
    assert term(listed, "quality_lead")["effect"] == says


def test_the_effect_names_what_the_scorecard_leaves_out(make_month):
    daily = [
        leads("2026-08", "marketing", 240),
        leads("2026-08", "sales", 170),
        leads("2026-08", "unassigned", 14),
    ]
    listed = definitions_in_force(make_month("2026-09", definitions_effect=[EFFECT], daily=daily))
    said = "August comes to 424 quality leads, not 398. The scorecard shows 410: the other 14 have no team."
    assert term(listed, "quality_lead")["effect"] == said


@pytest.mark.parametrize(
    ("revenue", "more", "says"),
    [
        (10_700, {}, "October reached the shared goal (107%), so this applies:"),
        (9_999, {}, "When the shared goal is reached:"),
        (20_000, {"partial": date(2026, 10, 18)}, "When the shared goal is reached:"),
    ],
)
def test_the_reward_applies_in_a_whole_month_that_reached_its_agreed_goal(make_month, revenue, more, says):
    month = make_month(plan=planned(["2026-10"]), revenue=[won("2026-10", revenue)], **more)
    reward = next(items for items in question.practices(month) if items.name == "reward")
    assert reward.items[0].lead == says


def test_words_without_a_rule_have_no_effect_on_figures(make_month, with_terms):
    company = with_terms(
        reached=Definition(says="A call that was picked up.", agreed=Agreed(sales=date(2026, 9, 1)))
    )
    reached = term(definitions_in_force(make_month("2026-09", company=company)), "reached")
    assert reached["effect"] == "Words only: no figure of August depends on it."
    assert reached["status"] == "proposed by sales"
    only_words = pd.DataFrame([reached])
    said = question.describe_definitions(Words(company.settings), only_words, Month.parse("2026-09"))
    assert said.startswith("One definition changed in September; no figure of August depends on it.")


def test_a_missing_term_is_a_row_that_says_so(make_month, with_terms):
    answer = question.definitions(make_month("2026-10", company=with_terms(reached=None)))
    row = term(answer.tables["definitions"], "reached")
    assert (row["text"], row["status"], row["version"], row["missing"]) == (
        "Not agreed yet",
        "not agreed yet",
        "",
        True,
    )
    assert answer.finding == "No definition changed in October. Not agreed yet: “Reached”."
    assert answer.prompt.text == "Who writes down what “reached” means, and by when?"
    assert answer.state == "poor" and answer.opens


def test_a_term_of_ones_own_comes_after_the_required_ones(make_month, with_terms):
    company = with_terms(trial_visit=Definition(says="A visit with a coach."))
    listed = definitions_in_force(make_month("2026-10", company=company))
    assert listed.iloc[-1][["term", "status"]].tolist() == ["Trial visit", "proposed"]


def test_a_changed_split_is_a_changed_definition(make_month, riverside):
    book = riverside.playbooks[-1]
    split = book.goals.lead_split.model_copy(update={"marketing": 0.5, "sales": 0.5})
    changed = book.model_copy(update={"goals": book.goals.model_copy(update={"lead_split": split})})
    company = replace(riverside, playbooks=(riverside.playbooks[0], changed))
    goals = term(definitions_in_force(make_month("2026-09", company=company)), "goals")
    assert goals["changed"] and "marketing brings 50% and sales 50%" in goals["text"]
    assert goals["old_text"].startswith("Of the quality leads the two teams owe, marketing brings 65%")


@pytest.mark.parametrize("period, effects, finding, reading", [
    ("2026-10", [], "No definition changed in October.", "unchanged"),
    ("2026-09", [EFFECT],
     "One definition changed in September; August was recomputed with it, so the two months compare.", "1 changed"),
    ("2026-09", [], "One definition changed in September; August has no leads to recompute with it.", "1 changed"),
    ("2024-05", [], "No definition changed in May.", "unchanged"),
])  # fmt: skip
def test_finding(make_month, period, effects, finding, reading):
    answer = question.definitions(make_month(period, definitions_effect=effects))
    assert (answer.finding, answer.reading, answer.opens) == (finding, reading, period == "2026-09")


def test_practices_communication_and_reward_are_printed(make_month):
    lists = {one.name: one for one in question.definitions(make_month()).lists}
    assert list(lists) == ["practices", "communication", "reward"]
    assert lists["practices"].items[0].text.startswith("Sales: Send a message the same day")
    assert lists["communication"].items[0].lead == "Weekly check-in."
    assert lists["communication"].items[0].text.startswith("Every week.")
    assert lists["communication"].items[0].text.endswith("Questions are answered within 2 days.")
    assert lists["reward"].items[0].lead == "When the shared goal is reached:"


def test_a_playbook_of_the_least_is_printed_too(make_month, riverside):
    book = riverside.playbooks[0].model_copy(
        update={
            "definitions": {},
            "client_profile": None,
            "practices": (),
            "communication": (),
            "reward": None,
        }
    )
    answer = question.definitions(make_month(company=replace(riverside, playbooks=(book,))))
    assert answer.lists == ()
    assert answer.finding == (
        "No definition changed in October. Not agreed yet: “Quality lead”, “Hand-over”, “Reached” and four more."
    )
    receipt = term(definitions_in_force(make_month(company=replace(riverside, playbooks=(book,)))), "on_receipt")
    assert receipt["text"] == "Sales answers within 2 hours and tries 5 times in 14 days."  # the promise it is held to
    assert receipt["status"].startswith("agreed by marketing and sales, ")
    silent = book.model_copy(update={"reply": None})
    assert "on_receipt" in definitions_in_force(
        make_month(company=replace(riverside, playbooks=(silent,)))
    ).query("missing")["key"].tolist()


def test_two_days_of_signing_name_who_signed_when(make_month, with_terms):
    agreed = Agreed(marketing=date(2026, 8, 10), sales=date(2026, 8, 17))
    company = with_terms(reached=Definition(says="A two-way exchange.", agreed=agreed))
    listed = definitions_in_force(make_month("2026-10", company=company))
    assert term(listed, "reached")["status"] == "agreed by marketing on 10 August 2026 and sales on 17 August 2026"


def test_meetings_that_are_agreed_are_what_communication_means_where_no_text_says_it(make_month, with_terms):
    company = with_terms(communication=None)
    listed = definitions_in_force(make_month("2026-10", company=company))
    said = term(listed, "communication")
    assert said["text"] == (
        "Weekly check-in every week, answers within 2 days; Monthly alignment every month, answers within 7 days."
    )
    assert said["status"].startswith("agreed by marketing and sales, ") and not said["missing"]
    book = company.playbooks[-1].model_copy(update={"communication": ()})
    none = definitions_in_force(make_month("2026-10", company=replace(company, playbooks=(book,))))
    assert term(none, "communication")["text"] == "Not agreed yet"
