"""三包 and 联点: assigned, handed over, ended, taken back the same day. Nobody is overwritten in silence.

Whoever has left counts as nobody, so another takes their place in one step; the row that is replaced is ended by it and
kept. Raises ``AssignmentRefused`` throughout, and then nothing was saved.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from scoring.assigning import End, Kind, day_at_fault
from scoring.models import Assignment
from scoring.queries.assignments import class_to_tell_of, lapse_of, person_at_fault, with_state
from students.access import Scope
from students.actions import audit, notices
from students.actions.locks import lock_children
from students.enrolment import REGISTERED, STANDING_LABELS, Standing
from students.models import Area, Enrolment, Notice, Person, RegistryLine, School
from students.templatetags.chinese import cdate


class AssignmentRefused(Exception):
    """Nothing was saved; ``faults`` are Chinese sentences, one for each child, village or day that is wrong."""

    def __init__(self, *faults: str):
        super().__init__("；".join(faults))
        self.faults = list(faults)


class NotYourAssignment(AssignmentRefused):
    """The person sees the school and does not assign there."""


@transaction.atomic
def assign_students(
    *, by, scope: Scope, school: School, person: Person, students: Collection[int], since: date, today: date
) -> list[Assignment]:
    """教师包学生: ``person`` answers for each of ``students`` (ids) from ``since`` on. All of them or none.

    Whom somebody answers for already is refused by name; the same sent twice is one.
    """
    _refuse_stranger(scope, school)
    chosen = sorted(set(students))
    if not chosen:
        raise AssignmentRefused("没有选学生，没有安排。请勾选后再提交。")
    lock_children(chosen)
    _refuse_day_and_person(Kind.STUDENT, school, person, since, today)
    lines = RegistryLine.objects.select_related("student").in_bulk(chosen)
    standing = _standing(Assignment.objects.filter(kind=Kind.STUDENT, student__in=chosen), today, by="student_id")
    faults, made = [], []
    for pk in chosen:
        before = standing.get(pk)
        if before and _is_the_same(before, person, since):
            made.append(before)  # a second press
        elif fault := _child_at_fault(lines.get(pk), school, since) or _taken(before, lines[pk].student.name):
            faults.append(fault)
        elif fault := _overlap(Assignment.objects.filter(kind=Kind.STUDENT, student=pk), before, school, since):
            faults.append(f"{lines[pk].student.name}{fault}")
    if faults:
        raise AssignmentRefused(*faults, "都没有安排，请改过再提交。")
    new = [pk for pk in chosen if pk not in {row.student_id for row in made}]
    told = {"school": school, "person": person, "since": since}
    made += [_replace(by, standing.get(pk), kind=Kind.STUDENT, student_id=pk, **told) for pk in new]
    if new:
        audit.record(by=by, action="assignment.students", subject=school, person=person.pk, students=new)
        _tell(by, [person], school, today)
    return made


@transaction.atomic
def assign_villages(
    *, by, scope: Scope, school: School, person: Person, villages: Collection[Area], since: date, today: date
) -> list[Assignment]:
    """领导包片包村: a head answers for each of ``villages`` from ``since`` on. All of them or none."""
    _refuse_stranger(scope, school)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if not villages:
        raise AssignmentRefused("没有选村，没有安排。请勾选后再提交。")
    _refuse_day_and_person(Kind.VILLAGE, school, person, since, today)
    rows = Assignment.objects.filter(kind=Kind.VILLAGE, school=school)
    _wait_for(rows)
    standing = _standing(rows.filter(village__in=villages), today, by="village_id")
    faults, made, new = [], [], []
    for village in sorted(villages, key=lambda each: each.code):
        before = standing.get(village.pk)
        if before and _is_the_same(before, person, since):
            made.append(before)
        elif village.level != Area.Level.VILLAGE or village.parent_id != school.township_id:
            faults.append(f"{village.name}不是{school.township.name}的村，不能由{school.name}的领导包")
        elif fault := _taken(before, village.name):
            faults.append(fault)
        elif fault := _overlap(rows.filter(village=village), before, school, since):
            faults.append(f"{village.name}{fault}")
        else:
            new.append(village)
    if faults:
        raise AssignmentRefused(*faults, "都没有安排，请改过再提交。")
    told = {"school": school, "person": person, "since": since}
    made += [_replace(by, standing.get(each.pk), kind=Kind.VILLAGE, village=each, **told) for each in new]
    if new:
        ids = [village.pk for village in new]
        audit.record(by=by, action="assignment.villages", subject=school, person=person.pk, villages=ids)
        _tell(by, [person], school, today)
    return made


@transaction.atomic
def assign_liaison(
    *, by, scope: Scope, school: School, person: Person, since: date, planned_until: date | None, seen: int | None,
    today: date,
) -> Assignment:  # fmt: skip
    """联点: an officer goes with the school from ``since`` on; whoever did so before no longer does.

    ``seen``: the row that the page showed, None where there was nobody; another one meanwhile is not replaced.
    """
    if not scope.is_bureau:
        raise NotYourAssignment("联点由县教育局安排，没有保存。")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    rows = Assignment.objects.filter(kind=Kind.LIAISON, school=school)
    _wait_for(rows)
    before = _standing(rows, today, by="school_id").get(school.pk)
    if before and _is_the_same(before, person, since) and before.planned_until == planned_until:
        return before
    if (before and before.pk) != seen:
        who = f"现在由{before.person.name}联点" if before else "现在没有人联点"
        raise AssignmentRefused(f"你打开页面之后，{school.name}的联点有了变动（{who}），没有保存。请看过再提交。")
    _refuse_day_and_person(Kind.LIAISON, school, person, since, today)
    if planned_until and planned_until < today:
        raise AssignmentRefused("“到哪天止”已经过去，没有保存。请改日期，或者不填。")
    if fault := _overlap(rows, before, school, since):
        raise AssignmentRefused(f"{school.name}{fault}，没有保存。请改开始日期。")
    told = {"school": school, "person": person, "since": since, "planned_until": planned_until}
    row = _replace(by, before, kind=Kind.LIAISON, **told)
    audit.record(by=by, action="assignment.liaison", subject=school, person=person.pk)
    _tell(by, [person, *([before.person] if before else [])], school, today)
    return row


@transaction.atomic
def hand_over(
    *, by, scope: Scope, school: School, giver: Person, taker: Person, rows: Collection[int], note: str, today: date
) -> list[Assignment]:
    """移交: everything in ``rows`` (ids) that ``giver`` has at the school is ``taker``'s from today on, in one go."""
    _refuse_stranger(scope, school)
    if not note:
        raise AssignmentRefused("移交要写明原因，没有保存。请填写后再提交。")
    if giver.pk == taker.pk:
        raise AssignmentRefused("移交给了原来的责任人，没有保存。请另选一人。")
    held = _held_by(giver, school, rows)
    passed = Assignment.objects.filter(follows__in=rows, person=taker, assigned_by=by, school=school).open()
    if not held and passed.count() == len(set(rows)):
        return list(passed)  # a second press
    if len(held) != len(set(rows)) or not held:
        raise AssignmentRefused(
            f"{giver.name}的名单在你打开页面之后有了变动，或者没有选，没有移交。请看过最新名单再提交。"
        )
    for kind in sorted({row.kind for row in held}):
        if fault := person_at_fault(Kind(kind), school, taker, [today]):
            raise AssignmentRefused(f"{fault}，没有移交。请另选一人。")
    gone = [row.student.name for row in with_state(_again(held), today) if not row.is_here]
    if gone:
        raise AssignmentRefused(f"{'、'.join(gone)}已离开学校，没有移交。请先去掉，再移交其他学生。")
    made = [
        _put(
            by, row, kind=row.kind, school=school, person=taker, since=max(today, row.since), how=End.HANDED_OVER,
            note=note, student_id=row.student_id, village_id=row.village_id,
        )
        for row in held
    ]  # fmt: skip
    audit.record(
        by=by, action="assignment.hand_over", subject=school, giver=giver.pk, taker=taker.pk, rows=[r.pk for r in held]
    )
    _tell(by, [giver, taker], school, today)
    return made


