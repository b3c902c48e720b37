"""Two people at once: one child verified, reported or answered for, one class stood in for. PostgreSQL only."""

from datetime import timedelta

import pytest
from django.db import connection

from students.actions import alerts, registers, substitutes
from students.models import AbsenceMark, MarkCorrection, MissingAlert, Notice, Posting, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def test_a_reason_found_out_twice_at_once_is_the_first_ones(scene):
    scene.take(FRIDAY, first="unverified")
    scene.take(FRIDAY, "PM", first="unverified")
    child = {"school_class": scene.school_class.pk, "student": scene.children[0].pk, "day": FRIDAY, "today": MONDAY}

    def verifier(by, kind):
        scope = cast.scope(by)
        return lambda: registers.verify(by=by, scope=scope, kind=kind, **child)

    outcomes = all_at_once(verifier(scene.teacher, "sick_leave"), verifier(scene.clerk, "unexcused"))
    assert sorted(outcomes) == [0, 2]
    assert len(set(AbsenceMark.objects.values_list("kind", flat=True))) == 1
    assert MarkCorrection.objects.count() == 2


def test_a_child_missed_by_two_at_once_is_reported_once_and_answered_once(scene):
    place = {"school_class": scene.school_class.pk, "student": scene.children[0].pk, "slot": "AM", "today": MONDAY}

    def reporter(by):
        scope = cast.scope(by)
        return lambda: alerts.report(by=by, scope=scope, **place)

    teachers = [cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class) for _ in range(3)]
    outcomes = all_at_once(*[reporter(teacher) for teacher in teachers])
    assert len({alert.pk for alert in outcomes}) == MissingAlert.objects.count() == Notice.objects.count() == 1

    def answerer(by, words):
        scope = cast.scope(by)
        return lambda: alerts.answer(by=by, scope=scope, alert=outcomes[0].pk, answer=words)

    answers = all_at_once(answerer(scene.teacher, "present"), answerer(scene.clerk, "absent"))
    assert sum(isinstance(each, alerts.AlertRefused) for each in answers) == 1
    [kept] = [each for each in answers if isinstance(each, MissingAlert)]
    assert MissingAlert.objects.get().answer == kept.answer


def test_two_substitutes_appointed_at_once_are_one(scene):
    people = [cast.person(role=Role.PRINCIPAL, school=scene.school) for _ in range(2)]
    days = {"first_day": MONDAY, "last_day": MONDAY + timedelta(days=3), "today": MONDAY}

    def appointer(person):
        by = {"by": scene.clerk, "scope": cast.scope(scene.clerk)}
        return lambda: substitutes.appoint(**by, school_class=scene.school_class, person=person, reason="病假", **days)

    outcomes = all_at_once(*[appointer(person) for person in people])
    assert sum(isinstance(each, substitutes.SubstituteRefused) for each in outcomes) == 1, outcomes
    assert Posting.objects.filter(is_substitute=True).count() == 1
