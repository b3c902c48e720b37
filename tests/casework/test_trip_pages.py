"""The pages of 联合劝返: choosing the children, the list to take along, what came of it."""

from uuid import uuid4

import pytest

from casework.actions import contacts
from casework.actions import trips as actions
from casework.actions.cases import CaseRefused
from casework.models import Contact, JointTrip, TripChild
from casework.queries import trips as queries
from tests.casework.away import officers
from tests.casework.tripping import away, off, plan, tell
from tests.scene import MONDAY, client_of

__all__ = ["away", "officers"]


class TestPages:
    FIELDS = {"day": "2026-09-07", "leader": "韩刚", "companions": ["village"], "people": "李村长", "note": ""}

    def test_from_choosing_the_children_to_the_results(self, scene, away, officers):
        client = client_of(officers["township"])
        page = client.get("/trips/new/").content.decode()
        assert page.count('name="cases"') == 2
        given = self.FIELDS | {"township": scene.school.township_id, "cases": [case.pk for case in away]}
        assert "已安排" in client.post("/trips/new/", given, follow=True).content.decode()
        trip = JointTrip.objects.get()
        paper = client.get(f"/trips/{trip.pk}/list/").content.decode()
        assert "139****1234" in paper
        assert "13900001234" not in paper
        child = TripChild.objects.first()
        told = {"outcome": "promised", "talk": "明天来", "promised_on": "2026-09-08", "submission": str(uuid4())}
        assert "已登记" in client.post(f"/trips/children/{child.pk}/", told, follow=True).content.decode()
        assert "承诺返校" in client.get(f"/trips/{trip.pk}/").content.decode()

    def test_a_result_sent_again_after_it_was_taken_back_is_asked_about_once(self, away, officers):
        child = plan(away, officers["township"], day=MONDAY).children.first()
        client, address = client_of(officers["township"]), f"/trips/children/{child.pk}/"
        told = {"outcome": "refuses", "talk": "下周再说", "submission": str(uuid4())}
        assert client.post(address, told).status_code == 302
        contacts.cancel(by=officers["township"], contact=Contact.objects.get(), today=MONDAY)
        response = client.post(address, told)
        assert "已经撤销，这次没有保存" in response.content.decode()
        told["submission"] = response.context["form"]["submission"].value()
        assert client.post(address, told).status_code == 302
        assert Contact.objects.filter(cancelled_at=None).count() == 1

    def test_is_marked_and_asked_about_on_the_page(self, scene, away, officers):
        plan(away[:1], officers["township"])
        client = client_of(officers["township"])
        assert client.get("/trips/new/").content.decode().count("9月9日已安排联合劝返") == 1
        given = self.FIELDS | {"township": scene.school.township_id, "cases": [case.pk for case in away]}
        asked = client.post("/trips/new/", given)
        assert asked.status_code == 422
        assert "仍要再去一次" in asked.content.decode()
        assert asked.content.decode().count('name="cases"') == asked.content.decode().count(" checked") - 1 == 2
        assert client.post("/trips/new/", given | {"again": "on"}).status_code == 302
        assert JointTrip.objects.count() == 2

    def test_looking_for_more_keeps_what_was_chosen_and_typed_and_saves_nothing(self, scene, away, officers):
        client = client_of(officers["township"])
        given = self.FIELDS | {"township": scene.school.township_id, "cases": [away[0].pk], "day": "不知道"}
        response = client.post("/trips/new/", given | {"look": "1", "q": away[1].student.name})
        html = response.content.decode()
        assert response.status_code == 200
        assert "已选1人" in html
        assert "已选、不在这一页的学生" in html
        assert html.count('name="cases"') == 2
        assert 'value="韩刚"' in html
        assert "field-error" not in html
        assert [row.case for row in response.context["chooser"].page] == [away[1]]
        assert [row.case for row in response.context["chooser"].elsewhere] == [away[0]]
        assert not JointTrip.objects.exists()

    @pytest.mark.parametrize("wanted", [{"q": "查无此人"}, {"school": "x"}, {"school": "999999"}, {"page": "x"}])
    def test_looking_for_nothing_there_is_no_fault(self, scene, away, officers, wanted):
        sent = {"township": scene.school.township_id, "look": "1"} | wanted
        assert client_of(officers["township"]).post("/trips/new/", sent).status_code == 200

    def test_lists_so_many_children_a_page(self, scene, away, officers, monkeypatch):
        monkeypatch.setattr(queries, "PAGE_SIZE", 1)
        client, sent = client_of(officers["township"]), {"township": scene.school.township_id, "cases": [away[0].pk]}
        assert client.get("/trips/new/").content.decode().count('name="cases"') == 1
        second = client.post("/trips/new/", sent | {"page": "2"})
        assert [row.case for row in second.context["chooser"].page] == [away[1]]
        given = self.FIELDS | sent | {"cases": [case.pk for case in away], "at": "2"}
        refused = client.post("/trips/new/", given | {"leader": ""})
        assert refused.context["chooser"].page.number == 2
        assert client.post("/trips/new/", given).status_code == 302
        assert TripChild.objects.count() == 2

    @pytest.mark.parametrize(
        "change",
        [
            {"cases": []},
            {"cases": ["999999"]},
            {"cases": ["x"]},
            {"companions": ["army"]},
            {"day": "x"},
            {"day": "2026-09-06"},
        ],
    )
    def test_bad_input_keeps_what_was_ticked_and_plans_nothing(self, scene, away, officers, change):
        given = self.FIELDS | {"township": scene.school.township_id, "cases": [case.pk for case in away]} | change
        response = client_of(officers["township"]).post("/trips/new/", given)
        assert response.status_code == 422
        assert not JointTrip.objects.exists()
        assert response.content.decode().count(" checked") >= ("cases" not in change) * 2

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"outcome": "flew"}, "请在列出的选项中选择"),
            ({"outcome": "no_answer"}, "请在列出的选项中选择"),
            ({"outcome": "promised"}, "请填写答应哪天返校"),
            ({"promised_on": "2026-09-09"}, "才填返校日期"),
            ({"step": "visit"}, "连同日期"),
            ({"step": "visit", "step_on": "2026-09-06"}, "下一步的日期已经过去，没有保存"),
            ({"submission": "x"}, "提交的内容不完整"),
        ],
    )
    def test_a_wrong_result_is_answered_in_words(self, away, officers, change, said):
        child = plan(away, officers["township"], day=MONDAY).children.first()
        told = {"outcome": "refuses", "talk": "不来", "submission": str(uuid4())} | change
        response = client_of(officers["township"]).post(f"/trips/children/{child.pk}/", told)
        assert response.status_code == 422
        page = response.content.decode()
        assert said in page
        assert told["talk"] in page  # nothing typed is lost
        assert not Contact.objects.exists()

    def test_what_the_case_refuses_is_answered_in_words(self, away, officers, monkeypatch):
        def refused(**_):
            raise CaseRefused("个案刚才有了新的记录，没有保存。")

        child = plan(away, officers["township"], day=MONDAY).children.first()
        monkeypatch.setattr(actions, "plan", refused)
        told = {
            "outcome": "refuses",
            "talk": "不来",
            "submission": str(uuid4()),
            "step": "visit",
            "step_on": "2026-09-08",
        }
        response = client_of(officers["township"]).post(f"/trips/children/{child.pk}/", told)
        assert response.status_code == 422
        assert "个案刚才有了新的记录" in response.content.decode()
        assert not Contact.objects.exists()

    def test_another_township_sees_nothing_of_it(self, away, officers):
        trip = plan(away, officers["township"])
        assert client_of(officers["far"]).get(f"/trips/{trip.pk}/").status_code == 404


class TestAResultThatIsTold:
    def test_is_said_at_once_and_there_is_no_form(self, away, officers):
        row = tell(plan(away, officers["township"], day=MONDAY).children.first(), officers["township"])
        page = client_of(officers["township"]).get(f"/trips/children/{row.pk}/").content.decode()
        assert "结果已经登记：已联系上，不愿返校" in page
        assert f"/contacts/{row.contact_id}/" in page
        assert "登记结果</" not in page

    def test_of_a_trip_that_is_off_is_not_asked_for(self, away, officers):
        trip = plan(away, officers["township"], day=MONDAY)
        off(trip, officers["township"])
        page = client_of(officers["township"]).get(f"/trips/children/{trip.children.first().pk}/").content.decode()
        assert "已经取消，不用登记结果" in page
        assert "<textarea" not in page
