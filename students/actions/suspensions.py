"""休学: asked for by the school, approved by the bureau or the township, prolonged, taken back (义务教育法 11)."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from students.actions import audit, certificates
from students.actions.enrolment import record_event
from students.actions.followup import facts_changed
from students.actions.locks import lock_child
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Student, Suspension
from students.queries.policy import policy_of
from students.queries.suspensions import latest_end, standing_suspend
from students.templatetags.chinese import cdate


class SuspensionRefused(Exception):
    """A step of a suspension that cannot be taken; the message is a Chinese sentence."""


@transaction.atomic
def ask(
    *,
    by,
    student: Student,
    ground: Suspension.Ground,
    reason: str,
    starts_on: date,
    ends_on: date,
    paper: Mapping[str, object] | None = None,
    today: date,
) -> Suspension:
    """Ask for a suspension from ``starts_on`` through ``ends_on``; for a child who is suspended, for a longer one.

    ``paper``: the hospital's certificate; it goes with the event once there is one, and with the child until then.
    """
    lock_child(student)
    if waiting := Suspension.objects.filter(student=student, decision="").first():
        asked = (waiting.ground, waiting.starts_on, waiting.ends_on, waiting.requested_by_id)
        if asked == (ground, starts_on, ends_on, by.pk):
            return waiting  # a second press
        raise SuspensionRefused(f"已有一份{cdate(waiting.requested_at)}提出的休学申请在等审批，没有再提交。")
    event = standing_suspend(student)
    before = latest_end(event) if event else None
    if event and before is None:
        raise SuspensionRefused("这次休学还没有登记期满日期，没有提交。请先补登期满日期，再申请延期。")
    if event and starts_on != before + timedelta(days=1):
        raise SuspensionRefused(f"延期要从原期满的次日（{cdate(before + timedelta(days=1))}）算起，没有提交。")
    if not event and starts_on < (last := _last_day(student)):
        raise SuspensionRefused(f"休学开始日期早于上一项变动（{cdate(last)}），没有提交。请核对日期。")
    refuse_too_long(starts_on, ends_on)
    made = Suspension.objects.create(
        student=student,
        ground=ground,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        prolongs=event and event.suspensions.order_by("ends_on").last(),
        requested_at=timezone.now(),
        requested_by=by,
    )
    if paper:
        certificates.keep_for_child(by=by, student=student, paper=paper, today=today)
    audit.record(by=by, action="suspension.ask", subject=made, student=student.pk)
    return made


@transaction.atomic
def approve(*, by, suspension: Suspension, paper_number: str, note: str = "", today: date) -> Suspension:
    """Approve it: the event is recorded for the day it starts on, or the suspension that stands lasts longer."""
    row = _locked_waiting(suspension)
    event = standing_suspend(row.student)
    if row.prolongs_id and (event is None or row.prolongs.event_id != event.pk):
        raise SuspensionRefused("这名学生已不在原来的休学中，延期没有批准。请让学校撤回申请。")
    if event is None:
        event = record_event(
            by=by,
            student=row.student,
            kind=EventKind.SUSPEND,
            happened_on=_first_possible(row),
            note=f"{row.get_ground_display()}，批准文号{paper_number}",
            today=today,
        )
        certificates.hang_on(event=event, since=row.requested_at)
    _decide(row, by, Suspension.Decision.APPROVED, note=note, paper_number=paper_number, event=event)
    facts_changed(students={row.student_id}, today=today, reason="批准休学")
    return row


@transaction.atomic
def refuse(*, by, suspension: Suspension, reason: str, today: date) -> None:
    """Refuse it, with the reason that the school reads."""
    _decide(_locked_waiting(suspension), by, Suspension.Decision.REFUSED, note=reason)


@transaction.atomic
def withdraw(*, by, suspension: Suspension, today: date) -> None:
    """The school takes its request back before it is decided."""
    _decide(_locked_waiting(suspension), by, Suspension.Decision.WITHDRAWN)


@transaction.atomic
def enter_end(
    *, by, event: EnrolmentEvent, ground: Suspension.Ground, ends_on: date, paper_number: str, today: date
) -> Suspension:
    """Enter until when a suspension that came with a workbook was approved; those count as approved already."""
    lock_child(event.student)
    standing = standing_suspend(event.student)
    if standing is None or standing.pk != event.pk:
        raise SuspensionRefused("这名学生已不在这次休学中，没有保存。")
    if end := latest_end(event):
        raise SuspensionRefused(f"期满日期刚才已登记为{cdate(end)}，你这次没有保存。")
    if ends_on < event.happened_on:
        raise SuspensionRefused("期满日期早于休学开始日期，没有保存。")
    refuse_too_long(event.happened_on, ends_on)
    row = Suspension(
        student=event.student,
        ground=ground,
        reason="随工作簿导入的休学",
        starts_on=event.happened_on,
        ends_on=ends_on,
        requested_at=timezone.now(),
        requested_by=by,
    )
    _decide(row, by, Suspension.Decision.APPROVED, note="补登期满日期", paper_number=paper_number, event=event)
    facts_changed(students={event.student_id}, today=today, reason="补登休学期满日期")
    return row


def refuse_too_long(starts_on: date, ends_on: date) -> None:
    """One approval lasts no longer than the county's parameter says; a longer illness is approved again."""
    months = policy_of(starts_on).suspension_months
    if ends_on >= _months_later(starts_on, months):
        raise SuspensionRefused(f"一次休学最长{months}个月，没有提交。还没好的，期满前再申请延期。")


def _months_later(day: date, months: int) -> date:
    """The same day of the month, ``months`` later; the first of the next where that month has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return _months_later(day.replace(day=1), months + 1)


def _first_possible(row: Suspension) -> date:
    """The day it starts on, or that of the last event where this came later."""
    return max(row.starts_on, _last_day(row.student))


def _last_day(student: Student) -> date:
    """The day of a child's last event; who has none has no day before which nothing can begin."""
    days = EnrolmentEvent.objects.effective().filter(student=student).values_list("happened_on", flat=True)
    return max(days, default=date.min)


def _locked_waiting(suspension: Suspension) -> Suspension:
    lock_child(suspension.student)
    rows = Suspension.objects.select_related("student", "prolongs", "decided_by")
    row = rows.get(pk=suspension.pk)
    if row.decision:
        raise SuspensionRefused(f"{row.decided_by.name}刚才已办理：{row.get_decision_display()}。你这次没有保存。")
    return row


def _decide(row: Suspension, by, decision, *, note: str = "", paper_number: str = "", event=None) -> None:
    row.decision, row.decision_note, row.paper_number, row.event = decision, note, paper_number, event
    row.decided_at, row.decided_by = timezone.now(), by
    row.save()
    audit.record(by=by, action=f"suspension.{decision}", subject=row, student=row.student_id)
