"""Looks at a file before anything reads it: broken, locked, booby-trapped, or absurdly large (design.md, Trust)."""

import re
import zipfile
import zlib
from typing import BinaryIO

from django.conf import settings

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

MAX_PARTS = 10_000
MAX_RATIO = 500  # text repeated on and on packs about a hundred times; a bomb a thousand times
RATIO_FROM = 16 * 1024 * 1024  # bytes; small parts may pack as well as they like
MAX_ROWS = 1_048_576  # what Excel itself can hold
MAX_COLUMNS = 500
MAX_CELLS = 25_000_000  # the reader lays a sheet out as a full rectangle of 32 bytes a cell
MAX_ROW_BYTES = 16 * 1024 * 1024
CHUNK = 1024 * 1024

DOCTYPE = b"<!DOCTYPE"
# Every pattern begins at "<" and is bounded, so that no text can make the search slow.
ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s>/]")
CELL_BEGINS = re.compile(rb"<(?:\w{1,20}:)?c[\s>/]")
CELL = re.compile(
    rb"<(?:\w{1,20}:)?c"
    rb"(?:[^<>]{0,200}?\sr\s{0,9}=\s{0,9}[\"']([A-Za-z]{1,3})(\d{1,7})[\"'])?"  # where it stands: A1
    rb"[^<>]{0,200}?(/?)>"  # "/" = empty
)
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class UnreadableFile(Exception):
    """A file that cannot be taken in; the message is Chinese and says what happened and what to do."""

    def __init__(self, what: str, remedy: str):
        super().__init__(f"{what}，没有写入任何数据。{remedy}")


RESAVE = "请用Excel或WPS打开它，另存为“.xlsx”工作簿后再导入"


def screen(file: BinaryIO) -> None:
    """Raise ``UnreadableFile`` unless ``file`` is a workbook that can be read in bounded time and memory."""
    size = file.seek(0, 2)
    if size == 0:
        raise UnreadableFile("文件是空的", "请重新下载或重新保存这个文件")
    if size > settings.MAX_WORKBOOK_FILE_BYTES:
        limit = settings.MAX_WORKBOOK_FILE_BYTES // 1024 // 1024
        raise UnreadableFile(f"文件超过{limit}兆字节，太大了", "请按学校拆成几个文件，一起导入")
    file.seek(0)
    head = file.read(512)
    if head.startswith(ZIP_SIGNATURE):
        _screen_zip(file)
    elif head.startswith(OLE_SIGNATURE):
        _screen_ole(file)
    else:
        _refuse_other(head)
    file.seek(0)


def _refuse_other(head: bytes) -> None:
    if re.search(rb"<(html|table|\?xml|!doctype)", head, re.IGNORECASE):
        raise UnreadableFile("这是一个网页文件，只是名字像工作簿", RESAVE)
    raise UnreadableFile("这不是Excel工作簿，或者文件已经损坏", RESAVE)


def _screen_ole(file: BinaryIO) -> None:
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        if ENCRYPTED_STREAM in tail + chunk:
            raise locked()
        tail = chunk[-len(ENCRYPTED_STREAM) :]


def locked() -> UnreadableFile:
    return UnreadableFile("文件设了打开密码，读不了", "请在Excel里去掉密码，保存后再导入")


def broken() -> UnreadableFile:
    return UnreadableFile("文件不完整或已经损坏，读不了", "请重新下载或重新保存后再导入")


def _screen_zip(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _screen_directory(parts)
            for part in parts:
                with archive.open(part) as stream:
                    _screen_part(stream)
    except BROKEN_ZIP:
        raise broken() from None


def _screen_directory(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise locked()
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names:
        raise UnreadableFile("这不是Excel工作簿（.xlsx），而是别的文件", RESAVE)
    if len(names) != len(parts):
        raise broken()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > settings.MAX_WORKBOOK_UNPACKED_BYTES:
        raise bomb()
    if any(part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * part.compress_size for part in parts):
        raise bomb()


def bomb() -> UnreadableFile:
    return UnreadableFile(
        "文件解压后大得不正常，可能是恶意文件", "请核对文件来源；确是自己的数据，请新建一个工作簿，只复制有内容的行和列"
    )


def _screen_part(stream) -> None:
    """Read one part to its end; its check sum fails where the directory understated its size."""
    extent, pending = Extent(), b""
    while chunk := stream.read(CHUNK):
        text = pending + chunk
        if DOCTYPE in text:
            raise UnreadableFile("文件里夹带了外部实体声明，可能是恶意文件", "请核对文件来源；" + RESAVE)
        *rows, pending = ROW.split(text)  # the row in which this chunk ends is measured together with the next chunk
        extent.grow(rows)
        if not extent.has_begun:
            pending = pending[-64:]  # enough for a tag that the next chunk completes
        elif len(pending) > MAX_ROW_BYTES:
            raise oversized()
    extent.grow([pending])


def oversized() -> UnreadableFile:
    return UnreadableFile("有一个工作表的行或列多得不正常", "请新建一个工作簿，只复制有内容的行和列")


class Extent:
    """The rectangle that the filled cells of a sheet span. Empty cells with a style are not counted.

    It is grown by pieces of the sheet cut at the start of each row, so all but the very first piece are rows.
    """

    def __init__(self):
        self.rows = self.columns = 0
        self._names: set[bytes] = set()
        self.has_begun = False  # a first row has been met

    def grow(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            if self.has_begun:
                self._grow_by_row(piece)
            self.has_begun = True
        if self.rows > MAX_ROWS or self.columns > MAX_COLUMNS or self.rows * self.columns > MAX_CELLS:
            raise oversized()

    def _grow_by_row(self, row: bytes) -> None:
        cells = CELL.findall(row)
        if len(cells) != len(CELL_BEGINS.findall(row)):
            raise broken()
        filled = [(name, number) for name, number, end in cells if not end]
        if not filled and row.startswith(b'r="'):
            return  # numbered and empty: a coloured row far below the data takes no room
        self.rows = max(self.rows + 1, *(int(number or 0) for number in {number for _, number in filled}), 0)
        unplaced = sum(not name for name, _, _ in cells)
        self.columns = max(self.columns, unplaced, *(column_number(name) for name in self._new_names(filled)), 0)

    def _new_names(self, filled: list[tuple[bytes, bytes]]) -> set[bytes]:
        new = {name for name, _ in filled} - self._names
        self._names |= new
        return new


def column_number(name: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number
