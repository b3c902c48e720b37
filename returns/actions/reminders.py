"""Reminds schools of their returns: before the cut-off, and after the deadline where nothing was filed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from returns.actions.telling import remind
from returns.matters import Matter, notice_kind
from returns.queries.grid import OWED, Standing, grid_rows, schools_that_file
from returns.queries.periods import FilingCalendar, FilingPeriod
from students.access import Scope, in_force
from students.models import Notice, Person, Posting, Role, School

REMINDED = (Role.REGISTRY_CLERK, Role.PRINCIPAL)


@transaction.atomic
def remind_schools(*, today: date) -> int:
    """Tell the clerks and principals once a period each, however often it is asked for and whatever night was missed;
    how many notices were sent."""
    schools = list(schools_that_file(Scope(county=True)))
    sent = 0
    for period in FilingCalendar().to_file(today):
        if matter := matter_today(period, today):
            sent += _remind(_that_owe(schools, period, today), period, notice_kind(period.kind, matter), today)
    return sent


def matter_today(period: FilingPeriod, today: date) -> Matter | None:
    """What is to be told of a period: from the reminder's day to the deadline one thing, after it the other."""
    if period.is_overdue(today):
        return Matter.LATE
    return Matter.DUE if period.reminded_on <= today else None


def _that_owe(schools: list[School], period: FilingPeriod, today: date) -> list[School]:
    rows = grid_rows(schools, [period], today=today)
    return [row.school for row in rows if row.cells[0].standing in (*OWED, Standing.NOT_DUE)]


def _remind(schools: Iterable[School], period: FilingPeriod, kind: str, today: date) -> int:
    cut_off = period.period.cut_off
    told = set(Notice.objects.filter(kind=kind, day=cut_off).values_list("school_class__school", "person"))
    people: dict[int, list[Person]] = defaultdict(list)
    for posting in in_force(Posting.objects.filter(role__in=REMINDED), today).select_related("person"):
        if (posting.school_id, posting.person_id) not in told:
            people[posting.school_id].append(posting.person)
    return sum(remind(school, people[school.pk], kind, cut_off=cut_off) for school in schools)
