"""Class scores: each line at its edges, and that no score ever tempts anybody to hide an absence."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.ruleset import Tier
from scoring.class_scores import SCORED_TIERS, ClassFacts, LateDuty, Return, Waived, score
from scoring.scheme import Measure, Outcome
from scoring.scheme_reading import read_scheme
from students.days import Slot
from students.losses import Loss, LossKind
from students.register_days import RegisterState, register_day
from tests.scoring.standard import STANDARD

SCHEME = read_scheme(STANDARD)
START = date(2026, 9, 1)
SLOTS = (Slot.AM, Slot.PM)
DAYS = [START + timedelta(days=offset) for offset in range(60)]


def register(*taken: str, attended: bool = True):
    return register_day(slots=SLOTS, taken=taken, is_school_day=True, is_attended=attended)


WHOLE, HALF, NONE = register("AM", "PM"), register("AM"), register()


def late(day: date = START, *, tier: Tier = Tier.CONTACT, student: int = 1, done: bool = False) -> LateDuty:
    return LateDuty(student, tier, day, day, day, day + timedelta(days=1) if done else None)


def lost(number: int) -> list[Loss]:
    return [Loss(student, 1, START, LossKind.DROPPED_OUT) for student in range(number)]


def of_class(**facts):
    whole = {"stage": "junior", "baseline": 50, "days": dict.fromkeys(DAYS, WHOLE)} | facts
    return ClassFacts(school_class=1, **whole)


def points(measure: Measure, **facts) -> Decimal:
    return score(of_class(**facts), SCHEME).lines[measure].points


class TestTheTarget:
    def test_met_earns_and_missed_costs(self):
        assert points(Measure.TARGET) == 10
        assert points(Measure.TARGET, lost=lost(1)) == -10

    def test_is_of_the_stage(self):
        assert points(Measure.TARGET, lost=lost(1), baseline=51) == 10
        assert points(Measure.TARGET, lost=lost(1), baseline=51, stage="primary") == -10

    @pytest.mark.parametrize(("unregistered", "earned"), [(3, 10), (4, 0)])
    def test_met_on_too_few_registers_is_not_judged(self, unregistered, earned):
        """Three whole days of sixty are 5 % of the slots; one more is too many."""
        days = dict.fromkeys(DAYS, WHOLE) | dict.fromkeys(DAYS[:unregistered], NONE)
        made = score(of_class(days=days), SCHEME)
        assert made.lines[Measure.TARGET].points == earned
        assert made.target_met
        assert made.is_rated is (earned == 10)

    def test_missed_on_too_few_registers_is_missed(self):
        assert points(Measure.TARGET, lost=lost(1), days=dict.fromkeys(DAYS, NONE)) == -10

    def test_of_a_class_on_the_first_day_before_any_school_is_met(self):
        assert points(Measure.TARGET, days={}) == 10

    def test_a_veto_does_not_change_the_total(self):
        made = score(of_class(lost=lost(3)), SCHEME)
        assert made.veto
        assert made.total == -10


class TestMissedRegisters:
    def test_cost_by_the_day(self):
        days = {DAYS[0]: WHOLE, DAYS[1]: HALF, DAYS[2]: NONE}
        line = score(of_class(days=days), SCHEME).lines[Measure.MISSED_ROLL_CALL]
        assert [(charge.day, charge.outcome, charge.points) for charge in line.charges] == [
            (DAYS[1], Outcome.SOME, Decimal("-0.5")),
            (DAYS[2], Outcome.NONE, Decimal(-1)),
        ]

    def test_of_a_class_that_nobody_attends_cost_nothing(self):
        assert points(Measure.MISSED_ROLL_CALL, days={DAYS[0]: register(attended=False)}) == 0

    def test_never_cost_more_than_the_floor(self):
        line = score(of_class(days=dict.fromkeys(DAYS, NONE)), SCHEME).lines[Measure.MISSED_ROLL_CALL]
        assert (line.points, line.raw, len(line.charges)) == (-10, -60, 60)


class TestLateCalls:
    def test_of_one_evening_are_charged_once(self):
        evening = [late(student=1), late(student=2), late(student=2, tier=Tier.HOME_VISIT)]
        line = score(of_class(late=evening), SCHEME).lines[Measure.LATE_CONTACT]
        assert line.points == Decimal("-0.5")
        assert [duty.student for duty in line.charges[0].duties] == [1, 2, 2]

    @pytest.mark.parametrize("day", [HALF, NONE])
    def test_of_a_day_without_all_registers_are_not_charged_again(self, day):
        facts = {"late": [late()], "days": {START: day}}
        assert points(Measure.LATE_CONTACT, **facts) == 0
        assert points(Measure.MISSED_ROLL_CALL, **facts) <= Decimal("-0.5")

    def test_the_principals_visit_costs_the_class_nothing(self):
        assert points(Measure.LATE_CONTACT, late=[late(tier=Tier.JOINT_VISIT)]) == 0
        assert Tier.JOINT_VISIT not in SCORED_TIERS


class TestLateReports:
    @pytest.mark.parametrize("tier", [Tier.ABSENCE_REPORT, Tier.LOSS_REPORT, Tier.RETURN_REPORT, Tier.CHANGE_REPORT])
    def test_cost_more_while_they_are_not_written(self, tier):
        assert points(Measure.LATE_REPORT, late=[late(tier=tier)]) == -1
        assert points(Measure.LATE_REPORT, late=[late(tier=tier, done=True)]) == Decimal("-0.5")

    @pytest.mark.parametrize("tier", [Tier.CHANGE_EVIDENCE, Tier.OPENING_VISIT, Tier.NEXT_ATTEMPT])
    def test_no_other_duty_is_one(self, tier):
        assert points(Measure.LATE_REPORT, late=[late(tier=tier)]) == 0


class TestReturns:
    def test_earn_once_for_each_child(self):
        back = [Return(1, START, DAYS[20]), Return(1, DAYS[30], DAYS[45]), Return(2, START, DAYS[12])]
        line = score(of_class(returns=back), SCHEME).lines[Measure.VERIFIED_RETURN]
        assert [(charge.child, charge.day) for charge in line.charges] == [(2, DAYS[12]), (1, DAYS[20])]
        assert line.points == 4

    def test_never_earn_more_than_the_cap(self):
        assert points(Measure.VERIFIED_RETURN, returns=[Return(n, START, DAYS[20]) for n in range(7)]) == 10


class TestWhatAnAppealTookOff:
    def test_a_missed_register_costs_nothing_and_is_not_missing(self):
        days = dict.fromkeys(DAYS, WHOLE) | dict.fromkeys(DAYS[:4], NONE)
        made = score(of_class(days=days, waived=Waived(days=frozenset(DAYS[:4]))), SCHEME)
        assert made.lines[Measure.MISSED_ROLL_CALL].points == 0
        assert [charge.is_waived for charge in made.lines[Measure.MISSED_ROLL_CALL].charges] == [True] * 4
        assert made.is_rated

    def test_an_evening_costs_nothing_once_all_of_it_was_waived(self):
        evening = [late(student=1), late(student=2)]
        one, both = ({duty.name for duty in evening[:number]} for number in (1, 2))
        assert points(Measure.LATE_CONTACT, late=evening, waived=Waived(duties=frozenset(one))) == Decimal("-0.5")
        assert points(Measure.LATE_CONTACT, late=evening, waived=Waived(duties=frozenset(both))) == 0

    def test_a_report_costs_nothing_and_stays_in_sight(self):
        report = late(tier=Tier.LOSS_REPORT)
        line = score(of_class(late=[report], waived=Waived(duties=frozenset({report.name}))), SCHEME)
        [charge] = line.lines[Measure.LATE_REPORT].charges
        assert (charge.points, charge.is_waived, charge.duties) == (0, True, (report,))

    def test_a_child_that_moved_away_is_not_lost_to_the_class(self):
        made = score(of_class(lost=lost(3), waived=Waived(children=frozenset({0, 1, 2}))), SCHEME)
        assert (made.target_met, made.veto, made.total) == (True, False, 10)
        assert (len(made.facts.lost), made.facts.waived_lost) == (3, 3)


duties = st.builds(
    late,
    st.sampled_from(DAYS),
    tier=st.sampled_from(sorted(SCORED_TIERS)),
    student=st.integers(1, 4),
    done=st.booleans(),
)
classes = st.builds(
    of_class,
    stage=st.sampled_from(["primary", "junior"]),
    baseline=st.integers(0, 60),
    lost=st.integers(0, 4).map(lost),
    days=st.dictionaries(st.sampled_from(DAYS), st.sampled_from([WHOLE, WHOLE, WHOLE, HALF, NONE])),
    late=st.lists(duties, max_size=40),
    returns=st.lists(st.builds(Return, st.integers(1, 8), st.just(START), st.sampled_from(DAYS)), max_size=8),
)


class TestNobodyIsTempted:
    @given(classes, duties)
    def test_one_more_late_duty_never_raises_the_score(self, facts, duty):
        assert score(replace(facts, late=[*facts.late, duty]), SCHEME).total <= score(facts, SCHEME).total

    @given(classes, st.data())
    def test_doing_what_is_late_never_lowers_it(self, facts, data):
        """A late report that is written after all costs no more than before."""
        position = data.draw(st.integers(0, max(0, len(facts.late) - 1)))
        if not facts.late:
            return
        done = facts.late[position]._replace(done_on=DAYS[-1])
        after = [*facts.late[:position], done, *facts.late[position + 1 :]]
        assert score(replace(facts, late=after), SCHEME).total >= score(facts, SCHEME).total

    @given(classes, st.sampled_from(DAYS), st.sampled_from([HALF, NONE]))
    def test_leaving_a_days_register_out_never_gains_on_its_late_calls(self, facts, day, left_out):
        """While the line of registers is above its floor; at the floor 20 halves or 10 whole days are missing."""
        with_it = replace(facts, days={**facts.days, day: WHOLE})
        without = replace(facts, days={**facts.days, day: left_out})
        if score(without, SCHEME).lines[Measure.MISSED_ROLL_CALL].raw >= -10:
            assert score(without, SCHEME).total <= score(with_it, SCHEME).total

    @given(classes)
    def test_floors_and_caps_hold_and_the_total_is_their_sum(self, facts):
        made = score(facts, SCHEME)
        for line in SCHEME.lines:
            earned = made.lines[line.measure]
            assert line.floor is None or earned.points >= line.floor
            assert line.cap is None or earned.points <= line.cap
            assert earned.raw == sum(charge.points for charge in earned.charges)
            assert earned.points in (earned.raw, line.floor, line.cap)
        assert made.total == sum(line.points for line in made.lines.values())

    @given(classes)
    def test_every_charge_names_what_it_is_for(self, facts):
        for measure, line in score(facts, SCHEME).lines.items():
            for charge in line.charges:
                assert measure is Measure.TARGET or charge.day is not None
                if measure in (Measure.LATE_CONTACT, Measure.LATE_REPORT):
                    assert charge.duties
                    assert set(charge.duties) <= set(facts.late)

    @given(classes)
    def test_the_order_of_the_facts_does_not_matter(self, facts):
        turned = replace(facts, late=facts.late[::-1], returns=facts.returns[::-1], lost=facts.lost[::-1])
        assert score(turned, SCHEME).lines == score(facts, SCHEME).lines


def test_a_day_is_one_of_three_for_the_score():
    assert [day.state for day in (WHOLE, HALF, NONE)] == [
        RegisterState.TAKEN,
        RegisterState.PARTLY,
        RegisterState.MISSING,
    ]
