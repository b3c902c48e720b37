"""个案: opened by a concern, planned, assigned, 认定辍学, 销号, opened again (domain.md §5).

The engine moves cases along with duties and registers (``casework.case_engine``); here is what people do to them. The
child is locked with its classes first, as for everything that is written about it.
"""

from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from casework import case_engine
from casework.actions.case_notes import PLANNED, keep_note
from casework.awaited import bound, first_of
from casework.causes import Reason, Whereabouts
from casework.engine import follow_up
from casework.models import Case, CaseEvent, Closing, ConcernReport
from casework.queries.case_facts import (
    actors_over,
    child_now,
    evidence_of,
    is_wavering,
    last_day_to_plan,
    may_assign,
    may_work_on,
    postings_around,
    responsible_people,
    standing_concern,
)
from casework.queries.dropouts import dated_too_early, unreported
from casework.queries.next_steps import next_steps
from casework.stages import Actor, CaseAction, CaseNow, CaseOutcome, CaseStage, closing_refusal, refusal
from casework.steps import CaseStep, Concern
from students.access import Scope
from students.actions import audit, notices
from students.actions.certificates import keep_for_child
from students.actions.enrolment import record_event
from students.actions.locks import lock_children
from students.enrolment import EventKind, ImpossibleEvent
from students.models import Certificate, Notice, Person, RegistryLine, Role, Student
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate_short

# Ends that say there is nothing to watch.
UNWATCHED = frozenset({CaseOutcome.SETTLED, CaseOutcome.FALSE_ALARM})


class CaseRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourCase(CaseRefused):
    """The person sees the child but has no part in this."""


class CaseChanged(CaseRefused):
    """Somebody else has done something to the case since the page was opened."""


@transaction.atomic
def raise_concern(*, by, scope: Scope, student: Student, concern: Concern, note: str, today: date) -> Case:
    """日常预警: a teacher of the class, or the school, has a child watched; the 班主任 and 分管领导 know at once.

    Of a child whose case is open the concern is added to it. The same concern sent twice on a day is one. Raises
    ``NotYourCase``, ``CaseRefused``.
    """
    line = _locked_line(student)
    actors = actors_over(scope, line)
    if not actors - {Actor.BUREAU}:
        raise NotYourCase("日常预警由任课教师、班主任和本校办理，没有保存。")
    case = Case.objects.open().filter(student=student).first()
    raised, is_new = ConcernReport.objects.get_or_create(
        student=student, day=today, kind=concern, cancelled_at=None,
        defaults={"note": note, "recorded_at": timezone.now(), "recorded_by": by},
    )  # fmt: skip
    if not is_new and case:
        if note and raised.note != note:
            told = f"说明是“{raised.note}”" if raised.note else "没有写说明"
            raise CaseRefused(
                f"{raised.recorded_by.name}今天已经报过这名学生“{concern.label}”，{told}。这次写的没有保存："
                "同一天同一种情形只报一次，补充的情况请告诉班主任；自己刚报的，可以撤回以后重报。"
            )
        return case
    if case is None:
        case = case_engine.case_to_open(student.pk, by=by, day=today)
        _refuse(case if case.pk else None, CaseAction.RAISE_CONCERN, actors)
        case.concern = concern
        case_engine.move_one(case, CaseAction.RAISE_CONCERN, by=by, day=today, line=line, note=note, concern=concern)
    else:
        before, case.concern = case.concern, standing_concern(case)
        keep_note(case, "concern", changed=["concern"], by=by, day=today, note=note, concern=concern, before=before)
    audit.record(by=by, action="case.concern", subject=raised, student=student.pk, concern=concern)
    if concern is Concern.LEFT:  # the loss is owed at once
        follow_up(students={student.pk}, today=today, reason="报告已离校")
        case.refresh_from_db()
    notices.send(
        by=by,
        to=responsible_people(line, today, roles=(Role.HOMEROOM_TEACHER, Role.DEPUTY_HEAD)),
        kind=Notice.Kind.CONCERN,
        school_class=line.school_class,
        day=today,
        student=student,
    )
    return case


