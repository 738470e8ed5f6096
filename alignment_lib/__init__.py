"""What marketing and sales look at together: from a CRM export to the month's page.

    >>> import alignment_lib
    >>> alignment_lib.open_month            # doctest: +SKIP
    >>> alignment_lib.questions.scorecard   # doctest: +SKIP

Both names are loaded when they are first used, so that `--help` stays instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import questions as questions
    from .month import open_month as open_month

__version__ = "0.1.0"
__all__ = ["open_month", "questions"]


def __getattr__(name: str) -> Any:
    if name == "open_month":
        return import_module(".month", __name__).open_month
    if name == "questions":
        return import_module(".questions", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
