"""月考勤表: the children of a class by the days of a month, each half-day as the sign that stands for it. Pure.

A day of a child is judged as everywhere else (``students.days``): marks stand for their own register, an approved leave
turns an unexcused absence into one of its kind, a day that is no school day counts for nothing. So the sums of the
sheet are those of the runs and duties.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from students.attendance_year import AHEAD, NO_SCHOOL, OUTSIDE, PRESENT, UNKNOWN, WEIGHT, Stay
from students.days import ABSENT, EXCUSED, UNEXCUSED, DayState, MarkKind, Slot, day_state
from students.register_days import register_day

DAY = timedelta(days=1)
NOTHING: Mapping[str, str] = {}


class Part(StrEnum):
    """A part of the day as the sheet has columns for it, in the order of the day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @property
    def label(self) -> str:
        return {"morning": "上午", "afternoon": "下午", "evening": "晚自习"}[self]

    @property
    def short(self) -> str:
        """One 汉字, for the head of a narrow column."""
        return self.label[0]


WHOLE = {Slot.AM: Part.MORNING, Slot.PM: Part.AFTERNOON, Slot.EV: Part.EVENING}
FIRST_OF_THE_AFTERNOON = 5  # 第五节


def part_of(slot: str) -> Part:
    """The part of the day that a slot lies in; of single periods the first four are the morning's."""
    slot = Slot(slot)
    return WHOLE.get(slot) or (Part.AFTERNOON if int(slot) >= FIRST_OF_THE_AFTERNOON else Part.MORNING)


def days_of(month: date) -> list[date]:
    """Every day of the month that begins on ``month``."""
    return [month + DAY * number for number in range((next_month(month) - month).days)]


def next_month(month: date) -> date:
    return (month.replace(day=28) + DAY * 4).replace(day=1)


def month_before(month: date) -> date:
    return (month - DAY).replace(day=1)


class Cell(NamedTuple):
    """A part of a day of one child. ``periods``: how many were missed so, where single periods make up the part."""

    kind: str
    periods: int = 0

    @property
    def is_mark(self) -> bool:
        return self.kind in WEIGHT


@dataclass(frozen=True)
class Child:
    """A child of the class and what was recorded of it.

    ``stays``: its days of attendance in this class; ``marks``: day → slot → kind, of whichever register; ``leaves``:
    approved ones, first and last day inclusive, with their kind.
    """

    pk: int
    name: str
    number: int | None = None
    stays: Sequence[Stay] = ()
    marks: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    leaves: Sequence[tuple[date, date, str]] = ()

    def is_here(self, day: date) -> bool:
        return any(stay.holds(day) for stay in self.stays)

    def leave_on(self, day: date) -> str:
        """The kind of the leave that covers ``day``; blank for none."""
        return next((kind for first, last, kind in self.leaves if first <= day <= last), "")


@dataclass
class Totals:
    """Sums of one child or of all: absences in periods 节, 迟到 and 早退 in times.

    ``absent_days`` are counted as a run counts them; ``expected``: periods whose register was taken.
    """

    periods: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ABSENT, 0))
    late: int = 0
    left_early: int = 0
    absent_days: int = 0
    expected: int = 0

    @property
    def attended(self) -> int:
        """Periods of ``expected`` in which the child was there, late or not."""
        return self.expected - sum(self.periods.values())

    def add(self, other: "Totals") -> None:
        for kind, number in other.periods.items():
            self.periods[kind] += number
        self.late += other.late
        self.left_early += other.left_early
        self.absent_days += other.absent_days
        self.expected += other.expected

    @property
    def figures(self) -> tuple[int, ...]:
        """In the order of ``FIGURES``."""
        return (*(self.periods[kind] for kind in MISSED), self.late, self.left_early, self.absent_days)


MISSED = tuple(kind for kind in MarkKind if kind in ABSENT)
# Head and unit of each sum.
FIGURES = (
    ("旷课", "节"),
    ("待核实", "节"),
    ("事假", "节"),
    ("病假", "节"),
    ("公假", "节"),
    ("迟到", "次"),
    ("早退", "次"),
    ("缺课", "天"),
)


@dataclass(frozen=True)
class Row:
    """One child's line: its cells day by day, a cell for each part of a school day and one for any other day."""

    child: Child
    cells: list[tuple[Cell, ...]]
    totals: Totals
    note: str


@dataclass(frozen=True)
class Column:
    """A day of the month. ``expected`` 应到 and ``present`` 实到 by part; None where there is nothing to say."""

    day: date
    parts: tuple[Part, ...]  # none: no school
    is_ahead: bool
    expected: int | None
    present: tuple[int | None, ...]


