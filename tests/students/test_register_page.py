"""The register page (点名): what stands on it, what it sends, what it says when it cannot save."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.models import AbsenceMark, Leave, MarkCorrection, Role, RollCall, Student
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, marks, sending

# of a whole request, the same on either database: session, person, class with its lock, facts, what follows, audit
SAVE_QUERIES = 12  # three children missing
FULL_SAVE_QUERIES = 10  # nobody missing


@pytest.fixture
def address(scene) -> str:
    return reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])


@pytest.fixture
def teacher(scene):
    """The teacher's browser."""
    return client_of(scene.teacher)


def tiles(response) -> list[tuple[str, str]]:
    """(name, mark chosen) of every child on the page, in order; the mark is blank for 出勤."""
    html = response.content.decode()
    found = []
    for tile in re.findall(r'<div class="tile.*?</div>', html, re.DOTALL):
        name = re.search(r'tile-name[^>]*">([^<]+)<', tile)[1]
        chosen = re.search(r'value="(\w+)" selected', tile)
        found.append((name, chosen[1] if chosen else ""))
    return found


def said(client, response) -> str:
    """The page that follows, with its messages."""
    assert response.status_code == 302
    return client.get(response.url).content.decode()


class TestThePage:
    def test_everybody_is_present_until_marked(self, teacher, address):
        response = teacher.get(address)
        assert tiles(response) == [("高东", ""), ("袁然远", ""), ("胡涛", "")]
        assert "9月7日 上午" in response.content.decode()

    def test_the_year_is_named_once_it_is_another_one(self, scene, address, clock):
        for today, note in ((date(2026, 12, 31), "9月7日 上午"), (date(2027, 1, 4), "2026年9月7日 上午")):
            clock.move_to(at(today))
            assert f"<p>{note}</p>" in client_of(scene.teacher).get(address).content.decode()

    def test_children_stand_in_the_order_of_their_numbers_in_class(self, scene, teacher, address):
        for child, number in zip(scene.children, (12, 3, None), strict=True):
            Student.objects.filter(pk=child.pk).update(list_position=number)
        assert [name for name, _ in tiles(teacher.get(address))] == ["袁然远", "高东", "胡涛"]

    def test_those_absent_on_the_school_day_before_come_first(self, scene, teacher, address):
        scene.take(FRIDAY, third="unexcused", second="late")
        response = teacher.get(address)
        assert tiles(response) == [("胡涛", ""), ("高东", ""), ("袁然远", "")]
        assert "上一个上课日缺课" in response.content.decode()

    def test_children_on_leave_are_offered_as_on_leave(self, scene, teacher, address, clock):
        leave = {"kind": "sick_leave", "approved_at": "2026-09-06T10:00+08:00", "first_day": date(2026, 9, 6)}
        first, second, third = scene.children
        Leave.objects.create(student=first, last_day=MONDAY, **leave)
        Leave.objects.create(student=second, last_day=date(2026, 9, 6), **leave)
        Leave.objects.create(student=third, last_day=MONDAY, cancelled_at="2026-09-06T11:00+08:00", **leave)
        assert tiles(teacher.get(address)) == [("高东", "sick_leave"), ("袁然远", ""), ("胡涛", "")]

    def test_a_register_that_stands_is_shown_with_its_marks_and_who_took_it(self, scene, teacher, address):
        scene.take(MONDAY, by=scene.clerk, first="unverified")
        response = teacher.get(address)
        assert dict(tiles(response))["高东"] == "unverified"
        assert "何静（教务处） 2026年9月7日 7:40 代交" in response.content.decode()

    def test_a_child_on_leave_who_came_is_not_offered_as_on_leave_again(self, scene, teacher, address):
        Leave.objects.create(
            student=scene.children[0], first_day=MONDAY, last_day=MONDAY, kind="sick_leave",
            approved_at="2026-09-06T10:00+08:00",
        )  # fmt: skip
        scene.take(MONDAY)
        assert dict(tiles(teacher.get(address)))["高东"] == ""

    def test_a_child_who_has_left_is_not_on_it(self, scene, teacher, address):
        scene.children[0].enrolments.update(until=MONDAY)
        assert "高东" not in teacher.get(address).content.decode()

    def test_a_child_who_comes_tomorrow_is_not_on_it_yet(self, scene, teacher, address):
        cast.student(scene.school_class, "任雪", since=MONDAY + timedelta(days=1))
        assert "任雪" not in teacher.get(address).content.decode()

    @pytest.mark.parametrize(
        ("day", "slot", "words"),
        [
            (date(2026, 9, 8), "AM", "还没有到这一天"),
            (date(2026, 9, 6), "AM", "不是本班的上课日"),
            (MONDAY, "EV", "本校不在晚自习点名"),
            (date(1900, 1, 1), "AM", "不是本班的上课日"),
            (date(2199, 12, 31), "AM", "还没有到这一天"),
        ],
    )
    def test_what_cannot_be_taken_says_why_and_offers_no_button(self, scene, teacher, day, slot, words):
        response = teacher.get(reverse("students:register", args=[scene.school_class.pk, day, slot]))
        html = response.content.decode()
        assert response.status_code == 200
        assert words in html
        assert "data-submit" not in html

    def test_those_who_may_only_look_see_the_marks_and_no_button(self, scene, address):
        scene.take(MONDAY, first="unexcused")
        html = client_of(cast.person(role=Role.PRINCIPAL, school=scene.school)).get(address).content.decode()
        assert "高东" in html
        assert 'data-kind="unexcused"' in html
        assert "<select" not in html
        assert "data-submit" not in html

    def test_a_class_without_children_says_so(self, scene, teacher, address):
        for child in scene.children:
            child.enrolments.update(until=MONDAY)
        assert "这一天没有在校学生" in teacher.get(address).content.decode()


