"""A clerk imports for the own school alone: what belongs elsewhere is told in words, and nothing moves in silence."""

import pytest

from students.models import Enrolment, EnrolmentEvent, Leave, School, Student
from tests.workbook.workbooks import (
    OTHER_SCHOOL,
    SCHOOL,
    child,
    counts,
    errors,
    event,
    identity,
    load,
    number,
    places,
    school_class,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def own():
    """The clerk of 东坪小学; one child there, one at 西坪小学."""
    assert load(places() | {"学生": [child(1), child(2, "袁远", 学校标识码=OTHER_SCHOOL)]}).succeeded
    return {"schools": frozenset({School.objects.get(code=SCHOOL).pk})}


def told(outcome) -> str:
    (problem,) = outcome.problems
    return problem.sentence


def test_the_own_school_is_imported(own):
    sheets = {
        "学生": [child(1, 现住址="东坪镇"), child(3, "胡涛")],
        "学籍变动": [event("2026-10-12", "转班", 3, 班号="202602")],
        "请假": [{"学籍号": number(1), "开始日期": "2026-10-12", "结束日期": "2026-10-13", "类型": "病假"}],
    }
    outcome = load(sheets, **own)
    assert counts(outcome, "学生") == (1, 1, 0)
    assert (counts(outcome, "学籍变动"), counts(outcome, "请假")) == ((1, 0, 0), (1, 0, 0))
    assert Leave.objects.count() == 1


def test_a_row_of_another_school_is_told_with_both_names(own):
    outcome = load({"学生": [child(3, 学校标识码=OTHER_SCHOOL)]}, **own)
    assert errors(outcome) == [("学生", 2, "学校标识码")]
    assert "这是“西坪小学”，你负责的是“东坪小学”" in told(outcome)


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        ({}, "学籍号"),
        ({"学籍号": None}, "身份证件号"),
        ({"学籍号": f"L{identity(9)[:17]}0"}, "身份证件号"),
    ],
)
def test_a_child_of_another_school_is_not_moved_by_its_numbers(own, columns, header):
    outcome = load({"学生": [child(2, "袁远", **columns)]}, **own)
    assert errors(outcome) == [("学生", 2, header)]
    assert "这名学生的学籍在“西坪小学”，不在“东坪小学”" in told(outcome)
    assert Enrolment.objects.get(student__name="袁远").school_class.school.code == OTHER_SCHOOL
    assert Student.objects.count() == 2


def test_a_number_that_belongs_to_a_child_elsewhere_gives_away_no_name(own):
    stranger = child(1, "高东", 身份证件号=identity(2), 学籍号=None)
    sentence = told(load({"学生": [stranger]}, **own))
    assert "西坪小学" in sentence
    assert "袁远" not in sentence


def test_events_and_leave_of_another_school_s_child_are_refused(own):
    leave = {"学籍号": number(2), "开始日期": "2026-10-12", "结束日期": "2026-10-13", "类型": "病假"}
    moves = [event("2026-10-12", "转入", 2, 学校标识码=SCHOOL, 班号="202601")]
    outcome = load({"学籍变动": moves, "请假": [leave]}, **own)
    assert errors(outcome) == [("学籍变动", 2, "学籍号"), ("请假", 2, "学籍号")]
    assert not Leave.objects.exists()


def test_a_child_cannot_be_sent_into_another_school(own):
    outcome = load({"学籍变动": [event("2026-10-12", "转班", 1, 学校标识码=OTHER_SCHOOL, 班号="202601")]}, **own)
    assert errors(outcome) == [("学籍变动", 2, "学校标识码")]


@pytest.mark.parametrize(
    ("columns", "header"),
    [({"变动类型": "辍学"}, "变动类型"), ({"变动类型": "转出", "接收确认日期": "2026-10-13"}, "接收确认日期")],
)
def test_what_others_have_to_confirm_cannot_be_confirmed_by_the_school(own, columns, header):
    row = event("2026-10-12", "转出", 1) | columns
    assert errors(load({"学籍变动": [row]}, **own)) == [("学籍变动", 2, header)]
    assert load({"学籍变动": [row]}).succeeded  # the county may


def test_an_unconfirmed_transfer_out_of_the_own_child_is_taken(own):
    assert counts(load({"学籍变动": [event("2026-10-12", "转出", 1)]}, **own), "学籍变动") == (1, 0, 0)
    assert EnrolmentEvent.objects.get(kind="transfer_out").confirmed_on is None


@pytest.mark.parametrize("sheet", sorted(set(places()) | {"点名", "户籍儿童"}))
def test_sheets_of_the_county_are_refused(own, sheet):
    rows = places().get(sheet) or [["日期"], ["2026-10-12"]]
    outcome = load({sheet: rows, "学生": [child(3)]}, **own)
    assert errors(outcome) == [(sheet, None, "")]
    assert f"学校不能导入《{sheet}》" in told(outcome)
    assert "《学生》、《学籍变动》、《请假》" in told(outcome)
    assert Student.objects.count() == 2


def test_a_clerk_of_two_schools_imports_both(own):
    both = {"schools": frozenset(School.objects.values_list("pk", flat=True))}
    rows = [child(3), child(4, 学校标识码=OTHER_SCHOOL)]
    assert counts(load({"学生": rows}, **both), "学生") == (2, 0, 0)


def test_without_a_school_nothing_may_be_named(own):
    outcome = load({"学生": [child(3)]}, schools=frozenset())
    assert errors(outcome) == [("学生", 2, "学校标识码")]


def test_the_county_names_any_school(own):
    assert counts(load({"班级": [school_class("202603")], "学生": [child(3, 班号="202603")]}), "学生") == (1, 0, 0)
