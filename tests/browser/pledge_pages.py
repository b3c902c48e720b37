"""The pages of 责任书: of the county, of a school, being issued, one's own, one to sign, and the file."""

import warnings

from django.urls import reverse

from casework.actions.documents import issue
from casework.actions.progress import Watch
from scoring.actions.pledges import ISSUING, draw_up, job_of
from scoring.queries.pledges import PledgeBook
from students.models import Person, Role, School
from tests import cast
from tests.scene import MONDAY


def pledge_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """Drawn up by both, one issued to the 班主任; with somebody who opens each."""
    school, teacher, clerk, bureau = classroom.school, classroom.teacher, classroom.clerk, classroom.bureau
    far = cast.school("石沟中学", kind=School.Kind.JUNIOR, township=cast.township("石沟乡"))
    far_clerk = cast.person("唐远", role=Role.REGISTRY_CLERK, school=far)
    for person in (bureau, far_clerk):  # the bar of these pages is drawn anew by the addresses of the progress
        Watch(job_of(cast.scope(person), [far.pk], 2026))(ISSUING, 12, 38)
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
        "pledges of all schools, being issued": (bureau, all_of_them),
        "pledges of a school, being issued": (far_clerk, reverse("scoring:school_pledges", args=[far.pk])),
        "pledges of all people": (bureau, f"{all_of_them}?by=person"),
        "pledges, none found": (bureau, f"{all_of_them}?by=person&q=none"),
        "pledges of a school": (clerk, here_only),
        "pledges not signed": (classroom.principal, f"{here_only}?state=unsigned"),
        "one's own pledges": (teacher, reverse("scoring:my_pledges")),
        "no pledge of one's own": (classroom.principal, reverse("scoring:my_pledges")),
        "a pledge to sign": (teacher, reverse("casework:document", args=[own.document.pk])),
        "pledges to export": (clerk, reverse("reports:pledges_file")),
    }
