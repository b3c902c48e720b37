"""Doing a duty: a contact in two taps, a report handed in, and taking either back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework.actions import acts
from casework.contacts import ContactMethod, ContactOutcome
from casework.models import Contact, Obligation, Report
from casework.queries.duties import CONTACT_RESULTS
from students.models import AuditRow, Role
from tests import cast
from tests.scene import MONDAY, at, client_of

HOME = reverse("home")
LIST = reverse("casework:duties")
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def duty(scene) -> Obligation:
    """A contact owed today."""
    scene.take(MONDAY, first="unexcused")
    return Obligation.objects.get()


@pytest.fixture
def report_duty(scene) -> Obligation:
    for day in (2, 3, 4):
        scene.take(date(2026, 9, day), first="unexcused")
    return Obligation.objects.get(tier="absence_report")


@pytest.fixture
def teacher(scene):
    return client_of(scene.teacher)


def record(client, duty, **fields):
    """A tap on a result sends the result alone."""
    return client.post(reverse("casework:contact", args=[duty.pk]), {"result": "未接通"} | fields)


def refreshed(duty) -> Obligation:
    return Obligation.objects.get(pk=duty.pk)


class TestAContact:
    def test_is_two_taps_from_the_card(self, scene, teacher, duty):
        """记录 opens what the page already holds; a result is a button that sends itself."""
        html = teacher.get(HOME).content.decode()
        assert f'data-opens="record-{duty.pk}"' in html
        for value, words in CONTACT_RESULTS[ContactMethod.PHONE]:
            assert f'name="result" value="{value}">{words}<' in html

    def test_fulfils_the_duty_and_says_so(self, scene, teacher, duty):
        response = record(teacher, duty, result="已联系上，今天返校")
        contact = Contact.objects.get()
        assert (contact.student, contact.day, contact.method) == (scene.children[0], MONDAY, "phone")
        assert (contact.result, contact.recorded_by) == ("已联系上，今天返校", scene.teacher)
        assert refreshed(duty).done_on == MONDAY
        html = teacher.get(response.url).content.decode()
        assert "已记录电话：高东。" in html
        assert reverse("casework:cancel_contact", args=[contact.pk]) in html

    def test_settles_the_days_before_it_too(self, scene, teacher, report_duty):
        newest = Obligation.objects.filter(tier="contact").latest("triggered_on")
        record(teacher, newest)
        assert set(Obligation.objects.filter(tier="contact").values_list("done_on", flat=True)) == {MONDAY}
        assert refreshed(report_duty).done_on is None

    def test_is_one_audit_row_without_what_was_said(self, teacher, duty):
        record(teacher, duty)
        row = AuditRow.objects.get(action="contact.record")
        assert row.subject_id == Contact.objects.get().pk
        assert row.details == {}

    def test_sent_twice_is_one(self, teacher, duty):
        first, second = record(teacher, duty), record(teacher, duty)
        assert first.status_code == second.status_code == 302
        assert Contact.objects.count() == 1
        assert AuditRow.objects.filter(action="contact.record").count() == 1

    def test_with_another_result_is_another(self, teacher, duty):
        record(teacher, duty)
        record(teacher, duty, result="已联系上，要请假")
        assert Contact.objects.count() == 2

    def test_leads_to_the_whole_form_where_more_is_to_be_said(self, teacher, duty):
        response = teacher.get(reverse("casework:contact", args=[duty.pk]))
        assert response.url.startswith(reverse("casework:new_contact", args=[duty.student_id]) + "?method=phone")

    @pytest.mark.parametrize("result", ["", "   ", "长" * 201, "家中无人", "a\0b"])
    def test_that_is_none_of_the_results_is_refused_in_words(self, result, teacher, duty):
        """家中无人 is what a visit finds, and no call."""
        response = record(teacher, duty, result=result)
        assert "没有收到联系结果，没有保存" in teacher.get(response.url).content.decode()
        assert not Contact.objects.exists()

    def test_knows_its_outcome_by_its_words(self, teacher, duty):
        record(teacher, duty)
        assert Contact.objects.get().outcome == ContactOutcome.NO_ANSWER

    def test_of_a_visit_is_a_visit(self, db, clock):
        cast.terms()
        school_class = cast.school_class(cast.school(rules="strict"))
        teacher = cast.person(role=Role.HOMEROOM_TEACHER, school_class=school_class)
        child = cast.student(school_class)
        for slot in ("AM", "PM"):
            cast.take_register(teacher, school_class, MONDAY, slot, child=(child, "unexcused"))
        visit = Obligation.objects.get(tier="home_visit")
        record(client_of(teacher), visit, result="家中无人")
        assert Contact.objects.get().method == ContactMethod.HOME_VISIT
        assert refreshed(visit).done_on == MONDAY


class TestTheWayBack:
    def test_is_the_page_one_came_from(self, teacher, duty):
        address = reverse("casework:contact", args=[duty.pk])
        came_from = f"http://testserver{LIST}?state=late"
        assert teacher.post(address, {"result": "未接通"}, headers={"referer": came_from}).url == came_from

    @pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
    def test_is_never_another_site(self, page, teacher, duty):
        response = record(teacher, duty, next=page)
        assert response.url == HOME

    def test_from_the_whole_form_is_home(self, teacher, duty):
        address = reverse("casework:contact", args=[duty.pk])
        response = teacher.post(address, {"result": "未接通"}, headers={"referer": f"http://testserver{address}"})
        assert response.url == HOME


class TestAReport:
    def test_handed_in_fulfils_the_duty(self, scene, teacher, report_duty):
        response = teacher.post(reverse("casework:report", args=[report_duty.pk]))
        report = Report.objects.get()
        assert (report.student, report.day, report.kind) == (scene.children[0], MONDAY, "absence_report")
        assert refreshed(report_duty).done_on == MONDAY
        assert "已登记缺课报告：高东。" in teacher.get(response.url).content.decode()

    def test_handed_in_twice_is_one(self, teacher, report_duty):
        for _ in range(2):
            assert teacher.post(reverse("casework:report", args=[report_duty.pk])).status_code == 302
        assert Report.objects.count() == AuditRow.objects.filter(action="report.record").count() == 1

    def test_is_not_what_a_contact_asks_for(self, teacher, duty):
        assert teacher.post(reverse("casework:report", args=[duty.pk])).status_code == 404
        assert not Report.objects.exists()


class TestTakingBack:
    def cancel(self, client, act):
        return client.post(reverse(f"casework:cancel_{act._meta.model_name}", args=[act.pk]))

    @pytest.fixture
    def contact(self, teacher, duty) -> Contact:
        record(teacher, duty)
        return Contact.objects.get()

    def test_makes_it_owed_again_and_keeps_the_row(self, scene, teacher, duty, contact):
        response = self.cancel(teacher, contact)
        assert "已撤销，待办已恢复。" in teacher.get(response.url).content.decode()
        contact.refresh_from_db()
        assert contact.cancelled_at is not None
        assert contact.cancelled_by == scene.teacher
        assert refreshed(duty).done_on is None
        assert AuditRow.objects.filter(action="contact.cancel").count() == 1

    def test_of_a_report_makes_it_owed_again(self, teacher, report_duty):
        teacher.post(reverse("casework:report", args=[report_duty.pk]))
        self.cancel(teacher, Report.objects.get())
        assert refreshed(report_duty).done_on is None

    def test_twice_is_once(self, teacher, contact):
        self.cancel(teacher, contact)
        assert self.cancel(teacher, contact).status_code == 302
        assert AuditRow.objects.filter(action="contact.cancel").count() == 1

    def test_is_shown_where_the_acts_stand(self, teacher, duty, contact):
        self.cancel(teacher, contact)
        assert "电话（已撤销）" in teacher.get(reverse("casework:duty", args=[duty.pk])).content.decode()

    def test_the_same_can_be_recorded_again_afterwards(self, teacher, duty, contact):
        self.cancel(teacher, contact)
        record(teacher, duty)
        assert Contact.objects.count() == 2
        assert refreshed(duty).done_on == MONDAY

    def test_is_for_its_author_only(self, scene, duty, contact):
        response = self.cancel(client_of(scene.clerk), contact)
        assert response.status_code == 403
        assert "只有登记人当天可以撤销" in response.content.decode()
        assert refreshed(duty).done_on == MONDAY

    def test_is_for_the_same_day_only(self, scene, duty, contact, clock):
        clock.move_to(at(TUESDAY, 0, 1))
        assert self.cancel(client_of(scene.teacher), contact).status_code == 403
        contact.refresh_from_db()
        assert contact.cancelled_at is None

    def test_with_a_second_contact_the_duty_stays_done(self, teacher, duty, contact):
        record(teacher, duty, result="已联系上，要请假")
        self.cancel(teacher, contact)
        assert refreshed(duty).done_on == MONDAY


def test_when_what_follows_fails_the_contact_is_not_kept(scene, duty, monkeypatch):
    def fail(**_):
        raise RuntimeError("failed on purpose")

    monkeypatch.setattr(acts, "follow_up", fail)
    with pytest.raises(RuntimeError, match="failed on purpose"):
        acts.record_contact(
            by=scene.teacher, student=scene.children[0], day=MONDAY, method=ContactMethod.PHONE,
            result="未接通", today=MONDAY,
        )  # fmt: skip
    assert not Contact.objects.exists()
    assert not AuditRow.objects.filter(action="contact.record").exists()
