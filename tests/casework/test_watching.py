"""The table of what may be done with a proposal, the day of a review, and the words it shares with the registry."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.causes import Reason
from casework.steps import Concern
from casework.watching import (
    DUE_AHEAD,
    TRANSITIONS,
    WITHOUT_TERM,
    Part,
    ReviewState,
    WatchAction,
    WatchEnd,
    WatchKind,
    WatchState,
    concern_of,
    is_review_day,
    last_review,
    open_actions,
    refusal,
    review_state,
)
from students.calendar import Term
from students.models import SpecialGroup

TERMS = (Term(date(2026, 9, 1), date(2027, 1, 22)), Term(date(2027, 3, 1), date(2027, 7, 9)))
# State → action → who may do it; whatever is not here is refused for everybody.
MAY = {
    None: {"propose": {"teacher", "school"}},
    "proposed": {"withdraw": {"proposer"}, "confirm": {"school"}, "refuse": {"school"}},
    "confirmed": {"review": {"school"}, "assign": {"school"}, "end": {"school"}},
}


@pytest.mark.parametrize(("state", "action", "part"), list(product([None, *WatchState], WatchAction, Part)))
def test_every_action_in_every_state_by_everybody(state, action, part):
    allowed = part in MAY.get(state, {}).get(action, set())
    words = refusal(state, action, {part})
    assert (words == "") is allowed
    assert allowed or "。" not in words  # the end of the sentence says what became of it


@pytest.mark.parametrize("state", WatchState)
def test_the_buttons_are_what_the_table_allows(state):
    everybody = set(Part)
    assert {action.value for action in open_actions(state, everybody)} == set(MAY.get(state, {}))
    assert open_actions(state, set()) == ()


def test_every_action_leads_somewhere_and_says_who_does_it():
    assert set(TRANSITIONS) == set(WatchAction)
    assert refusal(WatchState.PROPOSED, WatchAction.CONFIRM, {Part.TEACHER}) == "确认由教务处和校领导办理"
    assert refusal(WatchState.ENDED, WatchAction.CONFIRM, {Part.SCHOOL}) == "现在是“已结束”，不能确认"


def test_kinds_are_those_special_groups_that_are_proposed():
    assert {kind.value: kind.label for kind in WatchKind} == {
        kind.value: kind.label for kind in SpecialGroup.Kind if kind in SpecialGroup.PROPOSED
    }
    assert all(each.label for each in (*WatchState, *WatchAction, *WatchEnd, *Part))


class TestTheReview:
    @pytest.mark.parametrize(
        ("day", "latest"),
        [
            (date(2026, 8, 1), date(2027, 1, 22)),  # in the holidays: the term to come
            (date(2026, 9, 1), date(2027, 1, 22)),
            (date(2027, 1, 21), date(2027, 1, 22)),
            (date(2027, 1, 22), date(2027, 7, 9)),  # on its last day no review fits into it
            (date(2027, 2, 1), date(2027, 7, 9)),
            (date(2027, 7, 8), date(2027, 7, 9)),
        ],
    )
    def test_lies_in_the_term(self, day, latest):
        assert last_review(TERMS, day) == latest

    def test_lies_within_sixty_days_where_no_term_is_entered(self):
        assert last_review(TERMS, date(2027, 7, 9)) == date(2027, 7, 9) + WITHOUT_TERM
        assert last_review((), date(2027, 7, 9)) == date(2027, 9, 7)

    @given(st.dates(date(2026, 8, 1), date(2027, 7, 8)), st.integers(-400, 400))
    def test_is_after_today_and_not_after_the_term(self, day, ahead):
        latest, review = last_review(TERMS, day), day + timedelta(ahead)
        assert day < latest
        assert is_review_day(review, day=day, latest=latest) is (day < review <= latest)

    @pytest.mark.parametrize(
        ("ahead", "state"),
        [
            (-1, ReviewState.OVERDUE),
            (0, ReviewState.DUE),
            (DUE_AHEAD.days, ReviewState.DUE),
            (DUE_AHEAD.days + 1, ReviewState.LATER),
        ],
    )
    def test_is_due_a_week_before_and_overdue_the_day_after(self, ahead, state):
        today = date(2026, 12, 1)
        assert review_state(today + timedelta(ahead), today) is state


def test_every_reason_to_waver_is_a_concern():
    found = {reason: concern_of(reason) for reason in Reason}
    assert found[Reason.WORK] is Concern.LEAVING_TO_WORK
    assert found[Reason.BULLYING] is Concern.OTHER
    assert set(found.values()) <= set(Concern)
