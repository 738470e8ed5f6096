"""The agenda: by rule, an hour at most, thanks last, cells to write in; what sections ask is an item of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_months import history, months_to, planned, wobble
from test_every_question import STATES

from alignment_lib import questions
from alignment_lib.playbook.small_files import Promise
from alignment_lib.questions import agenda_items
from alignment_lib.questions.agenda import decide_today
from alignment_lib.questions.agenda_items import (
    FIRST,
    HOUR,
    MINUTES,
    THANKS,
    Item,
    agenda_of,
    fitted,
    in_order,
    offered,
)
from alignment_lib.rendering import to_json

YEAR = months_to("2026-10", 14)
ITEMS = st.builds(Item, st.text("abc", min_size=1, max_size=3), st.sampled_from(["relay", "pace"]),
                  st.sampled_from(list(MINUTES)), rank=st.floats(0, 3))  # fmt: skip


def promise(n, due="2026-10-15"):
    return Promise(
        id=str(n), agreed_on="2026-09-10", team="sales", owner_role="Sales lead", what=f"Promise {n}", due_on=due,
        measure="answered in time", expected={"low": 1, "mid": 2, "high": 3},
    )  # fmt: skip


@given(st.lists(ITEMS, max_size=20))
def test_an_agenda_lasts_an_hour_at_most_and_loses_nothing(items):
    made = fitted(in_order(items))
    assert THANKS <= made.minutes <= HOUR
    assert sorted(map(str, made.items + made.left)) == sorted(map(str, in_order(items)))
    room = HOUR - made.minutes
    assert all(item.minutes > room for item in made.left)


def test_promises_come_first_then_signals_then_the_lever_and_the_rest():
    kinds = ["term", "split", "lever", "signal", "promise"]
    assert [item.kind for item in in_order(Item(kind, "relay", kind) for kind in kinds)] == kinds[::-1]


def test_of_one_section_and_kind_the_highest_rank_stays_but_every_promise_does():
    low, high = Item("Low", "relay", "signal", rank=1), Item("High", "relay", "signal", rank=2)
    assert in_order([low, high, Item("There", "pace", "signal")])[0] == high and len(in_order([low, high])) == 1
    assert len(in_order(Item(what, "wins_and_promises", "promise") for what in ("One", "Two"))) == 2


def test_an_ordinary_month_has_thanks_and_little_else(make_month, riverside):
    company = replace(riverside, promises=(), actions=riverside.actions.head(0))
    month = make_month(company=company, plan=planned([*YEAR, "2026-11"]), **history(YEAR, wobble(14, 0.001)))
    assert {item.kind for item in offered(month)} <= {"plan", "feedback", "meeting"}
    table = questions.agenda(month).tables["agenda"]
    assert table["item"].iloc[-1].endswith(". Thanks") and table["link"].iloc[-1] == "wins_and_promises"


def test_what_an_hour_does_not_hold_is_named(make_month, riverside, printable):
    company = replace(riverside, promises=tuple(promise(n) for n in range(14)))
    answer = questions.agenda(make_month(company=company))
    printable(answer)
    table = answer.tables["agenda"]
    assert table["minutes"].sum() == 58 and len(table) == 12  # eleven promises of five minutes, and thanks
    assert "Not on today’s list: " in answer.tables_shown[0].note


def test_decision_owner_and_date_are_empty_to_write_in_and_each_item_leads_to_its_section(make_month, riverside):
    month = make_month(company=replace(riverside, promises=(promise(1),)))
    table = questions.agenda(month).tables["agenda"]
    assert set(table["decision"]) == set(table["owner"]) == {""}
    assert set(table["link"]) <= set(questions.QUESTIONS)
    first = to_json(questions.agenda(month))["tables"][0]["rows"][0][0]
    assert first["text"] == "1. Carried promise: Promise 1" and first["link"] == "wins_and_promises"
    assert first["under"] == "Should move: answered in time"


def test_the_first_screen_names_what_matters_most_of_the_agenda(make_month, riverside):
    promises = (promise(1), promise(2), promise(3), promise(4, "2026-09-30"))
    month = make_month(company=replace(riverside, promises=promises))
    shown = [item.text for item in decide_today(month)]
    assert len(shown) == FIRST and shown[0] == "Carried promise: Promise 4."  # the oldest first
    screen = questions.in_one_minute(month)
    assert [item.text for one in screen.lists if one.name == "decide" for item in one.items] == shown


def test_without_anything_to_decide_the_first_screen_has_no_such_box(make_month, monkeypatch):
    monkeypatch.setattr(agenda_items, "offered", lambda month: [])
    month = make_month()
    assert questions.agenda(month).finding.startswith("Nothing to decide")
    assert "decide" not in [one.name for one in questions.in_one_minute(month).lists]


@pytest.mark.parametrize("state", STATES)
def test_whatever_a_section_asks_is_an_item_of_the_agenda_word_for_word(make_month, riverside, state):
    month = make_month(**STATES[state](riverside))
    asked = {item.asks for item in offered(month)}
    for name in questions.QUESTIONS:
        prompt = getattr(questions, name)(month).prompt
        assert prompt is None or prompt.text in asked, (name, prompt)
    chosen = agenda_of(month)
    assert chosen.minutes <= HOUR and all(len(item.what.split()) <= 20 for item in chosen.items)
