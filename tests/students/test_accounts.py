"""The list of accounts, and a new password for somebody who has lost theirs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.models import AuditRow, Person, Role
from tests import cast
from tests.scene import MONDAY, client_of

PEOPLE = reverse("students:people")
HOME = reverse("home")


def reset(client, person):
    """Ask for the reset and confirm it, as the page does."""
    address = reverse("students:reset_password", args=[person.pk])
    asked = client.get(address)
    if asked.status_code != 200:
        return client.post(address)
    return client.post(address, {"token": client.session["reset_token"]})


def listed(client, **query) -> list[str]:
    """The log-in names on the page of accounts."""
    html = client.get(PEOPLE, query).content.decode()
    return re.findall(r'data-label="登录名">(\w+)<', html)


@pytest.fixture
def clerk(scene):
    """The clerk's browser."""
    return client_of(scene.clerk)


class TestTheReset:
    def test_shows_a_one_time_password_that_works(self, scene, clerk, client):
        html = reset(clerk, scene.teacher).content.decode()
        password = re.search(r'class="code">([\w-]+)<', html)[1]
        assert scene.teacher.username in html
        assert "2026年9月21日" in html
        response = client.post(reverse("students:log_in"), {"username": scene.teacher.username, "password": password})
        assert response.status_code == 302
        assert client.get(HOME).url == reverse("students:change_password")

    def test_shows_it_once_and_keeps_only_its_hash(self, scene, clerk):
        response = reset(clerk, scene.teacher)
        password = re.search(r'class="code">([\w-]+)<', response.content.decode())[1]
        assert response["Cache-Control"] == "private, no-store"
        assert password not in clerk.get(PEOPLE).content.decode()
        row = AuditRow.objects.get()
        assert (row.action, row.done_by, row.subject_id) == ("account.issue_password", scene.clerk, scene.teacher.pk)
        assert password not in str(row.details)
        assert password not in Person.objects.get(pk=scene.teacher.pk).password

    def test_logs_the_old_session_out(self, scene, clerk):
        phone = client_of(scene.teacher)
        assert phone.get(HOME).status_code == 200
        reset(clerk, scene.teacher)
        assert reverse("students:log_in") in phone.get(HOME).url

    def test_of_ones_own_password_is_refused(self, scene, clerk):
        response = reset(clerk, scene.clerk)
        assert response.status_code == 403
        assert "自己的账号" in response.content.decode()
        assert not AuditRow.objects.exists()


class TestWhoseAccounts:
    """Whoever holds a password holds all that the account sees, so a clerk's reach ends at the school's own staff."""

    @pytest.fixture
    def far(self, scene):
        return cast.school("西岭小学", township=cast.township("西岭镇"))

    def assert_refused(self, clerk, person, status):
        before = Person.objects.get(pk=person.pk).password
        assert reset(clerk, person).status_code == status
        assert Person.objects.get(pk=person.pk).password == before

    def test_people_of_another_school_do_not_exist(self, clerk, far):
        stranger = cast.person(role=Role.PRINCIPAL, school=far)
        self.assert_refused(clerk, stranger, 404)
        assert stranger.username not in listed(clerk)

    def test_whoever_has_left_for_another_school_is_kept_there(self, scene, clerk, far):
        moved = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        moved.postings.update(until=MONDAY)
        cast.post(moved, Role.PRINCIPAL, school=far)
        self.assert_refused(clerk, moved, 403)

    def test_whoever_now_holds_an_office_above_the_school_is_kept_there(self, scene, clerk):
        for role, place in (
            (Role.BUREAU_OFFICER, {}),
            (Role.ADMINISTRATOR, {}),
            (Role.TOWNSHIP_OFFICER, {"township": scene.school.township}),
        ):
            risen = cast.person(role=Role.DEPUTY_HEAD, school=scene.school)
            cast.post(risen, role, **place)
            self.assert_refused(clerk, risen, 403)

    def test_a_teacher_at_two_schools_is_kept_by_both(self, scene, clerk, far):
        shared = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        cast.post(shared, Role.SUBJECT_TEACHER, school=far)
        assert reset(clerk, shared).status_code == 200

    def test_whoever_begins_tomorrow_can_be_given_a_password_today(self, scene, clerk):
        new = cast.person()
        cast.post(new, Role.SUBJECT_TEACHER, school=scene.school, since=MONDAY + timedelta(days=1))
        assert reset(clerk, new).status_code == 200

    def test_the_button_stands_where_the_reset_is_allowed(self, scene, clerk):
        gone = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        gone.postings.update(until=MONDAY)
        html = clerk.get(PEOPLE).content.decode()
        assert "已结束：" in html
        offered = {person.pk for person in Person.objects.all() if f"/people/{person.pk}/reset/" in html}
        assert offered == {scene.teacher.pk}

    @pytest.mark.parametrize("role", [Role.BUREAU_OFFICER, Role.ADMINISTRATOR])
    def test_the_bureau_and_the_administrator_keep_everybody(self, role, scene, far):
        client = client_of(cast.person(role=role))
        stranger = cast.person(role=Role.PRINCIPAL, school=far)
        assert {stranger.username, scene.teacher.username, scene.clerk.username} <= set(listed(client))
        assert reset(client, stranger).status_code == 200

    def test_an_administrator_sees_accounts_and_no_child(self, scene):
        scene.take(MONDAY, first="unexcused")
        client = client_of(cast.person(role=Role.ADMINISTRATOR))
        for address in (PEOPLE, reverse("casework:duties")):
            assert "高东" not in client.get(address).content.decode()


