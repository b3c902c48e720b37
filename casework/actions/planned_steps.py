"""下一步 of a case, done by a contact that is recorded; owed again when the contact is taken back (domain.md §5)."""

from datetime import date

from casework.actions.case_notes import PLANNED, keep_note
from casework.case_engine import Planner, replan
from casework.models import Case, CaseEvent, Contact
from casework.queries.contacts import line_of
from casework.steps import DONE_BY, CaseStep
from students.actions.locks import lock_children


def note_done(contact: Contact, *, by, today: date) -> None:
    """Where ``contact`` is what the child's case asks for next, plan what its stage asks for after it."""
    able = [step for step, methods in DONE_BY.items() if contact.method in methods]
    waiting = Case.objects.open().filter(student=contact.student_id, plan_step__in=able)
    if not waiting.exists():
        return
    lock_children([contact.student_id])
    case = waiting.first()
    if case is None or contact.day < _counts_from(case):
        return
    planned = {"step": case.plan_step, "on": case.plan_on.isoformat(), "plan_note": case.plan_note}
    event = replan(
        case, by=by, day=today, line=line_of(contact.student), planner=Planner(today), action="step_done",
        contact=contact.pk, **planned,
    )  # fmt: skip
    case.save()
    event.save()


def take_back(contact: Contact, *, by, today: date) -> None:
    """Where nothing else has been planned since, what ``contact`` had done is next again, by the day that it was.

    The child is locked.
    """
    case = Case.objects.open().filter(student=contact.student_id).first()
    last = case and _planning(case)
    if not last or last.action != "step_done" or last.details["contact"] != contact.pk:
        return
    case.plan_step, case.plan_note = last.details["step"], last.details["plan_note"]
    case.plan_on = date.fromisoformat(last.details["on"])
    keep_note(
        case, "step_off", changed=PLANNED, by=by, day=today, step=case.plan_step, on=last.details["on"],
        contact=contact.pk,
    )  # fmt: skip


def _counts_from(case: Case) -> date:
    """The day from which a contact can be what is planned: that on which it was planned.

    A 回访 that somebody has set, after a letter's limit for instance, waits for its day.
    """
    last = _planning(case)
    if last is None:
        return case.since
    return case.plan_on if last.action == "plan" and case.plan_step == CaseStep.FOLLOW_UP else last.day


def _planning(case: Case) -> CaseEvent | None:
    """What has planned the case's next step."""
    return CaseEvent.objects.filter(case=case).planning().order_by("pk").last()
