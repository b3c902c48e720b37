"""A county with somebody of every role, near and far, and a Monday on which there is something to do."""

from copy import deepcopy
from types import SimpleNamespace

import pytest
import time_machine
from django.db import transaction

from casework.actions import acts
from casework.contacts import ContactMethod
from casework.models import Obligation
from casework.ruleset import Tier
from students.models import Person, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, Scene, at, clock, made_scene

__all__ = ["clock"]


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> SimpleNamespace:
    """The whole world, once for all tests of a module; what a test changes in its rows is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(at(MONDAY), tick=False):
            scene = made_scene()
            people = everybody(scene)
            day = a_day(scene)
        yield SimpleNamespace(scene=scene, people=people, day=day)
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db, clock) -> SimpleNamespace:
    """The world inside a test, which may change the objects, too: they are its own."""
    return deepcopy(made)


@pytest.fixture
def scene(world) -> Scene:
    return world.scene


@pytest.fixture
def people(world) -> dict[str, Person | None]:
    return world.people


@pytest.fixture
def day(world) -> SimpleNamespace:
    return world.day


def everybody(scene: Scene) -> dict[str, Person | None]:
    """Everybody who may knock: the nine roles at 东坪小学, a visitor, and those who do not belong."""
    school, school_class = scene.school, scene.school_class
    beside = cast.school_class(school, "202302")
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    people = {
        "visitor": None,
        "homeroom": scene.teacher,
        "subject": cast.person(role=Role.SUBJECT_TEACHER, school_class=school_class, subject="语文"),
        "clerk": scene.clerk,
        "principal": cast.person(role=Role.PRINCIPAL, school=school),
        "deputy": cast.person(role=Role.DEPUTY_HEAD, school=school),
        "township": cast.person(role=Role.TOWNSHIP_OFFICER, township=school.township),
        "bureau": cast.person(role=Role.BUREAU_OFFICER),
        "inspector": cast.person(role=Role.INSPECTOR, township=school.township),
        "admin": cast.person(role=Role.ADMINISTRATOR),
        "substitute": cast.person(),
        "next_class": cast.person(role=Role.HOMEROOM_TEACHER, school_class=beside),
        "far_clerk": cast.person(role=Role.REGISTRY_CLERK, school=far),
        "ended": cast.person(),
        "newcomer": cast.person(role=Role.DEPUTY_HEAD, school=school),
    }
    # 代班 on this one day; the other one's posting ended today
    homeroom = {"role": Role.HOMEROOM_TEACHER, "school_class": school_class}
    cast.post(people["substitute"], since=MONDAY, until=MONDAY.replace(day=8), is_substitute=True, **homeroom)
    cast.post(people["ended"], Role.REGISTRY_CLERK, school=school, until=MONDAY)
    Person.objects.filter(pk=people["newcomer"].pk).update(must_change_password=True)
    return people


def a_day(scene: Scene) -> SimpleNamespace:
    """Three days of absence, today's morning register and one telephone call: everything has an address."""
    for each in (FRIDAY.replace(day=2), FRIDAY.replace(day=3), FRIDAY):
        scene.take(each, first="unexcused")
    roll_call = scene.take(MONDAY, first="unexcused")
    child = scene.children[0]
    contact = acts.record_contact(
        by=scene.teacher, student=child, day=MONDAY, method=ContactMethod.PHONE, result="未接通", today=MONDAY
    )
    report = acts.file_report(by=scene.teacher, student=child, day=MONDAY, kind=Tier.ABSENCE_REPORT, today=MONDAY)
    duties = Obligation.objects.filter(student=child)
    return SimpleNamespace(
        roll_call=roll_call,
        contact=contact,
        report=report,
        contact_duty=duties.filter(tier=Tier.CONTACT).latest("triggered_on"),
        report_duty=duties.get(tier=Tier.ABSENCE_REPORT),
    )
