"""Every tally against a plain re-count, written from the rules and not from the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

import pandas as pd
import pytest
from recount import AS_OF, UTC, month_of_day
from recount_deals import DealRecount
from recount_relay import RelayRecount
from small_exports import as_exports, draw_exports

from alignment_lib.engine import DuckDB
from alignment_lib.month import month_of
from alignment_lib.period import Month
from alignment_lib.questions.rhythm import is_long, rhythm_days
from alignment_lib.tallies import TALLIES


class Recount(RelayRecount, DealRecount):
    """One method per tally, yielding a row's key and what it adds."""

    def daily(self):
        for x in self.leads:
            now = x.rules["new"]
            ways = [on for on in (x.reached, x.visited, x.won) if on]
            reached = bool(ways) and min(ways) <= x.cut
            yield (pd.Timestamp(x.created), x.month, x.team, x.location or "(none)"), (
                1, now is True, now is None, self.then(x) is True, reached, reached and now is True)  # fmt: skip

    def yields(self):
        for x in self.leads:
            campaign, place = x.row["campaign"] or "(none)", x.location or "(none)"
            yield (x.month, x.team, x.source, campaign, place), (1, x.rules["new"] is True)

    def arrivals(self):
        for x in self.leads:
            yield (x.month, x.row["arrival"] or "(none)"), (1,)

    def tracking(self):
        for x in self.leads:
            told = [on for on in (x.answered, x.reached, x.visited, x.won) if on]
            ended = next((on for on in (x.won, x.lost, x.disposed) if on), None)
            stated = x.is_won or x.is_lost or x.disposition is not None
            yield (x.month, x.location or "(none)", x.team), (
                1, x.source != "(missing)", x.row["campaign"] is not None, x.row["arrival"] is not None,
                x.location is not None, x.score is not None, x.rules["profile"] is not None,
                x.team == "sales" or (x.handed is not None and x.handed <= x.cut),
                x.answered_at is not None or not told or min(told) > x.cut,
                ended <= x.cut if ended else stated, x.source == "(missing)" and x.rules["new"] is True,
            )  # fmt: skip

    def people(self):
        known, seen = Counter(), defaultdict(set)
        for x in sorted(
            self.leads, key=lambda x: (x.created, x.created_at or datetime.max.replace(tzinfo=UTC), x.id)
        ):
            new_this_month = x.person is None or x.person not in seen[x.month]
            seen[x.month].add(x.person)
            yield (x.month,), (1, new_this_month, x.person is not None and known[x.person] > 0)
            known[x.person] += 1

    def band(self, x):
        tops = {"0-15": 15, "15-30": 30, "30-45": 45, "45-60": 60, "60-75": 75, "75-100": 101}
        return "(none)" if x.score is None else next(name for name, top in tops.items() if x.score < top)

    def scores(self):
        for x in self.leads:
            yield (x.month, self.band(x), int(x.score or 0)), (
                1, x.score or 0.0, x.is_won, not x.is_won and not x.is_lost, x.at_sale)  # fmt: skip

    def match(self, x):
        return {True: "yes", False: "no", None: "unknown"}[x.rules["profile"]]

    def profile(self):
        for x in self.leads:
            yield (x.month, x.team, self.match(x)), (1,)

    def loyalty(self):
        for x in self.leads:
            if x.has_client and x.won:
                yield (month_of_day(x.won), x.source, x.team, self.match(x)), (
                    1, x.is_judged, x.is_judged and x.is_kept)  # fmt: skip

    def definitions_effect(self):
        for x in self.leads:
            for name, then, now in (("quality_lead", self.then(x), x.rules["new"]),
                                    ("client_profile", x.rules["profile"], x.rules["profile"])):  # fmt: skip
                yield (x.month, name), (then is True, now is True, now is None, 1)


@pytest.fixture(scope="module", params=[1, 2, 3])
def both(request, riverside):

    tables = draw_exports(400, request.param)
    data = month_of(riverside, Month.parse("2026-10"), DuckDB(), as_exports(tables))
    assert data.as_of == AS_OF
    recount = Recount(riverside, tables)
    recount.rhythm = int(rhythm_days(data)) if is_long(data) else 0
    return data, recount


@pytest.mark.parametrize("name", TALLIES)
def test_each_tally_equals_a_plain_recount(both, name):
    data, recount = both
    columns = list(TALLIES[name])
    rows = [(key, tuple(float(value) for value in values)) for key, values in getattr(recount, name)()]
    keys = columns[: len(rows[0][0])]
    wanted = (
        pd.DataFrame([(*key, *values) for key, values in rows], columns=columns)
        .groupby(keys)
        .sum()
        .sort_index()
    )
    wanted = wanted[(wanted != 0).any(axis=1)] if name == "stages" else wanted
    counted = data.tallies[name].set_index(keys).sort_index().astype("float64").fillna(0.0)
    counted = counted[(counted != 0).any(axis=1)] if name == "stages" else counted

    assert len(wanted) > 0
    pd.testing.assert_frame_equal(counted, wanted, check_dtype=False, check_index_type=False, rtol=1e-9)