@transaction.atomic
def plan(*, by, scope: Scope, case: Case, step: CaseStep, on: date, note: str, version: int, today: date) -> Case:
    """安排下一步: what is to be done in the case next, and by when. Raises ``CaseRefused``."""
    case, line = _locked(case, None)
    _refuse_strangers(scope, line, "下一步由班主任、本校、乡镇或县教育局安排")
    if (case.plan_step, case.plan_on, case.plan_note) == (step, on, note):
        return case  # a second press
    _refuse_old_page(case, version)
    if on < today:
        raise CaseRefused("下一步的日期已经过去，没有保存。请选今天或以后的日子。")
    if on > (last := last_day_to_plan(today)):
        raise CaseRefused(f"下一步最晚安排在{cdate_short(last)}，没有保存。请选这一天以前的日子。")
    stands = first_of(bound(case, case_engine.Planner(today).school_days(line), today))
    if stands and stands.on < on:
        day = cdate_short(stands.on)
        raise CaseRefused(f"{stands.words}，下一步不能排到{day}以后，没有保存。请选{day}或以前的日子。")
    case.plan_step, case.plan_on, case.plan_note = step, on, note
    keep_note(case, "plan", changed=PLANNED, by=by, day=today, note=note, step=step, on=on.isoformat())
    return case


@transaction.atomic
def assign(*, by, scope: Scope, case: Case, person: Person | None, reason: str, version: int, today: date) -> Case:
    """交办: let ``person`` answer for the case in place of the post that would, for a reason (病假、调离…).

    None gives it back to the post, for which no reason is asked. The person must hold a post to which cases of the
    child can fall. Raises ``CaseRefused``.
    """
    case, line = _locked(case, None)
    if not may_assign(scope, line):
        raise NotYourCase("交办由教务处、校领导或县教育局办理，没有保存。")
    if person is None and case.assigned_to is None and case.version == version:
        raise CaseRefused("没有交办：没有选人，这个个案现在也没有交给谁。请选一个人再提交。")
    kept = reason if person else ""
    if (case.assigned_to, case.assigned_reason) == (person, kept):
        return case  # a second press
    _refuse_old_page(case, version)
    if person and not reason:
        raise CaseRefused("交办要写明原因，没有保存。请填写后再提交。")
    if person and not postings_around(line, today).filter(person=person).exists():
        raise CaseRefused(f"{person.name}现在不是班主任，也不在本校、本乡镇或县教育局的管理岗位，没有交办。请另选。")
    if person and _has_it_anyway(person, case, line, today):
        raise CaseRefused(f"{person.name}本来就是这个个案现在的负责人，不用交办，没有保存。要收回交办，请选“不交办”。")
    before, case.assigned_to, case.assigned_reason = case.assigned_to, person, kept
    keep_note(
        case, "assign" if person else "unassign", changed=["assigned_to", "assigned_reason"], by=by, day=today,
        note=reason, person=person and person.pk,
    )  # fmt: skip
    audit.record(by=by, action="case.assign", subject=case, person=person and person.pk)
    if person != before:
        told = {"by": by, "kind": Notice.Kind.CASE_ASSIGNED, "school_class": line.school_class, "student": case.student}
        notices.settle(to=[each for each in (before, person) if each], **told)
        notices.send(to=[person] if person else [], day=today, **told)
    return case


