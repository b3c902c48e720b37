"""关注学生 (children given attention): proposed by teachers, confirmed by the school, reviewed each term, ended. Pure.

动摇生 might give up school, 贫困生 are in hardship, 学困生 fall behind. ``TRANSITIONS`` says what may be done, and by
whom.
Source: domain.md §2 (the groups) and §5 (``watch``); a review each term [S], every number here [D].
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from casework.causes import Reason
from casework.steps import Concern
from students.calendar import Term

WITHOUT_TERM = timedelta(days=60)  # the longest until a review where no term is entered yet [D]
DUE_AHEAD = timedelta(days=7)  # so long before its day a review is listed as due [D]


class WatchKind(StrEnum):
    """Which children (关注类别); the same words as the special groups of those kinds."""

    WAVERING = "wavering"
    HARDSHIP = "hardship"
    LEARNING_DIFFICULTY = "learning_difficulty"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    WatchKind.WAVERING: "动摇生",
    WatchKind.HARDSHIP: "贫困生",
    WatchKind.LEARNING_DIFFICULTY: "学困生",
}


class WatchState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    WatchState.PROPOSED: "待确认",
    WatchState.CONFIRMED: "关注中",
    WatchState.REFUSED: "已退回",
    WatchState.WITHDRAWN: "已撤回",
    WatchState.ENDED: "已结束",
}
OPEN_STATES = frozenset({WatchState.PROPOSED, WatchState.CONFIRMED})


class WatchEnd(StrEnum):
    """What became of a child that is no longer watched (结束原因)."""

    IMPROVED = "improved"
    LEFT = "left"
    LOST = "lost"
    MISTAKE = "mistake"
    OTHER = "other"

    @property
    def label(self) -> str:
        return END_LABELS[self]


END_LABELS = {
    WatchEnd.IMPROVED: "情况已好转",
    WatchEnd.LEFT: "已转学、毕业或其他原因离校",
    WatchEnd.LOST: "已流失，按个案办理",
    WatchEnd.MISTAKE: "登记有误",
    WatchEnd.OTHER: "其他",
}


class WatchAction(StrEnum):
    """What is done with a proposal."""

    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    REVIEW = "review"
    ASSIGN = "assign"
    END = "end"

    @property
    def label(self) -> str:
        return ACTION_LABELS[self]


ACTION_LABELS = {
    WatchAction.PROPOSE: "提出",
    WatchAction.WITHDRAW: "撤回",
    WatchAction.CONFIRM: "确认",
    WatchAction.REFUSE: "退回",
    WatchAction.REVIEW: "复核",
    WatchAction.ASSIGN: "更换责任人",
    WatchAction.END: "结束关注",
}


class Part(StrEnum):
    """What the reader is to a proposal: teaches the child, has proposed it, runs the school."""

    TEACHER = "teacher"
    PROPOSER = "proposer"
    SCHOOL = "school"

    @property
    def label(self) -> str:
        return {"teacher": "这个班的教师", "proposer": "提出的人", "school": "教务处和校领导"}[self]


@dataclass(frozen=True)
class Transition:
    """From one of ``sources`` (None = nothing of the kind is open) to ``target``, by somebody with one of ``parts``."""

    action: WatchAction
    sources: frozenset[WatchState | None]
    target: WatchState
    parts: frozenset[Part]


SCHOOL = frozenset({Part.SCHOOL})
UNDER_WAY = frozenset({WatchState.CONFIRMED})
TO_DECIDE = frozenset({WatchState.PROPOSED})
TRANSITIONS: dict[WatchAction, Transition] = {
    row.action: row
    for row in (
        Transition(WatchAction.PROPOSE, frozenset({None}), WatchState.PROPOSED, frozenset({Part.TEACHER, Part.SCHOOL})),
        Transition(WatchAction.WITHDRAW, TO_DECIDE, WatchState.WITHDRAWN, frozenset({Part.PROPOSER})),
        Transition(WatchAction.CONFIRM, TO_DECIDE, WatchState.CONFIRMED, SCHOOL),
        Transition(WatchAction.REFUSE, TO_DECIDE, WatchState.REFUSED, SCHOOL),
        Transition(WatchAction.REVIEW, UNDER_WAY, WatchState.CONFIRMED, SCHOOL),
        Transition(WatchAction.ASSIGN, UNDER_WAY, WatchState.CONFIRMED, SCHOOL),
        Transition(WatchAction.END, UNDER_WAY, WatchState.ENDED, SCHOOL),
    )
}


def refusal(state: WatchState | None, action: WatchAction, parts: Collection[Part]) -> str:
    """Why somebody with these ``parts`` may not do ``action``, in a Chinese sentence; blank = they may."""
    row = TRANSITIONS[action]
    if state not in row.sources:
        return f"现在是“{state.label}”，不能{action.label}" if state else f"还没有提出，不能{action.label}"
    if row.parts & set(parts):
        return ""
    return f"{action.label}由{'、'.join(part.label for part in Part if part in row.parts)}办理"


def open_actions(state: WatchState, parts: Collection[Part]) -> tuple[WatchAction, ...]:
    """What somebody with these ``parts`` may do with a proposal, in the order of the buttons."""
    return tuple(action for action in WatchAction if not refusal(state, action, parts))


def last_review(terms: Sequence[Term], day: date) -> date:
    """The last day to which a review fixed on ``day`` may be put: the end of the term, in the holidays (and on the last
    day of a term) that of the next one; 60 days on where that is not entered yet."""
    return min((term.end for term in terms if term.end > day), default=day + WITHOUT_TERM)


def is_review_day(review_on: date, *, day: date, latest: date) -> bool:
    """Whether a review fixed on ``day`` may be put to ``review_on``: after it, and not beyond ``latest``."""
    return day < review_on <= latest


class ReviewState(StrEnum):
    """How near the review of a child is."""

    LATER = "later"
    DUE = "due"
    OVERDUE = "overdue"


def review_state(review_on: date, today: date) -> ReviewState:
    """逾期 from the day after ``review_on``, 待复核 from a week before it."""
    if review_on < today:
        return ReviewState.OVERDUE
    return ReviewState.DUE if review_on <= today + DUE_AHEAD else ReviewState.LATER


# As which concern a 动摇生 stands in its case.
CONCERNS = {
    Reason.WEARY: Concern.WEARY,
    Reason.WORK: Concern.LEAVING_TO_WORK,
    Reason.MARRIAGE: Concern.MARRYING,
    Reason.FAMILY_CHANGE: Concern.FAMILY_CHANGE,
}


def concern_of(reason: Reason) -> Concern:
    """The concern of the case of a 动摇生 who wavers for ``reason``."""
    return CONCERNS.get(reason, Concern.OTHER)
