"""What a case does about mistakes: a report taken back, a mark corrected, a date before the case was opened."""

from datetime import date, timedelta

import pytest

from casework.actions import acts, cases, closings
from casework.causes import Reason, Whereabouts
from casework.models import Case, CaseEvent, Report
from casework.queries.case_page import _track
from casework.queries.funnel import funnels
from casework.ruleset import Tier
from casework.stages import CaseStage
from casework.steps import CaseStep, Concern
from students.actions import leave
from students.days import MarkKind
from students.models import Term
from students.queries.calendar import current_calendar
from tests import cast
from tests.casework.away import child, officers, taking
from tests.scene import MONDAY, at, school_days

__all__ = ["child", "officers", "taking"]
DAY = timedelta(1)
ENDING = (
    "stage", "outcome", "closed_on", "closed_at", "closed_by", "since", "returned_on", "return_confirmed_at",
    "return_confirmed_by", "was_lost",
)  # fmt: skip


def track(case) -> list[tuple]:
    return [(each["label"], each["note"]) for each in _track(case) if each["state"] != "ahead"]


def file_loss(scene, child, day):
    return acts.file_report(by=scene.teacher, student=child, day=day, kind=Tier.LOSS_REPORT, today=day)


class TestAReportOfLossTakenBack:
    def test_makes_the_case_an_absence_that_was_never_lost(self, scene, child, taking):
        last = taking(10, first="unexcused")
        report = file_loss(scene, child, last)
        for _ in range(2):
            acts.cancel(by=scene.teacher, act=report, today=last + DAY)
        case = Case.objects.get()
        assert (case.stage, case.was_lost, case.plan_step) == ("absent", False, "visit")
        assert [event.label for event in CaseEvent.objects.order_by("pk")] == ["缺课建档", "流失已报", "流失报告撤回"]
        assert CaseEvent.objects.order_by("pk").last().day == last + DAY
        assert track(case) == [("缺课", "9月9日")]
        assert cases.follow_all(today=last + DAY) == 0

    def test_and_filed_again_it_is_lost_again(self, scene, child, taking):
        last = taking(10, first="unexcused")
        acts.cancel(by=scene.teacher, act=file_loss(scene, child, last), today=last)
        file_loss(scene, child, last + DAY)
        case = Case.objects.get()
        assert (case.stage, case.was_lost) == ("reported_lost", True)
        assert track(case)[-1] == ("已报流失", "9月19日")

    def test_leaves_what_was_lost_before_as_it_was(self, scene, child, taking):
        file_loss(scene, child, taking(10, first="unexcused"))
        taking(1)
        last = taking(10, first="unexcused")
        acts.cancel(by=scene.teacher, act=file_loss(scene, child, last), today=last)
        case = Case.objects.get()
        assert (case.stage, case.was_lost) == ("absent", True)

    def test_when_the_child_is_back_already_leaves_the_stage_and_the_plan(self, scene, child, taking):
        report = file_loss(scene, child, taking(10, first="unexcused"))
        last = taking(1)
        before = Case.objects.values("stage", "returned_on", "plan_step", "plan_on").get()
        acts.cancel(by=scene.teacher, act=report, today=last)
        assert Case.objects.values(*before).get() == before
        assert Case.objects.get().was_lost is False
        assert CaseEvent.objects.order_by("pk").last().label == "流失报告撤回"
        assert [label for label, _ in track(Case.objects.get())] == ["缺课", "已复学"]
        assert cases.follow_all(today=last) == 0

    def test_when_the_child_is_back_and_filed_again_it_was_lost(self, scene, child, taking):
        report = file_loss(scene, child, taking(10, first="unexcused"))
        last = taking(1)
        acts.cancel(by=scene.teacher, act=report, today=last)
        file_loss(scene, child, last)
        case = Case.objects.get()
        assert (case.stage, case.was_lost) == ("returned", True)
        assert [label for label, _ in track(case)] == ["缺课", "已报流失", "已复学"]

    def test_filed_again_after_the_return_leaves_what_the_bureau_confirmed(self, scene, child, taking, officers):
        report, by = file_loss(scene, child, taking(10, first="unexcused")), officers["bureau"]
        last, case = taking(10), Case.objects.get()
        closings.confirm_return(by=by, scope=cast.scope(by), case=case, note="", version=case.version, today=last)
        acts.cancel(by=scene.teacher, act=report, today=last)
        file_loss(scene, child, last)
        case = Case.objects.get()
        assert (case.stage, case.was_lost, case.return_confirmed_by) == ("returned", True, by)
        assert CaseEvent.objects.order_by("pk").last().label == "流失报告重新提交"
        assert cases.follow_all(today=last) == 0

    def test_one_that_stands_for_what_was_before_the_case_is_not_forgotten(self, scene, child, taking):
        """A case was opened by a concern; registers of the days before came late, and a second absence followed."""
        file_loss(scene, child, taking(10, first="unexcused"))
        Case.objects.update(opened_on=MONDAY + 11 * DAY)  # 18 September, after the day on which the loss was owed
        Report.objects.update(day=MONDAY + 11 * DAY)
        taking(1)
        taking(10, first="unexcused")
        assert Case.objects.get().was_lost
        assert "流失报告撤回" not in [event.label for event in CaseEvent.objects.all()]

    def test_after_its_duty_was_withdrawn_ends_the_case_as_a_mistake(self, scene, child, taking):
        last = taking(10, first="unexcused")
        report = file_loss(scene, child, last)
        slip = {"first_day": MONDAY, "last_day": last, "kind": MarkKind.SICK_LEAVE}
        leave.approve(by=scene.clerk, student=child, today=last, **slip)
        assert Case.objects.get().stage == "reported_lost"
        acts.cancel(by=scene.teacher, act=report, today=last)
        case = Case.objects.get()
        assert (case.stage, case.outcome, case.was_lost) == ("closed", "false_alarm", False)

    def test_that_stands_is_not_undone_by_a_second_loss(self, scene, child, taking):
        last = taking(10, first="unexcused")
        file_loss(scene, child, last)
        slip = {"first_day": MONDAY, "last_day": last, "kind": MarkKind.SICK_LEAVE}
        leave.approve(by=scene.clerk, student=child, today=last, **slip)
        taking(10, first="unexcused")
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("reported_lost", True)
        assert "流失报告撤回" not in [event.label for event in CaseEvent.objects.all()]

    @pytest.mark.parametrize(("taken_back", "was_lost"), [(1, True), (2, False)])
    def test_of_two_reports_one_that_stands_is_enough(self, scene, child, taking, taken_back, was_lost):
        reports = []
        for _ in range(2):
            reports.append(file_loss(scene, child, taking(10, first="unexcused")))
            last = taking(1)
        for report in reports[:taken_back]:
            acts.cancel(by=scene.teacher, act=report, today=last)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("returned", was_lost)
        assert cases.follow_all(today=last) == 0

    def test_is_refused_once_the_dropout_was_confirmed_upon_it(self, scene, child, taking, officers):
        last, by = taking(10, first="unexcused"), officers["bureau"]
        report, case, day = file_loss(scene, child, last), Case.objects.get(), last + DAY
        found = {"happened_on": day, "reason": Reason.WORK, "whereabouts": Whereabouts.UNKNOWN, "note": "核实"}
        cases.confirm_dropout(by=by, scope=cast.scope(by), case=case, version=case.version, today=day, **found)
        with pytest.raises(acts.ReportRefused, match="已凭这份流失报告认定辍学（9月19日）"):
            acts.cancel(by=scene.teacher, act=report, today=day)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("dropped_out", True)

    def test_of_an_absence_that_is_over_is_no_ground_for_a_dropout(self, scene, child, taking, officers):
        file_loss(scene, child, taking(10, first="unexcused"))
        taking(1)
        last, by, case = taking(3, first="unexcused"), officers["bureau"], Case.objects.get()
        found = {"happened_on": last + DAY, "reason": Reason.WORK, "whereabouts": Whereabouts.UNKNOWN, "note": "核实"}
        with pytest.raises(cases.CaseRefused, match="没有有效的流失报告"):
            cases.confirm_dropout(
                by=by, scope=cast.scope(by), case=case, version=case.version, today=last + DAY, **found
            )


