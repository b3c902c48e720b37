"""Two who draw at once, and two who call off at once: on PostgreSQL, with real transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from inspections.actions.draws import DrawRefused, Place, cancel_draw
from inspections.models import Draw, DrawCancellation
from students.models import AuditRow, Role
from tests import cast
from tests.inspections.drawing import draw_of
from tests.scene import made_scene

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]


@pytest.fixture
def scene(clock):
    return made_scene()


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def at_once(*acts) -> list:
    """Each act in a thread of its own, begun together; what it returned, or what it was refused with."""
    barrier = Barrier(len(acts))

    def perform(act):
        barrier.wait()
        try:
            return act()
        except DrawRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(perform, acts))


def test_of_two_draws_of_one_place_one_stands(bureau):
    first, second = at_once(*[lambda: draw_of(bureau, Place())] * 2)
    assert sorted(isinstance(each, DrawRefused) for each in (first, second)) == [False, True]
    assert Draw.objects.count() == 1
    assert AuditRow.objects.filter(action="draw.make").count() == 1


def test_one_draw_sent_twice_at_once_is_one(bureau):
    sent = uuid4()
    first, second = at_once(*[lambda: draw_of(bureau, Place(), submission=sent)] * 2)
    assert first == second
    assert Draw.objects.count() == 1


def test_draws_of_several_places_at_once_all_stand_under_their_numbers(scene, bureau):
    places = [Place(), Place(school=scene.school), Place(township=scene.school.township)]
    made = at_once(*[lambda place=place: draw_of(bureau, place) for place in places])
    assert sorted(each.number for each in made) == [1, 2, 3]


def test_a_draw_called_off_twice_at_once_is_called_off_once(bureau):
    made, scope = draw_of(bureau, Place()), cast.scope(bureau)
    at_once(*[lambda: cancel_draw(by=bureau, scope=scope, draw=made.pk, reason="停电")] * 2)
    assert DrawCancellation.objects.count() == 1
    assert AuditRow.objects.filter(action="draw.cancel").count() == 1
