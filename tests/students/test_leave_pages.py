"""The pages of 请假条: handing one in, deciding, coming back early, and the slips that are missing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import leave_slips, policy
from students.models import Certificate, DayOverride, LeaveSlip, Role
from students.queries.leave_slips import classes_answered_for, missing_slips
from students.queries.waiting import WAITING
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of
from tests.students.papers import picture

DAY = timedelta(days=1)
LIST = reverse("students:leave_slips")


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def new(child):
    return reverse("students:new_leave_slip", args=[child.pk])


def asked(first=MONDAY, last=MONDAY, **fields) -> dict:
    sent = {"kind": "sick_leave", "applicant": "曾杰（母亲）", "reason": "发烧", "submission": str(uuid4())}
    return sent | {"first_day": str(first), "last_day": str(last)} | fields


def words(response) -> str:
    """The text of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def sent(person, url, **fields):
    return client_of(person).post(url, fields, follow=True)


class TestHandingIn:
    def test_of_a_short_one_is_approving_it(self, scene, new, child):
        scene.take(FRIDAY, by=scene.clerk, first="unexcused")
        text = words(sent(scene.teacher, new, **asked(FRIDAY, MONDAY)))
        assert "已保存并批准：高东9月4日至9月7日病假。撤销了1件待办（联系家长）。" in text
        assert "2个上课日" in text

    def test_of_a_long_one_says_that_it_waits(self, scene, new):
        text = words(sent(scene.teacher, new, **asked(MONDAY, MONDAY + 3 * DAY)))
        assert "已提交：高东9月7日至9月10日病假，等学校批准。" in text
        assert "批准请假" not in text

    def test_says_beforehand_how_long_one_may_be(self, scene, new):
        assert "合计3个上课日以内，保存就是批准" in words(client_of(scene.teacher).get(new))
        assert "保存就是批准" in words(client_of(scene.clerk).get(new))

    def test_is_filled_in_with_the_days_that_a_link_names(self, scene, new):
        html = client_of(scene.teacher).get(f"{new}?first=2026-09-03&last=2026-09-04&kind=personal_leave")
        assert re.search(r'value="2026-09-03"', html.content.decode())
        assert re.search(r'value="personal_leave"[^>]*checked', html.content.decode())

    @pytest.mark.parametrize("query", ["first=x&last=9999-99-99&kind=late", "first=&kind="])
    def test_takes_no_notice_of_what_a_link_names_in_vain(self, scene, new, query):
        assert client_of(scene.teacher).get(f"{new}?{query}").status_code == 200

    def test_somebody_elses_name_is_asked_for(self, scene, new):
        text = words(sent(scene.teacher, new, **asked(applicant="其他人")))
        assert "请写明是谁请假" in text
        sent(scene.teacher, new, **asked(applicant="其他人", somebody="祖母李兰"))
        assert LeaveSlip.objects.get().applicant == "祖母李兰"

    def test_a_paper_stands_for_a_reason(self, scene, new, child):
        assert "请写明事由，或者上传请假条" in words(sent(scene.teacher, new, **asked(reason="")))
        text = words(sent(scene.teacher, new, **asked(reason="", paper=picture())))
        assert "查看请假条或证明" in text
        assert client_of(scene.teacher).get(
            reverse("students:certificate", args=[Certificate.objects.get().pk])
        ).status_code == 200  # fmt: skip

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"first_day": ""}, "请填写从哪天起"),
            ({"first_day": "2026-02-30"}, "没有看懂"),
            ({"last_day": "2026-09-01"}, "不能早于开始日期"),
            ({"kind": "unexcused"}, "请在列出的选项中选择"),
            ({"applicant": "陌生人"}, "请在列出的选项中选择"),
            ({"reason": "长" * 201}, "最多200字，现在太长"),
            ({"submission": "x"}, "没有保存。请刷新页面后重新填写"),
            ({"first_day": "2026-09-05", "last_day": "2026-09-06"}, "这几天本班都不上课"),
        ],
    )
    def test_what_cannot_be_is_refused_and_what_was_typed_stays(self, scene, new, fields, sentence):
        answer = sent(scene.teacher, new, **asked(**fields))
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert not LeaveSlip.objects.exists()


