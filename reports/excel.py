"""Excel: a table as a workbook that prints as it stands (A4 landscape) and is written row by row in constant memory."""

from datetime import UTC, date
from decimal import Decimal
from math import ceil
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from reports.tables import NOTHING, Column, Imprint, Kind, Table, text_of
from students.metrics import Rate, tenths

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
ROW_HEIGHT, LINE_HEIGHT = 18, 15  # points: a row, and every further line in it
PAPER_A4 = 9


def write_excel(table: Table, file: BinaryIO, imprint: Imprint) -> None:
    """Write ``table`` as a workbook of one sheet."""
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties(
            {"title": table.title, "author": imprint.by, "created": imprint.at.astimezone(UTC).replace(tzinfo=None)}
        )
        sheet = book.add_worksheet(table.title)
        _lay_out(sheet, table, imprint)
        _write_top(sheet, table, imprint, book)
        last_row = _write_rows(sheet, table, book)
        muted = book.add_format({"font_color": "#595959", "font_size": 10})
        for position, note in enumerate(table.footnotes, start=last_row + 2):
            sheet.write_string(position, 0, note, muted)
        if table.signatures:
            places = "".join(f"{name}：{who or '＿＿＿＿＿＿＿＿'}　　" for name, who in table.sign_places)
            day = table.signed.day if table.signed else "＿＿＿＿年＿＿月＿＿日"
            sheet.write_string(last_row + 3 + len(table.footnotes), 0, f"{places}{day}（盖章）")


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


def _write_rows(sheet: Worksheet, table: Table, book: xlsxwriter.Workbook) -> int:
    """Write the rows as they come; returns the last row written."""
    formats = [_formats(book, column) for column in table.columns]
    wrapping = [(position, column) for position, column in enumerate(table.columns) if column.kind is Kind.TEXT]
    row = last_head = _last_head(table)
    for row, cells in enumerate(table.cells(), start=last_head + 1):
        lines = max((lines_of(column, cells[position][0]) for position, column in wrapping), default=1)
        if lines > 1:
            sheet.set_row(row, ROW_HEIGHT + (lines - 1) * LINE_HEIGHT)
        for position, (cell, is_stressed) in enumerate(cells):
            _write_cell(sheet, row, position, cell, formats[position][is_stressed])
    if row == last_head:
        row += 1
        sheet.write_string(row, 0, NOTHING)
    return _write_total(sheet, table, book, row)


def _write_total(sheet: Worksheet, table: Table, book: xlsxwriter.Workbook, row: int) -> int:
    """Write the total under the last row, where there is one; returns the last row written."""
    if table.total_cells is None:
        return row
    for position, (column, cell) in enumerate(zip(table.columns, table.total_cells, strict=True)):
        properties = CELL | KIND_FORMATS[column.kind] | _alignment(column) | TOTAL
        _write_cell(sheet, row + 1, position, cell, book.add_format(properties))
    return row + 1


def lines_of(column: Column, cell: str | None) -> int:
    """How many lines a text needs in its column; a sheet with a row height of its own does not find out by itself."""
    if not cell or (len(cell) <= column.width and "\n" not in cell):
        return 1  # by far the most
    return sum(max(1, ceil(_width(line) / (column.width * 2 + 1))) for line in cell.splitlines())


def _width(line: str) -> int:
    """In half-width letters: a 汉字 is as wide as two."""
    return len(line) + sum(letter > "\u2e7f" for letter in line)


def _formats(book: xlsxwriter.Workbook, column: Column) -> tuple[Format, Format]:
    """The column's format, plain and stressed."""
    properties = CELL | KIND_FORMATS[column.kind] | _alignment(column)
    return book.add_format(properties), book.add_format(properties | {"bold": True})


def _alignment(column: Column) -> dict:
    align = column.kind.alignment
    return {"align": align} | ({} if align == "center" else {"indent": 1})  # text does not touch the lines


def _write_cell(sheet: Worksheet, row: int, column: int, cell, cell_format: Format) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, cell_format)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, cell_format)
    elif isinstance(cell, Rate) and cell.percent is not None:
        sheet.write_number(row, column, float(cell.percent / 100), cell_format)  # what it shows is what it is
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, tenths(cell), cell_format)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, cell_format)
    else:
        sheet.write_string(row, column, text_of(cell), cell_format)
