"""签字件 and 送达: the signed paper is kept beside the document, and a letter's delivery sets its limit."""

from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.actions.case_notes import PLANNED, keep_note
from casework.actions.documents import DocumentRefused, locked, note_step, refuse
from casework.awaited import earliest, first_of, limit_of
from casework.case_engine import Planner
from casework.documents import DocumentAction, limit_day
from casework.models import Case, Document, LetterDelivery, SignedCopy
from casework.queries.contacts import line_of
from students.access import Scope
from students.actions import audit
from students.actions.locks import lock_children
from students.actions.repeats import told_otherwise
from students.templatetags.chinese import cdate_short


@transaction.atomic
def attach(*, by, scope: Scope, document: Document, paper: Mapping[str, object], today: date) -> SignedCopy:
    """上传签字件: keep the paper as it was signed; the same one sent twice is one. Raises ``DocumentRefused``.

    ``paper``: the columns that ``students.actions.files.take_in`` made of the uploaded file.
    """
    row = locked(document)
    if kept := SignedCopy.objects.filter(document=row, sha256=paper["sha256"]).first():
        return kept
    refuse(row, DocumentAction.ATTACH, scope, today)
    made = SignedCopy.objects.create(document=row, uploaded_at=timezone.now(), uploaded_by=by, **paper)
    note_step(row, DocumentAction.ATTACH, by, verb="上传签字件")
    audit.record(by=by, action="document.attach", subject=row, copy=made.pk, bytes=made.size)
    return made


@transaction.atomic
def deliver(
    *, by, scope: Scope, document: Document, delivered_on: date, method: LetterDelivery.Method, place: str = "",
    recipient: str = "", witnesses: str = "", note: str = "", today: date,
) -> LetterDelivery:  # fmt: skip
    """登记送达: who received the letter and when. The last day of its limit is what comes next in the child's case,
    unless it waits for a promise, a trip or another limit before.

    Raises ``DocumentRefused``.
    """
    row = locked(document)
    if kept := LetterDelivery.objects.filter(document=row).first():
        told = {
            "delivered_on": delivered_on, "method": method, "place": place, "recipient": recipient,
            "witnesses": witnesses, "note": note,
        }  # fmt: skip
        if kept.recorded_by_id == by.pk and not told_otherwise(kept, told):
            return kept  # a second press
        raise DocumentRefused(f"这份文书已于{cdate_short(kept.delivered_on)}送达，没有再登记。")
    refuse(row, DocumentAction.DELIVER, scope, today)
    _refuse_impossible(row, delivered_on, method, recipient, witnesses, today)
    limit_on = limit_day(delivered_on, int(row.values["limit_days"]))
    try:
        made = LetterDelivery.objects.create(
            document=row, delivered_on=delivered_on, method=method, place=place, recipient=recipient,
            witnesses=witnesses, note=note, limit_on=limit_on, recorded_at=timezone.now(), recorded_by=by,
        )  # fmt: skip
    except IntegrityError:
        raise DocumentRefused("送达的内容互相矛盾，没有登记。请核对后再提交。") from None
    note_step(row, DocumentAction.DELIVER, by, verb=f"{made.get_method_display()}，{cdate_short(limit_on)}到期")
    audit.record(by=by, action="document.deliver", subject=row, delivery=made.pk, student=row.student_id)
    _plan_limit(made, by=by, today=today)
    return made


def _plan_limit(delivery: LetterDelivery, *, by, today: date) -> None:
    student = delivery.document.student
    lock_children([student.pk])
    case = Case.objects.open().filter(student=student).first()
    if case is None:
        return
    before = earliest(case, Planner(today).school_days(line_of(student)), today)
    found = first_of(each for each in (before, limit_of(delivery, today)) if each)
    case.plan_step, case.plan_on, case.plan_note = found.step, found.on, found.note
    keep_note(
        case, "plan", changed=PLANNED, by=by, day=today, note=found.note, step=found.step, on=found.on.isoformat()
    )


def _refuse_impossible(row: Document, delivered_on: date, method, recipient: str, witnesses: str, today: date) -> None:
    if delivered_on > today:
        raise DocumentRefused("送达日期还没有到，没有登记。送达以后再登记。")
    if delivered_on < timezone.localdate(row.confirmed_at):
        raise DocumentRefused(f"文书{cdate_short(row.confirmed_at)}才签发，不能更早送达。没有登记，请核对日期。")
    if method == LetterDelivery.Method.LEFT and not witnesses:
        raise DocumentRefused("拒收而留置送达的，要写明见证人。没有登记，请填写后再提交。")
    if method != LetterDelivery.Method.LEFT and not recipient:
        raise DocumentRefused("要写明谁签收的。没有登记，请填写后再提交。")
