"""户籍儿童: the police's list of minors, and the links to students that follow from it."""

from datetime import date

import pytest

from students.models import AuditRow, Resident, Student
from tests.workbook.workbooks import TOWNSHIP, VILLAGE, child, counts, errors, identity, load, places, xls

pytestmark = pytest.mark.django_db

NEXT_VILLAGE = "629901101202"


def resident(serial: int = 1, **columns) -> dict:
    """A row of 户籍儿童; the same ``serial`` as that of a row of 学生 is the same child."""
    row = {"姓名": "高东", "身份证件号": identity(serial), "户籍村代码": VILLAGE}
    return row | columns


def county(*rows: dict, **sheets) -> dict:
    return places() | sheets | {"户籍儿童": list(rows)}


def village(**columns) -> dict:
    return {"代码": NEXT_VILLAGE, "名称": "乙东村", "级别": "村", "上级代码": TOWNSHIP} | columns


def test_a_resident_gets_sex_and_birth_from_the_number_and_the_township_of_the_village():
    columns = {"监护人": "高大山", "联系电话": "13900001234", "是否脱贫户": "是", "现就读学校": "甲东幼儿园"}
    assert counts(load(county(resident(**columns))), "户籍儿童") == (1, 0, 0)
    row = Resident.objects.select_related("village", "township").get()
    assert (row.sex, row.birth_date, row.village.code, row.township.code) == (
        "男", date(2019, 10, 11), VILLAGE, TOWNSHIP,
    )  # fmt: skip
    assert (row.guardian_name, row.phone, row.is_out_of_poverty, row.current_school) == (
        "高大山", "13900001234", True, "甲东幼儿园",
    )  # fmt: skip


def test_the_same_file_twice_changes_nothing():
    sheets = county(resident(监护人="高大山", 是否脱贫户="否"))
    load(sheets)
    again = load(sheets)
    assert counts(again, "户籍儿童") == (0, 0, 1)
    assert not again.written


def test_a_newer_list_updates_who_is_on_it_and_keeps_who_is_not():
    load(county(resident(1, 监护人="高大山"), resident(2, 姓名="袁远")))
    sheets = {"行政区划": [village()], "户籍儿童": [resident(1, 户籍村代码=NEXT_VILLAGE)]}
    assert counts(load(sheets), "户籍儿童") == (0, 1, 0)
    moved = Resident.objects.get(id_number=identity(1))
    assert (moved.village.code, moved.guardian_name) == (NEXT_VILLAGE, "高大山")  # a blank cell keeps what is known
    assert Resident.objects.filter(id_number=identity(2)).exists()


def test_an_xls_file_is_taken_too():
    load(places())
    assert counts(load(xls({"户籍儿童": [resident()]})), "户籍儿童") == (1, 0, 0)


@pytest.mark.parametrize(
    ("columns", "column", "part"),
    [
        ({"姓名": None}, "姓名", "必填"),
        ({"身份证件号": None}, "身份证件号", "必填"),
        ({"身份证件号": identity(1)[:17] + ("0" if identity(1)[17] != "0" else "1")}, "身份证件号", "校验码"),
        ({"身份证件号": 629901201910110.0}, "身份证件号", "数值"),
        ({"身份证件号": "高东"}, "身份证件号", "18位"),
        ({"身份证件号": identity(1, born=date(2026, 11, 21))}, "身份证件号", "还没有到"),
        ({"户籍村代码": None}, "户籍村代码", "必填"),
        ({"户籍村代码": "629901101299"}, "户籍村代码", "没有这个村"),
        ({"户籍村代码": TOWNSHIP}, "户籍村代码", "这是乡镇的代码"),
        ({"是否脱贫户": "大概"}, "是否脱贫户", "不在可填的内容里"),
    ],
)
def test_a_row_with_a_mistake_is_told_and_nothing_is_written(columns, column, part):
    outcome = load(county(resident(**columns), resident(2)))
    assert errors(outcome) == [("户籍儿童", 2, column)]
    assert part in outcome.problems[0].message
    assert not Resident.objects.exists()


@pytest.mark.parametrize(
    ("born", "is_taken"),
    [
        (date(2026, 11, 20), True),  # born on the day of the import
        (date(2008, 11, 21), True),  # turns 18 tomorrow
        (date(2008, 11, 20), False),  # turns 18 today
    ],
)
def test_the_list_is_one_of_minors_on_the_day_of_the_import(born, is_taken):
    outcome = load(county(resident(身份证件号=identity(1, born=born))))
    assert outcome.succeeded is is_taken
    if not is_taken:
        assert "已满18周岁" in outcome.problems[0].message
        assert outcome.problems[0].remedy == "请移除该行"


def test_a_child_twice_is_told_at_the_later_row():
    assert errors(load(county(resident(1), resident(2), resident(1)))) == [("户籍儿童", 4, "身份证件号")]


def test_a_village_without_a_township_is_told():
    outcome = load(county(resident(户籍村代码=NEXT_VILLAGE), 行政区划=[*places()["行政区划"], village(上级代码=None)]))
    assert errors(outcome) == [("户籍儿童", 2, "户籍村代码")]


def test_a_mistake_in_the_village_itself_is_told_once():
    areas = [*places()["行政区划"], village(级别="寨")]
    assert errors(load(county(resident(户籍村代码=NEXT_VILLAGE), 行政区划=areas))) == [("行政区划", 5, "级别")]


class TestLinks:
    """Whoever is on both lists with one number is one child, in whatever order the lists come."""

    def linked(self) -> list[tuple]:
        return list(Resident.objects.exclude(student=None).values_list("student__name", "match"))

    @pytest.mark.parametrize("together", [True, False])
    def test_a_resident_is_linked_to_the_student_of_the_same_number(self, together):
        if together:
            load(county(resident(1), resident(2, 姓名="袁远"), 学生=[child(1)]))
        else:
            load(places() | {"学生": [child(1)]})
            load({"户籍儿童": [resident(1), resident(2, 姓名="袁远")]})
        assert self.linked() == [("高东", "id")]

    def test_a_student_who_comes_later_is_linked_too(self):
        load(county(resident(1)))
        assert self.linked() == []
        load({"学生": [child(1)]})
        assert self.linked() == [("高东", "id")]

    def test_the_number_inside_a_formal_student_number_counts(self):
        load(places() | {"学生": [child(1, 身份证件类型="其他", 身份证件号=None)]})
        load({"户籍儿童": [resident(1)]})
        assert self.linked() == [("高东", "id")]

    def test_a_corrected_number_takes_the_link_back(self):
        load(county(resident(1), 学生=[child(1)]))
        Student.objects.update(student_number=None, id_number=identity(7))
        load({"户籍儿童": [resident(2, 姓名="袁远")]})
        assert self.linked() == []

    def test_the_audit_log_counts_what_was_linked(self):
        load(county(resident(1), 学生=[child(1)]))
        row = AuditRow.objects.get(action="residents.match")
        assert row.details == {"released": 0, "linked": 1, "proposed": 0}

    def test_a_rehearsal_links_nobody(self):
        load(county(resident(1), 学生=[child(1)]), dry_run=True)
        assert not Resident.objects.exists()
