"""有学生不在: reported by a subject teacher, answered by whoever has the class, taken back within a minute."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from students.actions import alerts
from students.models import AuditRow, DayOverride, MissingAlert, Notice, Person, Role, RollCall
from tests import cast
from tests.scene import MONDAY, PHONE, at, client_of

HOME, NOW, LIST = reverse("home"), reverse("students:alerts_now"), reverse("students:alerts")
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def subject(scene):
    """The 语文 teacher of the class."""
    return cast.person("徐兰", role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")


@pytest.fixture
def substitute(scene):
    """Somebody who stands in for the 班主任 on this Monday."""
    person = cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=cast.school_class(scene.school, "202302"))
    cast.post(
        person, Role.HOMEROOM_TEACHER, school_class=scene.school_class, since=MONDAY, until=TUESDAY, is_substitute=True
    )
    return person


def report(scene, by, child=0, slot="AM", today=MONDAY):
    return alerts.report(
        by=by, scope=cast.scope(by), school_class=scene.school_class.pk, student=scene.children[child].pk,
        slot=slot, today=today,
    )  # fmt: skip


def tap(scene, by, child=0, slot=""):
    page = reverse("students:report_missing", args=[scene.school_class.pk])
    return client_of(by).post(page, {"student": scene.children[child].pk, "slot": slot}, follow=True)


def answer(by, alert, words):
    return client_of(by).post(reverse("students:answer_alert", args=[alert.pk]), {"answer": words}, follow=True)


class TestAReport:
    def test_reaches_the_homeroom_teacher_and_the_substitute_at_once(self, scene, subject, substitute):
        assert "已告诉班主任：高东不在。" in tap(scene, subject).content.decode()
        for person in (scene.teacher, substitute):
            html = client_of(person).get(HOME).content.decode()
            assert "语文 徐兰 7:40 报告不在" in html
            assert f'href="tel:{PHONE}"' in html
            assert all(f'value="{value}"' in html for value in MissingAlert.Answer.values)
        assert set(Notice.objects.values_list("person", "kind")) == {
            (scene.teacher.pk, "child_missing"),
            (substitute.pk, "child_missing"),
        }

    def test_goes_to_the_clerk_where_a_class_has_nobody(self, scene, subject):
        scene.teacher.postings.update(until=MONDAY)
        report(scene, subject)
        assert Notice.objects.get().person == scene.clerk

    def test_goes_past_whoever_cannot_log_in(self, scene, subject, substitute):
        Person.objects.filter(pk=scene.teacher.pk).update(is_active=False)
        report(scene, subject)
        assert Notice.objects.get().person == substitute
        Person.objects.filter(pk=substitute.pk).update(is_active=False)
        report(scene, subject, child=1)
        assert Notice.objects.latest("pk").person == scene.clerk

    def test_of_a_child_already_reported_is_one_and_says_by_whom(self, scene, subject):
        second = cast.person("罗宁", role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="数学")
        assert report(scene, subject) == report(scene, subject)
        assert "徐兰已经报告高东不在，班主任已收到。" in tap(scene, second, slot="AM").content.decode()
        assert MissingAlert.objects.count() == 1
        assert Notice.objects.count() == 1

    def test_may_be_made_again_once_the_child_was_found(self, scene, subject):
        answer(scene.teacher, report(scene, subject), "present")
        report(scene, subject)
        assert MissingAlert.objects.count() == Notice.objects.count() == 2

    def test_is_not_for_the_homeroom_teacher_the_clerk_or_another_class(self, scene, subject, substitute):
        page = reverse("students:report_missing", args=[scene.school_class.pk])
        fields = {"student": scene.children[0].pk}
        outsider = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202303"))
        for person, status in ((scene.teacher, 403), (scene.clerk, 403), (substitute, 403), (outsider, 404)):
            assert client_of(person).post(page, fields).status_code == status
        assert not MissingAlert.objects.exists()

    def test_on_a_day_without_school_is_refused(self, scene, subject):
        DayOverride.objects.create(day=MONDAY, is_taught=False)
        assert "今天这个班不上课，没有报告。" in tap(scene, subject).content.decode()

    def test_of_a_child_of_another_class_is_refused(self, scene, subject):
        stranger = cast.student(cast.school_class(scene.school, "202302"), "任雪")
        page = reverse("students:report_missing", args=[scene.school_class.pk])
        html = client_of(subject).post(page, {"student": stranger.pk}, follow=True).content.decode()
        assert "这名学生今天不在这个班的名单里，没有报告。" in html

    def test_in_a_slot_that_the_school_has_not_is_refused(self, scene, subject):
        assert "本校没有这个节次，没有报告。" in tap(scene, subject, slot="EV").content.decode()

    @pytest.mark.parametrize("student", ["", "nobody", "0", "9" * 30])
    def test_that_names_nobody_is_refused(self, scene, subject, student):
        page = reverse("students:report_missing", args=[scene.school_class.pk])
        response = client_of(subject).post(page, {"student": student})
        assert response.status_code == 422
        assert "没有收到是哪名学生，没有报告。" in response.content.decode()

    def test_after_the_posting_ended_is_not_possible_from_a_page_left_open(self, scene, subject, clock):
        cast.post(subject, Role.SUBJECT_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        subject.postings.filter(school_class=scene.school_class).update(until=TUESDAY)
        clock.move_to(at(TUESDAY))
        assert tap(scene, subject).status_code == 404
        assert not MissingAlert.objects.exists()


class TestTakingBack:
    def take_back(self, alert, by):
        return client_of(by).post(reverse("students:take_back_alert", args=[alert.pk]), follow=True)

    @pytest.mark.parametrize(("seconds", "taken_back"), [(59, True), (60, True), (61, False)])
    def test_is_possible_for_a_minute(self, scene, subject, clock, seconds, taken_back):
        alert = report(scene, subject)
        clock.shift(seconds)
        page = self.take_back(alert, subject).content.decode()
        alert.refresh_from_db()
        assert bool(alert.taken_back_at) == taken_back
        assert Notice.objects.exists() != taken_back
        assert ("已撤回" if taken_back else "已过一分钟，不能撤回。") in page
        assert ("报告不在" in client_of(scene.teacher).get(HOME).content.decode()) != taken_back

    def test_is_its_authors_alone_and_once(self, scene, subject):
        alert = report(scene, subject)
        assert self.take_back(alert, scene.teacher).status_code == 403
        for _ in range(2):
            self.take_back(alert, subject)
        assert AuditRow.objects.filter(action="alert.take_back").count() == 1
        assert "已经撤回这次报告，不用答复" in answer(scene.teacher, alert, "present").content.decode()

    def test_comes_too_late_after_an_answer(self, scene, subject):
        alert = report(scene, subject)
        answer(scene.teacher, alert, "searching")
        assert "沈明已经答复：去找了。不用撤回。" in self.take_back(alert, subject).content.decode()


class TestAnAnswer:
    @pytest.mark.parametrize(("words", "label"), MissingAlert.Answer.choices)
    def test_is_seen_by_the_reporter_and_settles_the_notice(self, scene, subject, substitute, words, label):
        alert = report(scene, subject)
        answer(substitute, alert, words)
        html = client_of(subject).get(HOME).content.decode()
        assert f"任军 7:40 答复：{label}" in html
        assert not Notice.objects.filter(seen_at=None).exists()

    def test_away_to_look_may_be_followed_by_what_was_found(self, scene, subject):
        alert = report(scene, subject)
        answer(scene.teacher, alert, "searching")
        assert "报告不在" in client_of(scene.teacher).get(HOME).content.decode()
        answer(scene.teacher, alert, "present")
        alert.refresh_from_db()
        assert alert.answer == "present"
        assert "报告不在" not in client_of(scene.teacher).get(HOME).content.decode()

    def test_of_two_people_the_second_is_told_the_firsts(self, scene, subject, substitute):
        alert = report(scene, subject)
        answer(scene.teacher, alert, "present")
        assert "已答复徐兰" in answer(scene.teacher, alert, "present").content.decode()
        html = answer(substitute, alert, "absent").content.decode()
        assert "沈明 7:40已经答复：在校。没有保存你的答复。" in html
        assert AuditRow.objects.filter(action="alert.answer").count() == 1

    def test_that_is_none_is_refused(self, scene, subject):
        alert = report(scene, subject)
        assert "没有收到答复，没有保存" in answer(scene.teacher, alert, "nonsense").content.decode()

    def test_absent_leads_to_the_register_with_the_child_marked(self, scene, subject):
        response = answer(scene.teacher, report(scene, subject), "absent")
        assert response.request["PATH_INFO"] == reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        rows = {row.student.name: row.mark for row in response.context["register"].others}
        assert rows == {"高东": "unexcused", "袁然远": "", "胡涛": ""}
        assert "语文 徐兰 7:40 报告不在 · 上午，沈明 7:40 答复：缺课。" in response.content.decode()
        assert not RollCall.objects.exists()

    def test_absent_without_a_slot_leads_to_the_first_register_missing(self, scene, subject):
        scene.take(MONDAY)
        response = answer(scene.teacher, report(scene, subject, slot=""), "absent")
        assert "/PM/" in response.request["PATH_INFO"]
        assert [row.mark for row in response.context["register"].others] == ["unexcused", "", ""]
        again = client_of(scene.teacher).get(reverse("students:register", args=[scene.school_class.pk, MONDAY, "PM"]))
        assert [row.mark for row in again.context["register"].others] == ["", "", ""]
        assert "语文 徐兰 7:40 报告不在" in again.content.decode()

    def test_absent_after_the_register_was_taken_leads_home(self, scene, subject):
        scene.take(MONDAY, first="unexcused")
        assert answer(scene.teacher, report(scene, subject), "absent").request["PATH_INFO"] == LIST


class TestThePoll:
    def test_says_nothing_new_until_there_is(self, scene, subject):
        client = client_of(scene.teacher)
        mark = client.get(HOME).context["home"].alerts.mark
        assert client.get(NOW, {"seen": mark}).status_code == 204
        alert = report(scene, subject)
        response = client.get(NOW, {"seen": mark})
        assert (response.status_code, response.context["alerts"].asked[0].alert) == (200, alert)
        assert "高东" in response.content.decode()

    def test_of_the_reporter_brings_the_answer(self, scene, subject):
        alert = report(scene, subject)
        client = client_of(subject)
        mark = client.get(NOW).context["alerts"].mark
        answer(scene.teacher, alert, "on_leave")
        assert "答复：请假" in client.get(NOW, {"seen": mark}).content.decode()

    def test_costs_three_queries_and_two_more_with_somebody_missing(self, scene, subject):
        client = client_of(scene.teacher)

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                client.get(NOW)
            return len(asked)

        assert queries() == 3  # session, person, alerts
        report(scene, subject)
        report(scene, subject, child=1)
        assert queries() == 4


class TestTheList:
    def test_what_nobody_answered_by_the_end_of_the_day_is_the_clerks(self, scene, subject, clock):
        alert = report(scene, subject)
        client = client_of(scene.clerk)
        assert client.get(LIST).context["shown"] == "today"
        clock.move_to(at(TUESDAY))
        page = client_of(scene.clerk).get(LIST)
        assert (page.context["shown"], [card.alert for card in page.context["cards"]]) == ("waiting", [alert])
        assert "1件待办" in client_of(scene.clerk).get(reverse("students:attendance")).content.decode()
        answer(scene.clerk, alert, "on_leave")
        page = client_of(scene.clerk).get(LIST, {"box": "waiting"})
        assert "没有等答复的报告" in page.content.decode()
        assert "何静 7:40 答复：请假" in client_of(scene.clerk).get(LIST, {"box": "past"}).content.decode()

    def test_asks_as_often_for_many_as_for_one(self, scene, subject):
        client = client_of(scene.clerk)
        counts = []
        for child in range(3):
            report(scene, subject, child=child)
            with CaptureQueriesContext(connection) as asked:
                client.get(LIST, {"box": "today"})
            counts.append(len(asked))
        assert counts[0] == counts[2] <= 8


def test_the_tiles_say_who_has_been_reported(scene, subject):
    report(scene, subject)
    answer(scene.teacher, report(scene, subject, child=1), "on_leave")
    html = client_of(subject).get(reverse("students:report_missing", args=[scene.school_class.pk])).content.decode()
    assert html.count("已报告") == 1
    assert html.count(">请假<") == 1


@pytest.mark.parametrize(
    "impossible",
    [
        {"answer": "present"},
        {"answered_at": timezone.now},
        {"taken_back_at": timezone.now},
    ],
)
def test_the_database_knows_no_act_without_a_person(scene, subject, impossible):
    values = {name: value() if callable(value) else value for name, value in impossible.items()}
    place = {"student": scene.children[0], "school_class": scene.school_class, "day": MONDAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        MissingAlert.objects.create(reported_at=timezone.now(), reported_by=subject, **place, **values)


def test_a_register_sent_for_a_child_answered_as_absent_is_an_ordinary_one(scene, subject):
    answer(scene.teacher, report(scene, subject), "absent")
    page = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
    sent = {"submission": str(uuid4()), "version": "0", f"mark-{scene.children[0].pk}": "unexcused"}
    client_of(scene.teacher).post(page, sent)
    assert RollCall.objects.get().marks.get().kind == "unexcused"
