"""Deadlines by the law's rules: hours and days, holidays and their substitutes, extensions."""

from datetime import date, datetime, time

import pytest

from models.city import City, OfficeHours
from serve.deadlines import SEOUL, WorkCalendar

HOURS = OfficeHours(time(9), time(12), time(13), time(18), frozenset({date(2026, 12, 1)}))


@pytest.fixture
def calendar() -> WorkCalendar:
    return WorkCalendar(HOURS)


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-02 10:00", 7, "2026-11-10 18:00"),  # the worked example: Monday to the Tuesday after
        ("2026-11-07 10:00", 7, "2026-11-17 18:00"),  # on a Saturday: Monday is the first day
        ("2026-09-22 10:00", 7, "2026-10-02 18:00"),  # over Chuseok (24 to 26 September, a Saturday at the end)
        ("2026-08-13 10:00", 7, "2026-08-24 18:00"),  # over the substitute of Liberation Day on Monday 17 August
        ("2026-11-24 10:00", 7, "2026-12-03 18:00"),  # over the city's own day off, 1 December
        ("2026-11-02 10:00", 14, "2026-11-19 18:00"),
        ("2026-11-02 10:00", 1, "2026-11-03 10:00"),  # eight working hours
        ("2026-11-06 17:00", 1, "2026-11-09 17:00"),  # over a weekend
        ("2026-11-02 11:00", 0, "2026-11-02 15:00"),  # at once: three working hours, lunch left out
        ("2026-11-02 20:00", 0, "2026-11-03 12:00"),  # received at night: from the next morning
    ],
)
def test_a_period_ends_when_the_law_says(calendar: WorkCalendar, received: str, days: int, due: str) -> None:
    assert calendar.due(seoul(received), days) == seoul(due)


def test_an_extension_adds_the_period_again_and_two_are_the_most(calendar: WorkCalendar) -> None:
    received = seoul("2026-11-02 10:00")
    assert calendar.due(received, 7, 1) == calendar.due(received, 14)
    assert calendar.due(received, 7, 2) == calendar.due(received, 21)
    with pytest.raises(ValueError, match="twice at most"):
        calendar.due(received, 7, 3)


def test_a_moment_without_a_zone_is_korean_and_others_are_moved(calendar: WorkCalendar) -> None:
    naive = datetime.fromisoformat("2026-11-02 10:00")
    utc = datetime.fromisoformat("2026-11-02 01:00+00:00")
    assert calendar.due(naive, 1) == calendar.due(utc, 1) == seoul("2026-11-03 10:00")


def test_the_standard_city_works_eight_hours(city: City) -> None:
    day = [end - begin for begin, end in WorkCalendar(city.hours).sessions(date(2026, 11, 2))]
    assert sum(one.total_seconds() for one in day) == 8 * 3600
