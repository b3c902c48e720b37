"""学年交替: plans the year's turn of a school, carries it out, takes it back, confirms it."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from students.actions import audit
from students.actions.cohorts import BATCH, add_events, void_events
from students.actions.locks import lock_children
from students.calendar import school_year_start
from students.enrolment import EventKind
from students.models import (
    ChildTurn,
    ClassTurn,
    EnrolmentEvent,
    HandOver,
    HandOverChild,
    School,
    SchoolClass,
    Student,
    YearTurn,
)
from students.queries.year_turn import (
    Outcome,
    class_lines,
    later_events,
    mark_of_plan,
    outcome_of,
    usual_due_day,
    usual_receiver,
)
from students.templatetags.chinese import cdate, cdatetime
from students.turning import (
    TurnRefused,
    check_graduation_day,
    default_graduation_day,
    first_day_to_carry_out,
    kind_between,
)

NOTE = "撤回学年交替"


class TurnChanged(Exception):
    """Somebody has done something since the page was made; the message says what, and that nothing was saved."""


@transaction.atomic
def begin(*, by, school: School, school_year: int) -> YearTurn:
    """Plan the turn of a school with what is usual; a plan that stands already is left as it is."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    known = YearTurn.objects.filter(school=school, school_year=school_year, taken_back_at=None).first()
    if known:
        return known
    year_turn = YearTurn.objects.create(
        school=school,
        school_year=school_year,
        graduation_day=default_graduation_day(school_year),
        promotion_day=school_year_start(school_year),
        planned_at=timezone.now(),
        planned_by=by,
    )
    receiver, due_on = usual_receiver(school), usual_due_day(school_year)
    ClassTurn.objects.bulk_create(
        ClassTurn(
            turn=year_turn,
            school_class_id=line.own.pk,
            kind=ClassTurn.Kind.GRADUATE if line.graduates else ClassTurn.Kind.PROMOTE,
            to_school_id=receiver if line.to_junior else None,
            due_on=due_on if line.to_junior else None,
        )
        for line in class_lines(outcome_of(year_turn), year_turn)
    )
    audit.record(by=by, action="year_turn.begin", subject=year_turn, school=school.pk, school_year=school_year)
    return year_turn


@transaction.atomic
def choose(
    *,
    by,
    year_turn: YearTurn,
    graduation_day: date,
    into: Mapping[int, int | None],
    receivers: Mapping[int, tuple[int | None, date | None]],
    seen: str,
) -> YearTurn:
    """Keep what becomes of each class: ``into`` class → class joined (None = the same), ``receivers`` class → school
    and the day by which its graduates are to arrive. ``seen``: the mark of the plan that the page showed.
    """
    year_turn = _planned(year_turn)
    if mark_of_plan(year_turn) != seen:
        raise TurnChanged("这个页面打开后，别人改过安排，这次没有保存。下面是现在的安排，请核对后再改。")
    check_graduation_day(year_turn.school_year, graduation_day)
    year_turn.graduation_day = graduation_day
    year_turn.save(update_fields=["graduation_day"])
    rows = [
        ClassTurn(turn=year_turn, school_class_id=own, kind=ClassTurn.Kind.PROMOTE, to_class_id=target)
        for own, target in into.items()
    ]
    rows += [
        ClassTurn(turn=year_turn, school_class_id=own, kind=ClassTurn.Kind.GRADUATE, to_school_id=school, due_on=due_on)
        for own, (school, due_on) in receivers.items()
    ]
    year_turn.classes.all().delete()
    ClassTurn.objects.bulk_create(rows)
    outcome_of(year_turn)  # raises where a class cannot go where it is sent
    audit.record(by=by, action="year_turn.choose", subject=year_turn, classes=len(rows))
    return year_turn


