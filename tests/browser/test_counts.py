"""Counting a class on a phone, and noting why a child is not back."""

import re

import pytest
from playwright.sync_api import expect

from students.models import HeadCount, OpeningAbsence, Role
from tests import cast
from tests.browser.classroom import busy, classroom
from tests.scene import MONDAY

__all__ = ["busy", "classroom"]


@pytest.fixture(autouse=True)
def refused_on_purpose(expected_console_errors):
    """A browser says so in its console when a form comes back with what was wrong."""
    expected_console_errors.append("status of 422")


def test_a_deputy_counts_a_class_and_tells_who_is_not_there(page, busy, sign_in):
    deputy = cast.person("何宁", role=Role.DEPUTY_HEAD, school=busy.school)
    sign_in(page, deputy.username, cast.PASSWORD)
    page.goto("/head-counts/")
    page.get_by_role("link", name="清点", exact=True).tap()
    words = page.locator("[data-words]")
    expect(words).to_have_text("")  # nothing is suggested
    page.get_by_label("在教室里数到的人数").fill("45")
    expect(words).to_have_text("与在校相符")
    page.get_by_role("button", name="减一人").tap()
    expect(words).to_have_text("比在校少1人，还有1人没有勾选")
    page.get_by_role("button", name="登记清点").tap()
    expect(page.locator(".error-summary")).to_contain_text("还有1人没有勾选")
    expect(page.locator(".error-summary")).to_be_focused()
    name = busy.children[4].name
    page.get_by_label(name, exact=False).first.check()
    page.get_by_label(f"{name}不在的原因").select_option("已离校")
    expect(words).to_have_text("比在校少1人")
    page.get_by_role("button", name="登记清点").tap()
    expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("点名说在校")
    assert HeadCount.objects.get().present == 44


def test_the_teacher_notes_why_a_child_is_not_back_and_where_the_visit_stands(page, busy, sign_in):
    child = busy.children[0]
    for day in (1, 2, 3, 4, 7):
        for slot in ("AM", "PM"):
            if not busy.school_class.roll_calls.filter(day=MONDAY.replace(day=day), slot=slot).exists():
                busy.take(MONDAY.replace(day=day), slot, first="unexcused")
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto("/opening/")
    page.locator(".stat").filter(has_text="未到").tap()
    row = page.get_by_role("row", name=re.compile(child.name))
    expect(row).to_contain_text("今天内办结")
    row.get_by_role("link", name="登记原因").tap()
    page.get_by_label("务工").check()
    page.get_by_role("button", name="登记原因").tap()
    expect(page.locator(".error-summary")).to_contain_text("请写明去了哪里")
    expect(page.locator(".error-summary")).to_be_focused()  # what is typed before the focus has moved is lost
    page.get_by_label("去向").fill("浙江义乌")
    page.get_by_role("button", name="登记原因").tap()
    expect(row).to_contain_text("浙江义乌")
    assert OpeningAbsence.objects.get().student == child
