"""Writes an empty workbook to fill in: every sheet with its columns, what they mean, and lists to choose from.

Made from the columns that the import itself reads, so the two cannot differ.
"""

from collections.abc import Sequence
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from students.workbook.columns import Column
from students.workbook.sheets import Sheet

ROWS = 5000  # for which the formats and lists of a column hold
LONGEST_LIST = 255  # characters that Excel takes in a list of choices
HOW = (
    "填写说明",
    "标★的栏目必须填写，其余可以空着；不需要的栏目和表可以整个删去，栏目和表的顺序可以变。",
    "鼠标停在表头上，可以看到这一栏的含义和写法。表头以下从第一行起填写，不要留示例。",
    "号码、编码和日期的栏目已设为文本格式。从别处复制时请用“选择性粘贴：数值”，以免身份证件号丢失末几位。",
    "填好后在“导入工作簿”页上传：先检查，看过将要新增和更新的内容，再确认写入。有一处错误时，可以先改好再传，也可以只写入没有错误的行。",
    "同一个文件再传一次不会重复写入。",
)


def write_template(file: BinaryIO, sheets: Sequence[type[Sheet]]) -> None:
    """Write the template of these sheets."""
    with xlsxwriter.Workbook(file, {"default_format_properties": {"font_name": "宋体", "font_size": 11}}) as book:
        formats = {
            "required": book.add_format({"bold": True, "bg_color": "#CDE5E0", "border": 1, "num_format": "@"}),
            "optional": book.add_format({"bg_color": "#F2F2F2", "border": 1, "num_format": "@"}),
            "text": book.add_format({"num_format": "@"}),
            "plain": book.add_format({}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_notes(book.add_worksheet("说明"), sheets, formats["wrapped"])
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)


def _write_notes(page: Worksheet, sheets: Sequence[type[Sheet]], wrapped) -> None:
    page.set_column(0, 0, 100, wrapped)
    names = "、".join(f"《{sheet.name}》" for sheet in sheets)
    for number, line in enumerate((*HOW, f"这个工作簿里的表：{names}")):
        page.write_string(number, 0, line, wrapped)


def _write_sheet(page: Worksheet, sheet: type[Sheet], formats: dict) -> None:
    page.freeze_panes(1, 0)
    for position, column in enumerate(sheet.offered_columns()):
        is_text = column.parse.as_text
        page.set_column(position, position, _width(column), formats["text" if is_text else "plain"])
        mark = "★" if column.required else ""
        page.write_string(0, position, column.header + mark, formats["required" if mark else "optional"])
        page.write_comment(0, position, _note(column), {"author": "守学", "x_scale": 2})
        words = column.parse.words
        if words and len(",".join(words)) <= LONGEST_LIST:
            page.data_validation(
                1,
                position,
                ROWS,
                position,
                {
                    "validate": "list",
                    "source": list(words),
                    "error_title": "不在可填的内容里",
                    "error_message": "请从下拉列表中选一个",
                },
            )


def _note(column: Column) -> str:
    told = [f"{column.header}：{'必填' if column.required else '选填'}。", f"{column.note}。" if column.note else ""]
    return "".join([*told, f"写法：{column.parse.hint}。"])


def _width(column: Column) -> int:
    """In half-width letters: room for the header, and for a number of nineteen."""
    return max(len(column.header) * 2 + 4, 22 if "号" in column.header and column.parse.as_text else 12)
