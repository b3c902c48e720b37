"""Two inspectors truly at once. PostgreSQL only."""

import pytest
from django.db import connection

from inspections.actions.filling import InspectionRefused
from inspections.models import Inspection, InspectionResult, Judgement
from tests.inspections.inspected import fill, judged, sign
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def test_of_two_who_judge_one_item_the_second_is_told(round_here):
    acts = [
        lambda by=by, points=points: fill(round_here.row, by, {"plan": judged(plan=points)["plan"]})
        for by, points in ((round_here.inspector, 1), (round_here.bureau, 2))
    ]
    outcomes = all_at_once(*acts)
    assert sorted(len(each.clashes) for each in outcomes) == [0, 1]
    assert Judgement.objects.get().version == 1


def test_two_who_judge_different_items_lose_nothing(round_here):
    sheets = [(round_here.inspector, "plan"), (round_here.bureau, "register")]
    acts = [lambda by=by, code=code: fill(round_here.row, by, {code: judged()[code]}) for by, code in sheets]
    assert [each.saved for each in all_at_once(*acts)] == [1, 1]
    assert Inspection.objects.get().version == 2


def test_a_sheet_is_signed_by_one_of_two(round_here):
    fill(round_here.row, round_here.inspector, judged())
    acts = [lambda by=by: sign(round_here.row, by, seen=1) for by in (round_here.inspector, round_here.bureau)]
    outcomes = all_at_once(*acts)
    assert sum(isinstance(each, InspectionRefused) for each in outcomes) == 1
    assert InspectionResult.objects.count() == 1
