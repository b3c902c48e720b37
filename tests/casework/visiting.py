"""A 动摇生, who goes to it, and how a week of visits is planned, for tests of the visits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from casework.actions import contacts, visits
from casework.actions.acts import record_contact
from casework.actions.visits import Wanted
from casework.contacts import Account, ContactMethod, ContactOutcome
from students.models import Role, SpecialGroup
from tests import cast
from tests.scene import MONDAY

WEEK = reverse("casework:visits")
TUESDAY, SUNDAY, NEXT = MONDAY + timedelta(days=1), MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)
SEPTEMBER = MONDAY.replace(day=1)


@pytest.fixture
def child(scene):
    """A 动摇生."""
    SpecialGroup.objects.create(student=scene.children[0], kind="wavering", since=SEPTEMBER)
    return scene.children[0]


@pytest.fixture
def head(scene):
    return cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)


def plan(scene, child, *, on=TUESDAY, visitor=None, seen="", week=MONDAY, today=MONDAY, by=None):
    who = by or scene.teacher
    wanted = {child.pk: Wanted((visitor or scene.teacher).pk, on, seen)}
    return visits.plan_week(by=who, scope=cast.scope(who), week=week, wanted=wanted, today=today)


def visit(scene, child, day, method=ContactMethod.HOME_VISIT):
    return record_contact(by=scene.teacher, student=child, day=day, method=method, result="见到祖母", today=day)


def go_and_meet_nobody(scene, child, day, outcome=ContactOutcome.NOBODY_HOME):
    account = Account(method=ContactMethod.HOME_VISIT, day=day, outcome=outcome)
    place = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "submission": uuid4(), "today": day}
    contacts.record(student=child, account=account, **place)


def fields(child, visitor, on, seen="") -> dict:
    return {f"visitor-{child.pk}": visitor, f"on-{child.pk}": on, f"seen-{child.pk}": seen}
