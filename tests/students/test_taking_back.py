"""撤销: one's own register taken back within seconds, and what stands afterwards."""

from datetime import timedelta

import pytest

from casework.models import Obligation
from students.actions import registers
from students.days import MarkKind
from students.models import AbsenceMark, AuditRow, RollCall
from tests import cast
from tests.scene import MONDAY
from tests.students.registers import kinds, send

__all__ = ["send"]


class TestTakingBack:
    @pytest.fixture
    def undo(self, scene):
        def undo(call, *, version=1, by=scene.teacher):
            registers.take_back(by=by, scope=cast.scope(by), roll_call=call.pk, version=version, today=MONDAY)

        return undo

    def test_a_first_register_is_gone_with_what_followed(self, scene, send, undo):
        undo(send(marks={scene.children[0].pk: MarkKind.UNEXCUSED}).roll_call)
        assert not RollCall.objects.exists()
        assert not AbsenceMark.objects.exists()
        assert Obligation.objects.get().withdrawn_reason == "9月7日上午的点名已撤销"

    def test_the_audit_log_keeps_what_was_taken_back(self, scene, send, undo):
        child = scene.children[0]
        call = send(marks={child.pk: MarkKind.UNEXCUSED}).roll_call
        undo(call)
        row = AuditRow.objects.get(action="register.take_back")
        assert row.details == {"version": 1, "marks": {str(child.pk): "unexcused"}}

    def test_it_can_be_taken_anew_afterwards(self, scene, send, undo):
        undo(send(marks={scene.children[0].pk: MarkKind.UNEXCUSED}).roll_call)
        send(marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        duty = Obligation.objects.get()
        assert duty.withdrawn_at is None
        anew = RollCall.objects.get()
        assert (anew.version, anew.is_corrected) == (2, False)

    def test_a_page_that_showed_it_has_seen_nothing_of_the_one_taken_anew(self, scene, send, undo):
        first, second = (child.pk for child in scene.children[:2])
        undo(send(marks={first: MarkKind.UNEXCUSED}).roll_call)
        anew = send(marks={first: MarkKind.SICK_LEAVE}).roll_call
        with pytest.raises(registers.RegisterChanged) as changed:
            send(version=1, marks={second: MarkKind.LATE})
        assert changed.value.children == {first, second}
        assert kinds(anew) == {"高东": "sick_leave"}
        assert send(version=anew.version, marks={}).roll_call.version == 3

    def test_of_a_correction_what_stood_before_comes_back(self, scene, send, undo):
        first, second, third = (child.pk for child in scene.children)
        call = send(marks={first: MarkKind.UNEXCUSED, second: MarkKind.LATE}).roll_call
        send(version=1, marks={first: MarkKind.SICK_LEAVE, third: MarkKind.UNVERIFIED})
        undo(call, version=2)
        call.refresh_from_db()
        assert kinds(call) == {"高东": "unexcused", "袁然远": "late"}
        assert call.version == 3
        assert set(call.corrections.filter(version=3).values_list("reason", flat=True)) == {"撤销提交"}
        assert Obligation.objects.standing().get().student_id == first

    def test_what_was_undone_is_not_undone_again(self, scene, send, undo):
        call = send().roll_call
        send(version=1, marks={scene.children[0].pk: MarkKind.UNEXCUSED})
        undo(call, version=2)
        with pytest.raises(registers.RegisterRefused):
            undo(call, version=3)
        assert kinds(call) == {}

    def test_half_a_minute_later_it_stands(self, send, undo, clock, settings):
        call = send().roll_call
        clock.shift(timedelta(seconds=settings.UNDO_SECONDS))
        undo_in_time = RollCall.objects.filter(pk=call.pk)
        assert undo_in_time.exists()
        clock.shift(timedelta(seconds=1))
        with pytest.raises(registers.RegisterRefused, match="已过可以撤销的时间"):
            undo(call)
        assert undo_in_time.exists()

    def test_up_to_the_last_second_it_can_be_undone(self, send, undo, clock, settings):
        call = send().roll_call
        clock.shift(timedelta(seconds=settings.UNDO_SECONDS))
        undo(call)
        assert not RollCall.objects.exists()

    def test_somebody_else_cannot_undo_it(self, scene, send, undo):
        call = send().roll_call
        with pytest.raises(registers.RegisterRefused):
            undo(call, by=scene.clerk)
        assert RollCall.objects.filter(pk=call.pk).exists()

    def test_an_older_version_cannot_be_undone(self, scene, send, undo):
        call = send().roll_call
        send(version=1, marks={scene.children[0].pk: MarkKind.LATE})
        with pytest.raises(registers.RegisterRefused):
            undo(call, version=1)
        assert kinds(call) == {"高东": "late"}
