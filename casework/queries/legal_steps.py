"""依法措施 as they are read: for whom the reader acts, and the steps of a case."""

from casework.document_kinds import DocumentKind
from casework.handing_off import Side
from casework.legal import Authority, LegalKind
from casework.models import Case, Document, LegalStep
from casework.queries.hand_offs import sides_of
from students.access import Scope
from students.models import RegistryLine
from students.templatetags.chinese import cdate

PAPERS = {LegalKind.URGING_NOTICE: DocumentKind.URGING_NOTICE, LegalKind.ORDER: DocumentKind.ORDER}
ACTS_FOR = {Side.SCHOOL: Authority.SCHOOL, Side.TOWNSHIP: Authority.TOWNSHIP, Side.BUREAU: Authority.BUREAU}


def authorities_of(scope: Scope, line: RegistryLine) -> frozenset[Authority]:
    """For whom the reader may enter steps about a child whose registry line is ``line``; the 班主任 for the school."""
    held = {ACTS_FOR[side] for side in sides_of(scope, line)}
    if line.school_class_id in scope.homeroom:
        held.add(Authority.SCHOOL)
    return frozenset(held)


def steps_of(case: Case) -> list[LegalStep]:
    """The steps of a case, the oldest first; the cancelled ones too. One query."""
    rows = LegalStep.objects.filter(case=case).select_related("recorded_by", "cancelled_by", "document")
    return list(rows.order_by("day", "pk"))


def papers_of(case: Case) -> list[Document]:
    """The letters and orders issued about the child, which a step may name; the newest first."""
    rows = Document.objects.standing().filter(
        student=case.student_id, kind__in=PAPERS.values(), issued_at__isnull=False
    )
    return list(rows.order_by("-issued_at", "-pk"))


def entries(steps: list[LegalStep]) -> list[dict]:
    """Steps as entries of a timeline, the newest first."""
    return [
        {
            "when": cdate(step.day),
            "title": _title(step),
            "text": "；".join(filter(None, [*_told(step), LegalKind(step.kind).basis])),
            "by": f"{step.recorded_by.name}登记",
        }
        for step in reversed(steps)
    ]


def _title(step: LegalStep) -> str:
    done = f"{step.get_authority_display()}{step.get_kind_display()}"
    return f"{done}（已撤销）" if step.cancelled_at else done


def _told(step: LegalStep) -> list[str]:
    return [step.document.reference if step.document else step.reference, _deadline(step), step.outcome]


def _deadline(step: LegalStep) -> str:
    return f"期限{cdate(step.deadline)}" if step.deadline else ""
