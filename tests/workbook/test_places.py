"""学年学期, 校历, 行政区划, 学校, 班级: what is kept, what is refused, what a change does."""

from datetime import date

import pytest
from django.utils import timezone

from casework.models import RuleAdoption
from casework.presets import ALWAYS
from students.models import (
    Area,
    CalendarChange,
    DayOverride,
    Person,
    Posting,
    RegistryLine,
    School,
    SchoolClass,
    Term,
)
from students.queries.calendar import current_calendar
from tests.workbook.workbooks import (
    COUNTY,
    OTHER_SCHOOL,
    SCHOOL,
    TODAY,
    TOWNSHIP,
    VILLAGE,
    child,
    counts,
    errors,
    load,
    places,
    school_class,
)

pytestmark = pytest.mark.django_db

LATER = date(2026, 12, 1)


def with_change(sheet: str, position: int, **columns) -> dict:
    sheets = places()
    sheets[sheet][position] |= columns
    return sheets


def test_places_are_created_once_and_then_known():
    first = load(places())
    again = load(places())
    for sheet, rows in places().items():
        assert counts(first, sheet) == (len(rows), 0, 0)
        assert counts(again, sheet) == (0, 0, len(rows))
    assert not again.written


# -- 学年学期 --


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"学年": "2026"}, "学年"),
        ({"学期": "秋季"}, "学期"),
        ({"结束日期": "2026-08-31"}, "结束日期"),
        ({"开始日期": "2024-09-01", "结束日期": "2025-01-20"}, "开始日期"),
        ({"开始日期": None}, "开始日期"),
    ],
)
def test_a_term_with_a_mistake_is_told(columns, column):
    assert errors(load(with_change("学年学期", 0, **columns))) == [("学年学期", 2, column)]


def test_two_terms_may_not_overlap_and_the_later_row_is_told():
    assert errors(load(with_change("学年学期", 1, 开始日期="2027-01-22"))) == [("学年学期", 3, "开始日期")]


def test_a_term_may_not_overlap_one_that_is_known():
    load(places())
    row = {"学年": "2025-2026", "学期": "第二学期", "开始日期": "2026-03-01", "结束日期": "2026-09-01"}
    outcome = load({"学年学期": [row]})
    assert errors(outcome) == [("学年学期", 2, "开始日期")]
    assert "2026-2027学年第一学期" in outcome.problems[0].message


def test_both_terms_may_move_together():
    load(places())
    sheets = {"学年学期": places()["学年学期"]}
    sheets["学年学期"][0] |= {"结束日期": "2027-03-05"}
    sheets["学年学期"][1] |= {"开始日期": "2027-03-20"}
    assert counts(load(sheets), "学年学期") == (0, 2, 0)


def test_a_term_stands_once_in_a_sheet():
    sheets = places()
    sheets["学年学期"].append(sheets["学年学期"][0])
    assert errors(load(sheets)) == [("学年学期", 4, "学年")]


# -- 校历 --


def test_the_narrowest_day_wins():
    sheets = places() | {
        "校历": [
            {"日期": "2026-09-12", "类型": "上课", "说明": "补课"},
            {"日期": "2026-09-12", "类型": "放假", "学校标识码": SCHOOL},
            {"日期": "2026-09-12", "类型": "上课", "学校标识码": SCHOOL, "班号": "202601"},
        ]
    }
    assert counts(load(sheets), "校历") == (3, 0, 0)
    calendar, day = current_calendar(), date(2026, 9, 12)
    first, second = SchoolClass.objects.filter(school__code=SCHOOL).order_by("number")
    other = SchoolClass.objects.get(school__code=OTHER_SCHOOL)
    taught = [day in calendar.school_days(school=row.school_id, school_class=row.pk) for row in (first, second, other)]
    assert taught == [True, False, True]
    assert counts(load(sheets), "校历") == (0, 0, 3)


def test_a_day_may_be_changed_and_a_blank_note_keeps_the_known_one():
    load(places() | {"校历": [{"日期": "2026-09-12", "类型": "上课", "说明": "补课"}]})
    outcome = load({"校历": [{"日期": "2026-09-12", "类型": "放假", "说明": None}]})
    assert counts(outcome, "校历") == (0, 1, 0)
    row = DayOverride.objects.get()
    assert (row.is_taught, row.note) == (False, "补课")


