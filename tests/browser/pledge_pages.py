"""The pages of 责任书: of the county by school and by person, of a school, one's own, one to sign, and the file."""

import warnings

from django.urls import reverse

from casework.actions.documents import issue
from scoring.actions.pledges import draw_up
from scoring.queries.pledges import PledgeBook
from students.models import Person, Role, School
from tests import cast
from tests.scene import MONDAY


def pledge_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """Drawn up by both, one issued to the 班主任; with somebody who opens each."""
    school, teacher, clerk, bureau = classroom.school, classroom.teacher, classroom.clerk, classroom.bureau
    cast.school("石沟中学", kind=School.Kind.JUNIOR, township=cast.township("石沟乡"))
    cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=classroom.school_class, subject="数学")
    here = School.objects.filter(pk=school.pk)
    for person in (clerk, bureau):
        draw_up(by=person, scope=cast.scope(person), schools=here, school_year=2026, today=MONDAY)
    [own] = [
        row
        for row in PledgeBook(here, 2026, MONDAY).shown(PledgeBook(here, 2026, MONDAY).lines)
        if row.person == teacher
    ]
    place = {"by": clerk, "scope": cast.scope(clerk), "today": MONDAY}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the library that draws the PDF
        issue(**place, document=own.document, version=own.document.version)
    all_of_them, here_only = reverse("scoring:pledges"), reverse("scoring:school_pledges", args=[school.pk])
    return {
        "pledges of all schools": (bureau, all_of_them),
        "pledges of all people": (bureau, f"{all_of_them}?by=person"),
        "pledges, none found": (bureau, f"{all_of_them}?by=person&q=none"),
        "pledges of a school": (clerk, here_only),
        "pledges not signed": (classroom.principal, f"{here_only}?state=unsigned"),
        "one's own pledges": (teacher, reverse("scoring:my_pledges")),
        "no pledge of one's own": (classroom.principal, reverse("scoring:my_pledges")),
        "a pledge to sign": (teacher, reverse("casework:document", args=[own.document.pk])),
        "pledges to export": (clerk, reverse("reports:pledges_file")),
    }
