"""How long a leave is in school days, alone and with those that join it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from students.calendar import SchoolDays
from students.leaves import days_taken, joined, overdue_before, overlapping, stretches

DAYS = [date(2026, 9, 1) + timedelta(days=offset) for offset in range(40)]
WEEKDAYS = SchoolDays(tuple(day for day in DAYS if day.weekday() < 5))

spans = st.tuples(st.sampled_from(DAYS), st.integers(0, 6)).map(
    lambda drawn: (drawn[0], drawn[0] + timedelta(drawn[1]))
)


def day(number: int) -> date:
    return date(2026, 9, number)


def taken(span, *others) -> int:
    return days_taken(joined(span, others, WEEKDAYS), WEEKDAYS)


class TestHowLong:
    def test_a_weekend_is_not_counted(self):
        assert taken((day(4), day(7))) == 2  # Friday to Monday

    def test_what_follows_at_once_counts_together(self):
        assert taken((day(9), day(10)), (day(7), day(8))) == 4

    def test_a_weekend_between_two_does_not_part_them(self):
        assert taken((day(7), day(8)), (day(3), day(4))) == 4

    def test_a_school_day_between_two_parts_them(self):
        assert taken((day(9), day(10)), (day(7), day(7))) == 2

    def test_one_that_joins_a_third_brings_it_along(self):
        assert taken((day(9), day(9)), (day(7), day(7)), (day(8), day(8))) == 3

    @given(spans, st.lists(spans, max_size=5))
    def test_the_order_of_the_others_does_not_matter_and_nothing_is_lost(self, span, others):
        whole = joined(span, others, WEEKDAYS)
        assert whole == joined(span, others[::-1], WEEKDAYS)
        assert whole[0] <= span[0]
        assert span[1] <= whole[1]
        assert taken(span, *others) >= taken(span)

    @given(spans, st.lists(spans, max_size=5))
    def test_what_is_left_out_lies_a_school_day_away(self, span, others):
        first, last = joined(span, others, WEEKDAYS)
        for other in others:
            if not (first <= other[0] and other[1] <= last):
                between = (other[1], first) if other[1] < first else (last, other[0])
                assert len(WEEKDAYS.between(*between)) > sum(end in WEEKDAYS for end in between)

    @given(spans, st.lists(spans, max_size=5))
    def test_two_overlap_if_they_share_a_day(self, span, others):
        def days(given):
            return {given[0] + timedelta(offset) for offset in range((given[1] - given[0]).days + 1)}

        assert overlapping(span, others) == [other for other in others if days(span) & days(other)]


class TestDaysOfOneSlip:
    def test_days_with_only_a_weekend_between_them_are_one(self):
        assert stretches([day(7), day(4)], WEEKDAYS) == [[day(4), day(7)]]

    def test_a_school_day_between_them_makes_two(self):
        assert stretches([day(7), day(9), day(9)], WEEKDAYS) == [[day(7)], [day(9)]]


class TestWhenItIsMissed:
    def test_the_school_days_allowed_have_to_be_over(self):
        assert overdue_before(day(9), 2, WEEKDAYS) == day(7)  # on Wednesday that of Friday, not that of Monday
        assert overdue_before(day(10), 2, WEEKDAYS) == day(8)  # on Thursday that of Monday

    def test_a_weekend_does_not_hurry_anybody(self):
        assert overdue_before(day(7), 2, WEEKDAYS) == overdue_before(day(5), 2, WEEKDAYS) == day(3)

    def test_where_the_calendar_begins_nothing_is_missed(self):
        assert overdue_before(DAYS[1], 2, WEEKDAYS) == date.min
