import pytest
from pydantic_core import PydanticCustomError

from alignment_lib.playbook.hours import Hours, duration_minutes

REST = {"sat": "closed", "sun": "closed"}


def hours(value):
    return Hours.parse(value)


def refused(value):
    with pytest.raises(PydanticCustomError) as caught:
        hours(value)
    return f"{caught.value.context['found']} / {caught.value.context['allowed']}"


def test_a_range_of_days_a_single_day_and_closed():
    week = hours({"mon-fri": "07:00-20:00", "sat": "08:00-18:00", "sun": "closed"})
    assert [week[day] for day in range(7)] == [(("07:00", "20:00"),)] * 5 + [(("08:00", "18:00"),), ()]


def test_several_intervals_with_a_break():
    week = hours({"mon-fri": ["06:00-13:00", "14:00-21:00"], **REST})
    assert week[0] == (("06:00", "13:00"), ("14:00", "21:00"))


def test_daily_and_the_end_of_the_day():
    assert {hours({"daily": "00:00-24:00"})[day] for day in range(7)} == {(("00:00", "24:00"),)}


def test_a_range_may_run_over_the_weekend():
    week = hours({"fri-mon": "10:00-12:00", "tue-thu": "closed"})
    assert [day for day in range(7) if week[day]] == [0, 4, 5, 6]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("07:00-20:00", "days with hours"),
        ({}, "mon, tue, wed, thu, fri, sat, sun are not said"),
        ({"mon-fri": "07:00-20:00", "sat": "closed"}, "sun is not said"),
        ({"mon-fri": "7:00-20:00", **REST}, 'mon-fri: found "7:00-20:00"'),
        ({"mon-fri": "07:00", **REST}, 'mon-fri: found "07:00"'),
        ({"mon-fri": "07:00-25:00", **REST}, "found"),
        ({"mon-fri": "20:00-07:00", **REST}, "ends before it starts"),
        ({"mon-fri": "07:00-07:00", **REST}, "ends before it starts"),
        ({"mon-fri": ["07:00-13:00", "12:00-18:00"], **REST}, "starts before 13:00"),
        ({"mon-fri": [], **REST}, "found"),
        ({"mon-fri": None, **REST}, "found nothing"),
        ({"mon-fri": "shut", **REST}, 'found "shut"'),
        ({"mon-fri": "07:00-20:00", "fri": "07:00-12:00", **REST}, "fri stands twice"),
        ({"mon-fri": "07:00-20:00", "sta": "closed", "sun": "closed"}, 'Did you mean "sat"?'),
        ({"Mon-Fri": "07:00-20:00", **REST}, "is no day"),
        ({"mon-fry": "07:00-20:00", **REST}, 'Did you mean "mon-fri"?'),
    ],
)
def test_what_is_no_week_is_explained(value, said):
    assert said in refused(value)


def test_every_wrong_day_is_named_at_once():
    said = refused({"mon-fri": "x", "sat": "y", "sun": "closed"})
    assert 'mon-fri: found "x"' in said
    assert 'sat: found "y"' in said


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 hours", 120),
        ("1 hour", 60),
        ("30 minutes", 30),
        ("1 minute", 1),
        ("1.5 hours", 90),
        ("0.25 hours", 15),
    ],
)
def test_a_promise_is_read_in_minutes(text, minutes):
    assert duration_minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["1 day", "2", "2h", "two hours", "0 hours", "-1 hours", "0.001 hours", "2 Hours", ""]
)
def test_what_is_no_business_time_is_none(text):
    assert duration_minutes(text) is None
