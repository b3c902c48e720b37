"""Notices 通知: sent in the transaction of what they tell of, put aside by whom they are for."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from students.actions import audit
from students.days import Slot
from students.models import Notice, Person, SchoolClass, Student


def send(
    *,
    by,
    to: Iterable[Person],
    kind: Notice.Kind,
    school_class: SchoolClass,
    day: date,
    slot: Slot | str = "",
    student: Student | None = None,
    renews: bool = False,
) -> int:
    """Tell each of ``to`` once; to be called inside a transaction. Who has the same notice waiting gets no second one;
    with ``renews`` the new one takes its place, as what it told is no longer the latest.

    Returns how many have been told now. Whoever sends it is not told, nor whose account is closed;
    ``by`` None: time alone tells it.
    """
    if renews:
        older = Notice.objects.filter(kind=kind, school_class=school_class, day=day, slot=slot, student=student)
        older = older.filter(person__in=reachable(to), seen_at=None).exclude(person=by)
        older.update(seen_at=timezone.now(), seen_by=by)
    told = [(person, school_class) for person in to]
    return send_each(by=by, told=told, kind=kind, day=day, slot=slot, student=student)


def send_each(
    *,
    by,
    told: Iterable[tuple[Person, SchoolClass]],
    kind: Notice.Kind,
    day: date,
    slot: Slot | str = "",
    student: Student | None = None,
) -> int:
    """``send`` to many, each about a class of their own: as many queries as for one."""
    place = {"kind": kind, "day": day, "slot": slot, "student": student}
    wanted = {(person.pk, room.pk) for person, room in told if person.is_active and not (by and person.pk == by.pk)}
    if not wanted:
        return 0
    people, rooms = ({pair[side] for pair in wanted} for side in (0, 1))
    waiting = Notice.objects.filter(person__in=people, school_class__in=rooms, seen_at=None, **place)
    wanted -= set(waiting.values_list("person", "school_class"))
    if not wanted:
        return 0
    sent = {"sent_at": timezone.now(), "sent_by": by}
    rows = [Notice(person_id=person, school_class_id=room, **sent, **place) for person, room in sorted(wanted)]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)  # two who tell the same at once tell it once
    return waiting.filter(**sent).count()


def reachable(people: Iterable[Person]) -> list[Person]:
    """Those of ``people`` who can log in, and so read what they are told."""
    return [person for person in people if person.is_active]


@transaction.atomic
def put_aside(*, by, notice: int) -> None:
    """收起 one's own notice; a second press does nothing. Raises ``Notice.DoesNotExist`` for another's."""
    row = Notice.objects.select_for_update(no_key=True).get(pk=notice, person=by)
    if row.seen_at is None:
        row.seen_at, row.seen_by = timezone.now(), by
        row.save(update_fields=["seen_at", "seen_by"])
        audit.record(by=by, action="notice.put_aside", subject=row)


def settle(*, by, to: Iterable[Person], kind: Notice.Kind, school_class: SchoolClass, student: Student | None) -> int:
    """Put aside for ``to`` what has been done meanwhile; to be called inside a transaction. How many there were."""
    waiting = Notice.objects.filter(person__in=[person.pk for person in to], kind=kind, seen_at=None)
    waiting = waiting.filter(student=student) if student else waiting.filter(school_class=school_class, student=None)
    return waiting.update(seen_at=timezone.now(), seen_by=by)
