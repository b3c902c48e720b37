"""The empty template: made from the columns that the import reads, so whoever fills it in is understood."""

from io import BytesIO

import openpyxl
import pytest

from casework.workbook import SHEETS, sheets_for
from students.workbook.template import write_template
from tests.workbook.workbooks import child, counts, load, places

pytestmark = pytest.mark.django_db


def written(sheets=SHEETS):
    file = BytesIO()
    write_template(file, sheets)
    return openpyxl.load_workbook(BytesIO(file.getvalue()))


def saved(book) -> BytesIO:
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "模板.xlsx"
    return file


def test_every_sheet_is_there_with_every_column_and_its_star():
    book = written()
    assert book.sheetnames == ["说明", *(sheet.name for sheet in SHEETS)]
    for sheet in SHEETS:
        header = [cell.value for cell in book[sheet.name][1]]
        assert header == [column.header + "★" * column.required for column in sheet.offered_columns()]


def test_every_column_says_how_it_is_written():
    for sheet in written().worksheets[1:]:
        for cell in sheet[1]:
            assert f"{cell.value.rstrip('★')}：" in cell.comment.text
            assert ("必填" if cell.value.endswith("★") else "选填") in cell.comment.text
            assert "写法：" in cell.comment.text


def test_a_few_words_to_choose_from_come_as_a_list():
    lists = {str(found.sqref): found.formula1 for found in written()["请假"].data_validations.dataValidation}
    assert lists == {"D2:D5001": '"事假,病假,公假"'}


def test_numbers_and_dates_are_text_so_that_excel_changes_nothing():
    sheet = written()["学生"]
    spans = sheet.column_dimensions.values()  # neighbours of one kind share one
    formats = {
        cell.value.rstrip("★"): next(span.number_format for span in spans if span.min <= cell.column <= span.max)
        for cell in sheet[1]
    }
    assert {formats[name] for name in ("学籍号", "身份证件号", "入学年月", "出生日期", "成员1联系电话")} == {"@"}


def test_the_clerk_s_holds_what_a_school_may_import():
    assert written(sheets_for(frozenset({1}))).sheetnames == ["说明", "学生", "学籍变动", "请假"]


def test_empty_it_changes_nothing_and_filled_in_it_is_imported():
    book = written()
    assert load(saved(book)).succeeded
    load(places())
    sheet = book["学生"]
    header = [cell.value.rstrip("★") for cell in sheet[1]]
    row = child(1)
    sheet.append([row.get(name) for name in header])
    assert counts(load(saved(book)), "学生") == (1, 0, 0)
