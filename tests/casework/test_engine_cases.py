"""What the engine keeps after edits that once went wrong, or easily could."""

from datetime import date
from uuid import uuid4

import pytest

from casework import engine
from casework.actions import acts
from casework.models import AbsenceRun, Contact, Obligation
from casework.queries import boards, duties
from casework.ruleset import Tier
from students.actions import enrolment, leave, registers
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AuditRow, Enrolment, Role
from tests import cast
from tests.scene import at

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = date(2026, 9, 7), date(2026, 9, 8)


@pytest.fixture
def class_with_a_child():
    cast.terms()
    school_class = cast.school_class(cast.school())
    teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)
    return school_class, teacher, cast.student(school_class)


def nothing_is_left_to_change(day):
    counts = engine.escalate(through=day)
    return (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)


def test_taking_back_the_register_that_ended_a_run_brings_the_run_back(class_with_a_child):
    school_class, teacher, child = class_with_a_child
    cast.take_register(teacher, school_class, MONDAY, "AM", child=(child, "unexcused"))
    afternoon = cast.take_register(teacher, school_class, MONDAY, "PM")
    assert not AbsenceRun.objects.exists()
    registers.take_back(
        by=teacher, scope=cast.scope(teacher), roll_call=afternoon.pk, version=afternoon.version, today=MONDAY
    )
    assert AbsenceRun.objects.get().days == 1
    assert nothing_is_left_to_change(MONDAY)


def test_of_two_marks_of_one_slot_the_one_of_the_class_of_that_day_counts(class_with_a_child):
    school_class, teacher, child = class_with_a_child
    cast.take_register(teacher, school_class, MONDAY, "AM", child=(child, "sick_leave"))
    other = cast.school_class(school_class.school, "202302")
    colleague = cast.person(role=Role.HOMEROOM_TEACHER, school_class=other)
    Enrolment.objects.filter(student=child).update(until=MONDAY)
    Enrolment.objects.create(student=child, school_class=other, standing="attending", since=MONDAY, spell=1)
    cast.take_register(colleague, other, MONDAY, "AM", child=(child, "unexcused"))
    duty = Obligation.objects.standing().get()
    assert (duty.tier, duty.school_class) == (Tier.CONTACT, other)
    assert nothing_is_left_to_change(MONDAY)


class TestALongLeave:
    """Ten days ill around a Thursday of which nobody took the register; whoever asks about it names no child."""

    DAYS = [date(2026, 9, day) for day in (1, 2, 3, 4, 7, 8, 9, 11, 14, 15)]
    THURSDAY = date(2026, 9, 10)

    @pytest.fixture
    def ill(self, class_with_a_child):
        school_class, _, child = class_with_a_child
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=school_class.school)
        for day in self.DAYS:
            cast.take_register(clerk, school_class, day, "AM", today=self.DAYS[-1], child=(child, "sick_leave"))
        return school_class, clerk, child

    @pytest.fixture
    def duty(self, ill):
        return Obligation.objects.get(tier=Tier.EXCUSED_CHECK)

    def test_is_owed_on_its_tenth_day(self, duty):
        assert (duty.key, duty.triggered_on, duty.due_on) == (self.DAYS[0], self.DAYS[-1], date(2026, 9, 17))
        assert (duty.run_days, duty.unknown_days) == (10, 1)

    def test_is_cut_by_a_register_that_shows_the_child_and_joined_when_that_is_taken_back(self, ill, duty):
        school_class, clerk, _ = ill
        call = cast.take_register(clerk, school_class, self.THURSDAY, "AM", today=self.DAYS[-1])
        duty.refresh_from_db()
        assert duty.withdrawn_at
        assert nothing_is_left_to_change(self.DAYS[-1])
        registers.take_back(by=clerk, scope=cast.scope(clerk), roll_call=call.pk, version=1, today=self.DAYS[-1])
        duty.refresh_from_db()
        assert not duty.withdrawn_at
        assert nothing_is_left_to_change(self.DAYS[-1])

    def test_is_withdrawn_when_a_correction_shows_that_the_child_was_there(self, ill, duty):
        school_class, clerk, _ = ill
        registers.submit(
            by=clerk, scope=cast.scope(clerk), school_class=school_class.pk, day=self.DAYS[4], slot="AM", marks={},
            submission=uuid4(), version=1, today=self.DAYS[-1], reason="记错了学生",
        )  # fmt: skip
        duty.refresh_from_db()
        assert duty.withdrawn_at
        assert nothing_is_left_to_change(self.DAYS[-1])

    def test_ends_where_the_class_joined_meanwhile_sees_the_child_in_the_afternoon(self, ill, duty):
        school_class, clerk, child = ill
        other = cast.school_class(school_class.school, "202302")
        enrolment.record_event(
            by=clerk, student=child, kind=EventKind.CLASS_MOVE, happened_on=self.DAYS[-1], school_class=other,
            today=self.DAYS[-1],
        )  # fmt: skip
        assert Obligation.objects.get(tier=Tier.EXCUSED_CHECK).withdrawn_at is None
        cast.take_register(clerk, other, self.DAYS[-1], "PM")
        duty.refresh_from_db()
        assert duty.withdrawn_at
        assert nothing_is_left_to_change(self.DAYS[-1])

    def test_of_which_no_mark_is_unexcused_is_found_by_a_full_recomputation(self, ill):
        Obligation.objects.all().delete()
        assert engine.escalate(through=self.DAYS[-1]).added == 1

    def test_of_nine_days_is_not_even_looked_at(self, class_with_a_child):
        school_class, teacher, child = class_with_a_child
        for day in self.DAYS[:9]:
            cast.take_register(teacher, school_class, day, "AM", child=(child, "sick_leave"))
        assert engine.escalate(through=self.DAYS[-1]).students == 0

    def test_is_settled_by_a_call_since_it_became_long(self, ill, duty):
        _, clerk, child = ill
        for day in self.DAYS[-2:]:
            assert Obligation.objects.get(pk=duty.pk).done_on is None
            acts.record_contact(
                by=clerk, student=child, day=day, method="phone", result="在县医院住院", today=self.DAYS[-1]
            )
        assert Obligation.objects.get(pk=duty.pk).done_on == self.DAYS[-1]


