"""Weeks as they are reported: ISO weeks, from Monday to Sunday in China, and the moment at which each is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chassis.domain import CHINA
from services.reporting.queries.periods import Period

WEEK = re.compile(r"(?P<year>[1-9][0-9]{3})-W(?P<week>0[1-9]|[1-4][0-9]|5[0-3])", re.A)
FIRST_YEAR, LAST_YEAR = 1950, 2998


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of the ISO calendar, by its Monday."""

    first: date

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def name(self) -> str:
        """As it is asked for: `2021-W23`."""
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def title(self) -> str:
        """As it is called in Chinese."""
        year, week, _ = self.first.isocalendar()
        first, last = self.first, self.last
        return f"{year}年第{week}周（{first.month}月{first.day}日至{last.month}月{last.day}日）"

    @property
    def days(self) -> Period:
        """Its seven days."""
        return Period(self.first, self.last)

    @property
    def end(self) -> datetime:
        """When it is over: Monday 00:00 in China."""
        return ends(self.days)

    @property
    def before(self) -> Week:
        """The week before."""
        return Week(self.first - timedelta(days=7))

    @property
    def year_before(self) -> Week | None:
        """The week of the same number a year earlier; None if that year had no such week."""
        year, week, _ = self.first.isocalendar()
        return _week(year - 1, week)

    @property
    def so_far(self) -> Period:
        """The calendar year of its Sunday, up to that day: what is cumulated."""
        return Period(self.last.replace(month=1, day=1), self.last)


def begins(period: Period) -> datetime:
    """When a period begins: 00:00 in China on its first day."""
    return datetime.combine(period.first, time(), CHINA)


def ends(period: Period) -> datetime:
    """When a period is over: 00:00 in China on the day after its last."""
    return datetime.combine(period.last + timedelta(days=1), time(), CHINA)


def parsed_week(text: str) -> Week | None:
    """The week that a text names (`2021-W23`); None if it names none, or one that no calendar of ours reaches."""
    told = WEEK.fullmatch(text)
    if told is None or not FIRST_YEAR <= int(told["year"]) <= LAST_YEAR:
        return None
    return _week(int(told["year"]), int(told["week"]))


def _week(year: int, week: int) -> Week | None:
    try:
        return Week(date.fromisocalendar(year, week, 1))
    except ValueError:
        return None
