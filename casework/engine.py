"""Facts in, differences out: brings the kept runs and obligations to what the facts say (domain.md §4).

It runs inside the transaction that changes a fact, for the children it touches, and over everybody in
``manage.py escalate``. The same pure function decides in both, so the two cannot differ.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import date
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from casework.case_engine import follow_children
from casework.contacts import ContactOutcome
from casework.facts import CHUNK, Surroundings, long_away_around, read_facts, students_with_a_ladder
from casework.ladder import Duty, RunRecord, assess
from casework.models import AbsenceRun, Obligation
from casework.presets import least_excused_days
from casework.ruleset import Tier
from casework.stages import CASE_TIERS
from students.actions.followup import NOBODY_ELSE, NOTHING, Followed
from students.memory import rare_collections
from students.models import AbsenceMark, Enrolment, SchoolClass, Student
from students.prepared import Prepared
from students.queries.calendar import reference_stamp

DUTY_FIELDS = {
    "triggered_on": "triggered_on",
    "due_on": "due_on",
    "run_start": "run_start",
    "run_days": "run_days",
    "unknown_days": "unknown_days",
    "done_on": "done_on",
    "school_class_id": "school_class",
    "rule_set_id": "rule_set",
    "step": "step",
}
RUN_FIELDS = ["last_absent_on", "days", "unknown_days", "ended_on", "settled_on", "school_class_id"]


@dataclass
class Counts:
    """What a recomputation did."""

    students: int = 0
    obligations: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    runs: int = 0
    cases: int = 0

    def add(self, other: "Counts") -> None:
        for column, value in zip(fields(self), astuple(other), strict=True):
            setattr(self, column.name, getattr(self, column.name) + value)


def follow_up(
    *,
    students: Collection[int],
    today: date,
    reason: str,
    said: Mapping[int, str] = NOBODY_ELSE,
    registers: Collection[tuple[int, date]] = (),
    stamp: int | None = None,
) -> Followed:
    """Follow changed facts in their own transaction (see ``students.actions.followup``)."""
    if registers:
        least = least_excused_days(stamp or reference_stamp())
        locked = _lock_touched(students, registers, least)
    else:
        locked = _lock_with_classes(students)
    if not locked:
        return NOTHING
    words = Words(reason, said)
    # What has changed but a register may be the registry's, or an act: nothing of it need show in a duty.
    changed = () if registers else students
    recompute(locked, Surroundings(stamp), through=today, words=words, with_registers=True, cases_of=changed)
    return Followed(tuple(words.owed), tuple(words.withdrawn))


@dataclass
class Words:
    """Why something is withdrawn, for whom it is ``said`` otherwise, and what was owed and withdrawn, by name."""

    reason: str
    said: Mapping[int, str] = field(default_factory=dict)
    owed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


def recompute_locked(
    students: Collection[int],
    surroundings: Surroundings,
    *,
    through: date,
    reason: str,
    tell: Callable[["Difference"], object] | None = None,
) -> Counts:
    """Lock these children and recompute them; to be called inside a transaction."""
    return recompute(_lock_with_classes(students), surroundings, through=through, words=Words(reason), tell=tell)


def _lockable(students):
    """Children to be locked in order until the transaction ends, so that of two writers of one child the later one
    waits and then sees the earlier one's facts."""
    locked = Student.objects.select_for_update(no_key=True).filter(pk__in=students)
    return locked.order_by("pk").values_list("pk", flat=True)


def _lock_touched(students: Collection[int], registers: Collection[tuple[int, date]], least: int | None) -> list[int]:
    """Lock these children and those whom the registers touch. Whoever takes a register has its class locked, so what it
    touches is found and locked in one statement."""
    if len(registers) > 1:
        return list(_lockable(_found(students, registers, least)))
    ((school_class, day),) = registers
    return _lock_for_register(students=students, school_class=school_class, day=day, least=least)


def _found(students, registers, least):
    found = Student.objects.filter(pk__in=students).order_by().values("pk")
    return found.union(*(rows for register in registers for rows in _touched_by(*register, least)))


@partial(Prepared, fixed=["least"])
def _lock_for_register(students, school_class, day, least):
    return _lockable(_found(students, [(school_class, day)], least))


