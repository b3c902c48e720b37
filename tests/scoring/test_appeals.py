"""申诉 as rules: which facts can be appealed against, who may do what from where, what an accepted one waives."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ruleset import Tier
from scoring.appeals import (
    OPEN_STATES,
    Accepted,
    AppealAction,
    AppealedFact,
    AppealState,
    FactKind,
    Level,
    Part,
    Standing,
    after,
    facts_of,
    find,
    first_level,
    open_actions,
    refusal,
    waived_by,
)
from scoring.class_scores import Waived, score
from scoring.scheme import Measure
from students.losses import Loss, LossKind
from tests.scoring.test_class_scores import DAYS, HALF, NONE, SCHEME, START, WHOLE, classes, late, lost, of_class

SCHOOL = Standing(AppealState.WAITING, Level.SCHOOL)
BUREAU = Standing(AppealState.WAITING, Level.BUREAU)
REVIEW = Standing(AppealState.REVIEW, Level.BUREAU)
EVERYTHING = frozenset(Part) - {Part.OWN}


class TestFacts:
    def test_have_names_that_fit_an_address_and_tell_them_apart(self):
        report = late(tier=Tier.LOSS_REPORT, student=12)
        made = score(of_class(late=[late(), report], lost=lost(1), days={START: WHOLE, DAYS[1]: HALF}), SCHEME)
        assert sorted(fact.name for fact in facts_of(made)) == [
            "calls-2026-09-01",
            "loss-0-2026-09-01",
            "register-2026-09-02",
            "report-12-loss_report-2026-09-01",
        ]

    def test_that_earn_or_cost_nothing_are_none(self):
        assert list(facts_of(score(of_class(), SCHEME))) == []

    def test_that_were_waived_are_none_any_more(self):
        made = score(of_class(days={START: NONE}, waived=Waived(days=frozenset({START}))), SCHEME)
        assert find(made, f"register-{START}") is None

    @given(classes)
    def test_of_a_class_have_a_name_each(self, facts):
        names = [fact.name for fact in facts_of(score(facts, SCHEME))]
        lost_or_not = {each for each in names if not each.startswith(("report", "calls"))}
        assert len(lost_or_not) == len([each for each in names if not each.startswith(("report", "calls"))])

    @given(classes, st.data())
    def test_an_accepted_appeal_never_lowers_the_score_and_its_fact_costs_nothing(self, facts, data):
        made = score(facts, SCHEME)
        found = list(facts_of(made))
        if not found:
            return
        fact = data.draw(st.sampled_from(found))
        waived = waived_by([Accepted(fact.kind, fact.day, fact.student, fact.record)], facts.lost)
        again = score(type(facts)(**(vars(facts) | {"waived": waived})), SCHEME)
        assert find(again, fact.name) is None
        for measure in set(Measure) - {Measure.TARGET}:
            assert again.lines[measure].points >= made.lines[measure].points


class TestWhatIsWaived:
    def test_is_the_child_as_it_was_lost_and_not_once_more(self):
        accepted = [Accepted("loss", START, 1, [])]
        again = [Loss(1, 1, START + timedelta(days=9), LossKind.DROPPED_OUT)]
        assert waived_by(accepted, [Loss(1, 1, START, LossKind.DROPPED_OUT)]).children == {1}
        assert waived_by(accepted, again).children == set()

    def test_is_no_more_than_the_duties_that_were_late_then(self):
        evening = [late(student=1), late(student=2)]
        fact = AppealedFact(FactKind.CALLS, START, None, (evening[0].name,))
        waived = waived_by([Accepted(fact.kind, fact.day, None, fact.record)], [])
        made = score(of_class(late=evening, waived=waived), SCHEME)
        assert not made.lines[Measure.LATE_CONTACT].charges[0].is_waived

    def test_of_the_days_of_registers_alone_is_a_day(self):
        assert waived_by([Accepted("calls", START, None, [])], []).days == set()


@pytest.mark.parametrize(
    ("kind", "how", "level"),
    [
        (FactKind.REGISTER, {}, Level.SCHOOL),
        (FactKind.CALLS, {}, Level.SCHOOL),
        (FactKind.REPORT, {}, Level.SCHOOL),
        (FactKind.LOSS, {}, Level.BUREAU),
        (FactKind.REGISTER, {"by_the_school": True}, Level.BUREAU),
        (FactKind.REGISTER, {"is_frozen": True}, Level.BUREAU),
        (FactKind.REGISTER, {"school_decides": False}, Level.BUREAU),
    ],
)
def test_a_lost_child_and_what_the_school_cannot_judge_are_the_bureaus(kind, how, level):
    assert first_level(kind, **({"by_the_school": False} | how)) is level


class TestWhoDoesWhat:
    @pytest.mark.parametrize(
        ("standing", "part", "may"),
        [
            (SCHOOL, Part.SCHOOL, {"accept", "refuse"}),
            (SCHOOL, Part.BUREAU, set()),
            (SCHOOL, Part.APPELLANT, {"withdraw"}),
            (BUREAU, Part.SCHOOL, set()),
            (BUREAU, Part.BUREAU, {"accept", "refuse"}),
            (REVIEW, Part.BUREAU, {"accept", "refuse"}),
            (REVIEW, Part.SCHOOL, set()),
            (REVIEW, Part.APPELLANT, {"withdraw"}),
            (Standing(AppealState.REFUSED, Level.SCHOOL), Part.APPELLANT, {"ask_review"}),
            (Standing(AppealState.REFUSED, Level.BUREAU), Part.APPELLANT, set()),
            (Standing(AppealState.UPHELD, Level.BUREAU), Part.APPELLANT, set()),
            (Standing(AppealState.ACCEPTED, Level.SCHOOL), Part.APPELLANT, set()),
        ],
    )
    def test_is_said_by_the_table(self, standing, part, may):
        assert set(open_actions(standing, {part})) == may

    @pytest.mark.parametrize(("standing", "action"), list(product([SCHOOL, BUREAU, REVIEW], ["accept", "refuse"])))
    def test_nobody_decides_their_own(self, standing, action):
        assert refusal(standing, AppealAction(action), EVERYTHING) == ""
        assert "要由别人处理" in refusal(standing, AppealAction(action), frozenset(Part))

    @pytest.mark.parametrize(("state", "action"), list(product(AppealState, AppealAction)))
    def test_what_cannot_be_done_from_a_state_is_refused_in_words(self, state, action):
        standing = Standing(state, Level.SCHOOL)
        allowed = state is AppealState.REFUSED if action is AppealAction.ASK_REVIEW else state in OPEN_STATES
        words = refusal(standing, action, EVERYTHING)
        assert bool(words) is not allowed
        assert allowed or state.label in words

    def test_a_review_that_is_withdrawn_was_the_only_one(self):
        left = after(REVIEW, AppealAction.WITHDRAW)
        assert left.state is AppealState.REFUSED
        assert open_actions(left, EVERYTHING) == ()
        assert "不再复核" in refusal(left, AppealAction.ASK_REVIEW, EVERYTHING)

    def test_what_was_reviewed_is_over(self):
        refused = after(SCHOOL, AppealAction.REFUSE)
        review = after(refused, AppealAction.ASK_REVIEW)
        assert (refused.state, review) == (AppealState.REFUSED, REVIEW)
        assert after(review, AppealAction.REFUSE).state is AppealState.UPHELD
        assert after(review, AppealAction.ACCEPT).state is AppealState.ACCEPTED
        for final in (AppealAction.REFUSE, AppealAction.ACCEPT):
            assert open_actions(after(review, final), EVERYTHING) == ()

    @given(st.lists(st.sampled_from(list(AppealAction)), max_size=8))
    def test_every_way_ends_after_one_review(self, steps):
        standing, done = SCHOOL, []
        for action in steps:
            if not refusal(standing, action, EVERYTHING):
                standing = after(standing, action)
                done.append(action)
        assert len(done) <= 3
        assert done.count(AppealAction.ASK_REVIEW) <= 1
        # What was decided is never as if it had not been made: it could be begun again without end.
        assert AppealAction.REFUSE not in done or standing.state is not AppealState.WITHDRAWN


def test_a_fact_is_stored_as_plain_data():
    fact = AppealedFact(FactKind.CALLS, START, None, ((4, Tier.CONTACT, date(2026, 9, 1)),))
    assert fact.record == [[4, "contact", "2026-09-01"]]
