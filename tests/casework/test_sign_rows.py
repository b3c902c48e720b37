"""Early signs as rows: computed to the same content whoever asks, written as differences only, put off and back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.actions import acts, signs
from casework.contacts import ContactMethod
from casework.engine import escalate
from casework.models import EarlySign, SignComputation, SignDismissal
from casework.signs import SignCode
from students.actions import enrolment, leave, registers
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import Area, AuditRow, Guardian, Role, Student
from tests import cast
from tests.scene import MONDAY, school_days

WEEK = school_days(MONDAY - timedelta(days=6), 5)  # 1 to 7 September
LATER = MONDAY + timedelta(days=1)


@pytest.fixture
def absent(scene):
    """The first child has missed every morning since the term began; four registers, nobody has called."""
    for day in WEEK[1:]:
        scene.take(day, first="unexcused")
    return scene.children[0]


def rows() -> list[tuple]:
    return list(EarlySign.objects.values_list("student", "code", "since", "unseen_days", "details"))


def codes(student) -> set[str]:
    return set(EarlySign.objects.filter(student=student).values_list("code", flat=True))


def test_the_clock_computes_them_and_a_second_time_changes_nothing(absent):
    counts = signs.compute_county(day=MONDAY)
    assert (counts.students, counts.added, counts.changed, counts.removed) == (3, 2, 0, 0)
    assert codes(absent) == {"unexcused", "first_month"}
    before = rows()
    again = signs.compute_county(day=MONDAY)
    assert (again.signs, again.added, again.changed, again.removed) == (2, 0, 0, 0)
    assert rows() == before


def test_a_school_and_a_class_are_computed_to_the_content_of_the_county(scene, absent):
    signs.compute_county(day=MONDAY)
    expected = rows()
    for of in (scene.school, scene.school_class):
        EarlySign.objects.all().delete()
        signs.compute_anew(by=scene.clerk, of=of, today=MONDAY)
        assert rows() == expected


def test_what_is_pressed_is_kept_with_who_and_when(scene, absent):
    signs.compute_county(day=MONDAY)
    assert set(SignComputation.objects.values_list("computed_by", flat=True)) == {None}
    counts = signs.compute_anew(by=scene.teacher, of=scene.school_class, today=MONDAY)
    row = AuditRow.objects.get(action="signs.compute")
    assert (row.done_by, row.subject_id) == (scene.teacher, scene.school_class.pk)
    assert row.details == {"students": 3, "signs": counts.signs}
    computed = SignComputation.objects.get(school_class=scene.school_class)
    assert (computed.computed_by, computed.computed_at) == (scene.teacher, timezone.now())


def test_a_correction_takes_a_sign_away(scene, absent):
    signs.compute_county(day=MONDAY)
    call = absent.marks.latest("roll_call__day").roll_call
    registers.submit(
        by=scene.teacher, scope=cast.scope(scene.teacher), school_class=scene.school_class.pk, day=call.day,
        slot=call.slot, marks={}, submission=uuid4(), version=call.version, today=MONDAY,
    )  # fmt: skip
    counts = signs.compute_county(day=MONDAY)
    assert (counts.removed, codes(absent)) == (1, {"first_month"})


def test_leave_given_afterwards_takes_it_away(scene, absent):
    leave.approve(
        by=scene.teacher, student=absent, first_day=WEEK[1], last_day=WEEK[2], kind=MarkKind.SICK_LEAVE, today=MONDAY
    )
    signs.compute_county(day=MONDAY)
    assert codes(absent) == {"first_month"}


def test_a_call_takes_it_away_and_a_call_taken_back_brings_it_back(scene, absent):
    made = acts.record_contact(
        by=scene.teacher, student=absent, day=MONDAY, method=ContactMethod.PHONE, result="未接通", today=MONDAY
    )
    signs.compute_county(day=MONDAY)
    assert "unexcused" not in codes(absent)
    acts.cancel(by=scene.teacher, act=made, today=MONDAY)
    signs.compute_county(day=MONDAY)
    assert "unexcused" in codes(absent)


def test_a_child_who_has_moved_takes_its_signs_along(scene, absent):
    signs.compute_county(day=MONDAY)
    beside = cast.school_class(scene.school, "202302")
    absent.enrolments.update(until=LATER)
    absent.enrolments.create(school_class=beside, standing="attending", since=LATER, spell=1)
    signs.compute_county(day=LATER)
    assert set(EarlySign.objects.values_list("school_class", flat=True)) == {beside.pk}
    assert codes(absent) == {"unexcused", "first_month"}


def test_whoever_attends_no_longer_has_none(scene, absent):
    signs.compute_county(day=MONDAY)
    absent.enrolments.update(until=LATER)
    assert signs.compute_county(day=LATER).removed == 2
    assert rows() == []


class TestKin:
    """Brothers, sisters and neighbours, from what the registry holds."""

    @pytest.fixture
    def out(self, scene):
        """Two children of the class and one of a far school are out; all mothers in the cast share one number."""
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        far_class = cast.school_class(far, "202301")
        other = cast.student(far_class, "高远")
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=far)
        scene.take(MONDAY, first="unexcused", second="unexcused")
        cast.take_register(clerk, far_class, MONDAY, other=(other, "unexcused"))
        return [*scene.children[:2], other]

    def others(self, student, code) -> list[int]:
        found = EarlySign.objects.filter(student=student, code=code).values_list("details", flat=True).first()
        return found["others"] if found else []

    def test_children_of_one_number_in_two_schools_are_a_family(self, out):
        first, second, other = out
        Guardian.objects.filter(student=second).update(phone="13900009999")
        Guardian.objects.filter(student=other).update(phone="139-0000-1234")
        signs.compute_county(day=MONDAY)
        assert self.others(first, SignCode.FAMILY) == [other.pk]
        assert self.others(other, SignCode.FAMILY) == [first.pk]
        assert self.others(second, SignCode.FAMILY) == []

    def test_children_of_one_village_are_neighbours_and_a_county_is_no_village(self, out):
        village = Area.objects.create(code="629901100201", name="石桥村", level=Area.Level.VILLAGE)
        for student in out:
            Guardian.objects.filter(student=student).update(phone="")
        Student.objects.filter(pk__in=[out[0].pk, out[2].pk]).update(home_area_code=village.code)
        signs.compute_county(day=MONDAY)
        assert self.others(out[0], SignCode.VILLAGE) == [out[2].pk]
        Student.objects.filter(pk__in=[student.pk for student in out]).update(home_area_code="629901000000")
        signs.compute_county(day=MONDAY)
        assert not EarlySign.objects.filter(code=SignCode.VILLAGE).exists()

    def test_who_is_back_at_school_is_no_longer_out(self, scene, out):
        signs.compute_county(day=MONDAY)
        scene.take(LATER)
        escalate(through=LATER)
        signs.compute_county(day=LATER)
        assert self.others(out[2], SignCode.FAMILY) == []


class TestPuttingOff:
    """已了解，下次再提醒."""

    @pytest.fixture
    def signed(self, scene, absent):
        signs.compute_county(day=MONDAY)
        return absent

    def put_off(self, scene, student, *, codes=("unexcused", "first_month"), days=7, reason="感冒在家"):
        kinds = [SignCode(code) for code in codes]
        return signs.put_off(by=scene.teacher, student=student, codes=kinds, days=days, reason=reason, today=MONDAY)

    def waiting(self, day, *, lists_unseen=False):
        return set(EarlySign.objects.waiting_on(day, lists_unseen=lists_unseen).values_list("code", flat=True))

    def test_it_comes_back_by_itself_after_its_days(self, scene, signed):
        assert self.put_off(scene, signed) == 2
        days = [MONDAY, MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)]
        assert [len(self.waiting(day)) for day in days] == [0, 0, 2]

    def test_only_what_the_page_showed_is_put_off(self, scene, signed):
        self.put_off(scene, signed, codes=["first_month", "leave"])
        assert self.waiting(MONDAY) == {"unexcused"}
        assert SignDismissal.objects.get().code == "first_month"

    def test_a_second_press_writes_nothing_and_a_longer_one_does(self, scene, signed):
        for _ in range(2):
            self.put_off(scene, signed)
        assert SignDismissal.objects.count() == 2
        self.put_off(scene, signed, days=14)
        assert SignDismissal.objects.count() == 4
        assert self.waiting(MONDAY + timedelta(days=13)) == set()

    def test_the_audit_row_says_what_and_until_when_and_no_name(self, scene, signed):
        self.put_off(scene, signed)
        row = AuditRow.objects.get(action="signs.put_off")
        assert (row.done_by, row.subject_id) == (scene.teacher, signed.pk)
        assert row.details == {"codes": ["first_month", "unexcused"], "until": "2026-09-13"}

    def test_brought_back_it_waits_at_once_and_stays_kept(self, scene, signed):
        self.put_off(scene, signed)
        assert signs.bring_back(by=scene.clerk, student=signed, today=MONDAY) == 2
        assert len(self.waiting(MONDAY)) == 2
        assert set(SignDismissal.objects.values_list("taken_back_by", flat=True)) == {scene.clerk.pk}
        assert signs.bring_back(by=scene.clerk, student=signed, today=MONDAY) == 0
        assert self.put_off(scene, signed) == 2
        assert self.waiting(MONDAY) == set()

    def test_not_seen_stays_with_the_heads_whatever_anybody_presses(self, scene, signed):
        EarlySign.objects.filter(code="unexcused").update(code="unseen", details={"last": None, "days": 15})
        self.put_off(scene, signed, codes=["unseen", "first_month"])
        assert self.waiting(MONDAY) == set()
        assert self.waiting(MONDAY, lists_unseen=True) == {"unseen"}

    def test_the_database_wants_a_reason_and_a_known_sign(self, scene, signed):
        row = {"student": signed, "until": MONDAY, "dismissed_at": timezone.now(), "dismissed_by": scene.teacher}
        with pytest.raises(IntegrityError), transaction.atomic():
            SignDismissal.objects.create(code="unseen", reason="", **row)
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlySign.objects.filter(student=signed).update(code="bad_mood")
        with pytest.raises(IntegrityError), transaction.atomic():
            SignDismissal.objects.create(code="unseen", reason="已知", taken_back_at=timezone.now(), **row)


def test_a_class_is_computed_in_as_many_queries_however_many_children_it_has(scene, absent):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            signs.compute_county(day=MONDAY)
        return len(asked)

    signs.compute_county(day=MONDAY)
    few = queries()
    for number in range(20):
        cast.student(scene.school_class, f"林{number}")
    signs.compute_county(day=MONDAY)
    assert queries() == few


def test_a_child_who_leaves_is_seen_with_its_signs_by_nobody(scene, absent):
    signs.compute_county(day=MONDAY)
    assert EarlySign.objects.of_attending().count() == 2
    enrolment.record_event(by=scene.clerk, student=absent, kind=EventKind.SUSPEND, happened_on=MONDAY, today=MONDAY)
    assert EarlySign.objects.of_attending().count() == 0
