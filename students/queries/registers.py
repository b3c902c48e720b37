"""What the register page, its save and the school's board read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType

from django.db.models import Count, F, Q, Subquery
from django.utils import timezone

from students.access import Scope
from students.days import ABSENT, MARK_LABELS, Slot
from students.models import AbsenceMark, Enrolment, Leave, Posting, ReferenceStamp, RollCall, SchoolClass, Student
from students.queries.alerts import absent_by_alert, alert_lines, alerts_of_the_register
from students.queries.calendar import calendar_under
from students.queries.corrections import is_late, refused_to
from students.register_days import RegisterDay, RegisterState, begun_on, register_day
from students.templatetags.chinese import cdatetime

EMPTY: Mapping[int, str] = MappingProxyType({})


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
    """A class on a day: all its slots, and what its registers were so far."""

    school_class: SchoolClass
    registers: RegisterDay
    slots: list[SlotState]

    @property
    def is_school_day(self) -> bool:
        return self.registers.state is not RegisterState.NO_SCHOOL

    @property
    def missing(self) -> list[SlotState]:
        return [slot for slot in self.slots if slot.slot in self.registers.missing]


def class_days(classes, day: date, calendar, *, now: datetime) -> list[ClassDay]:
    """The state of every register of ``classes`` (a queryset with their schools) on ``day``, as seen at the local time
    ``now``; classes without children are left out. Three queries."""
    classes = list(classes.select_related("school"))
    ids = [school_class.pk for school_class in classes]
    calls, expected, begun = roll_calls_on(ids, day), expected_on(ids, day), begun_on(day, now)
    days = []
    for school_class in classes:
        if number := expected.get(school_class.pk):
            school_days = calendar.school_days(school=school_class.school_id, school_class=school_class.pk)
            found = {slot: calls.get((school_class.pk, slot)) for slot in school_class.school.slot_list}
            registers = register_day(
                slots=found,
                taken=[slot for slot, call in found.items() if call],
                is_school_day=day in school_days,
                is_attended=True,
                begun=begun,
            )
            slots = [SlotState(slot, slot.label, call, number) for slot, call in found.items()]
            days.append(ClassDay(school_class, registers, slots))
    return days


@dataclass(frozen=True)
class RegisterRow:
    """One child of a register: ``mark`` is what the page shows as chosen, blank = present."""

    student: Student
    mark: str


@dataclass(frozen=True)
class RegisterPage:
    """Everything the register page shows. ``obstacle`` says in words why it cannot be taken; then it is only read.

    ``needs_reason``: a register of an earlier day, which the clerk corrects with a reason.
    """

    school_class: SchoolClass
    day: date
    slot: Slot
    roll_call: RollCall | None
    absent_before: list[RegisterRow]
    others: list[RegisterRow]
    obstacle: str
    alerts: list[dict]
    needs_reason: bool
    is_school_day: bool

    @property
    def obstacle_title(self) -> str:
        return "只能查看" if self.roll_call else "不能点名"

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


def for_register(classes):
    """Classes with their school and the reference stamp, under which ``register_page`` reads the calendar."""
    return classes.select_related("school").annotate(stamp=Subquery(ReferenceStamp.objects.values("stamp")[:1]))


def register_page(
    school_class: SchoolClass,
    day: date,
    slot: Slot,
    *,
    today: date,
    scope: Scope,
    marks: Mapping[int, str] | None = None,
    missing: str = "",
) -> RegisterPage:
    """The register of a class ``for_register``; five queries, and one more where a late correction is refused.

    ``marks``: what was chosen on a page that could not be saved; ``missing``: the alert from which the page was opened.
    """
    calendar = calendar_under(school_class.stamp)
    school_days = calendar.school_days(school=school_class.school_id, school_class=school_class.pk)
    call = RollCall.objects.filter(school_class=school_class, day=day, slot=slot).with_taker().first()
    alerts = alerts_of_the_register(school_class.pk, day, slot)
    standing, absent_before = _marks_now_and_before(school_class, day, call, school_days.before(day))
    children = [row.student for row in roster(school_class.pk, day)]
    if marks is None:
        marks = standing if call else _on_leave(children, day) | absent_by_alert(alerts, missing)
    rows = [RegisterRow(child, str(marks.get(child.pk, ""))) for child in children]
    may_take = scope.may_take_register(school_class)
    obstacle, late = _obstacle(school_class, day, slot, today, may_take, day in school_days), False
    if not obstacle and (late := is_late(call, today, school_class.stamp)):
        obstacle = refused_to(scope, school_class, today, school_class.stamp)
    return RegisterPage(
        school_class=school_class,
        day=day,
        slot=slot,
        roll_call=call,
        absent_before=[row for row in rows if row.student.pk in absent_before],
        others=[row for row in rows if row.student.pk not in absent_before],
        obstacle=obstacle,
        alerts=alert_lines(alerts),
        needs_reason=late and not obstacle,
        is_school_day=day in school_days,
    )


def first_untaken(school_class: SchoolClass, day: date, *, only: str = "") -> Slot | None:
    """The first slot of a day whose register is missing, of all or of one; one query."""
    taken = set(RollCall.objects.filter(school_class=school_class, day=day).values_list("slot", flat=True))
    slots = [Slot(only)] if only else school_class.school.slot_list
    return next((slot for slot in slots if slot not in taken), None)


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
    """Children with an approved leave are offered as on leave; of several the one that began first says which."""
    leaves = Leave.objects.filter(student__in=children).covering(day)
    return dict(leaves.order_by("-first_day", "-pk").values_list("student", "kind"))


@dataclass(frozen=True)
class Difference:
    """A child marked differently by two people: both kinds (blank = present), who set the other one, and when.

    ``chosen``: the kind that has been chosen already; None while there is no answer.
    """

    student: Student
    theirs: str
    mine: str
    set_by: str
    set_at: str
    chosen: str | None = None

    @property
    def choices(self) -> list[tuple[str, str, str]]:
        """(kind, its word, whose it is) of either side."""
        words = {"": "出勤"} | {kind.value: label for kind, label in MARK_LABELS.items()}
        return [(self.theirs, words[self.theirs], "用现在的记录"), (self.mine, words[self.mine], "用我的标记")]


def differences(
    call: RollCall, children: Collection[int], mine: Mapping[int, str], chosen: Mapping[int, str] = EMPTY
) -> list[Difference]:
    """What stands in a register beside what was sent, for the children of whom two people say different things."""
    theirs = dict(call.marks.filter(student__in=children).values_list("student", "kind"))
    corrections = call.corrections.filter(student__in=children).select_related("corrected_by")
    last = {row.student_id: _who_and_when(row.corrected_by, row.corrected_at) for row in corrections}
    taken = _who_and_when(call.taken_by, call.taken_at)
    return [
        Difference(
            row.student,
            theirs.get(row.student_id, ""),
            mine.get(row.student_id, ""),
            *last.get(row.student_id, taken),
            chosen.get(row.student_id),
        )
        for row in roster(call.school_class_id, call.day).filter(student__in=children)
    ]


def _who_and_when(person, moment) -> tuple[str, str]:
    return person.name if person else "工作簿", cdatetime(moment)


def register_history(call: RollCall) -> list[dict]:
    """The corrections of a register as timeline entries, newest first, and its taking at the end."""
    corrections = list(call.corrections.select_related("student", "corrected_by").order_by("-version", "student"))
    people = {correction.corrected_by_id for correction in corrections} | {call.taken_by_id}
    postings = list(Posting.objects.filter(person__in=people - {None}, school_class=call.school_class_id))
    entries = []
    for _, group in groupby(corrections, key=lambda correction: correction.version):
        changes = list(group)
        text = "；".join(
            f"{c.student.name}：{c.get_old_kind_display() or '出勤'}改为{c.get_new_kind_display() or '出勤'}"
            for c in changes
        )
        first = changes[0]
        by = _author(first.corrected_by, first.corrected_at, postings, "代改")
        entries.append(_entry(first.corrected_at, first.reason or "更正", text, by))
    return [*entries, _entry(call.taken_at, "点名", "", _author(call.taken_by, call.taken_at, postings, "代交"))]


def _author(person, at, postings, on_behalf: str) -> str:
    """沈明; 何静（教务处）代交 where the person had no posting in the class by then."""
    if person is None:
        return "由工作簿导入"
    day = timezone.localdate(at)
    held = (posting for posting in postings if posting.person_id == person.pk)
    own = any(posting.since <= day and (posting.until is None or posting.until > day) for posting in held)
    return person.name if own else f"{person.name}（教务处）{on_behalf}"


def _entry(when, title: str, text: str, by: str) -> dict:
    return {"when": cdatetime(when), "title": title, "text": text, "by": by}
