"""School years, terms and school days (校历)."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.calendar import (
    DAY,
    Calendar,
    SchoolDays,
    Term,
    grade_in,
    school_year_label,
    school_year_of,
    school_year_start,
)

SCHOOL, OTHER_SCHOOL, CLASS, OTHER_CLASS, CLASS_ELSEWHERE = 1, 2, 11, 12, 21
AUTUMN = Term(date(2026, 9, 1), date(2027, 1, 22))
SPRING = Term(date(2027, 3, 1), date(2027, 7, 9))
MONDAY, SATURDAY, SUNDAY = date(2026, 9, 7), date(2026, 9, 12), date(2026, 9, 13)


def days_of(school=SCHOOL, school_class=CLASS, *, terms=(AUTUMN, SPRING), statutory=None, **overrides):
    calendar = Calendar(terms=terms, statutory=statutory or {}, **overrides)
    return calendar.school_days(school=school, school_class=school_class)


class TestSchoolYear:
    def test_it_ends_on_31_august_and_begins_on_1_september(self):
        assert school_year_of(date(2026, 8, 31)) == 2025
        assert school_year_of(date(2026, 9, 1)) == 2026
        assert school_year_of(date(2027, 8, 31)) == 2026
        assert school_year_start(2026) == date(2026, 9, 1)

    def test_it_is_named_by_both_of_its_years(self):
        assert school_year_label(2026) == "2026-2027学年"

    @pytest.mark.parametrize(
        ("cohort", "first_grade", "grade"), [(2026, 1, 1), (2021, 1, 6), (2026, 7, 7), (2024, 7, 9), (2027, 1, 0)]
    )
    def test_the_grade_follows_from_cohort_and_school_year(self, cohort, first_grade, grade):
        assert grade_in(2026, cohort=cohort, first_grade=first_grade) == grade


class TestASchoolDay:
    def test_is_monday_to_friday(self):
        week = days_of().between(MONDAY, SUNDAY)
        assert week == tuple(MONDAY + DAY * n for n in range(5))

    def test_lies_inside_a_term_both_ends_included(self):
        days = days_of()
        assert date(2026, 8, 31) not in days
        assert date(2026, 9, 1) in days
        assert date(2027, 1, 22) in days
        assert date(2027, 1, 25) not in days
        assert days.between(date(2027, 1, 22), date(2027, 3, 1)) == (date(2027, 1, 22), date(2027, 3, 1))

    def test_no_override_opens_school_outside_a_term(self):
        holiday = date(2027, 2, 10)
        opened = {holiday: True}
        days = days_of(statutory=opened, county=opened, schools={SCHOOL: opened}, classes={CLASS: opened})
        assert holiday not in days

    def test_terms_may_be_entered_in_any_order(self):
        assert days_of(terms=(SPRING, AUTUMN)) == days_of(terms=(AUTUMN, SPRING))

    def test_without_terms_there_is_none(self):
        assert days_of(terms=()).days == ()

    @pytest.mark.parametrize("day", [MONDAY, SATURDAY])
    def test_is_decided_by_the_narrowest_that_speaks_of_it(self, day):
        for statutory, county, school, school_class in product([None, True, False], repeat=4):

            def said(word):
                return {} if word is None else {day: word}

            days = days_of(
                statutory=said(statutory),
                county=said(county),
                schools={SCHOOL: said(school)},
                classes={CLASS: said(school_class)},
            )
            words = [word for word in (school_class, school, county, statutory) if word is not None]
            expected = words[0] if words else day == MONDAY
            assert (day in days) is expected, (statutory, county, school, school_class)

    def test_of_another_school_or_class_is_not_changed_by_an_override(self):
        overrides = {"schools": {OTHER_SCHOOL: {MONDAY: False}}, "classes": {OTHER_CLASS: {MONDAY: False}}}
        assert MONDAY in days_of(**overrides)
        assert MONDAY not in days_of(school_class=OTHER_CLASS, **overrides)
        assert MONDAY not in days_of(OTHER_SCHOOL, CLASS_ELSEWHERE, **overrides)


class TestSharedLists:
    calendar = Calendar(
        terms=(AUTUMN,),
        statutory={},
        schools={OTHER_SCHOOL: {SATURDAY: True}},
        classes={OTHER_CLASS: {MONDAY: False}},
    )

    def test_classes_without_an_override_share_one_list(self):
        ordinary = self.calendar.school_days(school=SCHOOL, school_class=CLASS)
        assert self.calendar.school_days(school=3, school_class=31) is ordinary
        assert self.calendar.school_days(school=SCHOOL, school_class=13) is ordinary

    def test_classes_of_a_school_with_an_override_share_that_of_their_school(self):
        one = self.calendar.school_days(school=OTHER_SCHOOL, school_class=CLASS_ELSEWHERE)
        assert self.calendar.school_days(school=OTHER_SCHOOL, school_class=22) is one
        assert SATURDAY in one

    def test_a_class_with_an_override_has_its_own(self):
        own = self.calendar.school_days(school=SCHOOL, school_class=OTHER_CLASS)
        assert own is not self.calendar.school_days(school=SCHOOL, school_class=CLASS)
        assert MONDAY not in own


def test_the_first_day_is_that_of_the_earliest_term():
    assert Calendar(terms=(SPRING, AUTUMN), statutory={}).first_day == AUTUMN.start
    assert Calendar(terms=(), statutory={}).first_day is None


class TestNeighbours:
    """The school day at, before and after a day, also where the list ends."""

    days = SchoolDays((date(2026, 9, 10), date(2026, 9, 11), date(2026, 9, 14)))

    @pytest.mark.parametrize(("asked", "answer"), [(9, 10), (10, 10), (11, 11), (12, 14), (13, 14), (14, 14), (15, 15)])
    def test_on_or_after(self, asked, answer):
        assert self.days.on_or_after(date(2026, 9, asked)) == date(2026, 9, answer)

    @pytest.mark.parametrize(("asked", "answer"), [(9, 10), (10, 11), (11, 14), (13, 14), (14, 15), (15, 16)])
    def test_after(self, asked, answer):
        assert self.days.after(date(2026, 9, asked)) == date(2026, 9, answer)

    @pytest.mark.parametrize(("asked", "answer"), [(9, None), (10, None), (11, 10), (14, 11), (15, 14), (30, 14)])
    def test_before(self, asked, answer):
        assert self.days.before(date(2026, 9, asked)) == (answer and date(2026, 9, answer))

    @pytest.mark.parametrize(
        ("first", "last", "answer"), [(10, 14, 3), (9, 30, 3), (11, 11, 1), (12, 13, 0), (15, 30, 0), (14, 10, 0)]
    )
    def test_between_has_both_ends(self, first, last, answer):
        assert len(self.days.between(date(2026, 9, first), date(2026, 9, last))) == answer

    def test_an_empty_list_answers_with_the_day_itself(self):
        nothing = SchoolDays(())
        assert nothing.on_or_after(MONDAY) == MONDAY
        assert nothing.after(MONDAY) == MONDAY + DAY
        assert nothing.before(MONDAY) is None

    @given(st.sets(st.integers(0, 30)), st.integers(-2, 33))
    def test_they_are_what_counting_day_by_day_finds(self, offsets, asked):
        numbered = {MONDAY + timedelta(days=offset) for offset in offsets}
        days, day = SchoolDays(tuple(sorted(numbered))), MONDAY + timedelta(days=asked)
        assert days.on_or_after(day) == min((other for other in numbered if other >= day), default=day)
        assert days.after(day) == min((other for other in numbered if other > day), default=day + DAY)
        assert days.before(day) == max((other for other in numbered if other < day), default=None)
        assert (day in days) is (day in numbered)
