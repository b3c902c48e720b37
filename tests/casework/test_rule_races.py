"""Two people at once: one version made, adopted, withdrawn or given up by two. PostgreSQL only."""

import pytest
from django.db import connection

from casework.actions import rule_proposals as actions
from casework.models import RuleAdoption, RuleProposal, StoredRuleSet
from students.models import AuditRow, Role
from tests import cast
from tests.proposals import TUESDAY, proposed
from tests.scene import MONDAY
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]
STRICTER = {"absence_report": {"threshold": 2}}


@pytest.fixture
def two(scene):
    return scene.clerk, cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def adopter(by, proposal):
    scope = cast.scope(by)
    return lambda: actions.adopt(by=by, scope=scope, proposal=proposal, seen=proposal.mark, today=MONDAY)


def refused(outcomes) -> int:
    return sum(isinstance(each, actions.RulesRefused) for each in outcomes)


def test_one_version_adopted_by_two_is_adopted_once(scene, two):
    made = proposed(scene.clerk, scene.school, **STRICTER)
    one, other = all_at_once(*[adopter(by, made) for by in two])
    assert one == other == RuleAdoption.objects.get(starts_on=TUESDAY)
    assert AuditRow.objects.filter(action="rules.adopt").count() == 1


def test_of_two_versions_for_one_day_one_is_adopted(scene, two):
    versions = [
        proposed(two[0], scene.school, **STRICTER),
        proposed(two[1], scene.school, loss_report={"threshold": 5}),
    ]
    outcomes = all_at_once(*[adopter(by, made) for by, made in zip(two, versions, strict=True)])
    assert refused(outcomes) == 1
    assert RuleAdoption.objects.filter(starts_on=TUESDAY).count() == 1
    assert RuleProposal.objects.filter(state="adopted").count() == 1


def test_a_version_made_twice_at_once_by_one_person_is_one(scene):
    makers = [lambda: proposed(scene.clerk, scene.school, **STRICTER) for _ in range(4)]
    outcomes = all_at_once(*makers)
    assert {made.pk for made in outcomes} == {RuleProposal.objects.get().pk}
    assert StoredRuleSet.objects.filter(code=f"school-{scene.school.code}").count() == 1


def test_what_is_given_up_and_adopted_at_once_is_one_of_them(scene, two):
    made = proposed(scene.clerk, scene.school, **STRICTER)
    outcomes = all_at_once(adopter(two[0], made), lambda: actions.give_up(by=two[1], proposal=made))
    made.refresh_from_db()
    assert refused(outcomes) == 1
    assert RuleAdoption.objects.filter(starts_on=TUESDAY).exists() is (made.state == "adopted")


def test_a_county_and_a_school_at_once_leave_no_school_laxer_than_it_was_shown(scene):
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    countys = proposed(bureau, None, loss_report={"threshold": 5})
    actions.rehearse(proposal=countys)
    countys.refresh_from_db()
    own = proposed(scene.clerk, scene.school, **STRICTER)
    county_first, school_second = all_at_once(adopter(bureau, countys), adopter(scene.clerk, own))
    assert isinstance(county_first, RuleAdoption)
    if isinstance(school_second, RuleAdoption):  # it was the first, and judged by the county's rules of then
        assert school_second.pk < county_first.pk
