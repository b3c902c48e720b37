"""整改: what may follow what, and what is late on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.rectifying import RULES, Move, Part, State, due_words, is_overdue, moves_from

DAY = date(2026, 9, 21)
states, parts = st.sampled_from(list(State)), st.frozensets(st.sampled_from(list(Part)))


@given(states, parts, st.booleans())
def test_the_school_itself_never_closes_nor_sends_back(state, held, has_measure):
    moves = moves_from(state, held | {Part.SCHOOL}, has_measure=has_measure)
    assert not {Move.CLOSE, Move.SEND_BACK, Move.POSTPONE, Move.WITHDRAW} & set(moves)


@given(states, parts, st.booleans())
def test_a_move_begins_where_its_rule_says_and_is_somebodys(state, held, has_measure):
    for move in moves_from(state, held, has_measure=has_measure):
        assert RULES[move].start == state
        assert RULES[move].parts & held


def test_every_move_leads_to_a_state_from_which_its_rule_says_what_follows():
    assert {move: (RULES[move].start, RULES[move].end) for move in Move} == {
        Move.PLAN: (State.OPEN, State.OPEN),
        Move.REPORT: (State.OPEN, State.REPORTED),
        Move.SEND_BACK: (State.REPORTED, State.OPEN),
        Move.CLOSE: (State.REPORTED, State.CLOSED),
        Move.POSTPONE: (State.OPEN, State.OPEN),
        Move.WITHDRAW: (State.OPEN, State.WITHDRAWN),
    }


@given(parts)
def test_what_is_closed_or_withdrawn_stays_so(held):
    assert moves_from(State.CLOSED, held, has_measure=True) == []
    assert moves_from(State.WITHDRAWN, held, has_measure=True) == []


def test_nothing_is_reported_before_its_measure():
    assert Move.REPORT not in moves_from(State.OPEN, {Part.SCHOOL}, has_measure=False)
    assert Move.REPORT in moves_from(State.OPEN, {Part.SCHOOL}, has_measure=True)


@pytest.mark.parametrize(("days", "late"), [(-1, False), (0, False), (1, True)])
def test_is_overdue_from_the_day_after_its_deadline(days, late):
    assert is_overdue(State.OPEN, DAY, DAY + timedelta(days=days)) is late


@pytest.mark.parametrize("state", [State.REPORTED, State.CLOSED, State.WITHDRAWN])
def test_what_is_not_open_is_not_overdue(state):
    assert not is_overdue(state, DAY, DAY + timedelta(days=99))


@pytest.mark.parametrize(
    ("state", "reported", "day", "words"),
    [
        (State.OPEN, None, 2, "逾期2天"),
        (State.OPEN, None, 0, ""),
        (State.REPORTED, 0, 9, ""),
        (State.REPORTED, 3, 9, "逾期3天才报"),
        (State.CLOSED, 3, 9, "逾期3天才报"),
        (State.WITHDRAWN, None, 9, ""),
    ],
)
def test_says_how_late_it_is(state, reported, day, words):
    reported_on = None if reported is None else DAY + timedelta(days=reported)
    assert due_words(state, DAY, reported_on, DAY + timedelta(days=day)) == words
