"""学生: what a row says of a child, its family and special groups, and every mistake in it."""

from datetime import date

import pytest

from students.models import EnrolmentEvent, Guardian, SpecialGroup, Student
from tests.workbook.workbooks import (
    OTHER_SCHOOL,
    child,
    counts,
    errors,
    identity,
    load,
    number,
    places,
)

pytestmark = pytest.mark.django_db

TEMPORARY = "L629901201910110001"
LATER = date(2026, 12, 1)


def children(*rows: dict) -> dict:
    return places() | {"学生": list(rows)}


def only_children(*rows: dict) -> dict:
    return {"学生": list(rows)}


def test_a_child_is_kept_with_all_that_is_known_of_it():
    load(
        children(
            child(
                民族="东乡族", 班内学号=7, 就读身份="借读", 就读方式="走读", 户口所在地行政区划="629901101201",
                现住址="东坪镇", 联系电话=13900001234, 血型="A型",
            )
        )
    )  # fmt: skip
    found = Student.objects.get()
    assert found.student_number == number()
    assert found.id_number == identity()
    assert found.birth_date == date(2019, 10, 11)
    assert found.admitted_on == date(2026, 9, 1)
    assert (found.sex, found.ethnicity, found.list_position) == ("男", "东乡族", 7)
    assert (found.standing, found.attendance_mode) == ("guest", "走读")
    assert (found.home_area_code, found.address, found.phone) == ("629901101201", "东坪镇", "13900001234")
    assert found.extra == {"血型": "A型"}


@pytest.mark.parametrize("typed", ["sxy", "dxy", "shanxiaoyong", "单小勇", "单"])
def test_a_child_is_found_by_every_reading_of_its_name(typed):
    load(children(child(1, "单小勇"), child(2, "李涛")))
    assert [found.name for found in Student.objects.search(typed)] == ["单小勇"]


def test_the_month_of_admission_is_the_day_of_entry():
    load(children(child(入学年月=202609), child(2, "李涛", 入学年月=date(2025, 9, 1), 班号="202602")))
    assert sorted(EnrolmentEvent.objects.values_list("happened_on", "school_class__number", "kind")) == [
        (date(2025, 9, 1), "202602", "enrol"),
        (date(2026, 9, 1), "202601", "enrol"),
    ]


INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"


def test_characters_that_nobody_sees_are_not_kept():
    load(
        children(
            child(姓名=f"{INVISIBLE}高{INVISIBLE}东", 民族=f"东乡族{INVISIBLE}", 现住址=INVISIBLE, 血型="A\u200b型")
        )
    )
    found = Student.objects.get()
    assert (found.name, found.ethnicity, found.address, found.extra) == ("高东", "东乡族", "", {"血型": "A型"})
    assert counts(load(only_children(child(姓名="高东", 班号="\ufeff202601\u202c"))), "学生") == (0, 0, 1)


def test_a_required_cell_of_nothing_visible_is_blank_and_a_row_of_such_is_none():
    outcome = load(children(child(姓名="\u200b"), dict.fromkeys(child(), "\ufeff")))
    (problem,) = outcome.problems
    assert (problem.row, problem.column, problem.value) == (2, "姓名", "")


def test_headers_match_whatever_invisible_characters_they_hold():
    row = {f"\ufeff{header}\u200e": value for header, value in child(血型="A型").items()}
    assert counts(load(places() | {"学生": [row]}), "学生") == (1, 0, 0)
    assert Student.objects.get().extra == {"血型": "A型"}


def test_a_telephone_column_may_say_in_words_that_there_is_none():
    load(children(child(联系电话="不详", 成员1姓名="曾杰", 成员1联系电话="无")))
    assert (Student.objects.get().phone, Guardian.objects.get().phone) == ("不详", "无")


@pytest.mark.parametrize("month", ["201909", "204411", "191909"])
def test_an_admission_before_birth_or_a_generation_later_is_told(month):
    (problem,) = load(children(child(入学年月=month))).problems
    assert (problem.row, problem.column, problem.value) == (2, "入学年月", month)


@pytest.mark.parametrize("month", ["201911", "202609", "204410"])
def test_any_admission_in_the_first_25_years_of_a_life_is_taken(month):
    assert load(children(child(入学年月=month, 出生日期="2019-10-11"))).succeeded


# -- 成员 and special groups --


def test_family_members_are_kept_in_their_places():
    load(
        children(
            child(
                成员1姓名="曾杰",
                成员1关系="母亲",
                成员1联系电话="13900001234",
                成员1是否监护人="是",
                成员2姓名="高强",
                成员2工作单位="东坪中学",
            )
        )
    )
    assert list(
        Guardian.objects.order_by("position").values_list("position", "name", "relation", "phone", "is_guardian")
    ) == [
        (1, "曾杰", "母亲", "13900001234", True),
        (2, "高强", "", "", False),
    ]
    assert Student.objects.get().extra == {"成员2工作单位": "东坪中学"}


def test_a_changed_number_of_a_guardian_updates_the_child():
    load(children(child(成员1姓名="曾杰", 成员1联系电话="13900001234")))
    outcome = load(only_children(child(成员1联系电话="13900005678")))
    assert counts(outcome, "学生") == (0, 1, 0)
    assert (Guardian.objects.get().name, Guardian.objects.get().phone) == ("曾杰", "13900005678")


def test_a_number_without_a_name_is_kept_to_be_dialled():
    load(children(child(成员1关系="祖父", 成员1联系电话="13900001234")))
    assert (Guardian.objects.get().name, Guardian.objects.get().phone) == ("祖父", "13900001234")


def groups() -> list[tuple]:
    return list(SpecialGroup.objects.order_by("kind", "pk").values_list("kind", "detail", "since", "until"))


