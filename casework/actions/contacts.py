"""Recording a contact in full, for one child or for several of a family at once; and taking it back (domain.md §5)."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework import case_engine
from casework.actions import acts, contact_drafts, planned_steps
from casework.actions.case_notes import PLANNED, keep_note
from casework.awaited import earliest
from casework.contacts import Account, ContactOutcome, contradictions
from casework.engine import follow_up
from casework.models import Case, CaseEvent, Contact, TripChild
from casework.queries.contacts import line_of, may_record
from casework.stages import CaseAction
from casework.steps import CaseStep, Concern
from students.access import Scope
from students.actions import audit
from students.actions.locks import lock_children
from students.actions.repeats import told_otherwise
from students.models import RegistryLine, Student
from students.templatetags.chinese import cdate_short, ctime


class ContactRefused(Exception):
    """The contact was not recorded; ``faults`` has a Chinese sentence for each field, "" for the whole."""

    def __init__(self, faults: dict[str, str]):
        super().__init__("；".join(faults.values()))
        self.faults = faults


class ToldAlready(ContactRefused):
    """The form has recorded ``contact`` before, and says otherwise now."""

    def __init__(self, contact: Contact, words: str):
        super().__init__({"": words})
        self.contact = contact


class NotYourContact(ContactRefused):
    """The person sees the child and does not answer for it."""


@transaction.atomic
def record(
    *, by, scope: Scope, student: Student, siblings: Collection[Student] = (), account: Account, submission: UUID,
    trip: TripChild | None = None, today: date,
) -> list[Contact]:  # fmt: skip
    """Record what ``account`` tells: a contact of the child and of each of ``siblings``, the child's first.

    The same ``submission`` sent again is the same telling; with other content it is refused. A promise to come back
    becomes what is next in the child's case, which is opened where none is. ``trip``: the child of a 联合劝返 of which
    this is the result. Raises ``ContactRefused``.
    """
    children = [student, *siblings]
    lock_children([child.pk for child in children])
    if sent := list(Contact.objects.filter(submission=submission, recorded_by=by)):
        sent = sorted(sent, key=lambda contact: contact.student_id != student.pk)
        _refuse_other(sent, children, account)
        return sent
    lines = [line_of(child) for child in children]
    if not all(line and may_record(scope, line) for line in lines):
        raise NotYourContact({"": "联系记录由班主任、包学生的教师、本校、乡镇和县教育局登记，没有保存。"})
    faults = contradictions(account, today=today)
    faults |= {} if faults else _twice(children, account)
    if faults:
        raise ContactRefused(faults)
    made = [_contact(child, account, by, submission) for child in children]
    if trip:  # before the case is planned anew, which no longer waits for this trip
        off = {"left_out_at": None, "left_out_by": None, "left_out_reason": ""}
        TripChild.objects.filter(pk=trip.pk).update(contact=made[0], **off)
    contact_drafts.hand_over(by=by, contact=made[0], submission=submission)
    audit.record(by=by, action="contact.record", subject=made[0], students=[child.pk for child in children])
    for contact, line in zip(made, lines, strict=True):
        if account.outcome is ContactOutcome.PROMISED:
            _promise(contact, line, by=by, today=today)
        else:
            planned_steps.note_done(contact, by=by, today=today)
    follow_up(students=[child.pk for child in children], today=today, reason="登记联系记录")
    return made


@transaction.atomic
def cancel(*, by, contact: Contact, today: date) -> list[Contact]:
    """Take a contact back, with those of the same telling: what they fulfilled is owed again, a promise is off."""
    told = Contact.objects.filter(pk=contact.pk)
    if contact.submission:
        told = Contact.objects.filter(submission=contact.submission, recorded_by=contact.recorded_by_id)
    rows = list(told.order_by("pk"))
    lock_children([row.student_id for row in rows])
    for row in rows:
        acts.cancel(by=by, act=row, today=today)
        if row.promised_on:
            _forget_promise(row, by=by, today=today)
        planned_steps.take_back(row, by=by, today=today)
    return rows


def _refuse_other(sent: Sequence[Contact], children: Collection[Student], account: Account) -> None:
    """A second press tells the same of the same children, and what it told still stands."""
    first = sent[0]
    others = {contact.student_id for contact in sent} ^ {child.pk for child in children}
    when = f"{cdate_short(first.recorded_at)}{ctime(first.recorded_at)}"
    if first.cancelled_at:
        raise ToldAlready(first, f"这张表{when}记下的联系已经撤销，这次没有保存。再点一次保存，会另记一条。")
    if labels := told_otherwise(first, columns_of(account)) + ["同一次联系也谈到了"] * bool(others):
        told = f"{first.get_method_display()}，{first.get_outcome_display()}"
        raise ToldAlready(
            first,
            f"这张表{when}已经记过一条（{told}），这次填的{'、'.join(labels)}和那条不同，没有保存。"
            "是另一次联系的，再点一次保存，会另记一条；那一条记错了的，请先到那条记录里撤销。",
        )


def _twice(children: Collection[Student], account: Account) -> dict[str, str]:
    """Two identical rows are one act: what is told otherwise has to say what was different."""
    same = {"day": account.day, "method": account.method, "result": account.result, "cancelled_at": None}
    standing = Contact.objects.filter(student__in=children, **same).select_related("student").first()
    if standing is None:
        return {}
    words = f"{standing.student.name}这一天已有一条同样的联系记录，没有再保存一条。如果是另一次联系，请在谈话内容里写明"
    return {"talk": words}


def _contact(child: Student, account: Account, by, submission: UUID) -> Contact:
    return Contact.objects.create(
        student=child, **columns_of(account), submission=submission, recorded_at=timezone.now(), recorded_by=by
    )


def columns_of(account: Account) -> dict:
    """What is told, as a contact keeps it."""
    told = {
        name: getattr(account, name)
        for name in (
            "method", "day", "outcome", "talk", "spoke_to", "wish", "reason", "whereabouts", "promised_on", "names",
            "next_note", "result",
        )
    }  # fmt: skip
    return told | {"colleagues": ",".join(account.colleagues), "companions": ",".join(account.companions)}


def _promise(contact: Contact, line: RegistryLine, *, by, today: date) -> None:
    """The day promised is what comes next in the child's case, unless it waits for something else before."""
    planner, student = case_engine.Planner(today), contact.student
    case = Case.objects.open().filter(student=student).first()
    if case is None:
        case = case_engine.case_to_open(student.pk, by=by, day=today)
        case.concern = Concern.PROMISED
        case_engine.move_one(
            case, CaseAction.RAISE_CONCERN, by=by, day=today, line=line, planner=planner, concern=Concern.PROMISED
        )
    found = earliest(case, planner.school_days(line), today, told=contact)
    case.plan_step, case.plan_on, case.plan_note = found.step, found.on, found.note
    keep_note(
        case, "promise", changed=PLANNED, by=by, day=today, note=contact.spoke_to,
        on=contact.promised_on.isoformat(), contact=contact.pk,
    )  # fmt: skip


def _forget_promise(contact: Contact, *, by, today: date) -> None:
    """Where the case still waits for what the contact promised, it goes on with what comes next."""
    case = Case.objects.open().filter(student=contact.student_id, plan_step=CaseStep.PROMISED).first()
    last = case and CaseEvent.objects.filter(case=case, action="promise").order_by("pk").last()
    if last and last.details["contact"] == contact.pk:
        line = line_of(contact.student)
        event = case_engine.replan(
            case, by=by, day=today, line=line, planner=case_engine.Planner(today), action="promise_off"
        )
        case.save()
        event.save()
