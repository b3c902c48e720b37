"""学生名单: who is on it for whom, found, narrowed down and sorted."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import listing
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import Area, Guardian, Role, SpecialGroup, Student
from tests import cast
from tests.scene import MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]

LIST = reverse("reports:students")
NAME = re.compile(r'<th scope="row" class="lead"><a href="[^"]+">([^<]+)</a>')


def names(html: str) -> list[str]:
    return NAME.findall(html)


@pytest.fixture
def ask(scene):
    """The list as somebody sees it: ``ask(q="gd")``; the clerk's unless ``by`` says otherwise."""

    def ask(by=None, **query):
        return client_of(by or scene.clerk).get(LIST, query).content.decode()

    return ask


@pytest.fixture
def beside(scene):
    """A first grade with two children, in the same school."""
    room = cast.school_class(scene.school, "202601")
    since = date(2026, 9, 1)
    cast.student(room, "仇英", since=since, sex="女", list_position=1, attendance_mode="住宿", student_number=None)
    cast.student(room, "安然", since=since, list_position=2, standing="guest", birth_date=date(2020, 1, 2))
    return room


def record(child, kind, **fields):
    return record_event(
        by=None, student=child, kind=EventKind(kind), happened_on=date(2026, 9, 3), today=MONDAY, **fields
    )


def test_the_children_stand_in_the_order_of_their_classes(ask, beside):
    assert names(ask()) == ["仇英", "安然", "高东", "袁然远", "胡涛"]  # the first grade before the fourth
    assert "共 5 人" in ask()


def test_the_numbers_are_masked_and_names_lead_to_the_child(ask, scene):
    child, html = scene.children[0], ask()
    assert child.student_number not in html
    assert f"G6299********{child.student_number[-4:]}" in html
    assert reverse("casework:child", args=[child.pk]) in html


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.REGISTRY_CLERK, {"仇英", "安然", "高东", "袁然远", "胡涛"}),
        (Role.PRINCIPAL, {"仇英", "安然", "高东", "袁然远", "胡涛"}),
        (Role.HOMEROOM_TEACHER, {"高东", "袁然远", "胡涛"}),
        (Role.SUBJECT_TEACHER, {"高东", "袁然远", "胡涛"}),
        (Role.TOWNSHIP_OFFICER, {"仇英", "安然", "高东", "袁然远", "胡涛"}),
        (Role.BUREAU_OFFICER, {"仇英", "安然", "高东", "袁然远", "胡涛", "任远"}),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_everybody_sees_the_children_of_their_own_scope(ask, scene, beside, role, seen):
    cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))), "任远")
    school = {"school": scene.school}
    places = {
        Role.SUBJECT_TEACHER: {"school_class": scene.school_class},
        Role.TOWNSHIP_OFFICER: {"township": scene.school.township},
        Role.BUREAU_OFFICER: {},
        Role.ADMINISTRATOR: {},
    }
    person = scene.teacher if role is Role.HOMEROOM_TEACHER else cast.person(role=role, **places.get(role, school))
    assert set(names(ask(by=person))) == seen
    assert set(names(ask(by=person, state="all"))) == seen


