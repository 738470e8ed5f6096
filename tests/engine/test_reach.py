"""How far the exports reach: a table that stops is seen, a table that is closed on Sundays or sparse is not accused."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment_lib import reach
from alignment_lib.engine import DuckDB
from alignment_lib.journeys import add_canonical
from alignment_lib.period import Month
from alignment_lib.reach import read_reach
from alignment_lib.sample import make_sample

OCTOBER = Month(2026, 10)
SETTLED = date(2026, 11, 3)


def every(start: date, end: date, step: int = 1) -> list[date]:
    return [start + timedelta(days=n) for n in range(0, (end - start).days + 1, step)]


DAILY = every(date(2026, 6, 1), SETTLED)


def cut(days: list[date], last: date) -> list[date]:
    return [day for day in days if day <= last]


@pytest.mark.parametrize(("last", "ends"), [(27, {}), (26, {"deals": date(2026, 10, 26)})])
def test_five_missing_days_are_silence_and_four_are_not(last, ends):
    found = read_reach({"leads 0": DAILY, "deals 0": cut(DAILY, date(2026, 10, last))}, OCTOBER, SETTLED)
    assert (found.newest, dict(found.ends)) == (SETTLED, ends)


def test_deals_that_are_closed_but_no_longer_opened_have_stopped():
    days = {"leads 0": DAILY, "deals 0": cut(DAILY, date(2026, 10, 18)), "deals 1": DAILY}
    assert read_reach(days, OCTOBER, SETTLED).ends == {"deals": date(2026, 10, 18)}


def test_a_table_that_goes_on_later_had_a_quiet_spell_and_no_end():
    quiet = [*cut(DAILY, date(2026, 10, 18)), *every(date(2026, 11, 8), date(2026, 11, 12))]
    assert read_reach({"leads 0": DAILY, "deals 0": quiet}, OCTOBER, SETTLED).ends == {}
    assert read_reach({"leads 0": DAILY, "deals 0": quiet[:-3]}, OCTOBER, SETTLED).ends == {
        "deals": date(2026, 10, 18)
    }


def test_where_all_stop_but_a_few_late_closings_the_month_ends_there():
    early = cut(DAILY, date(2026, 10, 18))
    days = {
        "leads 0": early,
        "deals 0": early,
        "deals 1": [*early, date(2026, 10, 24)],
        "activities 0": early,
    }
    found = read_reach(days, OCTOBER, SETTLED)
    assert (found.newest, dict(found.ends)) == (date(2026, 10, 18), {})


def test_a_budget_that_goes_on_is_no_event_and_a_spend_file_by_month_does_not_stop():
    by_month = [date(2025, 11, 1) if n == 0 else (Month(2025, 11) + n).start for n in range(12)]
    assert read_reach({"leads 0": DAILY, "spend 0": by_month}, OCTOBER, SETTLED).ends == {}
    without = by_month[:-1]
    assert read_reach({"leads 0": DAILY, "spend 0": without}, OCTOBER, SETTLED).ends == {
        "spend": date(2026, 9, 1)
    }
    early = cut(DAILY, date(2026, 10, 18))
    assert read_reach({"leads 0": early, "spend 0": DAILY}, OCTOBER, SETTLED).newest == date(2026, 10, 18)


@given(st.sets(st.integers(0, 6), max_size=3), st.integers(1, 12), st.integers(0, 3))
def test_a_shop_with_closing_days_that_sells_to_the_end_never_stops(closed, month, lag):
    """Whatever weekdays it is closed on, and if the newest rows are up to three days late."""
    period = Month(2026, month)
    until = period.end - timedelta(days=1 + lag)
    days = [day for day in every(date(2025, 6, 1), until) if day.weekday() not in closed]
    found = read_reach({"leads 0": every(date(2025, 6, 1), period.end), "deals 0": days}, period, period.end)
    assert found.ends == {} or (period.end - max(days)).days > 5


@given(st.sets(st.integers(0, 500), max_size=10))
def test_a_table_with_a_handful_of_days_is_never_called_stopped(offsets):
    days = sorted(date(2025, 6, 1) + timedelta(days=n) for n in offsets)
    days = [day for day in days if day <= SETTLED]
    assert read_reach({"leads 0": DAILY, "deals 0": days}, OCTOBER, SETTLED).ends == {}


@pytest.fixture(scope="module")
def sample_days(tmp_path_factory, riverside):
    import shutil

    from alignment_lib.playbook import read_company
    from alignment_lib.sources import load_exports

    folder = tmp_path_factory.mktemp("reach")
    shutil.copytree(riverside.folder, folder / "params" / "riverside")
    make_sample(folder / "data" / "riverside")
    exports = load_exports(read_company(folder / "params" / "riverside"), cache=folder / "cache")
    engine = DuckDB(threads=1)
    add_canonical(engine, exports.tables)
    return reach.days_of(engine)


def test_no_complete_month_of_the_sample_stops(sample_days):
    for n in range(30):
        period = Month(2024, 5) + n
        assert read_reach(sample_days, period, period.end + timedelta(days=2)).ends == {}, period


def test_payments_which_may_be_dated_ahead_do_not_say_that_the_data_goes_on(sample_days):
    assert {event.split()[0] for event in sample_days} == {"leads", "deals", "activities", "spend", "touches"}


@pytest.mark.parametrize("table", reach.WATCHED)
def test_a_file_of_the_sample_that_is_cut_five_days_early_stops(sample_days, table):
    for n in range(3, 30):
        period = Month(2024, 5) + n
        last = period.end - timedelta(days=6)
        days = {
            event: cut(own, last) if event.startswith(table) else own for event, own in sample_days.items()
        }
        found = read_reach(days, period, period.end + timedelta(days=2))
        assert list(found.ends) == [table] and last - timedelta(days=3) <= found.ends[table] <= last, period


def test_the_examples_are_right():
    assert doctest.testmod(reach).failed == 0
