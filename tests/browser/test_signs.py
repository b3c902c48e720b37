"""The early signs in a browser: read, put off, brought back, computed anew, on a phone and on a desk."""

import pytest
from playwright.sync_api import expect

from casework.models import SignComputation
from tests import cast
from tests.browser.classroom import busy, classroom

__all__ = ["busy", "classroom"]


@pytest.fixture(autouse=True)
def refused_on_purpose(expected_console_errors):
    """A browser says so in its console when a form comes back with what was wrong."""
    expected_console_errors.append("status of 422")


@pytest.mark.parametrize("width", ["page", "desktop"])
def test_a_teacher_reads_why_puts_it_off_and_brings_it_back(width, request, busy, sign_in):
    page = request.getfixturevalue(width)
    name = busy.children[0].name
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto("/attendance/")
    page.get_by_role("link", name="预警 多日未见").click()
    card = page.locator(".signed > li").filter(has_text=name).first
    expect(card).to_contain_text("其后没有联系家长")
    card.get_by_role("link", name="已了解，下次再提醒").click()
    page.get_by_role("button", name="记下，暂不提醒").click()
    expect(page.locator(".error-summary")).to_contain_text("请填写了解到的情况")
    expect(page.locator(".error-summary")).to_be_focused()  # what is typed before the focus has moved is lost
    page.get_by_label("了解到的情况").fill("已家访，周四返校")
    page.get_by_role("button", name="记下，暂不提醒").click()
    expect(page.locator(".signed > li").filter(has_text="零星旷课")).to_have_count(0)
    page.get_by_role("navigation", name="预警种类").get_by_role("link", name="已了解").click()
    expect(card).to_contain_text("已家访，周四返校")
    card.get_by_role("button", name="恢复提醒").click()
    expect(card).to_contain_text("其后没有联系家长")


def test_the_clerk_computes_the_school_anew(page, busy, sign_in):
    sign_in(page, busy.clerk.username, cast.PASSWORD)
    page.goto("/signs/")
    page.get_by_role("button", name="现在重算").tap()
    expect(page.locator("body")).to_contain_text("已重算东坪小学的预警：学生45人")
    assert SignComputation.objects.get().computed_by == busy.clerk
