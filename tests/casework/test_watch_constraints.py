"""What the database refuses of children given attention."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.models import Watch
from tests.casework.watching import TERM_END, confirmed, proposed


@pytest.fixture
def child(scene):
    return scene.children[0]


@pytest.fixture
def wavering(scene, child):
    return confirmed(scene.clerk, proposed(scene.teacher, child), scene.teacher)


class TestTheDatabase:
    def test_refuses_two_of_a_kind(self, scene, child):
        row = proposed(scene.teacher, child)
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": "confirmed"},
            {"state": "refused"},
            {"state": "withdrawn"},
            {"state": "ended"},
            {"state": "gone"},
            {"kind": "orphan"},
            {"reason": ""},
            {"kind": "hardship"},
            {"grounds": ""},
            {"review_on": TERM_END},
            {"decided_at": timezone.now()},
            {"end_reason": "improved"},
        ],
    )
    def test_refuses_a_proposal_that_cannot_be(self, scene, child, fields):
        row = proposed(scene.teacher, child)
        with pytest.raises(IntegrityError), transaction.atomic():
            Watch.objects.filter(pk=row.pk).update(**fields)

    @pytest.mark.parametrize(
        "fields",
        [{"responsible": None}, {"review_on": None}, {"group": None}, {"decided_by": None}, {"state": "ended"}],
    )
    def test_refuses_a_confirmed_one_without_person_date_or_group(self, wavering, fields):
        with pytest.raises(IntegrityError), transaction.atomic():
            Watch.objects.filter(pk=wavering.pk).update(**fields)