class TestSaving:
    def test_it_leads_home_and_says_what_was_saved_with_a_way_back(self, scene, teacher, address):
        response = teacher.post(address, sending(**marks(unexcused=scene.children[0], late=scene.children[1])))
        call = RollCall.objects.get()
        html = said(teacher, response)
        assert "9月7日上午的考勤已提交，缺1人。" in html
        assert reverse("students:take_back", args=[call.pk, 1]) in html

    def test_nobody_missing_is_said_in_one_word(self, teacher, address):
        assert "考勤已提交，全勤。" in said(teacher, teacher.post(address, sending()))

    def test_the_toast_takes_it_back(self, teacher, address):
        teacher.post(address, sending())
        call = RollCall.objects.get()
        undone = teacher.post(reverse("students:take_back", args=[call.pk, 1]))
        assert undone.url == address
        assert "已撤销这次提交，可以重新点名。" in said(teacher, undone)
        assert not RollCall.objects.exists()

    def test_too_late_to_take_it_back_is_said(self, teacher, address, clock):
        teacher.post(address, sending())
        call = RollCall.objects.get()
        clock.shift(timedelta(minutes=1))
        html = said(teacher, teacher.post(reverse("students:take_back", args=[call.pk, 1])))
        assert "已过可以撤销的时间" in html
        assert RollCall.objects.exists()

    def test_pressed_twice_it_is_saved_once_and_says_so_both_times(self, scene, teacher, address):
        fields = sending(**marks(unexcused=scene.children[0]))
        first, second = teacher.post(address, fields), teacher.post(address, fields)
        assert first.status_code == second.status_code == 302
        assert RollCall.objects.count() == AbsenceMark.objects.count() == 1

    def test_who_took_it_and_what_was_corrected_can_be_read(self, scene, teacher, address):
        teacher.post(address, sending(**marks(unexcused=scene.children[0])))
        teacher.post(address, sending(version=1, **marks(sick_leave=scene.children[0])))
        call = RollCall.objects.get()
        html = teacher.get(reverse("students:register_history", args=[call.pk])).content.decode()
        assert "高东：旷课改为病假" in html
        assert html.index("更正") < html.rindex("点名")
        assert "沈明" in html


