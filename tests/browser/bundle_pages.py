"""The pages of 三包 and 联点: children with and without somebody, villages, an officer for the school."""

from django.urls import reverse

from students.models import Person, Role, SpecialGroup
from tests import cast
from tests.scene import MONDAY
from tests.scoring.bundling import SEPTEMBER, assign, assign_villages, go_with, village, visit


def bundle_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """三包: of the county, a school, a teacher; every form of it."""
    school, clerk, own = classroom.school, classroom.clerk, [classroom.school.pk]
    for child in classroom.children[20:26]:
        SpecialGroup.objects.get_or_create(student=child, kind="hardship", defaults={"since": SEPTEMBER})
    mentor = cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=cast.school_class(school, "202309"))
    rows = assign(clerk, school, mentor, *classroom.children[20:23], since=SEPTEMBER)
    visit(mentor, classroom.children[20])
    li, _ = village("李庄", of=school.township, number=31), village("赵家岭", of=school.township, number=32)
    assign_villages(clerk, school, classroom.principal, li)
    go_with(classroom.bureau, school, classroom.bureau, until=MONDAY.replace(month=12))
    page = reverse("scoring:school_bundles", args=own)
    return {
        "三包 of the county": (classroom.bureau, reverse("scoring:bundles")),
        **{f"三包 of a school: {tab}": (clerk, f"{page}?tab={tab}") for tab in ("nobody", "villages", "classes")},
        "三包 of a school: people": (clerk, f"{page}?tab=people"),
        "三包 of a school: past": (clerk, f"{page}?tab=past"),
        "children to assign": (clerk, reverse("scoring:assign_students", args=own)),
        "villages to assign": (clerk, reverse("scoring:assign_villages", args=own)),
        "children to hand over": (clerk, reverse("scoring:hand_over_bundle", args=[*own, mentor.pk])),
        "an assignment to end": (clerk, reverse("scoring:end_assignment", args=[rows[0].pk])),
        "children of one's own": (mentor, reverse("scoring:my_bundles")),
        "a contact of a child of one's own": (
            mentor,
            reverse("casework:new_contact", args=[classroom.children[21].pk]),
        ),
        "children of one's own, none": (classroom.teacher, reverse("scoring:my_bundles")),
        "officers for schools": (classroom.bureau, reverse("scoring:liaisons")),
        "an officer for a school": (classroom.bureau, reverse("scoring:assign_liaison", args=own)),
        "三包 to export": (clerk, reverse("reports:bundles_file")),
    }
