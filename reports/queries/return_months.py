"""The month of a return 上报月份: its days, by the cut-off in force in each month (domain.md §7)."""

from dataclasses import dataclass
from datetime import date

from students.models import Term
from students.months import Month, month_of, month_span
from students.queries.policy import cut_off_days
from students.templatetags.chinese import cdate_short

MOST_MONTHS = 48  # in a choice: four years


@dataclass(frozen=True)
class ReturnMonth:
    """A month and the day that it is counted through: its cut-off, or today before that."""

    month: Month
    day: date

    @property
    def is_provisional(self) -> bool:
        """Whether its cut-off is still to come."""
        return self.day < self.month.cut_off

    @property
    def provisional_words(self) -> str:
        """What is said of a month whose cut-off is still to come."""
        return f"暂计：算到{cdate_short(self.day)}，{cdate_short(self.month.cut_off)}截止"

    @property
    def days(self) -> str:
        """9月26日至10月25日, through the day that is counted."""
        return f"{cdate_short(self.month.first)}至{cdate_short(self.day)}"


def month_choices(today: date) -> list[tuple[str, str]]:
    """The months of the records, the present one first: code and label."""
    first = Term.objects.order_by("start").values_list("start", flat=True).first() or today
    month, choices = month_today(today).month, []
    while month.cut_off >= first and len(choices) < MOST_MONTHS:
        choices.append((month.code, month.label))
        before = (month.year - 1, 12) if month.month == 1 else (month.year, month.month - 1)
        month = return_month(*before, today=today).month
    return choices or [(month.code, month.label)]


def return_month(year: int, month: int, *, today: date) -> ReturnMonth | None:
    """A month of which a day has begun; None where it is still to come."""
    found = month_span(year, month, cut_off_day=cut_off_days())
    return ReturnMonth(found, min(found.cut_off, today)) if found.first <= today else None


def month_today(today: date) -> ReturnMonth:
    """The month that holds today."""
    year, month = month_of(today, cut_off_day=cut_off_days())
    return return_month(year, month, today=today)
