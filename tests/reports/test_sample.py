"""The sample township, imported and exported: the three forms against each other and against the answers expected."""

import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from pypdf import PdfReader

from casework.ladder import DutyStatus
from casework.ruleset import Tier
from students.identity import masked_number
from students.models import School, SchoolClass, Student

DATA = Path(__file__).resolve().parent.parent / "data"
DAY = "2026-10-25"


@pytest.fixture
def township(db):
    """The sample workbook, imported."""
    call_command("import_workbook", str(DATA / "township.xlsx"), verbosity=0)


@pytest.fixture
def expected():
    return json.loads((DATA / f"obligations-{DAY}.json").read_text())


@pytest.fixture
def export(township, tmp_path):
    def to(form):
        path = tmp_path / f"obligations.{form}"
        call_command("export", "obligations", "-o", str(path), "--as-of", DAY, verbosity=0)
        return path

    return to


def printed(day):
    """2026-09-01 → 2026年9月1日."""
    return "{}年{}月{}日".format(*map(int, day.split("-")))


def shown(record, *, day=str):
    """What people see of a record of the JSON, in the order of the columns; ``day`` words a date."""
    child = Student.objects.get(student_number=record["student"])
    school = School.objects.get(code=record["school"])
    return [
        child.name,
        masked_number(record["student"]),
        school.name,
        SchoolClass.objects.get(school=school, number=record["class"]).name,
        Tier(record["tier"]).label,
        *(day(record[key]) for key in ("key", "triggered_on", "due_on")),
        record["run_start"] and day(record["run_start"]),
        record["run_days"],
        record["unknown_days"],
        DutyStatus(record["status"]).label,
        record["done_on"] and day(record["done_on"]),
    ]


def test_the_json_is_the_answer_expected_to_the_letter(export):
    assert export("json").read_bytes() == (DATA / f"obligations-{DAY}.json").read_bytes()


def test_excel_shows_the_same_cell_by_cell(export, expected):
    sheet = openpyxl.load_workbook(export("xlsx")).active
    rows = [
        [cell.date().isoformat() if isinstance(cell, datetime) else cell for cell in row]
        for row in sheet.iter_rows(min_row=6, max_row=5 + len(expected), values_only=True)
    ]
    assert rows == [[number, *shown(record)] for number, record in enumerate(expected, start=1)]
    assert sheet.cell(6 + len(expected), 1).value is None
    assert sheet["A2"].value == "全部学校　截至2026年10月25日　共396项：待办1项，已办142项，逾期未办98项，逾期已办155项"


def test_paper_shows_the_same_row_by_row(export, expected):
    pages = [page.extract_text() for page in PdfReader(export("pdf")).pages]
    lines = [line.replace(" ", "") for page in pages for line in page.splitlines()]
    for number, record in enumerate(expected, start=1):
        line = "".join(str(cell) for cell in [number, *shown(record, day=printed)] if cell is not None)
        assert line in lines
