"""A row of every scoped model of inspections that belongs to a class; the test of scopes asks who sees it."""

from uuid import uuid4

from django.utils import timezone

from inspections.models import Inspection, InspectionRound, Rectification, StoredChecklist
from students.models import SchoolClass
from tests import cast
from tests.scene import MONDAY


def rows_of_inspections(school_class: SchoolClass) -> dict[type, object]:
    """A round that looks at the school of the class alone."""
    opened = InspectionRound.objects.create(
        title="期初检查", checklist=StoredChecklist.objects.first(), first_day=MONDAY, last_day=MONDAY,
        submission=uuid4(), opened_at=timezone.now(), opened_by=cast.person(),
    )  # fmt: skip
    inspection = Inspection.objects.create(round=opened, school=school_class.school)
    raised = {"raised_at": timezone.now(), "raised_by": opened.opened_by}
    finding = Rectification.objects.create(
        inspection=inspection, number=1, problem="没有方案", deadline=MONDAY, **raised
    )
    return {InspectionRound: opened, Inspection: inspection, Rectification: finding}
