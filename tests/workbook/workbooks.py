"""Builds workbooks for tests from plain rows, and imports them."""

from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import xlwt

from casework.workbook import import_workbooks
from students.identity import check_character

TODAY = date(2026, 11, 20)
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "township.xlsx"

Sheets = dict[str, list]  # sheet → rows: lists with the header first, or dicts by header

COUNTY, TOWNSHIP, VILLAGE = "629901000000", "629901101000", "629901101201"
SCHOOL, OTHER_SCHOOL = "2100000001", "2100000002"


def identity(serial: int = 1, born: date = date(2019, 10, 11), sex: str = "男") -> str:
    """A valid identity number of a region that does not exist."""
    first_seventeen = f"629901{born:%Y%m%d}{serial * 2 + (sex == '男'):03d}"
    return first_seventeen + check_character(first_seventeen)


def child(serial: int = 1, name: str = "高东", **columns) -> dict:
    """A row of 学生; ``serial`` makes the numbers. A column given as None is left blank."""
    number = identity(serial)
    row = {
        "学校标识码": SCHOOL,
        "班号": "202601",
        "学籍号": f"G{number}",
        "姓名": name,
        "性别": "男",
        "出生日期": "2019-10-11",
        "身份证件类型": "居民身份证",
        "身份证件号": number,
        "入学年月": "202609",
    }
    return row | columns


def number(serial: int = 1) -> str:
    """The 学籍号 of ``child(serial)``."""
    return f"G{identity(serial)}"


def event(day: str, kind: str, serial: int = 1, **columns) -> dict:
    """A row of 学籍变动."""
    return {"发生日期": day, "学籍号": number(serial), "变动类型": kind} | columns


def roll_call(day: str, slot: str = "上午", **columns) -> dict:
    """A row of 点名."""
    return {"日期": day, "学校标识码": SCHOOL, "班号": "202601", "节次": slot} | columns


def absence(day: str, serial: int = 1, kind: str = "旷课", slot: str = "上午", **columns) -> dict:
    """A row of 缺勤."""
    return roll_call(day, slot) | {"学籍号": number(serial), "类型": kind} | columns


def places() -> Sheets:
    """A county with a township, two schools, three classes and four members of staff; no children."""
    return {
        "学年学期": [
            {"学年": "2026-2027", "学期": "第一学期", "开始日期": "2026-09-01", "结束日期": "2027-01-22"},
            {"学年": "2026-2027", "学期": "第二学期", "开始日期": "2027-03-01", "结束日期": "2027-07-09"},
        ],
        "行政区划": [
            {"代码": COUNTY, "名称": "云岭县", "级别": "县"},
            {"代码": TOWNSHIP, "名称": "东坪镇", "级别": "乡镇", "上级代码": COUNTY},
            {"代码": VILLAGE, "名称": "甲东村", "级别": "村", "上级代码": TOWNSHIP},
        ],
        "学校": [
            {
                "学校标识码": SCHOOL,
                "学校名称": "东坪小学",
                "办学类型": "小学",
                "乡镇代码": TOWNSHIP,
                "规则集": "standard",
            },
            {
                "学校标识码": OTHER_SCHOOL,
                "学校名称": "西坪小学",
                "办学类型": "小学",
                "乡镇代码": TOWNSHIP,
                "规则集": "strict",
            },
        ],
        "班级": [
            school_class("202601", 班主任工号="T1"),
            school_class("202602"),
            school_class("202601", 学校标识码=OTHER_SCHOOL),
        ],
        "教职工": [
            {"工号": "T1", "姓名": "沈明", "岗位": "班主任", "学校标识码": SCHOOL},
            {"工号": "T2", "姓名": "许兰", "岗位": "科任教师", "学校标识码": SCHOOL},
            {"工号": "X1", "姓名": "赵文", "岗位": "乡镇干部", "乡镇代码": TOWNSHIP},
            {"工号": "B1", "姓名": "马国强", "岗位": "县教育局"},
        ],
    }


def school_class(class_number: str, **columns) -> dict:
    """A row of 班级."""
    row = {
        "学校标识码": SCHOOL,
        "班号": class_number,
        "班级名称": f"{class_number[:4]}级{int(class_number[4:])}班",
        "学段": "小学",
        "入学年份": int(class_number[:4]),
    }
    return row | columns


def table(rows: list) -> list[list]:
    """Rows as lists, the header first."""
    if not rows or not isinstance(rows[0], dict):
        return rows
    header = list(dict.fromkeys(key for row in rows for key in row))
    return [header, *([row.get(key) for key in header] for row in rows)]


def xlsx(sheets: Sheets, name: str = "测试.xlsx") -> BytesIO:
    """An .xlsx file in memory."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in table(rows):
            sheet.append(row)
    return _file(book, name)


def xls(sheets: Sheets, name: str = "测试.xls") -> BytesIO:
    """An .xls file in memory, as the national system exports them."""
    book = xlwt.Workbook()
    as_date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        for row_number, row in enumerate(table(rows)):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(row_number, column, value, *([as_date] if isinstance(value, date) else []))
    return _file(book, name)


def _file(book, name: str) -> BytesIO:
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = name
    return file


def load(*files, dry_run: bool = False, today: date = TODAY, by=None, **options):
    """Import files together; one given as a dict of sheets becomes an .xlsx file first."""
    sources = [
        xlsx(file, f"文件{position}.xlsx") if isinstance(file, dict) else file for position, file in enumerate(files, 1)
    ]
    return import_workbooks(sources, today=today, dry_run=dry_run, by=by, **options)


def counts(outcome, sheet: str) -> tuple[int, int, int]:
    """(created, updated, unchanged) of a sheet of an import that must have succeeded."""
    assert outcome.succeeded, [problem.line for problem in outcome.problems]
    return tuple(outcome.counts[sheet].values())


def errors(outcome) -> list[tuple]:
    """(sheet, row, column) of every mistake told."""
    return [(problem.sheet, problem.row, problem.column) for problem in outcome.problems]


def sample() -> Sheets:
    """The sheets of the sample workbook, to plant mistakes in."""
    book = openpyxl.load_workbook(SAMPLE, read_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
