"""草稿: what is typed of a contact is kept while it is typed, photographs included, until it is saved or 14 days old.

A draft is its author's alone and proves nothing, so it leaves no audit row; the contact that it becomes does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework.models import Contact, ContactDraft, ContactPhoto
from casework.models.contact_drafts import MOST_PHOTOS
from students.actions.files import FileRefused, take_photo
from students.models import Student

KEPT_DAYS = 14
LONGEST = 2000  # characters of one field


@transaction.atomic
def keep(
    *, by, student: Student, submission: UUID, fields: Mapping[str, Sequence[str]], photos: Iterable[BinaryIO] = ()
) -> tuple[ContactDraft | None, list[str]]:
    """Keep what has been typed so far and the photographs handed in with it.

    Returns the draft and a Chinese sentence for every photograph that cannot be kept; the others are. None where the
    same telling has been saved meanwhile: what comes late does not bring its draft back.
    """
    if Contact.objects.filter(submission=submission, recorded_by=by).exists():
        return None, []
    # No database keeps a null character; the form says so at its field.
    content = {name: [value[:LONGEST].replace("\0", "") for value in values] for name, values in fields.items()}
    draft, _ = ContactDraft.objects.select_for_update(no_key=True).update_or_create(
        author=by, submission=submission, student=student, defaults={"fields": content, "saved_at": timezone.now()}
    )
    faults = []
    for upload in photos:
        try:
            _add_photo(draft, upload, by)
        except FileRefused as refused:
            faults.append(str(refused))
    return draft, faults


@transaction.atomic
def remove_photo(*, by, photo: int) -> None:
    """Take a photograph out of one's own draft; a second press does nothing."""
    ContactPhoto.objects.filter(pk=photo, draft__author=by).delete()


@transaction.atomic
def discard(*, by, student: Student, submission: UUID) -> None:
    """Throw one's own draft away."""
    ContactDraft.objects.filter(author=by, student=student, submission=submission).delete()


def hand_over(*, by, contact: Contact, submission: UUID) -> None:
    """What was a draft is a contact now: its photographs belong to it, the draft is gone. Inside its transaction."""
    drafts = ContactDraft.objects.filter(author=by, submission=submission)
    ContactPhoto.objects.filter(draft__in=drafts).update(contact=contact, draft=None)
    drafts.delete()


def throw_away_old(*, day: date) -> int:
    """By the clock: drafts that nobody has touched for 14 days; how many."""
    old = ContactDraft.objects.filter(saved_at__date__lt=day - timedelta(days=KEPT_DAYS))
    count = old.count()
    old.delete()
    return count


def _add_photo(draft: ContactDraft, upload: BinaryIO, by) -> None:
    taken = dict(draft.photos.values_list("position", "sha256"))
    free = sorted(set(range(1, MOST_PHOTOS + 1)) - taken.keys())
    if not free:
        raise FileRefused(f"一次联系最多{MOST_PHOTOS}张照片，“{upload.name}”没有保存。可以先去掉一张。")
    columns = take_photo(upload)
    if columns["sha256"] not in taken.values():
        ContactPhoto.objects.create(
            draft=draft, position=free[0], uploaded_at=timezone.now(), uploaded_by=by, **columns
        )
