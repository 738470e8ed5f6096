"""A sample of leads, the one place where a question sees rows: to fit a score, and to judge borderline leads.

At most 50,000, chosen by the MD5 of their id: the same leads on every machine, whatever was exported beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from .engine import Engine, Sql, literal, quoted_name, read_sql

MOST = 50_000
# What a CRM fills in while a lead is worked on, with the instant that says when; and what says nothing of when.
DATED = {"disposition": "disposed", "disposition_reason": "disposed", "accepted_at": "accepted",
         "sent_back_at": "sent_back", "visited_at": "visited"}  # fmt: skip
UNDATED = ("status",)


def draw_sample(
    engine: Engine, values: Mapping[str, Any], columns: Iterable[str], profile: Iterable[str]
) -> pd.DataFrame:
    """Return the sampled leads that the page sees, ordered by the MD5 of their id, without the id.

    Parameters
    ----------
    engine : Engine
        Holds journeys and canonical tables.
    values : mapping
        What `build_journeys` returned.
    columns, profile : iterables of str
        The lead columns that the exports hold, and the `profile_*` columns among what the engine holds.

    Returns
    -------
    pandas.DataFrame
        What stood at hand-over (`source` ... `touches_before`, `profile_*`), `score` and `grade` at hand-over,
        `quality` ("yes", "no", "unknown"), `outcome`, `revenue` and `margin` (money); with each column of `DATED`
        and `UNDATED` that the exports hold, and for the dated ones `<column>_late`: whether it was filled after
        hand-over (where that is not known, it was). `clock_on` is the day of the hand-over.
    """
    held = set(columns)
    dated = {name: stem for name, stem in DATED.items() if {name, f"{stem}_at"} <= held}
    plain = [name for name in DATED if name in held and name not in dated] + [n for n in UNDATED if n in held]
    parts = [f"l.{quoted_name(name)}" for name in [*plain, *sorted(profile)]]
    for name, stem in dated.items():
        on, at = f"l.{stem}_on", f"l.{stem}_at"
        value = f"CASE WHEN {on} IS NOT NULL THEN 'dated' END" if name.endswith("_at") else f"l.{name}"
        before = f"{on} < d.clock_on OR ({on} = d.clock_on AND {at} <= d.clock_at)"
        parts += [
            f"CASE WHEN COALESCE({on} <= {literal(values['as_of'])}, TRUE) THEN {value} END AS {name}",
            f"NOT COALESCE({before}, FALSE) AS {name}_late",
        ]
    fields = Sql("".join(f", {part}" for part in parts))
    return engine.run(read_sql("lead_sample", {**values, "sample_size": MOST, "sample_fields": fields}))
