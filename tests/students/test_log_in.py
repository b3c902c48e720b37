"""Who gets in: one-time passwords, postings that end, passwords that are tried too often."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from students.actions import accounts
from students.models import AuditRow, Role
from tests import cast
from tests.scene import MONDAY, at, client_of

LOG_IN = reverse("students:log_in")
CHANGE = reverse("students:change_password")
HOME = reverse("home")


def log_in(client, username, password=cast.PASSWORD, **extra):
    return client.post(LOG_IN, {"username": username, "password": password}, **extra)


def is_inside(client) -> bool:
    """Whether the session opens the first page, or the change of password that stands before it."""
    return LOG_IN not in client.get(HOME).headers.get("Location", "")


@pytest.fixture
def slip(scene) -> str:
    """The one-time password that the teacher has been given."""
    return accounts.issue_password(by=scene.clerk, person=scene.teacher)


class TestTheDoor:
    def test_the_right_password_opens_the_first_page(self, scene, client):
        response = log_in(client, scene.teacher.username)
        assert response.url == HOME
        assert is_inside(client)

    def test_after_it_comes_the_page_that_was_asked_for(self, scene, client):
        asked = client.get(reverse("casework:duties"))
        response = client.post(asked.url, {"username": scene.teacher.username, "password": cast.PASSWORD})
        assert response.url == reverse("casework:duties")

    def test_it_never_leads_to_another_site(self, scene, client):
        response = client.post(
            f"{LOG_IN}?next=https://elsewhere.example/",
            {"username": scene.teacher.username, "password": cast.PASSWORD, "next": "//elsewhere.example"},
        )
        assert response.url == HOME

    @pytest.mark.parametrize("password", ["wrong", "", "a" * 5000, cast.PASSWORD.upper()])
    def test_a_wrong_password_is_told_in_words(self, password, scene, client):
        response = log_in(client, scene.teacher.username, password)
        html = response.content.decode()
        assert response.status_code == 200
        assert "登录名或密码不对" in html or "请填写密码" in html
        assert not is_inside(client)

    def test_a_name_that_does_not_exist_is_told_the_same(self, scene, client):
        unknown, wrong = log_in(client, "nobody", "x"), log_in(client, scene.teacher.username, "x")
        assert "登录名或密码不对" in unknown.content.decode()
        assert "登录名或密码不对" in wrong.content.decode()

    def test_a_name_with_a_null_character_opens_nothing(self, scene, client):
        assert log_in(client, "t\0").status_code == 200

    def test_without_a_password_ever_issued_nothing_opens(self, scene, client):
        scene.teacher.set_unusable_password()
        scene.teacher.save()
        log_in(client, scene.teacher.username, "!")
        assert not is_inside(client)

    def test_an_account_put_out_of_use_stays_out(self, scene, client):
        scene.teacher.is_active = False
        scene.teacher.save()
        log_in(client, scene.teacher.username)
        assert not is_inside(client)

    def test_leaving_closes_it(self, scene, client):
        log_in(client, scene.teacher.username)
        assert client.post(reverse("students:log_out")).url == LOG_IN
        assert not is_inside(client)


class TestOneTimePasswords:
    def test_they_open_the_change_of_password_and_nothing_else(self, scene, slip, client):
        log_in(client, scene.teacher.username, slip)
        assert client.get(HOME).url == CHANGE
        assert client.get(reverse("casework:duties")).url == CHANGE
        assert client.post(reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])).url == CHANGE
        assert "先换成自己的密码" in client.get(CHANGE).content.decode()

    def test_a_password_of_ones_own_opens_the_rest_and_stays_logged_in(self, scene, slip, client):
        log_in(client, scene.teacher.username, slip)
        chosen = {"old_password": slip, "new_password": "清晨的钟声 七点", "again": "清晨的钟声 七点"}
        assert client.post(CHANGE, chosen).url == HOME
        assert client.get(HOME).status_code == 200
        scene.teacher.refresh_from_db()
        assert not scene.teacher.must_change_password
        assert scene.teacher.one_time_password_expires_at is None
        row = AuditRow.objects.latest("pk")
        assert (row.action, row.done_by, row.details) == ("account.choose_password", scene.teacher, {})

    def test_used_up_they_open_nothing(self, scene, slip, client):
        accounts.choose_password(person=scene.teacher, password="清晨的钟声 七点")
        log_in(client, scene.teacher.username, slip)
        assert not is_inside(client)

    def test_they_expire(self, scene, slip, client, clock, settings):
        issued = timezone.now()
        clock.move_to(issued + timedelta(days=settings.ONE_TIME_PASSWORD_DAYS) - timedelta(seconds=1))
        log_in(client, scene.teacher.username, slip)
        assert is_inside(client)
        client.logout()
        clock.move_to(issued + timedelta(days=settings.ONE_TIME_PASSWORD_DAYS))
        assert "一次性密码已过期" in log_in(client, scene.teacher.username, slip).content.decode()
        assert not is_inside(client)

    def test_no_two_are_alike_and_none_has_a_character_that_is_misread(self):
        made = {accounts.one_time_password() for _ in range(300)}
        assert len(made) == 300
        assert not set("".join(made)) & set("0O1lI i")
        assert {len(password) for password in made} == {11}


class TestPostings:
    def test_the_end_of_the_last_posting_ends_the_session_too(self, scene, client, clock):
        scene.teacher.postings.update(until=MONDAY + timedelta(days=1))
        log_in(client, scene.teacher.username)
        clock.move_to(at(MONDAY, 23, 59))
        log_in(client, scene.teacher.username)
        assert is_inside(client)
        clock.move_to(at(MONDAY + timedelta(days=1), 0, 1))
        assert not is_inside(client)

    def test_without_a_posting_there_is_no_log_in(self, scene, client):
        scene.teacher.postings.update(until=MONDAY)
        assert "账号没有现任岗位" in log_in(client, scene.teacher.username).content.decode()
        assert not is_inside(client)

    def test_before_the_first_posting_there_is_none_either(self, scene, client):
        scene.teacher.postings.update(since=MONDAY + timedelta(days=1))
        log_in(client, scene.teacher.username)
        assert not is_inside(client)

    def test_another_posting_keeps_the_account(self, scene, client):
        cast.post(scene.teacher, Role.DEPUTY_HEAD, school=scene.school)
        scene.teacher.postings.filter(role=Role.HOMEROOM_TEACHER).update(until=MONDAY)
        log_in(client, scene.teacher.username)
        assert is_inside(client)

    def test_a_session_lasts_a_working_day(self, scene, client, clock):
        log_in(client, scene.teacher.username)
        clock.shift(timedelta(hours=11, minutes=59))
        assert is_inside(client)
        clock.shift(timedelta(minutes=2))
        assert not is_inside(client)


class TestGuessing:
    """A lock is on the pair of name and address: a whole school shares one address."""

    def fail(self, client, username, times, **extra):
        return [log_in(client, username, f"wrong {number}", **extra).status_code for number in range(times)]

    def test_after_eight_wrong_passwords_the_right_one_opens_nothing(self, scene, client):
        assert self.fail(client, scene.teacher.username, 8) == [200] * 7 + [429]
        response = log_in(client, scene.teacher.username)
        assert response.status_code == 429
        assert "暂时不能登录" in response.content.decode()
        assert not is_inside(client)

    def test_after_seven_it_still_does_and_the_count_begins_anew(self, scene, client):
        self.fail(client, scene.teacher.username, 7)
        log_in(client, scene.teacher.username)
        assert is_inside(client)
        client.post(reverse("students:log_out"))
        assert 429 not in self.fail(client, scene.teacher.username, 7)

    def test_a_colleague_at_the_same_address_is_not_locked_out(self, scene, client):
        self.fail(client, scene.teacher.username, 9)
        log_in(client, scene.clerk.username)
        assert is_inside(client)

    def test_the_same_name_at_another_address_is_not_locked_out(self, scene, client):
        self.fail(client, scene.teacher.username, 9, REMOTE_ADDR="203.0.113.7")
        log_in(client, scene.teacher.username, REMOTE_ADDR="203.0.113.8")
        assert is_inside(client)

    def test_a_quarter_of_an_hour_later_it_opens_again(self, scene, client, clock):
        self.fail(client, scene.teacher.username, 9)
        clock.shift(timedelta(minutes=16))
        log_in(client, scene.teacher.username)
        assert is_inside(client)

    def test_a_reset_opens_it_at_once(self, scene, client):
        """The page of the lock promises it."""
        self.fail(client, scene.teacher.username, 9)
        password = accounts.issue_password(by=scene.clerk, person=scene.teacher)
        assert log_in(client, scene.teacher.username, password).status_code == 302
        assert is_inside(client)

    def test_the_log_names_neither_the_person_nor_the_password(self, scene, client, caplog):
        with caplog.at_level(logging.DEBUG):
            self.fail(client, scene.teacher.username, 9)
        written = caplog.text
        assert scene.teacher.username not in written
        assert "wrong 1" not in written


class TestChoosingAPassword:
    @pytest.fixture
    def choose(self, scene):
        client = client_of(scene.teacher)

        def choose(new, *, old=cast.PASSWORD, again=None):
            fields = {"old_password": old, "new_password": new, "again": new if again is None else again}
            return client.post(CHANGE, fields)

        return choose

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            ("短 7 个字符", "8"),
            ("8305716294", "数字"),
            ("password123", "常见"),
            ("", "请填写新密码"),
            (cast.PASSWORD, "新密码要和现在的密码不同"),
        ],
    )
    def test_a_weak_one_is_refused_in_words(self, new, words, scene, choose):
        response = choose(new)
        assert response.status_code == 422
        assert words in response.content.decode()
        self.assert_unchanged(scene)

    def test_one_like_the_staff_number_is_refused(self, scene, choose):
        scene.teacher.staff_number = "T2026000123"
        scene.teacher.save()
        response = choose("t2026000123")
        assert "工号" in response.content.decode()
        self.assert_unchanged(scene)

    def test_the_old_one_has_to_be_right(self, scene, choose):
        assert "现在的密码不对，密码没有修改" in choose("清晨的钟声 七点", old="x").content.decode()
        self.assert_unchanged(scene)

    def test_the_new_one_has_to_be_written_twice_alike(self, scene, choose):
        assert "两次写的新密码不一样" in choose("清晨的钟声 七点", again="清晨的钟声 八点").content.decode()
        self.assert_unchanged(scene)

    def test_other_sessions_end(self, scene, choose):
        elsewhere = client_of(scene.teacher)
        assert is_inside(elsewhere)
        assert choose("清晨的钟声 七点").url == HOME
        assert not is_inside(elsewhere)

    def assert_unchanged(self, scene):
        scene.teacher.refresh_from_db()
        assert scene.teacher.check_password(cast.PASSWORD)
        assert not AuditRow.objects.exists()


def test_passwords_are_kept_as_argon2(settings):
    from config import settings as written

    assert written.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
