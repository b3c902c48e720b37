"""联合劝返 to two children who stay away, for tests of it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casework.actions import trips as actions
from casework.contacts import Companion, ContactOutcome
from tests import cast
from tests.casework.away import open_case
from tests.scene import MONDAY


@pytest.fixture
def away(scene):
    return [open_case(child) for child in scene.children[:2]]


def plan(cases, by, **fields):
    told = {
        "day": MONDAY + timedelta(2),
        "leader": "韩刚",
        "companions": [Companion.VILLAGE, Companion.POLICE],
    } | fields
    township = told.pop("township", None) or cases[0].student.line.school_class.school.township
    return actions.plan_trip(by=by, scope=cast.scope(by), township=township, cases=cases, today=MONDAY, **told)


def tell(child, by, outcome="refuses", *, today=MONDAY, **fields):
    told = {"talk": "家长说下周送来", "submission": uuid4()} | fields
    return actions.record_result(
        by=by, scope=cast.scope(by), child=child, outcome=ContactOutcome(outcome), today=today, **told
    )


def off(trip, by, *, today=MONDAY):
    return actions.cancel_trip(by=by, scope=cast.scope(by), trip=trip, reason="下雨", today=today)


def leave_out(child, by, *, reason="路断了", today=MONDAY):
    return actions.leave_out(by=by, scope=cast.scope(by), child=child, reason=reason, today=today)
