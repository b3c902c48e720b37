"""Whether two files of one import say the same of a child. Pure."""

from array import array
from typing import NamedTuple

from students.workbook.columns import Layout, Row

BLANK = 0


class Said(NamedTuple):
    """What the first row about a child says: where it stands, and a mark for the value of every column."""

    file: str
    number: int
    layout: Layout
    marks: array


class Disagreement(NamedTuple):
    """The first column in which a later row contradicts the first, and where that one stands."""

    file: str
    number: int
    header: str


class Agreement:
    """The first row about each child. The value of a cell is kept as a number of four bytes: a county has millions."""

    def __init__(self):
        self._said: dict[str, Said] = {}

    def compare(self, number: str, row: Row) -> Disagreement | None:
        """Remember the first row of a child; where another file has had it, say in what this one differs.

        Columns that only one of the files has, and blank cells, contradict nothing.
        """
        first = self._said.get(number)
        if first is None:
            marks = array("I", (_mark(row[column.header]) for _, column in row.layout.columns))
            self._said[number] = Said(row.file, row.number, row.layout, marks)
        elif first.file != row.file:
            for (_, column), mark in zip(first.layout.columns, first.marks, strict=True):
                later = row[column.header]
                if mark != BLANK and later is not None and mark != _mark(later):
                    return Disagreement(first.file, first.number, column.header)
        return None


def _mark(value: object) -> int:
    """In a tuple, because 否 by itself has the hash 0 and 是 the hash 1."""
    return BLANK if value is None else hash((value,)) & 0xFFFFFFFF or 1
