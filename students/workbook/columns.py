"""The columns of a sheet, found by their headers, and the rows read through them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from students.workbook.cells import CellError, Parser, Valueless, is_blank, shown, visible
from students.workbook.faults import Unreadable

MARKS_HEADER = "错误说明"  # the last column of a marked copy: ours, not the school's


@dataclass(frozen=True)
class Column:
    """A column by its header; ``parse`` turns a cell that is not blank into a value; ``note``: what it means."""

    header: str
    parse: Parser
    required: bool = False
    note: str = ""


class Row:
    """One row: the parsed values by header, and whether a mistake has been found in it.

    ``bad`` holds the cells that have been told as wrong, by header; ``spoilt`` says that the row points at something
    that is wrong elsewhere. Either way it is not applied.
    """

    __slots__ = ("bad", "cells", "file", "layout", "number", "spoilt", "values")

    def __init__(self, file: str, number: int, cells: Sequence, layout: "Layout"):
        self.file = file
        self.number = number
        self.cells = cells
        self.layout = layout
        self.values: dict[str, object] = {}
        self.bad: dict[str, str] = {}
        self.spoilt = False

    def __getitem__(self, header: str):
        """The value, None where the cell is blank, unreadable or not there at all."""
        return self.values.get(header)

    def shown(self, header: str) -> str:
        """The cell as it stands in the workbook."""
        return shown(self.cells[self.layout[header]]) if header in self.layout else ""

    @property
    def sound(self) -> bool:
        return not self.bad and not self.spoilt

    def key(self, *headers: str) -> tuple:
        """The values that name what the row is about; a blank part is "", one that could not be read ``Unreadable``."""
        return tuple(
            self.values[header] if header in self.values else Unreadable(self.bad[header]) if header in self.bad else ""
            for header in headers
        )


class HeaderProblem(NamedTuple):
    """A mistake in the header row."""

    header: str
    message: str
    remedy: str
    is_fatal: bool = False  # the rows below cannot be read


def header_key(text: str) -> str:
    """Headers match whatever their spaces, width of brackets and marks for "required" (★, *)."""
    return re.sub(r"[\s★☆*]", "", unicodedata.normalize("NFKC", visible(text)))


class Layout:
    """Which column of a sheet stands where."""

    def __init__(self, header: Sequence, columns: Sequence[Column], *, others: Callable[[str], Column] | None = None):
        """``others`` makes a column for a header that the sheet does not define; None = such a header is wrong."""
        self.problems: list[HeaderProblem] = []
        self.columns: list[tuple[int, Column]] = []
        known = {header_key(column.header): column for column in columns}
        self._positions: dict[str, int] = {}
        self.marks_at: int | None = None  # where a marked copy has its column of mistakes
        for position, cell in enumerate(header):
            if isinstance(cell, Valueless):
                self.problems.append(HeaderProblem(cell, str(cell.fault), cell.fault.remedy))
            elif not is_blank(cell):
                self._place(position, shown(cell), known, others)
        missing = [column.header for column in columns if column.required and column.header not in self._positions]
        self.problems += [
            HeaderProblem(header, f"缺少必填的“{header}”一栏", "请在表头加上这一栏并填好", True) for header in missing
        ]

    @property
    def positions(self) -> dict[str, int]:
        """Header → where its column stands, the first being 0."""
        return dict(self._positions)

    def __contains__(self, header: str) -> bool:
        return header in self._positions

    def __getitem__(self, header: str) -> int:
        """Where a column stands, the first being 0."""
        return self._positions[header]

    @property
    def is_readable(self) -> bool:
        return not any(problem.is_fatal for problem in self.problems)

    def meets_valueless(self, cells: Sequence) -> bool:
        """Whether a row has, in a column that is read, a cell without a value."""
        return any(cells[position].__class__ is Valueless for position, _ in self.columns)

    def of_the_school(self, cells: Sequence) -> Sequence:
        """The cells without the mark of a copy: a row of which only that is left has been emptied."""
        return cells if self.marks_at is None else [*cells[: self.marks_at], *cells[self.marks_at + 1 :]]

    def _place(self, position: int, text: str, known: dict[str, Column], others) -> None:
        if header_key(text) == MARKS_HEADER:
            self.marks_at = position
            return
        column = known.get(header_key(text))
        if column is None and others is None:
            self.problems.append(HeaderProblem(text, "不认识这一栏", "请核对表头的写法，或删去这一栏"))
            return
        column = column or others(re.sub(r"[★☆*＊\r\n]", "", text).strip())
        if column.header in self._positions:
            self.problems.append(HeaderProblem(column.header, "这一栏出现了两次", "请只留一栏"))
            return
        self._positions[column.header] = position
        self.columns.append((position, column))

    def read(self, row: Row) -> Iterator[tuple[str, CellError]]:
        """Fill ``row.values``; yield header and what is wrong for every cell that cannot be read."""
        cells, values = row.cells, row.values
        for position, column in self.columns:
            cell = cells[position]
            if cell.__class__ is str and not cell.isascii():
                cell = visible(cell)
            if cell == "" or (cell.__class__ is str and cell.isspace()):
                if column.required:
                    yield column.header, CellError("必填，不能空着", "请补上")
                continue
            if cell.__class__ is Valueless:
                yield column.header, cell.fault
                continue
            try:
                values[column.header] = column.parse(cell)
            except CellError as error:
                yield column.header, error
