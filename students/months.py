"""上报月份 (months of the returns): from the day after one cut-off to the next (domain.md §7). Pure.

The cut-off day is a dated number of the county's. Each month has the one that is in force on the first day on which it
could be (``SETTLED``): so a new one never moves the end of a month that is over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from students.calendar import school_year_of, school_year_start
from students.periods import PeriodKind, label_of
from students.policy import PARAMETERS

DAY = timedelta(days=1)
SETTLED = PARAMETERS["cut_off_day"].lowest  # the day of a month on which its cut-off is settled
CutOffDay = Callable[[date], int]  # day → 每月报表截止到几日, as in force on it


@dataclass(frozen=True)
class Month:
    """A month of the returns 月份, from its first day to its cut-off; September begins with the school year."""

    year: int
    month: int
    first: date
    cut_off: date
    kind = PeriodKind.MONTH

    @property
    def code(self) -> str:
        """As scripts and addresses write it: 2026-10."""
        return f"{self.year}-{self.month:02}"

    @property
    def label(self) -> str:
        """2026年10月."""
        return label_of(self.code)

    @property
    def short(self) -> str:
        """10月."""
        return f"{self.month}月"

    @property
    def school_year(self) -> int:
        """The school year that it belongs to."""
        return school_year_of(self.cut_off)

    @property
    def before(self) -> date | None:
        """The cut-off before it; None in September, before which nothing of the school year was."""
        return None if self.first == school_year_start(self.school_year) else self.first - DAY


def cut_off_of(year: int, month: int, *, cut_off_day: CutOffDay) -> date:
    """The last day of a month's return; the August return ends with the school year, on the 31st."""
    return date(year, month, 31 if month == 8 else cut_off_day(date(year, month, SETTLED)))


def month_of(day: date, *, cut_off_day: CutOffDay) -> tuple[int, int]:
    """Year and month of the return that ``day`` belongs to."""
    if day <= cut_off_of(day.year, day.month, cut_off_day=cut_off_day):
        return day.year, day.month
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def cut_offs(day: date, *, cut_off_day: CutOffDay) -> Iterator[date]:
    """The cut-offs of the school year of ``day`` that have passed by it, in order."""
    start = school_year_start(school_year_of(day))
    year, month = start.year, start.month
    while (found := cut_off_of(year, month, cut_off_day=cut_off_day)) <= day:
        yield found
        if month == 8:
            return
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def month_span(year: int, month: int, *, cut_off_day: CutOffDay) -> Month:
    """A month with its first and last day."""
    last = cut_off_of(year, month, cut_off_day=cut_off_day)
    before = cut_off_of(*((year - 1, 12) if month == 1 else (year, month - 1)), cut_off_day=cut_off_day)
    return Month(year, month, before + DAY, last)


def months_through(day: date, *, cut_off_day: CutOffDay) -> list[Month]:
    """The months of the school year of ``day`` that have begun by it, in order."""
    passed = cut_offs(day, cut_off_day=cut_off_day)
    named = dict.fromkeys([*((each.year, each.month) for each in passed), month_of(day, cut_off_day=cut_off_day)])
    return [month_span(*each, cut_off_day=cut_off_day) for each in named]
