"""检查表 as they are read: which versions there are, and which one a new round begins with."""

from django.db.models import Exists, OuterRef

from inspections.models import StoredChecklist


def current_checklists() -> list[StoredChecklist]:
    """The newest version of every checklist, what was made last first."""
    newer = StoredChecklist.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    return list(StoredChecklist.objects.filter(~Exists(newer)).select_related("made_by").order_by("-pk"))
