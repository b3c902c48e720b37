"""依法措施 of a case: entered with their day and deadline, what came of them, cancelled where entered wrongly."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from casework.actions.case_notes import keep_note
from casework.legal import Authority, LegalKind, legal_refusal
from casework.models import Case, Document, LegalStep
from casework.queries.legal_steps import PAPERS, authorities_of
from students.access import Scope
from students.actions import audit
from students.actions.locks import lock_children
from students.models import RegistryLine


class LegalStepRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourLegalStep(LegalStepRefused):
    """The person sees the case and takes no such step."""


@transaction.atomic
def enter(
    *, by, scope: Scope, case: Case, kind: LegalKind, authority: Authority, day: date, deadline: date | None,
    document: Document | None = None, reference: str = "", outcome: str = "", today: date,
) -> LegalStep:  # fmt: skip
    """Enter that ``authority`` took a step on ``day``. The same step of a day is one. Raises ``LegalStepRefused``."""
    line = _locked_line(case)
    held = authorities_of(scope, line)
    if not held:
        raise NotYourLegalStep("依法措施由学校、乡镇和县教育局登记，没有保存。")
    case = Case.objects.get(pk=case.pk)
    days = {"day": day, "deadline": deadline, "opened": min(case.opened_on, case.since), "today": today}
    if reason := legal_refusal(kind, authority, held=held, **days):
        raise LegalStepRefused(f"{reason}。没有保存。")
    if not case.is_open:
        raise LegalStepRefused("这个个案已销号，没有保存。要补记，请先重新打开。")
    if document and (document.student_id != case.student_id or document.kind != PAPERS.get(kind)):
        raise LegalStepRefused("这份文书不是这名学生的这项措施，没有保存。请重新选择文书。")
    told = {"document": document, "deadline": deadline, "reference": reference, "outcome": outcome}
    row, is_new = LegalStep.objects.get_or_create(
        case=case, kind=kind, authority=authority, day=day, cancelled_at=None,
        defaults={"recorded_at": timezone.now(), "recorded_by": by, **told},
    )  # fmt: skip
    if is_new:
        keep_note(case, "legal", by=by, day=day, note=f"{authority.label}{kind.label}", legal_step=row.pk)
        audit.record(by=by, action="legal_step.enter", subject=row, student=case.student_id)
    elif any(getattr(row, name) != value for name, value in told.items()):
        raise LegalStepRefused(f"这一天已登记过{kind.label}，没有再保存。要改，请先撤销那一条。")
    return row


@transaction.atomic
def cancel(*, by, scope: Scope, step: LegalStep, today: date) -> LegalStep:
    """Take back a step that was entered wrongly; whoever entered it or the bureau. A second press is harmless."""
    line = _locked_line(step.case)
    row = LegalStep.objects.select_related("case").get(pk=step.pk)
    if not authorities_of(scope, line) or not (row.recorded_by_id == by.pk or scope.is_bureau):
        raise NotYourLegalStep("登记错的措施由登记人或县教育局撤销，没有撤销。")
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_by = timezone.now(), by
        row.save(update_fields=["cancelled_at", "cancelled_by"])
        keep_note(row.case, "legal_off", by=by, day=today, note=row.get_kind_display(), legal_step=row.pk)
        audit.record(by=by, action="legal_step.cancel", subject=row, student=row.case.student_id)
    return row


def _locked_line(case: Case) -> RegistryLine:
    lock_children([case.student_id])
    return RegistryLine.objects.select_related("school_class__school").get(pk=case.student_id)