@transaction.atomic
def place_apart(*, by, year_turn: YearTurn, student: Student, to_class: SchoolClass | None) -> EventKind | None:
    """Let a child go to ``to_class`` instead of with its class; None = with its class after all."""
    year_turn = _planned(year_turn)
    if to_class is None:
        removed, _ = year_turn.children.filter(student=student).delete()
        if removed:
            audit.record(by=by, action="year_turn.with_class", subject=year_turn, student=student.pk)
        return None
    outcome = outcome_of(year_turn)
    own = next((line.from_class for line in outcome.lines if line.student == student.pk), None)
    if own is None or to_class.pk not in outcome.plan.classes:
        raise TurnRefused("这个孩子或这个班不在本校这次学年交替里，没有保存")
    kind = kind_between(outcome.plan.classes[own], outcome.plan.classes[to_class.pk], year_turn.school_year)
    ChildTurn.objects.update_or_create(
        turn=year_turn, student=student, defaults={"kind": kind.value, "to_class": to_class}
    )
    audit.record(
        by=by, action="year_turn.apart", subject=year_turn, student=student.pk, kind=kind.value, to_class=to_class.pk
    )
    return kind


@transaction.atomic
def carry_out(*, by, year_turn: YearTurn, seen: str, today: date) -> YearTurn:
    """Write the events of every child that moves and hand the graduates over; ``seen`` is the mark of the preview.

    Pressed again by the same person it changes nothing; a second person is told.
    """
    locked = _locked(year_turn)
    if locked.carried_out_by_id == by.pk and not locked.taken_back_at:
        return locked
    year_turn = _still_planned(locked)
    if today < (first := first_day_to_carry_out(year_turn.school_year)):
        raise TurnRefused(f"还没有到执行的时候，没有执行。最早可以在{cdate(first)}执行")
    lock_children(*_whom(outcome_of(year_turn)))
    outcome = outcome_of(year_turn)
    _refuse_what_is_open(outcome, year_turn)
    if outcome.mark != seen:
        raise TurnChanged("预览之后名单有变动，没有执行。请再看一遍下面的名单。")
    moment = timezone.now()
    year_turn.carried_out_at, year_turn.carried_out_by = moment, by
    year_turn.save(update_fields=["carried_out_at", "carried_out_by"])
    events = [
        EnrolmentEvent(
            student_id=line.student,
            kind=line.kind,
            happened_on=line.day,
            school_class_id=line.to_class,
            recorded_at=moment,
            recorded_by=by,
            year_turn=year_turn,
        )
        for line in outcome.lines
        if line.kind
    ]
    add_events(events, today=today, reason="学年交替")
    handed_over = _hand_over(by, year_turn, outcome, moment)
    audit.record(by=by, action="year_turn.carry_out", subject=year_turn, handed_over=handed_over, **outcome.counts)
    return year_turn


def _whom(outcome: Outcome) -> tuple[list[int], set[int | None]]:
    moving = [line for line in outcome.lines if line.kind]
    return [line.student for line in moving], {line.to_class for line in moving}


def _refuse_what_is_open(outcome: Outcome, year_turn: YearTurn) -> None:
    if blocked := outcome.counts["blocked"]:
        raise TurnRefused(f"有{blocked}名学生的申请要先办结，没有执行。请在名单里查看“要先处理”的学生")
    for line in class_lines(outcome, year_turn):
        if line.to_junior and not (line.to_school and line.due_on):
            raise TurnRefused(f"{line.own.name}还没有选接收学校和报到截止日期，没有执行")


def _hand_over(by, year_turn: YearTurn, outcome: Outcome, moment) -> int:
    """整班移交: a list for each graduating class of a primary school; how many children stand on them."""
    children = []
    for line in class_lines(outcome, year_turn):
        if not line.to_junior or not line.moving:
            continue
        hand_over = HandOver.objects.create(
            kind=HandOver.Kind.TO_JUNIOR,
            turn=year_turn,
            from_class_id=line.own.pk,
            from_school=year_turn.school,
            to_school_id=line.to_school,
            school_year=year_turn.school_year,
            due_on=line.due_on,
            sent_at=moment,
            sent_by=by,
        )
        children += [
            HandOverChild(hand_over=hand_over, student_id=each.student)
            for each in outcome.lines
            if each.from_class == line.own.pk and each.kind is EventKind.GRADUATE
        ]
    HandOverChild.objects.bulk_create(children, batch_size=BATCH)
    return len(children)


