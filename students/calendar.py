"""School years, terms and school days (校历), from dated rows (domain.md §3). Pure.

A school day (上课日) of a class lies inside a term and is Monday–Friday, minus days off, plus make-up days (调休上课).
The statutory arrangement is the default; a county, a school or a class may override a day, the narrowest winning.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

SCHOOL_YEAR_START = (9, 1)  # 学年: 1 September – 31 August
DAY = timedelta(days=1)


def school_year_of(day: date) -> int:
    """The year in which the school year holding ``day`` began."""
    return day.year if (day.month, day.day) >= SCHOOL_YEAR_START else day.year - 1


def school_year_start(school_year: int) -> date:
    return date(school_year, *SCHOOL_YEAR_START)


def school_year_label(school_year: int) -> str:
    """``2026-2027学年``."""
    return f"{school_year}-{school_year + 1}学年"


def grade_in(school_year: int, *, cohort: int, first_grade: int) -> int:
    """Grade 年级 of a cohort 级: grade ``first_grade`` (1 primary, 7 junior) began in the year ``cohort``."""
    return school_year - cohort + first_grade


class Term(NamedTuple):
    """A term 学期; both ends are inclusive."""

    start: date
    end: date


@dataclass(frozen=True)
class SchoolDays:
    """The school days of one class, in order; shared by all classes with the same overrides."""

    days: tuple[date, ...]
    members: frozenset[date] = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "members", frozenset(self.days))

    def __contains__(self, day: date) -> bool:
        return day in self.members

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """School days from ``first`` to ``last``, both included."""
        return self.days[bisect_right(self.days, first - DAY) : bisect_right(self.days, last)]

    def on_or_after(self, day: date) -> date:
        """``day`` itself where it is a school day, else the next one.

        Where the calendar holds no later school day (its terms are not entered yet) ``day`` itself is the answer:
        a duty must have a date, and an early one loses no child.
        """
        position = bisect_right(self.days, day - DAY)
        return self.days[position] if position < len(self.days) else day

    def before(self, day: date) -> date | None:
        """The last school day earlier than ``day``."""
        position = bisect_right(self.days, day - DAY)
        return self.days[position - 1] if position else None

    def after(self, day: date) -> date:
        """The first school day later than ``day``; the day after ``day`` where the calendar holds none."""
        return self.on_or_after(day + DAY)


class Calendar:
    """All that decides whether a day is a school day.

    ``statutory``, ``county``: day → True (上课) or False (放假); ``schools``, ``classes``: the same by id.
    """

    def __init__(
        self,
        *,
        terms: tuple[Term, ...],
        statutory: Mapping[date, bool],
        county: Mapping[date, bool] | None = None,
        schools: Mapping[int, Mapping[date, bool]] | None = None,
        classes: Mapping[int, Mapping[date, bool]] | None = None,
    ):
        self.terms = tuple(sorted(terms))
        self.everywhere = {**statutory, **(county or {})}
        self.schools = schools or {}
        self.classes = classes or {}
        self._kept: dict[tuple[int | None, int | None], SchoolDays] = {}

    @property
    def first_day(self) -> date | None:
        """The first day of the first term, before which the calendar knows nothing."""
        return self.terms[0].start if self.terms else None

    def school_days(self, *, school: int, school_class: int) -> SchoolDays:
        """The school days of a class."""
        # Most schools and classes have no override of their own and share one list.
        key = (
            school if school in self.schools else None,
            school_class if school_class in self.classes else None,
        )
        if key not in self._kept:
            self._kept[key] = self._reckon(*key)
        return self._kept[key]

    def _reckon(self, school: int | None, school_class: int | None) -> SchoolDays:
        overrides = {**self.everywhere, **self.schools.get(school, {}), **self.classes.get(school_class, {})}
        days = (term.start + DAY * offset for term in self.terms for offset in range((term.end - term.start).days + 1))
        # A set: terms entered with an overlap must not make a day count twice.
        return SchoolDays(tuple(sorted({day for day in days if overrides.get(day, day.weekday() < 5)})))
