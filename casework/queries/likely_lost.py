"""可能流失学生: who is listed, and how many by place and by ground.

The rule is the pure ``casework.likely_lost``; here the same is asked of the database, so that a page of the county is
read and not the county.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from casework.likely_lost import LOST_STAGES, OVERDUE_TIERS, SIGNS_NEEDED, Ground
from casework.models import AbsenceRun, Case, EarlySign, Obligation
from casework.signs import SignCode
from casework.stages import CaseStage
from students.access import Scope
from students.calendar import grade_in, school_year_of
from students.enrolment import Standing
from students.models import RegistryLine, School, SchoolClass, SearchKey, SpecialGroup
from students.queries.listing import GRADES, classes_of_grade, groups_on

LIST, BY_TOWNSHIP, BY_SCHOOL, BY_GRADE = "", "township", "school", "grade"
VIEWS = {LIST: "名单", BY_TOWNSHIP: "按乡镇", BY_SCHOOL: "按学校", BY_GRADE: "按年级"}


@dataclass(frozen=True)
class Listed:
    """The children whom a cleaned filter asks for, and ground → those of all children of whom it is true."""

    rows: QuerySet[RegistryLine]
    of: dict[Ground, QuerySet]

    def with_ground(self, ground: str) -> QuerySet[RegistryLine]:
        """Those of one ground, or all, in order: the gravest ground first, then by school and class."""
        rows = self.rows.filter(pk__in=self.of[Ground(ground)]) if ground else self.rows
        ranks = (When(pk__in=students, then=Value(rank)) for rank, students in enumerate(self.of.values()))
        gravest = Choose(*ranks, default=Value(len(self.of)), output_field=IntegerField())
        return rows.order_by(gravest, "place_key", "pk")


def students_by_ground(today: date, *, suspected_days: int) -> dict[Ground, QuerySet]:
    """Ground → the ids of the children of whom it is true, wherever they stand; the gravest first."""
    stages = Case.objects.open().order_by()
    unsettled = AbsenceRun.objects.filter(settled_on=None).order_by()
    owed = Obligation.objects.undone_on(today).filter(tier__in=sorted(OVERDUE_TIERS), due_on__lt=today)
    first = owed.filter(student=OuterRef("student"), triggered_on__gte=OuterRef("started_on")).order_by("pk")
    signs = EarlySign.objects.waiting_on(today, lists_unseen=True).order_by().values("student")
    several = signs.annotate(several=Count("code"), unseen=Count("code", filter=Q(code=SignCode.UNSEEN)))
    of = {
        Ground.ABSENT_CASE: stages.filter(stage=CaseStage.ABSENT),
        Ground.RUN: unsettled.filter(days__gte=suspected_days),
        # Asked run by run, which are few: as a condition of existence PostgreSQL reads everything that was ever owed.
        Ground.OVERDUE: unsettled.annotate(owed=Subquery(first.values("pk")[:1])).exclude(owed=None),
        Ground.WAVERING: groups_on(today).filter(kind=SpecialGroup.Kind.WAVERING).order_by(),
        Ground.WATCH_CASE: stages.filter(stage=CaseStage.WATCH),
        Ground.SIGNS: several.filter(Q(several__gte=SIGNS_NEEDED) | Q(unseen__gte=1)),
    }
    return {ground: of[ground].values_list("student", flat=True) for ground in Ground}


def listed(scope: Scope, wanted: Mapping, today: date, *, suspected_days: int) -> Listed:
    """Who is listed in the scope, narrowed down by the cleaned values of a filter, the ground left aside."""
    of = students_by_ground(today, suspected_days=suspected_days)
    first, *others = of.values()
    lost = Case.objects.open().filter(stage__in=sorted(LOST_STAGES)).order_by().values("student")
    rows = RegistryLine.objects.visible_to(scope.without_lessons).filter(standing=Standing.ATTENDING)
    rows = rows.filter(pk__in=first.union(*others)).exclude(pk__in=lost)
    plain = {"township": "school__township", "school": "school", "school_class": "school_class"}
    rows = rows.filter(**{column: wanted[name] for name, column in plain.items() if wanted.get(name)})
    if grade := wanted.get("grade"):
        rows = rows.filter(school_class__in=classes_of_grade(int(grade), today))
    if q := (wanted.get("q") or "").strip():
        rows = rows.filter(pk__in=SearchKey.objects.found_by(q))
    return Listed(rows.order_by(), of)


@dataclass
class Tally:
    """How many children are listed at a place or in a grade, and of how many of them each ground is true."""

    name: str
    children: int = 0
    by_ground: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Ground, 0))
    narrowing: dict[str, str] = field(default_factory=dict)

    def add(self, row: Mapping) -> None:
        self.children += row["children"]
        for ground in Ground:
            self.by_ground[ground] += row[ground.value]

    @property
    def numbers(self) -> list[tuple[str, int]]:
        """Ground in words and number, the gravest first."""
        return [(Ground(ground).label, number) for ground, number in self.by_ground.items()]


@dataclass(frozen=True)
class Tallies:
    """The children counted together, and by township, school and grade."""

    whole: Tally
    parts: dict[str, list[Tally]]


def tallies(found: Listed, today: date) -> Tallies:
    """Two queries: the counts by school and grade, and the names of the schools."""
    counts = {ground.value: Count("pk", filter=Q(pk__in=students)) for ground, students in found.of.items()}
    rows = found.rows.values("school", "school_class__stage", "school_class__cohort")
    rows = list(rows.annotate(children=Count("pk"), **counts).order_by())
    schools = School.objects.select_related("township").in_bulk({row["school"] for row in rows})
    whole, parts = Tally("合计"), {BY_TOWNSHIP: {}, BY_SCHOOL: {}, BY_GRADE: {}}
    for row in rows:
        school, grade = schools[row["school"]], _grade(row, today)
        keys = {
            BY_TOWNSHIP: ((school.township.code,), school.township.name, str(school.township_id)),
            BY_SCHOOL: ((school.code,), school.name, str(school.pk)),
            BY_GRADE: ((grade,), GRADES.get(grade, f"第{grade}年"), str(grade)),
        }
        whole.add(row)
        for by, (key, name, value) in keys.items():
            parts[by].setdefault(key, Tally(name, narrowing={by: value})).add(row)
    return Tallies(whole, {by: [found[key] for key in sorted(found)] for by, found in parts.items()})


def _grade(row: Mapping, today: date) -> int:
    first = SchoolClass.FIRST_GRADE[row["school_class__stage"]]
    return grade_in(school_year_of(today), cohort=row["school_class__cohort"], first_grade=first)
