"""控辍保学月报表 of the sample township: the answers expected, and the same numbers in every form."""

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from pypdf import PdfReader

from reports.figures import INS, OUTS
from students.models import School
from students.turning import grade_label
from tests.scene import at

DATA = Path(__file__).resolve().parent.parent / "data"
TODAY = date(2026, 11, 3)
RETENTION = "retention_rate"
RATES = (RETENTION, "dropout_rate", "raw_ratio")
STANDING = ("closing", "registered", "suspected", "dropped_total", "unaccounted", "baseline")
COUNTS = ("opening", *map(str, INS), *map(str, OUTS), *STANDING)


@pytest.fixture
def township(db):
    with time_machine.travel(at(TODAY), tick=False):
        call_command("import_workbook", str(DATA / "township.xlsx"), verbosity=0)
        yield


@pytest.fixture
def export(township, tmp_path):
    def to(form, **asked):
        path = tmp_path / f"monthly_return.{form}"
        call_command("export", "monthly_return", "-o", str(path), verbosity=0, **{"month": "2026-10"} | asked)
        return path

    return to


def records(export, **asked):
    return json.loads(export("json", **asked).read_text())


def cells(record) -> list:
    """What people see of a record, in the order of the columns."""
    school = School.objects.get(code=record["school"]).name if "school" in record else "合计"
    grade = grade_label(record["grade"]) if "grade" in record else ""
    rates = [
        text for rate in RATES for text in ([record[rate]["text"], _share(record[rate])][: 1 + (rate == RETENTION)])
    ]
    return [school, grade, *(record[code] for code in COUNTS), *rates]


def _share(rate) -> str:
    """191/195, beside the rates whose two counts stand in no other column."""
    return f"{rate['numerator']}/{rate['denominator']}" if rate["denominator"] else "—"


@pytest.mark.parametrize("month", ["2026-09", "2026-10"])
def test_the_figures_are_the_answers_expected(export, month):
    assert records(export, month=month) == json.loads((DATA / f"monthly_return-{month}.json").read_text())


def test_the_keys_stand_in_the_order_agreed(export):
    found, expected = records(export), json.loads((DATA / "monthly_return-2026-10.json").read_text())
    assert [list(found), list(found["rows"][0]), list(found["total"])] == [
        list(expected),
        list(expected["rows"][0]),
        list(expected["total"]),
    ]


def test_every_row_adds_up(export):
    found = records(export)
    for row in [*found["rows"], found["total"]]:
        assert row["closing"] == row["opening"] + sum(row[kind] for kind in INS) - sum(row[kind] for kind in OUTS)


class TestInExcel:
    @pytest.fixture
    def sheet(self, export):
        return openpyxl.load_workbook(export("xlsx")).active

    def test_the_numbers_are_the_same_cell_by_cell(self, export, sheet):
        found = records(export)
        for row, record in enumerate([*found["rows"], found["total"]], start=7):
            shown = [cell.value for cell in sheet[row]]
            rates = [f"{value:.2%}" if isinstance(value, int | float) else value for value in shown[-4:]]
            assert [value or "" for value in shown[:2]] + shown[2:-4] + rates == cells(record)

    def test_movements_stand_under_one_head_and_the_rest_under_its_own(self, sheet):
        merged = {str(each) for each in sheet.merged_cells.ranges}
        assert {"A5:A6", "B5:B6", "C5:C6", "D5:H5", "I5:O5", "P5:P6"} <= merged
        assert [sheet["D5"].value, sheet["I5"].value] == ["本期增加", "本期减少"]
        assert [cell.value for cell in sheet[6]][3:8] == ["入学", "转入", "休学复学", "劝返复学", "其他增加"]

    def test_heads_stay_in_sight_and_on_every_sheet_of_paper(self, sheet):
        assert sheet.freeze_panes == "C7"
        assert sheet.print_title_rows == "$5:$6"

    def test_the_total_is_set_apart(self, export, sheet):
        last = 6 + len(records(export)["rows"]) + 1
        assert sheet.cell(last, 1).value == "合计"
        assert sheet.cell(last, 3).font.bold
        assert sheet.cell(last, 3).border.top.style == "medium"
        assert sheet.auto_filter.ref.endswith(str(last - 1))


def test_paper_shows_the_same_row_by_row(export):
    found = records(export)
    pages = [page.extract_text() for page in PdfReader(export("pdf")).pages]
    lines = [line.replace(" ", "") for page in pages for line in page.splitlines()]
    for record in [*found["rows"], found["total"]]:
        assert "".join(str(cell) for cell in cells(record)) in lines


def test_one_school_is_told_as_it_stands_in_the_whole(export):
    whole = records(export)
    code = whole["rows"][0]["school"]
    alone = records(export, school=code)
    assert alone["rows"] == [row for row in whole["rows"] if row["school"] == code]
    assert alone["total"]["closing"] == sum(row["closing"] for row in alone["rows"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"month": "2026-12"}, "《控辍保学月报表》没有2026-12的：月份还没有到，或者在记录以前。没有导出任何文件。"),
        ({"month": "2026-13"}, "月份“2026-13”不对，应写成2026-10这样。没有导出任何文件。"),
        ({"month": None}, "《控辍保学月报表》按月导出，请写明月份，例如：--month 2026-10。没有导出任何文件。"),
        ({"as_of": "2026-10-25"}, "《控辍保学月报表》不用--as-of。"),
        ({"school": "1"}, "没有学校标识码为“1”的学校。没有导出任何文件。"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_words(export, capsys, asked, said):
    with pytest.raises(SystemExit):
        export("json", **asked)
    assert said in capsys.readouterr().err


def test_a_month_whose_cut_off_is_to_come_says_so(export):
    sheet = openpyxl.load_workbook(export("xlsx", month="2026-11")).active
    assert "2026年11月　全部学校　10月26日至11月3日　暂计　截至2026年11月3日" in sheet["A2"].value
