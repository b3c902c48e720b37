"""Writes the audit row of an act, in the act's own transaction."""

from datetime import datetime
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from students.models import AuditRow


def record(
    *, by, action: str, subject: Model | str, at: datetime | None = None, key: UUID | None = None, **details
) -> AuditRow:
    """Keep that ``by`` did ``action`` to ``subject``; ``details`` hold ids and counts, never names or numbers.

    ``subject`` is a row, or a word for what is no row: an export, a workbook. ``at``: where the act has named its time.
    ``key`` names the sending that brought the act about: a second act of the same sending raises ``IntegrityError``.
    """
    is_row = isinstance(subject, Model)
    return AuditRow.objects.create(
        done_at=at or timezone.now(),
        done_by=by,
        action=action,
        subject=subject._meta.label_lower if is_row else subject,
        subject_id=subject.pk if is_row else None,
        key=key,
        details=details,
    )
