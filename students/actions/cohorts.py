"""One event for each of many children at once: a class promoted, a cohort received, and both taken back."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Max
from django.utils import timezone

from students.actions.enrolment import rebuild
from students.actions.followup import facts_changed
from students.enrolment import EventKind
from students.models import EnrolmentEvent

BATCH = 500  # rows written, and children whose duties are recomputed, at a time


def add_events(events: list[EnrolmentEvent], *, today: date, reason: str) -> list[EnrolmentEvent]:
    """Write one new event a child, behind whatever was recorded for its day, and all that follows from it.

    The children are locked.
    """
    students = [event.student_id for event in events]
    days = {event.happened_on for event in events}
    rows = EnrolmentEvent.objects.filter(student__in=students, happened_on__in=days).order_by()
    orders = {
        (student, day): last
        for student, day, last in rows.values_list("student", "happened_on").annotate(last=Max("order"))
    }
    for event in events:
        event.order = orders.get((event.student_id, event.happened_on), -1) + 1
    EnrolmentEvent.objects.bulk_create(events, batch_size=BATCH)
    _follow(students, today, reason)
    return events


def void_events(events: Iterable[EnrolmentEvent], *, by, note: str, today: date) -> int:
    """Take these events back, each by a 作废 of its own; how many were taken back. The children are locked."""
    voids = [
        EnrolmentEvent(
            student_id=event.student_id,
            kind=EventKind.VOID,
            happened_on=event.happened_on,
            order=event.order,
            note=note,
            recorded_at=timezone.now(),
            recorded_by=by,
            corrects=event,
        )
        for event in events
    ]
    EnrolmentEvent.objects.bulk_create(voids, batch_size=BATCH)
    _follow([void.student_id for void in voids], today, note)
    return len(voids)


def _follow(students: list[int], today: date, reason: str) -> None:
    rebuild(students)
    ordered = sorted(students)
    for start in range(0, len(ordered), BATCH):
        facts_changed(students=ordered[start : start + BATCH], today=today, reason=reason)
