"""Tells a school, or who looked at it, what has come up; inside the transaction of what it tells."""

from datetime import date

from inspections.models import Inspection
from students.access import COUNTY_ROLES, SCHOOL_ROLES, in_force
from students.actions import notices
from students.models import Notice, Person, Posting
from students.queries.notices import class_for


def tell_school(row: Inspection, *, kind: Notice.Kind, by, today: date) -> None:
    """The heads and the clerk of the school."""
    posted = in_force(Posting.objects.filter(school=row.school, role__in=SCHOOL_ROLES), today)
    _tell(row, Person.objects.filter(pk__in=posted.values("person")), kind=kind, by=by, today=today)


def tell_verifiers(row: Inspection, *, with_bureau: bool, by, today: date) -> None:
    """The inspectors of the round, that a school has mended something; the bureau where none of them can verify it."""
    people = list(row.round.inspectors.all())
    if with_bureau:
        posted = in_force(Posting.objects.filter(role__in=COUNTY_ROLES), today)
        people += Person.objects.filter(pk__in=posted.values("person"))
    _tell(row, people, kind=Notice.Kind.RECTIFICATION_REPORTED, by=by, today=today)


def _tell(row: Inspection, people, *, kind: Notice.Kind, by, today: date) -> None:
    if school_class := class_for(row.school):  # a school without classes has nobody to tell
        notices.send(by=by, to=people, kind=kind, school_class=school_class, day=today)
