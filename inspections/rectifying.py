"""整改 (rectification): what may follow what, who does it, and what is overdue on a day. Pure.

The school says how it mends a finding and shows that it has; only who looked, or the bureau, closes it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How far a finding is (整改进度); overdue is no state, it is reckoned for a day."""

    OPEN = "open"
    REPORTED = "reported"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"open": "待整改", "reported": "待核实", "closed": "已销号", "withdrawn": "已撤销"}[self]


class Part(StrEnum):
    """Who has a say in a finding."""

    SCHOOL = "school"
    INSPECTOR = "inspector"
    BUREAU = "bureau"


class Move(StrEnum):
    """What can be done to a finding."""

    PLAN = "plan"
    REPORT = "report"
    SEND_BACK = "back"
    CLOSE = "close"
    POSTPONE = "postpone"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Move.PLAN: "定措施",
    Move.REPORT: "报整改完成",
    Move.SEND_BACK: "退回",
    Move.CLOSE: "销号",
    Move.POSTPONE: "改期限",
    Move.WITHDRAW: "撤销",
}


def move_words(move: Move, *, has_measure: bool) -> str:
    """What a page calls a move: a measure that stands is changed (改措施)."""
    return "改措施" if move is Move.PLAN and has_measure else move.label


@dataclass(frozen=True)
class Rule:
    """From which state, by whom and into which state a move leads."""

    start: State
    parts: frozenset[Part]
    end: State
    needs_measure: bool = False


SCHOOL, LOOKERS = frozenset({Part.SCHOOL}), frozenset({Part.INSPECTOR, Part.BUREAU})
# In the order in which a page offers them.
RULES = {
    Move.REPORT: Rule(State.OPEN, SCHOOL, State.REPORTED, needs_measure=True),
    Move.PLAN: Rule(State.OPEN, SCHOOL, State.OPEN),
    Move.CLOSE: Rule(State.REPORTED, LOOKERS, State.CLOSED),
    Move.SEND_BACK: Rule(State.REPORTED, LOOKERS, State.OPEN),
    Move.POSTPONE: Rule(State.OPEN, LOOKERS, State.OPEN),
    Move.WITHDRAW: Rule(State.OPEN, frozenset({Part.BUREAU}), State.WITHDRAWN),
}


def moves_from(state: State, parts: Collection[Part], *, has_measure: bool) -> list[Move]:
    """What somebody may do to a finding that stands at ``state``.

    Whoever is of the school itself closes nothing, whatever other office they hold.
    """
    held = SCHOOL if Part.SCHOOL in parts else frozenset(parts)
    return [
        move
        for move, rule in RULES.items()
        if rule.start == state and rule.parts & held and (has_measure or not rule.needs_measure)
    ]


def is_overdue(state: State, deadline: date, day: date) -> bool:
    """Whether a finding that nobody has reported as mended is past its deadline on ``day``."""
    return state == State.OPEN and day > deadline


def due_words(state: State, deadline: date, reported_on: date | None, day: date) -> str:
    """逾期3天; 逾期2天才报; blank where nothing is late."""
    if is_overdue(state, deadline, day):
        return f"逾期{(day - deadline).days}天"
    if state in (State.REPORTED, State.CLOSED) and reported_on and reported_on > deadline:
        return f"逾期{(reported_on - deadline).days}天才报"
    return ""
