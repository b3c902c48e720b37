"""Key children and people who answer for them, for tests of 三包 and 联点."""

from uuid import uuid4

import pytest

from casework.actions import contacts
from casework.contacts import Account, ContactMethod, ContactOutcome
from scoring.actions import assignments
from scoring.models import Assignment
from students.models import Area, Role, SpecialGroup, Student
from tests import cast
from tests.scene import MONDAY

SEPTEMBER = MONDAY.replace(day=1)


def by(person, *, today=MONDAY) -> dict:
    """Who does something, and when."""
    return {"by": person, "scope": cast.scope(person), "today": today}


def make_key(*children: Student, kind="wavering") -> None:
    """动摇生 since 1 September."""
    for child in children:
        SpecialGroup.objects.create(student=child, kind=kind, since=SEPTEMBER)


def village(name: str, *, of: Area, number: int = 1) -> Area:
    code = f"{of.code[:9]}{200 + number}"
    return Area.objects.create(code=code, name=name, level=Area.Level.VILLAGE, parent=of)


def assign(clerk, school, person, *children, since=MONDAY, today=MONDAY) -> list[Assignment]:
    chosen = [child.pk for child in children]
    return assignments.assign_students(
        school=school, person=person, students=chosen, since=since, **by(clerk, today=today)
    )


def assign_villages(clerk, school, head, *villages, since=MONDAY, today=MONDAY) -> list[Assignment]:
    return assignments.assign_villages(
        school=school, person=head, villages=villages, since=since, **by(clerk, today=today)
    )


def go_with(bureau, school, officer, *, since=MONDAY, until=None, seen=None, today=MONDAY) -> Assignment:
    return assignments.assign_liaison(
        school=school, person=officer, since=since, planned_until=until, seen=seen, **by(bureau, today=today)
    )


def hand_over(clerk, school, giver, taker, *rows, note="调离", today=MONDAY) -> list[Assignment]:
    pks = [row.pk for row in rows]
    return assignments.hand_over(school=school, giver=giver, taker=taker, rows=pks, note=note, **by(clerk, today=today))


def visit(person, child, *, day=MONDAY, today=None, method=ContactMethod.HOME_VISIT, outcome=ContactOutcome.TALKED):
    """A contact told by ``person``."""
    return contacts.record(
        student=child,
        account=Account(method=method, day=day, outcome=outcome),
        submission=uuid4(),
        **by(person, today=today or day),
    )


@pytest.fixture
def keyed(scene):
    """All three children are 动摇生."""
    make_key(*scene.children)
    return scene


@pytest.fixture
def mentor(scene):
    """Teaches in another class of the school."""
    other = cast.school_class(scene.school, "202302")
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=other)


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def child(scene):
    """The first child is a 动摇生."""
    make_key(scene.children[0])
    return scene.children[0]
