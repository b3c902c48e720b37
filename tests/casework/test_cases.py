"""A child's case 个案: opened and moved by registers and reports, planned, assigned, closed and opened again."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from casework import case_engine, engine
from casework.actions import acts, cases
from casework.causes import Reason, Whereabouts
from casework.models import Case, CaseEvent, ConcernReport
from casework.ruleset import Tier
from casework.stages import CaseAction, CaseOutcome, CaseStage
from casework.steps import CaseStep, Concern
from students.actions.enrolment import record_event
from students.actions.leave import approve
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AuditRow, EnrolmentEvent, Notice, RegistryLine, Role
from students.queries.calendar import current_calendar
from students.queries.notices import waiting_notices
from tests import cast
from tests.scene import MONDAY, at, school_days

PAPER = {"name": "返校照片.jpg", "media_type": "image/jpeg", "size": 3, "sha256": "a" * 64, "content": b"jpg"}


@pytest.fixture
def away(scene, clock):
    """``away(3)``: the first child has been away for so many school days from Monday on; returns the last of them."""

    def away(number, *, since=MONDAY):
        days = school_days(since, number)
        for day in days:
            clock.move_to(at(day))
            scene.take(day, first="unexcused")
        return days[-1]

    return away


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def taught(first: date, number: int) -> list[date]:
    """``number`` days of the calendar from ``first`` on, holidays and make-up days considered."""
    school_days = current_calendar().school_days(school=0, school_class=0)
    return list(school_days.between(first, date(2027, 1, 1)))[:number]


def the_case() -> Case:
    return Case.objects.get()


def moves() -> list[str]:
    return [event.action for event in CaseEvent.objects.order_by("pk")]


def act(action, case, by, *, today, **fields):
    return action(by=by, scope=cast.scope(by), case=case, version=case.version, today=today, **fields)


class TestTheEngine:
    @pytest.mark.parametrize(("days", "opened"), [(2, False), (3, True), (4, True)])
    def test_opens_a_case_on_the_third_day_and_never_a_second(self, away, days, opened):
        away(days)
        assert Case.objects.count() == opened
        if opened:
            case = the_case()
            assert (case.stage, case.opened_by, case.was_lost) == ("absent", None, False)
            assert case.opened_on == school_days(MONDAY, 3)[-1]
            assert (case.plan_step, case.plan_on) == ("visit", case.opened_on + timedelta(7))
            assert moves() == ["note_absence"]

    def test_a_day_that_ends_no_run_and_begins_none_asks_nothing_about_cases(self, scene, django_assert_num_queries):
        scene.take(MONDAY, first="unexcused")  # what is kept once a process is warm now
        with django_assert_num_queries(12):
            scene.take(MONDAY, "PM", first="unexcused", second="unexcused")

    def test_the_loss_report_raises_it(self, scene, away):
        last = away(10)
        acts.file_report(by=scene.teacher, student=scene.children[0], day=last, kind=Tier.LOSS_REPORT, today=last)
        case = the_case()
        assert (case.stage, case.was_lost, case.plan_step) == ("reported_lost", True, "persuade")

    def test_the_first_present_day_is_the_return(self, scene, away, clock):
        back = school_days(away(3), 2)[-1]
        clock.move_to(at(back))
        scene.take(back)
        case = the_case()
        assert (case.stage, case.returned_on, case.plan_step) == ("returned", back, "check_return")
        assert case.plan_on == taught(back, 10)[-1] == date(2026, 9, 22)  # Sunday the 20th is taught

    def test_children_who_come_back_together_ask_no_more_than_one(self, scene, clock):
        days = school_days(MONDAY, 4)
        for day in days[:3]:
            clock.move_to(at(day))
            scene.take(day, first="unexcused", second="unexcused", third="unexcused")
        clock.move_to(at(days[3]))
        with CaptureQueriesContext(connection) as one:
            scene.take(days[3], first="unexcused", second="unexcused")
        with CaptureQueriesContext(connection) as two:
            scene.take(days[3], "PM")
        assert len(two) <= len(one)
        assert set(Case.objects.values_list("stage", flat=True)) == {"returned"}

    def test_a_relapse_goes_on_with_the_same_case(self, scene, away, clock):
        back = school_days(away(3), 2)[-1]
        clock.move_to(at(back))
        scene.take(back)
        away(3, since=back + timedelta(1))
        assert the_case().stage == CaseStage.ABSENT
        assert moves() == ["note_absence", "note_return", "note_absence"]

    def test_a_correction_that_takes_the_run_away_closes_it_as_false_alarm(self, scene, away):
        away(3)
        approve(
            by=scene.clerk,
            student=scene.children[0],
            first_day=MONDAY,
            last_day=MONDAY + timedelta(30),
            kind=MarkKind.SICK_LEAVE,
            today=MONDAY + timedelta(2),
        )
        case = the_case()
        assert (case.stage, case.outcome) == ("closed", "false_alarm")

    def test_a_dropout_recorded_in_the_registry_is_followed(self, scene, bureau, away):
        last = away(3)
        record_event(
            by=bureau, student=scene.children[0], kind=EventKind.DROP_OUT, happened_on=last, note="外出", today=last
        )
        assert the_case().stage == CaseStage.DROPPED_OUT

    def test_one_open_case_a_child_is_what_the_database_allows(self, away):
        away(3)
        case = the_case()
        case.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            case.save()

    def test_an_open_case_without_a_next_step_is_refused_by_the_database(self, away):
        away(3)
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.update(plan_on=None)

    def test_the_night_opens_what_was_missed_and_then_finds_nothing(self, away):
        last = away(3)
        CaseEvent.objects.all().delete()
        Case.objects.all().delete()
        assert cases.follow_all(today=last) == 1
        assert cases.follow_all(today=last) == 0
        assert engine.escalate(through=last).cases == 0
        assert the_case().stage == CaseStage.ABSENT


class TestAConcern:
    @pytest.fixture
    def subject(self, scene):
        return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)

    @pytest.fixture
    def head(self, scene):
        return cast.person("田美", role=Role.DEPUTY_HEAD, school=scene.school)

    def raised(self, scene, by, concern=Concern.WEARY, **fields):
        fields = {"note": "连着几天不想来", "student": scene.children[0], "today": MONDAY} | fields
        return cases.raise_concern(by=by, scope=cast.scope(by), concern=concern, **fields)

    def test_opens_a_watch_and_reaches_the_homeroom_teacher_and_the_head(self, scene, subject, head):
        case = self.raised(scene, subject)
        assert (case.stage, case.concern, case.opened_by) == ("watch", "weary", subject)
        assert (case.plan_step, case.plan_on) == ("follow_up", MONDAY + timedelta(14))
        told = Notice.objects.filter(kind=Notice.Kind.CONCERN, student=scene.children[0])
        assert {notice.person for notice in told} == {scene.teacher, head}
        assert AuditRow.objects.get(action="case.concern").done_by == subject

    def test_sent_twice_is_one(self, scene, subject):
        assert self.raised(scene, subject) == self.raised(scene, subject)
        assert ConcernReport.objects.count() == 1
        assert CaseEvent.objects.count() == 1

    def test_of_another_kind_is_added_to_the_case_that_is_open(self, scene, subject):
        case = self.raised(scene, subject)
        self.raised(scene, scene.teacher, Concern.LEAVING_TO_WORK)
        assert the_case() == case
        assert moves() == ["raise_concern", "concern"]

    def test_is_not_for_the_bureau_or_a_stranger(self, scene, bureau):
        far = cast.school("西山小学")
        stranger = cast.person("外人", role=Role.REGISTRY_CLERK, school=far)
        for person in (bureau, stranger):
            with pytest.raises(cases.NotYourCase):
                self.raised(scene, person)
        assert not Case.objects.exists()


class TestPlanning:
    @pytest.fixture
    def case(self, away):
        away(3)
        return the_case()

    @pytest.mark.parametrize(("shift", "planned"), [(-1, False), (0, True), (1, True)])
    def test_is_for_today_or_later(self, scene, case, shift, planned):
        today = case.opened_on
        change = {"step": CaseStep.FOLLOW_UP, "on": today + timedelta(shift), "note": "约好回访", "today": today}
        if planned:
            assert act(cases.plan, case, scene.teacher, **change).plan_on == change["on"]
        else:
            with pytest.raises(cases.CaseRefused, match="已经过去"):
                act(cases.plan, case, scene.teacher, **change)

    def test_on_an_old_page_overwrites_nothing(self, scene, case):
        change = {"step": CaseStep.FOLLOW_UP, "note": "", "today": case.opened_on}
        act(cases.plan, case, scene.teacher, on=case.opened_on, **change)
        with pytest.raises(cases.CaseChanged):
            act(cases.plan, case, scene.clerk, on=case.opened_on + timedelta(3), **change)

    def test_can_be_given_to_somebody_for_a_reason_and_back(self, scene, case):
        today = case.opened_on
        case = act(cases.assign, case, scene.clerk, person=scene.clerk, reason="班主任病假", today=today)
        assert (case.assigned_to, case.assigned_reason) == (scene.clerk, "班主任病假")
        case = act(cases.assign, case, scene.clerk, person=None, reason="已销假", today=today)
        assert (case.assigned_to, case.assigned_reason) == (None, "")
        assert moves() == ["note_absence", "assign", "unassign"]

    def test_pressed_twice_from_one_page_is_done_once(self, scene, case):
        plan = {"step": CaseStep.FOLLOW_UP, "note": "", "today": case.opened_on, "on": case.opened_on}
        give = {"person": scene.clerk, "reason": "班主任病假", "today": case.opened_on}
        assert act(cases.plan, case, scene.teacher, **plan) == act(cases.plan, case, scene.teacher, **plan)
        case.refresh_from_db()
        assert act(cases.assign, case, scene.clerk, **give) == act(cases.assign, case, scene.clerk, **give)
        assert moves() == ["note_absence", "plan", "assign"]

    def test_given_to_the_same_person_again_changes_the_reason(self, scene, case):
        principal = cast.person("田美", role=Role.PRINCIPAL, school=scene.school)
        give = {"person": principal, "today": case.opened_on}
        case = act(cases.assign, case, scene.clerk, reason="更熟悉", **give)
        case = act(cases.assign, case, scene.clerk, reason="家在邻村", **give)
        assert (case.assigned_to, case.assigned_reason) == (principal, "家在邻村")
        assert Notice.objects.filter(kind=Notice.Kind.CASE_ASSIGNED).count() == 1

    def test_is_no_longer_told_to_whom_it_was_taken_from_or_once_it_is_closed(self, scene, case):
        give = {"reason": "病假", "today": case.opened_on}
        principal = cast.person("田美", role=Role.PRINCIPAL, school=scene.school)
        deputy = cast.person("江平", role=Role.DEPUTY_HEAD, school=scene.school)

        def told() -> list:
            people = (deputy, principal)
            return [person for person in people if assigned(waiting_notices(cast.scope(person), person))]

        def assigned(lines) -> bool:
            return any(line.notice.kind == Notice.Kind.CASE_ASSIGNED for line in lines)

        case = act(cases.assign, case, scene.clerk, person=deputy, **give)
        assert told() == [deputy]
        case = act(cases.assign, case, scene.clerk, person=principal, **give)
        assert told() == [principal]
        case = act(cases.assign, case, scene.clerk, person=None, reason="", today=case.opened_on)
        assert told() == []
        case = act(cases.assign, case, scene.clerk, person=principal, **give)
        case_engine.move_one(
            case, CaseAction.CLOSE, by=scene.clerk, day=case.opened_on, outcome=CaseOutcome.FALSE_ALARM,
            line=RegistryLine.objects.get(pk=case.student_id),
        )  # fmt: skip
        assert told() == []

    @pytest.mark.parametrize(("days", "may"), [(30, True), (31, False)])
    def test_lies_no_further_away_than_the_county_allows(self, scene, case, days, may):
        on = case.opened_on + timedelta(days)
        change = {"step": CaseStep.FOLLOW_UP, "note": "", "today": case.opened_on, "on": on}
        if may:
            assert act(cases.plan, case, scene.teacher, **change).plan_on == on
        else:
            with pytest.raises(cases.CaseRefused, match="下一步最晚安排在10月9日"):
                act(cases.plan, case, scene.teacher, **change)

    def test_is_not_given_to_somebody_elsewhere_or_without_a_reason_or_by_the_teacher(self, scene, case):
        far = cast.person("外人", role=Role.REGISTRY_CLERK, school=cast.school("西山小学"))
        today = case.opened_on
        with pytest.raises(cases.CaseRefused, match="管理岗位"):
            act(cases.assign, case, scene.clerk, person=far, reason="忙", today=today)
        with pytest.raises(cases.CaseRefused, match="写明原因"):
            act(cases.assign, case, scene.clerk, person=scene.clerk, reason="", today=today)
        with pytest.raises(cases.NotYourCase):
            act(cases.assign, case, scene.teacher, person=scene.clerk, reason="忙", today=today)


class TestDroppingOut:
    FOUND = {"reason": Reason.WORK, "whereabouts": Whereabouts.WORK_AWAY, "note": "村委会证明"}

    @pytest.fixture
    def lost(self, scene, away):
        last = away(10)
        acts.file_report(by=scene.teacher, student=scene.children[0], day=last, kind=Tier.LOSS_REPORT, today=last)
        return the_case()

    def test_is_recorded_in_the_registry_and_the_case_together(self, scene, bureau, lost):
        today = date(2026, 9, 21)
        case = act(cases.confirm_dropout, lost, bureau, happened_on=today, today=today, **self.FOUND)
        assert case.stage == CaseStage.DROPPED_OUT
        event = EnrolmentEvent.objects.get(kind="drop_out")
        assert (event.happened_on, event.recorded_by) == (today, bureau)
        assert RegistryLine.objects.get(pk=scene.children[0].pk).standing == "dropped_out"
        assert CaseEvent.objects.last().by == bureau
        assert CaseEvent.objects.filter(action="confirm_dropout").count() == 1

    def test_is_the_bureaus_alone(self, scene, lost):
        today = date(2026, 9, 21)
        for person in (scene.teacher, scene.clerk):
            with pytest.raises(cases.NotYourCase, match="由县教育局办理"):
                act(cases.confirm_dropout, lost, person, happened_on=today, today=today, **self.FOUND)
        assert not EnrolmentEvent.objects.filter(kind="drop_out").exists()

    def test_on_a_day_on_which_it_cannot_be_leaves_all_as_it_was(self, scene, bureau, lost):
        before = date(2020, 1, 1)
        with pytest.raises(cases.CaseRefused, match="没有认定"):
            act(cases.confirm_dropout, lost, bureau, happened_on=before, today=date(2026, 9, 21), **self.FOUND)
        assert the_case().stage == CaseStage.REPORTED_LOST

    def test_on_a_day_to_come_is_refused(self, bureau, lost):
        today = date(2026, 9, 21)
        with pytest.raises(cases.CaseRefused, match="还没有到"):
            act(cases.confirm_dropout, lost, bureau, happened_on=today + timedelta(1), today=today, **self.FOUND)


class TestClosing:
    @pytest.fixture
    def back(self, scene, away, clock):
        """``back(10)``: reported lost or not, the child has been there again for so many days; returns the last."""

        def back(number, *, lost=True, reported=True):
            last = away(10 if lost else 3)
            if lost and reported:
                child = scene.children[0]
                acts.file_report(by=scene.teacher, student=child, day=last, kind=Tier.LOSS_REPORT, today=last)
            days = taught(last + timedelta(1), number)
            for day in days:
                clock.move_to(at(day))
                scene.take(day)
            return days[-1]

        return back

    @pytest.mark.parametrize(("days", "closes"), [(9, False), (10, True)])
    def test_of_one_that_was_lost_needs_ten_days_and_a_proposal_of_the_bureau(self, scene, bureau, back, days, closes):
        today = back(days)
        how = {"outcome": CaseOutcome.RETURNED, "note": "稳定", "today": today}
        with pytest.raises(cases.NotYourCase, match="由县教育局销号"):
            act(cases.close, the_case(), scene.clerk, paper=PAPER, **how)
        with pytest.raises(cases.CaseRefused, match="先提出销号" if closes else "现在是9个"):
            act(cases.close, the_case(), bureau, paper=PAPER, **how)

    @pytest.mark.parametrize(("days", "closed"), [(9, 0), (10, 1), (11, 1)])
    def test_of_one_that_was_never_lost_comes_by_itself(self, back, days, closed):
        today = back(days, lost=False)
        assert cases.close_steady(today=today) == closed
        assert (the_case().stage == CaseStage.CLOSED) == bool(closed)

    def test_by_itself_is_not_for_one_that_was_lost(self, back):
        today = back(12)
        assert cases.close_steady(today=today) == 0

    def test_by_itself_waits_for_a_loss_report_that_was_never_filed(self, scene, back):
        today = back(12, reported=False)
        assert the_case().was_lost is False
        assert cases.close_steady(today=today) == 0
        with pytest.raises(cases.CaseRefused, match="流失报告》还没有报"):
            act(cases.close, the_case(), scene.clerk, outcome=CaseOutcome.RETURNED, note="稳定", today=today)
        acts.file_report(by=scene.teacher, student=scene.children[0], day=today, kind=Tier.LOSS_REPORT, today=today)
        assert (the_case().stage, the_case().was_lost) == (CaseStage.RETURNED, True)

    def test_can_be_undone_with_a_reason(self, scene, back):
        today = back(10, lost=False)
        cases.close_steady(today=today)
        with pytest.raises(cases.CaseRefused, match="写明原因"):
            act(cases.reopen, the_case(), scene.clerk, note="", today=today)
        case = act(cases.reopen, the_case(), scene.clerk, note="又听说要外出", today=today)
        assert (case.stage, case.outcome, case.closed_on) == ("watch", "", None)
        assert moves()[-2:] == ["close", "reopen"]

    def test_what_comes_within_the_school_year_opens_the_same_case_and_later_a_new_one(self, scene, back, away):
        cases.close_steady(today=back(10, lost=False))
        away(3, since=date(2026, 10, 12))
        assert the_case().stage == CaseStage.ABSENT
        assert the_case().since == date(2026, 10, 14)