class TestAWrongMark:
    @pytest.fixture
    def ended(self, scene, child, taking, officers):
        """A case that ended by itself when the child had been back for ten days."""
        taking(3, first="unexcused")
        taking(1)
        Case.objects.update(stage="closed", outcome="returned", closed_on=MONDAY + 3 * DAY, closed_at=at(MONDAY))
        Case.objects.update(closed_by=officers["bureau"], plan_step="", plan_on=None)
        Case.objects.update(return_confirmed_at=at(MONDAY), return_confirmed_by=officers["second"], was_lost=True)
        return Case.objects.values_list(*ENDING).get()

    @pytest.fixture
    def corrected(self, scene, taking):
        def corrected(number):
            days = school_days(MONDAY + 4 * DAY, number)
            taking(number, first="unexcused")
            assert Case.objects.get().stage == "absent"
            for day in days:
                scene.take(day, version=1)

        return corrected

    def test_that_opened_an_ended_case_leaves_it_as_it_had_ended(self, ended, corrected):
        corrected(3)
        assert Case.objects.values_list(*ENDING).get() == ended
        last = CaseEvent.objects.order_by("pk").last()
        assert (last.label, last.by, last.note) == ("销号", None, "缺课的登记已更正，个案恢复原来的销号结果")
        assert cases.follow_all(today=MONDAY + 8 * DAY) == 0

    def test_leaves_the_return_in_the_funnel(self, ended, corrected, officers):
        scope, last = cast.scope(officers["bureau"]), MONDAY + 9 * DAY
        corrected(3)
        assert funnels(scope, MONDAY, last, today=last)[0].funnel.returned == 1

    def test_twice_is_twice_as_it_had_ended(self, scene, ended, corrected, taking):
        corrected(3)
        last = taking(3, first="unexcused")
        assert Case.objects.get().stage == "absent"
        for day in school_days(last - 2 * DAY, 3):
            scene.take(day, version=1)
        assert Case.objects.values_list(*ENDING).get() == ended

    def test_of_a_case_that_somebody_works_on_ends_nothing(self, scene, ended, child, taking):
        days = school_days(MONDAY + 4 * DAY, 3)
        taking(3, first="unexcused")
        cases.raise_concern(
            by=scene.teacher, scope=cast.scope(scene.teacher), student=child, concern=Concern.WEARY, note="",
            today=days[-1],
        )  # fmt: skip
        for day in days:
            scene.take(day, version=1)
        assert Case.objects.get().stage == "absent"


