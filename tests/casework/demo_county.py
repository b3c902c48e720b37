"""A small demonstration county, as it stands on one day."""

from datetime import date

import pytest
from django.db import transaction

from casework.demo.county import make_county

STUDENTS, TODAY = 300, date(2026, 11, 24)  # a Tuesday


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """One county for all tests of a module; what a test changes in it is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_county(students=STUDENTS, seed=1, today=TODAY)
        transaction.set_rollback(True)


@pytest.fixture
def county(made, db):
    """The county, inside a test."""
    return made
