from dataclasses import replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from casework.ladder import DutyStatus
from reports.excel import write_excel
from reports.tables import NOTHING
from tests.reports.small_table import COLUMNS, IMPRINT, row, table


@pytest.fixture
def drawn():
    """Draws a table and gives the bytes of the workbook."""

    def draw(drawn_table):
        file = BytesIO()
        write_excel(drawn_table, file, IMPRINT)
        return file

    return draw


@pytest.fixture
def sheet(drawn):
    return lambda drawn_table: openpyxl.load_workbook(drawn(drawn_table)).active


def test_the_top_says_what_it_is_who_drew_it_and_when(sheet):
    top = sheet(table(row(), tally={"已办": 1}))
    assert top.title == "缺课明细"
    assert [top.cell(number, 1).value for number in (1, 2, 3)] == [
        "缺课明细",
        "东坪小学　截至2026年10月25日　共1人：已办1人",
        "导出人：曾杰 & 沈明　导出时间：2026年10月25日 14:03",
    ]
    assert [cell.value for cell in top[5]] == ["姓名", "学籍号", "日期", "天数", "状态"]


def test_numbers_are_numbers_dates_are_dates_and_codes_are_text(sheet):
    name, code, day, days, status = sheet(table(row()))[6]
    assert (name.value, code.value, status.value) == ("高东", "0017", "已办")
    assert code.data_type == "s"
    assert code.number_format == "@"
    assert day.value == datetime(2026, 9, 7)
    assert day.is_date
    assert day.number_format == 'yyyy"年"m"月"d"日"'
    assert (days.value, days.data_type) == (3, "n")


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@SUM(A1)", "{=1}", "https://example.org", "0012", "\t=1", "<b>&"]
)
def test_what_somebody_typed_stays_text(drawn, text):
    workbook = drawn(table(row(text)))
    cell = openpyxl.load_workbook(workbook).active["A6"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert b"<f>" not in ZipFile(workbook).read("xl/worksheets/sheet1.xml")


def test_an_empty_cell_stays_empty(sheet):
    day, status = sheet(table(row(day=None, status=None)))["C6"], sheet(table(row(status=None)))["E6"]
    assert day.value is None
    assert status.value is None


def test_codes_are_not_reported_as_numbers_gone_wrong(drawn):
    worksheet = ZipFile(drawn(table(row(), row()))).read("xl/worksheets/sheet1.xml").decode()
    assert '<ignoredError sqref="B6:B7" numberStoredAsText="1"/>' in worksheet
    without_codes = replace(table(row()), columns=(COLUMNS[0],))
    assert "ignoredError" not in ZipFile(drawn(without_codes)).read("xl/worksheets/sheet1.xml").decode()


def test_what_must_catch_the_eye_is_bold(sheet):
    drawn = sheet(table(row(), row(status=DutyStatus.LATE_OPEN)))
    assert [drawn["E6"].font.bold, drawn["E7"].font.bold, drawn["A7"].font.bold] == [False, True, False]


def test_it_scrolls_under_its_head_and_can_be_filtered(sheet):
    drawn = sheet(table(row(), row(), fixed_columns=2))
    assert drawn.freeze_panes == "C6"
    assert drawn.auto_filter.ref == "A5:E7"


def test_it_prints_on_a4_landscape_with_its_head_on_every_page(sheet):
    drawn = sheet(table(row()))
    assert (drawn.page_setup.orientation, drawn.page_setup.paperSize) == ("landscape", 9)
    assert drawn.print_title_rows == "$5:$5"
    assert (drawn.page_setup.fitToWidth, drawn.page_setup.fitToHeight) in {(1, 0), (None, 0)}
    assert drawn.oddFooter.left.text == "导出人：曾杰 && 沈明　导出时间：2026年10月25日 14:03"
    assert drawn.oddFooter.right.text == "第 &P 页　共 &N 页"


def test_the_definitions_stand_below_the_rows(sheet):
    drawn = sheet(table(row(), notes=("名单以学籍为准。",)))
    assert [drawn.cell(number, 1).value for number in (7, 8, 9)] == [None, "天数：只数上课日。", "名单以学籍为准。"]


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("高东", 18),
        ("阿依古丽", 18),
        ("阿卜杜热合曼·买买提江", 33),
        ("第一行\n第二行", 33),
        ("M" * 27, 48),
        (None, 18),
    ],
)
def test_a_row_is_as_high_as_its_longest_text(sheet, name, points):
    drawn = sheet(table(row(name)))
    assert drawn.row_dimensions[6].height == points


def test_a_table_without_rows_says_so(sheet):
    assert sheet(table())["A6"].value == NOTHING


def test_the_title_stands_over_all_columns_and_a_form_names_unit_person_and_day(sheet):
    top = sheet(table(row(), unit_name="东坪小学"))
    assert [str(each) for each in top.merged_cells.ranges] == ["A1:E1"]
    assert top["A2"].value == (
        "填报单位：东坪小学　填报人：曾杰 & 沈明　填报日期：2026年10月25日　东坪小学　截至2026年10月25日　共1人"
    )


def test_only_sheets_with_full_numbers_bear_a_watermark_in_their_head(drawn):
    def head(imprint):
        file = BytesIO()
        write_excel(table(row()), file, imprint)
        return openpyxl.load_workbook(file).active.oddHeader.center.text

    assert head(IMPRINT) is None
    assert head(replace(IMPRINT, reason="报县资助中心核对")) == "含完整号码　曾杰 && 沈明　2026年10月25日 14:03"


def test_a_reason_of_any_length_leaves_a_foot_that_can_be_opened(drawn):
    file = BytesIO()
    write_excel(table(row()), file, replace(IMPRINT, by="沈明" * 60, reason="核" * 100))
    sheet = openpyxl.load_workbook(file).active
    assert "第 &P 页" in sheet.oddFooter.right.text or "Page" in sheet.oddFooter.right.text
