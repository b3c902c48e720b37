"""Whoever corrects an earlier day reads at once that its month is filed; the figures are looked at by night."""

from datetime import date
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from returns.queries.filed_days import filed_words
from students.models import EnrolmentEvent
from students.queries import filed_days
from tests.returns.filed import CUT_OFF, TODAY, file_return, filed, prepare, send_back, sign
from tests.scene import at, client_of
from tests.scene import sending as sending_of_a_register

EARLIER = date(2026, 10, 12)
WORDS = "10月12日在已上报的2026年10月月报内，夜间核对，数字有变化时会提醒学校另报更正。"


def words(scene, day=EARLIER) -> str:
    return filed_words(scene.school_class.pk, day)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


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

    def test_are_not_said_of_what_came_back(self, school, head, bureau):
        filed(school, head)
        send_back(school, bureau)
        assert words(school) == ""

    def test_cost_a_query(self, school, head):
        filed(school, head)
        with CaptureQueriesContext(connection) as queries:
            filed_days.filed_words(school.school_class.pk, EARLIER)
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
