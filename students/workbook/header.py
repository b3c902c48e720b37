"""Finds the header of a sheet below titles and instructions, and the national system's sheet by its header. Pure."""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from students.workbook.cells import is_blank, shown
from students.workbook.columns import Column, header_key

HEADER_ROWS = 10  # filled rows among which the header is looked for


class Header(NamedTuple):
    """The header row, Excel's number of it, and the rows below."""

    number: int
    cells: list
    below: Iterator[tuple[int, list]]


def find_header(rows: Iterator[tuple[int, list]], columns: Collection[Column]) -> Header | None:
    """The row that names the most columns; the first filled row where none names more. None where all is blank."""
    known = {header_key(column.header) for column in columns}
    first: list[tuple[int, list]] = []
    filled: list[int] = []
    for number, cells in rows:
        if not all(map(is_blank, cells)):
            filled.append(len(first))
        first.append((number, cells))
        if len(filled) == HEADER_ROWS:
            break
    if not filled:
        return None
    position = max(filled, key=lambda place: (len(known & headers_in(first[place][1])), -place))
    return Header(*first[position], chain(first[position + 1 :], rows))


def headers_in(cells: Iterable) -> set[str]:
    """The keys of the headers that a row holds."""
    return {header_key(shown(cell)) for cell in cells if not is_blank(cell)}


def holds_required(header: Header | None, columns: Collection[Column]) -> bool:
    """Whether a header has every column that must be there."""
    required = {header_key(column.header) for column in columns if column.required}
    return header is not None and required <= headers_in(header.cells)
