"""The case of a confirmed 动摇生: opened or noted with it, and ended with it where nothing else keeps it open."""

import pytest
from django.utils import timezone

from casework.actions import cases, watches
from casework.clock import DUTIES
from casework.models import Case, CaseEvent
from casework.queries.case_facts import is_wavering
from casework.stages import CaseOutcome
from casework.steps import Concern
from students.models import SpecialGroup
from tests.casework.watching import by, confirmed, ended, proposed
from tests.scene import MONDAY


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def wavering(scene, child):
    """The first child is a confirmed 动摇生 in the care of its 班主任."""
    return confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher)


class TestTheCase:
    def test_is_opened_with_the_confirmation(self, wavering, child):
        case = Case.objects.get()
        assert (case.student, case.stage, case.concern) == (child, "watch", Concern.LEAVING_TO_WORK)
        event = CaseEvent.objects.get()
        assert (event.action, event.note, event.details["watch"]) == (
            "raise_concern",
            "两次说要去广东打工",
            wavering.pk,
        )
        assert is_wavering(case)

    def test_is_not_opened_for_the_other_kinds(self, scene, child):
        for kind in ("hardship", "learning_difficulty"):
            confirmed(scene.clerk, proposed(scene.teacher, child, kind), scene.teacher)
        assert not Case.objects.exists()

    def test_that_stands_keeps_its_concern_and_says_so(self, scene, child):
        cases.raise_concern(student=child, concern=Concern.MARRYING, note="", **by(scene.teacher))
        confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher)
        assert Case.objects.get().concern == Concern.MARRYING
        assert CaseEvent.objects.latest("pk").label == "认定动摇生"

    def test_nothing_of_it_stays_where_confirming_fails(self, scene, child, monkeypatch):
        def broken(*_, **__):
            raise RuntimeError

        row = proposed(scene.teacher, child)
        monkeypatch.setattr("casework.actions.watch_cases.case_engine.move_one", broken)
        with pytest.raises(RuntimeError):
            confirmed(scene.clerk, row, scene.teacher)
        row.refresh_from_db()
        assert row.state == "proposed"
        assert not SpecialGroup.objects.exists()

    def test_ends_with_what_alone_opened_it(self, scene, wavering):
        ended(scene.clerk, wavering)
        case = Case.objects.get()
        assert (case.stage, case.outcome) == ("closed", CaseOutcome.SETTLED)

    def test_goes_on_where_a_concern_was_reported_as_well(self, scene, wavering, child):
        cases.raise_concern(student=child, concern=Concern.WEARY, note="", **by(scene.teacher))
        ended(scene.clerk, wavering)
        assert Case.objects.get().stage == "watch"
        assert CaseEvent.objects.latest("pk").label == "动摇生关注结束"

    def test_goes_on_where_the_child_stays_away(self, scene, wavering):
        Case.objects.update(stage="absent")
        ended(scene.clerk, wavering)
        assert Case.objects.get().stage == "absent"

    def test_that_was_there_before_goes_on(self, scene, child):
        cases.raise_concern(student=child, concern=Concern.WEARY, note="", **by(scene.teacher))
        ended(scene.clerk, confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher))
        assert Case.objects.get().stage == "watch"

    @pytest.mark.parametrize("outcome", [CaseOutcome.SETTLED, CaseOutcome.FALSE_ALARM])
    def test_is_not_closed_as_nothing_while_the_child_wavers(self, scene, wavering, outcome):
        case = Case.objects.get()
        with pytest.raises(cases.CaseRefused, match="请先在“关注学生”里结束关注"):
            cases.close(case=case, outcome=outcome, note="无事", version=case.version, **by(scene.clerk))
        assert Case.objects.get().stage == "watch"

    def test_is_opened_again_by_the_clock_where_it_ended_meanwhile(self, wavering):
        Case.objects.update(
            stage="closed", outcome="returned", closed_on=MONDAY, closed_at=timezone.now(), plan_step="", plan_on=None
        )
        for expected in (1, 0):
            assert watches.follow_watches(today=MONDAY)["opened"] == expected
        assert Case.objects.get().stage == "watch"
        assert "watches" in DUTIES
