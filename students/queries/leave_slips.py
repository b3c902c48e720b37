"""请假条: those that wait, hold and are over; and the absences 事假, 病假 that no slip answers for."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from students.access import Scope
from students.calendar import school_year_of, school_year_start
from students.days import MARK_LABELS, MarkKind
from students.leaves import days_taken, joined, overdue_before, stretches
from students.models import AbsenceMark, Enrolment, Leave, LeaveSlip, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.changes import narrowed
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate_short

BOXES = {"waiting": "待批", "current": "生效中", "missing": "缺请假条", "over": "已结束"}
ON_PAPER = (MarkKind.PERSONAL_LEAVE, MarkKind.SICK_LEAVE)  # 公假 is the school's own


def span_words(span: tuple[date, date]) -> str:
    """9月7日, or 9月7日至9月9日."""
    first, last = span
    return cdate_short(first) if first == last else f"{cdate_short(first)}至{cdate_short(last)}"


def asked_for(student: Student, *, without: LeaveSlip | None = None) -> list[Leave | LeaveSlip]:
    """The leaves of a child that stand and the slips that wait; two queries."""
    waiting = LeaveSlip.objects.filter(student=student, decision="")
    if without:
        waiting = waiting.exclude(pk=without.pk)
    return [*Leave.objects.filter(student=student, cancelled_at=None), *waiting]


def class_of_days(student: Student, span: tuple[date, date]) -> tuple[SchoolClass | None, date]:
    """The class in which the child attends on the last of these days or attended last before, and since when it has
    attended the school without a break; None where it never did."""
    places = Enrolment.objects.attending().filter(student=student, since__lte=max(span))
    place = places.select_related("school_class__school").order_by("-since").first()
    if place is None:
        later = Enrolment.objects.attending().filter(student=student).select_related("school_class__school")
        place = later.order_by("since").first()
        return (place.school_class, place.since) if place else (None, span[0])
    first = places.filter(spell=place.spell).order_by("since").values_list("since", flat=True).first()
    return place.school_class, first


def may_decide(scope: Scope, school_class: SchoolClass) -> bool:
    """Who approves leaves of any length: 学籍管理员, 校长 and 分管领导 of the school."""
    return school_class.school_id in scope.clerk_of | scope.led


def school_days_together(slip: LeaveSlip, school_class: SchoolClass) -> int:
    """How many school days the slip asks for, counted with all that stand or wait and join it; three queries."""
    days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    others = [(other.first_day, other.last_day) for other in asked_for(slip.student, without=slip)]
    return days_taken(joined((slip.first_day, slip.last_day), others, days), days)


def school_days_of(slip: LeaveSlip, school_class: SchoolClass) -> int:
    """How many school days it asks for by itself; one query."""
    days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    return days_taken((slip.first_day, slip.last_day), days)


def slips_seen_by(scope: Scope):
    """Slips in the scope, with all that a line names."""
    rows = LeaveSlip.objects.visible_to(scope)
    return rows.select_related("student__line__school_class__school", "handed_in_by", "decided_by", "ended_by", "leave")


def boxes(scope: Scope, today: date, *, text: str = "", school=None) -> dict:
    """待批, 生效中 and 已结束, narrowed down; what is refused or withdrawn is over."""
    rows = narrowed(slips_seen_by(scope), "student__line__school", text=text, school=school)
    holds = Q(decision="approved", leave__cancelled_at=None, leave__last_day__gte=today)
    return {
        "waiting": rows.filter(decision="").order_by("handed_in_at", "pk"),
        "current": rows.filter(holds).order_by("last_day", "pk"),
        "over": rows.exclude(Q(decision="") | holds).order_by("-first_day", "-pk"),
    }


def box_shown(asked: str, counts: dict[str, int]) -> str:
    """The box asked for, else the first that holds anything, else the first."""
    filled = [name for name in BOXES if counts.get(name)]
    return asked if asked in counts else next(iter(filled), "waiting")


def asks_for_slips(scope: Scope) -> bool:
    """Whether a person answers for a class or a school, and so hands slips in and asks for those that are missing."""
    return bool(scope.homeroom or scope.clerk_of or scope.led)


def classes_answered_for(scope: Scope):
    """The classes whose children's slips a person asks for: the own ones, and those of a school that it runs."""
    return SchoolClass.objects.filter(Q(pk__in=scope.homeroom) | Q(school__in=scope.clerk_of | scope.led))


