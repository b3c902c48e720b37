"""连续缺课 (absence runs): consecutive absent days of one child in one spell of attendance (domain.md §3). Pure.

``unknown`` and ``excused`` days and days without school neither count nor break a run; a present day ends it, and so
does the end of 在校. A run crosses weekends, holidays and terms, and goes on when the child changes class.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from students.calendar import SchoolDays
from students.days import DayRecord, DayState, day_state
from students.enrolment import Place, Standing

Registers = Mapping[date, frozenset[str]]  # day → slots whose register was taken


@dataclass(frozen=True)
class ClassDays:
    """What a class brings to a child's days: its school, its school days and its registers."""

    school: int
    school_days: SchoolDays
    registers: Registers


@dataclass
class Run:
    """One run; ``unknown`` counts its days without a register, those after the last absent day included.

    ``ended_on`` is the present day that ended it, or the day on which the child no longer attended.
    """

    spell: int
    absent_days: list[date] = field(default_factory=list)
    unknown: int = 0
    ended_on: date | None = None

    @property
    def started_on(self) -> date:
        return self.absent_days[0]

    @property
    def length(self) -> int:
        return len(self.absent_days)


def covers(leaves: Sequence[tuple[date, date]], day: date) -> bool:
    """Whether a leave 请假 (first and last day inclusive) covers ``day``."""
    return any(first <= day <= last for first, last in leaves)


def follow_days(
    *,
    places: Sequence[Place],
    marks: Mapping[date, Mapping[str, str]],
    leaves: Sequence[tuple[date, date]],
    classes: Mapping[int, ClassDays],
    through: date,
    whole: bool = True,
) -> Iterator[DayRecord]:
    """The child's school days in order, from the first one with a mark through ``through``.

    Days before the first mark are all present or unknown and can start nothing. Not ``whole``: neither can those from a
    present day to the next mark, and they are left out.
    """
    if not marks:
        return
    first_mark = min(marks)
    nothing: Mapping[str, str] = {}
    seen = False
    for place in places:
        if place.standing is not Standing.ATTENDING or (place.until and place.until <= first_mark):
            continue
        class_days = classes[place.school_class]
        last = min(through, place.until - timedelta(days=1)) if place.until else through
        registers = class_days.registers
        for day in class_days.school_days.between(max(place.since, first_mark), last):
            if seen and day not in marks:
                continue
            taken, day_marks = registers.get(day, ()), marks.get(day, nothing)
            if day_marks:
                state = day_state(taken, day_marks, on_leave=covers(leaves, day))
            else:
                state = (DayState.PRESENT if taken else DayState.UNKNOWN, 0, 0)
            seen = not whole and state[0] is DayState.PRESENT
            yield DayRecord(day, place.school_class, place.spell, *state)


def spell_ends(places: Sequence[Place]) -> dict[int, date]:
    """Spell → first day on which the child no longer attended; spells that go on are left out."""
    attending = [place for place in places if place.standing is Standing.ATTENDING]
    ends = {place.spell: place.until for place in attending}
    return {spell: day for spell, day in ends.items() if day is not None}
