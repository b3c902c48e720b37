"""Registers sent truly at the same time: two people, two connections, one class. PostgreSQL only."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection, connections

from casework.models import Obligation
from students.actions import registers
from students.days import MarkKind
from students.models import AbsenceMark, AuditRow, MarkCorrection, RollCall
from tests import cast
from tests.scene import MONDAY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def all_at_once(*acts) -> list:
    """Run every act in a thread of its own, starting together; what each returned or raised."""
    barrier, outcomes = Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            barrier.wait()
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def sender(scene, slot_day, marks, *, submission=None, by=None, version=0):
    by = by or scene.teacher
    sent = {"submission": submission or uuid4(), "version": version, "marks": marks}
    scope = cast.scope(by)

    def send():
        return registers.submit(
            by=by, scope=scope, school_class=scene.school_class.pk, slot="AM", day=slot_day, today=slot_day, **sent
        )

    return send


@pytest.fixture
def days():
    """One school day a round: a race is lost only sometimes."""
    return [MONDAY.replace(day=day) for day in (1, 2, 3, 4, 7)]


def test_the_same_submission_sent_twice_at_once_is_one_register(scene, days):
    absent = {scene.children[0].pk: MarkKind.UNEXCUSED}
    for day in days:
        submission = uuid4()
        outcomes = all_at_once(*[sender(scene, day, absent, submission=submission)] * 3)
        assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True], outcomes
        assert {outcome.roll_call.version for outcome in outcomes} == {1}
    assert RollCall.objects.count() == AbsenceMark.objects.count() == len(days)
    assert AuditRow.objects.filter(action="register.submit").count() == len(days)


def test_of_two_first_registers_sent_at_once_one_wins_and_the_other_is_told(scene, days):
    first, second = scene.children[:2]
    for day in days:
        outcomes = all_at_once(
            sender(scene, day, {first.pk: MarkKind.UNEXCUSED}),
            sender(scene, day, {second.pk: MarkKind.SICK_LEAVE}, by=scene.clerk),
        )
        refused = [each for each in outcomes if isinstance(each, registers.RegisterChanged)]
        [saved] = [each for each in outcomes if isinstance(each, registers.Saved)]
        assert len(refused) == 1, outcomes
        assert refused[0].roll_call == saved.roll_call
        assert saved.roll_call.marks.count() == 1


def test_two_corrections_of_one_child_sent_at_once_are_not_overwritten_in_silence(scene, days):
    child = scene.children[0]
    for day in days:
        scene.take(day)
        outcomes = all_at_once(
            sender(scene, day, {child.pk: MarkKind.UNEXCUSED}, version=1),
            sender(scene, day, {child.pk: MarkKind.SICK_LEAVE}, version=1, by=scene.clerk),
        )
        assert sorted(type(each).__name__ for each in outcomes) == ["RegisterChanged", "Saved"], outcomes
    assert MarkCorrection.objects.count() == len(days)


def test_two_corrections_of_two_children_sent_at_once_are_joined(scene, days):
    first, second = scene.children[:2]
    for day in days:
        call = scene.take(day)
        outcomes = all_at_once(
            sender(scene, day, {first.pk: MarkKind.UNEXCUSED}, version=1),
            sender(scene, day, {second.pk: MarkKind.UNEXCUSED}, version=1, by=scene.clerk),
        )
        assert [type(each).__name__ for each in outcomes] == ["Saved", "Saved"], outcomes
        assert set(call.marks.values_list("student", flat=True)) == {first.pk, second.pk}


def test_two_hundred_copies_of_one_sending_are_one_register(scene):
    """A device that lost every answer: twenty at the same moment, ten times over."""
    child, submission = scene.children[0], uuid4()
    send = sender(scene, MONDAY, {child.pk: MarkKind.UNEXCUSED}, submission=submission)
    outcomes = []
    for _ in range(10):
        outcomes += all_at_once(*[send] * 20)
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 199
    assert {outcome.roll_call.version for outcome in outcomes} == {1}
    assert RollCall.objects.count() == AbsenceMark.objects.count() == 1
    assert AuditRow.objects.filter(action="register.submit").count() == 1


def test_undone_twice_at_once_a_register_is_gone_once(scene, days):
    for day in days:
        call = scene.take(day, first="unexcused")
        undo = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "roll_call": call.pk, "version": call.version}
        outcomes = all_at_once(*[lambda undo=undo: registers.take_back(today=MONDAY, **undo)] * 2)
        # the later one finds nothing to undo: told so in words, or not found at all
        errors = [each for each in outcomes if isinstance(each, Exception)]
        assert len(errors) == 1, outcomes
        assert isinstance(errors[0], registers.RegisterRefused | RollCall.DoesNotExist)
    assert not RollCall.objects.exists()
    assert AuditRow.objects.filter(action="register.take_back").count() == len(days)


def test_a_correction_and_an_undo_sent_at_once_never_both_succeed(scene, days):
    child = scene.children[0]
    for day in days:
        call = scene.take(day)
        undo = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "roll_call": call.pk, "version": call.version}
        outcomes = all_at_once(
            sender(scene, day, {child.pk: MarkKind.UNEXCUSED}, version=call.version, by=scene.clerk),
            lambda undo=undo: registers.take_back(today=MONDAY, **undo),
        )
        refused = [each for each in outcomes if isinstance(each, registers.RegisterRefused)]
        assert len(refused) == 1, outcomes
        stands = RollCall.objects.filter(day=day)
        assert stands.exists() == isinstance(outcomes[0], registers.Saved)
        stands.filter(marks=None).delete()


def test_two_slots_of_one_day_sent_at_once_owe_one_contact(scene, days):
    child = scene.children[0]
    scope = cast.scope(scene.teacher)

    def send(day, slot):
        return lambda: registers.submit(
            by=scene.teacher, scope=scope, school_class=scene.school_class.pk, day=day, slot=slot,
            marks={child.pk: MarkKind.UNEXCUSED}, submission=uuid4(), version=0, today=MONDAY,
        )  # fmt: skip

    for day in days:
        outcomes = all_at_once(send(day, "AM"), send(day, "PM"))
        assert all(isinstance(each, registers.Saved) for each in outcomes), outcomes
    contacts = Obligation.objects.filter(tier="contact", student=child)
    assert sorted(contacts.values_list("key", flat=True)) == days