@transaction.atomic
def confirm_dropout(
    *, by, scope: Scope, case: Case, happened_on: date, reason: Reason, whereabouts: Whereabouts, note: str,
    version: int, today: date,
) -> Case:  # fmt: skip
    """认定辍学: the bureau records that the child has dropped out, in the registry and in its case.

    The 学籍变动 is recorded in the same transaction, so that figures and case cannot disagree. It lies behind every day
    on which a register found the child, and the absence that was reported. Raises ``CaseRefused``.
    """
    case, line = _locked(case, None)
    found = {"reason": reason.value, "whereabouts": whereabouts.value}
    if _is_confirmed_so(case, by=by, day=happened_on, note=note, details=found):
        return case  # a second press
    _refuse_old_page(case, version)
    _refuse(case, CaseAction.CONFIRM_DROPOUT, actors_over(scope, line))
    if missing := unreported(case, line):
        raise CaseRefused(f"没有认定：{missing}")
    if not note:
        raise CaseRefused("认定辍学要写明依据，没有保存。请填写说明。")
    if happened_on > today:
        raise CaseRefused("辍学日期还没有到，没有保存。请核对日期。")
    if early := dated_too_early(case.student_id, happened_on):
        raise CaseRefused(f"没有认定：{early}。请核对日期。")
    case_engine.move_one(
        case, CaseAction.CONFIRM_DROPOUT, by=by, day=happened_on, line=line, planner=case_engine.Planner(today),
        note=note, **found,
    )  # fmt: skip
    audit.record(by=by, action="case.confirm_dropout", subject=case, student=case.student_id)
    try:
        record_event(
            by=by, student=case.student, kind=EventKind.DROP_OUT, happened_on=happened_on,
            note=f"{reason.label}；{whereabouts.label}；{note}"[:200], today=today,
        )  # fmt: skip
    except ImpossibleEvent as impossible:
        raise CaseRefused(f"没有认定：{impossible}") from None
    case.refresh_from_db()
    return case


def _is_confirmed_so(case: Case, **said) -> bool:
    """Whether the case stands as 辍学 because of this very confirmation."""
    if case.stage != CaseStage.DROPPED_OUT:
        return False
    confirmed = CaseEvent.objects.filter(case=case, action=CaseAction.CONFIRM_DROPOUT.value).order_by("pk").last()
    return confirmed is not None and all(getattr(confirmed, name) == value for name, value in said.items())


@transaction.atomic
def close(
    *, by, scope: Scope, case: Case, outcome: CaseOutcome, note: str, paper: Mapping[str, object] | None = None,
    version: int, today: date, approved: Closing | None = None,
) -> Case:  # fmt: skip
    """销号, with what proves it; of a case that was reported lost by the bureau alone, and with a paper on file.

    Such a case is closed by approving a proposal (``casework.actions.closings``), which is ``approved``.
    ``paper``: the columns of an uploaded file (``students.actions.files.take_in``). Raises ``CaseRefused``.
    """
    case, line = _locked(case, version)
    _refuse(case, CaseAction.CLOSE, actors_over(scope, line))
    now, days = CaseNow(CaseStage(case.stage), case.was_lost), policy_of(today).return_days
    if reason := closing_refusal(now, outcome, child_now(case, line, today), return_days=days):
        raise CaseRefused(f"{reason}。没有销号。")
    if outcome in UNWATCHED and is_wavering(case):
        raise CaseRefused("这名学生是确认过的动摇生，没有销号。请先在“关注学生”里结束关注。")
    if case.was_lost and approved is None:
        raise CaseRefused("报过流失的个案要先提出销号，由另一人批准，没有销号。请在个案里提出销号。")
    if not note:
        raise CaseRefused("销号要写明依据，没有保存。请填写说明。")
    if paper:
        keep_for_child(by=by, student=case.student, paper=paper, kind=Certificate.Kind.CASE, today=today)
    if case.was_lost and not evidence_of(case).exists():
        raise CaseRefused("报过流失的个案销号要有佐证材料，没有销号。请上传材料后再提交。")
    _close(case, outcome, by=by, day=today, line=line, note=note)
    audit.record(by=by, action="case.close", subject=case, outcome=outcome)
    return case


@transaction.atomic
def reopen(*, by, scope: Scope, case: Case, note: str, version: int, today: date) -> Case:
    """重新打开 a closed case, with its history. Raises ``CaseRefused``."""
    case, line = _locked(case, version)
    _refuse(case, CaseAction.REOPEN, actors_over(scope, line))
    if not note:
        raise CaseRefused("重新打开要写明原因，没有保存。请填写说明。")
    if Case.objects.open().filter(student=case.student_id).exists():
        raise CaseRefused("这名学生已有一个打开的个案，没有再打开。请到那个个案里办理。")
    case_engine.move_one(case, CaseAction.REOPEN, by=by, day=today, line=line, note=note)
    audit.record(by=by, action="case.reopen", subject=case)
    return case


