"""规则 by form: made, tried, adopted from a day to come, given up, withdrawn in time."""

from datetime import date, timedelta

import pytest
from django.db import Error, transaction

from casework import engine, presets
from casework.actions import progress
from casework.actions import rule_proposals as actions
from casework.models import Obligation, RuleAdoption, RuleProposal, StoredRuleSet
from casework.queries.dry_runs import periods
from students.models import AuditRow, Role
from students.queries.calendar import reference_stamp
from tests import cast
from tests.casework.test_ruleset import rung
from tests.proposals import TUESDAY, proposed, rungs
from tests.scene import FRIDAY, MONDAY, at

State = RuleProposal.State
STRICTER = {"absence_report": {"threshold": 2, "source": "[S] 连续缺课两天，书面报告"}}


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def out(scene):
    """袁然远 was away on Thursday and Friday."""
    for day in (date(2026, 9, 3), FRIDAY):
        scene.take(day, second="unexcused")
    return scene


def adopt(proposal, by, *, today=MONDAY, seen=None):
    scope = cast.scope(by)
    return actions.adopt(by=by, scope=scope, proposal=proposal, seen=seen or proposal.mark, today=today)


def threshold_on(school, day):
    rule_set = presets.rules_under(reference_stamp())(school.pk, day)
    return next(trigger.threshold for trigger in rule_set.triggers if trigger.tier == "absence_report")


