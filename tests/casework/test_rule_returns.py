"""回到全县规则: a school ends its own rules from a day on, tried and adopted like any version."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework import presets
from casework.actions import rule_proposals as actions
from casework.models import RuleAdoption, RuleProposal, StoredRuleSet
from casework.queries.dry_runs import children_of, periods
from casework.queries.rule_news import rule_news
from casework.queries.rule_pages import in_force, ladder_page, rules_of, schools_apart
from students.models import Role
from students.queries.calendar import reference_stamp
from tests import cast
from tests.proposals import TUESDAY, proposed
from tests.scene import FRIDAY, MONDAY, at, client_of

DAY = timedelta(days=1)
OWN = {"absence_report": {"threshold": 2, "source": "[S] 连续缺课两天，书面报告"}}
COUNTYS = {"absence_report": {"threshold": 4, "source": "[S] 连续缺课四天，书面报告"}}


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def adopt(proposal, by, today=MONDAY):
    return actions.adopt(by=by, scope=cast.scope(by), proposal=proposal, seen=proposal.mark, today=today)


@pytest.fixture
def own(scene):
    """The school lives by rules of its own from Tuesday on."""
    return adopt(proposed(scene.clerk, scene.school, **OWN), scene.clerk)


def going_back(by, school, *, starts_on=TUESDAY + DAY, today=MONDAY, seen=None):
    return actions.propose_return(
        by=by, scope=cast.scope(by), school=school, starts_on=starts_on, reason="校务会决定",
        period=periods(today)[0], seen=seen or actions.standing(school), today=today, then=lambda pk: None,
    )  # fmt: skip


def threshold_on(school, day) -> int:
    rule_set = presets.rules_under(reference_stamp())(school.pk, day)
    return next(trigger.threshold for trigger in rule_set.triggers if trigger.tier == "absence_report")


def rehearsed(proposal):
    actions.rehearse(proposal=proposal)
    proposal.refresh_from_db()
    return proposal


class TestGoingBack:
    def test_is_tried_against_the_schools_own_on_what_has_happened(self, scene, own):
        for day in (date(2026, 9, 3), FRIDAY):
            scene.take(day, second="unexcused")
        tried = going_back(scene.clerk, scene.school)
        assert (tried.state, tried.follows) == (RuleProposal.State.REHEARSED, own.rule_set)
        assert tried.rule_set.is_the_countys
        assert tried.outcome["tiers"]["absence_report"]["dropped"] == 1  # though the county's held on those days
        page = client_of(scene.clerk).get(reverse("casework:rule_proposal", args=[tried.pk])).content.decode()
        assert "只算本校，别的学校不变" in page

    def test_holds_from_its_day_and_follows_whatever_the_county_has_from_then_on(self, scene, own, bureau):
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        adopt(rehearsed(proposed(bureau, None, starts_on=TUESDAY + 3 * DAY, **COUNTYS)), bureau)
        days = [MONDAY, TUESDAY, TUESDAY + DAY, TUESDAY + 2 * DAY, TUESDAY + 3 * DAY]
        assert [threshold_on(scene.school, day) for day in days] == [3, 2, 3, 3, 4]
        assert in_force(scene.school, TUESDAY + 3 * DAY).school is None

    def test_may_be_followed_by_rules_of_its_own_again(self, scene, own):
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        adopt(proposed(scene.clerk, scene.school, starts_on=TUESDAY + 2 * DAY, **OWN), scene.clerk)
        assert [threshold_on(scene.school, TUESDAY + number * DAY) for number in range(3)] == [2, 3, 2]

    def test_brings_the_school_back_under_what_the_county_tries(self, scene, own):
        rules_on = presets.rules_under(reference_stamp())
        tried = rules_of(StoredRuleSet.objects.get(code="strict"))
        assert presets.countywide(tried, rules_on)(scene.school.pk, TUESDAY + DAY) != tried
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        on = presets.countywide(tried, presets.rules_under(reference_stamp()))
        assert [on(scene.school.pk, MONDAY + number * DAY) == tried for number in range(3)] == [False, False, True]

    def test_lets_its_children_be_counted_in_what_the_county_tries(self, scene, own):
        scene.take(FRIDAY, first="unexcused")
        tried = rules_of(StoredRuleSet.objects.get(code="strict"))
        assert scene.children[0].pk not in set(children_of(None, tried))
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        assert scene.children[0].pk in set(children_of(None, tried))

    @pytest.mark.parametrize(("starts_on", "words"), [(MONDAY, "最早从明天起"), (TUESDAY, "一天只能有一个版本")])
    def test_is_of_a_day_to_come_of_its_own(self, scene, own, starts_on, words):
        with pytest.raises(actions.RulesRefused, match=words):
            going_back(scene.clerk, scene.school, starts_on=starts_on)

    def test_needs_rules_to_go_back_from(self, scene):
        RuleAdoption.objects.filter(school=scene.school).delete()
        with pytest.raises(actions.RulesRefused, match="已经按全县规则执行"):
            going_back(scene.clerk, scene.school)

    def test_pressed_twice_is_one(self, scene, own):
        assert going_back(scene.clerk, scene.school) == going_back(scene.clerk, scene.school)

    def test_on_an_old_page_is_refused(self, scene, own):
        with pytest.raises(actions.RulesChanged):
            going_back(scene.clerk, scene.school, seen="old")

    def test_is_tried_anew_where_the_county_has_changed_its_rules_meanwhile(self, scene, own, bureau):
        waiting = going_back(scene.clerk, scene.school, starts_on=TUESDAY + 3 * DAY)
        adopt(rehearsed(proposed(bureau, None, starts_on=TUESDAY + DAY, **COUNTYS)), bureau)
        with pytest.raises(actions.RulesChanged, match="请重新试算"):
            adopt(waiting, scene.clerk)

    def test_is_withdrawn_before_its_day(self, scene, own):
        waiting = going_back(scene.clerk, scene.school)
        adopt(waiting, scene.clerk)
        actions.withdraw(by=scene.clerk, proposal=waiting, today=MONDAY)
        assert threshold_on(scene.school, TUESDAY + DAY) == 2


class TestItsPages:
    def send(self, person, school, **fields):
        told = {"starts_on": (TUESDAY + DAY).isoformat(), "reason": "校务会决定", "period": "term"}
        told |= {"seen": actions.standing(school)} | fields
        return client_of(person).post(reverse("casework:return_school_rules", args=[school.pk]), told)

    def test_lead_from_the_ladder_to_adopting_it(self, scene, own, clock):
        client, ladder = client_of(scene.clerk), reverse("casework:school_rules", args=[scene.school.pk])
        address = reverse("casework:return_school_rules", args=[scene.school.pk])
        clock.move_to(at(TUESDAY))
        client = client_of(scene.clerk)
        assert address in client.get(ladder).content.decode()
        assert "全县规则以后改了，本校跟着改" in client.get(address).content.decode()
        waiting = self.send(scene.clerk, scene.school).url
        page = client.get(waiting).content.decode()
        assert "全县规则" in page
        assert f"{address}?instead=" in page
        proposal = RuleProposal.objects.latest("pk")
        client.post(reverse("casework:adopt_rules", args=[proposal.pk]), {"seen": proposal.mark})
        clock.move_to(at(TUESDAY + DAY))
        html = client_of(scene.clerk).get(ladder).content.decode()
        assert "本校没有自己的规则，按全县规则" in html
        assert address not in html

    def test_the_new_one_takes_the_place_of_the_one_that_waits(self, scene, own):
        first = going_back(scene.clerk, scene.school)
        address = reverse("casework:return_school_rules", args=[scene.school.pk])
        sent = {"starts_on": (TUESDAY + 2 * DAY).isoformat(), "reason": "改期", "period": "term"}
        sent["seen"] = actions.standing(scene.school)
        assert client_of(scene.clerk).post(f"{address}?instead={first.pk}", sent).status_code == 302
        first.refresh_from_db()
        assert first.state == RuleProposal.State.GIVEN_UP

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"starts_on": MONDAY.isoformat()}, "最早从明天起"),
            ({"starts_on": "2028-09-01"}, "请核对年份"),
            ({"starts_on": "x"}, "没有看懂"),
            ({"reason": " "}, "请填写为什么改"),
            ({"period": "x"}, "请在列出的时间里选择"),
            ({"seen": "old"}, "填写期间"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(self, scene, own, fields, words):
        response = self.send(scene.clerk, scene.school, **fields)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert RuleProposal.objects.count() == 1

    def test_a_school_that_went_back_stands_apart_no_more(self, scene, own, bureau):
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        assert [line.school for line in schools_apart(cast.scope(bureau), TUESDAY)] == [scene.school]
        assert schools_apart(cast.scope(bureau), TUESDAY + DAY) == []
        page = ladder_page(scene.school, cast.scope(scene.clerk), TUESDAY + DAY)
        assert (page.is_the_countys, page.laxer, page.history[0].title) == (True, [], "全县规则")

    def test_it_is_news_and_so_is_what_the_county_changes_afterwards(self, scene, own, bureau):
        adopt(going_back(scene.clerk, scene.school), scene.clerk)
        adopt(rehearsed(proposed(bureau, None, starts_on=TUESDAY + 3 * DAY, **COUNTYS)), bureau)
        said = [news.words for news in rule_news(cast.scope(scene.clerk), MONDAY)]
        assert len(said) == 3
        assert "全县规则9月9日起执行，从那天起按新规则产生待办。" in said
