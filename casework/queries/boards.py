"""What a school's or an area's people see first: registers missing, children out of school, duties by class."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from casework.models import AbsenceRun, Obligation
from students.access import Scope
from students.models import Notice, School, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.homeroom import Homeroom, homeroom_teachers
from students.queries.register_board import registers_by_school
from students.queries.registers import ClassDay, class_days


@dataclass(frozen=True)
class RegisterBoard:
    """The registers of today that were to be taken so far: every class, and those that still miss some."""

    days: list[ClassDay]
    homeroom_teachers: dict[int, Homeroom]
    reminded: dict[int, datetime]

    @property
    def due(self) -> int:
        return sum(len(day.registers.due) for day in self.days)

    @property
    def missing(self) -> int:
        return sum(len(day.registers.missing) for day in self.days)

    @property
    def taken(self) -> int:
        return self.due - self.missing

    @property
    def taken_note(self) -> str:
        return f"已点{self.taken}次"

    @property
    def incomplete(self) -> list[dict]:
        """Classes with a register missing, and whom to ring about it."""
        return [
            {
                "day": day,
                "teacher": self.homeroom_teachers.get(day.school_class.pk),
                "reminded_at": self.reminded.get(day.school_class.pk),
            }
            for day in self.days
            if day.missing
        ]

    @property
    def is_school_day(self) -> bool:
        return any(day.is_school_day for day in self.days)


def register_board(classes, *, now: datetime) -> RegisterBoard:
    """The registers of ``classes`` today; six queries whatever their number. ``now`` is local."""
    today = now.date()
    days, teachers = class_days(classes, today, current_calendar(), now=now), homeroom_teachers(classes, today)
    reminders = Notice.objects.filter(
        kind=Notice.Kind.REGISTER_MISSING, sent_at__date=today, school_class__in=classes.order_by().values("pk")
    )
    reminded = dict(reminders.order_by("sent_at").values_list("school_class", "sent_at"))
    return RegisterBoard(days, teachers, reminded)


def runs_out(scope: Scope):
    """Children who are out of school now, the longest first (连续缺课)."""
    return (
        AbsenceRun.objects.visible_to(scope)
        .filter(ended_on=None)
        .select_related("student", "school_class__school")
        .order_by("-days", "student")
    )


def narrowed_runs(runs, wanted: Mapping):
    """Of these runs those that the cleaned values of a filter ask for."""
    plain = {"school": "school_class__school", "township": "school_class__school__township"}
    runs = runs.filter(**{field: wanted[name] for name, field in plain.items() if wanted.get(name)})
    q = (wanted.get("q") or "").strip()
    return runs.filter(student__in=Student.objects.search(q)) if q else runs


def duties_by_class(scope: Scope, today: date):
    """Classes with open duties: how many are open and how many late, the latest first."""
    return (
        Obligation.objects.visible_to(scope)
        .undone_on(today)
        .folded(today)
        .order_by()
        .values("school_class", "school_class__name", "school_class__school__name")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
        .order_by("-late", "-open", "school_class__name")
    )


@dataclass(frozen=True)
class SchoolLine:
    """A school on the board of a township or the county."""

    school: object
    due: int
    missing: int
    out: int
    open: int
    late: int


def school_lines(scope: Scope, *, now: datetime) -> list[SchoolLine]:
    """One line a school: registers missing so far today, children out, duties open and late.

    Registers are added up in the database, as on the board 点名情况: a county's classes are never read one by one.
    """
    today = now.date()
    registers = registers_by_school(SchoolClass.objects.visible_to(scope), [today], now=now)
    out = dict(runs_out(scope).order_by().values_list("school_class__school").annotate(Count("pk")))
    duties = {
        row["school_class__school"]: row
        for row in Obligation.objects.visible_to(scope)
        .undone_on(today)
        .folded(today)
        .order_by()
        .values("school_class__school")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    }
    return [
        SchoolLine(
            school=school,
            due=registers[school.pk][today].due if school.pk in registers else 0,
            missing=registers[school.pk][today].missing if school.pk in registers else 0,
            out=out.get(school.pk, 0),
            open=duties.get(school.pk, {}).get("open", 0),
            late=duties.get(school.pk, {}).get("late", 0),
        )
        for school in School.objects.visible_to(scope)
    ]
