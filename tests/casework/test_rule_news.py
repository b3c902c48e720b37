"""New rules are announced on the first pages: from a week before their day until a week after."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import RuleAdoption, StoredRuleSet
from students.models import Role
from tests import cast
from tests.scene import MONDAY, at, client_of

STARTS = MONDAY + timedelta(days=20)


def adopt(code: str, *, school=None, starts_on=STARTS) -> RuleAdoption:
    rule_set = StoredRuleSet.objects.filter(code=code).latest("version")
    return RuleAdoption.objects.create(rule_set=rule_set, school=school, starts_on=starts_on, adopted_at=timezone.now())


def said(person) -> bool:
    return "起执行" in client_of(person).get(reverse("home")).content.decode()


@pytest.fixture
def following(scene):
    """The school follows the county."""
    RuleAdoption.objects.filter(school=scene.school).delete()
    return scene


@pytest.mark.django_db
class TestNews:
    @pytest.mark.parametrize(("days", "is_said"), [(-8, False), (-7, True), (0, True), (7, True), (8, False)])
    def test_stands_from_a_week_before_the_day_to_a_week_after(self, following, clock, days, is_said):
        adopt("strict")
        clock.move_to(at(STARTS + timedelta(days=days)))
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert [said(person) for person in (following.teacher, following.clerk, bureau)] == [is_said] * 3

    def test_says_whether_the_day_has_come(self, following, clock):
        adopt("strict")
        for day, words in ((STARTS - timedelta(1), "起执行，从那天起"), (STARTS, "已从9月27日起执行")):
            clock.move_to(at(day))
            assert words in client_of(following.teacher).get(reverse("home")).content.decode()

    def test_of_the_county_is_none_of_a_school_with_its_own(self, following, clock):
        adopt("strict")
        adopt("three_day", school=following.school, starts_on=MONDAY - timedelta(days=60))
        clock.move_to(at(STARTS))
        assert not said(following.teacher)

    def test_of_another_school_is_none_of_ours_nor_of_the_countys(self, following, clock):
        adopt("strict", school=cast.school("西岭小学"))
        clock.move_to(at(STARTS))
        assert not said(following.clerk)
        assert not said(cast.person(role=Role.BUREAU_OFFICER))

    def test_of_the_own_school_is_said_there_alone(self, following, clock):
        adopt("strict", school=following.school)
        clock.move_to(at(STARTS))
        assert said(following.clerk)
        assert not said(cast.person(role=Role.TOWNSHIP_OFFICER, township=following.school.township))
