"""个人绩效 (a teacher's month): what the scores of their classes count for them (domain.md §8). Pure.

控辍目标 counts as it stands at the end of the month, for those who have the class then. Everything else belongs to
whoever had the class on the day of the fact (the register, the trigger, the child's tenth day), for good: a report
that an earlier teacher owed stays theirs, and so does the half that comes back when it is written.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property

from scoring.class_scores import Charge, ClassScore, LineScore
from scoring.scheme import Affected, Line, Measure
from students.metrics import tenths

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Stint:
    """任职 of a person in a class, from ``since`` until the day before ``until`` (None = still)."""

    person: int
    school_class: int
    role: Affected
    since: date
    until: date | None = None
    is_substitute: bool = False

    def holds(self, day: date) -> bool:
        return self.touches(day, day)

    def touches(self, first: date, last: date) -> bool:
        return self.since <= last and (self.until is None or first < self.until)


@dataclass(frozen=True)
class ClassMonth:
    """A class's score at the end of a month, and at the cut-off before it (None in September)."""

    after: ClassScore
    before: ClassScore | None

    @property
    def registers(self) -> tuple[int, int]:
        """How many registers were due in the month, and how many of them are missing."""
        (due, missing), before = self.after.facts.registers, self.before.facts.registers if self.before else (0, 0)
        return due - before[0], missing - before[1]

    @cached_property
    def span(self) -> tuple[date, date] | None:
        """Its first and its last school day; None where it has none."""
        days = self.after.facts.days.keys() - (self.before.facts.days.keys() if self.before else set())
        return (min(days), max(days)) if days else None


@dataclass(frozen=True)
class Share:
    """What a class counts for one of its teachers in a month.

    ``role``: theirs at the end of the month if they have the class then (``is_here``), else while they had it;
    ``was_homeroom``: whether they had it as 班主任 or 代班 at any time of the school year, ``was_homeroom_then``: in
    this month; ``target``: None where it does not count for them;
    ``changes``: the facts that count, each with the points by which the month has changed it.
    """

    school_class: int
    role: Affected
    is_here: bool
    is_substitute: bool
    was_homeroom: bool
    was_homeroom_then: bool
    target: Decimal | None
    points: Mapping[Measure, Decimal]
    changes: Mapping[Measure, tuple[Charge, ...]]

    @property
    def is_answered_for(self) -> bool:
        """Whether anything of the class counts for the teacher."""
        return self.target is not None or any(self.changes.values())

    @property
    def role_words(self) -> str:
        """班主任, 任课教师, 代班, 曾任班主任."""
        if self.is_substitute:
            return "代班"
        return self.role.label if self.is_here else f"曾任{self.role.label}"


@dataclass(frozen=True)
class TeacherScore:
    """A teacher's month: the classes that count, the points by line, and their sum."""

    person: int
    shares: tuple[Share, ...]
    lines: Mapping[Measure, Decimal]

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum(self.lines.values(), NOTHING)


def teacher_scores(stints: Iterable[Stint], months: Mapping[int, ClassMonth], *, last: date) -> dict[int, TeacherScore]:
    """Teacher → their month. ``stints``: all that touch the school year; ``months``: the classes that had children;
    ``last``: the day that the month is reckoned through."""
    by_class: dict[int, list[Stint]] = defaultdict(list)
    for stint in stints:
        if stint.school_class in months:
            by_class[stint.school_class].append(stint)
    shares: dict[int, list[Share]] = defaultdict(list)
    for school_class, held in sorted(by_class.items()):
        for person in sorted({stint.person for stint in held}):
            share = _share(person, held, months[school_class], last)
            if share.is_answered_for:
                shares[person].append(share)
    return {person: TeacherScore(person, tuple(found), _lines(found)) for person, found in sorted(shares.items())}


def _lines(shares: Sequence[Share]) -> dict[Measure, Decimal]:
    """A state of the class counts by the mean of the classes, what happened on a day is added up.

    A line that the scheme counts for 任课教师 as well is taken by the mean of the classes taught, or whoever teaches
    many classes would answer for more than a 班主任.
    """
    targets = [share.target for share in shares if share.target is not None]
    lines = {Measure.TARGET: _mean(targets)}
    for measure in Measure:
        if measure is not Measure.TARGET:
            own, taught = (
                [share.points[measure] for share in shares if share.was_homeroom is was_homeroom]
                for was_homeroom in (True, False)
            )
            lines[measure] = sum(own, NOTHING) + _mean(taught)
    return lines


def _mean(points: Sequence[Decimal]) -> Decimal:
    if not points:
        return NOTHING
    return tenths(sum(points, NOTHING) / len(points)) + NOTHING  # a zero without a sign


