"""Rows of papers, suspensions, counts, sweeps and comparisons; the test of scopes asks who sees them."""

from datetime import date

from django.utils import timezone

from students.models import (
    Campaign,
    Certificate,
    Comparison,
    Difference,
    Finding,
    HeadCount,
    OpeningAbsence,
    ProposedMatch,
    RegistryLine,
    Resident,
    SchoolClass,
    Student,
    Suspension,
    Term,
    YearTurn,
)
from tests import cast
from tests.access.spot_rows import count_in
from tests.scene import MONDAY

MOVED = date(2026, 10, 12)


def registry_rows_of(school_class: SchoolClass, child: Student) -> dict[type, object]:
    """Those of papers, suspensions, counts, sweeps and comparisons."""
    now, clerk, school = timezone.now(), cast.person(), school_class.school
    term, _ = Term.objects.get_or_create(school_year=2026, number=1, start=MONDAY, end=MOVED)
    campaign, _ = Campaign.objects.get_or_create(
        season="autumn", year=2026, as_of=MONDAY, due_on=MOVED, defaults={"opened_at": now, "opened_by": clerk}
    )
    resident = Resident.objects.create(
        name=child.name,
        id_number=child.id_number,
        sex=child.sex,
        birth_date=child.birth_date,
        village=school.township,
        township=school.township,
    )
    line = {"place_key": "1", "name_key": "gao", "standing": "attending", "since": MONDAY, "school": school}
    paper = {"media_type": "image/png", "size": 1, "sha256": "0", "content": b"0"}
    comparison = Comparison.objects.create(
        name="导出", as_of=MONDAY, there=1, here=1, compared_at=now, compared_by=clerk
    )
    comparison.schools.add(school)
    asked = {"ground": "illness", "reason": "骨折", "starts_on": MONDAY, "ends_on": MOVED}
    turn = {"school_year": 2027, "graduation_day": MOVED, "promotion_day": MOVED}
    found = {"list": "not_enrolled", "resident": resident, "township": school.township, "school": school}
    recorded = {"recorded_at": now, "recorded_by": clerk}
    return {
        RegistryLine: RegistryLine.objects.update_or_create(
            student=child, defaults=line | {"school_class": school_class}
        )[0],
        Certificate: Certificate.objects.create(
            student=child, kind="other", handed_in_on=MONDAY, uploaded_at=now, uploaded_by=clerk, **paper
        ),
        Suspension: Suspension.objects.create(student=child, requested_at=now, requested_by=clerk, **asked),
        YearTurn: YearTurn.objects.update_or_create(
            school=school, defaults={"planned_at": now, "planned_by": clerk} | turn
        )[0],
        HeadCount: count_in(school_class, term),
        OpeningAbsence: OpeningAbsence.objects.create(
            student=child, term=term, school_class=school_class, reason="illness", **recorded
        ),
        Resident: resident,
        ProposedMatch: ProposedMatch.objects.create(resident=resident, student=child, confidence="low"),
        Finding: Finding.objects.create(campaign=campaign, **found),
        Comparison: comparison,
        Difference: Difference.objects.create(comparison=comparison, kind="only_here", school=school, name="高东"),
    }
