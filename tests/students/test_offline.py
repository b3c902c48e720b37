"""Registers that a device has kept: what the server makes of them, what it gives the device to keep, and the key."""

import re
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.models import AbsenceMark, AuditRow, MarkCorrection, RollCall
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, marks, sending

KEY = settings.DEVICE_KEY_COOKIE
HOUR = 60 * 60


@pytest.fixture
def address(scene) -> str:
    return reverse("students:send_register", args=[scene.school_class.pk, MONDAY, "AM"])


@pytest.fixture
def teacher(scene):
    """The teacher's browser."""
    return client_of(scene.teacher)


class TestAKeptRegister:
    def test_is_saved_and_answered_with_what_stands(self, scene, teacher, address):
        child = scene.children[0]
        answer = teacher.post(address, sending(**marks(unexcused=child)))
        assert answer.status_code == 200
        assert answer.json() == {
            "text": "9月7日上午的考勤已提交，缺1人。新增1件待办（联系家长）。",
            "version": 1,
            "marks": {str(child.pk): "unexcused"},
            "next": "/",
        }
        assert RollCall.objects.get().arrived_at is None

    def test_is_followed_by_a_toast_with_a_way_back(self, teacher, address):
        teacher.post(address, sending())
        html = teacher.get("/").content.decode()
        assert "考勤已提交，全勤。" in html
        assert reverse("students:take_back", args=[RollCall.objects.get().pk, 1]) in html

    def test_sent_in_the_background_leaves_no_toast_behind(self, teacher, address):
        teacher.post(address, sending(quiet="on"))
        assert "考勤已提交" not in teacher.get("/").content.decode()

    def test_whose_answer_was_lost_is_answered_again_and_written_once(self, scene, teacher, address):
        fields = sending(**marks(unexcused=scene.children[0]))
        first, second = (teacher.post(address, fields).json() for _ in range(2))
        assert first["text"].startswith(second["text"])  # what followed was said the first time
        assert first["version"] == second["version"] == 1
        assert RollCall.objects.count() == AuditRow.objects.filter(action="register.submit").count() == 1

    def test_sent_again_after_a_correction_is_told_what_stands_now(self, scene, teacher, address):
        first, second, _ = scene.children
        fields = sending(**marks(unexcused=first))
        teacher.post(address, fields)
        scene.take(MONDAY, by=scene.clerk, version=1, first="unexcused", second="late")
        answer = teacher.post(address, fields).json()
        assert (answer["version"], answer["marks"]) == (2, {str(first.pk): "unexcused", str(second.pk): "late"})

    def test_of_a_correction_that_was_joined_is_told_both(self, scene, teacher, address):
        first, second, _ = scene.children
        scene.take(MONDAY)
        scene.take(MONDAY, by=scene.clerk, version=1, first="sick_leave")
        answer = teacher.post(address, sending(version=1, **marks(late=second))).json()
        assert (answer["version"], answer["marks"]) == (3, {str(first.pk): "sick_leave", str(second.pk): "late"})

    def test_costs_no_more_than_one_that_is_sent_at_once(self, scene, teacher, address):
        scene.take(FRIDAY, first="unexcused")
        absent = dict.fromkeys((f"mark-{child.pk}" for child in scene.children), "unexcused")
        with CaptureQueriesContext(connection) as queries:
            assert teacher.post(address, sending(age=str(HOUR), **absent)).status_code == 200
        assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 12


