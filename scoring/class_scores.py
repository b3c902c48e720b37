"""班级考核 (class scores): what a class earned by a day, line by line, each point with the fact it comes from
(domain.md §8). Pure.

(facts, scheme) → score. An absence costs nothing, excused or not; a duty done in time costs nothing; a register left
out costs at least what a late call would.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from casework.ruleset import REPORT_TIERS, Tier
from scoring.scheme import Measure, Outcome, Scheme
from students.losses import Loss
from students.register_days import RegisterDay, RegisterState

NOTHING = Decimal(0)
# 联合家访 is the principal's duty and costs the class nothing.
CALL_TIERS = frozenset({Tier.CONTACT, Tier.HOME_VISIT})
SCORED_TIERS = CALL_TIERS | REPORT_TIERS


class LateDuty(NamedTuple):
    """A duty 待办 that was late by the day of the score; ``done_on`` None: still open then."""

    student: int
    tier: Tier
    key: date
    triggered_on: date
    due_on: date
    done_on: date | None

    @property
    def name(self) -> tuple[int, Tier, date]:
        """What tells it from every other duty."""
        return self.student, self.tier, self.key


class Return(NamedTuple):
    """劝返复学: a child that came back on ``returned_on`` and was seen on the wanted number of days by
    ``verified_on``."""

    student: int
    returned_on: date
    verified_on: date


@dataclass(frozen=True)
class Waived:
    """不可归责: what an accepted appeal has taken off the class's score. Facts stay as they are and cost nothing.

    ``duties`` are (child, tier, key), ``days`` those of registers, ``children`` the lost ones.
    """

    duties: frozenset[tuple[int, Tier, date]] = frozenset()
    days: frozenset[date] = frozenset()
    children: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ClassFacts:
    """What a class's score follows from, from the start of the school year through a day.

    ``baseline``: children who attended the class on the first day of the school year; ``lost``: those lost in this
    school year whose latest class it is; ``days``: what each day was for its registers; ``late``: its duties that are
    late, of the class they were triggered in; ``returns``: verified ones, of the class that took the child back.
    """

    school_class: int
    stage: str
    baseline: int
    lost: Sequence[Loss] = ()
    days: Mapping[date, RegisterDay] = field(default_factory=dict)
    late: Sequence[LateDuty] = ()
    returns: Sequence[Return] = ()
    waived: Waived = Waived()

    @property
    def counted_lost(self) -> list[Loss]:
        """The lost children that count against the class."""
        return [loss for loss in self.lost if loss.student not in self.waived.children]

    @property
    def waived_lost(self) -> int:
        """How many of the lost an appeal has taken off the target and the veto; they are lost all the same (§7)."""
        return len(self.lost) - len(self.counted_lost)

    @property
    def is_scored(self) -> bool:
        """Whether the class had children to answer for; else it stands on no list, and nothing of it counts for its
        school or its teachers."""
        return bool(self.baseline or self.lost or self.registers[0])

    @property
    def registers(self) -> tuple[int, int]:
        """How many registers were due and how many of them are missing, without the days that an appeal took off."""
        days = [register for day, register in self.days.items() if day not in self.waived.days]
        return sum(len(register.due) for register in days), sum(len(register.missing) for register in days)


class Charge(NamedTuple):
    """One fact: its day, what came of it and its points; ``duties`` and ``child`` say who it is about.

    ``is_waived``: an appeal took it off, and its points are 0.
    """

    day: date | None
    outcome: Outcome
    points: Decimal
    duties: tuple[LateDuty, ...] = ()
    child: int | None = None
    is_waived: bool = False


class LineScore(NamedTuple):
    """A line: the points that count, what its facts add up to before floor and cap, and the facts."""

    points: Decimal
    raw: Decimal
    charges: tuple[Charge, ...]


@dataclass(frozen=True)
class ClassScore:
    """A class's score under a scheme. ``is_rated``: whether enough registers were taken to judge the target."""

    facts: ClassFacts
    scheme: Scheme
    target_met: bool
    is_rated: bool
    veto: bool
    lines: Mapping[Measure, LineScore]

    @property
    def total(self) -> Decimal:
        """The sum of the lines; a veto does not change it."""
        return sum((line.points for line in self.lines.values()), NOTHING)


