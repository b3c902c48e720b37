"""Every address × everybody × GET and POST, from the tables in ``areas``. An address without a row fails.

A module of ``areas`` has a ``TABLE``, the ``arguments`` of its addresses and the ``fields`` that its forms send.
"""

import re
from copy import deepcopy
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse

from tests import examples
from tests.scene import MONDAY, at, client_of

# in = to the log-in page; pw = to the change of password; → = done, and on to another page; a number = the status.
# 422 = a form sent without what it asks for. 404 = outside the scope, 403 = seen but not theirs, 405 = wrong verb.
AREAS = [import_module(f"tests.access.areas.{name}") for _, name, _ in iter_modules([Path(__file__).parent / "areas"])]
HEADS = {tuple(area.TABLE.strip().splitlines()[0].split()[1:]) for area in AREAS}
LINES = [line.split() for area in AREAS for line in area.TABLE.strip().splitlines()[1:]]
ROWS = {(verb, name): cells for verb, name, *cells in LINES}


def names_of_all_addresses(patterns=None, namespace="") -> list[str]:
    """``students:log_in`` and the like, of every address of the site."""
    names = []
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLPattern):
            names.append(f"{namespace}{each.name}")
        else:
            names += names_of_all_addresses(each.url_patterns, f"{each.namespace}:" if each.namespace else namespace)
    return names


@pytest.fixture(scope="module")
def addresses(made) -> dict[str, str]:
    """An address that exists under every name; what it shows belongs to the class in the scene."""
    with time_machine.travel(at(MONDAY), tick=False):
        given = [area.arguments(made.scene, made.people, made.day) for area in AREAS]
    arguments = {name: values for each in given for name, values in each.items()}
    return {name: reverse(name, args=arguments.get(name)) for name in names_of_all_addresses()}


@pytest.fixture(scope="module")
def sessions(made) -> dict[str, SimpleCookie]:
    """What the browser of everybody who has logged in keeps."""
    with time_machine.travel(at(MONDAY), tick=False):
        return {who: client_of(person).cookies for who, person in made.people.items()}


@pytest.fixture
def clients(sessions, world) -> dict[str, Client]:
    """Everybody's browser, before the first page."""
    clients = {who: Client() for who in sessions}
    for who, client in clients.items():
        client.cookies = SimpleCookie(sessions[who].output(header="", sep=";"))
    return clients


@pytest.fixture(scope="module")
def fields(made) -> dict[str, dict]:
    """What the page of every address would send."""
    with time_machine.travel(at(MONDAY), tick=False):
        return {name: sent for area in AREAS for name, sent in area.fields().items()}


def without_tokens(response) -> str:
    """The page without what is drawn anew each time against forged forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def outcome(response) -> str:
    """A response in the words of the table."""
    list(response)  # a file that is sent stays open until it has been read
    if response.status_code != 302:
        return str(response.status_code)
    path = response.url.partition("?")[0]
    return {reverse("students:log_in"): "in", reverse("students:change_password"): "pw"}.get(path, "→")


def expected(verb: str, name: str, people) -> dict[str, str]:
    """Who → the outcome in the table. On another database one of each outcome: there the question is whether the pages
    can be asked for at all; what each role may see is tried there model by model."""
    outcomes = dict(zip(people, ROWS[verb, name], strict=True))
    if examples.on_another_database:
        outcomes = {who: outcome for outcome, who in {outcome: who for who, outcome in outcomes.items()}.items()}
    return outcomes


def test_the_table_names_every_address_once_for_each_verb():
    assert len(LINES) == len(ROWS)
    assert sorted(ROWS) == sorted((verb, name) for name in names_of_all_addresses() for verb in ("GET", "POST"))


def test_the_table_names_everybody(people):
    assert {tuple(people)} == HEADS
    assert {len(row) for row in ROWS.values()} == {len(people)}


def row_counts() -> dict[str, int]:
    """Rows of every table but that of the sessions, in one query."""
    models = [model for model in apps.get_models(include_auto_created=True) if model is not Session]
    counts = ", ".join(f'(SELECT count(*) FROM "{model._meta.db_table}")' for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip((model._meta.label for model in models), cursor.fetchone(), strict=True))


@pytest.mark.parametrize("name", [name for verb, name in ROWS if verb == "GET"])
def test_everybody_sees_what_the_table_says_and_looking_writes_nothing(name, addresses, clients):
    found, wanted, before = {}, expected("GET", name, clients), row_counts()
    for who in wanted:
        with CaptureQueriesContext(connection) as queries:
            found[who] = outcome(clients[who].get(addresses[name]))
        written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert [sql for sql in written if "django_session" not in sql] == [], who
    assert row_counts() == before
    assert found == wanted


@pytest.mark.parametrize("name", [name for verb, name in ROWS if verb == "POST"])
def test_everybody_may_do_what_the_table_says(name, addresses, clients, fields):
    found, wanted = {}, expected("POST", name, clients)
    for who in wanted:
        # each comes to the same place: what the one before has done is undone, and a file is read from its beginning
        with transaction.atomic():
            found[who] = outcome(clients[who].post(addresses[name], deepcopy(fields.get(name, {"sent": "yes"}))))
            transaction.set_rollback(True)
    assert found == wanted


@pytest.mark.parametrize("verb", ["get", "post"])
def test_what_does_not_exist_looks_the_same_as_what_may_not_be_seen(verb, scene, people, day):
    far_clerk = client_of(people["far_clerk"])
    hidden = getattr(far_clerk, verb)(reverse("casework:contact", args=[day.contact_duty.pk]))
    missing = getattr(far_clerk, verb)(reverse("casework:contact", args=[10**9]))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert without_tokens(hidden) == without_tokens(missing)


@pytest.mark.parametrize(
    "path",
    [
        "/register/1/2026-02-30/AM/",
        "/register/1/2026-09-07/XX/",
        "/register/1/0000-00-00/AM/",
        "/register/1/0001-01-01/AM/",
        "/register/1/9999-12-31/AM/",
        "/duties/99999999999999999999999999/",
        "/register/99999999999999999999999999/2026-09-07/AM/",
        "/duties/-1/",
        "/nothing/",
    ],
)
def test_an_address_that_cannot_be_is_not_found(path, scene):
    response = client_of(scene.clerk).get(path)
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()