@transaction.atomic
def take_back(*, by, year_turn: YearTurn, today: date) -> YearTurn:
    """Void exactly the events that the turn made and withdraw its hand-overs; the plan stands anew, as it was.

    Refused once it is confirmed, and while a child has had another event since.
    """
    year_turn = _locked(year_turn)
    if year_turn.taken_back_at or not year_turn.carried_out_at:
        raise TurnChanged("这次学年交替已经不在执行后的状态，没有再撤回。")
    if year_turn.confirmed_at:
        raise TurnRefused("学年交替已经确认，不能撤回。有差错的，请逐个学生更正")
    hand_overs = list(year_turn.hand_overs.select_for_update(no_key=True).order_by("pk"))
    events = year_turn.events.filter(corrected_by=None)
    students = list(events.order_by("student").values_list("student", flat=True))
    lock_children(students)
    if blocking := len({event.student_id for event in later_events(year_turn)}):
        raise TurnRefused(f"执行之后，有{blocking}名学生又登记了新的变动，没有撤回。请先作废那些变动")
    moment = timezone.now()
    for hand_over in hand_overs:
        hand_over.withdrawn_at, hand_over.withdrawn_by = moment, by
        hand_over.save(update_fields=["withdrawn_at", "withdrawn_by"])
    voided = void_events(list(events), by=by, note=NOTE, today=today)
    year_turn.taken_back_at, year_turn.taken_back_by = moment, by
    year_turn.save(update_fields=["taken_back_at", "taken_back_by"])
    audit.record(by=by, action="year_turn.take_back", subject=year_turn, events=voided, hand_overs=len(hand_overs))
    return _plan_again(by, year_turn, moment)


def _plan_again(by, old: YearTurn, moment) -> YearTurn:
    new = YearTurn.objects.create(
        school=old.school,
        school_year=old.school_year,
        graduation_day=old.graduation_day,
        promotion_day=old.promotion_day,
        planned_at=moment,
        planned_by=by,
    )
    for model, rows in ((ClassTurn, old.classes.all()), (ChildTurn, old.children.all())):
        copies = list(rows)
        for row in copies:
            row.pk, row.turn = None, new
        model.objects.bulk_create(copies)
    return new


@transaction.atomic
def confirm(*, by, year_turn: YearTurn) -> YearTurn:
    """Make the turn final; pressed again it changes nothing."""
    year_turn = _locked(year_turn)
    if year_turn.taken_back_at or not year_turn.carried_out_at:
        raise TurnChanged("这次学年交替已被撤回或还没有执行，没有确认。")
    if not year_turn.confirmed_at:
        year_turn.confirmed_at, year_turn.confirmed_by = timezone.now(), by
        year_turn.save(update_fields=["confirmed_at", "confirmed_by"])
        audit.record(by=by, action="year_turn.confirm", subject=year_turn)
    return year_turn


def _locked(year_turn: YearTurn) -> YearTurn:
    """The turn as it stands once whoever held it has finished; no join, which would show what was before the wait."""
    return YearTurn.objects.select_for_update(no_key=True).get(pk=year_turn.pk)


def _planned(year_turn: YearTurn) -> YearTurn:
    return _still_planned(_locked(year_turn))


def _still_planned(locked: YearTurn) -> YearTurn:
    """Refuse where it has been carried out or taken back by now."""
    if locked.taken_back_at:
        raise TurnChanged(f"{locked.taken_back_by.name}在{cdatetime(locked.taken_back_at)}撤回了，这次没有保存。")
    if locked.carried_out_at:
        raise TurnChanged(f"{locked.carried_out_by.name}在{cdatetime(locked.carried_out_at)}已经执行，这次没有再写入。")
    return locked
