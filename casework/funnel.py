"""劝返漏斗 (the funnel of steps): how many cases reached each step, how fast, and what came last before a return. Pure.

Contacts, visits, notices, orders, returns: a case counts at a step when the step was taken at all, whatever was left
out before it (domain.md §5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median_low
from typing import NamedTuple


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


class CaseSteps(NamedTuple):
    """A case: when it was opened, and the days on which each step was taken (for RETURN the last return, if it holds).

    A step taken before the case was opened, in the absence that led to it, counts as taken on its first day.
    """

    case: int
    opened_on: date
    days: dict[Step, Sequence[date]]


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


def last_before_return(case: CaseSteps) -> Step | None:
    """The step taken last on or before the day of the return, the weightier one of a day; None where there was none."""
    [returned_on] = case.days[Step.RETURN]
    taken = [
        (max(before), BEFORE_RETURN.index(step))
        for step, days in case.days.items()
        if step is not Step.RETURN and (before := [day for day in days if day <= returned_on])
    ]
    return BEFORE_RETURN[max(taken)[1]] if taken else None


def funnel_of(cases: Iterable[CaseSteps]) -> Funnel:
    """The funnel of these cases; the median is the lower one of two."""
    cases = list(cases)
    back = [case for case in cases if case.days.get(Step.RETURN)]
    lasts = [last_before_return(case) for case in back]
    lines = []
    for step in Step:
        waits = [max((min(days) - case.opened_on).days, 0) for case in cases if (days := case.days.get(step))]
        worked = None if step is Step.RETURN else lasts.count(step)
        lines.append(FunnelLine(step, len(waits), median_low(waits) if waits else None, worked))
    return Funnel(len(cases), tuple(lines), lasts.count(None))
