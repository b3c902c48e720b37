"""Cases 个案 in lists: whose they are, in which order, narrowed down; the board by stage; the line on the homes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.actions import cases
from casework.models import Case
from casework.steps import Concern
from students.models import Posting, Role, SpecialGroup
from tests import cast
from tests.scene import MONDAY, at, client_of, school_days

ADDRESS = reverse("casework:cases")


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def two(scene, clock):
    """The first child away for three days (its calls are late), the second with a concern for in a fortnight."""
    for day in school_days(MONDAY, 3):
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
    raise_concern(scene, scene.children[1])
    return Case.objects.order_by("pk")


def raise_concern(scene, child, concern=Concern.WEARY):
    return cases.raise_concern(
        by=scene.teacher, scope=cast.scope(scene.teacher), student=child, concern=concern, note="",
        today=MONDAY + timedelta(2),
    )  # fmt: skip


def listed(person, **asked) -> list[str]:
    return [row.student.name for row in client_of(person).get(ADDRESS, asked).context["rows"]]


def counts(person, **asked) -> dict:
    return {tab["label"]: tab["count"] for tab in client_of(person).get(ADDRESS, asked).context["tabs"]}


class TestWhoseItIs:
    def test_a_teacher_finds_what_is_due_and_the_office_what_waits_for_the_teacher(self, scene, two):
        assert counts(scene.teacher) == {"我的到期": 1, "逾期": 1, "等待别人": 0, "全部": 2, "已销号": 0}
        assert counts(scene.clerk) == {"我的到期": 0, "逾期": 1, "等待别人": 2, "全部": 2, "已销号": 0}
        assert listed(scene.teacher) == ["高东"]
        assert listed(scene.clerk, tab="waiting") == ["高东", "袁然远"]

    def test_what_falls_to_nobody_falls_to_the_next_on_the_same_day(self, scene, two):
        Posting.objects.filter(person=scene.teacher).update(until=MONDAY + timedelta(2))
        assert listed(scene.clerk, tab="mine") == ["高东"]
        assert counts(scene.clerk)["等待别人"] == 0

    def test_on_the_last_day_of_the_post_it_is_still_the_teachers(self, scene, two):
        Posting.objects.filter(person=scene.teacher).update(until=MONDAY + timedelta(3))
        assert counts(scene.clerk)["我的到期"] == 0

    def test_what_is_given_to_somebody_is_theirs_and_nobody_elses(self, scene, two, principal):
        cases.assign(
            by=principal, scope=cast.scope(principal), case=two[0], person=principal, reason="班主任病假", version=1,
            today=MONDAY + timedelta(2),
        )  # fmt: skip
        assert listed(principal) == ["高东"]
        assert counts(scene.teacher)["我的到期"] == 0
        assert listed(scene.teacher, tab="waiting") == ["高东"]

    def test_another_school_sees_none_and_the_county_all(self, scene, two):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西山小学"))
        assert counts(far)["全部"] == 0
        assert counts(cast.person(role=Role.BUREAU_OFFICER))["全部"] == 2

    @pytest.mark.parametrize(("shift", "late", "due"), [(-1, 1, 1), (0, 0, 1), (1, 0, 0)])
    def test_the_day_itself_is_due_and_not_late(self, scene, two, shift, late, due):
        scene.children[0].obligations.update(done_on=MONDAY)
        Case.objects.filter(student=scene.children[0]).update(plan_on=MONDAY + timedelta(2 + shift))
        found = counts(scene.teacher)
        assert (found["逾期"], found["我的到期"]) == (late, due)


class TestNarrowing:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"q": "高东"}, ["高东"]),
            ({"q": "gd"}, ["高东"]),
            ({"stage": "watch"}, ["袁然远"]),
            ({"stage": "absent"}, ["高东"]),
            ({"concern": "weary"}, ["袁然远"]),
            ({"grade": "4"}, ["高东", "袁然远"]),
            ({"grade": "5"}, []),
            ({"group": "orphan"}, ["袁然远"]),
            ({"stage": "nothing", "grade": "x"}, ["高东", "袁然远"]),
        ],
    )
    def test_by_what_the_filter_says(self, scene, two, asked, found):
        SpecialGroup.objects.create(student=scene.children[1], kind="orphan", since=MONDAY)
        assert listed(scene.clerk, tab="all", **asked) == found

    @pytest.mark.parametrize(("q", "said"), [("高" * 300, True), ("高" * 40, False)])
    def test_by_too_much_is_said_to_have_narrowed_nothing(self, scene, two, q, said):
        html = client_of(scene.clerk).get(reverse("casework:cases"), {"q": q, "tab": "all"}).content.decode()
        assert ("有的条件没有看懂，没有用上。查找学生：最多40字，现在太长。" in html) == said

    def test_by_the_end_of_a_number(self, scene, two):
        assert listed(scene.clerk, tab="all", q=scene.children[1].id_number[-4:]) == ["袁然远"]

    @pytest.mark.parametrize(("sort", "first"), [("", "高东"), ("days", "高东"), ("tier", "高东"), ("group", "袁然远")])
    def test_in_the_order_asked_for(self, scene, two, sort, first):
        SpecialGroup.objects.create(student=scene.children[1], kind="orphan", since=MONDAY)
        assert listed(scene.clerk, tab="all", sort=sort)[0] == first

    def test_closed_ones_have_their_own_tab(self, scene, two):
        from casework.stages import CaseOutcome

        cases.close(
            by=scene.clerk, scope=cast.scope(scene.clerk), case=two[1], outcome=CaseOutcome.SETTLED, note="谈过了",
            version=1, today=MONDAY + timedelta(2),
        )  # fmt: skip
        assert listed(scene.clerk, tab="closed") == ["袁然远"]
        assert counts(scene.clerk)["全部"] == 1

    def test_nothing_found_says_so(self, scene):
        assert "没有个案" in client_of(scene.clerk).get(ADDRESS).content.decode()
        assert "没有符合条件" in client_of(scene.clerk).get(ADDRESS, {"q": "无此人"}).content.decode()


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}?tab=all&sort=tier", reverse("casework:case_board")])
def test_many_cases_cost_as_many_queries_as_few(scene, two, address, django_assert_max_num_queries):
    client = client_of(scene.clerk)
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(20):
        raise_concern(scene, cast.student(scene.school_class, f"学生{number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 22


class TestTheBoard:
    def test_has_a_column_a_stage_with_what_is_due_first_on_top(self, scene, two):
        for number in range(12):
            raise_concern(scene, cast.student(scene.school_class, f"学生{number}"))
        columns = client_of(scene.clerk).get(reverse("casework:case_board")).context["columns"]
        assert [(column.label, column.count) for column in columns] == [
            ("关注", 13), ("缺课", 1), ("已报流失", 0), ("辍学", 0), ("已复学", 0),
        ]  # fmt: skip
        assert (len(columns[0].lines), columns[0].more) == (10, 3)
        assert columns[0].lines[0].student.name == "袁然远"

    def test_has_no_filter_by_stage_and_no_other_order(self, scene, two):
        answer = client_of(scene.clerk).get(reverse("casework:case_board") + "?stage=absent&sort=tier&group=orphan")
        assert not {"stage", "sort"} & set(answer.context["form"].fields)
        assert answer.context["all_url"] == f"{ADDRESS}?sort=tier&group=orphan&tab=all&stage="
        columns = client_of(scene.clerk).get(reverse("casework:case_board") + "?stage=absent").context["columns"]
        assert columns[0].count == 1


class TestTheHomes:
    @pytest.mark.parametrize(("who", "words"), [("teacher", "个案2个，今天到期1个"), ("clerk", "个案2个，今天到期1个")])
    def test_say_how_many_and_how_many_are_due(self, scene, two, who, words):
        assert words in client_of(getattr(scene, who)).get(reverse("home")).content.decode()

    def test_of_an_area_say_so_too(self, scene, two):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert "个案2个，今天到期1个" in client_of(bureau).get(reverse("home")).content.decode()

    def test_of_a_lesson_teacher_say_nothing(self, scene, two):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        assert "看个案" not in client_of(subject).get(reverse("home")).content.decode()