class TestAConflict:
    @pytest.fixture
    def asked(self, scene, teacher, address) -> str:
        """The clerk says 高东 is ill and 胡涛 late, the teacher that 高东 and 袁然远 are missing and 胡涛 late."""
        first, second, third = scene.children
        scene.take(MONDAY, by=scene.clerk, first="sick_leave", third="late")
        fields = {f"mark-{first.pk}": "unexcused", f"mark-{second.pk}": "unexcused", f"mark-{third.pk}": "late"}
        response = teacher.post(address, sending(**fields))
        assert response.status_code == 409
        return response.content.decode()

    def answer(self, html, **chosen) -> dict:
        """What the browser sends when one of two has been pressed for every child."""
        hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([\w-]+)"', html))
        return hidden | {"asked": re.findall(r'name="asked" value="(\d+)"', html)} | chosen

    def test_shows_both_marks_of_each_child_who_set_the_other_and_when(self, asked):
        assert "别人提交过这次点名" in asked
        assert "2人两边标得不同" in asked
        assert re.findall(r"<legend[^>]*>(\w+)</legend>", asked) == ["高东", "袁然远"]
        assert re.findall(r"<span>(\w+)：<strong>(\w+)</strong>", asked) == [
            ("用现在的记录", "病假"),
            ("用我的标记", "旷课"),
            ("用现在的记录", "出勤"),
            ("用我的标记", "旷课"),
        ]
        assert asked.count("现在的记录：何静，2026年9月7日 7:40") == 2
        assert not MarkCorrection.objects.exists()

    def test_who_corrected_a_child_last_is_named_for_that_child_alone(self, scene, teacher, address, clock):
        second = scene.children[1]
        scene.take(MONDAY, first="late")
        clock.shift(timedelta(minutes=5))
        scene.take(MONDAY, by=scene.clerk, version=1, first="sick_leave")
        html = teacher.post(address, sending(**marks(unexcused=second))).content.decode()
        assert re.findall(r"现在的记录：(\w+)，2026年9月7日 (7:\d\d)", html) == [("何静", "7:45"), ("沈明", "7:40")]

    def test_what_was_chosen_is_saved_as_a_correction(self, scene, teacher, address, asked):
        first, second, third = scene.children
        fields = self.answer(asked, **{f"mark-{first.pk}": "sick_leave", f"mark-{second.pk}": "unexcused"})
        assert teacher.post(address, fields).status_code == 302
        standing = dict(AbsenceMark.objects.values_list("student", "kind"))
        assert standing == {first.pk: "sick_leave", second.pk: "unexcused", third.pk: "late"}
        assert MarkCorrection.objects.get().student == second

    def test_no_choice_is_not_a_choice(self, scene, teacher, address, asked):
        first, second, third = scene.children
        fields = self.answer(asked, **{f"mark-{first.pk}": "sick_leave"})
        response = teacher.post(address, fields)
        assert response.status_code == 422
        assert not MarkCorrection.objects.exists()
        html = response.content.decode()
        assert "没有保存：还有1人没有选" in html
        assert f'<a href="#side-{second.pk}-1">袁然远：请选一个</a>' in html
        # what was chosen stays chosen, what both agree on goes along, and the other answer finishes it
        assert re.findall(r'name="mark-(\d+)" value="(\w*)" id="[\w-]+" checked', html) == [
            (str(first.pk), "sick_leave")
        ]
        fields = self.answer(html, **{f"mark-{first.pk}": "sick_leave", f"mark-{second.pk}": "unexcused"})
        assert teacher.post(address, fields).status_code == 302
        standing = dict(AbsenceMark.objects.values_list("student", "kind"))
        assert standing == {first.pk: "sick_leave", second.pk: "unexcused", third.pk: "late"}

    def test_without_any_choice_every_child_is_listed(self, teacher, address, asked):
        html = teacher.post(address, self.answer(asked)).content.decode()
        assert "还有2人没有选" in html
        assert "高东：请选一个" in html
        assert [word for _, word in re.findall(r"<span>(\w+)：<strong>(\w+)</strong>", html)] == [
            "病假", "旷课", "出勤", "旷课"
        ]  # fmt: skip

    def test_what_is_said_while_the_question_is_open_is_asked_about_too(self, scene, teacher, address, asked):
        """The question is asked on the version it was made on, also when it is asked again."""
        first, second, third = scene.children
        scene.take(MONDAY, by=scene.clerk, version=1, first="sick_leave", third="official")
        html = teacher.post(address, self.answer(asked)).content.decode()
        fields = self.answer(html, **{f"mark-{first.pk}": "unexcused", f"mark-{second.pk}": "unexcused"})
        teacher.post(address, fields)
        assert AbsenceMark.objects.get(student=third).kind == "official"

    def test_a_register_taken_back_meanwhile_has_nothing_to_ask(self, teacher, address, asked):
        RollCall.objects.all().delete()
        response = teacher.post(address, self.answer(asked))
        assert response.status_code == 422
        assert "请给每名学生选一个" in response.content.decode()

    @pytest.mark.parametrize("fields", [{"asked": "x"}, {"asked": "9" * 40}, {"mine-1": "gone"}, {"mine-x": "late"}])
    def test_a_question_that_was_forged_is_refused(self, fields, teacher, address, asked):
        response = teacher.post(address, self.answer(asked) | fields)
        assert response.status_code == 422
        assert "提交的内容不完整，没有保存" in response.content.decode()


