"""Deadlines: from a processing period to the moment it ends, in working hours and working days.

민원 처리에 관한 법률 제19조: a period of five days or less is counted in hours from the moment of receipt, eight
working hours to the day; one of six days or more in days, the day of receipt counted; holidays and Saturdays are left
out of both. 시행령 제19조: "at once" is three working hours. 시행령 제21조: a period may be extended once by as
much again, and once more with the complainant's consent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from models.city import OfficeHours

SEOUL = ZoneInfo("Asia/Seoul")
DAY_HOURS = 8  # working hours that count as a day
LONGEST_IN_HOURS = 5  # days up to which a period is counted in hours
AT_ONCE = 3  # working hours
MOST_EXTENSIONS = 2


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Korea's public holidays of a year with their substitutes."""
    return frozenset(holidays.country_holidays("KR", years=year))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """One city's working time."""

    hours: OfficeHours

    def works_on(self, day: date) -> bool:
        """Whether the city's offices work on a day."""
        return day.weekday() < 5 and day not in public_holidays(day.year) and day not in self.hours.closed

    def sessions(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working time of a day: morning and afternoon."""
        if self.works_on(day):
            yield at(day, self.hours.opens), at(day, self.hours.lunch_from)
            yield at(day, self.hours.lunch_to), at(day, self.hours.closes)

    def after_hours(self, start: datetime, count: float) -> datetime:
        """The moment when so many working hours have passed."""
        left, day, now = timedelta(hours=count), local(start).date(), local(start)
        while True:
            for begin, end in self.sessions(day):
                begin = max(begin, now)
                if end - begin >= left:
                    return begin + left
                left -= max(end - begin, timedelta())
            day += timedelta(days=1)

    def hours_between(self, start: datetime, end: datetime) -> float:
        """How many working hours lie between two moments; 0 when the second comes first."""
        first, last = local(start), local(end)
        day, passed = first.date(), timedelta()
        while day <= last.date():
            for begin, finish in self.sessions(day):
                passed += max(min(finish, last) - max(begin, first), timedelta())
            day += timedelta(days=1)
        return passed / timedelta(hours=1)

    def after_days(self, start: datetime, count: int) -> datetime:
        """The close of the last of so many working days, the day of receipt being the first."""
        day, left = local(start).date(), count
        while True:
            left -= self.works_on(day)
            if left <= 0 and self.works_on(day):
                return at(day, self.hours.closes)
            day += timedelta(days=1)

    def due(self, received: datetime, days: int, extensions: int = 0) -> datetime:
        """When a period of `days` from receipt ends, extended so many times (0 to 2); 0 days means at once.

        Raises ValueError for a negative period or more extensions than the law allows.
        """
        if days < 0 or not 0 <= extensions <= MOST_EXTENSIONS:
            raise ValueError(
                f"{days} days, {extensions} extensions: a period is 0 days or more, extended twice at most"
            )
        if days == 0:
            return self.after_hours(received, AT_ONCE)
        if days <= LONGEST_IN_HOURS:
            return self.after_hours(received, DAY_HOURS * days * (1 + extensions))
        return self.after_days(received, days * (1 + extensions))


def local(moment: datetime) -> datetime:
    """A moment in Korean time; one without a zone is taken to be in it."""
    return moment.astimezone(SEOUL) if moment.tzinfo else moment.replace(tzinfo=SEOUL)


def at(day: date, clock: time) -> datetime:
    """A time of a day in Korea."""
    return datetime.combine(day, clock, SEOUL)
