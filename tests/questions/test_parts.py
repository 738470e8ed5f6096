"""What the questions share: a figure in words."""

from __future__ import annotations

import pytest

from alignment_lib import charts
from alignment_lib.questions.parts import dots_alt


def dots(*values: float | None, title: str = "Cost per lead") -> charts.Dots:
    return charts.Dots(title, values, "${:.0f}".format)


@pytest.mark.parametrize(
    ("values", "hollow", "said"),
    [
        ((31, 28), (False, False), "Dot chart of sources. Cost per lead: A $31, B $28."),
        ((31, None), (False, False), "Dot chart of sources. Cost per lead: A $31."),
        ((31, float("nan")), (False, False), "Dot chart of sources. Cost per lead: A $31."),
        ((31, 28), (True, False), "Dot chart of sources. Cost per lead: B $28."),
        ((1, 2, 5, 4, 3), (False,) * 5, "Dot chart of sources. Cost per lead: from $1 (A) to $5 (C)."),
        ((None, None), (False, False), "Dot chart of sources."),
        ((31, 28), (True, True), "Dot chart of sources: cost per lead. All dots are hollow: none is ranked."),
    ],
)
def test_a_figure_in_words_names_what_is_drawn_but_nothing_that_is_too_few(values, hollow, said):
    assert dots_alt("sources", "ABCDE"[: len(values)], [dots(*values)], hollow) == said


def test_panels_follow_each_other_and_one_without_a_title_says_only_its_figures():
    panels = [dots(31, 28), dots(1, 2, title="")]
    assert dots_alt("sources", "AB", panels, [False, False]) == (
        "Dot chart of sources. Cost per lead: A $31, B $28. A $1, B $2."
    )
