"""Reminds schools of their returns: before the cut-off, and after the deadline where nothing was filed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from returns.actions.telling import remind
from returns.queries.grid import OWED, Standing, grid_rows, schools_that_file
from returns.queries.months import FilingMonth, months_to_file
from students.access import Scope, in_force
from students.models import Notice, Person, Posting, Role, School

REMINDED = (Role.REGISTRY_CLERK, Role.PRINCIPAL)


@transaction.atomic
def remind_schools(*, today: date) -> int:
    """Tell the clerks and principals once a month each, however often it is asked for and whatever night was missed;
    how many notices were sent."""
    schools = list(schools_that_file(Scope(county=True)))
    sent = 0
    for month in months_to_file(today):
        if kind := kind_today(month, today):
            sent += _remind(_that_owe(schools, month, today), month, kind, today)
    return sent


def kind_today(month: FilingMonth, today: date) -> Notice.Kind | None:
    """Which notice of a month is due: from the reminder's day to the deadline one, after it the other."""
    if month.is_overdue(today):
        return Notice.Kind.RETURN_LATE
    return Notice.Kind.RETURN_DUE if month.reminded_on <= today else None


def _that_owe(schools: list[School], month: FilingMonth, today: date) -> list[School]:
    rows = grid_rows(schools, [month], today=today)
    return [row.school for row in rows if row.cells[0].standing in (*OWED, Standing.NOT_DUE)]


def _remind(schools: Iterable[School], month: FilingMonth, kind: Notice.Kind, today: date) -> int:
    told = set(Notice.objects.filter(kind=kind, day=month.month.cut_off).values_list("school_class__school", "person"))
    people: dict[int, list[Person]] = defaultdict(list)
    for posting in in_force(Posting.objects.filter(role__in=REMINDED), today).select_related("person"):
        if (posting.school_id, posting.person_id) not in told:
            people[posting.school_id].append(posting.person)
    return sum(remind(school, people[school.pk], kind, cut_off=month.month.cut_off) for school in schools)
