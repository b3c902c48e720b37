"""What is read of the registers: when they were pressed, what came from paper, neighbours; what is kept overnight."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casework import clock as ticking
from inspections.actions.reasons import keep_reasons
from inspections.models import CountReason
from inspections.queries.register_facts import class_facts
from students.actions import months, registers
from students.days import MarkKind, Slot
from students.models import Leave, RollCall
from students.month_entry import Entered, Place
from students.policy import Policy
from tests import cast
from tests.scene import at, school_days

POLICY = Policy()
TODAY = date(2026, 10, 20)
SEPTEMBER = school_days(date(2026, 9, 1), 20)


@pytest.fixture
def facts(scene):
    """What is known of the scene's class as seen on 20 October."""
    return lambda: next(facts for row, facts in class_facts(TODAY, POLICY) if row == scene.school_class)


def press(scene, clock, day, *, slot="AM", moment=None, kept_until=None, by=None):
    """The teacher takes a register at ``moment``; ``kept_until``: when the device finds a network."""
    moment = moment or at(day)
    clock.move_to(kept_until or moment)
    who = by or scene.teacher
    return registers.submit(
        by=who, scope=cast.scope(who), school_class=scene.school_class.pk, day=day, slot=Slot(slot), marks={},
        submission=uuid4(), version=0, today=(kept_until or moment).date(), taken_at=moment if kept_until else None,
    ).roll_call  # fmt: skip


def kinds() -> list[str]:
    keep_reasons(today=TODAY)
    return list(CountReason.objects.values_list("kind", flat=True))


def test_a_register_kept_by_a_device_has_the_moment_of_its_pressing(scene, clock, facts):
    day = SEPTEMBER[10]
    press(scene, clock, day, moment=at(day, 7, 50), kept_until=at(day + timedelta(days=3), 21, 0))
    [register] = facts().registers
    assert (register.taken_at, register.is_late, register.is_entered) == (at(day, 7, 50), False, False)


def test_many_kept_registers_that_arrive_together_are_no_reason(scene, clock):
    for n, day in enumerate(SEPTEMBER[8:18]):
        press(scene, clock, day, moment=at(day, 7, 40 + n), kept_until=at(SEPTEMBER[18], 21, 0))
    assert kinds() == []


def test_the_same_registers_pressed_together_afterwards_are_one(scene, clock):
    for n, day in enumerate(SEPTEMBER[12:18]):
        press(scene, clock, day, moment=at(SEPTEMBER[18], 21, n))
    assert kinds() == ["batch"]


def test_a_month_entered_from_paper_is_no_reason(scene, clock):
    clock.move_to(at(SEPTEMBER[18], 21))
    places = [Place(day, slot) for day in SEPTEMBER[1:18] for slot in (Slot.AM, Slot.PM)]
    months.submit_month(
        by=scene.teacher, scope=cast.scope(scene.teacher), school_class=scene.school_class.pk, month=date(2026, 9, 1),
        registers=[Entered(place=place, version=0, marks={}) for place in places], submission=uuid4(),
        today=SEPTEMBER[18],
    )  # fmt: skip
    assert RollCall.objects.count() == 34
    assert kinds() == []


def test_registers_of_a_workbook_are_none_though_each_says_midnight(scene):
    RollCall.objects.bulk_create(
        RollCall(school_class=scene.school_class, day=day, slot="AM", taken_by=scene.teacher, taken_at=at(day, 0, 0))
        for day in SEPTEMBER
    )
    assert kinds() == []


def test_what_is_never_verified_is_found_until_it_is(scene, clock, facts):
    children = dict(zip(("first", "second"), scene.children, strict=False))
    clock.move_to(at(SEPTEMBER[10]))
    for slot in ("AM", "PM"):
        cast.take_register(
            scene.teacher, scene.school_class, SEPTEMBER[10], slot, today=SEPTEMBER[10],
            **{name: (child, "unverified") for name, child in children.items()},
        )  # fmt: skip
    assert [each.waited for each in facts().unverified] == [facts().unverified[0].waited] * 2  # one a child and day
    assert kinds() == ["unverified"]
    registers.verify(
        by=scene.teacher, scope=cast.scope(scene.teacher), school_class=scene.school_class.pk,
        student=scene.children[0].pk, day=SEPTEMBER[10], kind=MarkKind.UNEXCUSED, today=TODAY,
    )  # fmt: skip
    assert kinds() == []


def test_what_a_leave_covers_needs_no_answer(scene, clock, facts):
    clock.move_to(at(SEPTEMBER[10]))
    scene.take(SEPTEMBER[10], first="unverified")
    Leave.objects.create(
        student=scene.children[0], first_day=SEPTEMBER[10], last_day=SEPTEMBER[10], kind="sick_leave",
        approved_at=at(SEPTEMBER[10]),
    )  # fmt: skip
    assert facts().unverified == []


def test_neighbours_are_the_other_classes_of_the_grade(scene, facts):
    beside = cast.school_class(scene.school, "202302")
    other_grade = cast.school_class(scene.school, "202402")
    far = cast.school_class(cast.school("西岭小学"), "202301")
    for number, school_class in enumerate((beside, other_grade, far), start=1):
        cast.student(school_class)
        RollCall.objects.bulk_create(
            RollCall(school_class=school_class, day=day, slot="AM", taken_at=at(day)) for day in SEPTEMBER[: number * 3]
        )
    near, county = facts().neighbours
    assert (near.label, near.days, near.size) == ("本校同年级其他班本学期", 3, 1)
    assert (county.label, county.days) == ("全县同年级其他班本学期", 12)


def test_asks_as_many_queries_for_many_classes(scene, django_assert_max_num_queries):
    for number in range(10, 20):
        cast.student(cast.school_class(scene.school, f"2023{number}"))
    with django_assert_max_num_queries(13):
        assert len(list(class_facts(TODAY, POLICY))) == 11


def test_the_clock_keeps_them_and_throws_away_those_of_the_night_before(scene, clock):
    for n, day in enumerate(SEPTEMBER[12:18]):
        press(scene, clock, day, moment=at(SEPTEMBER[18], 21, n))
    label, perform = ticking.DUTIES["count_reasons"]
    assert (label, perform(TODAY)) == ("查找清点理由", {"reasons": 1})
    assert CountReason.objects.get().facts[0] == [SEPTEMBER[12].isoformat(), "AM"]
    assert perform(TODAY + timedelta(days=90)) == {"reasons": 0}
    assert not CountReason.objects.exists()
