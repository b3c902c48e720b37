"""劝返漏斗 (the funnel of steps): how many cases reached each step, how fast, and what came last before a return. Pure.

Contacts, visits, notices, orders, returns: a case counts at a step when the step was taken at all, whatever was left
out before it (domain.md §5).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import inf
from statistics import median_low


class Step(StrEnum):
    """A step of bringing a child back."""

    CONTACT = "contact"
    VISIT = "visit"
    JOINT = "joint"
    NOTICE = "notice"
    ORDER = "order"
    RETURN = "return"

    @property
    def label(self) -> str:
        return STEP_LABELS[self]


STEP_LABELS = {
    Step.CONTACT: "联系家长",
    Step.VISIT: "家访",
    Step.JOINT: "联合劝返",
    Step.NOTICE: "劝学通知书",
    Step.ORDER: "责令限期改正",
    Step.RETURN: "返校",
}
BEFORE_RETURN = tuple(step for step in Step if step is not Step.RETURN)
RANKS = {step: rank for rank, step in enumerate(BEFORE_RETURN)}  # the weightier step has the higher one


@dataclass(slots=True)
class CaseSteps:
    """A case and what was done in it, told step by step in any order. ``returned_on``: its last return, if it holds.

    ``waits``: step → days from the opening until it was first taken; taken before the case was opened, in the absence
    that led to it, it counts as taken on its first day. ``last``: the day and the rank of the step taken last on or
    before the day of the return, the weightier one of a day.
    """

    opened_on: date
    returned_on: date | None = None
    waits: dict[Step, int] = field(default_factory=dict)
    last: tuple[date, int] | None = None

    def __post_init__(self):
        if self.returned_on:
            self.waits[Step.RETURN] = self._days_until(self.returned_on)

    def tell(self, step: Step, day: date) -> None:
        """A step before the return was taken on ``day``."""
        wait = self._days_until(day)
        if wait < self.waits.get(step, inf):
            self.waits[step] = wait
        if self.returned_on and day <= self.returned_on:
            told = day, RANKS[step]
            self.last = max(self.last, told) if self.last else told

    @property
    def worked(self) -> Step | None:
        """The step taken last before the return; None where there was none."""
        return BEFORE_RETURN[self.last[1]] if self.last else None

    def _days_until(self, day: date) -> int:
        return max((day - self.opened_on).days, 0)


@dataclass(frozen=True)
class FunnelLine:
    """``cases`` reached ``step``, half of them within ``median_days`` of the opening; it was the last step before the
    return of ``worked`` cases. None where no case reached it, or where it cannot be the last (RETURN)."""

    step: Step
    cases: int
    median_days: int | None
    worked: int | None


@dataclass(frozen=True)
class Funnel:
    """``opened``: cases in all; ``unaided``: returned without any step before."""

    opened: int
    lines: tuple[FunnelLine, ...]
    unaided: int

    @property
    def returned(self) -> int:
        return self.lines[-1].cases


def funnel_of(cases: Sequence[CaseSteps]) -> Funnel:
    """The funnel of these cases; the median is the lower one of two."""
    waits: dict[Step, list[int]] = {step: [] for step in Step}
    for case in cases:
        for step, wait in case.waits.items():
            waits[step].append(wait)
    worked = Counter(case.worked for case in cases if case.returned_on)
    lines = (
        FunnelLine(step, len(days), median_low(days) if days else None, None if step is Step.RETURN else worked[step])
        for step, days in waits.items()
    )
    return Funnel(len(cases), tuple(lines), worked[None])
