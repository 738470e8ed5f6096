"""The agenda: by rule, an hour at most, thanks last, cells to write in; what sections ask is an item of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_months import history, months_to, planned, wobble
from test_every_question import STATES

from alignment_lib import open_month, questions
from alignment_lib.playbook.small_files import Promise
from alignment_lib.questions import agenda_items
from alignment_lib.questions.agenda import decide_today
from alignment_lib.questions.agenda_items import (
    FIRST,
    HOUR,
    MINUTES,
    THANKS,
    Item,
    Kind,
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


def test_a_signal_whose_home_is_the_quarter_leaves_room_for_the_months_lever():
    signals = [Item(str(n), str(n), "signal") for n in range(5)]
    score, lever = Item("Score", "score_check", "quarter", rank=3), Item("Lever", "gap_bridge", "lever")
    made = fitted(in_order([score, lever, *signals]))
    assert [item.what for item in made.left] == ["Score"]


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


def test_replies_that_signal_and_miss_the_promise_are_one_item(make_month):
    shape = history(YEAR)
    shape["relay"] = [{"month": m, "covered": 400, "kept": 300 - 3 * (n % 2), "broken": 100 + 3 * (n % 2)}
                      for n, m in enumerate(YEAR)]  # fmt: skip
    shape["relay"][-1] |= {"kept": 160, "broken": 240}
    month = make_month(plan=planned(YEAR), **shape)
    assert "answered_in_time" in {test.name for test in questions.announcements(month)}
    (item,) = [one for one in offered(month) if one.evidence == "relay" and one.kind in ("signal", "shortfall")]
    assert (item.what, item.kind, item.moves) == ("The reply promise", "signal", "answered in time")
    assert item.asks == questions.relay(month).prompt.text


def test_where_nothing_went_well_no_thanks_are_planned_and_minutes_add_up(make_month, riverside, monkeypatch):
    company = replace(riverside, promises=(promise(1),), thanks=())
    month = make_month(company=company, plan=planned(YEAR), **history(YEAR, [1.0] * 13 + [0.5]))
    assert "wins" not in [one.name for one in questions.wins_and_promises(month).lists]
    answer = questions.agenda(month)
    table = answer.tables["agenda"]
    assert not table["item"].str.endswith("Thanks").any()
    assert answer.finding.startswith(f"{table['minutes'].sum()} minutes")
    monkeypatch.setattr(agenda_items, "offered", lambda month: [])
    bare = questions.agenda(make_month(company=company, plan=planned(YEAR), **history(YEAR, [1.0] * 13 + [0.5])))
    assert bare.finding == "Nothing to decide: no promise is carried and no signal is open." and not bare.tables


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


def all_asked_are_items(month):
    """Each prompt is an item's `asks` and has its rank, and each item that asks is a section's prompt."""
    asked = {(item.asks, item.rank) for item in offered(month) if item.asks}
    answers = {name: getattr(questions, name)(month) for name in questions.QUESTIONS}
    prompts = {(answer.prompt.text, answer.prompt.rank) for answer in answers.values() if answer.prompt}
    assert prompts == asked
    announcing = {test.question for test in questions.announcements(month) if test.question != "scorecard"}
    assert announcing <= {item.evidence for item in offered(month)}


@pytest.mark.parametrize("state", STATES)
def test_whatever_a_section_asks_is_an_item_of_the_agenda_word_for_word(make_month, riverside, state):
    month = make_month(**STATES[state](riverside))
    all_asked_are_items(month)
    chosen = agenda_of(month)
    assert chosen.minutes <= HOUR and all(len(item.what.split()) <= 20 for item in chosen.items)


def test_what_the_page_announces_is_named_first_whatever_ranks_above_it(make_month, monkeypatch):
    ranks: dict[str, tuple[Kind, float]] = {"Signal": ("signal", 0.5), "Lever": ("lever", 3), "Plan": ("plan", 2),
                                            "Split": ("split", 2.5), "Other signal": ("signal", 0.4)}  # fmt: skip
    items = [Item(what, what, kind, rank=rank) for what, (kind, rank) in ranks.items()]
    monkeypatch.setattr(agenda_items, "offered", lambda month: in_order(items))
    assert [item.text for item in decide_today(make_month())] == ["Signal.", "Lever.", "Split."]
    items[:] = [item for item in items if item.kind != "signal"]
    assert [item.text for item in decide_today(make_month(period="2026-09"))] == ["Lever.", "Split.", "Plan."]


@pytest.fixture(scope="module")
def october(tmp_path_factory):
    """The sample's October, in which the score and the client profile are announced, too."""
    params = tmp_path_factory.mktemp("company") / "params" / "riverside"
    shutil.copytree(Path(__file__).parents[2] / "params" / "riverside", params)
    return open_month("2026-10", params)


@pytest.mark.slow
def test_whatever_the_samples_october_announces_is_an_item_and_its_lever_stays_on_the_list(october):
    all_asked_are_items(october)
    chosen = agenda_of(october)
    assert {"gap_bridge", "sources_and_campaigns"} <= {item.evidence for item in chosen.items}
    assert chosen.minutes == 58
    (replies,) = [item for item in chosen.items if item.evidence == "relay"]  # two announcements, one talk
    assert replies.what == "Enquiries after 16:00 at Harbour, and the reply promise elsewhere"
    assert replies.moves == "leads with no reply logged, Harbour; answered in time"
    left = {item.evidence: item.what for item in chosen.left}
    assert left["score_check"] == "What the score means from 60 on"
    assert left["client_profile"] == "Members outside the profile"
