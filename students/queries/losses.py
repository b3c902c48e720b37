"""Reads who is lost 流失 on a day, with the class that each was in last (domain.md §6, §7)."""

from collections.abc import Iterator
from datetime import date

from django.db.models import OuterRef, Q, Subquery

from students.enrolment import EventKind
from students.losses import LastEvent, Loss, loss_of
from students.models import EnrolmentEvent
from students.policy import Policy
from students.queries.unaccounted import last_events

LEAVING = (EventKind.DROP_OUT, EventKind.OTHER_OUT, EventKind.TRANSFER_OUT)


def losses(day: date, *, policy: Policy, classes=None) -> Iterator[Loss]:
    """Everybody lost on ``day``, or those whose latest class is one of ``classes`` (a queryset or ids); one query."""
    joined = EnrolmentEvent.objects.effective().filter(
        student=OuterRef("student"), school_class__isnull=False, happened_on__lte=day
    )
    latest_class = Subquery(joined.order_by("-happened_on", "-order").values("school_class")[:1])
    confirmed = Q(kind=EventKind.TRANSFER_OUT, confirmed_on__lte=day)
    rows = last_events(EnrolmentEvent.objects.exclude(confirmed), LEAVING, day).annotate(latest_class=latest_class)
    if classes is not None:
        rows = rows.filter(latest_class__in=classes)
    columns = ("student", "latest_class", "kind", "happened_on", "confirmed_on")
    for student, school_class, kind, happened_on, confirmed_on in rows.order_by("student").values_list(*columns):
        last = LastEvent(EventKind(kind), happened_on, confirmed_on)
        if loss := loss_of(student, school_class, last, day=day, unconfirmed_days=policy.unconfirmed_days):
            yield loss
