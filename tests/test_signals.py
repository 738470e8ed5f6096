"""Readings of one measure, announcements of a page."""

import pytest

from alignment_lib.signals import Test, announced, cannot_show, mean_needed, months_met, read_series
from alignment_lib.stats.usual_range import usual_range

STEADY = [1.0, 1.2] * 7  # mean 1.1, moving range 0.2, limits 0.568 to 1.632


def a_test(name, p):
    return Test(name, "scorecard", p, "bad", f"{name} fell")


@pytest.mark.parametrize(
    "current, label, went",
    [
        (1.1, "usual range", ""),
        (0.5, "below usual", "down"),
        (1.7, "above usual", "up"),
        (None, "too little history", ""),
    ],
)
def test_a_reading_has_the_words_of_the_page(current, label, went):
    reading, usual = read_series(STEADY, current)
    assert (reading.label, reading.went) == (label, went)
    assert usual.n == 14


def test_a_run_reads_as_shifted():
    earlier = [1.0, 1.4] * 6 + [1.21, 1.22] * 4
    reading, _ = read_series(earlier, 1.3)
    assert (reading.label, reading.went, reading.is_signal) == ("shifted", "up", True)


def test_few_months_are_counted_and_not_read():
    reading, usual = read_series([1.0, None, 1.2, 1.0, 1.1], 9.0)
    assert (reading.label, reading.months, reading.firm, reading.is_signal) == (
        "too little history",
        4,
        False,
        False,
    )
    assert usual is None


def test_eight_months_are_read_but_not_firm():
    assert read_series(STEADY[:8], 1.1)[0].firm is False
    assert read_series(STEADY[:12], 1.1)[0].firm is True


def test_a_range_of_what_was_never_negative_stops_at_zero():
    assert read_series([0, 2] * 6, 1)[1].low == 0
    assert read_series([-1, 2] * 6, 1)[1].low < 0
    assert read_series([0.5, 1.0] * 6, 1, most=1)[1].high == 1


def test_only_what_survives_the_correction_is_announced():
    tests = [a_test("revenue", 0.06), a_test("replies", 0.001), a_test("leads", 0.5)]
    assert [test.name for test in announced(tests)] == ["replies"]  # 0.06 > 10% / 2
    assert [test.name for test in announced(tests[:2])] == ["revenue", "replies"]  # in the order given
    assert announced([]) == ()


def test_a_band_wider_than_a_fifth_cannot_show_smaller_changes():
    assert cannot_show(usual_range([100, 102] * 6)) is None
    assert cannot_show(usual_range(STEADY)) == pytest.approx(2.66 * 0.2 / 1.1)
    assert cannot_show(None) is None


def test_months_that_met_their_goal_are_counted_where_both_are_known():
    assert months_met([90, 110, None, 100], [100, 100, 100, None]) == (1, 2)
    assert months_met([90, 110, 100], [100, 100, 100], less_is_better=True) == (2, 3)


def test_the_mean_needed_lies_one_and_a_quarter_deviations_beyond_the_goal():
    usual = usual_range(STEADY)
    assert mean_needed(usual, 1.0) == pytest.approx(1.0 + 1.2816 * 0.2 / 1.128, abs=1e-4)
    assert mean_needed(usual, 1.0, less_is_better=True) == pytest.approx(1.0 - 1.2816 * 0.2 / 1.128, abs=1e-4)
    assert mean_needed(None, 1.0) is None
