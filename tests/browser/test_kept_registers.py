"""What lies on a telephone that keeps registers: no name that can be read, nothing of a colleague, no silent loss."""

import re

import pytest
from playwright.sync_api import expect

from students.models import AbsenceMark, MarkCorrection, Role, RollCall
from tests import cast
from tests.browser.barriers import barriers
from tests.browser.classroom import classroom
from tests.browser.device import (
    all_that_is_kept,
    errors_of_the_line,
    expect_kept,
    expect_nothing_waits,
    expect_one_register,
    leave,
    open_register,
    press,
    ready_for_the_valley,
    rows,
    taught,
    tile,
    waiting,
)
from tests.scene import MONDAY

__all__ = ["classroom", "errors_of_the_line", "taught", "waiting"]
YESTERDAYS_PAGES = """async () => {
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await asked(indexedDB.open("shouxue"));
  const store = database.transaction("pages", "readwrite").objectStore("pages");
  for (const row of await asked(store.getAll())) {
    await asked(store.put({ ...row, day: "2026-09-06", path: row.path.replace("09-07", "09-06") }));
  }
  database.close();
}"""


class TestNamesAtRest:
    """Nowhere readable, at no time; after the log-out not even for the device itself."""

    def expect_no_name(self, page, classroom):
        kept = all_that_is_kept(page)
        assert "/offline/" in kept  # the search looks where things are
        assert [child.name for child in classroom.children if child.name in kept] == []

    def test_are_encrypted(self, waiting, classroom):
        assert len(rows(waiting, "pages")) == 2
        self.expect_no_name(waiting, classroom)

    def test_the_log_out_takes_them_and_their_key_away(self, taught, classroom):
        leave(taught)
        assert [each["name"] for each in taught.context.cookies() if each["name"] == "device_key"] == []
        assert rows(taught, "pages") == []
        self.expect_no_name(taught, classroom)
        taught.context.set_offline(True)
        taught.goto("/")
        expect(taught.locator("main")).to_contain_text("这一页打不开")

    def test_the_log_out_without_a_network_too(self, taught, classroom):
        taught.context.set_offline(True)
        taught.locator(".who summary").tap()
        taught.get_by_role("button", name="退出").tap()
        expect(taught.locator("main")).to_contain_text("这一页打不开")
        assert rows(taught, "pages") == []
        assert [each["name"] for each in taught.context.cookies() if each["name"] == "device_key"] == []

    def test_without_its_key_a_page_is_not_shown(self, taught, classroom):
        taught.context.clear_cookies(name="device_key")
        taught.context.set_offline(True)
        taught.goto("/")
        expect(taught.locator("main")).to_contain_text("这一页打不开")

    def test_those_of_yesterday_are_thrown_away(self, taught, classroom):
        taught.evaluate(YESTERDAYS_PAGES)
        assert len(rows(taught, "pages")) == 4
        taught.goto("/duties/")
        taught.goto("/")
        ready_for_the_valley(taught, pages=2)
        assert {each["day"] for each in rows(taught, "pages")} == {"2026-09-07"}


class TestSomebodyElseOnTheSameTelephone:
    def test_neither_sees_nor_sends_it(self, waiting, classroom, sign_in):
        colleague = cast.person("任雪", role=Role.SUBJECT_TEACHER, school_class=classroom.school_class)
        context = waiting.context
        context.route("**/send/", lambda route: route.abort())
        context.set_offline(False)
        waiting.goto("/duties/")
        leave(waiting)
        context.unroute_all(behavior="wait")
        sign_in(waiting, colleague.username, cast.PASSWORD)
        bar = waiting.locator(".kept-row:visible")
        expect(bar).to_contain_text("本机另有1次点名")
        expect(bar).not_to_contain_text("2023级1班")
        expect(waiting.locator("[data-kept-badge]")).to_have_count(0)
        open_register(waiting)
        expect(tile(waiting, classroom.children[0])).to_have_attribute("data-kind", "")
        assert not RollCall.objects.exists()

        waiting.goto("/")
        leave(waiting)
        sign_in(waiting, classroom.teacher.username, cast.PASSWORD)
        expect_nothing_waits(waiting)
        expect_one_register(classroom)

    def test_a_tab_left_open_sends_nothing_under_the_other_name(self, waiting, classroom, sign_in):
        context = waiting.context
        context.clear_cookies()  # as if the log-in had ended, and a colleague had begun another
        context.set_offline(False)
        expect(waiting.locator("[data-state]")).to_contain_text("已保存在本机")
        colleague = cast.person("任雪", role=Role.SUBJECT_TEACHER, school_class=classroom.school_class)
        other = context.new_page()
        sign_in(other, colleague.username, cast.PASSWORD)
        waiting.evaluate("dispatchEvent(new Event('online'))")
        expect(waiting.locator("[data-state]")).to_contain_text("登录")
        assert not RollCall.objects.exists()


