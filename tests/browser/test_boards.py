"""What the principal, the clerk and the county see first."""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from students.models import Person
from tests import cast
from tests.browser.classroom import busy, classroom
from tests.scene import MONDAY, at

__all__ = ["busy", "classroom"]


@pytest.fixture
def afternoon(busy):
    """Monday, 14:10: the registers of the afternoon are waited for."""
    with time_machine.travel(at(MONDAY, 14, 10), tick=True):
        yield


@pytest.mark.usefixtures("afternoon")
def test_the_principal_sees_what_is_missing_who_is_out_and_who_owes_what(page, busy, sign_in):
    sign_in(page, busy.principal.username, cast.PASSWORD)
    stats = page.locator(".stat")
    expect(stats.filter(has_text="到现在应点名")).to_contain_text("2次")
    expect(stats.filter(has_text="还没点名")).to_contain_text("1次")
    expect(page.locator("#missing tbody tr")).to_have_count(1)
    expect(page.locator("#missing tbody tr")).to_contain_text("下午")
    expect(page.locator("#missing tbody tr")).to_contain_text("沈明")
    expect(page.locator("#out tbody tr").first).to_contain_text(busy.children[0].name)
    duties = stats.filter(has_text="待办")
    number = re.search(r"\d+", duties.inner_text())[0]
    duties.tap()
    expect(page.locator(".duty")).to_have_count(int(number))


@pytest.mark.usefixtures("afternoon")
def test_the_principal_looks_at_a_register_and_cannot_take_it(page, busy, sign_in):
    sign_in(page, busy.principal.username, cast.PASSWORD)
    page.locator("#missing").get_by_role("link", name="下午").tap()
    expect(page.locator("main")).to_contain_text("不负责它的点名")
    expect(page.locator("[data-submit]")).to_have_count(0)


def test_the_clerk_resets_a_password_and_the_slip_shows_it(desktop, busy, sign_in, open_page):
    sign_in(desktop, busy.clerk.username, cast.PASSWORD)
    desktop.locator(".who summary").click()
    desktop.get_by_role("link", name="账号").click()
    desktop.get_by_role("row", name="沈明").get_by_role("link", name="重置密码").click()
    desktop.get_by_role("button", name="重置并显示密码条").click()
    password = desktop.locator("strong.code").inner_text()
    assert Person.objects.get(pk=busy.teacher.pk).check_password(password)
    phone = open_page()
    sign_in(phone, busy.teacher.username, password)
    expect(phone.get_by_role("heading", level=1)).to_have_text("先换成自己的密码")


def test_the_county_sees_the_schools_side_by_side(desktop, busy, sign_in):
    sign_in(desktop, busy.bureau.username, cast.PASSWORD)
    row = desktop.get_by_role("row", name="东坪小学").first
    expect(row).to_contain_text("东坪小学")
    expect(row.get_by_role("cell").first).to_have_text("1")


def test_a_filter_takes_effect_when_it_is_chosen_and_can_be_cleared(desktop, busy, sign_in):
    sign_in(desktop, busy.clerk.username, cast.PASSWORD)
    desktop.goto("/duties/")
    everything = desktop.locator(".duty").count()
    desktop.get_by_label("种类").select_option("缺课报告")
    expect(desktop.locator(".duty")).to_have_count(1)
    desktop.get_by_role("link", name="种类：缺课报告").click()
    expect(desktop.locator(".duty")).to_have_count(everything)