class TestForgedForms:
    """What no page of ours sends; nothing is saved, nothing breaks, and what can be kept of the marks is kept."""

    @pytest.mark.parametrize(
        "fields",
        [
            {"mark-{}": "present"},
            {"mark-{}": "unexcused'; --"},
            {"mark-": "unexcused"},
            {"mark-abc": "unexcused"},
            {"mark--1": "unexcused"},
            {"mark-99999999999999999999999999": "unexcused"},
            {"mark-" + "9" * 300: "unexcused"},
            {"submission": "not a number"},
            {"submission": ""},
            {"version": "-1"},
            {"version": "one"},
            {"version": ""},
        ],
        ids=lambda fields: next(f"{name[:20]}={value}" for name, value in fields.items()),
    )
    @pytest.mark.parametrize("standing", [False, True], ids=["first", "stale"])
    def test_are_refused_in_words(self, fields, standing, scene, teacher, address):
        if standing:
            scene.take(MONDAY)
        fields = {name.format(scene.children[0].pk): value for name, value in fields.items()}
        response = teacher.post(address, sending() | fields)
        assert response.status_code == 422
        assert "没有保存" in response.content.decode()
        assert RollCall.objects.count() == int(standing)
        assert not AbsenceMark.objects.exists()

    def test_a_child_who_left_while_the_page_was_open(self, scene, teacher, address):
        first, second, _ = scene.children
        first.enrolments.update(until=MONDAY)
        response = teacher.post(address, sending(**marks(unexcused=first, late=second)))
        assert response.status_code == 422
        assert "名单已有变动" in response.content.decode()
        assert dict(tiles(response)) == {"袁然远": "late", "胡涛": ""}

    def test_a_submission_used_elsewhere(self, scene, teacher, address):
        submission = uuid4()
        teacher.post(address, sending(submission=submission))
        response = teacher.post(address.replace("AM", "PM"), sending(submission=submission))
        assert response.status_code == 422
        assert "没有保存" in response.content.decode()

    def test_a_version_from_the_future(self, teacher, address):
        response = teacher.post(address, sending(version=7))
        assert response.status_code == 422
        assert "刚被撤销" in response.content.decode()


class TestQueries:
    """Constant in the size of the class."""

    def queries_of(self, act) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = act()
        assert response.status_code in (200, 302)
        # savepoints belong to the transaction that a test runs in
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    @pytest.fixture(params=[3, 50])
    def size(self, request, scene):
        for number in range(request.param - 3):
            cast.student(scene.school_class, f"学生{number}")
        scene.take(FRIDAY, first="unexcused")
        return request.param

    def test_the_page_asks_eight_times_at_most(self, size, teacher, address):
        teacher.get(address)
        assert self.queries_of(lambda: teacher.get(address)) <= 8

    def test_a_save_asks_as_often_for_fifty_children_as_for_three(self, size, scene, teacher, address):
        absent = dict.fromkeys((f"mark-{child.pk}" for child in scene.children), "unexcused")
        asked = self.queries_of(lambda: teacher.post(address, sending(**absent)))
        assert asked == SAVE_QUERIES

    def test_a_save_of_a_full_class_asks_less(self, size, teacher, address):
        assert self.queries_of(lambda: teacher.post(address, sending())) == FULL_SAVE_QUERIES
