"""记联系: a contact in full, of one child or of several at once, and the promise that it may hold."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework import clock as night
from casework.actions import contacts
from casework.contacts import Account, ContactMethod, ContactOutcome
from casework.models import Case, CaseEvent, Contact, Obligation
from casework.steps import CaseStep, Concern
from students.models import AuditRow, Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, PHONE, at, client_of

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
SAID = {"method": "phone", "outcome": "talked", "talk": "母亲说孩子在家", "day": MONDAY.isoformat()}


def address(child) -> str:
    return reverse("casework:new_contact", args=[child.pk])


def tell(person, child, *, submission=None, **fields):
    """Send the whole form."""
    sent = {"submission": str(submission or uuid4()), **SAID, **fields}
    return client_of(person).post(address(child), {name: value for name, value in sent.items() if value is not None})


def record(person, child, *, today=MONDAY, siblings=(), submission=None, **told):
    told = {"method": ContactMethod.PHONE, "day": today, "outcome": ContactOutcome.TALKED, "talk": "谈了"} | told
    return contacts.record(
        by=person, scope=cast.scope(person), student=child, siblings=siblings, account=Account(**told),
        submission=submission or uuid4(), today=today,
    )  # fmt: skip


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def missed(scene, clock):
    """``missed(TUESDAY)``: the child misses this day, on which the scene now stands."""

    def missed(day):
        clock.move_to(at(day))
        for slot in ("AM", "PM"):
            scene.take(day, slot, first="unexcused")

    return missed


@pytest.fixture
def present(scene, clock):
    def present(day):
        clock.move_to(at(day))
        scene.take(day)

    return present


class TestInFull:
    def test_everything_told_is_kept(self, scene, child):
        response = tell(
            scene.teacher, child, method="joint_visit", outcome="refuses", spoke_to="祖母", wish="hesitates",
            reason="weary", whereabouts="at_home", colleagues=["homeroom", "head"], companions=["village", "police"],
            names="李村长", next_note="周五再去", talk="说跟不上\r\n想学修车",
        )  # fmt: skip
        assert response.url == reverse("casework:child", args=[child.pk])
        contact = Contact.objects.get()
        assert (contact.method, contact.outcome, contact.day) == ("joint_visit", "refuses", MONDAY)
        assert contact.result == "已联系上，不愿返校。说跟不上"
        assert contact.talk == "说跟不上\n想学修车"
        assert (contact.spoke_to, contact.wish, contact.reason) == ("祖母", "hesitates", "weary")
        assert (contact.whereabouts, contact.next_note) == ("at_home", "周五再去")
        assert contact.participants == "班主任、校领导、村（居）委会、公安（李村长）"
        assert contact.recorded_by == scene.teacher

    def test_it_fulfils_the_duty_and_is_one_audit_row_without_words(self, scene, child):
        scene.take(MONDAY, first="unexcused")
        tell(scene.teacher, child)
        assert Obligation.objects.get().done_on == MONDAY
        assert AuditRow.objects.get(action="contact.record").details == {"students": [child.pk]}

    def test_a_contact_of_yesterday_counts_for_yesterday(self, scene, child):
        scene.take(FRIDAY, first="unexcused")
        tell(scene.teacher, child, day=FRIDAY.isoformat())
        assert Obligation.objects.get().done_on == FRIDAY

    def test_the_same_form_sent_twice_is_one_contact(self, scene, child):
        key = uuid4()
        answers = [tell(scene.teacher, child, submission=key) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Contact.objects.count() == AuditRow.objects.filter(action="contact.record").count() == 1

    def test_another_form_with_the_same_words_is_refused_and_kept_on_the_page(self, scene, child):
        tell(scene.teacher, child)
        response = tell(scene.teacher, child)
        html = response.content.decode()
        assert response.status_code == 422
        assert "高东这一天已有一条同样的联系记录" in html
        assert "母亲说孩子在家</textarea>" in html
        assert Contact.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"method": None}, "请选择方式"),
            ({"method": "pigeon"}, "请在列出的选项中选择"),
            ({"outcome": None}, "请选择结果"),
            ({"day": "昨天"}, "日期没有看懂"),
            ({"day": TUESDAY.isoformat()}, "这一天还没有到"),
            ({"day": "2026-08-30"}, "只能补记7天以内的联系"),
            ({"day": "0001-01-01"}, "只能补记7天以内的联系"),
            ({"outcome": "promised"}, "请填写答应哪天返校"),
            ({"outcome": "promised", "promised_on": FRIDAY.isoformat()}, "不能早于联系的日子"),
            ({"outcome": "nobody_home"}, "电话不会是“家中无人”"),
            ({"method": "joint_visit"}, "请选择学校以外的参加人"),
            ({"companions": ["aliens"]}, "请在列出的选项中选择"),
            ({"talk": "长" * 1001}, "最多1000字"),
            ({"talk": "a\0b"}, "文字里夹着看不见的控制字符"),
            ({"submission": "x"}, "提交的内容不完整"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_in_words_and_what_was_typed_stays(self, fields, words, scene, child):
        response = tell(scene.teacher, child, **{"spoke_to": "舅舅王大山"} | fields)
        html = response.content.decode()
        assert response.status_code == 422
        assert words in html
        assert "舅舅王大山" in html
        assert not Contact.objects.exists()

    @pytest.mark.parametrize("day", ["2026-09-08", "2026-08-01", "2099-01-01", "哪天"])
    def test_a_day_of_return_left_in_a_field_that_is_not_asked_for_stands_in_nobodys_way(self, scene, child, day):
        assert tell(scene.teacher, child, outcome="refuses", promised_on=day).status_code == 302
        assert Contact.objects.get().promised_on is None

    def test_it_is_not_everybodys_to_tell(self, scene, child):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class, subject="语文")
        with pytest.raises(contacts.NotYourContact):
            record(subject, child)
        assert tell(subject, child).status_code == 403

    def test_the_township_that_goes_along_may_tell_it(self, scene, child):
        officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        assert tell(officer, child).status_code == 302

    @pytest.mark.parametrize("method", ["phone", "home_visit"])
    def test_the_link_of_a_duty_says_how_it_is_usually_done(self, scene, child, method):
        html = client_of(scene.teacher).get(f"{address(child)}?method={method}").content.decode()
        assert f'value="{method}"' in html.split(" checked")[0].rsplit("<input", 1)[-1]

    def test_the_page_takes_few_queries(self, scene, child, django_assert_max_num_queries):
        client = client_of(scene.teacher)
        client.get(address(child))
        with django_assert_max_num_queries(16):
            client.get(address(child))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"outcome": "sleeps"},
            {"outcome": "promised"},
            {"outcome": "promised", "promised_on": FRIDAY},
            {"outcome": "talked", "promised_on": MONDAY},
            {"outcome": "no_answer", "method": "home_visit"},
            {"outcome": "nobody_home"},
            {"outcome": "no_answer", "spoke_to": "母亲"},
            {"outcome": "talked", "method": "joint_visit"},
        ],
    )
    def test_the_database_refuses_what_cannot_be(self, scene, child, wrong):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.create(
                **{"student": child, "day": MONDAY, "method": "phone", "recorded_at": timezone.now()} | wrong
            )


class TestSiblings:
    @pytest.fixture
    def sister(self, scene):
        """Of the next class, with the same mother's telephone; so have all of the cast."""
        return cast.student(cast.school_class(scene.school, "202402"), "高西", since=MONDAY.replace(day=1))

    def test_those_with_the_same_telephone_are_offered_within_the_scope(self, scene, child, sister):
        assert PHONE
        html = client_of(scene.clerk).get(address(child)).content.decode()
        assert "高西（2024级2班）" in html
        assert "高西" not in client_of(scene.teacher).get(address(child)).content.decode()

    def test_one_telling_is_a_contact_of_each_and_one_audit_row(self, scene, child, sister):
        tell(scene.clerk, child, siblings=[str(sister.pk)])
        assert set(Contact.objects.values_list("student", flat=True)) == {child.pk, sister.pk}
        assert Contact.objects.values("submission").distinct().count() == 1
        assert AuditRow.objects.filter(action="contact.record").count() == 1

    def test_who_is_owed_a_call_is_chosen_already(self, scene, child):
        scene.take(MONDAY, second="unexcused")
        html = client_of(scene.teacher).get(address(child)).content.decode()
        boxes = {part.split('value="')[1].split('"')[0]: "checked" in part.split(">")[0]
                 for part in html.split("<input") if 'name="siblings"' in part}  # fmt: skip
        assert boxes == {str(scene.children[1].pk): True, str(scene.children[2].pk): False}

    def test_a_stranger_cannot_be_slipped_in(self, scene, child):
        stranger = cast.student(cast.school_class(cast.school("西岭小学"), "202303"), "陌生")
        assert tell(scene.teacher, child, siblings=[str(stranger.pk)]).status_code == 422
        with pytest.raises(contacts.NotYourContact):
            record(scene.teacher, child, siblings=[stranger])
        assert not Contact.objects.exists()

    def test_taken_back_it_is_taken_back_for_all(self, scene, child, sister):
        record(scene.clerk, child, siblings=[sister])
        client_of(scene.clerk).post(reverse("casework:cancel_contact", args=[Contact.objects.first().pk]))
        assert not Contact.objects.filter(cancelled_at=None).exists()


