"""What questions bring to the agenda: its order, and one item of a kind for each section."""

from alignment_lib.questions.agenda_items import Item, in_order


def whats(*items):
    return [item.what for item in in_order(items)]


def test_promises_come_first_then_signals_then_the_lever_and_the_rest():
    split, term = Item("Split", "scorecard", "split"), Item("A term", "definitions", "term")
    lever, promise = Item("One lever", "gap_bridge", "lever"), Item("A promise", "wins_and_promises", "promise")
    signal = Item("Evenings", "relay", "signal")
    assert whats(split, term, lever, promise, signal) == ["A promise", "Evenings", "One lever", "Split", "A term"]


def test_of_one_section_and_kind_the_highest_rank_stays_but_every_promise_does():
    assert whats(Item("Low", "relay", "signal", rank=1), Item("High", "relay", "signal", rank=2)) == ["High"]
    assert whats(Item("Here", "relay", "signal"), Item("There", "pace", "signal")) == ["Here", "There"]
    assert whats(Item("One", "wins_and_promises", "promise"), Item("Two", "wins_and_promises", "promise")) == [
        "One", "Two",
    ]  # fmt: skip
