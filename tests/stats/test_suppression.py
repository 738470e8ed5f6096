"""Small cells are hidden with as many partners as it takes, and zero never."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment_lib.stats.suppression import suppressed


def hidden(values, *sums, least=5):
    """Return what is hidden; a sum is a whole and its parts, and wholes would be missed most."""
    relations = [{whole: -1} | dict.fromkeys(parts, 1) for whole, *parts in sums]
    wholes = {whole for whole, *_ in sums}
    return suppressed(values, relations, least, lambda cell: values[cell] + 1000 * (cell in wholes))


def test_a_small_cell_takes_the_smallest_partner_with_it_and_zero_stays():
    club = {"Leeds": 40, "Hull": 1, "York": 5, "Bath": 0, "all": 46}
    assert hidden(club, ("all", "Leeds", "Hull", "York", "Bath")) == {"Hull", "York"}


def test_nothing_small_hides_nothing():
    assert hidden({"a": 5, "b": 0, "all": 5}, ("all", "a", "b")) == set()


def test_two_small_cells_need_a_third_when_their_sum_tells_both():
    # 1 + 1 = 2 can be nothing else; with 9 more it can
    assert hidden({"a": 1, "b": 1, "c": 9, "d": 30, "all": 41}, ("all", "a", "b", "c", "d")) == {"a", "b", "c"}


def test_one_cell_in_two_sums_needs_a_partner_in_each():
    values = {"x": 2, "row": 20, "r": 18, "column": 30, "c": 28}
    assert hidden(values, ("row", "x", "r"), ("column", "x", "c")) == {"x", "r", "c"}


def test_partners_of_a_table_close_the_ring():
    # 2 x 2 with all margins: hiding one cell needs the other three
    values = {"aA": 3, "aB": 20, "bA": 30, "bB": 40, "a": 23, "b": 70, "A": 33, "B": 60}
    sums = (("a", "aA", "aB"), ("b", "bA", "bB"), ("A", "aA", "bA"), ("B", "aB", "bB"))
    assert hidden(values, *sums) == {"aA", "aB", "bA", "bB"}


def test_a_total_goes_when_nothing_else_can():
    assert hidden({"a": 1, "b": 5, "all": 6}, ("all", "a", "b")) == {"a", "b"}  # 1 to 5, both
    assert hidden({"a": 4, "b": 0, "all": 4}, ("all", "a", "b")) == {"a", "all"}


def test_a_sum_that_does_not_hold_stops_it():
    with pytest.raises(ArithmeticError, match="does not hold"):
        hidden({"a": 2, "all": 6}, ("all", "a"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_row_and_no_column_of_a_table_gives_its_hidden_cells_away(table):
    rows, columns = range(len(table)), range(3)
    values = {(r, c): table[r][c] for r in rows for c in columns}
    values |= {(r, "all"): sum(table[r]) for r in rows} | {("all", c): sum(table[r][c] for r in rows) for c in columns}
    sums = [((r, "all"), *((r, c) for c in columns)) for r in rows]
    sums += [(("all", c), *((r, c) for r in rows)) for c in columns]
    gone = hidden(values, *sums)
    assert {cell for cell, value in values.items() if 0 < value < 5} <= gone
    assert not {cell for cell in gone if values[cell] == 0}
    for whole, *parts in sums:
        left = [cell for cell in (whole, *parts) if cell in gone]
        assert len(left) != 1
        if whole not in gone and any(values[cell] < 5 for cell in left):
            assert sum(values[cell] for cell in left) >= 5 + len(left) - 1
