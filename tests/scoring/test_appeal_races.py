"""Appeals, signatures and amendments, taken truly at the same time. PostgreSQL only."""

import pytest
from django.db import connection

from scoring.actions.appeals import AppealRefused
from scoring.actions.freezes import FreezeRefused
from scoring.models import Appeal, FrozenScore, ScoreAmendment, ScoreFreeze
from scoring.queries.freezes import open_appeals
from students.models import Role
from tests import cast
from tests.scene import at
from tests.scoring.appealing import (
    AFTER,
    CALLS,
    REGISTER,
    amend,
    decide,
    freeze_scores,
    frozen,
    make,
    mark,
    opened,
    principal_of,
    sign,
    week,
)
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def scored(transactional_db, scene, clock):
    week(scene, clock)
    clock.move_to(at(AFTER))
    return scene


@pytest.fixture
def bureau(scored):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def test_of_two_who_decide_one_appeal_one_is_told(scored, head):
    for fact in (REGISTER, CALLS, "register-2026-09-08"):
        row = make(scored, fact, today=AFTER)
        outcomes = all_at_once(
            lambda row=row: decide(row, scored.clerk, version=1),
            lambda row=row: decide(row, head, accepts=False, version=1),
        )
        assert len([each for each in outcomes if isinstance(each, AppealRefused)]) == 1, outcomes
        row.refresh_from_db()
        assert row.version == 2


def test_of_two_who_appeal_against_one_fact_one_is_told(scored, head):
    outcomes = all_at_once(lambda: make(scored, today=AFTER), lambda: make(scored, by=head, today=AFTER))
    assert len([each for each in outcomes if isinstance(each, AppealRefused)]) == 1, outcomes
    assert Appeal.objects.count() == 1


def test_nobody_signs_while_an_appeal_is_being_made(scored, bureau, head):
    """Whoever comes first: an appeal that stands is not signed over, and after the signature none is taken."""
    row = opened(scored, bureau)
    shown = mark(row)
    outcomes = all_at_once(lambda: make(scored, today=AFTER), lambda: sign(row, head, mark=shown))
    row.refresh_from_db()
    assert (row.state == ScoreFreeze.State.SIGNED) is not open_appeals(row).exists()
    assert len([each for each in outcomes if isinstance(each, (AppealRefused, FreezeRefused))]) == 1, outcomes


def test_what_is_corrected_while_it_is_frozen_is_in_it_or_differs_afterwards(scored, bureau, head):
    row = sign(opened(scored, bureau), head)
    day = {"today": AFTER, "slot": "PM"}
    outcomes = all_at_once(
        lambda: freeze_scores(row, bureau),
        lambda: cast.take_register(scored.clerk, scored.school_class, AFTER.replace(year=2026, month=9, day=4), **day),
    )
    row.refresh_from_db()
    refused = any(isinstance(each, FreezeRefused) for each in outcomes)
    assert refused is not FrozenScore.objects.exists(), outcomes
    if not refused:
        assert row.sha256 != mark(row)


def test_of_two_who_amend_one_is_told(scored, bureau, head):
    row = frozen(scored, bureau, head)
    other = cast.person("方宁", role=Role.BUREAU_OFFICER)
    cast.student(cast.school_class(scored.school, "202302"))
    shown = mark(row)
    outcomes = all_at_once(lambda: amend(row, bureau, mark=shown), lambda: amend(row, other, mark=shown))
    assert len([each for each in outcomes if isinstance(each, FreezeRefused)]) == 1, outcomes
    assert ScoreAmendment.objects.count() == 1
