"""A row of every scoped model of scores, and of figures kept overnight; the test of scopes asks who sees it."""

from uuid import uuid4

from django.utils import timezone

from reports.models import KeptFigures
from scoring.models import (
    Appeal,
    AppealPaper,
    Award,
    AwardList,
    AwardListSchool,
    AwardPaper,
    FrozenScore,
    KeptScore,
    SchemeProposal,
    ScoreAmendment,
    ScoreFreeze,
    StoredAwardRule,
    StoredScheme,
)
from students.models import SchoolClass, Term
from tests import cast
from tests.scene import MONDAY
from tests.scoring.appealing import kept_columns
from tests.scoring.standard import STANDARD
from tests.students.papers import paper

# What is said of whole schools, and no business of a class teacher.
OF_WHOLE_SCHOOLS = (ScoreFreeze, ScoreAmendment, Award, AwardList, AwardListSchool, AwardPaper, KeptFigures)


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
    awards = award_rows(school_class, freeze, person)
    amendment = {"reason": "核实", "differences": [], "sha256": "0", "issued_at": now, "issued_by": person}
    grade = {"school": school_class.school, "stage": school_class.stage, "grade": 4}
    month = {"month": "2026-09", "first": MONDAY.replace(day=1), "as_of": MONDAY}
    return {
        KeptFigures: KeptFigures.objects.get_or_create(**grade, defaults=month)[0],
        KeptScore: KeptScore.objects.create(
            school_class=school_class, as_of=MONDAY, scheme=scheme, **lines, **judged, **registers
        ),
        SchemeProposal: SchemeProposal.objects.create(
            school=school_class.school, scheme=_version(), follows=scheme, school_year=2027, reason="校务会议",
            as_of=MONDAY, made_at=now, made_by=person,
        ),
        Appeal: appeal,
        Award: awards["award"],
        AwardList: awards["list"],
        AwardListSchool: awards["school"],
        AwardPaper: awards["paper"],
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


def award_rows(school_class: SchoolClass, freeze: ScoreFreeze, person) -> dict[str, object]:
    """A list of awards of a school with the award of a class, and its certificates; one list for a term."""
    now, rule = timezone.now(), StoredAwardRule.objects.first()
    number = freeze.pk
    row, _ = AwardList.objects.get_or_create(
        year=2026, number=number, kind="class", term=freeze.term,
        defaults={
            "reference": f"控辍评〔2026〕{number}号", "issuer": "云岭县教育局", "rule": rule, "content": {},
            "sha256": "0", "note": "会议审定", "confirmed_on": MONDAY, "confirmed_at": now, "confirmed_by": person,
        },
    )  # fmt: skip
    school = school_class.school
    covered, _ = AwardListSchool.objects.get_or_create(
        freeze=freeze, kind="class", defaults={"award_list": row, "edition": 0}
    )
    award = Award.objects.create(
        award_list=row, kind="class", number=row.awards.count() + 1, subject=f"class-{school_class.pk}", school=school,
        school_class=school_class, name=school_class.name, checks=[["lost", True, "流失0/3人"]],
    )  # fmt: skip
    paper, _ = AwardPaper.objects.get_or_create(
        award_list=row, edition=0, kind="certificates", school=school,
        defaults={"pdf": b"%PDF-1.7", "sha256": "0", "pages": 1, "made_at": now, "made_by": person},
    )  # fmt: skip
    return {"list": row, "school": covered, "award": award, "paper": paper}
