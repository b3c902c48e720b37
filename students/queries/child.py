"""Where a child stands, and what the reader may do on its page."""

from dataclasses import dataclass

from django.db.models import Model

from students.access import Scope
from students.models import Area, AuditRow, Enrolment, SchoolClass, Student
from students.templatetags.chinese import cdatetime


@dataclass(frozen=True)
class Rights:
    """What a reader may do for one child.

    ``here``: the child's present class lies in the scope. Whoever has only had the child before reads that time's
    records and gets no telephone number. ``reveal``: see numbers in full; ``registry``: correct identity and numbers;
    ``family``: family members and their telephones; ``groups``: special groups.
    """

    here: bool = False
    reveal: bool = False
    registry: bool = False
    family: bool = False
    groups: bool = False


def present_place(student: Student) -> Enrolment | None:
    """The child's latest enrolment: the class that answers for it now; one query."""
    places = Enrolment.objects.filter(student=student).select_related("school_class__school")
    return places.order_by("-since").first()


def rights_over(place: Enrolment | None, scope: Scope) -> Rights:
    """What ``scope`` may do for the child whose latest enrolment is ``place``; two queries."""
    if place is None:
        return Rights(here=scope.county, reveal=scope.county)
    school_class = place.school_class
    own = SchoolClass.objects.filter(pk=school_class.pk)
    here = own.visible_to(scope).exists()
    return Rights(
        here=here,
        reveal=here and own.visible_to(scope.without_lessons).exists(),
        registry=school_class.school_id in scope.clerk_of,
        family=scope.may_answer_for(school_class),
        groups=school_class.school_id in scope.clerk_of or school_class.pk in scope.homeroom,
    )


@dataclass(frozen=True)
class Side:
    """One of two children who claim the same number, as far as the reader may know the child."""

    name: str
    place: str
    student: Student | None  # the page to open, where the reader sees the child


def side_of(student: Student, scope: Scope) -> Side:
    """The name in full and a page for whoever sees the child; for others the surname, the school and the class."""
    place = present_place(student)
    where = f"{place.school_class.school}{place.school_class}" if place else "没有在籍记录"
    if Student.objects.visible_to(scope).filter(pk=student.pk).exists():
        return Side(student.name, where, student)
    return Side(f"{student.name[:1]}{'某' * (len(student.name) - 1)}", where, None)


def villages():
    """The villages a child's household may be registered in, each with its township."""
    return Area.objects.filter(level=Area.Level.VILLAGE).select_related("parent").order_by("code")


def last_change(row: Model, action: str) -> str:
    """何静，2026年9月7日 15:05: who last did ``action`` to a row, in words; blank where nobody has."""
    acts = AuditRow.objects.filter(subject=row._meta.label_lower, subject_id=row.pk, action=action)
    last = acts.select_related("done_by").order_by("pk").last()
    return f"{last.done_by}，{cdatetime(last.done_at)}" if last and last.done_by else ""
