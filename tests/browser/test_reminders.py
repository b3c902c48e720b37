"""Reminders in a browser: the clerk sets a mailbox up and tries it, a teacher turns their own mail on with the code."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from tests import cast
from tests.browser.classroom import classroom

__all__ = ["classroom"]


@pytest.fixture(autouse=True)
def refused_on_purpose(expected_console_errors):
    """A browser says so in its console when a form comes back with what was wrong."""
    expected_console_errors.append("status of 422")


def test_a_mailbox_is_set_up_tried_and_paused(classroom, open_page, sign_in, settings):
    settings.EMAIL_IS_SET_UP = True
    page = open_page(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    sign_in(page, classroom.clerk.username, cast.PASSWORD)
    page.goto("/channels/")
    page.get_by_role("link", name="添加邮件").click()
    page.get_by_label("名称").fill("办公室")
    page.get_by_label("收件邮箱").fill("bgs@example.com\nnobody")
    page.get_by_role("button", name="添加通道").click()
    expect(page.locator("main")).to_contain_text("“nobody”不是邮箱地址")
    page.get_by_label("收件邮箱").fill("bgs@example.com")
    page.get_by_role("button", name="添加通道").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("办公室")
    page.get_by_role("button", name="发测试消息").click()
    expect(page.locator("table")).to_contain_text("已发出")
    assert [message.to for message in mail.outbox] == [["bgs@example.com"]]
    page.get_by_role("button", name="停用").click()
    expect(page.locator("main")).to_contain_text("停用")
    expect(page.get_by_role("button", name="启用")).to_be_visible()


def test_a_teacher_turns_the_digest_on_with_the_code_and_off(classroom, open_page, sign_in, settings):
    settings.EMAIL_IS_SET_UP = True
    page = open_page()
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.get_by_text("沈明").first.click()
    page.get_by_role("link", name="我的提醒").click()
    page.get_by_label("邮箱").fill("shen@example.com")
    page.get_by_role("button", name="取验证码").click()
    expect(page.get_by_label("验证码")).to_be_visible()
    [code] = re.findall(r"验证码：(\d{6})", mail.outbox[0].body)
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="开启").click()
    expect(page.locator("main")).to_contain_text("上课日7:00发到shen@example.com")
    page.get_by_role("button", name="关闭邮件提醒").click()
    expect(page.get_by_role("button", name="取验证码")).to_be_visible()
