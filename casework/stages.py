"""个案 (cases): the stages of a child's case, and the one table of what may move it (domain.md §5). Pure.

``TRANSITIONS`` decides which buttons a page has, what each asks for, who may press it, and what the engine may do by
itself (``casework.following``); the diagram in docs/cases.md is drawn from it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from casework.ruleset import Tier
from students.enrolment import Standing

# A duty of these belongs to a run: with the first of them the child has a case.
CASE_TIERS = frozenset({Tier.ABSENCE_REPORT, Tier.HOME_VISIT, Tier.JOINT_VISIT, Tier.LOSS_REPORT})


class CaseStage(StrEnum):
    """Where a case stands (个案阶段)."""

    WATCH = "watch"
    ABSENT = "absent"
    REPORTED_LOST = "reported_lost"
    DROPPED_OUT = "dropped_out"
    RETURNED = "returned"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return STAGE_LABELS[self]


STAGE_LABELS = {
    CaseStage.WATCH: "关注",
    CaseStage.ABSENT: "缺课",
    CaseStage.REPORTED_LOST: "已报流失",
    CaseStage.DROPPED_OUT: "辍学",
    CaseStage.RETURNED: "已复学",
    CaseStage.CLOSED: "已销号",
}
OPEN_STAGES = frozenset(CaseStage) - {CaseStage.CLOSED}
OUT_OF_SCHOOL = (CaseStage.ABSENT, CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT)  # the child is not at school


class CaseAction(StrEnum):
    """What moves a case."""

    RAISE_CONCERN = "raise_concern"
    NOTE_ABSENCE = "note_absence"
    NOTE_LOSS = "note_loss"
    UNDO_LOSS = "undo_loss"
    CONFIRM_DROPOUT = "confirm_dropout"
    UNDO_DROPOUT = "undo_dropout"
    NOTE_RETURN = "note_return"
    CLOSE = "close"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        return ACTION_LABELS[self]


ACTION_LABELS = {
    CaseAction.RAISE_CONCERN: "列为关注",
    CaseAction.NOTE_ABSENCE: "缺课建档",
    CaseAction.NOTE_LOSS: "流失已报",
    CaseAction.UNDO_LOSS: "流失报告撤回",
    CaseAction.CONFIRM_DROPOUT: "认定辍学",
    CaseAction.UNDO_DROPOUT: "辍学认定撤销",
    CaseAction.NOTE_RETURN: "返校",
    CaseAction.CLOSE: "销号",
    CaseAction.REOPEN: "重新打开",
}


class CaseOutcome(StrEnum):
    """How a case ended (销号结果)."""

    RETURNED = "returned"
    TRANSFERRED = "transferred"
    SUSPENDED = "suspended"
    LEFT_COUNTRY = "left_country"
    DECEASED = "deceased"
    GRADUATED = "graduated"
    FALSE_ALARM = "false_alarm"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    CaseOutcome.RETURNED: "已复学",
    CaseOutcome.TRANSFERRED: "转学（对方已接收）",
    CaseOutcome.SUSPENDED: "休学（已批准）",
    CaseOutcome.LEFT_COUNTRY: "出国（境）",
    CaseOutcome.DECEASED: "死亡",
    CaseOutcome.GRADUATED: "毕业",
    CaseOutcome.FALSE_ALARM: "误报",
    CaseOutcome.SETTLED: "关注解除",
}


class Actor(StrEnum):
    """Who may move a case: the engine by itself, or people by their posting."""

    ENGINE = "engine"
    TEACHER = "teacher"
    HOMEROOM = "homeroom"
    SCHOOL = "school"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        return ACTOR_LABELS[self]


ACTOR_LABELS = {
    Actor.ENGINE: "系统",
    Actor.TEACHER: "任课教师",
    Actor.HOMEROOM: "班主任",
    Actor.SCHOOL: "教务处和校领导",
    Actor.BUREAU: "县教育局",
}


class Need(StrEnum):
    """What a move asks the person for."""

    NOTE = "note"
    CONCERN = "concern"
    REASON = "reason"
    WHEREABOUTS = "whereabouts"
    OUTCOME = "outcome"
    EVIDENCE = "evidence"

    @property
    def label(self) -> str:
        return NEED_LABELS[self]


NEED_LABELS = {
    Need.NOTE: "说明",
    Need.CONCERN: "预警情形",
    Need.REASON: "辍学原因",
    Need.WHEREABOUTS: "去向",
    Need.OUTCOME: "销号结果",
    Need.EVIDENCE: "佐证材料",
}


@dataclass(frozen=True)
class Transition:
    """From one of ``sources`` (None = no case) to ``target``, by one of ``actors``, who must say what it ``needs``."""

    action: CaseAction
    sources: frozenset[CaseStage | None]
    target: CaseStage
    actors: frozenset[Actor]
    needs: tuple[Need, ...] = ()


TRANSITIONS: dict[CaseAction, Transition] = {
    row.action: row
    for row in (
        Transition(
            CaseAction.RAISE_CONCERN,
            frozenset({None, CaseStage.CLOSED}),
            CaseStage.WATCH,
            frozenset({Actor.ENGINE, Actor.TEACHER, Actor.HOMEROOM, Actor.SCHOOL}),
            (Need.CONCERN, Need.NOTE),
        ),
        Transition(
            CaseAction.NOTE_ABSENCE,
            frozenset({None, CaseStage.WATCH, CaseStage.RETURNED, CaseStage.CLOSED}),
            CaseStage.ABSENT,
            frozenset({Actor.ENGINE}),
        ),
        Transition(
            CaseAction.NOTE_LOSS,
            frozenset({CaseStage.WATCH, CaseStage.ABSENT, CaseStage.RETURNED}),
            CaseStage.REPORTED_LOST,
            frozenset({Actor.ENGINE}),
        ),
        Transition(
            CaseAction.UNDO_LOSS, frozenset({CaseStage.REPORTED_LOST}), CaseStage.ABSENT, frozenset({Actor.ENGINE})
        ),
        Transition(
            CaseAction.CONFIRM_DROPOUT,
            frozenset({CaseStage.WATCH, CaseStage.ABSENT, CaseStage.REPORTED_LOST, CaseStage.RETURNED}),
            CaseStage.DROPPED_OUT,
            frozenset({Actor.ENGINE, Actor.BUREAU}),
            (Need.REASON, Need.WHEREABOUTS, Need.NOTE),
        ),
        Transition(
            CaseAction.UNDO_DROPOUT, frozenset({CaseStage.DROPPED_OUT}), CaseStage.ABSENT, frozenset({Actor.ENGINE})
        ),
        Transition(
            CaseAction.NOTE_RETURN,
            frozenset({CaseStage.ABSENT, CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT}),
            CaseStage.RETURNED,
            frozenset({Actor.ENGINE}),
        ),
        Transition(
            CaseAction.CLOSE,
            OPEN_STAGES,
            CaseStage.CLOSED,
            frozenset({Actor.ENGINE, Actor.SCHOOL, Actor.BUREAU}),
            (Need.OUTCOME, Need.EVIDENCE, Need.NOTE),
        ),
        Transition(
            CaseAction.REOPEN,
            frozenset({CaseStage.CLOSED}),
            CaseStage.WATCH,
            frozenset({Actor.SCHOOL, Actor.BUREAU}),
            (Need.NOTE,),
        ),
    )
}

# The stages from which an outcome can end a case; the others end one wherever it stands.
OUTCOME_STAGES = {
    CaseOutcome.RETURNED: frozenset({CaseStage.RETURNED}),
    CaseOutcome.SETTLED: frozenset({CaseStage.WATCH}),
    CaseOutcome.FALSE_ALARM: frozenset({CaseStage.WATCH, CaseStage.ABSENT, CaseStage.REPORTED_LOST}),
}


# Ends after which nobody would ask any more for a 流失报告 that was never filed.
UNREPORTED = frozenset({CaseOutcome.RETURNED, CaseOutcome.FALSE_ALARM, CaseOutcome.SETTLED})


class ChildNow(NamedTuple):
    """What has to be proven before a case may end: where the child stands, and what is on file.

    ``present_days``: days seen present since the case came to 已复学; ``is_confirmed``: whether the receiving school
    has accepted a 转出; ``left_country``: 出国（境） is its last event; ``is_away``: the absence goes on;
    ``owes_loss_report``: since the case was first opened an absence came as far as a 流失报告, which was never filed.
    """

    standing: Standing
    present_days: int = 0
    is_confirmed: bool = False
    left_country: bool = False
    is_away: bool = False
    owes_loss_report: bool = False


class CaseNow(NamedTuple):
    """A case as far as its moves depend on it. ``was_lost``: a 流失报告 stands, or 辍学 was confirmed."""

    stage: CaseStage
    was_lost: bool


def refusal(case: CaseNow | None, action: CaseAction, actors: Collection[Actor]) -> str:
    """Why ``actors`` may not do ``action`` with this case (None = no case), in a Chinese sentence; blank = they may."""
    row, stage = TRANSITIONS[action], case.stage if case else None
    if stage not in row.sources:
        now = f"个案现在是“{stage.label}”" if stage else "没有个案"
        return f"{now}，不能{action.label}"
    able = row.actors & set(actors)
    if action is CaseAction.CLOSE and case.was_lost:
        able &= {Actor.BUREAU, Actor.ENGINE}
    if able:
        return ""
    if action is CaseAction.CLOSE and case.was_lost:
        return "已报过流失的个案由县教育局销号"
    people = [actor.label for actor in Actor if actor in row.actors - {Actor.ENGINE}]
    return f"{action.label}由{'、'.join(people)}办理" if people else f"{action.label}由系统按点名和报告登记"


def closing_refusal(case: CaseNow, outcome: CaseOutcome, child: ChildNow, *, return_days: int) -> str:
    """Why the case cannot end with this outcome, in a Chinese sentence; blank where all is proven.

    ``return_days``: how many present days 复学 needs before 销号 (county parameter).
    """
    if case.stage not in OUTCOME_STAGES.get(outcome, OPEN_STAGES):
        return f"“{case.stage.label}”的个案不能以“{outcome.label}”销号"
    if outcome is CaseOutcome.RETURNED and child.present_days < return_days:
        return f"返校后要到校满{return_days}个上课日才能销号，现在是{child.present_days}个"
    if outcome is CaseOutcome.TRANSFERRED and not (child.standing is Standing.GONE and child.is_confirmed):
        return "转学要等接收学校确认以后才能销号，现在还没有确认"
    if outcome is CaseOutcome.LEFT_COUNTRY and not (child.standing is Standing.GONE and child.left_country):
        return "出国（境）要登记学籍变动以后才能销号"
    if outcome in UNREPORTED and child.owes_loss_report:
        return "应报的《学生流失报告》还没有报，不能销号；请先补报，点名记错的请先更正点名"
    if outcome is CaseOutcome.FALSE_ALARM and child.is_away:
        return "点名登记的缺课还没有结束，不能以“误报”销号；点名记错的，请先更正点名"
    wanted = {
        CaseOutcome.SUSPENDED: (Standing.SUSPENDED, "休学要经批准并登记学籍变动以后才能销号"),
        CaseOutcome.DECEASED: (Standing.DECEASED, "要登记学籍变动以后才能以“死亡”销号"),
        CaseOutcome.GRADUATED: (Standing.GRADUATED, "要登记毕业以后才能以“毕业”销号"),
    }
    if outcome in wanted and child.standing is not wanted[outcome][0]:
        return wanted[outcome][1]
    return ""
