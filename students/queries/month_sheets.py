"""What a class's month is made of: its children, registers, marks and leave, read in bulk."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q

from students.access import Scope
from students.attendance_year import Stay
from students.calendar import DAY, school_year_of
from students.days import SLOT_ORDER, Slot
from students.models import AbsenceMark, Enrolment, Leave, RollCall, School, SchoolClass, Student
from students.month_sheet import (
    Child,
    MonthFacts,
    MonthSheet,
    days_of,
    month_before,
    month_sheet,
    next_month,
    settled_kind,
)
from students.queries.calendar import current_calendar
from students.register_days import is_attended, register_day

LONGEST_STAGE = {SchoolClass.Stage.PRIMARY: 6, SchoolClass.Stage.JUNIOR: 3}  # years in a school


def sheet_of(school_class: SchoolClass, month: date, *, today: date) -> MonthSheet:
    """月考勤表 of a class with its school; five queries."""
    return month_sheet(month_facts(school_class, month), today=today)


def month_facts(school_class: SchoolClass, month: date) -> MonthFacts:
    """What was recorded of a class (with its school) in the month that begins on ``month``; five queries.

    A mark made by another class counts on a day that now belongs to this one: the child was moved afterwards.
    """
    end = next_month(month)
    students, stays = children_of(school_class, month, end)
    marks = _marks(school_class, stays, month, end)
    leaves = defaultdict(list)
    standing = Leave.objects.filter(student__in=stays).covering(month, end - DAY)
    for student, *leave in standing.order_by("student", "first_day", "pk").values_list(
        "student", "first_day", "last_day", "kind"
    ):
        leaves[student].append(tuple(leave))
    return MonthFacts(
        month=month,
        slots=school_class.school.slot_list,
        school_days=set(school_days_of(school_class, month)),
        children=[
            Child(each.pk, each.name, each.list_position, stays[each.pk], marks[each.pk], leaves[each.pk])
            for each in students
        ],
        taken=_taken(school_class, month, end),
    )


def school_days_of(school_class: SchoolClass, month: date) -> tuple[date, ...]:
    """The school days of a class in a month; one query at most."""
    days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    return days.between(month, next_month(month) - timedelta(days=1))


def children_of(school_class: SchoolClass, first: date, end: date) -> tuple[list[Student], dict[int, list[Stay]]]:
    """Who attended a class on some day from ``first`` until the day before ``end``, in the order of the class list,
    and when; one query."""
    rows = (
        Enrolment.objects.attending()
        .filter(Q(until=None) | Q(until__gt=first), school_class=school_class, since__lt=end)
        .select_related("student")
        .order_by(F("student__list_position").asc(nulls_last=True), "student__line__name_key", "student", "since")
    )
    students, stays = {}, defaultdict(list)
    for row in rows:
        students[row.student_id] = row.student
        stays[row.student_id].append(Stay(school_class.pk, row.since, row.until))
    return list(students.values()), stays


def _marks(school_class, stays: Collection[int], first: date, end: date) -> Mapping[int, dict[date, dict[str, str]]]:
    """Student → day → slot → kind. Of two marks of one slot (a child moved afterwards) this class's counts."""
    found = AbsenceMark.objects.filter(student__in=stays, roll_call__day__gte=first, roll_call__day__lt=end)
    marks: dict[int, dict[date, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    columns = ("student", "roll_call__day", "roll_call__slot", "kind", "roll_call__school_class")
    for student, day, slot, kind, where in found.order_by("roll_call__school_class").values_list(*columns):
        if where == school_class.pk or slot not in marks[student][day]:
            marks[student][day][slot] = kind
    return marks


def _taken(school_class, first: date, end: date) -> Mapping[date, set[str]]:
    taken = defaultdict(set)
    calls = RollCall.objects.filter(school_class=school_class, day__gte=first, day__lt=end)
    for day, slot in calls.order_by().values_list("day", "slot"):
        taken[day].add(slot)
    return taken


# ---- choosing a sheet --------------------------------------------------------------------------


def months_to_choose(today: date) -> list[date]:
    """Months for which there are sheets, the latest first: next month's blank one, and back to the first term."""
    latest = next_month(today.replace(day=1))
    first_day = current_calendar().first_day or today
    months = [latest]
    while (before := month_before(months[-1])) >= first_day.replace(day=1):
        months.append(before)
    return months if len(months) > 1 else [latest, month_before(latest)]


def classes_of(scope: Scope, month: date, *, school: School | None = None):
    """Classes that the scope holds and that existed in a month: with children then, or of an age to have some."""
    year = school_year_of(month)
    had_children = Enrolment.objects.attending().filter(
        Q(until=None) | Q(until__gt=month), school_class=OuterRef("pk"), since__lt=next_month(month)
    )
    of_age = Q()
    for stage, years in LONGEST_STAGE.items():
        of_age |= Q(stage=stage, cohort__gt=year - years, cohort__lte=year)
    rows = SchoolClass.objects.visible_to(scope).filter(Exists(had_children) | of_age).select_related("school")
    return (rows.filter(school=school) if school else rows).order_by("school__code", "-cohort", "number")


@dataclass(frozen=True)
class ClassLine:
    """A class to choose: how many of the registers that were due in the month have been taken."""

    school_class: SchoolClass
    due: int
    taken: int

    @property
    def missing(self) -> int:
        return self.due - self.taken


def class_lines(classes: Collection[SchoolClass], month: date, *, today: date) -> list[ClassLine]:
    """The classes of a page with the state of their registers, the whole of today included; two queries and the
    calendar's."""
    calls = RollCall.objects.filter(school_class__in=classes, day__gte=month, day__lt=next_month(month))
    taken = defaultdict(set)
    for school_class, day, slot in calls.order_by().values_list("school_class", "day", "slot"):
        taken[school_class, day].add(slot)
    spans = defaultdict(list)
    rows = Enrolment.objects.attending().filter(
        Q(until=None) | Q(until__gt=month), school_class__in=classes, since__lt=next_month(month)
    )
    for school_class, since, until in rows.order_by().values_list("school_class", "since", "until"):
        spans[school_class].append((since, until))
    calendar, lines = current_calendar(), []
    for each in classes:
        school_days = calendar.school_days(school=each.school_id, school_class=each.pk)
        registers = [
            register_day(
                slots=each.school.slot_list,
                taken=taken[each.pk, day],
                is_school_day=day in school_days,
                is_attended=is_attended(spans[each.pk], day),
            )
            for day in days_of(month)
            if day <= today
        ]
        due, done = sum(len(day.due) for day in registers), sum(day.taken for day in registers)
        lines.append(ClassLine(each, due, done))
    return lines


# ---- one day of a sheet ------------------------------------------------------------------------


@dataclass(frozen=True)
class DayRecord:
    """What happened in a class on a day. ``registers``: slot → its roll call, None where it was not taken.

    ``children``: those marked, each with a mark a slot: what was written, and what it counts as once leave is known;
    None where there is none.
    """

    registers: dict[Slot, RollCall | None]
    children: list[tuple[Student, list[tuple[Slot, tuple[str, str] | None]]]]


def day_record(school_class: SchoolClass, day: date) -> DayRecord:
    """Every register of a class (with its school) on a day, those that were not taken too; three queries."""
    found = RollCall.objects.filter(school_class=school_class, day=day).select_related("taken_by")
    calls = {Slot(call.slot): call for call in found}
    slots = sorted({*school_class.school.slot_list, *calls}, key=SLOT_ORDER.__getitem__)
    by_position = F("student__list_position").asc(nulls_last=True)
    marks = list(
        AbsenceMark.objects.filter(roll_call__in=calls.values())
        .select_related("student", "roll_call")
        .order_by(by_position, "student")
    )
    leaves = _leave_kinds({mark.student_id for mark in marks}, day)
    students, written = {}, defaultdict(dict)
    for mark in marks:
        students[mark.student_id] = mark.student
        counts_as = settled_kind(mark.kind, leaves.get(mark.student_id, ""))
        written[mark.student_id][mark.roll_call.slot] = (mark.kind, counts_as)
    children = [(students[pk], [(slot, written[pk].get(slot)) for slot in slots]) for pk in students]
    return DayRecord({slot: calls.get(slot) for slot in slots}, children)


def _leave_kinds(students: Collection[int], day: date) -> dict[int, str]:
    """Student → the kind of the leave that covers ``day``; of several the one that began first."""
    standing = Leave.objects.filter(student__in=students).covering(day)
    return dict(standing.order_by("-first_day", "-pk").values_list("student", "kind"))
