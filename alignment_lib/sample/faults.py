"""The small faults of real exports: people entered twice, merged records, impossible dates, repeated rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .exports import utc
from .key import PLANTS
from .world import DAY, EXPORTED, NEVER, World

_NOT_YET = (
    "Became a Marketing Qualified Lead Date", "Owner Assigned Date", "Became a Sales Qualified Lead Date",
    "Disposition", "Disposition Reason", "Disposition Date", "Sent Back Date", "Recycle Due Date",
    "First Visit Date",
)  # fmt: skip


def add_duplicates(
    world: World, contacts: pd.DataFrame, leads: pd.DataFrame, deals: pd.DataFrame
) -> pd.DataFrame:
    """Append a second entry of some people, made within three days and before the first one was decided."""
    if "duplicates" not in world.plants:
        return contacts
    rng = world.rng("duplicates")
    again = leads["created"].to_numpy() + rng.integers(20, 3 * DAY, len(leads))
    decided = deals[deals["lead"] >= 0].groupby("lead")["closed"].min().reindex(range(len(leads)))
    undecided = (decided.isna() | (decided == NEVER) | (decided > again + DAY)).to_numpy()
    chosen = rng.random(len(leads)) < PLANTS["duplicates"].size["share"]
    chosen &= undecided & (again < EXPORTED - 6 * DAY)
    return _append(contacts, contacts[chosen], 60_000_000, {"Create Date": utc(again[chosen])})


def add_bad_rows(
    world: World, contacts: pd.DataFrame, engagements: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Append merged records whose last call hangs on the old id, impossible dates, and repeated rows."""
    if "bad-rows" not in world.plants:
        return contacts, engagements
    rng = world.rng("bad rows")
    size = {name: int(count) for name, count in PLANTS["bad-rows"].size.items()}
    first = contacts.iloc[: len(contacts) // 2]

    called = first[first["Contact ID"].isin(engagements["Contact ID"])]
    survivors = called.sample(size["merged"], random_state=rng)
    merged_ids = (61_000_000 + np.arange(len(survivors))).astype(str)
    contacts = _append(contacts, survivors, 61_000_000, {"Merged Into": survivors["Contact ID"].to_numpy()})
    last_call = pd.Series(engagements.index, index=engagements["Contact ID"]).groupby(level=0).last()
    engagements = engagements.copy()
    engagements.loc[last_call[survivors["Contact ID"]].to_numpy(), "Contact ID"] = merged_ids

    junk = first.sample(size["impossible_dates"], random_state=rng)
    years = np.resize(["1900", "1026", "2204"], len(junk))
    typed = [year + date[4:] for year, date in zip(years, junk["Create Date"], strict=True)]
    nobody = {"Email": "", "Phone Number": ""}
    contacts = _append(contacts, junk, 62_000_000, {"Create Date": np.asarray(typed), **nobody})
    repeated = first.sample(size["repeated_rows"], random_state=rng)
    return pd.concat([contacts, repeated], ignore_index=True), engagements


def _append(
    contacts: pd.DataFrame, rows: pd.DataFrame, first_id: int, changed: dict[str, Any]
) -> pd.DataFrame:
    """Append rows under new ids, as records on which nobody has worked yet."""
    ids = (first_id + np.arange(len(rows))).astype(str)
    rows = rows.copy()
    for column, value in {
        **dict.fromkeys(_NOT_YET, ""),
        "Contact ID": ids,
        "Lead Status": "NEW",
        **changed,
    }.items():
        rows[column] = value
    return pd.concat([contacts, rows], ignore_index=True)
