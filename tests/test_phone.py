"""What a table becomes on a phone: the form is chosen by what its texts take."""

from __future__ import annotations

from typing import Any

import pytest

from alignment_lib import phone


def table(labels: list[str], *rows: list[str], units: tuple[str, ...] = (), style: str = "data") -> dict[str, Any]:
    """A table of the page's JSON: the first column is the heading, the others are counts unless `units` says more."""
    units = units or ("text", *["count"] * (len(labels) - 1))
    columns = [
        {"label": label, "unit": unit, "right": unit == "count"}
        for label, unit in zip(labels, units, strict=True)
    ]
    cells = [[{"text": text, "sub": False} for text in row] for row in rows]
    return {"columns": columns, "style": style, "rows": cells}


def test_a_table_that_fits_stays_as_it_is():
    assert phone.fit(table(["Club", "Leads", "Joined"], ["Harbour", "66", "17"]))["form"] == ""


def test_where_only_the_headings_lack_room_they_stand_above_their_figures():
    made = phone.fit(table(["Lever", *["October"] * 5], ["Marketing-sourced leads of October", *["1,243"] * 5]))
    assert (made["form"], made["beside"]) == ("stack", 5)


def test_more_figures_than_fit_beside_each_other_become_cards_of_two_columns():
    made = phone.fit(table(["Step", *["Northgate"] * 7], ["Goal", *["$118,500"] * 7]))
    assert (made["form"], made["beside"]) == ("cards", 2)


def test_cards_have_one_column_where_label_and_figure_take_more_than_half_the_width():
    made = phone.fit(table(["Source", *["So far"] * 4], ["Referral", *["52 of 151, or 34% (28–41%)"] * 4]))
    assert (made["form"], made["beside"]) == ("cards", 1)


@pytest.mark.parametrize(("text", "below"), [("yes", False), ("over plan; already the best of its season", True)])
def test_a_column_of_long_texts_stands_below_the_figures(text, below):
    one = table(["Lever", "Within reach", "October"], ["Value per join", text, "742"], units=("text", "text", "count"))
    phone.fit(one)
    assert [column.get("below", False) for column in one["columns"]] == [False, below, False]


def test_figures_never_stand_below_however_long():
    one = table(["Baton", "Worth"], ["Routed late", "$1,542,000–$5,640,000"])
    phone.fit(one)
    assert one["columns"][1]["below"] is False


@pytest.mark.parametrize("style", ["score", "agenda"])
def test_the_scorecard_and_the_agenda_have_forms_of_their_own(style):
    assert phone.fit(table(["Step", *["Northgate"] * 9], ["Goal", *["$118,500"] * 9], style=style))["form"] == ""


def test_a_table_is_a_stop_of_the_tab_key_only_if_it_may_have_to_be_scrolled():
    assert phone.fit(table(["Club", "Leads"], ["Harbour", "66"]))["scrolls"] is False
    assert phone.fit(table(["Club", *["Northgate"] * 12], ["Harbour", *["1,243"] * 12]))["scrolls"] is True


def test_headings_that_are_sentences_are_prose():
    sentence = "The same person within 90 days and undecided; what was done moves to the first row"
    assert phone.fit(table(["Found", "Rows"], [sentence, "259"]))["prose"] is True
    assert phone.fit(table(["Found", "Rows"], ["Harbour", "259"]))["prose"] is False


def test_a_table_without_rows_or_figures_has_a_form_too():
    assert phone.fit(table(["Club", "Leads"]))["form"] == ""
    assert phone.fit(table(["Club"], ["Harbour"]))["form"] == ""
