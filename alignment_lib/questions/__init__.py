"""The questions of the report, one file each, in the order of the page; and what the page may announce.

>>> from alignment_lib import open_month, questions
>>> data = open_month("2026-10", params="params/riverside")     # doctest: +SKIP
>>> questions.scorecard(data)                                   # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module

from ..answer import Answer
from ..month import MonthData
from ..once import once
from ..signals import Test, announced
from .agenda import agenda
from .attribution import attribution
from .client_profile import client_profile
from .club_by_club import club_by_club
from .definitions import definitions
from .gap_bridge import gap_bridge
from .in_one_minute import in_one_minute
from .next_month import next_month
from .pace import pace
from .playback import playback
from .quality_or_follow_up import quality_or_follow_up
from .reference_score import reference_score
from .relay import relay
from .score_check import score_check
from .scorecard import scorecard
from .sources_and_campaigns import sources_and_campaigns
from .tracking import tracking
from .where_from import where_from
from .wins_and_promises import wins_and_promises

__all__ = [
    "QUESTIONS", "agenda", "announcements", "answers", "attribution", "client_profile", "club_by_club",
    "definitions", "gap_bridge", "in_one_minute", "next_month", "pace", "playback", "quality_or_follow_up",
    "reference_score", "relay", "score_check", "scorecard", "sources_and_campaigns", "tests_of", "tracking",
    "where_from", "wins_and_promises",
]  # fmt: skip

# The meeting layer, then the evidence layer, as the page shows them.
QUESTIONS = ("in_one_minute", "wins_and_promises", "scorecard", "gap_bridge", "relay", "next_month", "agenda",
             "pace", "quality_or_follow_up", "sources_and_campaigns", "attribution", "playback", "club_by_club",
             "tracking", "definitions", "score_check", "client_profile", "where_from")  # fmt: skip

def tests_of(month: MonthData) -> list[Test]:
    """Return every test that any question puts to the month, in page order; one without `tests` puts none."""
    files = [import_module(f".{name}", __name__) for name in QUESTIONS]
    return [test for file in files if hasattr(file, "tests") for test in file.tests(month)]


@once
def announcements(month: MonthData) -> tuple[Test, ...]:
    """Return what the page may announce: the tests of all questions that hold, corrected for their number.

    Answers: is there news this month, or only the ordinary coming and going? In ordinary months at most one
    page in ten announces anything (SPEC Signals). In page order; worked out once per month.
    """
    return announced(tests_of(month))


def answers(month: MonthData) -> list[Answer]:
    """Return every question's answer, in page order."""
    return [globals()[name](month) for name in QUESTIONS]
