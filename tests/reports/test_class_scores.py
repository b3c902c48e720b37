"""The sample township's class scores: the three forms against each other and against the answers expected."""

import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from pypdf import PdfReader

from students.metrics import points_text
from students.models import School, SchoolClass

DATA = Path(__file__).resolve().parent.parent / "data"
DAY = "2026-10-25"
LINES = ["target", "late_contact", "late_report", "missed_roll_call", "verified_return"]


@pytest.fixture
def expected():
    return json.loads((DATA / f"class_scores-{DAY}.json").read_text())


@pytest.fixture
def export(db, tmp_path):
    call_command("import_workbook", str(DATA / "township.xlsx"), verbosity=0)

    def to(form, **asked):
        path = tmp_path / f"scores.{form}"
        call_command("export", "class_scores", "-o", str(path), verbosity=0, **{"as_of": DAY} | asked)
        return path

    return to


def shown(record, *, rate=str) -> list:
    """What people see of a record of the JSON, in the order of the columns."""
    school = School.objects.get(code=record["school"])
    target = "完成" if record["lines"]["target"] > 0 else "不予评定" if record["target_met"] else "没有完成"
    return [
        school.name,
        SchoolClass.objects.get(school=school, number=record["class"]).name,
        record["baseline"],
        record["dropouts"],
        rate(record["dropout_rate"]),
        target,
        "否决" if record["veto"] else None,
        *(record["lines"][line] for line in LINES),
        record["total"],
    ]


def test_the_json_is_the_answer_expected(export, expected):
    assert json.loads(export("json").read_text()) == expected


def test_excel_shows_the_same_cell_by_cell(export, expected):
    sheet = openpyxl.load_workbook(export("xlsx")).active
    rows = [list(row) for row in sheet.iter_rows(min_row=6, max_row=5 + len(expected), values_only=True)]
    share = lambda rate: float(rate["text"].rstrip("%")) / 100  # noqa: E731
    assert rows == [shown(record, rate=share) for record in expected]
    assert {cell.number_format for cell in sheet["E"][5 : 5 + len(expected)]} == {"0.00%"}
    assert {cell.number_format for cell in sheet["H"][5 : 5 + len(expected)]} == {'General;"−"General;General'}


def test_paper_shows_the_same_row_by_row(export, expected):
    pages = [page.extract_text() for page in PdfReader(export("pdf")).pages]
    lines = [line.replace(" ", "") for page in pages for line in page.splitlines()]
    for record in expected:
        cells = shown(record, rate=lambda rate: rate["text"])
        words = [points_text(cell) if place > 6 else str(cell) for place, cell in enumerate(cells) if cell is not None]
        assert "".join(words) in lines


def test_one_school_shows_its_own_classes(export, expected):
    code = expected[-1]["school"]
    own = [record for record in expected if record["school"] == code]
    assert json.loads(export("json", school=code).read_text()) == own


def test_a_day_to_come_has_no_score(export, capsys):
    with pytest.raises(SystemExit):
        export("json", as_of="2199-10-25")
    assert "2199-10-25还没有到。没有导出任何文件。" in capsys.readouterr().err