def test_special_groups_hold_since_the_child_was_admitted():
    load(
        children(
            child(
                是否留守儿童="双亲留守",
                是否孤儿="是",
                残疾类型="听力残疾",
                是否进城务工人员随迁子女="是",
                就读身份="送教上门",
            )
        )
    )
    since = date(2026, 9, 1)
    assert groups() == [
        ("disabled", "听力残疾", since, None),
        ("home_taught", "", since, None),
        ("left_behind_both", "", since, None),
        ("migrant", "", since, None),
        ("orphan", "", since, None),
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {
            "是否留守儿童": "非留守儿童",
            "是否孤儿": "否",
            "残疾类型": "无残疾",
            "是否进城务工人员随迁子女": "否",
            "就读身份": "在籍",
        },
    ],
)
def test_a_child_of_no_special_group_has_none(columns):
    load(children(child(**columns)))
    assert groups() == []


def test_a_flag_that_vanishes_is_ended_and_not_deleted():
    load(children(child(是否留守儿童="双亲留守", 残疾类型="听力残疾")))
    outcome = load(only_children(child(是否留守儿童="单亲留守", 残疾类型="无残疾")), today=LATER)
    assert counts(outcome, "学生") == (0, 1, 0)
    since = date(2026, 9, 1)
    assert groups() == [
        ("disabled", "听力残疾", since, LATER),
        ("left_behind_both", "", since, LATER),
        ("left_behind_one", "", LATER, None),
    ]


def test_a_flag_of_a_child_not_yet_admitted_may_be_ended():
    load(children(child(是否孤儿="是", 入学年月="202709")))
    load(only_children(child(是否孤儿="否", 入学年月="202709")))
    assert groups() == [("orphan", "", date(2027, 9, 1), date(2027, 9, 1))]


def test_another_kind_of_disability_begins_when_it_is_told():
    load(children(child(残疾类型="听力残疾")))
    load(only_children(child(残疾类型="多重残疾")), today=LATER)
    assert groups() == [("disabled", "听力残疾", date(2026, 9, 1), LATER), ("disabled", "多重残疾", LATER, None)]


def test_left_behind_without_saying_how_keeps_the_kind_that_is_known():
    load(children(child(是否留守儿童="双亲留守"), child(2, "李涛", 是否留守儿童="是")))
    outcome = load(only_children(child(是否留守儿童="是"), child(2, "李涛", 是否留守儿童="是")))
    assert counts(outcome, "学生") == (0, 0, 2)
    assert [row[0] for row in groups()] == ["left_behind_both", "left_behind_one"]


# -- one row by itself --


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"身份证件号": identity()[:17] + ("0" if identity()[17] != "0" else "1")}, "身份证件号"),
        ({"身份证件号": identity(2)}, "学籍号"),
        ({"身份证件号": float(identity()[:17] + "0")}, "身份证件号"),
        ({"身份证件号": None}, "身份证件号"),
        ({"学籍号": "G123"}, "学籍号"),
        ({"学籍号": float(identity()[:17] + "0")}, "学籍号"),
        ({"性别": "女"}, "性别"),
        ({"性别": "3"}, "性别"),
        ({"出生日期": "2019-10-12"}, "出生日期"),
        ({"出生日期": "2019-02-30"}, "出生日期"),
        ({"入学年月": "202613"}, "入学年月"),
        ({"班内学号": "七"}, "班内学号"),
        ({"就读身份": "旁听"}, "就读身份"),
        ({"是否孤儿": "不知道"}, "是否孤儿"),
        ({"是否留守儿童": "偶尔"}, "是否留守儿童"),
        ({"户口所在地行政区划": "东坪镇"}, "户口所在地行政区划"),
        ({"现住址": "长" * 201}, "现住址"),
        ({"成员1是否监护人": "算是"}, "成员1是否监护人"),
        ({"成员1身份证件号": 622921198001011234.0}, "成员1身份证件号"),
        ({"姓名": None}, "姓名"),
        ({"民族": "东_x000B_乡"}, "民族"),
        ({"班号": "209901"}, "班号"),
        ({"班号": "202602", "学校标识码": OTHER_SCHOOL}, "班号"),
        ({"学校标识码": "2100000009"}, "学校标识码"),
        ({"学籍号": None, "身份证件号": None, "身份证件类型": "护照"}, "学籍号"),
    ],
)
def test_a_child_with_a_mistake_is_told_once(columns, column):
    assert errors(load(children(child(**columns), child(5, "李涛")))) == [("学生", 2, column)]


def test_every_mistake_of_a_row_is_told():
    outcome = load(children(child(性别="无", 入学年月="明年", 班号="209901", 民族="长" * 21)))
    assert sorted(errors(outcome)) == sorted(("学生", 2, column) for column in ("性别", "入学年月", "班号", "民族"))
    assert not Student.objects.exists()


def test_a_sheet_without_identity_numbers_is_told_once():
    rows = [{key: value for key, value in child(serial).items() if key != "身份证件号"} for serial in (1, 2)]
    assert errors(load(children(*rows))) == [("学生", 1, "身份证件号")]


def test_a_child_with_a_passport_needs_no_resident_number():
    row = child(
        学籍号=None, 身份证件类型="护照", 身份证件号="e12345678", 姓名="Anna Li", 性别="女", 出生日期="2018-01-02"
    )
    assert counts(load(children(row)), "学生") == (1, 0, 0)
    assert Student.objects.get().number == "E12345678"


def test_an_identity_card_by_another_name_is_checked_too():
    assert errors(load(children(child(身份证件类型="身份证", 性别="女")))) == [("学生", 2, "性别")]