def close_steady(*, today: date) -> int:
    """By the clock: cases that were never reported lost end by themselves once the child has been there long enough.

    The registers are the proof. How many were closed.
    """
    days, closed = policy_of(today).return_days, 0
    rows = Case.objects.filter(stage=CaseStage.RETURNED, was_lost=False, plan_on__lte=today).order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        with transaction.atomic():
            case, line = _locked(Case.objects.get(pk=pk), None)
            if case.stage != CaseStage.RETURNED or case.was_lost:
                continue
            child = child_now(case, line, today)
            if not closing_refusal(CaseNow(CaseStage.RETURNED, False), CaseOutcome.RETURNED, child, return_days=days):
                _close(case, CaseOutcome.RETURNED, by=None, day=today, line=line, note=f"返校后已到校{days}个上课日")
                closed += 1
    return closed


def follow_all(*, today: date) -> int:
    """By the clock: open or move what should have followed and has not; how many moves were made."""
    moved, pks = 0, sorted(case_engine.children_to_follow(today).values_list("student", flat=True))
    for start in range(0, len(pks), 500):
        with transaction.atomic():
            chunk = pks[start : start + 500]
            lock_children(chunk)
            moved += case_engine.follow_children(chunk, today=today)
    return moved


@transaction.atomic
def add_paper(*, by, scope: Scope, case: Case, paper: Mapping[str, object], today: date) -> Certificate:
    """上传材料: keep a paper of the case; the same one sent twice is one. Raises ``CaseRefused``.

    ``paper``: the columns of an uploaded file (``students.actions.files.take_in``).
    """
    case, line = _locked(case, None)
    _refuse_strangers(scope, line, "个案材料由班主任、本校、乡镇或县教育局上传")
    if not case.is_open:
        raise CaseRefused("这个个案已销号，材料没有保存。要补材料，请先重新打开。")
    before = set(evidence_of(case).values_list("pk", flat=True))
    kept = keep_for_child(by=by, student=case.student, paper=paper, kind=Certificate.Kind.CASE, today=today)
    if kept.pk not in before:
        keep_note(case, "paper", by=by, day=today, note=kept.name, paper=kept.pk)
    return kept


def _close(case: Case, outcome: CaseOutcome, *, by, day: date, line: RegistryLine, note: str) -> None:
    case_engine.move_one(case, CaseAction.CLOSE, by=by, day=day, line=line, outcome=outcome, note=note)


def _has_it_anyway(person: Person, case: Case, line: RegistryLine, today: date) -> bool:
    """Whether the next step would be this person's alone if the case were given to nobody."""
    post = next_steps(Case.objects.filter(pk=case.pk), today)[case.pk].post
    holders = postings_around(line, today).filter(role=post).values_list("person", flat=True)
    return set(holders) == {person.pk}


def _locked_line(student: Student) -> RegistryLine:
    lock_children([student.pk])
    line = RegistryLine.objects.select_related("school_class__school").filter(pk=student.pk).first()
    if line is None:
        raise CaseRefused("这名学生还没有学籍记录，没有保存。")
    return line


def _locked(case: Case, version: int | None) -> tuple[Case, RegistryLine]:
    """The case as it is now, its child locked; ``version``: that of the page, None for the clock, and where what is
    asked for is compared first, since a second press comes from the page of the first."""
    line = _locked_line(case.student)
    case = Case.objects.select_related("student", "assigned_to").get(pk=case.pk)
    if version is not None:
        _refuse_old_page(case, version)
    return case, line


def _refuse_old_page(case: Case, version: int) -> None:
    if case.version != version:
        raise CaseChanged("你打开页面之后，这个个案有了新的记录，没有保存。请看过最新情况再提交。")


def _refuse(case: Case | None, action: CaseAction, actors: Collection[Actor]) -> None:
    now = case and CaseNow(CaseStage(case.stage), case.was_lost)
    if reason := refusal(now, action, actors):
        wrong_person = not refusal(now, action, set(Actor))
        raise (NotYourCase if wrong_person else CaseRefused)(f"{reason}。没有保存。")


def _refuse_strangers(scope: Scope, line: RegistryLine, whose: str) -> None:
    if not may_work_on(scope, line):
        raise NotYourCase(f"{whose}，没有保存。")
