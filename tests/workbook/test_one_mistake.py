"""A mistake planted in the sample is told once, at its cell, and not again by all that points at its row."""

from functools import cache

import pytest

from students.models import Student
from tests.workbook.workbooks import errors, load, sample

pytestmark = pytest.mark.django_db

LAST_DAY = "2026-09-10"  # registers after it are left out: they are many, and mistakes are found without them


@cache
def whole() -> dict:
    sheets = sample()
    for sheet in ("点名", "缺勤"):
        header, *rows = sheets[sheet]
        sheets[sheet] = [header, *(row for row in rows if row[0] <= LAST_DAY)]
    return sheets


@pytest.fixture
def sheets() -> dict:
    return {sheet: [list(row) for row in rows] for sheet, rows in whole().items()}


def plant(sheets: dict, sheet: str, row: int, column: str, value) -> None:
    """Change one cell; ``row`` is Excel's."""
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value"),
    [
        ("学年学期", 2, "学年", "2026"),
        ("学年学期", 2, "开始日期", "2026-09-31"),
        ("学年学期", 2, "结束日期", "2026-08-01"),
        ("行政区划", 2, "级别", "区"),
        ("行政区划", 3, "级别", "镇"),
        ("行政区划", 3, "代码", "62292110100"),
        ("行政区划", 4, "上级代码", "622921999000"),
        ("学校", 2, "学校标识码", "216200001"),
        ("学校", 2, "学校名称", None),
        ("学校", 3, "办学类型", "中学"),
        ("学校", 3, "乡镇代码", "622921101201"),
        ("学校", 4, "规则集", "harsh"),
        ("学校", 4, "点名节次", "1-7"),
        ("班级", 2, "学段", "高中"),
        ("班级", 2, "班主任工号", "T9999"),
        ("班级", 3, "入学年份", "二五"),
        ("教职工", 4, "岗位", "老师"),
        ("教职工", 4, "学校标识码", None),
        ("教职工", 4, "登录名", "t0001"),
        ("校历", 2, "类型", "补课"),
        ("校历", 5, "班号", "999999"),
        ("学生", 5, "姓名", None),
        ("学生", 5, "身份证件号", "622921201909046288"),
        ("学生", 5, "身份证件号", 622921201909046289),
        ("学生", 5, "学籍号", "G622921201909046288"),
        ("学生", 5, "学籍号", 622921201909046289),
        ("学生", 5, "学籍号", "K622921201909046289"),
        ("学生", 5, "出生日期", "2019-09-05"),
        ("学生", 5, "性别", "男"),
        ("学生", 5, "班号", "999999"),
        ("学生", 5, "入学年月", "2026"),
        ("学籍变动", 2, "发生日期", "2026-09-31"),
        ("学籍变动", 2, "变动类型", "病休"),
        ("学籍变动", 9, "班号", None),
        ("学籍变动", 9, "学籍号", 622921201403281919),
        ("学籍变动", 4, "接收确认日期", "2026-09-01"),
        ("请假", 2, "结束日期", "2026-10-01"),
        ("请假", 3, "类型", "旷课"),
        ("点名", 5, "日期", "2026-09-31"),
        ("点名", 5, "节次", "中午"),
        ("缺勤", 5, "节次", "晚自习"),
        ("缺勤", 5, "学籍号", "G622921200002000000"),
        ("缺勤", 5, "类型", "逃课"),
        ("联系记录", 2, "方式", "短信"),
        ("报告", 2, "报告类型", "周报"),
    ],
)
def test_it_is_told_once(sheets, sheet, row, column, value):
    plant(sheets, sheet, row, column, value)
    assert errors(load(sheets)) == [(sheet, row, column)]
    assert not Student.objects.exists()


def test_without_a_mistake_all_is_well(sheets):
    assert load(sheets).succeeded


def test_many_mistakes_are_all_told_in_the_order_of_the_sheets(sheets):
    planted = [
        ("学年学期", 3, "结束日期", "2027-02-30"),
        ("学校", 3, "乡镇代码", "622921101201"),
        ("班级", 2, "学段", "高中"),
        ("教职工", 5, "岗位", "老师"),
        ("学生", 140, "性别", "男女"),
        ("学生", 141, "出生日期", "2010-02-30"),
        ("学籍变动", 4, "接收确认日期", "2026-09-01"),
        ("请假", 2, "结束日期", "2026-10-01"),
        ("点名", 300, "节次", "中午"),
        ("缺勤", 150, "类型", "逃课"),
        ("联系记录", 2, "方式", "短信"),
        ("报告", 2, "报告类型", "周报"),
    ]
    for place in planted:
        plant(sheets, *place)
    order = ["学年学期", "学校", "教职工", "班级", "学生", "学籍变动", "请假", "点名", "缺勤", "联系记录", "报告"]
    expected = sorted([place[:3] for place in planted], key=lambda place: (order.index(place[0]), place[1]))
    assert errors(load(sheets)) == expected


@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [
        ("点名", ["2026-09-06", "2162000001", "202601", "上午"], "日期"),
        ("缺勤", ["2026-09-07", "2162000001", "202601", "晚自习", "G62292120200107150X", "旷课"], "节次"),
        ("缺勤", ["2026-09-07", "2162000001", "202501", "下午", "G62292120200107150X", "旷课"], "学籍号"),
        ("学籍变动", ["2026-10-20", "G622921202004059047", "休学", None, None, None, None], "变动类型"),
    ],
)
def test_a_row_too_many_is_told_once(sheets, sheet, row, column):
    sheets[sheet].append(row)
    assert errors(load(sheets)) == [(sheet, len(sheets[sheet]), column)]