class TestAPromise:
    def promise(self, scene, child, day=WEDNESDAY, **told):
        return record(scene.teacher, child, outcome=ContactOutcome.PROMISED, promised_on=day, **told)[0]

    def test_opens_a_case_that_watches_and_is_next_in_it(self, scene, child):
        self.promise(scene, child, next_note="到校门口接")
        case = Case.objects.get()
        assert (case.stage, case.concern, case.opened_by) == ("watch", Concern.PROMISED, scene.teacher)
        assert (case.plan_step, case.plan_on, case.plan_note) == (CaseStep.PROMISED, WEDNESDAY, "到校门口接")
        assert [event.label for event in CaseEvent.objects.order_by("pk")] == ["列为关注", "承诺返校"]

    def test_is_next_in_the_case_that_stands_open(self, scene, child, missed):
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            missed(day)
        case, friday = Case.objects.get(), MONDAY + timedelta(days=4)
        self.promise(scene, child, friday, today=WEDNESDAY)
        case.refresh_from_db()
        assert (case.stage, case.plan_step, case.plan_on) == ("absent", CaseStep.PROMISED, friday)

    def test_for_a_sunday_is_due_on_the_monday(self, scene, child):
        self.promise(scene, child, MONDAY + timedelta(days=6))
        assert Case.objects.get().plan_on == MONDAY + timedelta(days=7)

    @pytest.mark.parametrize(("seen", "note"), [(TUESDAY, "9月8日已到校"), (WEDNESDAY, "9月9日已到校")])
    def test_is_kept_in_the_register_that_finds_the_child(self, scene, child, missed, present, seen, note):
        missed(MONDAY)
        self.promise(scene, child)
        if seen == WEDNESDAY:
            missed(TUESDAY)
        present(seen)
        case = Case.objects.get()
        assert case.plan_step == CaseStep.FOLLOW_UP
        assert CaseEvent.objects.get(action="promise_kept").note == note

    def test_broken_it_stays_due_and_is_kept_late(self, scene, child, missed, present):
        missed(MONDAY)
        self.promise(scene, child, TUESDAY)
        missed(TUESDAY)
        case = Case.objects.get()
        assert (case.plan_step, case.plan_on) == (CaseStep.PROMISED, TUESDAY)
        present(WEDNESDAY)
        assert CaseEvent.objects.get(action="promise_kept").note == "9月9日已到校，晚于承诺"

    def test_of_a_child_that_never_missed_a_whole_day_is_settled_at_night(self, scene, child, clock):
        self.promise(scene, child, TUESDAY)
        clock.move_to(at(TUESDAY))
        scene.take(TUESDAY)
        assert Case.objects.get().plan_step == CaseStep.PROMISED
        night.follow_cases(TUESDAY)
        assert Case.objects.get().plan_step == CaseStep.FOLLOW_UP
        assert night.follow_cases(TUESDAY)["moved"] == 0

    def test_taken_back_it_is_no_longer_waited_for(self, scene, child):
        contact = self.promise(scene, child)
        contacts.cancel(by=scene.teacher, contact=contact, today=MONDAY)
        case = Case.objects.get()
        assert (case.plan_step, case.plan_note) == (CaseStep.FOLLOW_UP, "")
        assert CaseEvent.objects.order_by("pk").last().action == "promise_off"

    def test_of_a_later_telling_stands_when_an_earlier_one_is_taken_back(self, scene, child):
        first = self.promise(scene, child)
        self.promise(scene, child, TUESDAY, talk="又打了一次")
        contacts.cancel(by=scene.teacher, contact=first, today=MONDAY)
        assert Case.objects.get().plan_on == TUESDAY
