"""控辍保学责任书: drawn up for every teacher of every class of a school in one go, then issued one by one."""

from datetime import date
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from casework.actions.documents import DocumentRefused, NotYourDocument, issue
from casework.document_kinds import DocumentKind
from casework.documents import DocumentState
from casework.models import Document
from casework.queries.document_facts import pledge_values
from casework.queries.pledges import teachers_of
from students.access import Scope
from students.actions import audit
from students.models import Person, School


@transaction.atomic
def draw_up(*, by, scope: Scope, school: School, school_year: int, today: date) -> int:
    """A draft for every teacher of a class who has none for the school year; how many. Pressed again it adds what is
    missing. Raises ``DocumentRefused``."""
    if not scope.runs(school.pk):
        raise NotYourDocument("责任书由教务处、校长或分管领导生成，没有生成。")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    missing = [line for line in teachers_of(school, school_year, today) if line.document is None]
    now = timezone.now()
    rows = Document.objects.bulk_create(
        Document(
            kind=DocumentKind.PLEDGE, person=line.person, school_class=line.school_class, school_year=school_year,
            values=pledge_values(line.school_class, line.duty, school_year), submission=uuid4(), drafted_at=now,
            drafted_by=by,
        )
        for line in missing
    )  # fmt: skip
    if rows:
        audit.record(by=by, action="document.draw_up_pledges", subject=school, count=len(rows), school_year=school_year)
    return len(rows)


def issue_drafts(*, by: Person, scope: Scope, school: School, school_year: int, today: date) -> int:
    """Number and print the drafts of a school year, each in its own transaction; how many. Broken off and begun again
    it goes on where it stopped."""
    drafts = Document.objects.filter(
        kind=DocumentKind.PLEDGE, state=DocumentState.DRAFT, school_class__school=school, school_year=school_year
    )
    done = 0
    for row in drafts.order_by("school_class__number", "pk"):
        try:
            issue(by=by, scope=scope, document=row, version=row.version, today=today)
            done += 1
        except DocumentRefused:  # somebody has issued, changed or voided it meanwhile
            continue
    return done
