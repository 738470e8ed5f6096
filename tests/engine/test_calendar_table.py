"""Waits run while somebody is there to answer: the calendar table against counting minute by minute."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, time, timedelta
from functools import cache
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment_lib.calendar_table import calendar_table, open_until
from alignment_lib.engine import DuckDB
from alignment_lib.errors import ParamsError
from alignment_lib.playbook.hours import Hours, minutes_of
from alignment_lib.playbook.parts import Holidays, Location

UTC = ZoneInfo("UTC")
NINE_TO_FIVE = Hours(((("09:00", "17:00"),),) * 5 + ((), ()))
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)  # New York's clocks change


def company_with(*versions, zone="America/New_York", also_closed=()):
    """Return a company of one place, "Here"; each version is (in force from, hours, zone of the place)."""
    holidays = Holidays(also_closed=tuple(also_closed))
    playbooks = []
    for start, hours, place_zone in versions:
        place = Location(hours=hours, time_zone=place_zone)
        playbooks.append(
            SimpleNamespace(
                in_force_from=start,
                locations={"Here": place},
                hours_of=lambda name, hours=hours: hours,
                holidays_of=lambda name: holidays,
            )
        )
    return SimpleNamespace(settings=SimpleNamespace(time_zone=zone), playbooks=tuple(playbooks))


def one_version(hours, place_zone=None, **more):
    return company_with((date(2020, 1, 1), hours, place_zone), **more)


@cache
def in_memory() -> DuckDB:
    return DuckDB(threads=1)


def waited(company, start: datetime, end: datetime) -> float:
    """Return the open minutes between two local instants (company zone), by SQL on the calendar table."""
    calendar, locations = calendar_table(
        company, start.date() - timedelta(days=1), end.date() + timedelta(days=1)
    )
    engine = in_memory()
    engine.add("calendar", calendar)
    engine.add("locations", locations)
    at = [f"TIMESTAMP '{moment.astimezone(UTC).replace(tzinfo=None)}'" for moment in (start, end)]
    days = [f"DATE '{moment.date()}'" for moment in (start, end)]
    minutes = engine.run(
        f"SELECT ({open_until('b', at[1])} - {open_until('a', at[0])}) / 60 AS minutes FROM calendar a "
        f"JOIN calendar b ON a.schedule = b.schedule JOIN locations l ON a.schedule = l.schedule "
        f"WHERE l.location = 'Here' AND a.day = {days[0]} AND b.day = {days[1]}"
    )["minutes"]
    return float(minutes.iloc[0])


def counted(hours: Hours, zone: str, start: datetime, end: datetime, closed: set[date]) -> int:
    """Count the open minutes one by one, on the place's wall clock."""
    n, moment = 0, start.astimezone(UTC)
    while moment < end.astimezone(UTC):
        wall = moment.astimezone(ZoneInfo(zone))
        minute = wall.hour * 60 + wall.minute
        slots = [] if wall.date() in closed else hours[wall.weekday()]
        n += any(minutes_of(opens) <= minute < minutes_of(closes) for opens, closes in slots)
        moment += timedelta(minutes=1)
    return n


def local(day: date, clock: str, zone="America/New_York") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZoneInfo(zone))


def test_friday_evening_to_monday_morning_counts_the_open_hours_only():
    friday, monday = date(2026, 10, 2), date(2026, 10, 5)
    assert waited(one_version(NINE_TO_FIVE), local(friday, "16:30"), local(monday, "09:45")) == 30 + 45


def test_before_opening_and_after_closing_the_clock_stands():
    day = date(2026, 10, 5)
    assert waited(one_version(NINE_TO_FIVE), local(day, "05:00"), local(day, "09:00")) == 0
    assert waited(one_version(NINE_TO_FIVE), local(day, "17:00"), local(day, "23:59")) == 0


def test_a_break_at_noon_is_not_waited():
    hours = Hours(((("08:00", "12:00"), ("13:00", "18:00")),) * 7)
    assert (
        waited(one_version(hours), local(date(2026, 10, 5), "11:30"), local(date(2026, 10, 5), "13:30")) == 60
    )


def test_holidays_are_closed():
    tuesday = date(2026, 10, 6)
    company = one_version(NINE_TO_FIVE, also_closed=[tuesday])
    assert waited(company, local(date(2026, 10, 5), "16:00"), local(date(2026, 10, 7), "10:00")) == 60 + 60


def test_each_day_follows_the_hours_of_the_version_in_force_on_it():
    longer = Hours(((("09:00", "20:00"),),) * 7)
    company = company_with((date(2024, 1, 1), NINE_TO_FIVE, None), (date(2026, 10, 6), longer, None))
    assert waited(company, local(date(2026, 10, 5), "16:00"), local(date(2026, 10, 6), "19:00")) == 60 + 600


