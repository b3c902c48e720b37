"""From the board of registers to the teacher who takes the missing one, and to the close of the day."""

from datetime import timedelta

import time_machine
from playwright.sync_api import expect

from casework.models import DailyClose
from tests import cast
from tests.browser.classroom import classroom
from tests.scene import MONDAY, at

__all__ = ["classroom"]


def test_the_clerk_reminds_the_teacher_takes_and_the_day_is_closed(
    page, desktop, classroom, sign_in, expected_console_errors
):
    expected_console_errors.append("status of 422")  # a day that is not complete is not closed without a note
    for back in range(1, 7):
        for slot in ("AM", "PM"):
            if (day := MONDAY - timedelta(days=back)).weekday() < 5:
                classroom.take(day, slot)
    with time_machine.travel(at(MONDAY, 8, 40), tick=True):
        sign_in(desktop, classroom.clerk.username, cast.PASSWORD)
        desktop.goto("/registers/")
        row = desktop.get_by_role("row", name="2023级1班")
        expect(row).to_contain_text("点名")
        row.get_by_role("button", name="催点名").click()
        expect(desktop.locator(".toast")).to_contain_text("已提醒1人")
        expect(row).to_contain_text("8:40已催")
        row.get_by_role("button", name="催点名").click()
        expect(desktop.locator(".toast")).to_contain_text("已经催过")

        sign_in(page, classroom.teacher.username, cast.PASSWORD)
        expect(page.locator(".notice-line")).to_contain_text("催点名")
        page.locator(".notice-line").get_by_role("link", name="去点名").tap()
        page.locator("[data-submit]").tap()
        expect(page.locator(".slot .badge").first).to_have_text("已点名")  # the first page again: it is saved
        expect(page.locator(".notice-line")).to_have_count(0)

        # the board asks by itself when it is looked at again
        desktop.evaluate("document.activeElement.blur()")
        desktop.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(row).to_contain_text("8:4")
        expect(row).to_contain_text("已点")
        expect(row.get_by_role("button", name="催点名")).to_have_count(0)

        desktop.get_by_role("link", name="每日上报").click()
        desktop.get_by_role("button", name="上报这一天").click()
        expect(desktop.locator("main")).to_contain_text("还缺1次点名")
        desktop.get_by_label("说明").fill("下午还没有到时间")
        desktop.get_by_role("button", name="上报这一天").click()
        expect(desktop.locator("main")).to_contain_text("已上报")
        assert DailyClose.objects.get().counts.present == 45
