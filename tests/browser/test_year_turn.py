"""The year turns at a primary school, and the junior school receives the class."""

import pytest
import time_machine
from playwright.sync_api import expect

from students.actions import year_turn as turns
from students.models import Enrolment, HandOver, Role, YearTurn
from students.queries.year_turn import outcome_of
from tests import cast
from tests.browser.conftest import PHONE
from tests.scene import MONDAY, at
from tests.students.cohorts import FIRST, YEAR, Primary


@pytest.fixture
def primary(transactional_db):
    with time_machine.travel(at(MONDAY), tick=True):
        yield Primary()


def test_a_clerk_plans_looks_carries_out_and_takes_back(desktop, sign_in, primary):
    page = desktop
    sign_in(page, primary.clerk.username, cast.PASSWORD)
    page.goto("/year-turn/")
    page.get_by_role("button", name="制定计划").click()
    expect(page.get_by_role("rowheader", name="2020级1班")).to_be_visible()
    page.get_by_role("link", name="添加学生").click()
    page.get_by_role("searchbox").fill("gd")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="选去向").click()
    page.get_by_label("去向").select_option(label="留级：三年级 2024级1班")
    page.get_by_role("button", name="保存去向").click()
    expect(page.get_by_text("2023级1班 → 2024级1班")).to_be_visible()
    page.get_by_role("link", name="预览名单").click()
    expect(page.get_by_role("rowheader", name="陈子宁")).to_be_visible()
    page.get_by_role("button", name="按名单执行").click()
    expect(page.get_by_text("学年交替已执行")).to_be_visible()
    assert Enrolment.objects.on(FIRST).filter(school_class=primary.second).count() == 1
    page.get_by_role("link", name="撤回").click()
    page.get_by_role("button", name="撤回执行").click()
    expect(page.get_by_text("已撤回，学生都回到原来的班")).to_be_visible()
    assert not Enrolment.objects.on(FIRST).filter(school_class=primary.second).exists()
    assert YearTurn.objects.get(taken_back_at=None).children.count() == 1


def test_the_junior_school_receives_the_class_but_one(open_page, sign_in, primary):
    planned = turns.begin(by=primary.clerk, school=primary.school, school_year=YEAR)
    turns.carry_out(by=primary.clerk, year_turn=planned, seen=outcome_of(planned).mark, today=MONDAY)
    room = cast.school_class(primary.junior, "202601", stage="junior")
    clerk = cast.person("苏远", role=Role.REGISTRY_CLERK, school=primary.junior)
    page = open_page(**PHONE)
    sign_in(page, clerk.username, cast.PASSWORD)
    page.goto("/hand-overs/")
    page.get_by_role("link", name="东坪小学 2020级1班").click()
    page.get_by_role("link", name="登记", exact=True).first.click()
    page.get_by_label("未到校").check()
    page.get_by_label("去向").fill("家长电话不通")
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_text("已登记为“未到校”")).to_be_visible()
    page.get_by_label("分到班级").select_option(label="2026级1班")
    page.get_by_role("button", name="全部已报到").click()
    expect(page.get_by_text("已登记1人报到入学")).to_be_visible()
    states = HandOver.objects.get().children.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["missing", "arrived"]
    assert Enrolment.objects.on(FIRST).filter(school_class=room).count() == 1
