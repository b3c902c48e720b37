"""Two inspectors truly at once. PostgreSQL only."""

from uuid import uuid4

import pytest
from django.db import connection

from inspections.actions import rounds
from inspections.actions.checklists import make_version
from inspections.actions.filling import InspectionRefused
from inspections.models import Inspection, InspectionResult, Judgement, StoredChecklist
from tests import cast
from tests.inspections import inspected
from tests.inspections.inspected import CONTENT, fill, judged, sign
from tests.scene import MONDAY
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


def test_two_versions_of_one_checklist_are_two_and_one_is_told(round_here):
    stored = inspected.checklist()
    first = made(round_here, stored, 0, "先改")
    outcomes = all_at_once(*[
        lambda follows=follows, why=why: made(round_here, follows, 1, why)
        for follows, why in ((stored, "照全县的改"), (first, "照本县的改"))
    ])  # fmt: skip
    assert sum(isinstance(each, InspectionRefused) for each in outcomes) == 1
    assert StoredChecklist.objects.filter(code="county-short").count() == 2


def test_a_round_sent_twice_at_once_is_one(round_here):
    asked = {
        "by": round_here.bureau, "scope": cast.scope(round_here.bureau), "title": "同时送出的批次",
        "checklist": inspected.checklist(), "schools": [round_here.school], "first_day": MONDAY, "last_day": MONDAY,
        "inspectors": [round_here.bureau], "submission": uuid4(), "today": MONDAY,
    }  # fmt: skip
    first, second = all_at_once(*[lambda: rounds.open_round(**asked)] * 2)
    assert first == second
    assert first.inspections.count() == 1


def made(here, follows, seen, reason):
    return make_version(
        by=here.bureau, scope=cast.scope(here.bureau), follows=follows, seen=seen,
        content=CONTENT | {"title": f"简表，{reason}"}, reason=reason,
    )  # fmt: skip
