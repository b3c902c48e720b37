"""A child's school days in order, and where attendance ends (连续缺课 is counted over them)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.calendar import SchoolDays
from students.days import DayState
from students.enrolment import Place, Standing
from students.runs import ClassDays, Run, covers, follow_days, spell_ends

MONDAY = date(2026, 9, 7)
ONE, TWO = 11, 12
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = WEEK[1:]
SATURDAY = FRIDAY + timedelta(days=1)
MISSED = {"AM": "unexcused", "PM": "unexcused"}
ILL = {"AM": "sick_leave", "PM": "sick_leave"}
FORTNIGHT = [MONDAY + timedelta(days=n) for n in range(12) if n % 7 < 5]
ALWAYS = date(2020, 9, 1)


def class_days(*, without=(), school_days=WEEK):
    """A class whose registers were taken morning and afternoon, but for the days ``without``."""
    taken = {day: frozenset({"AM", "PM"}) for day in WEEK if day not in without}
    return ClassDays(1, SchoolDays(tuple(school_days)), taken)


def attends(school_class=ONE, since=ALWAYS, until=None, spell=1, standing=Standing.ATTENDING):
    return Place(school_class, standing, since, until, spell)


def followed(marks, *, places=None, leaves=(), classes=None, through=FRIDAY, whole=True):
    return list(
        follow_days(
            places=[attends()] if places is None else places,
            marks=marks,
            leaves=leaves,
            classes=classes or {ONE: class_days(), TWO: class_days()},
            through=through,
            whole=whole,
        )
    )


class TestFollowingAChild:
    def test_begins_on_the_first_day_with_a_mark(self):
        assert [record.day for record in followed({WEDNESDAY: MISSED})] == [WEDNESDAY, THURSDAY, FRIDAY]

    def test_ends_with_the_day_asked_for(self):
        assert [record.day for record in followed({MONDAY: MISSED}, through=TUESDAY)] == [MONDAY, TUESDAY]

    @given(
        st.dictionaries(st.sampled_from(FORTNIGHT), st.sampled_from([MISSED, {"AM": "late"}, ILL, {}])),
        st.sets(st.sampled_from(FORTNIGHT)),
        st.sampled_from([None, *FORTNIGHT]),
    )
    def test_without_the_quiet_days_is_all_but_those_after_a_day_seen(self, marks, without, moved):
        taken = {day: frozenset({"AM", "PM"}) for day in FORTNIGHT if day not in without}
        room = ClassDays(1, SchoolDays(tuple(FORTNIGHT)), taken)
        places = [attends(until=moved), attends(TWO, since=moved)] if moved else [attends()]
        asked = {"places": places, "classes": {ONE: room, TWO: room}, "through": FORTNIGHT[-1]}
        kept, seen = [], False
        for record in followed(marks, **asked):
            if record.day in marks or not seen:
                kept.append(record)
                seen = record.state is DayState.PRESENT
        assert followed(marks, **asked, whole=False) == kept

    def test_has_nothing_to_follow_without_a_mark(self):
        assert followed({}) == []

    def test_sees_school_days_only(self):
        classes = {ONE: class_days(school_days=[MONDAY, WEDNESDAY])}
        assert [record.day for record in followed({MONDAY: MISSED}, classes=classes)] == [MONDAY, WEDNESDAY]

    def test_says_what_each_day_was(self):
        marks = {MONDAY: MISSED, TUESDAY: {"PM": "unverified"}, THURSDAY: {"AM": "sick_leave", "PM": "sick_leave"}}
        records = followed(marks, classes={ONE: class_days(without=[WEDNESDAY])})
        assert [(record.state, record.unexcused_slots, record.unexcused_periods) for record in records] == [
            (DayState.ABSENT, 2, 7),
            (DayState.PRESENT, 1, 3),
            (DayState.UNKNOWN, 0, 0),
            (DayState.EXCUSED, 0, 0),
            (DayState.PRESENT, 0, 0),
        ]

    def test_excuses_the_days_of_a_leave_both_ends_included(self):
        marks = dict.fromkeys(WEEK, MISSED)
        states = [record.state for record in followed(marks, leaves=[(TUESDAY, THURSDAY)])]
        assert states == ["absent", "excused", "excused", "excused", "absent"]

    def test_goes_by_the_class_of_the_day(self):
        places = [attends(until=WEDNESDAY), attends(TWO, since=WEDNESDAY)]
        classes = {ONE: class_days(), TWO: class_days(without=[THURSDAY])}
        records = followed({MONDAY: MISSED}, places=places, classes=classes)
        assert [record.school_class for record in records] == [ONE, ONE, TWO, TWO, TWO]
        assert [record.state for record in records] == ["absent", "present", "present", "unknown", "present"]

    def test_leaves_out_the_days_on_which_the_child_did_not_attend(self):
        places = [
            attends(until=TUESDAY),
            attends(since=TUESDAY, until=THURSDAY, standing=Standing.SUSPENDED),
            attends(since=THURSDAY, spell=2),
        ]
        records = followed(dict.fromkeys(WEEK, MISSED), places=places)
        assert [(record.day, record.spell) for record in records] == [(MONDAY, 1), (THURSDAY, 2), (FRIDAY, 2)]

    def test_leaves_out_a_place_that_ended_before_the_first_mark(self):
        places = [attends(until=WEDNESDAY), attends(TWO, since=WEDNESDAY)]
        assert [record.school_class for record in followed({WEDNESDAY: MISSED}, places=places)] == [TWO] * 3

    def test_finds_nobody_where_nobody_attends(self):
        assert followed({MONDAY: MISSED}, places=[]) == []


class TestTheEndOfAttendance:
    def test_is_the_first_day_on_which_the_child_no_longer_attended(self):
        assert spell_ends([attends(until=WEDNESDAY)]) == {1: WEDNESDAY}

    def test_has_not_come_while_the_child_attends(self):
        assert spell_ends([attends()]) == {}

    def test_is_not_a_move_to_another_class(self):
        assert spell_ends([attends(until=TUESDAY), attends(TWO, since=TUESDAY)]) == {}
        assert spell_ends([attends(until=TUESDAY), attends(TWO, since=TUESDAY, until=FRIDAY)]) == {1: FRIDAY}

    def test_is_kept_apart_for_every_attendance(self):
        places = [
            attends(until=TUESDAY),
            attends(since=TUESDAY, until=WEDNESDAY, standing=Standing.DROPPED_OUT),
            attends(since=WEDNESDAY, until=FRIDAY, spell=2),
            attends(since=FRIDAY, standing=Standing.SUSPENDED, spell=2),
        ]
        assert spell_ends(places) == {1: TUESDAY, 2: FRIDAY}


@pytest.mark.parametrize(
    ("day", "covered"),
    [(MONDAY, False), (TUESDAY, True), (WEDNESDAY, True), (THURSDAY, False), (FRIDAY, True), (SATURDAY, False)],
)
def test_a_leave_covers_its_first_and_last_day(day, covered):
    assert covers([(TUESDAY, WEDNESDAY), (FRIDAY, FRIDAY)], day) is covered


def test_no_leave_covers_nothing():
    assert covers([], MONDAY) is False


def test_a_run_is_as_long_as_its_absent_days_and_begins_with_the_first():
    run = Run(1, absent_days=[MONDAY, WEDNESDAY], unknown=1)
    assert (run.started_on, run.length, run.ended_on) == (MONDAY, 2, None)
