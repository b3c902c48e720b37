"""Two clerks truly at the same time. PostgreSQL only."""

from uuid import uuid4

import pytest
from django.db import connection

from students.actions import transfers
from students.actions.enrolment import EventsChanged, record_event
from students.actions.transfers import TransferRefused
from students.enrolment import EventKind, ImpossibleEvent
from students.models import Enrolment, EnrolmentEvent, Role, Transfer
from tests import cast
from tests.scene import MONDAY
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def recorder(scene, kind, *, submission=None, seen=None, **more):
    def record():
        child = scene.children[0]
        sent = {"submission": submission or uuid4(), "seen": seen, "happened_on": MONDAY, "today": MONDAY}
        return record_event(by=scene.clerk, student=child, kind=kind, **sent, **more)

    return record


def test_the_same_form_sent_four_times_at_once_is_one_event(scene):
    outcomes = all_at_once(*[recorder(scene, EventKind.LEAVE_COUNTRY, submission=(one := uuid4()))] * 4)
    assert len({event.pk for event in outcomes}) == 1
    assert EnrolmentEvent.objects.filter(submission=one).count() == 1


def test_of_two_clerks_the_second_is_told(scene):
    seen = scene.children[0].events.get().pk
    outcomes = all_at_once(
        recorder(scene, EventKind.LEAVE_COUNTRY, seen=seen), recorder(scene, EventKind.SUSPEND, seen=seen)
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, EventsChanged)]
    assert len(refused) == 1
    assert scene.children[0].events.count() == 2


def test_a_transfer_is_answered_once(scene):
    far = cast.school_class(cast.school("西岭小学"))
    clerk = cast.person("罗芳", role=Role.REGISTRY_CLERK, school=far.school)
    transfer = transfers.send_out(
        by=scene.clerk, student=scene.children[0], happened_on=MONDAY, to_school=far.school, today=MONDAY
    )

    def accept():
        return transfers.accept(by=clerk, transfer=transfer, school_class=far, happened_on=MONDAY, today=MONDAY)

    def refuse():
        return transfers.refuse(by=clerk, transfer=transfer, reason="没有来", today=MONDAY)

    outcomes = all_at_once(accept, refuse, accept)
    assert sum(isinstance(outcome, TransferRefused) for outcome in outcomes) == 2
    accepted = Transfer.objects.get().answer == "accepted"
    assert Enrolment.objects.filter(student=scene.children[0], until=None).exists() is accepted


def test_events_that_exclude_each_other_do_not_both_stand(scene):
    outcomes = all_at_once(*[recorder(scene, EventKind.DECEASE)] * 2)
    assert sum(isinstance(outcome, ImpossibleEvent) for outcome in outcomes) == 1
