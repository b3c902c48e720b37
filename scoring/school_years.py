"""For which school years a scheme may still be chosen (domain.md §8). Pure.

A school year has one scheme. It is chosen before the year begins, or within its first month: by then nothing has been
returned or frozen, and nobody has worked long by another measure.
"""

from datetime import date

from students.calendar import school_year_label, school_year_of, school_year_start

FIRST_MONTH_ENDS = (9, 25)  # [D] the cut-off of the first month that is scored
AHEAD = 2  # school years [D]


def open_years(today: date) -> list[int]:
    """The school years whose scheme can be chosen on ``today``, the nearest first."""
    this = school_year_of(today)
    return [year for year in range(this, this + AHEAD + 1) if not refusal_of_year(year, today)]


def refusal_of_year(school_year: int, today: date) -> str:
    """Why the scheme of a school year can no longer, or not yet, be chosen or taken back; blank where it can."""
    this, label = school_year_of(today), school_year_label(school_year)
    if school_year < this:
        return f"{label}已经结束，不能倒改"
    last = date(this, *FIRST_MONTH_ENDS)
    if school_year == this and today > last:
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
