"""催点名: whoever has to take a missing register is told so, once until it has been seen."""

from datetime import datetime

from django.db import transaction

from students.access import AREA_ROLES, Scope, in_force
from students.actions import audit, notices
from students.models import Notice, Person, Posting, Role, School, SchoolClass
from students.queries.calendar import current_calendar
from students.queries.lessons import lessons_on
from students.queries.register_board import class_board


class ReminderRefused(Exception):
    """Nobody was reminded; the message is a Chinese sentence that says why and what to do."""


class NotYoursToRemind(ReminderRefused):
    """The person sees the registers but has nobody to remind."""


@transaction.atomic
def remind_class(*, by, scope: Scope, school_class: int, now: datetime) -> int:
    """Remind the 班主任 and 代班 of a class of every register that is missing; how many people are told now.

    0 where they all have been told and have not seen it yet. ``now`` is local. Raises ``SchoolClass.DoesNotExist``
    outside the scope, ``NotYoursToRemind``, and ``ReminderRefused`` where nothing is missing or nobody is posted.
    """
    target = SchoolClass.objects.visible_to(scope).select_related("school").get(pk=school_class)
    refuse_onlookers(scope, target.school)
    return _remind(by, scope, target.school, now, only=target.pk)


@transaction.atomic
def remind_school(*, by, scope: Scope, school: int, now: datetime) -> int:
    """Remind every class of a school that misses a register; an officer from outside reminds the school's clerk.

    The school is locked, so that of two officers who press at once the second sees what the first has sent.
    """
    target = School.objects.visible_to(scope).select_for_update(of=("self",), no_key=True).get(pk=school)
    refuse_onlookers(scope, target)
    if target.pk in scope.clerk_of | scope.led:
        return _remind(by, scope, target, now)
    lines = [line for line in class_board(target, scope, now=now).lines if line.gaps]
    if not lines:
        raise ReminderRefused("这所学校现在没有缺的点名，没有提醒。")
    clerks = Person.objects.filter(pk__in=_clerks_of(target, now).values("person"), is_active=True)
    if not clerks:
        raise ReminderRefused("这所学校没有能登录的学籍管理员，没有提醒到人。请电话联系学校。")
    waiting = Notice.objects.filter(
        kind=Notice.Kind.SCHOOL_MISSING, day=now.date(), seen_at=None, school_class__school=target
    )
    told = set(waiting.values_list("person", flat=True))
    place = {"school_class": lines[0].school_class, "day": now.date()}
    people = [clerk for clerk in clerks if clerk.pk not in told]
    number = notices.send(by=by, to=people, kind=Notice.Kind.SCHOOL_MISSING, **place)
    return _noted(by, target, number, classes=len(lines))


def may_remind(scope: Scope, school: School) -> bool:
    """The school's clerk and heads its teachers; the bureau and the officer 乡镇干部 of its township the school."""
    return school.pk in scope.clerk_of | scope.led or scope.may_manage_in(school.township_id)


def refuse_onlookers(scope: Scope, school: School) -> None:
    if not may_remind(scope, school):
        who = "督学只查看" if scope.roles & AREA_ROLES else "催点名由教务处和校领导办理"
        raise NotYoursToRemind(f"{who}，没有提醒")


def _clerks_of(school: School, now: datetime):
    return in_force(Posting.objects.filter(role=Role.REGISTRY_CLERK, school=school), now.date())


def _remind(by, scope: Scope, school: School, now: datetime, *, only: int | None = None) -> int:
    """Remind the teachers of the classes that miss a register, one notice a register."""
    lines = class_board(school, scope, now=now).lines
    lines = [line for line in lines if line.gaps and only in (None, line.school_class.pk)]
    if not lines:
        raise ReminderRefused("现在没有缺的点名，没有提醒。")
    if not any(line.teachers for line in lines):
        raise ReminderRefused("这些班今天没有班主任，没有提醒到人。请先在教职工岗位里指定班主任。")
    if not any(notices.reachable(line.teachers) for line in lines):
        raise ReminderRefused("这些班的班主任账号都已停用，没有提醒到人。请电话联系，或指定别的班主任。")
    lessons = lessons_on([line.school_class for line in lines], now.date(), current_calendar())
    told = sum(_tell(by, line, lessons) for line in lines)
    return _noted(by, school, told, classes=len(lines))


def _tell(by, line, lessons) -> int:
    """How many people are told now of at least one register of their class: its 班主任 and 代班, and for a lesson of
    today whoever the timetable has in it."""
    told = []
    for gap in line.gaps:
        lesson = lessons.get((line.school_class.pk, gap.slot)) if gap.day == line.days[-1] else None
        people = [*line.teachers, *([lesson.teacher] if lesson else [])]
        place = {"school_class": line.school_class, "day": gap.day, "slot": gap.slot}
        told.append(notices.send(by=by, to=people, kind=Notice.Kind.REGISTER_MISSING, **place))
    return max(told, default=0)


def _noted(by, school: School, told: int, **counts: int) -> int:
    if told:
        audit.record(by=by, action="registers.remind", subject=school, people=told, **counts)
    return told
