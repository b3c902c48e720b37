"""What one school day was for one child, from the registers that were taken (domain.md §3). Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Slot(StrEnum):
    """A part of the day in which a class's register is taken (节次), in the order of the day."""

    AM = "AM"
    P1 = "1"
    P2 = "2"
    P3 = "3"
    P4 = "4"
    PM = "PM"
    P5 = "5"
    P6 = "6"
    P7 = "7"
    P8 = "8"
    P9 = "9"
    EV = "EV"

    @property
    def label(self) -> str:
        return SLOT_LABELS[self]

    @property
    def periods(self) -> int:
        """Length in teaching periods (课时): 上午 4, 下午 3, 晚自习 2, a single period 1 [D]."""
        return SLOT_PERIODS.get(self, 1)


SLOT_PERIODS = {Slot.AM: 4, Slot.PM: 3, Slot.EV: 2}
SLOT_LABELS = {Slot.AM: "上午", Slot.PM: "下午", Slot.EV: "晚自习"} | {
    Slot(str(number)): f"第{numeral}节" for number, numeral in enumerate("一二三四五六七八九", start=1)
}
SLOT_ORDER = {slot: position for position, slot in enumerate(Slot)}


class MarkKind(StrEnum):
    """An exception in a register (缺勤类型). Whoever has no mark was present."""

    UNEXCUSED = "unexcused"
    UNVERIFIED = "unverified"
    PERSONAL_LEAVE = "personal_leave"
    SICK_LEAVE = "sick_leave"
    OFFICIAL = "official"
    LATE = "late"
    LEFT_EARLY = "left_early"

    @property
    def label(self) -> str:
        return MARK_LABELS[self]


MARK_LABELS = {
    MarkKind.UNEXCUSED: "旷课",
    MarkKind.UNVERIFIED: "待核实",
    MarkKind.PERSONAL_LEAVE: "事假",
    MarkKind.SICK_LEAVE: "病假",
    MarkKind.OFFICIAL: "公假",
    MarkKind.LATE: "迟到",
    MarkKind.LEFT_EARLY: "早退",
}
UNEXCUSED = frozenset({MarkKind.UNEXCUSED, MarkKind.UNVERIFIED})
EXCUSED = frozenset({MarkKind.PERSONAL_LEAVE, MarkKind.SICK_LEAVE, MarkKind.OFFICIAL})
ABSENT = UNEXCUSED | EXCUSED  # 迟到 and 早退 count as present


class DayState(StrEnum):
    """What is known of a child on a school day (当日状态)."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class DayRecord(NamedTuple):
    """One school day of one child: state, and how much of it was missed without excuse."""

    day: date
    school_class: int
    spell: int  # days of one unbroken attendance (在校) share a number; a run never leaves its spell
    state: DayState
    unexcused_slots: int
    unexcused_periods: int


def day_state(taken: Collection[str], marks: Mapping[str, str], *, on_leave: bool) -> tuple[DayState, int, int]:
    """Return (state, unexcused slots, unexcused periods) of a school day.

    ``taken``: slots whose register was taken for the child's class; ``marks``: the child's mark by slot;
    ``on_leave``: an approved leave (请假) covers the day and turns unexcused absences into excused ones.
    """
    if not taken and not marks:
        return DayState.UNKNOWN, 0, 0
    missed = [slot for slot, kind in marks.items() if kind in ABSENT]
    unexcused = [] if on_leave else [slot for slot in missed if marks[slot] in UNEXCUSED]
    periods = sum(Slot(slot).periods for slot in unexcused)
    # A mark stands for its own register, also where the child has since been moved to another class.
    if any(slot not in missed for slot in taken) or len(missed) < len(marks):
        state = DayState.PRESENT
    else:
        state = DayState.ABSENT if unexcused else DayState.EXCUSED
    return state, len(unexcused), periods
