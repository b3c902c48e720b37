"""个案移交 (handing a case off): school, township and bureau; one table of what may be done with a hand-off. Pure.

Source: domain.md §5: 乡镇 and 县局 join where the school alone does not bring the child back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

MOST_DAYS = 365  # within which what is handed off has to be settled [D]


class Side(StrEnum):
    """Who hands off or receives."""

    SCHOOL = "school"
    TOWNSHIP = "township"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        return SIDE_LABELS[self]


SIDE_LABELS = {Side.SCHOOL: "学校", Side.TOWNSHIP: "乡镇", Side.BUREAU: "县教育局"}


class HandOffState(StrEnum):
    """Where a hand-off stands."""

    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DONE = "done"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    HandOffState.SENT: "待接收",
    HandOffState.ACCEPTED: "办理中",
    HandOffState.RETURNED: "已退回",
    HandOffState.DONE: "已办结",
    HandOffState.ENDED: "随销号结束",
}
WAITING = frozenset({HandOffState.SENT, HandOffState.ACCEPTED})


class HandOffAction(StrEnum):
    """What is done with a hand-off."""

    SEND = "send"
    ACCEPT = "accept"
    FINISH = "finish"
    RETURN = "return"
    END = "end"

    @property
    def label(self) -> str:
        return ACTION_LABELS[self]


ACTION_LABELS = {
    HandOffAction.SEND: "移交",
    HandOffAction.ACCEPT: "接收",
    HandOffAction.RETURN: "退回",
    HandOffAction.FINISH: "办结",
    HandOffAction.END: "结束",
}
BY_HAND = frozenset({HandOffAction.ACCEPT, HandOffAction.FINISH, HandOffAction.RETURN})  # the buttons of a hand-off


@dataclass(frozen=True)
class Transition:
    """From one of ``sources`` (None = none is under way) to ``target``; ``by_receiver``: else it is the sender's, and
    where it is None nobody's: 销号 brings it about."""

    action: HandOffAction
    sources: frozenset[HandOffState | None]
    target: HandOffState
    by_receiver: bool | None = True


TRANSITIONS: dict[HandOffAction, Transition] = {
    row.action: row
    for row in (
        Transition(
            HandOffAction.SEND,
            frozenset({None, *HandOffState}) - WAITING,
            HandOffState.SENT,
            by_receiver=False,
        ),
        Transition(HandOffAction.ACCEPT, frozenset({HandOffState.SENT}), HandOffState.ACCEPTED),
        Transition(HandOffAction.RETURN, WAITING, HandOffState.RETURNED),
        Transition(HandOffAction.FINISH, frozenset({HandOffState.ACCEPTED}), HandOffState.DONE),
        Transition(HandOffAction.END, WAITING, HandOffState.ENDED, by_receiver=None),
    )
}


def refusal(
    state: HandOffState | None, action: HandOffAction, *, sender: Side, receiver: Side, sides: Collection[Side]
) -> str:
    """Why somebody who stands on ``sides`` may not do ``action``, in a Chinese sentence; blank = they may.

    ``state``: of the last hand-off of the case, None where there was none.
    """
    row = TRANSITIONS[action]
    if state not in row.sources:
        if action is HandOffAction.SEND:
            return f"这个个案已有一次移交（{state.label}），要等它办结或退回以后才能再移交"
        return f"这次移交{state.label}，不能{action.label}" if state else f"没有移交，不能{action.label}"
    if action is HandOffAction.SEND and sender is receiver:
        return "不能移交给自己这一方"
    if row.by_receiver is None:
        return "移交在个案销号时结束"
    side = receiver if row.by_receiver else sender
    return "" if side in sides else f"{action.label}由{side.label}办理"


def open_actions(
    state: HandOffState, *, sender: Side, receiver: Side, sides: Collection[Side]
) -> tuple[HandOffAction, ...]:
    """What somebody who stands on ``sides`` may do with a hand-off, in the order of the buttons."""
    return tuple(
        action
        for action in HandOffAction
        if action in BY_HAND and not refusal(state, action, sender=sender, receiver=receiver, sides=sides)
    )
