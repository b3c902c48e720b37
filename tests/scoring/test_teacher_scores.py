"""A teacher's month: what of the scores of their classes counts for them, whoever had the class on the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ruleset import Tier
from scoring.class_scores import Return, Waived, score
from scoring.scheme import Affected, Measure
from scoring.scheme_reading import read_scheme
from scoring.teacher_scores import ClassMonth, Stint, as_score, teacher_scores
from tests.scoring.standard import STANDARD
from tests.scoring.test_class_scores import DAYS, NONE, SCHEME, WHOLE, classes, late, lost, of_class

HOMEROOM, SUBJECT = Affected.HOMEROOM_TEACHER, Affected.SUBJECT_TEACHER
SHEN, HE, REN = 1, 2, 3
LAST = DAYS[-1]
ALWAYS = date(2020, 9, 1)


def stint(person: int = SHEN, role: Affected = HOMEROOM, *, of: int = 1, since: date = ALWAYS, **more) -> Stint:
    return Stint(person, of, role, since, **more)


def a_month(after: dict, before: dict | None = None, *, scheme=SCHEME) -> ClassMonth:
    then = None if before is None else score(of_class(**before), scheme)
    return ClassMonth(score(of_class(**after), scheme), then)


def scores(stints, month, *others):
    return teacher_scores(stints, dict(enumerate([month, *others], start=1)), last=LAST)


def missed(*days: date) -> dict:
    return dict.fromkeys(DAYS, WHOLE) | dict.fromkeys(days, NONE)


class TestTheTarget:
    def test_counts_for_everybody_who_has_the_class_at_the_end(self):
        made = scores([stint(), stint(HE, SUBJECT)], a_month({}))
        assert {person: each.lines[Measure.TARGET] for person, each in made.items()} == {SHEN: 10, HE: 10}

    @pytest.mark.parametrize(("until", "target"), [(LAST, 0), (date(2026, 10, 31), 10), (None, 10)])
    def test_is_asked_on_the_last_day(self, until, target):
        made = scores([stint(until=until)], a_month({"late": [late()]}))
        assert (made[SHEN].lines[Measure.TARGET], made[SHEN].shares[0].is_here) == (target, bool(target))

    def test_is_the_mean_of_the_classes_taught_a_class_of_ones_own_once(self):
        held = [stint(), stint(SHEN, SUBJECT), stint(SHEN, SUBJECT, of=2), stint(SHEN, SUBJECT, of=3)]
        made = scores(held, a_month({}), a_month({"lost": lost(1)}), a_month({}))
        assert made[SHEN].lines[Measure.TARGET] == Decimal("3.3")  # (10 − 10 + 10) ÷ 3
        assert [share.role for share in made[SHEN].shares] == [HOMEROOM, SUBJECT, SUBJECT]

    def test_is_not_a_substitutes(self):
        made = scores([stint(), stint(REN, since=LAST, is_substitute=True)], a_month({}))
        assert list(made) == [SHEN]

    def test_counts_for_those_whom_the_scheme_names(self):
        alone = {
            **STANDARD,
            "lines": [{**STANDARD["lines"][0], "affects": ["homeroom_teacher"]}, *STANDARD["lines"][1:]],
        }
        assert list(scores([stint(), stint(HE, SUBJECT)], a_month({}, scheme=read_scheme(alone)))) == [SHEN]


class TestWhatHappenedOnADay:
    def test_counts_for_the_homeroom_teacher_and_nobody_else(self):
        made = scores([stint(), stint(HE, SUBJECT)], a_month({"days": missed(DAYS[3])}))
        assert (made[SHEN].lines[Measure.MISSED_ROLL_CALL], made[HE].lines[Measure.MISSED_ROLL_CALL]) == (-1, 0)

    def test_of_a_month_is_what_has_changed_since_the_cut_off_before(self):
        made = scores([stint()], a_month({"days": missed(DAYS[3], DAYS[40])}, {"days": missed(DAYS[3])}))
        [share] = made[SHEN].shares
        assert made[SHEN].lines[Measure.MISSED_ROLL_CALL] == -1
        assert [charge.day for charge in share.changes[Measure.MISSED_ROLL_CALL]] == [DAYS[40]]

    def test_belongs_to_whoever_had_the_class_that_day(self):
        held = [stint(until=DAYS[10]), stint(HE, since=DAYS[10])]
        made = scores(held, a_month({"days": missed(DAYS[8], DAYS[9], DAYS[10])}))
        assert [made[each].lines[Measure.MISSED_ROLL_CALL] for each in (SHEN, HE)] == [-2, -1]
        assert [made[each].shares[0].role_words for each in (SHEN, HE)] == ["曾任班主任", "班主任"]
        assert made[SHEN].lines[Measure.TARGET] == 0

    def test_belongs_to_the_substitute_on_the_days_of_one(self):
        held = [stint(), stint(REN, since=DAYS[5], until=DAYS[7], is_substitute=True)]
        made = scores(held, a_month({"days": missed(DAYS[4], DAYS[5], DAYS[6], DAYS[7])}))
        assert [made[each].lines[Measure.MISSED_ROLL_CALL] for each in (SHEN, REN)] == [-2, -2]
        assert made[REN].shares[0].role_words == "代班"

    def test_of_a_day_without_a_homeroom_teacher_counts_for_nobody(self):
        made = scores([stint(since=DAYS[10])], a_month({"days": missed(DAYS[8])}))
        assert made[SHEN].total == 10

    def test_that_an_earlier_teacher_owed_comes_back_to_them_when_it_is_written(self):
        held = [stint(until=DAYS[10]), stint(HE, since=DAYS[10])]
        owed = late(DAYS[3], tier=Tier.LOSS_REPORT)
        month = a_month({"late": [owed._replace(done_on=DAYS[40])]}, {"late": [owed]})
        made = scores(held, month)
        assert [made[each].lines[Measure.LATE_REPORT] for each in (SHEN, HE)] == [Decimal("0.5"), 0]

    def test_never_costs_more_than_the_floor_over_the_year(self):
        month = a_month({"days": dict.fromkeys(DAYS, NONE)}, {"days": missed(*DAYS[:8])})
        assert scores([stint()], month)[SHEN].lines[Measure.MISSED_ROLL_CALL] == -2  # 8 of 10 were gone before

    def test_is_added_up_over_the_classes_of_a_homeroom_teacher(self):
        month = a_month({"days": missed(DAYS[3])})
        assert scores([stint(), stint(of=2)], month, month)[SHEN].lines[Measure.MISSED_ROLL_CALL] == -2

    def test_is_the_mean_of_the_classes_where_the_scheme_counts_it_for_subject_teachers(self):
        both = [{**line, "affects": ["homeroom_teacher", "subject_teacher"]} for line in STANDARD["lines"]]
        scheme = read_scheme({**STANDARD, "lines": both})
        months = [a_month({"days": missed(DAYS[3])}, scheme=scheme), a_month({}, scheme=scheme)]
        made = scores([stint(HE, SUBJECT), stint(HE, SUBJECT, of=2)], *months)
        assert made[HE].lines[Measure.MISSED_ROLL_CALL] == Decimal("-0.5")

    def test_that_an_appeal_took_off_costs_nothing_and_stays_in_sight(self):
        month = a_month({"days": missed(DAYS[3]), "waived": Waived(days=frozenset({DAYS[3]}))})
        made = scores([stint()], month)[SHEN]
        [charge] = made.shares[0].changes[Measure.MISSED_ROLL_CALL]
        assert (made.lines[Measure.MISSED_ROLL_CALL], charge.is_waived) == (0, True)

    def test_a_verified_return_is_a_gain_of_its_tenth_day(self):
        held = [stint(until=DAYS[20]), stint(HE, since=DAYS[20])]
        made = scores(held, a_month({"returns": [Return(7, DAYS[5], DAYS[19]), Return(8, DAYS[5], DAYS[20])]}))
        assert [made[each].lines[Measure.VERIFIED_RETURN] for each in (SHEN, HE)] == [2, 2]


def test_a_class_that_counts_for_nothing_is_not_listed():
    assert scores([stint(HE, SUBJECT, until=DAYS[3])], a_month({"days": missed(DAYS[1])})) == {}


def test_a_share_is_told_like_a_score_with_what_counts_alone():
    held = [stint(until=DAYS[10]), stint(HE, since=DAYS[10])]
    month = a_month({"days": missed(DAYS[8], DAYS[12]), "lost": lost(1)})
    made = scores(held, month)
    told = as_score(made[SHEN].shares[0], month)
    assert told.lines[Measure.TARGET].charges == ()
    assert [charge.day for charge in told.lines[Measure.MISSED_ROLL_CALL].charges] == [DAYS[8]]
    assert as_score(made[HE].shares[0], month).lines[Measure.TARGET].points == -10


def with_each_duty_once(facts):
    return replace(facts, late=list({duty.name: duty for duty in facts.late}.values()))


@given(classes.map(with_each_duty_once), st.sampled_from(DAYS))
def test_whoever_has_the_class_all_the_year_has_what_the_class_has(facts, cut_off):
    days = {day: register for day, register in facts.days.items() if day <= cut_off}
    late_then = [duty for duty in facts.late if duty.triggered_on <= cut_off]
    whole, first = (score(each, SCHEME) for each in (facts, replace(facts, days=days, late=late_then)))
    made = teacher_scores([stint()], {1: ClassMonth(whole, first)}, last=LAST)[SHEN]
    for measure, line in whole.lines.items():
        if measure is not Measure.TARGET:
            assert made.lines[measure] == line.points - first.lines[measure].points
    assert made.lines[Measure.TARGET] == whole.lines[Measure.TARGET].points
    assert made.total == sum(made.lines.values())


@given(classes.map(with_each_duty_once), st.sampled_from(DAYS))
def test_a_hand_over_parts_the_facts_and_loses_none(facts, day):
    made = score(facts, SCHEME)
    parted = teacher_scores([stint(until=day), stint(HE, since=day)], {1: ClassMonth(made, None)}, last=LAST)
    for measure, line in made.lines.items():
        if measure is not Measure.TARGET:
            found = {person: each.shares[0].changes[measure] for person, each in parted.items()}
            assert all(charge.day < day for charge in found.get(SHEN, ()))
            assert all(charge.day >= day for charge in found.get(HE, ()))
            charges = [charge for each in found.values() for charge in each]
            assert sorted(charges, key=repr) == sorted(line.charges, key=repr)
