"""A month's data as a whole: sums that must hold, what is refused, and that it is the same every time."""

from __future__ import annotations

import dataclasses
import doctest
from datetime import date

import pandas as pd
import pytest
from small_exports import as_exports, draw_exports

from alignment_lib import agreed, calendar_table, engine, maturity
from alignment_lib import month as month_module
from alignment_lib.agreed import View
from alignment_lib.engine import DuckDB, Sql, literal, read_sql
from alignment_lib.errors import ArgumentError, InputRejected, NoDataError, NotebookFailed
from alignment_lib.identities import check_identities
from alignment_lib.month import code_fingerprint, last_visible_day, month_of, open_month
from alignment_lib.period import Month
from alignment_lib.tallies import TALLIES, Tallies

OCTOBER = Month.parse("2026-10")


@pytest.fixture(scope="module")
def drawn():
    return as_exports(draw_exports(300, seed=7))


@pytest.fixture(scope="module")
def month(riverside, drawn):
    return month_of(riverside, OCTOBER, DuckDB(threads=1), drawn)


def test_parts_add_up_to_their_wholes(month):
    tallies, leads = month.tallies, len(month.journeys.frame())
    for name in ("daily", "sources", "after_handover", "tracking", "arrivals", "people"):
        assert tallies[name]["leads"].sum() == leads, name
    assert tallies.stages.query("position == 1")["reached"].sum() == leads
    assert tallies.relay["covered"].sum() == tallies.relay_hours["covered"].sum()
    assert tallies.daily["quality"].sum() == tallies.sources["quality"].sum()
    by_team = tallies.daily.groupby(["month", "team"])["leads"].sum()
    by_place = tallies.daily.groupby(["month", "location"])["leads"].sum()
    pd.testing.assert_series_equal(by_team.groupby("month").sum(), by_place.groupby("month").sum())


def test_stages_never_grow_from_one_to_the_next(month):
    by_stage = month.tallies.stages.groupby(["month", "team", "position"])["reached"].sum().unstack()
    assert (by_stage.diff(axis=1).iloc[:, 1:] <= 0).all(axis=None)


@pytest.mark.parametrize("name", ["daily", "relay_hours", "waits", "revenue", "sources", "spend", "returned"])
def test_a_sum_that_does_not_hold_stops_the_run(month, riverside, name):
    frames = dict(month.tallies)
    frames[name] = frames[name].iloc[1:]
    with pytest.raises(NotebookFailed, match="do not add up") as stopped:
        check_identities(
            month.journeys.engine,
            View(riverside, OCTOBER, month.as_of),
            Tallies(frames),
            {"waits_from": date(2026, 7, 1), "cells_from": date(2025, 10, 1), "cells_to": month.as_of},
        )
    assert stopped.value.exit_code == 5


def test_the_number_of_threads_changes_nothing(month, riverside, drawn):
    many = month_of(riverside, OCTOBER, DuckDB(threads=4, memory="500MB"), drawn)
    for name in TALLIES:
        pd.testing.assert_frame_equal(many.tallies[name], month.tallies[name], check_exact=True)


def test_the_order_of_rows_changes_nothing(month, riverside, drawn):
    turned = {name: frame.iloc[::-1] for name, frame in drawn.tables.items()}
    again = month_of(riverside, OCTOBER, DuckDB(threads=1), dataclasses.replace(drawn, tables=turned))
    for name in TALLIES:
        pd.testing.assert_frame_equal(again.tallies[name], month.tallies[name], check_exact=True)


def test_an_older_months_page_is_the_same_whatever_came_later(riverside, drawn):
    """The page of September from all rows, and from the rows that existed on its as_of."""
    september = Month.parse("2026-09")
    dated = {
        "leads": "created_on",
        "touches": "touched_on",
        "activities": "occurred_on",
        "deals": "opened_on",
    }
    early = {
        name: frame[frame[dated[name]] <= pd.Timestamp("2026-10-03")] if name in dated else frame
        for name, frame in drawn.tables.items()
    }
    one, other = (
        month_of(riverside, september, DuckDB(threads=1), dataclasses.replace(drawn, tables=tables))
        for tables in (drawn.tables, early)
    )
    assert one.as_of == other.as_of == date(2026, 10, 3)
    for name in TALLIES:
        pd.testing.assert_frame_equal(one.tallies[name], other.tallies[name], check_exact=True)


def test_a_month_without_leads_says_what_the_files_cover(count):
    with pytest.raises(NoDataError, match="leads created from 2026-10-05 to 2026-10-07") as refused:
        count("2026-08", leads=[{"created_at": "2026-10-05"}, {"created_at": "2026-10-07"}])
    assert refused.value.exit_code == 3