class TestAReportIsOfOneMatter:
    @pytest.fixture
    def two_runs(self, class_with_a_child):
        school_class, teacher, child = class_with_a_child
        days = [date(2026, 9, day) for day in (1, 2, 3, 7, 8, 9)]
        for day in days:
            cast.take_register(teacher, school_class, day, "AM", today=days[-1], child=(child, "unexcused"))
        cast.take_register(teacher, school_class, date(2026, 9, 4), "AM", today=days[-1])
        return teacher, Obligation.objects.filter(tier=Tier.ABSENCE_REPORT).order_by("key")

    @pytest.mark.parametrize(("number", "done"), [(0, [date(2026, 9, 9), None]), (1, [None, date(2026, 9, 9)])])
    def test_each_answers_its_own(self, two_runs, number, done):
        teacher, duties = two_runs
        acts.answer_with_report(by=teacher, duty=duties[number], today=date(2026, 9, 9))
        assert list(duties.values_list("done_on", flat=True)) == done

    def test_one_that_names_nothing_answers_the_latest(self, two_runs):
        teacher, duties = two_runs
        told = {"student": duties[0].student, "day": date(2026, 9, 9), "kind": Tier.ABSENCE_REPORT}
        acts.file_report(by=teacher, today=date(2026, 9, 9), **told)
        assert list(duties.values_list("done_on", flat=True)) == [None, date(2026, 9, 9)]

    def test_one_taken_back_leaves_the_other_where_it_is(self, two_runs):
        teacher, duties = two_runs
        latest = acts.answer_with_report(by=teacher, duty=duties[1], today=date(2026, 9, 9))
        acts.answer_with_report(by=teacher, duty=duties[0], today=date(2026, 9, 10))
        acts.cancel(by=teacher, act=latest, today=date(2026, 9, 10))
        assert list(duties.values_list("done_on", flat=True)) == [date(2026, 9, 10), None]

    def test_a_day_holds_one(self, two_runs):
        teacher, (older, latest) = two_runs
        acts.answer_with_report(by=teacher, duty=latest, today=date(2026, 9, 9))
        with pytest.raises(acts.ReportRefused, match="请明天再登记"):
            acts.answer_with_report(by=teacher, duty=older, today=date(2026, 9, 9))
        acts.answer_with_report(by=teacher, duty=older, today=date(2026, 9, 10))
        assert not two_runs[1].filter(done_on=None).exists()

    def test_what_is_done_is_not_done_again(self, two_runs):
        teacher, (_, latest) = two_runs
        acts.answer_with_report(by=teacher, duty=latest, today=date(2026, 9, 9))
        latest.refresh_from_db()
        with pytest.raises(acts.ReportRefused, match="已于9月9日登记"):
            acts.answer_with_report(by=teacher, duty=latest, today=date(2026, 9, 10))


def test_a_leave_taken_back_twice_is_taken_back_once(class_with_a_child):
    _, teacher, child = class_with_a_child
    colleague = cast.person("曾敏")
    granted = leave.approve(
        by=teacher, student=child, first_day=MONDAY, last_day=TUESDAY, kind=MarkKind.SICK_LEAVE, today=MONDAY
    )
    leave.cancel(by=teacher, leave=granted, today=MONDAY)
    leave.cancel(by=colleague, leave=granted, today=MONDAY)
    granted.refresh_from_db()
    assert granted.cancelled_by == teacher
    assert AuditRow.objects.filter(action="leave.cancel").count() == 1


def test_the_rung_that_was_reached_is_the_one_that_is_explained():
    cast.terms()
    school_class = cast.school_class(cast.school(rules="strict", slots="1,2,3"))
    teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)
    child = cast.student(school_class)
    for slot in ("1", "2", "3"):
        cast.take_register(teacher, school_class, MONDAY, slot, child=(child, "unexcused"))
    duty = Obligation.objects.for_duty_list().get(tier=Tier.CONTACT)
    assert "缺课一整天" in duties.explain(duty, MONDAY).rule


def test_a_school_that_its_last_child_has_left_still_owes_what_it_owes(class_with_a_child):
    school_class, teacher, child = class_with_a_child
    cast.take_register(teacher, school_class, MONDAY, "AM", child=(child, "unexcused"))
    Enrolment.objects.filter(student=child).update(until=TUESDAY)
    bureau = cast.scope(cast.person(role=Role.BUREAU_OFFICER))
    (line,) = boards.school_lines(bureau, now=at(TUESDAY, 14))
    assert (line.school, line.due, line.late) == (school_class.school, 0, 1)


def test_the_school_that_a_child_has_left_does_not_read_what_the_new_one_writes(class_with_a_child):
    _, teacher, child = class_with_a_child
    there = cast.school_class(cast.school("乙校"))
    Enrolment.objects.filter(student=child).update(until=MONDAY)
    Enrolment.objects.create(student=child, school_class=there, standing="attending", since=MONDAY, spell=2)
    colleague = cast.person(role=Role.HOMEROOM_TEACHER, school_class=there)
    written = acts.record_contact(
        by=colleague, student=child, day=TUESDAY, method="phone", result="家中有事", today=TUESDAY
    )
    assert written in Contact.objects.visible_to(cast.scope(colleague))
    assert written not in Contact.objects.visible_to(cast.scope(teacher))
