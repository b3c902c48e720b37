"""One row of every scoped model of documents; the test of scopes asks who sees it."""

from uuid import uuid4

from django.utils import timezone

from casework.models import Document, DocumentStep, IssuedPaper, LetterDelivery, SignedCopy
from students.models import Student
from tests import cast
from tests.scene import MONDAY


def rows_of_documents(child: Student) -> dict[type, object]:
    """A letter that has been issued, signed, delivered, and its signed copy."""
    now, school_class = timezone.now(), child.enrolments.get().school_class
    teacher, school = cast.person(), school_class.school
    number = Document.objects.filter(school=school).count() + 1
    document = Document.objects.create(
        kind="urging_notice", student=child, school_class=school_class, state="confirmed", school=school, year=2026,
        number=number, reference=f"东坪小学控辍〔2026〕{number}号", revision=1, submission=uuid4(), drafted_at=now,
        drafted_by=teacher, issued_at=now, issued_by=teacher, confirmed_at=now, confirmed_by=teacher,
    )  # fmt: skip
    of_it = {"document": document}
    kept = {"pdf": b"%PDF", "sha256": "0", "pages": 1, "values": {}}
    paper = {"media_type": "image/png", "size": 1, "sha256": "0", "content": b"0"}
    return {
        Document: document,
        IssuedPaper: IssuedPaper.objects.create(revision=1, issued_at=now, issued_by=teacher, **of_it, **kept),
        DocumentStep: DocumentStep.objects.create(
            action="issue", revision=1, verb="签发", at=now, by=teacher, **of_it
        ),
        SignedCopy: SignedCopy.objects.create(
            name="签字件.png", uploaded_at=now, uploaded_by=teacher, **of_it, **paper
        ),
        LetterDelivery: LetterDelivery.objects.create(
            delivered_on=MONDAY, method="in_person", recipient="曾杰", limit_on=MONDAY.replace(day=14),
            recorded_at=now, recorded_by=teacher, **of_it,
        ),
    }  # fmt: skip
