"""Opens a screened workbook and yields its rows, one sheet in memory at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from students.workbook.cells import Valueless
from students.workbook.columns import header_key
from students.workbook.formulas import valueless_cells
from students.workbook.screening import UnreadableFile, broken, locked, screen

ERROR_STREAM = 2  # its number in every process


class Workbook:
    """An open workbook; ``name`` is what a person calls it."""

    def __init__(self, name: str, file: BinaryIO, book: CalamineWorkbook):
        self.name = name
        self._hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible is not SheetVisibleEnum.Visible}
        self.sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        self._file = file
        self._book = book
        self._called: dict[str, str] = {}

    def is_hidden(self, sheet: str) -> bool:
        return sheet in self._hidden

    def call(self, title: str, sheet: str) -> None:
        """Take the sheet of this title for the one named ``sheet``."""
        self._called[sheet] = title

    def title_of(self, sheet: str) -> str | None:
        """The title under which a sheet stands in this book."""
        return self._called.get(sheet) or next((title for title in self.sheets if header_key(title) == sheet), None)

    def rows(self, sheet: str) -> tuple[int, Iterator[tuple[int, list]]]:
        """(height, rows of a sheet as (row number as Excel shows it, cells)).

        A blank cell is ``""``; one that holds an error or a formula without its result is ``Valueless``.
        """
        valueless = valueless_cells(self._file, sheet)
        data = _guarded(lambda: self._book.get_sheet_by_name(sheet))
        (_, first), (last_row, last) = data.start or (0, 0), data.end or (0, 0)
        rows = enumerate(data.iter_rows(), start=1)
        if valueless:
            rows = _with_valueless(rows, valueless, range(first, last + 1))
        return last_row + 1, rows

    def close(self) -> None:
        self._book.close()
        self._file.close()


def _with_valueless(rows: Iterator, valueless: dict[int, dict[int, Valueless]], columns: range) -> Iterator:
    """Put the cells that the reader gave as blank, or left out at the end of the sheet, in their places.

    ``columns``: those that the reader gives; it begins at the first that is not empty.
    """
    for number, cells in rows:
        if found := valueless.pop(number, None):
            cells = _placed(cells, found, columns.start)
        yield number, cells
    for number in sorted(valueless):
        yield number, _placed([""] * len(columns), valueless[number], columns.start)


def _placed(cells: list, valueless: dict[int, Valueless], first: int) -> list:
    for position, cell in valueless.items():
        if 0 <= position - first < len(cells) and cells[position - first] == "":
            cells[position - first] = cell
    return cells


def open_workbook(source: str | Path | BinaryIO, name: str) -> Workbook:
    """Open a path or an uploaded file; raises ``UnreadableFile`` with a Chinese sentence whatever is wrong with it.

    The workbook closes the file, also one that was handed in open.
    """
    file = source if hasattr(source, "read") else _open_path(Path(source))
    try:
        screen(file)
        return Workbook(name, file, _guarded(lambda: CalamineWorkbook.from_filelike(file)))
    except BaseException:
        file.close()
        raise


def _open_path(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise UnreadableFile("找不到这个文件", "请核对文件名和所在的文件夹") from None
    except IsADirectoryError:
        raise UnreadableFile("这是一个文件夹，不是文件", "请写出文件夹里工作簿的文件名") from None
    except (OSError, ValueError):  # no permission, a name too long, a null character
        raise UnreadableFile("没有权限或无法读取这个文件", "请检查文件权限，或把文件复制到别处再导入") from None


def _guarded(read):
    """Call ``read``; whatever a damaged file makes the reader say becomes one clear sentence."""
    try:
        with _quiet_reader():
            return read()
    except PasswordError:
        raise locked() from None
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError):
        raise broken() from None
    except BaseException as error:
        # A panic inside the reader (written in Rust) is no Exception in Python; Ctrl-C must stay what it is.
        if type(error).__name__ == "PanicException":
            raise broken() from None
        raise


_one_at_a_time = Lock()


@contextmanager
def _quiet_reader():
    """Close the error stream to the reader, which would print a panic's trace there before Python hears of it.

    The stream is the whole process's, so one reader has it closed at a time, for the moment that it parses a sheet.
    """
    with _one_at_a_time:
        kept = os.dup(ERROR_STREAM)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, ERROR_STREAM)
        try:
            yield
        finally:
            os.dup2(kept, ERROR_STREAM)
            os.close(kept)
            os.close(nowhere)
