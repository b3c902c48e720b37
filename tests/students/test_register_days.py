"""What a day is for the registers of a class: every case said once, and held against a slower telling."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.days import Slot
from students.register_days import RegisterState, begun_at, begun_on, is_attended, register_day

MONDAY = date(2026, 9, 7)
HALVES = [Slot.AM, Slot.PM]


def day(taken=(), *, slots=HALVES, school=True, attended=True, begun=None):
    return register_day(slots=slots, taken=set(taken), is_school_day=school, is_attended=attended, begun=begun)


@pytest.mark.parametrize(
    ("taken", "state", "words"),
    [
        (["AM", "PM"], RegisterState.TAKEN, "已点"),
        (["AM"], RegisterState.PARTLY, "缺1次"),
        ([], RegisterState.MISSING, "没点名"),
        (["EV"], RegisterState.PARTLY, "缺2次"),  # in a slot that the school has given up since
        (["AM", "PM", "EV"], RegisterState.TAKEN, "已点"),
    ],
)
def test_a_school_day_is_what_was_taken_of_its_slots(taken, state, words):
    assert (day(taken).state, day(taken).words) == (state, words)


def test_without_school_nothing_is_due_whatever_was_taken():
    assert day(["AM"], school=False) == day([], school=False, attended=False)
    assert day([], school=False).state is RegisterState.NO_SCHOOL
    assert day([], school=False).due == ()


def test_a_class_that_nobody_attends_owes_nothing():
    assert day([], attended=False).state is RegisterState.NOBODY
    assert not day([], attended=False).is_charged


@pytest.mark.parametrize(
    ("hour", "taken", "state", "missing"),
    [
        (7, [], RegisterState.AHEAD, []),  # before the first slot
        (8, [], RegisterState.MISSING, ["AM"]),
        (13, ["AM"], RegisterState.TAKEN, []),
        (14, ["AM"], RegisterState.PARTLY, ["PM"]),
        (7, ["PM"], RegisterState.TAKEN, []),  # taken before its time: due and done
        (8, ["PM"], RegisterState.PARTLY, ["AM"]),
    ],
)
def test_of_today_only_what_has_begun_is_waited_for(hour, taken, state, missing):
    now = datetime(2026, 9, 7, hour)
    found = day(taken, begun=begun_on(MONDAY, now))
    assert (found.state, list(found.missing)) == (state, missing)


def test_yesterday_is_over_and_tomorrow_has_not_begun():
    now = datetime(2026, 9, 7, 0, 0)
    assert begun_on(MONDAY - timedelta(days=1), now) is None
    assert begun_on(MONDAY, now) == frozenset()
    assert begun_on(MONDAY + timedelta(days=1), now.replace(hour=23)) == frozenset()
    assert begun_at(now.replace(hour=23)) == frozenset(Slot)


@pytest.mark.parametrize(("on", "attended"), [(6, False), (7, True), (8, True), (9, False)])
def test_a_child_attends_from_its_first_day_until_the_day_before_it_left(on, attended):
    assert is_attended([(MONDAY, date(2026, 9, 9))], date(2026, 9, on)) is attended
    assert is_attended([(MONDAY, None)], date(2026, 9, 30))


slots = st.lists(st.sampled_from(list(Slot)), min_size=1, unique=True)
some = st.sets(st.sampled_from(list(Slot)))


@given(slots=slots, taken=some, school=st.booleans(), attended=st.booleans(), begun=st.none() | some)
def test_due_taken_and_missing_agree_with_counting_slot_by_slot(slots, taken, school, attended, begun):
    found = register_day(slots=slots, taken=taken, is_school_day=school, is_attended=attended, begun=begun)
    waited = [slot for slot in slots if school and attended and (begun is None or slot in begun or slot in taken)]
    assert list(found.due) == waited
    assert list(found.missing) == [slot for slot in waited if slot not in taken]
    assert found.taken == sum(slot in taken for slot in waited)
    assert found.is_charged == bool(found.missing)
    assert (found.state is RegisterState.TAKEN) == (bool(waited) and not found.missing)
    assert (found.state is RegisterState.MISSING) == (bool(found.missing) and not taken)


@given(slots=slots, taken=some, more=some)
def test_another_register_never_makes_a_day_worse(slots, taken, more):
    order = [RegisterState.MISSING, RegisterState.PARTLY, RegisterState.TAKEN]
    before, after = day(taken, slots=slots), day(taken | more, slots=slots)
    assert order.index(after.state) >= order.index(before.state)
    assert len(after.missing) <= len(before.missing)
