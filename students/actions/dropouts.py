"""辍学 in the registry: the app above confirms it in a child's case, and is asked before one is recorded here."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from students.actions.enrolment import record_event
from students.actions.locks import lock_child
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Student


class Door(NamedTuple):
    """Where 辍学 is confirmed instead, in a Chinese sentence; ``address`` is blank where it cannot be confirmed now."""

    words: str
    address: str


class DropoutRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


# (child, today) → where its 辍学 is confirmed, None = here.
DOORS: list[Callable[[Student, date], Door | None]] = []
# (child, day, the 辍学 that is corrected or None, today) → why it is not taken, in a Chinese sentence; blank = it is.
GUARDS: list[Callable[[Student, date, EnrolmentEvent | None, date], str]] = []


def door_of(student: Student, today: date) -> Door | None:
    """Where the 辍学 of a child is confirmed, if not in the registry."""
    return next((found for door in DOORS if (found := door(student, today))), None)


def refuse(student: Student, happened_on: date, *, corrected: EnrolmentEvent | None = None, today: date) -> None:
    """Raise ``DropoutRefused`` where a guard does not let a 辍学 stand on that day; the child is locked."""
    if words := next((said for guard in GUARDS if (said := guard(student, happened_on, corrected, today))), ""):
        raise DropoutRefused(words)


@transaction.atomic
def record_dropout(
    *, by, student: Student, happened_on: date, note: str, submission: UUID | None = None, seen: int | None = None,
    today: date,
) -> EnrolmentEvent:  # fmt: skip
    """Record 辍学 of a child that has no case to be confirmed in, like ``record_event``. Raises ``DropoutRefused``."""
    lock_child(student)
    sent_once = {"submission": submission, "seen": seen}
    if submission is None or not EnrolmentEvent.objects.filter(submission=submission).exists():
        refuse(student, happened_on, today=today)
    return record_event(
        by=by, student=student, kind=EventKind.DROP_OUT, happened_on=happened_on, note=note, today=today, **sent_once
    )
