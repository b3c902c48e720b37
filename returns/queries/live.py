"""What the facts say now of a school and a period, in the shape in which it is kept once it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reports.figures import Figures, total
from reports.queries.figures import Census
from reports.queries.monthly_return import ReturnRow, table_of
from reports.tables import Table
from returns.queries.periods import FilingPeriod
from returns.snapshots import Lists, figures_by_grade, is_zero, plain_lists
from scoring.frozen import digest
from students.models import School, SchoolClass
from students.queries.listing import LAST_GRADES
from students.queries.months import CountedPeriod


@dataclass(frozen=True)
class Live:
    """The figures of a school in a period, made of the children themselves."""

    school: School
    period: CountedPeriod
    lists: Lists
    grades: Sequence[int]

    @cached_property
    def rows(self) -> list[ReturnRow]:
        by_grade = figures_by_grade(self.lists, self.grades)
        return [
            ReturnRow(self.school, grade, found, self.school.name)
            for grade, found in by_grade.items()
            if found or grade in self.grades
        ]

    @cached_property
    def total(self) -> Figures:
        return total(row.figures for row in self.rows)

    @property
    def table(self) -> Table:
        """As it is printed, without what the school adds."""
        return table_of(self.rows, period=self.period, filters=(self.school.name,))

    @property
    def is_zero(self) -> bool:
        return is_zero(self.lists)

    @cached_property
    def mark(self) -> str:
        """The digest of what the page shows: whoever signs another one is told."""
        return digest({"children": plain_lists(self.lists), "grades": list(self.grades)})

    @property
    def teaches(self) -> bool:
        """Whether there is anybody to report of."""
        return bool(self.grades or any(self.lists.values()))

    @property
    def unbalanced(self) -> list[ReturnRow]:
        """The rows whose figures contradict each other."""
        return [row for row in self.rows if row.figures.balance]


def live_figures(school: School, period: FilingPeriod, *, today: date) -> Live:
    """The figures of a period that has begun, through its cut-off or through today."""
    counted = period.counted(today)
    rows = list(SchoolClass.objects.filter(school=school).order_by("pk"))
    grades = {row.pk: row.grade_on(counted.day) for row in rows}
    census = Census(counted.period.first, counted.day, schools=frozenset({school.pk}))
    lists = {
        code: [(child, grades[of]) for child, of in pairs] for code, pairs in census.lists(frozenset(grades)).items()
    }
    taught = {grades[row.pk] for row in rows if is_taught(row, counted.day)}
    return Live(school, counted, lists, sorted(taught))


def is_taught(school_class: SchoolClass, day: date) -> bool:
    """Whether the children of a class have come to it by a day and have not finished it."""
    stage = school_class.stage
    return school_class.FIRST_GRADE[stage] <= school_class.grade_on(day) <= LAST_GRADES[stage]