@dataclass(frozen=True)
class MissingSlip:
    """Days of a child that one slip can answer for, marked 事假 or 病假 with nothing handed in."""

    student: Student
    school_class: SchoolClass
    kind: MarkKind
    days: tuple[date, ...]

    @property
    def words(self) -> str:
        """9月7日、9月8日."""
        return "、".join(cdate_short(day) for day in self.days)

    @property
    def kind_label(self) -> str:
        return MARK_LABELS[self.kind]

    @property
    def query(self) -> str:
        """The days and the kind, for the form that is filled in beforehand."""
        return f"first={self.days[0]}&last={self.days[-1]}&kind={self.kind}"


def missing_slips(classes, today: date, *, text: str = "") -> list[MissingSlip]:
    """缺请假条 of the children who attend ``classes`` (a queryset) today; three queries beside the calendar's stamp.

    Listed once the school days that the county allows for the slip have passed; of this school year only. A day that
    was closed after its register had been taken asks for none: there is nothing to be excused from.
    """
    rooms = {room.pk: room for room in classes.select_related("school")}
    calendar, allowed = current_calendar(), policy_of(today).slip_days
    days_of = {
        pk: calendar.school_days(school=room.school_id, school_class=pk) for pk, room in rooms.items()
    }  # shared by classes with one calendar
    found: dict[tuple[int, int, str], set[date]] = defaultdict(set)
    children: dict[int, Student] = {}
    for mark in _unanswered(rooms, today, text):
        room, day = mark.roll_call.school_class_id, mark.roll_call.day
        if day in days_of[room] and day < overdue_before(today, allowed, days_of[room]):
            found[mark.student_id, room, mark.kind].add(day)
            children[mark.student_id] = mark.student
    lines = [
        MissingSlip(children[student], rooms[room], MarkKind(kind), tuple(stretch))
        for (student, room, kind), days in found.items()
        for stretch in stretches(days, days_of[room])
    ]
    return sorted(lines, key=lambda line: (line.days[0], line.school_class.pk, line.student.pk, line.kind))


def missing_words(classes, today: date) -> str:
    """缺2份请假条…: for the home page; blank where none is missing."""
    number = len(missing_slips(classes, today))
    return f"缺{number}份请假条：点名记了事假或病假，还没有交条。" if number else ""


def _unanswered(rooms, today: date, text: str):
    """Marks 事假 and 病假 of this school year in these classes that neither a leave nor a waiting slip covers."""
    answers = {"student": OuterRef("student"), "first_day__lte": OuterRef("roll_call__day")}
    answers["last_day__gte"] = OuterRef("roll_call__day")
    there = Enrolment.objects.attending().on(today).filter(school_class=OuterRef("roll_call__school_class"))
    rows = AbsenceMark.objects.filter(
        ~Exists(Leave.objects.filter(student=OuterRef("student")).covering(OuterRef("roll_call__day"))),
        ~Exists(LeaveSlip.objects.filter(**answers, decision="")),
        Exists(there.filter(student=OuterRef("student"))),
        roll_call__school_class__in=rooms,
        roll_call__day__gte=school_year_start(school_year_of(today)),
        roll_call__day__lt=today,
        kind__in=ON_PAPER,
    )
    if text.strip():
        rows = rows.filter(student__in=Student.objects.search(text))
    return rows.select_related("roll_call", "student").order_by("roll_call__day")
