"""Kaplan-Meier: the never answered stay in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib.stats.waiting import kaplan_meier, median_wait, share_within, waiting_at

HOURS = [60, 120, 180, 240, 300, 360]


@pytest.fixture
def ten_leads():
    """Answered after 1 to 6 hours; four of ten never, and they wait on after the sixth."""
    return kaplan_meier(HOURS, [1] * 6, [0, 0, 0, 0, 0, 4])


def test_golden_numbers(ten_leads):
    assert median_wait(ten_leads) == 300  # the mean of the answered is 210
    assert share_within(ten_leads, 240) == pytest.approx(0.40)  # 66.7% of the answered
    assert ten_leads["at_risk"].tolist() == [10, 9, 8, 7, 6, 5]
    assert ten_leads["share_waiting"].tolist() == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])


def test_the_curve_is_a_step_that_counts_an_answer_at_its_minute(ten_leads):
    assert waiting_at(ten_leads, [0, 59, 60, 61, 10_000]).tolist() == pytest.approx([1, 1, 0.9, 0.9, 0.4])


def test_who_waits_shorter_than_the_first_answer_tells_nothing():
    curve = kaplan_meier([10, 60], [0, 1], [5, 1])
    assert curve.values.tolist() == [[60.0, 0.5, 2.0]]


def test_without_answers_nobody_is_done():
    curve = kaplan_meier([10], [0], [3])
    assert len(curve) == 0
    assert median_wait(curve) is None
    assert share_within(curve, 100) == 0


def test_without_leads_the_curve_is_empty():
    assert len(kaplan_meier([], [], [])) == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60))
def test_equals_statsmodels(waits):
    from statsmodels.duration.survfunc import SurvfuncRight

    minutes, ended = (np.array(column) for column in zip(*waits, strict=True))
    if not ended.any():
        return
    theirs = SurvfuncRight(minutes.astype(float), ended.astype(int))
    ours = kaplan_meier(minutes, ended.astype(int), (~ended).astype(int))
    assert ours["minutes"].tolist() == theirs.surv_times.tolist()
    assert ours["share_waiting"].to_numpy() == pytest.approx(theirs.surv_prob, abs=1e-12)
    assert ours["at_risk"].tolist() == theirs.n_risk.tolist()
