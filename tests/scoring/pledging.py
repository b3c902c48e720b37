"""A school whose people sign 责任书, and the bureau that signs with its 校长."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfWriter

from casework.actions import documents
from casework.models import Document
from casework.papers import Printed
from scoring.actions import pledges
from scoring.pledges import PledgeLine
from scoring.queries.pledges import PledgeBook
from students.models import Person, Role, School
from tests import cast
from tests.scene import MONDAY, Scene

YEAR = 2026
NAMES = {
    "principal": "罗宁", "deputy": "梁宁", "maths": "任军", "beside": "陈一", "bureau": "苏远", "township": "萧远",
    "far_clerk": "唐远",
}  # fmt: skip


@dataclass
class Signing:
    """The scene, with everybody who signs or draws up; one class beside it with a 班主任 of its own."""

    scene: Scene
    people: dict[str, Person]
    today: date = MONDAY

    @property
    def here(self):
        return School.objects.filter(pk=self.scene.school.pk)

    def place(self, who: str) -> dict:
        person = self.people[who]
        return {"by": person, "scope": cast.scope(person), "today": self.today}

    def draw_up(self, who: str = "clerk", schools=None) -> pledges.DrawnUp:
        return pledges.draw_up(**self.place(who), schools=self._or_here(schools), school_year=YEAR)

    def renew(self, who: str = "clerk", schools=None) -> int:
        return pledges.renew(**self.place(who), schools=self._or_here(schools), school_year=YEAR)

    def issue(self, who: str = "clerk", schools=None) -> int:
        return pledges.issue_drafts(**self.place(who), schools=self._or_here(schools), school_year=YEAR)

    def drawn_and_issued(self, who: str = "clerk") -> None:
        self.draw_up(who)
        self.issue(who)

    def sign(self, row: Document, who: str) -> Document:
        return documents.sign(**self.place(who), document=row, version=row.version)

    def book(self, schools=None) -> PledgeBook:
        return PledgeBook(self._or_here(schools), YEAR, self.today)

    def line(self, who: str) -> PledgeLine:
        """The one line of somebody."""
        [line] = [each for each in self.book().lines if each.person == self.people[who].pk]
        return line

    def of(self, who: str) -> Document:
        return Document.objects.get(person=self.people[who], state__in=["draft", "waiting", "confirmed", "returned"])

    def _or_here(self, schools):
        return self.here if schools is None else schools


def made_signing(scene: Scene) -> Signing:
    """The rows of it, beside a scene."""
    school, room = scene.school, scene.school_class
    places = {
        "principal": (Role.PRINCIPAL, {"school": school}),
        "deputy": (Role.DEPUTY_HEAD, {"school": school}),
        "maths": (Role.SUBJECT_TEACHER, {"school_class": room, "subject": "数学"}),
        "beside": (Role.HOMEROOM_TEACHER, {"school_class": cast.school_class(school, "202302")}),
        "bureau": (Role.BUREAU_OFFICER, {}),
        "township": (Role.TOWNSHIP_OFFICER, {"township": school.township}),
        "far_clerk": (Role.REGISTRY_CLERK, {"school": cast.school("西岭小学", township=cast.township("西岭镇"))}),
    }
    cast.post(scene.teacher, Role.SUBJECT_TEACHER, school_class=room, subject="语文")
    people = {name: cast.person(NAMES[name], role=role, **place) for name, (role, place) in places.items()}
    return Signing(scene, people | {"homeroom": scene.teacher, "clerk": scene.clerk})


@pytest.fixture
def real_papers() -> None:
    """For a test that reads what is printed."""


@pytest.fixture
def signing(scene, request, monkeypatch) -> Signing:
    """Nothing is set in type unless ``real_papers`` are asked for: a paper takes longer than all the rest."""
    if "real_papers" in request.fixturenames:
        request.applymarker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))  # of the library that draws it
    else:
        writer, file = PdfWriter(), BytesIO()
        writer.add_blank_page(width=210, height=297)
        writer.write(file)
        monkeypatch.setattr(documents, "typeset", lambda sheet: Printed(file.getvalue(), 1))
    return made_signing(scene)
