"""The clerk finds children, narrows the list down and takes it out as a file; the teacher finds one on a phone."""

from io import BytesIO

import openpyxl
from playwright.sync_api import expect

from students.models import SpecialGroup
from tests import cast
from tests.browser.classroom import classroom

__all__ = ["classroom"]


def names(page):
    return page.locator("tbody .lead a")


def test_the_clerk_finds_narrows_down_and_takes_the_list_out(desktop, classroom, sign_in, expected_console_errors):
    expected_console_errors.append("status of 422")  # full numbers without a reason
    first, second, *_ = classroom.children
    SpecialGroup.objects.create(student=second, kind="orphan", since=cast.FIRST_DAY)
    sign_in(desktop, classroom.clerk.username, cast.PASSWORD)
    desktop.goto("/students/")
    expect(names(desktop)).to_have_count(len(classroom.children))
    desktop.locator("[name=q]").fill(first.id_number[-4:])
    desktop.get_by_role("button", name="查找").click()
    expect(names(desktop)).to_have_text([first.name])
    desktop.get_by_role("link", name="查找学生").click()  # the chip clears it
    expect(names(desktop)).to_have_count(len(classroom.children))
    desktop.wait_for_load_state()  # a choice sends itself once the scripts are there
    desktop.get_by_label("特殊群体").select_option("孤儿")
    expect(names(desktop)).to_have_text([second.name])

    desktop.get_by_role("link", name="导出名单").click()
    expect(desktop.locator("main")).to_contain_text("特殊群体：孤儿")
    desktop.get_by_label("显示完整号码").check()
    desktop.get_by_role("button", name="导出文件").click()
    expect(desktop.locator("main")).to_contain_text("显示完整号码要写明用途")
    desktop.get_by_label("用途").fill("资助中心核对")
    with desktop.expect_download() as download:
        desktop.get_by_role("button", name="导出文件").click()
    assert download.value.suggested_filename.startswith("学生名单（")
    with open(download.value.path(), "rb") as file:
        sheet = openpyxl.load_workbook(BytesIO(file.read())).active
    cells = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {second.name, second.student_number} <= cells
    assert first.name not in cells


def test_the_teacher_finds_a_child_on_the_telephone(page, classroom, sign_in):
    child = classroom.children[0]
    sign_in(page, classroom.teacher.username, cast.PASSWORD)
    page.goto("/students/")
    page.locator("[name=q]").fill(child.name[1:])
    page.locator(".filter-go").tap()
    expect(names(page).first).to_have_text(child.name)
    names(page).first.tap()
    expect(page.locator("h1")).to_contain_text(child.name)