@dataclass(frozen=True)
class MonthFacts:
    """What was recorded of a class. ``taken``: day → slots whose register was taken; ``slots``: those of its school."""

    month: date
    slots: Sequence[Slot]
    school_days: Collection[date]
    children: Sequence[Child] = ()
    taken: Mapping[date, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthSheet:
    """The sheet; every rendering draws this."""

    month: date
    parts: tuple[Part, ...]
    columns: list[Column]
    rows: list[Row]
    registers_due: int
    registers_taken: int

    @cached_property
    def totals(self) -> Totals:
        """Of the whole class."""
        total = Totals()
        for row in self.rows:
            total.add(row.totals)
        return total


def month_sheet(facts: MonthFacts, *, today: date) -> MonthSheet:
    """The sheet of a month; children who attended the class on none of its days are left out."""
    days = days_of(facts.month)
    children = [child for child in facts.children if any(child.is_here(day) for day in days)]
    parts = _parts(facts, children, days)
    rows = [_row(child, days, parts, facts, today) for child in children]
    registers = [
        register_day(
            slots=facts.slots,
            taken=facts.taken.get(day, ()),
            is_school_day=day in facts.school_days,
            is_attended=any(child.is_here(day) for child in children),
        )
        for day in days
        if day <= today
    ]
    return MonthSheet(
        month=facts.month,
        parts=parts,
        columns=[_column(number, day, parts, facts, rows, today) for number, day in enumerate(days)],
        rows=rows,
        registers_due=sum(len(day.due) for day in registers),
        registers_taken=sum(day.taken for day in registers),
    )


def _parts(facts: MonthFacts, children: Iterable[Child], days: Sequence[date]) -> tuple[Part, ...]:
    """The parts that the school takes registers in, and any in which one was taken or a mark stands."""
    slots = set(facts.slots)
    for day in days:
        slots.update(facts.taken.get(day, ()), *(child.marks.get(day, ()) for child in children))
    return tuple(part for part in Part if any(part_of(slot) is part for slot in slots))


def _row(child: Child, days, parts, facts: MonthFacts, today: date) -> Row:
    totals, cells = Totals(), []
    for day in days:
        if day not in facts.school_days:
            cells.append((Cell(NO_SCHOOL),))
        elif not child.is_here(day):
            cells.append((Cell(OUTSIDE),) * len(parts))
        elif day > today:
            cells.append((Cell(AHEAD),) * len(parts))
        else:
            cells.append(_cells(child, day, parts, facts.taken.get(day, ()), totals))
    return Row(child, cells, totals, _note(child, days))


def _cells(child: Child, day: date, parts, taken: Collection[str], totals: Totals) -> tuple[Cell, ...]:
    """The cells of a school day; what is to be summed is added to ``totals``."""
    marks, leave = child.marks.get(day, NOTHING), child.leave_on(day)
    settled = {slot: settled_kind(kind, leave) for slot, kind in marks.items()}
    for slot, kind in settled.items():
        if kind in ABSENT:
            totals.periods[kind] += Slot(slot).periods
    totals.late += sum(kind == MarkKind.LATE for kind in settled.values())
    totals.left_early += sum(kind == MarkKind.LEFT_EARLY for kind in settled.values())
    totals.expected += sum(Slot(slot).periods for slot in {*taken, *marks})
    state, _, _ = day_state(taken, marks, on_leave=bool(leave))
    totals.absent_days += state is DayState.ABSENT
    return tuple(_part_cell(part, taken, settled) for part in parts)


def settled_kind(kind: str, leave: str) -> MarkKind:
    """What a mark says once an approved leave (its kind, blank for none) is known."""
    return MarkKind(leave if leave in EXCUSED and kind in UNEXCUSED else kind)


def _part_cell(part: Part, taken: Collection[str], settled: Mapping[str, MarkKind]) -> Cell:
    """The gravest sign of the slots in ``part``."""
    mine = {slot: kind for slot, kind in settled.items() if part_of(slot) is part}
    if not mine:
        return Cell(PRESENT if any(part_of(slot) is part for slot in taken) else UNKNOWN)
    worst = min(mine.values(), key=WEIGHT.__getitem__)
    slots = [Slot(slot) for slot, kind in mine.items() if kind is worst]
    return Cell(worst, 0 if all(slot in WHOLE for slot in slots) else sum(slot.periods for slot in slots))


def _column(number: int, day: date, parts, facts: MonthFacts, rows: Sequence[Row], today: date) -> Column:
    if day not in facts.school_days:
        return Column(day, (), day > today, None, ())
    here = [row for row in rows if row.child.is_here(day)]
    taken = {part_of(slot) for slot in facts.taken.get(day, ())} if day <= today else set()
    present = tuple(
        sum(row.cells[number][position].kind not in ABSENT for row in here) if part in taken else None
        for position, part in enumerate(parts)
    )
    return Column(day, parts, day > today, len(here) if day <= today else None, present)


def _note(child: Child, days: Sequence[date]) -> str:
    """From and to when a child was in the class, where that is not the whole month: ``9月14日进班``, ``9月20日止``."""
    return "，".join(_bounds(child.stays, days[0], days[-1]))


def _bounds(stays: Sequence[Stay], first: date, last: date) -> Iterator[str]:
    for stay in sorted(stays):
        if first < stay.since <= last and not any(other.until == stay.since for other in stays):
            yield f"{stay.since.month}月{stay.since.day}日进班"
        if stay.until and first < stay.until <= last and not any(other.since == stay.until for other in stays):
            left = stay.until - DAY
            yield f"在班到{left.month}月{left.day}日"
