"""适龄: the day before, of and after each birthday that counts."""

from datetime import date, timedelta

import pytest

from students.school_age import births_of_ages, full_years, is_of_school_age, school_age_births

RULE = {"entry_age": 6, "last_age": 15}
SEPTEMBER, MARCH = date(2026, 9, 1), date(2027, 3, 1)


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2020, 9, 1), date(2026, 8, 31), 5),
        (date(2020, 9, 1), date(2026, 9, 1), 6),
        (date(2020, 9, 1), date(2026, 9, 2), 6),
        (date(2020, 2, 29), date(2026, 2, 28), 5),
        (date(2020, 2, 29), date(2026, 3, 1), 6),
        (date(2020, 2, 29), date(2024, 2, 29), 4),
    ],
)
def test_full_years_turn_on_the_birthday(born, day, years):
    assert full_years(born, day) == years


@pytest.mark.parametrize(
    ("born", "day", "is_due"),
    [
        # six by 31 August of the school year
        (date(2020, 8, 30), SEPTEMBER, True),
        (date(2020, 8, 31), SEPTEMBER, True),
        (date(2020, 9, 1), SEPTEMBER, False),
        (date(2020, 9, 1), MARCH, False),  # six for half a year by then, and still waiting for September
        (date(2020, 9, 1), date(2027, 8, 31), False),
        (date(2020, 9, 1), date(2027, 9, 1), True),
        (date(2020, 8, 31), date(2026, 8, 31), False),  # the old school year ends today
        # up to the eve of the sixteenth birthday
        (date(2010, 9, 2), SEPTEMBER, True),
        (date(2010, 9, 1), SEPTEMBER, False),
        (date(2010, 8, 31), SEPTEMBER, False),
    ],
)
def test_school_age_begins_in_september_and_ends_with_the_birthday(born, day, is_due):
    assert is_of_school_age(born, day, **RULE) is is_due


def test_another_entry_age_moves_the_beginning():
    assert not is_of_school_age(date(2020, 8, 31), SEPTEMBER, entry_age=7, last_age=15)
    assert is_of_school_age(date(2019, 8, 31), SEPTEMBER, entry_age=7, last_age=15)


@pytest.mark.parametrize("day", [date(2026, 8, 31), SEPTEMBER, MARCH, date(2028, 2, 29), date(2027, 2, 28)])
def test_the_span_of_birth_dates_asks_the_same_question(day):
    first, last = school_age_births(day, **RULE)
    born = [date(2008, 1, 1) + timedelta(days=number) for number in range(6000)]
    assert [each for each in born if first <= each <= last] == [
        each for each in born if is_of_school_age(each, day, **RULE)
    ]


@pytest.mark.parametrize("ages", [(0, 17), (6, 15)])
@pytest.mark.parametrize("day", [SEPTEMBER, date(2027, 2, 28), MARCH, date(2028, 2, 28), date(2028, 2, 29)])
def test_the_span_of_ages_is_that_of_full_years(day, ages):
    """On 29 February nobody born on 1 March is a year older yet, and everybody born on 28 February is."""
    youngest, oldest = ages
    first, last = births_of_ages(day, youngest, oldest)
    born = [day - timedelta(days=number) for number in range(19 * 366)]
    assert [each for each in born if first <= each <= last] == [
        each for each in born if youngest <= full_years(each, day) <= oldest
    ]
