"""证明材料: papers that prove a change, handed in and taken back."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from students.actions import audit
from students.actions.followup import facts_changed
from students.actions.locks import lock_children
from students.models import Certificate, EnrolmentEvent, Student

Kind = Certificate.Kind


class CertificateRefused(Exception):
    """A paper that cannot be handed in or taken back; the message is a Chinese sentence."""


@transaction.atomic
def hand_in(
    *, by, event: EnrolmentEvent, kind: Certificate.Kind, paper: Mapping[str, object], today: date
) -> Certificate:
    """Keep a paper that proves ``event``; the same paper sent twice is one. Raises ``CertificateRefused``.

    ``paper``: the columns that ``students.actions.files.take_in`` made of the uploaded file.
    """
    lock_children([event.student_id])
    if not EnrolmentEvent.objects.effective().filter(pk=event.pk).exists():
        raise CertificateRefused("这项变动刚才已被更正或作废，材料没有保存。请刷新页面后再传。")
    if standing := Certificate.objects.filter(event=event, sha256=paper["sha256"], cancelled_at=None).first():
        return standing
    made = keep(by=by, event=event, kind=kind, paper=paper, today=today)
    facts_changed(students={event.student_id}, today=today, reason="上传证明材料")
    return made


def keep(*, by, event: EnrolmentEvent, kind: Certificate.Kind, paper: Mapping[str, object], today: date) -> Certificate:
    """The row of a paper, inside the transaction of the act that it belongs to, which tells who follows the facts."""
    made = Certificate.objects.create(
        student_id=event.student_id,
        event=event,
        kind=kind,
        handed_in_on=today,
        uploaded_at=timezone.now(),
        uploaded_by=by,
        **paper,
    )
    audit.record(by=by, action="certificate.hand_in", subject=made, event=event.pk, bytes=made.size)
    return made


def keep_for_child(
    *, by, student: Student, paper: Mapping[str, object], kind: Certificate.Kind = Kind.CHANGE, today: date
) -> Certificate:
    """A paper that hangs on no event: what proves a change that has not been recorded yet, the certificate that a
    suspension is asked for with, or a slip 请假条. The same file can be a paper of more than one kind."""
    same = {"student": student, "event": None, "kind": kind, "sha256": paper["sha256"]}
    standing = Certificate.objects.filter(cancelled_at=None, **same)
    if found := standing.first():
        return found
    made = Certificate.objects.create(
        student=student, kind=kind, handed_in_on=today, uploaded_at=timezone.now(), uploaded_by=by, **paper
    )
    audit.record(by=by, action="certificate.hand_in", subject=made, bytes=made.size)
    return made


def hang_on(*, event: EnrolmentEvent, since: datetime) -> None:
    """What was handed in for the change before it was recorded, ``since`` it was asked for, proves it from now on."""
    waiting = Certificate.objects.filter(student=event.student_id, event=None, kind=Kind.CHANGE, cancelled_at=None)
    waiting.filter(uploaded_at__gte=since).update(event=event)


@transaction.atomic
def take_back(*, by, certificate: Certificate, today: date) -> None:
    """Take one's own paper back on the day it was handed in; the row stays and says so."""
    lock_children([certificate.student_id])
    row = Certificate.objects.select_related("event").get(pk=certificate.pk)
    if row.cancelled_at:
        return  # a second press
    if row.uploaded_by_id != by.pk or row.handed_in_on != today:
        raise CertificateRefused("证明材料只有上传人当天可以撤回，没有撤回。")
    if row.kind == Kind.RECEPTION:
        raise CertificateRefused("这份接收函已确认转学，不能撤回。传错了的，请在转出的变动上补传正确的材料。")
    row.cancelled_at, row.cancelled_by = timezone.now(), by
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    audit.record(by=by, action="certificate.take_back", subject=row)
    facts_changed(students={row.student_id}, today=today, reason="撤回证明材料")
