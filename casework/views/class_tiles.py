"""The children of a class as tiles, of which a tap chooses one: to report a concern, to propose a child."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from students.models import SchoolClass
from students.queries.registers import roster
from students.templatetags.components import LONG_NAME


def class_tiles(request, pk: int, refusal: str) -> dict:
    """What the page shows, for whoever has the class or runs its school; others are told ``refusal``."""
    target = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=pk)
    if not (target.pk in request.scope.classes or request.scope.runs(target.school_id)):
        raise PermissionDenied(refusal)
    children = [
        {"student": row.student, "is_long": len(row.student.name) > LONG_NAME}
        for row in roster(target.pk, request.today)
    ]
    return {"school_class": target, "children": children}
