"""What every answer of the site carries, what the log must not hold, and that the site may be put on the net."""

import logging
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from casework import engine
from students.models import Person
from tests import cast
from tests.scene import BACKEND, MONDAY, PHONE, client_of, clock, marks, scene, sending

__all__ = ["clock", "scene"]
ROOT = Path(settings.BASE_DIR)


def directives(response) -> dict[str, str]:
    """The Content-Security-Policy of an answer: directive → sources."""
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: sources for name, _, sources in parts}


class TestHeaders:
    @pytest.fixture(params=["page", "log in", "not found", "refused", "redirect"])
    def answer(self, request, scene):
        teacher = client_of(scene.teacher)
        return {
            "page": lambda: teacher.get(reverse("home")),
            "log in": lambda: Client().get(reverse("students:log_in")),
            "not found": lambda: teacher.get("/nothing/"),
            "refused": lambda: teacher.get(reverse("students:people")),
            "redirect": lambda: Client().get(reverse("home")),
        }[request.param]()

    def test_nothing_runs_but_the_sites_own_files(self, answer):
        policy = directives(answer)
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in answer["Content-Security-Policy"]

    def test_nobody_frames_it_guesses_its_types_or_learns_where_one_was(self, answer):
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_scripts_cannot_read_the_session(self, scene):
        client = Client()
        client.post(reverse("students:log_in"), {"username": scene.teacher.username, "password": cast.PASSWORD})
        cookie = client.cookies["sessionid"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


class TestForgedForms:
    def test_a_form_from_elsewhere_is_refused_and_saves_nothing(self, scene):
        client = Client(enforce_csrf_checks=True)
        client.force_login(scene.teacher, backend=BACKEND)
        address = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        response = client.post(address, sending())
        assert response.status_code == 403
        assert "页面打开太久了" in response.content.decode()
        assert not scene.school_class.roll_calls.exists()


class TestTheLog:
    """Names of children, telephone numbers and passwords stay out of it, also when something breaks."""

    @pytest.fixture
    def broken(self, scene, monkeypatch):
        """A save that fails in the middle, at the door of a site that is running."""

        def fail(*args, **kwargs):
            raise RuntimeError("failed on purpose")

        monkeypatch.setattr(engine, "recompute", fail)
        client = Client(raise_request_exception=False)
        client.force_login(scene.teacher, backend=BACKEND)
        address = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
        return lambda: client.post(address, sending(**marks(unexcused=scene.children[0])))

    def test_says_what_broke_without_saying_of_whom(self, broken, scene, caplog):
        with caplog.at_level(logging.DEBUG):
            assert broken().status_code == 500
        assert "failed on purpose" in caplog.text
        for secret in ("高东", "沈明", PHONE, scene.children[0].id_number, scene.teacher.username):
            assert secret not in caplog.text

    def test_the_person_is_told_that_nothing_was_saved(self, broken, scene):
        html = broken().content.decode()
        assert "没有保存" in html
        assert "failed on purpose" not in html
        assert not scene.school_class.roll_calls.exists()

    @pytest.mark.parametrize(
        ("address", "query"), [("/duties/nothing/", {"q": "高东"}), ("/people/", {"q": "高东"})], ids=["404", "403"]
    )
    def test_a_search_is_not_written_down(self, address, query, scene, caplog):
        with caplog.at_level(logging.DEBUG):
            client_of(scene.teacher).get(address, query)
        assert caplog.records
        assert "高东" not in caplog.text

    def test_a_password_is_not_written_down(self, scene, caplog):
        with caplog.at_level(logging.DEBUG):
            Client().post(reverse("students:log_in"), {"username": scene.teacher.username, "password": "hush-hush"})
        assert "hush-hush" not in caplog.text


def manage(*args, **environment):
    """Run a command of the project as on a machine whose environment holds nothing but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=kept | environment, capture_output=True, text=True
    )


PRODUCTION = {
    "PRODUCTION": "true",
    "DEBUG": "false",
    "ALLOWED_HOSTS": "shouxue.example",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "DATABASE_URL": "postgres://nobody@localhost/nothing",
}


class TestProduction:
    def test_passes_the_check_of_a_deployment(self):
        done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
        assert done.returncode == 0, done.stderr

    def test_does_not_start_without_a_secret(self):
        done = manage("check", **{name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"})
        assert done.returncode != 0
        assert "SECRET_KEY" in done.stderr

    def test_cookies_travel_by_https_only(self):
        code = (
            "from config import settings as s;"
            "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT and not s.DEBUG;"
            "assert s.SECURE_HSTS_SECONDS >= 31536000"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | PRODUCTION, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def test_no_account_is_made_with_a_password_that_is_known(db):
    assert not Person.objects.exists()


def test_what_is_larger_than_any_file_is_refused_before_it_is_read(client, settings):
    """Also from whoever has not logged in: the form token is looked for in the whole of what was sent."""
    settings.MAX_REQUEST_BYTES = 1000
    answer = client.post(reverse("students:log_in"), {"username": "沈明" * 500})
    assert answer.status_code == 413
    assert "内容太大" in answer.content.decode()