def test_a_currency_without_a_rate_is_refused(count):
    deal = {"deal_id": "D1", "lead_id": "L0", "opened_at": "2026-10-05", "closed_at": "2026-10-06",
            "outcome": "won", "amount": 9.0, "currency": "CHF"}  # fmt: skip
    with pytest.raises(InputRejected, match="CHF in 2026-10"):
        count(leads=[{"created_at": "2026-10-05"}], deals=[deal])


def test_a_wrong_month_is_refused_before_anything_is_read():
    with pytest.raises(ArgumentError):
        open_month("2026-13", "no/such/folder")


def test_as_of_is_the_end_of_the_month_and_the_days_to_settle_but_not_after_the_newest_record():
    assert last_visible_day(OCTOBER, 3) == date(2026, 11, 3)
    assert last_visible_day(OCTOBER, 0) == date(2026, 10, 31)
    assert last_visible_day(OCTOBER, 3, newest=date(2026, 10, 18)) == date(2026, 10, 18)


def test_a_month_made_by_hand_knows_what_is_missing(make_month):
    month = make_month(daily=[{"leads": 3}], missing={"spend", "leads.score"})
    assert (month.has("spend"), month.has("spend.amount"), month.has("leads.score")) == (False, False, False)
    assert month.has("leads") and month.has("leads.profile_catchment") and month.has("activities")
    assert month.known_months == ["2026-10"]
    assert month.tallies.relay.empty
    assert {name: str(dtype) for name, dtype in month.tallies.relay.dtypes.items()} == TALLIES["relay"]


def test_an_unknown_tally_is_an_error_and_not_an_empty_one(month):
    with pytest.raises(AttributeError):
        _ = month.tallies.relays
    with pytest.raises(KeyError, match="no such tally"):
        Tallies({"relays": pd.DataFrame()})


def test_the_code_fingerprint_stands_for_the_files():
    assert code_fingerprint() == code_fingerprint()
    assert len(code_fingerprint()) == 64


def test_texts_are_quoted_and_unknown_kinds_refused():
    hostile = "'; DROP TABLE x; --"
    assert DuckDB(threads=1).run(f"SELECT {literal(hostile)} AS text")["text"].iloc[0] == hostile
    assert literal(Sql("a > 1")) == "a > 1"
    for value in (float("nan"), object(), pd.Timestamp("2026-01-01")):
        with pytest.raises(TypeError):
            literal(value)


def test_a_file_that_asks_for_a_value_gets_it_or_fails():
    with pytest.raises(KeyError):
        read_sql("lead_touches", {})


@pytest.mark.parametrize(
    "module", [agreed, calendar_table, engine, maturity, month_module], ids=lambda m: m.__name__
)
def test_the_examples_in_the_docstrings_are_right(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("amount", [150_000.0, 2_500_000.0, 40_000_000_000.0])
def test_a_large_deal_is_counted_like_any_other(count, amount):
    lead = {"lead_id": "L1", "created_at": "2026-10-05 10:00", "assigned_at": "2026-10-05 10:05"}
    deal = {"deal_id": "D1", "lead_id": "L1", "opened_at": "2026-10-06 10:00", "closed_at": "2026-10-07 10:00",
            "outcome": "won", "type": "new", "amount": amount}  # fmt: skip
    tallies = count(leads=[lead], deals=[deal]).tallies
    assert tallies.revenue["revenue"].sum() == amount
    assert tallies.cells[["value", "value_squared"]].sum().tolist() == [amount, amount**2]


def test_a_rule_that_asks_for_a_column_of_no_export_is_told_with_the_nearest_name(count):
    lead = {"created_at": "2026-10-05 10:00", "score": 60.0, "source_detail": "trial request",
            "profile_catchments": "inside", "profile_visits_a_week": 3.0}  # fmt: skip
    told = {finding.rule: finding.text for finding in count(leads=[lead]).findings}
    assert "rule of the client profile asks for profile_catchment, which no" in told["rule-without-column"]
    assert told["rule-without-column"].endswith('Did you mean "profile_catchments"?')
    whole = lead | {"profile_catchment": "inside"}
    assert "rule-without-column" not in [finding.rule for finding in count(leads=[whole]).findings]


def test_a_column_that_exists_and_no_export_holds_is_not_taken_for_a_mistyped_one(count):
    lead = {"created_at": "2026-10-05 10:00", "scored_at": "2026-10-05 10:00", "source_detail": "trial request",
            "profile_catchment": "inside", "profile_visits_a_week": 3.0}  # fmt: skip
    (told,) = [finding.text for finding in count(leads=[lead]).findings if finding.rule == "rule-without-column"]
    assert told == (
        "The rule of a quality lead asks for score, which no export holds: where it decides, a lead cannot be judged."
    )
