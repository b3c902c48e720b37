"""Leave (请假): approved, and taken back."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from students.actions import audit
from students.actions.followup import facts_changed
from students.days import MarkKind
from students.models import Leave, Student


@transaction.atomic
def approve(*, by, student: Student, first_day: date, last_day: date, kind: MarkKind, today: date) -> Leave:
    """Approve a leave from ``first_day`` to ``last_day``, both included; it also excuses absences already marked."""
    leave = grant(by=by, student=student, first_day=first_day, last_day=last_day, kind=kind)
    facts_changed(students={student.pk}, today=today, reason=f"补{kind.label}")
    return leave


def grant(*, by, student: Student, first_day: date, last_day: date, kind: MarkKind) -> Leave:
    """The row of a leave, inside the transaction of the act that it belongs to, which tells who follows the facts."""
    leave = Leave.objects.create(
        student=student,
        first_day=first_day,
        last_day=last_day,
        kind=kind,
        approved_at=timezone.now(),
        approved_by=by,
    )
    audit.record(by=by, action="leave.approve", subject=leave)
    return leave


@transaction.atomic
def cancel(*, by, leave: Leave, today: date) -> None:
    """Take a leave back: the absences inside it are judged by their marks again."""
    leave = Leave.objects.select_for_update(no_key=True).get(pk=leave.pk)
    if leave.cancelled_at:
        return  # a second press
    leave.cancelled_at, leave.cancelled_by = timezone.now(), by
    leave.save(update_fields=["cancelled_at", "cancelled_by"])
    audit.record(by=by, action="leave.cancel", subject=leave)
    facts_changed(students={leave.student_id}, today=today, reason="撤销请假")
