"""Reads the national system's export 全国学籍系统导出表 for 核对, whatever its sheet is called."""

from collections.abc import Callable, Mapping
from typing import BinaryIO, NamedTuple

from students.comparing import COMPARED, DISABILITY, IDENTITY, IN_REGULAR_CLASS, NAME, NUMBER, TheirChild, in_words
from students.workbook import cells
from students.workbook.cells import CellError, is_blank, shown
from students.workbook.children import ChildSheet
from students.workbook.columns import Column, header_key
from students.workbook.families import WITHOUT_DISABILITY
from students.workbook.header import Header, find_header
from students.workbook.read import open_workbook
from students.workbook.screening import UnreadableFile

SCHOOL_CODE = "学校标识码"
MAX_ROWS = 50_000  # a county's year group; beyond it the wait is longer than a browser's
PARSERS = {column.header: column.parse for column in ChildSheet.columns} | {
    IN_REGULAR_CLASS: cells.yes_no,
    # What is no valid number is compared all the same.
    NUMBER: cells.identity,
}


class Export(NamedTuple):
    """The children of an export, and the columns it has of those that are compared."""

    children: list[TheirChild]
    headers: list[str]


class NotAnExport(Exception):
    """A workbook that is no export of children; the message is Chinese and says what to do."""


def read_export(file: BinaryIO, name: str) -> Export:
    """Every child on every sheet that has the columns. Raises ``UnreadableFile`` or ``NotAnExport``."""
    try:
        book = open_workbook(file, name)
    except UnreadableFile as refused:
        raise NotAnExport(str(refused).replace("没有写入任何数据", "没有核对")) from None
    try:
        found = [sheet for title in book.sheets if (sheet := _sheet(book, title))]
    finally:
        book.close()
    if not found:
        raise NotAnExport(
            "文件里没有找到学生名单，没有核对。表头要有“学校标识码”“姓名”，以及“学籍号”或“身份证件号”；"
            "请用全国学籍系统导出的文件。"
        )
    headers = [header for header in COMPARED if all(header in sheet.headers for sheet in found)]
    children = [child for sheet in found for child in sheet.children]
    if not children:
        raise NotAnExport("文件里只有表头，没有学生，没有核对。请重新导出。")
    return Export(children, headers)


def _sheet(book, title: str) -> Export | None:
    """The children of one sheet; None where it is another table."""
    _, rows = book.rows(title)
    header = find_header(rows, [Column(each, cells.text(500)) for each in (SCHOOL_CODE, *COMPARED)])
    places = _places(header) if header else {}
    if SCHOOL_CODE not in places or NAME not in places or not {NUMBER, IDENTITY} & places.keys():
        return None
    readers = {header: (place, PARSERS[header]) for header, place in places.items() if header in COMPARED}
    school_place = places[SCHOOL_CODE]
    children = []
    for row, values in header.below:
        if not all(map(is_blank, values)):
            children.append(_child(row, values, school_place, readers))
            if len(children) > MAX_ROWS:
                raise NotAnExport(f"文件超过{MAX_ROWS}行，没有核对。请按学校或年级分别导出。")
    return Export(children, list(readers))


def _places(header: Header) -> dict[str, int]:
    """Header → where it stands; of a header that stands there twice the first counts."""
    known = {header_key(each): each for each in (SCHOOL_CODE, *COMPARED)}
    places: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        if each := known.get(header_key(shown(cell))):
            places.setdefault(each, place)
    return places


def _child(row: int, values: list, school_place: int, readers: Mapping[str, tuple[int, Callable]]) -> TheirChild:
    fields = {header: said(header, values[place], parse) for header, (place, parse) in readers.items()}
    try:
        school = "" if is_blank(values[school_place]) else cells.code(60)(values[school_place])
    except CellError:
        school = shown(values[school_place])
    return TheirChild(row, school, fields)


def said(header: str, cell: object, parse: Callable) -> str:
    """What a cell says, in the words in which ours is told; as it stands where it cannot be read."""
    if is_blank(cell):
        return ""
    try:
        value = parse(cell)
    except CellError:
        return shown(cell)
    return in_words(header, "" if header == DISABILITY and value in WITHOUT_DISABILITY else value)
