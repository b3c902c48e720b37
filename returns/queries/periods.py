"""The periods that schools file – months, terms, school years – each with its deadline 上报期限 (domain.md §7, §9)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from returns.models import SchoolReturn
from students.calendar import school_year_of, school_year_start
from students.models import School, Term
from students.months import month_span
from students.periods import PeriodKind, YearPeriod, kind_of, name_of, terms_of
from students.policy import Policy
from students.queries.calendar import statutory_days
from students.queries.months import CountedPeriod, Period
from students.queries.policy import policies
from students.working_days import last_day_to_act, working_day_before

DAY = timedelta(days=1)
SCHOOL_YEAR = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8)
ORDER = (PeriodKind.MONTH, PeriodKind.TERM, PeriodKind.YEAR)  # of those that end on one day


@dataclass(frozen=True)
class FilingPeriod:
    """A period, the day on which schools are reminded of it, and the last on which its return is in time: the last of
    ``filing_days`` working days."""

    period: Period
    reminded_on: date
    deadline: date
    filing_days: int

    @property
    def code(self) -> str:
        """As addresses name it."""
        return self.period.code

    @property
    def kind(self) -> PeriodKind:
        return self.period.kind

    @property
    def label(self) -> str:
        return self.period.label

    @property
    def name(self) -> str:
        """2026年10月月报."""
        return name_of(self.code)

    @property
    def order(self) -> tuple[date, int]:
        """By which periods stand in a row: by their ends, the longer one after the shorter."""
        return self.period.cut_off, ORDER.index(self.kind)

    def is_begun(self, today: date) -> bool:
        """Whether there is anything to count of it."""
        return self.period.first <= today

    def is_due(self, today: date) -> bool:
        """Whether it can be filed: from its cut-off on."""
        return self.period.cut_off <= today

    def is_overdue(self, today: date) -> bool:
        return self.deadline < today

    def due_again(self, sent_back: date) -> date:
        """By when what was sent back on a day is filed anew: it has as many working days as it had at first."""
        return last_day_to_act(sent_back, self.filing_days, statutory_days())

    def counted(self, today: date) -> CountedPeriod:
        """The period through its cut-off, or through today before that."""
        return CountedPeriod(self.period, min(self.period.cut_off, today))

    def as_begun(self, row: SchoolReturn | None) -> "FilingPeriod":
        """With the days that a school's return has kept: a term or a rule of the county that is moved later moves no
        return that was begun."""
        if row is None:
            return self
        span = self.period
        if self.kind is not PeriodKind.YEAR:  # whose days are the law's
            span = replace(span, first=row.first, cut_off=row.cut_off)
        return replace(self, period=span, deadline=row.deadline)


class FilingCalendar:
    """All periods with their days, from the versions of 县级规定 and the terms: a query each, once they are asked."""

    def __init__(self):
        self._policy_on = policies()

    @cached_property
    def _terms(self) -> list[Term]:
        return list(Term.objects.order_by("school_year", "number"))

    def on(self, day: date) -> Policy:
        """The policy in force on a day."""
        return self._policy_on(day)

    def month(self, start: date) -> FilingPeriod:
        """The month that begins on ``start`` by the calendar."""
        return self._filing(month_span(start.year, start.month, cut_off_day=lambda day: self.on(day).cut_off_day))

    def months(self, school_year: int) -> list[FilingPeriod]:
        """The months of a school year, September to August."""
        start = school_year_start(school_year)
        return [self.month(date(start.year + (month < start.month), month, 1)) for month in SCHOOL_YEAR]

    def terms(self, school_year: int) -> list[FilingPeriod]:
        """The terms of a school year; the second begins on the day after the first has ended."""
        ends = ((term.number, term.end) for term in self._terms if term.school_year == school_year)
        return [self._filing(term) for term in terms_of(school_year, ends)]

    def year(self, school_year: int) -> list[FilingPeriod]:
        """Every period of a school year, in order."""
        whole = self._filing(YearPeriod(school_year))
        return sorted([*self.months(school_year), *self.terms(school_year), whole], key=lambda each: each.order)

    def period(self, code: str) -> FilingPeriod | None:
        """The period of a code; None for a term that nobody has entered."""
        year, _, part = code.partition("-")
        match kind_of(code):
            case PeriodKind.MONTH:
                return self.month(date(int(year), int(part), 1))
            case PeriodKind.TERM:
                return next((each for each in self.terms(int(year)) if each.code == code), None)
        return self._filing(YearPeriod(int(year)))

    def years(self, today: date) -> list[int]:
        """The school years of which anything is kept and that have begun, the latest first."""
        return sorted({term.school_year for term in self._terms if term.start <= today}, reverse=True)

    def keeps(self, period: FilingPeriod) -> bool:
        """Whether schools file it: nothing is filed of what was before the first school year that was entered."""
        return any(term.school_year <= period.period.school_year for term in self._terms)

    def to_file(self, today: date) -> list[FilingPeriod]:
        """The periods of this school year, after those of the last one that are to be filed in it, where anything is
        kept of that."""
        year, kept = school_year_of(today), self.years(today)
        start = school_year_start(year)
        last = [each for each in self.year(year - 1) if each.deadline >= start] if year - 1 in kept else []
        return last + (self.year(year) if year in kept else [])

    def _filing(self, period: Period) -> FilingPeriod:
        policy, statutory = self.on(period.cut_off), statutory_days()
        days = policy.filing_days if period.kind is PeriodKind.MONTH else policy.report_filing_days
        return FilingPeriod(
            period,
            reminded_on=working_day_before(period.cut_off, policy.filing_notice_days, statutory),
            deadline=last_day_to_act(period.cut_off, days, statutory),
            filing_days=days,
        )


def filing_month(start: date) -> FilingPeriod:
    """The month that begins on ``start`` by the calendar."""
    return FilingCalendar().month(start)


def filing_period(code: str, school: School | None = None) -> FilingPeriod | None:
    """The period of a code, for a school that has begun its return with the days that this has kept."""
    calendar = FilingCalendar()
    found = calendar.period(code)
    if found is None or not calendar.keeps(found):
        return None
    if school is None:
        return found
    return found.as_begun(SchoolReturn.objects.filter(school=school, period=code).first())
