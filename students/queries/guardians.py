"""Whom to ring about a child."""

from collections.abc import Mapping

from django.db.models import Case, F, OuterRef, Subquery, When

from students.models import Enrolment, Guardian


def to_ring(children: Mapping[int, int]) -> dict[int, Guardian]:
    """Student → the family member to ring: the guardian first, with a number rather than without.

    ``children``: student → the school that asks. A child who now belongs to another school has nobody to ring here:
    the numbers are that school's to know. One query, none where there is nobody to ask about.
    """
    if not children:
        return {}
    last = Enrolment.objects.filter(student=OuterRef("student")).order_by("-since")
    people = Guardian.objects.filter(student__in=children).order_by(
        "student", Case(When(phone="", then=1), default=0), F("is_guardian").desc(), "position"
    )
    chosen: dict[int, Guardian] = {}
    for guardian in people.annotate(school_now=Subquery(last.values("school_class__school")[:1])):
        if guardian.school_now == children[guardian.student_id]:
            chosen.setdefault(guardian.student_id, guardian)
    return chosen
