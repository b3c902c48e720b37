"""Finds the cells of an .xlsx sheet that hold a formula or an error and no value.

The reader gives such a cell as blank; dropping it in silence would lose what the school meant to send. So the parts
of the file are read once more, as a stream of bytes and never as XML: nothing in them can be expanded or fetched.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import BinaryIO

from students.workbook.cells import Valueless
from students.workbook.screening import BROKEN_ZIP, CELL_BEGINS, CHUNK, ROW, column_number

MAX_INDEX_BYTES = 4 * 1024 * 1024  # of workbook.xml and of its relations
FORMULA_SHOWN = 100  # characters of a formula that a message may quote
WITHOUT_TEXT = "公式"  # a formula shared with another cell has no text of its own

ATTRIBUTE = re.compile(r"([\w:]{1,60})\s{0,9}=\s{0,9}(?:\"([^\"<]*)\"|'([^'<]*)')")
SHEET_TAG = re.compile(r"<(?:\w{1,20}:)?sheet\s([^<>]*)>")
RELATION_TAG = re.compile(r"<(?:\w{1,20}:)?Relationship\s([^<>]*)>")
HINTS = (b'"e"', b"'e'", b"<f", b":f")  # a piece of a sheet with none of them has nothing to find
PLACE = re.compile(rb"\br\s{0,9}=\s{0,9}[\"']([A-Za-z]{0,3})(\d{0,7})[\"']")
TYPE = re.compile(rb"\bt\s{0,9}=\s{0,9}[\"'](\w{1,12})[\"']")
FORMULA = re.compile(rb"<(?:\w{1,20}:)?f(?:[\s/][^<>]*)?>([^<]*)")
VALUE = re.compile(rb"<(?:\w{1,20}:)?v(?:[\s/][^<>]*)?>([^<]*)")


def valueless_cells(file: BinaryIO, sheet: str) -> dict[int, dict[int, Valueless]]:
    """Row (Excel's number) → position of the column, the first being 0 → the cell that has no value.

    ``file`` is a screened workbook; one that is no zip file (.xls) has none that could be found this way.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = {part.replace("\\", "/").lower(): part for part in archive.namelist()}
            part = names.get(_part_of(archive, names, sheet).lower())
            if part is None:
                return {}
            with archive.open(part) as stream:
                return _found_in(stream)
    except BROKEN_ZIP:
        return {}  # whether the file can be read at all is for the reader to say


# -- which part of the file holds a sheet --------------------------------------------------------------------------


def _part_of(archive: zipfile.ZipFile, names: dict[str, str], sheet: str) -> str:
    """The name of the part, "" where the index does not say."""
    for attributes in _tags(archive, names, "xl/workbook.xml", SHEET_TAG):
        if attributes.get("name") == sheet:
            relation = next((value for name, value in attributes.items() if name.endswith(":id")), None)
            break
    else:
        return ""
    for attributes in _tags(archive, names, "xl/_rels/workbook.xml.rels", RELATION_TAG):
        if attributes.get("Id") == relation:
            target = attributes.get("Target", "").replace("\\", "/")
            return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return ""


def _tags(archive: zipfile.ZipFile, names: dict[str, str], part: str, tag: re.Pattern) -> Iterator[dict[str, str]]:
    """The attributes of every such tag in a small part."""
    if part not in names:
        return
    with archive.open(names[part]) as stream:
        text = stream.read(MAX_INDEX_BYTES).decode("utf-8", "replace")
    for found in tag.finditer(text):
        yield {name: unescape(double or single) for name, double, single in ATTRIBUTE.findall(found[1])}


# -- the cells of a sheet ------------------------------------------------------------------------------------------


def _found_in(stream: BinaryIO) -> dict[int, dict[int, Valueless]]:
    found: dict[int, dict[int, Valueless]] = {}
    number, pending, has_begun = 0, b"", False

    def take(pieces: list[bytes]) -> None:
        nonlocal number, has_begun
        for piece in pieces:
            if has_begun:
                number = _row_number(piece, number)
                if any(hint in piece for hint in HINTS) and (cells := dict(_valueless_in(piece))):
                    found[number] = cells
            has_begun = True  # what stands before the first row is none

    while chunk := stream.read(CHUNK):
        *pieces, pending = ROW.split(pending + chunk)
        take(pieces)
        if not has_begun:
            pending = pending[-64:]  # enough for a tag that the next chunk completes
    take([pending])
    return found


def _row_number(row: bytes, previous: int) -> int:
    """The number that a row states, else one more than the row before."""
    place = PLACE.search(row, 0, max(row.find(b">"), 0))
    return int(place[2]) if place and place[2] else previous + 1


def _valueless_in(row: bytes) -> Iterator[tuple[int, Valueless]]:
    position = -1
    for cell in CELL_BEGINS.split(row)[1:]:
        end = cell.find(b">")
        attributes, content = cell[: max(end, 0)], cell[end + 1 :]
        place = PLACE.search(attributes)
        position = column_number(place[1]) - 1 if place and place[1] else position + 1
        if attributes.endswith(b"/"):
            continue
        kind, formula, value = TYPE.search(attributes), FORMULA.search(content), VALUE.search(content)
        if kind and kind[1] == b"e":
            if value and value[1]:
                yield position, Valueless(_text(value[1]), is_error=True)
        elif formula and (value is None or (not value[1] and (not kind or kind[1] != b"str"))):
            # An empty text is a value: =IF(A2="","",…) leaves it on purpose.
            yield position, Valueless(f"={_text(formula[1])}" if formula[1] else WITHOUT_TEXT, is_error=False)


def _text(written: bytes) -> str:
    return unescape(written[: FORMULA_SHOWN * 4].decode("utf-8", "replace"))[:FORMULA_SHOWN]
