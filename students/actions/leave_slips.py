"""请假条: handed in, approved at once by the 班主任 or later by the school, refused, withdrawn, ended early."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from students.access import Scope
from students.actions import audit, certificates, leave
from students.actions.followup import NOTHING, Followed, facts_changed
from students.actions.locks import lock_child
from students.calendar import DAY
from students.days import MarkKind
from students.leaves import overlapping
from students.models import Enrolment, LeaveSlip, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.leave_slips import (
    asked_for,
    class_of_days,
    may_decide,
    school_days_together,
    slips_seen_by,
    span_words,
)
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate

LONGEST = 60  # days of the calendar [D]: who is ill longer is suspended 休学
Decision = LeaveSlip.Decision


class SlipRefused(Exception):
    """A step of a slip that cannot be taken; the message is a Chinese sentence."""


class NotYourSlip(SlipRefused):
    """The person sees the child or the slip, and this step is not theirs."""


@dataclass(frozen=True)
class Done:
    """A slip after a step, and the duties that followed or fell away."""

    slip: LeaveSlip
    followed: Followed = NOTHING


@transaction.atomic
def hand_in(
    *,
    by,
    scope: Scope,
    student: Student,
    kind: MarkKind,
    first_day: date,
    last_day: date,
    reason: str,
    applicant: str,
    paper: Mapping[str, object] | None = None,
    submission: UUID,
    today: date,
) -> Done:
    """Hand in a slip. Few enough school days are approved by whoever answers for the class in the same step, more by
    the school's clerk or heads: where one of them hands it in, at once too, else it waits for them.

    Days of slips and leaves that join it count together, by the calendar of the child's class. A slip for days gone by
    needs a paper or a reason. Raises ``SlipRefused`` where it cannot be.
    """
    lock_child(student)
    if sent := LeaveSlip.objects.filter(submission=submission).first():
        return Done(sent)
    span = first_day, last_day
    school_class = _class_of(student, span)
    refuse_strangers(scope, school_class)
    _refuse_impossible(student, span, school_class)
    slip = LeaveSlip.objects.create(
        student=student,
        kind=kind,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        applicant=applicant,
        paper=certificates.keep_for_child(
            by=by, student=student, paper=paper, kind=certificates.Kind.LEAVE, today=today
        )
        if paper
        else None,
        submission=submission,
        handed_in_at=timezone.now(),
        handed_in_by=by,
    )
    days = school_days_together(slip, school_class)
    audit.record(by=by, action="leave_slip.hand_in", subject=slip, student=student.pk, days=days)
    if days > policy_of(today).teacher_leave_days and not may_decide(scope, school_class):
        return Done(slip)
    return _approve(slip, by, "", today)


@transaction.atomic
def approve(*, by, scope: Scope, slip: LeaveSlip, note: str = "", today: date) -> Done:
    """The school approves: the absences in those days are excused, also those marked already.

    This and the steps below raise ``LeaveSlip.DoesNotExist`` outside the scope, ``NotYourSlip`` and ``SlipRefused``.
    """
    row = _locked(slip, scope, decides=True)
    if row.decision == Decision.APPROVED and row.decided_by_id == by.pk:
        return Done(row)  # a second press
    _refuse_decided(row)
    span = row.first_day, row.last_day
    _refuse_overlap(row.student, span, without=row)
    _class_of(row.student, span)
    return _approve(row, by, note, today)


@transaction.atomic
def refuse(*, by, scope: Scope, slip: LeaveSlip, reason: str, today: date) -> Done:
    """The school refuses, with the reason that the 班主任 reads."""
    return _decide(_locked(slip, scope, decides=True), by, Decision.REFUSED, reason)


@transaction.atomic
def withdraw(*, by, scope: Scope, slip: LeaveSlip, today: date) -> Done:
    """Take a slip back before it is decided."""
    return _decide(_locked(slip, scope), by, Decision.WITHDRAWN, "")


@transaction.atomic
def end(*, by, scope: Scope, slip: LeaveSlip, back_on: date, today: date) -> Done:
    """The child is back from ``back_on`` on: the leave ends the day before, or is cancelled where no day is left."""
    row = _locked(slip, scope)
    if row.decision != Decision.APPROVED or row.is_void:
        raise SlipRefused("这份请假条现在没有生效，不用结束。没有保存。")
    if row.ended_at and row.until == back_on - DAY:
        return Done(row)  # a second press
    if not row.first_day <= back_on <= row.until:
        raise SlipRefused(f"到校日期应在{cdate(row.first_day)}到{cdate(row.until)}之间，没有保存。请核对日期。")
    if back_on > today:
        raise SlipRefused("还没有到这一天，孩子到校以后再登记。没有保存。")
    old = row.leave
    old.cancelled_at, old.cancelled_by = timezone.now(), by
    old.save(update_fields=["cancelled_at", "cancelled_by"])
    if back_on > row.first_day:
        row.leave = leave.grant(
            by=by, student=row.student, first_day=row.first_day, last_day=back_on - DAY, kind=MarkKind(row.kind)
        )
    row.ended_at, row.ended_by = timezone.now(), by
    row.save(update_fields=["leave", "ended_at", "ended_by"])
    audit.record(by=by, action="leave_slip.end", subject=row, student=row.student_id, leave=row.leave_id)
    words = f"{span_words((back_on, old.last_day))}不再请假"
    return Done(row, facts_changed(students={row.student_id}, today=today, reason=words))


def _class_of(student: Student, span) -> SchoolClass:
    """The class that answers for the child, which has to attend on both ends of the leave."""
    school_class, first_attended = class_of_days(student, span)
    if school_class is None:
        raise SlipRefused("这名学生现在不在校，不能请假，没有保存。休学、转学的，请看学籍变动。")
    if first_attended > span[0]:
        raise SlipRefused(f"这名学生{cdate(first_attended)}才到校，不能请更早的假，没有保存。")
    if not Enrolment.objects.attending().on(span[1]).filter(student=student).exists():
        raise SlipRefused("请假的最后几天这名学生已不在校，没有保存。请核对日期和学籍变动。")
    return school_class


def _refuse_impossible(student: Student, span, school_class: SchoolClass) -> None:
    if (span[1] - span[0]).days >= LONGEST:
        raise SlipRefused(f"一份请假条最长{LONGEST}天，没有保存。病得更久的，请办理休学。")
    days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    if not days.between(*span):
        raise SlipRefused("这几天本班都不上课，不用请假。没有保存，请核对日期。")
    _refuse_overlap(student, span)


def _refuse_overlap(student: Student, span, *, without: LeaveSlip | None = None) -> None:
    others = {(other.first_day, other.last_day): other for other in asked_for(student, without=without)}
    for met in overlapping(span, others):
        other = others[met]
        what = (
            f"{span_words(met)}的{other.get_kind_display()}（{'待批' if isinstance(other, LeaveSlip) else '已批准'}）"
        )
        raise SlipRefused(f"和{what}有重叠，没有保存。请改日期，或先撤回、提前结束那一份。")


def _approve(slip: LeaveSlip, by, note: str, today: date) -> Done:
    kind, span = MarkKind(slip.kind), (slip.first_day, slip.last_day)
    slip.leave = leave.grant(by=by, student=slip.student, first_day=span[0], last_day=span[1], kind=kind)
    done = _decide(slip, by, Decision.APPROVED, note)
    words = f"{span_words(span)}已请{kind.label}"
    return Done(done.slip, facts_changed(students={slip.student_id}, today=today, reason=words))


def refuse_strangers(scope: Scope, school_class: SchoolClass, *, decides: bool = False) -> None:
    """Raise ``NotYourSlip`` for whoever does not answer for the child's class, or may not decide for its school."""
    if not scope.may_answer_for(school_class):
        raise NotYourSlip("请假由孩子现在班级的班主任或本校办理，你可以查看。没有保存。")
    if decides and not may_decide(scope, school_class):
        raise NotYourSlip("超过天数的请假由本校学籍管理员、校长或分管领导批准。没有保存。")


def _locked(slip: LeaveSlip, scope: Scope, *, decides: bool = False) -> LeaveSlip:
    lock_child(slip.student)
    row = slips_seen_by(scope).get(pk=slip.pk)
    refuse_strangers(scope, row.student.line.school_class, decides=decides)
    return row


def _refuse_decided(row: LeaveSlip) -> None:
    if row.decision:
        raise SlipRefused(f"{row.decided_by.name}刚才已办理：{row.get_decision_display()}。你这次没有保存。")


def _decide(row: LeaveSlip, by, decision, note: str) -> Done:
    if row.decision == decision and row.decided_by_id == by.pk:
        return Done(row)  # a second press
    _refuse_decided(row)
    row.decision, row.decision_note = decision, note
    row.decided_at, row.decided_by = timezone.now(), by
    row.save()
    audit.record(by=by, action=f"leave_slip.{decision}", subject=row, student=row.student_id)
    return Done(row)
