"""确认复学 and 销号 by the bureau: confirmed after enough present days, proposed by one, approved by another.

The child is locked first, with its classes, as for everything that is written about it (domain.md §5).
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from casework.actions import cases
from casework.actions.case_notes import keep_note
from casework.closing import ClosingAction, ClosingState, closing_step_refusal, return_refusal
from casework.models import Case, Closing
from casework.queries.case_facts import child_now, evidence_of, postings_around, present_days
from casework.stages import CaseNow, CaseOutcome, CaseStage, closing_refusal
from students.access import Scope, in_force
from students.actions import notices
from students.actions.audit import record
from students.actions.certificates import keep_for_child
from students.actions.locks import lock_children
from students.models import Certificate, Notice, Person, Posting, RegistryLine, Role
from students.queries.policy import policy_of

# Where what proves the end is missing: what was not done, and what to do.
NOT_DONE = {
    ClosingAction.PROPOSE: "没有提出销号。",
    ClosingAction.APPROVE: "没有批准。请等条件具备再批准，或者退回申请。",
}


@transaction.atomic
def confirm_return(*, by, scope: Scope, case: Case, note: str, version: int, today: date) -> Case:
    """确认复学: the bureau confirms that the child has been at school for the days that the county asks for.

    A relapse takes the confirmation away. Raises ``cases.CaseRefused``.
    """
    case, _ = _locked(case)
    if case.return_confirmed_by_id == by.pk:
        return case  # a second press
    _refuse_old_page(case, version)
    stage = CaseStage(case.stage)
    reason = return_refusal(
        stage, was_lost=case.was_lost, is_confirmed=case.return_confirmed_at is not None, is_bureau=scope.is_bureau,
        present_days=present_days(case, today) if stage is CaseStage.RETURNED else 0,
        return_days=policy_of(today).return_days,
    )  # fmt: skip
    if reason:
        raise (cases.CaseRefused if scope.is_bureau else cases.NotYourCase)(f"{reason}。没有保存。")
    case.return_confirmed_at, case.return_confirmed_by = timezone.now(), by
    changed = ["return_confirmed_at", "return_confirmed_by"]
    keep_note(case, "return_confirmed", changed=changed, by=by, day=today, note=note)
    record(by=by, action="case.confirm_return", subject=case, student=case.student_id)
    return case


@transaction.atomic
def propose(
    *, by, scope: Scope, case: Case, outcome: CaseOutcome, note: str, paper: Mapping[str, object] | None = None,
    version: int, today: date,
) -> Closing:  # fmt: skip
    """提出销号 of a case that was reported lost, with what proves it; whoever else is at the bureau is told.

    ``paper``: the columns of an uploaded file. Raises ``cases.CaseRefused``.
    """
    case, line = _locked(case)
    last = Closing.objects.filter(case=case).order_by("-pk").first()
    if (
        last
        and last.state == ClosingState.PROPOSED
        and last.proposed_by_id == by.pk
        and (last.outcome, last.note) == (outcome, note)
    ):
        return last  # a second press
    _refuse(last, ClosingAction.PROPOSE, by, scope, today)
    _refuse_old_page(case, version)
    if not case.is_open or not case.was_lost:
        raise cases.CaseRefused("这个个案没有报过流失，或者已销号，不用提出销号。没有保存。")
    _refuse_unproven(case, line, outcome, ClosingAction.PROPOSE, today)
    if not note:
        raise cases.CaseRefused("销号要写明依据，没有保存。请填写说明。")
    if paper:
        keep_for_child(by=by, student=case.student, paper=paper, kind=Certificate.Kind.CASE, today=today)
    if not evidence_of(case).exists():
        raise cases.CaseRefused("报过流失的个案销号要有佐证材料，没有保存。请上传材料后再提交。")
    row = Closing.objects.create(
        case=case, outcome=outcome, note=note, state=ClosingState.PROPOSED, proposed_at=timezone.now(), proposed_by=by
    )
    keep_note(case, "close_proposed", by=by, day=today, note=note, outcome=outcome)
    record(by=by, action="closing.propose", subject=row, student=case.student_id)
    _tell(row, line, _officers(line, today), by=by, today=today)
    return row


@transaction.atomic
def approve(*, by, scope: Scope, closing: Closing, alone_reason: str = "", today: date) -> Closing:
    """批准销号: the case is closed with what was proposed. Raises ``cases.CaseRefused``."""
    case, line = _locked(closing.case)
    row = Closing.objects.select_related("proposed_by").get(pk=closing.pk)
    if row.state == ClosingState.APPROVED and row.decided_by_id == by.pk:
        return row  # a second press
    _refuse(row, ClosingAction.APPROVE, by, scope, today, alone_reason=alone_reason)
    _refuse_unproven(case, line, CaseOutcome(row.outcome), ClosingAction.APPROVE, today)  # the child may be away again
    row.state, row.decided_at, row.decided_by = ClosingState.APPROVED, timezone.now(), by
    alone = row.proposed_by_id == by.pk
    row.alone_reason = (alone_reason or "县级规定不要求两个人办") if alone else ""
    row.save()
    cases.close(
        by=by, scope=scope, case=case, outcome=CaseOutcome(row.outcome), note=row.note, version=case.version,
        today=today, approved=row,
    )  # fmt: skip
    record(by=by, action="closing.approve", subject=row, student=case.student_id)
    _settle(line, by=by, today=today)
    _tell(row, line, [row.proposed_by], by=by, today=today)
    return row


@transaction.atomic
def refuse(*, by, scope: Scope, closing: Closing, reason: str, today: date) -> Closing:
    """退回 a proposal, with the reason; whoever made it may take it back so. Raises ``cases.CaseRefused``."""
    case, line = _locked(closing.case)
    row = Closing.objects.select_related("proposed_by").get(pk=closing.pk)
    if row.state == ClosingState.REFUSED and row.decided_by_id == by.pk and row.refused_reason == reason:
        return row  # a second press
    _refuse(row, ClosingAction.REFUSE, by, scope, today)
    if not reason:
        raise cases.CaseRefused("退回要写明原因，没有保存。请填写后再提交。")
    row.state, row.decided_at, row.decided_by = ClosingState.REFUSED, timezone.now(), by
    row.refused_reason = reason
    row.save()
    keep_note(case, "close_refused", by=by, day=today, note=reason)
    record(by=by, action="closing.refuse", subject=row, student=case.student_id)
    _settle(line, by=by, today=today)
    _tell(row, line, [row.proposed_by], by=by, today=today)
    return row


def officers_of_the_bureau(today: date) -> int:
    """How many people hold a post at the bureau and can log in."""
    posts = Posting.objects.filter(role=Role.BUREAU_OFFICER, person__is_active=True)
    return in_force(posts, today).values("person").distinct().count()


def _refuse(
    row: Closing | None, action: ClosingAction, by, scope: Scope, today: date, *, alone_reason: str = ""
) -> None:
    reason = closing_step_refusal(
        ClosingState(row.state) if row else None, action, is_bureau=scope.is_bureau,
        is_proposer=row is not None and row.proposed_by_id == by.pk, needs_two=policy_of(today).close_needs_two,
        officers=officers_of_the_bureau(today), alone_reason=alone_reason,
    )  # fmt: skip
    if reason:
        raise (cases.CaseRefused if scope.is_bureau else cases.NotYourCase)(f"{reason}。没有保存。")


def _refuse_unproven(case: Case, line: RegistryLine, outcome: CaseOutcome, action: ClosingAction, today: date) -> None:
    now, days = CaseNow(CaseStage(case.stage), case.was_lost), policy_of(today).return_days
    reason = closing_refusal(now, outcome, child_now(case, line, today), return_days=days)
    if not reason and outcome is CaseOutcome.RETURNED and case.return_confirmed_at is None:
        reason = "要先确认复学才能销号"
    if reason:
        raise cases.CaseRefused(f"{reason}。{NOT_DONE[action]}")


def _refuse_old_page(case: Case, version: int) -> None:
    if case.version != version:
        raise cases.CaseChanged("你打开页面之后，这个个案有了新的记录，没有保存。请看过最新情况再提交。")


def _locked(case: Case) -> tuple[Case, RegistryLine]:
    lock_children([case.student_id])
    line = RegistryLine.objects.select_related("school_class__school").get(pk=case.student_id)
    return Case.objects.select_related("student").get(pk=case.pk), line


def _officers(line: RegistryLine, today: date) -> list[Person]:
    return [posting.person for posting in postings_around(line, today).filter(role=Role.BUREAU_OFFICER)]


def _settle(line: RegistryLine, *, by, today: date) -> None:
    """What has been decided waits for no other officer."""
    about = {"kind": Notice.Kind.CASE_CLOSING, "school_class": line.school_class, "student": line.student}
    notices.settle(by=by, to=_officers(line, today), **about)


def _tell(row: Closing, line: RegistryLine, people, *, by, today: date) -> None:
    notices.send(
        by=by, to=people, kind=Notice.Kind.CASE_CLOSING, school_class=line.school_class, day=today,
        student=row.case.student,
    )  # fmt: skip