def test_what_a_page_had_said_beyond_it_falls_where_a_workbook_says_the_other():
    load(places())
    by = Person.objects.create(staff_number="K1", username="k1", name="何静")
    change = CalendarChange.objects.create(title="停课", made_at=timezone.now(), made_by=by)
    closed, taught = date(2026, 9, 14), date(2026, 9, 12)
    DayOverride.objects.create(day=closed, is_taught=False, is_closure=True, change=change)
    DayOverride.objects.create(day=taught, is_taught=True, follows_weekday=4, change=change)
    load({"校历": [{"日期": "2026-09-14", "类型": "放假"}, {"日期": "2026-09-12", "类型": "上课"}]})
    assert DayOverride.objects.filter(change=change).count() == 2
    load({"校历": [{"日期": "2026-09-14", "类型": "上课"}, {"日期": "2026-09-12", "类型": "放假"}]})
    rows = DayOverride.objects.order_by("-day").values_list("is_taught", "is_closure", "follows_weekday", "change")
    assert list(rows) == [(True, False, None, None), (False, False, None, None)]


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"类型": "停课"}, "类型"),
        ({"日期": "2026-09-31"}, "日期"),
        ({"班号": "202601"}, "学校标识码"),
        ({"学校标识码": "2100000009"}, "学校标识码"),
        ({"学校标识码": SCHOOL, "班号": "209901"}, "班号"),
        ({"说明": "长" * 101}, "说明"),
    ],
)
def test_a_day_with_a_mistake_is_told(columns, column):
    day = {"日期": "2026-09-12", "类型": "上课"} | columns
    assert errors(load(places() | {"校历": [day]})) == [("校历", 2, column)]


def test_the_same_day_of_the_same_place_is_told_at_the_later_row():
    day = {"日期": "2026-09-12", "类型": "上课", "学校标识码": SCHOOL}
    assert errors(load(places() | {"校历": [day, day | {"学校标识码": None}, day | {"类型": "放假"}]})) == [
        ("校历", 4, "日期")
    ]


# -- 行政区划 --


def test_parents_may_stand_below_their_children():
    sheets = places()
    sheets["行政区划"].reverse()
    assert counts(load(sheets), "行政区划") == (3, 0, 0)
    assert Area.objects.get(code=VILLAGE).parent.parent.code == COUNTY


@pytest.mark.parametrize(
    ("position", "columns", "column"),
    [
        (0, {"代码": "62990100000"}, "代码"),
        (0, {"级别": "市"}, "级别"),
        (0, {"名称": None}, "名称"),
        (0, {"上级代码": TOWNSHIP}, "上级代码"),
        (1, {"上级代码": "629902000000"}, "上级代码"),
        (1, {"上级代码": VILLAGE}, "上级代码"),
        (2, {"上级代码": COUNTY}, "上级代码"),
    ],
)
def test_an_area_with_a_mistake_is_told_and_nothing_else(position, columns, column):
    assert errors(load(with_change("行政区划", position, **columns))) == [("行政区划", position + 2, column)]


def test_an_area_may_be_renamed_but_keeps_its_level():
    load(places())
    assert counts(load(with_change("行政区划", 1, 名称="东坪乡")), "行政区划") == (0, 1, 2)
    outcome = load({"行政区划": [{"代码": TOWNSHIP, "名称": "东坪镇", "级别": "村"}]})
    assert errors(outcome) == [("行政区划", 2, "级别")]


def test_a_code_stands_once_in_a_sheet():
    sheets = places()
    sheets["行政区划"].append({"代码": VILLAGE, "名称": "乙东村", "级别": "村"})
    assert errors(load(sheets)) == [("行政区划", 5, "代码")]


# -- 学校 --


def test_a_school_takes_the_register_morning_and_afternoon_unless_it_says_otherwise():
    load(with_change("学校", 1, 点名节次="7,1，2、晚自习", 是否寄宿制="是"))
    first, second = School.objects.order_by("code")
    assert (first.slots, first.is_boarding) == ("AM,PM", False)
    assert (second.slots, second.is_boarding) == ("1,2,7,EV", True)


def test_blank_cells_and_missing_columns_keep_what_is_known():
    load(with_change("学校", 0, 点名节次="上午,晚自习", 是否寄宿制="是"))
    outcome = load(places())
    assert counts(outcome, "学校") == (0, 0, 2)
    assert School.objects.get(code=SCHOOL).slots == "AM,EV"


def test_codes_may_be_numbers():
    sheets = with_change("学校", 0, 学校标识码=int(SCHOOL), 乡镇代码=int(TOWNSHIP))
    sheets["班级"][0] |= {"学校标识码": int(SCHOOL), "班号": 202601}
    assert counts(load(sheets), "班级") == (3, 0, 0)
    assert SchoolClass.objects.filter(school__code=SCHOOL, number="202601").exists()


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"学校标识码": "210000000"}, "学校标识码"),
        ({"办学类型": "中学"}, "办学类型"),
        ({"乡镇代码": VILLAGE}, "乡镇代码"),
        ({"乡镇代码": "629901109000"}, "乡镇代码"),
        ({"是否寄宿制": "半寄宿"}, "是否寄宿制"),
        ({"点名节次": "上午,中午"}, "点名节次"),
        ({"规则集": "harsh"}, "规则集"),
        ({"学校名称": "长" * 61}, "学校名称"),
    ],
)
def test_a_school_with_a_mistake_is_told_and_nothing_that_points_at_it(columns, column):
    assert errors(load(with_change("学校", 0, **columns))) == [("学校", 2, column)]