def _lock_with_classes(students: Collection[int]) -> list[int]:
    """Lock every class these children are or were in, then the children.

    A register finds the children it touches by their runs. Whoever changes runs without taking a register waits for
    the class, so that no register looks for runs that are being written.
    """
    classes = Enrolment.objects.filter(student__in=students).values("school_class")
    list(SchoolClass.objects.select_for_update(no_key=True).filter(pk__in=classes).order_by("pk").values_list("pk"))
    return list(_lockable(students))


def _touched_by(school_class: int, day: date, least: int | None) -> tuple:
    """Children whose runs the register of a class and day can change: those with a mark that day, those without one
    whose run had begun by then and who had not been seen afterwards before that day, those reported
    gone, and those on a long leave."""
    attending = Enrolment.objects.attending().on(day).filter(school_class=school_class)
    runs = AbsenceRun.objects.filter(
        Q(settled_on=None) | Q(settled_on__gte=day), started_on__lte=day, student__in=attending.values("student")
    )
    marks = AbsenceMark.objects.filter(roll_call__school_class=school_class, roll_call__day=day)
    on_leave = long_away_around(school_class, day, least).order_by()
    gone = Obligation.objects.standing().filter(
        tier=Tier.LOSS_REPORT, run_start=None, key__lte=day, student__in=attending.values("student")
    )
    rows = (row.order_by().values("student") for row in (runs, marks, gone))
    return *rows, on_leave.values("pk")


@rare_collections()
def escalate(*, through: date, reason: str = "全部重新计算") -> Counts:
    """Recompute everything from facts alone, a thousand children a transaction; running it again changes nothing."""
    total, surroundings = Counts(), Surroundings()
    after = 0
    while chunk := list(students_with_a_ladder(Student.objects.filter(pk__gt=after))[:CHUNK]):
        with transaction.atomic():
            total.add(recompute_locked(chunk, surroundings, through=through, reason=reason))
        after = chunk[-1]
    return total


class Difference(NamedTuple):
    """What a computation changes for one child: pairs of the row that is kept (None where there is none) and what the
    facts say (None where they no longer say it), for duties and for runs. ``duties_standing`` and ``runs_standing`` are
    all that the facts say, changed or not; ``ends_a_matter``: a run with a duty of a case, or in which the child's
    return was promised, is over by now."""

    student: int
    duties: list[tuple[Obligation | None, Duty | None]]
    runs: list[tuple[AbsenceRun | None, RunRecord | None]]
    duties_standing: int
    runs_standing: int
    ends_a_matter: bool


def differences(
    students: list[int], surroundings: Surroundings, *, through: date, with_registers: bool = False
) -> Iterator[Difference]:
    """How what is kept of these children differs from what their facts say through ``through``; nothing is written.

    What lies after ``through`` is left as it is.
    """
    kept_duties, kept_runs = _kept(students, through)
    facts = read_facts(students, surroundings, with_registers=with_registers)
    for student in students:
        duties, runs = assess(facts[student], surroundings.world, through=through)
        changed = list(_run_differences(runs, kept_runs[student]))
        settled = {run.started_on for row, run in changed if run and run.settled_on != (row and row.settled_on)}
        told = facts[student].attempts if settled else ()
        yield Difference(
            student,
            list(_duty_differences(duties, kept_duties[student], through)),
            changed,
            len(duties),
            len(runs),
            any(duty.run_start in settled and duty.tier in CASE_TIERS for duty in duties)
            or any(outcome == ContactOutcome.PROMISED and day >= min(settled, default=day) for day, outcome in told),
        )


def recompute(
    students: list[int],
    surroundings: Surroundings,
    *,
    through: date,
    words: Words,
    with_registers: bool = False,
    tell: Callable[[Difference], object] | None = None,
    cases_of: Collection[int] = (),
) -> Counts:
    """Write the differences between what is kept of these children and what their facts say through ``through``.

    The children are locked. ``tell`` is told of every child's difference before it is written. The cases of those of
    whom a matter of a case has changed follow, and those of ``cases_of`` whatever has changed.
    """
    duties, runs, vanished_runs, counts = [], [], [], Counts(students=len(students))
    followed = set(cases_of)
    for found in differences(students, surroundings, through=through, with_registers=with_registers):
        if tell is not None:
            tell(found)
        counts.obligations += found.duties_standing
        counts.runs += found.runs_standing
        duties += [_duty_row(found.student, row, duty, words, counts) for row, duty in found.duties]
        runs += [_run_row(found.student, run) for _, run in found.runs if run is not None]
        vanished_runs += [row.pk for row, run in found.runs if run is None]
        if _concerns_a_case(found):
            followed.add(found.student)
    _write(duties, runs, vanished_runs)
    if followed:
        counts.cases = follow_children(followed, today=through)
    return counts


