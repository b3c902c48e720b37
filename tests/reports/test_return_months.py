"""Which days a return counts: by the cut-off in force in each month."""

from datetime import date

import pytest

from reports.queries.return_months import month_in_hand, month_today, months_on_record, return_month
from students.actions import policy
from students.models import Role
from tests import cast

DAYS = [
    ((2026, 9), date(2026, 9, 1), date(2026, 9, 25)),
    ((2026, 10), date(2026, 9, 26), date(2026, 10, 25)),
    ((2027, 1), date(2026, 12, 26), date(2027, 1, 25)),
    ((2027, 8), date(2027, 7, 26), date(2027, 8, 31)),
]


@pytest.mark.parametrize(("month", "first", "last"), DAYS)
def test_a_month_goes_from_the_day_after_a_cut_off_to_the_next(db, month, first, last):
    found = return_month(*month, today=date(2027, 9, 1))
    assert (found.month.first, found.month.cut_off, found.day) == (first, last, last)
    assert not found.is_provisional


@pytest.mark.parametrize(
    ("today", "day", "is_provisional"),
    [
        (date(2026, 9, 26), date(2026, 9, 26), True),
        (date(2026, 10, 24), date(2026, 10, 24), True),
        (date(2026, 10, 25), date(2026, 10, 25), False),
        (date(2026, 10, 26), date(2026, 10, 25), False),
    ],
)
def test_before_its_cut_off_it_counts_through_today(db, today, day, is_provisional):
    found = return_month(2026, 10, today=today)
    assert (found.day, found.is_provisional) == (day, is_provisional)


def test_a_month_that_has_not_begun_is_none(db):
    assert return_month(2026, 10, today=date(2026, 9, 25)) is None


@pytest.mark.parametrize(
    ("today", "code"),
    [(date(2026, 9, 25), "2026-09"), (date(2026, 9, 26), "2026-10"), (date(2027, 8, 31), "2027-08"),
     (date(2027, 9, 1), "2027-09"), (date(2026, 12, 26), "2027-01")],
)  # fmt: skip
def test_the_month_of_today_changes_with_the_cut_off(db, today, code):
    assert month_today(today).month.code == code


def codes(today):
    return [month.code for month in months_on_record(today)]


def test_the_record_goes_back_to_the_first_term(db):
    assert codes(date(2026, 11, 3)) == ["2026-11"]
    cast.terms()
    assert codes(date(2026, 11, 3)) == ["2026-11", "2026-10", "2026-09"]


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2026, 10, 25), "2026-10"),  # a Sunday, the cut-off
        (date(2026, 10, 26), "2026-10"),
        (date(2026, 10, 28), "2026-10"),  # the third working day after it, the last on which a return is in time
        (date(2026, 10, 29), "2026-11"),
        (date(2026, 9, 1), "2026-09"),  # before it there is no record
    ],
)
def test_the_month_in_hand_is_the_last_one_until_it_has_to_be_filed(db, today, code):
    cast.terms()
    assert month_in_hand(months_on_record(today), today).code == code


def test_a_new_cut_off_day_holds_from_the_month_in_which_it_is_in_force(db):
    """The month in between is as long as that makes it; nothing is counted twice, and no day is left out."""
    bureau = cast.person(role=Role.BUREAU_OFFICER)
    policy.adopt(by=bureau, starts_on=date(2026, 11, 1), content={"cut_off_day": 20}, today=date(2026, 10, 28))
    months = [return_month(2026, month, today=date(2026, 12, 31)).month for month in (10, 11, 12)]
    assert [(month.first, month.cut_off) for month in months] == [
        (date(2026, 9, 26), date(2026, 10, 25)),
        (date(2026, 10, 26), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 12, 20)),
    ]


def test_the_record_asks_twice_however_many_months_there_are(db, django_assert_num_queries):
    cast.terms()
    with django_assert_num_queries(2):
        assert len(months_on_record(date(2027, 6, 1))) == 10
