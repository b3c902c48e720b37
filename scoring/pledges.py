"""责任书 in layers: who owes one to whom, which there are, how many are signed (domain.md §5, §8). Pure.

局—校, 校长—副职、中层, 校长—班主任, 学校—任课教师 [S]: each layer is a kind of document of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from casework.document_kinds import KINDS, PLEDGES, DocumentKind
from casework.documents import DocumentState

PRINCIPAL, HOMEROOM, SUBJECT = "principal", "homeroom_teacher", "subject_teacher"
POSTS = {"deputy_head": "分管领导", "registry_clerk": "学籍管理员"}  # 副职和中层
LAYERS: Mapping[DocumentKind, str] = {kind: KINDS[kind].layer for kind in PLEDGES}


class PledgeState(StrEnum):
    """How far a 责任书 has come."""

    UNDRAWN = "undrawn"
    DRAFT = "draft"
    RETURNED = "returned"
    WAITING = "waiting"
    SIGNED = "signed"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    PledgeState.UNDRAWN: "没有生成",
    PledgeState.DRAFT: "待签发",
    PledgeState.RETURNED: "已退回",
    PledgeState.WAITING: "待签字",
    PledgeState.SIGNED: "已签字",
}
STATE_TONES = {
    PledgeState.UNDRAWN: "mute",
    PledgeState.DRAFT: "note",
    PledgeState.RETURNED: "warn",
    PledgeState.WAITING: "warn",
    PledgeState.SIGNED: "ok",
}
UNSIGNED, PAST = "unsigned", "past"  # filters beside the states


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody holds in a school; ``school_class`` None where it is of the whole school."""

    person: int
    role: str
    school: int
    school_class: int | None = None
    class_name: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A 责任书 that stands. ``has_copy``: a signed paper is kept."""

    document: int
    kind: DocumentKind
    person: int
    school: int
    school_class: int | None
    state: DocumentState
    has_copy: bool

    @property
    def how_far(self) -> PledgeState:
        return how_far(self.state, self.has_copy)


def how_far(state: DocumentState, has_copy: bool) -> PledgeState:
    """Signed in the site or on paper is signed."""
    return PledgeState.SIGNED if has_copy and state == DocumentState.WAITING else HOW_FAR[state]


HOW_FAR = {
    DocumentState.DRAFT: PledgeState.DRAFT,
    DocumentState.RETURNED: PledgeState.RETURNED,
    DocumentState.WAITING: PledgeState.WAITING,
    DocumentState.CONFIRMED: PledgeState.SIGNED,
}


@dataclass(slots=True)
class PledgeLine:
    """Who owes a 责任书 of a layer, for what work, and the one that there is.

    ``is_past``: they hold the post no more; what they have signed stays as history and counts for nobody.
    """

    kind: DocumentKind
    person: int
    school: int
    school_class: int | None
    duty: str = ""
    document: int | None = None
    state: PledgeState = PledgeState.UNDRAWN
    is_past: bool = False


def lines_of(held: Iterable[Held], drawn: Iterable[Drawn]) -> list[PledgeLine]:
    """Every 责任书 that is owed or stands, one a layer, person and place.

    Whoever holds several posts in a place signs once there, in the higher layer, for all of them: a 班主任 who teaches
    the own class as 班主任, a 校长 with the bureau for everything in the school, since nobody signs with themselves.
    """
    held = sorted(held, key=lambda post: (post.role != PRINCIPAL, post.role != HOMEROOM))
    lines: dict[tuple, PledgeLine] = {}
    for post in held:
        own, work = _own_of(post, lines), _work_of(post)
        if own is None:
            kind = LAYER_OF[post.role]
            own = PledgeLine(kind, post.person, post.school, post.school_class)
            lines[kind, post.person, post.school, post.school_class] = own
        elif own.kind is DocumentKind.PLEDGE_SCHOOL:
            work = f"{post.class_name}{work}"
        own.duty = "、".join(filter(None, [own.duty, work]))
    for paper in drawn:
        key = paper.kind, paper.person, paper.school, paper.school_class
        line = lines.get(key) or PledgeLine(*key, is_past=True)
        lines[key] = line
        line.document, line.state = paper.document, paper.how_far
    return list(lines.values())


def _own_of(post: Held, lines: Mapping[tuple, PledgeLine]) -> PledgeLine | None:
    """The line in which the holder of a post already signs for it."""
    of_school = lines.get((DocumentKind.PLEDGE_SCHOOL, post.person, post.school, None))
    if of_school:
        return of_school
    if post.school_class is None:
        return lines.get((DocumentKind.PLEDGE_POST, post.person, post.school, None))
    place = post.person, post.school, post.school_class
    return lines.get((DocumentKind.PLEDGE_HOMEROOM, *place)) or lines.get((DocumentKind.PLEDGE, *place))


LAYER_OF = {
    PRINCIPAL: DocumentKind.PLEDGE_SCHOOL,
    **dict.fromkeys(POSTS, DocumentKind.PLEDGE_POST),
    HOMEROOM: DocumentKind.PLEDGE_HOMEROOM,
    SUBJECT: DocumentKind.PLEDGE,
}


def _work_of(post: Held) -> str:
    if post.role == SUBJECT:
        return f"{post.subject}教学"
    return POSTS.get(post.role) or ("校长" if post.role == PRINCIPAL else "班主任")


@dataclass(frozen=True)
class Counts:
    """How many 责任书 are owed, drawn up, issued and signed; each of the later is among the earlier."""

    owed: int = 0
    drawn: int = 0
    issued: int = 0
    signed: int = 0

    @property
    def undrawn(self) -> int:
        return self.owed - self.drawn

    @property
    def unsigned(self) -> int:
        """Owed and not signed, whether drawn up or not."""
        return self.owed - self.signed

    @property
    def note(self) -> str:
        """What the signed are taken of."""
        return f"应签{self.owed}份"

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.owed + other.owed,
            self.drawn + other.drawn,
            self.issued + other.issued,
            self.signed + other.signed,
        )


def is_in(line: PledgeLine, state: str) -> bool:
    """Whether a line is among those that a filter of states asks for."""
    if state == PAST:
        return line.is_past
    if state == UNSIGNED:
        return not line.is_past and line.state is not PledgeState.SIGNED
    return not line.is_past and line.state == state


def counts_of(lines: Iterable[PledgeLine]) -> dict[DocumentKind, Counts]:
    """The counts of each layer; those who hold the post no more are not among them."""
    number = Counter((line.kind, line.state) for line in lines if not line.is_past)
    return {kind: _counts({state: number[kind, state] for state in PledgeState}) for kind in LAYERS}


def _counts(number: Mapping[PledgeState, int]) -> Counts:
    owed, signed = sum(number.values()), number[PledgeState.SIGNED]
    return Counts(owed, owed - number[PledgeState.UNDRAWN], signed + number[PledgeState.WAITING], signed)
