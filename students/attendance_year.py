"""A school year of one child, day by day, each day as the sign that stands for it (look.md). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from students.calendar import SchoolDays, school_year_start
from students.days import (
    ABSENT,
    EXCUSED,
    MARK_LABELS,
    SLOT_ORDER,
    UNEXCUSED,
    DayState,
    MarkKind,
    Slot,
    day_state,
)

PRESENT, UNKNOWN, NO_SCHOOL, AHEAD, OUTSIDE = "present", "unknown", "no_school", "ahead", "outside"
WORDS = {PRESENT: "到校", UNKNOWN: "未点名", NO_SCHOOL: "不上课", AHEAD: "还没到", OUTSIDE: "不在校"}
WEIGHT = {kind: weight for weight, kind in enumerate(MarkKind)}  # the declared order: 旷课 weighs most
DAY = timedelta(days=1)


class Stay(NamedTuple):
    """Days of attendance 在校 in one class, from ``since`` until the day before ``until`` (None = still)."""

    school_class: int
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class DayCell(NamedTuple):
    """One day: ``kind`` is a mark kind or one of the words above; ``part`` where only some of the day was missed."""

    day: date
    kind: str
    words: str
    part: bool = False

    @property
    def is_mark(self) -> bool:
        return self.kind in WEIGHT


@dataclass
class YearFacts:
    """What was recorded: the child's stays, their school days and registers taken, its marks by slot, its leaves."""

    stays: Sequence[Stay] = ()
    school_days: Mapping[int, SchoolDays] = field(default_factory=dict)
    taken: Mapping[tuple[int, date], set[str]] = field(default_factory=dict)
    marks: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    leaves: Sequence[tuple[date, date, str]] = ()


def year_cells(school_year: int, facts: YearFacts, *, today: date) -> list[DayCell]:
    """Every day from 1 September to 31 August."""
    return [day_cell(day, facts, today=today) for day in _days_of(school_year)]


def _days_of(school_year: int) -> Iterator[date]:
    day, end = school_year_start(school_year), school_year_start(school_year + 1)
    while day < end:
        yield day
        day += DAY


def day_cell(day: date, facts: YearFacts, *, today: date) -> DayCell:
    """What ``day`` was for the child. A day that is to come says no more than whether there is school."""
    marks = facts.marks.get(day, {})
    school_class = next((stay.school_class for stay in facts.stays if stay.holds(day)), None)
    if school_class is None and not marks:
        return _plain(day, OUTSIDE)
    if not marks and day not in facts.school_days.get(school_class, ()):
        return _plain(day, NO_SCHOOL)
    if day > today:
        return _plain(day, AHEAD)
    leave = next((kind for first, last, kind in facts.leaves if first <= day <= last), None)
    taken = facts.taken.get((school_class, day), frozenset())
    state, _, _ = day_state(taken, marks, on_leave=leave is not None)
    if not marks:
        return _plain(day, UNKNOWN if state is DayState.UNKNOWN else PRESENT)
    settled = {slot: _settled(kind, leave) for slot, kind in marks.items()}
    sign = min(settled.values(), key=WEIGHT.__getitem__)
    return DayCell(day, sign, _said(settled), part=state is DayState.PRESENT and sign in ABSENT)


def _plain(day: date, kind: str) -> DayCell:
    return DayCell(day, kind, WORDS[kind])


def _settled(kind: str, leave: str | None) -> MarkKind:
    """An approved leave turns an unexcused absence into one of its kind."""
    return MarkKind(leave if leave in EXCUSED and kind in UNEXCUSED else kind)


def _said(marks: Mapping[str, MarkKind]) -> str:
    """上午旷课，下午迟到: in the order of the day, slots of one kind together."""
    by_kind: dict[MarkKind, list[str]] = {}
    for slot in sorted(marks, key=lambda slot: SLOT_ORDER[Slot(slot)]):
        by_kind.setdefault(marks[slot], []).append(Slot(slot).label)
    return "，".join(f"{'、'.join(slots)}{MARK_LABELS[kind]}" for kind, slots in by_kind.items())
