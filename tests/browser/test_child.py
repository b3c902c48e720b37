"""The child's page in a browser: a number shown for a reason, a call that answered, a 学籍号 that became formal."""

import re

import pytest
from playwright.sync_api import expect

from students.models import AuditRow, FormerNumber, Student
from tests import cast
from tests.browser.classroom import busy, classroom
from tests.scene import PHONE

__all__ = ["busy", "classroom"]
TEMPORARY = "L62990120140506001X"


@pytest.fixture
def child(busy) -> Student:
    return busy.children[0]


def test_the_teacher_shows_a_number_for_a_reason_and_says_that_it_answers(page, busy, child, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto(f"/students/{child.pk}/")
    expect(page.get_by_text("139****1234")).to_be_visible()
    assert PHONE not in page.content()
    page.get_by_role("link", name="显示完整号码").tap()
    sheet = page.locator("dialog[open]")
    sheet.get_by_text("联系家长或家访").tap()
    sheet.get_by_role("button", name="显示").tap()
    expect(page.get_by_text(PHONE)).to_be_visible()
    expect(page.locator(".watermark")).to_contain_text("沈明")
    assert AuditRow.objects.get(action="identity.reveal").details["reason"] == "联系家长或家访"
    page.goto(f"/students/{child.pk}/")
    expect(page.get_by_text("139****1234")).to_be_visible()
    page.get_by_role("button", name="打得通").tap()
    expect(page.get_by_role("button", name="打得通")).to_have_attribute("aria-pressed", "true")
    assert child.guardians.get().phone_checked_by == busy.teacher


def test_a_square_of_the_year_leads_to_its_day(page, busy, child, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto(f"/students/{child.pk}/")
    page.locator('a[href="#day-2026-09-04"]').tap()
    expect(page).to_have_url(re.compile("#day-2026-09-04$"))
    expect(page.locator("#day-2026-09-04")).to_be_in_viewport()
    expect(page.locator("#day-2026-09-04")).to_contain_text("上午、下午旷课")


def test_the_clerk_turns_a_temporary_number_into_a_formal_one(desktop, busy, child, sign_in, expected_console_errors):
    expected_console_errors.append("status of 422")
    Student.objects.filter(pk=child.pk).update(student_number=TEMPORARY)
    sign_in(desktop, busy.clerk.username, cast.PASSWORD)
    desktop.goto(f"/students/{child.pk}/")
    desktop.get_by_role("link", name="更换学籍号").click()
    desktop.get_by_label("新学籍号").fill(f"G{cast.identity_number()}")
    desktop.get_by_role("button", name="保存学籍号").click()
    expect(desktop.locator(".error-summary")).to_contain_text("与本人身份证件号不同")
    expect(desktop.locator(".error-summary")).to_be_focused()  # what is typed before the focus has moved is lost
    desktop.get_by_label("新学籍号").fill(f"G{child.id_number}")
    desktop.get_by_role("button", name="保存学籍号").click()
    expect(desktop.get_by_text("学籍号已更新，原来的号码留在记录里。")).to_be_visible()
    expect(desktop.get_by_text("L6299********001X").first).to_be_visible()
    assert FormerNumber.objects.get(student=child).number == TEMPORARY
