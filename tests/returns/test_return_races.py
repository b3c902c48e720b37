"""Who signs, files, accepts and sends back truly at the same time. PostgreSQL only."""

import pytest
from django.db import connection

from returns.actions.place import ReturnRefused
from returns.models import Edition, SchoolReturn, Snapshot
from returns.queries.editions import content_of
from returns.snapshots import lists_of
from students.models import Role
from tests import cast
from tests.returns.filed import (
    TODAY,
    accept,
    awaited,
    file_return,
    file_zero,
    filed,
    leave,
    mark,
    prepare,
    principal_of,
    seen,
    send_back,
    sign,
)
from tests.scene import at
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def school(transactional_db, scene, clock):
    clock.move_to(at(TODAY))
    return scene


@pytest.fixture
def head(school):
    return principal_of(school)


@pytest.fixture
def deputy(school):
    return cast.person("马世", role=Role.DEPUTY_HEAD, school=school.school)


@pytest.fixture
def officers(school):
    return [cast.person(name, role=Role.BUREAU_OFFICER) for name in ("苏远", "方宁")]


def refused(outcomes) -> int:
    return len([each for each in outcomes if isinstance(each, ReturnRefused)])


def test_of_two_who_begin_a_month_one_is_told(school, head):
    outcomes = all_at_once(lambda: prepare(school, seen=0), lambda: prepare(school, head, seen=0))
    assert refused(outcomes) == 1, outcomes
    assert (SchoolReturn.objects.count(), Edition.objects.count()) == (1, 1)


def test_of_two_who_sign_one_is_told(school, head, deputy):
    prepare(school)
    shown = {"mark": mark(school), "seen": seen(school)}
    outcomes = all_at_once(lambda: sign(school, head, **shown), lambda: sign(school, deputy, **shown))
    assert refused(outcomes) == 1, outcomes
    assert Snapshot.objects.count() == 1


def test_of_two_who_file_a_zero_return_one_is_told(school, head, deputy):
    shown = {"mark": mark(school), "seen": 0}
    outcomes = all_at_once(lambda: file_zero(school, head, **shown), lambda: file_zero(school, deputy, **shown))
    assert refused(outcomes) == 1, outcomes
    assert Edition.objects.count() == Snapshot.objects.count() == 1


def test_of_two_who_file_one_is_told(school, head):
    prepare(school)
    sign(school, head)
    shown = seen(school)
    outcomes = all_at_once(lambda: file_return(school, seen=shown), lambda: file_return(school, head, seen=shown))
    assert refused(outcomes) == 1, outcomes


def test_of_one_who_accepts_and_one_who_sends_back_one_is_told(school, head, officers):
    filed(school, head)
    shown = awaited(school)
    outcomes = all_at_once(
        lambda: accept(school, officers[0], seen=shown), lambda: send_back(school, officers[1], seen=shown)
    )
    assert refused(outcomes) == 1, outcomes
    assert Edition.objects.get().state in ("accepted", "returned")


def test_of_two_who_accept_one_is_told(school, head, officers):
    filed(school, head)
    shown = awaited(school)
    outcomes = all_at_once(*(lambda who=who: accept(school, who, seen=shown) for who in officers))
    assert refused(outcomes) == 1, outcomes


def test_a_child_that_leaves_while_it_is_signed_is_in_it_or_it_is_not_signed(school, head):
    prepare(school)
    shown = {"mark": mark(school), "seen": seen(school)}
    outcomes = all_at_once(lambda: sign(school, head, **shown), lambda: leave(school))
    if not refused(outcomes):
        assert lists_of(content_of(Edition.objects.get()))["drop_out"] == []
    assert mark(school) != shown["mark"]
