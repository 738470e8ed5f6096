"""How numbers, names and dates read."""

from datetime import date
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.period import Month
from alignment_lib.playbook.settings import Settings
from alignment_lib.words import NUMBER_FORMATS, Words, plural_of, sentence, small_number

NOTHING = [None, float("nan"), float("inf"), -float("inf"), np.nan, pd.NA, pd.NaT]


def words_in(currency="USD", **more):
    return Words(
        SimpleNamespace(
            currency=currency,
            place=SimpleNamespace(one="club", many="clubs"),
            client=SimpleNamespace(one="member", many="members", verb="joined", noun="join"),
            **more,
        )
    )


@pytest.fixture(scope="module")
def words():
    return words_in()


@pytest.mark.parametrize(
    "amount, exact, short",
    [
        (164300, "$164,300", "$164.3k"),
        (-11985, "−$11,985", "−$12.0k"),
        (999, "$999", "$999"),
        (999.6, "$1,000", "$1.0k"),
        (999949, "$999,949", "$999.9k"),
        (999960, "$999,960", "$1.0m"),
        (1240000, "$1,240,000", "$1.2m"),
        (999_960_000, "$999,960,000", "$1.0bn"),
        (0.4, "$0.40", "$0.40"),
        (-0.001, "$0.00", "$0.00"),
        (0, "$0", "$0"),
    ],
)
def test_money_is_exact_in_tables_and_to_a_tenth_of_a_thousand_in_sentences(words, amount, exact, short):
    assert (words.money(amount), words.money_short(amount)) == (exact, short)


@pytest.mark.parametrize(
    "currency, number_format, text",
    [
        ("USD", "1,234.5", "$1,234,568"),
        ("GBP", "1,234.5", "£1,234,568"),
        ("EUR", "1.234,5", "€1.234.568"),
        ("BRL", "1.234,5", "R$1.234.568"),
        ("EUR", "1 234,5", "€1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}568"),
        ("CHF", "1'234.5", "CHF\N{NO-BREAK SPACE}1’234’568"),
    ],
)
def test_currency_and_number_format_are_the_companys(currency, number_format, text):
    assert words_in(currency, number_format=number_format).money(1234567.8) == text


def test_the_decimal_mark_follows_the_number_format():
    brazil = words_in("BRL", number_format="1.234,5")
    assert (brazil.money_short(1512), brazil.minutes(198), brazil.number(4.5, 1)) == (
        "R$1,5k",
        "3,3 h",
        "4,5",
    )


def test_the_settings_allow_the_formats_that_can_be_printed():
    allowed = get_args(Settings.model_fields["number_format"].annotation)
    assert set(allowed) == set(NUMBER_FORMATS)


def test_counts_have_their_noun(words):
    assert [words.count(n, "lead") for n in (0, 1, 2, 1234)] == [
        "0 leads",
        "1 lead",
        "2 leads",
        "1,234 leads",
    ]
    assert words.count(-66) == "−66"
    assert words.count(2, "man-day", "man-days") == "2 man-days"


@pytest.mark.parametrize(
    "noun, many", [("lead", "leads"), ("enquiry", "enquiries"), ("day", "days"), ("match", "matches"),
                   ("person", "people"), ("quality lead", "quality leads"),
                   ("missing person", "missing people")]
)  # fmt: skip
def test_plurals(noun, many):
    assert plural_of(noun, 2) == many
    assert plural_of(noun, 1) == noun


def test_shares_and_points_have_no_decimals(words):
    assert [words.share(x) for x in (0.544, 1.05, -0.001, 0)] == ["54%", "105%", "0%", "0%"]
    assert [words.points(x) for x in (-0.16, 0.01, 0)] == ["16 pts", "1 pt", "0 pts"]
    assert [words.points(x, signed=True) for x in (-0.16, 0.01, 0)] == ["−16 pts", "+1 pt", "0 pts"]


def test_a_share_of_something_is_never_nothing(words):
    assert [words.share(x) for x in (1 / 295, 0.005, 0.0051, 1e-12)] == ["under 1%", "under 1%", "1%", "0%"]
    assert (words.cell(1 / 295, "share"), words.cell(1 / 295, "meter")) == ("under 1%", "under 1%")
    assert words.span(1 / 295, 0.02) == "0–2%" and words.share(0.001, signed=True) == "0%"  # an end of a range


def test_a_share_has_its_base(words):
    assert words.share_of(22, 84) == "22 of 84 (26%)"
    assert words.share_of(1, 295) == "1 of 295 (under 1%)"
    assert words.share_of(0, 0) == "0 of 0"


