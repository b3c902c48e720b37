"""Excel: a table as a workbook that prints as it stands (A4 landscape) and is written in constant memory."""

from datetime import UTC
from tempfile import TemporaryFile
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from reports.excel_rows import ROW_HEIGHT, Styled, put_rows, write_rows
from reports.tables import NOTHING, Column, Imprint, Kind, Table

OPTIONS = {
    "constant_memory": True,
    # Text stays text, whatever it begins with: a name typed as “=1+1” must never become a formula or a link.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 11, "valign": "vcenter"},
}
CELL = {"border": 1, "border_color": "#A6A6A6"}
KIND_FORMATS = {
    # “@” keeps a cell text also after somebody has edited it.
    Kind.TEXT: {"num_format": "@", "text_wrap": True},
    Kind.CODE: {"num_format": "@"},
    Kind.WORD: {"num_format": "@"},
    Kind.DATE: {"num_format": 'yyyy"年"m"月"d"日"'},
    Kind.INTEGER: {"num_format": "0"},
    Kind.POINTS: {"num_format": 'General;"−"General;General'},  # as the pages have them: 10, −0.5
    Kind.RATE: {"num_format": "0.00%"},
    Kind.SHARE: {"num_format": "@"},
}
HEAD_ROW = 4  # rows are counted from 0: title, what it shows, who and when, an empty line, then the head
HEAD = {"bold": True, "text_wrap": True, "bottom": 2, "bottom_color": "black", "bg_color": "#F2F2F2"}
TOTAL = {"bold": True, "top": 2, "top_color": "black"}
LONGEST_MARGIN = 200  # characters; a head or foot of a page holds 255 with its instructions
PAPER_A4 = 9


def write_excel(table: Table, file: BinaryIO, imprint: Imprint) -> None:
    """Write ``table`` as a workbook of one sheet."""
    with TemporaryFile() as laid_out, TemporaryFile() as rows:
        with xlsxwriter.Workbook(laid_out, OPTIONS) as book:
            book.set_properties(
                {"title": table.title, "author": imprint.by, "created": imprint.at.astimezone(UTC).replace(tzinfo=None)}
            )
            sheet = book.add_worksheet(table.title)
            _lay_out(sheet, table, imprint)
            _write_top(sheet, table, imprint, book)
            last_row = _write_rows(rows, table, book)
            sheet.write_blank(last_row, 0, None, book.add_format(CELL))  # where the rows will be put
            _write_foot(sheet, table, book, last_row)
        put_rows(rows, laid_out, file, last=last_row + 1)


def _last_head(table: Table) -> int:
    """The row of the heads, the lower one where they have heads of their own."""
    return HEAD_ROW + bool(table.groups)


def _lay_out(sheet: Worksheet, table: Table, imprint: Imprint) -> None:
    """Widths, panes and the printed page; in constant memory all of it comes before the rows."""
    last_column, last_head = len(table.columns) - 1, _last_head(table)
    last_row = last_head + max(table.count, 1)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width * 2 + 3)
    if codes := [position for position, column in enumerate(table.columns) if column.kind is Kind.CODE]:
        spans = (xl_range(last_head + 1, position, last_row, position) for position in codes)
        sheet.ignore_errors({"number_stored_as_text": " ".join(spans)})  # else a green corner on each of them
    sheet.set_default_row(ROW_HEIGHT)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(last_head + 1, table.fixed_columns)
    sheet.autofilter(last_head, 0, last_row, last_column)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW, last_head)
    # An ampersand begins an instruction there.
    sheet.set_footer(f"&L&9{_plain(imprint)}&R&9第 &P 页　共 &N 页")
    if imprint.watermark:
        sheet.set_header(f"&C&9{_plain(imprint.watermark)}")


def _plain(words: Imprint | str) -> str:
    return str(words).replace("&", "&&")[:LONGEST_MARGIN]


def _write_top(sheet: Worksheet, table: Table, imprint: Imprint, book: xlsxwriter.Workbook) -> None:
    sheet.set_row(0, 30)
    title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
    if len(table.columns) > 1:
        sheet.merge_range(0, 0, 0, len(table.columns) - 1, table.title, title)
    else:
        sheet.write_string(0, 0, table.title, title)
    sheet.write_string(1, 0, "　".join(filter(None, (table.filing_line(imprint), table.scope, table.summary))))
    sheet.write_string(2, 0, str(imprint))
    sheet.set_row(3, 6)
    sheet.set_row(_last_head(table), 34)
    _write_heads(sheet, table, book)


def _write_heads(sheet: Worksheet, table: Table, book: xlsxwriter.Workbook) -> None:
    """The heads; over them those that several columns share, and a column without one has both rows for itself."""
    shared = book.add_format(CELL | HEAD | {"align": "center", "bottom": 1})
    own = [book.add_format(CELL | HEAD | _alignment(column)) for column in table.columns]
    first, reaching_down = 0, set()  # columns
    for name, width in table.groups:
        if name and width > 1:
            sheet.merge_range(HEAD_ROW, first, HEAD_ROW, first + width - 1, name, shared)
        elif name:
            sheet.write_string(HEAD_ROW, first, name, shared)
        else:
            for position in range(first, first + width):
                sheet.write_string(HEAD_ROW, position, table.columns[position].header, own[position])
                reaching_down.add(position)
        first += width
    for position, column in enumerate(table.columns):
        if position in reaching_down:
            # ``merge_range`` writes both rows of a cell, and in constant memory the upper one is gone by now.
            sheet.merge.append([HEAD_ROW, position, HEAD_ROW + 1, position])
            sheet.write_blank(HEAD_ROW + 1, position, None, own[position])
        else:
            sheet.write_string(_last_head(table), position, column.header, own[position])


def _write_rows(file: BinaryIO, table: Table, book: xlsxwriter.Workbook) -> int:
    """Write the rows, and under them the total where there is one; returns the last row, counted from 0."""
    first = _last_head(table) + 2  # the sheet counts from 1
    columns = [Styled.of(column, *_formats(book, column)) for column in table.columns]
    number = write_rows(columns, table.rows(), file, first=first)
    number = number or write_rows([Styled(Column(None, "", Kind.CODE, 0, str), 0, 0)], [NOTHING], file, first=first)
    if table.total is not None:
        columns = [Styled.of(column, *_formats(book, column, **TOTAL)) for column in table.columns]
        number += write_rows(columns, [table.total], file, first=first + number)
    return first + number - 2


def _write_foot(sheet: Worksheet, table: Table, book: xlsxwriter.Workbook, last_row: int) -> None:
    """The definitions, then the places for signatures."""
    muted = book.add_format({"font_color": "#595959", "font_size": 10})
    for position, note in enumerate(table.footnotes, start=last_row + 2):
        sheet.write_string(position, 0, note, muted)
    if table.signatures:
        places = "".join(f"{name}：{who or '＿＿＿＿＿＿＿＿'}　　" for name, who in table.sign_places)
        day = table.signed.day if table.signed else "＿＿＿＿年＿＿月＿＿日"
        sheet.write_string(last_row + 3 + len(table.footnotes), 0, f"{places}{day}（盖章）")


def _formats(book: xlsxwriter.Workbook, column: Column, **of_row) -> tuple[Format, Format]:
    """The column's format in such a row, plain and stressed."""
    properties = CELL | KIND_FORMATS[column.kind] | _alignment(column) | of_row
    return book.add_format(properties), book.add_format(properties | {"bold": True})


def _alignment(column: Column) -> dict:
    align = column.kind.alignment
    return {"align": align} | ({} if align == "center" else {"indent": 1})  # text does not touch the lines
