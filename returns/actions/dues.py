"""Marks, night by night, what schools have to amend, and tells them."""

from datetime import date

from django.db import transaction

from returns.actions.telling import tell_of_due, untell_of_due
from returns.models import AmendmentDue
from returns.queries.dues import amendments_due
from returns.queries.grid import schools_that_file
from returns.queries.periods import FilingCalendar
from students.access import WHOLE_COUNTY


@transaction.atomic
def mark_amendments(*, today: date) -> int:
    """Hold what was filed of this school year, and late of the last one, against the facts; how many returns are to be
    amended. A school is told once of each, and no more once they agree again."""
    schools = list(schools_that_file(WHOLE_COUNTY))
    due = {
        each.line.edition.school_return: each.words
        for period in FilingCalendar().to_file(today)
        if period.is_due(today)
        for each in amendments_due(schools, period, today=today)
    }
    for old in AmendmentDue.objects.exclude(school_return__in=due).select_related("school_return"):
        untell_of_due(old.school_return)
        old.delete()
    for row, words in due.items():
        _, is_new = AmendmentDue.objects.update_or_create(
            school_return=row, defaults={"words": words}, create_defaults={"words": words, "found_on": today}
        )
        if is_new:
            tell_of_due(row, today=today)
    return len(due)
