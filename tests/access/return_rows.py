"""A row of every scoped model of returns; the test of scopes asks who sees it."""

from datetime import date

from django.utils import timezone

from returns.models import Edition, SchoolReturn, Snapshot
from students.models import SchoolClass
from tests import cast

# What a school says of all its classes, and no business of a class teacher.
RETURNS = (SchoolReturn, Edition, Snapshot)


def rows_of_returns(school_class: SchoolClass) -> dict[type, object]:
    """October of the school: begun, with a snapshot."""
    days = {"first": date(2026, 9, 26), "cut_off": date(2026, 10, 25), "deadline": date(2026, 10, 28)}
    row, _ = SchoolReturn.objects.get_or_create(school=school_class.school, month="2026-10", defaults=days)
    made = {"content": {}, "sha256": "0", "pdf": b"%PDF-1.7", "pdf_sha256": "0", "made_at": timezone.now()}
    snapshot = row.snapshots.first() or Snapshot.objects.create(school_return=row, made_by=cast.person(), **made)
    return {SchoolReturn: row, Snapshot: snapshot, Edition: Edition.objects.get_or_create(school_return=row)[0]}
