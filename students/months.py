"""上报月份 (months of the returns): from the day after one cut-off to the next (domain.md §7). Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from students.calendar import school_year_of, school_year_start

DAY = timedelta(days=1)


def cut_off_of(year: int, month: int, *, cut_off_day: int) -> date:
    """The last day of a month's return; the August return ends with the school year, on the 31st."""
    return date(year, month, 31 if month == 8 else cut_off_day)


def month_of(day: date, *, cut_off_day: int) -> tuple[int, int]:
    """Year and month of the return that ``day`` belongs to."""
    if day <= cut_off_of(day.year, day.month, cut_off_day=cut_off_day):
        return day.year, day.month
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def cut_offs(day: date, *, cut_off_day: int) -> Iterator[date]:
    """The cut-offs of the school year of ``day`` that have passed by it, in order."""
    start = school_year_start(school_year_of(day))
    year, month = start.year, start.month
    while (found := cut_off_of(year, month, cut_off_day=cut_off_day)) <= day:
        yield found
        if month == 8:
            return
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
