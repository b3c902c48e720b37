"""草稿: what is typed is kept while it is typed, until it is saved or 14 days old.

A draft is its author's alone and proves nothing, so it leaves no audit row; what it becomes does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework.models import ContactDraft, Document, DocumentDraft
from casework.models.drafts import TypedDraft
from students.models import Student

KEPT_DAYS = 14
LONGEST = 2000  # characters of one field
Draft = TypeVar("Draft", bound=TypedDraft)
Typed = Mapping[str, Sequence[str]]  # field → what was sent of it


def keep(model: type[Draft], *, by, student: Student, submission: UUID, fields: Typed, **more) -> Draft:
    """Keep what has been typed so far; to be called inside a transaction."""
    # No database keeps a null character; the form says so at its field.
    content = {name: [value[:LONGEST].replace("\0", "") for value in values] for name, values in fields.items()}
    draft, _ = model.objects.select_for_update(no_key=True).update_or_create(
        author=by, submission=submission, student=student,
        defaults={"fields": content, "saved_at": timezone.now()} | more,
    )  # fmt: skip
    return draft


@transaction.atomic
def keep_document(*, by, student: Student, kind: str, submission: UUID, fields: Typed) -> DocumentDraft | None:
    """Keep what has been typed of a document so far.

    None where a new one has been saved meanwhile: what comes late does not bring its draft back.
    """
    if "version" not in fields and Document.objects.filter(submission=submission).exists():
        return None
    return keep(DocumentDraft, by=by, student=student, submission=submission, fields=fields, kind=kind)


@transaction.atomic
def discard(model: type[TypedDraft], *, by, submission: UUID) -> None:
    """Throw one's own draft away, or let it go because what it was to become has been saved."""
    model.objects.filter(author=by, submission=submission).delete()


def throw_away_old(*, day: date) -> int:
    """By the clock: drafts that nobody has touched for 14 days; how many."""
    count = 0
    for model in (ContactDraft, DocumentDraft):
        old = model.objects.filter(saved_at__date__lt=day - timedelta(days=KEPT_DAYS))
        count += old.count()
        old.delete()
    return count
