"""下一步 of a case: due from the day on which it is known, done by a contact, owed again when that is taken back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casework.actions import acts, cases, contacts, trips
from casework.actions.hand_ups import hand_up_overdue
from casework.causes import Reason, Whereabouts
from casework.contacts import Account, Companion, ContactMethod, ContactOutcome
from casework.models import Case, CaseEvent, HandUp
from casework.queries.case_page import history, history_entries
from casework.ruleset import Tier
from casework.stages import CaseStage
from casework.steps import DONE_BY, CaseStep
from students.queries.calendar import current_calendar
from tests import cast
from tests.casework.away import officers, open_case
from tests.scene import MONDAY, at, school_days

__all__ = ["officers"]
DAY = timedelta(1)
# Written out by hand, so that a change of the table shows here.
DOES = {
    CaseStep.FOLLOW_UP: ["phone", "wechat", "home_visit", "joint_visit", "letter"],
    CaseStep.VISIT: ["home_visit", "joint_visit"],
    CaseStep.PERSUADE: ["home_visit", "joint_visit"],
    CaseStep.JOINT_PERSUADE: ["joint_visit"],
}


@pytest.mark.parametrize("step", CaseStep)
@pytest.mark.parametrize("method", ContactMethod)
def test_every_step_with_every_way_of_contact(step, method):
    assert (method in DONE_BY.get(step, ())) == (method in DOES.get(step, []))


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def away(scene, clock):
    """``away(3)``: the first child has been away for so many school days; returns the last of them."""

    def away(number):
        for day in school_days(MONDAY, number):
            clock.move_to(at(day))
            scene.take(day, first="unexcused")
        return day

    return away


def visit(scene, child, day, *, today=None, method=ContactMethod.HOME_VISIT, outcome=ContactOutcome.REFUSES, **told):
    account = Account(method=method, day=day, outcome=outcome, talk="家里忙", **told)
    return contacts.record(
        by=scene.teacher, scope=cast.scope(scene.teacher), student=child, account=account, submission=uuid4(),
        today=today or day,
    )[0]  # fmt: skip


def planned() -> tuple[str, date]:
    case = Case.objects.get()
    return case.plan_step, case.plan_on


def steps_handed_up() -> list[tuple]:
    return list(HandUp.objects.filter(matter__in=list(CaseStep)).values_list("matter", "due_on"))


class TestAContact:
    def test_does_the_visit_that_was_planned_and_the_next_is_due_from_then_on(self, scene, child, away):
        opened = away(3)
        acts.file_report(by=scene.teacher, student=child, day=opened, kind=Tier.ABSENCE_REPORT, today=opened)
        assert planned() == ("visit", opened + 7 * DAY)
        visit(scene, child, opened + DAY)
        assert planned() == ("visit", opened + 8 * DAY)
        done = history_entries(history(Case.objects.get())[:1], opened + DAY)[0]
        assert (done["title"], done["text"], done["by"]) == ("已办下一步", "家访；9月16日前", "沈明")
        hand_up_overdue(today=opened + 8 * DAY)
        assert steps_handed_up() == []

    def test_of_one_line_does_it_too(self, scene, child, away):
        opened = away(3)
        told = {"by": scene.teacher, "student": child, "day": opened + DAY, "today": opened + DAY, "result": "见到祖母"}
        for _ in range(2):  # a second press does nothing more
            acts.record_contact(method=ContactMethod.HOME_VISIT, **told)
        assert planned() == ("visit", opened + 8 * DAY)
        assert CaseEvent.objects.filter(action="step_done").count() == 1

    @pytest.mark.parametrize("method", [ContactMethod.PHONE, ContactMethod.LETTER])
    def test_of_another_way_does_not(self, scene, child, away, method):
        opened = away(3)
        visit(scene, child, opened + DAY, method=method)
        assert planned() == ("visit", opened + 7 * DAY)

    @pytest.mark.parametrize(("shift", "does"), [(-1, False), (0, True), (1, True)])
    def test_counts_from_the_day_on_which_the_step_was_planned(self, scene, child, away, shift, does):
        opened = away(3)
        visit(scene, child, opened + shift * DAY, today=opened + DAY)
        assert planned() == ("visit", opened + (8 if does else 7) * DAY)

    def test_taken_back_the_step_is_owed_again_by_its_day(self, scene, child, away):
        opened = away(3)
        told = visit(scene, child, opened + DAY)
        for _ in range(2):
            contacts.cancel(by=scene.teacher, contact=told, today=opened + DAY)
        assert planned() == ("visit", opened + 7 * DAY)
        assert [event.label for event in CaseEvent.objects.order_by("pk")][-2:] == ["已办下一步", "撤销已办的下一步"]

    def test_taken_back_leaves_alone_what_somebody_has_planned_since(self, scene, child, away):
        opened = away(3)
        told = visit(scene, child, opened + DAY)
        case = Case.objects.get()
        cases.plan(
            by=scene.clerk, scope=cast.scope(scene.clerk), case=case, step=CaseStep.PERSUADE, on=opened + 2 * DAY,
            note="", version=case.version, today=opened + DAY,
        )  # fmt: skip
        contacts.cancel(by=scene.teacher, contact=told, today=opened + DAY)
        assert planned() == ("persuade", opened + 2 * DAY)

    def test_with_a_promise_plans_the_day_promised(self, scene, child, away):
        opened = away(3)
        visit(scene, child, opened + DAY, outcome=ContactOutcome.PROMISED, promised_on=opened + 2 * DAY)
        assert planned() == ("promised", opened + 2 * DAY)

    def test_of_a_watched_child_is_the_follow_up(self, scene, child):
        open_case(child, stage="watch")
        Case.objects.update(plan_step="follow_up")
        visit(scene, child, MONDAY + DAY, method=ContactMethod.PHONE)
        assert planned() == ("follow_up", MONDAY + 15 * DAY)

    @pytest.mark.parametrize(("shift", "does"), [(-1, False), (0, True), (1, True)])
    def test_before_the_day_set_for_a_follow_up_does_not_replace_it(self, scene, child, shift, does):
        case, limit = open_case(child), MONDAY + 3 * DAY
        cases.plan(
            by=scene.teacher, scope=cast.scope(scene.teacher), case=case, step=CaseStep.FOLLOW_UP, on=limit,
            note="劝学通知书的期限到9月10日", version=case.version, today=MONDAY,
        )  # fmt: skip
        visit(scene, child, limit + shift * DAY, method=ContactMethod.PHONE)
        assert (planned() == ("follow_up", limit)) == (not does)

    def test_of_a_child_that_is_back_leaves_the_days_of_its_return_to_the_registers(self, scene, child, clock, away):
        back = away(3) + DAY
        clock.move_to(at(back))
        scene.take(back)
        counted = planned()
        case = Case.objects.get()
        cases.plan(
            by=scene.clerk, scope=cast.scope(scene.clerk), case=case, step=CaseStep.VISIT, on=back + 3 * DAY, note="",
            version=case.version, today=back,
        )  # fmt: skip
        visit(scene, child, back + DAY)
        assert planned() == counted


def test_a_trip_that_was_told_is_not_handed_up_the_next_morning(scene, child, officers):
    case, by = open_case(child), officers["township"]
    who = {"by": by, "scope": cast.scope(by), "today": MONDAY}
    trip = trips.plan_trip(
        township=scene.school.township, cases=[case], day=MONDAY, leader="韩刚", companions=[Companion.VILLAGE], **who
    )
    told = {"outcome": ContactOutcome.REFUSES, "talk": "谈了", "submission": uuid4()}
    trips.record_result(child=trip.children.get(), **told, **who)
    assert planned() == ("visit", MONDAY + 7 * DAY)
    hand_up_overdue(today=MONDAY + DAY)
    assert steps_handed_up() == []


class TestKnownLate:
    """People have their days from the day on which it is known, whatever day it speaks of."""

    FOUND = {"reason": Reason.WORK, "whereabouts": Whereabouts.UNKNOWN, "note": "核实"}

    @pytest.mark.parametrize("late", [0, 1, 14])
    def test_a_dropout_that_is_confirmed(self, scene, child, officers, clock, late):
        today, by = MONDAY + late * DAY, officers["bureau"]
        clock.move_to(at(today))
        case = open_case(child, stage="reported_lost", was_lost=True)
        cases.confirm_dropout(
            by=by, scope=cast.scope(by), case=case, happened_on=MONDAY, version=case.version, today=today, **self.FOUND
        )
        assert planned() == ("joint_persuade", today + 7 * DAY)
        assert CaseEvent.objects.get(action="confirm_dropout").day == MONDAY
        hand_up_overdue(today=today)
        assert steps_handed_up() == []

    @pytest.mark.parametrize("late", [0, 1, 21])
    def test_a_report_of_loss_is_dated_and_planned_from_when_it_was_filed(self, scene, child, away, clock, late):
        filed = away(10) + late * DAY
        clock.move_to(at(filed))
        acts.file_report(by=scene.teacher, student=child, day=filed, kind=Tier.LOSS_REPORT, today=filed)
        assert CaseEvent.objects.get(action="note_loss").day == filed
        on_or_after = current_calendar().school_days(school=0, school_class=0).on_or_after
        assert planned() == ("persuade", on_or_after(filed + 7 * DAY))
        hand_up_overdue(today=filed)
        assert steps_handed_up() == []

    def test_a_return_that_the_registers_tell_late_is_counted_from_its_day_and_due_today_at_the_earliest(
        self, scene, child, away, clock
    ):
        last = away(3)
        today = last + 19 * DAY
        clock.move_to(at(today))
        cast.take_register(scene.teacher, scene.school_class, last + DAY, "AM", today=today)
        case = Case.objects.get()
        assert (case.stage, case.returned_on, case.plan_on) == (CaseStage.RETURNED, last + DAY, today)

    def test_a_second_look_moves_nothing_that_was_planned(self, away):
        opened = away(3)
        assert cases.follow_all(today=opened + 21 * DAY) == 0
        assert planned() == ("visit", opened + 7 * DAY)
