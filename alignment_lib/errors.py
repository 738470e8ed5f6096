"""What can go wrong for a user, with the exit code that a scheduler sees.

Every error lists all problems at once; a problem says where, what was found, what is allowed and what to do.
None of them ever carries a cell of a personal column.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend: `where` (file, key, row), what was `found`, what is `allowed`, and the `fix`."""

    where: str
    found: str
    allowed: str = ""
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.found}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        return f"{text}. {self.fix}" if self.fix else text


class AlignmentError(Exception):
    """A mistake that the user can mend; shown as text, never as a traceback."""

    exit_code = 1

    def __init__(self, summary: str, problems: Iterable[Problem] = ()):
        self.summary = summary
        self.problems = tuple(problems)
        super().__init__("\n".join([summary, *(f"  {problem}" for problem in self.problems)]))


class ArgumentError(AlignmentError):
    """A value on the command line is not allowed."""

    exit_code = 2


class ParamsError(AlignmentError):
    """A file of the params folder is wrong."""

    exit_code = 2


class NoDataError(AlignmentError):
    """The exports hold nothing for the period."""

    exit_code = 3


class InputRejected(AlignmentError):
    """An export cannot be read as its mapping declares."""

    exit_code = 4


class NotebookFailed(AlignmentError):
    """The notebook, an identity (parts = whole) or a check of the finished page failed."""

    exit_code = 5


class Busy(AlignmentError):
    """Another run holds this period."""

    exit_code = 75
