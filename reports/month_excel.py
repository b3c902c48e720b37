"""月考勤表 as a workbook: the same sheet, to be read, filtered by eye and printed on A4 landscape."""

from datetime import UTC
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reports.excel import OPTIONS, PAPER_A4
from reports.queries.month_papers import HEADS, LEGEND, MonthPaper, figures_of
from reports.tables import Imprint
from students.metrics import NO_RATE
from students.month_sheet import AHEAD, NO_SCHOOL, OUTSIDE, UNKNOWN, Cell, Column
from students.templatetags.chinese import WEEKDAYS
from students.templatetags.components import SIGNS

HEAD_ROW, HEAD_ROWS = 3, 3  # title, what it shows, who and when; then day, weekday, part of the day
FIRST_ROW = HEAD_ROW + HEAD_ROWS
FIRST_COLUMN = 2  # after number and name
LINE = {"border": 1, "border_color": "#7F7F7F"}
CENTRED = LINE | {"align": "center", "font_size": 9}
HEAD = CENTRED | {"bold": True, "bg_color": "#F2F2F2", "text_wrap": True}
HATCHED = LINE | {"pattern": 14, "fg_color": "#A6A6A6", "bg_color": "#FFFFFF"}
# Legible without colour too: white on black, a frame, or the sign alone.
SIGN_STYLES = {
    "unexcused": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#9C1F16"},
    "unverified": {"bold": True, "font_color": "#9C1F16", "border": 2, "border_color": "#9C1F16"},
    "personal_leave": {"font_color": "#1F4E9C"},
    "sick_leave": {"font_color": "#1F4E9C"},
    "late": {"font_color": "#7A5200"},
    "left_early": {"font_color": "#7A5200"},
    "present": {"font_color": "#BFBFBF"},
    UNKNOWN: {"font_color": "#595959"},
    OUTSIDE: {"font_color": "#A6A6A6"},
}


def write_month_excel(paper: MonthPaper, file: BinaryIO, imprint: Imprint) -> None:
    """Write a month sheet as a workbook of one sheet; in it text is text, whatever it begins with."""
    with xlsxwriter.Workbook(file, OPTIONS | {"constant_memory": False}) as book:
        created = imprint.at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": paper.heading, "author": imprint.by, "created": created})
        _Writing(book, paper, imprint).write()


