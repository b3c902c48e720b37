"""Months of the returns: from the day after one cut-off to the next, and the seam of the school year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.calendar import school_year_of
from students.months import SETTLED, cut_off_of, cut_offs, month_of, month_span, months_through


def on_the_25th(day):
    return 25


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ((2026, 9, 1), (2026, 9)),
        ((2026, 9, 25), (2026, 9)),
        ((2026, 9, 26), (2026, 10)),
        ((2026, 10, 25), (2026, 10)),
        ((2026, 12, 26), (2027, 1)),
        ((2027, 7, 26), (2027, 8)),
        ((2027, 8, 25), (2027, 8)),
        ((2027, 8, 26), (2027, 8)),
        ((2027, 8, 31), (2027, 8)),
    ],
)
def test_a_day_belongs_to_the_month_whose_cut_off_comes_next(day, month):
    assert month_of(date(*day), cut_off_day=on_the_25th) == month


@pytest.mark.parametrize(
    ("day", "passed"),
    [((2026, 9, 24), 0), ((2026, 9, 25), 1), ((2027, 1, 24), 4), ((2027, 1, 25), 5), ((2027, 8, 31), 12)],
)
def test_the_cut_offs_of_a_school_year_pass_one_by_one(day, passed):
    assert len(list(cut_offs(date(*day), cut_off_day=on_the_25th))) == passed


def test_the_last_of_a_school_year_is_its_last_day():
    assert list(cut_offs(date(2027, 8, 31), cut_off_day=on_the_25th))[-1] == date(2027, 8, 31)


days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
# One for each month, as if the county chose anew every month.
chosen = st.lists(st.integers(20, 28), min_size=12, max_size=12).map(lambda each: lambda day: each[day.month - 1])


@given(days, chosen)
def test_months_follow_each_other_without_a_gap(day, cut_off_day):
    today, tomorrow = (month_of(each, cut_off_day=cut_off_day) for each in (day, day + timedelta(days=1)))
    if day == cut_off_of(*today, cut_off_day=cut_off_day):
        assert tomorrow == ((today[0], today[1] + 1) if today[1] < 12 else (today[0] + 1, 1))
    else:
        assert tomorrow == today
    assert day <= cut_off_of(*today, cut_off_day=cut_off_day)


@given(days, chosen)
def test_every_cut_off_lies_in_the_school_year_and_has_passed(day, cut_off_day):
    for found in cut_offs(day, cut_off_day=cut_off_day):
        assert found <= day
        assert school_year_of(found) == school_year_of(day)


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ((2026, 9), (2026, 9, 1), (2026, 9, 25)),
        ((2026, 10), (2026, 9, 26), (2026, 10, 25)),
        ((2027, 1), (2026, 12, 26), (2027, 1, 25)),
        ((2027, 8), (2027, 7, 26), (2027, 8, 31)),
    ],
)
def test_a_month_has_a_first_and_a_last_day(month, first, last):
    span = month_span(*month, cut_off_day=on_the_25th)
    assert (span.first, span.cut_off) == (date(*first), date(*last))


def test_september_has_no_cut_off_before_it():
    assert month_span(2026, 9, cut_off_day=on_the_25th).before is None
    assert month_span(2026, 10, cut_off_day=on_the_25th).before == date(2026, 9, 25)


@given(days, chosen)
def test_the_months_of_a_school_year_follow_each_other_up_to_the_day(day, cut_off_day):
    months = months_through(day, cut_off_day=cut_off_day)
    assert months[0].before is None
    assert [each.before for each in months[1:]] == [each.cut_off for each in months[:-1]]
    assert months[-1].first <= day <= months[-1].cut_off
    assert {each.school_year for each in months} == {school_year_of(day)}


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (date(2026, 10, 1), [date(2026, 9, 25), date(2026, 10, 20)]),
        (date(2026, 10, SETTLED), [date(2026, 9, 25), date(2026, 10, 20)]),
        (date(2026, 10, SETTLED + 1), [date(2026, 9, 25), date(2026, 10, 25)]),
    ],
)
def test_a_new_cut_off_day_leaves_the_months_that_are_over(begins, ends):
    months = months_through(date(2026, 10, 25), cut_off_day=lambda day: 20 if day >= begins else 25)
    assert [each.cut_off for each in months[:2]] == ends
