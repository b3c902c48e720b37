"""写入没有错误的行: applied + left = all, and the result is that of a workbook that holds only the rows applied."""

from datetime import datetime

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from students.models import Student
from students.workbook.sound import run_sound_rows
from tests.examples import examples
from tests.workbook.workbooks import absence, child, event, load, number, places, roll_call, school_class, table, xlsx

DAYS = ("2026-10-12", "2026-10-13", "2026-10-14")
SHEETS = places() | {
    "班级": [school_class("202601", 班主任工号="T1"), school_class("202602")],
    "任课": [{"学校标识码": "2100000001", "班号": "202601", "工号": "T2", "学科": "语文"}],
    "学生": [child(serial, name) for serial, name in enumerate(("高东", "袁远", "胡涛", "贺兰"), start=1)],
    "学籍变动": [
        event("2026-10-09", "转班", 2, 班号="202602"),
        event("2026-10-13", "转班", 2, 班号="202601"),
        event("2026-10-13", "转出", 3, 接收确认日期="2026-10-15"),
    ],
    "请假": [{"学籍号": number(4), "开始日期": "2026-10-12", "结束日期": "2026-10-13", "类型": "病假"}],
    "点名": [roll_call(day) for day in DAYS],
    "缺勤": [absence(day, serial) for day in DAYS for serial in (1, 4)],
    "联系记录": [{"日期": "2026-10-12", "学籍号": number(1), "方式": "电话", "结果": "未接通"}],
    "报告": [{"日期": "2026-10-14", "学籍号": number(1), "报告类型": "缺课报告"}],
}
CELLS = [(sheet, row, column) for sheet, rows in SHEETS.items() for row, cells in enumerate(rows) for column in cells]
BAD = ["", "无此内容", "2026-02-30", "9999999999", "G629901201910116012"]
NOT_FACTS = {"AuditRow", "CalendarStamp", "DBTaskResult"}


def broken(mistakes) -> dict:
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in SHEETS.items()}
    for (sheet, row, column), value in mistakes:
        sheets[sheet][row][column] = value
    return sheets


def take_sound(sheets: dict):
    content = xlsx(sheets)
    return run_sound_rows(lambda without: load(type(content)(content.getvalue()), without=without))


def without(sheets: dict, left) -> dict:
    """Only the rows that were not left; a sheet keeps its header."""
    return {
        sheet: [row for place, row in enumerate(table(rows), start=1) if place == 1 or place not in left[sheet]]
        for sheet, rows in sheets.items()
    }


def facts() -> dict[str, list]:
    """All rows of the two apps that hold facts, without ids and moments: pointers become what they point at."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in {"students", "casework"} and model.__name__ not in NOT_FACTS:
            fields = [f for f in model._meta.concrete_fields if not f.primary_key]
            rows = (tuple(said(getattr(row, f.name), f) for f in fields) for row in model._base_manager.all())
            found[model.__name__] = sorted(map(repr, rows))
    return found


def said(value, field):
    if field.name in {"password", "stamp"} or isinstance(value, datetime):
        return None
    if field.is_relation and value is not None:
        return repr(
            [getattr(value, name, None) for name in ("code", "number", "staff_number", "student_number", "day")]
        )
    return value


class TestEquality(TestCase):
    @settings(max_examples=examples(20))
    @given(st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(BAD)), max_size=5))
    def test_good_rows_give_what_a_workbook_of_them_alone_gives(self, mistakes):
        sheets = broken(mistakes)
        with transaction.atomic():
            partial = take_sound(sheets)
            after_partial = facts()
            transaction.set_rollback(True)
        if not partial.outcome.succeeded:
            assert any(problem.row in (None, 1) for problem in partial.outcome.problems)
            return
        with transaction.atomic():
            alone = load(without(sheets, {sheet: partial.left.get(sheet, {}) for sheet in sheets}))
            after_alone = facts()
            transaction.set_rollback(True)
        assert alone.succeeded, [problem.line for problem in alone.problems]
        assert after_partial == after_alone
        for sheet, rows in sheets.items():
            applied = sum(partial.outcome.counts[sheet].values())
            assert applied + partial.count_of(sheet) == partial.outcome.report.rows[sheet] <= len(rows)


pytestmark = pytest.mark.django_db


def left_rows(partial) -> list[tuple[str, int]]:
    return [(sheet, row) for sheet, rows in partial.left.items() for row in sorted(rows)]


def test_a_bad_child_leaves_its_absences_behind_with_the_reason():
    partial = take_sound(broken([(("学生", 0, "性别"), "无此内容")]))
    assert partial.outcome.succeeded
    assert set(left_rows(partial)) == {
        ("学生", 2),
        *(("缺勤", row) for row in (2, 4, 6)),
        ("联系记录", 2),
        ("报告", 2),
    }
    assert all(problem.message for problem in partial.problems)
    assert not Student.objects.filter(name="高东").exists()
    assert Student.objects.count() == 3


def test_a_child_with_one_bad_event_waits_as_a_whole():
    partial = take_sound(broken([(("学籍变动", 1, "班号"), "999")]))
    assert ("学籍变动", 2) in left_rows(partial)
    assert ("学籍变动", 3) in left_rows(partial)
    assert ("学生", 3) in left_rows(partial)
    assert not Student.objects.filter(name="袁远").exists()


def test_a_bad_class_leaves_everything_in_it():
    partial = take_sound(broken([(("班级", 0, "学段"), "幼儿园")]))
    assert partial.outcome.succeeded
    assert not Student.objects.exists()
    assert partial.count_of("学生") == 4
    assert partial.count_of("缺勤") == 6


def test_a_header_with_a_mistake_lets_nothing_in():
    sheets = broken([]) | {"请假": [["学籍号", "开始日期"], [number(4), "2026-10-12"]]}
    partial = take_sound(sheets)
    assert not partial.outcome.succeeded
    assert not Student.objects.exists()


def test_without_a_mistake_all_is_taken():
    partial = take_sound(broken([]))
    assert partial.left == {}
    assert Student.objects.count() == 4
