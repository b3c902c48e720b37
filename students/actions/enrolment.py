"""学籍变动: records events, and keeps the intervals that follow from them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from students.actions import audit
from students.actions.followup import facts_changed
from students.enrolment import Event, EventKind, Place, Standing, places
from students.models import Enrolment, EnrolmentEvent, SchoolClass, Student

CHUNK = 2000  # children rebuilt at a time


@transaction.atomic
def record_event(
    *,
    by,
    student: Student,
    kind: EventKind,
    happened_on: date,
    school_class: SchoolClass | None = None,
    confirmed_on: date | None = None,
    note: str = "",
    today: date,
) -> EnrolmentEvent:
    """Record one event, after those already recorded for that day; ``school_class`` is the class joined.

    ``confirmed_on`` belongs to 转出 alone: the day on which the receiving school accepted. Raises
    ``students.enrolment.ImpossibleEvent`` with a Chinese sentence where the event, or one after it, cannot stand.
    """
    _lock(student, school_class)
    of_the_day = EnrolmentEvent.objects.filter(student=student, happened_on=happened_on)
    order = max(of_the_day.values_list("order", flat=True), default=-1) + 1
    added = Event(happened_on, order, kind, school_class and school_class.pk)
    events = [*effective_events([student.pk])[student.pk], added]
    kept = places(events, school_of=_schools_of(events))
    event = EnrolmentEvent.objects.create(
        student=student,
        kind=kind,
        happened_on=happened_on,
        order=order,
        school_class=school_class,
        confirmed_on=confirmed_on,
        note=note,
        recorded_at=timezone.now(),
        recorded_by=by,
    )
    keep_places({student.pk: kept})
    audit.record(by=by, action="enrolment.record", subject=event, kind=kind, student=student.pk)
    facts_changed(students={student.pk}, today=today, reason=f"登记{kind.label}")
    return event


def _lock(student: Student, school_class: SchoolClass | None) -> None:
    """Classes first, then the child: everybody who writes takes them in this order, so nobody waits in a circle."""
    classes = set(Enrolment.objects.filter(student=student).values_list("school_class", flat=True))
    classes |= {school_class.pk} if school_class else set()
    list(SchoolClass.objects.select_for_update(no_key=True).filter(pk__in=classes).order_by("pk").values_list("pk"))
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)


def rebuild(students: Collection[int]) -> int:
    """Bring the intervals of these children to what their effective events say; the number of children changed.

    Throwing the whole table away and rebuilding it gives the same rows.
    """
    changed, ordered = 0, sorted(set(students))
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        events = effective_events(chunk)
        school_of = _schools_of([event for of_child in events.values() for event in of_child])
        changed += keep_places({student: places(events[student], school_of=school_of) for student in chunk})
    return changed


def effective_events(students: Collection[int]) -> Mapping[int, list[Event]]:
    """Child → the events that stand, in order; one query."""
    events: dict[int, list[Event]] = defaultdict(list)
    rows = EnrolmentEvent.objects.effective().filter(student__in=students).order_by("student", "happened_on", "order")
    for student, day, order, kind, school_class in rows.values_list(
        "student", "happened_on", "order", "kind", "school_class"
    ):
        events[student].append(Event(day, order, EventKind(kind), school_class))
    return events


def _schools_of(events: Collection[Event]) -> dict[int, int]:
    classes = {event.school_class for event in events} - {None}
    return dict(SchoolClass.objects.filter(pk__in=classes).order_by().values_list("pk", "school"))


def keep_places(wanted: Mapping[int, Sequence[Place]]) -> int:
    """Write the differences between the intervals kept of these children and ``wanted``; children changed."""
    missing = {student: set(of_child) for student, of_child in wanted.items()}
    stale, changed = [], set()
    rows = Enrolment.objects.filter(student__in=wanted.keys()).order_by()
    for pk, student, school_class, standing, since, until, spell in rows.values_list(
        "pk", "student", "school_class", "standing", "since", "until", "spell"
    ):
        place = Place(school_class, Standing(standing), since, until, spell)
        if place in missing[student]:
            missing[student].remove(place)
        else:
            stale.append(pk)
            changed.add(student)
    # What no longer holds goes first: a child has one open interval, and one that begins on a day.
    Enrolment.objects.filter(pk__in=stale).delete()
    Enrolment.objects.bulk_create(
        Enrolment(
            student_id=student,
            school_class_id=place.school_class,
            standing=place.standing,
            since=place.since,
            until=place.until,
            spell=place.spell,
        )
        for student, of_child in missing.items()
        for place in sorted(of_child, key=lambda place: place.since)
    )
    return len(changed | {student for student, of_child in missing.items() if of_child})
