"""休学: which suspension a child stands in, until when it is approved, and who may approve one."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, OuterRef, Subquery

from students.access import Scope
from students.enrolment import EventKind, Standing
from students.models import Enrolment, EnrolmentEvent, School, SchoolClass, Student, Suspension
from students.queries.changes import narrowed

BOXES = {"waiting": "待审批", "endless": "期满日期未登记", "done": "已办理"}
APPROVED = Suspension.Decision.APPROVED


def standing_suspend(student: Student) -> EnrolmentEvent | None:
    """The 休学 that a child is in: its last event, if that is one."""
    last = EnrolmentEvent.objects.effective().filter(student=student).order_by("happened_on", "order").last()
    return last if last and last.kind == EventKind.SUSPEND else None


def latest_end(event: EnrolmentEvent) -> date | None:
    """Until when the suspension is approved, prolongations included; None where nobody has said."""
    return event.suspensions.filter(decision=APPROVED).aggregate(last=Max("ends_on"))["last"]


def suspended(enrolments, day: date):
    """The suspended among ``enrolments`` on ``day``, each with ``ends_on``: None where no end is known."""
    approved = Suspension.objects.filter(
        student=OuterRef("student"), decision=APPROVED, event__happened_on=OuterRef("since")
    )
    return (
        enrolments.on(day)
        .filter(standing=Standing.SUSPENDED)
        .annotate(ends_on=Subquery(approved.order_by("-ends_on").values("ends_on")[:1]))
    )


def without_end(scope: Scope, day: date):
    """Suspensions that came with a workbook and do not say when they end: 期满日期未登记."""
    rows = suspended(Enrolment.objects.visible_to(scope), day).filter(ends_on=None)
    return rows.select_related("student", "school_class__school")


def requests_seen_by(scope: Scope):
    """Requests for a suspension in the scope, each with the class the child is in."""
    latest = Enrolment.objects.filter(student=OuterRef("student")).order_by("-since").values("school_class")[:1]
    rows = Suspension.objects.visible_to(scope).annotate(class_now=Subquery(latest))
    return rows.select_related("student", "requested_by", "decided_by", "prolongs")


def boxes(scope: Scope, day: date, *, text: str = "", school: School | None = None) -> dict:
    """待审批, 期满日期未登记 and 已办理."""
    line = "student__line__school"
    rows = narrowed(requests_seen_by(scope), line, text=text, school=school)
    endless = narrowed(without_end(scope, day), line, text=text, school=school)
    return {
        "waiting": rows.filter(decision="").order_by("requested_at"),
        "endless": endless.order_by("since", "pk"),
        "done": rows.exclude(decision="").order_by("-decided_at"),
    }


@dataclass(frozen=True)
class SuspensionLine:
    """A request on the list."""

    suspension: Suspension
    school_class: SchoolClass | None


def lines(rows) -> list[SuspensionLine]:
    """A page of ``requests_seen_by``; two queries."""
    rows = list(rows)
    classes = SchoolClass.objects.select_related("school").in_bulk({row.class_now for row in rows} - {None})
    return [SuspensionLine(row, classes.get(row.class_now)) for row in rows]
