"""Whoever corrects an earlier day reads at once that its month is filed; the figures are looked at by night."""

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from returns.queries.filed_days import filed_words
from students.actions import transfers
from students.forms.leave_slips import THE_CHILD
from students.models import EnrolmentEvent, Role
from students.queries import filed_days
from tests import cast
from tests.returns.filed import CUT_OFF, TODAY, file_return, filed, prepare, send_back, sign
from tests.scene import Scene, at, client_of
from tests.scene import sending as sending_of_a_register
from tests.students.test_child_forms import correct
from tests.students.test_leave_pages import asked

EARLIER = date(2026, 10, 12)
WORDS = "10月12日在已上报的2026年10月月报内，夜间核对，数字有变化时会提醒学校另报更正。"
SINCE = "已上报的2026年10月月报里有这些日子，夜间核对，数字有变化时会提醒学校另报更正。"


def words(scene, day=EARLIER) -> str:
    return filed_words(scene.school_class.pk, day, day)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def send_out(scene, **where):
    told = {"student": scene.children[0], "happened_on": EARLIER, "today": TODAY}
    return transfers.send_out(by=scene.clerk, **told, **where)


def sending(child, day, **fields) -> dict:
    seen = EnrolmentEvent.objects.filter(student=child).order_by("pk").last().pk
    return {"submission": str(uuid4()), "seen": seen, "happened_on": day.isoformat()} | fields


class TestTheWords:
    def test_are_said_once_it_is_filed(self, school, head):
        assert words(school) == ""
        prepare(school)
        sign(school, head)
        assert words(school) == ""
        file_return(school)
        assert words(school) == WORDS

    def test_are_of_the_days_of_the_month(self, school, head):
        filed(school, head)
        found = [
            bool(words(school, day)) for day in (date(2026, 9, 25), date(2026, 9, 26), CUT_OFF, date(2026, 10, 26))
        ]
        assert found == [False, True, True, False]

    def test_of_several_days_name_the_latest_month(self, school, head):
        filed(school, head)
        klass = school.school_class.pk
        assert filed_words(klass, date(2023, 9, 1), TODAY) == SINCE
        assert filed_words(klass, date(2026, 10, 26), TODAY) == ""

    def test_are_not_said_of_what_came_back(self, school, head, bureau):
        filed(school, head)
        send_back(school, bureau)
        assert words(school) == ""

    def test_cost_a_query(self, school, head):
        filed(school, head)
        with CaptureQueriesContext(connection) as queries:
            filed_days.filed_words(school.school_class.pk, EARLIER, EARLIER)
        assert len(queries) == 1


def test_the_cut_off_day_is_said_on_that_day_once_it_is_filed(school, head, clock):
    clock.move_to(at(CUT_OFF))
    filed(school, head, today=CUT_OFF)
    child = school.children[0]
    address = reverse("students:record_change", args=[child.pk, "leave_country"])
    response = client_of(school.clerk).post(address, sending(child, CUT_OFF, note="随父母"))
    assert said(response)[1:] == [WORDS.replace("10月12日", "10月25日")]


class TestWhoeverCorrects:
    @pytest.fixture(autouse=True)
    def october(self, school, head):
        filed(school, head)

    def test_an_enrolment_event_reads_it(self, school):
        child = school.children[0]
        address = reverse("students:record_change", args=[child.pk, "leave_country"])
        assert said(client_of(school.clerk).post(address, sending(child, EARLIER, note="随父母"))) == [
            f"已登记出国：{child.name}，2026年10月12日。", WORDS,
        ]  # fmt: skip

    def test_and_not_of_a_day_after_it(self, school):
        child = school.children[0]
        address = reverse("students:record_change", args=[child.pk, "leave_country"])
        response = client_of(school.clerk).post(address, sending(child, TODAY, note="随父母"))
        assert len(said(response)) == 1

    def test_a_correction_reads_it(self, school):
        child = school.children[0]
        client = client_of(school.clerk)
        recorded = reverse("students:record_change", args=[child.pk, "leave_country"])
        client.post(recorded, sending(child, TODAY, note="随父母"))
        event = child.events.get(kind="leave_country")
        address = reverse("students:correct_change", args=[event.pk])
        response = client.post(address, sending(child, EARLIER, do="correct", reason="抄错"))
        assert said(response)[-1] == WORDS

    def test_a_register_reads_it(self, school):
        address = reverse("students:register", args=[school.school_class.pk, EARLIER, "AM"])
        response = client_of(school.clerk).post(address, sending_of_a_register())
        assert said(response)[-1] == WORDS

    @pytest.mark.parametrize(("way", "day"), [("changed", EARLIER), ("wrong", None)])
    def test_another_standing_reads_it(self, school, way, day):
        response = correct(school, school.children[1], standing="guest", standing_since=day, standing_way=way)
        assert said(response)[-1] == SINCE

    def test_another_field_of_the_identity_does_not(self, school):
        assert len(said(correct(school, school.children[1], ethnicity="回族"))) == 1

    def test_a_leave_slip_entered_later_reads_it(self, school):
        address = reverse("students:new_leave_slip", args=[school.children[0].pk])
        fields = asked(EARLIER, EARLIER, applicant=THE_CHILD)
        response = client_of(school.clerk).post(address, fields)
        assert said(response)[-1] == WORDS

    def test_a_transfer_confirmed_as_of_it_reads_it(self, school):
        out = send_out(school, to_place="邻县")
        fields = {"do": "registered", "registered-day": EARLIER.isoformat(), "registered-note": "已办结"}
        response = client_of(school.clerk).post(reverse("students:transfer", args=[out.pk]), fields)
        assert said(response)[1:] == [SINCE]

    def test_a_transfer_taken_in_reads_it_where_the_new_school_has_filed(self, school, head):
        far = cast.school("西岭小学")
        there, clerk = cast.school_class(far), cast.person("罗芳", role=Role.REGISTRY_CLERK, school=far)
        new = Scene(far, there, clerk, clerk, [cast.student(there, "吴波")])
        filed(new, cast.person("李青", role=Role.PRINCIPAL, school=far))
        out = send_out(school, to_school=far)
        fields = {"do": "accept", "accept-school_class": there.pk, "accept-happened_on": EARLIER.isoformat()}
        response = client_of(clerk).post(reverse("students:transfer", args=[out.pk]), fields)
        assert said(response)[1:] == [WORDS]
