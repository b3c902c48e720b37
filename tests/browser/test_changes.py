"""The handshake between two schools, and a suspension from the request to the township's approval."""

import pytest
from playwright.sync_api import expect

from students.models import Enrolment, Role, SchoolClass, Suspension, Transfer
from tests import cast
from tests.browser.classroom import classroom
from tests.students.papers import picture

__all__ = ["classroom"]


@pytest.fixture
def far(classroom) -> SchoolClass:
    return cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")))


def test_two_clerks_hand_a_child_over(desktop, open_page, classroom, far, sign_in):
    child = classroom.children[0]
    cast.person("罗芳", username="luofang", role=Role.REGISTRY_CLERK, school=far.school)
    sign_in(desktop, classroom.clerk.username, cast.PASSWORD)
    desktop.goto(f"/students/{child.pk}/changes/")
    desktop.locator("#record").get_by_role("link", name="转出").click()
    desktop.get_by_label("县内转入学校").fill("西岭小学（西岭镇）")
    desktop.get_by_role("button", name="登记转出").click()
    expect(desktop.get_by_role("status")).to_contain_text(f"已登记转出：{child.name}，2026年9月7日。")
    expect(desktop.locator("main")).to_contain_text("未确认接收")
    expect(desktop.locator("main")).to_contain_text("变动报告")

    phone = open_page(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    sign_in(phone, "luofang", cast.PASSWORD)
    phone.goto("/transfers/")
    expect(phone.locator("tbody tr")).to_contain_text(child.name)
    phone.get_by_role("link", name="办理").tap()
    expect(phone.locator("main")).to_contain_text("2014年生")
    phone.get_by_label("进入班级").select_option(label=str(far))
    phone.get_by_role("button", name="接收这名学生").tap()
    expect(phone.get_by_role("status")).to_contain_text(f"已接收，2026年9月7日起在{far}。")
    assert Transfer.objects.get().answer == "accepted"
    assert Enrolment.objects.get(student=child, until=None).school_class == far
    desktop.reload()
    expect(desktop.locator("main")).to_contain_text("已确认接收")


def test_a_suspension_is_asked_for_with_a_certificate_and_approved_by_the_township(
    desktop, page, classroom, sign_in, expected_console_errors
):
    expected_console_errors.append("status of 422")
    child = classroom.children[1]
    officer = cast.person("任平", role=Role.TOWNSHIP_OFFICER, township=classroom.school.township)
    sign_in(desktop, classroom.clerk.username, cast.PASSWORD)
    desktop.goto(f"/students/{child.pk}/changes/")
    desktop.locator("#record").get_by_role("link", name="休学").click()
    desktop.get_by_text("伤病").click()
    desktop.get_by_label("情况说明").fill("右腿骨折，需休养三个月")
    desktop.get_by_label("休学期满日期").fill("2026-12-07")
    content = picture().read()
    desktop.get_by_label("医院证明").set_input_files({"name": "证明.jpg", "mimeType": "image/jpeg", "buffer": content})
    desktop.get_by_role("button", name="提交申请").click()
    expect(desktop.get_by_role("status")).to_contain_text("休学申请已提交，等待审批。")

    sign_in(page, officer.username, cast.PASSWORD)
    page.goto("/suspensions/")
    page.locator("tbody tr").get_by_role("link", name="查看").tap()
    expect(page.get_by_role("link", name="变动证明（JPEG图片）")).to_be_visible()
    page.get_by_role("button", name="批准休学").tap()
    expect(page.get_by_role("alert")).to_contain_text("请填写批准文号")
    page.get_by_label("批准文号").fill("东政教〔2026〕5号")
    page.get_by_role("button", name="批准休学").tap()
    expect(page.get_by_role("status")).to_contain_text("已批准，休学已登记。")
    assert Suspension.objects.get().event.kind == "suspend"
    assert Enrolment.objects.get(student=child, until=None).standing == "suspended"
