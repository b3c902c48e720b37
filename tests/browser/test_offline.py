"""The register in a valley without signal: kept on the device, sent once, and nobody's names left behind."""

import shutil

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from students.models import RollCall
from tests import cast
from tests.browser.barriers import barriers
from tests.browser.classroom import classroom
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, PHONE
from tests.browser.device import (
    WITHOUT_BACKGROUND_SYNC,
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

__all__ = ["classroom", "errors_of_the_line", "taught", "waiting"]
DAY = 24 * 60 * 60


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
        taught.unroute_all(behavior="wait")
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
        taught.unroute_all(behavior="wait")
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
        assert barriers(taught) == []

    def test_a_page_of_a_portal_is_no_answer(self, taught, classroom):
        open_register(taught)
        tile(taught, classroom.children[0]).tap()
        taught.route(
            "**/send/", lambda route: route.fulfill(status=200, body="<h1>WLAN</h1>", content_type="text/html")
        )
        press(taught)
        expect_kept(taught)
        taught.unroute_all(behavior="wait")
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
        context.unroute_all(behavior="wait")
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
        for _ in range(600):
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
        page.context.add_init_script(WITHOUT_BACKGROUND_SYNC)  # the worker behind the pages has a clock of its own
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
        page.context.add_init_script(WITHOUT_BACKGROUND_SYNC)
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
