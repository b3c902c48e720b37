"""Reading the national system's export for 核对."""

from datetime import date
from io import BytesIO

import pytest

from students.comparing import COMPARED
from students.workbook.comparison import NotAnExport, read_export
from tests.workbook.workbooks import identity, xls, xlsx

ROW = {
    "学校标识码": "2100000001",
    "姓名": "高东",
    "性别": "男",
    "出生日期": "20191011",
    "身份证件类型": "居民身份证",
    "身份证件号": identity(1),
    "班号": "202601",
    "民族": "汉族",
    "入学年月": "202609",
}


def read(sheets, make=xlsx):
    file = make(sheets)
    return read_export(file, file.name)


def only(sheets, make=xlsx):
    [child] = read(sheets, make).children
    return child


@pytest.mark.parametrize("make", [xls, xlsx])
@pytest.mark.parametrize("title", ["Sheet1", "学生", "学生基本信息"])
def test_a_child_is_read_whatever_the_sheet_is_called(make, title):
    child = only({title: [ROW]}, make)
    assert (child.school, child.row) == ("2100000001", 2)
    assert child.fields["姓名"] == "高东"
    assert child.fields["出生日期"] == "2019年10月11日"
    assert child.fields["入学年月"] == "2026年9月"


def test_the_header_may_stand_below_a_title_and_carry_stars():
    rows = [["学生信息导出"], [], ["★学校标识码", "姓 名*", "学籍号"], ["2100000001", "高东", "G" + identity(1)]]
    child = only({"Sheet1": rows})
    assert (child.row, child.number) == (4, "G" + identity(1))


@pytest.mark.parametrize(
    ("header", "cell", "words"),
    [
        ("性别", "1", "男"),
        ("性别", "2-女", "女"),
        ("身份证件类型", "1-居民身份证", "居民身份证"),
        ("民族", "01-汉族", "汉族"),
        ("出生日期", date(2019, 10, 11), "2019年10月11日"),
        ("出生日期", "2019年13月1日", "2019年13月1日"),  # what cannot be read is compared as it stands
        ("是否留守儿童", "非留守儿童", "否"),
        ("是否留守儿童", "双亲留守", "是"),
        ("残疾类型", "无残疾", "无"),
        ("随班就读", "是", "是"),
        ("民族", None, ""),
        ("姓名", "=1+1", "=1+1"),
    ],
)
def test_a_cell_is_told_in_our_words(header, cell, words):
    assert only({"Sheet1": [ROW | {header: cell}]}, xls).fields[header] == words


def test_an_identity_number_stored_as_a_number_is_compared_as_it_stands():
    child = only({"Sheet1": [ROW | {"身份证件号": 6.299012019101101e17}]}, xls)
    assert child.identity.isdigit()


def test_only_the_columns_that_are_there_are_compared():
    headers = read({"Sheet1": [ROW]}).headers
    assert headers == [header for header in COMPARED if header in ROW]


def test_blank_rows_are_no_children_and_other_sheets_are_left_alone():
    blank = dict.fromkeys(ROW)
    export = read({"说明": [["填表说明"]], "Sheet1": [ROW, blank, ROW | {"姓名": "高西"}]})
    assert [(child.row, child.fields["姓名"]) for child in export.children] == [(2, "高东"), (4, "高西")]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"Sheet1": [["姓名", "性别"], ["高东", "男"]]}, "文件里没有找到学生名单，没有核对"),
        ({"Sheet1": [["学校标识码", "姓名"], ["2100000001", "高东"]]}, "以及“学籍号”或“身份证件号”"),
        ({"Sheet1": [list(ROW)]}, "只有表头，没有学生，没有核对"),
        ({"Sheet1": []}, "文件里没有找到学生名单"),
    ],
)
def test_what_is_no_export_is_refused_in_words(sheets, said):
    with pytest.raises(NotAnExport, match=said):
        read(sheets)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04broken", b"hello", b"<html><table></table></html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_said_of_writing(content):
    with pytest.raises(NotAnExport, match="没有核对") as refused:
        read_export(BytesIO(content), "x.xls")
    assert "写入" not in str(refused.value)
