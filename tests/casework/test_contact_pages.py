"""联系记录 as a list and one by one: who reads them, how they are found, what the child's page shows of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from casework.actions import contacts
from casework.contacts import Account, ContactMethod, ContactOutcome
from casework.models import Contact, ContactPhoto
from students.actions.files import take_photo
from tests import cast
from tests.casework.test_contact_drafts import photo
from tests.scene import FRIDAY, MONDAY, at, client_of

LIST = reverse("casework:contacts")


@pytest.fixture
def told(scene):
    """A call about the first two children on Monday, and a visit to the third on Friday that was written down late."""
    shared = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "today": MONDAY}
    first, second, third = scene.children
    call = Account(ContactMethod.PHONE, MONDAY, ContactOutcome.REFUSES, talk="说跟不上<b>", spoke_to="祖母")
    visit = Account(ContactMethod.HOME_VISIT, FRIDAY, ContactOutcome.NOBODY_HOME, next_note="周六再去")
    made = contacts.record(student=first, siblings=[second], account=call, submission=uuid4(), **shared)
    made += contacts.record(student=third, account=visit, submission=uuid4(), **shared)
    return made


def page(person, **query) -> str:
    return client_of(person).get(LIST, query).content.decode()


class TestTheList:
    def test_shows_the_newest_first_with_what_came_of_it(self, scene, told):
        html = page(scene.clerk)
        assert "共 3 条" in html or "共3条" in html
        assert html.index("袁然远") < html.index("胡涛")
        assert "已联系上，不愿返校。说跟不上&lt;b&gt;" in html

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"method": "home_visit"}, {"胡涛"}),
            ({"outcome": "refuses"}, {"高东", "袁然远"}),
            ({"q": "胡涛"}, {"胡涛"}),
            ({"since": MONDAY.isoformat()}, {"高东", "袁然远"}),
            ({"until": FRIDAY.isoformat()}, {"胡涛"}),
            ({"since": MONDAY.isoformat(), "until": FRIDAY.isoformat()}, {"高东", "袁然远", "胡涛"}),
            ({"method": "pigeon"}, {"高东", "袁然远", "胡涛"}),
            ({"since": "x"}, {"高东", "袁然远", "胡涛"}),
        ],
    )
    def test_is_searched_and_filtered(self, scene, told, query, names):
        html = page(scene.clerk, **query)
        assert {child.name for child in scene.children if f">{child.name}</a>" in html} == names

    def test_keeps_what_was_taken_back_struck_through(self, scene, told):
        contacts.cancel(by=scene.teacher, contact=told[2], today=MONDAY)
        assert "<s>家中无人</s>（已撤销）" in page(scene.clerk)

    def test_takes_as_many_queries_for_many_as_for_few(self, scene, told, django_assert_max_num_queries):
        client = client_of(scene.clerk)
        client.get(LIST)
        with django_assert_max_num_queries(10):
            client.get(LIST)


class TestOne:
    def test_shows_all_that_was_told_and_who_else_it_was_about(self, scene, told):
        html = client_of(scene.clerk).get(reverse("casework:contact_page", args=[told[0].pk])).content.decode()
        for words in ("已联系上，不愿返校", "说跟不上&lt;b&gt;", "祖母", "袁然远"):
            assert words in html
        assert "补记" not in html
        late = client_of(scene.clerk).get(reverse("casework:contact_page", args=[told[2].pk])).content.decode()
        assert "补记" in late
        assert "周六再去" in late

    @pytest.mark.parametrize(
        ("who", "days", "offered"), [("teacher", 0, True), ("teacher", 1, False), ("clerk", 0, False)]
    )
    def test_is_taken_back_by_its_author_on_that_day(self, scene, told, clock, who, days, offered):
        clock.move_to(at(MONDAY + timedelta(days=days)))
        address = reverse("casework:contact_page", args=[told[0].pk])
        html = client_of(getattr(scene, who)).get(address).content.decode()
        assert ("撤销这条记录" in html) == offered
        answer = client_of(getattr(scene, who)).post(reverse("casework:cancel_contact", args=[told[0].pk]))
        assert (answer.status_code == 302) == offered

    def test_from_a_workbook_has_a_line_and_no_author(self, scene, told):
        row = Contact.objects.create(
            student=scene.children[0], day=MONDAY, method="phone", result="母亲说生病", recorded_at=at(MONDAY)
        )
        html = client_of(scene.clerk).get(reverse("casework:contact_page", args=[row.pk])).content.decode()
        assert "母亲说生病" in html
        assert "由工作簿导入" in html


def test_the_childs_page_shows_photographs_and_leads_to_the_contact(scene, told):
    made = ContactPhoto.objects.create(
        contact=told[0], position=1, uploaded_at=at(MONDAY), uploaded_by=scene.teacher, **take_photo(photo())
    )
    html = client_of(scene.clerk).get(reverse("casework:child", args=[scene.children[0].pk])).content.decode()
    assert reverse("casework:contact_photo_thumbnail", args=[made.pk]) in html
    assert reverse("casework:contact_page", args=[told[0].pk]) in html


def test_days_that_are_reversed_are_said_to_be_and_the_other_filters_hold(scene, told):
    asked = {"since": MONDAY.isoformat(), "until": FRIDAY.isoformat(), "method": "phone"}
    page = client_of(scene.teacher).get(LIST, asked)
    assert "两个日子写反了" in page.content.decode()
    assert {row.student.name for row in page.context["rows"]} == {"高东", "袁然远"}
