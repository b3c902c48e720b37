"""The pages of 整班移交: what they show, to whom, and what they say."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from students.models import AuditRow, EnrolmentEvent, HandOver, HandOverChild, Role
from tests import cast
from tests.scene import at, client_of
from tests.students.cohorts import DUE, Junior, a_village, resident

LATE = DUE + timedelta(days=1)


@pytest.fixture
def junior(db, clock) -> Junior:
    return Junior()


@pytest.fixture
def village(db):
    return a_village(cast.township())


class TestThePages:
    def test_of_a_list_needs_the_same_queries_for_many_children(self, junior):
        client = client_of(junior.clerk)
        address = reverse("students:hand_over", args=[junior.hand_over.pk])
        counts = []
        for more in (0, 30):
            for number in range(more):
                child = cast.student(junior.hand_over.from_class, f"林{number}", since=date(2020, 9, 1))
                HandOverChild.objects.create(hand_over=junior.hand_over, student=child)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 16

    def test_show_masked_numbers_only(self, junior):
        html = client_of(junior.clerk).get(reverse("students:hand_over", args=[junior.hand_over.pk])).content.decode()
        assert "139****1234" in html
        assert "13900001234" not in html
        assert junior.children[0].number not in html

    def test_receive_a_class_and_say_who_was_left(self, junior):
        client = client_of(junior.clerk)
        address = reverse("students:hand_over", args=[junior.hand_over.pk])
        response = client.post(address, {"school_class": junior.room.pk, "day": "2026-09-01"}, follow=True)
        assert "已登记3人报到入学" in response.content.decode()
        again = client.post(address, {"school_class": junior.room.pk, "day": "2026-09-01"}, follow=True)
        assert "没有未报到的孩子了" in again.content.decode()

    def test_refuse_a_day_that_cannot_be(self, junior):
        address = reverse("students:hand_over", args=[junior.hand_over.pk])
        response = client_of(junior.clerk).post(address, {"school_class": junior.room.pk, "day": "2026-08-01"})
        assert response.status_code == 422
        assert "没有保存" in response.content.decode()

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"state": "elsewhere"}, "请写明在哪里就读"),
            ({"state": "arrived"}, "已报到的请填写分到班级"),
            ({"state": "awaited"}, "请在列出的情况中选择"),
            ({}, "请选择报到情况"),
        ],
    )
    def test_say_what_an_answer_lacks(self, sent, words, junior):
        address = reverse("students:hand_over_child", args=[junior.rows[0].pk])
        response = client_of(junior.clerk).post(address, {"seen": "awaited"} | sent)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert junior.states()[0] == "awaited"

    def test_count_nobody_as_arrived_whose_arrival_was_voided(self, junior):
        client = client_of(junior.clerk)
        lists, address = reverse("students:hand_overs"), reverse("students:hand_over", args=[junior.hand_over.pk])
        client.post(address, {"school_class": junior.room.pk, "day": "2026-09-01"})
        arrived = HandOverChild.objects.order_by("pk").first()
        EnrolmentEvent.objects.create(
            student=arrived.student, kind="void", happened_on="2026-09-01", order=9, corrects=arrived.event,
            recorded_at=timezone.now(),
        )  # fmt: skip
        for row in (client.get(lists).context["page"][0], client.get(address).context["hand_over"]):
            assert (row.total, row.arrived_count, row.missing_count, row.awaited_count) == (3, 2, 1, 0)
        for state, number in (("arrived", 2), ("missing", 1), ("awaited", 0)):
            assert client.get(address, {"state": state}).context["page"].paginator.count == number

    def test_of_another_schools_lists_do_not_exist(self, junior):
        stranger = client_of(cast.person(role=Role.REGISTRY_CLERK, school=junior.far))
        for name, pk in (("hand_over", junior.hand_over.pk), ("hand_over_child", junior.rows[0].pk)):
            assert stranger.get(reverse(f"students:{name}", args=[pk])).status_code == 404

    def test_list_who_has_not_arrived_and_let_it_be_taken_along(self, junior, clock):
        clock.move_to(at(LATE))
        client = client_of(junior.clerk)
        assert "陈子宁" in client.get(reverse("students:not_arrived")).content.decode()
        file = client.post(reverse("reports:not_arrived_file"), {"format": ".xlsx"})
        assert file["Content-Disposition"].startswith("attachment")
        assert b"".join(file.streaming_content).startswith(b"PK")
        assert AuditRow.objects.filter(action="table.export").count() == 1

    def test_leave_in_the_log_that_they_were_searched_and_not_for_whom(self, junior, clock):
        clock.move_to(at(LATE))
        address = f"{reverse('reports:not_arrived_file')}?q=陈子宁"
        client_of(junior.clerk).post(address, {"format": ".xlsx"}).getvalue()
        [row] = AuditRow.objects.filter(action="table.export")
        assert row.details["scope"].startswith("有查找（内容不保存）")
        assert "陈子宁" not in str(row.details)

    def test_draw_a_list_and_say_so(self, scene, village):
        resident(village)
        client = client_of(scene.clerk)
        address = reverse("students:expected_children")
        assert "青石村 1人" in client.get(address).content.decode()
        response = client.post(address, {"chosen": [str(village.pk)], "due_on": "2026-09-16"}, follow=True)
        assert "已生成1份名单" in response.content.decode()
        assert "杜一宁" not in client.get(address).content.decode()
        assert HandOver.objects.get().to_school == scene.school

    @pytest.mark.parametrize(("due_on", "status"), [("2026-08-31", 422), ("2026-09-01", 302), ("2027-09-01", 422)])
    def test_ask_for_arrival_within_the_year(self, due_on, status, scene, village):
        resident(village)
        sent = {"chosen": [str(village.pk)], "due_on": due_on}
        assert client_of(scene.clerk).post(reverse("students:expected_children"), sent).status_code == status

    def test_open_classes_once(self, scene):
        client = client_of(scene.clerk)
        address = reverse("students:new_classes", args=[scene.school.pk, 2026])
        sent = {"stage": "primary", "first": "1", "count": "2"}
        assert client.post(address, sent).status_code == 302
        refused = client.post(address, sent)
        assert refused.status_code == 422
        assert "已经有了，没有再建" in refused.content.decode()
