"""A row of every scoped model of scores that belongs to a class; the test of scopes asks who sees it."""

from scoring.models import KeptScore, StoredScheme
from students.models import SchoolClass
from tests.scene import MONDAY


def rows_of_scores(school_class: SchoolClass) -> dict[type, object]:
    """The score of a day."""
    lines = dict.fromkeys(("target", "missed_roll_call", "late_contact", "late_report", "verified_return"), 0)
    judged = {"baseline": 3, "dropouts": 0, "target_met": True, "is_rated": True, "veto": False, "total": 0}
    return {
        KeptScore: KeptScore.objects.create(
            school_class=school_class, as_of=MONDAY, scheme=StoredScheme.objects.first(), **lines, **judged
        )
    }
