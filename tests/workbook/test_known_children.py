"""学生 again: children who are known, whose numbers they are, and which class they belong to."""

from datetime import date, timedelta

import pytest

from students.models import EnrolmentEvent, FormerNumber, FormerStanding, SpecialGroup, Student
from tests.workbook.workbooks import (
    OTHER_SCHOOL,
    TODAY,
    absence,
    child,
    counts,
    errors,
    identity,
    load,
    number,
    places,
    roll_call,
)

pytestmark = pytest.mark.django_db

TEMPORARY = "L629901201910110001"
LATER = date(2026, 12, 1)


def children(*rows: dict) -> dict:
    return places() | {"学生": list(rows)}


def only_children(*rows: dict) -> dict:
    return {"学生": list(rows)}


def test_the_same_children_again_are_unchanged():
    rows = [child(1, 是否孤儿="是", 成员1姓名="曾杰", 血型="A型"), child(2, "李涛")]
    load(children(*rows))
    assert counts(load(only_children(*rows)), "学生") == (0, 0, 2)


def test_a_file_with_fewer_columns_wipes_nothing():
    load(children(child(民族="东乡族", 现住址="东坪镇", 血型="A型", 就读身份="借读", 是否孤儿="是", 成员1姓名="曾杰")))
    outcome = load(only_children(child(民族=None, 现住址=" ", 血型=None)))
    assert counts(outcome, "学生") == (0, 0, 1)
    found = Student.objects.get()
    assert (found.ethnicity, found.address, found.extra, found.standing) == (
        "东乡族",
        "东坪镇",
        {"血型": "A型"},
        "guest",
    )
    assert SpecialGroup.objects.get().until is None


def test_another_standing_holds_from_the_day_of_the_import_and_the_first_from_the_beginning():
    first, later = child(就读身份="借读"), child(就读身份="在籍")
    load(children(first))
    assert not FormerStanding.objects.exists()
    assert load(only_children(first), today=LATER).succeeded
    assert not FormerStanding.objects.exists()
    [told] = load(only_children(later), today=LATER, dry_run=True).report.children
    assert told.differences == (("就读身份（从写入当天起）", "借读", "在籍"),)
    assert not FormerStanding.objects.exists()
    load(only_children(later), today=LATER)
    load(only_children(later), today=LATER + timedelta(days=1))
    [kept] = FormerStanding.objects.all()
    assert (kept.standing, kept.until, Student.objects.get().standing) == ("guest", LATER, "registered")
    load(only_children(first), today=LATER)  # the same day back: it never was anything else
    assert not FormerStanding.objects.exists()


def test_what_is_new_is_added_to_what_is_known():
    load(children(child(民族="东乡族", 血型="A型")))
    assert counts(load(only_children(child(姓名="单小东", 特长="二胡"))), "学生") == (0, 1, 0)
    found = Student.objects.get()
    assert (found.name, found.ethnicity, found.extra) == ("单小东", "东乡族", {"血型": "A型", "特长": "二胡"})
    assert Student.objects.search("sxd").exists()


def test_a_child_without_a_student_number_is_known_by_its_identity_number():
    load(children(child(学籍号=None)))
    assert Student.objects.get().number == identity()
    outcome = load(only_children(child()))
    assert counts(outcome, "学生") == (0, 1, 0)
    assert Student.objects.get().number == number()
    assert not FormerNumber.objects.exists()


def test_a_child_that_has_a_student_number_keeps_it_when_the_column_is_blank():
    load(children(child()))
    assert counts(load(only_children(child(学籍号=None))), "学生") == (0, 0, 1)
    assert Student.objects.get().student_number == number()


@pytest.mark.parametrize("old", [TEMPORARY, TEMPORARY.replace("L", "J")])
def test_a_temporary_number_becomes_a_formal_one_and_is_remembered(old):
    load(children(child(学籍号=old)))
    outcome = load(only_children(child()))
    assert counts(outcome, "学生") == (0, 1, 0)
    assert Student.objects.get().student_number == number()
    assert FormerNumber.objects.get().number == old


def test_other_sheets_may_still_use_a_former_number():
    load(children(child(学籍号=TEMPORARY)))
    load(only_children(child()))
    outcome = load({"点名": [roll_call("2026-09-01")], "缺勤": [absence("2026-09-01", 学籍号=TEMPORARY)]})
    assert counts(outcome, "缺勤") == (1, 0, 0)


