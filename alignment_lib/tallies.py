"""The tallies: everything that questions reason about, small whatever the size of the company.

Each is one SQL file, `sql/tallies_<name>.sql`, run once for a page. `TALLIES` is their contract: the columns
in order with their pandas dtypes; a `month` is text "YYYY-MM", counts are whole numbers, money is a float in
the company's currency. Parts add up to wholes, because a tally is a plain sum: shares, medians and distinct
people across rows must never be added up from it.

Four readings of "when" are used, and each tally names its own in the first lines of its SQL file:

- created: the month in which the lead was created, as everything stood on the page's `as_of`
- clock: the month in which the reply clock started, each month at its own cut (its end + settle days),
  so that all months of a series are seen at the same age
- closing: the month in which the deal was closed, or paid, whatever the playbook counts as revenue
- its own date: spend, members, the reasons of what was won and lost
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

if TYPE_CHECKING:
    from .engine import Engine

DAY = "datetime64[us]"
_PLACE = {"month": "str", "team": "str", "location": "str"}


def _counts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "int64")


TALLIES: dict[str, dict[str, str]] = {
    # created; quality = under the definition in force at the period's end, quality_then = on the day of
    # creation; reached = this or beyond by the month's own cut, quality_reached its part of quality
    "daily": {"day": DAY, **_PLACE, **_counts("leads", "quality", "quality_unknown", "quality_then",
                                              "reached", "quality_reached")},
    # clock; covered = kept + broken + running; answered, reached, joined count "this or beyond" of all leads
    # of the row; handed_over leaves out the leads that nobody routed; never_answered is a part of covered;
    # quality is the part of handed_over that is a quality lead now, quality_reached and quality_joined of
    # reached and joined; answered_unlogged is the part of answered without a logged reply of its own
    "relay": {
        **_PLACE,
        **_counts("handed_over", "covered", "kept", "broken", "running", "answered", "reached", "joined",
                  "accepted", "sent_back", "never_answered", "attempts", "quality", "quality_reached",
                  "quality_joined", "answered_unlogged"),
    },
    # clock, covered leads only; part: "before 16:00", "16:00 and later" (of creation) or "no time"
    "relay_hours": {
        **_PLACE, "part": "str",
        **_counts("covered", "kept", "answered", "reached", "never_answered", "never_reached"),
    },
    # clock, covered leads of the last four months; whole business minutes; running = not answered after so
    # long
    "waits": {**_PLACE, "step": "str", **_counts("minutes", "answered", "running")},
    # closing; won deals of every type; created_month "" and team "no lead" where no lead is known; revenue_before =
    # the part of payments that comes from clients won in an earlier month
    "revenue": {
        "month": "str", "created_month": "str", "team": "str", "location": "str", "type": "str",
        **_counts("clients", "deals"), "revenue": "float64", "margin": "float64", "revenue_before": "float64",
    },
    # its own date of opening; new deals of every outcome; unpriced = without an amount, so nothing of pipeline
    "pipeline": {"day": DAY, **_PLACE, **_counts("deals", "unpriced"), "pipeline": "float64"},
    # opening and closing ("" = open, or not dated); new deals; squared = the sum of squared amounts, for their spread
    "deals": {"opened_month": "str", "closed_month": "str", "outcome": "str", "team": "str", "location": "str",
              **_counts("deals"), "pipeline": "float64", "squared": "float64", "revenue": "float64"},
    # created; dealt = leads with a new deal, whatever came of it; a won deal counts with the one lead that it is
    # credited to, so that its contacts are one client; won_at_cut = won by the month's own cut; kept of kept_judged
    # = still a client after 90 days
    "sources": {
        "month": "str", "source": "str", "campaign": "str", "strategy": "str", "team": "str",
        **_counts("leads", "quality", "dealt", "won", "won_at_cut"), "revenue": "float64",
        **_counts("entered_at_sale", "entered_won", "kept_judged", "kept"),
    },
    # created; by as_of; the other contacts of a won deal are lost when it is won; age in days from creation, from 28 on
    # rounded down to whole weeks
    "outcomes": {"month": "str", "source": "str", "team": "str", "band": "str",
                 **_counts("age", "won", "lost", "running")},
    # created; what an action in a place could have brought
    "yields": {"month": "str", "team": "str", "source": "str", "campaign": "str", "location": "str",
               **_counts("leads", "quality")},
    # its own date of opening; new deals by what brought their lead; team and source "no lead" where none is known
    "opened": {"month": "str", "team": "str", "source": "str", "campaign": "str", "location": "str",
               **_counts("deals"), "pipeline": "float64"},
    # its own date
    "spend": {"month": "str", "source": "str", "campaign": "str", "location": "str", "kind": "str",
              "amount": "float64"},
    # created; cumulative: this stage or beyond, of which skipped = the stage itself has no date
    "stages": {"month": "str", "team": "str", "stage": "str", **_counts("position", "reached", "skipped")},
    # created; what a lead did before hand-over, once per kind
    "before_handover": {"month": "str", "team": "str", "kind": "str", **_counts("leads", "reached", "won")},
    # created; attempts "0" .. "4", "5+"
    "after_handover": {"month": "str", "team": "str", "attempts": "str",
                       **_counts("leads", "reached", "won")},
    # closing; won value of new deals by channel and rule, with the deals whose first or last step it was; a deal
    # without touches is credited to "none recorded". by_crm and sourced: by the source of the deal's lead
    "channel_credit": {
        "month": "str", "channel": "str", **_counts("firsts", "lasts", "sourced"),
        **dict.fromkeys(("by_first", "by_last", "by_linear", "by_position", "by_decay", "by_crm"), "float64"),
    },
    # closing; over decided deals, and leads lost without one, that have touches; repeats in a row are one step
    "channel_steps": {"month": "str", "before_step": "str", "after_step": "str", **_counts("n")},
    # clock; leads that came back: sent back, recycled or nurture; won and lost as known on the page's date
    "returned": {**_PLACE, "disposition": "str", "reason": "str", **_counts("leads", "won", "lost")},
    # the day of decision; new deals won and lost, and leads lost without one; month "" where the day is not known
    "reasons": {"month": "str", "location": "str", "outcome": "str", "reason": "str", **_counts("decided")},
    # created, as of the page's date; told = won, lost, sent back or kept for later, of which explained = with a reason
    # where one is needed
    "fed_back": {"month": "str", "location": "str", **_counts("leads", "told", "explained")},
    # clock; the first broken promise of a lead
    "batons": {**_PLACE, "baton": "str", **_counts("leads")},
    # clock, at the month's own cut, in a long rhythm won so many days on; thirteen months, then fifteen; a won deal
    # counts with the one lead that it is credited to; grade: as exported, else the third of the score; handling: "in
    # time", "late", "never", "running", "not judged" (no time known), "no promise" (did not wait); baton "" = none
    "cells": {
        "month": "str", "source": "str", "grade": "str", "location": "str", "part": "str", "handling": "str",
        "baton": "str", **_counts("leads", "won"), "value": "float64", "value_squared": "float64",
    },
    # created, at the month's own cut; of `leads`, how many have it written down; quality_unsourced = quality leads
    # without a source
    "tracking": {
        "month": "str", "location": "str", "team": "str",
        **_counts("leads", "source_known", "campaign_known", "arrival_known", "location_known", "score_known",
                  "profile_known", "handover_logged", "reply_logged", "outcome_fed_back", "quality_unsourced"),
    },
    # created
    "arrivals": {"month": "str", "arrival": "str", **_counts("leads")},
    # created; people are counted distinct within the month, returning = journeys of people who came before
    "people": {"month": "str", **_counts("leads", "people", "returning")},
    # its own date
    "members": {"month": "str", "location": "str", **_counts("joined", "left")},
    # clock; leads whose owner had left before the clock started
    "departed": {"month": "str", "location": "str", **_counts("leads")},
    # as others count: way "UTC" = leads by the day in UTC, "first day" = new won deals by the first day of the relation
    "elsewhere": {"month": "str", "way": "str", **_counts("leads", "clients"), "revenue": "float64"},
    # created; the score at hand-over by band of the playbook ("(none)" = no score, "(outside)" = in no band) and by
    # hundredth of its scale; score = sum of the leads' scores, open = neither won nor lost by as_of
    "scores": {"month": "str", "band": "str", "step": "int64", **_counts("leads"), "score": "float64",
               **_counts("won", "open", "entered_at_sale")},
    # created; match = "yes", "no" or "unknown" under the client profile in force at the period's end
    "profile": {"month": "str", "team": "str", "match": "str", **_counts("leads")},
    # month of winning; judged = became a client at least 90 days before as_of, kept = was still one after 90 days
    "loyalty": {"month": "str", "source": "str", "team": "str", "match": "str",
                **_counts("clients", "judged", "kept")},
    # created; the same leads under the definition of their day and under the one at the period's end
    "definitions_effect": {"month": "str", "definition": "str",
                           **_counts("yes_then", "yes_now", "unknown_now", "leads")},
}  # fmt: skip

BATONS = ("not routed", "routed late", "not accepted", "never answered", "given up early",
          "no-show not rebooked", "sent back without reason", "recycled and forgotten")  # fmt: skip


class Tallies(Mapping[str, pd.DataFrame]):
    """The tallies of one page, each a frame: `tallies.daily` or `tallies["daily"]`.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        What is given is brought into the shape of `TALLIES`; what is not given is an empty frame of that
        shape.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame] | None = None):
        given = dict(frames or {})
        if unknown := sorted(set(given) - set(TALLIES)):
            raise KeyError(f"no such tally: {', '.join(unknown)}")
        self._frames = {name: shaped(name, given.get(name)) for name in TALLIES}

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._frames[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in self._frames:
            raise AttributeError(name)
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._frames]


def shaped(name: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    """Return a tally's frame with exactly its columns, in order and of the right dtypes."""
    columns = cast(dict[str, Any], TALLIES[name])
    if frame is None:
        return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in columns.items()})
    given = dict(zip(frame.columns, map(str, frame.dtypes), strict=True))
    frame = frame if list(given) == list(columns) else frame[list(columns)]
    changed = {column: dtype for column, dtype in columns.items() if given[column] != dtype}
    return (frame.astype(changed) if changed else frame).reset_index(drop=True)


def count(engine: Engine, name: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """Run one tally on the journeys that the engine holds; `values` is what `build_journeys` returned."""
    from .engine import read_sql

    return engine.run(read_sql(f"tallies_{name}", values))


def count_tallies(engine: Engine, values: Mapping[str, Any], **counted: pd.DataFrame) -> Tallies:
    """Run every tally, but those that were `counted` before."""
    return Tallies({name: counted[name] if name in counted else count(engine, name, values) for name in TALLIES})
