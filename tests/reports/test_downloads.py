"""A table leaves the system through the browser: masked unless for a reason, named, logged, within the scope only."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from pypdf import PdfReader

from reports import pdf
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Role, SpecialGroup, Student
from tests import cast
from tests.scene import MONDAY, PHONE, client_of, clock, scene

__all__ = ["clock", "scene"]

FILE = reverse("reports:students_file")


@pytest.fixture
def clerk(scene):
    """The clerk of a school that has a second class, an empty one."""
    cast.school_class(scene.school, "202601")
    return client_of(scene.clerk)


def send(client, *, form=".xlsx", query="", **fields):
    return client.post(f"{FILE}{query}", {"format": form} | fields)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def sheet_of(response):
    return openpyxl.load_workbook(BytesIO(body(response))).active


def column(sheet, header) -> list:
    """The cells under a header."""
    [index] = [cell.column for row in sheet["5:6"] for cell in row if cell.value == header]
    rows = sheet.iter_rows(min_row=7, values_only=True)
    return [row[index - 1] for row in rows if isinstance(row[0], int)]


def test_the_form_says_what_and_how_much_and_writes_nothing(clerk):
    html = clerk.get(f"{FILE}?grade=4").content.decode()
    assert "在校学生　年级：四年级　截至2026年9月7日" in html
    assert "共3人：在校3人" in html
    assert not AuditRow.objects.filter(action="table.export").exists()


def test_the_file_holds_exactly_what_the_list_shows(clerk, scene):
    cast.student(scene.school.classes.get(number="202601"), "仇英", since=date(2026, 9, 1))
    assert column(sheet_of(send(clerk)), "姓名") == ["仇英", "高东", "袁然远", "胡涛"]
    assert column(sheet_of(send(clerk, query="?q=yry")), "姓名") == ["袁然远"]
    assert column(sheet_of(send(clerk, query="?sort=name&grade=4")), "姓名") == ["高东", "胡涛", "袁然远"]


def test_numbers_are_masked(clerk, scene):
    sheet = sheet_of(send(clerk))
    child = scene.children[0]
    assert column(sheet, "学籍号")[0] == f"G6299********{child.student_number[-4:]}"
    assert column(sheet, "身份证件号")[0] == f"6299********{child.id_number[-4:]}"
    assert column(sheet, "联系电话")[0] == "139****1234"
    everything = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not [cell for cell in everything if child.id_number in cell or PHONE in cell]


def test_full_numbers_need_a_reason_and_the_file_and_the_log_keep_it(clerk, scene):
    sheet = sheet_of(send(clerk, reveal="on", reason="报县资助中心核对"))
    child = scene.children[0]
    assert column(sheet, "学籍号")[0] == child.student_number
    assert column(sheet, "联系电话")[0] == PHONE
    assert "含完整号码，用途：报县资助中心核对" in sheet["A3"].value
    row = AuditRow.objects.get(action="table.export")
    assert (row.done_by, row.subject) == (scene.clerk, "reports.students")
    assert row.details == {
        "form": ".xlsx", "rows": 3, "as_of": "2026-09-07",
        "scope": "在校学生　截至2026年9月7日", "posts": "东坪小学学籍管理员", "reveal": "报县资助中心核对",
    }  # fmt: skip


@pytest.mark.parametrize("reason", ["", "核对", "  核对  ", "核" * 101])
def test_without_a_reason_that_explains_anything_there_is_no_file(clerk, reason):
    response = send(clerk, reveal="on", reason=reason)
    assert response.status_code == 422
    assert "没有导出" in response.content.decode()
    assert not AuditRow.objects.filter(action="table.export").exists()


def test_a_form_that_is_none_is_refused(clerk):
    assert send(clerk, form=".exe").status_code == 422


def test_the_log_keeps_the_filters_and_not_whom_was_searched_for(clerk):
    body(send(clerk, query="?q=袁然远&state=all&grade=4"))
    details = AuditRow.objects.get(action="table.export").details
    assert details == {
        "form": ".xlsx", "rows": 1, "as_of": "2026-09-07", "q": "有", "state": "all", "grade": "4",
        "scope": "有查找（内容不保存）　在校情况：全部，含已离校　年级：四年级　截至2026年9月7日",
        "posts": "东坪小学学籍管理员",
    }  # fmt: skip


def test_who_and_when_stand_in_the_foot(clerk):
    sheet = sheet_of(send(clerk))
    assert sheet["A3"].value == "导出人：何静（东坪小学学籍管理员）　导出时间：2026年9月7日 07:40"
    assert "何静" in sheet.oddFooter.left.text


def test_the_paper_shows_the_same(clerk, scene):
    response = send(clerk, form=".pdf")
    assert response["Content-Disposition"].startswith("attachment")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(body(response))).pages)
    assert "导出人：何静" in text
    assert all(child.name in text for child in scene.children)
    assert scene.children[0].id_number not in text


def test_a_paper_that_would_be_too_long_is_refused_in_words(clerk, monkeypatch):
    monkeypatch.setattr(pdf, "MAX_ROWS", 2)
    response = send(clerk, form=".pdf")
    assert response.status_code == 422
    assert "打印版最多2人。请改用Excel" in response.content.decode()
    assert not AuditRow.objects.filter(action="table.export").exists()


def test_a_name_that_looks_like_a_formula_stays_text(clerk, scene):
    Student.objects.filter(pk=scene.children[0].pk).update(name="=1+1")
    sheet = sheet_of(send(clerk))
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "s"


def test_states_groups_and_what_a_child_lacks_are_told_in_words(clerk, scene):
    first, second, third = scene.children
    SpecialGroup.objects.create(student=first, kind="orphan", since=MONDAY)
    SpecialGroup.objects.create(student=first, kind="low_income", since=MONDAY)
    record_event(by=None, student=second, kind=EventKind.DROP_OUT, happened_on=date(2026, 9, 3), today=MONDAY)
    Student.objects.filter(pk=third.pk).update(student_number=None)
    sheet = sheet_of(send(clerk, query="?state=registered"))
    assert column(sheet, "特殊群体")[0] == "低保、孤儿"
    assert column(sheet, "状态") == ["在校", "辍学", "在校"]
    assert column(sheet, "状态自")[1].date() == date(2026, 9, 3)
    assert column(sheet, "就读身份")[2] == "待建籍"


def test_a_subject_teacher_looks_and_takes_nothing_out(scene):
    teacher = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
    client = client_of(teacher)
    assert FILE not in client.get(reverse("reports:students")).content.decode()
    response = send(client)
    assert response.status_code == 403
    assert "不能导出" in response.content.decode()


def test_nobody_takes_out_more_than_they_see(scene):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    clerk = cast.person(role=Role.REGISTRY_CLERK, school=far)
    cast.student(cast.school_class(far), "任远")
    assert column(sheet_of(send(client_of(clerk), query=f"?school={scene.school.pk}&state=all")), "姓名") == ["任远"]


def test_the_number_of_queries_does_not_grow(clerk, scene, django_assert_num_queries):
    for number in range(20):
        cast.student(scene.school_class, f"学生{number}")
    clerk.get(FILE)
    with django_assert_num_queries(13):
        body(send(clerk))
