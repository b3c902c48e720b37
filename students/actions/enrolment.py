"""学籍变动: records events, and keeps the intervals that follow from them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from students.actions import audit, certificates
from students.actions.followup import facts_changed
from students.actions.listing import keep_lines
from students.actions.locks import lock_child
from students.actions.offers import settle_offers
from students.enrolment import ENTRIES, Event, EventKind, Place, Standing, places
from students.models import Enrolment, EnrolmentEvent, SchoolClass, Student
from students.templatetags.chinese import cdate

CHUNK = 2000  # children rebuilt at a time


class EventsChanged(Exception):
    """Somebody recorded another event after the page was made; the message says which, when and who."""


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
    paper: Mapping[str, object] | None = None,
    submission: UUID | None = None,
    seen: int | None = None,
    today: date,
) -> EnrolmentEvent:
    """Record one event, after those already recorded for that day; ``school_class`` is the class joined.

    ``confirmed_on`` belongs to 转出 alone: the day on which the receiving school accepted. ``paper`` is a certificate
    handed in with the event, as ``students.actions.files.take_in`` gives it. ``submission``: the form sent twice is
    one event. ``seen``: the last event that the page showed; ``EventsChanged`` where there is another by now. Raises
    ``students.enrolment.ImpossibleEvent`` with a Chinese sentence where the event, or one after it, cannot stand.
    """
    lock_child(student, school_class)
    if sent := sent_before(submission):
        return sent
    refuse_unseen(student, seen)
    order = next_order(student, happened_on)
    added = Event(happened_on, order, kind, school_class and school_class.pk)
    kept = places_from([*effective_events([student.pk])[student.pk], added])
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
        submission=submission,
    )
    if paper:
        certificates.keep(by=by, event=event, kind=certificates.Kind.CHANGE, paper=paper, today=today)
    if kind in ENTRIES:
        settle_offers([student.pk], by=by, today=today)
    keep_places({student.pk: kept})
    audit.record(by=by, action="enrolment.record", subject=event, kind=kind, student=student.pk)
    facts_changed(students={student.pk}, today=today, reason=f"登记{kind.label}")
    return event


def sent_before(submission: UUID | None) -> EnrolmentEvent | None:
    """The event that this very form recorded already."""
    return EnrolmentEvent.objects.filter(submission=submission).first() if submission else None


def refuse_unseen(student: Student, seen: int | None) -> None:
    """Raise ``EventsChanged`` where an event of the child is newer than the last one ``seen``; None asks nothing."""
    if seen is None:
        return
    newer = EnrolmentEvent.objects.filter(student=student, pk__gt=seen).select_related("recorded_by").order_by("-pk")
    if newest := newer.first():
        who = newest.recorded_by.name if newest.recorded_by else "导入的工作簿"
        what = f"{newest.get_kind_display()}（{cdate(newest.happened_on)}）"
        raise EventsChanged(f"这个页面打开后，{who}登记了{what}，所以这次没有保存。请核对现在的记录后再办。")


def next_order(student: Student, day: date) -> int:
    """Behind everything that was ever recorded for the day, so that no two events of a day share a place."""
    of_the_day = EnrolmentEvent.objects.filter(student=student, happened_on=day)
    return max(of_the_day.values_list("order", flat=True), default=-1) + 1


def places_from(events: Collection[Event]) -> list[Place]:
    """The places that follow from a child's events; raises ``ImpossibleEvent``."""
    return places(events, school_of=_schools_of(events))


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
    keep_lines(wanted)
    return len(changed | {student for student, of_child in missing.items() if of_child})
