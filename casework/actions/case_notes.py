"""Keeps in a case's history what was done beside its stages: plans, promises, hand-offs, trips, legal steps."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from casework.models import Case, CaseEvent

PLANNED = ("plan_step", "plan_on", "plan_note")


def keep_note(
    case: Case, action: str, *, by, day: date, note: str = "", changed: Collection[str] = (), **details
) -> CaseEvent:
    """Keep that something was done; like every event it makes one version more of the case, whose child is locked.

    ``action``: one of ``STEPS`` of the case's history; ``note``: 200 characters at most; ``changed``: the columns
    of the case that it has changed.
    """
    case.version += 1
    case.save(update_fields=["version", *changed])
    return CaseEvent.objects.create(
        case=case, action=action, day=day, at=timezone.now(), by=by, from_stage=case.stage, to_stage=case.stage,
        note=note, details=details,
    )  # fmt: skip
