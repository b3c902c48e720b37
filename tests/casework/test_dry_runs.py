"""试算: what a ladder would have asked for in a past period, against what was asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from casework import engine, presets
from casework.ladder import assess
from casework.models import AbsenceRun, Obligation
from casework.queries.dry_runs import Tally, dry_run, periods
from casework.ruleset import read_rule_set
from students.models import Term
from tests import cast
from tests.casework.random_worlds import DAYS, small_worlds
from tests.casework.small_world import PRESETS, facts, world
from tests.casework.test_rule_checks import ladder
from tests.casework.test_ruleset import rung
from tests.scene import FRIDAY, MONDAY

FIRST = date(2026, 9, 1)
TWO_DAYS = ladder(absence_report={"threshold": 2})


@pytest.fixture
def out(scene):
    """高东 missed 2–4 September, 袁然远 the last two of them, 胡涛 the last one."""
    scene.take(date(2026, 9, 2), first="unexcused")
    scene.take(date(2026, 9, 3), first="unexcused", second="unexcused")
    scene.take(FRIDAY, first="unexcused", second="unexcused", third="unexcused")
    scene.take(MONDAY)
    return scene


def tried(rule_set, school, *, first=FIRST, last=MONDAY, **more):
    return dry_run(rule_set, school=school, first=first, last=last, **more)


class TestWhatIsCounted:
    def test_a_lower_threshold_asks_for_more_and_earlier(self, out):
        found = tried(TWO_DAYS, out.school)
        assert found.tiers["absence_report"] == {
            "before": 1, "after": 2, "added": 1, "dropped": 0, "moved": 1, "classes": 1,
        }  # fmt: skip
        assert found.tiers["contact"] == {
            "before": 6, "after": 6, "added": 0, "dropped": 0, "moved": 0, "classes": 0,
        }  # fmt: skip
        assert (found.children, found.classes, found.schools) == (2, 1, 1)

    def test_each_child_has_before_and_after_in_words(self, out):
        words = {each["student"]: each["words"] for each in tried(TWO_DAYS, out.school).shown}
        first, second, _ = out.children
        assert words == {
            first.pk: ["缺课报告由9月4日提前到9月3日"],
            second.pk: ["多出缺课报告（9月4日，9月4日到期）"],
        }

    def test_what_is_no_longer_asked_and_what_is_due_on_another_day(self, out):
        dropped = tried(ladder(drop=["absence_report"]), out.school)
        assert dropped.tiers["absence_report"]["dropped"] == 1
        assert dropped.shown[0]["words"] == ["不再有缺课报告（9月4日）"]
        later = tried(ladder(absence_report={"due": "next_school_day"}), out.school)
        assert later.shown[0]["words"] == ["缺课报告（9月4日）由9月4日改为9月7日到期"]
        assert tried(ladder(absence_report={"threshold": 4}), out.school).tiers["absence_report"]["dropped"] == 1

    def test_the_ladder_in_force_differs_in_nothing_from_itself(self, out):
        found = tried(ladder(), out.school)
        assert (found.children, found.classes, found.schools, found.shown) == (0, 0, 0, [])
        kept = Obligation.objects.filter(triggered_on__lte=MONDAY).count()
        assert sum(tally["before"] for tally in found.tiers.values()) == kept

    @pytest.mark.parametrize(("last", "moved"), [(date(2026, 9, 2), 0), (date(2026, 9, 3), 1), (FRIDAY, 1)])
    def test_only_what_is_triggered_in_the_period_counts(self, out, last, moved):
        found = tried(TWO_DAYS, out.school, last=last)
        assert (found.children > 0) is bool(moved)

    @pytest.mark.parametrize(("first", "children"), [(date(2026, 9, 3), 2), (FRIDAY, 2), (MONDAY, 0)])
    def test_what_was_triggered_before_the_period_does_not_come_twice(self, out, first, children):
        found = tried(TWO_DAYS, out.school, first=first)
        assert found.children == children
        assert found.tiers.get("absence_report", {"dropped": 0})["dropped"] == 0

    def test_a_child_on_a_shorter_leave_than_anybody_asks_about_is_found(self, scene):
        for day in (1, 2, 3):
            scene.take(date(2026, 9, day), first="sick_leave")
        assert tried(ladder(), scene.school).tiers == {}
        found = tried(ladder(excused_check={"threshold": 3}), scene.school)
        assert found.tiers["excused_check"]["added"] == 1

    def test_names_no_more_than_fifty(self, out, monkeypatch):
        monkeypatch.setattr("casework.queries.dry_runs.SHOWN_CHILDREN", 1)
        found = tried(TWO_DAYS, out.school)
        assert (len(found.shown), found.children) == (1, 2)

    def test_writes_nothing(self, out):
        kept = list(Obligation.objects.values()), list(AbsenceRun.objects.values())
        tried(TWO_DAYS, out.school)
        tried(TWO_DAYS, None)
        assert (list(Obligation.objects.values()), list(AbsenceRun.objects.values())) == kept
        counts = engine.escalate(through=MONDAY)
        assert (counts.added, counts.changed, counts.withdrawn) == (0, 0, 0)


class TestWhomItConcerns:
    def test_a_school_alone(self, out):
        far = cast.school_class(cast.school("西岭小学"))
        child, teacher = cast.student(far, "马岩"), cast.person(role="homeroom_teacher", school_class=far)
        for day in (FRIDAY, MONDAY):
            cast.take_register(teacher, far, day, today=MONDAY, one=(child, "unexcused"))
        assert tried(TWO_DAYS, out.school).children == 2
        assert tried(TWO_DAYS, far.school).children == 1

    def test_the_county_leaves_the_schools_with_their_own_rules_alone(self, out):
        assert tried(TWO_DAYS, None).children == 0
        out.school.ruleadoption_set.all().delete()
        assert tried(TWO_DAYS, None).children == 2

    def test_a_school_lives_by_the_countys_until_it_has_its_own(self, out):
        out.school.ruleadoption_set.all().delete()
        presets.adopt(code="standard", school=out.school, starts_on=FRIDAY, by=None)
        found = tried(TWO_DAYS, None)
        # 高东's two days were reached on the 3rd, under the county's; 袁然远's on the 4th, under the school's own
        assert [each["student"] for each in found.shown] == [out.children[0].pk]

    def test_says_how_far_it_is(self, out, monkeypatch):
        monkeypatch.setattr("casework.queries.rehearsals.CHUNK", 2)
        said = []
        tried(TWO_DAYS, out.school, watch=lambda *words: said.append(words))
        assert said == [("试算", 0, 3), ("试算", 2, 3)]

    @pytest.mark.parametrize("children", [0, 20])
    def test_takes_as_many_queries_for_many_children(self, out, children, django_assert_num_queries):
        everybody = {}
        for number in range(children):
            child = cast.student(out.school_class, f"学生{number}")
            everybody[f"n{number}"] = (child, "unexcused")
        for day in (8, 9):
            cast.take_register(out.teacher, out.school_class, date(2026, 9, day), **everybody)
        with django_assert_num_queries(8):
            tried(TWO_DAYS, out.school, last=date(2026, 9, 9))


class TestPeriods:
    @pytest.mark.parametrize(
        ("today", "codes"),
        [
            (date(2026, 8, 31), ["days"]),
            (date(2026, 9, 1), ["term"]),
            (date(2026, 9, 30), ["term"]),
            (date(2026, 10, 1), ["month", "term"]),
            (date(2027, 2, 28), ["month", "term"]),
            (date(2027, 3, 1), ["term", "last_term"]),
            (date(2027, 4, 1), ["month", "term", "last_term"]),
        ],
    )
    def test_are_those_that_have_school_days(self, db, today, codes):
        cast.terms()
        assert [period.code for period in periods(today)] == codes

    def test_end_today_at_the_latest(self, db):
        cast.terms()
        [term] = periods(MONDAY)
        assert (term.first, term.last) == (date(2026, 9, 1), MONDAY)
        Term.objects.all().delete()
        [days] = periods(MONDAY)
        assert (days.last - days.first) == timedelta(days=29)


@settings(max_examples=150)
@given(small_worlds())
def test_the_tally_adds_up_in_every_small_world(small_world):
    plain, child, as_of = small_world
    here = world(plain)
    other = replace(here, rules_on=lambda school, day: STRICT)
    known = facts(plain, child)
    before, after = (assess(known, each, through=as_of)[0] for each in (here, other))
    tally = Tally(DAYS[5], as_of)
    tally.note(1, before, after)
    for number, duties in (("before", before), ("after", after)):
        counted = sum(getattr(each, number) for each in tally.tiers.values())
        assert counted == sum(DAYS[5] <= duty.triggered_on <= as_of for duty in duties)
    changed = sum(each.added + each.dropped + each.moved for each in tally.tiers.values())
    assert len(tally.shown[0]["words"] if tally.shown else []) == changed
    same = Tally(DAYS[5], as_of)
    same.note(1, before, before)
    assert (same.children, same.classes) == (0, set())


STRICT = read_rule_set(PRESETS["strict"])


def test_a_rung_of_another_tier_is_counted_for_itself(out):
    found = tried(ladder(add=[rung("home_visit", threshold=1)]), out.school)
    assert found.tiers["home_visit"]["added"] == 3
