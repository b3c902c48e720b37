import json
import os
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from pypdf import PdfReader

from reports import exports
from reports.tables import CannotDraw
from students.days import MarkKind
from students.models import AuditRow, Role
from tests import cast

TUESDAY = date(2026, 9, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    """A school with one child absent on the first morning."""
    cast.terms()
    school_class = cast.school_class(cast.school())
    teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)
    child = cast.student(school_class, "高东")
    cast.take_register(teacher, school_class, TUESDAY, child=(child, MarkKind.UNEXCUSED))
    return school_class.school


def export(*arguments):
    """Run the command; returns what it says."""
    said = StringIO()
    call_command("export", *map(str, arguments), stdout=said)
    return said.getvalue().strip()


def refusal(*arguments):
    """What the command says when it refuses, with exit status 1 and nothing left behind."""
    said = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("export", *map(str, arguments), stderr=said)
    assert stop.value.code == 1
    assert not AuditRow.objects.filter(action="table.export").exists()
    return said.getvalue().strip()


@pytest.mark.parametrize("form", ["json", "xlsx", "pdf"])
def test_the_ending_chooses_the_form_and_the_count_is_told(school, tmp_path, form):
    path = tmp_path / f"待办.{form}"
    assert export("obligations", "-o", path, "--as-of", "2026-09-01") == (
        f"已导出《待办明细》，共1项：待办1项。文件：{path}"
    )
    begins = {"json": b"[\n {\n", "xlsx": b"PK", "pdf": b"%PDF"}
    assert path.read_bytes().startswith(begins[form])
    assert os.listdir(tmp_path) == [path.name]


def test_without_a_day_it_is_today(school, tmp_path):
    with time_machine.travel(datetime(2026, 9, 1, 20, tzinfo=cast.timezone.get_default_timezone())):
        assert "待办1项" in export("obligations", "-o", tmp_path / "today.json")


def test_one_school(school, tmp_path):
    cast.school("西坪小学")
    path = tmp_path / "one.json"
    export("obligations", "-o", path, "--as-of", "2026-09-01", "--school", school.code)
    assert [row["school"] for row in json.loads(path.read_text())] == [school.code]


def test_the_audit_log_tells_of_it_without_a_name(school, tmp_path):
    export("obligations", "-o", tmp_path / "待办.xlsx", "--as-of", "2026-09-01", "--school", school.code)
    row = AuditRow.objects.get(action="table.export")
    assert (row.done_by, row.subject, row.subject_id) == (None, "reports.obligations", None)
    assert row.details == {
        "form": ".xlsx", "rows": 1, "as_of": "2026-09-01", "school": school.code, "scope": "东坪小学　截至2026年9月1日",
    }  # fmt: skip


@pytest.mark.parametrize("error", [KeyError("uid not found"), OSError("no username set")])
def test_a_paper_names_the_account_even_where_it_has_no_name(school, tmp_path, monkeypatch, error):
    def nameless():
        raise error

    monkeypatch.setattr("reports.management.commands.export.getuser", nameless)
    export("obligations", "-o", tmp_path / "a.xlsx", "--as-of", "2026-09-01")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A3"].value.startswith(f"导出人：服务器命令行（{os.getuid()}号账号）　导出时间：")


def test_a_file_that_is_there_is_replaced_whole(school, tmp_path):
    path = tmp_path / "待办.json"
    path.write_text("yesterday's" * 1000)
    export("obligations", "-o", path, "--as-of", "2026-09-01")
    assert len(json.loads(path.read_text())) == 1


def test_a_link_stays_a_link(school, tmp_path):
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    export("obligations", "-o", link, "--as-of", "2026-09-01")
    assert link.is_symlink()
    assert len(json.loads(target.read_text())) == 1