class TestWhenItWasTaken:
    """By the device's own clock at both ends: only the time between counts."""

    def taken(self, teacher, address, age) -> RollCall:
        assert teacher.post(address, sending(age=str(age))).status_code == 200
        return RollCall.objects.get()

    @pytest.mark.parametrize(("seconds", "is_kept"), [(0, False), (59, False), (60, True), (HOUR, True)])
    def test_a_minute_on_the_way_is_no_delay(self, seconds, is_kept, teacher, address, clock):
        clock.move_to(at(MONDAY, 12))
        call = self.taken(teacher, address, seconds)
        if is_kept:
            assert (call.taken_at, call.arrived_at) == (at(MONDAY, 12) - timedelta(seconds=seconds), at(MONDAY, 12))
        else:
            assert (call.taken_at, call.arrived_at) == (at(MONDAY, 12), None)

    @pytest.mark.parametrize(
        ("hours", "taken"),
        [
            (24, at(MONDAY, 12, 0)),  # taken on the day itself, sent the day after
            (36, at(MONDAY, 0, 0)),  # the first moment of the day
            (37, None),  # before the day of the register: the device's clock was moved meanwhile
            (24 * 365, None),
        ],
    )
    def test_no_register_was_taken_before_its_day(self, hours, taken, scene, address, clock):
        clock.move_to(at(MONDAY + timedelta(days=1), 12, 0))
        call = self.taken(client_of(scene.teacher), address, hours * HOUR)
        assert call.taken_at == (taken or at(MONDAY + timedelta(days=1), 12, 0))
        assert (call.arrived_at is None) == (taken is None)

    def test_a_correction_pressed_in_time_may_arrive_late(self, scene, address, clock):
        scene.take(MONDAY)
        clock.move_to(at(MONDAY + timedelta(days=1), 7))
        teacher = client_of(scene.teacher)
        fields = sending(version=1, **marks(unexcused=scene.children[0]))
        assert teacher.post(address, fields).status_code == 422
        assert teacher.post(address, fields | {"age": str(12 * HOUR)}).status_code == 200
        assert MarkCorrection.objects.get().new_kind == "unexcused"

    @pytest.mark.parametrize("age", ["-1", "yesterday", "9" * 30, "1.5"])
    def test_an_age_that_cannot_be_is_refused(self, age, teacher, address):
        answer = teacher.post(address, sending(age=age))
        assert answer.status_code == 422
        assert "没有保存" in answer.json()["text"]
        assert not RollCall.objects.exists()


class TestRefusals:
    """In words that the device can show; nothing is written."""

    def test_a_log_in_that_has_expired_is_a_status_and_not_a_page(self, scene, teacher, address):
        fields = sending()
        Session.objects.all().delete()
        answer = teacher.post(address, fields)
        assert answer.status_code == 401
        assert "登录后会自动上报" in answer.json()["text"]
        assert client_of(scene.teacher).post(address, fields).status_code == 200

    def test_another_persons_register_is_not_taken_under_ones_own_name(self, scene, teacher, address):
        answer = teacher.post(address, sending(person=str(scene.clerk.pk)))
        assert answer.status_code == 401
        assert "由本人登录后上报" in answer.json()["text"]
        assert teacher.post(address, sending(person=str(scene.teacher.pk))).status_code == 200

    def test_a_class_that_one_has_left(self, scene, teacher, address):
        scene.teacher.postings.update(school_class=cast.school_class(scene.school, "202302"))
        answer = teacher.post(address, sending())
        assert (answer.status_code, answer.json()) == (404, {"text": "这个班不在你的岗位范围内，没有保存。"})

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"version": "5"}, "刚被撤销"),
            ({"submission": "x"}, "提交的内容不完整"),
            ({"mark-999999": "unexcused"}, "名单已有变动"),
            ({"mark-1": "nobody knows"}, "提交的内容不完整"),
            ({"person": "somebody"}, "提交的内容不完整"),
        ],
    )
    def test_what_cannot_be_saved_says_why(self, fields, words, teacher, address):
        answer = teacher.post(address, sending() | fields)
        assert answer.status_code == 422
        assert words in answer.json()["text"]
        assert not RollCall.objects.exists()

    def test_a_submission_taken_back_is_not_written_again(self, teacher, address):
        fields = sending()
        teacher.post(address, fields)
        teacher.post(reverse("students:take_back", args=[RollCall.objects.get().pk, 1]))
        assert "后来撤销了" in teacher.post(address, fields).json()["text"]
        assert not RollCall.objects.exists()

    def test_a_forged_sending_is_stopped_at_the_door(self, scene, address):
        client = Client(enforce_csrf_checks=True)
        client.force_login(scene.teacher, backend="students.authentication.PostedPersonBackend")
        assert client.post(address, sending()).status_code == 403
        assert not RollCall.objects.exists()


class TestAConflict:
    def test_is_a_question_in_html_that_no_page_surrounds(self, scene, teacher, address):
        scene.take(MONDAY, by=scene.clerk, first="sick_leave")
        answer = teacher.post(address, sending(**marks(unexcused=scene.children[0])))
        html = answer.content.decode()
        assert answer.status_code == 409
        assert html.lstrip().startswith("<form")
        assert "现在的记录：何静，2026年9月7日 7:40" in html
        assert "no-store" in answer["Cache-Control"]

    def test_asked_again_it_is_asked_again(self, scene, teacher, address):
        scene.take(MONDAY, by=scene.clerk, first="sick_leave")
        fields = sending(submission=uuid4(), **marks(unexcused=scene.children[0]))
        assert [teacher.post(address, fields).status_code for _ in range(2)] == [409, 409]
        assert AbsenceMark.objects.get().kind == "sick_leave"


