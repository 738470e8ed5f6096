"""Answer: what a question gives back, and how it shows itself in JupyterLab and in the report.

The contract from notebook to page is the MIME type `application/vnd.alignment.answer+json`: text, tables as rows
with units, figures as SVG with alt text, state and checks. The page template renders only that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from .words import Words

MIME = "application/vnd.alignment.answer+json"
MONTH_MIME = "application/vnd.alignment.month+json"  # what the page's masthead is made of
DRAWINGS_MIME = "application/vnd.alignment.drawings+json"  # figures that were drawn after they were shown

Unit = Literal["text", "count", "number", "money", "money_exact", "share", "points", "date", "minutes",
               "gap_count", "gap_money", "gap_points", "svg", "meter", "reading", "team", "range", "times"]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """How one column of a table is printed. `better` says which direction of a gap is good."""

    key: str
    label: str
    unit: Unit = "text"
    better: Literal["more", "less", "neither"] = "more"
    muted: bool = False


@dataclass(frozen=True)
class Table:
    """A frame with printing instructions; the first column is the row's heading.

    Columns of the frame that need no Column: `under` prints small under the heading, `sub` (bool) makes the row a
    quiet, indented part of the row above, `link` names the section that the heading leads to, and `asks` is the
    question that this section may ask (agenda).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    note: str = ""  # date basis and n, printed under the table
    style: Literal["data", "score", "definitions", "csv", "agenda"] = "data"
    folded: bool = False  # behind its title
    beside: bool = False  # stands beside the next table on a wide page


@dataclass(frozen=True)
class Figure:
    """A figure drawn by `draw(width_in_inches) -> matplotlib Figure`, with words and numbers behind it."""

    name: str
    title: str
    subtitle: str
    draw: Callable[[float], Any]
    alt: str  # chart kind, then the finding in one sentence
    caption: str
    table: Table
    beside: bool = False  # stands beside the next figure on a wide page
    folded: bool = False


@dataclass(frozen=True)
class Prompt:
    """One question for the meeting: what, which, who or how. `minutes` stand only in the agenda."""

    text: str
    rank: float = 0.0  # the page shows at most three prompts, highest first


@dataclass(frozen=True)
class Missing:
    """Something the page cannot show: what, why, what to do, and how much it would open (sorts the list).

    `cause` names what lacks, such as "Spend": the page lists everything of one cause as one item.
    """

    what: str
    why: str
    todo: str
    opens: int = 1
    cause: str = ""


@dataclass(frozen=True)
class Check:
    """A data check: never stops the run; a failed one is a red-bordered line under the headline."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True)
class Item:
    """One line of a list: a bold lead, the text, and the section it links to."""

    lead: str
    text: str
    link: str = ""
    mark: str = ""


@dataclass(frozen=True)
class ItemList:
    """A short list under a heading, such as the three findings of the first screen."""

    name: str
    title: str
    items: tuple[Item, ...]
    beside: bool = False  # stands beside the next list on a wide page


@dataclass(frozen=True)
class KeyFigure:
    """One of the four figures on the first screen."""

    value: str
    label: str
    svg: str
    note: str
    gap: str = ""
    good: bool | None = None
    team: Literal["marketing", "sales", "joint"] = "joint"


@dataclass(frozen=True)
class Answer:
    """One question of the report, answered from one set of numbers.

    `name` is the question's file, the section's anchor and its test file. `state` is "complete", "poor" (shown with
    what there is) or "missing" (one line; `missing` says why). `opens` keeps a section of the evidence layer open.
    An answer that is not `shown` has no section on the page, which only names it; in JupyterLab it is whole.
    """

    name: str
    title: str
    asks: str
    finding: str
    basis: str = ""
    layer: Literal["meeting", "evidence"] = "evidence"
    state: Literal["complete", "poor", "missing"] = "complete"
    reading: str = ""
    opens: bool = False
    shown: bool = True
    headline: str = ""
    key_figures: tuple[KeyFigure, ...] = ()
    lists: tuple[ItemList, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables_shown: tuple[Table, ...] = ()
    prompt: Prompt | None = None
    notes: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    checks: tuple[Check, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    words: Words | None = field(
        default=None, repr=False, compare=False
    )  # month.words: how the cells are printed

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Show the answer: as JSON for the page, as plain HTML in JupyterLab, as one line elsewhere."""
        from .rendering import bundle

        return bundle(self, MIME)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table behind the answer, by name, as a DataFrame: what an analyst reaches for."""
        every: Sequence[Table] = [*self.tables_shown, *(figure.table for figure in self.figures)]
        return {table.name: table.frame for table in every}