@transaction.atomic
def end(*, by, scope: Scope, row: Assignment, note: str, today: date) -> Assignment:
    """结束, with the reason; the child, village or school has nobody from today on. A second press does nothing."""
    row = _locked(row)
    _refuse_other_assigner(scope, row)
    if row.end == End.ENDED and row.ended_by_id == by.pk and row.end_note == note:
        return row
    if row.until:
        raise AssignmentRefused(f"这项分工{row.get_end_display()}，没有再保存。请看最新名单。")
    if not note:
        raise AssignmentRefused("结束要写明原因，没有保存。请填写后再提交。")
    _end(row, End.ENDED, by=by, today=today, note=note)
    audit.record(by=by, action="assignment.end", subject=row, person=row.person_id, student=row.student_id)
    _tell(by, [row.person], row.school, today)
    return row


@transaction.atomic
def take_back(*, by, scope: Scope, row: Assignment, today: date) -> Assignment:
    """撤销 an assignment made by mistake, on the day on which it was entered: it never held.

    Whoever it replaced has the child, the village or the school again. A second press does nothing.
    """
    row = _locked(row)
    _refuse_other_assigner(scope, row)
    if row.end == End.TAKEN_BACK:
        return row
    if row.until:
        raise AssignmentRefused(f"这项分工{row.get_end_display()}，没有撤销。请看最新名单。")
    if timezone.localdate(row.assigned_at) != today:
        raise AssignmentRefused("只能撤销当天安排的分工，没有撤销。要换人请移交，不再需要的请结束。")
    row.until, row.ended_at, row.ended_by, row.end = row.since, timezone.now(), by, End.TAKEN_BACK
    row.save()
    if row.follows_id:
        nobody = {"until": None, "ended_at": None, "ended_by": None, "end": "", "end_note": ""}
        Assignment.objects.filter(pk=row.follows_id).update(**nobody)
    audit.record(by=by, action="assignment.take_back", subject=row, person=row.person_id, student=row.student_id)
    _tell(by, [row.person], row.school, today)
    return row


# ---- what cannot be ----------------------------------------------------------------------------


