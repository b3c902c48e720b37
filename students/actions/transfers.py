"""转学: a transfer is offered by the old school and answered by the new one; out of the county a paper answers it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from students.actions import audit, certificates
from students.actions.enrolment import record_event
from students.actions.followup import facts_changed
from students.actions.locks import lock_child
from students.actions.offers import answer_offer
from students.enrolment import EventKind
from students.models import Certificate, EnrolmentEvent, School, SchoolClass, Student, Transfer
from students.queries.changes import LAST_GRADE, class_of
from students.queries.policy import policy_of

LAST_PRIMARY_GRADE = LAST_GRADE[SchoolClass.Stage.PRIMARY]  # 六年级, of which the county's parameter speaks


class TransferRefused(Exception):
    """A step of a transfer that cannot be taken; the message is a Chinese sentence."""


@transaction.atomic
def send_out(
    *,
    by,
    student: Student,
    happened_on: date,
    to_school: School | None = None,
    to_place: str = "",
    note: str = "",
    paper: Mapping[str, object] | None = None,
    submission: UUID | None = None,
    seen: int | None = None,
    today: date,
) -> Transfer:
    """Record 转出 and offer the child to ``to_school``, or say to which place outside the county it goes."""
    left = class_of(student)
    refuse_grade_six(left, happened_on)
    if to_school and to_school.pk == left.school_id:
        raise TransferRefused("转入学校就是本校，没有保存。校内换班请登记“转班”。")
    event = record_event(
        by=by,
        student=student,
        kind=EventKind.TRANSFER_OUT,
        happened_on=happened_on,
        note=note,
        paper=paper,
        submission=submission,
        seen=seen,
        today=today,
    )
    if sent := Transfer.objects.filter(out_event=event).order_by("pk").first():
        return sent
    return _offer(by=by, event=event, from_school=left.school, to_school=to_school, to_place=to_place)


@transaction.atomic
def offer_again(
    *, by, event: EnrolmentEvent, to_school: School | None = None, to_place: str = "", today: date
) -> Transfer:
    """Offer a child whose transfer was refused or taken back to another school, or say where it went instead."""
    lock_child(event.student)
    event = _standing_out(event)
    if open_one := Transfer.objects.filter(student=event.student, answer="").select_related("to_school").first():
        raise TransferRefused(f"已发给{open_one.to_school or open_one.to_place}，还在等答复，没有再发。")
    left = class_of(event.student)
    if to_school and to_school.pk == left.school_id:
        raise TransferRefused("转入学校就是本校，没有保存。孩子没有走的，请作废这次转出。")
    return _offer(by=by, event=event, from_school=left.school, to_school=to_school, to_place=to_place)


@transaction.atomic
def accept(*, by, transfer: Transfer, school_class: SchoolClass, happened_on: date, today: date) -> EnrolmentEvent:
    """The new school takes the child into ``school_class`` on ``happened_on``: it is registered there from then on."""
    transfer = _locked_open(transfer, school_class)
    if school_class.school_id != transfer.to_school_id:
        raise TransferRefused("所选班级不是接收学校的，没有接收。请重新选择班级。")
    if happened_on < transfer.out_event.happened_on:
        raise TransferRefused("转入日期早于转出日期，没有接收。请改成转出当天或以后的日子。")
    refuse_grade_six(school_class, happened_on)
    return record_event(  # which settles the offer: this is the school that it was made to
        by=by,
        student=transfer.student,
        kind=EventKind.TRANSFER_IN,
        happened_on=happened_on,
        school_class=school_class,
        note=f"由{transfer.from_school}转入",
        today=today,
    )


@transaction.atomic
def refuse(*, by, transfer: Transfer, reason: str, today: date) -> None:
    """The new school does not take the child; the old one has to find out where it is."""
    transfer = _locked_open(transfer)
    answer_offer(transfer, by, Transfer.Answer.REFUSED, note=reason)


@transaction.atomic
def withdraw(*, by, transfer: Transfer, today: date) -> None:
    """The old school takes its offer back before it is answered, to offer the child elsewhere."""
    transfer = _locked_open(transfer)
    answer_offer(transfer, by, Transfer.Answer.WITHDRAWN)


@transaction.atomic
def confirm_by_letter(*, by, transfer: Transfer, paper: Mapping[str, object], today: date) -> None:
    """接收函: the letter of a school outside the county proves that it has taken the child."""
    transfer = _locked_open(transfer)
    event = transfer.out_event
    standing = Certificate.objects.filter(event=event, sha256=paper["sha256"], cancelled_at=None)
    if not standing.update(kind=Certificate.Kind.RECEPTION):
        certificates.keep(by=by, event=event, kind=Certificate.Kind.RECEPTION, paper=paper, today=today)
    _confirm(event, today)
    answer_offer(transfer, by, Transfer.Answer.LETTER)
    facts_changed(students={transfer.student_id}, today=today, reason="上传接收函")


@transaction.atomic
def confirm_by_registration(*, by, transfer: Transfer, day: date, note: str, today: date) -> None:
    """全国系统办结: the national system shows the transfer as done on ``day``."""
    transfer = _locked_open(transfer)
    if day < transfer.out_event.happened_on:
        raise TransferRefused("办结日期早于转出日期，没有保存。请核对全国系统里的日期。")
    _confirm(transfer.out_event, day)
    answer_offer(transfer, by, Transfer.Answer.REGISTERED, note=note)


def refuse_grade_six(school_class: SchoolClass, day: date) -> None:
    """六年级 does not transfer where the county forbids it."""
    if school_class.grade_on(day) == LAST_PRIMARY_GRADE and not policy_of(day).grade_six_may_transfer:
        raise TransferRefused("本县规定六年级不办转学，没有保存。确有特殊情况的，请与县教育局联系。")


def _offer(*, by, event, from_school, to_school, to_place) -> Transfer:
    made = Transfer.objects.create(
        student=event.student,
        out_event=event,
        from_school=from_school,
        to_school=to_school,
        to_place=to_place,
        offered_at=timezone.now(),
        offered_by=by,
    )
    audit.record(by=by, action="transfer.offer", subject=made, event=event.pk)
    return made


def _standing_out(event: EnrolmentEvent) -> EnrolmentEvent:
    """The 转出 as it stands now, unless it has been confirmed or taken back, or the child has come back since."""
    standing = EnrolmentEvent.objects.effective().filter(student=event.student_id)
    last = standing.order_by("happened_on", "order").select_related("student").last()
    if last is None or last.pk != event.pk or last.kind != EventKind.TRANSFER_OUT:
        raise TransferRefused("这次转出刚才已被更正、作废，或者孩子已有新的变动，没有保存。请刷新页面。")
    if last.confirmed_on:
        raise TransferRefused("这次转出已经确认接收，不用再发。")
    return last


def _locked_open(transfer: Transfer, *joined: SchoolClass) -> Transfer:
    """The transfer as it stands now, once nobody else can answer it; refused where somebody has."""
    lock_child(transfer.student, *joined)
    rows = Transfer.objects.select_for_update(of=("self",))
    row = rows.select_related("student", "from_school", "to_school", "out_event", "answered_by").get(pk=transfer.pk)
    if row.answer:
        who = row.answered_by.name if row.answered_by else "导入的工作簿"
        raise TransferRefused(f"{who}刚才已答复“{row.get_answer_display()}”，你这次没有保存。")
    return row


def _confirm(event: EnrolmentEvent, day: date) -> None:
    event.confirmed_on = day
    event.save(update_fields=["confirmed_on"])