def test_other_sheets_may_use_the_identity_number():
    load(children(child(学籍号=None)))
    outcome = load({"点名": [roll_call("2026-09-01")], "缺勤": [absence("2026-09-01", 学籍号=identity().lower())]})
    assert counts(outcome, "缺勤") == (1, 0, 0)


# -- whose number it is --


def test_a_formal_number_cannot_become_another_one():
    load(children(child()))
    outcome = load(only_children(child(学籍号=TEMPORARY)))
    assert errors(outcome) == [("学生", 2, "学籍号")]
    assert number() in outcome.problems[0].message


def test_an_old_file_with_a_former_number_makes_no_second_child():
    foreign = {"身份证件类型": "其他", "身份证件号": None}
    load(children(child(学籍号=TEMPORARY)))
    load(only_children(child()))
    outcome = load(only_children(child(学籍号=TEMPORARY, **foreign)))
    assert errors(outcome) == [("学生", 2, "学籍号")]
    assert number() in outcome.problems[0].message


def test_an_identity_number_of_another_child_is_told_with_both_sides():
    load(children(child(1, 学籍号=TEMPORARY), child(2, "李涛", 学籍号="L629901201910110002")))
    outcome = load(only_children(child(1, 学籍号=TEMPORARY, 身份证件号=identity(2))))
    assert errors(outcome) == [("学生", 2, "身份证件号")]
    assert "高东" in outcome.problems[0].message
    assert "李涛" in outcome.problems[0].message


def test_a_student_number_of_another_child_is_told_with_both_sides():
    load(children(child(1, 学籍号=TEMPORARY)))
    other = child(2, "李涛", 学籍号=TEMPORARY, 身份证件号=identity(2, date(2018, 1, 2)), 出生日期="2018-01-02")
    outcome = load(only_children(other))
    assert errors(outcome) == [("学生", 2, "学籍号")]
    assert "李涛" in outcome.problems[0].message
    assert "高东" in outcome.problems[0].message


def test_a_slip_in_the_identity_number_of_a_known_child_may_be_mended():
    load(children(child(1, 学籍号=TEMPORARY)))
    assert counts(load(only_children(child(1, 学籍号=TEMPORARY, 身份证件号=identity(3)))), "学生") == (0, 1, 0)
    assert Student.objects.get().id_number == identity(3)


@pytest.mark.parametrize(
    ("again", "column"),
    [
        (child(), "学籍号"),
        (child(学籍号=None), "身份证件号"),
        (child(学籍号=TEMPORARY), "身份证件号"),
    ],
)
def test_a_number_twice_in_one_sheet_is_told_at_the_later_row(again, column):
    outcome = load(children(child(), child(2, "李涛"), again))
    assert errors(outcome) == [("学生", 4, column)]
    assert outcome.problems[0].message == "与第2行重复"


def test_two_files_may_name_the_same_child():
    assert counts(load(children(child()), only_children(child(民族="藏族"))), "学生") == (1, 1, 0)


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        ({"姓名": "高冬"}, "姓名"),
        ({"班号": "202602"}, "班号"),
        ({"入学年月": "202508"}, "入学年月"),
        ({"民族": "藏族"}, "民族"),
        ({"血型": "B型"}, "血型"),
        ({"是否孤儿": "否"}, "是否孤儿"),
        ({"成员1联系电话": "13900005678"}, "成员1联系电话"),
    ],
)
def test_two_files_may_not_contradict_each_other_about_a_child(columns, header):
    row = child(民族="东乡族", 血型="A型", 是否孤儿="是", 成员1联系电话="13900001234")
    outcome = load(children(child(2, "李涛"), row), only_children(row | columns))
    (problem,) = outcome.problems
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("文件2.xlsx", "学生", 2, "学籍号")
    assert problem.message == f"“文件1.xlsx”第3行也有这名学生，{header}与这一行不同"
    assert not Student.objects.exists()


def test_two_files_without_student_numbers_are_compared_by_the_identity_number():
    outcome = load(children(child(学籍号=None)), only_children(child(学籍号=None, 姓名="高冬")))
    assert errors(outcome) == [("学生", 2, "身份证件号")]


def test_the_same_row_in_two_files_however_it_is_written_is_one():
    again = child(出生日期=date(2019, 10, 11), 入学年月="2026-09-01", 姓名="高 东")
    assert counts(load(children(child()), only_children(again), only_children(child())), "学生") == (1, 0, 2)


def test_what_the_database_knows_is_no_contradiction():
    load(children(child(民族="东乡族")))
    outcome = load(only_children(child(民族=None)), only_children(child(民族="藏族")))
    assert counts(outcome, "学生") == (0, 1, 1)


