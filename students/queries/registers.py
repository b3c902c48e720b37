"""What the register page, its save and the school's board read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, F, Q

from students.days import ABSENT, MARK_LABELS, MarkKind, Slot
from students.models import AbsenceMark, Enrolment, Leave, RollCall, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.templatetags.chinese import cdatetime


def roster(school_class: int, day: date):
    """The children who attend a class on a day (应到), in the order of the class list; one query.

    Each row is an enrolment with its student.
    """
    return (
        Enrolment.objects.attending()
        .on(day)
        .filter(school_class=school_class)
        .select_related("student")
        .order_by(F("student__list_position").asc(nulls_last=True), "student__line__name_key", "student")
    )


def roll_calls_on(classes, day: date) -> dict[tuple[int, str], RollCall]:
    """(class, slot) → the roll call of ``day`` with who took it and ``absent``, the number of children missing."""
    calls = (
        RollCall.objects.filter(school_class__in=classes, day=day)
        .select_related("taken_by")
        .annotate(absent=Count("marks", filter=Q(marks__kind__in=ABSENT)))
    )
    return {(call.school_class_id, call.slot): call for call in calls}


def expected_on(classes, day: date) -> dict[int, int]:
    """Class → how many children attend it on ``day``."""
    rows = Enrolment.objects.attending().on(day).filter(school_class__in=classes).order_by()
    return dict(rows.values_list("school_class").annotate(Count("pk")))


@dataclass(frozen=True)
class SlotState:
    """One slot of a class on a day, as a board shows it; ``roll_call`` is None where the register is missing."""

    slot: str
    label: str
    roll_call: RollCall | None
    expected: int

    @property
    def present(self) -> int:
        return self.expected - self.roll_call.absent


@dataclass(frozen=True)
class ClassDay:
    """A class on a day: its slots, and whether it is a school day for it."""

    school_class: SchoolClass
    is_school_day: bool
    slots: list[SlotState]

    @property
    def missing(self) -> list[SlotState]:
        return [slot for slot in self.slots if slot.roll_call is None]


def class_days(classes, day: date, calendar) -> list[ClassDay]:
    """The state of every register of ``classes`` (a queryset with their schools) on ``day``; three queries."""
    classes = list(classes.select_related("school"))
    ids = [school_class.pk for school_class in classes]
    calls, expected = roll_calls_on(ids, day), expected_on(ids, day)
    return [
        ClassDay(
            school_class,
            day in calendar.school_days(school=school_class.school_id, school_class=school_class.pk),
            [
                SlotState(slot, slot.label, calls.get((school_class.pk, slot)), expected.get(school_class.pk, 0))
                for slot in school_class.school.slot_list
            ],
        )
        for school_class in classes
        if expected.get(school_class.pk)
    ]


@dataclass(frozen=True)
class RegisterRow:
    """One child of a register: ``mark`` is what the page shows as chosen, blank = present."""

    student: Student
    mark: str


@dataclass(frozen=True)
class RegisterPage:
    """Everything the register page shows. ``obstacle`` says in words why it cannot be taken; then it is only read."""

    school_class: SchoolClass
    day: date
    slot: Slot
    roll_call: RollCall | None
    absent_before: list[RegisterRow]
    others: list[RegisterRow]
    obstacle: str

    @property
    def version(self) -> int:
        return self.roll_call.version if self.roll_call else 0

    @property
    def expected(self) -> int:
        return len(self.absent_before) + len(self.others)

    @property
    def present(self) -> int:
        return self.expected - sum(row.mark in ABSENT for row in self.absent_before + self.others)

    @property
    def shown_expected(self) -> int | str:
        """A register that cannot be taken and never was counts nobody."""
        return "—" if self.obstacle and not self.roll_call else self.expected

    @property
    def shown_present(self) -> int | str:
        return "—" if self.obstacle and not self.roll_call else self.present


def register_page(
    school_class: SchoolClass,
    day: date,
    slot: Slot,
    *,
    today: date,
    may_take: bool,
    marks: Mapping[int, str] | None = None,
) -> RegisterPage:
    """The register of a class; five queries. ``marks``: what was chosen on a page that could not be saved."""
    school_days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    call = RollCall.objects.filter(school_class=school_class, day=day, slot=slot).select_related("taken_by").first()
    standing, absent_before = _marks_now_and_before(school_class, day, call, school_days.before(day))
    children = [row.student for row in roster(school_class.pk, day)]
    if marks is None:
        marks = standing if call else _on_leave(children, day)
    rows = [RegisterRow(child, str(marks.get(child.pk, ""))) for child in children]
    return RegisterPage(
        school_class=school_class,
        day=day,
        slot=slot,
        roll_call=call,
        absent_before=[row for row in rows if row.student.pk in absent_before],
        others=[row for row in rows if row.student.pk not in absent_before],
        obstacle=_obstacle(school_class, day, slot, today, may_take, day in school_days),
    )


def _obstacle(school_class, day, slot, today, may_take, is_school_day) -> str:
    if day > today:
        return "还没有到这一天，不能提前点名。"
    if slot not in school_class.school.slot_list:
        return f"本校不在{slot.label}点名。"
    if not is_school_day:
        return "这一天不是本班的上课日，不用点名。校历有误请告诉教务处。"
    return "" if may_take else "你可以查看这个班的考勤，但不负责它的点名。"


def _marks_now_and_before(school_class, day, call, before) -> tuple[dict[int, str], set[int]]:
    """The marks of this roll call, and who was absent on the school day before; one query.

    Asked for by class and days, which an index answers; "this roll call or that day" would read every mark there is.
    """
    marks = AbsenceMark.objects.filter(
        roll_call__school_class=school_class, roll_call__day__in=[day, before]
    ).values_list("student", "kind", "roll_call__day", "roll_call")
    now = {student: kind for student, kind, _, roll_call in marks if call and roll_call == call.pk}
    return now, {student for student, kind, on, _ in marks if on == before and kind in ABSENT}


def _on_leave(children, day: date) -> dict[int, str]:
    """Children with an approved leave are offered as on leave."""
    leaves = Leave.objects.filter(student__in=children, first_day__lte=day, last_day__gte=day, cancelled_at=None)
    return dict(leaves.values_list("student", "kind"))


@dataclass(frozen=True)
class Difference:
    """A child marked differently by two people, in words."""

    student: Student
    theirs: str
    mine: str


def compare(call: RollCall, mine: Mapping[int, MarkKind]) -> list[Difference]:
    """What stands in a register beside what was sent."""
    theirs = dict(call.marks.values_list("student", "kind"))
    differing = [pk for pk in theirs.keys() | mine.keys() if theirs.get(pk) != mine.get(pk)]
    words = {"": "出勤"} | {kind.value: label for kind, label in MARK_LABELS.items()}
    return [
        Difference(student, words[theirs.get(student.pk, "")], words[mine.get(student.pk, "")])
        for student in Student.objects.filter(pk__in=differing).order_by("pk")
    ]


def register_history(call: RollCall) -> list[dict]:
    """The corrections of a register as timeline entries, newest first, and its taking at the end."""
    corrections = call.corrections.select_related("student", "corrected_by").order_by("-version", "student")
    entries = []
    for _, group in groupby(corrections, key=lambda correction: correction.version):
        changes = list(group)
        text = "；".join(
            f"{c.student.name}：{c.get_old_kind_display() or '出勤'}改为{c.get_new_kind_display() or '出勤'}"
            for c in changes
        )
        entries.append(_entry(changes[0].corrected_at, changes[0].reason or "更正", text, changes[0].corrected_by))
    return [*entries, _entry(call.taken_at, "点名", "", call.taken_by)]


def _entry(when, title: str, text: str, by) -> dict:
    return {
        "when": cdatetime(when),
        "title": title,
        "text": text,
        "by": by.name if by else "由工作簿导入",
    }
