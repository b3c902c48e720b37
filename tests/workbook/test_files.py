"""Broken, locked and hostile files: one clear sentence each, nothing written, nothing left open."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from students.models import Term
from students.workbook import screening
from students.workbook.screening import UnreadableFile, screen
from tests.workbook.workbooks import load, xls, xlsx

pytestmark = pytest.mark.django_db

TERM = {"学年": "2026-2027", "学期": "第一学期", "开始日期": "2026-09-01", "结束日期": "2027-01-22"}
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def good() -> bytes:
    return xlsx({"学年学期": [TERM]}).getvalue()


def with_parts(**parts: bytes) -> bytes:
    """A good workbook with some of its parts replaced or added (``__`` stands for ``/``)."""
    changed = {name.replace("__", "/"): content for name, content in parts.items()}
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(good())) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, changed.pop(part.filename, None) or old.read(part))
        for name, content in changed.items():
            new.writestr(name, content)
    return result.getvalue()


def with_cells(cells: str) -> bytes:
    return with_parts(**{SHEET: (HEAD + cells + TAIL).encode()})


def file(content: bytes, name: str = "学生.xlsx") -> BytesIO:
    result = BytesIO(content)
    result.name = name
    return result


def told(content: bytes) -> str:
    """The one sentence that an import of these bytes ends with."""
    source = file(content)
    outcome = load(source)
    assert source.closed
    assert not Term.objects.exists()
    (problem,) = outcome.problems
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("", None, "", "")
    assert "没有写入任何数据" in problem.sentence
    assert "学生.xlsx" in problem.sentence
    return problem.sentence


def test_a_good_file_is_read_and_closed():
    source = file(good())
    assert load(source).succeeded
    assert source.closed


@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.95])
def test_a_download_cut_short_is_told(fraction):
    content = good()
    assert "不完整" in told(content[: int(len(content) * fraction)])


def test_damage_inside_is_told():
    content = bytearray(good())
    middle = content.index(SHEET.encode()) + 60
    content[middle : middle + 20] = bytes(20)
    assert "损坏" in told(bytes(content))


def test_an_empty_file_is_told():
    assert "文件是空的" in told(b"")


@pytest.mark.parametrize("content", [b"hello", "姓名,学籍号\n高东,G1\n".encode("gbk"), bytes(600)])
def test_what_is_no_workbook_is_told(content):
    assert "不是Excel工作簿" in told(content)


@pytest.mark.parametrize("content", [b"<html><table></table></html>", b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>'])
def test_a_page_that_is_only_called_a_workbook_is_told(content):
    assert "网页文件" in told(content)


def test_another_kind_of_zip_file_is_told():
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert "而是别的文件" in told(other.getvalue())


def compound_file(stream: str) -> bytes:
    """The beginning of a compound file with one named stream, as Office writes for a locked workbook."""
    header = screening.OLE_SIGNATURE + bytes(504)
    return header + stream.encode("utf-16-le").ljust(64, b"\0") + bytes(448)


def test_a_workbook_with_a_password_is_told():
    assert "打开密码" in told(compound_file("EncryptedPackage"))


def test_a_password_is_found_where_two_reads_meet(monkeypatch):
    monkeypatch.setattr(screening, "CHUNK", 530)
    assert "打开密码" in told(compound_file("EncryptedPackage"))


def test_an_old_workbook_with_a_password_is_told():
    content = xls({"学年学期": [TERM]}).getvalue()
    begin_of_file = content.index(struct.pack("<HH", 0x0809, 16))
    # FILEPASS (the record that says "locked") in the place of the record after the first one.
    after = begin_of_file + 20
    length = struct.unpack_from("<H", content, after + 2)[0]
    locked = content[:after] + struct.pack("<HH", 0x002F, length) + b"\x01\x00" + content[after + 6 :]
    assert "没有写入任何数据" in told(locked)


def test_a_zip_entry_with_a_password_is_told():
    content = bytearray(good())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(signature) + offset] |= 1
    assert "打开密码" in told(bytes(content))


def test_a_compound_file_that_is_no_workbook_is_told():
    assert "损坏" in told(compound_file("WordDocument"))


# -- bombs --


def test_a_zip_bomb_is_told_before_it_is_unpacked(settings):
    settings.MAX_WORKBOOK_UNPACKED_BYTES = 1_000_000
    assert "恶意" in told(with_parts(xl__media__a=b"0" * 2_000_000))


def test_a_part_packed_beyond_reason_is_told():
    assert "恶意" in told(with_parts(xl__media__a=b"0" * (screening.RATIO_FROM + 1)))


def test_a_directory_that_understates_a_part_is_found_out():
    content = bytearray(with_parts(xl__media__a=b"0" * 1_000_000))
    position = content.rindex(b"xl/media/a") - 46 + 24
    struct.pack_into("<I", content, position, 1000)
    assert "损坏" in told(bytes(content))


def test_a_file_too_large_is_told(settings):
    settings.MAX_WORKBOOK_FILE_BYTES = 2000
    assert "太大了" in told(good())


@pytest.mark.parametrize("part", ["xl__workbook.xml", "xl__worksheets__sheet1.xml", "xl__styles.xml"])
def test_a_declared_entity_is_refused(part):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    assert "外部实体" in told(with_parts(**{part: bomb}))


def test_an_entity_declared_after_a_long_comment_is_refused(monkeypatch):
    monkeypatch.setattr(screening, "CHUNK", 1000)
    bomb = b"<!--" + b"-" * 995 + b"><!DOCTYPE a []><a/>"
    for shift in range(12):
        with pytest.raises(UnreadableFile, match="外部实体"):
            screen(BytesIO(with_parts(**{SHEET: b" " * shift + bomb})))


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048577"><c r="B1048577"><v>1</v></c></row>',
        '<row r="1"><c r="SG1"><v>1</v></c></row>',
        '<row r="1"><c r="BA1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 501 + "</row>",
        "<x:row r='1'><x:c r = 'XFD1'><x:v>1</x:v></x:c></x:row>",
    ],
)
def test_a_sheet_absurdly_wide_or_long_is_refused(cells):
    assert "多得不正常" in told(with_cells(cells))


def test_coloured_cells_without_content_take_no_room():
    cells = (
        '<row r="1">' + "".join(f'<c r="{name}1" s="1"/>' for name in ("A", "XFD")) + "</row>"
        '<row r="1048576" s="1" customFormat="1"></row>'
    )
    assert screen(BytesIO(with_cells(cells))) is None


def test_a_row_cut_by_the_end_of_a_read_is_measured_whole(monkeypatch):
    cells = '<row r="1">' + '<c r="A1"><v>1</v></c>' * 40 + "</row>" + "<row>" + "<c><v>1</v></c>" * 501 + "</row>"
    for chunk in (700, 997, 1500):
        monkeypatch.setattr(screening, "CHUNK", chunk)
        with pytest.raises(UnreadableFile, match="多得不正常"):
            screen(BytesIO(with_cells(cells)))


def test_a_row_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(screening, "MAX_ROW_BYTES", 5000)
    monkeypatch.setattr(screening, "CHUNK", 1000)
    with pytest.raises(UnreadableFile, match="多得不正常"):
        screen(BytesIO(with_cells('<row r="1"><c r="A1" t="inlineStr"><is><t>' + "长" * 9000 + "</t></is></c></row>")))


# -- paths --


def test_a_file_that_is_not_there_is_told(tmp_path):
    (problem,) = load(tmp_path / "没有.xlsx").problems
    assert "找不到这个文件" in problem.sentence


def test_a_folder_is_told(tmp_path):
    (problem,) = load(tmp_path).problems
    assert "是一个文件夹" in problem.sentence


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    def refuse(self, mode):
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    (problem,) = load(tmp_path / "学生.xlsx").problems
    assert "没有权限" in problem.sentence


def test_a_name_that_cannot_be_is_told():
    (problem,) = load("学生\0.xlsx").problems
    assert "无法读取" in problem.sentence


def test_every_file_that_cannot_be_opened_is_told(tmp_path):
    outcome = load(tmp_path / "甲.xlsx", file(b"x"), file(good(), "好.xlsx"))
    assert [problem.file for problem in outcome.problems] == ["甲.xlsx", "学生.xlsx"]


# -- what a damaged file makes the reader do --


def test_a_panic_of_the_reader_is_a_sentence_and_ctrl_c_stays_what_it_is(monkeypatch):
    from students.workbook import read

    class PanicException(BaseException):
        pass

    class Reader:
        failure = PanicException

        @classmethod
        def from_filelike(cls, source):
            raise cls.failure

    monkeypatch.setattr(read, "CalamineWorkbook", Reader)
    assert "损坏" in told(good())
    Reader.failure = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        load(file(good()))


def test_a_sheet_that_cannot_be_read_is_told_beside_the_mistakes_of_the_others():
    content = with_cells('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>')
    outcome = load(file(content), {"学年学期": [TERM | {"学期": "夏"}]})
    assert ("文件2.xlsx", 2, "学期") in [(problem.file, problem.row, problem.column) for problem in outcome.problems]
    assert not Term.objects.exists()
