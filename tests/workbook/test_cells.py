"""Every way of writing a date, a code, a month, a slot; and what is refused, with a Chinese sentence."""

from datetime import date, datetime, time, timedelta

import pytest

from students.workbook import cells
from students.workbook.cells import CellError

FIRST = date(2026, 9, 1)


@pytest.mark.parametrize(
    "written",
    [
        FIRST,
        datetime(2026, 9, 1),
        datetime(2026, 9, 1, 8, 5),
        "2026-09-01",
        "2026-9-1",
        "2026/9/1",
        "2026/09/01",
        "2026.9.1",
        "20260901",
        20260901.0,
        "2026年9月1日",
        "2026年09月01日",
        " 2026-09-01 ",
        "2026-09-01 00:00:00",
        "２０２６－０９－０１",
    ],
)
def test_a_date_may_be_written_in_many_ways(written):
    assert cells.day(written) == FIRST


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "2026-13-01",
        "9月1日",
        "26-9-1",
        "2026-9/1",
        "明天",
        46266.0,
        20261301.0,
        "0206-09-01",
        date(1200, 1, 1),
        True,
        time(8, 5),
        "2026-09-01 08:05",
    ],
)
def test_what_is_no_date_is_refused_with_a_way_out(written):
    with pytest.raises(CellError) as refusal:
        cells.day(written)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "written",
    ["202609", 202609.0, "2026-09", "2026-9", "2026/9", "2026.9", "2026年9月", "20260901", FIRST, "2026-09-15"],
)
def test_a_month_is_its_first_day(written):
    assert cells.month(written) == FIRST


@pytest.mark.parametrize("written", ["202613", "2026", "九月", 2026.5, True, "20269", "020609"])
def test_what_is_no_month_is_refused(written):
    with pytest.raises(CellError):
        cells.month(written)


@pytest.mark.parametrize("written", ["2162000001", 2162000001.0, " 2162000001 ", "２１６２０００００１", "2162 000001"])
def test_a_code_may_be_text_or_number(written):
    assert cells.digits(10, "学校标识码")(written) == "2162000001"


@pytest.mark.parametrize("written", ["216200000", "21620000011", "2162OOOOO1", 2162000001.5, True])
def test_a_code_of_the_wrong_shape_is_refused(written):
    with pytest.raises(CellError):
        cells.digits(10, "学校标识码")(written)


def test_a_code_keeps_its_leading_zeros_where_it_is_text():
    assert cells.code(20)("0012") == "0012"


@pytest.mark.parametrize("written", [622921201910117072.0, 622921201910117.0, 6.22921201910117e17])
def test_an_identity_number_stored_as_a_number_is_refused_and_told_why(written):
    with pytest.raises(CellError, match="末几位已经丢失"):
        cells.identity(written)


def test_a_short_passport_number_may_be_a_number():
    assert cells.identity(12345678.0) == "12345678"


def test_a_number_is_read_without_spaces_and_in_upper_case():
    assert cells.identity(" 62292120200305 675x ") == "62292120200305675X"
    assert cells.student_number("g62292120200305675x") == "G62292120200305675X"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("G622921202003056751", "校验码"),
        ("622921202003056750", "G、J或L"),
        ("G6229212020030567", "G、J或L"),
        ("K62292120200305675X", "G、J或L"),
    ],
)
def test_a_student_number_is_checked(written, reason):
    with pytest.raises(CellError, match=reason):
        cells.student_number(written)


def test_a_temporary_number_has_no_check_character():
    assert cells.student_number("L622921202003056751") == "L622921202003056751"


@pytest.mark.parametrize(
    ("written", "slot"),
    [
        ("上午", "AM"),
        ("下午", "PM"),
        ("晚自习", "EV"),
        (1.0, "1"),
        ("9", "9"),
        ("第3节", "3"),
        ("第三节", "3"),
        ("３", "3"),
    ],
)
def test_a_slot_may_be_a_word_or_a_number(written, slot):
    assert cells.slot(written) == slot


