"""What a school day was for a child (当日状态)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.days import ABSENT, EXCUSED, UNEXCUSED, DayState, MarkKind, Slot, day_state

KINDS = list(MarkKind)
HALF_DAYS = ["AM", "PM"]


def state(taken, marks, *, on_leave=False):
    return day_state(taken, marks, on_leave=on_leave)


def test_every_slot_has_its_length_in_periods():
    lengths = {slot.value: slot.periods for slot in Slot}
    assert lengths == {"AM": 4, "PM": 3, "EV": 2} | {str(number): 1 for number in range(1, 10)}


def test_slots_and_kinds_are_named_in_chinese():
    assert [slot.label for slot in Slot] == [
        "上午", "第一节", "第二节", "第三节", "第四节",
        "下午", "第五节", "第六节", "第七节", "第八节", "第九节", "晚自习",
    ]  # fmt: skip
    assert [kind.label for kind in KINDS] == ["旷课", "待核实", "事假", "病假", "公假", "迟到", "早退"]


def test_every_kind_is_unexcused_excused_or_present():
    assert {kind.label for kind in UNEXCUSED} == {"旷课", "待核实"}
    assert {kind.label for kind in EXCUSED} == {"事假", "病假", "公假"}
    assert {kind.label for kind in set(KINDS) - ABSENT} == {"迟到", "早退"}


class TestADay:
    def test_without_a_register_is_unknown(self):
        assert state([], {}) == (DayState.UNKNOWN, 0, 0)

    def test_without_a_register_is_unknown_on_leave_too(self):
        assert state([], {}, on_leave=True) == (DayState.UNKNOWN, 0, 0)

    def test_without_a_mark_is_present(self):
        assert state(HALF_DAYS, {}) == (DayState.PRESENT, 0, 0)

    @pytest.mark.parametrize("kind", sorted(UNEXCUSED))
    def test_missed_whole_without_excuse_is_absent(self, kind):
        assert state(HALF_DAYS, {"AM": kind, "PM": kind}) == (DayState.ABSENT, 2, 7)

    @pytest.mark.parametrize("kind", sorted(EXCUSED))
    def test_missed_whole_with_an_excuse_is_excused(self, kind):
        assert state(HALF_DAYS, {"AM": kind, "PM": kind}) == (DayState.EXCUSED, 0, 0)

    @pytest.mark.parametrize("unexcused", sorted(UNEXCUSED))
    @pytest.mark.parametrize("excused", sorted(EXCUSED))
    def test_missed_whole_with_half_an_excuse_is_absent(self, unexcused, excused):
        assert state(HALF_DAYS, {"AM": excused, "PM": unexcused}) == (DayState.ABSENT, 1, 3)

    @pytest.mark.parametrize("seen", [None, MarkKind.LATE, MarkKind.LEFT_EARLY])
    @pytest.mark.parametrize(("missed", "other", "periods"), [("AM", "PM", 4), ("PM", "AM", 3)])
    def test_with_the_child_seen_in_one_slot_is_present_and_the_other_slot_still_counts(
        self, seen, missed, other, periods
    ):
        marks = {missed: MarkKind.UNEXCUSED} | ({other: seen} if seen else {})
        assert state(HALF_DAYS, marks) == (DayState.PRESENT, 1, periods)

    def test_is_judged_by_the_registers_that_were_taken(self):
        assert state(["AM"], {"AM": MarkKind.UNEXCUSED}) == (DayState.ABSENT, 1, 4)

    def test_counts_the_evening_as_a_slot_like_any_other(self):
        absent_by_day = {"AM": MarkKind.UNEXCUSED, "PM": MarkKind.UNEXCUSED}
        assert state([*HALF_DAYS, "EV"], absent_by_day) == (DayState.PRESENT, 2, 7)
        assert state([*HALF_DAYS, "EV"], absent_by_day | {"EV": MarkKind.UNVERIFIED}) == (DayState.ABSENT, 3, 9)

    def test_of_single_periods_counts_each_as_one(self):
        periods = [str(number) for number in range(1, 8)]
        assert state(periods, dict.fromkeys(periods[:4], MarkKind.UNEXCUSED)) == (DayState.PRESENT, 4, 4)
        assert state(periods, dict.fromkeys(periods, MarkKind.UNEXCUSED)) == (DayState.ABSENT, 7, 7)


class TestLeave:
    def test_turns_a_missed_day_into_an_excused_one(self):
        marks = {"AM": MarkKind.UNEXCUSED, "PM": MarkKind.UNVERIFIED}
        assert state(HALF_DAYS, marks, on_leave=True) == (DayState.EXCUSED, 0, 0)

    def test_leaves_nothing_to_ask_about_half_a_day(self):
        assert state(HALF_DAYS, {"AM": MarkKind.UNEXCUSED}, on_leave=True) == (DayState.PRESENT, 0, 0)

    def test_does_not_make_a_child_absent_who_came_all_the_same(self):
        assert state(HALF_DAYS, {}, on_leave=True) == (DayState.PRESENT, 0, 0)
        assert state(HALF_DAYS, {"AM": MarkKind.LATE}, on_leave=True) == (DayState.PRESENT, 0, 0)


class TestAMarkWhoseRegisterIsElsewhere:
    """The child was moved to another class after the register was taken: the mark stands for its own register."""

    def test_still_says_that_the_child_was_absent(self):
        assert state([], {"AM": MarkKind.UNEXCUSED}) == (DayState.ABSENT, 1, 4)

    def test_still_says_that_the_child_was_seen(self):
        assert state([], {"AM": MarkKind.LATE}) == (DayState.PRESENT, 0, 0)

    def test_is_weighed_with_the_registers_of_the_new_class(self):
        assert state(["PM"], {"AM": MarkKind.UNEXCUSED}) == (DayState.PRESENT, 1, 4)
        assert state(["AM"], {"AM": MarkKind.UNEXCUSED, "PM": MarkKind.SICK_LEAVE}) == (DayState.ABSENT, 1, 4)


days = st.dictionaries(st.sampled_from(list(Slot)), st.none() | st.sampled_from(KINDS), min_size=1)


@given(days, st.booleans())
def test_a_day_is_what_the_definition_says(day, on_leave):
    """Present: not absent in at least one taken slot. Absent: in every one, at least one of them unexcused."""
    found, slots, periods = state(day.keys(), {slot: kind for slot, kind in day.items() if kind}, on_leave=on_leave)
    unexcused = [slot for slot, kind in day.items() if kind in UNEXCUSED and not on_leave]
    assert (found is DayState.PRESENT) is any(kind not in ABSENT for kind in day.values())
    assert (found is DayState.ABSENT) is (found is not DayState.PRESENT and bool(unexcused))
    assert (slots, periods) == (len(unexcused), sum(slot.periods for slot in unexcused))


@given(days)
def test_a_leave_never_adds_an_absence(day):
    marks = {slot: kind for slot, kind in day.items() if kind}
    without, on_leave = state(day.keys(), marks), state(day.keys(), marks, on_leave=True)
    assert on_leave[1:] == (0, 0)
    assert (on_leave[0] is DayState.PRESENT) is (without[0] is DayState.PRESENT)