class TestADayBeforeTheCaseWasOpened:
    def test_what_was_done_by_hand_in_an_earlier_opening_does_not_count(self, scene, child, taking):
        last = taking(3, first="unexcused")
        case = Case.objects.get()
        who = {"by": scene.clerk, "scope": cast.scope(scene.clerk), "today": last}
        case = cases.plan(case=case, step=CaseStep.VISIT, on=last, note="", version=case.version, **who)
        for day in school_days(MONDAY, 3):
            scene.take(day, version=1)
        case.refresh_from_db()
        cases.close(case=case, outcome=cases.CaseOutcome.FALSE_ALARM, note="误记", version=case.version, **who)
        ended = Case.objects.values_list(*ENDING).get()
        taking(1)
        again = taking(3, first="unexcused")
        assert (Case.objects.get().stage, Case.objects.get().since) == (CaseStage.ABSENT, again)
        for day in school_days(last + 2 * DAY, 3):
            scene.take(day, version=1)
        assert Case.objects.values_list(*ENDING).get() == ended


class TestAtTheEndOfTheSchoolYear:
    """The last days of July and the first of September: what went on over the summer."""

    @pytest.fixture
    def summer(self, scene, clock):
        """``summer(4, filed=False)``: away for the last days of the year, there on the first two of the next."""
        Term.objects.create(school_year=2027, number=1, start=date(2027, 9, 1), end=date(2028, 1, 21))

        def summer(number, *, filed=False) -> Case:
            taught = current_calendar().school_days(school=scene.school.pk, school_class=scene.school_class.pk)
            for day in list(taught.between(date(2027, 6, 1), date(2027, 7, 9)))[-number:]:
                clock.move_to(at(day))
                scene.take(day, first="unexcused")
            if filed:
                file_loss(scene, scene.children[0], day)
            for day in (date(2027, 9, 1), date(2027, 9, 2)):
                clock.move_to(at(day))
                cases.follow_all(today=day)
                scene.take(day)
                cases.follow_all(today=day)
            return Case.objects.get()

        return summer

    @pytest.mark.parametrize(("number", "filed"), [(4, False), (12, False), (12, True)])
    def test_who_is_there_on_the_first_day_has_returned(self, summer, number, filed):
        case = summer(number, filed=filed)
        assert (case.stage, case.returned_on, case.was_lost) == ("returned", date(2027, 9, 1), filed)

    def test_a_report_filed_in_september_of_a_loss_in_june_counts(self, scene, summer):
        case = summer(12)
        file_loss(scene, scene.children[0], date(2027, 9, 2))
        case.refresh_from_db()
        assert (case.stage, case.was_lost, case.returned_on) == ("returned", True, date(2027, 9, 1))


def test_a_false_alarm_that_was_none_is_opened_again(scene, child, taking, clock):
    last = taking(3, first="unexcused")
    for day in school_days(MONDAY, 3):
        scene.take(day, version=1)
    assert (Case.objects.get().stage, Case.objects.get().closed_on) == ("closed", last)
    for day in school_days(MONDAY, 3):
        scene.take(day, version=2, first="unexcused")
    assert Case.objects.get().stage == "absent"
