"""转学: offered, accepted or refused by the school of the county; proved by a paper out of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from students.actions import certificates, policy, transfers
from students.actions.enrolment import record_event
from students.actions.transfers import TransferRefused
from students.enrolment import EventKind
from students.models import AuditRow, EnrolmentEvent, Person, Role, SchoolClass, Transfer
from tests import cast
from tests.scene import MONDAY, Scene, client_of
from tests.students.papers import paper, pdf

OUT = MONDAY - timedelta(days=3)


class Far:
    """The school that is to take the child."""

    def __init__(self):
        self.school = cast.school("西岭小学", township=cast.township("西岭镇"))
        self.school_class: SchoolClass = cast.school_class(self.school)
        self.clerk: Person = cast.person("罗芳", role=Role.REGISTRY_CLERK, school=self.school)


@pytest.fixture
def far(scene) -> Far:
    return Far()


@pytest.fixture
def child(scene: Scene):
    return scene.children[0]


def send(scene, child, **more):
    return transfers.send_out(by=scene.clerk, student=child, happened_on=OUT, today=MONDAY, **more)


def accept(far, transfer, day=MONDAY, school_class=None):
    return transfers.accept(
        by=far.clerk, transfer=transfer, school_class=school_class or far.school_class, happened_on=day, today=MONDAY
    )


def page(person, transfer, **fields):
    client, url = client_of(person), reverse("students:transfer", args=[transfer.pk])
    return client.post(url, fields) if fields else client.get(url)


class TestInsideTheCounty:
    @pytest.fixture
    def transfer(self, scene, child, far) -> Transfer:
        return send(scene, child, to_school=far.school)

    def test_an_accepted_child_is_registered_in_the_new_school_and_the_old_one_is_confirmed(self, child, far, transfer):
        joined = accept(far, transfer)
        assert child.enrolments.get(until=None).school_class == far.school_class
        transfer.refresh_from_db()
        assert (transfer.answer, transfer.in_event) == ("accepted", joined)
        assert child.events.get(kind="transfer_out").confirmed_on == MONDAY
        assert AuditRow.objects.filter(action="transfer.accepted", subject_id=transfer.pk).count() == 1

    def test_a_refused_child_can_be_offered_elsewhere(self, scene, far, transfer):
        transfers.refuse(by=far.clerk, transfer=transfer, reason="没有来报到", today=MONDAY)
        again = transfers.offer_again(by=scene.clerk, event=transfer.out_event, to_place="四川省成都市", today=MONDAY)
        assert (again.out_event, again.answer) == (transfer.out_event, "")
        assert transfer.out_event.confirmed_on is None

    def test_the_second_answer_is_told_of_the_first(self, far, transfer):
        transfers.refuse(by=far.clerk, transfer=transfer, reason="没有来报到", today=MONDAY)
        with pytest.raises(TransferRefused, match="罗芳刚才已答复“未接收”"):
            accept(far, transfer)

    def test_nobody_arrives_before_leaving(self, far, transfer):
        with pytest.raises(TransferRefused, match="早于转出日期"):
            accept(far, transfer, OUT - timedelta(days=1))
        accept(far, transfer, OUT)

    def test_only_a_class_of_the_new_school_takes_the_child(self, scene, far, transfer):
        with pytest.raises(TransferRefused, match="不是接收学校的"):
            accept(far, transfer, school_class=scene.school_class)

    def test_a_child_is_not_offered_twice_at_once(self, scene, transfer):
        with pytest.raises(TransferRefused, match="还在等答复"):
            transfers.offer_again(by=scene.clerk, event=transfer.out_event, to_place="成都", today=MONDAY)

    def test_until_it_accepts_the_new_school_learns_who_comes_and_no_more(self, child, far, transfer):
        text = page(far.clerk, transfer).content.decode()
        assert child.name in text
        assert "2014年生" in text
        for secret in (child.id_number, child.student_number, child.guardians.get().phone, "1234"):
            assert secret not in text
        assert client_of(far.clerk).get(reverse("students:changes_of", args=[child.pk])).status_code == 404
        accept(far, transfer)
        assert client_of(far.clerk).get(reverse("students:changes_of", args=[child.pk])).status_code == 200

    def test_the_old_school_keeps_its_own_event_though_the_child_joined_the_same_day(self, scene, child, far, transfer):
        accept(far, transfer, OUT)
        text = client_of(scene.clerk).get(reverse("students:changes_of", args=[child.pk])).content.decode()
        assert "转往" in text
        assert "转入：" not in text

    def test_the_class_left_is_named_though_the_child_joined_another_the_same_day(self, scene, far, transfer):
        accept(far, transfer, OUT)
        assert page(scene.clerk, transfer).context["line"].class_left == scene.school_class

    def test_the_one_who_offers_again_is_led_to_the_new_offer(self, scene, far, transfer):
        transfers.refuse(by=far.clerk, transfer=transfer, reason="没有来报到", today=MONDAY)
        answer = page(scene.clerk, transfer, do="offer", **{"offer-to_place": "四川省成都市"})
        newest = Transfer.objects.latest("pk")
        assert newest != transfer
        assert answer["Location"] == reverse("students:transfer", args=[newest.pk])

    def test_the_new_school_answers_on_the_page(self, far, transfer):
        fields = {"accept-school_class": far.school_class.pk, "accept-happened_on": MONDAY.isoformat()}
        assert page(far.clerk, transfer, do="accept", **fields).status_code == 302
        assert Transfer.objects.get().answer == "accepted"
        late = page(far.clerk, transfer, do="refuse", **{"refuse-reason": "晚了"})
        assert late.status_code == 302
        assert Transfer.objects.get().answer == "accepted"

    def test_a_future_day_and_a_missing_class_are_told_at_the_field(self, far, transfer):
        day = (MONDAY + timedelta(days=1)).isoformat()
        answer = page(far.clerk, transfer, do="accept", **{"accept-happened_on": day})
        assert answer.status_code == 422
        assert {"school_class", "happened_on"} <= answer.context["forms"]["accept"].errors.keys()

    def test_an_unknown_step_is_no_step(self, scene, far, transfer):
        answer = page(far.clerk, transfer, do="destroy")
        assert answer.status_code == 422
        assert "没有收到要办的事，没有保存" in answer.content.decode()
        assert page(scene.clerk, transfer, do="letter").status_code == 302
        assert Transfer.objects.get().answer == ""

    def test_the_lists_of_both_sides(self, scene, far, transfer, django_assert_num_queries):
        send(scene, scene.children[1], to_school=far.school)
        inbox = client_of(far.clerk)
        with django_assert_num_queries(9):
            answer = inbox.get(reverse("students:transfers"))
        assert (answer.context["shown"], len(answer.context["lines"])) == ("in", 2)
        outbox = client_of(scene.clerk).get(reverse("students:transfers"))
        assert (outbox.context["shown"], len(outbox.context["lines"])) == ("out", 2)
        accept(far, transfer)
        done = client_of(scene.clerk).get(reverse("students:transfers"), {"box": "done"})
        assert len(done.context["lines"]) == 1

    def test_a_child_is_found_by_name(self, scene, far, transfer):
        send(scene, scene.children[1], to_school=far.school)
        answer = client_of(scene.clerk).get(reverse("students:transfers"), {"box": "out", "q": "高"})
        assert [line.transfer for line in answer.context["lines"]] == [transfer]

    def test_the_tabs_keep_the_search_that_their_counts_are_narrowed_down_to(self, scene, far, transfer):
        client = client_of(scene.clerk)
        answer = client.get(reverse("students:transfers"), {"box": "done", "q": "高", "page": 2})
        tab = next(tab for tab in answer.context["tabs"] if tab["label"] == "转出未确认")
        assert tab == {"label": "转出未确认", "url": "?box=out&q=%E9%AB%98", "current": False, "count": 1}
        again = client.get(reverse("students:transfers") + tab["url"])
        assert [line.transfer for line in again.context["lines"]] == [transfer]


class TestOutOfTheCounty:
    @pytest.fixture
    def transfer(self, scene, child) -> Transfer:
        return send(scene, child, to_place="四川省成都市青羊区实验小学")

    def test_a_letter_confirms_it(self, scene, child, transfer):
        answer = page(scene.clerk, transfer, **{"do": "letter", "letter-paper": pdf()})
        assert answer.status_code == 302
        transfer.refresh_from_db()
        assert (transfer.answer, transfer.out_event.confirmed_on) == ("letter", MONDAY)
        assert child.certificates.get().kind == "reception"

    def test_a_letter_that_hangs_on_the_event_already_becomes_the_letter(self, scene, child, transfer):
        certificates.hand_in(by=scene.clerk, event=transfer.out_event, kind="change", paper=paper(), today=MONDAY)
        transfers.confirm_by_letter(by=scene.clerk, transfer=transfer, paper=paper(), today=MONDAY)
        assert child.certificates.get().kind == "reception"

    def test_the_national_system_confirms_it_on_its_day(self, scene, transfer):
        day = OUT + timedelta(days=1)
        transfers.confirm_by_registration(by=scene.clerk, transfer=transfer, day=day, note="", today=MONDAY)
        assert EnrolmentEvent.objects.get(kind="transfer_out").confirmed_on == day

    def test_it_is_not_done_before_the_child_has_left(self, scene, transfer):
        with pytest.raises(TransferRefused, match="早于转出日期"):
            transfers.confirm_by_registration(
                by=scene.clerk, transfer=transfer, day=OUT - timedelta(days=1), note="", today=MONDAY
            )

    def test_a_transfer_that_came_with_a_workbook_is_given_its_whereabouts(self, scene):
        other = scene.children[1]
        event = record_event(by=None, student=other, kind=EventKind.TRANSFER_OUT, happened_on=OUT, today=MONDAY)
        url = reverse("students:offer_transfer", args=[event.pk])
        assert client_of(scene.clerk).post(url, {"offer-to_place": "贵州省"}).status_code == 302
        assert Transfer.objects.get().to_place == "贵州省"


class TestGradeSix:
    @pytest.fixture
    def last_year(self, scene):
        return cast.student(cast.school_class(scene.school, "202101"), "林越")

    @pytest.fixture
    def forbidden(self, scene):
        content = {"grade_six_may_transfer": False}
        return policy.adopt(by=scene.clerk, starts_on=MONDAY, content=content, today=MONDAY)

    def test_it_transfers_where_nobody_forbids_it(self, scene, last_year, far):
        assert send(scene, last_year, to_school=far.school)

    def test_it_does_not_where_the_county_forbids_it(self, scene, last_year, far, forbidden):
        with pytest.raises(TransferRefused, match="六年级不办转学"):
            transfers.send_out(
                by=scene.clerk, student=last_year, happened_on=MONDAY, to_school=far.school, today=MONDAY
            )

    def test_the_day_before_the_rule_it_still_did(self, scene, last_year, far, forbidden):
        assert send(scene, last_year, to_school=far.school)

    def test_grade_four_is_not_meant(self, scene, child, far, forbidden):
        assert transfers.send_out(by=scene.clerk, student=child, happened_on=MONDAY, to_school=far.school, today=MONDAY)


def test_sent_twice_it_is_one_transfer(scene, child, far):
    submission = uuid4()
    made = [send(scene, child, to_school=far.school, submission=submission) for _ in range(2)]
    assert made[0] == made[1]


def test_ones_own_school_is_no_other_school(scene, child):
    with pytest.raises(TransferRefused, match="就是本校"):
        send(scene, child, to_school=scene.school)
    assert child.events.count() == 1
