"""``manage.py import_workbook``: what it prints, and how it ends."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from students.models import AuditRow, Person, Term
from tests.workbook.workbooks import SAMPLE, child, load, places, xlsx

pytestmark = pytest.mark.django_db

TERM = {"学年": "2026-2027", "学期": "第一学期", "开始日期": "2026-09-01", "结束日期": "2027-01-22"}
BAD = TERM | {"学期": "夏", "结束日期": None}


@pytest.fixture
def file(tmp_path):
    """Writes a workbook to disk: ``file({sheet: rows}, name)`` → path."""

    def write(sheets: dict, name: str = "学期.xlsx") -> str:
        path = tmp_path / name
        path.write_bytes(xlsx(sheets).getvalue())
        return str(path)

    return write


def run(*arguments) -> tuple[str, int]:
    """What the command prints, and its exit status."""
    out = StringIO()
    try:
        call_command("import_workbook", *arguments, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_success_prints_what_was_created(file):
    text, status = run(file({"学年学期": [TERM]}))
    assert text == "《学年学期》新增1行，更新0行，不变0行\n导入完成。\n"
    assert status == 0


def test_a_second_time_nothing_is_changed(file):
    path = file({"学年学期": [TERM]})
    run(path)
    text, _ = run(path)
    assert text.endswith("所有内容系统中都已经有了，没有改动。\n")
    assert AuditRow.objects.filter(action="workbook.import").count() == 1


def test_a_dry_run_says_so(file):
    text, status = run(file({"学年学期": [TERM]}), "--dry-run")
    assert text.endswith("检查通过。这是试运行，没有写入任何数据。\n")
    assert status == 0
    assert not Term.objects.exists()


def test_every_mistake_is_printed_with_its_place_and_a_way_out(file):
    text, status = run(file({"学年学期": [BAD]}))
    assert text == (
        "《学年学期》第2行“学期”值“夏”：不在可填的内容里。请从“第一学期、第二学期”中选一个。\n"
        "《学年学期》第2行“结束日期”：必填，不能空着。请补上。\n"
        "共2处错误，没有写入任何数据。\n"
    )
    assert status == 1


def test_json_holds_the_counts_and_nothing_else(file):
    text, status = run(file({"学年学期": [TERM]}), "--json")
    assert json.loads(text) == {"sheets": {"学年学期": {"created": 1, "updated": 0, "unchanged": 0}}}
    assert status == 0


def test_json_holds_the_errors_and_nothing_else(file):
    text, status = run(file({"学年学期": [BAD]}), "--json")
    errors = json.loads(text)["errors"]
    assert errors[0] == {
        "sheet": "学年学期",
        "row": 2,
        "column": "学期",
        "value": "夏",
        "message": "不在可填的内容里。请从“第一学期、第二学期”中选一个。",
    }
    assert len(errors) == 2
    assert status == 1


@pytest.mark.parametrize("length", [40, 41, 200, 201, 5000])
def test_a_long_value_is_shortened(file, length):
    path = file({"学年学期": [TERM | {"学期": "夏" * length}]})
    text, _ = run(path)
    told = "夏" * length if length <= 40 else "夏" * 39 + "…"
    assert f"值“{told}”：" in text
    (error,) = json.loads(run(path, "--json")[0])["errors"]
    assert error["value"] == ("夏" * length if length <= 200 else "夏" * 199 + "…")


def test_json_of_a_file_that_cannot_be_opened_keeps_its_shape():
    text, status = run("没有.xlsx", "--json")
    (error,) = json.loads(text)["errors"]
    assert (error["sheet"], error["row"], error["column"], error["value"]) == ("", None, "", "")
    assert error["message"].startswith("打不开“没有.xlsx”：找不到这个文件，没有写入任何数据")
    assert status == 1


def test_with_several_files_a_mistake_names_its_file(file):
    paths = [file({"学年学期": [TERM]}, "甲.xlsx"), file({"学年学期": [BAD]}, "乙.xlsx")]
    text, _ = run(*paths)
    assert text.startswith("文件“乙.xlsx”：《学年学期》第2行“学期”")
    errors = json.loads(run(*paths, "--json")[0])["errors"]
    assert errors[0]["message"].startswith("文件“乙.xlsx”：")


def test_two_files_of_one_name_are_told_apart(file, tmp_path):
    (tmp_path / "又").mkdir()
    text, _ = run(file({"学年学期": [BAD]}), file({"学年学期": [BAD]}, "又/学期.xlsx"))
    assert "文件“学期.xlsx（第2个）”：" in text


def test_without_a_file_it_says_what_is_missing():
    text, status = run()
    assert text.startswith("没有写出要导入的文件。请在命令后面写上工作簿的文件名。")
    assert status == 1


def test_the_audit_log_holds_counts_and_no_names():
    clerk = Person.objects.create(staff_number="A1", username="a1", name="许兰")
    load(places() | {"学生": [child(1, "单小勇")]}, by=clerk)
    row = AuditRow.objects.get()
    assert (row.action, row.done_by) == ("workbook.import", clerk)
    assert row.details["counts"]["学生"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert "单小勇" not in json.dumps(row.details, ensure_ascii=False)


def test_what_the_database_refuses_is_a_sentence_too(file, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE students_term RENAME TO elsewhere")
    text, status = run(file({"学年学期": [TERM]}))
    assert "数据库没有接受这次导入，没有写入任何数据" in text
    assert status == 1
    assert "import refused by the database" in caplog.text


def test_the_sample_is_imported_by_the_command():
    text, status = run(str(SAMPLE), "--json")
    assert json.loads(text)["sheets"]["学生"] == {"created": 148, "updated": 0, "unchanged": 0}
    assert status == 0
