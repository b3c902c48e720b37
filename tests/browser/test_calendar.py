"""Snow: a school is closed from today's page, looked at first, done and taken back; the month at both widths."""

from playwright.sync_api import expect

from casework.models import Obligation
from students.models import DayOverride
from tests import cast
from tests.browser.classroom import busy, classroom

__all__ = ["busy", "classroom"]


def test_snow_closes_the_school_from_todays_page_and_is_taken_back(page, sign_in, busy):
    owed = Obligation.objects.standing().count()
    sign_in(page, busy.clerk.username, cast.PASSWORD)
    page.get_by_role("link", name="今天停课").tap()
    expect(page.get_by_label("停课", exact=True)).to_be_checked()
    page.get_by_label("原因").fill("大雪封路")
    page.get_by_role("button", name="看影响").tap()
    expect(page.get_by_text("这是预演，还没有改动")).to_be_visible()
    expect(page.get_by_text("已点的1次名不再算")).to_be_visible()
    assert not DayOverride.objects.exists()
    page.get_by_role("button", name="执行改动").tap()
    expect(page.get_by_text("由何静执行")).to_be_visible()
    assert DayOverride.objects.get().note == "大雪封路"
    assert Obligation.objects.standing().count() < owed
    page.get_by_role("button", name="撤回这项改动").tap()
    page.get_by_role("button", name="确认撤回").tap()
    expect(page.get_by_text("由何静执行")).to_be_visible()
    assert not DayOverride.objects.exists()
    assert Obligation.objects.standing().count() == owed


def test_the_month_has_seven_columns_on_a_phone_and_on_a_desk(page, desktop, sign_in, busy):
    DayOverride.objects.create(day="2026-09-10", is_taught=False, is_closure=True, school=busy.school, note="大雪")
    for screen in (page, desktop):
        sign_in(screen, busy.clerk.username, cast.PASSWORD)
        screen.goto(f"/calendar/schools/{busy.school.pk}/?month=2026-09")
        columns = screen.locator(".month tbody tr").nth(1).locator("td")
        expect(columns).to_have_count(7)
        expect(screen.locator(".month-closed .month-word")).to_have_text("停课")
        wider = columns.evaluate_all("all => all.filter((each) => each.scrollWidth > each.clientWidth).length")
        assert wider == 0
