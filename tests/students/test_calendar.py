"""School years, terms and school days (校历)."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.calendar import (
    DAY,
    Calendar,
    DayKind,
    Explained,
    Override,
    SchoolDays,
    Source,
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


FRIDAY_OFF, SUNDAY_MADE_UP = date(2026, 9, 25), date(2026, 9, 20)
said = st.one_of(st.booleans(), st.builds(Override, st.just(True), follows=st.sampled_from([None, *range(7)])))
said |= st.builds(Override, st.just(False), is_closure=st.booleans())
some_days = st.dictionaries(st.sampled_from([AUTUMN.start + DAY * n for n in range(-3, 18)]), said, max_size=5)


class TestADayExplained:
    """In words: what it is, who decided, whose timetable it follows."""

    def explain(self, day, *, school=SCHOOL, school_class=CLASS, **overrides):
        calendar = Calendar(terms=(AUTUMN,), statutory=overrides.pop("statutory", {}), **overrides)
        return calendar.explain(day, school=school, school_class=school_class)

    def test_without_overrides_it_is_the_rule(self):
        assert self.explain(MONDAY) == Explained(DayKind.TAUGHT, Source.RULE, 0)
        assert self.explain(SATURDAY) == Explained(DayKind.WEEKEND, Source.RULE, None)

    @pytest.mark.parametrize(("day", "kind"), [(31, DayKind.OUTSIDE), (1, DayKind.TAUGHT)])
    def test_the_day_before_a_term_lies_outside_it(self, day, kind):
        assert self.explain(date(2026, 8 if day == 31 else 9, day)).kind is kind

    @pytest.mark.parametrize(
        ("day", "kind"), [(date(2027, 1, 22), DayKind.TAUGHT), (date(2027, 1, 23), DayKind.OUTSIDE)]
    )
    def test_the_last_day_of_a_term_lies_inside_it(self, day, kind):
        assert self.explain(day).kind is kind

    def test_a_statutory_make_up_day_follows_no_weekday_until_the_county_says_which(self):
        statutory = {SUNDAY_MADE_UP: True, FRIDAY_OFF: False}
        assert self.explain(SUNDAY_MADE_UP, statutory=statutory) == (DayKind.MADE_UP, Source.STATUTORY, None)
        county = {SUNDAY_MADE_UP: Override(True, follows=4)}
        told = self.explain(SUNDAY_MADE_UP, statutory=statutory, county=county)
        assert told == (DayKind.MADE_UP, Source.COUNTY, 4)

    def test_a_closure_is_not_a_holiday(self):
        assert self.explain(MONDAY, schools={SCHOOL: {MONDAY: Override(False, True)}}).kind is DayKind.CLOSED
        assert self.explain(MONDAY, county={MONDAY: False}).kind is DayKind.OFF

    def test_teaching_on_what_somebody_wider_gave_off_is_made_up(self):
        told = self.explain(MONDAY, county={MONDAY: False}, classes={CLASS: {MONDAY: True}})
        assert told == (DayKind.MADE_UP, Source.CLASS, None)

    def test_an_ordinary_day_may_follow_another_timetable(self):
        told = self.explain(MONDAY, schools={SCHOOL: {MONDAY: Override(True, follows=4)}})
        assert told == (DayKind.TAUGHT, Source.SCHOOL, 4)

    def test_of_the_county_and_of_a_school_is_asked_without_the_narrower(self):
        schools, classes = {SCHOOL: {MONDAY: False}}, {CLASS: {MONDAY: True}}
        calendar = Calendar(terms=(AUTUMN,), statutory={}, schools=schools, classes=classes)
        assert calendar.explain(MONDAY).kind is DayKind.TAUGHT
        assert calendar.explain(MONDAY, school=SCHOOL).kind is DayKind.OFF
        assert calendar.explain(MONDAY, school=SCHOOL, school_class=CLASS).kind is DayKind.MADE_UP

    @given(some_days, some_days, some_days, some_days)
    def test_it_is_taught_exactly_on_the_school_days(self, statutory, county, school, own):
        calendar = Calendar(
            terms=(AUTUMN,), statutory=statutory, county=county, schools={SCHOOL: school}, classes={CLASS: own}
        )
        days = calendar.school_days(school=SCHOOL, school_class=CLASS)
        for day in (AUTUMN.start + DAY * n for n in range(-5, 20)):
            told = calendar.explain(day, school=SCHOOL, school_class=CLASS)
            assert told.kind.is_taught is (day in days)
            speaking = [
                name for name, says in zip(Source, (own, school, county, statutory), strict=False) if day in says
            ]
            assert told.source is (speaking[0] if speaking else Source.RULE)
            assert told.follows is None or told.kind.is_taught


class TestAChangedCalendar:
    """What a calendar would be, without touching the one that stands."""

    @given(some_days, st.dictionaries(st.sampled_from([AUTUMN.start + DAY * n for n in range(18)]), st.none() | said))
    def test_is_the_one_that_is_built_with_the_change(self, before, change):
        after = {day: says for day, says in {**before, **change}.items() if says is not None}
        for place, ids in (
            ("county", {}),
            ("schools", {"school": SCHOOL}),
            ("classes", {"school": SCHOOL, "school_class": CLASS}),
        ):
            given_days, wanted = (before, after) if place == "county" else ({7: before}, {7: after})
            ids = dict.fromkeys(ids, 7)
            calendar = Calendar(terms=(AUTUMN,), statutory={}, **{place: given_days})
            changed = calendar.changed(change, **ids)
            assert changed.school_days(school=7, school_class=7) == Calendar(
                terms=(AUTUMN,), statutory={}, **{place: wanted}
            ).school_days(school=7, school_class=7)
            assert calendar.county == (before if place == "county" else {})

    def test_may_have_other_terms(self):
        changed = Calendar(terms=(AUTUMN,), statutory={}).changed({}, terms=(SPRING,))
        assert changed.school_days(school=1, school_class=1).days[0] == SPRING.start
