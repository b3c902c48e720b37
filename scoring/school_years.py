"""For which school years a scheme may still be chosen (domain.md §8). Pure.

A school year has one scheme. It is chosen before the year begins, or within its first month: by then nothing has been
returned or frozen, and nobody has worked long by another measure.
"""

from datetime import date

from students.calendar import school_year_label, school_year_of, school_year_start
from students.months import CutOffDay, cut_off_of
from students.policy import PARAMETERS

EARLIEST, LATEST = PARAMETERS["cut_off_day"].lowest, PARAMETERS["cut_off_day"].highest
AHEAD = 2  # school years [D]


def open_years(today: date, cut_off_day: CutOffDay) -> list[int]:
    """The school years whose scheme can be chosen on ``today``, the nearest first."""
    this = school_year_of(today)
    return [year for year in range(this, this + AHEAD + 1) if year > this or _is_in_first_month(today, cut_off_day)]


def refusal_of_year(school_year: int, today: date, cut_off_day: CutOffDay) -> str:
    """Why the scheme of a school year can no longer, or not yet, be chosen or taken back; blank where it can."""
    this, label = school_year_of(today), school_year_label(school_year)
    if school_year < this:
        return f"{label}已经结束，不能倒改"
    if school_year == this and not _is_in_first_month(today, cut_off_day):
        last = _first_month_ends(this, cut_off_day)
        return (
            f"{label}的办法过了{last.month}月{last.day}日就不能再换：大家已经按现在的办法做了一个月，"
            f"换办法从{school_year_label(this + 1)}起"
        )
    if school_year > this + AHEAD:
        return f"{label}还太远，最多提前{AHEAD}个学年定下来"
    return ""


def has_begun(school_year: int, today: date) -> bool:
    """Whether a school year is under way or over."""
    return school_year_start(school_year) <= today


def _is_in_first_month(today: date, cut_off_day: CutOffDay) -> bool:
    """Whether the first month that is scored is not over; on most days of a year that is known without asking."""
    this = school_year_of(today)
    if not date(this, 9, EARLIEST) < today <= date(this, 9, LATEST):
        return today <= date(this, 9, EARLIEST)
    return today <= _first_month_ends(this, cut_off_day)


def _first_month_ends(school_year: int, cut_off_day: CutOffDay) -> date:
    return cut_off_of(school_year, school_year_start(school_year).month, cut_off_day=cut_off_day)