def _concerns_a_case(found: Difference) -> bool:
    """Whether a duty of a run has changed, or a child was seen again after a run that had one: a day's call, and a
    day's absence that is over, move no case."""
    tiers = (duty.tier if duty else row.tier for row, duty in found.duties)
    return found.ends_a_matter or any(tier in CASE_TIERS or tier == Tier.RETURN_REPORT for tier in tiers)


def _kept(students, through):
    duties, runs = defaultdict(dict), defaultdict(dict)
    for row in _kept_duties(students=students, through=through):
        duties[row.student_id][row.tier, row.key] = row
    for row in _kept_runs(students=students, through=through):
        runs[row.student_id][row.started_on] = row
    return duties, runs


@Prepared
def _kept_duties(students, through):
    return Obligation.objects.filter(student__in=students, triggered_on__lte=through).order_by()


@Prepared
def _kept_runs(students, through):
    return AbsenceRun.objects.filter(student__in=students, started_on__lte=through).order_by()


def _duty_differences(new: list[Duty], kept: dict, through: date):
    for duty in new:
        row = kept.pop((duty.tier, duty.key), None)
        if row is None or row.withdrawn_at or _differs(row, duty, through):
            yield row, duty
    yield from ((row, None) for row in kept.values() if row.withdrawn_at is None)


def _duty_row(student: int, row: Obligation | None, duty: Duty | None, words: Words, counts: Counts) -> Obligation:
    """The obligation row to write."""
    if duty is None:
        counts.withdrawn += 1
        words.withdrawn.append(Tier(row.tier).label)
        row.withdrawn_at, row.withdrawn_reason = timezone.now(), words.said.get(student, words.reason)
        return row
    if row is None or row.withdrawn_at:
        words.owed.append(duty.tier.label)
    if row is None:
        counts.added += 1
        row = Obligation(student_id=student, tier=duty.tier, key=duty.key)
    else:
        counts.changed += 1
    return _with_duty(row, duty)


def _differs(row: Obligation, duty: Duty, through: date) -> bool:
    if row.done_on and row.done_on > through and duty.done_on is None:
        duty = duty._replace(done_on=row.done_on)  # done after the day asked for: not this computation's to judge
    return any(getattr(row, column) != getattr(duty, name) for column, name in DUTY_FIELDS.items())


def _with_duty(row: Obligation, duty: Duty) -> Obligation:
    for column, name in DUTY_FIELDS.items():
        setattr(row, column, getattr(duty, name))
    row.withdrawn_at, row.withdrawn_reason = None, ""
    return row


def _run_differences(new: list[RunRecord], kept: dict):
    for run in new:
        row = kept.pop(run.started_on, None)
        if row is None or [getattr(row, name) for name in RUN_FIELDS] != _run_values(run):
            yield row, run
    yield from ((row, None) for row in kept.values())


def _run_values(run: RunRecord) -> list:
    return [run.last_absent_on, run.days, run.unknown_days, run.ended_on, run.settled_on, run.school_class]


def _run_row(student: int, run: RunRecord) -> AbsenceRun:
    values = dict(zip(RUN_FIELDS, _run_values(run), strict=True))
    return AbsenceRun(student_id=student, started_on=run.started_on, **values)


def _write(duties: list[Obligation], runs: list[AbsenceRun], vanished_runs: list[int]) -> None:
    if vanished_runs:
        AbsenceRun.objects.filter(pk__in=vanished_runs).delete()
    if runs:
        AbsenceRun.objects.bulk_create(
            runs,
            update_conflicts=True,
            unique_fields=["student", "started_on"],
            update_fields=[name.removesuffix("_id") for name in RUN_FIELDS],
        )
    if duties:
        for row in duties:
            row.pk = None  # an insert that becomes an update where the row stands; one statement for both
        Obligation.objects.bulk_create(
            duties,
            update_conflicts=True,
            unique_fields=["student", "tier", "key"],
            update_fields=[name.removesuffix("_id") for name in DUTY_FIELDS] + ["withdrawn_at", "withdrawn_reason"],
        )
