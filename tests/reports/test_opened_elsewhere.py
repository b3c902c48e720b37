"""Workbooks as bureaus exchange them: LibreOffice opens them without a warning, shows every cell as it is, and changes
none where it calculates anew."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from reports.excel import write_excel
from reports.queries.ledgers import ledger_table
from reports.queries.monthly_return import monthly_return_table
from reports.queries.return_months import return_month
from reports.queries.students import students_table
from reports.tables import Table, text_of
from students.models import Student
from tests.reports.small_table import IMPRINT
from tests.reports.test_monthly_return import TODAY, township
from tests.reports.test_same_numbers import ODD, bytes_of
from tests.reports.test_same_numbers import table as odd_table

__all__ = ["township"]
FORMS = ("csv:Text - txt - csv (StarCalc):44,34,76", "xlsx:Calc MS Excel 2007 XML")
CUT_OFF = date(2026, 10, 25)
pytestmark = [
    pytest.mark.once,  # a file is opened as it is, wherever its rows came from
    pytest.mark.skipif(
        shutil.which("soffice") is None, reason="没有安装LibreOffice（libreoffice-calc-nogui），不能用它打开对照"
    ),
]


def odd() -> Table:
    """Cells that a spreadsheet likes to read otherwise."""
    return replace(odd_table(ODD), total=ODD[0] | {"name": "合计"}, unit_name="东坪小学", signatures=("填报人",))


def ledger(code: str) -> Callable[[], Table]:
    return lambda: ledger_table(code, as_of=CUT_OFF, reveal=True)


TABLES = {
    "odd cells": odd,
    "suspected": ledger("suspected"),
    "of school age": ledger("school_age"),
    "students": lambda: students_table(as_of=CUT_OFF, reveal=True),
    "a month": lambda: monthly_return_table(return_month(2026, 10, today=TODAY)),
}


def opened(path, folder) -> tuple:
    """The workbook as it was written, as LibreOffice saves it anew, and its cells as LibreOffice shows them."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
    for form in FORMS:
        made = subprocess.run(
            [*command, form, "--outdir", folder / form[:4].strip(":"), path],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert made.returncode == 0
        assert [line for line in made.stderr.splitlines() if "javaldx" not in line] == []  # it misses Java, not here
    with (folder / "csv" / f"{path.stem}.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    return openpyxl.load_workbook(path).active, openpyxl.load_workbook(folder / "xlsx" / path.name).active, lines


def values_of(sheet) -> list[list]:
    """Its cells; an empty text is nothing."""
    return [[None if cell == "" else cell for cell in row] for row in sheet.values]


@pytest.mark.parametrize("name", TABLES)
def test_every_cell_is_what_it_was(township, tmp_path, name):
    Student.objects.filter(pk__in=Student.objects.order_by("pk")[:3]).update(name="=1+1")
    drawn = TABLES[name]()
    assert drawn.count > 0
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(bytes_of(write_excel, drawn, replace(IMPRINT, reason="报县资助中心核对")).getvalue())
    before, after, lines = opened(path, tmp_path)
    assert values_of(after) == values_of(before)
    assert {cell.data_type for row in before.iter_rows() for cell in row} <= {"s", "n", "d"}  # never a formula
    first = 5 + bool(drawn.groups)
    shown = [[text_of(cell) for cell, _ in cells] for cells in drawn.cells()]
    assert [line[: len(drawn.columns)] for line in lines[first : first + drawn.count]] == shown


@pytest.mark.parametrize("name", ["suspected", "a month"])
def test_heads_panes_and_the_printed_page_are_what_they_were(township, tmp_path, name):
    path = tmp_path / f"{name}.xlsx"
    drawn = TABLES[name]()
    path.write_bytes(bytes_of(write_excel, drawn).getvalue())
    before, after, _ = opened(path, tmp_path)
    assert before.freeze_panes == f"{'ABC'[drawn.fixed_columns]}7"  # what is in sight is not saved without a window
    for sheet in (before, after):
        merged = {str(each) for each in sheet.merged_cells.ranges}
        assert len(merged) == 1 + sum(1 if group else width for group, width in drawn.groups)
        assert sheet.print_title_rows == "$5:$6"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert {str(each) for each in after.merged_cells.ranges} == {str(each) for each in before.merged_cells.ranges}


def test_the_heads_of_a_ledger_say_what_belongs_together(township):
    assert [group for group, _ in ledger("suspected")().groups] == ["", "学生", "学校", "缺课", "家庭"]
    assert [group for group, _ in ledger("dropped_out")().groups] == ["", "学生", "学校", "", "家庭"]
