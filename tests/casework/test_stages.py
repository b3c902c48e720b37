"""The table of a case's stages: every stage with every action, and what the engine does by itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.following import CaseFile, Matter, Move, follow
from casework.ruleset import Tier
from casework.stages import (
    CASE_TIERS,
    TRANSITIONS,
    Actor,
    CaseAction,
    CaseNow,
    CaseOutcome,
    CaseStage,
    ChildNow,
    closing_refusal,
    refusal,
)
from students.enrolment import Standing

DAY = date(2026, 9, 7)
TODAY = date(2026, 12, 1)
FILED = DAY + timedelta(27)
EVERYBODY = frozenset(Actor)
# Written out by hand, so that a change of the table shows here.
MAY = {
    CaseAction.RAISE_CONCERN: [None, "closed"],
    CaseAction.NOTE_ABSENCE: [None, "watch", "returned", "closed"],
    CaseAction.NOTE_LOSS: ["watch", "absent", "returned"],
    CaseAction.UNDO_LOSS: ["reported_lost"],
    CaseAction.CONFIRM_DROPOUT: ["watch", "absent", "reported_lost", "returned"],
    CaseAction.UNDO_DROPOUT: ["dropped_out"],
    CaseAction.NOTE_RETURN: ["absent", "reported_lost", "dropped_out"],
    CaseAction.CLOSE: ["watch", "absent", "reported_lost", "dropped_out", "returned"],
    CaseAction.REOPEN: ["closed"],
}


@pytest.mark.parametrize("action", CaseAction)
@pytest.mark.parametrize("stage", [None, *CaseStage])
def test_every_stage_with_every_action(stage, action):
    case = stage and CaseNow(stage, was_lost=False)
    said = refusal(case, action, EVERYBODY)
    assert (said == "") == (stage in MAY[action])
    if said:
        assert (f"“{stage.label}”" if stage else "没有个案") in said
        assert action.label in said


@pytest.mark.parametrize("action", CaseAction)
@pytest.mark.parametrize("actor", Actor)
def test_every_action_by_everybody(action, actor):
    source = next(iter(sorted(TRANSITIONS[action].sources - {None})))
    said = refusal(CaseNow(source, was_lost=False), action, {actor})
    assert (said == "") == (actor in TRANSITIONS[action].actors)


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("stage", sorted(MAY[CaseAction.CLOSE]))
def test_a_case_that_was_lost_is_closed_by_the_bureau_alone(stage, actor):
    said = refusal(CaseNow(CaseStage(stage), was_lost=True), CaseAction.CLOSE, {actor})
    assert (said == "") == (actor in (Actor.BUREAU, Actor.ENGINE))


class TestClosing:
    @pytest.mark.parametrize(("days", "closes"), [(9, False), (10, True), (11, True)])
    def test_as_returned_after_ten_present_days(self, days, closes):
        child = ChildNow(Standing.ATTENDING, present_days=days)
        case = CaseNow(CaseStage.RETURNED, was_lost=True)
        said = closing_refusal(case, CaseOutcome.RETURNED, child, return_days=10)
        assert (said == "") == closes

    @pytest.mark.parametrize(
        ("outcome", "child"),
        [
            (CaseOutcome.TRANSFERRED, ChildNow(Standing.GONE, is_confirmed=True)),
            (CaseOutcome.SUSPENDED, ChildNow(Standing.SUSPENDED)),
            (CaseOutcome.LEFT_COUNTRY, ChildNow(Standing.GONE, left_country=True)),
            (CaseOutcome.DECEASED, ChildNow(Standing.DECEASED)),
            (CaseOutcome.GRADUATED, ChildNow(Standing.GRADUATED)),
        ],
    )
    def test_with_an_outcome_needs_what_the_registry_says(self, outcome, child):
        case = CaseNow(CaseStage.DROPPED_OUT, was_lost=True)
        assert closing_refusal(case, outcome, child, return_days=10) == ""
        assert closing_refusal(case, outcome, ChildNow(Standing.ATTENDING), return_days=10)

    def test_a_transfer_waits_for_the_receiving_school(self):
        case = CaseNow(CaseStage.REPORTED_LOST, was_lost=True)
        said = closing_refusal(case, CaseOutcome.TRANSFERRED, ChildNow(Standing.GONE), return_days=10)
        assert "接收学校确认" in said

    def test_who_is_gone_for_another_reason_has_not_left_the_country(self):
        case = CaseNow(CaseStage.REPORTED_LOST, was_lost=True)
        assert closing_refusal(case, CaseOutcome.LEFT_COUNTRY, ChildNow(Standing.GONE), return_days=10)

    @pytest.mark.parametrize("stage", [CaseStage.ABSENT, CaseStage.REPORTED_LOST])
    def test_no_false_alarm_while_the_child_is_away(self, stage):
        child, case = ChildNow(Standing.ATTENDING, is_away=True), CaseNow(stage, was_lost=False)
        assert "先更正点名" in closing_refusal(case, CaseOutcome.FALSE_ALARM, child, return_days=10)
        assert not closing_refusal(case, CaseOutcome.FALSE_ALARM, child._replace(is_away=False), return_days=10)

    @pytest.mark.parametrize(
        ("stage", "outcome"),
        [
            (CaseStage.RETURNED, CaseOutcome.RETURNED),
            (CaseStage.WATCH, CaseOutcome.SETTLED),
            (CaseStage.ABSENT, CaseOutcome.FALSE_ALARM),
        ],
    )
    def test_not_as_harmless_while_the_loss_was_never_reported(self, stage, outcome):
        child = ChildNow(Standing.ATTENDING, present_days=99, owes_loss_report=True)
        case = CaseNow(stage, was_lost=False)
        assert "请先补报" in closing_refusal(case, outcome, child, return_days=10)
        assert not closing_refusal(case, outcome, child._replace(owes_loss_report=False), return_days=10)

    def test_a_transfer_is_no_less_one_where_the_loss_was_never_reported(self):
        child = ChildNow(Standing.GONE, is_confirmed=True, owes_loss_report=True)
        assert not closing_refusal(CaseNow(CaseStage.ABSENT, False), CaseOutcome.TRANSFERRED, child, return_days=10)

    @pytest.mark.parametrize("stage", sorted(MAY[CaseAction.CLOSE]))
    @pytest.mark.parametrize(
        ("outcome", "stages"),
        [
            (CaseOutcome.SETTLED, {"watch"}),
            (CaseOutcome.RETURNED, {"returned"}),
            (CaseOutcome.FALSE_ALARM, {"watch", "absent", "reported_lost"}),
        ],
    )
    def test_an_outcome_belongs_to_its_stages(self, stage, outcome, stages):
        child = ChildNow(Standing.ATTENDING, present_days=99)
        said = closing_refusal(CaseNow(CaseStage(stage), was_lost=False), outcome, child, return_days=10)
        assert (said == "") == (stage in stages)


def matter(tier=Tier.ABSENCE_REPORT, *, on=DAY, done=None, settled=None):
    return Matter(tier, on, done, settled)


def case(stage, *, since=DAY, closed_on=None, by_hand=False, **more):
    return CaseFile(stage, since, closed_on, by_hand, **more)


def told(file, *matters, standing=Standing.ATTENDING, since=date(2023, 9, 1)):
    return follow(file, standing, since, matters, today=TODAY)


class TestTheEngine:
    def test_opens_a_case_with_the_first_duty_of_a_run(self):
        assert told(None, matter()) == [Move(CaseAction.NOTE_ABSENCE, DAY)]

    def test_has_nothing_to_do_for_a_child_without_a_matter(self):
        assert told(None) == []

    def test_raises_a_watched_child(self):
        assert told(case(CaseStage.WATCH), matter()) == [Move(CaseAction.NOTE_ABSENCE, DAY)]

    @pytest.mark.parametrize("done", [None, FILED])
    def test_says_lost_on_the_day_on_which_the_report_is_filed(self, done):
        moves = told(case(CaseStage.ABSENT), matter(), matter(Tier.LOSS_REPORT, on=DAY + timedelta(7), done=done))
        assert moves == ([Move(CaseAction.NOTE_LOSS, FILED)] if done else [])

    def test_a_report_of_loss_that_was_taken_back_makes_it_an_absence_again(self):
        lost = case(CaseStage.REPORTED_LOST, is_taken_back=True)
        assert told(lost, matter(), matter(Tier.LOSS_REPORT)) == [Move(CaseAction.UNDO_LOSS, TODAY)]

    def test_a_report_of_loss_that_stands_is_not_undone_by_another_that_is_owed(self):
        assert told(case(CaseStage.REPORTED_LOST), matter(), matter(Tier.LOSS_REPORT)) == []

    @pytest.mark.parametrize(("by_hand", "ends"), [(False, True), (True, False)])
    def test_a_report_taken_back_when_its_duty_is_gone_ends_what_was_a_mistake(self, by_hand, ends):
        moves = told(case(CaseStage.REPORTED_LOST, by_hand=by_hand, is_taken_back=True))
        closing = [Move(CaseAction.CLOSE, TODAY, CaseOutcome.FALSE_ALARM)] if ends else []
        assert moves == [Move(CaseAction.UNDO_LOSS, TODAY), *closing]

    def test_a_report_taken_back_for_a_child_that_is_back_leaves_a_return(self):
        moves = told(case(CaseStage.REPORTED_LOST, is_taken_back=True), matter(settled=FILED))
        assert moves == [Move(CaseAction.UNDO_LOSS, TODAY), Move(CaseAction.NOTE_RETURN, FILED)]

    def test_where_an_earlier_report_stands_that_of_the_absence_at_hand_counts(self):
        lost = case(CaseStage.REPORTED_LOST, is_taken_back=True, report_stands=True)
        assert told(lost, matter(Tier.LOSS_REPORT)) == [Move(CaseAction.UNDO_LOSS, TODAY)]
        assert told(lost, matter(Tier.LOSS_REPORT, done=FILED)) == told(lost, matter()) == []

    def test_a_report_of_loss_that_a_correction_left_without_its_duty_was_made_all_the_same(self):
        assert told(case(CaseStage.REPORTED_LOST), matter()) == []

    def test_a_dropout_that_the_registry_no_longer_knows_is_undone(self):
        out = case(CaseStage.DROPPED_OUT)._replace(dropped_on=DAY + timedelta(20))
        undone, lost = Move(CaseAction.UNDO_DROPOUT, TODAY), matter(Tier.LOSS_REPORT, done=FILED)
        assert told(out, matter()) == [undone]
        assert told(out, matter(), lost) == [undone, Move(CaseAction.NOTE_LOSS, FILED)]
        assert told(out, matter(settled=DAY + timedelta(4))) == [
            undone, Move(CaseAction.NOTE_RETURN, DAY + timedelta(4)),
        ]  # fmt: skip
        assert told(out) == [undone, Move(CaseAction.CLOSE, TODAY, CaseOutcome.FALSE_ALARM)]
        assert told(out, standing=Standing.SUSPENDED) == told(out)

    @pytest.mark.parametrize(("shift", "undone"), [(-1, True), (0, False), (1, False)])
    def test_a_child_that_came_back_had_dropped_out(self, shift, undone):
        out = case(CaseStage.DROPPED_OUT)._replace(dropped_on=DAY + timedelta(20))
        moves = told(out, since=DAY + timedelta(20 + shift))
        assert (moves[0].action is CaseAction.UNDO_DROPOUT) == undone

    @pytest.mark.parametrize("stage", [CaseStage.ABSENT, CaseStage.REPORTED_LOST])
    def test_notes_the_day_of_the_return(self, stage):
        back = DAY + timedelta(9)
        assert told(case(stage), matter(settled=back)) == [Move(CaseAction.NOTE_RETURN, back)]

    def test_follows_the_registry_into_dropping_out_and_back(self):
        out = told(case(CaseStage.REPORTED_LOST), matter(), standing=Standing.DROPPED_OUT, since=DAY)
        assert out == [Move(CaseAction.CONFIRM_DROPOUT, DAY)]
        again = told(case(CaseStage.DROPPED_OUT), matter(settled=DAY + timedelta(8)), since=DAY + timedelta(7))
        assert again == [Move(CaseAction.NOTE_RETURN, DAY + timedelta(8))]

    def test_opens_a_case_for_a_dropout_of_whom_it_knows_nothing(self):
        assert [move.action for move in told(None, standing=Standing.DROPPED_OUT, since=DAY)] == [
            CaseAction.NOTE_ABSENCE, CaseAction.CONFIRM_DROPOUT,
        ]  # fmt: skip

    def test_a_relapse_after_the_return(self):
        moves = told(case(CaseStage.RETURNED), matter(settled=DAY), matter(on=DAY + timedelta(5)))
        assert moves == [Move(CaseAction.NOTE_ABSENCE, DAY + timedelta(5))]

    @pytest.mark.parametrize(("after", "opens"), [(-1, False), (0, False), (1, True)])
    def test_opens_a_closed_case_for_what_came_after_only(self, after, opens):
        closed = case(CaseStage.CLOSED, closed_on=DAY)
        assert bool(told(closed, matter(on=DAY + timedelta(after)))) == opens

    @pytest.mark.parametrize("by_hand", [False, True])
    def test_closes_what_a_correction_has_taken_away_unless_somebody_works_on_it(self, by_hand):
        moves = told(case(CaseStage.ABSENT, by_hand=by_hand))
        assert moves == ([] if by_hand else [Move(CaseAction.CLOSE, TODAY, CaseOutcome.FALSE_ALARM)])

    @pytest.mark.parametrize("after", [-1, 0, 1])
    def test_a_false_alarm_that_was_none_is_opened_again_whenever_it_began(self, after):
        closed = case(CaseStage.CLOSED, closed_on=DAY)._replace(is_false_alarm=True)
        day = DAY + timedelta(after)
        assert told(closed, matter(on=day)) == [Move(CaseAction.NOTE_ABSENCE, day)]

    def test_a_loss_and_the_return_known_at_once_are_both_noted(self):
        lost = matter(Tier.LOSS_REPORT, done=FILED, settled=DAY + timedelta(3))
        assert told(case(CaseStage.ABSENT), matter(settled=DAY + timedelta(3)), lost) == [
            Move(CaseAction.NOTE_LOSS, FILED), Move(CaseAction.NOTE_RETURN, DAY + timedelta(3)),
        ]  # fmt: skip

    def test_what_a_mistake_had_opened_again_ends_as_it_had(self):
        again = case(CaseStage.ABSENT, ended_as=CaseOutcome.RETURNED)
        assert told(again) == [Move(CaseAction.CLOSE, TODAY, CaseOutcome.RETURNED)]

    def test_watches_the_return_of_a_lost_child_that_the_registers_tell_of_only_afterwards(self):
        back = DAY + timedelta(3)
        lost = matter(Tier.LOSS_REPORT, done=FILED, settled=back)
        assert told(None, lost) == [
            Move(CaseAction.NOTE_ABSENCE, DAY), Move(CaseAction.NOTE_LOSS, FILED), Move(CaseAction.NOTE_RETURN, back),
        ]  # fmt: skip
        assert told(None, matter(settled=back)) == []
        assert told(case(CaseStage.CLOSED, closed_on=DAY), lost) == []

    def test_a_loss_reported_when_the_child_is_back_counts_as_lost(self):
        back = DAY + timedelta(3)
        lost = matter(Tier.LOSS_REPORT, done=FILED, settled=back)
        returned = case(CaseStage.RETURNED)
        assert told(returned, lost) == [Move(CaseAction.NOTE_LOSS, FILED), Move(CaseAction.NOTE_RETURN, back)]
        assert told(returned._replace(was_lost=True), lost) == []

    @pytest.mark.parametrize("standing", [Standing.GONE, Standing.SUSPENDED, Standing.GRADUATED, Standing.DECEASED])
    def test_leaves_a_case_to_people_when_the_child_has_gone(self, standing):
        assert told(case(CaseStage.ABSENT), matter(), standing=standing) == []


days = st.integers(0, 60).map(lambda number: DAY + timedelta(number))
matters = st.lists(
    st.builds(
        lambda tier, on, done, back: Matter(tier, on, done, back and on + timedelta(back)),
        st.sampled_from(sorted(CASE_TIERS)),
        days,
        st.one_of(st.none(), days),
        st.one_of(st.none(), st.integers(1, 30)),
    ),
    max_size=5,
)
files = st.one_of(
    st.none(),
    st.builds(
        lambda stage, since, closed, hand, dropped: CaseFile(
            stage,
            since,
            since + timedelta(closed) if stage is CaseStage.CLOSED else None,
            hand,
            stage == "reported_lost",
            dropped_on=dropped,
        ),
        st.sampled_from(CaseStage),
        days,
        st.integers(0, 30),
        st.booleans(),
        st.one_of(st.none(), days),
    ),
)


@given(files, st.sampled_from([Standing.ATTENDING, Standing.DROPPED_OUT, Standing.GONE]), days, matters)
def test_the_engine_keeps_to_the_table_and_comes_to_rest(file, standing, since, found):
    for _ in range(2):
        moves = follow(file, standing, since, found, today=TODAY)
        for move in moves:
            stage = file.stage if file else None
            assert stage in TRANSITIONS[move.action].sources
            assert Actor.ENGINE in TRANSITIONS[move.action].actors
            target = TRANSITIONS[move.action].target
            opened = file is None or file.stage is CaseStage.CLOSED
            file = CaseFile(
                target,
                move.day if opened else file.since,
                move.day if target is CaseStage.CLOSED else None,
                False if opened else file.is_by_hand,
                (not opened and file.was_lost) or target in (CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT),
                dropped_on=move.day if target is CaseStage.DROPPED_OUT else file and file.dropped_on,
            )
        if not moves:
            return
    raise AssertionError("it does not come to rest")
