"""The rows of a sheet, written a column at a time and put into a workbook that XlsxWriter has laid out.

XlsxWriter knows all about workbooks and takes over ten seconds for two million cells; writers ten times as quick know
neither titles nor print set-up. So it lays out everything but the rows, of which it is given the last one, blank, and
here the rows are written in its place (ECMA-376, part 1, §18.3.1: ``row``, ``c``, ``is``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from itertools import count, islice
from math import ceil
from shutil import copyfileobj
from types import NoneType
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name

from reports.tables import Column, Kind, text_of
from students.metrics import Rate, tenths

BATCH = 1000  # rows that are in memory at once
SHEET = "xl/worksheets/sheet1.xml"
ROW_HEIGHT, LINE_HEIGHT, HIGHEST_ROW = 18, 15, 409  # points: a row, every further line in it, what Excel allows
LONGEST_TEXT = 32_767  # characters in a cell
DAY_ZERO = date(1899, 12, 30).toordinal()  # Excel counts days from here
SEPARATOR = "␟"  # between texts that are looked at together; in nobody's name, and PECULIAR where it is typed
PECULIAR = ("&", "<", ">", "_x", " ")
# What XML cannot hold is written as _x001F_, and so what only looks like that has its underscore written out.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
LOOKS_WRITTEN_OUT = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Styled:
    """A column and the numbers that its formats have in the workbook: plain, and of a cell that must catch the eye."""

    column: Column
    plain: int
    stressed: int

    @classmethod
    def of(cls, column: Column, plain: Format, stressed: Format) -> "Styled":
        """XlsxWriter tells the number of a format only where it writes a cell of its own."""
        return cls(column, plain._get_xf_index(), stressed._get_xf_index())


def write_rows(columns: Sequence[Styled], rows: Iterable[Any], file: BinaryIO, *, first: int) -> int:
    """Write ``rows``, the first as the sheet's row number ``first``; returns how many there were."""
    names = [xl_col_to_name(position) for position in range(len(columns))]
    template = '<row r="\0" ht="%g" customHeight="1">' + "".join(f'<c r="{name}\0"%s' for name in names) + "</row>"
    written = count(first)
    for batch in _batches(rows):
        shown = [list(map(styled.column.cell, batch)) for styled in columns]
        cells = [_written(styled, batch, found) for styled, found in zip(columns, shown, strict=True)]
        for row in zip(_heights(columns, shown, len(batch)), *cells, strict=True):
            file.write((template.replace("\0", str(next(written))) % row).encode())
    return next(written) - first


def put_rows(rows: BinaryIO, workbook: BinaryIO, file: BinaryIO, *, last: int) -> None:
    """Copy ``workbook`` to ``file`` with ``rows`` in the place of its row number ``last``."""
    rows.seek(0)
    with ZipFile(workbook) as laid_out, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name in laid_out.namelist():
            if name != SHEET:
                book.writestr(name, laid_out.read(name))
                continue
            before, after = re.split(rb"<row r=\"%d\"[^>]*>.*?</row>" % last, laid_out.read(name), maxsplit=1)
            with book.open(name, "w") as sheet:
                sheet.write(before)
                copyfileobj(rows, sheet, 1 << 20)
                sheet.write(after)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _written(styled: Styled, batch: list[Any], shown: list[Any]) -> list[str]:
    """The cells of a column, each from after its reference."""
    stressed, value = styled.column.stressed, styled.column.value
    if stressed:
        styles = [styled.stressed if value(row) in stressed else styled.plain for row in batch]
        return [_cell(cell, style) for cell, style in zip(shown, styles, strict=True)]
    kinds = set(map(type, shown))
    if kinds == {int}:
        return [f' s="{styled.plain}"><v>{cell}</v></c>' for cell in shown]
    if kinds <= {str, NoneType} and (texts := _plain_texts(shown)):
        begins, blank = f' s="{styled.plain}" t="inlineStr"><is><t>', f' s="{styled.plain}"/>'
        return [f"{begins}{text}</t></is></c>" if text else blank for text in texts]
    return [_cell(cell, styled.plain) for cell in shown]


def _plain_texts(cells: list[str | None]) -> list[str] | None:
    """Texts that stand in XML as they are, all looked at together; None where one of them may not."""
    texts = [cell or "" for cell in cells]
    joined = SEPARATOR.join(texts)
    if not joined.isprintable() or any(sign in joined for sign in PECULIAR) or max(map(len, texts)) > LONGEST_TEXT:
        return None
    return texts


def _cell(cell: Any, style: int) -> str:
    """A cell from after its reference: a number, a day as its number, a text, or blank."""
    if isinstance(cell, date):
        number = cell.toordinal() - DAY_ZERO
    elif isinstance(cell, Rate) and cell.percent is not None:
        number = float(cell.percent / 100)  # what it shows is what it is
    elif isinstance(cell, Decimal):
        number = float(tenths(cell))
    elif isinstance(cell, int):
        number = cell
    elif text := text_of(cell):
        return f' s="{style}" t="inlineStr"><is>{_text(text)}</is></c>'
    else:
        return f' s="{style}"/>'
    return f' s="{style}"><v>{number:.16G}</v></c>'


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    text = UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", LOOKS_WRITTEN_OUT.sub("_x005F_", text))
    return f"<t{kept}>{escape(text, quote=False)}</t>"


def _heights(columns: Sequence[Styled], shown: list[list[Any]], number: int) -> list[float]:
    """How high each of ``number`` rows must be for the texts in it, in points."""
    lines = [1] * number
    for styled, cells in zip(columns, shown, strict=True):
        if styled.column.kind is Kind.TEXT:
            lines = list(map(max, lines, [lines_of(styled.column, cell) for cell in cells]))
    return [min(HIGHEST_ROW, ROW_HEIGHT + (needed - 1) * LINE_HEIGHT) for needed in lines]


def lines_of(column: Column, cell: str | None) -> int:
    """How many lines a text needs in its column; a sheet with a row height of its own does not find out by itself."""
    if not cell or (len(cell) <= column.width and "\n" not in cell):
        return 1  # by far the most
    return sum(max(1, ceil(_width(line) / (column.width * 2 + 1))) for line in cell.splitlines())


def _width(line: str) -> int:
    """In half-width letters: a 汉字 is as wide as two."""
    return len(line) + sum(letter > "\u2e7f" for letter in line)
