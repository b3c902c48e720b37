"""A row of every scoped model of returns; the test of scopes asks who sees it."""

from datetime import date

from django.utils import timezone

from returns.models import (
    AmendmentDue,
    AmendmentRequest,
    Edition,
    Review,
    ReviewChild,
    ReviewMonth,
    ReviewSheet,
    SchoolReturn,
    Snapshot,
)
from students.models import SchoolClass, Student
from tests import cast

# What a school says of all its classes, and what is found of it: no business of a class teacher.
RETURNS = (
    SchoolReturn,
    Edition,
    Snapshot,
    AmendmentDue,
    Review,
    ReviewSheet,
    ReviewMonth,
    ReviewChild,
    AmendmentRequest,
)


def rows_of_returns(school_class: SchoolClass, child: Student) -> dict[type, object]:
    """October of the school: begun, with a snapshot, and reviewed."""
    days = {"kind": "month", "first": date(2026, 9, 26), "cut_off": date(2026, 10, 25), "deadline": date(2026, 10, 28)}
    row, _ = SchoolReturn.objects.get_or_create(school=school_class.school, period="2026-10", defaults=days)
    made = {"content": {}, "sha256": "0", "pdf": b"%PDF-1.7", "pdf_sha256": "0", "made_at": timezone.now()}
    snapshot = row.snapshots.first() or Snapshot.objects.create(school_return=row, made_by=cast.person(), **made)
    prepared = {"state": "prepared", "prepared_at": timezone.now(), "prepared_by": snapshot.made_by}
    edition, _ = Edition.objects.get_or_create(school_return=row, defaults=prepared)
    due, _ = AmendmentDue.objects.get_or_create(
        school_return=row, defaults={"words": "期末在校3→2人", "found_on": date(2026, 10, 28)}
    )
    made = {SchoolReturn: row, Snapshot: snapshot, Edition: edition, AmendmentDue: due}
    return made | _review_of(edition, child)


def _review_of(edition: Edition, child: Student) -> dict[type, object]:
    """A review of one school, which is all that it looks at; a school has one."""
    school = edition.school_return.school
    opened = {"opened_at": timezone.now(), "opened_by": cast.person(), "seed": "0", "size": 1}
    days = {"first": date(2026, 9, 1), "cut_off": date(2026, 11, 25)}
    sheet = ReviewSheet.objects.filter(school=school).first()
    if sheet is None:
        review = Review.objects.create(school_year=2000 + Review.objects.count(), quarter=1, **days, **opened)
        sheet = ReviewSheet.objects.create(review=review, school=school)
    month, _ = ReviewMonth.objects.get_or_create(sheet=sheet, edition=edition, defaults={"reported": {}})
    place = {"position": sheet.children.count() + 1, "part": "attending", "grade": 4}
    drawn = ReviewChild.objects.create(sheet=sheet, month=month, student=child, **place)
    asked = {"asked_at": timezone.now(), "asked_by": opened["opened_by"]}
    request, _ = AmendmentRequest.objects.get_or_create(month=month, defaults=asked)
    return {Review: sheet.review, ReviewSheet: sheet, ReviewMonth: month, ReviewChild: drawn, AmendmentRequest: request}
