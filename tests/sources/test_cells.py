"""Cells are parsed by their declared type and format: wrong shape refuses, impossible is set aside."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import MAPPING, Place, passing_place

from alignment_lib.errors import InputRejected, ParamsError
from alignment_lib.sources import zones


def leads(place: Place, cells: list[str], **column: object) -> list[tuple[object, ...]]:
    """Load leads whose created_at is read as `column` says; return on, at, hour."""
    mapping = copy.deepcopy(MAPPING)
    del mapping["tables"]["deals"]
    mapping["tables"]["leads"] = {
        "lead_id": "id", "source": {"constant": "Web"}, "created_at": {"column": "when", **column},
    }  # fmt: skip
    place.map(mapping)
    rows = "".join(f'{n},"{cell}"\n' for n, cell in enumerate(cells))
    place.write("leads.csv", f"id,when\n{rows}")
    return place.rows("leads", "created_on, created_at, created_hour")


def numbers(place: Place, cells: list[str], symbol: str = "", **dialect: str) -> list[float]:
    mapping = copy.deepcopy(MAPPING)
    mapping["tables"] = {
        "payments": {"paid_on": "day", "amount": {"column": "paid", "currency_symbol": symbol}}
    }
    mapping["dialect"] = dialect
    place.map(mapping)
    place.write("leads.csv", "day,paid\n" + "".join(f'2026-10-03,"{cell}"\n' for cell in cells))
    return [amount for (amount,) in place.rows("payments", "amount")]


def test_a_date_without_a_time_never_shifts(place):
    assert leads(place, ["2026-10-01"], zone="utc") == [(date(2026, 10, 1), None, None)]
    assert leads(place, ["2026-10-01"], zone="America/New_York") == [(date(2026, 10, 1), None, None)]


def test_a_time_is_put_into_the_companys_zone_before_its_day_is_read(place):
    place.settings = {"time_zone": "America/New_York"}
    found = leads(place, ["2026-10-01 02:30"], zone="utc")
    assert found == [(date(2026, 9, 30), datetime(2026, 10, 1, 2, 30), 22)]
    found = leads(place, ["2026-10-01 02:30"], zone="local")
    assert found == [(date(2026, 10, 1), datetime(2026, 10, 1, 6, 30), 2)]
    found = leads(place, ["2026-10-01 02:30"], zone="Asia/Kolkata")
    assert found == [(date(2026, 9, 30), datetime(2026, 9, 30, 21, 0), 17)]


def test_an_offset_in_the_cell_goes_before_the_declared_zone(place):
    found = leads(place, ["2026-10-01T02:30:00+0200"], zone="local", formats=["%Y-%m-%dT%H:%M:%S%z"])
    assert found == [(date(2026, 10, 1), datetime(2026, 10, 1, 0, 30), 1)]


def test_autumns_doubled_hour_is_the_first_and_springs_missing_one_moves_forward(place):
    found = leads(place, ["2026-10-25 01:30", "2026-03-29 01:30"], zone="local")
    assert found == [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30), 2),
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30), 1),
    ]
    rules = {finding.rule: finding.count for finding in place.load().findings}
    assert (rules["doubled-hour"], rules["missing-hour"]) == (1, 1)


ZONES = ["America/New_York", "America/Sao_Paulo", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]
FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%y %I:%M %p", "%d.%m.%Y", "%d %b %Y"]
MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2050, 12, 1))


@settings(max_examples=12, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(ZONES), st.booleans())
def test_zones_in_sql_agree_with_python(moments, zone, near):
    if near:  # moments around a change of clocks, where it is hard
        edges = [change[0] for change in zones.changes(zone)] or moments
        moments = [edges[n % len(edges)] + (m - moments[0]) % timedelta(hours=6) - timedelta(hours=3)
                   for n, m in enumerate(moments)]  # fmt: skip
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("CREATE TABLE t AS SELECT unnest(?::TIMESTAMP[]) AS c", [moments])
        found = con.execute(
            f"SELECT c, {zones.shifted('c', '- ' + zones.offset_of('k'))}, {zones.to_local(zone, 'c')} "
            f"FROM (SELECT c, {zones.clock(zone, 'c')} AS k FROM t)"
        ).fetchall()
    for moment, in_utc, local in found:
        assert in_utc == moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        assert local == moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@settings(max_examples=5, deadline=None)
@given(st.lists(MOMENTS, min_size=5, max_size=30), st.sampled_from(FORMATS))
def test_every_date_that_python_writes_is_read_back(moments, date_format):
    place = passing_place()
    found = leads(place, [f"{moment:{date_format}}" for moment in moments], formats=[date_format], zone="utc")
    assert sorted(row[0] for row in found) == sorted(
        datetime.strptime(f"{moment:{date_format}}", date_format).replace(tzinfo=UTC)
        .astimezone(ZoneInfo("Europe/London") if "%H" in date_format or "%I" in date_format else UTC).date()
        for moment in moments
    )  # fmt: skip


@pytest.mark.parametrize(
    "cell", ["2026-10-3x", "20261003", "26-10-03", "2026/10/03", "03.10.2026", "soon", "2026-10-03 9"]
)
def test_a_date_of_another_shape_refuses_the_file(place, cell):
    with pytest.raises(InputRejected, match=r"row 3 \[type-error\]"):
        leads(place, ["2026-10-03", cell])


def test_an_impossible_day_is_set_aside_and_never_rolls_over(place):
    assert [row[0] for row in leads(place, ["2026-02-28", "2026-02-30", "1999-12-31", "2101-01-01", "2100-12-31"])] == [
        date(2026, 2, 28), date(2100, 12, 31),
    ]  # fmt: skip
    [file] = place.load().files
    assert (file.rows_in, file.rows_used) == (5, 2)
    assert file.set_aside == {"impossible date": 1, "date outside 2000 to 2100": 2}


def test_spreadsheet_day_numbers_are_read_only_where_they_are_declared(place):
    assert leads(place, ["46298", "46298.75"], formats=["excel"], zone="utc") == [
        (date(2026, 10, 3), datetime(2026, 10, 3, 18, 0), 19), (date(2026, 10, 3), None, None),
    ]  # fmt: skip
    with pytest.raises(InputRejected):
        leads(place, ["46298"])


def test_milliseconds_since_1970_are_utc(place):
    assert leads(place, ["1790982000000"], formats=["epoch ms"])[0][1] == datetime.fromtimestamp(
        1790982000, UTC
    ).replace(tzinfo=None)


@pytest.mark.parametrize(
    "formats", [["%d/%m/%Y", "%m/%d/%Y"], ["%d.%m.%Y", "%m.%d.%Y"], ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]]
)
def test_day_first_and_month_first_never_stand_together(place, formats):
    with pytest.raises(ParamsError, match="read the same text as different days"):
        leads(place, [], formats=formats)


@pytest.mark.parametrize(
    ("cells", "dialect", "expected"),
    [
        (["100.50", "-5", "0", "007", "12345678901"], {}, [-5, 0, 7, 100.5, 12345678901]),
        (["1,234.56", "1234.56", "12,345,678"], {"thousands": ","}, [1234.56, 1234.56, 12345678]),
        (["1.234,56", "100,50"], {"decimal": ",", "thousands": "."}, [100.5, 1234.56]),
    ],
)
def test_numbers_are_read_as_declared(place, cells, dialect, expected):
    assert numbers(place, cells, **dialect) == expected


def test_a_declared_currency_symbol_is_read(place):
    assert numbers(place, ["$1,250.00", "-$5", "$ 7", "8"], "$", thousands=",") == [-5, 7, 8, 1250]
    assert numbers(place, ["1.250,00 €", "3\u00a0€"], "€", thousands=".", decimal=",") == [3, 1250]


def test_a_number_of_another_shape_refuses_the_file(place):
    cells = ["$5", "(500.00)", "inf", "NaN", "1e309", "1e5", "1 234", "1,234", "+5"]
    cells += ["5.", ".5", "0x10", " 5", "5%", "--5"]
    with pytest.raises(InputRejected, match=r"rows 2, 3, 4, 5, 6 and 10 more \[type-error\]"):
        numbers(place, cells)


@pytest.mark.parametrize("cell", ["1,23.50", "12,34,567.00", "1,2345", "1.234,5"])
def test_thousands_stand_where_they_belong(place, cell):
    with pytest.raises(InputRejected):
        numbers(place, [cell], thousands=",")


def test_yes_and_no_come_in_many_words(place):
    place.map({"file": "calls.csv", "tables": {"activities": {
        "lead_id": "lead", "occurred_at": "day", "kind": {"constant": "call"}, "connected": "ok"}}})  # fmt: skip
    place.write(
        "calls.csv",
        "lead,day,ok\n" + "".join(f"{n},2026-10-03,{w}\n" for n, w in enumerate(("TRUE", "No", "1", ""))),
    )
    assert place.rows("activities", "lead_id, connected") == [
        ("0", True),
        ("1", False),
        ("2", True),
        ("3", None),
    ]
    place.write("calls.csv", "lead,day,ok\n1,2026-10-03,maybe\n")
    with pytest.raises(InputRejected, match="type-error"):
        place.load()


def test_no_cell_of_a_person_stands_in_a_message(place, refused):
    mapping = copy.deepcopy(MAPPING)
    place.map(mapping)
    header = "lead_id,created_at,team,source,club,status,deal_value,name,email\n"
    # The cells slipped by one: the name stands where the amount should.
    place.write("leads.csv", header + "L1,ann@example.com,sales,Web,Leeds,won,Zqx Canary,1,+44 7700 900777\n")
    text = refused()
    assert "[type-error]" in text
    assert not any(secret in text for secret in ("Zqx", "Canary", "ann@", "7700"))


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Africa/Cairo", "Australia/Lord_Howe", "America/St_Johns"])
def test_no_change_of_clocks_is_missed_however_close_they_stand(zone):
    found, info = zones.changes(zone), ZoneInfo(zone)
    for day in range(365 * 50):
        moment = datetime(2000, 1, 1) + timedelta(days=day)
        offset = next((new for at, _, new in reversed(found) if at <= moment), found[0][1])
        assert moment.replace(tzinfo=UTC).astimezone(info).utcoffset() == timedelta(seconds=offset)
