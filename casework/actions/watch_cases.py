"""The case of a confirmed 动摇生: opened or noted with it, and ended with it where nothing else keeps it open."""

from datetime import date

from django.db.models import F

from casework import case_engine
from casework.actions.case_notes import keep_note
from casework.causes import Reason
from casework.models import Case, CaseEvent, ConcernReport, Obligation, Watch
from casework.queries.hand_offs import under_way
from casework.stages import CASE_TIERS, CaseAction, CaseOutcome, CaseStage
from casework.steps import CaseStep
from casework.watching import WatchKind, concern_of
from students.enrolment import Standing
from students.models import RegistryLine


def enter(watch: Watch, line: RegistryLine, *, by, today: date, note: str, step: str = "watch") -> None:
    """Let the case say that the child is a confirmed 动摇生; without an open one it is opened. The child is locked.

    ``step``: what an open case keeps of it.
    """
    if watch.kind != WatchKind.WAVERING:
        return
    concern = concern_of(Reason(watch.reason))
    told = {"by": by, "day": today, "note": note, "concern": concern, "watch": watch.pk}
    if case := Case.objects.open().filter(student=watch.student_id).first():
        case.concern = case.concern or concern
        keep_note(case, step, changed=["concern"], **told)
        return
    if line.standing != Standing.ATTENDING:
        return  # a suspended child is not away, and its case, if it had one, has ended so
    case = case_engine.case_to_open(watch.student_id, by=by, day=today)
    case.concern = concern
    case_engine.move_one(case, CaseAction.RAISE_CONCERN, line=line, **told)


def enter_again(watch: Watch, line: RegistryLine, *, today: date) -> int:
    """By the clock: open the case of a 动摇生 whose last one has ended meanwhile (返校销号); 1 where it was done."""
    if watch.kind != WatchKind.WAVERING or line.standing != Standing.ATTENDING:
        return 0
    if Case.objects.open().filter(student=watch.student_id).exists():
        return 0
    enter(watch, line, by=None, today=today, note="动摇生仍在关注中")
    return 1


def leave(watch: Watch, line: RegistryLine, *, by, today: date, note: str) -> None:
    """The child is no 动摇生 any more: its case ends where it stands for nothing else, else it is noted there."""
    case = Case.objects.open().filter(student=watch.student_id).first()
    if watch.kind != WatchKind.WAVERING or case is None:
        return
    told = {"by": by, "day": today, "note": note, "watch": watch.pk}
    if line.standing == Standing.ATTENDING and _stands_for_nothing_else(case):
        case_engine.move_one(case, CaseAction.CLOSE, line=line, outcome=CaseOutcome.SETTLED, **told)
    else:
        keep_note(case, "watch_off", **told)


def _stands_for_nothing_else(case: Case) -> bool:
    """Opened for a 动摇生, and since then no concern reported, nothing promised, owed by a run or handed off."""
    if case.stage != CaseStage.WATCH or case.plan_step == CaseStep.PROMISED:
        return False
    moves = CaseEvent.objects.filter(case=case).exclude(from_stage=F("to_stage"))
    last = moves.order_by("-pk").first()
    if "watch" not in last.details:
        return False
    concerns = ConcernReport.objects.filter(student=case.student_id, cancelled_at=None, day__gte=case.since)
    owed = Obligation.objects.standing().filter(student=case.student_id, tier__in=sorted(CASE_TIERS), done_on=None)
    return not (concerns.exists() or owed.exists() or under_way(case))
