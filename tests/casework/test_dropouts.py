"""认定辍学: upon a 流失报告 that stands, in the case, behind the days in a register, undone when it was a mistake."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from casework.actions import acts, cases
from casework.actions.documents import DocumentRefused
from casework.causes import Reason, Whereabouts
from casework.document_kinds import DocumentKind
from casework.models import AbsenceRun, Case, CaseEvent, Obligation, Report
from casework.queries.case_page import _track
from casework.queries.dropouts import earliest_dropout
from casework.queries.funnel import funnels
from casework.ruleset import Tier
from casework.steps import Concern
from students.actions import corrections
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import EnrolmentEvent, RegistryLine
from tests import cast
from tests.casework.away import child, officers, taking
from tests.scene import MONDAY, at, client_of

__all__ = ["child", "officers", "taking"]
DAY = timedelta(1)
FOUND = {"reason": Reason.WORK, "whereabouts": Whereabouts.WORK_AWAY, "note": "村委会证明"}


@pytest.fixture
def bureau(officers):
    return officers["bureau"]


@pytest.fixture
def lost(scene, child, taking):
    """Away for ten days, of which the last, Friday 18 September, saw the 流失报告; returns that day."""
    last = taking(10, first="unexcused")
    report(scene, child, last)
    return last


def report(scene, child, day):
    return acts.file_report(by=scene.teacher, student=child, day=day, kind=Tier.LOSS_REPORT, today=day)


def confirm(bureau, day, *, today=None, version=None, **more):
    case = Case.objects.get()
    return cases.confirm_dropout(
        by=bureau, scope=cast.scope(bureau), case=case, happened_on=day, today=today or day,
        version=case.version if version is None else version, **FOUND | more,
    )  # fmt: skip


def track() -> list[tuple]:
    return [(each["label"], each["note"]) for each in _track(Case.objects.get()) if each["state"] != "ahead"]


def moves() -> list[str]:
    return [event.action for event in CaseEvent.objects.order_by("pk")]


def dropout() -> EnrolmentEvent:
    return EnrolmentEvent.objects.effective().get(kind=EventKind.DROP_OUT)


def page(person, name, pk, **data):
    client, address = client_of(person), reverse(name, args=[pk])
    return client.post(address, data) if data else client.get(address)


class TestTheDay:
    @pytest.mark.parametrize(("shift", "accepted"), [(-1, False), (0, False), (1, True)])
    def test_lies_behind_the_day_that_the_report_tells_of(self, bureau, lost, clock, shift, accepted):
        clock.move_to(at(lost + 3 * DAY))
        if accepted:
            assert confirm(bureau, lost + shift * DAY, today=lost + 3 * DAY).stage == "dropped_out"
        else:
            with pytest.raises(cases.CaseRefused, match="最早是9月19日：流失报告报的缺课到9月18日"):
                confirm(bureau, lost + shift * DAY, today=lost + 3 * DAY)
            assert Case.objects.get().stage == "reported_lost"

    def test_leaves_the_run_and_its_report_as_they_were_and_the_return_is_owed(self, child, bureau, lost, taking):
        confirm(bureau, lost + DAY)
        duty = Obligation.objects.get(student=child, tier=Tier.LOSS_REPORT)
        assert (duty.withdrawn_at, duty.done_on, AbsenceRun.objects.get().days) == (None, lost, 10)
        back = lost + 3 * DAY
        record_event(
            by=bureau, student=child, kind=EventKind.RETURN, happened_on=back, today=back,
            school_class=child.line.school_class,
        )  # fmt: skip
        taking(2)
        assert Obligation.objects.filter(student=child, tier=Tier.RETURN_REPORT, withdrawn_at=None).exists()

    def test_may_be_one_on_which_the_register_was_taken_once_the_report_was_made(self, bureau, lost, taking):
        today = taking(3, first="unexcused")
        assert confirm(bureau, today).stage == "dropped_out"
        assert AbsenceRun.objects.get().days == 12

    def test_is_not_before_one_on_which_the_child_was_seen(self, scene, child, bureau, lost, taking):
        seen, again = taking(1), taking(4, first="unexcused")
        report(scene, child, again)
        with pytest.raises(cases.CaseRefused, match="最早是"):
            confirm(bureau, seen, today=again + DAY)
        assert earliest_dropout(child.pk).day == again + DAY

    def test_of_a_child_that_is_back_is_none(self, bureau, lost, taking):
        today = taking(1)
        with pytest.raises(cases.CaseRefused, match="已经返校，不能认定辍学"):
            confirm(bureau, lost, today=today)
        assert Case.objects.get().stage == "returned"
        assert AbsenceRun.objects.get().days == 10

    def test_is_told_on_the_page_and_not_offered_on_the_day_of_the_report(self, bureau, lost, clock):
        blocked = page(bureau, "casework:confirm_dropout", Case.objects.get().pk).content.decode()
        assert "现在还不能办" in blocked
        assert "辍学日期最早是9月19日" in blocked
        clock.move_to(at(lost + 3 * DAY))
        response = page(bureau, "casework:confirm_dropout", Case.objects.get().pk)
        field = response.context["form"].fields["happened_on"]
        assert (field.initial, "最早9月19日" in field.help_text) == (lost + 3 * DAY, True)


class TestTheRegistry:
    def test_leads_to_the_case(self, child, bureau, lost):
        address = reverse("students:record_change", args=[child.pk, "drop_out"])
        case = reverse("casework:confirm_dropout", args=[Case.objects.get().pk])
        sent = {"submission": str(uuid4()), "seen": child.events.get().pk, "happened_on": str(lost), "note": "外出"}
        for response in (client_of(bureau).get(address), client_of(bureau).post(address, sent)):
            assert response.url == case
        assert child.events.count() == 1

    @pytest.mark.parametrize("absent", [0, 2, 3])
    def test_takes_none_without_a_report(self, child, bureau, taking, absent):
        taking(absent or 1, **({"first": "unexcused"} if absent else {}))
        address = reverse("students:record_change", args=[child.pk, "drop_out"])
        answer = client_of(bureau).get(address, follow=True).content.decode()
        assert "没有有效的流失报告" in answer if absent == 3 else "请学校先签发《学生流失报告》" in answer

    def test_takes_that_of_a_suspended_child_upon_a_report(self, scene, child, bureau):
        record_event(by=bureau, student=child, kind=EventKind.SUSPEND, happened_on=MONDAY, today=MONDAY)
        address = reverse("students:record_change", args=[child.pk, "drop_out"])
        sent = {"submission": str(uuid4()), "seen": child.events.order_by("pk").last().pk, "happened_on": str(MONDAY)}
        sent["note"] = "休学期满没有回来"
        client = client_of(bureau)
        assert "没有有效的流失报告" in client.post(address, sent, follow=True).content.decode()
        report(scene, child, MONDAY)
        assert client.get(address).status_code == 200
        assert client.post(address, sent).status_code == 302
        assert client.post(address, sent).status_code == 302
        assert (dropout().happened_on, Case.objects.get().stage) == (MONDAY, "dropped_out")

    @pytest.mark.parametrize(("shift", "status"), [(-1, 422), (0, 422), (1, 302)])
    def test_moves_none_to_a_day_on_which_the_child_was_counted(self, child, bureau, lost, clock, shift, status):
        clock.move_to(at(lost + 3 * DAY))
        confirm(bureau, lost + 3 * DAY)
        sent = {"submission": str(uuid4()), "seen": dropout().pk, "do": "correct", "reason": "抄错"}
        day = (lost + shift * DAY).isoformat()
        response = page(bureau, "students:correct_change", dropout().pk, happened_on=day, **sent)
        assert response.status_code == status
        assert ("辍学日期最早是9月19日" in response.content.decode()) == (status == 422)


class TestAMistake:
    def void(self, bureau, today):
        return corrections.void(by=bureau, event=dropout(), reason="认错了人", today=today)

    def test_in_a_case_leaves_it_reported_and_to_be_confirmed_again(self, bureau, lost):
        confirm(bureau, lost + DAY)
        self.void(bureau, lost + DAY)
        case = Case.objects.get()
        assert (case.stage, case.was_lost, moves()[-2:]) == ("reported_lost", True, ["undo_dropout", "note_loss"])
        assert track() == [("缺课", "9月9日"), ("已报流失", "9月18日")]
        assert cases.follow_all(today=lost + DAY) == 0
        assert confirm(bureau, lost + 2 * DAY).stage == "dropped_out"
        assert track()[-1] == ("辍学", "9月20日")

    def test_lets_the_report_be_taken_back_after_which_the_case_was_never_lost(self, scene, bureau, lost):
        confirm(bureau, lost + DAY)
        self.void(bureau, lost + DAY)
        acts.cancel(by=scene.teacher, act=Report.objects.get(), today=lost + DAY)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("absent", False)

    def test_that_alone_had_opened_a_case_closes_it_as_one(self, child, bureau, taking):
        today = taking(1)
        record_event(by=None, student=child, kind=EventKind.DROP_OUT, happened_on=today, today=today)
        assert Case.objects.get().stage == "dropped_out"
        self.void(bureau, today)
        case = Case.objects.get()
        assert (case.stage, case.outcome, case.was_lost, case.returned_on) == ("closed", "false_alarm", False, None)
        assert funnels(cast.scope(bureau), MONDAY, today, today=today)[0].funnel.returned == 0
        assert cases.follow_all(today=today) == 0

    def test_about_a_child_that_had_come_back_leaves_it_so(self, child, bureau, lost, taking):
        back = taking(1)
        today = taking(1)
        record_event(by=None, student=child, kind=EventKind.DROP_OUT, happened_on=today, today=today)
        self.void(bureau, today)
        case = Case.objects.get()
        assert (case.stage, case.returned_on, case.was_lost) == ("returned", back, True)

    def test_about_a_child_that_is_away_leaves_it_absent(self, child, bureau, taking):
        today = taking(3, first="unexcused")
        record_event(by=None, student=child, kind=EventKind.DROP_OUT, happened_on=today + DAY, today=today + DAY)
        self.void(bureau, today + DAY)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("absent", False)

    @pytest.mark.parametrize("shift", [1, 3])
    def test_of_the_day_is_noted_and_shown(self, bureau, lost, shift):
        confirm(bureau, lost + 2 * DAY)
        plan = Case.objects.values("plan_step", "plan_on").get()
        corrections.correct(
            by=bureau, event=dropout(), happened_on=lost + shift * DAY, school_class=None, reason="抄错",
            today=lost + 3 * DAY,
        )  # fmt: skip
        assert Case.objects.get().stage == "dropped_out"
        assert Case.objects.values(*plan).get() == plan
        assert track()[-1] == ("辍学", f"9月{18 + shift}日")
        assert CaseEvent.objects.order_by("pk").last().label == "更正辍学日期"
        assert cases.follow_all(today=lost + 3 * DAY) == 0


class TestAReportBeforeItIsOwed:
    def test_makes_the_case_reported_lost_and_back_when_it_is_taken_back(self, scene, child, taking):
        today = taking(3, first="unexcused")
        filed = report(scene, child, today)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("reported_lost", True)
        assert track() == [("缺课", "9月9日"), ("已报流失", "9月9日")]
        acts.cancel(by=scene.teacher, act=filed, today=today)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("absent", False)
        assert cases.follow_all(today=today) == 0

    def test_counts_when_the_child_is_back_until_it_is_taken_back(self, scene, child, taking):
        filed = report(scene, child, taking(3, first="unexcused"))
        today = taking(1)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("returned", True)
        acts.cancel(by=scene.teacher, act=filed, today=today)
        assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("returned", False)

    def test_opens_the_case_of_a_run_that_asks_for_none_yet(self, scene, child, taking):
        today = taking(1, first="unexcused")
        report(scene, child, today)
        assert (Case.objects.get().stage, Case.objects.get().opened_on) == ("reported_lost", today)
        assert cases.follow_all(today=today) == 0

    def test_is_the_same_one_when_the_tenth_day_comes(self, scene, child, taking):
        report(scene, child, taking(3, first="unexcused"))
        taking(7, first="unexcused")
        assert (Case.objects.get().stage, moves()) == ("reported_lost", ["note_absence", "note_loss"])


class TestTheReportUponWhichItWasConfirmed:
    def test_is_neither_sent_back_nor_voided(self, scene, child, bureau, lost):
        confirm(bureau, lost + DAY)
        with pytest.raises(acts.ReportRefused, match="请县教育局先在学籍变动里更正或作废辍学"):
            acts.cancel(by=scene.teacher, act=Report.objects.get(), today=lost + DAY)
        assert Report.objects.get().cancelled_at is None

    @pytest.mark.parametrize(("step", "who"), [("return", "clerk"), ("void", "homeroom")])
    def test_as_a_document_says_so(self, desk, step, who):
        paper = desk.issued(DocumentKind.LOSS_REPORT)
        desk.today += DAY
        confirm(desk.people["bureau"], desk.today)
        with pytest.raises(DocumentRefused, match="已凭这份流失报告认定辍学（9月10日）"):
            desk.do(step, paper, who)
        paper.refresh_from_db()
        assert (paper.state, paper.report.cancelled_at) == ("waiting", None)

    def test_is_the_last_one_that_stood(self, scene, child, bureau, lost, taking, clock):
        earlier = Report.objects.get()
        taking(1)
        again = taking(10, first="unexcused")
        report(scene, child, again)
        confirm(bureau, again + DAY)
        acts.cancel(by=scene.teacher, act=earlier, today=again + DAY)
        with pytest.raises(acts.ReportRefused):
            acts.cancel(by=scene.teacher, act=Report.objects.get(cancelled_at=None), today=again + DAY)


class TestPressedTwice:
    def test_is_confirmed_once(self, bureau, lost):
        version = Case.objects.get().version
        for _ in range(2):
            assert confirm(bureau, lost + DAY, version=version).stage == "dropped_out"
        assert moves().count("confirm_dropout") == 1
        assert EnrolmentEvent.objects.filter(kind=EventKind.DROP_OUT).count() == 1

    def test_with_something_else_is_told_what_is_new(self, bureau, lost):
        version = Case.objects.get().version
        confirm(bureau, lost + DAY, version=version)
        with pytest.raises(cases.CaseChanged):
            confirm(bureau, lost + DAY, version=version, note="别的依据")

    def test_on_the_page_leads_back_to_the_case(self, bureau, lost, clock):
        clock.move_to(at(lost + 3 * DAY))
        case = Case.objects.get()
        fields = {"version": case.version, "happened_on": str(lost + 3 * DAY), "note": "村委会证明"}
        fields |= {"reason": "work", "whereabouts": "work_away"}
        for _ in range(2):
            response = page(bureau, "casework:confirm_dropout", case.pk, **fields)
            assert (response.status_code, response.url) == (302, reverse("casework:case", args=[case.pk]))
        assert RegistryLine.objects.get(pk=case.student_id).since == lost + 3 * DAY


class TestTheConcernThatNamesTheCase:
    @pytest.mark.parametrize(
        ("told", "named"),
        [
            ([Concern.LEAVING_TO_WORK, Concern.LEFT], "left"),
            ([Concern.LEFT, Concern.WEARY], "left"),
            ([Concern.WEARY, Concern.MARRYING], "marrying"),
        ],
    )
    def test_is_that_the_child_has_left_else_the_latest(self, scene, child, told, named):
        by = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "student": child}
        for number, concern in enumerate(told):
            cases.raise_concern(**by, concern=concern, note="", today=date(2026, 9, 7 + number))
        assert Case.objects.get().concern == named
