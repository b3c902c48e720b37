"""The register in a valley without signal: kept on the device, sent once, and nobody's names left behind."""

import re
import shutil

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from students.models import AbsenceMark, AuditRow, MarkCorrection, Role, RollCall
from tests import cast
from tests.browser.classroom import classroom
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, PHONE
from tests.browser.device import (
    all_that_is_kept,
    expect_kept,
    expect_nothing_waits,
    leave,
    open_register,
    press,
    ready_for_the_valley,
    rows,
    tile,
)
from tests.scene import MONDAY

__all__ = ["classroom"]
WITHOUT_BACKGROUND_SYNC = """if (globalThis.ServiceWorkerRegistration) {
  Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", { value: undefined });
}"""
DAY = 24 * 60 * 60


@pytest.fixture(autouse=True)
def errors_of_the_line(expected_console_errors):
    """What a browser says of a line that is cut, and of a refusal."""
    expected_console_errors += [
        "net::ERR",
        "status of 409",
        "status of 401",
        "status of 403",
        "status of 404",
        "status of 422",
        "fetching the script",
    ]


@pytest.fixture
def taught(page, classroom, sign_in):
    """The teacher's telephone on the first page, with today's registers on it; nothing is sent behind the pages."""
    page.context.add_init_script(WITHOUT_BACKGROUND_SYNC)
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    ready_for_the_valley(page)
    return page


@pytest.fixture
def waiting(taught, classroom):
    """The first child is missing this morning: pressed without a network, still on the device."""
    open_register(taught)
    taught.context.set_offline(True)
    tile(taught, classroom.children[0]).tap()
    press(taught)
    expect_kept(taught)
    return taught


def expect_one_register(classroom, *, version=1):
    """Written once, with the first child missing."""
    call = RollCall.objects.get()
    assert (call.version, call.taken_by) == (version, classroom.teacher)
    assert list(call.marks.values_list("student", "kind")) == [(classroom.children[0].pk, "unexcused")]
    assert AuditRow.objects.filter(action="register.submit").count() == version


class TestTheLineIsCut:
    def test_before_sending(self, waiting, classroom):
        assert not RollCall.objects.exists()
        waiting.context.set_offline(False)
        expect(waiting.locator("[data-state]")).to_contain_text("已上报")
        expect_nothing_waits(waiting)
        expect_one_register(classroom)

    def test_and_the_first_page_leads_to_the_afternoon(self, waiting, classroom):
        waiting.goto("/")
        expect(waiting.locator("main")).to_contain_text("现在连不上网")
        expect(waiting.locator(".slot").first).to_contain_text("已保存在本机")
        open_register(waiting, slot=1)
        press(waiting)
        expect_kept(waiting)
        waiting.goto("/")
        expect(waiting.locator(".kept-row:visible")).to_have_count(2)
        waiting.context.set_offline(False)
        expect(waiting.get_by_role("heading", level=1)).to_have_text("9月7日 周一")  # the page itself is back
        expect(waiting.locator(".slot .badge")).to_have_text(["已点名", "已点名"])
        assert sorted(RollCall.objects.values_list("slot", flat=True)) == ["AM", "PM"]

    def test_while_the_request_is_on_its_way(self, taught, classroom):
        open_register(taught)
        tile(taught, classroom.children[0]).tap()
        taught.route("**/send/", lambda route: route.abort())
        press(taught)
        expect_kept(taught)
        assert not RollCall.objects.exists()
        taught.unroute("**/send/")
        expect(taught.locator("[data-state]")).to_contain_text("已上报")  # by itself, some seconds later
        expect_one_register(classroom)

    @pytest.fixture
    def answer_lost(self, taught, classroom):
        """The server has it, the device does not know."""

        def lose(route):
            route.fetch()
            route.abort()

        open_register(taught)
        tile(taught, classroom.children[0]).tap()
        taught.route("**/send/", lose)
        press(taught)
        expect_kept(taught)
        taught.unroute("**/send/")
        return taught

    def test_while_the_answer_is_on_its_way(self, answer_lost, classroom):
        assert RollCall.objects.exists()
        answer_lost.goto("/")
        expect_nothing_waits(answer_lost)
        expect_one_register(classroom)

    def test_and_what_is_pressed_after_a_lost_answer_stands_on_it(self, answer_lost, classroom):
        tile(answer_lost, classroom.children[1]).tap()
        press(answer_lost)
        expect(answer_lost.get_by_role("status").last).to_contain_text("缺2人")
        call = RollCall.objects.get()
        assert (call.version, call.marks.count(), call.corrections.count()) == (2, 2, 1)

    def test_after_sending(self, taught, classroom):
        def answer_and_cut(route):
            answer = route.fetch()
            taught.context.set_offline(True)
            route.fulfill(response=answer)

        open_register(taught)
        tile(taught, classroom.children[0]).tap()
        taught.route("**/send/", answer_and_cut)
        press(taught)
        expect(taught.locator("main")).to_contain_text("现在连不上网")
        assert rows(taught, "queue") == []
        expect_one_register(classroom)

    def test_where_no_page_has_been_kept_the_device_says_so(self, taught):
        taught.context.set_offline(True)
        taught.goto("/duties/")
        expect(taught.locator("main")).to_contain_text("这一页打不开")

    def test_a_page_of_a_portal_is_no_answer(self, taught, classroom):
        open_register(taught)
        tile(taught, classroom.children[0]).tap()
        taught.route(
            "**/send/", lambda route: route.fulfill(status=200, body="<h1>WLAN</h1>", content_type="text/html")
        )
        press(taught)
        expect_kept(taught)
        taught.unroute("**/send/")
        taught.goto("/")
        expect_nothing_waits(taught)
        expect_one_register(classroom)