class _Writing:
    """One sheet while it is written; formats are made once each."""

    def __init__(self, book: xlsxwriter.Workbook, paper: MonthPaper, imprint: Imprint):
        self.book, self.paper, self.imprint = book, paper, imprint
        self.sheet: Worksheet = book.add_worksheet(paper.month)
        self.widths = [max(1, len(column.parts)) for column in paper.sheet.columns]
        self.figures = FIRST_COLUMN + sum(self.widths)
        self.last_column = self.figures + len(HEADS) - 1 + paper.has_notes
        self.foot = FIRST_ROW + paper.count + paper.spare
        self._formats = {}

    def format(self, properties: dict):
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def text(self, row: int, column: int, text: str, properties: dict) -> None:
        made = self.format(properties | {"num_format": "@"})
        if text:
            self.sheet.write_string(row, column, text, made)
        else:
            self.sheet.write_blank(row, column, None, made)

    def merged(self, top: int, left: int, bottom: int, right: int, text: str, properties: dict) -> None:
        """A text over several cells, or in the only one."""
        made = self.format(properties | {"num_format": "@"})
        if (top, left) != (bottom, right):
            self.sheet.merge_range(top, left, bottom, right, "", made)
        self.sheet.write_string(top, left, text, made)

    def write(self) -> None:
        self._lay_out()
        self._write_top()
        self._write_days()
        for number in range(self.paper.count + self.paper.spare):
            self._write_row(number)
        self._write_foot()
        self._write_below()

    def _lay_out(self) -> None:
        sheet = self.sheet
        sheet.set_column(0, 0, 4)
        sheet.set_column(1, 1, 12)
        sheet.set_column(FIRST_COLUMN, self.figures - 1, 3)
        sheet.set_column(self.figures, self.figures + len(HEADS) - 2, 5)
        sheet.set_column(self.figures + len(HEADS) - 1, self.figures + len(HEADS) - 1, 7.5)
        if self.paper.has_notes:
            sheet.set_column(self.last_column, self.last_column, 14)
        sheet.set_default_row(15)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(FIRST_ROW, FIRST_COLUMN)
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.set_margins(left=0.3, right=0.3, top=0.35, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW, FIRST_ROW - 1)
        sheet.repeat_columns(0, FIRST_COLUMN - 1)
        # An ampersand begins an instruction there.
        sheet.set_footer(f"&L&9{str(self.imprint).replace('&', '&&')}&R&9第 &P 页　共 &N 页")

    def _write_top(self) -> None:
        last, sheet = self.last_column, self.sheet
        sheet.set_row(0, 28)
        self.merged(0, 0, 0, last, self.paper.heading, {"bold": True, "font_size": 18, "align": "center"})
        facts = f"学校：{self.paper.school}　　班级：{self.paper.school_class}　　月份：{self.paper.month}"
        self.merged(1, 0, 1, last, facts if self.paper.is_blank else f"{facts}　　{self.paper.summary}", {})
        self.merged(2, 0, 2, last, str(self.imprint), {"font_size": 9, "font_color": "#595959"})

    def _write_days(self) -> None:
        bottom = FIRST_ROW - 1
        self.merged(HEAD_ROW, 0, bottom, 0, "序号", HEAD)
        self.merged(HEAD_ROW, 1, bottom, 1, "姓名", HEAD)
        for left, column in self._days():
            right = left + max(1, len(column.parts)) - 1
            self.merged(HEAD_ROW, left, HEAD_ROW, right, str(column.day.day), HEAD)
            self.merged(HEAD_ROW + 1, left, HEAD_ROW + 1, right, WEEKDAYS[column.day.weekday()], HEAD)
            for offset, part in enumerate(column.parts):
                self.text(bottom, left + offset, part.short, HEAD)
            if not column.parts:
                self.sheet.write_blank(bottom, left, None, self.format(HATCHED))
        for position, (label, unit) in enumerate(HEADS, start=self.figures):
            self.merged(HEAD_ROW, position, bottom, position, f"{label}\n（{unit}）", HEAD)
        if self.paper.has_notes:
            self.merged(HEAD_ROW, self.last_column, bottom, self.last_column, "备注", HEAD)

    def _days(self):
        """(first column, day) of every day."""
        left = FIRST_COLUMN
        for column, width in zip(self.paper.sheet.columns, self.widths, strict=True):
            yield left, column
            left += width

    def _write_row(self, number: int) -> None:
        at, rows = FIRST_ROW + number, self.paper.sheet.rows
        row = rows[number] if number < len(rows) else None
        self.sheet.write_number(at, 0, number + 1, self.format(CENTRED))
        self.text(at, 1, row.child.name if row else "", LINE | {"font_size": 10})
        for position, (left, column) in enumerate(self._days()):
            for offset, cell in enumerate(row.cells[position] if row else _empty(column)):
                self._write_cell(at, left + offset, cell)
        self._write_figures(at, figures_of(row.totals) if row and not self.paper.is_blank else [""] * len(HEADS), {})
        if self.paper.has_notes:
            self.text(at, self.last_column, row.note if row else "", LINE | {"font_size": 8})

    def _write_cell(self, row: int, column: int, cell: Cell) -> None:
        if cell.kind == NO_SCHOOL:
            self.sheet.write_blank(row, column, None, self.format(HATCHED))
        elif cell.kind == AHEAD:
            self.sheet.write_blank(row, column, None, self.format(CENTRED))
        else:
            glyph = "—" if cell.kind == OUTSIDE else SIGNS[cell.kind].glyph
            self.text(row, column, f"{glyph}{cell.periods or ''}", CENTRED | SIGN_STYLES.get(cell.kind, {}))

    def _write_figures(self, row: int, figures: list[str], properties: dict) -> None:
        """Whole numbers, and the rate with its two decimals; nothing where there is nothing."""
        *numbers, rate = figures
        for position, figure in enumerate(numbers, start=self.figures):
            self._write_number(row, position, figure, CENTRED | properties)
        self._write_number(row, self.figures + len(numbers), rate, CENTRED | properties | {"num_format": "0.00"})

    def _write_number(self, row: int, column: int, figure: str, properties: dict) -> None:
        if figure in ("", NO_RATE):
            self.text(row, column, figure, properties)
        else:
            self.sheet.write_number(row, column, float(figure), self.format(properties))

    def _write_foot(self) -> None:
        expected, present, bold = self.foot, self.foot + 1, {"bold": True, "top": 2}
        self.merged(expected, 0, expected, 1, "应到", CENTRED | bold)
        self.merged(present, 0, present, 1, "实到", CENTRED | {"bold": True})
        for left, column in self._days():
            right = left + max(1, len(column.parts)) - 1
            if not column.parts:
                for row in (expected, present):
                    self.sheet.write_blank(row, left, None, self.format(HATCHED))
                continue
            number = None if self.paper.is_blank else column.expected
            if right > left:
                self.sheet.merge_range(expected, left, expected, right, "", self.format(CENTRED | {"top": 2}))
            self._write_number(expected, left, "" if number is None else str(number), CENTRED | {"top": 2})
            for offset, there in enumerate(column.present):
                self._write_number(present, left + offset, "" if there is None else str(there), CENTRED)
        sums = [""] * len(HEADS) if self.paper.is_blank else figures_of(self.paper.sheet.totals)
        self._write_figures(expected, sums, bold)
        self._write_figures(present, [""] * len(HEADS), {})
        if self.paper.has_notes:
            for row in (expected, present):
                self.sheet.write_blank(row, self.last_column, None, self.format(LINE))

    def _write_below(self) -> None:
        small = {"font_size": 9}
        signs = "　".join(f"{glyph or '▨'} {label}" for _, glyph, label in LEGEND)
        lines = [f"图例：{signs}", *self.paper.notes]
        for row, line in enumerate(lines, start=self.foot + 2):
            self.merged(row, 0, row, self.last_column, line, small)
        sign_here = "班主任（签名）：＿＿＿＿＿＿＿＿　　＿＿＿＿年＿＿月＿＿日"
        row = self.foot + 2 + len(lines)
        self.sheet.set_row(row, 24)
        self.merged(row, 0, row, self.last_column, sign_here, {"align": "right"})


def _empty(column: Column) -> tuple[Cell, ...]:
    """The cells of a line that nobody stands in."""
    return (Cell(AHEAD),) * len(column.parts) or (Cell(NO_SCHOOL),)
