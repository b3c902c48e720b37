"""A child that stays away until there is a case, and the people of township and bureau, for tests of what they do."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from casework.models import Case
from students.models import Person, Role, Student
from students.queries.calendar import current_calendar
from tests import cast
from tests.scene import MONDAY, Scene, at


def open_case(child: Student, *, stage: str = "absent", day: date = MONDAY, **fields) -> Case:
    """A case as the engine would open it, without the registers behind it."""
    opened = {"opened_on": day, "opened_at": timezone.now(), "since": day}
    planned = {"plan_step": "visit", "plan_on": day + timedelta(7)}
    return Case.objects.create(student=child, stage=stage, **opened | planned | fields)


def open_cases_of(child: Student) -> Case:
    """The open case of a child, opened where there is none."""
    return Case.objects.open().filter(student=child).first() or open_case(child)


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def taking(scene, clock):
    """``taking(3, first="unexcused")``: so many days of registers from the next school day on; returns the last."""
    taught, taken = current_calendar().school_days(school=0, school_class=0), [MONDAY - timedelta(1)]

    def taking(number, **marks):
        for _ in range(number):
            taken.append(taught.after(taken[-1]))
            clock.move_to(at(taken[-1]))
            scene.take(taken[-1], **marks)
        return taken[-1]

    return taking


@pytest.fixture
def officers(scene: Scene) -> dict[str, Person]:
    """Those around 东坪小学, and a township officer elsewhere."""
    return {
        "teacher": scene.teacher,
        "clerk": scene.clerk,
        "principal": cast.person("田美", role=Role.PRINCIPAL, school=scene.school),
        "township": cast.person("韩刚", role=Role.TOWNSHIP_OFFICER, township=scene.school.township),
        "bureau": cast.person("苏远", role=Role.BUREAU_OFFICER),
        "second": cast.person("江平", role=Role.BUREAU_OFFICER),
        "inspector": cast.person("督学", role=Role.INSPECTOR, township=scene.school.township),
        "far": cast.person("外人", role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇")),
    }