class TestTheList:
    @pytest.mark.parametrize("q", ["沈", "沈明", " 沈明 "])
    def test_is_searched_by_name(self, q, scene, clerk):
        assert listed(clerk, q=q) == [scene.teacher.username]

    def test_is_searched_by_number_and_log_in_name(self, scene, clerk):
        assert scene.teacher.username in listed(clerk, q=scene.teacher.staff_number)
        assert scene.teacher.username in listed(clerk, q=scene.teacher.username)

    def test_says_so_when_nothing_is_found(self, clerk):
        assert "没有找到" in clerk.get(PEOPLE, {"q": "查无此人"}).content.decode()

    def test_is_divided_into_pages(self, scene, clerk):
        for _ in range(60):
            cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        first, second = listed(clerk), listed(clerk, page=2)
        assert (len(first), len(second)) == (50, 12)
        assert not set(first) & set(second)

    @pytest.mark.parametrize("page", ["0", "-1", "x", "999999"])
    def test_a_page_that_cannot_be_shows_one_that_can(self, page, clerk):
        assert clerk.get(PEOPLE, {"page": page}).status_code == 200

    def test_says_how_far_each_password_is(self, scene, clerk):
        never = cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        never.set_unusable_password()
        never.save()
        reset(clerk, scene.teacher)
        html = clerk.get(PEOPLE).content.decode()
        assert "未发放" in html
        assert "一次性密码" in html
        assert "本人已设" in html

    def test_asks_as_often_for_fifty_as_for_two(self, scene, clerk):
        def queries():
            with CaptureQueriesContext(connection) as asked:
                clerk.get(PEOPLE)
            return len(asked)

        few = queries()
        for _ in range(48):
            cast.person(role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        assert queries() == few <= 10


class TestLeaving:
    """离岗: the clerk ends what a person is at the school."""

    def test_asks_first_and_says_what_will_end(self, scene, clerk):
        html = clerk.get(reverse("students:end_postings", args=[scene.teacher.pk])).content.decode()
        assert "2023级1班班主任" in html
        assert scene.teacher.postings.filter(until=None).exists()

    def test_ends_the_session_and_the_log_in(self, scene, clerk, client):
        phone = client_of(scene.teacher)
        response = clerk.post(reverse("students:end_postings", args=[scene.teacher.pk]))
        assert response.url == PEOPLE
        assert not scene.teacher.postings.filter(until=None).exists()
        assert reverse("students:log_in") in phone.get(HOME).url
        assert AuditRow.objects.get(action="account.end_postings").details == {"ended": 1}

    def test_a_slip_loaded_again_issues_nothing(self, scene, clerk):
        address = reverse("students:reset_password", args=[scene.teacher.pk])
        clerk.get(address)
        token = {"token": clerk.session["reset_token"]}
        clerk.post(address, token)
        kept = Person.objects.get(pk=scene.teacher.pk).password
        assert clerk.post(address, token).url == address
        assert Person.objects.get(pk=scene.teacher.pk).password == kept
