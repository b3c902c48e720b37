"""县教育局的个案办理: what waits to be confirmed as 辍学, as 复学, to be closed, to be approved."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from casework.closing import ClosingState
from casework.models import Case, Closing
from casework.queries.case_facts import present_days_of
from casework.stages import CaseOutcome, CaseStage
from students.access import Scope
from students.enrolment import Standing
from students.models import Certificate, RegistryLine
from students.queries.policy import policy_of

CONFIRM, RETURN, CLOSE, APPROVE = "confirm", "return", "close", "approve"
BOXES = {CONFIRM: "待认定", RETURN: "待核实复学", CLOSE: "待销号", APPROVE: "待审批"}
OUT = (Standing.SUSPENDED, Standing.GONE, Standing.DECEASED, Standing.GRADUATED)


def boxes(scope: Scope) -> dict[str, object]:
    """Box → its cases, what came first standing first."""
    proposed = Closing.objects.filter(case=OuterRef("pk"), state=ClosingState.PROPOSED)
    papers = Certificate.objects.filter(
        student=OuterRef("student"), kind=Certificate.Kind.CASE, handed_in_on__gte=OuterRef("since"), cancelled_at=None
    )
    lost = Case.objects.visible_to(scope.without_lessons).open().filter(was_lost=True)
    lost = lost.select_related("student__line__school_class__school", "return_confirmed_by")
    lost = lost.annotate(has_paper=Exists(papers), is_proposed=Exists(proposed)).order_by("since", "pk")
    back, out = Q(stage=CaseStage.RETURNED), Q(student__line__standing__in=OUT)
    confirmed = Q(return_confirmed_at__isnull=False)
    # A proposal of a return of which a relapse has made nothing keeps no case from being worked on.
    holding = proposed.exclude(outcome=CaseOutcome.RETURNED)
    away = lost.exclude(Exists(holding)).exclude(out)
    return {
        CONFIRM: away.filter(stage=CaseStage.REPORTED_LOST),
        RETURN: away.filter(back & ~confirmed),
        CLOSE: lost.filter((back & confirmed) | out, is_proposed=False),
        APPROVE: lost.filter(is_proposed=True),
    }


def to_approve(scope: Scope, today: date) -> int:
    """How many 销号 that were proposed wait for the reader to approve; one's own wait for somebody else."""
    if not scope.is_bureau:
        return 0
    proposers = list(
        Closing.objects.filter(state=ClosingState.PROPOSED).order_by().values_list("proposed_by", flat=True)
    )
    own = proposers.count(scope.person)
    return len(proposers) - (own if own and policy_of(today).close_needs_two else 0)


def proposed(case: Case) -> Closing | None:
    """The 销号 of the case that waits to be approved."""
    return Closing.objects.filter(case=case, state=ClosingState.PROPOSED).select_related("proposed_by").first()


@dataclass(frozen=True)
class DeskLine:
    """A case on the desk. ``present``: 到校6个上课日，满10个可以确认, where it has come back; ``closing``: proposed."""

    case: Case
    present: str
    is_ready: bool
    closing: Closing | None

    @property
    def line(self) -> RegistryLine:
        return self.case.student.line


def lines_of(cases: list[Case], today: date) -> list[DeskLine]:
    """The cases of a page; a constant number of queries, whatever their number."""
    needed = policy_of(today).return_days
    present = present_days_of([case for case in cases if case.stage == CaseStage.RETURNED], today)
    closings = {
        row.case_id: row
        for row in Closing.objects.filter(case__in=cases, state="proposed").select_related("proposed_by")
    }
    return [
        DeskLine(
            case,
            f"返校后到校{present[case.pk]}个上课日，满{needed}个可以确认" if case.pk in present else "",
            present.get(case.pk, 0) >= needed,
            closings.get(case.pk),
        )
        for case in cases
    ]
