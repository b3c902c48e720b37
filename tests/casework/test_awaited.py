"""What a case waits for is next when a step is done or off: promises, trips that stand, the limits of letters."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casework.actions import cases, contacts, letters
from casework.contacts import Account, ContactMethod, ContactOutcome
from casework.models import Case, CaseEvent, LetterDelivery
from casework.queries.case_page import history, history_entries
from casework.steps import CaseStep
from students.models import Person
from tests import cast
from tests.casework.away import officers, open_case
from tests.casework.test_document_pages import page, words
from tests.casework.test_documents import LETTER
from tests.casework.tripping import leave_out, off, plan, tell
from tests.scene import MONDAY, client_of

__all__ = ["officers"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
DAY = timedelta(1)
SUNDAY = MONDAY + 6 * DAY


@pytest.fixture
def case(scene) -> Case:
    return open_case(scene.children[0])


def record(by: Person, case: Case, *, method=ContactMethod.PHONE, outcome=ContactOutcome.TALKED, day=MONDAY, **told):
    account = Account(method=method, day=day, outcome=outcome, **{"talk": "家里忙"} | told)
    return contacts.record(
        by=by, scope=cast.scope(by), student=case.student, account=account, submission=uuid4(), today=day
    )[0]  # fmt: skip


def promise(by: Person, case: Case, on, **told):
    return record(by, case, outcome=ContactOutcome.PROMISED, promised_on=on, **told)


def planned() -> tuple:
    case = Case.objects.get()
    return case.plan_step, case.plan_on


class TestAPromise:
    def test_is_next_again_when_a_trip_before_it_is_called_off(self, case, officers):
        promise(officers["teacher"], case, MONDAY + 4 * DAY)
        trip = plan([case], officers["township"])
        assert planned() == ("joint_persuade", trip.day)
        off(trip, officers["township"])
        assert planned() == ("promised", MONDAY + 4 * DAY)

    def test_is_next_again_when_what_comes_before_it_is_done(self, case, officers):
        promise(officers["teacher"], case, MONDAY + 4 * DAY, next_note="到校门口接")
        by, case = officers["teacher"], Case.objects.get()
        cases.plan(
            by=by, scope=cast.scope(by), case=case, step=CaseStep.VISIT, on=MONDAY + DAY, note="",
            version=case.version, today=MONDAY,
        )  # fmt: skip
        record(by, case, method=ContactMethod.HOME_VISIT, day=MONDAY + DAY)
        assert planned() == ("promised", MONDAY + 4 * DAY)
        assert Case.objects.get().plan_note == "到校门口接"

    @pytest.mark.parametrize(("late", "step"), [(-1, "promised"), (0, "promised"), (1, "visit")])
    def test_stands_until_its_day(self, case, officers, late, step):
        promise(officers["teacher"], case, MONDAY + 2 * DAY)
        trip = plan([case], officers["township"], day=MONDAY + DAY)
        off(trip, officers["township"], today=MONDAY + (2 + late) * DAY)
        assert planned()[0] == step

    def test_is_not_what_was_promised_before_it(self, case, officers):
        promise(officers["teacher"], case, MONDAY + DAY)
        promise(officers["teacher"], case, MONDAY + 3 * DAY, talk="改到星期四")
        assert planned() == ("promised", MONDAY + 3 * DAY)

    def test_that_is_taken_back_leaves_the_one_before_it(self, case, officers):
        promise(officers["teacher"], case, MONDAY + 3 * DAY)
        second = promise(officers["teacher"], case, MONDAY + DAY, talk="提前来")
        contacts.cancel(by=officers["teacher"], contact=second, today=MONDAY)
        assert planned() == ("promised", MONDAY + 3 * DAY)

    def test_for_a_sunday_is_named_by_its_day_and_by_the_day_on_which_it_is_checked(self, case, officers):
        sent = {
            "submission": str(uuid4()), "method": "phone", "day": str(MONDAY), "outcome": "promised",
            "promised_on": str(SUNDAY), "talk": "周末送来",
        }  # fmt: skip
        client = client_of(officers["teacher"])
        text = words(client.post(page("new_contact", case.student_id), sent, follow=True))
        assert "答应9月13日返校，9月14日核实。" in text
        assert planned() == ("promised", SUNDAY + DAY)
        assert "答应9月13日返校" in words(client.get(page("case", case.pk)))
        [told, *_] = history_entries(history(case), MONDAY)
        assert (told["title"], told["text"]) == ("承诺返校", "答应9月13日返校")
        late = {"version": Case.objects.get().version, "step": "visit", "on": str(SUNDAY + 2 * DAY), "note": ""}
        refused = words(client.post(page("plan_case", case.pk), late))
        assert "孩子答应9月13日返校，9月14日核实，下一步不能排到9月14日以后" in refused

    def test_for_a_school_day_has_one_day(self, case, officers):
        sent = {
            "submission": str(uuid4()), "method": "phone", "day": str(MONDAY), "outcome": "promised",
            "promised_on": str(MONDAY + DAY), "talk": "明天送来",
        }  # fmt: skip
        text = words(client_of(officers["teacher"]).post(page("new_contact", case.student_id), sent, follow=True))
        assert "9月8日核实是否返校。" in text
        assert "答应9月8日返校，" not in text


class TestTrips:
    def two(self, case, officers):
        first = plan([case], officers["township"], day=MONDAY)
        return first, plan([case], officers["township"], day=MONDAY + 4 * DAY, leader="陶书记", again=True)

    def test_the_one_that_remains_is_next_after_the_first_was_told(self, case, officers):
        first, second = self.two(case, officers)
        tell(first.children.get(), officers["township"])
        assert planned() == ("joint_persuade", second.day)
        assert Case.objects.get().plan_note == "陶书记带队"

    @pytest.mark.parametrize("end", [off, lambda trip, by: leave_out(trip.children.get(), by)])
    def test_the_one_that_remains_is_next_after_the_first_is_off(self, case, officers, end):
        first, second = self.two(case, officers)
        end(first, officers["township"])
        assert planned() == ("joint_persuade", second.day)

    def test_of_one_day_are_named_by_who_still_goes(self, case, officers):
        first = plan([case], officers["township"])
        plan([case], officers["township"], leader="陶书记", again=True)
        off(first, officers["township"])
        assert planned() == ("joint_persuade", first.day)
        assert Case.objects.get().plan_note == "陶书记带队"

    def test_of_one_day_both_wait_for_their_result(self, case, officers):
        first = plan([case], officers["township"], day=MONDAY)
        plan([case], officers["township"], day=MONDAY, leader="陶书记", again=True)
        tell(first.children.get(), officers["township"])
        assert planned() == ("joint_persuade", MONDAY)

    def test_a_result_that_promises_a_later_day_leaves_the_trip_before_it(self, case, officers):
        first, second = self.two(case, officers)
        tell(first.children.get(), officers["township"], "promised", promised_on=MONDAY + 7 * DAY)
        assert planned() == ("joint_persuade", second.day)
        off(second, officers["township"])
        assert planned() == ("promised", MONDAY + 7 * DAY)

    def test_are_not_passed_over_by_a_plan(self, case, officers):
        first, second = self.two(case, officers)
        with pytest.raises(cases.CaseRefused, match="9月11日有联合劝返（陶书记带队），下一步不能排到9月11日以后"):
            tell(
                first.children.get(), officers["township"], step=CaseStep.VISIT, step_on=second.day + DAY
            )  # fmt: skip
        assert planned() == ("joint_persuade", MONDAY)

    def test_that_met_nobody_are_over_and_say_so(self, case, officers):
        tell(plan([case], officers["township"], day=MONDAY).children.get(), officers["township"], "nobody_home")
        assert planned()[0] == "visit"
        assert history_entries(history(case)[:1], MONDAY)[0]["title"] == "联合劝返未遇"


class TestAVisit:
    def test_that_met_nobody_does_not_do_the_step_and_the_history_says_so(self, case, officers):
        before = planned()
        told = record(
            officers["teacher"], case, method=ContactMethod.HOME_VISIT, outcome=ContactOutcome.NOBODY_HOME
        )  # fmt: skip
        assert planned() == before
        entry = history_entries(history(case)[:1], MONDAY)[0]
        assert (entry["title"], entry["text"]) == ("家访未遇", "家中无人")
        assert not CaseEvent.objects.filter(action="step_done").exists()
        contacts.cancel(by=officers["teacher"], contact=told, today=MONDAY)
        assert planned() == before
        assert history_entries(history(case)[:1], MONDAY)[0]["title"] == "撤销未遇的家访"


class TestTheLimitOfALetter:
    @pytest.fixture
    def letter(self, desk):
        return desk.do("sign", desk.issued(LETTER), "principal")

    def deliver(self, desk, letter) -> LetterDelivery:
        told = {"delivered_on": desk.today, "method": LetterDelivery.Method.IN_PERSON, "recipient": "曾杰（母亲）"}
        return letters.deliver(**desk.place("homeroom"), document=letter, **told)

    def test_is_planned_anew_when_the_letter_is_voided(self, desk, letter):
        self.deliver(desk, letter)
        letter.refresh_from_db()
        desk.do("void", letter, "principal", reason="送错了人家")
        assert planned()[0] == "visit"
        assert Case.objects.get().plan_note == ""
        entry = history_entries(history(Case.objects.get())[:1], desk.today)[0]
        assert entry["title"] == "文书作废"

    def test_leaves_alone_what_was_planned_otherwise_when_it_is_voided(self, desk, letter):
        self.deliver(desk, letter)
        Case.objects.update(plan_step="persuade", plan_note="")
        before = planned()
        letter.refresh_from_db()
        desk.do("void", letter, "principal", reason="送错了人家")
        assert planned() == before

    def test_waits_behind_a_promise_and_the_delivery_is_kept(self, desk, letter):
        case = Case.objects.get()
        promise(desk.scene.teacher, case, desk.today + DAY, day=desk.today)
        sent = {"delivered_on": str(desk.today), "method": "in_person", "recipient": "曾杰（母亲）"}
        text = words(client_of(desk.scene.teacher).post(page("deliver_document", letter.pk), sent, follow=True))
        assert "已登记送达，期限到9月16日。" in text
        assert planned() == ("promised", desk.today + DAY)

    def test_is_asked_about_from_its_day_on_also_where_a_done_step_has_planned_it(self, desk, letter):
        made, by = self.deliver(desk, letter), desk.scene.teacher
        case = Case.objects.get()
        cases.plan(
            by=by, scope=cast.scope(by), case=case, step=CaseStep.VISIT, on=desk.today + DAY, note="",
            version=case.version, today=desk.today,
        )  # fmt: skip
        record(by, case, method=ContactMethod.HOME_VISIT, day=desk.today)
        assert planned() == ("follow_up", made.limit_on)
        record(by, case, day=made.limit_on - DAY)
        assert planned() == ("follow_up", made.limit_on)
        record(by, case, day=made.limit_on, talk="又打了")
        assert planned()[0] == "visit"
