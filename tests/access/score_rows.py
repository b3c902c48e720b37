"""A row of every scoped model of scores that belongs to a class; the test of scopes asks who sees it."""

from uuid import uuid4

from django.utils import timezone

from scoring.models import (
    Appeal,
    AppealPaper,
    FrozenScore,
    KeptScore,
    SchemeProposal,
    ScoreAmendment,
    ScoreFreeze,
    StoredScheme,
)
from students.models import SchoolClass, Term
from tests import cast
from tests.scene import MONDAY
from tests.scoring.appealing import kept_columns
from tests.scoring.standard import STANDARD
from tests.students.papers import paper


def rows_of_scores(school_class: SchoolClass) -> dict[type, object]:
    """The score of a day, a proposed version of the scheme, an appeal with its paper, a frozen score."""
    lines = dict.fromkeys(("target", "missed_roll_call", "late_contact", "late_report", "verified_return"), 0)
    judged = {"baseline": 3, "dropouts": 0, "target_met": True, "is_rated": True, "veto": False, "total": 0}
    registers = {"registers_due": 10, "registers_missing": 0}
    scheme, now, person = StoredScheme.objects.first(), timezone.now(), cast.person()
    appeal = Appeal.objects.create(
        school_class=school_class, kind="register", fact="register-2026-09-07", day=MONDAY, told="9月7日缺一部分点名",
        ground="network", text="停电", level="school", submission=uuid4(), made_at=now, made_by=person,
    )  # fmt: skip
    term, _ = Term.objects.get_or_create(
        school_year=2019, number=1, defaults={"start": MONDAY.replace(year=2019), "end": MONDAY.replace(year=2020)}
    )
    freeze, _ = ScoreFreeze.objects.get_or_create(
        school=school_class.school, term=term, defaults={"opened_at": now, "opened_by": person}
    )
    amendment = {"reason": "核实", "differences": [], "sha256": "0", "issued_at": now, "issued_by": person}
    return {
        KeptScore: KeptScore.objects.create(
            school_class=school_class, as_of=MONDAY, scheme=scheme, **lines, **judged, **registers
        ),
        SchemeProposal: SchemeProposal.objects.create(
            school=school_class.school, scheme=_version(), follows=scheme, school_year=2027, reason="校务会议",
            as_of=MONDAY, made_at=now, made_by=person,
        ),
        Appeal: appeal,
        AppealPaper: AppealPaper.objects.create(appeal=appeal, uploaded_at=now, uploaded_by=person, **paper()),
        ScoreFreeze: freeze,
        ScoreAmendment: ScoreAmendment.objects.get_or_create(freeze=freeze, number=1, defaults=amendment)[0],
        FrozenScore: FrozenScore.objects.create(
            freeze=freeze, school_class=school_class, scheme=scheme, **kept_columns(school_class)
        ),
    }  # fmt: skip


def _version() -> StoredScheme:
    version = StoredScheme.objects.filter(code="school").count() + 1
    return StoredScheme.objects.create(code="school", title="本校办法", content=STANDARD, version=version)
