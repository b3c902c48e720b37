"""Two people at once: one child proposed, confirmed, sent back or ended by two. PostgreSQL only."""

import pytest
from django.db import connection

from casework.actions import watches
from casework.models import Case, Watch, WatchEvent
from students.models import Role, SpecialGroup
from tests import cast
from tests.casework.watching import by, confirmed, ended, proposed
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def two(scene):
    return scene.clerk, cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def refused(outcomes) -> int:
    return sum(isinstance(each, watches.WatchRefused) for each in outcomes)


def test_proposed_by_two_it_stands_once(scene, two):
    people = [scene.teacher, *two]
    outcomes = all_at_once(*[lambda who=who: proposed(who, scene.children[0]) for who in people])
    assert refused(outcomes) == 2
    assert Watch.objects.count() == 1


def test_confirmed_by_two_it_is_confirmed_once(scene, two):
    row = proposed(scene.teacher, scene.children[0])
    outcomes = all_at_once(*[lambda who=who: confirmed(who, row, scene.teacher, version=1) for who in two])
    assert refused(outcomes) == 1
    assert SpecialGroup.objects.count() == Case.objects.count() == 1
    assert WatchEvent.objects.filter(action="confirm").count() == 1


def test_confirmed_by_one_and_sent_back_by_the_other_is_either(scene, two):
    row = proposed(scene.teacher, scene.children[0])
    outcomes = all_at_once(
        lambda: confirmed(two[0], row, scene.teacher, version=1),
        lambda: watches.refuse(watch=row, reason="不实", version=1, **by(two[1])),
    )
    assert refused(outcomes) == 1
    assert SpecialGroup.objects.count() == (Watch.objects.get().state == "confirmed")


def test_withdrawn_while_it_is_confirmed_is_either(scene, two):
    row = proposed(scene.teacher, scene.children[0])
    outcomes = all_at_once(
        lambda: confirmed(two[0], row, scene.teacher, version=1),
        lambda: watches.withdraw(watch=row, **by(scene.teacher)),
    )
    assert refused(outcomes) == 1
    assert Watch.objects.get().state in ("confirmed", "withdrawn")


def test_ended_by_two_ends_once(scene, two):
    row = confirmed(two[0], proposed(scene.teacher, scene.children[0]), scene.teacher)
    outcomes = all_at_once(*[lambda who=who: ended(who, row) for who in two])
    assert refused(outcomes) == 1
    assert WatchEvent.objects.filter(action="end").count() == 1
