"""A small demonstration county, and its pages as the printed accounts see them."""

import pytest
from django.db import transaction
from django.urls import reverse

from casework.demo.county import make_county
from casework.demo.staff import USERNAMES
from students.models import Person, Role
from tests.demo.county import STUDENTS, TODAY
from tests.scene import at, client_of, clock

__all__ = ["clock"]


@pytest.fixture(scope="package")
def made(django_db_setup, django_db_blocker):
    """One county for all tests of this folder: it takes many seconds. What a test changes in it is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_county(students=STUDENTS, seed=1, today=TODAY)
        transaction.set_rollback(True)


@pytest.fixture
def county(made, db):
    """The county, inside a test."""
    return made


@pytest.fixture
def open_page(county, clock):
    """The text of a page, opened at noon as the printed account of a role."""
    clock.move_to(at(TODAY, 12))

    def opened(role: Role, name: str, *args, query: str = "") -> str:
        person = Person.objects.get(username=USERNAMES[role])
        response = client_of(person).get(reverse(name, args=args) + query)
        assert response.status_code == 200
        return response.content.decode()

    return opened
