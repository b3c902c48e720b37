"""The month of a return 上报月份: its days, by the cut-off in force in each month (domain.md §7)."""

from collections.abc import Sequence
from datetime import date

from students.models import Term
from students.months import Month, month_of, month_span
from students.policy import Policy
from students.queries.calendar import statutory_days
from students.queries.months import CountedMonth
from students.queries.policy import cut_off_days, policy_of
from students.working_days import last_day_to_act

MOST_MONTHS = 48  # to look back on: four years


def months_on_record(today: date) -> list[Month]:
    """The months of the records, the present one first; two queries."""
    first = Term.objects.order_by("start").values_list("start", flat=True).first() or today
    cut_off_day = cut_off_days()
    year, month = month_of(today, cut_off_day=cut_off_day)
    found = [month_span(year, month, cut_off_day=cut_off_day)]
    while len(found) < MOST_MONTHS:
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        span = month_span(year, month, cut_off_day=cut_off_day)
        if span.cut_off < first:
            break
        found.append(span)
    return found


def month_in_hand(months: Sequence[Month], today: date) -> Month:
    """The month that people work on: the last one while its return may still be filed in time, else the present one;
    one query. ``months``: those on record."""
    *_, last = months[:2]
    return last if today <= filed_until(last.cut_off, policy_of(last.cut_off)) else months[0]


def filed_until(cut_off: date, policy: Policy) -> date:
    """The last day on which the return of a month is in time."""
    return last_day_to_act(cut_off, policy.filing_days, statutory_days())


def return_month(year: int, month: int, *, today: date) -> CountedMonth | None:
    """A month of which a day has begun; None where it is still to come."""
    found = month_span(year, month, cut_off_day=cut_off_days())
    return CountedMonth(found, min(found.cut_off, today)) if found.first <= today else None


def month_today(today: date) -> CountedMonth:
    """The month that holds today."""
    year, month = month_of(today, cut_off_day=cut_off_days())
    return return_month(year, month, today=today)
