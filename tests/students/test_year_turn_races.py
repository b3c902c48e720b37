"""The year's turn and the arrival of a class, pressed by two people at the same moment. PostgreSQL only."""

import pytest
import time_machine
from django.db import connection

from students.actions import hand_over as arriving
from students.actions import year_turn as turns
from students.models import AuditRow, EnrolmentEvent, HandOver, YearTurn
from students.queries.year_turn import outcome_of
from tests import cast
from tests.scene import MONDAY, at
from tests.students.cohorts import FIRST, YEAR, Primary
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def primary(transactional_db):
    with time_machine.travel(at(MONDAY), tick=True):
        yield Primary()


def test_two_who_begin_make_one_plan(primary):
    begun = [lambda by=by: turns.begin(by=by, school=primary.school, school_year=YEAR) for by in people(primary)]
    outcomes = all_at_once(*begun)
    assert {outcome.pk for outcome in outcomes} == {YearTurn.objects.get().pk}


def test_two_who_carry_out_do_it_once_and_the_second_is_told(primary):
    planned = primary.begin()
    seen = outcome_of(planned).mark
    acts = [lambda by=by: turns.carry_out(by=by, year_turn=planned, seen=seen, today=MONDAY) for by in people(primary)]
    outcomes = all_at_once(*acts)
    [told] = [outcome for outcome in outcomes if isinstance(outcome, turns.TurnChanged)]
    assert "已经执行" in str(told)
    assert planned.events.count() == 5
    assert HandOver.objects.count() == 1


def test_taking_back_while_the_class_arrives_leaves_no_child_in_both_places(primary):
    planned = primary.begin()
    primary.carry_out(planned)
    room = cast.school_class(primary.junior, "202601", stage="junior")
    hand_over = HandOver.objects.get()
    outcomes = all_at_once(
        lambda: turns.take_back(by=primary.head, year_turn=planned, today=MONDAY),
        lambda: arriving.receive_all(by=primary.clerk, hand_over=hand_over, school_class=room, day=FIRST, today=MONDAY),
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, turns.TurnRefused | arriving.HandOverRefused)]
    assert len(refused) == 1
    taken_back = EnrolmentEvent.objects.filter(kind="void").exists()
    arrived = EnrolmentEvent.objects.filter(kind="enrol", school_class=room).exists()
    assert taken_back != arrived


def test_two_who_receive_a_class_enrol_it_once(primary):
    planned = primary.begin()
    primary.carry_out(planned)
    room = cast.school_class(primary.junior, "202601", stage="junior")
    given = {"hand_over": HandOver.objects.get(), "school_class": room, "day": FIRST, "today": MONDAY}
    outcomes = all_at_once(*[lambda by=by: arriving.receive_all(by=by, **given) for by in people(primary)])
    assert sorted(outcome.arrived for outcome in outcomes) == [0, 2]
    assert AuditRow.objects.filter(action="hand_over.receive").count() == 1


def people(primary):
    return [primary.clerk, primary.head]


def test_two_who_answer_for_one_child_enrol_it_once_and_the_second_is_told_by_name(primary):
    planned = primary.begin()
    primary.carry_out(planned)
    room = cast.school_class(primary.junior, "202601", stage="junior")
    child = HandOver.objects.get().children.first()
    given = {"child": child, "seen": "awaited", "today": MONDAY}
    outcomes = all_at_once(
        lambda: arriving.answer(by=primary.clerk, state="arrived", school_class=room, day=FIRST, **given),
        lambda: arriving.answer(by=primary.head, state="missing", **given),
    )
    [told] = [outcome for outcome in outcomes if isinstance(outcome, arriving.HandOverChanged)]
    assert str(told).startswith(("何静刚登记为“已报到”", "罗宁刚登记为“未到校”"))
