"""请假 in school days: how long a leave is, counted together with those that join it (domain.md §3). Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from students.calendar import DAY, SchoolDays

Span = tuple[date, date]  # first and last day, both included


def overlapping(span: Span, others: Iterable[Span]) -> list[Span]:
    """Those of ``others`` that share a day with ``span``."""
    first, last = span
    return [other for other in others if other[0] <= last and first <= other[1]]


def joined(span: Span, others: Iterable[Span], school_days: SchoolDays) -> Span:
    """``span`` with all ``others`` that join it, one after another: no school day lies between two that join.

    So four days cannot be had as two times two, whether in a row or with a weekend between them.
    """
    first, last = span
    waiting = list(others)
    while True:
        joining = [other for other in waiting if _no_school_between((first, last), other, school_days)]
        if not joining:
            return first, last
        waiting = [other for other in waiting if other not in joining]
        first = min(first, *(other[0] for other in joining))
        last = max(last, *(other[1] for other in joining))


def _no_school_between(one: Span, other: Span, school_days: SchoolDays) -> bool:
    if overlapping(one, [other]):
        return True
    earlier, later = sorted([one, other])
    return not school_days.between(earlier[1] + DAY, later[0] - DAY)


def days_taken(span: Span, school_days: SchoolDays) -> int:
    """How many school days a leave is."""
    return len(school_days.between(*span))


def stretches(days: Iterable[date], school_days: SchoolDays) -> list[Sequence[date]]:
    """Days put together to what one slip 请假条 can answer: only days without school lie between those of a stretch."""
    result: list[list[date]] = []
    for day in sorted(set(days)):
        if result and not school_days.between(result[-1][-1] + DAY, day - DAY):
            result[-1].append(day)
        else:
            result.append([day])
    return result


def overdue_before(today: date, allowed: int, school_days: SchoolDays) -> date:
    """An absence before this day should have its slip by ``today``: ``allowed`` school days after it have passed."""
    day = today
    for _ in range(allowed):
        before = school_days.before(day)
        if before is None:
            return date.min
        day = before
    return day
