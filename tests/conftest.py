"""What all tests share: the sample company's params, and a month made from tallies counted by eye."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from alignment_lib.month import MonthData
from alignment_lib.period import Month
from alignment_lib.tallies import TALLIES, Tallies

RIVERSIDE = Path(__file__).resolve().parents[1] / "params" / "riverside"

# What a row of a tally holds where a test does not say: an ordinary lead of an ordinary place.
ORDINARY = {
    "month": "2026-10", "team": "marketing", "location": "Northgate", "type": "new", "source": "Paid search",
    "campaign": "(none)", "strategy": "(none)", "kind": "media", "created_month": "2026-10", "step": "reply",
    "part": "before 16:00", "definition": "quality_lead", "attempts": "1", "reason": "(none)",
}  # fmt: skip

Rows = pd.DataFrame | Sequence[dict[str, Any]]


def as_tally(name: str, rows: Rows) -> pd.DataFrame:
    """Return rows in the shape of the tally; a column that is left out holds what is ordinary, or 0."""
    frame = pd.DataFrame(rows) if not isinstance(rows, pd.DataFrame) else rows.copy()
    if unknown := set(frame) - set(TALLIES[name]):
        raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
    if "day" in frame:
        frame["month"] = pd.to_datetime(frame["day"]).dt.strftime("%Y-%m")
    for column, dtype in TALLIES[name].items():
        ordinary = ORDINARY.get(column, "") if dtype == "str" else 0
        if column not in frame and column != "day":
            frame[column] = ordinary
        elif column != "day":
            frame[column] = frame[column].astype(object).where(frame[column].notna(), ordinary)
    if "day" in TALLIES[name] and "day" not in frame:
        frame["day"] = pd.to_datetime(frame["month"] + "-01")
    return frame


@pytest.fixture(scope="session")
def riverside():
    """The sample company's params, read once."""
    from alignment_lib.playbook import read_company

    return read_company(RIVERSIDE)


@pytest.fixture
def make_month(riverside) -> Callable[..., MonthData]:
    """Build MonthData from small frames: `make_month(daily=[{"leads": 3}], relay=frame, period="2026-10")`.

    Tallies that are not given are empty. `missing={"spend", "leads.score"}` says what the exports do not
    hold; `plan=` replaces the plan, `company=` the params, `partial=` the day on which the data stops,
    `ends={"deals": day}` the tables that stop while others go on.
    """

    def make(
        period: str = "2026-10",
        *,
        company=None,
        plan=None,
        as_of: date | None = None,
        partial: date | None = None,
        ends: Mapping[str, date] | None = None,
        missing: Sequence[str] = (),
        findings: Sequence[Any] = (),
        files: Sequence[Any] = (),
        **tallies: Rows,
    ) -> MonthData:
        month = Month.parse(period)
        frames = {name: as_tally(name, rows) for name, rows in tallies.items()}
        return MonthData.of(
            month,
            company or riverside,
            Tallies(frames),
            as_of=as_of,
            plan=plan,
            partial=partial,
            ends=ends or {},
            missing=frozenset(missing),
            findings=tuple(findings),
            files=tuple(files),
        )

    return make
