"""Which terms the county has lived through on a day. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from students.calendar import Calendar, Term, school_year_of, school_year_start

ENOUGH_DAYS = 24  # school days that the longest story takes
MONDAY, FRIDAY = 0, 4


@dataclass(frozen=True)
class Span:
    """The terms of the county, as (school year, 1 or 2, days), and the day on which its registers begin.

    ``makes_today_taught``: ``today`` lies in a term but is no school day; a demonstration without a register to take
    would show little, so the county's calendar has it taught.
    """

    terms: tuple[tuple[int, int, Term], ...]
    today: date
    makes_today_taught: bool

    @property
    def first_day(self) -> date:
        return self.terms[0][2].start

    @property
    def school_year(self) -> int:
        return school_year_of(self.today)


def span_of(today: date, statutory: Mapping[date, bool]) -> Span:
    """The terms of the school year that holds ``today``; in July and August that is the one that ends.

    In its first weeks the term before it too: nobody can have missed ten days of school on the first of September.
    """
    year = school_year_of(today)
    terms = [(year, 1, first_term(year)), (year, 2, second_term(year))]
    calendar = Calendar(terms=tuple(days for _, _, days in terms), statutory=statutory)
    school_days = calendar.school_days(school=0, school_class=0)
    in_term = any(days.start <= today <= days.end for _, _, days in terms)
    if len(school_days.between(school_year_start(year), today)) < ENOUGH_DAYS:
        terms.insert(0, (year - 1, 2, second_term(year - 1)))
    return Span(tuple(terms), today, makes_today_taught=in_term and today not in school_days)


def first_term(year: int) -> Term:
    """1 September to the Friday of the week that holds 20 January."""
    end = date(year + 1, 1, 20)
    return Term(school_year_start(year), end + timedelta(days=FRIDAY - end.weekday()))


def second_term(year: int) -> Term:
    """The first Monday from 26 February to the second Friday of July."""
    start, july = date(year + 1, 2, 26), date(year + 1, 7, 1)
    first_friday = july + timedelta(days=(FRIDAY - july.weekday()) % 7)
    return Term(start + timedelta(days=(MONDAY - start.weekday()) % 7), first_friday + timedelta(days=7))
