"""A round of inspections in the scene: a checklist of a few items, an inspector, sheets filled and signed."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from inspections.actions import filling, rectifications, results, rounds
from inspections.actions.filling import Entered
from inspections.checklist import Judged
from inspections.models import Inspection, InspectionResult, InspectionRound, Rectification, StoredChecklist
from students.models import Person, Role, School
from tests import cast
from tests.scene import MONDAY
from tests.students.papers import paper

#: Two sections, four items, 20 points; one item does not concern 教学点, one may be found not to apply.
CONTENT = {
    "code": "short",
    "title": "简表",
    "source": "[D] 测试用",
    "full_marks": 20,
    "rectify_days": 15,
    "rectify_source": "[D] 测试用",
    "sections": [
        {
            "code": "lead",
            "title": "组织领导",
            "items": [
                {"code": "plan", "text": "有方案", "points": 4, "judge": "没有不得分", "source": "[S] 方案"},
                {"code": "pledge", "text": "签责任书", "points": 6, "judge": "缺一份扣1分", "source": "[S] 责任书",
                 "not_for": ["teaching_point"]},
            ],
        },
        {
            "code": "work",
            "title": "点名家访",
            "items": [
                {"code": "register", "text": "点名齐全", "points": 5, "judge": "缺一次扣0.5分", "source": "[S] 点名"},
                {"code": "persuade", "text": "有劝返记录", "points": 5, "judge": "缺一人扣2分", "source": "[S] 劝返",
                 "may_be_left": True},
            ],
        },
    ],
}  # fmt: skip
DEADLINE = date(2026, 9, 21)  # a Monday
FULL = {"plan": 4, "pledge": 6, "register": 5, "persuade": 5}


def checklist() -> StoredChecklist:
    """The short checklist as a row."""
    made = StoredChecklist.objects.filter(code="short").first()
    return made or StoredChecklist.objects.create(code="short", version=1, title="简表", content=CONTENT)


def judged(**points) -> dict[str, Judged]:
    """A whole sheet: full points but for those named; ``None`` = 不涉及. What is lost has a remark."""
    marks = {}
    for code, given in (FULL | points).items():
        if given is None:
            marks[code] = Judged(applies=False, remark="没有这样的学生")
        else:
            marks[code] = Judged(Decimal(str(given)), remark="" if given == FULL[code] else "材料不全")
    return marks


def entered(marks: dict[str, Judged], seen: int = 0) -> dict[str, Entered]:
    """A sheet as a page sends it."""
    return {code: Entered(mark, seen) for code, mark in marks.items()}


def inspector(school: School, name: str = "杨学") -> Person:
    """督学 of the township of a school."""
    return cast.person(name, role=Role.INSPECTOR, township=school.township)


def opened(*schools: School, by: Person, inspectors, title: str = "2026年秋季期初检查") -> InspectionRound:
    """A round from Monday for two weeks, by the short checklist."""
    return rounds.open_round(
        by=by, scope=cast.scope(by), title=title, checklist=checklist(), schools=schools, first_day=MONDAY,
        last_day=MONDAY.replace(day=18), inspectors=inspectors, submission=uuid4(), today=MONDAY,
    )  # fmt: skip


def fill(row: Inspection, by: Person, marks: dict[str, Judged], *, seen: int = 0, page: UUID | None = None):
    """Keep a sheet."""
    return filling.keep(
        by=by, scope=cast.scope(by), inspection=row, entered=entered(marks, seen), page=page, today=MONDAY
    )


def sign(
    row: Inspection, by: Person, *, seen: int | None = None, day=MONDAY, today=MONDAY, deadline=DEADLINE
) -> InspectionResult:
    """Sign a sheet as it stands."""
    seen = Inspection.objects.get(pk=row.pk).version if seen is None else seen
    return results.sign(
        by=by, scope=cast.scope(by), inspection=row, seen=seen, inspected_on=day, deadline=deadline, today=today
    )


def signed(row: Inspection, by: Person, **points) -> InspectionResult:
    """A sheet filled and signed."""
    fill(row, by, {code: mark for code, mark in judged(**points).items() if code != "pledge" or _concerned(row)})
    return sign(row, by)


def mended(row: Rectification, by: Person, *, is_reported: bool = True) -> Rectification:
    """A finding with its measure, and reported as mended with a paper."""
    told = {"by": by, "scope": cast.scope(by), "rectification": row, "today": MONDAY}
    row = rectifications.plan(seen=row.version, measure="补齐材料", responsible=by, **told)
    if is_reported:
        row = rectifications.report(seen=row.version, words="已补齐", papers=[paper()], **told)
    return row


def _concerned(row: Inspection) -> bool:
    return row.school.kind != School.Kind.TEACHING_POINT