class TestSearch:
    @pytest.mark.parametrize("q", ["袁", "然远", "yry", "YRY", "yuanran", " 袁然远 "])
    def test_finds_by_name_and_pinyin(self, ask, q):
        assert names(ask(q=q)) == ["袁然远"]

    def test_finds_by_the_last_four_of_a_number_and_by_the_whole(self, ask, scene):
        number = scene.children[1].id_number
        assert names(ask(q=number[-4:])) == ["袁然远"]
        assert names(ask(q=number)) == ["袁然远"]

    def test_means_anybody_also_who_has_left(self, ask, scene):
        record(scene.children[1], "transfer_out")
        assert "袁然远" not in names(ask())
        html = ask(q="yry")
        assert names(html) == ["袁然远"]
        assert "已离校" in html
        assert names(ask(q="yry", state="attending")) == []

    def test_of_nobody_offers_to_clear_what_was_asked(self, ask):
        html = ask(q="没有这人")
        assert "没有符合条件的学生" in html
        assert f'href="{LIST}"' in html

    def test_does_not_reach_beyond_the_scope(self, ask, scene):
        far = cast.student(cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇"))), "任远")
        assert names(ask(q=far.student_number)) == []


class TestFilters:
    @pytest.mark.parametrize(
        ("state", "seen"),
        [
            ("", ["胡涛"]),
            ("attending", ["胡涛"]),
            ("suspended", ["高东"]),
            ("dropped_out", ["袁然远"]),
            ("registered", ["高东", "袁然远", "胡涛"]),
            ("gone", ["任雪"]),
            ("all", ["高东", "袁然远", "胡涛", "任雪"]),
            ("graduated", []),
            ("nonsense", ["胡涛"]),
        ],
    )
    def test_of_how_a_child_stands(self, ask, scene, state, seen):
        first, second, _ = scene.children
        record(first, "suspend")
        record(second, "drop_out")
        record(cast.student(scene.school_class, "任雪", list_position=4), "leave_country")
        assert names(ask(state=state)) == seen

    def test_of_class_and_grade(self, ask, scene, beside):
        assert names(ask(school_class=str(beside.pk))) == ["仇英", "安然"]
        assert names(ask(grade="1")) == ["仇英", "安然"]
        assert names(ask(grade="4")) == ["高东", "袁然远", "胡涛"]
        assert names(ask(grade="7")) == []

    def test_the_grade_is_that_of_today(self, ask, beside, clock):
        clock.move_to(MONDAY.replace(year=2027))
        assert names(ask(grade="2")) == ["仇英", "安然"]

    def test_of_a_special_group_on_its_days_only(self, ask, scene):
        first, second, third = scene.children
        SpecialGroup.objects.create(student=first, kind="orphan", since=MONDAY)
        SpecialGroup.objects.create(student=second, kind="orphan", since=MONDAY + timedelta(1))
        SpecialGroup.objects.create(student=third, kind="orphan", since=date(2026, 1, 1), until=MONDAY)
        html = ask(group="orphan")
        assert names(html) == ["高东"]
        assert re.search(r'class="badge[^>]*>孤儿', html)

    def test_of_boarding(self, ask, scene, beside):
        Student.objects.filter(pk=scene.children[0].pk).update(attendance_mode="走读")
        assert names(ask(mode="boarding")) == ["仇英"]
        assert names(ask(mode="day")) == ["高东"]

    def test_of_who_counts_as_registered(self, ask, beside):
        assert names(ask(entitlement="unregistered")) == ["仇英"]
        assert names(ask(entitlement="guest")) == ["安然"]
        assert "安然" not in names(ask(entitlement="registered"))

    def test_of_the_village_where_one_is_known(self, ask, scene):
        village = Area.objects.create(
            code="629901199201", name="上柳村", level=Area.Level.VILLAGE, parent=scene.school.township
        )
        assert "上柳村" not in ask()  # nobody of this school comes from there
        Student.objects.filter(pk=scene.children[2].pk).update(home_area_code=village.code)
        assert "上柳村" in ask()
        assert names(ask(village=village.code)) == ["胡涛"]

    def test_of_school_are_for_whoever_sees_several(self, ask, scene):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        cast.student(cast.school_class(far), "任远")
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert 'name="school"' not in ask()
        assert names(ask(by=bureau, school=str(far.pk))) == ["任远"]
        assert names(ask(school=str(far.pk))) == ["高东", "袁然远", "胡涛"]  # no choice of the clerk's: no filter

    def test_together_narrow_down_and_can_each_be_cleared(self, ask, beside):
        html = ask(grade="1", entitlement="guest", page="1")
        assert names(html) == ["安然"]
        assert "年级：一年级" in html
        assert 'href="?entitlement=guest"' in html
        assert "全部清除" in html


@pytest.mark.parametrize(
    ("sort", "seen"),
    [
        ("", ["仇英", "安然", "高东", "袁然远", "胡涛"]),
        ("name", ["安然", "高东", "胡涛", "仇英", "袁然远"]),
        ("birth", ["仇英", "高东", "袁然远", "胡涛", "安然"]),
        ("admitted", ["高东", "袁然远", "胡涛", "仇英", "安然"]),
    ],
)
def test_the_list_is_sorted_as_asked(ask, scene, beside, sort, seen):
    Student.objects.filter(name="仇英").update(birth_date=date(2013, 1, 1))
    assert names(ask(sort=sort)) == seen


def test_a_renamed_child_stands_in_its_new_place(ask, scene):
    Student.objects.filter(pk=scene.children[1].pk).update(name="艾力")
    listing.index_children([scene.children[1].pk])
    assert names(ask(sort="name")) == ["艾力", "高东", "胡涛"]


def test_pages_hold_fifty_and_keep_the_filters(ask, scene):
    for number in range(4, 53):
        cast.student(scene.school_class, f"学生{number}", list_position=number)
    assert len(names(ask())) == 50
    last = ask(page="2", sort="name", grade="4")
    assert len(names(last)) == 2
    assert "sort=name" in last
    assert "grade=4" in last
    assert len(names(ask(page="99"))) == 2


def test_an_empty_school_is_told_what_comes_next(scene):
    clerk = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("新建小学"))
    assert "名单里还没有学生" in client_of(clerk).get(LIST).content.decode()


@pytest.mark.parametrize("by", ["clerk", "bureau"])
def test_the_number_of_queries_does_not_grow(scene, by):
    person = scene.clerk if by == "clerk" else cast.person(role=Role.BUREAU_OFFICER)
    client, counts = client_of(person), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"q": "学", "state": "all"})
        counts.append(len(queries))
        for number in range(20):
            child = cast.student(scene.school_class, f"学生{number}")
            SpecialGroup.objects.create(student=child, kind="orphan", since=MONDAY)
            Guardian.objects.create(student=child, position=2, name="家长")
    assert counts[1] == counts[0] + 3  # with somebody on the page: who, the rows, their groups
    assert counts[1] <= 10
