"""Pages of duties ask the database equally often, however much there is to show."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Obligation
from students.models import Student
from tests import cast
from tests.scene import MONDAY, client_of

LIST = reverse("casework:duties")
HOME = reverse("home")


class TestQueries:
    """As many for thirty cards as for three."""

    @pytest.fixture(params=[3, 29])
    def many(self, request, scene):
        for number in range(request.param - 3):
            cast.student(scene.school_class, f"学生{number}")
        everybody = {f"n{child.pk}": (child, "unexcused") for child in Student.objects.all()}
        for day in (2, 3, 4):
            cast.take_register(scene.teacher, scene.school_class, date(2026, 9, day), today=MONDAY, **everybody)
        return request.param

    @pytest.mark.parametrize(("address", "at_most"), [(LIST, 9), (HOME, 24)], ids=["list", "home"])
    def test_of_a_page_of_cards(self, address, at_most, many, scene):
        client = client_of(scene.teacher)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            html = client.get(address).content.decode()
        assert html.count('<p class="duty-line">') == {LIST: min(2 * many, 30), HOME: min(2 * many, 20)}[address]
        assert len(asked) <= at_most

    def test_of_the_page_why(self, many, scene):
        client = client_of(scene.teacher)
        address = reverse("casework:duty", args=[Obligation.objects.filter(tier="absence_report").first().pk])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 10
