"""休学: asked for by the school, approved outside it, with an end, prolonged before it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from students.actions import certificates, policy, suspensions
from students.actions.enrolment import record_event
from students.actions.suspensions import SuspensionRefused
from students.enrolment import EventKind, ImpossibleEvent
from students.models import Role, Suspension
from students.queries.suspensions import latest_end, without_end
from tests import cast
from tests.scene import MONDAY, client_of
from tests.students.papers import paper, picture

START = MONDAY - timedelta(days=3)
END = date(2026, 12, 31)


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def officer(scene):
    return cast.person("任平", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)


def ask(scene, child, starts_on=START, ends_on=END, **more):
    sent = {"ground": "illness", "reason": "骨折", "starts_on": starts_on, "ends_on": ends_on} | more
    return suspensions.ask(by=scene.clerk, student=child, today=MONDAY, **sent)


def approve(officer, request):
    return suspensions.approve(by=officer, suspension=request, paper_number="青教休〔2026〕3号", today=MONDAY)


def page(person, request, **fields):
    return client_of(person).post(reverse("students:suspension", args=[request.pk]), fields)


class TestAskingAndApproving:
    def test_until_it_is_approved_the_child_attends(self, scene, child, officer):
        request = ask(scene, child)
        assert child.enrolments.get().standing == "attending"
        approve(officer, request)
        row = child.enrolments.get(until=None)
        assert (row.standing, row.since) == ("suspended", START)
        request.refresh_from_db()
        assert (request.decision, request.event.kind) == ("approved", "suspend")

    def test_it_begins_no_earlier_than_the_last_event(self, scene, child, officer):
        request = ask(scene, child)
        room = cast.school_class(scene.school, "202302")
        record_event(
            by=None,
            student=child,
            kind=EventKind.CLASS_MOVE,
            happened_on=MONDAY,
            school_class=room,
            today=MONDAY,
        )
        assert approve(officer, request).event.happened_on == MONDAY

    def test_it_is_not_asked_for_before_the_last_event(self, scene, child):
        entered = child.events.get().happened_on
        with pytest.raises(SuspensionRefused, match="休学开始日期早于上一项变动（2023年9月1日），没有提交"):
            ask(scene, child, starts_on=entered - timedelta(days=1), ends_on=entered)
        assert ask(scene, child, starts_on=entered, ends_on=entered + timedelta(days=30))

    def test_an_answer_without_a_step_is_told(self, scene, child, officer):
        answer = page(officer, ask(scene, child))
        assert answer.status_code == 422
        assert "没有收到要办的事，没有保存" in answer.content.decode()

    def test_who_has_left_meanwhile_is_not_suspended(self, scene, child, officer):
        request = ask(scene, child)
        record_event(by=None, student=child, kind=EventKind.LEAVE_COUNTRY, happened_on=MONDAY, today=MONDAY)
        with pytest.raises(ImpossibleEvent):
            approve(officer, request)
        answer = page(officer, request, **{"do": "approve", "approve-paper_number": "1号"})
        assert answer.status_code == 302
        assert Suspension.objects.get().decision == ""

    def test_the_second_decision_is_told_of_the_first(self, scene, child, officer):
        request = ask(scene, child)
        approve(officer, request)
        with pytest.raises(SuspensionRefused, match="任平刚才已办理：已批准"):
            suspensions.refuse(by=officer, suspension=request, reason="材料不全", today=MONDAY)

    def test_a_second_request_waits_for_the_first(self, scene, child):
        first = ask(scene, child)
        assert ask(scene, child) == first  # the form sent twice
        with pytest.raises(SuspensionRefused, match="在等审批"):
            ask(scene, child, ends_on=END + timedelta(days=1))

    def test_a_refused_child_attends_and_may_be_asked_for_again(self, scene, child, officer):
        request = ask(scene, child)
        suspensions.refuse(by=officer, suspension=request, reason="材料不全", today=MONDAY)
        assert child.enrolments.get().standing == "attending"
        assert ask(scene, child) != request

    def test_the_hospitals_certificate_proves_the_event(self, scene, child, officer):
        request = ask(scene, child, paper=paper())
        assert child.certificates.get().event is None
        approve(officer, request)
        assert child.certificates.get().event == child.events.get(kind="suspend")
        assert child.obligations.get(tier="change_evidence").done_on == MONDAY

    @pytest.mark.parametrize(("end", "allowed"), [(date(2027, 9, 3), True), (date(2027, 9, 4), False)])
    def test_it_lasts_a_year_at_most(self, scene, child, end, allowed):
        if allowed:
            assert ask(scene, child, ends_on=end)
            return
        with pytest.raises(SuspensionRefused, match="最长12个月"):
            ask(scene, child, ends_on=end)

    def test_the_county_says_how_long_at_most(self, scene, child):
        policy.adopt(by=scene.clerk, starts_on=MONDAY, content={"suspension_months": 1}, today=MONDAY)
        with pytest.raises(SuspensionRefused, match="最长1个月"):
            ask(scene, child, starts_on=MONDAY)


class TestWhoApproves:
    def test_the_township_of_the_school_and_the_bureau(self, scene, child, officer):
        fields = {"do": "approve", "approve-paper_number": "1号"}
        for stranger in (scene.clerk, cast.person(role=Role.INSPECTOR, township=scene.school.township)):
            assert page(stranger, ask(scene, child), **fields).status_code == 403
        inspector_too = cast.person(role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))
        cast.post(inspector_too, Role.INSPECTOR, township=scene.school.township)
        assert page(inspector_too, ask(scene, child), **fields).status_code == 403
        assert page(officer, ask(scene, child), **fields).status_code == 302
        assert Suspension.objects.get().decided_by == officer

    def test_a_number_is_asked_for(self, scene, child, officer):
        answer = page(officer, ask(scene, child), do="approve")
        assert answer.status_code == 422
        assert "请填写批准文号" in answer.content.decode()

    def test_the_school_takes_its_request_back(self, scene, child):
        request = ask(scene, child)
        assert page(scene.clerk, request, do="withdraw").status_code == 302
        assert Suspension.objects.get().decision == "withdrawn"


class TestProlonging:
    @pytest.fixture
    def approved(self, scene, child, officer):
        return approve(officer, ask(scene, child))

    def test_it_goes_on_from_the_day_after_the_end(self, scene, child, officer, approved):
        with pytest.raises(SuspensionRefused, match="2027年1月1日）算起"):
            ask(scene, child, starts_on=END, ends_on=END + timedelta(days=60))
        longer = ask(scene, child, starts_on=END + timedelta(days=1), ends_on=END + timedelta(days=60))
        assert longer.prolongs == approved
        assert approve(officer, longer).event == approved.event
        assert latest_end(approved.event) == END + timedelta(days=60)
        assert child.events.filter(kind="suspend").count() == 1

    def test_the_page_offers_the_day(self, scene, child, approved):
        form = client_of(scene.clerk).get(reverse("students:ask_suspension", args=[child.pk])).context["form"]
        assert form["starts_on"].initial == date(2027, 1, 1)
        fields = {"ground": "illness", "reason": "没有好", "ends_on": "2027-03-01"}
        client_of(scene.clerk).post(reverse("students:ask_suspension", args=[child.pk]), fields)
        assert Suspension.objects.get(decision="").starts_on == date(2027, 1, 1)

    def test_who_has_resumed_is_not_suspended_for_longer(self, scene, child, officer, approved):
        longer = ask(scene, child, starts_on=END + timedelta(days=1), ends_on=END + timedelta(days=60))
        record_event(
            by=None,
            student=child,
            kind=EventKind.RESUME,
            happened_on=MONDAY,
            school_class=scene.school_class,
            today=MONDAY,
        )
        with pytest.raises(SuspensionRefused, match="不在原来的休学中"):
            approve(officer, longer)


class TestSuspensionsFromAWorkbook:
    @pytest.fixture
    def event(self, child):
        return record_event(by=None, student=child, kind=EventKind.SUSPEND, happened_on=START, today=MONDAY)

    def test_one_without_an_end_is_listed_until_it_is_entered(self, scene, child, event):
        assert [row.student for row in without_end(cast.scope(scene.clerk), MONDAY)] == [child]
        url = reverse("students:ask_suspension", args=[child.pk])
        fields = {"ground": "illness", "ends_on": END.isoformat(), "paper_number": "1号"}
        assert client_of(scene.clerk).post(url, fields).status_code == 302
        assert latest_end(event) == END
        assert not without_end(cast.scope(scene.clerk), MONDAY).exists()

    def test_it_is_entered_before_it_is_prolonged(self, scene, child, event):
        with pytest.raises(SuspensionRefused, match="还没有登记期满日期"):
            ask(scene, child)

    def test_the_second_entry_is_told_of_the_first(self, scene, child, event):
        entry = {"by": scene.clerk, "event": event, "ground": "illness", "paper_number": "1号", "today": MONDAY}
        suspensions.enter_end(ends_on=END, **entry)
        with pytest.raises(SuspensionRefused, match="刚才已登记为2026年12月31日"):
            suspensions.enter_end(ends_on=END + timedelta(days=1), **entry)

    def test_it_ends_after_it_began(self, scene, child, event):
        entry = {"by": scene.clerk, "event": event, "ground": "illness", "paper_number": "1号", "today": MONDAY}
        with pytest.raises(SuspensionRefused, match="早于休学开始日期"):
            suspensions.enter_end(ends_on=START - timedelta(days=1), **entry)


def test_what_has_not_begun_is_not_asked_for(scene, child):
    fields = {"ground": "illness", "reason": "手术", "starts_on": "2026-09-08", "ends_on": "2026-10-01"}
    answer = client_of(scene.clerk).post(reverse("students:ask_suspension", args=[child.pk]), fields)
    assert "从开始那天起才能申请" in answer.context["form"].errors["starts_on"][0]


def test_the_page_takes_a_request_with_its_certificate(scene, child):
    fields = {"ground": "illness", "reason": "手术", "starts_on": "2026-09-07", "ends_on": "2026-10-01"}
    url = reverse("students:ask_suspension", args=[child.pk])
    assert client_of(scene.clerk).post(url, fields | {"paper": picture()}).status_code == 302
    text = client_of(scene.clerk).get(reverse("students:suspension", args=[Suspension.objects.get().pk])).content
    assert "变动证明（JPEG图片）" in text.decode()


def test_the_page_names_no_paper_that_another_school_has_handed_in_since(scene, child, officer):
    request = ask(scene, child)
    suspensions.withdraw(by=scene.clerk, suspension=request, today=MONDAY)
    far = cast.school_class(cast.school("西岭小学"))
    moved = {"by": None, "student": child, "happened_on": MONDAY, "today": MONDAY}
    record_event(kind=EventKind.TRANSFER_OUT, confirmed_on=MONDAY, **moved)
    entered = record_event(kind=EventKind.TRANSFER_IN, school_class=far, **moved)
    there = cast.person("罗芳", role=Role.REGISTRY_CLERK, school=far.school)
    certificates.hand_in(by=there, event=entered, kind="change", paper=paper(), today=MONDAY)
    address = reverse("students:suspension", args=[request.pk])
    assert "没有上传" in client_of(scene.clerk).get(address).content.decode()


def test_the_list_shows_what_waits(scene, child, officer, django_assert_num_queries):
    ask(scene, child)
    ask(scene, scene.children[1])
    client = client_of(officer)
    with django_assert_num_queries(9):
        answer = client.get(reverse("students:suspensions"))
    assert (answer.context["shown"], len(answer.context["lines"])) == ("waiting", 2)
