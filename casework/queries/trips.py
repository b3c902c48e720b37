"""联合劝返 as it is read: the trips, the children of one, and the children to whom one can go."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from casework.models import Case, Contact, JointTrip, TripChild
from casework.stages import OUT_OF_SCHOOL
from students.access import Scope
from students.models import Area, Guardian
from students.queries.guardians import to_ring

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