def score(facts: ClassFacts, scheme: Scheme) -> ClassScore:
    """What the class earned."""
    lost = len(facts.counted_lost)
    met = scheme.targets[facts.stage].is_met(lost, facts.baseline)
    rated = is_rated(facts, scheme)
    charges = {
        Measure.TARGET: _target(met, rated, scheme),
        Measure.MISSED_ROLL_CALL: _missed_roll_calls(facts, scheme),
        Measure.LATE_CONTACT: _late_contacts(facts, scheme),
        Measure.LATE_REPORT: _late_reports(facts, scheme),
        Measure.VERIFIED_RETURN: _verified_returns(facts, scheme),
    }
    lines = {line.measure: _line(scheme, line.measure, charges[line.measure]) for line in scheme.lines}
    return ClassScore(facts, scheme, met, rated, scheme.is_vetoed(lost, facts.baseline), lines)


def is_rated(facts: ClassFacts, scheme: Scheme) -> bool:
    """Whether at most so many per cent of the registers due are missing; else the target is 不予评定."""
    due, missing = facts.registers
    return missing * 100 <= scheme.unregistered_above * due


def _line(scheme: Scheme, measure: Measure, charges: Iterator[Charge]) -> LineScore:
    found = tuple(charges)
    raw = sum((charge.points for charge in found), NOTHING)
    return LineScore(scheme.line(measure).bounded(raw), raw, found)


def _charge(scheme: Scheme, measure: Measure, outcome: Outcome, day: date | None = None, **more) -> Charge:
    points = NOTHING if more.get("is_waived") else scheme.line(measure).points[outcome]
    return Charge(day, outcome, points, **more)


def _target(met: bool, rated: bool, scheme: Scheme) -> Iterator[Charge]:
    """A target that is met on too few registers is not judged; one that is missed is missed on any."""
    if not met:
        yield _charge(scheme, Measure.TARGET, Outcome.MISSED)
    elif rated:
        yield _charge(scheme, Measure.TARGET, Outcome.MET)


def _missed_roll_calls(facts: ClassFacts, scheme: Scheme) -> Iterator[Charge]:
    outcomes = {RegisterState.MISSING: Outcome.NONE, RegisterState.PARTLY: Outcome.SOME}
    for day, register in sorted(facts.days.items()):
        if outcome := outcomes.get(register.state):
            yield _charge(scheme, Measure.MISSED_ROLL_CALL, outcome, day, is_waived=day in facts.waived.days)


def _late_contacts(facts: ClassFacts, scheme: Scheme) -> Iterator[Charge]:
    """Once for a fully registered day, however many children; the others cost by their registers already.

    A day of which every late duty was waived costs nothing.
    """
    by_day: dict[date, list[LateDuty]] = defaultdict(list)
    for duty in facts.late:
        if duty.tier in CALL_TIERS:
            by_day[duty.triggered_on].append(duty)
    for day, duties in sorted(by_day.items()):
        if day in facts.days and facts.days[day].state is RegisterState.TAKEN:
            waived = all(duty.name in facts.waived.duties for duty in duties)
            told = tuple(sorted(duties, key=lambda duty: duty.name))
            yield _charge(scheme, Measure.LATE_CONTACT, Outcome.LATE, day, duties=told, is_waived=waived)


def _late_reports(facts: ClassFacts, scheme: Scheme) -> Iterator[Charge]:
    for duty in sorted(facts.late, key=lambda duty: (duty.triggered_on, duty.name)):
        if duty.tier in REPORT_TIERS:
            outcome = Outcome.DONE if duty.done_on else Outcome.OPEN
            about = {"duties": (duty,), "child": duty.student, "is_waived": duty.name in facts.waived.duties}
            yield _charge(scheme, Measure.LATE_REPORT, outcome, duty.triggered_on, **about)


def _verified_returns(facts: ClassFacts, scheme: Scheme) -> Iterator[Charge]:
    """Once for each child."""
    seen = set()
    for back in sorted(facts.returns, key=lambda back: (back.verified_on, back.student)):
        if back.student not in seen:
            seen.add(back.student)
            yield _charge(scheme, Measure.VERIFIED_RETURN, Outcome.VERIFIED, back.verified_on, child=back.student)
