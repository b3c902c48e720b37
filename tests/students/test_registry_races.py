"""The registry's other steps, taken truly at the same time. PostgreSQL only."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from casework.workbook import import_workbooks
from students.actions import certificates, hand_over, identity, newcomers, policy, registers, residents, suspensions
from students.actions.enrolment import rebuild, record_event
from students.actions.meanwhile import marks_of
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import (
    AdoptedPolicy,
    Certificate,
    EnrolmentEvent,
    HandOver,
    HandOverChild,
    ProposedMatch,
    Resident,
    Role,
    Student,
)
from students.queries.policy import policy_of
from students.workbook.enrolment import EventSheet
from tests import cast, sweep
from tests.scene import MONDAY
from tests.students.papers import paper
from tests.students.test_register_races import all_at_once
from tests.workbook.workbooks import xlsx

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]

ROUNDS = 5  # a race is lost only sometimes
BORN = date(2014, 5, 6)


def newcomer(scene, *, number, submission=None, by=None):
    facts = {"name": "黄宁", "sex": "男", "birth_date": BORN, "id_type": "居民身份证", "id_number": number}
    identity_ = facts | {"student_number": None, "standing": "registered"}
    sent = {"submission": submission or uuid4(), "happened_on": MONDAY, "today": MONDAY}

    def enter():
        return newcomers.enter(
            by=by or scene.clerk, identity=identity_, kind=EventKind.OTHER_IN, school_class=scene.school_class, **sent
        )

    return enter


def test_a_newcomer_sent_twice_at_once_is_one_child_and_nobody_is_told_that_it_was_not_saved(scene):
    for _ in range(ROUNDS):
        number, submission = cast.identity_number(), uuid4()
        outcomes = all_at_once(*[newcomer(scene, number=number, submission=submission)] * 3)
        assert len({event.pk for event in outcomes}) == 1, outcomes
        assert Student.objects.filter(id_number=number).count() == 1


def test_of_two_clerks_who_enter_one_child_at_once_the_second_sees_the_first(scene):
    for _ in range(ROUNDS):
        number = cast.identity_number()
        outcomes = all_at_once(newcomer(scene, number=number), newcomer(scene, number=number))
        [known] = [each for each in outcomes if isinstance(each, newcomers.AlreadyKnown)]
        assert [child.id_number for child in known.children] == [number]


def test_a_number_is_given_to_one_of_two_children(scene):
    first, second = scene.children[:2]
    for serial in range(ROUNDS):
        number = f"L{serial:017d}1"
        Student.objects.filter(pk__in=[first.pk, second.pk]).update(student_number=None)

        def give(child, number=number):
            child.refresh_from_db()
            opened = marks_of(child, ("student_number",))
            return lambda: identity.change_number(by=scene.clerk, student=child, number=number, opened=opened)

        outcomes = all_at_once(give(first), give(second))
        assert sum(outcome is True for outcome in outcomes) == 1, outcomes
        [taken] = [each for each in outcomes if isinstance(each, identity.NumberTaken)]
        assert taken.holder.student_number == number


def test_a_suspension_is_approved_once(scene):
    bureau = cast.person("林岚", role=Role.BUREAU_OFFICER)
    for child in scene.children:
        asked = {"ground": "illness", "reason": "骨折", "starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=60)}
        waiting = suspensions.ask(by=scene.clerk, student=child, today=MONDAY, **asked)
        acts = [
            lambda number=number, waiting=waiting: suspensions.approve(
                by=bureau, suspension=waiting, paper_number=number, today=MONDAY
            )
            for number in ("1号", "2号")
        ]
        outcomes = all_at_once(*acts)
        assert sum(isinstance(each, suspensions.SuspensionRefused) for each in outcomes) == 1, outcomes
        assert child.events.filter(kind=EventKind.SUSPEND).count() == 1


def test_of_two_rules_for_one_day_one_stands(scene):
    bureau, other = (cast.person(name, role=Role.BUREAU_OFFICER) for name in ("林岚", "许兰"))
    for days in range(1, ROUNDS + 1):
        starts_on = MONDAY + timedelta(days=days)
        outcomes = all_at_once(
            *[
                lambda by=by, starts_on=starts_on: policy.adopt(
                    by=by, starts_on=starts_on, content=asdict(policy_of(MONDAY)), today=MONDAY
                )
                for by in (bureau, other)
            ]
        )
        assert sum(isinstance(each, policy.PolicyRefused) for each in outcomes) == 1, outcomes
        assert AdoptedPolicy.objects.filter(starts_on=starts_on).count() == 1


def test_a_paper_and_a_register_of_the_class_do_not_wait_for_each_other_in_a_circle(scene):
    child = scene.children[0]
    event = record_event(by=scene.clerk, student=child, kind=EventKind.CLASS_MOVE, happened_on=MONDAY - timedelta(5),
                         school_class=cast.school_class(scene.school, "202302"), today=MONDAY)  # fmt: skip
    moved = event.school_class
    cast.post(scene.teacher, Role.SUBJECT_TEACHER, school_class=moved)
    scope = cast.scope(scene.teacher)
    for day in (MONDAY.replace(day=day) for day in (3, 4, 7)):
        for slot in ("AM", "PM"):
            kept = paper(colour=f"#0000{day.day:02d}")

            def hand_in(kept=kept):
                return certificates.hand_in(by=scene.clerk, event=event, kind="change", paper=kept, today=MONDAY)

            def take_register(day=day, slot=slot):
                return registers.submit(
                    by=scene.teacher, scope=scope, school_class=moved.pk, slot=slot, day=day, today=MONDAY,
                    submission=uuid4(), version=0, marks={child.pk: MarkKind.UNEXCUSED},
                )  # fmt: skip

            outcomes = all_at_once(hand_in, take_register)
            assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
    assert Certificate.objects.filter(event=event).count() == 3


def test_an_import_sees_what_a_form_has_recorded_while_it_was_reading(scene, monkeypatch):
    """Judged by events read before, the child would be moved to another class after it has left the country."""
    child, room = scene.children[0], cast.school_class(scene.school, "202302")
    row = {"发生日期": "2026-09-07", "学籍号": child.student_number, "变动类型": "转班", "班号": room.number}
    read, asked = EventSheet._last_registers, []

    def let_a_form_through(sheet, known):
        if not asked:
            [left] = asked[:] = all_at_once(
                lambda: record_event(
                    by=scene.clerk, student=child, kind=EventKind.LEAVE_COUNTRY,
                    happened_on=MONDAY - timedelta(days=3), today=MONDAY,
                )
            )  # fmt: skip
            assert isinstance(left, EnrolmentEvent), left
        return read(sheet, known)

    monkeypatch.setattr(EventSheet, "_last_registers", let_a_form_through)
    sheets = {"学籍变动": [row | {"学校标识码": scene.school.code}]}
    outcome = import_workbooks([xlsx(sheets)], by=scene.clerk, today=MONDAY)
    assert not outcome.succeeded
    assert list(child.events.order_by("pk").values_list("kind", flat=True)) == ["enrol", "leave_country"]
    assert rebuild([child.pk]) == 0


@pytest.fixture
def village(scene):
    return sweep.village(scene.school.township)


def test_two_officers_who_decide_at_once_both_succeed_and_new_pairs_are_proposed_once(scene, village):
    officer = cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    for number in range(ROUNDS):
        names = [f"赵{letter}{number}" for letter in "甲乙丙"]
        for name in names[:2]:
            cast.student(scene.school_class, name)
            sweep.resident(village, name)
        residents.match_residents()
        # A third child has come into the registry since: whoever decides next proposes the pair.
        cast.student(scene.school_class, names[2])
        third = sweep.resident(village, names[2])
        pairs = list(ProposedMatch.objects.filter(resident__name__in=names[:2]))
        outcomes = all_at_once(
            *[lambda pk=pair.pk: residents.confirm_match(by=officer, proposal=pk) for pair in pairs],
        )
        assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
        assert ProposedMatch.objects.filter(resident=third).count() == 1


def test_a_decision_and_a_number_that_turns_up_do_not_wait_for_each_other_in_a_circle(scene, village):
    """The student whom the officer links by name is linked by number to another resident at the same moment."""
    officer = cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    for number in range(ROUNDS):
        child = cast.student(scene.school_class, f"钱丁{number}")
        sweep.resident(village, child.name)
        residents.match_residents()
        pair = ProposedMatch.objects.get(student=child)
        right = sweep.resident(village, child.name, number_of=child)
        outcomes = all_at_once(
            lambda pk=pair.pk: residents.confirm_match(by=officer, proposal=pk), residents.match_residents
        )
        errors = [each for each in outcomes if isinstance(each, Exception)]
        assert all(isinstance(each, residents.MatchRefused) for each in errors), outcomes
        residents.match_residents()
        right.refresh_from_db()
        assert right.student == child


@pytest.fixture
def expected(scene, village):
    """A list of first-graders for the school, and the class that takes them."""
    room = cast.school_class(scene.school, "202601")
    hand = HandOver.objects.create(
        kind="to_primary", source="石桥村", to_school=scene.school, school_year=2026, due_on=MONDAY,
        sent_at=timezone.now(), sent_by=scene.clerk,
    )  # fmt: skip
    return hand, room


def awaited(hand, village, name) -> HandOverChild:
    return HandOverChild.objects.create(hand_over=hand, resident=sweep.resident(village, name, born=date(2020, 5, 6)))


def test_a_first_grader_entered_elsewhere_at_the_same_moment_is_one_child(scene, village, expected):
    hand, room = expected
    for serial in range(ROUNDS):
        child = awaited(hand, village, f"孙戊{serial}")
        row = Resident.objects.get(pk=child.resident_id)
        facts = {"name": row.name, "sex": row.sex, "birth_date": row.birth_date, "id_type": "居民身份证"}
        facts |= {"id_number": row.id_number, "student_number": None, "standing": "registered"}
        outcomes = all_at_once(
            lambda child=child: hand_over.answer(
                by=scene.clerk, child=child, state="arrived", seen="awaited", school_class=room, day=MONDAY,
                today=MONDAY,
            ),
            lambda facts=facts: newcomers.enter(
                by=scene.clerk, identity=facts, kind=EventKind.OTHER_IN, school_class=room, happened_on=MONDAY,
                submission=uuid4(), today=MONDAY,
            ),
        )  # fmt: skip
        [told] = [each for each in outcomes if isinstance(each, Exception)]
        assert isinstance(told, hand_over.HandOverRefused | newcomers.AlreadyKnown), outcomes
        assert EnrolmentEvent.objects.filter(student__id_number=row.id_number).count() == 1
