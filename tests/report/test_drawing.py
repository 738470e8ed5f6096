"""Two processes draw what one would."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import handmade as made
import pytest

from alignment_lib import drawing


@pytest.fixture
def helper():
    drawing.start_helper()
    yield
    drawing.end_helper()


def drawn_alone(*figures) -> dict[str, dict[str, str]]:
    drawing.end_helper()
    pairs = drawing.draw_all(figures, "k")
    return {f"k-{f.name}": {"wide": wide, "narrow": narrow} for f, (wide, narrow) in zip(figures, pairs, strict=True)}


def test_a_helper_draws_later_and_the_same(helper):
    figures = [made.figure("a"), made.figure("b")]
    assert drawing.draw_all(figures, "k") == [("", ""), ("", "")]
    assert drawing.finished() == drawn_alone(*figures)
    assert drawing.finished() == {}


def test_a_figure_that_cannot_be_sent_is_drawn_where_it_is_shown(helper):
    frame = made.leads()
    lonely = replace(made.figure("a"), draw=lambda width: made.draw_leads(frame, width))
    (pair,) = drawing.draw_all([lonely], "k")
    assert drawing.finished() == {}
    assert {"wide": pair[0], "narrow": pair[1]} == drawn_alone(made.figure("a"))["k-a"]


@pytest.mark.slow
def test_more_figures_than_a_pipe_holds_do_not_stop_either_side(helper):
    figures = [made.figure(f"f{n}") for n in range(40)]
    drawing.draw_all(figures, "k")
    assert len(drawing.finished()) == 40


def fail(frame, width: float):
    raise ValueError("no such column")


def test_an_error_in_the_helper_is_the_error_here(helper):
    drawing.draw_all([replace(made.figure("a"), draw=partial(fail, None))], "k")
    with pytest.raises(ValueError, match="no such column"):
        drawing.finished()


def test_a_helper_that_died_is_replaced_by_drawing_here(helper, monkeypatch):
    drawing.draw_all([made.figure("a")], "k")
    drawing._helper.close()
    assert drawing.finished() == drawn_alone(made.figure("a"))
