"""Reminds schools of their returns: before the cut-off, after the deadline where nothing was filed, and where what was
sent back has not been filed anew."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from returns.actions.telling import remind
from returns.matters import Matter, notice_kind
from returns.queries.grid import OWED, Cell, Standing, grid_rows, schools_that_file
from returns.queries.periods import FilingCalendar, FilingPeriod
from students.access import WHOLE_COUNTY, in_force
from students.models import Notice, Person, Posting, Role, School

REMINDED = (Role.REGISTRY_CLERK, Role.PRINCIPAL)


@transaction.atomic
def remind_schools(*, today: date) -> int:
    """Tell the clerks and principals once a period each, however often it is asked for and whatever night was missed;
    of what was sent back once each time. How many notices were sent."""
    schools, calendar = list(schools_that_file(WHOLE_COUNTY)), FilingCalendar()
    sent = 0
    for period in calendar.to_file(today):
        found: dict[tuple[Matter, date], list[School]] = defaultdict(list)
        for row in grid_rows(schools, [period], today=today):
            cell = row.cells[0]
            if cell.is_returned:
                sent += _remind_again(row.school, cell, today)
            elif cell.standing in (*OWED, Standing.NOT_DUE) and (matter := matter_today(cell.period, today)):
                found[matter, cell.period.period.cut_off].append(row.school)
        for (matter, cut_off), owing in found.items():
            sent += _remind(owing, notice_kind(period.kind, matter), cut_off, today)
    return sent


def matter_today(period: FilingPeriod, today: date) -> Matter | None:
    """What is to be told of a period: from the reminder's day to the deadline one thing, after it the other."""
    if period.is_overdue(today):
        return Matter.LATE
    return Matter.DUE if period.reminded_on <= today else None


def _remind_again(school: School, cell: Cell, today: date) -> int:
    """Of what was sent back, once it could have been filed anew."""
    if not cell.deadline.is_over(today):
        return 0
    kind = notice_kind(cell.period.kind, Matter.STILL_BACK)
    return _remind([school], kind, cell.period.period.cut_off, today, since=cell.filing.returned.decided_at)


def _remind(schools: Iterable[School], kind: str, cut_off: date, today: date, *, since: datetime | None = None) -> int:
    """``since``: what was told before that is told anew."""
    notices = Notice.objects.filter(kind=kind, day=cut_off)
    notices = notices.filter(sent_at__gt=since) if since else notices
    told = set(notices.values_list("school_class__school", "person"))
    people: dict[int, list[Person]] = defaultdict(list)
    for posting in in_force(Posting.objects.filter(role__in=REMINDED), today).select_related("person"):
        if (posting.school_id, posting.person_id) not in told:
            people[posting.school_id].append(posting.person)
    return sum(remind(school, people[school.pk], kind, cut_off=cut_off) for school in schools)
