"""新增学生: a child enters a registry of the county for the first time, or comes back into one."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from students.actions import audit
from students.actions.enrolment import record_event, sent_before
from students.actions.listing import index_children
from students.actions.locks import lock_child, lock_children
from students.actions.transfers import refuse_grade_six
from students.enrolment import EventKind
from students.models import EnrolmentEvent, SchoolClass, Student, Transfer
from students.queries.changes import known_children, way_in


class AlreadyKnown(Exception):
    """One of the numbers belongs to somebody in the registry already; ``children`` are they."""

    def __init__(self, children: list[Student]):
        super().__init__("这个号码在系统中已有学生，没有保存。")
        self.children = children


class NewcomerRefused(Exception):
    """A child who cannot be taken in; the message is a Chinese sentence."""


@transaction.atomic
def enter(
    *,
    by,
    identity: Mapping[str, object],
    kind: EventKind,
    happened_on: date,
    school_class: SchoolClass,
    note: str = "",
    paper: Mapping[str, object] | None = None,
    submission: UUID,
    today: date,
) -> EnrolmentEvent:
    """Make the child that ``identity`` describes and record how it came; raises ``AlreadyKnown``."""
    lock_children([], [school_class.pk])
    if sent := sent_before(submission):
        return sent
    if kind is EventKind.TRANSFER_IN:
        refuse_grade_six(school_class, happened_on)
    numbers = {name: identity[name] for name in ("id_number", "student_number")}
    if known := known_children(**numbers):
        raise AlreadyKnown(known)
    admitted_on = happened_on.replace(day=1) if kind is EventKind.ENROL else date(school_class.cohort, 9, 1)
    try:
        with transaction.atomic():
            student = Student.objects.create(**identity, admitted_on=min(admitted_on, happened_on))
    except IntegrityError:
        raise AlreadyKnown(known_children(**numbers)) from None
    index_children([student.pk])
    audit.record(by=by, action="student.enter", subject=student)
    return record_event(
        by=by,
        student=student,
        kind=kind,
        happened_on=happened_on,
        school_class=school_class,
        note=note,
        paper=paper,
        submission=submission,
        today=today,
    )


@transaction.atomic
def take_in(
    *,
    by,
    student: Student,
    happened_on: date,
    school_class: SchoolClass,
    note: str = "",
    paper: Mapping[str, object] | None = None,
    submission: UUID,
    today: date,
) -> EnrolmentEvent:
    """Take in a child of the registry who is gone or has graduated; its history stays in one piece.

    A child whom another school is just handing over to this one is accepted by it.
    """
    lock_child(student, school_class)
    if sent := sent_before(submission):
        return sent
    kind = way_in(student)
    if kind is None:
        raise NewcomerRefused("这名学生现在还在别的学校的学籍里，没有转入。请联系该校先登记转出。")
    if kind is EventKind.TRANSFER_IN:
        refuse_grade_six(school_class, happened_on)
    offers = Transfer.objects.filter(student=student, answer="", to_school__isnull=False).select_related("to_school")
    if (offered := offers.first()) and offered.to_school_id != school_class.school_id:
        raise NewcomerRefused(f"原学校正等{offered.to_school}答复，没有转入。请联系原学校改发给本校。")
    return record_event(
        by=by,
        student=student,
        kind=kind,
        happened_on=happened_on,
        school_class=school_class,
        note=note,
        paper=paper,
        submission=submission,
        today=today,
    )
