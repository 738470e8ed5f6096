"""A month made by hand, with answers small enough to count by eye: what the tests' notebooks display."""

from __future__ import annotations

from functools import partial

import pandas as pd

from alignment_lib import charts
from alignment_lib.answer import (
    MONTH_MIME,
    Answer,
    Check,
    Column,
    Figure,
    Item,
    ItemList,
    KeyFigure,
    Missing,
    Prompt,
    Table,
)  # fmt: skip

HEAD = {
    "company": "Riverside Clubs", "places": "five clubs", "owner": "Head of revenue", "month": "2026-10",
    "label": "October 2026", "audience": "internal", "data_to": "3 November 2026", "partial": "", "language": "en",
    "min_cell": 5, "few_behind": [], "won": ["members joined", "joins"],
}  # fmt: skip
COLUMNS = (
    Column("team", "Team", "team"),
    Column("plan", "Plan", "count"),
    Column("actual", "Actual", "count"),
    Column("gap", "Gap", "gap_count"),
    Column("bullet", "Against plan", "svg"),
    Column("attained", "of plan", "share"),
    Column("line", "15 months", "svg"),
    Column("reading", "Reading", "reading"),
)


class Month:
    """Shows the masthead, as MonthData does."""

    def __init__(self, **changes: object):
        self.changes = changes

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {MONTH_MIME: {**HEAD, **self.changes}, "text/plain": "Riverside Clubs"}


def leads() -> pd.DataFrame:
    """Marketing 345 of 411, sales 253 of 221."""
    frame = pd.DataFrame({"team": ["marketing", "sales"], "plan": [411, 221], "actual": [345, 253]})
    frame["gap"] = frame["actual"] - frame["plan"]
    frame["attained"] = frame["actual"] / frame["plan"]
    frame["bullet"] = [charts.bullet(r.actual, r.plan, r.team) for r in frame.itertuples()]
    frame["line"] = [charts.sparkline([350, 263, 536, 345], 250, 550), charts.sparkline([184, 171, 292, 253])]
    frame["reading"] = ["below usual", "usual range"]
    return frame


def draw_leads(frame: pd.DataFrame, width: float):
    """Two bars."""
    figure, (ax,) = charts.canvas(width, 2.4)
    ax.bar([0, 1], frame["actual"], color=[charts.team_colour(team) for team in frame["team"]])
    ax.set_xticks([0, 1], list(frame["team"]))
    return figure


def figure(name: str = "leads", **changes: object) -> Figure:
    """One figure with its table."""
    frame = leads()
    table = Table(name + "_numbers", "Leads by team", COLUMNS[:4], frame, note="Leads by date created.")
    return Figure(name, "Leads by team", "Leads created", partial(draw_leads, frame), "Bars: sales is over plan.",
                  "n = 598 leads.", table, **changes)  # fmt: skip


def one_minute(**changes: object) -> Answer:
    """The first screen."""
    key = KeyFigure("93%", "of shared goal", charts.bullet(93, 100), "$152,315 of $164,300")
    return Answer(
        **{
            "name": "in_one_minute", "title": "In one minute", "asks": "The month in one minute", "finding": "",
            "headline": "We finished $12.0k short of $164.3k (93%).", "layer": "meeting",
            "key_figures": (key, KeyFigure("345", "marketing-sourced leads", charts.bullet(345, 411, "marketing"),
                                           "plan 411", "▼ 66", False, "marketing"),
                            KeyFigure("253", "sales-sourced leads", charts.bullet(253, 221, "sales"), "plan 221",
                                      "▲ 32", True, "sales"),
                            KeyFigure("54%", "answered in time", charts.bullet(54, 70), "goal 70%", "▼ 16 pts", False)),
            "lists": (ItemList("news", "", (
                Item("An ordinary month.", "93% lies inside the usual 77–127%.", "scorecard"),
                Item("The slack was partly picked up.", "Sales brought 32 leads over plan.", "pace"))),
                ItemList("trust", "Trust", (Item("", "97% of leads have a source", "scorecard"),))),
        } | changes
    )  # fmt: skip


def scorecard(**changes: object) -> Answer:
    """The scorecard, with a prompt, a failed check and something missing."""
    return Answer(
        **{
            "name": "scorecard", "title": "Joint scorecard", "asks": "Are we winning together?", "layer": "meeting",
            "finding": "Revenue came to $152.3k of a $164.3k goal (93%).", "basis": "leads by date created",
            "tables_shown": (Table("scorecard", "Joint scorecard", COLUMNS, leads(), style="score"),),
            "figures": (figure("left", beside=True), figure("right"), figure("folded", folded=True)),
            "prompt": Prompt("What would have let us move club outreach forward?", rank=2),
            "missing": (Missing("Cost per member.", "The exports hold no spend.", "Export spend by day.", 3),),
            "checks": (Check("Sources", False, "4 leads of a source that is not in the list."),),
        } | changes
    )  # fmt: skip


def pace(**changes: object) -> Answer:
    """A section of the evidence layer."""
    return Answer(
        **{
            "name": "pace", "title": "Pace", "asks": "When did we leave the plan?", "finding": "In the second week.",
            "reading": "below usual", "figures": (figure("pace"),),
            "missing": (Missing("Coverage.", "No deals.", "Export deals.", 9),),
        } | changes
    )  # fmt: skip


def where_from(**changes: object) -> Answer:
    """The footer."""
    facts = {"Files": "contacts.csv, 12 rows", "Fingerprint": "inputs 5f2a9c01"}
    return Answer(**{"name": "where_from", "title": "Where this came from", "asks": "Can we trust it?",
                     "finding": "Same inputs give the same page.", "facts": facts} | changes)  # fmt: skip
