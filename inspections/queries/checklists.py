"""检查表 as they are read: which versions there are, which one a new round begins with, what a version changed."""

from django.db.models import Count, Exists, OuterRef

from inspections.checklist import differences
from inspections.models import StoredChecklist
from inspections.presets import checklist_of

OWN = "county-"  # begins the code of what the bureau has made by form, so that a preset never follows it


def own_code(follows: StoredChecklist) -> str:
    """The code under which versions after ``follows`` are kept."""
    return follows.code if follows.code.startswith(OWN) else f"{OWN}{follows.code}"[:40]


def latest_by_form(follows: StoredChecklist) -> StoredChecklist | None:
    """The newest version that the bureau has made after ``follows``; None where there is none."""
    return StoredChecklist.objects.filter(code=own_code(follows)).order_by("version").last()


def current_checklists() -> list[StoredChecklist]:
    """The newest version of every checklist, what was made last first."""
    newer = StoredChecklist.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
    return list(StoredChecklist.objects.filter(~Exists(newer)).select_related("made_by").order_by("-pk"))


def all_versions() -> list[StoredChecklist]:
    """Every version with the number of rounds that are judged by it, the newest first."""
    rows = StoredChecklist.objects.select_related("made_by").annotate(used=Count("rounds"))
    return list(rows.order_by("-pk"))


def changes_of(stored: StoredChecklist) -> list[str]:
    """What a version made by form changed against the one that it follows, in words; none for a preset."""
    followed = StoredChecklist.objects.filter(pk=stored.content.get("follows")).first()
    return list(differences(checklist_of(followed), checklist_of(stored))) if followed else []
