"""What somebody wants days to be: spans, patterns of weeks, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.calendar import DAY, Calendar, Override, Term
from students.day_plans import (
    LONGEST_PATTERN,
    LONGEST_SPAN,
    DayPlan,
    Plan,
    PlanRefused,
    against_the_rule,
    big_and_small_weeks,
    check,
    monthly_holidays,
    plan_of,
    span,
    summary,
)

COUNTY = {"school": None, "school_class": None}
SCHOOL = {"school": 1, "school_class": None}
TERM = Term(date(2026, 9, 1), date(2027, 1, 22))
MONDAY, FRIDAY, SATURDAY = date(2026, 9, 7), date(2026, 9, 11), date(2026, 9, 12)
HOLIDAY, MADE_UP = date(2026, 9, 25), date(2026, 9, 20)
STATUTORY = {HOLIDAY: False, MADE_UP: True}
CALENDAR = Calendar(terms=(TERM,), statutory=STATUTORY)
TODAY = MONDAY


def days(plans):
    return [plan.day for plan in plans]


def spanned(first, last, what, *, calendar=CALENDAR, own=(), **more):
    return span(first, last, what, calendar=calendar, own=own, place=COUNTY, **more)


class TestASpan:
    def test_off_leaves_the_weekend_out(self):
        assert days(spanned(FRIDAY, MONDAY + DAY * 7, Plan.OFF)) == [FRIDAY, MONDAY + DAY * 7]

    def test_taught_takes_the_days_without_school(self):
        assert days(spanned(FRIDAY, SATURDAY, Plan.TAUGHT)) == [SATURDAY]

    def test_taught_by_another_timetable_takes_every_day(self):
        plans = spanned(FRIDAY, SATURDAY, Plan.TAUGHT, follows=0)
        assert [(plan.day, plan.follows) for plan in plans] == [(FRIDAY, 0), (SATURDAY, 0)]

    def test_back_takes_the_days_of_which_the_place_speaks(self):
        assert days(spanned(MONDAY, SATURDAY, Plan.RULE, own={FRIDAY})) == [FRIDAY]

    @pytest.mark.parametrize(
        ("first", "last", "what", "words"),
        [
            (SATURDAY, SATURDAY, Plan.OFF, "本来就不上课"),
            (MONDAY, FRIDAY, Plan.TAUGHT, "本来就上课"),
            (MONDAY, FRIDAY, Plan.RULE, "没有调整过"),
            (FRIDAY, MONDAY, Plan.OFF, "在开始日期之前"),
            (MONDAY, MONDAY + DAY * LONGEST_SPAN, Plan.OFF, "最多改60天"),
        ],
    )
    def test_that_cannot_be_is_refused(self, first, last, what, words):
        with pytest.raises(PlanRefused, match=words):
            spanned(first, last, what)

    def test_may_last_sixty_days(self):
        assert days(spanned(MONDAY, MONDAY + DAY * (LONGEST_SPAN - 1), Plan.OFF))[0] == MONDAY

    @given(
        st.integers(-5, 40),
        st.integers(0, 20),
        st.sampled_from([Plan.OFF, Plan.CLOSED, Plan.TAUGHT]),
        st.dictionaries(st.integers(0, 40), st.booleans(), max_size=6),
    )
    def test_carried_out_leaves_every_day_as_it_was_asked_for(self, start, length, what, said):
        """Inside a term; what it leaves out was so already."""
        county = {TERM.start + DAY * n: says for n, says in said.items()}
        calendar = Calendar(terms=(TERM,), statutory=STATUTORY, county=county)
        first = TERM.start + DAY * start
        try:
            plans = spanned(first, first + DAY * length, what, calendar=calendar, own=set(county))
        except PlanRefused:
            plans = []
        after = calendar.changed({plan.day: plan.said for plan in plans}).school_days(**COUNTY)
        for day in (first + DAY * n for n in range(length + 1)):
            assert (day in after) is (what is Plan.TAUGHT and day >= TERM.start)


class TestWhatMayNotBePlanned:
    def refuse(self, *plans, today=TODAY, calendar=CALENDAR, place=COUNTY):
        check(plans, calendar=calendar, today=today, place=place)

    @pytest.mark.parametrize(
        ("plan", "words"),
        [
            (DayPlan(date(2026, 8, 31), Plan.OFF), "上学年"),
            (DayPlan(date(2027, 1, 23), Plan.TAUGHT, None, "补课"), "不在任何学期内，要上课先请县教育局把学期日期填好"),
            (DayPlan(MONDAY, Plan.CLOSED), "停课，请写明原因"),
            (DayPlan(SATURDAY, Plan.TAUGHT), "改为上课请写明原因"),
            (DayPlan(MONDAY, Plan.OFF, 3), "不用选课表"),
        ],
    )
    def test_is_said(self, plan, words):
        with pytest.raises(PlanRefused, match=words):
            self.refuse(plan)

    def test_a_day_stands_once(self):
        with pytest.raises(PlanRefused, match="2026年9月7日写了两次"):
            self.refuse(DayPlan(MONDAY, Plan.OFF), DayPlan(MONDAY, Plan.CLOSED, None, "大雪"))

    def test_something_has_to_be_planned(self):
        with pytest.raises(PlanRefused, match="没有选"):
            self.refuse()

    def test_not_more_than_a_hundred_and_twenty_days(self):
        with pytest.raises(PlanRefused, match="最多改120天"):
            self.refuse(*(DayPlan(MONDAY + DAY * n, Plan.OFF) for n in range(121)))

    @pytest.mark.parametrize("plan", [
        DayPlan(date(2026, 9, 1), Plan.OFF),  # the first day of this school year
        DayPlan(date(2027, 1, 22), Plan.TAUGHT, 0),  # the last day of the term, another timetable
        DayPlan(date(2027, 1, 22), Plan.CLOSED, None, "大雪"),
        DayPlan(date(2027, 2, 1), Plan.OFF),
        DayPlan(MADE_UP, Plan.TAUGHT, 4),  # made up already: no reason is asked for
    ])  # fmt: skip
    def test_the_rest_may(self, plan):
        assert self.refuse(plan) is None


def test_a_plan_is_what_is_said():
    for said in (None, Override(True), Override(False), Override(False, True), Override(True, False, 4)):
        plan = DayPlan(MONDAY, plan_of(said), said.follows if said else None)
        assert plan.said == said


class TestBigAndSmallWeeks:
    BIG, SMALL = {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4}

    def weeks(self, first, last, *, first_is_big=True):
        return big_and_small_weeks(first, last, first_is_big=first_is_big, big=self.BIG, small=self.SMALL)

    def test_take_turns_from_the_week_of_the_first_day(self):
        wanted = self.weeks(FRIDAY, FRIDAY + DAY * 21)
        assert [wanted[SATURDAY + DAY * 7 * n] for n in range(3)] == [True, False, True]

    def test_may_begin_with_a_small_one(self):
        wanted = self.weeks(FRIDAY, FRIDAY + DAY * 21, first_is_big=False)
        assert [wanted[SATURDAY + DAY * 7 * n] for n in range(3)] == [False, True, False]

    def test_need_days_of_both(self):
        with pytest.raises(PlanRefused, match="都要选上课的日子"):
            big_and_small_weeks(MONDAY, FRIDAY, first_is_big=True, big=set(), small={0})

    @pytest.mark.parametrize(
        ("last", "words"), [(MONDAY - DAY, "在开始日期之前"), (MONDAY + DAY * LONGEST_PATTERN, "最多排200天")]
    )
    def test_end_after_they_begin_and_within_a_term(self, last, words):
        with pytest.raises(PlanRefused, match=words):
            self.weeks(MONDAY, last)

    def test_say_only_what_is_not_so_without_them_and_leave_the_states_days(self):
        wanted = self.weeks(MONDAY, date(2026, 10, 4))
        plans = against_the_rule(wanted, calendar=CALENDAR, place=SCHOOL, note="大周")
        assert days(plans) == [SATURDAY, date(2026, 9, 26)]
        assert {plan.what for plan in plans} == {Plan.TAUGHT}

    @given(
        st.integers(0, 30),
        st.integers(0, 80),
        st.sets(st.integers(0, 6), min_size=1),
        st.sets(st.integers(0, 6), min_size=1),
        st.booleans(),
    )
    def test_carried_out_the_school_is_taught_as_they_have_it(self, start, length, big, small, first_is_big):
        first = TERM.start + DAY * start
        wanted = big_and_small_weeks(first, first + DAY * length, first_is_big=first_is_big, big=big, small=small)
        before = Calendar(terms=(TERM,), statutory=STATUTORY, schools={1: {first: False}})
        try:
            plans = against_the_rule(wanted, calendar=before, place=SCHOOL, note="")
        except PlanRefused:
            plans = []
        ruled = before.changed(dict.fromkeys(wanted), **SCHOOL)
        after = ruled.changed({plan.day: plan.said for plan in plans}, **SCHOOL).school_days(**SCHOOL)
        for day, is_taught in wanted.items():
            assert (day in after) is (STATUTORY.get(day, is_taught) and day <= TERM.end)


class TestMonthlyHolidays:
    def test_come_every_few_weeks_from_the_first_day_on(self):
        first = date(2026, 9, 24)
        wanted = monthly_holidays(first, first + DAY * 60, every=4, length=4, weekends={5})
        off = [day for day, is_taught in wanted.items() if not is_taught and day.weekday() != 6]
        assert off == [first + DAY * n for n in (0, 1, 2)] + [first + DAY * n for n in (28, 29, 30)] + [
            first + DAY * n for n in (56, 57, 58)
        ]
        assert wanted[date(2026, 10, 3)] is True  # a Saturday between

    @pytest.mark.parametrize(
        ("every", "length", "words"),
        [(1, 4, "每2到8周"), (9, 4, "每2到8周"), (4, 1, "放2到10天"), (4, 11, "放2到10天")],
    )
    def test_have_bounds(self, every, length, words):
        with pytest.raises(PlanRefused, match=words):
            monthly_holidays(MONDAY, MONDAY + DAY * 60, every=every, length=length, weekends=set())

    @pytest.mark.parametrize(("every", "length"), [(2, 2), (8, 10)])
    def test_the_bounds_are_allowed(self, every, length):
        assert monthly_holidays(MONDAY, MONDAY + DAY * 60, every=every, length=length, weekends=set())


class TestInWords:
    @pytest.mark.parametrize(
        ("plans", "words"),
        [
            ([DayPlan(MONDAY, Plan.CLOSED)], "9月7日停课"),
            ([DayPlan(MONDAY + DAY * n, Plan.OFF) for n in range(3)], "9月7日至9日放假"),
            ([DayPlan(MONDAY, Plan.OFF), DayPlan(date(2026, 10, 9), Plan.OFF)], "9月7日至10月9日共2天放假"),
            ([DayPlan(MONDAY, Plan.OFF), DayPlan(SATURDAY, Plan.TAUGHT)], "9月7日至12日共2天调整"),
        ],
    )
    def test_first_and_last_day_and_what(self, plans, words):
        assert summary(plans) == words
