"""A child three days away, and people who write, issue and sign documents about it: what their tests begin with."""

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

import pytest

from casework.actions import documents as actions
from casework.document_kinds import KINDS, DocumentKind, Input
from casework.models import Document
from casework.queries.document_facts import Prefill
from students.models import Person, Role
from tests import cast
from tests.scene import MONDAY, Scene, at, school_days

WEDNESDAY = date(2026, 9, 9)
STEPS = {"issue": actions.issue, "sign": actions.sign}
REASONED = {"return": actions.send_back, "void": actions.void}


@dataclass
class Desk:
    """The scene, with everybody who has to do with a document of its first child."""

    scene: Scene
    people: dict[str, Person] = field(default_factory=dict)
    today: date = WEDNESDAY

    def place(self, who: str) -> dict:
        person = self.people[who]
        return {"by": person, "scope": cast.scope(person), "today": self.today}

    def filled(self, kind: DocumentKind, who: str = "homeroom", **more) -> dict[str, str]:
        """What the form is filled with, and something in every field that is left blank."""
        child = self.scene.children[0]
        tier = KINDS[kind].tier
        duty = tier and actions.duty_for(child, tier, self.today)
        fill = Prefill(
            student=child, school_class=self.scene.school_class, duty=duty, author=self.people[who], today=self.today
        )
        values = fill.values(kind)
        blank = {
            Input.LINE: "在家", Input.TEXT: "已与家长谈过，家长同意配合。", Input.DATE: str(self.today),
            Input.NUMBER: "3",
        }  # fmt: skip
        for each in KINDS[kind].fields:
            if not values[each.name]:
                values[each.name] = each.choices[0][0] if each.choices else blank[each.input]
        return values | more

    def draft(self, kind=DocumentKind.ABSENCE_REPORT, who: str = "homeroom", **more) -> Document:
        more = {"values": self.filled(kind, who), "submission": uuid4()} | more
        child = self.scene.children[0]
        return actions.draft(
            **self.place(who), kind=kind, student=child, school_class=self.scene.school_class, **more
        )  # fmt: skip

    def do(self, action: str, document: Document, who: str, *, version: int | None = None, **more) -> Document:
        """``do("sign", document, "clerk")``; a reason is given where one is asked for."""
        version = document.version if version is None else version
        if action in REASONED:
            more = {"reason": "日期写错了"} | more
        step = (STEPS | REASONED)[action]
        return step(**self.place(who), document=document, version=version, **more)

    def issued(self, kind=DocumentKind.ABSENCE_REPORT, who: str = "homeroom") -> Document:
        return self.do("issue", self.draft(kind, who), who)


@pytest.fixture
def desk(scene, clock) -> Desk:
    """Wednesday; the first child has been away since Monday."""
    for day in school_days(MONDAY, 3):
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
    school = scene.school
    roles = {
        "subject": {"role": Role.SUBJECT_TEACHER, "school_class": scene.school_class},
        "principal": {"role": Role.PRINCIPAL, "school": school},
        "deputy": {"role": Role.DEPUTY_HEAD, "school": school},
        "township": {"role": Role.TOWNSHIP_OFFICER, "township": school.township},
        "bureau": {"role": Role.BUREAU_OFFICER},
        "inspector": {"role": Role.INSPECTOR, "township": school.township},
        "far_clerk": {"role": Role.REGISTRY_CLERK, "school": cast.school("西岭小学", township=cast.township("西岭镇"))},
    }
    people = {"homeroom": scene.teacher, "clerk": scene.clerk}
    return Desk(scene, people | {name: cast.person(name, **place) for name, place in roles.items()})
