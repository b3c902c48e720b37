"""A month entered by two people truly at the same time. PostgreSQL only."""

from uuid import uuid4

import pytest
from django.db import connection

from casework.models import AbsenceRun
from students.actions import months
from students.actions.registers import RegisterRefused, Saved
from students.days import MarkKind, Slot
from students.models import AbsenceMark, AuditRow, RollCall
from students.month_entry import Entered, Place
from tests import cast
from tests.scene import MONDAY, clock, scene, school_days
from tests.students.test_register_races import all_at_once, sender

__all__ = ["clock", "scene"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only there two transactions write at once"),
]
SEPTEMBER = MONDAY.replace(day=1)
DAYS = school_days(SEPTEMBER, 4)


def entering(scene, child, *, by=None, days=DAYS, submission=None):
    """Who enters the mornings of ``days`` with ``child`` missing from all of them."""
    by, submission = by or scene.teacher, submission or uuid4()
    scope = cast.scope(by)
    entered = [Entered(Place(day, Slot.AM), 0, {child.pk: MarkKind.UNEXCUSED}) for day in days]

    def enter():
        return months.submit_month(
            by=by, scope=scope, school_class=scene.school_class.pk, month=SEPTEMBER, registers=entered,
            submission=submission, today=MONDAY,
        )  # fmt: skip

    return enter


def test_the_same_month_sent_three_times_at_once_is_written_once(scene):
    outcomes = all_at_once(*[entering(scene, scene.children[0], submission=uuid4())] * 3)
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True], outcomes
    assert RollCall.objects.count() == AbsenceMark.objects.count() == len(DAYS)
    assert AuditRow.objects.filter(action="register.submit_month").count() == 1
    assert AbsenceRun.objects.get().days == len(DAYS)


def test_of_two_people_who_disagree_one_saves_all_and_the_other_nothing(scene):
    first, second = scene.children[:2]
    outcomes = all_at_once(entering(scene, first), entering(scene, second, by=scene.clerk))
    [saved] = [each for each in outcomes if isinstance(each, months.SavedMonth)]
    [changed] = [each for each in outcomes if isinstance(each, months.MonthChanged)]
    assert saved.taken == len(changed.children) == len(DAYS)
    assert AbsenceMark.objects.values("student").distinct().count() == 1


def test_of_two_people_who_say_the_same_the_second_has_nothing_left_to_save(scene):
    child = scene.children[0]
    outcomes = all_at_once(entering(scene, child), entering(scene, child, by=scene.clerk))
    assert sorted(type(each).__name__ for each in outcomes) == ["RegisterRefused", "SavedMonth"], outcomes
    assert set(RollCall.objects.values_list("version", flat=True)) == {1}


def test_a_register_and_a_month_sent_at_once_lose_neither(scene):
    first, second = scene.children[:2]
    for day in DAYS:
        outcomes = all_at_once(
            sender(scene, day, {second.pk: MarkKind.LATE}), entering(scene, first, by=scene.clerk, days=[day])
        )
        saved = [each for each in outcomes if isinstance(each, Saved | months.SavedMonth)]
        assert len(saved) == 1, outcomes
        assert [each for each in outcomes if isinstance(each, RegisterRefused)], outcomes
        assert RollCall.objects.get(day=day).marks.count() == 1
