"""Taking, correcting and taking back a register (点名), and what is refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.models import AbsenceRun, Obligation
from students.access import NOBODY, in_force, scope_of
from students.actions import followup, policy, registers
from students.days import MarkKind, Slot
from students.models import AbsenceMark, AuditRow, DayOverride, MarkCorrection, Role, RollCall, SchoolClass
from tests import cast
from tests.scene import FRIDAY, MONDAY, at
from tests.students.registers import kinds, send

__all__ = ["send"]


class TestTaking:
    def test_it_keeps_who_took_it_and_when_and_the_exceptions_only(self, scene, send):
        first, second, _ = scene.children
        call = send(marks={first.pk: MarkKind.UNEXCUSED, second.pk: MarkKind.LATE}).roll_call
        call.refresh_from_db()
        assert (call.taken_by, call.version) == (scene.teacher, 1)
        assert call.taken_at == timezone.now()
        assert kinds(call) == {"高东": "unexcused", "袁然远": "late"}

    def test_nobody_missing_is_a_register_too(self, send):
        call = send().roll_call
        assert RollCall.objects.get() == call
        assert not AbsenceMark.objects.exists()

    def test_it_writes_one_audit_row_that_names_no_child(self, scene, send):
        call = send(marks={scene.children[0].pk: MarkKind.UNEXCUSED}).roll_call
        row = AuditRow.objects.get()
        assert (row.action, row.done_by, row.subject_id) == ("register.submit", scene.teacher, call.pk)
        assert row.details == {"version": 1, "marks": 1}

    def test_the_duty_is_owed_in_the_same_moment(self, scene, send):
        send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        duty = Obligation.objects.get()
        assert (duty.student, duty.tier, duty.due_on) == (scene.children[0], "contact", MONDAY)
        assert AbsenceRun.objects.get().days == 1

    def test_when_what_follows_fails_nothing_is_kept(self, scene, send, monkeypatch):
        """The duties are made in the register's own transaction: both stand, or neither."""

        def fail(**_):
            assert Obligation.objects.exists()  # made by the one before
            raise RuntimeError("failed on purpose")

        monkeypatch.setattr(followup, "_followers", [*followup._followers, fail])
        with pytest.raises(RuntimeError, match="failed on purpose"):
            send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        for model in (RollCall, AbsenceMark, Obligation, AbsenceRun, AuditRow):
            assert not model.objects.exists(), model

    def test_a_day_that_was_forgotten_can_be_taken_later(self, scene, send):
        send(day=FRIDAY, marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        assert Obligation.objects.get().triggered_on == FRIDAY


class TestTheSameSubmissionTwice:
    def test_makes_one_register(self, scene, send):
        same = {"submission": uuid4(), "marks": {scene.children[0].pk: MarkKind.UNEXCUSED}}
        first, second = send(**same), send(**same)
        assert (first.repeated, second.repeated) == (False, True)
        assert first.roll_call == second.roll_call == RollCall.objects.get()
        assert AuditRow.objects.count() == AbsenceMark.objects.count() == Obligation.objects.count() == 1

    def test_makes_one_correction(self, scene, send):
        send()
        same = {"submission": uuid4(), "version": 1, "marks": {scene.children[0].pk: MarkKind.LATE}}
        send(**same)
        assert send(**same).repeated
        assert RollCall.objects.get().version == 2
        assert MarkCorrection.objects.count() == 1

    def test_of_another_register_is_refused(self, send):
        submission = uuid4()
        send(submission=submission)
        with pytest.raises(registers.RegisterRefused, match="没有保存"):
            send(submission=submission, slot=Slot.PM)
        assert RollCall.objects.count() == 1


class TestCorrecting:
    def test_every_change_keeps_the_old_value_its_author_and_time(self, scene, send, clock):
        first, second, third = (child.pk for child in scene.children)
        send(marks={first: MarkKind.UNEXCUSED, second: MarkKind.LATE})
        clock.shift(timedelta(minutes=20))
        call = send(
            by=scene.clerk,
            version=1,
            marks={first: MarkKind.SICK_LEAVE, third: MarkKind.UNVERIFIED},
            reason="家长来电",
        ).roll_call
        assert kinds(call) == {"高东": "sick_leave", "胡涛": "unverified"}
        corrections = call.corrections.order_by("student")
        assert list(corrections.values_list("student", "old_kind", "new_kind", "version", "reason")) == [
            (first, "unexcused", "sick_leave", 2, "家长来电"),
            (second, "late", "", 2, "家长来电"),
            (third, "", "unverified", 2, "家长来电"),
        ]
        assert {correction.corrected_by for correction in corrections} == {scene.clerk}
        assert {correction.corrected_at for correction in corrections} == {timezone.now()}

    def test_who_took_it_first_stays(self, scene, send):
        send()
        call = send(by=scene.clerk, version=1).roll_call
        call.refresh_from_db()
        assert (call.taken_by, call.version) == (scene.teacher, 2)

    def test_it_withdraws_what_no_longer_follows_and_says_why(self, scene, send):
        send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        send(version=1)
        duty = Obligation.objects.get()
        assert duty.withdrawn_at is not None
        assert duty.withdrawn_reason == "9月7日上午旷课改为出勤"
        assert not AbsenceRun.objects.exists()

    def test_what_somebody_else_saved_meanwhile_is_not_overwritten(self, scene, send):
        send(by=scene.clerk, marks={scene.children[0].pk: MarkKind.SICK_LEAVE})
        with pytest.raises(registers.RegisterChanged) as conflict:
            send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        assert kinds(conflict.value.roll_call) == {"高东": "sick_leave"}
        assert RollCall.objects.get().version == 1

    def test_two_corrections_of_different_children_are_joined(self, scene, send):
        first, second, third = (child.pk for child in scene.children)
        send(marks={first: MarkKind.UNEXCUSED})
        send(by=scene.clerk, version=1, marks={first: MarkKind.UNEXCUSED, second: MarkKind.LATE})
        call = send(version=1, marks={third: MarkKind.SICK_LEAVE}).roll_call
        assert kinds(call) == {"袁然远": "late", "胡涛": "sick_leave"}
        assert call.version == 3

    def test_two_corrections_of_one_child_that_say_the_same_are_no_conflict(self, scene, send):
        first = scene.children[0].pk
        send()
        send(by=scene.clerk, version=1, marks={first: MarkKind.LATE})
        assert kinds(send(version=1, marks={first: MarkKind.LATE}).roll_call) == {"高东": "late"}

    def test_two_corrections_of_one_child_that_differ_name_the_child(self, scene, send):
        first, second, _ = (child.pk for child in scene.children)
        send(marks={first: MarkKind.UNEXCUSED})
        send(by=scene.clerk, version=1, marks={first: MarkKind.SICK_LEAVE})
        with pytest.raises(registers.RegisterChanged) as conflict:
            send(version=1, marks={first: MarkKind.PERSONAL_LEAVE, second: MarkKind.LATE})
        assert conflict.value.children == {first}
        assert kinds(RollCall.objects.get()) == {"高东": "sick_leave"}

    def test_who_took_it_for_the_first_time_has_spoken_of_every_child(self, scene, send):
        first, second, _ = (child.pk for child in scene.children)
        send(by=scene.clerk, marks={first: MarkKind.SICK_LEAVE})
        with pytest.raises(registers.RegisterChanged) as conflict:
            send(marks={second: MarkKind.LATE})
        assert conflict.value.children == {first, second}

    def test_what_was_taken_back_meanwhile_is_said(self, send):
        with pytest.raises(registers.RegisterRefused, match="刚被撤销"):
            send(version=1)
        assert not RollCall.objects.exists()


class TestTheEditWindow:
    """Whoever takes a register corrects it on the day itself; later the clerk does, with a reason."""

    def test_on_the_day_the_teacher_corrects(self, scene, send):
        send()
        assert send(version=1, marks={scene.children[0].pk: MarkKind.LATE}).roll_call.version == 2

    def test_on_the_day_after_the_teacher_is_sent_to_the_clerk(self, scene, send):
        send(day=FRIDAY, today=FRIDAY)
        with pytest.raises(registers.RegisterRefused, match="请教务处更正"):
            send(day=FRIDAY, version=1)
        assert RollCall.objects.get().version == 1

    def test_later_the_clerk_has_to_say_why(self, scene, send):
        send(day=FRIDAY, today=FRIDAY)
        with pytest.raises(registers.RegisterRefused, match="写明原因"):
            send(by=scene.clerk, day=FRIDAY, version=1, reason="  ")
        assert send(by=scene.clerk, day=FRIDAY, version=1, reason="家长补交病历").roll_call.version == 2

    def test_a_first_register_may_come_late(self, scene, send):
        assert send(day=FRIDAY).roll_call.version == 1

    @pytest.mark.parametrize(("days", "stands"), [(2, False), (3, True), (4, True)])
    def test_the_county_says_how_long(self, scene, send, days, stands):
        policy.adopt(by=scene.clerk, starts_on=MONDAY, content={"correction_days": days}, today=MONDAY)
        send(day=FRIDAY, today=FRIDAY)
        if stands:
            assert send(day=FRIDAY, version=1).roll_call.version == 2
        else:
            with pytest.raises(registers.RegisterRefused, match=f"点名{days}天内可以自己更正"):
                send(day=FRIDAY, version=1)

    @pytest.mark.parametrize(("kept", "stands"), [(13, True), (14, True), (15, False)])
    def test_a_device_is_believed_for_as_long_as_a_register_is_waited_for(self, scene, send, kept, stands):
        send(day=FRIDAY, today=FRIDAY)
        arrival = FRIDAY + timedelta(days=kept)
        late = {"day": FRIDAY, "version": 1, "today": arrival, "taken_at": at(FRIDAY)}
        if stands:
            assert send(**late).roll_call.version == 2
            assert AuditRow.objects.last().details["pressed_at"] == at(FRIDAY).isoformat()
        else:
            with pytest.raises(registers.RegisterRefused, match="请教务处更正"):
                send(**late)

    def test_what_was_corrected_in_time_and_arrives_later_is_in_time(self, scene, send):
        send(day=FRIDAY, today=FRIDAY)
        kept = timezone.now() - timedelta(days=MONDAY.day - FRIDAY.day)
        assert send(day=FRIDAY, version=1, taken_at=kept).roll_call.version == 2


class TestRefusals:
    @pytest.fixture(autouse=True)
    def nothing_is_kept(self, scene):
        yield
        assert not RollCall.objects.exists()
        assert not AuditRow.objects.exists()

    def test_a_day_to_come(self, send):
        with pytest.raises(registers.RegisterRefused, match="不能提前点名"):
            send(day=MONDAY + timedelta(days=1))

    @pytest.mark.parametrize(
        "day",
        [date(2026, 9, 5), date(2026, 8, 31), date(2025, 10, 1)],
        ids=["a Saturday", "before the term", "a holiday"],
    )
    def test_a_day_without_school(self, send, day):
        with pytest.raises(registers.RegisterRefused, match="不是本班的上课日"):
            send(day=day)

    def test_a_day_on_which_this_class_is_off(self, scene, send):
        DayOverride.objects.create(
            day=MONDAY, is_taught=False, school=scene.school, school_class=scene.school_class, note="研学"
        )
        with pytest.raises(registers.RegisterRefused, match="不是本班的上课日"):
            send()

    def test_a_slot_that_the_school_has_not_chosen(self, send):
        with pytest.raises(registers.RegisterRefused, match="本校不在晚自习点名"):
            send(slot=Slot.EV)

    def test_a_child_who_has_left(self, scene, send):
        scene.children[0].enrolments.update(until=MONDAY)
        with pytest.raises(registers.RegisterRefused, match="名单已有变动"):
            send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})

    def test_a_child_of_another_class(self, scene, send):
        stranger = cast.student(cast.school_class(scene.school, "202302"), "任雪")
        with pytest.raises(registers.RegisterRefused, match="名单已有变动"):
            send(marks={stranger.pk: MarkKind.UNEXCUSED})

    def test_a_child_who_does_not_exist(self, send):
        with pytest.raises(registers.RegisterRefused, match="名单已有变动"):
            send(marks={10**17: MarkKind.UNEXCUSED})

    def test_the_class_of_somebody_else(self, scene, send):
        neighbour = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        with pytest.raises(SchoolClass.DoesNotExist):
            send(by=neighbour)

    def test_a_posting_that_has_ended(self, scene, send):
        scene.teacher.postings.update(until=MONDAY)
        scope = scope_of(scene.teacher, in_force(scene.teacher.postings, MONDAY))
        assert scope == NOBODY or not scope.classes
        with pytest.raises(SchoolClass.DoesNotExist):
            send(scope=scope)

    def test_those_who_may_only_look(self, scene, send):
        for role in (Role.PRINCIPAL, Role.DEPUTY_HEAD):
            with pytest.raises(registers.NotYourRegister, match="不负责它的点名"):
                send(by=cast.person(role=role, school=scene.school))


def test_a_make_up_day_on_a_saturday_is_a_school_day(scene, send):
    DayOverride.objects.create(day=date(2026, 9, 5), is_taught=True, school=scene.school, note="补课")
    assert send(day=date(2026, 9, 5)).roll_call.day == date(2026, 9, 5)


@pytest.mark.parametrize("role", [Role.SUBJECT_TEACHER, Role.HOMEROOM_TEACHER])
def test_the_teachers_of_the_class_may_take_it(role, scene, send):
    scene.teacher.postings.all().delete()
    assert send(by=cast.person(role=role, school_class=scene.school_class)).roll_call


def test_the_clerk_may_take_it_for_them(scene, send):
    assert send(by=scene.clerk).roll_call.taken_by == scene.clerk
