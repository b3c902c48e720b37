"""升级阶梯 (the escalation ladder): which obligations follow from a child's facts, and which acts fulfil them. Pure.

(facts, dated rules, a day) → obligations and runs. Nothing here reads the clock or the database, so the same function
serves one saved register, a full recomputation and a question about a day long past. Source: domain.md §4, contract.md.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from casework.attempts import streaks, unanswered_days
from casework.fulfilment import fulfil
from casework.ruleset import KEYED_BY_DAY, Measure, RuleSet, Tier, Trigger
from students.calendar import DAY, Term
from students.days import DayRecord, DayState
from students.enrolment import EventKind, Place, Standing
from students.runs import ClassDays, Run, follow_days, spell_ends


class Change(NamedTuple):
    """A 学籍变动 that has happened: its day, kind, and the class joined (in) or left (out)."""

    day: date
    kind: EventKind
    school_class: int


@dataclass
class StudentFacts:
    """All that the ladder needs to know of one child.

    ``contacts`` are (day, method), ``attempts`` (day, outcome or blank) of the same rows; ``about``: the key of the
    duty that a report names; ``certificates`` (day of the change they prove, day handed in); ``suspensions`` (day of
    the 休学, an approved end), a row for every prolongation; ``left`` the days on which a teacher reported 已离校.
    """

    places: Sequence[Place] = ()
    marks: dict[date, dict[str, str]] = field(default_factory=dict)
    leaves: list[tuple[date, date]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    contacts: list[tuple[date, str]] = field(default_factory=list)
    attempts: list[tuple[date, str]] = field(default_factory=list)
    reports: list[tuple[date, str]] = field(default_factory=list)
    about: dict[tuple[date, str], date] = field(default_factory=dict)
    certificates: list[tuple[date, date]] = field(default_factory=list)
    suspensions: list[tuple[date, date]] = field(default_factory=list)
    left: list[date] = field(default_factory=list)


class Duty(NamedTuple):
    """One obligation 待办 as the facts have it.

    ``run_days`` and ``unknown_days`` are those up to the trigger; ``step`` is the rung that asks for it.
    """

    tier: Tier
    key: date
    triggered_on: date
    due_on: date
    run_start: date | None
    run_days: int
    unknown_days: int
    school_class: int
    rule_set: int | str
    step: int
    done_on: date | None = None


class RunRecord(NamedTuple):
    """A run as kept: ``settled_on`` is the first day the child was seen after it; nothing later can change it."""

    started_on: date
    last_absent_on: date
    days: int
    unknown_days: int
    ended_on: date | None
    settled_on: date | None
    school_class: int


@dataclass(frozen=True)
class World:
    """What is the same for many children: classes with their days, the rules in force, the terms in order."""

    classes: Mapping[int, ClassDays]
    rules_on: Callable[[int, date], RuleSet]  # (school, day) → the rule set in force there that day
    terms: Sequence[Term]

    @property
    def first_term_day(self) -> date | None:
        """Before it the calendar knows nothing."""
        return self.terms[0].start if self.terms else None

    def opens_a_term(self, school_class: int, day: date) -> bool:
        """Whether ``day`` is the first school day that a class has in a term."""
        school_days = self.classes[school_class].school_days
        return any(term.start <= day <= term.end and school_days.on_or_after(term.start) == day for term in self.terms)

    def in_one_term(self, first: date, last: date) -> bool:
        """Whether some term holds both days."""
        return any(term.start <= first and last <= term.end for term in self.terms)


class DutyStatus(StrEnum):
    """Where an obligation stands on a day; derived, never stored."""

    OPEN = "open"
    DONE = "done"
    LATE_OPEN = "late_open"
    LATE_DONE = "late_done"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "open": "待办",
            "done": "已办",
            "late_open": "逾期未办",
            "late_done": "逾期已办",
            "withdrawn": "已撤销",
        }[self]


def duty_status(*, due_on: date, done_on: date | None, as_of: date) -> DutyStatus:
    """Open also on the due day itself; an act after ``as_of`` has not happened yet."""
    if done_on is not None and done_on <= as_of:
        return DutyStatus.DONE if done_on <= due_on else DutyStatus.LATE_DONE
    return DutyStatus.OPEN if as_of <= due_on else DutyStatus.LATE_OPEN


def assess(facts: StudentFacts, world: World, *, through: date) -> tuple[list[Duty], list[RunRecord]]:
    """All obligations of a child triggered through ``through``, with the acts through that day, and all runs."""
    climb = _Climb(facts, world, through)
    climb.follow()
    climb.call_again()
    climb.report_changes()
    climb.end_suspensions()
    return fulfil(climb.duties.values(), facts, through=through), climb.run_records()


class _Climb:
    """Follows a child's days up the ladder, one rung at a time."""

    def __init__(self, facts: StudentFacts, world: World, through: date):
        self.facts, self.world, self.through = facts, world, through
        self.duties: dict[tuple[Tier, date], Duty] = {}
        self.runs: list[Run] = []
        self.reached: dict[int, set[Tier]] = {}  # position of a run → tiers it reached
        self.last_class: dict[int, int] = {}  # position of a run → class on its last absent day
        self.settled_on: dict[int, date] = {}
        self.unseen: list[int] = []  # positions of runs after which the child has not been seen yet
        self.left: list[date] = sorted(set(facts.left), reverse=True)  # still to be looked at, the next one last
        self.gone: list[date] = []  # days reported 已离校 outside any run, the child not seen since
        self.absent_days: list[date] = []
        self.heard: list[date] = []  # seen, or on leave
        self.excused: Run | None = None  # the excused days in a row, counted like the absent ones of a run

    def follow(self) -> None:
        facts, through = self.facts, self.through
        ends = spell_ends(facts.places)
        run: Run | None = None
        # Days without a mark count as well from the day on which the child was reported gone.
        marks = {day: {} for day in self.left} | facts.marks
        # Between a day seen and the next mark nothing follows, unless a call went unanswered or the child was reported
        # gone.
        whole = bool(facts.left or unanswered_days(facts.attempts))
        for record in follow_days(
            places=facts.places, marks=marks, leaves=facts.leaves, classes=self.world.classes, through=through,
            whole=whole,
        ):  # fmt: skip
            self._leave(record.day - DAY, run)
            if run and record.spell != run.spell:
                run.ended_on, run = ends[run.spell], None
            self._excuse(record)
            if record.state is DayState.PRESENT:
                if run:
                    run.ended_on, run = record.day, None
                if self.unseen or self.gone:
                    self._seen(record)
            elif record.state is DayState.ABSENT:
                run = run or self._begin(record)
                run.absent_days.append(record.day)
                self.absent_days.append(record.day)
                self.last_class[len(self.runs) - 1] = record.school_class
            elif record.state is DayState.UNKNOWN and run:
                run.unknown += 1
            if record.unexcused_slots:
                self._missed(record, run)
            self._leave(record.day, run)
        self._leave(through, run)
        if run and (end := ends.get(run.spell)) and end <= through:
            run.ended_on = end

    def _begin(self, record: DayRecord) -> Run:
        run = Run(record.spell)
        self.unseen.append(len(self.runs))
        self.reached[len(self.runs)] = set()
        self.runs.append(run)
        return run

    def _rules(self, school_class: int, day: date) -> RuleSet:
        return self.world.rules_on(self.world.classes[school_class].school, day)

    def _missed(self, record: DayRecord, run: Run | None) -> None:
        """Every rung that a day with an unexcused slot reaches; ``run`` is None where the child was seen that day."""
        rules = self._rules(record.school_class, record.day)
        for trigger in rules.on_missed_day:
            if self._measure(trigger, record, run) < trigger.threshold:
                continue
            if trigger.tier is Tier.LOSS_REPORT and self.gone:
                continue  # the child was reported gone before the run began: one report tells of both
            key = record.day if trigger.measure in KEYED_BY_DAY else run.started_on
            self._owe(trigger, rules, key, record.day, record.school_class, run)
            if run:
                self.reached[len(self.runs) - 1].add(trigger.tier)

    def _leave(self, through: date, run: Run | None) -> None:
        """Every report 已离校 through a day: the loss is owed at once, of the run that holds that day or of the day."""
        while self.left and self.left[-1] <= through:
            day = self.left.pop()
            place = next((each for each in self.facts.places if each.holds(day)), None)
            first_day = self.world.first_term_day
            if self.gone or not first_day or day < first_day or not place or place.standing is not Standing.ATTENDING:
                continue
            holding = run if run and run.spell == place.spell else None
            rules = self._rules(place.school_class, day)
            for trigger in rules.on_report_of_leaving:
                key = holding.started_on if holding else day
                self._owe(trigger, rules, key, day, place.school_class, holding)
                if holding:
                    self.reached[len(self.runs) - 1].add(trigger.tier)
                else:
                    self.gone.append(day)

    def _excuse(self, record: DayRecord) -> None:
        """Count excused days in a row, for the rungs that ask for so many; an unknown day does not break them."""
        if record.state in (DayState.PRESENT, DayState.EXCUSED):
            self.heard.append(record.day)
        if self.excused and (record.spell != self.excused.spell or record.state in (DayState.PRESENT, DayState.ABSENT)):
            self.excused = None
        if self.excused and record.state is DayState.UNKNOWN:
            self.excused.unknown += 1
        if record.state is not DayState.EXCUSED:
            return
        self.excused = self.excused or Run(record.spell)
        self.excused.absent_days.append(record.day)
        rules = self._rules(record.school_class, record.day)
        for trigger in rules.on_excused_day:
            if (leave := self.excused).length >= trigger.threshold:
                self._owe(trigger, rules, leave.started_on, record.day, record.school_class, leave)

    def _measure(self, trigger: Trigger, record: DayRecord, run: Run | None) -> int:
        match trigger.measure:
            case Measure.UNEXCUSED_SLOTS:
                return record.unexcused_slots
            case Measure.UNEXCUSED_PERIODS:
                return record.unexcused_periods
            case Measure.ABSENT_DAY:
                return int(record.state is DayState.ABSENT)
            case Measure.RUN_SCHOOL_DAYS:
                return run.length if run else 0
            case Measure.RUN_CALENDAR_DAYS:
                return (record.day - run.started_on).days + 1 if run else 0
            case Measure.ABSENT_DAYS_IN_WINDOW:
                first = bisect_left(self.absent_days, trigger.window_start(record.day))
                return len(self.absent_days) - first if run else 0
            case Measure.OPENING_ABSENCE:
                is_absent = record.state is DayState.ABSENT
                return int(is_absent and self.world.opens_a_term(record.school_class, record.day))
        raise AssertionError(trigger.measure)

    def _seen(self, record: DayRecord) -> None:
        """The child is present: what was owed on the first day seen after a run is owed now."""
        rules = self._rules(record.school_class, record.day)
        for position in self.unseen:
            run = self.runs[position]
            self.settled_on[position] = record.day
            for trigger in rules.on_return:
                if trigger.after in self.reached[position]:
                    self._owe(trigger, rules, run.started_on, record.day, record.school_class, run)
        self.unseen.clear()
        for day in self.gone:
            for trigger in rules.on_return:
                if trigger.after is Tier.LOSS_REPORT:
                    self._owe(trigger, rules, day, record.day, record.school_class, None)
        self.gone.clear()
        for key, duty in self.duties.items():
            if duty.tier is Tier.OPENING_VISIT and not duty.done_on and self.world.in_one_term(duty.key, record.day):
                self.duties[key] = duty._replace(done_on=record.day)  # the child is back, whoever brought it

    def call_again(self) -> None:
        """再次联系 after a call that reached nobody, unless that day's absence asks for one; after several a visit."""
        for days, school_class, again_on, met_on in streaks(
            self.facts.attempts, self.facts.places, absent=self.absent_days, heard=self.heard, through=self.through
        ):
            day, run, rules = days[-1], Run(0, days), self._rules(school_class, days[-1])
            reached = [each for each in rules.on_unanswered if run.length >= each.threshold]
            visits = [each for each in reached if each.tier is Tier.UNREACHED_VISIT]
            for trigger in visits:
                self._owe(trigger, rules, run.started_on, day, school_class, run, done_on=met_on)
            for trigger in () if visits else reached:
                due_on = trigger.due_on(day, self.world.classes[school_class].school_days)
                if not any(tier is Tier.CONTACT and day < key <= due_on for tier, key in self.duties):
                    self._owe(trigger, rules, day, day, school_class, run, done_on=again_on)

    def report_changes(self) -> None:
        first_day = self.world.first_term_day
        for change in self.facts.changes:
            if first_day is None or not first_day <= change.day <= self.through:
                continue
            rules = self._rules(change.school_class, change.day)
            for trigger in rules.on_change:
                if change.kind in trigger.events:
                    self._owe(trigger, rules, change.day, change.day, change.school_class, None)

    def end_suspensions(self) -> None:
        """Every suspension with an approved end is remembered before it ends; the latest approved end counts."""
        ends: dict[date, date] = {}
        for began, end in self.facts.suspensions:
            ends[began] = max(end, ends.get(began, end))
        for place in self.facts.places:
            if place.standing is Standing.SUSPENDED and place.since in ends:
                self._remember_end(place, ends[place.since])

    def _remember_end(self, place: Place, ends_on: date) -> None:
        """Owed from the first day on which the rule in force finds few enough days left, if the child is still out."""
        first_day = self.world.first_term_day
        if first_day is None:
            return
        over = place.until if place.until and place.until <= self.through else None
        day, last = max(place.since, first_day), over - DAY if over else self.through
        while day <= last:
            rules = self._rules(place.school_class, day)
            for trigger in rules.on_suspension_end:
                if (ends_on - day).days <= trigger.threshold:
                    self._owe(trigger, rules, ends_on, day, place.school_class, None, ends_on=ends_on, done_on=over)
                    return
            day += DAY

    def _owe(
        self,
        trigger: Trigger,
        rules: RuleSet,
        key: date,
        day: date,
        school_class: int,
        run: Run | None,
        *,
        ends_on: date | None = None,
        done_on: date | None = None,
    ) -> None:
        """Owed exactly once per tier and key: what already stands is not asked for again.

        ``done_on``: where the child's own days have settled it already.
        """
        if (trigger.tier, key) in self.duties:
            return
        self.duties[trigger.tier, key] = Duty(
            tier=trigger.tier,
            key=key,
            triggered_on=day,
            due_on=trigger.due_on(day, self.world.classes[school_class].school_days, ends_on=ends_on),
            run_start=run.started_on if run else None,
            run_days=run.length if run else 0,
            unknown_days=run.unknown if run else 0,
            school_class=school_class,
            rule_set=rules.key,
            step=trigger.step,
            done_on=done_on,
        )

    def run_records(self) -> list[RunRecord]:
        return [
            RunRecord(
                started_on=run.started_on,
                last_absent_on=run.absent_days[-1],
                days=run.length,
                unknown_days=run.unknown,
                ended_on=run.ended_on,
                settled_on=self.settled_on.get(position),
                school_class=self.last_class[position],
            )
            for position, run in enumerate(self.runs)
        ]
