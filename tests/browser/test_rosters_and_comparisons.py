"""A ledger is taken out with a reason; the national system's export is compared and a difference settled."""

import openpyxl
from playwright.sync_api import expect

from students.models import AuditRow, Difference
from tests import cast
from tests.browser.classroom import busy, classroom
from tests.national_export import exported
from tests.scene import PHONE
from tests.workbook.workbooks import xls

__all__ = ["busy", "classroom"]


def test_the_clerk_takes_out_a_ledger_with_full_numbers_for_a_reason(desktop, busy, sign_in, expected_console_errors):
    expected_console_errors.append("status of 422")  # exported without a reason first
    sign_in(desktop, busy.clerk.username, cast.PASSWORD)
    desktop.goto("/rosters/")
    desktop.get_by_role("link", name="疑似辍学台账").click()
    expect(desktop.get_by_role("row", name=busy.children[0].name)).to_contain_text("139****1234")
    desktop.get_by_role("link", name="导出").click()
    desktop.get_by_label("显示完整号码").check()
    desktop.get_by_role("button", name="导出文件").click()
    expect(desktop.get_by_role("alert")).to_contain_text("显示完整号码要写明用途")
    desktop.get_by_label("用途").fill("县教育局核对台账")
    with desktop.expect_download() as download:
        desktop.get_by_role("button", name="导出文件").click()
    assert download.value.suggested_filename == "疑似辍学台账（2026年9月7日）.xlsx"
    with download.value.path().open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
    assert PHONE in {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert AuditRow.objects.get(action="table.export").details["reveal"] == "县教育局核对台账"


def test_the_clerk_compares_with_the_national_system_and_settles_a_difference(page, busy, sign_in, tmp_path):
    first, *others = busy.children
    path = tmp_path / "导出.xls"
    path.write_bytes(xls({"Sheet1": [exported(first, 姓名="别名"), *map(exported, others)]}).read())
    sign_in(page, busy.clerk.username, cast.PASSWORD)
    page.goto("/comparisons/")
    page.get_by_label("全国学籍系统导出的学生表").set_input_files(path)
    page.get_by_role("button", name="开始核对").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对结果")
    expect(page.get_by_role("link", name="信息不一致 1")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="处理", exact=True).tap()
    page.get_by_label("处理说明").fill("已在全国系统改正")
    page.get_by_role("button", name="登记处理").tap()
    page.get_by_role("link", name="已处理 1").tap()
    expect(page.locator("tbody tr")).to_contain_text("已在全国系统改正（何静")
    assert Difference.objects.get().settled_by == busy.clerk
