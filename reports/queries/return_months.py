"""The month of a return 上报月份: its days, by the cut-off in force in each month (domain.md §7)."""

from datetime import date

from students.models import Term
from students.months import month_of, month_span
from students.queries.months import CountedMonth
from students.queries.policy import cut_off_days

MOST_MONTHS = 48  # in a choice: four years


def month_choices(today: date) -> list[tuple[str, str]]:
    """The months of the records, the present one first: code and label; two queries."""
    first = Term.objects.order_by("start").values_list("start", flat=True).first() or today
    cut_off_day = cut_off_days()
    year, month = month_of(today, cut_off_day=cut_off_day)
    found = month_span(year, month, cut_off_day=cut_off_day)
    choices = [(found.code, found.label)]
    while len(choices) < MOST_MONTHS:
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        found = month_span(year, month, cut_off_day=cut_off_day)
        if found.cut_off < first:
            break
        choices.append((found.code, found.label))
    return choices


def return_month(year: int, month: int, *, today: date) -> CountedMonth | None:
    """A month of which a day has begun; None where it is still to come."""
    found = month_span(year, month, cut_off_day=cut_off_days())
    return CountedMonth(found, min(found.cut_off, today)) if found.first <= today else None


def month_today(today: date) -> CountedMonth:
    """The month that holds today."""
    year, month = month_of(today, cut_off_day=cut_off_days())
    return return_month(year, month, today=today)
