"""Two processes draw what one would."""

from __future__ import annotations

from functools import partial

import handmade as made
import pytest

from alignment_lib import drawing
from alignment_lib.charts import usual_range_chart  # noqa: F401  so that the helper knows the charts


@pytest.fixture
def helper():
    drawing.start_helper()
    yield
    drawing.end_helper()


def test_with_a_helper_every_drawing_is_the_same(helper):
    figures = [made.figure("a"), made.figure("b"), made.figure("c")]
    together = drawing.draw_all(figures, "k")
    drawing.end_helper()
    assert together == drawing.draw_all(figures, "k")
    assert [len(pair) for pair in together] == [2, 2, 2]


def test_a_figure_that_cannot_be_sent_is_drawn_here(helper):
    frame = made.leads()
    local = made.figure("a")
    lonely = type(local)(**{**vars(local), "draw": lambda width: made.draw_leads(frame, width)})
    assert drawing.draw_all([lonely, made.figure("b")], "k") == drawing.draw_all(
        [local, made.figure("b")], "k"
    )


def fail(width: float):
    raise ValueError("no such column")


def test_an_error_in_the_helper_is_the_error_here(helper):
    broken = type(made.figure())(**{**vars(made.figure()), "draw": partial(fail)})
    with pytest.raises(ValueError, match="no such column"):
        drawing.draw_all([broken, broken], "k")
    assert drawing.draw_all([made.figure("b")], "k")
