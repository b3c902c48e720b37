"""工作日 (working days of offices): Monday–Friday by the statutory arrangement, days off and make-up days. Pure."""

from collections.abc import Mapping
from datetime import date

from students.calendar import DAY


def is_working_day(day: date, statutory: Mapping[date, bool]) -> bool:
    """Whether offices work on ``day``; ``statutory``: day → True for a make-up day, False for a day off."""
    return statutory.get(day, day.weekday() < 5)


def last_day_to_act(start: date, days: int, statutory: Mapping[date, bool]) -> date:
    """The ``days``-th working day after ``start``, which itself does not count; a day later it is late."""
    day = start
    while days:
        day += DAY
        days -= is_working_day(day, statutory)
    return day


def working_day_before(end: date, days: int, statutory: Mapping[date, bool]) -> date:
    """The ``days``-th working day before ``end``, which itself does not count."""
    day = end
    while days:
        day -= DAY
        days -= is_working_day(day, statutory)
    return day
