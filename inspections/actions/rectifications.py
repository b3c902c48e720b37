"""整改台账: findings raised by an inspection, mended by the school, closed by who looked or by the bureau."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from inspections.actions import school_notices
from inspections.actions.filling import InspectionRefused, NotYourInspection, locked
from inspections.checklist import NOT_YET, Item, Judged, Section, lost_items
from inspections.models import Inspection, InspectionResult, Rectification, RectificationFile, RectificationStep
from inspections.presets import checklist_of
from inspections.queries.deadlines import usual_deadline, why_not_due_on
from inspections.queries.ledger import nobody_verifies, parts_in, possible_persons
from inspections.queries.reading import is_inspector, sections_of
from inspections.rectifying import RULES, Move, Part, State, moves_from
from students.access import Scope
from students.actions import audit
from students.models import Notice, Person

MOST_FILES = 5
WHOSE = {Part.SCHOOL: "学校", Part.INSPECTOR: "检查人", Part.BUREAU: "县教育局"}


def raise_found(
    row: Inspection, sections: Sequence[Section], sheet: Mapping[str, Judged], *, by, deadline: date | None, today: date
) -> int:
    """A finding for every item that lost points; inside the transaction of the signature. How many.

    Raises ``InspectionRefused`` where there is something to mend and no day by which it could be.
    """
    return _raise(row, lost_items(sections, sheet), sheet, by=by, deadline=deadline, today=today)


@dataclass(frozen=True)
class Followed:
    """What a correction has done to the ledger: findings ``raised`` and ``ended``."""

    raised: int
    ended: int


def follow_correction(
    row: Inspection,
    before: Mapping[str, Judged],
    after: Mapping[str, Judged],
    *,
    by,
    result: InspectionResult,
    today: date,
) -> Followed:
    """A finding for every item that lost more points than before and has none that waits: what was closed (已销号)
    was something else, and is found anew. One that lost no points any more ends.

    What has been reported as mended is left to who verifies it. Inside the transaction of the correction. Raises
    ``InspectionRefused`` where there is something to mend and no day by which it could be.
    """
    checklist = checklist_of(row.round.checklist)
    sections = sections_of(row, checklist)
    held = list(row.rectifications.select_for_update(no_key=True, of=("self",)).exclude(item=""))
    standing = {each.item for each in held if each.state in (State.OPEN, State.REPORTED)}
    lost = lost_items(sections, after)
    more = [item for item in lost if after[item.code].lost_of(item) > before.get(item.code, NOT_YET).lost_of(item)]
    new = [item for item in more if item.code not in standing]
    deadline = usual_deadline(row.school, checklist.rectify_days, today) if new else None
    if new and deadline is None:
        raise InspectionRefused("新扣分的项目要整改，校历里找不到可以作期限的上课日，没有保存。请先补校历。")
    raised = _raise(row, new, after, by=by, deadline=deadline, today=today)
    codes = {item.code for item in lost}
    over = [each for each in held if each.state == State.OPEN and each.item not in codes]
    for each in over:
        _step(each, Move.WITHDRAW, by=by, words=f"检查结果更正为第{result.number}版，这一项不再扣分：{result.reason}")
    return Followed(raised, len(over))


def _raise(
    row: Inspection, found: Sequence[Item], sheet: Mapping[str, Judged], *, by, deadline: date | None, today: date
) -> int:
    if not found:
        return 0
    _refuse_deadline(row, deadline, today)
    last = row.rectifications.aggregate(last=Max("number"))["last"] or 0
    raised = {"deadline": deadline, "raised_at": timezone.now(), "raised_by": by}
    Rectification.objects.bulk_create(
        Rectification(
            inspection=row, number=number, item=item.code, problem=f"{item.text}：{sheet[item.code].remark}", **raised
        )
        for number, item in enumerate(found, start=last + 1)
    )
    return len(found)


@transaction.atomic
def add(*, by, scope: Scope, inspection: Inspection, problem: str, deadline: date, today: date) -> Rectification:
    """A finding beside the items, after the signature. The same one pressed twice is one. Raises
    ``InspectionRefused``."""
    row = locked(inspection)
    if not (scope.is_bureau or is_inspector(scope, row)):
        raise NotYourInspection("整改事项由检查人或县教育局提出，没有保存。")
    if not row.signed_at:
        raise InspectionRefused("检查签名完成以后再添整改事项，没有保存。")
    if same := row.rectifications.filter(item="", problem=problem, deadline=deadline, raised_by=by).first():
        return same
    if not problem:
        raise InspectionRefused("要写明问题，没有保存。")
    _refuse_deadline(row, deadline, today)
    last = row.rectifications.order_by("number").last()
    made = Rectification.objects.create(
        inspection=row, number=last.number + 1 if last else 1, problem=problem, deadline=deadline,
        raised_at=timezone.now(), raised_by=by,
    )  # fmt: skip
    school_notices.tell_school(row, kind=Notice.Kind.RECTIFICATION, by=by, today=today)
    audit.record(by=by, action="rectification.add", subject=made)
    return made


@transaction.atomic
def plan(
    *, by, scope: Scope, rectification: Rectification, seen: int, measure: str, responsible: Person, today: date
) -> Rectification:
    """定措施: how the school mends it and who sees to it. Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.PLAN, by, measure, seen) and row.responsible_id == responsible.pk:
        return row
    _refuse(row, Move.PLAN, scope, seen)
    if not measure:
        raise InspectionRefused("要写明整改措施，没有保存。")
    if responsible not in possible_persons(row.inspection.school, today):
        raise InspectionRefused(f"{responsible.name}现在不是本校的校领导或学籍管理员，没有保存。")
    row.measure, row.responsible = measure, responsible
    return _stepped(row, Move.PLAN, by=by, words=measure)


