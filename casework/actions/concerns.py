"""撤回预警: a concern taken back by whoever raised it, within a minute."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from casework import case_engine
from casework.actions.case_notes import keep_note
from casework.actions.cases import CaseRefused, NotYourCase
from casework.engine import follow_up
from casework.models import Case, CaseEvent, ConcernReport, Obligation
from casework.queries.case_facts import standing_concern
from casework.stages import CASE_TIERS, CaseAction, CaseOutcome
from students.actions import audit
from students.actions.locks import lock_children
from students.models import Notice, RegistryLine


@transaction.atomic
def take_back(*, by, concern: ConcernReport, today: date) -> ConcernReport:
    """Take one's own concern back; a case that was opened by it and has seen nothing else ends as 误报.

    A second press does nothing. Raises ``CaseRefused``.
    """
    lock_children([concern.student_id])
    row = ConcernReport.objects.get(pk=concern.pk)
    if row.recorded_by_id != by.pk:
        raise NotYourCase("只有报预警的人可以撤回，没有撤回。")
    if row.cancelled_at:
        return row
    if row.recorded_at < timezone.now() - timedelta(seconds=settings.ALERT_UNDO_SECONDS):
        raise CaseRefused("已过一分钟，不能撤回。情况有变的，请告诉班主任。")
    row.cancelled_at, row.cancelled_by = timezone.now(), by
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    follow_up(students={row.student_id}, today=today, reason="撤回预警")
    if case := Case.objects.open().filter(student=row.student_id).first():
        _end(case, row, by=by, today=today)
    _tell_no_more(row)
    audit.record(by=by, action="case.concern_back", subject=row, student=row.student_id)
    return row


def _standing(student: int, **when):
    """The concerns about a child that have not been taken back, the first one first."""
    return ConcernReport.objects.filter(student=student, cancelled_at=None, **when).order_by("day", "pk")


def _tell_no_more(concern: ConcernReport) -> None:
    """A notice stands for all concerns about a child on a day: unread, it goes with the last of them.

    While another one stands it comes from whoever raised that one, who need not be told.
    """
    child_and_day = {"student": concern.student_id, "day": concern.day}
    unread = Notice.objects.filter(kind=Notice.Kind.CONCERN, seen_at=None, **child_and_day)
    others = set(_standing(concern.student_id, day=concern.day).values_list("recorded_by", flat=True))
    if not others:
        unread.delete()
    elif concern.recorded_by_id not in others:
        other = min(others)
        unread.filter(person=other).delete()
        unread.filter(sent_by=concern.recorded_by).update(sent_by=other)


def _named_before(case: Case, concern: ConcernReport) -> str:
    """What named the case when the concern was raised, where no concern did: a promise, a 动摇生."""
    raised = CaseEvent.objects.filter(case=case, action="concern", details__concern=concern.kind).order_by("pk").last()
    before = raised.details.get("before", "") if raised else ""
    told = ConcernReport.objects.filter(student=case.student_id, kind=before, day__gte=case.since)
    return "" if told.exists() else before


def _end(case: Case, concern: ConcernReport, *, by, today: date) -> None:
    """Note it in the case, and close one in which nothing but the concern has happened since it was opened."""
    last = CaseEvent.objects.filter(case=case).exclude(by=None).order_by("pk").last()
    owed = Obligation.objects.standing().filter(student=case.student_id, tier__in=sorted(CASE_TIERS), done_on=None)
    is_its_own = last and last.action == CaseAction.RAISE_CONCERN and last.by_id == by.pk
    names_it = case.concern == concern.kind
    if names_it:
        case.concern = standing_concern(case) or _named_before(case, concern)
    if is_its_own and names_it and not owed.exists():
        line = RegistryLine.objects.select_related("school_class__school").get(pk=case.student_id)
        case_engine.move_one(
            case, CaseAction.CLOSE, by=by, day=today, line=line, outcome=CaseOutcome.FALSE_ALARM, note="撤回预警"
        )
        return
    keep_note(case, "concern_back", changed=["concern"], by=by, day=today, concern=concern.kind)
