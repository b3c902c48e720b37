"""工作日: the last day to act, over the holidays of autumn 2026 (off 1–7 October and 25–27 September, make-up days
20 September and 10 October)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.queries.calendar import statutory_days
from students.working_days import is_working_day, last_day_to_act, working_day_before


@pytest.mark.parametrize(
    ("start", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 15)),  # two ordinary weeks
        (date(2026, 9, 4), date(2026, 9, 18)),  # from a Friday
        (date(2026, 9, 5), date(2026, 9, 18)),  # from a Saturday: Monday is the first day
        (date(2026, 9, 7), date(2026, 9, 20)),  # the make-up Sunday counts
        (date(2026, 9, 18), date(2026, 10, 9)),  # over both holidays
        (date(2026, 9, 28), date(2026, 10, 16)),  # 1–7 October are off, Saturday 10 October is worked
        (date(2027, 3, 1), date(2027, 3, 15)),  # beyond what the statutory days know
    ],
)
def test_ten_working_days(start, last):
    assert last_day_to_act(start, 10, statutory_days()) == last


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.integers(1, 30))
def test_there_are_exactly_so_many_working_days_up_to_it(start, days):
    last = last_day_to_act(start, days, statutory_days())
    between = [start + timedelta(days=offset) for offset in range(1, (last - start).days + 1)]
    assert sum(is_working_day(day, statutory_days()) for day in between) == days
    assert is_working_day(last, statutory_days())


@pytest.mark.parametrize(
    ("end", "days", "found"),
    [
        (date(2026, 10, 25), 2, date(2026, 10, 22)),  # Sunday, back over Friday
        (date(2026, 10, 28), 1, date(2026, 10, 27)),
        (date(2026, 10, 28), 0, date(2026, 10, 28)),
    ],
)
def test_days_are_counted_back_in_working_days(end, days, found):
    assert working_day_before(end, days, {}) == found