@pytest.mark.parametrize(
    "minutes, text",
    [(0, "0 min"), (51, "51 min"), (60, "1 h"), (89, "89 min"), (90, "1.5 h"), (101, "1.7 h"),
     (119.6, "2 h"), (120, "2 h"), (121, "2 h"),
     (198, "3.3 h"), (1440, "24 h"), (7000, "117 h")],
)  # fmt: skip
def test_waits_read_in_minutes_then_hours(words, minutes, text):
    assert words.minutes(minutes) == text


def test_ranges(words):
    assert words.span(0.77, 1.27) == "77–127%"
    assert words.span(-0.05, 0.12) == "−5 to 12%"
    assert words.span(40, 71, "money") == "$40–$71"
    assert words.span(12.4, 30.2, "count") == "12–30"


@pytest.mark.parametrize(
    "gap, unit, text",
    [(-66, "count", "▼ 66"), (11985, "money", "▲ $11,985"), (-0.16, "points", "▼ 16 pts"),
     (0, "count", "0"), (-0.2, "count", "0"), (0.001, "points", "0 pts"), (0, "money", "$0")],
)  # fmt: skip
def test_a_gap_has_an_arrow_unless_it_prints_as_none(words, gap, unit, text):
    assert words.gap(gap, unit) == text


def test_direction_words_come_from_one_percent(words):
    assert [words.direction(gap, 400) for gap in (-4.1, -3.9, 0, 3.9, 4, 5)] == [
        "short", "on plan", "on plan", "on plan", "over", "over",
    ]  # fmt: skip
    assert words.direction(0, 0) == "on plan"
    assert words.direction(5, 0) == "over"
    assert words.direction(5, None) == "–"


def test_names_are_joined(words):
    joined = [words.names(list(text)) for text in ("", "a", "ab", "abc")]
    assert joined == ["–", "a", "a and b", "a, b and c"]
    assert [small_number(n) for n in (0, 5, 12, 13)] == ["no", "five", "twelve", "13"]
    assert sentence("marketing came on plan.") == "Marketing came on plan."
    assert sentence("") == ""


def test_places_and_clients_are_called_what_the_company_calls_them(words):
    assert (words.place(), words.place(2), words.places(5)) == ("club", "clubs", "five clubs")
    assert (words.client(), words.client(2), words.won, words.win(1), words.win(2)) == (
        "member", "members", "joined", "join", "joins",
    )  # fmt: skip


def test_dates_and_months(words):
    assert words.date(date(2026, 11, 3)) == "3 November 2026"
    assert words.date(pd.Timestamp("2026-11-03 10:00")) == "3 November 2026"
    assert words.day(date(2026, 10, 12)) == "12 October"
    assert (
        words.month("2026-10")
        == words.month(Month(2026, 10))
        == words.month(date(2026, 10, 9))
        == "October 2026"
    )
    assert words.months(["2026-08", "2026-09", "2026-10"]) == "August–October 2026"
    assert words.months(["2025-11", "2026-01"]) == "November 2025–January 2026"
    assert words.months(["2026-08"]) == "August 2026"
    assert words.months([]) == "–"


UNITS = ["text", "count", "number", "money", "money_exact", "share", "points", "date", "minutes", "gap_count",
         "gap_money", "gap_points", "meter", "reading", "team", "range"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("value", NOTHING)
def test_what_is_not_known_prints_as_a_dash(words, unit, value):
    assert words.cell(value, unit) == "–"


@pytest.mark.parametrize("value", NOTHING)
def test_no_sentence_part_prints_nothing_as_a_number(words, value):
    for show in (words.number, words.money, words.money_short, words.share, words.points, words.minutes,
                 words.date, words.day, words.month, words.gap):  # fmt: skip
        assert show(value) == "–"
    assert words.count(value, "lead") == "– leads"
    assert words.share_of(value, 3) == "– of 3"
    assert words.span(value, 1) == "–"
    assert words.direction(value, 1) == "–"


def test_cells_print_by_unit(words):
    printed = {
        unit: words.cell(0.544, unit)
        for unit in ("share", "meter", "number", "count", "points", "gap_points")
    }
    assert printed == {"share": "54%", "meter": "54%", "number": "0.5", "count": "1", "points": "+54 pts",
                       "gap_points": "▲ 54 pts"}  # fmt: skip
    assert words.cell("usual range", "reading") == "usual range"


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_every_figure_is_clean(value):
    w = words_in()
    for text in (
        w.number(value),
        w.money(value),
        w.money_short(value),
        w.share(value),
        w.gap(value, "money"),
    ):
        assert "-" not in text  # the real minus sign
        assert not text.startswith("−") or any(digit in text for digit in "123456789")  # no −0
        assert "nan" not in text
        assert "e" not in text.removeprefix("under ")
