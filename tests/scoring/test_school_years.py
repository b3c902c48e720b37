"""For which school years a scheme can be chosen: those to come, and this one until the first cut-off in force."""

from datetime import date

import pytest

from scoring.school_years import has_begun, open_years, refusal_of_year


def on_the_25th(day):
    return 25


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 8, 31), [2026, 2027]),
        (date(2026, 9, 1), [2026, 2027, 2028]),
        (date(2026, 9, 25), [2026, 2027, 2028]),
        (date(2026, 9, 26), [2027, 2028]),
        (date(2027, 1, 1), [2027, 2028]),
    ],
)
def test_a_year_is_open_until_its_first_month_is_over(today, years):
    assert open_years(today, on_the_25th) == years


@pytest.mark.parametrize("last", [20, 28])
def test_the_first_month_ends_with_the_cut_off_in_force(last):
    # Another holds from October on: it says nothing of September.
    def cut_off_day(day):
        return last if day.month < 10 else 25

    assert refusal_of_year(2026, date(2026, 9, last), cut_off_day) == ""
    assert open_years(date(2026, 9, last), cut_off_day)[0] == 2026
    assert f"过了9月{last}日" in refusal_of_year(2026, date(2026, 9, last + 1), cut_off_day)
    assert open_years(date(2026, 9, last + 1), cut_off_day)[0] == 2027
    assert f"过了9月{last}日" in refusal_of_year(2026, date(2027, 3, 1), cut_off_day)


@pytest.mark.parametrize(
    ("school_year", "reason"),
    [
        (2025, "2025-2026学年已经结束，不能倒改"),
        (2026, "2026-2027学年的办法过了9月25日就不能再换：大家已经按现在的办法做了一个月，换办法从2027-2028学年起"),
        (2027, ""),
        (2028, ""),
        (2029, "2029-2030学年还太远，最多提前2个学年定下来"),
    ],
)
def test_a_refusal_says_why(school_year, reason):
    assert refusal_of_year(school_year, date(2026, 9, 26), on_the_25th) == reason


def test_a_school_year_begins_on_the_first_of_september():
    assert not has_begun(2027, date(2027, 8, 31))
    assert has_begun(2027, date(2027, 9, 1))
