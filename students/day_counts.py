"""每日考勤汇总: what the registers of a day add up to, child by child (domain.md §3, §7). Pure.

Every child who was to come (应到) is counted once: 实到, under one kind of absence, or 未点名. 迟到, 早退 and
缺部分节次 are said beside that of children who came.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from students.days import ABSENT, MARK_LABELS, UNEXCUSED, DayState, MarkKind, day_state
from students.register_days import RegisterDay, RegisterState

# Where a child was absent for several reasons on one day, the first of these says which: what is unexcused weighs most.
WEIGHT = (
    MarkKind.UNEXCUSED,
    MarkKind.UNVERIFIED,
    MarkKind.PERSONAL_LEAVE,
    MarkKind.SICK_LEAVE,
    MarkKind.OFFICIAL,
)
PRESENT, UNKNOWN, PARTLY = "present", "unknown", "partly"


class ChildDay(NamedTuple):
    """How a child counts on a day: ``outcome`` is ``present``, ``unknown`` or the kind of its absence; ``also`` holds
    ``late``, ``left_early`` and ``partly`` (absent in some slots, there in others)."""

    outcome: str
    also: frozenset[str] = frozenset()


def child_day(taken: Iterable[str], marks: Mapping[str, str], *, leave: str = "") -> ChildDay:
    """How a child counts whose class has ``taken`` these slots; ``marks``: its mark by slot; ``leave``: the kind of an
    approved leave that covers the day, blank without one."""
    state, _, _ = day_state(set(taken), marks, on_leave=bool(leave))
    kinds = {leave if leave and kind in UNEXCUSED else kind for kind in marks.values()}
    also = {kind for kind in kinds if kind in (MarkKind.LATE, MarkKind.LEFT_EARLY)}
    if state is DayState.UNKNOWN:
        return ChildDay(UNKNOWN)
    if state is DayState.PRESENT:
        return ChildDay(PRESENT, frozenset(also | ({PARTLY} if kinds & ABSENT else set())))
    return ChildDay(next(kind.value for kind in WEIGHT if kind in kinds), frozenset(also))


class DayCounts(NamedTuple):
    """What a class, a school or an area adds up to on a day: classes with school and children, registers, children.

    ``out``: children with an open run 连续缺课 that day; it is filled in by whoever keeps runs.
    """

    classes: int = 0
    due: int = 0
    taken: int = 0
    expected: int = 0
    present: int = 0
    unexcused: int = 0
    unverified: int = 0
    personal_leave: int = 0
    sick_leave: int = 0
    official: int = 0
    late: int = 0
    left_early: int = 0
    partly: int = 0
    unknown: int = 0
    out: int = 0

    @classmethod
    def total(cls, counts: Iterable["DayCounts"]) -> "DayCounts":
        """What they add up to; zeros where there is none."""
        return cls(*map(sum, zip(*counts, strict=True)))

    @property
    def missing(self) -> int:
        """Registers that were due and not taken."""
        return self.due - self.taken

    @property
    def excused(self) -> int:
        """事假、病假 and 公假 together."""
        return self.personal_leave + self.sick_leave + self.official

    @property
    def looked_at(self) -> int:
        """Children whose class took a register: what a rate of attendance is taken of."""
        return self.expected - self.unknown

    @property
    def record(self) -> dict[str, int]:
        """As it is kept in a return that was filed."""
        return self._asdict()

    @classmethod
    def of_record(cls, record: Mapping[str, int]) -> "DayCounts":
        """What ``record`` kept; a figure that was not counted then is 0."""
        return cls(**{name: record.get(name, 0) for name in cls._fields})

    def changes_to(self, later: "DayCounts") -> list[str]:
        """What differs in ``later``: 旷课3→2."""
        return [
            f"{label}{before}→{after}"
            for name, label in LABELS.items()
            if (before := getattr(self, name)) != (after := getattr(later, name))
        ]


LABELS = {
    "classes": "上课班级",
    "due": "应点名",
    "taken": "已点名",
    "expected": "应到",
    "present": "实到",
    **{kind.value: MARK_LABELS[kind] for kind in WEIGHT},
    "late": "迟到",
    "left_early": "早退",
    "partly": "缺部分节次",
    "unknown": "未点名",
    "out": "连续缺课",
}


def class_counts(
    registers: RegisterDay, taken: Collection[str], expected: int, children: Iterable[ChildDay]
) -> DayCounts:
    """A class on a day. ``expected``: how many children attend it; ``children``: those of them with a mark."""
    if registers.state in (RegisterState.NO_SCHOOL, RegisterState.NOBODY):
        return DayCounts()
    numbers = {"classes": 1, "due": len(registers.due), "taken": registers.taken, "expected": expected}
    unmarked = expected
    for child in children:
        unmarked -= 1
        for name in (child.outcome, *child.also):
            numbers[name] = numbers.get(name, 0) + 1
    rest = PRESENT if taken else UNKNOWN
    numbers[rest] = numbers.get(rest, 0) + unmarked
    return DayCounts(**numbers)
