"""三包 of many schools side by side, and who goes with each 联点; every figure with what it is taken of."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from casework.contacts import UNMET, VISITS
from casework.models import Contact
from scoring.assigning import Kind
from scoring.models import Assignment
from scoring.queries.assignments import holding, key_children, key_lines, lapse_of
from scoring.queries.bundles import open_rows
from students.access import Scope
from students.models import School


@dataclass(frozen=True)
class SchoolTotal:
    """A school's 三包 in figures, and its 联点 row, None where it has none."""

    school: School
    key: int
    held: int
    visited: int
    liaison: Assignment | None

    @property
    def nobodys(self) -> int:
        return self.key - self.held

    @property
    def lapse(self) -> str:
        return lapse_of(self.liaison) if self.liaison else ""

    @property
    def has_liaison(self) -> bool:
        return self.liaison is not None and not self.lapse


@dataclass(frozen=True)
class Whole:
    """All schools of a list together."""

    schools: int
    key: int
    held: int
    visited: int
    with_liaison: int

    @property
    def nobodys(self) -> int:
        return self.key - self.held

    @property
    def without_liaison(self) -> int:
        return self.schools - self.with_liaison

    @property
    def held_note(self) -> str:
        return f"重点生{self.key}人"

    @property
    def visited_note(self) -> str:
        return f"已有人包{self.held}人"

    @property
    def liaison_note(self) -> str:
        return f"共{self.schools}所学校"


def school_totals(scope: Scope, today: date, *, township: str = "") -> list[SchoolTotal]:
    """Every school in the scope, those with most children whom nobody answers for first; four queries."""
    schools = School.objects.visible_to(scope).select_related("township")
    if township:
        schools = schools.filter(township=township)
    schools = list(schools.order_by("code"))
    lines = key_lines(today).filter(school__in=schools).order_by()
    key = dict(lines.values_list("school").annotate(number=Count("pk")))
    visits = Contact.objects.filter(
        student=OuterRef("student"), recorded_by=OuterRef("person"), day__gte=OuterRef("since"), cancelled_at=None,
        method__in=sorted(VISITS),
    ).exclude(outcome__in=sorted(UNMET)).filter(day__gte=today.replace(day=1), day__lte=today)  # fmt: skip
    rows = holding(Assignment.objects.filter(kind=Kind.STUDENT, school__in=schools), today)
    rows = rows.filter(student__in=key_children(today)).annotate(was_visited=Exists(visits))
    counted = {"held": Count("pk"), "visited": Count("pk", filter=Q(was_visited=True))}
    held = {school: figures for school, *figures in rows.order_by().values_list("school").annotate(**counted)}
    liaisons = {row.school_id: row for row in open_rows(Kind.LIAISON, today).filter(school__in=schools)}
    totals = [
        SchoolTotal(each, key.get(each.pk, 0), *held.get(each.pk, (0, 0)), liaisons.get(each.pk)) for each in schools
    ]
    return sorted(totals, key=lambda total: -total.nobodys)


def whole_of(totals: list[SchoolTotal]) -> Whole:
    return Whole(
        len(totals),
        sum(total.key for total in totals),
        sum(total.held for total in totals),
        sum(total.visited for total in totals),
        sum(total.has_liaison for total in totals),
    )


def children_of_nobody(scope: Scope, today: date) -> int:
    """How many key children of the reader's own school nobody answers for; one query, none for whoever only looks."""
    own = scope.clerk_of | scope.led
    if not own:
        return 0
    held = holding(Assignment.objects.filter(kind=Kind.STUDENT, school__in=own), today)
    lines = key_lines(today).filter(school__in=own)
    return lines.exclude(pk__in=held.order_by().values("student")).count()
