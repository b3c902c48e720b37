"""The copy with every mistake marked in its cell: the same values, re-importable after mending, never a formula."""

from datetime import date, datetime, time
from io import BytesIO

import openpyxl
import pytest

from students.models import Student
from students.workbook.marked import write_marked
from students.workbook.read import open_workbook
from tests.workbook.workbooks import child, counts, errors, load, places, table, xls, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    assert load(places()).succeeded


def marked(file, *, only=None):
    """The copy of a file after a rehearsal, opened; and its bytes."""
    content = file.getvalue()
    outcome = load(named(content, file.name), dry_run=True)
    assert outcome.problems
    copy, book = BytesIO(), open_workbook(named(content, file.name), file.name)
    write_marked(copy, book, outcome.report, outcome.problems, ["说明文字"], only=only)
    book.close()
    return openpyxl.load_workbook(BytesIO(copy.getvalue())), copy.getvalue()


def named(content: bytes, name="副本.xlsx") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def is_red(cell) -> bool:
    return cell.fill.patternType == "solid"


def test_a_wrong_cell_is_red_with_a_note_and_the_row_says_why_at_its_end():
    book, _ = marked(xlsx({"学生": [child(1), child(2, 性别="无")]}))
    sheet = book["学生"]
    header = [cell.value for cell in sheet[1]]
    wrong = sheet.cell(3, header.index("性别") + 1)
    assert is_red(wrong)
    assert wrong.value == "无"
    assert "请从“男、女”中选一个" in wrong.comment.text
    assert header[-1] == "错误说明"
    assert sheet.cell(3, len(header)).value.startswith("“性别”：不在可填的内容里")
    assert not any(is_red(cell) or cell.comment for cell in sheet[2])
    assert [cell.value for cell in book["说明"]["A"]] == ["说明文字"]


def test_a_blank_cell_that_must_be_filled_in_is_marked_too():
    book, _ = marked(xlsx({"学生": [child(1), child(2, 姓名=None)]}))
    assert [cell.coordinate for row in book["学生"] for cell in row if cell.comment] == ["D3"]


def test_values_keep_their_kind():
    rows = table([child(1), child(2, 性别="无", 出生日期=date(2019, 10, 11), 班内学号=7, 是否孤儿=False)])
    book, _ = marked(xlsx({"学生": rows}))
    row = dict(zip(rows[0], (cell.value for cell in book["学生"][3]), strict=False))
    assert row["出生日期"] == datetime(2019, 10, 11)
    assert row["班内学号"] == 7
    assert row["是否孤儿"] is False
    assert row["身份证件号"] == child(2)["身份证件号"]
    assert book["学生"]["B2"].data_type == "s"


def test_an_old_file_comes_back_as_a_new_one_with_its_dates():
    book, content = marked(xls({"sheet1": [["标题"], *table([child(1, 性别="无", 出生日期=date(2019, 10, 11))])]}))
    sheet = book["sheet1"]
    assert sheet["A1"].value == "标题"
    assert sheet["F3"].value == datetime(2019, 10, 11)
    assert errors(load(named(content))) == [("学生", 3, "性别")]


def test_a_time_of_day_stays_one():
    sheets = {
        "点名": [["日期", "学校标识码", "班号", "节次", "点名时间"], ["坏", "2100000001", "202601", "上午", time(8, 5)]]
    }
    book, _ = marked(xlsx(sheets))
    assert book["点名"]["E2"].value == time(8, 5)


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "http://例.com", "0012"])
def test_a_text_of_a_user_never_becomes_a_formula_a_link_or_a_number(text):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "学生"
    for row in table([child(1, 性别="无", 现住址="x")]):
        sheet.append(row)
    sheet.cell(2, 10).value = text
    sheet.cell(2, 10).data_type = "s"
    file = BytesIO()
    book.save(file)
    copy, _ = marked(named(file.getvalue(), "怪.xlsx"))
    cell = copy["学生"].cell(2, 10)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_mended_it_can_be_imported_as_it_is():
    book, content = marked(xlsx({"学生": [child(1), child(2, 性别="无")]}))
    sheet = book["学生"]
    sheet["E3"].value = "男"
    mended = BytesIO()
    book.save(mended)
    assert errors(load(named(content))) == [("学生", 3, "性别")]
    assert counts(load(named(mended.getvalue())), "学生") == (2, 0, 0)
    assert not any("错误说明" in student.extra for student in Student.objects.all())


def test_marked_again_it_has_one_column_of_mistakes_and_one_page_of_notes():
    _, content = marked(xlsx({"学生": [child(1), child(2, 性别="无")]}))
    again, _ = marked(named(content, "副本.xlsx"))
    assert [cell.value for cell in again["学生"][1]].count("错误说明") == 1
    assert again.sheetnames == ["说明", "学生"]


def test_only_the_rows_left_stay_below_titles_and_header():
    rows = [["标题"], *table([child(1), child(2, 性别="无"), child(3)])]
    book, content = marked(
        xlsx({"学生": rows, "请假": [["学籍号", "开始日期", "结束日期", "类型"]]}), only={"学生": {4}}
    )
    assert book.sheetnames == ["说明", "学生"]
    assert [row[3].value for row in book["学生"].iter_rows(min_row=2)] == ["姓名", "高东"]
    assert errors(load(named(content))) == [("学生", 3, "性别")]


def test_hidden_lists_stay_hidden_and_strange_titles_do_no_harm():
    source = openpyxl.Workbook()
    source.active.title = "学生"
    for row in table([child(1, 性别="无")]):
        source.active.append(row)
    source.create_sheet("选项").append(["男"])
    source["选项"].sheet_state = "hidden"
    file = BytesIO()
    source.save(file)
    copy, _ = marked(named(file.getvalue()))
    assert copy["选项"].sheet_state == "hidden"


def test_very_many_mistakes_are_all_in_the_column_though_not_all_in_notes(monkeypatch):
    monkeypatch.setattr("students.workbook.marked.MOST_NOTES", 3)
    book, _ = marked(xlsx({"学生": [child(serial, 性别="无") for serial in range(1, 7)]}))
    cells = [cell for row in book["学生"].iter_rows(min_row=2) for cell in row]
    assert sum(cell.comment is not None for cell in cells) == 3
    assert sum(isinstance(cell.value, str) and cell.value.startswith("“性别”") for cell in cells) == 6
