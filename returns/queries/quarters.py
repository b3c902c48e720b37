"""The quarters of a school year: three months each, by the cut-offs of their returns (domain.md §7, §9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from returns.models import Edition, Review
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.reviewing import MONTHS, quarter_label, quarter_of
from returns.states import State
from students.models import School
from students.periods import PeriodKind


@dataclass(frozen=True)
class Quarter:
    """季度: September to November is the first."""

    school_year: int
    number: int
    months: tuple[FilingPeriod, ...]

    @property
    def code(self) -> str:
        """As forms name it: 2026-1."""
        return f"{self.school_year}-{self.number}"

    @property
    def label(self) -> str:
        """2026-2027学年第一季度（2026年9月至2026年11月）."""
        first, last = self.months[0].label, self.months[-1].label
        return f"{quarter_label(self.school_year, self.number)}（{first}至{last}）"

    @property
    def first(self) -> date:
        return self.months[0].period.first

    @property
    def cut_off(self) -> date:
        return self.months[-1].period.cut_off

    @property
    def codes(self) -> list[str]:
        """The months, as returns name them."""
        return [month.code for month in self.months]

    def is_over(self, today: date) -> bool:
        """Whether its last return can be filed."""
        return self.cut_off <= today


def quarter(school_year: int, number: int, calendar: FilingCalendar | None = None) -> Quarter:
    """A quarter with its months; a query or two."""
    months = (calendar or FilingCalendar()).months(school_year)[(number - 1) * MONTHS : number * MONTHS]
    return Quarter(school_year, number, tuple(months))


def quarters_to_review(today: date) -> list[Quarter]:
    """The quarters that are over, of which anything was accepted and that nobody has reviewed; the latest first."""
    accepted = Edition.objects.filter(state=State.ACCEPTED, school_return__kind=PeriodKind.MONTH)
    months = accepted.order_by().values_list("school_return__period").distinct()
    reviewed = set(Review.objects.values_list("school_year", "quarter"))
    calendar = FilingCalendar()
    found = sorted({quarter_of(month) for (month,) in months} - reviewed, reverse=True)
    return [each for pair in found if (each := quarter(*pair, calendar)).is_over(today)]


def accepted_editions(of: Quarter, schools: Iterable[School]) -> dict[int, dict[str, Edition]]:
    """School → month → the edition that the bureau accepted last; their contents are read when asked for. One query."""
    rows = Edition.objects.filter(
        state=State.ACCEPTED,
        school_return__period__in=of.codes,
        school_return__school__in=[each.pk for each in schools],
    )
    found: dict[int, dict[str, Edition]] = {}
    for edition in rows.select_related("school_return").order_by("number"):
        found.setdefault(edition.school_return.school_id, {})[edition.school_return.period] = edition
    return found