class TestTheKey:
    """Set and deleted with the session's cookie, readable by scripts, of the session alone."""

    def log_in(self, client, person) -> SimpleCookie:
        return client.post(reverse("students:log_in"), {"username": person.username, "password": cast.PASSWORD}).cookies

    def test_comes_with_the_log_in_and_lives_as_long_as_the_session(self, scene, client):
        cookies = self.log_in(client, scene.teacher)
        key, session = cookies[KEY], cookies[settings.SESSION_COOKIE_NAME]
        assert re.fullmatch("[0-9a-f]{64}", key.value)
        assert session.value not in key.value
        assert key["max-age"] == session["max-age"] == settings.SESSION_COOKIE_AGE
        assert (key["samesite"], key["httponly"], key["path"]) == ("Lax", "", "/")

    def test_goes_with_the_log_out(self, scene, client):
        self.log_in(client, scene.teacher)
        cookies = client.post(reverse("students:log_out")).cookies
        assert (cookies[KEY].value, cookies[KEY]["max-age"]) == ("", 0)

    def test_is_another_one_at_every_log_in(self, scene):
        keys = {self.log_in(Client(), who)[KEY].value for who in (scene.teacher, scene.teacher, scene.clerk)}
        assert len(keys) == 3

    def test_is_renewed_with_the_session_when_the_password_changes(self, scene, client):
        before = self.log_in(client, scene.teacher)[KEY].value
        chosen = {"old_password": cast.PASSWORD, "new_password": "清晨的钟声 七点", "again": "清晨的钟声 七点"}
        after = client.post(reverse("students:change_password"), chosen).cookies[KEY].value
        assert after
        assert after != before

    def test_travels_only_encrypted_where_the_session_does(self, scene, client, settings):
        settings.SESSION_COOKIE_SECURE = True
        assert self.log_in(client, scene.teacher)[KEY]["secure"]

    def test_a_wrong_password_brings_none(self, scene, client):
        answer = client.post(reverse("students:log_in"), {"username": scene.teacher.username, "password": "wrong"})
        assert not answer.cookies.get(KEY, SimpleCookie()) or not answer.cookies[KEY].value


class TestTheShell:
    def test_holds_nothing_of_whoever_asks_for_it(self, scene, teacher):
        mine, nobodys = (each.get(reverse("students:shell")).content.decode() for each in (teacher, Client()))
        assert mine == nobodys
        assert scene.teacher.name not in mine
        assert "csrfmiddlewaretoken" not in mine

    def test_takes_no_message_away_from_the_page_that_it_is_for(self, teacher, address):
        teacher.post(address, sending())
        teacher.get(reverse("students:shell"))
        assert "考勤已提交" in teacher.get("/").content.decode()

    def test_names_every_script_that_its_scripts_import(self, client):
        html = client.get(reverse("students:shell")).content.decode()
        named = set(re.findall(r'(?:href|src)="/static/([^"]+\.js)"', html))
        for name in named:
            source = Path(finders.find(name)).read_text()
            folder = name.rsplit("/", 1)[0]
            imported = {
                f"{folder}/{path}".replace("/offline/../", "/").replace("/./", "/")
                for path in re.findall(r'^import .*?from "([^"]+)";$', source, re.MULTILINE)
            }
            assert imported <= named, name

    def test_names_the_styles_of_the_register_page(self, scene, teacher, client):
        page = teacher.get(reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])).content.decode()
        styles = re.compile(r'href="/static/([^"]+\.css)"')
        assert set(styles.findall(page)) <= set(styles.findall(client.get(reverse("students:shell")).content.decode()))


class TestTheServiceWorker:
    def test_is_a_script_that_may_serve_the_whole_site(self, client):
        answer = client.get(reverse("students:service_worker"))
        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Cache-Control"] == "no-cache"
        assert reverse("students:service_worker").count("/") == 1
        assert '"/static/js/offline/worker.js"' in answer.content.decode()

    def test_changes_with_the_shell_and_only_then(self, client, settings):
        asked = [client.get(reverse("students:service_worker")).content for _ in range(2)]
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {
                "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
                "OPTIONS": {"base_url": "/other/"},
            }
        }
        assert asked[0] == asked[1] != client.get(reverse("students:service_worker")).content

    def test_may_run_by_the_policy_of_every_page(self, client):
        assert "worker-src 'self'" in client.get(reverse("students:log_in"))["Content-Security-Policy"]