def test_the_first_rule_set_of_a_school_holds_for_all_time_and_the_next_from_today():
    load(places())
    assert [(row.rule_set.code, row.starts_on) for row in adoptions(SCHOOL)] == [("standard", ALWAYS)]
    outcome = load(with_change("学校", 0, 规则集="three_day"), today=LATER)
    assert counts(outcome, "学校") == (0, 1, 1)
    assert [(row.rule_set.code, row.starts_on) for row in adoptions(SCHOOL)] == [
        ("standard", ALWAYS),
        ("three_day", LATER),
    ]


def test_a_school_without_a_rule_set_follows_the_county():
    load(with_change("学校", 0, 规则集=None))
    assert not adoptions(SCHOOL)
    assert len(adoptions(OTHER_SCHOOL)) == 1


def test_a_rule_set_changed_twice_in_a_day_is_adopted_once():
    load(places())
    load(with_change("学校", 0, 规则集="three_day"))
    load(with_change("学校", 0, 规则集="strict"))
    assert [(row.rule_set.code, row.starts_on) for row in adoptions(SCHOOL)] == [
        ("standard", ALWAYS),
        ("strict", TODAY),
    ]


def adoptions(code: str) -> list[RuleAdoption]:
    return list(RuleAdoption.objects.filter(school__code=code).select_related("rule_set").order_by("starts_on"))


# -- 班级 --


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"学段": "高中"}, "学段"),
        ({"入学年份": "二〇二六"}, "入学年份"),
        ({"入学年份": 1026}, "入学年份"),
        ({"班级名称": None}, "班级名称"),
        ({"学校标识码": "2100000009"}, "学校标识码"),
        ({"班主任工号": "T9"}, "班主任工号"),
        ({"班号": "长" * 21}, "班号"),
    ],
)
def test_a_class_with_a_mistake_is_told(columns, column):
    assert errors(load(with_change("班级", 0, **columns))) == [("班级", 2, column)]


@pytest.mark.parametrize(
    ("kind", "stage", "is_told"),
    [
        ("小学", "小学", False),
        ("小学", "初中", True),
        ("教学点", "小学", False),
        ("教学点", "初中", True),
        ("初级中学", "小学", True),
        ("初级中学", "初中", False),
        ("九年一贯制学校", "小学", False),
        ("九年一贯制学校", "初中", False),
    ],
)
def test_a_school_has_classes_of_its_own_stage(kind, stage, is_told):
    sheets = with_change("学校", 0, 办学类型=kind)
    sheets["班级"] = [school_class("202601", 学段=stage)]
    assert errors(load(sheets)) == ([("班级", 2, "学段")] if is_told else [])


def test_a_class_number_is_unique_in_its_school_only():
    sheets = places()
    sheets["班级"].append(school_class("202601", 班级名称="又一个"))
    assert errors(load(sheets)) == [("班级", 5, "班号")]


def test_a_class_may_be_renamed():
    load(places())
    assert counts(load(with_change("班级", 1, 班级名称="向日葵班")), "班级") == (0, 1, 2)


def test_the_children_of_a_class_of_another_cohort_stand_elsewhere_in_the_lists():
    cohorts = {"202601": 2024, "202602": 2025}  # the younger cohort stands first
    rows = [school_class(number, 入学年份=cohort) for number, cohort in cohorts.items()]
    children = [child(1, "高东"), child(2, "单小勇", 班号="202602")]
    load(places() | {"班级": rows, "学生": children})
    lines = RegistryLine.objects.order_by("place_key").values_list("student__name", flat=True)
    assert list(lines) == ["单小勇", "高东"]
    load({"班级": [school_class("202601", 入学年份=2026)]})
    assert list(lines.all()) == ["高东", "单小勇"]


def homeroom_postings() -> list[tuple]:
    rows = Posting.objects.filter(school_class__school__code=SCHOOL, role="homeroom_teacher").order_by("pk")
    return [(row.person.staff_number, row.since, row.until) for row in rows.select_related("person")]


def test_a_new_homeroom_teacher_ends_the_posting_of_the_old_one():
    load(places())
    assert homeroom_postings() == [("T1", TODAY, None)]
    outcome = load(with_change("班级", 0, 班主任工号="T2"), today=LATER)
    assert counts(outcome, "班级") == (0, 1, 2)
    assert homeroom_postings() == [("T1", TODAY, LATER), ("T2", LATER, None)]


def test_a_blank_homeroom_teacher_keeps_the_known_one():
    load(places())
    assert counts(load(with_change("班级", 0, 班主任工号=None)), "班级") == (0, 0, 3)
    assert homeroom_postings() == [("T1", TODAY, None)]


def test_terms_alone_may_be_imported():
    load({"学年学期": places()["学年学期"]})
    assert Term.objects.count() == 2