def test_each_day_follows_the_zone_of_the_version_in_force_on_it():
    first = (date(2024, 1, 1), NINE_TO_FIVE, None)
    moved = company_with(first, (date(2026, 10, 7), NINE_TO_FIVE, "America/Los_Angeles"))  # from 12:00 to 20:00
    for company, day, minutes in ((moved, 6, 60), (moved, 7, 0), (moved, 8, 0), (company_with(first), 7, 60)):
        assert waited(company, local(date(2026, 10, day), "09:00"), local(date(2026, 10, day), "10:00")) == minutes
    assert waited(moved, local(date(2026, 10, 6), "16:00"), local(date(2026, 10, 7), "13:00")) == 60 + 60


def test_another_zones_day_may_end_after_the_companys_midnight():
    hours = Hours(((("09:00", "23:00"),),) * 7)
    company = one_version(hours, "America/Los_Angeles")  # open 12:00 to 02:00 in New York
    assert (
        waited(company, local(date(2026, 10, 5), "20:00"), local(date(2026, 10, 6), "13:00")) == 6 * 60 + 60
    )


def test_open_through_the_change_of_clocks_has_23_and_25_hours():
    always = Hours(((("00:00", "24:00"),),) * 7)
    for day, hours in ((SPRING, 23), (AUTUMN, 25)):
        assert (
            waited(one_version(always), local(day, "00:00"), local(day + timedelta(days=1), "00:00"))
            == hours * 60
        )


def test_an_opening_time_in_the_missing_hour_moves_forward_and_the_doubled_hour_opens_the_first_time():
    early = Hours(((("02:30", "06:00"),),) * 7)
    assert waited(one_version(early), local(SPRING, "00:00"), local(SPRING, "12:00")) == 2.5 * 60
    doubled = Hours(((("01:30", "06:00"),),) * 7)
    assert waited(one_version(doubled), local(AUTUMN, "00:00"), local(AUTUMN, "12:00")) == 5.5 * 60


def test_more_slots_a_day_than_the_table_holds_are_refused():
    slots = tuple((f"{hour:02}:00", f"{hour:02}:30") for hour in range(8, 13))
    with pytest.raises(ParamsError, match="at most 4"):
        waited(one_version(Hours((slots,) * 7)), local(SPRING, "00:00"), local(SPRING, "12:00"))


def test_locations_with_the_same_hours_share_a_schedule_and_the_company_has_one(riverside):
    calendar, locations = calendar_table(riverside, date(2026, 10, 1), date(2026, 10, 31))
    by_place = locations.set_index("location")["schedule"]

    assert by_place["Northgate"] == by_place["Harbour"] == by_place["Lakeside"]
    assert by_place[["Northgate", "Old Mill", "Station"]].nunique() == 3
    assert by_place["(none)"] == by_place["Old Mill"]  # the company's hours are Old Mill's
    assert len(calendar) == 31 * by_place.nunique()


@st.composite
def weeks(draw) -> Hours:
    """Weeks with up to two intervals a day; none begins or ends in the hours in which clocks change."""
    marks = st.integers(0, 47).filter(lambda half: not 2 < half < 6)
    days = []
    for _ in range(7):
        halves = sorted(draw(st.sets(marks, max_size=4)))
        slots = [(a, b) for a, b in zip(halves[::2], halves[1::2], strict=False)]
        days.append(tuple((f"{a // 2:02}:{a % 2 * 30:02}", f"{b // 2:02}:{b % 2 * 30:02}") for a, b in slots))
    return Hours(tuple(days))


@settings(max_examples=60, deadline=None)
@given(
    hours=weeks(),
    zone=st.sampled_from(
        ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Los_Angeles"]
    ),
    around=st.sampled_from([SPRING, AUTUMN, date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 4)]),
    start=st.integers(-2 * 1440, 1440),
    length=st.integers(0, 3 * 1440),
    closed_in=st.integers(-2, 3),
)
def test_waits_equal_a_count_minute_by_minute(hours, zone, around, start, length, closed_in):
    closed = around + timedelta(days=closed_in)
    company = one_version(hours, zone, also_closed=[closed])
    begins = (local(around, "00:00").astimezone(UTC) + timedelta(minutes=start)).astimezone(
        ZoneInfo("America/New_York")
    )
    ends = (begins.astimezone(UTC) + timedelta(minutes=length)).astimezone(ZoneInfo("America/New_York"))

    assert waited(company, begins, ends) == counted(hours, zone, begins, ends, {closed})


@pytest.mark.parametrize(("country", "state"), [("US", "TX"), ("US", None), ("DE", "BY"), ("AS", None), ("HK", None)])
def test_holidays_of_one_country_are_those_of_the_whole_package(country, state):
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, country, state or ""], capture_output=True, text=True, check=True
    )
    whole = country_holidays(country, subdiv=state, years=[2026])
    assert alone.stdout.split() == ["False", *sorted(map(str, whole))]


ALONE = """
import sys
from alignment_lib.public_days import public_days
days = public_days(sys.argv[1], sys.argv[2] or None, [2026])
print("holidays.countries.brazil" in sys.modules, *sorted(map(str, days)))
"""
