"""The obligations table over the database. Days are those of the cast: the term begins on Tuesday, 1 September 2026."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.contacts import ContactMethod
from casework.models import Contact, Obligation
from reports.queries.obligations import obligations_table
from students.actions import leave
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import Enrolment, EnrolmentEvent, Role
from tests import cast

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    cast.terms()
    return cast.school("东坪小学")


@pytest.fixture
def school_class(school):
    return cast.school_class(school)


@pytest.fixture
def child(school_class):
    return cast.student(school_class, "高东")


@pytest.fixture
def teacher(school_class):
    return teacher_of(school_class)


def absent(by, day, *children):
    """Mark children of one class absent without excuse on a whole day."""
    school_class = children[0].enrolments.get().school_class
    marks = {f"child_{child.pk}": (child, MarkKind.UNEXCUSED) for child in children}
    for slot in ("AM", "PM"):
        cast.take_register(by, school_class, day, slot, **marks)


def teacher_of(school_class):
    return cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)


def records(as_of, **options):
    return list(obligations_table(as_of=as_of, **options).records())


def test_a_row_says_who_what_why_and_by_when(child, school_class, teacher):
    absent(teacher, TUESDAY, child)
    [record] = records(TUESDAY)
    assert record == {
        "student": child.student_number,
        "school": school_class.school.code,
        "class": "202301",
        "tier": "contact",
        "key": TUESDAY,
        "triggered_on": TUESDAY,
        "due_on": TUESDAY,
        "run_start": TUESDAY,
        "run_days": 1,
        "unknown_days": 0,
        "status": "open",
        "done_on": None,
    }


def test_people_see_names_and_a_masked_number(child, teacher):
    absent(teacher, TUESDAY, child)
    [cells] = obligations_table(as_of=WEDNESDAY).cells()
    shown = [cell for cell, _ in cells]
    assert shown[:6] == [1, "高东", f"G6299********{child.student_number[-4:]}", "东坪小学", "2023级1班", "联系家长"]
    assert cells[-2] == ("逾期未办", True)


def test_the_day_asked_for_decides_what_has_happened(child, teacher):
    absent(teacher, TUESDAY, child)
    absent(teacher, WEDNESDAY, child)
    Contact.objects.create(student=child, day=THURSDAY, method=ContactMethod.PHONE, recorded_at=timezone.now())
    assert [(row["key"], row["status"], row["done_on"]) for row in records(TUESDAY)] == [(TUESDAY, "open", None)]
    assert [(row["key"], row["status"], row["done_on"]) for row in records(WEDNESDAY)] == [
        (TUESDAY, "late_open", None),
        (WEDNESDAY, "open", None),
    ]
    assert {row["status"] for row in records(THURSDAY)} == {"late_done"}


def test_what_a_correction_took_away_stands_last_as_withdrawn(child, school_class, teacher):
    absent(teacher, TUESDAY, child)
    other = cast.student(school_class, "吴秀")
    cast.take_register(teacher, school_class, WEDNESDAY, other=(other, MarkKind.UNEXCUSED))
    leave.approve(
        by=teacher, student=child, first_day=TUESDAY, last_day=TUESDAY, kind=MarkKind.SICK_LEAVE, today=WEDNESDAY
    )
    rows = records(WEDNESDAY)
    assert [(row["student"], row["status"]) for row in rows] == [
        (other.student_number, "open"),
        (child.student_number, "withdrawn"),
    ]
    assert obligations_table(as_of=WEDNESDAY).summary == "共2项：待办1项，已撤销1项"


def test_what_is_owed_again_is_no_longer_withdrawn(child, teacher):
    absent(teacher, TUESDAY, child)
    Obligation.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="更正")
    assert [row["status"] for row in records(TUESDAY)] == ["open"]


def test_an_act_after_the_day_asked_for_does_not_count_for_a_withdrawn_row_either(child, teacher):
    absent(teacher, TUESDAY, child)
    Obligation.objects.update(done_on=THURSDAY)
    leave.approve(
        by=teacher, student=child, first_day=TUESDAY, last_day=TUESDAY, kind=MarkKind.SICK_LEAVE, today=THURSDAY
    )
    assert [(row["status"], row["done_on"]) for row in records(WEDNESDAY)] == [("withdrawn", None)]
    assert [(row["status"], row["done_on"]) for row in records(THURSDAY)] == [("withdrawn", THURSDAY)]


def test_what_is_kept_is_not_asked_but_recomputed(child, teacher):
    absent(teacher, TUESDAY, child)
    Obligation.objects.all().delete()
    assert [row["tier"] for row in records(TUESDAY)] == ["contact"]


def test_one_school_sees_its_own(child, school, teacher):
    other_class = cast.school_class(cast.school("西坪小学"))
    absent(teacher, TUESDAY, child)
    absent(teacher_of(other_class), TUESDAY, cast.student(other_class, "吴秀"))
    assert len(records(TUESDAY)) == 2
    assert [row["student"] for row in records(TUESDAY, school=school)] == [child.student_number]
    assert obligations_table(as_of=TUESDAY, school=school).scope == "东坪小学　截至2026年9月1日"


def test_what_a_child_who_moved_on_owes_stays_with_the_school_of_that_day(child, school, teacher):
    absent(teacher, TUESDAY, child)
    elsewhere = cast.school_class(cast.school("西坪小学"))
    for kind, day, into in (
        (EventKind.TRANSFER_OUT, WEDNESDAY, None),
        (EventKind.TRANSFER_IN, THURSDAY, elsewhere),
    ):
        EnrolmentEvent.objects.create(
            student=child, kind=kind, happened_on=day, school_class=into, recorded_at=timezone.now()
        )
    child.enrolments.update(until=WEDNESDAY)
    Enrolment.objects.create(student=child, school_class=elsewhere, standing="attending", since=THURSDAY, spell=2)
    here, there = records(THURSDAY, school=school), records(THURSDAY, school=elsewhere.school)
    assert [(row["tier"], row["triggered_on"]) for row in here] == [
        ("contact", TUESDAY),
        ("change_report", WEDNESDAY),
    ]
    assert [(row["tier"], row["triggered_on"], row["run_start"]) for row in there] == [
        ("change_report", THURSDAY, None)
    ]


def test_a_child_without_a_student_number_goes_by_the_identity_number(school_class, teacher):
    child = cast.student(school_class, "待建籍生", student_number=None)
    absent(teacher, TUESDAY, child)
    assert [row["student"] for row in records(TUESDAY)] == [child.id_number]


def test_rows_stand_by_trigger_student_tier_and_key(school):
    strict = cast.school_class(cast.school("西坪小学", rules="strict"))
    children = [cast.student(strict, name) for name in ("吴秀", "高东")]
    teacher = teacher_of(strict)
    for day in (TUESDAY, WEDNESDAY):
        absent(teacher, day, *reversed(children))
    order = [(row["triggered_on"], row["student"], row["tier"]) for row in records(THURSDAY)]
    assert order == sorted(order)
    assert len(order) == 8
    assert [cells[0][0] for cells in obligations_table(as_of=THURSDAY).cells()] == list(range(1, 9))


def test_queries_do_not_grow_with_the_children(school_class, teacher):
    absent(teacher, TUESDAY, cast.student(school_class))
    records(WEDNESDAY)
    with CaptureQueriesContext(connection) as one_child:
        assert len(records(WEDNESDAY)) == 1
    absent(teacher, WEDNESDAY, *(cast.student(school_class, f"学生{number}") for number in range(6)))
    with CaptureQueriesContext(connection) as seven_children:
        assert len(records(WEDNESDAY)) == 7
    assert len(seven_children) == len(one_child)
