"""From which day somebody can answer for a child: not from a day to come, and not from another school year."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scoring.assigning import End, Kind, day_at_fault
from scoring.queries.assignments import POST_NAMES
from students.calendar import school_year_of
from students.models import Role

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(since=DAYS, today=DAYS)
def test_a_day_is_right_in_this_school_year_until_today_and_no_other(since, today):
    is_right = since <= today and school_year_of(since) == school_year_of(today)
    assert (day_at_fault(since, today) == "") == is_right


def test_the_first_day_of_the_year_and_today_are_right_and_the_days_beside_them_are_not():
    today, first = date(2026, 9, 7), date(2026, 9, 1)
    assert [day_at_fault(day, today) for day in (first, today)] == ["", ""]
    assert "不在本学年" in day_at_fault(first - timedelta(days=1), today)
    assert "还没有到" in day_at_fault(today + timedelta(days=1), today)


def test_every_kind_and_every_end_is_said_in_chinese():
    assert [kind.label for kind in Kind] == ["包学生", "包村", "联点"]
    assert [end.label for end in End] == ["已移交", "失效后重新安排", "已结束", "当天撤销"]
    assert set(POST_NAMES) <= set(Role)
