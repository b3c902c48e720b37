"""A child's school year as a calendar, as far as the reader may see it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from students.access import Scope
from students.attendance_year import WEIGHT, DayCell, Stay, YearFacts, year_cells
from students.calendar import DAY, school_year_label, school_year_of, school_year_start
from students.enrolment import Standing
from students.models import AbsenceMark, Enrolment, Leave, RollCall, Student
from students.queries.calendar import current_calendar


@dataclass(frozen=True)
class AttendanceYear:
    """One school year: every day as a cell; ``years`` are those that can be looked at, the latest first."""

    school_year: int
    cells: list[DayCell]
    years: list[int]

    @property
    def label(self) -> str:
        return school_year_label(self.school_year)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """What the squares without a word of their own mean."""
        return [("present", "到校"), ("unexcused", "只缺一部分节次"), ("no_school", "不上课"), ("ahead", "还没到")]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(kind, days) of everything that was not simply there, the gravest first."""
        counted = Counter(cell.kind for cell in self.cells if cell.is_mark or cell.kind == "unknown")
        return sorted(counted.items(), key=lambda pair: _grave(pair[0]))

    @property
    def missed(self) -> list[DayCell]:
        """The days with a mark, the latest first."""
        return [cell for cell in reversed(self.cells) if cell.is_mark]

    @property
    def choices(self) -> list[dict]:
        """The years as links."""
        return [
            {"label": school_year_label(year), "query": f"year={year}", "current": year == self.school_year}
            for year in self.years
        ]


def _grave(kind: str) -> int:
    return WEIGHT.get(kind, len(WEIGHT))


def attendance_year(
    student: Student, enrolments: Sequence[Enrolment], wanted: int | None, *, scope: Scope, today: date
) -> AttendanceYear:
    """The school year ``wanted``, or else the latest; ``enrolments``: the child's, as far as the scope holds them."""
    latest = school_year_of(today)
    years = list(range(latest, min((school_year_of(row.since) for row in enrolments), default=latest) - 1, -1))
    year = wanted if wanted in years else latest
    facts = _facts(student, enrolments, school_year_start(year), school_year_start(year + 1), scope)
    return AttendanceYear(year, year_cells(year, facts, today=today), years)


def _facts(student: Student, enrolments, start: date, end: date, scope: Scope) -> YearFacts:
    """Three queries, and one for the calendar's stamp."""
    calendar = current_calendar()
    rows = [row for row in enrolments if row.standing == Standing.ATTENDING]
    stays = [Stay(row.school_class_id, row.since, row.until) for row in rows]
    schools = {row.school_class_id: row.school_class.school_id for row in rows}
    taken: dict[tuple[int, date], set[str]] = defaultdict(set)
    calls = RollCall.objects.filter(school_class__in=schools, day__gte=start, day__lt=end)
    for school_class, day, slot in calls.order_by().values_list("school_class", "day", "slot"):
        taken[school_class, day].add(slot)
    leaves = Leave.objects.visible_to(scope).filter(student=student).covering(start, end - DAY)
    return YearFacts(
        stays=stays,
        school_days={pk: calendar.school_days(school=school, school_class=pk) for pk, school in schools.items()},
        taken=taken,
        marks=_marks(student, stays, start, end, scope),
        leaves=list(leaves.order_by("first_day", "pk").values_list("first_day", "last_day", "kind")),
    )


def _marks(student: Student, stays, start: date, end: date, scope: Scope) -> dict[date, dict[str, str]]:
    """Day → slot → kind. Of two marks of one slot (a child moved afterwards) that of the class of the day counts."""
    found = AbsenceMark.objects.visible_to(scope).filter(
        student=student, roll_call__day__gte=start, roll_call__day__lt=end
    )
    columns = ("roll_call__day", "roll_call__slot", "kind", "roll_call__school_class")
    marks: dict[date, dict[str, str]] = defaultdict(dict)
    for day, slot, kind, school_class in found.order_by("roll_call__school_class").values_list(*columns):
        own = any(stay.school_class == school_class and stay.holds(day) for stay in stays)
        if own or slot not in marks[day]:
            marks[day][slot] = kind
    return marks
