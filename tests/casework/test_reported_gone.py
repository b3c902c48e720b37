"""已离校 reported by a teacher: the loss is owed that day whatever the run, and the return after it."""

from datetime import date, timedelta

import pytest

from casework import engine
from casework.actions import acts, cases, concerns
from casework.models import Case, ConcernReport, Obligation
from casework.ruleset import Tier
from casework.stages import CaseStage
from casework.steps import Concern
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, school_days

TUESDAY, WEDNESDAY = MONDAY + timedelta(1), MONDAY + timedelta(2)
SATURDAY = FRIDAY + timedelta(1)


@pytest.fixture
def gone(scene):
    """``gone(MONDAY)``: the second child is reported gone on a day."""

    def gone(day):
        return cases.raise_concern(
            by=scene.teacher, scope=cast.scope(scene.teacher), student=scene.children[1], concern=Concern.LEFT, note="",
            today=day,
        )  # fmt: skip

    return gone


@pytest.fixture
def take(scene, clock):
    """Take the register of a day, with the second child absent or (None) there."""

    def take(day, kind="unexcused"):
        clock.move_to(at(day))
        scene.take(day, **({"second": kind} if kind else {}))

    return take


def owed(tier=Tier.LOSS_REPORT):
    rows = Obligation.objects.standing().filter(tier=tier).order_by("key")
    return [(row.key, row.triggered_on, row.due_on, row.run_start, row.run_days) for row in rows]


def agreed():
    """Whether a full recomputation finds nothing to change."""
    counts = engine.escalate(through=MONDAY + timedelta(20))
    return (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)


class TestWithoutARun:
    def test_the_loss_is_owed_that_day_by_the_day(self, gone):
        gone(MONDAY)
        assert owed() == [(MONDAY, MONDAY, MONDAY, None, 0)]
        assert Case.objects.get().stage == CaseStage.ABSENT

    def test_on_a_day_off_it_is_due_on_the_next_school_day(self, gone):
        gone(SATURDAY)
        assert owed() == [(SATURDAY, SATURDAY, MONDAY, None, 0)]

    def test_the_run_that_follows_asks_for_no_second_report(self, gone, take, scene):
        gone(SATURDAY)
        for day in school_days(MONDAY, 11):
            take(day)
        assert owed() == [(SATURDAY, SATURDAY, MONDAY, None, 0)]
        assert agreed()

    def test_the_first_day_seen_asks_for_the_return(self, gone, take, scene):
        gone(MONDAY)
        acts.file_report(by=scene.teacher, student=scene.children[1], day=MONDAY, kind=Tier.LOSS_REPORT, today=MONDAY)
        assert Case.objects.get().stage == CaseStage.REPORTED_LOST
        take(TUESDAY, None)
        assert owed(Tier.RETURN_REPORT) == [(MONDAY, TUESDAY, TUESDAY, None, 0)]
        assert Case.objects.get().stage == CaseStage.RETURNED
        assert agreed()

    def test_seen_again_and_away_again_is_another_matter(self, gone, take):
        gone(MONDAY)
        take(TUESDAY, None)
        for day in school_days(WEDNESDAY, 10):
            take(day)
        assert [key for key, *_ in owed()] == [MONDAY, WEDNESDAY]

    def test_the_register_of_that_very_day_makes_it_one_of_the_run(self, gone, take):
        gone(MONDAY)
        take(MONDAY)
        assert owed() == [(MONDAY, MONDAY, MONDAY, MONDAY, 1)]
        assert agreed()


class TestWithinARun:
    def test_the_loss_is_owed_at_once_by_the_runs_first_day(self, gone, take):
        take(MONDAY)
        take(TUESDAY)
        gone(TUESDAY)
        assert owed() == [(MONDAY, TUESDAY, TUESDAY, MONDAY, 2)]

    def test_ten_days_later_it_is_not_owed_again(self, gone, take):
        take(MONDAY)
        gone(MONDAY)
        for day in school_days(TUESDAY, 10):
            take(day)
        assert owed() == [(MONDAY, MONDAY, MONDAY, MONDAY, 1)]
        assert agreed()

    def test_the_return_follows(self, gone, take):
        take(MONDAY)
        gone(MONDAY)
        take(TUESDAY, None)
        assert owed(Tier.RETURN_REPORT) == [(MONDAY, TUESDAY, TUESDAY, MONDAY, 1)]


class TestTakenBack:
    def test_the_loss_is_withdrawn_with_the_reason(self, gone, scene):
        gone(MONDAY)
        concerns.take_back(by=scene.teacher, concern=ConcernReport.objects.get(), today=MONDAY)
        assert owed() == []
        assert Obligation.objects.get(tier=Tier.LOSS_REPORT).withdrawn_reason == "撤回预警"
        case = Case.objects.get()
        assert (case.stage, case.outcome) == ("closed", "false_alarm")

    def test_the_next_day_begins_anew(self, gone, scene):
        gone(MONDAY)
        concerns.take_back(by=scene.teacher, concern=ConcernReport.objects.get(), today=MONDAY)
        gone(TUESDAY)
        assert owed() == [(TUESDAY, TUESDAY, TUESDAY, None, 0)]


def test_other_concerns_owe_nothing(scene):
    cases.raise_concern(
        by=scene.teacher, scope=cast.scope(scene.teacher), student=scene.children[1], concern=Concern.WEARY, note="",
        today=MONDAY,
    )  # fmt: skip
    assert owed() == []


def test_nothing_is_owed_for_a_day_before_the_first_term(scene):
    child = scene.children[1]
    ConcernReport.objects.create(student=child, day=date(2026, 8, 30), kind="left", recorded_at=at(MONDAY))
    engine.escalate(through=MONDAY)
    assert owed() == []
