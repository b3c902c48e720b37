"""Reads what a day adds up to: class by class, and the children behind a number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, F, Q

from students.day_counts import PRESENT, UNKNOWN, ChildDay, DayCounts, child_day, class_counts
from students.days import Slot
from students.enrolment import Standing
from students.models import AbsenceMark, Enrolment, Leave, RollCall, School, SchoolClass
from students.queries.calendar import current_calendar
from students.register_days import RegisterDay, is_attended, register_day

# From so many classes on the database is asked for everybody's rows of the days and the others are left aside here: it
# would otherwise begin with the classes and look at every child of each.
MANY = 200
WHOLE = frozenset({"expected", PRESENT, UNKNOWN})  # numbers that hold children without any mark


class MarkedChild(NamedTuple):
    """The marks of a child on a day by slot, and the kind of the leave that covers it, blank without one."""

    marks: dict[str, str]
    leave: str


@dataclass(frozen=True)
class ClassDayCounts:
    """A class on a day: what its registers were, what they add up to, and its children with a mark."""

    school_class: SchoolClass
    day: date
    registers: RegisterDay
    counts: DayCounts
    taken: frozenset[str]
    marked: dict[int, MarkedChild]

    def how(self, student: int) -> ChildDay:
        """How a child of the class counts on the day."""
        marks, leave = self.marked.get(student, ({}, ""))
        return _child_day(self.taken, tuple(marks.items()), leave)


# A county has thousands of classes and children a day, and a few dozen different days among them.
@lru_cache(4096)
def _register_day(
    slots: tuple[Slot, ...], taken: frozenset[str], is_school_day: bool, is_attended: bool
) -> RegisterDay:
    return register_day(slots=slots, taken=taken, is_school_day=is_school_day, is_attended=is_attended)


@lru_cache(4096)
def _child_day(taken: frozenset[str], marks: tuple[tuple[str, str], ...], leave: str) -> ChildDay:
    return child_day(taken, dict(marks), leave=leave)


def counts_between(classes, days: Sequence[date]) -> Iterator[ClassDayCounts]:
    """Every class of ``classes`` (a queryset) on each of ``days``, which follow each other; the whole of a day is due,
    whatever the hour. Eight queries whatever the number of classes and days."""
    rows, calendar = _with_schools(classes), current_calendar()
    here = {} if len(rows) > MANY else {"school_class__in": [row.pk for row in rows]}
    sizes, taken, marked = _sizes(here, days), _taken(here, days), _marked(here, days)
    slots_of = {row.school_id: tuple(row.school.slot_list) for row in rows}
    for row in rows:
        school_days = calendar.school_days(school=row.school_id, school_class=row.pk)
        for day in days:
            expected = sum(number for since, until, number in sizes[row.pk] if is_attended(((since, until),), day))
            slots, children = frozenset(taken[row.pk, day]), marked[row.pk, day]
            registers = _register_day(slots_of[row.school_id], slots, day in school_days, bool(expected))
            hows = [_child_day(slots, tuple(marks.items()), leave) for marks, leave in children.values()]
            yield ClassDayCounts(row, day, registers, class_counts(registers, slots, expected, hows), slots, children)


def _with_schools(classes) -> list[SchoolClass]:
    """The classes, those of one school with one and the same school; two queries."""
    rows = list(classes)
    schools = School.objects.in_bulk({row.school_id for row in rows})
    for row in rows:
        row.school = schools[row.school_id]
    return rows


def by_school(lines: Iterable[ClassDayCounts]) -> dict[tuple[int, date], DayCounts]:
    """(school, day) → what its classes add up to; days on which none had school are left out."""
    found: dict[tuple[int, date], list[DayCounts]] = defaultdict(list)
    for line in lines:
        if line.counts.classes:
            found[line.school_class.school_id, line.day].append(line.counts)
    return {place: DayCounts.total(counts) for place, counts in found.items()}


def children_behind(lines: Iterable[ClassDayCounts], column: str) -> dict[int, ChildDay]:
    """Child → how it counts, of those whom ``column`` (a field of ``DayCounts``) counts in classes of one day.

    One query where it counts children without a mark, none otherwise.
    """
    lines = {line.school_class.pk: line for line in lines if line.counts.classes and getattr(line.counts, column)}
    if column not in WHOLE:
        rows = [(student, pk) for pk, line in lines.items() for student in line.marked]
    else:
        day = next((line.day for line in lines.values()), None)
        here = Enrolment.objects.attending().filter(school_class__in=lines)
        rows = here.on(day).order_by().values_list("student", "school_class") if lines else ()
    hows = ((student, lines[pk].how(student)) for student, pk in rows)
    return {student: how for student, how in hows if column == "expected" or column in (how.outcome, *how.also)}


def _sizes(here: dict, days: Sequence[date]) -> dict[int, list[tuple[date, date | None, int]]]:
    """Class → (from, until, number of children) of those who attend it at some time of these days.

    On a single day nobody asks since when, so there is one row a class, and no dates to read.
    """
    found = defaultdict(list)
    if len(days) == 1:
        rows = Enrolment.objects.attending().on(days[0]).filter(**here).order_by()
        for school_class, number in rows.values_list("school_class").annotate(Count("pk")):
            found[school_class].append((days[0], None, number))
        return found
    rows = Enrolment.objects.attending().filter(Q(until=None) | Q(until__gt=days[0]), since__lte=days[-1], **here)
    for school_class, since, until, number in (
        rows.order_by().values_list("school_class", "since", "until").annotate(Count("pk"))
    ):
        found[school_class].append((since, until, number))
    return found


def _taken(here: dict, days: Sequence[date]) -> dict[tuple[int, date], set[str]]:
    found = defaultdict(set)
    rows = RollCall.objects.filter(day__range=(days[0], days[-1]), **here)
    for school_class, day, slot in rows.order_by().values_list("school_class", "day", "slot"):
        found[school_class, day].add(slot)
    return found


def _marked(here: dict, days: Sequence[date]) -> dict[tuple[int, date], dict[int, MarkedChild]]:
    """(class, day) → child → its marks. A mark counts for the class that the child was in on that day."""
    path, day = "student__enrolments__", F("roll_call__day")
    rows = AbsenceMark.objects.filter(
        Q(**{f"{path}until": None}) | Q(**{f"{path}until__gt": day}),
        roll_call__day__range=(days[0], days[-1]),
        **{f"{path}standing": Standing.ATTENDING, f"{path}since__lte": day},
        **{f"{path}{name}": value for name, value in here.items()},
    )
    columns = (f"{path}school_class", "roll_call__day", "student", "roll_call__slot", "kind")
    leaves, found = _leaves(days), defaultdict(dict)
    for school_class, on, student, slot, kind in rows.order_by().values_list(*columns):
        leave = next((each for first, last, each in leaves[student] if first <= on <= last), "")
        child = found[school_class, on].setdefault(student, MarkedChild({}, leave))
        child.marks[slot] = kind
    return found


def _leaves(days: Sequence[date]) -> dict[int, list[tuple[date, date, str]]]:
    """Child → (first, last, kind) of the leaves that cover one of the days; the one that began first says which."""
    found = defaultdict(list)
    rows = Leave.objects.covering(days[0], days[-1])
    columns = ("student", "first_day", "last_day", "kind")
    for student, first, last, kind in rows.order_by("first_day", "pk").values_list(*columns):
        found[student].append((first, last, kind))
    return found