class TestOneSlip:
    @pytest.fixture
    def slip(self, scene, new):
        sent(scene.teacher, new, **asked(MONDAY, MONDAY + 3 * DAY))
        return LeaveSlip.objects.get()

    @pytest.fixture
    def address(self, slip):
        return reverse("students:leave_slip", args=[slip.pk])

    def test_the_school_is_offered_both_answers(self, scene, address):
        text = words(client_of(scene.clerk).get(address))
        assert "批准请假" in text
        assert "答复不批准" in text

    def test_approving_says_so(self, scene, slip, address):
        assert "已批准。" in words(sent(scene.clerk, address, do="approve", **{"approve-note": ""}))
        slip.refresh_from_db()
        assert slip.leave

    def test_refusing_asks_for_the_reason(self, scene, slip, address):
        assert "请填写理由" in words(sent(scene.clerk, address, do="refuse", **{"refuse-reason": ""}))
        assert "没有医院证明" in words(sent(scene.clerk, address, do="refuse", **{"refuse-reason": "没有医院证明"}))

    def test_the_homeroom_teacher_may_only_withdraw(self, scene, address):
        assert client_of(scene.teacher).post(address, {"do": "approve"}).status_code == 403
        assert "已撤回这份请假条" in words(sent(scene.teacher, address, do="withdraw"))

    def test_who_comes_second_reads_who_was_first(self, scene, slip, address):
        principal = cast.person("任平", role=Role.PRINCIPAL, school=scene.school)
        sent(principal, address, do="approve")
        text = words(sent(scene.clerk, address, do="refuse", **{"refuse-reason": "晚了"}))
        assert "任平刚才已办理：已批准。你这次没有保存。" in text

    def test_who_comes_second_with_a_form_that_cannot_be_is_told_too(self, scene, address):
        sent(cast.person("任平", role=Role.PRINCIPAL, school=scene.school), address, do="approve")
        answer = sent(scene.clerk, address, do="refuse", **{"refuse-reason": ""})
        assert answer.status_code == 422
        assert "这份请假条已经办理，没有保存你刚才的填写" in words(answer)

    @pytest.mark.parametrize("back_on", ["", "2026-02-30", "昨天"])
    def test_a_day_that_is_none_is_pointed_out_above_the_form(self, scene, address, back_on):
        sent(scene.clerk, address, do="approve")
        answer = sent(scene.teacher, address, do="end", **{"end-back_on": back_on})
        assert answer.status_code == 422
        assert 'class="error-summary"' in answer.content.decode()
        assert "没有保存，有 1 处要改" in words(answer)

    def test_coming_back_early_is_written_down(self, scene, address, clock):
        sent(scene.clerk, address, do="approve")
        clock.move_to(at(MONDAY + DAY))
        text = words(sent(scene.teacher, address, do="end", **{"end-back_on": "2026-09-08"}))
        assert "已登记提前到校。" in text
        assert "请到2026年9月7日为止" in text

    def test_a_press_without_a_step_is_told(self, scene, address):
        answer = sent(scene.teacher, address)
        assert answer.status_code == 422
        assert "没有收到要办的事，没有保存" in words(answer)

    def test_its_paper_has_places_to_sign(self, scene, slip):
        text = words(client_of(scene.teacher).get(reverse("students:leave_slip_paper", args=[slip.pk])))
        for part in ("学生请假条", "高东", "4天", "班主任（签字）", "（学校盖章）", "沈明 打印于"):
            assert part in text

    def test_stands_on_the_childs_page(self, scene, child, address):
        def timeline(person):
            return words(client_of(person).get(reverse("casework:child", args=[child.pk]) + "?kind=leave"))

        assert "病假请假条（待批）" in timeline(scene.teacher)
        sent(scene.clerk, address, do="approve")
        assert "9月7日至9月10日" in timeline(scene.teacher)
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        assert address not in client_of(subject).get(reverse("casework:child", args=[child.pk])).content.decode()


class TestTheLists:
    def test_each_slip_stands_in_its_box(self, scene, new, child):
        sent(scene.teacher, new, **asked(MONDAY, MONDAY + 3 * DAY))
        assert "高东" in words(client_of(scene.clerk).get(LIST, {"box": "waiting"}))
        assert "现在没有人请假" in words(client_of(scene.clerk).get(LIST, {"box": "current"}))
        sent(scene.clerk, reverse("students:leave_slip", args=[LeaveSlip.objects.get().pk]), do="approve")
        assert "没有等学校批的请假条" in words(client_of(scene.clerk).get(LIST, {"box": "waiting"}))
        assert "高东" in words(client_of(scene.clerk).get(LIST, {"box": "current"}))

    def test_what_is_over_moves_on_the_day_after(self, scene, new, clock):
        sent(scene.teacher, new, **asked())
        assert "高东" in words(client_of(scene.teacher).get(LIST, {"box": "current"}))
        clock.move_to(at(MONDAY + DAY))
        assert "高东" in words(client_of(scene.teacher).get(LIST, {"box": "over"}))
        assert "高东" not in words(client_of(scene.teacher).get(LIST, {"box": "current"}))

    def test_the_search_narrows_every_box(self, scene, new):
        sent(scene.teacher, new, **asked())
        assert "高东" in words(client_of(scene.teacher).get(LIST, {"box": "current", "q": "gd"}))
        assert "高东" not in words(client_of(scene.teacher).get(LIST, {"box": "current", "q": "hutao"}))

    def test_a_child_is_found_to_hand_one_in_for(self, scene, new):
        page = client_of(scene.teacher).get(reverse("students:find_child_on_leave"), {"q": "gd"})
        assert new in page.content.decode()
        assert "袁然远" not in page.content.decode()

    def test_the_queries_do_not_grow_with_the_slips(self, scene, new):
        client = client_of(scene.clerk)

        def queries():
            with CaptureQueriesContext(connection) as found:
                client.get(LIST, {"box": "current"})
            return len(found)

        sent(scene.teacher, new, **asked())
        few = queries()
        for child in scene.children[1:]:
            sent(scene.teacher, reverse("students:new_leave_slip", args=[child.pk]), **asked())
        assert queries() == few <= 15

    def test_the_school_sees_how_many_wait(self, scene, new):
        sent(scene.teacher, new, **asked(MONDAY, MONDAY + 3 * DAY))
        count = WAITING["students:leave_slips"]
        assert count(cast.scope(scene.clerk), MONDAY) == 1
        assert count(cast.scope(scene.teacher), MONDAY) == 0
        assert count(cast.scope(cast.person(role=Role.BUREAU_OFFICER)), MONDAY) == 0


