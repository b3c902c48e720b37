"""Recording an event, and rebuilding the intervals that follow from events."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework.models import Obligation
from students.actions.enrolment import rebuild, record_event
from students.enrolment import EventKind, ImpossibleEvent
from students.models import AuditRow, Enrolment, EnrolmentEvent
from tests import cast
from tests.examples import examples

TODAY = date(2026, 11, 20)


def intervals() -> list[tuple]:
    columns = ("student", "school_class", "standing", "since", "until", "spell")
    return sorted(Enrolment.objects.values_list(*columns), key=str)


def record(child, kind: EventKind, day: date, **more) -> EnrolmentEvent:
    return record_event(by=None, student=child, kind=kind, happened_on=day, today=TODAY, **more)


@pytest.mark.django_db
class TestRecordingAnEvent:
    @pytest.fixture(autouse=True)
    def _a_child_in_a_class(self):
        cast.terms()
        self.home = cast.school()
        self.room, self.next_room = cast.school_class(self.home), cast.school_class(self.home, "202302")
        self.child = cast.student(self.room)

    def test_the_interval_ends_and_the_next_begins(self):
        record(self.child, EventKind.SUSPEND, date(2026, 9, 10))
        rows = self.child.enrolments.order_by("since").values_list("standing", "since", "until")
        assert list(rows) == [
            ("attending", date(2023, 9, 1), date(2026, 9, 10)),
            ("suspended", date(2026, 9, 10), None),
        ]

    def test_what_follows_from_it_is_owed(self):
        record(self.child, EventKind.TRANSFER_OUT, date(2026, 9, 10), confirmed_on=date(2026, 9, 20), note="随父母外出")
        assert set(Obligation.objects.values_list("tier", flat=True)) == {"change_report", "change_evidence"}
        row = EnrolmentEvent.objects.get(kind="transfer_out")
        assert (row.confirmed_on, row.note) == (date(2026, 9, 20), "随父母外出")

    def test_one_audit_row_tells_of_it(self):
        clerk = cast.person()
        event = record_event(
            by=clerk, student=self.child, kind=EventKind.SUSPEND, happened_on=date(2026, 9, 10), today=TODAY
        )
        row = AuditRow.objects.get()
        assert (row.action, row.done_by, row.subject_id) == ("enrolment.record", clerk, event.pk)

    def test_a_second_event_of_a_day_stands_after_the_first(self):
        day = date(2026, 9, 10)
        record(self.child, EventKind.CLASS_MOVE, day, school_class=self.next_room)
        assert record(self.child, EventKind.SUSPEND, day).order == 1
        assert self.child.enrolments.get(until=None).standing == "suspended"

    def test_an_event_that_cannot_follow_is_refused_and_nothing_is_kept(self):
        before = intervals()
        with pytest.raises(ImpossibleEvent, match="不能登记休学复学"):
            record(self.child, EventKind.RESUME, date(2026, 9, 10))
        assert intervals() == before
        assert EnrolmentEvent.objects.count() == 1
        assert not AuditRow.objects.exists()

    def test_an_event_that_a_later_one_contradicts_is_refused(self):
        record(self.child, EventKind.SUSPEND, date(2026, 9, 10))
        with pytest.raises(ImpossibleEvent):
            record(self.child, EventKind.DECEASE, date(2026, 9, 5))

    def test_a_move_stays_inside_the_school(self):
        elsewhere = cast.school_class(cast.school("西坪小学"))
        with pytest.raises(ImpossibleEvent, match="本校内"):
            record(self.child, EventKind.CLASS_MOVE, date(2026, 9, 10), school_class=elsewhere)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.VOID]), st.integers(0, 40), st.booleans()
    ),
    max_size=12,
)


class RebuildingTests(TestCase):
    """The kept intervals are those that follow from the events, whatever happened and in whatever order."""

    def setUp(self):
        home = cast.school()
        self.rooms = [cast.school_class(home), cast.school_class(home, "202302")]

    @settings(max_examples=examples(25))
    @given(STEPS)
    def test_rebuilt_intervals_equal_those_kept(self, steps):
        child = cast.student(self.rooms[0], since=date(2025, 9, 1))
        for kind, days, names_second in steps:
            try:
                record(child, kind, date(2026, 9, 1) + timedelta(days), school_class=self.rooms[names_second])
            except ImpossibleEvent:
                continue
        kept = intervals()
        assert rebuild([child.pk]) == 0
        Enrolment.objects.all().delete()
        assert rebuild([child.pk]) == bool(kept)
        assert intervals() == kept
        Enrolment.objects.all().update(spell=99)
        rebuild([child.pk])
        assert intervals() == kept