class TestAConflict:
    @pytest.fixture
    def asked(self, waiting, classroom):
        """The clerk has said meanwhile that the child is ill; the line is back."""
        waiting.goto("/")
        classroom.take(MONDAY, by=classroom.clerk, first="sick_leave", second="late")
        waiting.context.set_offline(False)
        expect(waiting.get_by_role("heading", level=1)).to_have_text("9月7日 周一")  # the page itself is back
        expect(waiting.locator(".kept-row:visible .badge")).to_have_text("冲突")
        waiting.get_by_role("link", name="逐人选").first.tap()
        expect(waiting.locator("[data-conflict]")).to_be_visible()
        return waiting

    def answer(self, page, child, whose):
        page.get_by_role("group", name=child.name).get_by_label(whose).check()

    def test_shows_both_who_and_when(self, asked, classroom):
        groups = asked.locator("[data-conflict] fieldset")
        expect(groups).to_have_count(2)
        assert barriers(asked) == []
        expect(groups.first).to_contain_text(re.compile("现在的记录：何静，2026年9月7日 7:4\\d"))
        expect(groups.first).to_contain_text("用现在的记录：病假")
        expect(groups.first).to_contain_text("用我的标记：旷课")

    @pytest.mark.parametrize(
        ("whose", "stands"), [("用现在的记录", ["sick_leave", "late"]), ("用我的标记", ["unexcused"])]
    )
    def test_is_decided_either_way(self, whose, stands, asked, classroom):
        for child in classroom.children[:2]:
            self.answer(asked, child, whose)
        asked.get_by_role("button", name="按选择提交").tap()
        expect(asked.get_by_role("status")).to_contain_text("考勤已提交")
        expect_nothing_waits(asked)
        assert list(AbsenceMark.objects.order_by("student").values_list("kind", flat=True)) == stands

    def test_is_not_sent_before_every_child_has_an_answer(self, asked, classroom):
        self.answer(asked, classroom.children[0], "用我的标记")
        asked.get_by_role("button", name="按选择提交").tap()
        summary = asked.get_by_role("alert")
        expect(summary).to_contain_text("没有保存：还有1人没有选")
        expect(summary.get_by_role("link")).to_have_text(f"{classroom.children[1].name}：请选一个")
        expect(summary).to_be_focused()
        expect(asked.locator("[data-conflict]")).to_be_visible()
        assert not MarkCorrection.objects.exists()

    def test_asks_of_all_that_was_pressed_also_after_what_the_server_refused(self, taught, classroom):
        open_register(taught)
        taught.route("**/send/", lambda route: route.abort())
        for child in (classroom.children[0], classroom.children[2]):
            tile(taught, child).tap()
            press(taught)
            expect_kept(taught)
        assert [len(each["sendings"]) for each in rows(taught, "queue")] == [2]
        classroom.take(MONDAY, by=classroom.clerk, first="sick_leave")
        taught.unroute_all(behavior="wait")
        taught.evaluate("dispatchEvent(new Event('online'))")
        expect(taught.locator("[data-conflict] fieldset")).to_have_count(2)
        for child in (classroom.children[0], classroom.children[2]):
            self.answer(taught, child, "用我的标记")
        taught.get_by_role("button", name="按选择提交").tap()
        expect_nothing_waits(taught)
        assert list(AbsenceMark.objects.values_list("kind", flat=True)) == ["unexcused", "unexcused"]

    def test_may_be_given_up(self, asked, classroom):
        asked.get_by_role("link", name="放弃我的标记").tap()
        expect(tile(asked, classroom.children[0])).to_have_attribute("data-kind", "sick_leave")
        expect_nothing_waits(asked)
        assert not MarkCorrection.objects.exists()


class TestARefusal:
    @pytest.fixture
    def refused(self, waiting, classroom):
        """The child has left the class meanwhile."""
        waiting.goto("/")
        classroom.children[0].enrolments.update(until=MONDAY)
        waiting.context.set_offline(False)
        expect(waiting.locator(".kept-row:visible")).to_contain_text("名单已有变动")
        return waiting

    def test_is_opened_again_and_put_right(self, refused, classroom):
        refused.get_by_role("link", name="重新打开点名").first.tap()
        expect(refused.locator("[data-state]")).to_contain_text("未能上报")
        expect(refused.locator(".tile")).to_have_count(44)
        press(refused)
        expect(refused.get_by_role("status")).to_contain_text("全勤")
        expect_nothing_waits(refused)

    def test_is_given_up_only_after_a_question(self, refused):
        row = refused.locator(".kept-row:visible")
        row.get_by_role("button", name="放弃").tap()
        refused.get_by_role("button", name="留着").tap()
        expect(row).to_be_visible()
        row.get_by_role("button", name="放弃").tap()
        refused.locator("dialog[open]").get_by_role("button", name="放弃").tap()
        expect(row).to_have_count(0)
        assert rows(refused, "queue") == []
