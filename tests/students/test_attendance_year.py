"""A child's school year, day by day: which sign stands for which day."""

from datetime import date

import pytest

from students.attendance_year import DayCell, Stay, YearFacts, day_cell, year_cells
from students.calendar import SchoolDays
from students.days import MarkKind
from students.templatetags.heat import months_of
from tests.scene import school_days

CLASS, OTHER = 1, 2
MONDAY, TUESDAY, WEDNESDAY = date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)
TODAY = date(2026, 9, 10)


def facts(**values) -> YearFacts:
    """A child in one class since 1 September, with registers on Monday and Tuesday."""
    taken = {(CLASS, MONDAY): {"AM", "PM"}, (CLASS, TUESDAY): {"AM", "PM"}}
    days = {CLASS: SchoolDays(tuple(school_days(date(2026, 9, 1), 60)))}
    given = {"stays": [Stay(CLASS, date(2026, 9, 1), None)], "school_days": days, "taken": taken}
    return YearFacts(**given | values)


def cell(day: date, **values) -> tuple[str, bool, str]:
    found = day_cell(day, facts(**values), today=TODAY)
    return found.kind, found.part, found.words


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({}, ("present", False, "到校")),
        ({"AM": "unexcused", "PM": "unexcused"}, ("unexcused", False, "上午、下午旷课")),
        ({"AM": "unexcused"}, ("unexcused", True, "上午旷课")),
        ({"PM": "unverified", "AM": "unexcused"}, ("unexcused", False, "上午旷课，下午待核实")),
        ({"AM": "unverified", "PM": "unverified"}, ("unverified", False, "上午、下午待核实")),
        ({"AM": "sick_leave", "PM": "sick_leave"}, ("sick_leave", False, "上午、下午病假")),
        ({"AM": "sick_leave", "PM": "unexcused"}, ("unexcused", False, "上午病假，下午旷课")),
        ({"AM": "late", "PM": "left_early"}, ("late", False, "上午迟到，下午早退")),
        ({"AM": "late", "PM": "official"}, ("official", True, "上午迟到，下午公假")),
    ],
)
def test_the_gravest_mark_stands_for_the_day_and_the_words_name_them_all(marks, expected):
    assert cell(MONDAY, marks={MONDAY: marks}) == expected


def test_a_leave_turns_what_was_unexcused_into_its_kind():
    leave = [(MONDAY, MONDAY, "personal_leave")]
    marks = {MONDAY: {"AM": "unexcused", "PM": "unexcused"}, TUESDAY: {"AM": "unexcused", "PM": "unexcused"}}
    assert cell(MONDAY, marks=marks, leaves=leave) == ("personal_leave", False, "上午、下午事假")
    assert cell(TUESDAY, marks=marks, leaves=leave)[0] == "unexcused"


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 8, 31), "outside"),
        (date(2026, 9, 1), "unknown"),
        (date(2026, 9, 6), "no_school"),
        (MONDAY, "present"),
        (WEDNESDAY, "unknown"),
        (TODAY, "unknown"),
        (date(2026, 9, 11), "ahead"),
        (date(2026, 9, 12), "no_school"),
    ],
)
def test_a_day_without_a_mark_says_what_is_known_of_it(day, kind):
    assert cell(day)[0] == kind


def test_the_day_a_child_leaves_is_outside_and_a_mark_of_then_is_kept():
    left = [Stay(CLASS, date(2026, 9, 1), TUESDAY)]
    assert cell(MONDAY, stays=left)[0] == "present"
    assert cell(TUESDAY, stays=left)[0] == "outside"
    assert cell(TUESDAY, stays=left, marks={TUESDAY: {"AM": "unexcused"}})[0] == "unexcused"


def test_a_register_of_another_class_says_nothing():
    assert cell(WEDNESDAY, taken={(OTHER, WEDNESDAY): {"AM"}})[0] == "unknown"


def test_a_year_has_every_day_from_september_to_august():
    cells = year_cells(2027, facts(), today=TODAY)
    assert (cells[0].day, cells[-1].day, len(cells)) == (date(2027, 9, 1), date(2028, 8, 31), 366)


def test_squares_stand_under_their_weekday_and_lead_to_their_row():
    cells = year_cells(2026, facts(marks={MONDAY: {"AM": "unexcused", "PM": "unexcused"}}), today=TODAY)
    september, october, *_ = months_of(cells)
    assert (september["label"], september["marked"], october["marked"]) == ("9月", 1, 0)
    [monday] = [each for each in september["squares"] if each["row"]]
    assert (monday["x"], monday["y"], monday["glyph"]) == (0, 20, "旷")  # 1 September 2026 is a Tuesday
    assert (monday["row"], monday["words"]) == ("day-2026-09-07", "9月7日 周一：上午、下午旷课")
    assert september["hatched"].count("M") == 8


def test_months_after_all_that_is_known_are_later():
    known = DayCell(date(2026, 10, 31), MarkKind.LATE, "上午迟到")
    ahead = DayCell(date(2026, 11, 2), "ahead", "还没到")
    assert [month["later"] for month in months_of([known, ahead])] == [False, True]
