"""Two people at once: one version made, adopted, taken back or given up by two. PostgreSQL only."""

import pytest
from django.db import connection

from scoring.actions import scheme_proposals as actions
from scoring.models import SchemeAdoption, SchemeProposal, StoredScheme
from scoring.presets import schemes_in
from students.models import AuditRow, Role
from tests import cast
from tests.scene import MONDAY
from tests.scoring.versions import NEXT, adopted, content, proposed, tried
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]
STRICTER = {"late_report": {"open": -2}}


@pytest.fixture
def two(scene):
    return [cast.person(name, role=Role.PRINCIPAL, school=scene.school) for name in ("罗宁", "郭然")]


def refused(outcomes) -> int:
    return sum(isinstance(each, actions.SchemeRefused) for each in outcomes)


def test_one_version_adopted_by_two_is_adopted_once(scene, two):
    made = proposed(two[0], scene.school, **STRICTER)
    one, other = all_at_once(*[lambda by=by: adopted(made, by) for by in two])
    assert one == other == SchemeAdoption.objects.get(school=scene.school)
    assert AuditRow.objects.filter(action="scheme.adopt").count() == 1


def test_of_two_versions_for_one_year_one_is_adopted(scene, two):
    versions = [
        proposed(two[0], scene.school, **STRICTER),
        proposed(two[1], scene.school, verified_return={"verified": 3}),
    ]
    outcomes = all_at_once(
        *[lambda by=by, made=made: adopted(made, by) for by, made in zip(two, versions, strict=True)]
    )
    assert refused(outcomes) == 1
    assert SchemeAdoption.objects.filter(school=scene.school, school_year=NEXT).count() == 1
    assert SchemeProposal.objects.filter(state="adopted").count() == 1


def test_a_version_made_twice_at_once_by_one_person_is_one(scene, two):
    outcomes = all_at_once(*[lambda: proposed(two[0], scene.school, **STRICTER) for _ in range(4)])
    assert {made.pk for made in outcomes} == {SchemeProposal.objects.get().pk}
    assert StoredScheme.objects.filter(code=f"school-{scene.school.code}").count() == 1


def test_what_is_given_up_and_adopted_at_once_is_one_of_them(scene, two):
    made = proposed(two[0], scene.school, **STRICTER)
    outcomes = all_at_once(lambda: adopted(made, two[0]), lambda: actions.give_up(by=two[1], proposal=made))
    made.refresh_from_db()
    assert refused(outcomes) == 1
    assert SchemeAdoption.objects.filter(school_year=NEXT).exists() is (made.state == "adopted")


def test_a_county_and_a_school_at_once_leave_no_school_beyond_the_bounds(scene, two):
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    countys = tried(bureau, made=content(bounds={}))
    own = proposed(two[0], scene.school, **STRICTER)
    all_at_once(lambda: adopted(countys, bureau), lambda: adopted(own, two[0]))
    schemes = schemes_in(NEXT)
    assert schemes(scene.school.pk) == schemes.county


def test_taken_back_by_two_is_taken_back_once(scene, two):
    made = proposed(two[0], scene.school, **STRICTER)
    adopted(made, two[0])
    all_at_once(*[lambda by=by: actions.withdraw(by=by, proposal=made, because="没有通过", today=MONDAY) for by in two])
    assert AuditRow.objects.filter(action="scheme.withdraw").count() == 1
