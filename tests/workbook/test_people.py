"""教职工 and 任课: people, their postings, and accounts that nobody can use yet."""

import pytest

from students.models import Person, Posting
from tests.workbook.workbooks import OTHER_SCHOOL, SCHOOL, TOWNSHIP, counts, errors, load, places

pytestmark = pytest.mark.django_db


def staff(*rows: dict) -> dict:
    sheets = places()
    sheets["教职工"] += rows
    return sheets


def one(**columns) -> dict:
    return {"工号": "T7", "姓名": "解磊", "岗位": "校长", "学校标识码": SCHOOL} | columns


def postings(number: str) -> list[tuple]:
    rows = Posting.objects.filter(person__staff_number=number).select_related("school", "township").order_by("pk")
    return [(row.role, row.school and row.school.code, row.township and row.township.code) for row in rows]


def test_a_person_has_an_account_without_a_usable_password():
    load(staff(one(手机号=13800000001, 登录名="xielei")))
    person = Person.objects.get(staff_number="T7")
    assert (person.username, person.name, person.phone) == ("xielei", "解磊", "13800000001")
    assert person.must_change_password
    assert not person.has_usable_password()


def test_the_log_in_name_is_the_staff_number_unless_told_otherwise():
    load(staff(one()))
    assert Person.objects.get(staff_number="T7").username == "T7"


def test_a_person_may_have_several_postings_a_row_each():
    outcome = load(staff(one(), one(岗位="督学", 学校标识码=None), one(岗位="校长", 学校标识码=OTHER_SCHOOL)))
    assert counts(outcome, "教职工") == (7, 0, 0)
    assert postings("T7") == [("principal", SCHOOL, None), ("inspector", None, None), ("principal", OTHER_SCHOOL, None)]
    assert counts(load(staff(one())), "教职工") == (0, 0, 5)


def test_a_role_keeps_only_the_place_that_belongs_to_it():
    load(
        staff(
            one(乡镇代码=TOWNSHIP),
            one(工号="B7", 岗位="县教育局"),
            one(工号="D7", 岗位="督学", 学校标识码=None, 乡镇代码=TOWNSHIP),
        )
    )
    assert postings("T7") == [("principal", SCHOOL, None)]
    assert postings("B7") == [("bureau_officer", None, None)]
    assert postings("D7") == [("inspector", None, TOWNSHIP)]


def test_a_homeroom_teacher_without_a_class_has_a_posting_that_shows_nothing():
    load(places())
    row = Posting.objects.get(person__staff_number="T2")
    assert (row.role, row.school_class) == ("subject_teacher", None)


def test_a_changed_phone_updates_the_person_and_a_blank_one_keeps_it():
    load(staff(one(手机号="13800000001")))
    assert counts(load(staff(one(手机号="13800000002"))), "教职工") == (0, 1, 4)
    assert counts(load(staff(one())), "教职工") == (0, 0, 5)
    assert Person.objects.get(staff_number="T7").phone == "13800000002"


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"岗位": "老师"}, "岗位"),
        ({"岗位": "系统管理员"}, "岗位"),
        ({"学校标识码": None}, "学校标识码"),
        ({"岗位": "乡镇干部"}, "乡镇代码"),
        ({"学校标识码": "2100000009"}, "学校标识码"),
        ({"岗位": "乡镇干部", "乡镇代码": "629901109000"}, "乡镇代码"),
        ({"姓名": None}, "姓名"),
        ({"登录名": "T1"}, "登录名"),
        ({"工号": None}, "工号"),
    ],
)
def test_a_posting_with_a_mistake_is_told(columns, column):
    assert errors(load(staff(one(**columns)))) == [("教职工", 6, column)]


def test_one_staff_number_has_one_name():
    outcome = load(staff(one(), one(岗位="督学", 姓名="解鹏")))
    assert errors(outcome) == [("教职工", 7, "姓名")]
    assert "第6行写的是“解磊”" in outcome.problems[0].message


def test_one_staff_number_has_one_log_in_name():
    assert errors(load(staff(one(登录名="a"), one(岗位="督学", 登录名="b")))) == [("教职工", 7, "登录名")]


def test_a_log_in_name_belongs_to_one_person():
    outcome = load(staff(one(登录名="xie"), one(工号="T8", 登录名="xie")))
    assert errors(outcome) == [("教职工", 7, "登录名")]
    assert "“xie”已归工号“T7”" in outcome.problems[0].message


def test_a_staff_number_that_is_the_log_in_name_of_somebody_else_is_told():
    load(staff(one(登录名="T9")))
    assert errors(load(staff(one(工号="T9")))) == [("教职工", 6, "工号")]


def test_the_same_posting_twice_is_told():
    assert errors(load(staff(one(), one()))) == [("教职工", 7, "工号")]


def lesson(**columns) -> dict:
    return {"学校标识码": SCHOOL, "班号": "202601", "工号": "T2", "学科": "数学"} | columns


def test_teaching_is_a_posting_to_a_class():
    first = load(places() | {"任课": [lesson(), lesson(班号="202602"), lesson(学科="语文")]})
    assert counts(first, "任课") == (3, 0, 0)
    assert counts(load({"任课": [lesson(), lesson(工号="T1")]}), "任课") == (1, 0, 1)
    row = Posting.objects.filter(school_class__number="202602", role="subject_teacher").get()
    assert (row.person.staff_number, row.subject, row.school.code) == ("T2", "数学", SCHOOL)


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"工号": "T9"}, "工号"),
        ({"班号": "209901"}, "班号"),
        ({"学校标识码": "2100000009"}, "学校标识码"),
        ({"学科": "长" * 21}, "学科"),
    ],
)
def test_a_lesson_with_a_mistake_is_told(columns, column):
    assert errors(load(places() | {"任课": [lesson(**columns)]})) == [("任课", 2, column)]


def test_a_lesson_twice_is_told():
    assert errors(load(places() | {"任课": [lesson(), lesson()]})) == [("任课", 3, "工号")]
