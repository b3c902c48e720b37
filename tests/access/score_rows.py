"""A row of every scoped model of scores that belongs to a class; the test of scopes asks who sees it."""

from django.utils import timezone

from scoring.models import KeptScore, SchemeProposal, StoredScheme
from students.models import SchoolClass
from tests import cast
from tests.scene import MONDAY


def rows_of_scores(school_class: SchoolClass) -> dict[type, object]:
    """The score of a day, and a version of the scheme that the school thinks of."""
    lines = dict.fromkeys(("target", "missed_roll_call", "late_contact", "late_report", "verified_return"), 0)
    judged = {"baseline": 3, "dropouts": 0, "target_met": True, "is_rated": True, "veto": False, "total": 0}
    registers = {"registers_due": 10, "registers_missing": 0}
    return {
        KeptScore: KeptScore.objects.create(
            school_class=school_class, as_of=MONDAY, scheme=StoredScheme.objects.first(), **lines, **judged, **registers
        ),
        SchemeProposal: SchemeProposal.objects.create(
            school=school_class.school, scheme=_version(), follows=StoredScheme.objects.first(), school_year=2027,
            reason="校务会议", as_of=MONDAY, made_at=timezone.now(), made_by=cast.person(),
        ),
    }  # fmt: skip


def _version() -> StoredScheme:
    version = StoredScheme.objects.filter(code="school").count() + 1
    return StoredScheme.objects.create(code="school", title="本校办法", content={}, version=version)
