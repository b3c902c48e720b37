"""The months of the scores: which have begun, and through which day each is reckoned."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.presets import ALWAYS
from students.calendar import school_year_of, school_year_start
from students.models import Term
from students.months import months_through
from students.queries.months import CountedMonth
from students.queries.policy import cut_off_days

DAY = timedelta(days=1)
MONTH = re.compile(r"((?:19|20|21)[0-9]{2})-(0[1-9]|1[0-2])")  # as addresses and options write it: 2026-10


class ScoreMonth(CountedMonth):
    """A month through its cut-off, or through the last day that is over before that."""


@dataclass(frozen=True)
class FirstOfTerm(ScoreMonth):
    """The first month of a term: it counts from the end of the term before, ``end_before``, or from nothing."""

    end_before: date | None

    @property
    def before(self) -> date | None:
        return self.end_before


def months_begun(today: date) -> list[ScoreMonth]:
    """The months of this school year of which a day is over, in order; on its first day those of the last one."""
    return _months_through(today - DAY)


def month_asked(year: int, month: int, *, today: date) -> ScoreMonth | None:
    """A month of any school year; None where none of its days is over."""
    yesterday = today - DAY
    wanted = (year, month)
    if school_year_of(date(year, month, 1)) < ALWAYS:
        return None
    last = min(yesterday, school_year_start(school_year_of(date(year, month, 1)) + 1) - DAY)
    found = [each for each in _months_through(last) if (each.month.year, each.month.month) == wanted]
    return found[0] if found else None


def months_kept(days: Iterable[date]) -> list[ScoreMonth]:
    """The months whose scores are kept on ``days`` (of one school year), each by the latest of its days; in order."""
    days = sorted(days)
    if not days:
        return []
    spans = months_through(days[-1], cut_off_day=cut_off_days())
    within = ((span, [day for day in days if span.first <= day <= span.cut_off]) for span in spans)
    return [ScoreMonth(span, found[-1]) for span, found in within if found]


def months_of(term: Term, day: date) -> list[ScoreMonth]:
    """The months of a term that have begun by ``day``, the last of them through that day; two queries at most.

    The first counts from the end of the term before it in the school year, so that no day counts in both or in none.
    """
    months = [each for each in _months_through(day) if each.month.cut_off >= term.start]
    first = [FirstOfTerm(each.month, each.day, _end_before(term)) for each in months[:1]]
    return [*first, *months[1:]]


def _end_before(term: Term) -> date | None:
    """The last day of the term before in the school year; None where there is none."""
    if term.number == Term.Number.FIRST:
        return None
    earlier = Term.objects.filter(school_year=term.school_year, end__lt=term.start)
    return earlier.order_by("end").values_list("end", flat=True).last()


def seams_of(term: Term, day: date) -> list[date]:
    """The days before ``day`` that the months of a term are differences of."""
    days = {each for month in months_of(term, day) for each in (month.day, month.before)}
    return sorted(days - {day, None})


def _months_through(day: date) -> list[ScoreMonth]:
    spans = months_through(day, cut_off_day=cut_off_days())
    return [ScoreMonth(span, min(day, span.cut_off)) for span in spans]
