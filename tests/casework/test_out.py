"""连续缺课的学生: the whole list of which the boards show the longest absences; and 待办 and 点名情况 of a township."""

from datetime import date

import pytest
from django.urls import reverse

from casework.views import home, out
from students.models import Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, clock, scene

__all__ = ["clock", "scene"]

LIST = reverse("casework:out")


@pytest.fixture
def away(scene, clock):
    """A child of the scene is away for three days, one of another township since today."""
    scene.far = cast.school("西岭小学", township=cast.township("西岭镇"))
    room = cast.school_class(scene.far)
    scene.stranger = cast.student(room, "石磊")
    for day in (date(2026, 9, 3), FRIDAY, MONDAY):
        scene.take(day, "AM", first="unexcused")
    teacher = cast.person("郑军", role=Role.HOMEROOM_TEACHER, school_class=room)
    cast.take_register(teacher, room, MONDAY, first=(scene.stranger, "unexcused"))
    clock.move_to(at(MONDAY, 11))
    return scene


@pytest.fixture
def bureau(away):
    return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))


def names(client, **query) -> list[str]:
    return [run.student.name for run in client.get(LIST, query).context["page"]]


def test_the_longest_stand_first(bureau):
    assert names(bureau) == ["高东", "石磊"]


def test_they_are_narrowed_down_by_place_and_found_by_name(bureau, away):
    assert names(bureau, township=away.far.township_id) == ["石磊"]
    assert names(bureau, school=away.school.pk) == ["高东"]
    assert names(bureau, q="sl") == ["石磊"]
    assert "没有符合条件的学生" in bureau.get(LIST, {"q": "无此人"}).content.decode()


@pytest.mark.parametrize("query", [{"school": "x"}, {"township": "9" * 30}, {"q": "x" * 99}, {"page": "-1"}])
def test_what_makes_no_sense_narrows_nothing(bureau, query):
    assert names(bureau, **query) == ["高东", "石磊"]


def test_a_school_sees_its_own(away):
    assert names(client_of(away.clerk)) == ["高东"]
    assert names(client_of(away.clerk), school=away.far.pk) == ["高东"]


def test_it_is_paged(bureau, monkeypatch):
    monkeypatch.setattr(out, "PAGE_SIZE", 1)
    assert names(bureau, page=2) == ["石磊"]


def test_a_board_leads_there_where_it_shows_some_only(bureau, monkeypatch):
    assert "看全部" not in bureau.get(reverse("casework:area_board")).content.decode()
    monkeypatch.setattr(home, "SHOWN_RUNS", 1)
    assert f'<a href="{LIST}">看全部2人</a>' in bureau.get(reverse("casework:area_board")).content.decode()


def test_duties_are_narrowed_down_to_a_township(bureau, away):
    duties = reverse("casework:duties")
    towns = ("", away.school.township_id, away.far.township_id)
    everywhere, here, there = (bureau.get(duties, {"township": town}).context["page"].paginator.count for town in towns)
    assert (here > 0, there, here + there) == (True, 1, everywhere)


def test_registers_are_narrowed_down_to_a_township(bureau, away):
    board = bureau.get(reverse("students:register_board"), {"township": away.far.township_id})
    assert [line.school.name for line, _ in board.context["rows"]] == ["西岭小学"]
    assert len(bureau.get(reverse("students:register_board"), {"township": "x"}).context["rows"]) == 2


def test_who_sees_one_township_is_not_asked_for_it(away):
    officer = client_of(cast.person("韩刚", role=Role.TOWNSHIP_OFFICER, township=away.school.township))
    assert "township" not in officer.get(LIST).context["form"].fields