class TestTheQueueSurvives:
    def test_the_end_of_the_tab(self, waiting, classroom):
        context = waiting.context
        waiting.close()
        page = context.new_page()
        page.goto("/")
        expect(page.locator(".kept-row:visible")).to_contain_text("2023级1班 9月7日 上午")
        context.set_offline(False)
        expect(page.get_by_role("heading", level=1)).to_have_text("9月7日 周一")
        expect_one_register(classroom)

    def test_the_end_of_the_browser(self, playwright, classroom, live_server, sign_in, tmp_path):
        def start():
            path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
            where = {"base_url": live_server.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
            return playwright.chromium.launch_persistent_context(
                tmp_path, executable_path=path, args=CHROMIUM_ARGUMENTS, **where, **PHONE
            )

        context = start()
        page = context.new_page()
        sign_in(page, classroom.teacher.username, cast.PASSWORD)
        ready_for_the_valley(page)
        open_register(page)
        context.set_offline(True)
        tile(page, classroom.children[0]).tap()
        press(page)
        expect_kept(page)
        context.close()
        context = start()
        page = context.new_page()
        page.goto("/")
        expect_nothing_waits(page)
        context.close()
        expect_one_register(classroom)

    def test_the_register_opened_again_shows_what_waits(self, waiting, classroom):
        waiting.reload()
        expect(tile(waiting, classroom.children[0])).to_have_attribute("data-kind", "unexcused")
        expect_kept(waiting)
        tile(waiting, classroom.children[1]).tap()
        press(waiting)
        assert [len(each["sendings"]) for each in rows(waiting, "queue")] == [1]  # pressed again: in its place
        waiting.context.set_offline(False)
        expect_nothing_waits(waiting)
        assert RollCall.objects.get().marks.count() == 2

    def test_a_log_in_that_has_expired(self, waiting, classroom, sign_in):
        Session.objects.all().delete()
        waiting.context.set_offline(False)
        expect(waiting.locator("[data-state]")).to_contain_text("登录")
        assert not RollCall.objects.exists()
        sign_in(waiting, classroom.teacher.username, cast.PASSWORD)
        expect_nothing_waits(waiting)
        expect_one_register(classroom)

    def test_the_log_out_of_its_owner(self, waiting, classroom, sign_in):
        context = waiting.context
        context.route("**/send/", lambda route: route.abort())
        context.set_offline(False)
        waiting.goto("/duties/")
        leave(waiting)
        expect(waiting.locator(".kept-row:visible")).to_contain_text("本机另有1次点名")
        context.unroute("**/send/")
        sign_in(waiting, classroom.teacher.username, cast.PASSWORD)
        expect_nothing_waits(waiting)
        expect_one_register(classroom)

    def test_every_page_being_closed_where_the_browser_sends_by_itself(self, page, classroom, sign_in):
        sign_in(page, classroom.teacher.username, cast.PASSWORD)
        ready_for_the_valley(page)
        open_register(page)
        page.context.set_offline(True)
        tile(page, classroom.children[0]).tap()
        press(page)
        expect_kept(page)
        elsewhere = page.context.new_page()
        page.close()
        page.context.set_offline(False)
        for _ in range(100):
            if RollCall.objects.exists():
                break
            elsewhere.wait_for_timeout(100)
        expect_one_register(classroom)

    def test_two_tabs_which_send_it_once(self, waiting, classroom):
        sent = []
        waiting.context.on("request", lambda request: sent.append(request.url) if "/send/" in request.url else None)
        other = waiting.context.new_page()
        other.goto("/")
        expect(other.locator(".kept-row:visible")).to_have_count(1)
        waiting.context.set_offline(False)
        expect_nothing_waits(waiting)
        expect(waiting.locator("[data-state]")).to_contain_text("已上报")
        expect(other.get_by_role("heading", level=1)).to_have_text("9月7日 周一")
        assert len(sent) == 1
        expect_one_register(classroom)


YESTERDAYS_PAGES = """async () => {
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await asked(indexedDB.open("shouxue"));
  const store = database.transaction("pages", "readwrite").objectStore("pages");
  for (const row of await asked(store.getAll())) {
    await asked(store.put({ ...row, day: "2026-09-06", path: row.path.replace("09-07", "09-06") }));
  }
  database.close();
}"""
CLOCK = """const seconds = () => Number(localStorage.getItem("clock") ?? %d);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length) super(...given); else super(RealDate.now() + seconds() * 1000); }
  static now() { return RealDate.now() + seconds() * 1000; }
};"""


class TestTheClockOfTheDevice:
    @pytest.mark.parametrize("wrong", [-2 * DAY, 2 * DAY], ids=["two days slow", "two days fast"])
    def test_may_be_wrong(self, wrong, page, classroom, sign_in):
        """Two days off all the time; half an hour passes in the valley."""
        page.context.add_init_script(CLOCK % wrong)
        sign_in(page, classroom.teacher.username, cast.PASSWORD)
        ready_for_the_valley(page)
        page.context.set_offline(True)
        page.goto("/")
        open_register(page)
        tile(page, classroom.children[0]).tap()
        press(page)
        expect_kept(page)
        page.evaluate(f"localStorage.setItem('clock', {wrong + 1800})")
        page.context.set_offline(False)
        expect(page.locator("[data-state]")).to_contain_text("已上报")
        expect_one_register(classroom)
        call = RollCall.objects.get()
        assert 1800 <= (call.arrived_at - call.taken_at).total_seconds() < 1900

    @pytest.mark.parametrize("moved", [-2 * DAY, 2 * DAY], ids=["back", "on"])
    def test_may_be_put_right_while_a_register_waits(self, moved, page, classroom, sign_in):
        """Then nobody knows when it was pressed, and its arrival counts."""
        page.context.add_init_script(CLOCK % 0)
        sign_in(page, classroom.teacher.username, cast.PASSWORD)
        open_register(page)
        page.context.set_offline(True)
        tile(page, classroom.children[0]).tap()
        press(page)
        expect_kept(page)
        page.evaluate(f"localStorage.setItem('clock', {moved})")
        page.context.set_offline(False)
        expect(page.locator("[data-state]")).to_contain_text("已上报")
        expect_one_register(classroom)
        assert RollCall.objects.get().arrived_at is None


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
        context.unroute("**/send/")
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
        expect(waiting.locator(".kept-row:visible .badge")).to_have_text("冲突")
        waiting.get_by_role("link", name="逐人选").first.tap()
        expect(waiting.locator("[data-conflict]")).to_be_visible()
        return waiting

    def answer(self, page, child, whose):
        page.get_by_role("group", name=child.name).get_by_label(whose).check()

    def test_shows_both_who_and_when(self, asked, classroom):
        groups = asked.locator("[data-conflict] fieldset")
        expect(groups).to_have_count(2)
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
        expect(asked.locator("[data-conflict]")).to_be_visible()
        assert not MarkCorrection.objects.exists()

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