class TestAVersion:
    def test_of_a_school_is_stored_and_tried_and_holds_nowhere(self, out):
        adopted = RuleAdoption.objects.count()
        made = proposed(out.clerk, out.school, **STRICTER)
        assert (made.state, made.rule_set.code, made.rule_set.version) == (
            State.REHEARSED, f"school-{out.school.code}", 1,
        )  # fmt: skip
        assert made.outcome["tiers"]["absence_report"]["added"] == 1
        assert made.follows.code == "standard"
        assert RuleAdoption.objects.count() == adopted
        row = AuditRow.objects.get(action="rules.propose")
        assert (row.done_by, row.subject_id) == (out.clerk, made.pk)

    def test_of_the_county_is_left_to_a_job(self, out, bureau):
        queued = []
        made = proposed(bureau, None, then=queued.append, **STRICTER)
        assert (made.state, made.rule_set.code, queued) == (State.REHEARSING, "county", [made.pk])
        out.school.ruleadoption_set.all().delete()
        actions.rehearse(proposal=made)
        made.refresh_from_db()
        assert (made.state, made.outcome["children"]) == (State.REHEARSED, 1)

    def test_of_very_many_children_too(self, out, monkeypatch):
        monkeypatch.setattr(actions, "MOST_AT_ONCE", 0)
        queued = []
        assert proposed(out.clerk, out.school, then=queued.append, **STRICTER).state == State.REHEARSING
        assert len(queued) == 1

    def test_is_numbered_and_never_changed(self, out):
        first = proposed(out.clerk, out.school, **STRICTER)
        second = proposed(out.clerk, out.school, loss_report={"threshold": 5})
        assert (first.rule_set.version, second.rule_set.version) == (1, 2)
        for change in (
            lambda: StoredRuleSet.objects.filter(pk=first.rule_set_id).update(title="别的"),
            lambda: StoredRuleSet.objects.get(code="strict").delete(),
        ):
            with pytest.raises(Error), transaction.atomic():
                change()

    def test_asked_for_twice_is_one(self, out):
        first = proposed(out.clerk, out.school, **STRICTER)
        assert proposed(out.clerk, out.school, **STRICTER) == first
        assert proposed(out.clerk, out.school, starts_on=TUESDAY + timedelta(days=1), **STRICTER) != first
        actions.give_up(by=out.clerk, proposal=first)
        assert proposed(out.clerk, out.school, **STRICTER) != first

    def test_outlives_a_reload_of_the_presets(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        adopt(made, out.clerk)
        before = list(StoredRuleSet.objects.order_by("pk").values()), list(RuleAdoption.objects.values())
        presets.load_presets()
        assert (list(StoredRuleSet.objects.order_by("pk").values()), list(RuleAdoption.objects.values())) == before


class TestWhatIsRefused:
    def said(self, by, school, **more) -> str:
        with pytest.raises(actions.RulesRefused) as refused:
            proposed(by, school, **more)
        assert not RuleProposal.objects.exists()
        assert not StoredRuleSet.objects.filter(code__startswith="school-").exists()
        return str(refused.value)

    @pytest.mark.parametrize("starts_on", [MONDAY - timedelta(days=1), MONDAY])
    def test_a_start_that_has_come(self, out, starts_on):
        assert "最早从明天起" in self.said(out.clerk, out.school, starts_on=starts_on, **STRICTER)

    def test_a_day_that_has_a_version_already(self, out):
        presets.adopt(code="strict", school=out.school, starts_on=TUESDAY, by=None)
        assert "2026年9月8日起已经采用《从严规则》第1版" in self.said(out.clerk, out.school, **STRICTER)

    def test_a_schools_version_that_is_laxer_than_the_countys(self, out):
        said = self.said(out.clerk, out.school, absence_report={"threshold": 4}, loss_report={"receiver": "教务处"})
        assert "缺课报告：全县规则连续缺课满3个上课日就要办" in said
        assert "流失报告：全县规则还要报给县教育局" in said

    def test_of_the_countys_rules_those_of_the_starting_day_count(self, out):
        presets.adopt(code="strict", school=None, starts_on=TUESDAY, by=None)
        assert "家访" in self.said(out.clerk, out.school, **STRICTER)
        presets.adopt(code="standard", school=None, starts_on=TUESDAY, by=None)
        proposed(out.clerk, out.school, **STRICTER)

    def test_the_bureau_may_let_a_school_be_laxer_and_is_told(self, out, bureau):
        assert proposed(bureau, out.school, absence_report={"threshold": 4}).state == State.REHEARSED

    def test_what_nobody_can_explain(self, out, bureau):
        said = self.said(bureau, out.school, triggers=rungs(drop=["contact"], add=[rung("absence_report")]))
        assert "没有联系家长这一级" in said
        assert "都是缺课报告，算法也相同" in said

    def test_what_a_rung_cannot_say(self, out):
        assert "不能用这种方法来计算" in self.said(out.clerk, out.school, contact={"measure": "run_school_days"})

    def test_what_is_in_force_already(self, out):
        assert "完全相同，不用改" in self.said(out.clerk, out.school)

    def test_what_somebody_has_changed_meanwhile(self, out, bureau):
        seen = actions.standing(out.school)
        presets.adopt(code="standard", school=None, starts_on=date(2026, 9, 20), by=bureau)
        with pytest.raises(actions.RulesChanged, match="填写期间苏远采用了《标准规则》第1版"):
            proposed(out.clerk, out.school, seen=seen, **STRICTER)


class TestAdopting:
    def test_holds_from_its_day_on_and_not_before(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        owed = list(Obligation.objects.order_by("pk").values())
        adopt(made, out.clerk)
        made.refresh_from_db()
        assert (made.state, made.adoption.starts_on, made.adopted_by) == (State.ADOPTED, TUESDAY, out.clerk)
        days = [MONDAY, TUESDAY, TUESDAY + timedelta(days=1)]
        assert [threshold_on(out.school, day) for day in days] == [3, 2, 2]
        assert list(Obligation.objects.order_by("pk").values()) == owed
        row = AuditRow.objects.get(action="rules.adopt")
        assert (row.done_by, row.details["proposal"]) == (out.clerk, made.pk)

    def test_the_engine_asks_by_it_from_that_day(self, out, clock):
        adopt(proposed(out.clerk, out.school, **STRICTER), out.clerk)
        counts = engine.escalate(through=MONDAY)
        assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)
        out.take(MONDAY, first="unexcused")
        clock.move_to(at(TUESDAY))
        cast.take_register(out.teacher, out.school_class, TUESDAY, one=(out.children[0], "unexcused"))
        [report] = Obligation.objects.filter(student=out.children[0], tier="absence_report")
        assert (report.triggered_on, report.run_days, report.rule_set.code) == (
            TUESDAY, 2, f"school-{out.school.code}",
        )  # fmt: skip
        counts = engine.escalate(through=TUESDAY)
        assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)

    def test_a_second_press_is_harmless(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        assert adopt(made, out.clerk) == adopt(made, out.clerk)
        assert AuditRow.objects.filter(action="rules.adopt").count() == 1

    @pytest.mark.parametrize(
        ("today", "is_refused"), [(MONDAY, False), (TUESDAY, True), (TUESDAY + timedelta(days=1), True)]
    )
    def test_is_refused_once_its_day_has_come(self, out, today, is_refused):
        made = proposed(out.clerk, out.school, **STRICTER)
        if is_refused:
            with pytest.raises(actions.RulesRefused, match="最早从明天起"):
                adopt(made, out.clerk, today=today)
        else:
            adopt(made, out.clerk, today=today)
        assert RuleAdoption.objects.filter(starts_on=TUESDAY).exists() is not is_refused

    def test_is_refused_for_what_the_page_did_not_show(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        with pytest.raises(actions.RulesRefused, match="已经不是刚才看到的样子"):
            adopt(made, out.clerk, seen="0" * 64)

    def test_is_refused_where_other_rules_were_adopted_since(self, out, bureau):
        made = proposed(out.clerk, out.school, **STRICTER)
        presets.adopt(code="standard", school=None, starts_on=TUESDAY, by=bureau)
        with pytest.raises(actions.RulesChanged, match="请重新试算"):
            adopt(made, out.clerk)
        made = actions.rehearse_again(by=out.clerk, proposal=made, period=periods(MONDAY)[0], then=None)
        adopt(made, out.clerk)

    def test_is_refused_where_the_county_has_become_stricter_since(self, out, bureau):
        made = proposed(out.clerk, out.school, **STRICTER)
        adopt(proposed_and_tried(bureau, loss_report={"threshold": 5}), bureau)
        with pytest.raises(actions.RulesRefused, match="流失报告：全县规则连续缺课满5个上课日就要办"):
            adopt(made, out.clerk)

    def test_two_versions_do_not_begin_on_one_day(self, out):
        first = proposed(out.clerk, out.school, **STRICTER)
        second = proposed(out.clerk, out.school, loss_report={"threshold": 5})
        adopt(first, out.clerk)
        with pytest.raises(actions.RulesRefused, match="一天只能有一个版本"):
            adopt(second, out.clerk)


def proposed_and_tried(by, **changed):
    made = proposed(by, None, **changed)
    actions.rehearse(proposal=made)
    made.refresh_from_db()
    return made


class TestTryingAgain:
    def test_on_another_period(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        today = date(2026, 10, 9)
        [month, _] = periods(today)
        made = actions.rehearse_again(by=out.clerk, proposal=made, period=month, then=None)
        assert (made.first_day, made.last_day, made.state) == (month.first, month.last, State.REHEARSED)

    def test_one_under_way_goes_on(self, out, bureau):
        made = proposed(bureau, None, **STRICTER)
        again = {"by": bureau, "proposal": made, "period": periods(MONDAY)[0]}
        assert actions.rehearse_again(then=None, **again).state == State.REHEARSING

    def test_one_that_broke_off_begins_anew(self, out, bureau, clock):
        made, queued = proposed(bureau, None, **STRICTER), []
        clock.shift(timedelta(seconds=progress.SILENT_SECONDS + 1))
        actions.rehearse_again(by=bureau, proposal=made, period=periods(MONDAY)[0], then=queued.append)
        assert queued == [made.pk]

    def test_one_adopted_is_not_tried_again(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        adopt(made, out.clerk)
        with pytest.raises(actions.RulesRefused, match="没有重新试算"):
            actions.rehearse_again(by=out.clerk, proposal=made, period=periods(MONDAY)[0], then=None)


class TestGivingUp:
    def test_leaves_everything_as_it_was(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        actions.give_up(by=out.clerk, proposal=made)
        made.refresh_from_db()
        assert (made.state, made.given_up_by) == (State.GIVEN_UP, out.clerk)
        with pytest.raises(actions.RulesRefused, match="已经不是刚才看到的样子"):
            adopt(made, out.clerk)
        with pytest.raises(actions.RulesRefused, match="没有放弃"):
            actions.give_up(by=out.clerk, proposal=made)

    def test_a_dry_run_under_way_writes_nothing_more(self, out, bureau):
        made = proposed(bureau, None, **STRICTER)
        actions.give_up(by=bureau, proposal=made)
        with pytest.raises(progress.Stopped):
            actions.rehearse(proposal=made)
        assert RuleProposal.objects.get().outcome == {}


class TestWithdrawing:
    @pytest.fixture
    def adopted(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        adopt(made, out.clerk)
        return made

    def test_before_its_day_leads_to_where_it_began(self, out, adopted):
        actions.withdraw(by=out.clerk, proposal=adopted, today=MONDAY)
        adopted.refresh_from_db()
        assert (adopted.state, adopted.withdrawn_by, adopted.adoption) == (State.WITHDRAWN, out.clerk, None)
        assert threshold_on(out.school, TUESDAY) == 3
        actions.withdraw(by=out.clerk, proposal=adopted, today=MONDAY)  # a second press
        assert AuditRow.objects.filter(action="rules.withdraw").count() == 1

    @pytest.mark.parametrize("today", [TUESDAY, TUESDAY + timedelta(days=1)])
    def test_from_its_day_on_is_refused(self, out, adopted, today):
        with pytest.raises(actions.RulesRefused, match="已经生效"):
            actions.withdraw(by=out.clerk, proposal=adopted, today=today)
        assert threshold_on(out.school, TUESDAY) == 2

    def test_of_what_was_not_adopted_is_refused(self, out):
        with pytest.raises(actions.RulesRefused, match="没有采用"):
            actions.withdraw(by=out.clerk, proposal=proposed(out.clerk, out.school, **STRICTER), today=MONDAY)

    def test_of_what_somebody_put_another_in_the_place_of_is_refused(self, out, adopted):
        presets.adopt(code="strict", school=out.school, starts_on=TUESDAY, by=None)
        with pytest.raises(actions.RulesRefused, match="后来改过"):
            actions.withdraw(by=out.clerk, proposal=adopted, today=MONDAY)