def _refuse_stranger(scope: Scope, school: School) -> None:
    if not scope.runs(school.pk):
        raise NotYourAssignment("三包分工由本校教务处和校领导安排，没有保存。")


def _refuse_other_assigner(scope: Scope, row: Assignment) -> None:
    if row.kind != Kind.LIAISON:
        _refuse_stranger(scope, row.school)
    elif not scope.is_bureau:
        raise NotYourAssignment("联点由县教育局安排，没有保存。")


def _refuse_day_and_person(kind: Kind, school: School, person: Person, since: date, today: date) -> None:
    if fault := day_at_fault(since, today) or person_at_fault(kind, school, person, sorted({since, today})):
        raise AssignmentRefused(f"{fault}，没有安排。")


def _child_at_fault(line: RegistryLine | None, school: School, since: date) -> str:
    if line is None:
        return "有一名学生没有学籍记录"
    if line.school_id != school.pk or line.standing not in REGISTERED:
        away = STANDING_LABELS[Standing(line.standing)] if line.school_id == school.pk else "已到别的学校"
        return f"{line.student.name}已不是本校学生（{away}）"
    if not Enrolment.objects.filter(student=line.pk, school_class__school=school).on(since).exists():
        return f"{line.student.name}{cdate(since)}还不在本校"
    return ""


def _taken(before: Assignment | None, name: str) -> str:
    if before is None or lapse_of(before):
        return ""
    return f"{name}已由{before.person.name}负责（{cdate(before.since)}起），要换人请用移交"


def _overlap(rows, before: Assignment | None, school: School, since: date) -> str:
    """Against what held before: a new row begins on the day the last one ended, or later, and nobody's time is cut
    short in which they still had their post."""
    last = rows.exclude(until=None).exclude(end=End.TAKEN_BACK).order_by("-until").first()
    if last and since < last.until:
        return f"到{cdate(last.until)}为止另有安排，新的要从那天或以后开始"
    if before and since < before.since:
        return f"{cdate(before.since)}起由{before.person.name}负责，新的不能早于那天"
    if before and before.school_id == school.pk and before.kind != Kind.LIAISON and _had_post(before, since):
        return f"{cdate(since)}还由{before.person.name}负责，新的要从其离任以后开始"
    return ""


def _had_post(before: Assignment, day: date) -> bool:
    return not before.is_posted and not person_at_fault(Kind(before.kind), before.school, before.person, [day])


def _is_the_same(row: Assignment, person: Person, since: date) -> bool:
    return (row.person_id, row.since) == (person.pk, since) and not lapse_of(row)


# ---- rows --------------------------------------------------------------------------------------


def _wait_for(rows) -> None:
    """Hold the open rows: after the children, before anything is read of them."""
    list(rows.open().select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _standing(rows, today: date, *, by: str) -> dict[int, Assignment]:
    """What each open row is for → the row, with its state."""
    open_rows = with_state(rows.open(), today).select_related("person", "school")
    return {getattr(row, by): row for row in open_rows}


def _again(held: Sequence[Assignment]):
    return Assignment.objects.filter(pk__in=[row.pk for row in held]).select_related("student")


def _held_by(giver: Person, school: School, rows: Collection[int]) -> list[Assignment]:
    """Those of ``rows`` that the person has at the school now; their children and they themselves locked."""
    mine = Assignment.objects.filter(pk__in=rows, person=giver, school=school).exclude(kind=Kind.LIAISON)
    lock_children([pk for pk in mine.values_list("student", flat=True) if pk])
    _wait_for(mine)
    return list(mine.open().order_by("pk"))


def _locked(row: Assignment) -> Assignment:
    """The row as it is now, with what everybody locks who writes about the same."""
    if row.student_id:
        lock_children([row.student_id])
    _wait_for(Assignment.objects.filter(pk=row.pk))
    return Assignment.objects.select_related("person", "school__township", "student").get(pk=row.pk)


def _replace(by, before: Assignment | None, **what) -> Assignment:
    """``_put`` where the one before has left, or is to go with the school no longer."""
    lapse = lapse_of(before) if before else ""
    return _put(by, before, how=End.LAPSED if lapse else End.HANDED_OVER, note=lapse, **what)


def _put(by, before: Assignment | None, *, since: date, how: End, note: str, **what) -> Assignment:
    """A new row; the one before it, which stands open still, ends where it begins, for the reason in ``note``."""
    if before:
        _end(before, how, by=by, today=max(since, before.since), note=note)
    return Assignment.objects.create(since=since, assigned_at=timezone.now(), assigned_by=by, follows=before, **what)


def _end(row: Assignment, how: End, *, by, today: date, note: str) -> None:
    row.until, row.ended_at, row.ended_by, row.end, row.end_note = today, timezone.now(), by, how, note
    row.save()


def _tell(by, people: Iterable[Person], school: School, today: date) -> None:
    """Say that the list has changed; a notice hangs on a class that its reader sees and names no child."""
    for person in people:
        if school_class := class_to_tell_of(person, school, today):
            notices.send(by=by, to=[person], kind=Notice.Kind.BUNDLE, school_class=school_class, day=today)
