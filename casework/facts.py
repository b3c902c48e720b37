"""Reads the facts of children in bulk and hands them to the ladder; as many queries for one child as for a thousand."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from django.db.models import BigIntegerField, CharField, DateField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Least

from casework.ladder import Change, Duty, RunRecord, StudentFacts, World, assess
from casework.models import AbsenceRun, ConcernReport, Contact, Obligation, Report
from casework.presets import least_excused_days, rules_under
from casework.ruleset import RuleSet
from casework.steps import Concern
from students.calendar import Calendar
from students.days import ABSENT, EXCUSED, UNEXCUSED, DayRecord, DayState
from students.enrolment import INS, MOVES, REPORTED_CHANGES, EventKind, Place, Standing
from students.models import (
    AbsenceMark,
    Certificate,
    Enrolment,
    EnrolmentEvent,
    Leave,
    RollCall,
    SchoolClass,
    Student,
    Suspension,
)
from students.prepared import Prepared
from students.queries.calendar import calendar_under, reference_stamp
from students.runs import ClassDays, follow_days

CHUNK = 1000  # children assessed at a time: a few megabytes of facts
KEPT_CLASSES = 6000  # classes whose registers stay in memory: more than a large county has
NEVER = Value(date.max, output_field=DateField())
LEAST = {"function": "MIN", "output_field": DateField()}
Registers = dict[int, dict[date, frozenset[str]]]


class Surroundings:
    """The world that children are assessed in: calendar and rules read once, classes as they are met."""

    def __init__(self, stamp: int | None = None, *, calendar: Calendar | None = None):
        """``stamp``: the reference stamp, where the caller has just read it; ``calendar``: one that does not hold, to
        see what would follow if it did."""
        stamp = stamp or reference_stamp()
        self._calendar = calendar or calendar_under(stamp)
        self._classes: OrderedDict[int, ClassDays] = OrderedDict()
        self.world = World(classes=self._classes, rules_on=rules_under(stamp), terms=self._calendar.terms)

    def meet(self, wanted: Collection[int]) -> None:
        """Have the school days and registers of these classes at hand."""
        while len(self._classes) > KEPT_CLASSES:
            self._classes.popitem(last=False)
        missing = sorted(set(wanted) - self._classes.keys())
        for start in range(0, len(missing), CHUNK):
            self._load(missing[start : start + CHUNK])

    def add(self, school_class: int, school: int, registers: dict[date, frozenset[str]]) -> None:
        """Take a class whose school and registers have been read along with its children."""
        school_days = self._calendar.school_days(school=school, school_class=school_class)
        self._classes[school_class] = ClassDays(school, school_days, registers)

    def _load(self, ids: Collection[int]) -> None:
        registers: Registers = defaultdict(dict)
        calls = RollCall.objects.filter(school_class__in=ids).order_by().values_list("school_class", "day", "slot")
        for school_class, day, slot in calls.iterator(chunk_size=5000):
            note_slot(registers[school_class], day, slot)
        for school_class, school in SchoolClass.objects.filter(pk__in=ids).values_list("pk", "school"):
            self.add(school_class, school, registers[school_class])


def note_slot(registers: dict[date, frozenset[str]], day: date, slot: str) -> None:
    """Note that the register of ``slot`` was taken on ``day``."""
    registers[day] = _with_slot(registers.get(day, frozenset()), slot)


@cache
def _with_slot(slots: frozenset[str], slot: str) -> frozenset[str]:
    """``slots`` and ``slot``; a county has a handful of different sets, so every day shares one of them."""
    return slots | {slot}


class Row(NamedTuple):
    """One fact as it is read: every source fills the columns it has, so that one query reads them all."""

    owner: int
    what: str
    day: date | None
    until: date | None
    code: str | None
    slot: str | None
    number: int | None
    place: int | None
    school: int | None


# Left empty by a source, a column still needs its type.
EMPTY = {
    name: Value(None, output_field=field)
    for names, field in (
        (("day", "until"), DateField()),
        (("code", "slot"), CharField()),
        (("number", "place", "school"), BigIntegerField()),
    )
    for name in names
}


def _rows(queryset, what: str, *, owner: str = "student", **columns: str):
    """One source of facts in the columns of ``Row``; ``columns`` names the field that fills each."""
    filled = [F(columns[name]) if name in columns else EMPTY[name] for name in Row._fields[2:]]
    return queryset.order_by().values_list(F(owner), Value(what), *filled)


def _sources(students: Collection[int]):
    """Every kind of fact about these children. Enrolments stand first: all their columns hold something."""
    mine, standing = {"student__in": students}, {"student__in": students, "cancelled_at": None}
    place = {"place": "school_class", "school": "school_class__school"}
    enrolments = {"day": "since", "until": "until", "code": "standing", "slot": "standing", "number": "spell"}
    events = {"day": "happened_on", "code": "kind", "number": "order"}
    yield _rows(Enrolment.objects.filter(**mine), "place", **enrolments, **place)
    marks = {"day": "roll_call__day", "code": "kind", "slot": "roll_call__slot", "place": "roll_call__school_class"}
    yield _rows(AbsenceMark.objects.filter(**mine), "mark", **marks)
    yield _rows(Leave.objects.filter(**standing), "leave", day="first_day", until="last_day")
    yield _rows(Contact.objects.filter(**standing), "contact", day="day", code="method", slot="outcome")
    yield _rows(Report.objects.filter(**standing), "report", day="day", until="about", code="kind")
    yield _rows(EnrolmentEvent.objects.effective().filter(**mine), "event", **events, **place)
    proofs = Certificate.objects.filter(**standing, event__isnull=False)
    yield _rows(proofs, "certificate", day="event__happened_on", until="handed_in_on")
    left = ConcernReport.objects.filter(**standing, kind=Concern.LEFT)
    yield _rows(left, "left", day="day")
    approved = Suspension.objects.filter(**mine, decision=Suspension.Decision.APPROVED, event__corrected_by=None)
    yield _rows(approved, "suspension", day="event__happened_on", until="ends_on")


def _registers_of(students: Collection[int]):
    """The registers of every class these children are or were in."""
    classes = Enrolment.objects.filter(student__in=students).values("school_class")
    # Before the first mark or report of any of them no register can start or end anything. The least of their days, not
    # the first in order: PostgreSQL would look for that one through the registers of the whole county, day after day.
    first = AbsenceMark.objects.filter(student__in=students).order_by().values_list(Func(F("roll_call__day"), **LEAST))
    left = ConcernReport.objects.filter(student__in=students, kind=Concern.LEFT, cancelled_at=None).order_by()
    days = [Coalesce(Subquery(rows), NEVER) for rows in (first, left.values_list(Func(F("day"), **LEAST)))]
    calls = RollCall.objects.filter(school_class__in=classes, day__gte=Least(*days))
    return _rows(calls, "register", owner="school_class", day="day", slot="slot")


class _Reading:
    """Sorts rows of facts to the children and classes they belong to."""

    def __init__(self, students: Collection[int]):
        self.facts = {student: StudentFacts(places=[]) for student in students}
        self.registers: Registers = defaultdict(dict)
        self.schools: dict[int, int] = {}
        self.events: list[tuple] = []
        self.mark_places: dict[tuple, int] = {}
        self.doubled: list[Row] = []

    def place(self, row: Row) -> None:
        self.schools[row.place] = row.school
        place = Place(row.place, Standing(row.code), row.day, row.until, row.number)
        self.facts[row.owner].places.append(place)

    def mark(self, row: Row) -> None:
        marks = self.facts[row.owner].marks.setdefault(row.day, {})
        if row.slot in marks:
            self.doubled.append(row)
        else:
            marks[row.slot] = row.code
            self.mark_places[row.owner, row.day, row.slot] = row.place

    def settle_doubled(self) -> None:
        """Of two marks of one slot (a child moved afterwards) the one of the class it attended that day counts, and
        where neither is, that of the older class: whatever the order in which they were read."""
        for row in self.doubled:
            key = (row.owner, row.day, row.slot)
            here = {p.school_class for p in self.facts[row.owner].places if p.holds(row.day)}
            if (row.place not in here, row.place) < (self.mark_places[key] not in here, self.mark_places[key]):
                self.facts[row.owner].marks[row.day][row.slot] = row.code
                self.mark_places[key] = row.place

    def register(self, row: Row) -> None:
        note_slot(self.registers[row.owner], row.day, row.slot)

    def leave(self, row: Row) -> None:
        self.facts[row.owner].leaves.append((row.day, row.until))

    def contact(self, row: Row) -> None:
        self.facts[row.owner].contacts.append((row.day, row.code))
        self.facts[row.owner].attempts.append((row.day, row.slot))

    def report(self, row: Row) -> None:
        self.facts[row.owner].reports.append((row.day, row.code))
        if row.until:
            self.facts[row.owner].about[row.day, row.code] = row.until

    def certificate(self, row: Row) -> None:
        self.facts[row.owner].certificates.append((row.day, row.until))

    def left(self, row: Row) -> None:
        self.facts[row.owner].left.append(row.day)

    def suspension(self, row: Row) -> None:
        self.facts[row.owner].suspensions.append((row.day, row.until))

    def event(self, row: Row) -> None:
        self.events.append((row.owner, row.day, row.number, row.code, row.place))


def load_facts(
    students: Collection[int], surroundings: Surroundings, *, with_registers: bool
) -> dict[int, StudentFacts]:
    """The facts of these children, in one query.

    ``with_registers`` reads the registers of their classes in the same query: right for a few children of one class,
    while a whole county meets its classes once and keeps them.
    """
    reading = _Reading(students)
    rows = _with_registers(students=students) if with_registers else _union(students).iterator(chunk_size=5000)
    for row in rows:
        getattr(reading, row[1])(Row._make(row))
    reading.settle_doubled()
    for fact in reading.facts.values():
        fact.places.sort(key=lambda place: place.since)
    _note_changes(reading.facts, sorted(reading.events, key=lambda event: event[:3]))
    if with_registers:
        for school_class, school in reading.schools.items():
            surroundings.add(school_class, school, reading.registers[school_class])
    return reading.facts


def _union(students: Collection[int], *more):
    first, *others = _sources(students)
    return first.union(*others, *more, all=True)


@Prepared
def _with_registers(students):
    return _union(students, _registers_of(students))


def _note_changes(facts: dict[int, StudentFacts], events) -> None:
    """Reported changes with the class joined, or for an out event the class left."""
    current: dict[int, int] = {}
    for student, day, _, kind, joined in events:
        left, current[student] = current.get(student), joined or current.get(student)
        if kind in REPORTED_CHANGES:
            school_class = current[student] if kind in INS | MOVES else left
            facts[student].changes.append(Change(day, EventKind(kind), school_class))


def long_away(kinds: Collection[str], least: int | None) -> Exists | Q:
    """Whether a child has as many marks of ``kinds`` as a long leave 长假核实 has days at least (``least``): every one
    of its days has a mark. An index finds the last one needed, so whoever has few is passed over at once."""
    if least is None:
        return Q(pk__in=[])
    marks = AbsenceMark.objects.filter(student=OuterRef("pk"), kind__in=kinds).order_by()
    return Exists(marks[least - 1 : least])


def long_away_around(school_class: int, day: date, least: int | None):
    """Children of a class whose long leave the register of ``day`` can cut or join: a day without a mark of theirs lies
    between days with one, or has one from the class they were in before."""
    attending = Enrolment.objects.attending().on(day).filter(school_class=school_class)
    absences = AbsenceMark.objects.filter(student=OuterRef("pk"), kind__in=ABSENT)
    return Student.objects.filter(
        long_away(ABSENT, least),
        Exists(absences.filter(roll_call__day__gte=day)),
        Exists(absences.filter(roll_call__day__lte=day)),
        pk__in=attending.order_by().values("student"),
    )


def students_with_a_ladder(within=None, *, asking: RuleSet | None = None):
    """Ids of the children from whose facts anything can follow, in order: without an unexcused mark, excused ones
    enough for a long leave, a change or a row kept from before there is nothing to compute.

    ``asking``: a rule set that nobody has adopted, which may ask about shorter leaves.
    """
    mine, least = {"student": OuterRef("pk")}, least_excused_days(reference_stamp())
    asked = [trigger.threshold for trigger in asking.on_excused_day] if asking else []
    least = min([*asked, *filter(None, [least])], default=None)
    return (
        (Student.objects.all() if within is None else within)
        .filter(
            Exists(AbsenceMark.objects.filter(**mine, kind__in=UNEXCUSED))
            | Exists(EnrolmentEvent.objects.filter(**mine, kind__in=REPORTED_CHANGES))
            | Exists(Obligation.objects.filter(**mine))
            | Exists(AbsenceRun.objects.filter(**mine))
            | Exists(ConcernReport.objects.filter(**mine, kind=Concern.LEFT, cancelled_at=None))
            | long_away(EXCUSED, least)
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def read_facts(
    students: Collection[int], surroundings: Surroundings, *, with_registers: bool = False
) -> dict[int, StudentFacts]:
    """The facts of these children, with every class that they speak of at hand."""
    facts = load_facts(students, surroundings, with_registers=with_registers)
    surroundings.meet(
        {place.school_class for fact in facts.values() for place in fact.places}
        | {change.school_class for fact in facts.values() for change in fact.changes}
    )
    return facts


def assess_students(
    students: Collection[int], surroundings: Surroundings, *, through: date, with_registers: bool = False
) -> Iterator[tuple[int, list[Duty], list[RunRecord]]]:
    """What follows from the facts of each of these children, in the order given."""
    facts = read_facts(students, surroundings, with_registers=with_registers)
    for student in students:
        yield student, *assess(facts[student], surroundings.world, through=through)


def first_seen(since: Mapping[int, date], surroundings: Surroundings, *, through: date) -> dict[int, date]:
    """Student → the first day from ``since`` on, through ``through``, on which a register found the child present.

    Children not seen are left out.
    """
    seen = ((student, days_in(days, DayState.PRESENT)) for student, days in days_since(since, surroundings, through))
    firsts = {student: next(days, None) for student, days in seen}
    return {student: day for student, day in firsts.items() if day}


def days_since(
    since: Mapping[int, date], surroundings: Surroundings, through: date
) -> Iterator[tuple[int, Iterator[DayRecord]]]:
    """Each child with its school days from its day in ``since`` through ``through``; as many queries as for one."""
    for student, fact in read_facts(since.keys(), surroundings).items():
        # Days without a mark count as well, so the count begins with a mark that changes nothing.
        first = since[student]
        marks = {first: {}, **{day: kinds for day, kinds in fact.marks.items() if day >= first}}
        yield (
            student,
            follow_days(
                places=fact.places, marks=marks, leaves=fact.leaves, classes=surroundings.world.classes, through=through
            ),
        )


def days_in(days: Iterable[DayRecord], state: DayState) -> Iterator[date]:
    """The days that were of a state."""
    return (record.day for record in days if record.state is state)
