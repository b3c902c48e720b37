"""The rows of a workbook hold what they were given: every kind of value, every text, however many rows there are."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from operator import itemgetter
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.excel import write_excel
from reports.excel_rows import BATCH, LONGEST_TEXT, SEPARATOR
from reports.tables import Column, Kind
from students.metrics import Rate
from tests.reports.small_table import IMPRINT, table

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FIRST = 6
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # a database gives no half characters


def columns(number: int, kind: Kind = Kind.TEXT, **said) -> tuple[Column, ...]:
    return tuple(Column(f"c{n}", f"第{n}列", kind, 8, itemgetter(n), **said) for n in range(number))


def drawn(rows: list, **said) -> BytesIO:
    file = BytesIO()
    write_excel(replace(table(), rows=lambda: iter(rows), count=len(rows), **said), file, IMPRINT)
    return file


def raw_rows(file: BytesIO) -> list[list[str | None]]:
    """The texts of the cells, as a reader of the format has them: _x001F_ is one character (ECMA-376, 22.9.2.19)."""
    sheet = ElementTree.fromstring(ZipFile(file).read("xl/worksheets/sheet1.xml"))
    rows = [row for row in sheet.iter(f"{MAIN}row") if int(row.get("r")) >= FIRST]
    return [[text_in(cell) for cell in row] for row in rows]


def text_in(cell) -> str | None:
    text = cell.find(f"{MAIN}is/{MAIN}t")
    if text is None:
        return None
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text.text)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
@example([("_x000D_", "_x005F_x000D_"), ("\x00\x1f\x0b", "\ufffe\uffff"), ("甲\r\n乙", "\t甲 "), (SEPARATOR, "　甲")])
@example([("甲", "乙"), (SEPARATOR, "")])
@example([("<b>&amp;", "]]>"), ("%s", "%"), ("\0", "{0}")])
def test_every_text_comes_back_as_it_was(rows):
    found = raw_rows(drawn(rows, columns=columns(2)))[: len(rows)]
    assert found == [[text or None for text in row] for row in rows]


def test_every_row_of_a_long_table_stands_in_its_place():
    rows = [(f"学生{number}", f"{number:06}") for number in range(2 * BATCH + 3)]
    sheet = openpyxl.load_workbook(drawn(rows, columns=columns(2), notes=("末尾。",)), read_only=True).active
    assert sheet.max_row == FIRST + len(rows) + 1
    assert list(sheet.iter_rows(FIRST, FIRST + len(rows) - 1, values_only=True)) == rows
    assert sheet.cell(FIRST + len(rows) + 1, 1).value == "末尾。"


@pytest.mark.parametrize("number", [1, BATCH - 1, BATCH, BATCH + 1])
def test_the_total_follows_the_last_row(number):
    sheet = openpyxl.load_workbook(drawn([(1,)] * number, columns=columns(1, Kind.INTEGER), total=(number,))).active
    assert [sheet.cell(FIRST + number + step, 1).value for step in (-1, 0, 1)] == [1, number, None]
    assert [sheet.cell(FIRST + number + step, 1).font.bold for step in (-1, 0)] == [False, True]


def test_a_table_without_rows_has_its_total_under_the_words():
    sheet = openpyxl.load_workbook(drawn([], columns=columns(1, Kind.INTEGER), total=(0,))).active
    assert [sheet.cell(FIRST + step, 1).value for step in (0, 1)] == ["没有符合条件的记录", 0]


def test_a_column_may_hold_values_of_every_kind():
    values = [None, "", "甲", 3, Decimal("-0.5"), Rate(1, 3), Rate(0, 0), date(1900, 3, 1), date(2026, 9, 1)]
    sheet = openpyxl.load_workbook(drawn([(value,) for value in values], columns=columns(1, Kind.POINTS))).active
    found = [sheet.cell(FIRST + step, 1).value for step in range(len(values))]
    assert found == [None, None, "甲", 3, -0.5, 0.3333, "—", 61, 46266]


def test_each_cell_is_stressed_by_its_own_value():
    rows = [("甲",), ("乙",), ("甲",)]
    sheet = openpyxl.load_workbook(drawn(rows, columns=columns(1, stressed=frozenset({"乙"})))).active
    assert [sheet.cell(FIRST + step, 1).font.bold for step in range(3)] == [False, True, False]


def test_a_text_that_no_cell_can_hold_is_cut_where_one_sees_it():
    sheet = openpyxl.load_workbook(drawn([("长" * (LONGEST_TEXT + 1),)], columns=columns(1))).active
    assert sheet.cell(FIRST, 1).value == "长" * (LONGEST_TEXT - 1) + "…"
    assert sheet.row_dimensions[FIRST].height == 409


def test_columns_beyond_the_alphabet_have_their_names():
    rows = [tuple(f"{n}" for n in range(30))]
    sheet = openpyxl.load_workbook(drawn(rows, columns=columns(30))).active
    assert sheet["AD6"].value == "29"
