"""A child missing in a lesson, a reason found out: counted in taps on a phone; a register by keys alone on a desk."""

import re

import pytest
from playwright.sync_api import expect

from students.models import AbsenceMark, MissingAlert, Notice, Role, RollCall
from tests import cast
from tests.browser.classroom import Taps, busy, classroom
from tests.browser.conftest import PHONE

__all__ = ["busy", "classroom"]


@pytest.fixture
def subject(classroom):
    """The 语文 teacher of the class."""
    return cast.person("徐兰", role=Role.SUBJECT_TEACHER, school_class=classroom.school_class, subject="语文")


def report(page, child, tap=lambda locator: locator.tap()):
    tap(page.get_by_role("link", name="有学生不在"))
    tap(page.locator(f".missing-tile[value='{child.pk}']"))


def test_a_missing_child_is_reported_in_two_taps_and_reaches_an_open_home_at_once(
    page, open_page, classroom, subject, sign_in
):
    home = open_page(**PHONE)
    sign_in(home, classroom.teacher.username, cast.PASSWORD)
    sign_in(page, subject.username, cast.PASSWORD)
    child, taps = classroom.children[20], Taps()
    report(page, child, taps)
    expect(page.get_by_role("status").first).to_contain_text(f"已告诉班主任：{child.name}不在。")
    assert taps.count == 2
    assert MissingAlert.objects.get().student == child

    # the 班主任's page has been open all the while; it looks again as soon as somebody looks at it
    home.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    card = home.locator(".alert-card", has_text=child.name)
    expect(card).to_contain_text("语文 徐兰")
    expect(card.get_by_role("link", name="拨打母亲")).to_have_attribute("href", "tel:13900001234")
    card.get_by_role("button", name="请假").tap()
    expect(home.get_by_role("status").first).to_contain_text(f"已答复徐兰：{child.name}请假。")
    expect(home.locator(".alert-card")).to_have_count(0)

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".alert-card")).to_contain_text("答复：请假")


def test_a_report_by_mistake_is_taken_back_from_the_toast(page, classroom, subject, sign_in):
    sign_in(page, subject.username, cast.PASSWORD)
    report(page, classroom.children[3])
    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".toast")).to_contain_text("已撤回")
    expect(page.locator(".alert-card")).to_have_count(0)
    assert MissingAlert.objects.get().taken_back_by == subject
    assert not Notice.objects.exists()


def test_an_absence_answered_leads_to_the_register_with_the_child_marked(page, classroom, subject, sign_in):
    child = classroom.children[5]
    sign_in(page, subject.username, cast.PASSWORD)
    report(page, child)
    expect(page.locator(".alert-card")).to_have_count(1)
    page.context.clear_cookies()
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.locator(".alert-card").get_by_role("button", name="缺课").tap()
    expect(page.locator("form.register.is-live")).to_be_visible()
    expect(page.locator(".register-alerts")).to_contain_text(child.name)
    page.get_by_role("button", name="提交（缺 1 人）").tap()
    expect(page.get_by_role("status").first).to_contain_text("缺1人")
    assert AbsenceMark.objects.get().student == child


def test_a_reason_found_out_is_one_tap(page, busy, sign_in):
    child = busy.children[1]  # 待核实 on Friday afternoon
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    line = page.locator(".unverified > li", has_text=child.name)
    expect(line).to_contain_text("已等1个上课日")
    line.get_by_role("button", name="病假").tap()
    expect(page.get_by_role("status").first).to_contain_text(f"已核实{child.name}9月4日：病假。")
    expect(page.locator(".unverified > li")).to_have_count(0)
    assert not AbsenceMark.objects.filter(kind="unverified").exists()


def test_three_of_forty_five_missing_are_entered_with_keys_alone(desktop, classroom, sign_in):
    """From the home to the saved register without a mouse: Tab, arrows, space, a letter, Ctrl and Enter."""
    sign_in(desktop, classroom.clerk.username, cast.PASSWORD)
    day = f"{classroom.school_class.pk}/2026-09-07/AM"
    desktop.goto(f"/register/{day}/")
    expect(desktop.locator("form.register.is-live")).to_be_visible()
    keys = desktop.keyboard
    for _ in range(20):
        keys.press("Tab")
        if desktop.evaluate("document.activeElement.classList.contains('tile')"):
            break
    keys.press("Space")  # the first child: 旷课
    for _ in range(4):
        keys.press("ArrowRight")
    keys.press("b")  # the fifth: 病假
    keys.press("End")
    keys.press("Enter")  # the last: the kinds, then 事假
    expect(desktop.locator("dialog[open]")).to_be_visible()
    keys.press("3")
    expect(desktop.get_by_role("button", name="提交（缺 3 人）")).to_be_visible()
    keys.press("Control+Enter")
    expect(desktop).not_to_have_url(re.compile("/register/"))
    first, fifth, last = (classroom.children[place].pk for place in (0, 4, 44))
    assert dict(AbsenceMark.objects.values_list("student", "kind")) == {
        first: "unexcused",
        fifth: "sick_leave",
        last: "personal_leave",
    }
    assert RollCall.objects.get().taken_by == classroom.clerk


def test_without_javascript_a_report_is_two_taps_as_well(open_page, classroom, subject, sign_in):
    page = open_page(**PHONE, java_script_enabled=False)
    sign_in(page, subject.username, cast.PASSWORD)
    report(page, classroom.children[2])
    expect(page.get_by_role("status").first).to_contain_text("已告诉班主任")
    assert MissingAlert.objects.exists()
