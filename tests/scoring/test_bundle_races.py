"""Two people at once: one child assigned, handed over, ended by two; one school given to two. PostgreSQL only."""

import pytest
from django.db import connection

from scoring.actions import assignments
from scoring.models import Assignment
from students.models import Role
from tests import cast
from tests.scoring.bundling import assign, assign_villages, by, go_with, hand_over, make_key, village
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def refused(outcomes) -> int:
    assert all(isinstance(each, (list, Assignment, assignments.AssignmentRefused)) for each in outcomes), outcomes
    return sum(isinstance(each, assignments.AssignmentRefused) for each in outcomes)


def test_two_assign_and_hand_over_the_same(scene):
    principal = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
    deputy = cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    near = cast.person("钱江", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    make_key(*scene.children)
    school, clerk, teacher = scene.school, scene.clerk, scene.teacher

    all_three = scene.children
    outcomes = all_at_once(
        lambda: assign(clerk, school, teacher, *all_three), lambda: assign(principal, school, deputy, *all_three)
    )
    assert refused(outcomes) == 1
    rows = list(Assignment.objects.open())
    assert len(rows) == len(scene.children)

    giver, others = rows[0].person, [each for each in (clerk, principal) if each != rows[0].person]
    outcomes = all_at_once(*(lambda to=each: hand_over(clerk, school, giver, to, *rows) for each in others))
    assert refused(outcomes) == 1
    assert Assignment.objects.open().count() == len(scene.children)

    own = village("李庄", of=school.township)
    outcomes = all_at_once(
        lambda: assign_villages(clerk, school, principal, own), lambda: assign_villages(principal, school, deputy, own)
    )
    assert refused(outcomes) == 1

    outcomes = all_at_once(lambda: go_with(bureau, school, bureau), lambda: go_with(bureau, school, near))
    assert refused(outcomes) == 1
    assert Assignment.objects.open().filter(kind="liaison").count() == 1


def test_one_ends_what_the_other_hands_over(scene):
    principal = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
    [row] = assign(scene.clerk, scene.school, scene.teacher, scene.children[0])
    outcomes = all_at_once(
        lambda: hand_over(scene.clerk, scene.school, scene.teacher, principal, row),
        lambda: assignments.end(row=row, note="已稳定", **by(principal)),
    )
    assert refused(outcomes) == 1
    row.refresh_from_db()
    assert row.end in ("handed_over", "ended")
