"""点名情况: the registers of today and of the days before it, by class for a school and by school for an area."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.db.models import Count

from students.access import Scope
from students.days import SLOT_LABELS, Slot
from students.models import DayOverride, Notice, RollCall, School, SchoolClass
from students.queries.calendar import current_calendar
from students.queries.homeroom import homeroom_teachers
from students.queries.listing import LAST_GRADES
from students.queries.register_days import (
    ALWAYS,
    Call,
    ClassRegisters,
    attended_spans,
    days_through,
    registers_of,
)
from students.register_days import WINDOW, RegisterDay, RegisterState, begun_on
from students.templatetags.chinese import cdate_short, cweekday


@dataclass(frozen=True)
class Square:
    """A day of the strip 最近14天: what it was, and the words that say so."""

    day: date
    state: str
    words: str
    number: int = 0  # of registers missing
    is_late: bool = False  # taken, but after the day


@dataclass(frozen=True)
class Gap:
    """A register that is missing, and can still be taken."""

    day: date
    slot: Slot


@dataclass(frozen=True)
class SlotToday:
    """A slot of today: the register taken, or whether it is waited for."""

    slot: Slot
    call: Call | None
    state: str


@dataclass(frozen=True)
class ClassLine:
    """A class on the board: today by slot, the days before, what is missing, whom to remind and whether it was done."""

    registers: ClassRegisters
    days: Sequence[date]
    teachers: Sequence[object]
    reminded_at: datetime | None
    may_take: bool

    @property
    def is_over(self) -> bool:
        """Whether the class has come to the end of its last grade and nobody is left in it."""
        empty = {RegisterState.NO_SCHOOL, RegisterState.NOBODY}
        last_grade = LAST_GRADES[self.school_class.stage]
        return (
            self.school_class.grade_on(self.days[-1]) > last_grade
            and {day.state for day in self.registers.days.values()} <= empty
        )

    @property
    def school_class(self) -> SchoolClass:
        return self.registers.school_class

    @property
    def today(self) -> RegisterDay:
        return self.registers.days[self.days[-1]]

    @property
    def slots(self) -> list[SlotToday]:
        """Today slot by slot; empty where there is nothing to take."""
        if self.today.state in (RegisterState.NO_SCHOOL, RegisterState.NOBODY):
            return []
        day, calls = self.days[-1], self.registers.calls
        waiting = dict.fromkeys(self.today.missing, "missing")
        return [
            SlotToday(slot, calls.get((day, slot)), waiting.get(slot, "taken" if (day, slot) in calls else "ahead"))
            for slot in self.school_class.school.slot_list
        ]

    @cached_property
    def gaps(self) -> list[Gap]:
        """Every register missing on these days, the latest first."""
        days = self.registers.days
        return [Gap(day, slot) for day in reversed(self.days) for slot in days[day].missing]

    @property
    def earlier_gaps(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.day < self.days[-1]]

    @property
    def squares(self) -> list[Square]:
        """The days before today, the oldest first."""
        return [self._square(day) for day in self.days[:-1]]

    def _square(self, day: date) -> Square:
        state = self.registers.days[day]
        calls = self.registers.calls
        late = [
            call for slot in self.school_class.school.slot_list if (call := calls.get((day, slot))) and call.is_late
        ]
        words = state.words
        if missing := state.missing:
            words += f"（{'、'.join(SLOT_LABELS[slot] for slot in missing)}）"
        for call in late:
            words += f"，{SLOT_LABELS[Slot(call.slot)]}{cdate_short(call.taken_at)}补点"
        return Square(day, state.state, f"{named(day)}：{words}", len(missing), bool(late) and not missing)


def named(day: date) -> str:
    return f"{cdate_short(day)} {cweekday(day)}"


@dataclass(frozen=True)
class ClassBoard:
    """The classes of a school; the totals speak of all of them, ``shown`` of those that the filter leaves."""

    days: Sequence[date]
    lines: list[ClassLine]

    @property
    def due(self) -> int:
        return sum(len(line.today.due) for line in self.lines)

    @property
    def taken(self) -> int:
        return sum(line.today.taken for line in self.lines)

    @property
    def missing(self) -> int:
        return self.due - self.taken

    @property
    def earlier_missing(self) -> int:
        return sum(len(line.earlier_gaps) for line in self.lines)

    @property
    def any_gap(self) -> bool:
        return bool(self.missing or self.earlier_missing)

    @property
    def count_words(self) -> str:
        return f"共{len(self.lines)}个班"

    @property
    def slots(self) -> list[Slot]:
        """The slots of today: the columns of the table."""
        return self.lines[0].school_class.school.slot_list if self.lines else []

    def shown(self, *, grade: int | None, only_missing: bool) -> list[ClassLine]:
        return [
            line
            for line in self.lines
            if (grade is None or line.school_class.grade_on(self.days[-1]) == grade) and (line.gaps or not only_missing)
        ]


def class_board(school: School, scope: Scope, *, now: datetime) -> ClassBoard:
    """The classes of ``school`` that the scope holds; nine queries whatever their number. ``now`` is local."""
    days = days_through(now.date(), WINDOW + 1)
    classes = SchoolClass.objects.visible_to(scope).filter(school=school)
    registers = registers_of(classes, days, now=now)
    ids = [each.school_class.pk for each in registers]
    teachers, reminded = homeroom_teachers(ids, days[-1]), defaultdict(list)
    for row in reminders(days).filter(kind=Notice.Kind.REGISTER_MISSING, school_class__in=ids):
        reminded[row.school_class_id].append(row.sent_at)
    lines = [
        ClassLine(
            each,
            days,
            teachers[each.school_class.pk].people if each.school_class.pk in teachers else [],
            max(reminded[each.school_class.pk], default=None),
            scope.may_take_register(each.school_class),
        )
        for each in registers
    ]
    return ClassBoard(days, [line for line in lines if not line.is_over])


def reminders(days: Sequence[date]):
    """The reminders about registers of these days that were sent today."""
    return Notice.objects.filter(day__range=(days[0], days[-1]), sent_at__date=days[-1])


@dataclass
class SchoolDay:
    """A school on a day: registers due so far and taken, and whether any class had school and children."""

    due: int = 0
    taken: int = 0
    states: Counter = field(default_factory=Counter)

    @property
    def missing(self) -> int:
        return self.due - self.taken

    @property
    def state(self) -> RegisterState:
        """Of the school as a whole: what its classes are, where they are all alike."""
        if self.missing:
            return RegisterState.PARTLY if self.taken else RegisterState.MISSING
        if self.due:
            return RegisterState.TAKEN
        others = (RegisterState.AHEAD, RegisterState.NOBODY, RegisterState.NO_SCHOOL)
        return next((state for state in others if self.states[state]), RegisterState.NOBODY)

    def add(self, day: RegisterDay) -> None:
        self.due += len(day.due)
        self.taken += day.taken
        self.states[day.state] += 1


@dataclass(frozen=True)
class SchoolLine:
    """A school on the board of an area."""

    school: School
    days: Sequence[date]
    by_day: Mapping[date, SchoolDay]
    reminded_at: datetime | None

    @property
    def today(self) -> SchoolDay:
        return self.by_day[self.days[-1]]

    @property
    def earlier_missing(self) -> int:
        return sum(self.by_day[day].missing for day in self.days[:-1])

    @property
    def missing(self) -> int:
        return self.today.missing + self.earlier_missing

    @property
    def squares(self) -> list[Square]:
        return [self._square(day) for day in self.days[:-1]]

    def _square(self, day: date) -> Square:
        each = self.by_day[day]
        words = f"应点{each.due}次，已点{each.taken}次" if each.due else RegisterDay(each.state).words
        return Square(day, each.state, f"{named(day)}：{words}", each.missing)


def school_lines(scope: Scope, *, now: datetime) -> list[SchoolLine]:
    """Every school in the scope, whatever its size: eleven queries, of which one adds up the registers of all classes
    that have children on all days and no calendar of their own. ``now`` is local.
    """
    days = days_through(now.date(), WINDOW + 1)
    by_school = registers_by_school(SchoolClass.objects.visible_to(scope), days, now=now)
    rows = reminders(days).filter(kind=Notice.Kind.SCHOOL_MISSING, school_class__school__in=by_school)
    told = dict(rows.order_by("sent_at").values_list("school_class__school", "sent_at"))
    schools = School.objects.visible_to(scope).select_related("township")
    return [
        SchoolLine(school, days, by_school[school.pk], told.get(school.pk))
        for school in schools
        if school.pk in by_school
    ]


def registers_by_school(classes, days: Sequence[date], *, now: datetime) -> dict[int, dict[date, SchoolDay]]:
    """School → day → the registers of its ``classes`` (a queryset); schools without one are left out.

    ``days`` follow each other, ``now`` is local. At most five queries and the calendar's, and those of ``registers_of``
    where a class differs from its school.
    """
    own_days = DayOverride.objects.filter(day__range=(days[0], days[-1])).exclude(school_class=None)
    apart = set(own_days.values_list("school_class", flat=True))
    apart |= {pk for pk, spans in attended_spans(classes, days[0], days[-1]).items() if spans is not ALWAYS}
    usual = classes.exclude(pk__in=apart)
    board: dict[int, dict[date, SchoolDay]] = defaultdict(lambda: {day: SchoolDay() for day in days})
    _add_usual(board, usual, days, now)
    for each in registers_of(classes.filter(pk__in=apart), days, now=now) if apart else ():
        for day, state in each.days.items():
            board[each.school_class.school_id][day].add(state)
    return dict(board)


def _add_usual(board, usual, days: Sequence[date], now: datetime) -> None:
    """Classes that differ from their school in nothing: what is due is a product, what was taken is counted."""
    sizes = usual.order_by().values_list("school", "school__slots").annotate(Count("pk"))
    calls = RollCall.objects.filter(day__range=(days[0], days[-1]), school_class__in=usual.order_by().values("pk"))
    taken: Counter = Counter()
    for school, day, slot, number in (
        calls.order_by().values_list("school_class__school", "day", "slot").annotate(Count("pk"))
    ):
        taken[school, day, slot] = number
    calendar, begun = current_calendar(), {day: begun_on(day, now) for day in days}
    for school, slots, number in sizes:
        school_days = calendar.school_days(school=school, school_class=0)  # no class is numbered 0: the school's own
        for day in days:
            each = board[school][day]
            if day not in school_days:
                each.states[RegisterState.NO_SCHOOL] += number
                continue
            each.states[RegisterState.AHEAD] += number
            for slot in slots.split(","):
                found = taken[school, day, slot]
                each.taken += found
                each.due += number if begun[day] is None or slot in begun[day] else found


@dataclass(frozen=True)
class Totals:
    """What the schools of an area add up to."""

    schools: int
    due: int
    taken: int
    incomplete: int  # schools with a register missing today
    earlier_missing: int

    @classmethod
    def of(cls, lines: Sequence[SchoolLine]) -> "Totals":
        return cls(
            schools=len(lines),
            due=sum(line.today.due for line in lines),
            taken=sum(line.today.taken for line in lines),
            incomplete=sum(bool(line.today.missing) for line in lines),
            earlier_missing=sum(line.earlier_missing for line in lines),
        )

    @property
    def missing(self) -> int:
        return self.due - self.taken
