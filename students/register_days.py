"""What a day is for the registers of a class (domain.md §3, §8): the one definition that the board, the daily close,
the month sheet and the scoring of missed registers share. Pure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from students.days import Slot

WINDOW = 14  # days before today that a board looks back on (每日上报的补报期同此) [D]
# The hour from which a register of today is waited for [D]; before it nobody is asked why it has not come.
BEGINS = {
    Slot.AM: 8, Slot.P1: 8, Slot.P2: 9, Slot.P3: 10, Slot.P4: 11, Slot.PM: 14, Slot.P5: 14, Slot.P6: 15, Slot.P7: 16,
    Slot.P8: 17, Slot.P9: 18, Slot.EV: 19,
}  # fmt: skip


class RegisterState(StrEnum):
    """What became of the registers of a class on a day (点名情况)."""

    TAKEN = "taken"
    PARTLY = "partly"
    MISSING = "missing"
    NO_SCHOOL = "no_school"
    NOBODY = "nobody"
    AHEAD = "ahead"


@dataclass(frozen=True)
class RegisterDay:
    """A class on a day: ``due`` are the slots whose register was to be taken so far, ``missing`` those without one."""

    state: RegisterState
    due: tuple[Slot, ...] = ()
    missing: tuple[Slot, ...] = ()

    @property
    def taken(self) -> int:
        """How many of the registers due have been taken."""
        return len(self.due) - len(self.missing)

    @property
    def is_charged(self) -> bool:
        """Whether a missing register is somebody's omission: a school day on which the class had a child."""
        return self.state in (RegisterState.PARTLY, RegisterState.MISSING)

    @property
    def words(self) -> str:
        """已点, 缺1次, 没点名, 不上课, 无学生, 未到时间."""
        return f"缺{len(self.missing)}次" if self.state is RegisterState.PARTLY else WORDS[self.state]


WORDS = {
    RegisterState.TAKEN: "已点",
    RegisterState.PARTLY: "缺一部分",
    RegisterState.MISSING: "没点名",
    RegisterState.NO_SCHOOL: "不上课",
    RegisterState.NOBODY: "无学生",
    RegisterState.AHEAD: "未到时间",
}


def register_day(
    *,
    slots: Iterable[Slot],
    taken: Collection[str],
    is_school_day: bool,
    is_attended: bool,
    begun: Collection[str] | None = None,
) -> RegisterDay:
    """The registers of a class on a day.

    ``slots``: those in which its school takes the register; ``taken``: those taken, also in slots that the school has
    since given up; ``is_attended``: whether a child attended the class. ``begun``: of a day that is not over, the slots
    whose time has come; one that was taken early counts as due.
    """
    if not is_school_day:
        return RegisterDay(RegisterState.NO_SCHOOL)
    if not is_attended:
        return RegisterDay(RegisterState.NOBODY)
    due = tuple(slot for slot in slots if begun is None or slot in begun or slot in taken)
    missing = tuple(slot for slot in due if slot not in taken)
    if not missing:
        return RegisterDay(RegisterState.TAKEN if due else RegisterState.AHEAD, due)
    # "No slot was taken" is said of the day, so a register in a slot that is no longer the school's counts against it.
    return RegisterDay(RegisterState.PARTLY if taken else RegisterState.MISSING, due, missing)


def begun_at(moment: datetime) -> frozenset[Slot]:
    """The slots whose register is waited for by the local time ``moment``."""
    return frozenset(slot for slot, hour in BEGINS.items() if hour <= moment.hour)


def slot_at(slots: Iterable[Slot], moment: datetime) -> Slot:
    """The last of a school's ``slots``, in the order of the day, that had begun by the local time ``moment``; before
    the first of them the first."""
    slots, begun = list(slots), begun_at(moment)
    return next((slot for slot in reversed(slots) if slot in begun), slots[0])


def begun_on(day: date, now: datetime) -> frozenset[Slot] | None:
    """``begun`` of ``register_day`` for a day, as seen at the local time ``now``: None where the day is over."""
    if day < now.date():
        return None
    return begun_at(now) if day == now.date() else frozenset()


def is_attended(spans: Iterable[tuple[date, date | None]], day: date) -> bool:
    """Whether one of ``spans`` (from, and until the day before; None = still) holds ``day``."""
    return any(since <= day and (until is None or day < until) for since, until in spans)
