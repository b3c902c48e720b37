"""The pages of the demonstration county as the printed accounts see them, on its day."""

import pytest
from django.urls import reverse

from casework.demo.staff import USERNAMES
from students.models import Person, Role
from tests.casework.demo_county import TODAY
from tests.scene import at, client_of


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