@transaction.atomic
def report(
    *, by, scope: Scope, rectification: Rectification, seen: int, words: str,
    papers: Sequence[Mapping[str, object]] = (), today: date,
) -> Rectification:  # fmt: skip
    """报整改完成: what was done, in words and with papers (``take_in``). Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.REPORT, by, words, seen):
        return row
    _refuse(row, Move.REPORT, scope, seen)
    if not words:
        raise InspectionRefused("要写明整改的情况，没有保存。")
    if len(papers) > MOST_FILES:
        raise InspectionRefused(f"一次最多{MOST_FILES}份材料，没有保存。")
    row.reported_at, row.reported_by = timezone.now(), by
    _stepped(row, Move.REPORT, by=by, words=words)
    step = row.steps.get(number=row.version)
    once = {paper["sha256"]: paper for paper in papers}
    RectificationFile.objects.bulk_create(
        RectificationFile(step=step, position=number, uploaded_at=step.made_at, uploaded_by=by, **paper)
        for number, paper in enumerate(once.values(), start=1)
    )
    is_left = Rectification.objects.filter(nobody_verifies(today), pk=row.pk).exists()
    school_notices.tell_verifiers(row.inspection, with_bureau=is_left, by=by, today=today)
    return row


@transaction.atomic
def send_back(*, by, scope: Scope, rectification: Rectification, seen: int, words: str, today: date) -> Rectification:
    """退回 with the reason: it is to be mended again. Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.SEND_BACK, by, words, seen):
        return row
    _refuse(row, Move.SEND_BACK, scope, seen)
    if not words:
        raise InspectionRefused("退回要写明原因，没有保存。")
    row.reported_at, row.reported_by = None, None
    school_notices.tell_school(row.inspection, kind=Notice.Kind.RECTIFICATION, by=by, today=today)
    return _stepped(row, Move.SEND_BACK, by=by, words=words)