# -- the class of a known child --


def entry() -> tuple:
    event = EnrolmentEvent.objects.effective().get()
    return event.happened_on, event.school_class.number


def test_a_wrong_class_is_corrected_while_nothing_has_happened_in_it():
    load(children(child()))
    outcome = load(only_children(child(班号="202602")))
    assert counts(outcome, "学生") == (0, 1, 0)
    assert entry() == (date(2026, 9, 1), "202602")
    assert EnrolmentEvent.objects.count() == 2
    assert Student.objects.get().enrolments.get().school_class.number == "202602"


def test_a_wrong_month_of_admission_is_corrected_too():
    load(children(child(入学年月="202509")))
    assert counts(load(only_children(child())), "学生") == (0, 1, 0)
    assert entry() == (date(2026, 9, 1), "202601")
    assert Student.objects.get().admitted_on == date(2026, 9, 1)


@pytest.mark.parametrize("day", ["2026-09-01", "2026-11-19"])
def test_no_child_is_moved_by_this_sheet_once_its_class_has_taken_a_register(day):
    load(children(child(1), child(2, "李涛")) | {"点名": [roll_call(day)], "缺勤": [absence(day, 1)]})
    outcome = load(only_children(child(1, 班号="202602"), child(2, "李涛", 班号="202602")))
    assert errors(outcome) == [("学生", 2, "班号"), ("学生", 3, "班号")]
    assert len({problem.sentence for problem in outcome.problems}) == 1
    assert "请在《学籍变动》中登记转班" in outcome.problems[0].remedy
    assert set(EnrolmentEvent.objects.values_list("school_class__number", flat=True)) == {"202601"}


def test_registers_before_the_entry_and_those_of_other_classes_do_not_bind_a_child():
    later = child(2, "李涛", 入学年月="202611")
    load(children(child(1), later) | {"点名": [roll_call("2026-10-20"), roll_call("2026-11-02", 班号="202602")]})
    outcome = load(only_children(later | {"班号": "202602"}))
    assert counts(outcome, "学生") == (0, 1, 0)


def test_a_wrong_month_is_corrected_for_a_child_that_no_register_marks():
    load(children(child(入学年月="202509")) | {"点名": [roll_call("2026-09-01")]})
    assert counts(load(only_children(child())), "学生") == (0, 1, 0)


@pytest.mark.parametrize(("columns", "column"), [({"班号": "202602"}, "班号"), ({"入学年月": "202608"}, "入学年月")])
def test_a_child_with_absences_is_not_moved_by_this_sheet(columns, column):
    load(children(child()) | {"点名": [roll_call("2026-09-01")], "缺勤": [absence("2026-09-01")]})
    outcome = load(only_children(child(**columns)))
    assert errors(outcome) == [("学生", 2, column)]
    assert entry() == (date(2026, 9, 1), "202601")


def test_a_child_is_not_moved_by_this_sheet_after_other_events():
    move = {"发生日期": "2026-10-08", "学籍号": number(), "变动类型": "转班", "班号": "202602"}
    load(children(child()) | {"学籍变动": [move]})
    outcome = load(only_children(child(学校标识码=OTHER_SCHOOL)))
    assert errors(outcome) == [("学生", 2, "班号")]
    assert "转班" in outcome.problems[0].remedy


@pytest.mark.parametrize("class_number", ["202601", "202602"])
def test_the_class_entered_and_the_present_one_are_both_right(class_number):
    move = {"发生日期": "2026-10-08", "学籍号": number(), "变动类型": "转班", "班号": "202602"}
    load(children(child()) | {"学籍变动": [move]})
    assert counts(load(only_children(child(班号=class_number))), "学生") == (0, 0, 1)


def test_the_new_class_may_come_together_with_the_move_to_it():
    load(children(child()) | {"点名": [roll_call("2026-09-01")], "缺勤": [absence("2026-09-01")]})
    move = {"发生日期": "2026-10-08", "学籍号": number(), "变动类型": "转班", "班号": "202602"}
    outcome = load(only_children(child(班号="202602")) | {"学籍变动": [move]})
    assert counts(outcome, "学籍变动") == (1, 0, 0)
    assert counts(outcome, "学生") == (0, 0, 1)


def test_today_is_the_day_of_a_change_and_never_read_from_the_clock():
    load(children(child()))
    load(only_children(child(是否孤儿="是")), today=TODAY)
    assert SpecialGroup.objects.get().since == TODAY
