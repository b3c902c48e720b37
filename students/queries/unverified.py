"""待核实: marks whose reason nobody knows yet, as things to ask about; one a child and day, whatever its slots."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from students.access import Scope
from students.calendar import DAY, Calendar
from students.days import SLOT_ORDER, MarkKind, Slot
from students.models import AbsenceMark, Guardian, Leave, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.guardians import to_ring
from students.templatetags.chinese import cdate_short

# What a tap says: the kind it becomes (blank = 在校), in the order of likelihood.
ANSWERS = [
    (MarkKind.UNEXCUSED.value, "旷课"),
    (MarkKind.SICK_LEAVE.value, "病假"),
    (MarkKind.PERSONAL_LEAVE.value, "事假"),
    (MarkKind.OFFICIAL.value, "公假"),
    (MarkKind.LATE.value, "迟到"),
    ("", "在校"),
]


@dataclass(frozen=True)
class Unverified:
    """A child's 待核实 of one day. ``waited``: school days of the class since, today included."""

    student: Student
    school_class: SchoolClass
    day: date
    slots: list[Slot]
    waited: int
    guardian: Guardian | None
    may_answer: bool

    @property
    def when(self) -> str:
        """9月7日上午、下午."""
        return f"{cdate_short(self.day)}{'、'.join(slot.label for slot in self.slots)}"

    @property
    def waited_words(self) -> str:
        return f"已等{self.waited}个上课日" if self.waited else "今天"

    @property
    def tone(self) -> str:
        return "alarm" if self.waited > 1 else "warn" if self.waited else "mute"


def unverified(scope: Scope, calendar: Calendar | None = None):
    """(day, class, student) of the marks in the scope that wait for a reason, the oldest first; one query here, and
    the calendar's where something waits.

    A day that an approved leave covers has its reason, and one that was closed afterwards asks for none: there was no
    school to miss. A class in which only lessons are taught is not the reader's.
    """
    leave = Leave.objects.filter(student=OuterRef("student")).covering(OuterRef("roll_call__day"))
    marks = AbsenceMark.objects.visible_to(scope.without_lessons).filter(kind=MarkKind.UNVERIFIED)
    days = marks.filter(~Exists(leave)).order_by("roll_call__day", "roll_call__school_class", "student")
    columns = ("roll_call__day", "roll_call__school_class", "roll_call__school_class__school")
    places = list(days.order_by().values_list(*columns).distinct())
    days = days.exclude(_without_school(places, calendar or current_calendar())) if places else days.none()
    return days.values("roll_call__day", "roll_call__school_class", "student").annotate(slots=Count("pk"))


def _without_school(places, calendar: Calendar) -> Q:
    """The classes and days among ``places`` (day, class, school) that the calendar no longer has as school days."""
    closed: dict[date, list[int]] = defaultdict(list)
    for day, school_class, school in places:
        if day not in calendar.school_days(school=school, school_class=school_class):
            closed[day].append(school_class)
    found = Q(pk__in=[])
    for day, classes in closed.items():
        found |= Q(roll_call__day=day, roll_call__school_class__in=classes)
    return found


def number_unverified(scope: Scope) -> int:
    """How many things there are to ask about; two queries beside the calendar's, one where there is nothing."""
    return unverified(scope).count()


def unverified_lines(days, scope: Scope, today: date, calendar: Calendar) -> list[Unverified]:
    """The things to ask about of a page of ``unverified``; two queries, none without any."""
    keys = [(row["roll_call__day"], row["roll_call__school_class"], row["student"]) for row in days]
    if not keys:
        return []
    marks = AbsenceMark.objects.filter(
        kind=MarkKind.UNVERIFIED,
        student__in={student for _, _, student in keys},
        roll_call__day__in={day for day, _, _ in keys},
    ).select_related("student", "roll_call__school_class__school")
    found: dict[tuple, list[AbsenceMark]] = defaultdict(list)
    for mark in marks:
        found[mark.roll_call.day, mark.roll_call.school_class_id, mark.student_id].append(mark)
    groups = [found[key] for key in keys if key in found]
    asked = {
        group[0].student_id: group[0].roll_call.school_class.school_id
        for group in groups
        if scope.may_verify(group[0].roll_call.school_class)
    }
    guardians = to_ring(asked)
    return [_line(group, scope, guardians, calendar, today) for group in groups]


def _line(group: list[AbsenceMark], scope: Scope, guardians: dict, calendar: Calendar, today: date) -> Unverified:
    first = group[0]
    school_class, day = first.roll_call.school_class, first.roll_call.day
    school_days = calendar.school_days(school=school_class.school_id, school_class=school_class.pk)
    may_answer = scope.may_verify(school_class)
    return Unverified(
        student=first.student,
        school_class=school_class,
        day=day,
        slots=sorted((Slot(mark.roll_call.slot) for mark in group), key=SLOT_ORDER.__getitem__),
        waited=len(school_days.between(day + DAY, today)),
        guardian=guardians.get(first.student_id) if may_answer else None,
        may_answer=may_answer,
    )