@pytest.mark.parametrize("written", ["中午", "0", "10", 1.5, "AM"])
def test_what_is_no_slot_is_refused(written):
    with pytest.raises(CellError):
        cells.slot(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("上午,下午", "AM,PM"),
        ("下午，上午", "AM,PM"),
        ("晚自习、上午；下午", "AM,PM,EV"),
        ("1,2,3,4,5,6,7", "1,2,3,4,5,6,7"),
        ("7 6 5", "5,6,7"),
        ("第1节,第二节,晚自习", "1,2,EV"),
        (3.0, "3"),
        ("上午,上午", "AM"),
    ],
)
def test_the_slots_of_a_school_are_kept_in_the_order_of_the_day(written, kept):
    assert cells.slots(written) == kept


@pytest.mark.parametrize("written", ["上午,中午", ",", "1-7"])
def test_slots_of_which_one_is_none_are_refused(written):
    with pytest.raises(CellError):
        cells.slots(written)


@pytest.mark.parametrize("written", ["2026-2027", "2026—2027", "2026－2027", "2026-2027学年", "2026 - 2027"])
def test_a_school_year_is_two_years_that_follow(written):
    assert cells.school_year(written) == 2026


@pytest.mark.parametrize("written", ["2026", "2026-2028", 2026.0, "26-27"])
def test_other_school_years_are_refused(written):
    with pytest.raises(CellError):
        cells.school_year(written)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (time(8, 5), time(8, 5)),
        ("08:05", time(8, 5)),
        ("8:05:30", time(8, 5, 30)),
        (timedelta(hours=8, minutes=5), time(8, 5)),
        (datetime(2026, 9, 1, 8, 5), datetime(2026, 9, 1, 8, 5)),
        ("2026-09-01 08:05", datetime(2026, 9, 1, 8, 5)),
        ("2026/9/1 8:05", datetime(2026, 9, 1, 8, 5)),
    ],
)
def test_a_moment_is_a_time_or_a_date_with_a_time(written, moment):
    assert cells.moment(written) == moment


@pytest.mark.parametrize("written", ["早上", "25:00", "2026-09-31 08:05", 0.5, date(2026, 9, 1), timedelta(days=2)])
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(CellError):
        cells.moment(written)


@pytest.mark.parametrize(("written", "found"), [("12", 12), (12.0, 12), ("０１", 1), (0.0, 0)])
def test_a_whole_number(written, found):
    assert cells.integer(0, 99)(written) == found


@pytest.mark.parametrize("written", [1.5, "一", "-1", 100.0, "1e3"])
def test_what_is_no_whole_number_in_range_is_refused(written):
    with pytest.raises(CellError):
        cells.integer(0, 99)(written)


def test_a_choice_names_what_may_stand_there():
    assert cells.yes_no(" 是 ") is True
    assert cells.yes_no(False) is False
    with pytest.raises(CellError) as refusal:
        cells.yes_no("有")
    assert refusal.value.remedy == "请从“是、否”中选一个"


def test_text_has_a_length_and_no_control_characters():
    assert cells.text(4)(" 东坪镇 ") == "东坪镇"
    assert cells.text(4)(12.0) == "12"
    with pytest.raises(CellError, match="最多4个字，现有5个字"):
        cells.text(4)("东坪镇三组")
    with pytest.raises(CellError, match="控制字符"):
        cells.text(4)("东\x00坪")


@pytest.mark.parametrize(
    ("written", "name"),
    [("张　三", "张三"), ("买买提•吐尔逊", "买买提·吐尔逊"), ("Anna Li", "Anna Li"), ("解 磊", "解磊")],
)
def test_a_name_loses_spaces_that_only_align_it(written, name):
    assert cells.name(60)(written) == name


def test_a_number_is_no_name():
    with pytest.raises(CellError, match="不像姓名"):
        cells.name(60)(13800000000.0)


@pytest.mark.parametrize("written", ["622921", "622921101", "622921101201", 622921101201.0])
def test_a_home_area_is_a_code(written):
    assert cells.area_code(written) == f"{written:.0f}" if isinstance(written, float) else written


@pytest.mark.parametrize("written", ["东坪镇", "62292", "6229211012011"])
def test_a_home_area_by_name_is_refused(written):
    with pytest.raises(CellError):
        cells.area_code(written)


def test_a_cell_is_shown_as_it_stands_in_the_workbook():
    assert [cells.shown(value) for value in (3.0, "a", datetime(2026, 9, 1, 8, 5), FIRST, None, True, 1.5)] == [
        "3", "a", "2026-09-01 08:05", "2026-09-01", "", "是", "1.5",
    ]  # fmt: skip
