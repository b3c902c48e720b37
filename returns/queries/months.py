"""The months that schools file, each with its deadline 上报期限 (domain.md §7, §9)."""

from dataclasses import dataclass
from datetime import date

from reports.queries.return_months import ReturnMonth
from students.calendar import school_year_of, school_year_start
from students.models import AdoptedPolicy, Term
from students.months import Month, month_span
from students.policy import Policy, read_policy
from students.queries.calendar import statutory_days
from students.working_days import last_day_to_act, working_day_before

SCHOOL_YEAR = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8)


@dataclass(frozen=True)
class FilingMonth:
    """A month, the day on which schools are reminded of it, and the last on which its return is in time."""

    month: Month
    reminded_on: date
    deadline: date

    @property
    def code(self) -> str:
        return self.month.code

    @property
    def start(self) -> date:
        """As addresses name it: the first of the month."""
        return date(self.month.year, self.month.month, 1)

    def is_begun(self, today: date) -> bool:
        """Whether there is anything to count of it."""
        return self.month.first <= today

    def is_due(self, today: date) -> bool:
        """Whether it can be filed: from its cut-off on."""
        return self.month.cut_off <= today

    def is_overdue(self, today: date) -> bool:
        return self.deadline < today

    def counted(self, today: date) -> ReturnMonth:
        """The month through its cut-off, or through today before that."""
        return ReturnMonth(self.month, min(self.month.cut_off, today))


class Policies:
    """The versions of 县级规定, read once for the many days that a year of returns asks for."""

    def __init__(self):
        rows = AdoptedPolicy.objects.order_by("starts_on").values_list("starts_on", "content")
        self._versions = [(starts_on, read_policy(content)) for starts_on, content in rows]

    def on(self, day: date) -> Policy:
        """In force on a day."""
        return next((each for starts_on, each in reversed(self._versions) if starts_on <= day), Policy())

    def month(self, start: date) -> FilingMonth:
        """The month that begins on ``start`` by the calendar."""
        month = month_span(start.year, start.month, cut_off_day=lambda day: self.on(day).cut_off_day)
        policy, statutory = self.on(month.cut_off), statutory_days()
        return FilingMonth(
            month,
            reminded_on=working_day_before(month.cut_off, policy.filing_notice_days, statutory),
            deadline=last_day_to_act(month.cut_off, policy.filing_days, statutory),
        )

    def year(self, school_year: int) -> list[FilingMonth]:
        """The months of a school year, September to August."""
        start = school_year_start(school_year)
        return [self.month(date(start.year + (month < start.month), month, 1)) for month in SCHOOL_YEAR]


def filing_month(start: date) -> FilingMonth:
    """The month that begins on ``start`` by the calendar; one query."""
    return Policies().month(start)


def school_years(today: date) -> list[int]:
    """The school years of which anything is kept and that have begun, the latest first."""
    rows = Term.objects.filter(start__lte=today).order_by("-school_year").values_list("school_year", flat=True)
    return list(dict.fromkeys(rows))


def months_to_file(today: date) -> list[FilingMonth]:
    """The months of this school year, after August of the last one where anything is kept of that; two queries."""
    year, kept, policies = school_year_of(today), school_years(today), Policies()
    august = [policies.month(date(year, 8, 1))] if year - 1 in kept else []
    return august + (policies.year(year) if year in kept else [])
