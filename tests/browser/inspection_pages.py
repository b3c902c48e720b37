"""The pages of 专项检查, with a round of which one school is done."""

from django.urls import reverse

from inspections.actions import photos
from students.models import Person
from tests import cast
from tests.inspections import inspected
from tests.scene import MONDAY
from tests.students.papers import picture


def inspection_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """专项检查: rounds, the sums, a sheet to fill and to sign, a result."""
    bureau, school = classroom.bureau, classroom.school
    done = inspected.opened(school, title="2026年春季检查", by=bureau, inspectors=[bureau])
    other = cast.school("西坪小学", township=school.township)
    running = inspected.opened(school, other, by=bureau, inspectors=[bureau])
    finished, begun = done.inspections.get(), running.inspections.get(school=school)
    inspected.signed(finished, bureau, register=3, pledge=5)
    first, second = finished.rectifications.all()
    inspected.mended(second, classroom.principal)
    inspected.fill(begun, bureau, {"plan": inspected.judged(plan=3)["plan"]})
    scope = cast.scope(bureau)
    photos.add(by=bureau, scope=scope, inspection=begun, item="plan", uploads=[picture()], today=MONDAY)

    def page(name: str, *args) -> str:
        return reverse(f"inspections:{name}", args=args)

    return {
        "inspections": (bureau, page("rounds")),
        "a round to open": (bureau, page("open_round")),
        "a round summed": (bureau, page("round", done.pk)),
        "a round under way": (bureau, page("round", running.pk)),
        "a round to print": (bureau, page("round_paper", done.pk)),
        "a round to change": (bureau, page("change_round", running.pk)),
        "a sheet to fill": (bureau, page("fill", begun.pk)),
        "photographs of an item": (bureau, page("item_photos", begun.pk, "plan")),
        "a sheet to sign": (bureau, page("sign", begun.pk)),
        "a result to answer": (classroom.principal, page("inspection", finished.pk)),
        "a result to correct": (bureau, page("correct", finished.pk)),
        "findings": (bureau, page("rectifications")),
        "findings, none overdue": (bureau, page("rectifications") + "?show=overdue"),
        "a finding to mend": (classroom.principal, page("rectification", first.pk)),
        "a finding to verify": (bureau, page("rectification", second.pk)),
        "a finding to add": (bureau, page("add_rectification", finished.pk)),
        "checklists": (bureau, page("checklists")),
        "a checklist": (bureau, page("checklist", done.checklist_id)),
        "a checklist to change": (bureau, page("new_version", done.checklist_id)),
    }
