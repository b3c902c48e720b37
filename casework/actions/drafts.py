"""草稿: what is typed is kept while it is typed, until it is saved or 14 days old.

A draft is its author's alone and proves nothing, so it leaves no audit row; what it becomes does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework.documents import UNISSUED
from casework.models import ContactDraft, Document, DocumentDraft
from casework.models.drafts import TypedDraft
from students.models import Student

KEPT_DAYS = 14
LONGEST = 2000  # characters of one field
FIRST_VERSION = 1  # of a document as it was first saved
ELSEWHERE = "另一个窗口也在写这一份，这里新填的没有存下。请回那个窗口接着写；要用这里的，请在这里点保存。"
Draft = TypeVar("Draft", bound=TypedDraft)
Typed = Mapping[str, Sequence[str]]  # field → what was sent of it


class NotKept(Exception):
    """Nothing was kept; the message is a Chinese sentence that says why and what to do."""


class Page(NamedTuple):
    """Where something was typed: ``tab`` names the page, ``kept`` the draft that it was opened with (its stamp)."""

    tab: str = ""
    kept: str = ""

    def owns(self, draft: TypedDraft) -> bool:
        """Whether the draft was typed on this page, or is what the page was opened with."""
        return not self.tab or draft.tab in ("", self.tab) or draft.stamp == self.kept


def page_of(fields: Typed) -> Page:
    """The page that these fields were sent from; the marks of no page where it sends none."""
    return Page(*(([*fields.get(name, ()), ""])[0] for name in Page._fields))


def keep(model: type[Draft], *, by, student: Student, submission: UUID, fields: Typed, **more) -> Draft:
    """Keep what has been typed so far; to be called inside a transaction.

    Raises ``NotKept`` where another page has typed meanwhile: neither overwrites the other in silence.
    """
    held = model.objects.select_for_update(no_key=True).filter(author=by, submission=submission).first()
    if held and not page_of(fields).owns(held):
        raise NotKept(ELSEWHERE)
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

    None where a new one has been saved meanwhile: what comes late does not bring its draft back. A page that lives on
    (the browser's way back) types changes from then on and says so with ``FIRST_VERSION``. Raises ``NotKept``.
    """
    row = Document.objects.filter(submission=submission).first()
    if row and row.state not in UNISSUED:
        raise NotKept("这份文书已经签发，不能再改，这里填的没有存下。")
    if row and "version" not in fields:
        return None
    return keep(DocumentDraft, by=by, student=student, submission=submission, fields=fields, kind=kind)


@transaction.atomic
def discard(model: type[TypedDraft], *, by, submission: UUID, page: Page | None = None) -> None:
    """Throw one's own draft away, or let it go because what it was to become has been saved.

    ``page``: on which that was done; what another page has typed meanwhile stays.
    """
    for draft in model.objects.filter(author=by, submission=submission):
        if page is None or page.owns(draft):
            draft.delete()


def throw_away_old(*, day: date) -> int:
    """By the clock: drafts that nobody has touched for 14 days; how many."""
    count = 0
    for model in (ContactDraft, DocumentDraft):
        old = model.objects.filter(saved_at__date__lt=day - timedelta(days=KEPT_DAYS))
        count += old.count()
        old.delete()
    return count
