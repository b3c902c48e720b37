"""下一步 (what comes next in a case): the steps, whose they are, and who stands in where nobody holds the post. Pure.

Source: domain.md §5; the chain 班主任 → 教务处 → 校长 → 乡镇 → 县局 is that of the duties.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from casework.contacts import VISITS, ContactMethod
from casework.stages import CaseStage


class Concern(StrEnum):
    """Why a child is watched (日常预警的情形)."""

    WEARY = "weary"
    LEAVING_TO_WORK = "leaving_to_work"
    MARRYING = "marrying"
    FAMILY_CHANGE = "family_change"
    PEERS_LEFT = "peers_left"
    LEFT = "left"
    PROMISED = "promised"
    OTHER = "other"

    @property
    def label(self) -> str:
        return CONCERN_LABELS[self]


CONCERN_LABELS = {
    Concern.WEARY: "厌学",
    Concern.LEAVING_TO_WORK: "拟外出务工",
    Concern.MARRYING: "拟婚嫁",
    Concern.FAMILY_CHANGE: "家庭变故",
    Concern.PEERS_LEFT: "同伴辍学",
    Concern.LEFT: "已离校",
    Concern.PROMISED: "承诺返校",
    Concern.OTHER: "其他",
}


# What a teacher can say in one tap.
RAISED = (
    Concern.WEARY,
    Concern.LEAVING_TO_WORK,
    Concern.MARRYING,
    Concern.FAMILY_CHANGE,
    Concern.PEERS_LEFT,
    Concern.LEFT,
)


class CaseStep(StrEnum):
    """What is planned in a case besides the duties of the ladder."""

    FOLLOW_UP = "follow_up"
    PROMISED = "promised"
    VISIT = "visit"
    PERSUADE = "persuade"
    CONFIRM_DROPOUT = "confirm_dropout"
    JOINT_PERSUADE = "joint_persuade"
    CHECK_RETURN = "check_return"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return STEP_LABELS[self]


STEP_LABELS = {
    CaseStep.FOLLOW_UP: "回访",
    CaseStep.PROMISED: "核实是否按承诺返校",
    CaseStep.VISIT: "家访",
    CaseStep.PERSUADE: "劝返",
    CaseStep.CONFIRM_DROPOUT: "认定是否辍学",
    CaseStep.JOINT_PERSUADE: "联合劝返",
    CaseStep.CHECK_RETURN: "核实复学是否稳定",
    CaseStep.CLOSE: "销号",
}

# The contacts that do a planned step; whether somebody was met is their result.
DONE_BY: Mapping[CaseStep, frozenset[ContactMethod]] = {
    CaseStep.FOLLOW_UP: frozenset(ContactMethod),
    CaseStep.VISIT: VISITS,
    CaseStep.PERSUADE: VISITS,
    CaseStep.JOINT_PERSUADE: frozenset({ContactMethod.JOINT_VISIT}),
}

CHAIN = ("homeroom_teacher", "registry_clerk", "principal", "township_officer", "bureau_officer")
# How the posts are spoken of: the desk rather than the person.
POSTS = {
    "subject_teacher": "科任教师",
    "homeroom_teacher": "班主任",
    "registry_clerk": "教务处",
    "deputy_head": "分管领导",
    "principal": "校长",
    "township_officer": "乡镇",
    "bureau_officer": "县教育局",
}
_BEFORE = {"subject_teacher": "homeroom_teacher", "deputy_head": "principal"}  # where a post outside the chain stands

# Whose a planned step is.
RESPONSIBLE = {
    CaseStep.FOLLOW_UP: "homeroom_teacher",
    CaseStep.PROMISED: "homeroom_teacher",
    CaseStep.VISIT: "homeroom_teacher",
    CaseStep.PERSUADE: "registry_clerk",
    CaseStep.CONFIRM_DROPOUT: "bureau_officer",
    CaseStep.JOINT_PERSUADE: "township_officer",
    CaseStep.CHECK_RETURN: "homeroom_teacher",
    CaseStep.CLOSE: "registry_clerk",
}


class Pace(StrEnum):
    """How long a planned step may wait: the county parameter that says so, in days."""

    VISIT = "case_visit_days"
    WATCH = "case_watch_days"
    RETURN = "return_days"


# Entering a stage plans this step, due after so many days of that parameter.
PLANS: Mapping[CaseStage, tuple[CaseStep, Pace]] = {
    CaseStage.WATCH: (CaseStep.FOLLOW_UP, Pace.WATCH),
    CaseStage.ABSENT: (CaseStep.VISIT, Pace.VISIT),
    CaseStage.REPORTED_LOST: (CaseStep.PERSUADE, Pace.VISIT),
    CaseStage.DROPPED_OUT: (CaseStep.JOINT_PERSUADE, Pace.VISIT),
    CaseStage.RETURNED: (CaseStep.CHECK_RETURN, Pace.RETURN),
}


def responsible_for(role: str, held: Collection[str]) -> str:
    """The post that does what is ``role``'s: itself where somebody holds it, else the next one up the chain.

    ``held``: the posts around the child that somebody holds. The bureau is the last, whether held or not.
    """
    if role in held:
        return role
    first = CHAIN.index(_BEFORE.get(role, role))
    return next((post for post in CHAIN[first:] if post in held), CHAIN[-1])


def next_in_chain(role: str, held: Collection[str]) -> str | None:
    """The post to which goes, as well, what ``role`` has left undone; None where the bureau has it already."""
    first = CHAIN.index(_BEFORE.get(role, role))
    if first + 1 == len(CHAIN):
        return None
    return responsible_for(CHAIN[first + 1], held)


def whose(role: str, post: str) -> str:
    """班主任; 暂无班主任，由教务处: whose a step is, and who stands in where nobody holds that post."""
    return POSTS[post] if post == role else f"暂无{POSTS[role]}，由{POSTS[post]}"
