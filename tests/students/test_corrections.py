"""A correction is a new event; what it would make impossible is refused in words, and what hangs on it follows."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework.models import Obligation
from students.actions import certificates, corrections, suspensions, transfers
from students.actions.enrolment import EventsChanged, rebuild, record_event
from students.enrolment import EventKind, ImpossibleEvent
from students.models import AuditRow, Certificate, Enrolment, EnrolmentEvent
from tests import cast
from tests.examples import examples
from tests.scene import MONDAY
from tests.students.papers import paper

BEFORE = MONDAY - timedelta(days=4)


@pytest.fixture
def child(scene):
    return scene.children[0]


def record(scene, child, kind, day=BEFORE, **more):
    return record_event(by=scene.clerk, student=child, kind=kind, happened_on=day, today=MONDAY, **more)


def correct(scene, event, day, school_class=None, **more):
    return corrections.correct(
        by=scene.clerk, event=event, happened_on=day, school_class=school_class, reason="抄错", today=MONDAY, **more
    )


def void(scene, event, **more):
    return corrections.void(by=scene.clerk, event=event, reason="没有发生", today=MONDAY, **more)


def stays(child) -> list[tuple]:
    return list(child.enrolments.order_by("since").values_list("standing", "since", "until"))


def test_a_corrected_day_moves_the_interval_and_keeps_what_was_written(scene, child):
    old = record(scene, child, EventKind.LEAVE_COUNTRY)
    made = correct(scene, old, MONDAY)
    assert stays(child) == [("attending", date(2023, 9, 1), MONDAY)]
    assert (made.corrects, made.note, made.recorded_by) == (old, "抄错", scene.clerk)
    old.refresh_from_db()
    assert old.happened_on == BEFORE
    assert AuditRow.objects.filter(action="enrolment.correct", subject_id=made.pk).count() == 1


def test_a_void_event_leaves_the_child_where_it_was_and_takes_the_duty_back(scene, child):
    event = record(scene, child, EventKind.LEAVE_COUNTRY)
    assert Obligation.objects.standing().filter(student=child, tier="change_report").exists()
    void(scene, event)
    assert stays(child) == [("attending", date(2023, 9, 1), None)]
    assert not Obligation.objects.standing().filter(student=child, tier="change_report").exists()


def test_a_later_event_that_would_no_longer_fit_is_named(scene, child):
    out = record(scene, child, EventKind.LEAVE_COUNTRY)
    record(scene, child, EventKind.OTHER_IN, MONDAY, school_class=scene.school_class)
    with pytest.raises(corrections.CorrectionRefused, match="2026年9月7日的“其他增加”就不成立了") as refused:
        void(scene, out)
    assert "没有保存" in str(refused.value)
    with pytest.raises(corrections.CorrectionRefused, match="2026年9月3日的“出国”就不成立了"):
        void(scene, child.events.get(kind="enrol"))


def test_an_event_is_corrected_once_and_the_second_is_told(scene, child):
    event = record(scene, child, EventKind.LEAVE_COUNTRY)
    correct(scene, event, MONDAY)
    with pytest.raises(corrections.CorrectionRefused, match="已经更正或作废过"):
        void(scene, event)


def test_a_correction_sent_twice_is_one(scene, child):
    event = record(scene, child, EventKind.LEAVE_COUNTRY)
    submission = uuid4()
    made = [correct(scene, event, MONDAY, submission=submission) for _ in range(2)]
    assert made[0] == made[1]
    event = child.events.effective().get(kind="leave_country")
    submission = uuid4()
    assert void(scene, event, submission=submission) == void(scene, event, submission=submission)


def test_whoever_has_not_seen_the_newest_event_is_told_what_it_was(scene, child):
    entered = child.events.get()
    record(scene, child, EventKind.LEAVE_COUNTRY)
    with pytest.raises(EventsChanged, match="何静登记了出国（2026年9月3日）"):
        correct(scene, entered, date(2023, 9, 2), scene.school_class, seen=entered.pk)


def test_an_event_moved_onto_the_day_of_another_stands_behind_it(scene, child):
    first = record(scene, child, EventKind.LEAVE_COUNTRY)
    record(scene, child, EventKind.OTHER_IN, MONDAY, school_class=scene.school_class)
    with pytest.raises(corrections.CorrectionRefused):
        correct(scene, first, MONDAY)  # behind the return, which then has nobody to bring back
    assert rebuild([child.pk]) == 0


class TestWhatHangsOnAnEvent:
    @pytest.fixture
    def far(self, scene):
        return cast.school_class(cast.school("西岭小学"))

    @pytest.fixture
    def transfer(self, scene, child, far):
        return transfers.send_out(by=scene.clerk, student=child, happened_on=BEFORE, to_school=far.school, today=MONDAY)

    def test_an_open_transfer_is_withdrawn_with_its_event(self, scene, transfer):
        void(scene, transfer.out_event)
        transfer.refresh_from_db()
        assert (transfer.answer, transfer.answered_by) == ("withdrawn", scene.clerk)

    def test_a_transfer_that_was_accepted_is_not_taken_back(self, scene, transfer, far):
        transfers.accept(by=scene.clerk, transfer=transfer, school_class=far, happened_on=BEFORE, today=MONDAY)
        with pytest.raises(corrections.CorrectionRefused, match="西岭小学已经接收"):
            void(scene, transfer.out_event)

    def test_a_transfer_in_that_is_void_gives_the_child_back_to_the_old_school(self, scene, child, transfer, far):
        joined = transfers.accept(by=scene.clerk, transfer=transfer, school_class=far, happened_on=MONDAY, today=MONDAY)
        void(scene, joined)
        transfer.refresh_from_db()
        assert (transfer.answer, transfer.in_event) == ("refused", None)
        assert child.events.get(kind="transfer_out").confirmed_on is None
        void(scene, transfer.out_event)
        assert stays(child) == [("attending", date(2023, 9, 1), None)]

    def test_papers_and_transfer_follow_a_corrected_day(self, scene, transfer):
        proof = certificates.hand_in(
            by=scene.clerk, event=transfer.out_event, kind=Certificate.Kind.CHANGE, paper=paper(), today=MONDAY
        )
        made = correct(scene, transfer.out_event, MONDAY)
        proof.refresh_from_db()
        transfer.refresh_from_db()
        assert (proof.event, transfer.out_event) == (made, made)

    def test_a_confirmed_transfer_does_not_move_behind_its_confirmation(self, scene, child, transfer, far):
        transfers.accept(by=scene.clerk, transfer=transfer, school_class=far, happened_on=MONDAY, today=MONDAY)
        with pytest.raises(corrections.CorrectionRefused):
            correct(scene, child.events.get(kind="transfer_out"), MONDAY + timedelta(days=1))

    def test_a_void_suspension_is_no_longer_approved(self, scene, child):
        request = suspensions.ask(
            by=scene.clerk,
            student=child,
            ground="illness",
            reason="骨折",
            starts_on=BEFORE,
            ends_on=MONDAY,
            today=MONDAY,
        )
        suspensions.approve(by=scene.clerk, suspension=request, paper_number="1号", today=MONDAY)
        void(scene, child.events.get(kind="suspend"))
        request.refresh_from_db()
        assert (request.decision, request.event) == ("withdrawn", None)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "record", "correct", "void"]),
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.VOID]),
        st.integers(0, 30),
        st.booleans(),
        st.integers(0, 7),
    ),
    max_size=14,
)


class KeepingTests(TestCase):
    """Whatever is recorded, corrected and voided, the intervals kept are those that follow from the events."""

    def setUp(self):
        self.rooms = [cast.school_class(home := cast.school()), cast.school_class(home, "202302")]
        self.by = cast.person()

    @settings(max_examples=examples(40))
    @given(STEPS)
    def test_rebuilt_intervals_equal_those_kept(self, steps):
        child = cast.student(self.rooms[0], since=date(2025, 9, 1))
        for step, kind, days, second, which in steps:
            day, room = date(2026, 9, 1) + timedelta(days), self.rooms[second]
            standing = list(EnrolmentEvent.objects.effective().filter(student=child).order_by("pk"))
            try:
                if step == "record" or not standing:
                    record_event(by=self.by, student=child, kind=kind, happened_on=day, school_class=room, today=MONDAY)
                    continue
                event = standing[which % len(standing)]
                sent = {"by": self.by, "event": event, "reason": "抄错", "today": MONDAY}
                if step == "void":
                    corrections.void(**sent)
                else:
                    corrections.correct(happened_on=day, school_class=event.school_class and room, **sent)
            except (ImpossibleEvent, corrections.CorrectionRefused):
                continue
        kept = sorted(Enrolment.objects.values_list("school_class", "standing", "since", "until", "spell"), key=str)
        assert rebuild([child.pk]) == 0
        Enrolment.objects.all().delete()
        rebuild([child.pk])
        again = sorted(Enrolment.objects.values_list("school_class", "standing", "since", "until", "spell"), key=str)
        assert again == kept
