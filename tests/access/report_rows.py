"""A row of every scoped model of the reports; the test of scopes asks who sees it."""

from django.utils import timezone

from reports.models import WorkReport
from students.models import SchoolClass
from tests import cast
from tests.scene import MONDAY


def rows_of_reports(school_class: SchoolClass) -> dict[type, object]:
    """A work report of the school."""
    school = school_class.school
    told = {"drafted_at": timezone.now(), "drafted_by": cast.person(), "first": MONDAY, "last": MONDAY}
    report = WorkReport.objects.filter(school=school).first() or WorkReport.objects.create(
        kind="month", township=school.township, school=school, text="本月平稳。", **told
    )
    return {WorkReport: report}
