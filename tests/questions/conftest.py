"""What the tests of questions share: words, made months, and a check that an answer can be printed in any state."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from made_bridges import OCTOBER, agreed, tallies
from made_months import MONTHS, history, planned, wobble

from alignment_lib.answer import Answer
from alignment_lib.month import MonthData
from alignment_lib.questions.bridge_cells import Bridge
from alignment_lib.questions.gap_bridge import bridge_of
from alignment_lib.rendering import to_json
from alignment_lib.words import Words

UNPRINTABLE = re.compile(r"(?<![\w“])(nan|NaN|inf|None|NaT|<NA>|nan%)(?![\w”])|\d\.\d{4,}|[{}]")
BLAME = re.compile(
    r"\b(fault|fail(ed|s|ure)?|blame|lazy|bad|worst|drops?|dropped the|slow)\b(?! reply)", re.IGNORECASE
)
JARGON = re.compile(r"\b(MQL|leverage|synergy|significant|p-value|funnel|SLA|KPI)\b", re.IGNORECASE)


@pytest.fixture
def words(riverside) -> Words:
    return Words(riverside.settings)


@pytest.fixture
def printable(riverside) -> Callable[[Answer], dict[str, Any]]:
    """Draw, print and read an answer: no token of the machine in it, no long sentence, no blame, no jargon."""
    words = Words(riverside.settings)

    def check(answer: Answer) -> dict[str, Any]:
        shown = to_json(answer, words)
        sentences = [answer.finding, *answer.notes, *([answer.prompt.text] if answer.prompt else [])]
        for text in sentences:
            for sentence in re.split(r"(?<=[.?!]) ", text):
                assert len(sentence.split()) <= 30, sentence
        under = [table.note for table in answer.tables_shown] + [figure.caption for figure in answer.figures]
        for sentence in re.split(r"(?<=[.?!;]) ", " ".join(under)):
            assert len(sentence.split()) <= 30, sentence
            assert not BLAME.search(text) and not JARGON.search(text), text
        for figure in shown["figures"]:
            assert figure["wide"].startswith("<svg") and figure["narrow"].startswith("<svg")
        texts = [*sentences, *(cell["text"] for table in [*shown["tables"], *(f["table"] for f in shown["figures"])]
                               for row in table["rows"] for cell in row)]  # fmt: skip
        texts += [
            text for f in shown["figures"] for text in (f["title"], f["subtitle"], f["alt"], f["caption"])
        ]
        texts += [text for m in answer.missing for text in (m.what, m.why, m.todo)] + [
            c.text for c in answer.checks
        ]
        for text in texts:
            assert not UNPRINTABLE.search(str(text)), text
        return shown

    return check


@pytest.fixture
def ordinary(make_month) -> Callable[..., MonthData]:
    """Build fourteen months that go up and down by five points around their plan."""

    def make(attained=None, plan=None, **more):
        return make_month(plan=plan or planned(MONTHS), **history(MONTHS, attained or wobble(14)), **more)

    return make


@pytest.fixture
def bridged(make_month) -> Callable[..., tuple[MonthData, Bridge]]:
    """Build a month and its bridge: `bridged(came={...}, plan=..., lag=3)`."""

    def build(period=OCTOBER, plan=None, **shape):
        month = make_month(period, plan=plan or agreed(shape.get("months", MONTHS)), **tallies(**shape))
        bridge, why = bridge_of(month)
        assert bridge is not None, why
        return month, bridge

    return build