@transaction.atomic
def close(*, by, scope: Scope, rectification: Rectification, seen: int, words: str) -> Rectification:
    """销号 by who looked, or by the bureau; never by the school. Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.CLOSE, by, words, seen):
        return row
    _refuse(row, Move.CLOSE, scope, seen)
    if not words:
        raise InspectionRefused("销号要写明怎样核实的，没有保存。")
    if row.reported_by_id == by.pk:
        raise NotYourInspection("报整改完成的人不能自己销号，没有保存。")
    row.closed_at, row.closed_by = timezone.now(), by
    return _stepped(row, Move.CLOSE, by=by, words=words)


@transaction.atomic
def postpone(
    *, by, scope: Scope, rectification: Rectification, seen: int, deadline: date, words: str, today: date
) -> Rectification:
    """改期限 to another school day, with the reason. Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.POSTPONE, by, words, seen) and row.deadline == deadline:
        return row
    _refuse(row, Move.POSTPONE, scope, seen)
    if not words:
        raise InspectionRefused("改期限要写明原因，没有保存。")
    if deadline == row.deadline:
        raise InspectionRefused("和原来的期限一样，没有保存。")
    _refuse_deadline(row.inspection, deadline, today)
    row.deadline = deadline
    school_notices.tell_school(row.inspection, kind=Notice.Kind.RECTIFICATION, by=by, today=today)
    return _stepped(row, Move.POSTPONE, by=by, words=words, deadline=deadline)


@transaction.atomic
def withdraw(*, by, scope: Scope, rectification: Rectification, seen: int, words: str) -> Rectification:
    """撤销 by the bureau what was no fault, for instance after a correction. Raises ``InspectionRefused``."""
    row = _held(rectification)
    if _is_repeat(row, Move.WITHDRAW, by, words, seen):
        return row
    _refuse(row, Move.WITHDRAW, scope, seen)
    if not words:
        raise InspectionRefused("撤销要写明原因，没有保存。")
    return _stepped(row, Move.WITHDRAW, by=by, words=words)


def _held(rectification: Rectification) -> Rectification:
    """The row, held until the transaction ends."""
    rows = Rectification.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("inspection__round", "inspection__school").get(pk=rectification.pk)


def _is_repeat(row: Rectification, move: Move, by, words: str, seen: int) -> bool:
    """Whether this is what the same person did last: a second press."""
    last = row.steps.order_by("number").last()
    told = (last.move, last.made_by_id, last.words) if last else None
    return row.version == seen + 1 and told == (move, by.pk, words)


def _refuse(row: Rectification, move: Move, scope: Scope, seen: int) -> None:
    """Raises where the person, the state or what was seen does not fit the move."""
    parts = parts_in(scope, row.inspection)
    rule = RULES[move]
    if move not in moves_from(rule.start, parts, has_measure=True):
        whose = "、".join(WHOSE[part] for part in Part if part in rule.parts)
        raise NotYourInspection(f"{move.label}由{whose}办理，没有保存。")
    if row.version != seen:
        raise InspectionRefused("打开这一页以后，有人已经办理过这一项，没有保存。请看过再办。")
    if move not in moves_from(State(row.state), parts, has_measure=bool(row.measure)):
        if rule.needs_measure and not row.measure:
            raise InspectionRefused("请先定整改措施和责任人，没有保存。")
        raise InspectionRefused(f"这一项现在是“{row.get_state_display()}”，不能{move.label}，没有保存。")


def _stepped(row: Rectification, move: Move, *, by, words: str, deadline: date | None = None) -> Rectification:
    step = _step(row, move, by=by, words=words, deadline=deadline)
    audit.record(by=by, action=f"rectification.{move}", subject=row, step=step.pk)
    return row


def _step(row: Rectification, move: Move, *, by, words: str, deadline: date | None = None) -> RectificationStep:
    row.version, row.state = row.version + 1, RULES[move].end
    row.save()
    return RectificationStep.objects.create(
        rectification=row, number=row.version, move=move, words=words, deadline=deadline,
        made_at=timezone.now(), made_by=by,
    )  # fmt: skip


def _refuse_deadline(row: Inspection, deadline: date | None, today: date) -> None:
    if deadline is None:
        raise InspectionRefused("有扣分的项目，要定整改期限，没有保存。")
    if reason := why_not_due_on(row.school, deadline, today):
        raise InspectionRefused(f"{reason}，没有保存。")
