"""Writes a copy of a workbook with every mistake marked in its cell: the same values, to be mended and sent again."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from students.workbook.cells import shown
from students.workbook.columns import MARKS_HEADER, header_key
from students.workbook.read import Workbook
from students.workbook.report import Place, Problem, Report, in_words

NOTES = "说明"
MOST_NOTES = 2000  # Excel takes long to open more; the column of mistakes has them all
OPTIONS = {
    "constant_memory": True,
    # Text stays text, whatever it begins with: “=1+1” in a cell must never become a formula or a link.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_format_properties": {"font_name": "宋体", "font_size": 11},
}
WRONG = {"bg_color": "#F8CBAD", "font_color": "#7F0000"}
FORMATS = {
    "text": {"num_format": "@"},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "time": {"num_format": "hh:mm"},
    "number": {},
}


def write_marked(
    file: BinaryIO,
    book: Workbook,
    report: Report,
    problems: Collection[Problem],
    notes: Sequence[str],
    *,
    only: Mapping[str, Collection[int]] | None = None,
) -> None:
    """Write ``book`` with ``problems`` marked, and a first sheet with ``notes``.

    ``only``: sheet → rows; of the sheets that were read just these stay, below what stood above and in the header.
    """
    _Copy(file, book, report, problems, only).write(notes)


class _Copy:
    def __init__(self, file, book: Workbook, report: Report, problems: Collection[Problem], only):
        self.book = book
        self.only = only
        self.places = {place.title: (sheet, place) for (_, sheet), place in report.places.items()}
        self.marks: dict[str, dict[int, list[Problem]]] = defaultdict(lambda: defaultdict(list))
        for problem in problems:
            if problem.sheet and problem.row:
                self.marks[problem.sheet][problem.row].append(problem)
        self.target = xlsxwriter.Workbook(file, OPTIONS)
        self.formats = {
            (kind, wrong): self.target.add_format(properties | (WRONG if wrong else {}))
            for kind, properties in FORMATS.items()
            for wrong in (False, True)
        }
        self.wrapped = self.target.add_format({"text_wrap": True, "valign": "top"})
        self.notes_left = MOST_NOTES

    def write(self, notes: Sequence[str]) -> None:
        first = self.target.add_worksheet(NOTES)
        first.set_column(0, 0, 90, self.wrapped)
        for number, line in enumerate(notes):
            first.write_string(number, 0, line, self.wrapped)
        for position, title in enumerate(self.book.sheets, start=1):
            sheet, place = self.places.get(title, (None, None))
            if header_key(title) == NOTES or (self.only is not None and not (place and self.only.get(sheet))):
                continue
            written = self._add_sheet(title, position)
            if self.book.is_hidden(title):
                written.hide()
            self._copy(written, title, sheet, place)
        self.target.close()

    def _add_sheet(self, title: str, position: int) -> Worksheet:
        try:
            return self.target.add_worksheet(title)
        except XlsxWriterException:  # a title that Excel itself would not take
            return self.target.add_worksheet(f"表{position}")

    def _copy(self, sheet: Worksheet, title: str, name: str | None, place: Place | None) -> None:
        if place is None:
            for row, (_, cells) in enumerate(self.book.rows(title)[1]):
                self._write_row(sheet, row, cells, {})
            return
        for row, (number, cells) in enumerate(self._kept_rows(title, name, place)):
            at = len(cells) if place.marks_at is None else place.marks_at
            marks = self.marks[name].get(number, ())
            cells = [cell for position, cell in enumerate(cells) if position != place.marks_at]
            if place.marks_at is not None:
                cells.insert(place.marks_at, "")
            self._write_row(sheet, row, cells, self._wrong_cells(marks, place))
            if number == place.header_row:
                sheet.set_column(0, len(cells) - 1, 16)
                sheet.set_column(at, at, 60)
                sheet.freeze_panes(row + 1, 0)
                sheet.write_string(row, at, MARKS_HEADER, self.formats["text", False])
            if marks:
                words = "".join(in_words(problem.column, problem.sentence) for problem in marks)
                sheet.write_string(row, at, words[:32000], self.formats["text", True])

    def _kept_rows(self, title: str, name: str, place: Place) -> Iterator[tuple[int, list]]:
        kept = None if self.only is None else set(self.only[name])
        for number, cells in self.book.rows(title)[1]:
            if kept is None or number <= place.header_row or number in kept:
                yield number, cells

    @staticmethod
    def _wrong_cells(marks: Collection[Problem], place: Place) -> dict[int, str]:
        """Position → what its note says."""
        wrong: dict[int, str] = defaultdict(str)
        for problem in marks:
            if problem.column in place.columns:
                wrong[place.columns[problem.column]] += problem.sentence
        return wrong

    def _write_row(self, sheet: Worksheet, row: int, cells: Sequence, wrong: Mapping[int, str]) -> None:
        for column, cell in enumerate(cells):
            if cell != "" or column in wrong:
                self._write_cell(sheet, row, column, cell, column in wrong)
            if column in wrong and self.notes_left:
                self.notes_left -= 1
                sheet.write_comment(row, column, wrong[column][:1000], {"author": "守学", "x_scale": 2})

    def _write_cell(self, sheet: Worksheet, row: int, column: int, cell, is_wrong: bool) -> None:
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self.formats["number", is_wrong])
        elif isinstance(cell, int | float):
            sheet.write_number(row, column, cell, self.formats["number", is_wrong])
        elif isinstance(cell, datetime | date | time | timedelta):
            kind = "moment" if isinstance(cell, datetime) else "day" if isinstance(cell, date) else "time"
            sheet.write_datetime(row, column, cell, self.formats[kind, is_wrong])
        else:
            # What has no value stays as it was shown; a text of a formula must not become one.
            sheet.write_string(
                row, column, str(cell) if isinstance(cell, str) else shown(cell), self.formats["text", is_wrong]
            )
