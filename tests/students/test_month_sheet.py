"""The sheet of a month as a pure calculation: signs, groups of periods, leave, sums, and an independent recount."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.attendance_year import Stay
from students.calendar import SchoolDays
from students.days import ABSENT, DayState, MarkKind, Slot
from students.enrolment import Place, Standing
from students.month_sheet import (
    AHEAD,
    NO_SCHOOL,
    OUTSIDE,
    PRESENT,
    UNKNOWN,
    Cell,
    Child,
    MonthFacts,
    Part,
    days_of,
    month_before,
    month_sheet,
    next_month,
    part_of,
)
from students.runs import ClassDays, follow_days

SEPTEMBER = date(2026, 9, 1)  # a Tuesday
LAST = date(2026, 9, 30)
WEEKDAYS = [day for day in days_of(SEPTEMBER) if day.weekday() < 5]
ALWAYS = (Stay(1, date(2025, 9, 1), None),)
HALVES = [Slot.AM, Slot.PM]


def day(number: int) -> date:
    return SEPTEMBER.replace(day=number)


def child(pk=1, *, marks=None, stays=ALWAYS, leaves=()) -> Child:
    return Child(pk, "高东", pk, stays, {day(number): kinds for number, kinds in (marks or {}).items()}, leaves)


def facts(*children, slots=HALVES, taken=None, **said) -> MonthFacts:
    taken = {each: set(slots) for each in WEEKDAYS} if taken is None else taken
    return MonthFacts(SEPTEMBER, slots, set(WEEKDAYS), children, taken, **said)


def sheet_of(*children, today=LAST, **said):
    return month_sheet(facts(*children, **said), today=today)


def cells(sheet, number: int, row: int = 0):
    return sheet.rows[row].cells[number - 1]


class TestMonths:
    def test_a_month_has_its_days(self):
        assert len(days_of(date(2028, 2, 1))) == 29
        assert days_of(SEPTEMBER)[-1] == LAST

    def test_months_follow_each_other_over_the_year(self):
        assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
        assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("slot", "part"),
    [("AM", "上午"), ("1", "上午"), ("4", "上午"), ("5", "下午"), ("9", "下午"), ("PM", "下午"), ("EV", "晚自习")],
)
def test_every_slot_lies_in_a_part_of_the_day(slot, part):
    assert part_of(slot).label == part


class TestSigns:
    def test_a_child_without_a_mark_was_there_where_the_register_was_taken(self):
        sheet = sheet_of(child(), taken={day(1): {"AM"}})
        assert cells(sheet, 1) == (Cell(PRESENT), Cell(UNKNOWN))
        assert cells(sheet, 2) == (Cell(UNKNOWN), Cell(UNKNOWN))

    def test_each_half_shows_its_own_mark(self):
        assert cells(sheet_of(child(marks={1: {"AM": "unexcused", "PM": "late"}})), 1) == (
            Cell("unexcused"),
            Cell("late"),
        )

    def test_a_day_without_school_is_one_cell_whatever_was_written(self):
        sheet = sheet_of(child(marks={5: {"AM": "unexcused"}}))
        assert cells(sheet, 5) == (Cell(NO_SCHOOL),)
        assert sheet.rows[0].totals.periods[MarkKind.UNEXCUSED] == 0
        assert sheet.columns[4].parts == ()

    def test_a_day_to_come_is_empty_and_today_is_not(self):
        sheet = sheet_of(child(), today=day(8))
        assert cells(sheet, 8) == (Cell(PRESENT), Cell(PRESENT))
        assert cells(sheet, 9) == (Cell(AHEAD), Cell(AHEAD))
        assert (sheet.columns[7].expected, sheet.columns[8].expected) == (1, None)

    def test_leave_turns_an_unexcused_absence_into_its_kind_on_its_own_days_only(self):
        marks = {number: {"AM": "unexcused", "PM": "late"} for number in (1, 2, 3, 4)}
        sheet = sheet_of(child(marks=marks, leaves=[(day(2), day(3), "sick_leave")]))
        assert [cells(sheet, number)[0].kind for number in (1, 2, 3, 4)] == [
            "unexcused", "sick_leave", "sick_leave", "unexcused",
        ]  # fmt: skip
        assert cells(sheet, 2)[1].kind == "late"

    def test_leave_changes_no_excuse_that_was_written(self):
        sheet = sheet_of(child(marks={1: {"AM": "official"}}, leaves=[(day(1), day(1), "sick_leave")]))
        assert cells(sheet, 1)[0].kind == "official"

    def test_of_single_periods_the_gravest_counts_with_how_many_were_missed_so(self):
        marks = {1: {"1": "late", "2": "unexcused", "3": "unexcused", "6": "sick_leave"}}
        sheet = sheet_of(child(marks=marks), slots=[Slot(str(number)) for number in range(1, 8)])
        assert sheet.parts == (Part.MORNING, Part.AFTERNOON)
        assert cells(sheet, 1) == (Cell("unexcused", 2), Cell("sick_leave", 1))

    def test_a_part_that_the_school_no_longer_has_is_shown_where_something_was_recorded(self):
        sheet = sheet_of(child(marks={1: {"EV": "late"}}), slots=[Slot.AM])
        assert sheet.parts == (Part.MORNING, Part.EVENING)


class TestRows:
    def test_a_child_stands_on_the_sheet_of_every_class_it_attended_in_the_month(self):
        joined = child(1, stays=[Stay(1, day(14), None)])
        left = child(2, stays=[Stay(1, date(2025, 9, 1), day(19))])
        gone = child(3, stays=[Stay(1, date(2025, 9, 1), SEPTEMBER)])
        to_come = child(4, stays=[Stay(1, date(2026, 10, 1), None)])
        sheet = sheet_of(joined, left, gone, to_come)
        assert [row.child.pk for row in sheet.rows] == [1, 2]
        assert [row.note for row in sheet.rows] == ["9月14日进班", "在班到9月18日"]

    def test_before_the_first_day_and_after_the_last_there_is_a_dash(self):
        sheet = sheet_of(child(stays=[Stay(1, day(8), day(10))]))
        kinds = [cells(sheet, number)[0].kind for number in (7, 8, 9, 10)]
        assert kinds == [OUTSIDE, PRESENT, PRESENT, OUTSIDE]

    def test_one_who_left_and_came_back_says_both(self):
        sheet = sheet_of(child(stays=[Stay(1, date(2025, 9, 1), day(8)), Stay(1, day(15), None)]))
        assert sheet.rows[0].note == "在班到9月7日，9月15日进班"

    def test_stays_that_touch_are_one(self):
        assert sheet_of(child(stays=[Stay(1, date(2025, 9, 1), day(8)), Stay(1, day(8), None)])).rows[0].note == ""

    def test_the_whole_month_needs_no_note(self):
        assert sheet_of(child(stays=[Stay(1, SEPTEMBER, date(2026, 10, 1))])).rows[0].note == ""


class TestSums:
    def test_absences_are_counted_in_periods_late_and_early_in_times(self):
        marks = {1: {"AM": "unexcused", "PM": "unverified"}, 2: {"AM": "late", "PM": "left_early"}, 3: {"PM": "late"}}
        totals = sheet_of(child(marks=marks)).rows[0].totals
        assert totals.figures == (4, 3, 0, 0, 0, 2, 1, 1)

    def test_a_day_counts_as_absent_only_where_nothing_of_it_was_attended(self):
        half = sheet_of(child(marks={1: {"AM": "unexcused"}})).rows[0].totals
        only_taken = sheet_of(child(marks={1: {"AM": "unexcused"}}), taken={day(1): {"AM"}}).rows[0].totals
        excused = sheet_of(child(marks={1: dict.fromkeys(HALVES, "sick_leave")})).rows[0].totals
        assert (half.absent_days, only_taken.absent_days, excused.absent_days) == (0, 1, 0)

    def test_what_was_attended_is_what_was_taken_less_what_was_missed(self):
        totals = sheet_of(child(marks={1: {"AM": "sick_leave", "PM": "late"}}), taken={day(1): set(HALVES)}).totals
        assert (totals.attended, totals.expected) == (3, 7)

    def test_there_are_as_many_as_expected_less_the_absent(self):
        away, late, gone = (
            child(1, marks={1: {"AM": "sick_leave"}}),
            child(2, marks={1: {"AM": "late"}}),
            child(3, stays=[Stay(1, day(2), None)]),
        )
        sheet = sheet_of(away, late, gone, taken={day(1): {"AM"}})
        assert (sheet.columns[0].expected, sheet.columns[0].present) == (2, (1, None))

    def test_registers_are_due_on_school_days_through_today_with_somebody_there(self):
        newcomer = child(stays=[Stay(1, day(3), None)])
        sheet = sheet_of(newcomer, today=day(8), taken={day(3): {"AM"}, day(5): {"AM"}})
        assert (sheet.registers_due, sheet.registers_taken) == (4 * 2, 1)
        assert (sheet_of(today=day(8)).registers_due, sheet_of(today=day(8)).rows) == (0, [])


kinds = st.sampled_from(list(MarkKind))
slot_lists = st.sampled_from([HALVES, [*HALVES, Slot.EV], [Slot(str(n)) for n in (1, 2, 5, 6)]])


@st.composite
def months(draw):
    slots = draw(slot_lists)
    school_days = set(draw(st.lists(st.sampled_from(days_of(SEPTEMBER)), unique=True)))
    numbers = st.integers(1, 30)
    taken = {day(n): set(draw(st.lists(st.sampled_from(slots), unique=True))) for n in draw(st.lists(numbers))}
    children = []
    for pk in range(draw(st.integers(0, 3))):
        first = draw(numbers)
        until = draw(st.none() | st.integers(first + 1, 31))
        stay = Stay(1, day(first), until and SEPTEMBER + timedelta(days=until - 1))
        marks = draw(st.dictionaries(numbers, st.dictionaries(st.sampled_from(slots), kinds, min_size=1), max_size=8))
        leave = sorted(draw(st.lists(numbers, min_size=2, max_size=2)))
        leaves = [(day(leave[0]), day(leave[1]), "sick_leave")] if draw(st.booleans()) else []
        children.append(child(pk, marks=marks, stays=[stay], leaves=leaves))
    return MonthFacts(SEPTEMBER, slots, school_days, children, taken), day(draw(numbers))


@given(months())
def test_the_sums_are_those_of_the_runs(given_month):
    """A recount that shares nothing but ``day_state`` with the sheet: the days that the ladder follows."""
    month, today = given_month
    school_days = SchoolDays(tuple(sorted(month.school_days)))
    registers = {each: frozenset(slots) for each, slots in month.taken.items() if slots}
    sheet = month_sheet(month, today=today)
    for row in sheet.rows:
        places = [Place(1, Standing.ATTENDING, stay.since, stay.until, 1) for stay in row.child.stays]
        records = list(
            follow_days(
                places=places,
                marks=row.child.marks,
                leaves=[leave[:2] for leave in row.child.leaves],
                classes={1: ClassDays(1, school_days, registers)},
                through=today,
            )
        )
        assert row.totals.absent_days == sum(record.state is DayState.ABSENT for record in records)
        unexcused = row.totals.periods[MarkKind.UNEXCUSED] + row.totals.periods[MarkKind.UNVERIFIED]
        assert unexcused == sum(record.unexcused_periods for record in records)


@given(months())
def test_the_signs_the_sums_and_the_counts_agree(given_month):
    sheet = month_sheet(given_month[0], today=given_month[1])
    assert sheet.registers_taken <= sheet.registers_due
    for number, column in enumerate(sheet.columns):
        here = [row.cells[number] for row in sheet.rows]
        assert all(len(each) == max(1, len(column.parts)) for each in here)
        for position, present in enumerate(column.present):
            if present is not None:
                away = sum(each[position].kind in ABSENT for each in here if each[position].kind != OUTSIDE)
                assert present == column.expected - away
    assert sheet.totals.expected == sum(row.totals.expected for row in sheet.rows)
    assert 0 <= sheet.totals.attended <= sheet.totals.expected