def _share(person: int, held: Sequence[Stint], month: ClassMonth, last: date) -> Share:
    scheme = month.after.scheme
    at_end = role_on(person, held, last)
    own = [stint for stint in held if stint.person == person]
    points, changes = {}, {}
    for line in scheme.lines:
        if line.measure is not Measure.TARGET:
            concerns = any(stint.role in line.affects for stint in own)
            answers = _answers(person, held, line.affects)
            points[line.measure], changes[line.measure] = _month_of(month, line, answers) if concerns else (NOTHING, ())
    as_homeroom = [stint for stint in own if stint.role is Affected.HOMEROOM_TEACHER]
    was_homeroom = bool(as_homeroom)
    was_then = month.span is not None and any(stint.touches(*month.span) for stint in as_homeroom)
    role = at_end or (Affected.HOMEROOM_TEACHER if was_homeroom else Affected.SUBJECT_TEACHER)
    is_substitute = at_end is None and was_homeroom and all(stint.is_substitute for stint in own)
    counts = at_end in scheme.line(Measure.TARGET).affects
    target = month.after.lines[Measure.TARGET].points if counts else None
    held_as = at_end is not None, is_substitute, was_homeroom, was_then
    return Share(held[0].school_class, role, *held_as, target, points, changes)


def role_on(person: int, held: Iterable[Stint], day: date) -> Affected | None:
    """As what a person has a class on ``day``; a substitute 代班 has it for some days and does not answer for its
    target."""
    roles = {each.role for each in held if each.person == person and each.holds(day) and not each.is_substitute}
    return min(roles, default=None)  # 班主任 before 任课教师


def is_charged(person: int, held: Sequence[Stint], line: Line, *, day: date | None, last: date) -> bool:
    """Whether a fact of ``day`` counts for ``person`` in a month that ends on ``last``."""
    if line.measure is Measure.TARGET:
        return role_on(person, held, last) in line.affects
    return _answers(person, held, line.affects)(day)


def _answers(person: int, held: Sequence[Stint], affects: Iterable[Affected]) -> Callable[[date | None], bool]:
    """Whether a fact of a day counts for ``person``: as 班主任 that day (on the days of a substitute it is the
    substitute), or as 任课教师 where the line is counted for them."""

    @cache  # of one day there are many facts, and each at both ends of a month
    def answers(day: date | None) -> bool:
        here = [each for each in held if each.holds(day)]
        homeroom = [each for each in here if each.role is Affected.HOMEROOM_TEACHER]
        homeroom = [each for each in homeroom if each.is_substitute] or homeroom
        chosen = {Affected.HOMEROOM_TEACHER: homeroom}
        chosen[Affected.SUBJECT_TEACHER] = [each for each in here if each.role is Affected.SUBJECT_TEACHER]
        return any(each.person == person for role in affects for each in chosen[role])

    return answers


def _month_of(month: ClassMonth, line, answers) -> tuple[Decimal, tuple[Charge, ...]]:
    """The points of a line in the month, within its floor and cap, and the facts whose points have changed."""
    after = _own(month.after, line, answers)
    before = _own(month.before, line, answers) if month.before and month.before.facts.is_scored else {}
    changes = []
    for name in sorted(after.keys() | before.keys()):
        now, then = (side[name].points if name in side else NOTHING for side in (after, before))
        charge = after.get(name) or before[name]
        if now != then or (charge.is_waived and name not in before):
            changes.append(charge._replace(points=now - then))
    return _bounded(line, after) - _bounded(line, before), tuple(changes)


def _own(score: ClassScore, line, answers) -> dict[tuple, Charge]:
    """What tells a fact of the line → the charge for it, those that the teacher answers for."""
    return {_name(charge): charge for charge in score.lines[line.measure].charges if answers(charge.day)}


def _name(charge: Charge) -> tuple:
    """A report by its duty, a child by itself, all else by its day: an evening is one however many duties it had."""
    if charge.child is None:
        return (charge.day, 0, "", charge.day)
    duty = charge.duties[0] if charge.duties else None
    return (charge.day, charge.child, duty.tier if duty else "", duty.key if duty else charge.day)


def _bounded(line, charges: Mapping[tuple, Charge]) -> Decimal:
    return line.bounded(sum((charge.points for charge in charges.values()), NOTHING))


def as_score(share: Share, month: ClassMonth) -> ClassScore:
    """The class's score with only what counts for the teacher in the month, to be told like any other score."""
    lines = {
        measure: LineScore(share.points[measure], sum((charge.points for charge in found), NOTHING), found)
        for measure, found in share.changes.items()
    }
    target = month.after.lines[Measure.TARGET]
    if share.target is None:
        target = LineScore(NOTHING, NOTHING, ())
    return replace(month.after, lines={Measure.TARGET: target} | lines)
