"""A row of every scoped model of 三包; the test of scopes asks who sees it."""

from django.utils import timezone

from scoring.models import Assignment
from students.models import SchoolClass, Student
from tests import cast
from tests.scene import MONDAY


def rows_of_bundles(school_class: SchoolClass) -> dict[type, object]:
    """A child of the class with a person of its own."""
    child = Student.objects.filter(enrolments__school_class=school_class).first()
    told = {"assigned_at": timezone.now(), "assigned_by": cast.person(), "person": cast.person(), "since": MONDAY}
    return {
        Assignment: Assignment.objects.create(kind="student", school=school_class.school, student=child, **told),
    }