class TestRefusals:
    def test_an_unknown_table_is_answered_with_those_there_are(self, tmp_path):
        said = refusal("homework", "-o", tmp_path / "a.json")
        assert said.startswith("没有名为“homework”的表。可以导出的有：obligations（待办明细）、students（学生名单）")
        assert said.endswith("。没有导出任何文件。")

    @pytest.mark.parametrize("name", ["a.csv", "a", ".json", "a.json.txt"])
    def test_an_unknown_ending(self, tmp_path, name):
        assert refusal("obligations", "-o", tmp_path / name) == (
            f"文件名“{name}”的结尾应是.json、.xlsx、.pdf之一，由它决定导出的形式。没有导出任何文件。"
        )

    @pytest.mark.parametrize("text", ["2026-13-01", "昨天", "", "2026/10/25"])
    def test_a_wrong_date(self, tmp_path, text):
        assert refusal("obligations", "-o", tmp_path / "a.json", f"--as-of={text}") == (
            f"日期“{text}”不对，应写成2026-10-25这样。没有导出任何文件。"
        )

    @pytest.mark.parametrize("name", ["students", "ledger_suspected", "ledger_dropped_out", "ledger_school_age"])
    def test_a_list_of_children_of_a_day_to_come(self, school, tmp_path, name):
        with time_machine.travel(datetime(2026, 9, 1, 20, tzinfo=cast.timezone.get_default_timezone())):
            said = refusal(name, "-o", tmp_path / "a.xlsx", "--as-of", "2026-09-02")
            assert f"《{exports.EXPORTS[name].title}》算到哪一天，那一天要已经到了：2026-09-02还没有到。" in said
            assert os.listdir(tmp_path) == []
            assert refusal(name, "-o", tmp_path / "a.xlsx", "--as-of", "1899-12-31") == (
                f"《{exports.EXPORTS[name].title}》没有1899-12-31的：这一天太早，没有记录。没有导出任何文件。"
            )
            assert export(name, "-o", tmp_path / "a.json", "--as-of", "2026-09-01").startswith("已导出")

    def test_an_unknown_school(self, tmp_path):
        assert refusal("obligations", "-o", tmp_path / "a.json", "--school", "2199999999") == (
            "没有学校标识码为“2199999999”的学校。没有导出任何文件。"
        )

    def test_an_option_that_the_table_does_not_take(self, tmp_path):
        assert refusal("obligations", "-o", tmp_path / "a.json", "--month", "2026-10") == (
            "《待办明细》不用--month。没有导出任何文件。"
        )

    @pytest.mark.parametrize("arguments", [(), ("obligations",), ("-o", "a.json")])
    def test_what_is_missing_is_said(self, arguments):
        assert refusal(*arguments).startswith("请写明导出哪张表、写到哪个文件")

    def test_a_folder_that_is_not_there(self, tmp_path):
        path = tmp_path / "nowhere" / "a.json"
        assert refusal("obligations", "-o", path) == f"文件“{path}”写不进去：文件夹不存在。没有导出任何文件。"

    def test_a_folder_instead_of_a_file(self, tmp_path):
        path = tmp_path / "a.json"
        path.mkdir()
        assert refusal("obligations", "-o", path) == f"文件“{path}”写不进去：那里是一个文件夹。没有导出任何文件。"

    def test_a_name_too_long(self, tmp_path):
        path = tmp_path / f"{'长' * 200}.json"
        assert refusal("obligations", "-o", path) == f"文件“{path}”写不进去：文件名太长。没有导出任何文件。"

    def test_a_folder_without_permission(self, tmp_path, monkeypatch):
        def refuse(*_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
        path = tmp_path / "a.json"
        assert refusal("obligations", "-o", path) == f"文件“{path}”写不进去：没有写入的权限。没有导出任何文件。"

    def test_a_rendering_that_stops_half_way_leaves_the_old_file_and_no_other(self, tmp_path, monkeypatch):
        def stop_half_way(table, file, imprint):
            file.write(b"half a file")
            raise CannotDraw("排版用时过长，已停止。")

        monkeypatch.setitem(exports.FORMS, ".pdf", stop_half_way)
        path = tmp_path / "a.pdf"
        path.write_text("yesterday's")
        assert refusal("obligations", "-o", path) == "排版用时过长，已停止。没有导出任何文件。"
        assert path.read_text() == "yesterday's"
        assert os.listdir(tmp_path) == ["a.pdf"]

    def test_without_an_audit_row_there_is_no_file(self, tmp_path, monkeypatch):
        def fail(**_):
            raise RuntimeError("no audit")

        monkeypatch.setattr(AuditRow.objects, "create", fail)
        with pytest.raises(RuntimeError):
            export("obligations", "-o", tmp_path / "a.json")
        assert os.listdir(tmp_path) == []


def test_the_three_forms_show_the_same_rows(school, tmp_path):
    for form in ("json", "xlsx", "pdf"):
        export("obligations", "-o", tmp_path / f"a.{form}", "--as-of", "2026-09-02")
    [record] = json.loads((tmp_path / "a.json").read_text())
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    line = dict(zip([cell.value for cell in sheet[5]], [cell.value for cell in sheet[6]], strict=True))
    assert line["触发日期"].date().isoformat() == record["triggered_on"]
    assert (line["种类"], line["状态"]) == ("联系家长", "逾期未办")
    printed = PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    assert all(word in printed for word in ("高东", "联系家长", "逾期未办", line["学籍号"]))
