"""The year's turn of a school: planned, looked at, carried out once, taken back without a trace, confirmed."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from casework.models import AbsenceRun
from students.actions import year_turn as turns
from students.actions.enrolment import rebuild, record_event
from students.enrolment import EventKind, ImpossibleEvent
from students.models import (
    AuditRow,
    Enrolment,
    EnrolmentEvent,
    HandOver,
    HandOverChild,
    RegistryLine,
    Role,
    School,
    Suspension,
    Term,
)
from students.queries.registers import roster
from students.queries.year_turn import later_events, mark_of_plan, outcome_of, standing_turn, usual_receiver
from students.turning import TurnRefused
from tests import cast
from tests.examples import examples
from tests.scene import MONDAY
from tests.students.cohorts import EVE, FIRST, YEAR, Primary


def intervals() -> list[tuple]:
    columns = ("student", "school_class", "standing", "since", "until", "spell")
    return sorted(Enrolment.objects.values_list(*columns), key=str)


def lines_of_registry() -> list[tuple]:
    return sorted(RegistryLine.objects.values_list("student", "school_class", "standing", "since"), key=str)


@pytest.fixture
def primary(db, clock) -> Primary:
    return Primary()


@pytest.fixture
def planned(primary):
    return primary.begin()


def kinds_of(child) -> list[tuple]:
    rows = EnrolmentEvent.objects.effective().filter(student=child).order_by("happened_on", "order")
    return list(rows.values_list("kind", "happened_on", "school_class"))[1:]


class TestThePlan:
    def test_begins_with_what_is_usual(self, primary, planned):
        rows = {row.school_class: row for row in planned.classes.all()}
        assert rows.keys() == {primary.third, primary.final}  # classes without children have nothing to turn
        assert (rows[primary.third].kind, rows[primary.third].to_class) == ("promote", None)
        graduating = rows[primary.final]
        assert (graduating.kind, graduating.to_school, graduating.due_on) == (
            "graduate",
            primary.junior,
            date(2026, 9, 16),
        )
        assert not EnrolmentEvent.objects.exclude(kind="enrol").exists()

    def test_is_begun_once(self, primary, planned):
        assert primary.begin() == planned
        assert AuditRow.objects.filter(action="year_turn.begin").count() == 1

    def test_sends_graduates_where_most_went_before(self, primary):
        other = cast.school("东坪二中", kind=School.Kind.JUNIOR)
        assert usual_receiver(primary.school) is None  # two in the township, none used yet
        moment = {"sent_at": timezone.now(), "sent_by": primary.clerk, "due_on": date(2025, 9, 16)}
        made = HandOver.objects.create(
            kind="to_junior", from_class=primary.final, from_school=primary.school, to_school=other, school_year=2025,
            **moment,
        )  # fmt: skip
        HandOverChild.objects.create(hand_over=made, student=primary.leaving[0])
        assert usual_receiver(primary.school) == other.pk

    def test_of_a_nine_year_school_keeps_its_graduates(self, primary):
        primary.school.kind = School.Kind.NINE_YEAR
        assert usual_receiver(primary.school) == primary.school.pk

    def test_changed_by_two_people_keeps_the_first_change(self, primary, planned):
        seen = mark_of_plan(planned)
        chosen = {"into": {primary.third.pk: primary.beside.pk}, "receivers": {}, "graduation_day": EVE, "seen": seen}
        turns.choose(by=primary.clerk, year_turn=planned, **chosen)
        with pytest.raises(turns.TurnChanged, match="没有保存"):
            turns.choose(by=primary.head, year_turn=planned, **chosen | {"into": {primary.third.pk: None}})
        assert planned.classes.get(school_class=primary.third).to_class == primary.beside

    def test_refuses_a_child_two_grades_away(self, primary, planned):
        far = cast.school_class(primary.school, "202501")
        with pytest.raises(TurnRefused, match="只能相差一个年级"):
            turns.place_apart(by=primary.clerk, year_turn=planned, student=primary.children[0], to_class=far)
        assert not planned.children.exists()

    def test_refuses_a_child_of_another_school(self, primary, planned):
        stranger = cast.student(cast.school_class(cast.school("西岭小学"), "202301"))
        with pytest.raises(TurnRefused, match="不在本校"):
            turns.place_apart(by=primary.clerk, year_turn=planned, student=stranger, to_class=primary.second)


class TestCarryingOut:
    def test_promotes_every_class_and_graduates_the_last(self, primary, planned):
        primary.carry_out(planned)
        assert kinds_of(primary.children[0]) == [("promote", FIRST, primary.third.pk)]
        assert kinds_of(primary.leaving[0]) == [("graduate", EVE, None)]
        assert not Enrolment.objects.on(EVE).filter(student__in=primary.leaving).exists()
        assert Enrolment.objects.on(EVE).filter(student__in=primary.children).count() == 3
        assert planned.events.count() == 5

    def test_keeps_one_spell_and_what_rebuilding_gives(self, primary, planned):
        primary.carry_out(planned)
        assert set(primary.children[0].enrolments.values_list("spell", flat=True)) == {1}
        assert rebuild([child.pk for child in primary.children + primary.leaving]) == 0

    def test_sends_each_child_where_it_was_put(self, primary, planned):
        goes_on, repeats, skips = primary.children
        turns.place_apart(by=primary.clerk, year_turn=planned, student=repeats, to_class=primary.second)
        turns.place_apart(by=primary.clerk, year_turn=planned, student=skips, to_class=primary.fourth)
        primary.carry_out(planned)
        assert kinds_of(repeats) == [("repeat", FIRST, primary.second.pk)]
        assert kinds_of(skips) == [("skip", FIRST, primary.fourth.pk)]
        expected = {room: [row.student for row in roster(room, FIRST)] for room in (primary.second, primary.fourth)}
        assert expected == {primary.second: [repeats], primary.fourth: [skips]}
        assert [row.student for row in roster(primary.third, FIRST)] == [goes_on]

    def test_hands_the_graduates_over(self, primary, planned):
        primary.carry_out(planned)
        hand_over = HandOver.objects.get()
        assert (hand_over.from_class, hand_over.to_school, hand_over.due_on) == (
            primary.final,
            primary.junior,
            date(2026, 9, 16),
        )
        assert {row.student for row in hand_over.children.all()} == set(primary.leaving)
        assert set(hand_over.children.values_list("state", flat=True)) == {"awaited"}

    def test_leaves_who_is_suspended_where_it_is(self, primary, planned):
        child = primary.children[0]
        record_event(by=None, student=child, kind=EventKind.SUSPEND, happened_on=date(2026, 4, 1), today=MONDAY)
        primary.carry_out(planned)
        assert kinds_of(child) == [("suspend", date(2026, 4, 1), None)]

    def test_twice_by_the_same_person_is_once(self, primary, planned):
        seen = outcome_of(planned).mark
        for _ in range(2):
            primary.carry_out(planned, seen=seen)
        assert planned.events.count() == 5
        assert AuditRow.objects.filter(action="year_turn.carry_out").count() == 1

    def test_by_a_second_person_is_refused_in_words(self, primary, planned):
        primary.carry_out(planned)
        with pytest.raises(turns.TurnChanged, match="何静在2026年9月7日 7:40已经执行"):
            primary.carry_out(planned, by=primary.head)
        assert planned.events.count() == 5

    def test_of_what_was_not_looked_at_is_refused(self, primary, planned):
        seen = outcome_of(planned).mark
        cast.student(primary.third, "马远")
        with pytest.raises(turns.TurnChanged, match="名单有变动"):
            primary.carry_out(planned, seen=seen)
        assert not planned.events.exists()

    @pytest.mark.parametrize(("today", "may"), [(date(2026, 8, 30), False), (EVE, True), (FIRST, True)])
    def test_waits_for_the_eve_of_the_year(self, today, may, primary, planned):
        if may:
            primary.carry_out(planned, today=today)
        else:
            with pytest.raises(TurnRefused, match="最早可以在2026年8月31日"):
                primary.carry_out(planned, today=today)
        assert planned.events.exists() is may

    def test_waits_for_open_requests(self, primary, planned):
        Suspension.objects.create(
            student=primary.children[0], ground="illness", reason="骨折", starts_on=MONDAY, ends_on=date(2026, 12, 1),
            requested_at=timezone.now(), requested_by=primary.clerk,
        )  # fmt: skip
        with pytest.raises(TurnRefused, match="有1名学生的申请要先办结"):
            primary.carry_out(planned)
        assert not planned.events.exists()

    def test_asks_for_a_receiving_school(self, primary, planned):
        planned.classes.update(to_school=None)
        with pytest.raises(TurnRefused, match="还没有选接收学校"):
            primary.carry_out(planned)
        assert not planned.events.exists()

    def test_ends_the_runs_of_graduates(self, primary, planned):
        teacher = cast.person("沈明", role=Role.HOMEROOM_TEACHER, school_class=primary.final)
        teacher.postings.update(since=date(2026, 3, 1))
        Term.objects.create(school_year=2025, number=2, start=date(2026, 3, 2), end=date(2026, 7, 10))
        for day in (7, 8, 9):
            cast.take_register(
                teacher, primary.final, date(2026, 7, day), today=MONDAY, child=(primary.leaving[0], "unexcused")
            )
        assert AbsenceRun.objects.get().ended_on is None
        primary.carry_out(planned)
        assert AbsenceRun.objects.get().ended_on == EVE


class TestTakingBack:
    def test_leaves_every_interval_as_it_was(self, primary, planned):
        before, lines = intervals(), lines_of_registry()
        turns.place_apart(by=primary.clerk, year_turn=planned, student=primary.children[0], to_class=primary.second)
        primary.carry_out(planned)
        assert intervals() != before
        turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        assert (intervals(), lines_of_registry()) == (before, lines)
        assert EnrolmentEvent.objects.filter(kind="void").count() == 5

    def test_withdraws_the_hand_over_and_keeps_the_plan(self, primary, planned):
        turns.place_apart(by=primary.clerk, year_turn=planned, student=primary.children[0], to_class=primary.second)
        primary.carry_out(planned)
        turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        assert HandOver.objects.get().withdrawn_by == primary.head
        again = standing_turn(primary.school, YEAR)
        assert again != planned
        assert again.children.get().student == primary.children[0]
        primary.carry_out(again)
        assert kinds_of(primary.leaving[0]) == [("graduate", EVE, None)]
        assert HandOver.objects.filter(withdrawn_at=None).count() == 1

    def test_is_blocked_by_who_has_moved_on(self, primary, planned):
        primary.carry_out(planned)
        record_event(
            by=None, student=primary.children[1], kind=EventKind.CLASS_MOVE, happened_on=date(2026, 9, 3),
            school_class=primary.beside, today=MONDAY,
        )  # fmt: skip
        assert [event.student for event in later_events(planned)] == [primary.children[1]]
        with pytest.raises(TurnRefused, match="有1名学生又登记了新的变动"):
            turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        assert not EnrolmentEvent.objects.filter(kind="void").exists()

    def test_is_not_blocked_by_what_stood_before(self, primary, planned):
        record_event(
            by=None, student=primary.children[1], kind=EventKind.SUSPEND, happened_on=date(2026, 9, 3), today=MONDAY
        )
        before = intervals()
        primary.carry_out(planned)
        turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        assert intervals() == before

    def test_is_over_once_confirmed(self, primary, planned):
        primary.carry_out(planned)
        turns.confirm(by=primary.head, year_turn=planned)
        turns.confirm(by=primary.head, year_turn=planned)
        assert AuditRow.objects.filter(action="year_turn.confirm").count() == 1
        with pytest.raises(TurnRefused, match="已经确认"):
            turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)

    def test_a_second_time_is_refused_in_words(self, primary, planned):
        primary.carry_out(planned)
        turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        with pytest.raises(turns.TurnChanged, match="没有再撤回"):
            turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        with pytest.raises(turns.TurnChanged, match="没有确认"):
            turns.confirm(by=primary.head, year_turn=planned)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([kind for kind in EventKind if kind not in (EventKind.VOID, EventKind.PROMOTE)]),
        st.integers(-60, 6),
        st.booleans(),
    ),
    max_size=8,
)


class ThereAndBackTests(TestCase):
    """Whatever has happened to the children around the turn, carrying it out and taking it back changes nothing."""

    def setUp(self):
        self.primary = Primary()

    @settings(max_examples=examples(20))
    @given(STEPS)
    def test_intervals_and_lines_are_what_they_were(self, steps):
        primary = self.primary
        children = primary.children + primary.leaving
        for child, kind, days, beside in steps:
            room = primary.beside if beside else primary.fourth
            day = date.fromordinal(FIRST.toordinal() + days)
            try:
                record_event(
                    by=None, student=children[child], kind=kind, happened_on=day, school_class=room, today=MONDAY,
                    submission=uuid4(),
                )  # fmt: skip
            except ImpossibleEvent:
                continue
        planned = primary.begin()
        before, lines = intervals(), lines_of_registry()
        primary.carry_out(planned)
        done = intervals()
        assert rebuild([child.pk for child in children]) == 0
        assert intervals() == done
        again = turns.take_back(by=primary.head, year_turn=planned, today=MONDAY)
        assert (intervals(), lines_of_registry()) == (before, lines)
        primary.carry_out(again)
        assert intervals() == done
