"""导入工作簿 in a real browser: a good file from upload to confirmation, a bad one to its marked copy and good rows."""

import re
from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import expect

from students.models import Student
from tests import cast
from tests.browser.classroom import classroom
from tests.workbook.workbooks import child, xlsx

__all__ = ["classroom"]


@pytest.fixture
def send(classroom, sign_in):
    """Uploads rows of 学生 as the clerk of the school."""

    def send(page, *rows):
        place = {"学校标识码": classroom.school.code, "班号": classroom.school_class.number, "入学年月": "202509"}
        content = xlsx({"学生": [row | place for row in rows]}).getvalue()
        if "/imports/" not in page.url:
            sign_in(page, classroom.clerk.username, cast.PASSWORD)
        page.goto("/imports/")
        page.get_by_label("工作簿").set_input_files(
            {"name": "新生.xlsx", "mimeType": "application/x", "buffer": content}
        )
        page.get_by_role("button", name="上传并检查").click()
        expect(page).to_have_url(re.compile(r"/imports/\d+/"))

    return send


def test_a_workbook_is_uploaded_looked_at_and_confirmed_on_a_phone(page, classroom, send):
    send(page, child(1, "贺兰"))
    expect(page.locator("main")).to_contain_text("检查通过：共1行")
    page.locator("main").get_by_role("link", name="学生").click()
    expect(page.get_by_role("row", name="贺兰")).to_contain_text("新增")
    page.get_by_role("button", name="确认写入").click()
    expect(page.locator("main")).to_contain_text("已写入1行")
    assert Student.objects.filter(name="贺兰").exists()


def test_of_a_bad_one_the_copy_says_why_and_the_good_rows_go_in(desktop, classroom, send):
    send(desktop, child(1, "贺兰"), child(2, "单于晴", 性别="无"))
    expect(desktop.get_by_role("row", name="不在可填的内容里")).to_contain_text("第3行")
    with desktop.expect_download() as download:
        desktop.get_by_role("link", name="下载标出错误的副本").click()
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    assert book["学生"].cell(3, 5).comment.text.startswith("不在可填的内容里")
    desktop.get_by_role("button", name="写入没有错误的行").click()
    expect(desktop.locator("main")).to_contain_text("留下1行没有写入")
    assert Student.objects.filter(name="贺兰").exists()
    assert not Student.objects.filter(name="单于晴").exists()
    book["学生"].cell(3, 5).value = "男"
    mended = BytesIO()
    book.save(mended)
    desktop.goto("/imports/")
    desktop.get_by_label("工作簿").set_input_files(
        {"name": "改好.xlsx", "mimeType": "application/x", "buffer": mended.getvalue()}
    )
    desktop.get_by_role("button", name="上传并检查").click()
    desktop.get_by_role("button", name="确认写入").click()
    expect(desktop.locator("main")).to_contain_text("已写入2行，其中新增或更新1行")
    assert Student.objects.filter(name="单于晴").exists()


def test_it_works_without_javascript(open_page, classroom, send):
    page = open_page(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    send(page, child(1, "贺兰"))
    page.get_by_role("button", name="确认写入").click()
    expect(page.locator("main")).to_contain_text("已写入1行")
