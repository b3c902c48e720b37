"""补录 at a keyboard, and in a browser without JavaScript."""

import re
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from students.models import AbsenceMark, RollCall
from tests import cast
from tests.browser.classroom import classroom

__all__ = ["classroom"]
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def grid(classroom):
    return reverse("students:enter_month", args=[classroom.school_class.pk, SEPTEMBER])


def cell(page, child, day: str):
    return page.locator(f"#c-{child.pk}-{day}")


def marks():
    return set(AbsenceMark.objects.values_list("student", "kind", "roll_call__day__day", "roll_call__slot"))


def test_a_month_is_entered_by_keyboard_alone(desktop, classroom, grid, sign_in):
    first, second, third = classroom.children[:3]
    sign_in(desktop, classroom.teacher.username, cast.PASSWORD)
    desktop.goto(grid)
    cell(desktop, first, "01-AM").focus()
    desktop.keyboard.press("1")  # a digit
    desktop.keyboard.press("Enter")  # down
    desktop.keyboard.press("b")  # the first letter of 病
    desktop.keyboard.press("ArrowRight")
    desktop.keyboard.press("6")
    desktop.keyboard.press("ArrowDown")
    desktop.keyboard.insert_text("公")  # as an input method writes it
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("0")
    desktop.keyboard.press("ArrowUp")
    desktop.keyboard.press("7")
    desktop.keyboard.press("Backspace")
    expect(cell(desktop, first, "01-AM")).to_have_value("旷")
    expect(cell(desktop, second, "01-AM")).to_have_value("病")
    expect(cell(desktop, third, "02-AM")).to_have_value("○")
    expect(cell(desktop, second, "02-AM")).to_have_value("")
    expect(desktop.locator("[name='t-01-AM']")).to_be_checked()
    expect(desktop.locator("[name='t-02-PM']")).not_to_be_checked()
    expect(desktop.locator("[data-entry-state]")).to_have_text("这次登记3次。")
    desktop.get_by_role("button", name="保存补录").press("Enter")
    expect(desktop.locator(".toast")).to_contain_text("新登记3次")
    assert marks() == {
        (first.pk, "unexcused", 1, "AM"), (second.pk, "sick_leave", 1, "AM"),
        (second.pk, "late", 1, "PM"), (third.pk, "official", 1, "PM"),
    }  # fmt: skip
    assert RollCall.objects.count() == 3


def test_what_is_wrong_is_kept_and_led_to(desktop, classroom, grid, sign_in, expected_console_errors):
    expected_console_errors.append("status of 422")
    first, second = classroom.children[:2]
    sign_in(desktop, classroom.teacher.username, cast.PASSWORD)
    desktop.goto(grid)
    cell(desktop, first, "01-AM").fill("逃")
    cell(desktop, second, "04-PM").fill("旷")
    desktop.get_by_role("button", name="保存补录").click()
    desktop.get_by_role("link", name=f"{first.name} 9月1日上午").click()
    expect(cell(desktop, second, "04-PM")).to_have_value("旷")
    assert not RollCall.objects.exists()
    cell(desktop, first, "01-AM").fill("")
    desktop.get_by_role("button", name="保存补录").click()
    expect(desktop.locator(".toast")).to_contain_text("已保存")
    # the tick that the script set stays with the column
    assert set(RollCall.objects.values_list("day__day", "slot")) == {(1, "AM"), (4, "PM")}


def test_without_javascript_the_cells_take_the_same_signs(open_page, classroom, grid, sign_in):
    page = open_page(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    first, second = classroom.children[:2]
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.goto(grid)
    cell(page, first, "01-AM").fill("１")
    cell(page, second, "01-AM").fill("迟到")
    page.locator("[name='t-04-PM']").check()
    page.get_by_role("button", name="保存补录").click()
    expect(page.locator(".toast")).to_contain_text("新登记2次")
    assert marks() == {(first.pk, "unexcused", 1, "AM"), (second.pk, "late", 1, "AM")}


def test_on_a_phone_the_sheet_scrolls_in_its_box_and_a_sign_leads_to_its_day(page, classroom, sign_in):
    child = classroom.children[0]
    classroom.take(date(2026, 9, 3), first="unexcused")
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.goto(reverse("reports:month_sheet", args=[classroom.school_class.pk, SEPTEMBER]))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator("tbody tr", has_text=child.name).locator("a").first.tap()
    expect(page).to_have_url(re.compile(rf"/2026-09-03/#child-{child.pk}$"))
    expect(page.locator(f"#child-{child.pk}")).to_contain_text("旷课")
