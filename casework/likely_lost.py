"""可能流失学生 (children likely to be lost): who is listed, and why. Pure.

One rule for school, township and county: ``grounds_of`` says what is true of one child, ``rule_words`` says the rule in
a sentence. Those who are lost already, by report or by 认定, stand in ledgers of their own. Source: domain.md §5, §8;
the numbers [D].
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from casework.ruleset import VISIT_TIERS, Tier
from casework.signs import SignCode
from casework.stages import CASE_TIERS, CaseStage

SIGNS_NEEDED = 2  # one early sign alone is often chance [D]
OVERDUE_TIERS = CASE_TIERS | VISIT_TIERS  # a call not made yet says something of the teacher, not of the child
LOST_STAGES = frozenset({CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT})


class Ground(StrEnum):
    """Why a child is listed, the gravest first (列入的情形)."""

    ABSENT_CASE = "absent_case"
    RUN = "run"
    OVERDUE = "overdue"
    WAVERING = "wavering"
    WATCH_CASE = "watch_case"
    SIGNS = "signs"

    @property
    def label(self) -> str:
        return GROUND_LABELS[self]


GROUND_LABELS = {
    Ground.ABSENT_CASE: "缺课个案",
    Ground.RUN: "连续缺课",
    Ground.OVERDUE: "应办逾期",
    Ground.WAVERING: "动摇生",
    Ground.WATCH_CASE: "关注个案",
    Ground.SIGNS: "早期预警",
}


class AtRisk(NamedTuple):
    """What is known of a child who attends: the stage of its open case, the days of the longest absence after which it
    has not been seen, the kinds of what is overdue for such an absence, and its early signs that nobody has put off."""

    stage: CaseStage | None = None
    run_days: int = 0
    overdue: Collection[Tier] = ()
    is_wavering: bool = False
    signs: Collection[SignCode] = ()


def grounds_of(child: AtRisk, *, suspected_days: int) -> list[Ground]:
    """Why the child is listed, the gravest first; empty = it is not. ``suspected_days``: 连续缺课多少天 (county)."""
    if child.stage in LOST_STAGES:
        return []
    holds = {
        Ground.ABSENT_CASE: child.stage is CaseStage.ABSENT,
        Ground.RUN: child.run_days >= suspected_days,
        Ground.OVERDUE: bool(OVERDUE_TIERS & set(child.overdue)),
        Ground.WAVERING: child.is_wavering,
        Ground.WATCH_CASE: child.stage is CaseStage.WATCH,
        Ground.SIGNS: len(set(child.signs)) >= SIGNS_NEEDED or SignCode.UNSEEN in child.signs,
    }
    return [ground for ground in Ground if holds[ground]]


def rule_words(suspected_days: int) -> str:
    """The rule in one sentence, as it stands under the list."""
    return (
        f"在校学生有下列任一情形就列入：个案在“缺课”或“关注”阶段；连续缺课满{suspected_days}天还没有到校；"
        f"还没有到校，应办的家访、报告又逾期；登记为动摇生；没有人了解的预警满{SIGNS_NEEDED}条，或者多日未见。"
        "已报流失和已认定辍学的另有台账，不在这里。"
    )
