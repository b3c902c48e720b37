"""The draft of a contact, with its photographs: see ``casework.actions.drafts``."""

from collections.abc import Iterable
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework.actions import drafts
from casework.models import Contact, ContactDraft, ContactPhoto
from casework.models.contact_drafts import MOST_PHOTOS
from students.actions.files import FileRefused, take_photo
from students.models import Student


@transaction.atomic
def keep(
    *, by, student: Student, submission: UUID, fields: drafts.Typed, photos: Iterable[BinaryIO] = ()
) -> tuple[ContactDraft | None, list[str]]:
    """Keep what has been typed so far and the photographs handed in with it.

    Returns the draft and a Chinese sentence for every photograph that cannot be kept; the others are. None where the
    same telling has been saved meanwhile: what comes late does not bring its draft back.
    """
    if Contact.objects.filter(submission=submission, recorded_by=by).exists():
        return None, []
    draft = drafts.keep(ContactDraft, by=by, student=student, submission=submission, fields=fields)
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


def hand_over(*, by, contact: Contact, submission: UUID) -> None:
    """What was a draft is a contact now: its photographs belong to it, the draft is gone. Inside its transaction."""
    typed = ContactDraft.objects.filter(author=by, submission=submission)
    ContactPhoto.objects.filter(draft__in=typed).update(contact=contact, draft=None)
    typed.delete()


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
