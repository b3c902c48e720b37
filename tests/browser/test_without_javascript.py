"""The same work in a browser without JavaScript: slower, never impossible."""

import pytest
from playwright.sync_api import expect

from casework.models import Contact
from students.models import AbsenceMark, RollCall
from tests import cast
from tests.browser.classroom import busy, classroom

__all__ = ["busy", "classroom"]


@pytest.fixture
def page(open_page):
    """A phone whose browser runs no script."""
    return open_page(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, java_script_enabled=False)


def test_a_register_is_taken_and_taken_back(page, classroom, sign_in):
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.get_by_role("link", name="点名").first.tap()
    first, second = classroom.children[:2]
    page.locator(f"[name=mark-{first.pk}]").select_option("旷课")
    page.locator(f"[name=mark-{second.pk}]").select_option("迟到")
    page.get_by_role("button", name="提交考勤").tap()
    expect(page.locator(".toast")).to_contain_text("缺1人")
    assert dict(AbsenceMark.objects.values_list("student", "kind")) == {first.pk: "unexcused", second.pk: "late"}
    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".toast")).to_contain_text("已撤销这次提交")
    assert not RollCall.objects.exists()


def test_a_contact_is_written_down(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.locator(".duty", has_text=busy.children[2].name).get_by_role("link", name="记录").tap()
    page.get_by_label("家访", exact=True).check()
    page.get_by_label("承诺返校", exact=True).check()
    page.get_by_label("答应哪天返校").fill("2026-09-08")
    page.get_by_label("谈话内容").fill("见到奶奶")
    page.get_by_role("button", name="保存联系记录").tap()
    expect(page.locator(".toast")).to_contain_text("已记录家访")
    contact = Contact.objects.get()
    assert (contact.method, contact.result) == ("home_visit", "已联系上，承诺返校。见到奶奶")


def test_a_list_is_searched_and_filtered(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto("/duties/")
    page.get_by_label("查找学生").fill(busy.children[2].name)
    page.get_by_role("button", name="查找").tap()
    expect(page.locator(".duty")).to_have_count(1)


def test_one_leaves_by_the_menu(page, busy, sign_in):
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.locator(".who summary").tap()
    page.get_by_role("button", name="退出").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