class TestTheWayFromTheRegister:
    def test_is_offered_to_whoever_answers_for_the_class(self, scene):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        address = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        way = f'data-leave="{reverse("students:new_leave_slip", args=[0])}"'
        assert way in client_of(scene.teacher).get(address).content.decode()
        assert way not in client_of(subject).get(address).content.decode()


class TestMissingSlips:
    """Absent on Friday the 4th as 病假, with two school days [D] to bring the slip: asked for from Wednesday on."""

    WEDNESDAY = MONDAY + 2 * DAY

    @pytest.fixture
    def marked(self, scene):
        scene.take(FRIDAY, by=scene.clerk, first="sick_leave", second="unexcused", third="official")

    def lines(self, scene, day):
        return missing_slips(classes_answered_for(cast.scope(scene.teacher)), day)

    def test_is_asked_for_once_the_days_allowed_are_over(self, marked, scene):
        assert self.lines(scene, MONDAY) == self.lines(scene, MONDAY + DAY) == []
        (line,) = self.lines(scene, self.WEDNESDAY)
        assert (line.student, line.days, line.kind) == (scene.children[0], (FRIDAY,), "sick_leave")

    def test_follows_the_countys_parameter(self, marked, scene):
        policy.adopt(by=scene.clerk, content={"slip_days": 1}, starts_on=MONDAY, today=MONDAY)
        assert len(self.lines(scene, MONDAY + DAY)) == 1

    def test_days_in_a_row_are_one_slip(self, marked, scene):
        scene.take(MONDAY, first="sick_leave")
        scene.take(MONDAY, "PM", first="sick_leave")
        (line,) = self.lines(scene, MONDAY + 4 * DAY)
        assert line.days == (FRIDAY, MONDAY)

    def test_of_a_child_who_has_left_the_class_is_not_asked_for_there(self, marked, scene):
        scene.children[0].enrolments.update(until=MONDAY)
        assert self.lines(scene, self.WEDNESDAY) == []

    def test_of_a_day_that_was_closed_afterwards_is_not_asked_for(self, marked, scene):
        DayOverride.objects.create(day=FRIDAY, school=scene.school, is_taught=False, is_closure=True, note="暴雨")
        assert self.lines(scene, self.WEDNESDAY) == []

    @pytest.mark.parametrize("last", [FRIDAY, FRIDAY + 5 * DAY])
    def test_is_settled_by_a_slip_also_by_one_that_waits(self, marked, scene, child, last):
        leave_slips.hand_in(
            by=scene.teacher, scope=cast.scope(scene.teacher), student=child, kind="sick_leave", first_day=FRIDAY,
            last_day=last, reason="发烧", applicant="学生本人", submission=uuid4(), today=self.WEDNESDAY,
        )  # fmt: skip
        assert self.lines(scene, self.WEDNESDAY) == []

    def test_is_asked_for_again_when_the_slip_is_withdrawn(self, marked, scene, child):
        done = leave_slips.hand_in(
            by=scene.teacher, scope=cast.scope(scene.teacher), student=child, kind="sick_leave", first_day=FRIDAY,
            last_day=FRIDAY + 6 * DAY, reason="发烧", applicant="学生本人", submission=uuid4(), today=self.WEDNESDAY,
        )  # fmt: skip
        leave_slips.withdraw(by=scene.teacher, scope=cast.scope(scene.teacher), slip=done.slip, today=self.WEDNESDAY)
        assert len(self.lines(scene, self.WEDNESDAY)) == 1

    def test_stands_on_the_homeroom_teachers_home_and_is_one_press_away(self, marked, scene, new, clock):
        assert "请假条：" not in words(client_of(scene.teacher).get(reverse("home")))
        clock.move_to(at(self.WEDNESDAY))
        client = client_of(scene.teacher)
        assert "缺1份请假条：点名记了事假或病假，还没有交条。" in words(client.get(reverse("home")))
        listed = client.get(LIST, {"box": "missing"}).content.decode()
        assert f"{new}?first=2026-09-04&amp;last=2026-09-04&amp;kind=sick_leave" in listed
        assert WAITING["students:leave_slips"](cast.scope(scene.teacher), self.WEDNESDAY) == 1

    def test_the_bureau_asks_for_none(self, marked, scene):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert "缺请假条" not in words(client_of(bureau).get(LIST))
