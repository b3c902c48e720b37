"""A case 个案 in the browser: a concern in three taps, an old page that is told what is new, 销号 by the bureau."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from casework.actions import cases
from casework.models import Case, ConcernReport
from casework.steps import CaseStep, Concern
from students.models import Role
from tests import cast
from tests.browser.classroom import Taps, busy, classroom
from tests.scene import MONDAY
from tests.students.papers import picture

__all__ = ["busy", "classroom"]


@pytest.fixture
def subject(classroom):
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=classroom.school_class)


def test_a_concern_takes_three_taps_and_can_be_taken_back(page, classroom, subject, sign_in):
    sign_in(page, subject.username, cast.PASSWORD)
    child, taps = classroom.children[3], Taps()
    taps(page.get_by_role("link", name="报预警"))
    taps(page.get_by_role("link", name=child.name))
    taps(page.get_by_role("button", name="厌学"))
    expect(page.get_by_role("status")).to_contain_text(f"已报预警：{child.name}厌学")
    assert taps.count == 3
    assert Case.objects.get().stage == "watch"
    page.get_by_role("button", name="撤销").tap()
    expect(page.locator(".toast")).to_contain_text("已撤回预警")
    assert ConcernReport.objects.get().cancelled_by == subject
    assert Case.objects.get().outcome == "false_alarm"


def test_an_old_page_is_told_what_is_new_and_keeps_what_was_typed(page, busy, sign_in, expected_console_errors):
    expected_console_errors.append("status of 409")
    case = Case.objects.get()
    sign_in(page, busy.teacher.username, cast.PASSWORD)
    page.goto(reverse("casework:plan_case", args=[case.pk]))
    page.get_by_label("说明").fill("周五我先去一趟")
    cases.plan(
        by=busy.clerk, scope=cast.scope(busy.clerk), case=case, step=CaseStep.PERSUADE, on=MONDAY, note="教务处去劝",
        version=case.version, today=MONDAY,
    )  # fmt: skip
    page.get_by_role("button", name="安排").tap()
    expect(page.get_by_role("alert")).to_contain_text("有了新的记录，没有保存")
    expect(page.locator(".timeline")).to_contain_text("教务处去劝")
    expect(page.get_by_label("说明")).to_have_value("周五我先去一趟")
    page.get_by_role("button", name="安排").tap()
    expect(page.get_by_role("status")).to_contain_text("已安排")
    assert Case.objects.get().plan_note == "周五我先去一趟"


def test_the_bureau_closes_a_case_with_a_paper(desktop, busy, sign_in):
    paper = picture("证明.jpg")
    case = cases.raise_concern(
        by=busy.teacher, scope=cast.scope(busy.teacher), student=busy.children[3], concern=Concern.WEARY, note="",
        today=MONDAY,
    )  # fmt: skip
    sign_in(desktop, busy.bureau.username, cast.PASSWORD)
    desktop.goto(reverse("casework:case", args=[case.pk]))
    desktop.get_by_role("link", name="销号").click()
    desktop.get_by_label("关注解除").check()
    desktop.get_by_label("佐证材料").set_input_files(
        {"name": "证明.jpg", "mimeType": "image/jpeg", "buffer": paper.read()}
    )
    desktop.get_by_label("说明").fill("谈过三次，孩子安心上课")
    desktop.get_by_role("button", name="销号").click()
    expect(desktop.get_by_role("status")).to_contain_text("已销号")
    expect(desktop.locator("#next")).to_contain_text("关注解除")
    assert Case.objects.get(pk=case.pk).closed_by == busy.bureau
