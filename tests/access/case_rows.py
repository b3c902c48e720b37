"""One row of every scoped model of casework that belongs to a child of a class; the test of scopes asks who sees it."""

from datetime import date, timedelta

from django.utils import timezone

from casework.models import (
    Case,
    CaseEvent,
    Closing,
    ConcernReport,
    HandOff,
    HandUp,
    JointTrip,
    LegalStep,
    TripChild,
    VisitCheck,
    VisitPlan,
    Watch,
    WatchEvent,
)
from students.models import Student
from tests import cast
from tests.access.document_rows import rows_of_documents
from tests.scene import MONDAY


def rows_of_cases(child: Student) -> dict[type, object]:
    """Those of a case and what is kept with it."""
    now = timezone.now()
    opened = {"opened_on": MONDAY, "opened_at": now, "since": MONDAY, "plan_step": "visit", "plan_on": MONDAY}
    case = Case.objects.create(student=child, stage="absent", **opened)
    trip = JointTrip.objects.create(
        township=child.line.school.township, day=MONDAY, leader="韩刚", companions="village", planned_at=now,
        planned_by=cast.person("安排人"),
    )  # fmt: skip
    school, visitor = child.line.school, cast.person("家访人")
    visit = {"until": MONDAY + timedelta(6), "on": MONDAY, "visitor": visitor, "planned_at": now, "planned_by": visitor}
    watch = Watch.objects.create(
        student=child, kind="hardship", state="proposed", grounds="家里有人久病", proposed_on=MONDAY, proposed_at=now,
        proposed_by=visitor,
    )  # fmt: skip
    event = {"action": "note_absence", "day": MONDAY, "at": now, "to_stage": "absent"}
    return {
        Case: case,
        CaseEvent: CaseEvent.objects.create(case=case, **event),
        HandUp: HandUp.objects.create(
            case=case, matter="visit", due_on=MONDAY, to_role="principal", on=MONDAY + timedelta(1), at=now
        ),
        Closing: Closing.objects.create(
            case=case,
            outcome="returned",
            note="稳定",
            state="proposed",
            proposed_at=now,
            proposed_by=cast.person("股员"),
        ),
        JointTrip: trip,
        TripChild: TripChild.objects.create(trip=trip, case=case),
        LegalStep: LegalStep.objects.create(
            case=case, kind="order", authority="bureau", day=MONDAY, recorded_at=now, recorded_by=cast.person("股员")
        ),
        HandOff: HandOff.objects.create(
            case=case,
            from_side="school",
            to_side="township",
            state="sent",
            message="请协助",
            due_on=MONDAY,
            sent_at=now,
            sent_by=cast.person("移交人"),
        ),
        ConcernReport: ConcernReport.objects.create(student=child, day=MONDAY, kind="weary", recorded_at=now),
        **rows_of_documents(child),
        Watch: watch,
        WatchEvent: WatchEvent.objects.create(watch=watch, action="propose", day=MONDAY, at=now, by=visitor),
        VisitPlan: VisitPlan.objects.create(student=child, school=school, week=MONDAY, **visit),
        VisitCheck: VisitCheck.objects.create(
            school=school,
            month=date(2000 + child.pk % 1000, 9, 1),
            planned=1,
            done=1,
            remark="好",
            checked_at=now,
            checked_by=visit["visitor"],
        ),
    }
