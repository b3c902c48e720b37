"""下一步 of a case: done by a contact that is recorded, owed again when that is taken back, planned anew when what was
waited for is off (domain.md §5)."""

from datetime import date

from casework.actions.case_notes import PLANNED, keep_note
from casework.awaited import limit_of
from casework.case_engine import Planner, replan
from casework.contacts import UNMET, ContactOutcome
from casework.models import Case, CaseEvent, Contact, Document, LetterDelivery, TripChild
from casework.queries.contacts import line_of
from casework.steps import DONE_BY, CaseStep
from students.actions.locks import lock_children


def note_done(contact: Contact, *, by, today: date) -> None:
    """Where ``contact`` is what the child's case asks for next, plan what comes after it.

    A visit that met nobody is kept as 未遇 and does nothing, except that a trip is over with it.
    """
    able = [step for step, methods in DONE_BY.items() if contact.method in methods]
    waiting = Case.objects.open().filter(student=contact.student_id, plan_step__in=able)
    if not waiting.exists():
        return
    lock_children([contact.student_id])
    case = waiting.first()
    if case is None or contact.day < _counts_from(case):
        return
    action, note = "step_done", ""
    if contact.outcome in UNMET:
        action, note = "unmet", ContactOutcome(contact.outcome).short
        if not _is_trip(case, contact):
            keep_note(case, action, by=by, day=today, note=note, contact=contact.pk)
            return
        action = "trip_unmet"
    planned = {"step": case.plan_step, "on": case.plan_on.isoformat(), "plan_note": case.plan_note}
    event = replan(
        case, by=by, day=today, line=line_of(contact.student), planner=Planner(today), action=action, note=note,
        told=contact, contact=contact.pk, **planned,
    )  # fmt: skip
    case.save()
    event.save()


def take_back(contact: Contact, *, by, today: date) -> None:
    """Where nothing else has been planned since, what ``contact`` had done is next again, by the day that it was.

    The child is locked.
    """
    case = Case.objects.open().filter(student=contact.student_id).first()
    last = case and _planning(case)
    if case and CaseEvent.objects.filter(case=case, action="unmet", details__contact=contact.pk).exists():
        keep_note(case, "unmet_off", by=by, day=today, contact=contact.pk)
        return
    if not last or last.action not in ("step_done", "trip_unmet") or last.details["contact"] != contact.pk:
        return
    case.plan_step, case.plan_note = last.details["step"], last.details["plan_note"]
    case.plan_on = date.fromisoformat(last.details["on"])
    keep_note(
        case, "step_off", changed=PLANNED, by=by, day=today, step=case.plan_step, on=last.details["on"],
        contact=contact.pk,
    )  # fmt: skip


def limit_off(document: Document, *, by, today: date) -> None:
    """Where the child's case waits for the limit of a letter that has just been voided, plan it anew."""
    delivery = LetterDelivery.objects.filter(document=document).select_related("document").first()
    if delivery is None:
        return
    lock_children([document.student_id])
    case = Case.objects.open().filter(student=document.student_id, plan_step=CaseStep.FOLLOW_UP).first()
    if case is None or case.plan_note != limit_of(delivery, today).note:
        return
    event = replan(
        case, by=by, day=today, line=line_of(document.student), planner=Planner(today), action="letter_off",
        note=f"{document}已作废"[:200],
    )  # fmt: skip
    case.save()
    event.save()


def _is_trip(case: Case, contact: Contact) -> bool:
    """Whether the case was waiting for the trip of the day on which the contact was made."""
    trips = TripChild.objects.filter(case=case, trip__day=contact.day, trip__cancelled_at=None)
    return case.plan_step == CaseStep.JOINT_PERSUADE and trips.exists()


def _counts_from(case: Case) -> date:
    """The day from which a contact can be what is planned: that on which it was planned.

    A 回访 that somebody has set, or that stands at the end of a letter's limit, waits for its day.
    """
    last = _planning(case)
    if last is None:
        return case.since
    is_set = last.action == "plan" or case.plan_note
    return case.plan_on if is_set and case.plan_step == CaseStep.FOLLOW_UP else last.day


def _planning(case: Case) -> CaseEvent | None:
    """What has planned the case's next step."""
    return CaseEvent.objects.filter(case=case).planning().order_by("pk").last()
