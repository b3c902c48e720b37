"""联合劝返 as it is read: the trips, the children of one, and the children to whom one can go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q

from casework.models import Case, Contact, JointTrip, TripChild
from casework.stages import OUT_OF_SCHOOL
from students.access import Scope
from students.models import Area, Guardian, School, SearchKey
from students.queries.guardians import to_ring

PAGE_SIZE = 30
BOXES = {"open": "待办", "done": "已完成", "cancelled": "已取消"}


def boxes(scope: Scope) -> dict[str, object]:
    """Box → its trips. Done is a trip of which it is told of every child what came of it, or why it did not go."""
    told = Q(children__contact__isnull=False, children__contact__cancelled_at=None)
    told |= Q(children__left_out_at__isnull=False)
    rows = JointTrip.objects.visible_to(scope).select_related("township", "planned_by")
    rows = rows.annotate(total=Count("children"), told=Count("children", filter=told))
    standing = rows.filter(cancelled_at=None)
    left = Q(told__lt=F("total"))
    return {
        "open": standing.filter(left).order_by("day", "pk"),
        "done": standing.exclude(left).order_by("-day", "-pk"),
        "cancelled": rows.exclude(cancelled_at=None).order_by("-day", "-pk"),
    }


@dataclass(frozen=True)
class TripLine:
    """A child of a trip, whom to ring (masked), and the result where one stands."""

    child: TripChild
    guardian: Guardian | None

    @property
    def case(self) -> Case:
        return self.child.case

    @property
    def line(self):
        return self.case.student.line

    @property
    def contact(self) -> Contact | None:
        return self.child.result


def children_of(trip: JointTrip) -> list[TripLine]:
    """The children of a trip by school and class; two queries."""
    rows = TripChild.objects.filter(trip=trip).select_related(
        "contact", "case__student__line__school_class__school", "case__student"
    )
    rows = list(rows.order_by("case__student__line__place_key", "pk"))
    guardians = to_ring({row.case.student_id: row.case.student.line.school_id for row in rows})
    return [TripLine(row, guardians.get(row.case.student_id)) for row in rows]


def townships_of(scope: Scope) -> list[Area]:
    """The townships in which the reader may plan a trip."""
    rows = Area.objects.filter(level=Area.Level.TOWNSHIP).order_by("code")
    return list(rows if scope.is_bureau else rows.filter(pk__in=scope.officer_of))


def out_of_school(scope: Scope, township: Area):
    """The cases of a township's children who are out of school, the longest open first."""
    rows = Case.objects.visible_to(scope.without_lessons).filter(
        stage__in=OUT_OF_SCHOOL, student__line__school__township=township
    )
    return rows.select_related("student__line__school_class__school").order_by("since", "pk")


def under_way(cases: Iterable[Case]) -> dict[int, JointTrip]:
    """Case → the trip that goes there already, the next one first; one query."""
    rows = TripChild.objects.filter(case__in=[case.pk for case in cases]).waited_for().select_related("trip")
    return {row.case_id: row.trip for row in rows.order_by("-trip__day", "-pk")}


@dataclass(frozen=True)
class Choice:
    """A child that may be chosen, with the trip that goes there already, None where none does."""

    case: Case
    trip: JointTrip | None


@dataclass(frozen=True)
class Chooser:
    """The children of a township as they are chosen: a page of those looked for, and whoever is chosen elsewhere."""

    page: Page
    elsewhere: list[Choice]
    chosen: int
    total: int
    schools: list[School]
    school: str
    q: str


def chooser(cases: list[Case], chosen: Collection[int], *, q: str, school: str, page: str) -> Chooser:
    """``cases``: all that may be chosen, in order; ``q``, ``school``: what is looked for, blank = everything."""
    trips = under_way(cases)
    choices = [Choice(case, trips.get(case.pk)) for case in cases]
    found = choices
    if q.strip():
        students = set(SearchKey.objects.found_by(q.strip()).values_list("student", flat=True))
        found = [each for each in found if each.case.student_id in students]
    if school.isdecimal():
        found = [each for each in found if each.case.student.line.school_class.school_id == int(school)]
    shown = Paginator(found, PAGE_SIZE).get_page(page)
    here = {each.case.pk for each in shown}
    elsewhere = [each for each in choices if each.case.pk in chosen and each.case.pk not in here]
    schools = {case.student.line.school_class.school for case in cases}
    return Chooser(
        shown, elsewhere, sum(case.pk in chosen for case in cases), len(cases),
        sorted(schools, key=lambda each: each.name), school, q,
    )  # fmt: skip
