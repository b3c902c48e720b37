"""请假条: what the 班主任 approves, what waits for the school, what is refused in words, and what falls away."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casework.models import AbsenceRun, Obligation
from students.actions import leave, leave_slips
from students.actions.enrolment import record_event
from students.actions.leave_slips import NotYourSlip, SlipRefused
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AuditRow, Certificate, Leave, LeaveSlip, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY
from tests.students.papers import paper

DAY = timedelta(days=1)
WEDNESDAY, THURSDAY = MONDAY + 2 * DAY, MONDAY + 3 * DAY
SICK = MarkKind.SICK_LEAVE


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def principal(scene):
    return cast.person("任平", role=Role.PRINCIPAL, school=scene.school)


@pytest.fixture
def hand_in(scene, child):
    def hand_in(first=MONDAY, last=MONDAY, *, by=None, today=MONDAY, **given):
        by = by or scene.teacher
        sent = {"student": child, "kind": SICK, "reason": "发烧", "applicant": "曾杰（母亲）", "submission": uuid4()}
        place = {"by": by, "scope": cast.scope(by), "today": today}
        return leave_slips.hand_in(first_day=first, last_day=last, **place, **sent | given)

    return hand_in


def refused(hand_in, *days, **given) -> str:
    before = LeaveSlip.objects.count()
    with pytest.raises(SlipRefused) as error:
        hand_in(*days, **given)
    assert LeaveSlip.objects.count() == before
    assert "没有保存" in str(error.value)
    return str(error.value)


class TestWhoApproves:
    def test_three_school_days_are_approved_by_the_homeroom_teacher_at_once(self, hand_in, scene):
        slip = hand_in(MONDAY, WEDNESDAY).slip
        assert (slip.decision, slip.decided_by) == ("approved", scene.teacher)
        assert (slip.leave.first_day, slip.leave.last_day, slip.leave.kind) == (MONDAY, WEDNESDAY, "sick_leave")

    def test_four_wait_for_the_school(self, hand_in):
        slip = hand_in(MONDAY, THURSDAY).slip
        assert (slip.decision, slip.leave) == ("", None)
        assert not Leave.objects.exists()

    def test_a_weekend_is_not_counted(self, hand_in):
        assert hand_in(FRIDAY, MONDAY + DAY).slip.decision == "approved"

    def test_two_that_join_count_together(self, hand_in):
        hand_in(MONDAY, MONDAY + DAY)
        assert hand_in(WEDNESDAY, THURSDAY).slip.decision == ""

    def test_a_weekend_between_them_does_not_help(self, hand_in):
        hand_in(FRIDAY - DAY, FRIDAY)
        assert hand_in(MONDAY, MONDAY + DAY).slip.decision == ""

    def test_a_school_day_between_them_does(self, hand_in):
        hand_in(FRIDAY - 2 * DAY, FRIDAY - DAY)
        assert hand_in(MONDAY, MONDAY + DAY).slip.decision == "approved"

    def test_what_waits_counts_too(self, hand_in):
        assert hand_in(MONDAY, THURSDAY).slip.decision == ""
        assert hand_in(MONDAY + 4 * DAY, MONDAY + 4 * DAY).slip.decision == ""

    @pytest.mark.parametrize("role", [Role.REGISTRY_CLERK, Role.PRINCIPAL, Role.DEPUTY_HEAD])
    def test_what_the_school_hands_in_it_approves(self, hand_in, scene, role):
        by = cast.person("何宁", role=role, school=scene.school)
        assert hand_in(MONDAY, MONDAY + 11 * DAY, by=by).slip.decision == "approved"

    def test_the_principal_approves_what_waits(self, hand_in, principal):
        slip = hand_in(MONDAY, THURSDAY).slip
        done = leave_slips.approve(
            by=principal, scope=cast.scope(principal), slip=slip, note="请按时返校", today=MONDAY
        )
        slip.refresh_from_db()
        assert (slip.decision, slip.decided_by, slip.decision_note) == ("approved", principal, "请按时返校")
        assert done.slip.leave.last_day == THURSDAY

    def test_a_colleague_of_another_class_hands_in_nothing(self, hand_in, scene):
        other = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        with pytest.raises(NotYourSlip, match="请假由孩子现在班级的班主任或本校办理"):
            hand_in(by=other)


class TestALateSlip:
    def test_turns_absences_into_excused_ones_and_says_what_fell_away(self, hand_in, scene):
        for day in (FRIDAY - 2 * DAY, FRIDAY - DAY, FRIDAY):
            for slot in ("AM", "PM"):
                scene.take(day, slot, by=scene.clerk, first="unexcused")
        assert AbsenceRun.objects.get().days == 3
        done = hand_in(FRIDAY - 2 * DAY, FRIDAY)
        assert done.followed.words == "撤销了4件待办（联系家长3、缺课报告）。"
        assert not Obligation.objects.standing().exists()
        assert not AbsenceRun.objects.exists()
        assert {duty.withdrawn_reason for duty in Obligation.objects.all()} == {"9月2日至9月4日已请病假"}

    def test_that_has_to_wait_changes_nothing_until_it_is_approved(self, hand_in, scene, principal):
        scene.take(FRIDAY, by=scene.clerk, first="unexcused")
        slip = hand_in(FRIDAY, THURSDAY).slip
        assert Obligation.objects.standing().count() == 1
        done = leave_slips.approve(by=principal, scope=cast.scope(principal), slip=slip, today=MONDAY)
        assert done.followed.withdrawn == ("联系家长",)
        assert not Obligation.objects.standing().exists()

    def test_keeps_its_paper(self, hand_in, child):
        slip = hand_in(paper=paper(), reason="").slip
        assert (slip.paper.kind, slip.paper.student, slip.paper.event) == (Certificate.Kind.LEAVE, child, None)


class TestWhatCannotBe:
    def test_the_same_form_sent_twice_is_one_slip(self, hand_in):
        sent = uuid4()
        assert hand_in(submission=sent).slip == hand_in(submission=sent).slip
        assert LeaveSlip.objects.count() == Leave.objects.count() == 1

    def test_days_on_which_nobody_has_school(self, hand_in):
        assert "这几天本班都不上课" in refused(hand_in, FRIDAY + DAY, FRIDAY + 2 * DAY)

    def test_more_than_two_months(self, hand_in):
        hand_in(MONDAY, MONDAY + 59 * DAY)
        assert refused(hand_in, MONDAY + 70 * DAY, MONDAY + 130 * DAY).startswith("一份请假条最长60天")

    def test_what_overlaps_an_approved_one_names_it(self, hand_in):
        hand_in(MONDAY, WEDNESDAY)
        sentence = refused(hand_in, WEDNESDAY, THURSDAY)
        assert sentence == "和9月7日至9月9日的病假（已批准）有重叠，没有保存。请改日期，或先撤回、提前结束那一份。"

    def test_what_overlaps_a_waiting_one_names_it(self, hand_in):
        hand_in(MONDAY, THURSDAY)
        assert "（待批）有重叠" in refused(hand_in, MONDAY, MONDAY)

    def test_a_refused_one_is_in_nobodys_way(self, hand_in, principal):
        leave_slips.refuse(
            by=principal,
            scope=cast.scope(principal),
            slip=hand_in(MONDAY, THURSDAY).slip,
            reason="先补课",
            today=MONDAY,
        )
        assert hand_in(MONDAY, MONDAY).slip.decision == "approved"

    def test_days_before_the_child_came(self, scene, hand_in):
        late = cast.student(scene.school_class, "曾敏", since=FRIDAY)
        sentence = refused(hand_in, FRIDAY - DAY, FRIDAY, student=late)
        assert sentence == "这名学生2026年9月4日才到校，不能请更早的假，没有保存。"
        assert hand_in(FRIDAY, FRIDAY, student=late).slip.decision == "approved"

    def test_a_class_moved_into_is_not_where_it_came(self, scene, hand_in, child):
        record_event(
            by=None, student=child, kind=EventKind.CLASS_MOVE, happened_on=MONDAY,
            school_class=cast.school_class(scene.school, "202302"), today=MONDAY,
        )  # fmt: skip
        assert hand_in(FRIDAY, FRIDAY, by=scene.clerk).slip.decision == "approved"

    def test_a_child_who_does_not_attend(self, scene, hand_in, child):
        record_event(by=None, student=child, kind=EventKind.LEAVE_COUNTRY, happened_on=MONDAY, today=MONDAY)
        assert "请假的最后几天这名学生已不在校" in refused(hand_in, MONDAY, MONDAY)


class TestDeciding:
    @pytest.fixture
    def slip(self, hand_in):
        return hand_in(MONDAY, THURSDAY).slip

    def test_a_refusal_says_why(self, slip, principal):
        leave_slips.refuse(by=principal, scope=cast.scope(principal), slip=slip, reason="没有医院证明", today=MONDAY)
        slip.refresh_from_db()
        assert (slip.decision, slip.decision_note, slip.leave) == ("refused", "没有医院证明", None)

    def test_who_comes_second_is_told_who_was_first(self, slip, principal, scene):
        leave_slips.refuse(by=principal, scope=cast.scope(principal), slip=slip, reason="没有医院证明", today=MONDAY)
        with pytest.raises(SlipRefused, match="任平刚才已办理：未批准。你这次没有保存"):
            leave_slips.approve(by=scene.clerk, scope=cast.scope(scene.clerk), slip=slip, today=MONDAY)
        with pytest.raises(SlipRefused, match="任平刚才已办理：未批准"):
            leave_slips.withdraw(by=scene.teacher, scope=cast.scope(scene.teacher), slip=slip, today=MONDAY)

    @pytest.mark.parametrize(
        ("step", "given"),
        [(leave_slips.approve, {}), (leave_slips.refuse, {"reason": "不合规定"}), (leave_slips.withdraw, {})],
    )
    def test_a_second_press_does_nothing(self, slip, principal, step, given):
        step(by=principal, scope=cast.scope(principal), slip=slip, today=MONDAY, **given)
        rows = AuditRow.objects.count()
        step(by=principal, scope=cast.scope(principal), slip=slip, today=MONDAY, **given)
        assert AuditRow.objects.count() == rows

    def test_what_has_been_approved_meanwhile_by_other_ways_is_not_doubled(self, slip, child, principal):
        leave.approve(by=None, student=child, first_day=WEDNESDAY, last_day=WEDNESDAY, kind=SICK, today=MONDAY)
        with pytest.raises(SlipRefused, match="和9月9日的病假（已批准）有重叠"):
            leave_slips.approve(by=principal, scope=cast.scope(principal), slip=slip, today=MONDAY)

    def test_a_withdrawn_one_gives_no_leave(self, slip, scene):
        leave_slips.withdraw(by=scene.teacher, scope=cast.scope(scene.teacher), slip=slip, today=MONDAY)
        assert not Leave.objects.exists()


class TestWhoseItIs:
    """Each step by itself, whatever page it is pressed on."""

    STEPS = (
        (leave_slips.approve, {}),
        (leave_slips.refuse, {"reason": "不合规定"}),
        (leave_slips.withdraw, {}),
        (leave_slips.end, {"back_on": MONDAY}),
    )

    def nothing_written(self, slip, error, step, by, given):
        before = LeaveSlip.objects.values().get(pk=slip.pk), AuditRow.objects.count(), Leave.objects.count()
        with pytest.raises(error):
            step(by=by, scope=cast.scope(by), slip=slip, today=MONDAY, **given)
        assert (LeaveSlip.objects.values().get(pk=slip.pk), AuditRow.objects.count(), Leave.objects.count()) == before

    @pytest.mark.parametrize("decided", [False, True])
    @pytest.mark.parametrize(("step", "given"), STEPS)
    def test_is_asked_at_every_step(self, step, given, decided, hand_in, scene):
        slip = hand_in(MONDAY, MONDAY if decided else THURSDAY).slip
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        outside = (
            cast.person(role=Role.PRINCIPAL, school=far),
            cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202302")),
        )
        for by in outside:
            self.nothing_written(slip, LeaveSlip.DoesNotExist, step, by, given)
        for role, place in ((Role.BUREAU_OFFICER, {}), (Role.INSPECTOR, {"school": scene.school})):
            self.nothing_written(slip, NotYourSlip, step, cast.person(role=role, **place), given)

    @pytest.mark.parametrize(("step", "given"), STEPS[:2])
    def test_the_homeroom_teacher_decides_no_long_one(self, step, given, hand_in, scene):
        self.nothing_written(hand_in(MONDAY, THURSDAY).slip, NotYourSlip, step, scene.teacher, given)


class TestComingBackEarly:
    @pytest.fixture
    def slip(self, hand_in):
        return hand_in(FRIDAY, MONDAY + DAY).slip

    def end(self, slip, back_on, *, today=MONDAY, by=None):
        by = by or slip.handed_in_by
        return leave_slips.end(by=by, scope=cast.scope(by), slip=slip, back_on=back_on, today=today)

    def test_shortens_the_leave_and_keeps_what_was_asked_for(self, slip):
        self.end(slip, MONDAY)
        slip.refresh_from_db()
        assert (slip.last_day, slip.until) == (MONDAY + DAY, MONDAY - DAY)
        assert Leave.objects.filter(cancelled_at=None).get() == slip.leave

    def test_what_follows_is_computed_anew(self, slip, scene):
        scene.take(MONDAY, first="unexcused")
        assert not Obligation.objects.standing().exists()
        assert self.end(slip, MONDAY).followed.words == "新增1件待办（联系家长）。"
        assert Obligation.objects.standing().get().triggered_on == MONDAY

    def test_on_the_first_day_cancels_it(self, slip):
        self.end(slip, FRIDAY)
        slip.refresh_from_db()
        assert slip.is_void
        assert not Leave.objects.filter(cancelled_at=None).exists()

    def test_a_second_press_does_nothing(self, slip):
        self.end(slip, MONDAY)
        rows = AuditRow.objects.count()
        self.end(slip, MONDAY)
        assert AuditRow.objects.count() == rows

    @pytest.mark.parametrize("back_on", [FRIDAY - DAY, date(2026, 9, 9)])
    def test_outside_the_leave_is_refused(self, slip, back_on):
        with pytest.raises(SlipRefused, match="到校日期应在2026年9月4日到2026年9月8日之间，没有保存"):
            self.end(slip, back_on, today=date(2026, 9, 9))

    def test_is_written_down_once_the_child_is_there(self, slip):
        with pytest.raises(SlipRefused, match="孩子到校以后再登记"):
            self.end(slip, MONDAY + DAY)

    def test_of_what_does_not_hold_is_refused(self, slip, hand_in):
        waiting = hand_in(MONDAY + 7 * DAY, MONDAY + 14 * DAY).slip
        with pytest.raises(SlipRefused, match="现在没有生效"):
            self.end(waiting, MONDAY + 7 * DAY)
