"""上报的状态 (states of a return): which step leads where, and whose it is (domain.md §9). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """How far an edition of a return is; a draft before anybody has begun, so no edition is one."""

    DRAFT = "draft"
    PREPARED = "prepared"
    SIGNED = "signed"
    FILED = "filed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        return LABELS[self][1]


LABELS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.DRAFT: ("起草", "warn"),
        State.PREPARED: ("待校长签字", "warn"),
        State.SIGNED: ("校长已签", "note"),
        State.FILED: ("已上报", "note"),
        State.ACCEPTED: ("已接收", "ok"),
        State.RETURNED: ("退回", "alarm"),
        State.WITHDRAWN: ("撤回", "mute"),
    }
)
SENT = frozenset({State.FILED, State.ACCEPTED})  # the bureau has it: it is an edition for good
IN_SCHOOL = frozenset({State.PREPARED, State.SIGNED})


class Post(StrEnum):
    """Who a step belongs to, as a refusal calls them."""

    SCHOOL = "本校学籍管理员或校领导"
    HEAD = "本校校长或分管领导"
    BUREAU = "县教育局"


class Step(StrEnum):
    """What is done with an edition."""

    PREPARE = "prepare"
    REWORD = "reword"
    SIGN = "sign"
    FILE = "file"
    FILE_ZERO = "file_zero"
    TAKE_BACK = "take_back"
    CLOSE = "close"
    ACCEPT = "accept"
    SEND_BACK = "send_back"


@dataclass(frozen=True)
class Rule:
    """A step: what it is called, from which states it leads to which, and whose it is."""

    label: str
    sources: frozenset[State]
    target: State
    post: Post


# 退回 and 撤回 end an edition's attempt, which stays as it was; the next one keeps the number.
RULES: Mapping[Step, Rule] = MappingProxyType(
    {
        Step.PREPARE: Rule("送校长签字", frozenset({State.DRAFT}), State.PREPARED, Post.SCHOOL),
        Step.REWORD: Rule("改原因和说明", frozenset({State.PREPARED}), State.PREPARED, Post.SCHOOL),
        Step.SIGN: Rule("签字", frozenset({State.PREPARED}), State.SIGNED, Post.HEAD),
        Step.FILE: Rule("上报", frozenset({State.SIGNED}), State.FILED, Post.SCHOOL),
        Step.FILE_ZERO: Rule("零报告", frozenset({State.DRAFT, State.PREPARED}), State.FILED, Post.HEAD),
        Step.TAKE_BACK: Rule("撤回", frozenset({State.PREPARED, State.SIGNED}), State.WITHDRAWN, Post.SCHOOL),
        Step.CLOSE: Rule("了结", frozenset({State.RETURNED}), State.WITHDRAWN, Post.SCHOOL),
        Step.ACCEPT: Rule("接收", frozenset({State.FILED}), State.ACCEPTED, Post.BUREAU),
        Step.SEND_BACK: Rule("退回", frozenset({State.FILED}), State.RETURNED, Post.BUREAU),
    }
)


def refusal(step: Step, state: State, held: Collection[Post], *, title: str) -> str:
    """Why whoever holds ``held`` may not do a step now, in a Chinese sentence; blank where they may. ``title``: what is
    filed, such as 月报.

    Whose it is comes first: who may never do it is not told to wait.
    """
    rule = RULES[step]
    if rule.post not in held:
        return f"{rule.label}由{rule.post}办理，没有保存。"
    if state not in rule.sources:
        return f"这份{title}现在是“{state.label}”，不能{rule.label}，没有保存。请看本页的最新情况。"
    return ""


def open_steps(state: State, held: Collection[Post]) -> frozenset[Step]:
    """The steps that whoever holds ``held`` may take now."""
    return frozenset(step for step in Step if not refusal(step, state, held, title=""))
