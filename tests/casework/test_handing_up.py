"""To which posts an overdue matter goes, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.handing_up import handed_up
from casework.steps import CHAIN
from tests.scene import school_days

FRIDAY = date(2026, 9, 4)
ALL = frozenset(CHAIN)
DAYS = school_days(FRIDAY, 40)
TEACHER, CLERK, PRINCIPAL, TOWNSHIP, BUREAU = CHAIN


def posts(day, *, role=TEACHER, due_on=FRIDAY, pace=1, held=ALL):
    later = [each for each in DAYS if due_on < each <= day]
    return handed_up(role, due_on=due_on, later=later, pace=pace, held=held, day=day)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-1, []),
        (0, []),
        (1, [CLERK]),  # Saturday
        (2, [CLERK]),
        (3, [CLERK]),  # Monday is not over yet
        (4, [CLERK, PRINCIPAL]),
        (5, [CLERK, PRINCIPAL, TOWNSHIP]),
        (6, [CLERK, PRINCIPAL, TOWNSHIP, BUREAU]),
        (60, [CLERK, PRINCIPAL, TOWNSHIP, BUREAU]),
    ],
)
def test_it_goes_up_one_post_a_school_day_from_the_day_after(shift, expected):
    assert [each.role for each in posts(FRIDAY + timedelta(shift))] == expected


@pytest.mark.parametrize(("shift", "expected"), [(4, 1), (5, 2), (7, 3), (10, 3), (11, 4)])
def test_a_county_may_let_two_school_days_pass_between_the_posts(shift, expected):
    assert len(posts(FRIDAY + timedelta(shift), pace=2)) == expected


def test_a_post_that_nobody_holds_is_passed_over():
    held = {TEACHER, TOWNSHIP, BUREAU}
    assert [each.role for each in posts(FRIDAY + timedelta(4), held=held)] == [TOWNSHIP, BUREAU]


def test_what_nobody_of_the_school_holds_begins_higher_up():
    assert [each.role for each in posts(FRIDAY + timedelta(1), held={PRINCIPAL, BUREAU})] == [BUREAU]


def test_what_is_the_bureaus_goes_nowhere():
    assert posts(FRIDAY + timedelta(30), role=BUREAU) == []


def test_the_deputy_head_stands_where_the_principal_does():
    assert [each.role for each in posts(FRIDAY + timedelta(1), role="deputy_head")] == [TOWNSHIP]


shifts = st.integers(-3, 40)
held_posts = st.sets(st.sampled_from(CHAIN)).map(frozenset)


@given(shift=shifts, pace=st.integers(1, 10), role=st.sampled_from(CHAIN), held=held_posts)
def test_the_next_day_never_takes_a_post_away_and_adds_one_at_most(shift, pace, role, held):
    today = FRIDAY + timedelta(shift)
    now = posts(today, role=role, pace=pace, held=held)
    then = posts(today + timedelta(1), role=role, pace=pace, held=held)
    assert then[: len(now)] == now
    assert len(then) - len(now) <= 1


@given(shift=shifts, pace=st.integers(1, 10), role=st.sampled_from(CHAIN), held=held_posts)
def test_it_goes_up_the_chain_to_posts_that_are_held_and_not_to_its_own(shift, pace, role, held):
    found = posts(FRIDAY + timedelta(shift), role=role, pace=pace, held=held)
    places = [CHAIN.index(each.role) for each in found]
    assert places == sorted(set(places))
    assert all(each.role in held | {BUREAU} and FRIDAY < each.on <= FRIDAY + timedelta(shift) for each in found)
    assert role not in {each.role for each in found} or role not in held
