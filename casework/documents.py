"""文书 (documents): their states, what may be done with one in each, who signs, and how they are numbered. Pure.

``TRANSITIONS`` decides which buttons a page has, what each asks for and who may press it. What kinds there are, with
their fields and the chain that signs each, is declared in ``casework.document_kinds``.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class DocumentState(StrEnum):
    """Where a document stands (文书状态)."""

    DRAFT = "draft"
    WAITING = "waiting"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    DocumentState.DRAFT: "草稿",
    DocumentState.WAITING: "待签",
    DocumentState.RETURNED: "已退回",
    DocumentState.CONFIRMED: "已确认",
    DocumentState.VOIDED: "已作废",
}
STATE_TONES = {
    DocumentState.DRAFT: "mute",
    DocumentState.WAITING: "note",
    DocumentState.RETURNED: "warn",
    DocumentState.CONFIRMED: "ok",
    DocumentState.VOIDED: "mute",
}
UNISSUED = frozenset({DocumentState.DRAFT, DocumentState.RETURNED})  # whoever may write it may change it
STANDING = frozenset(DocumentState) - {DocumentState.VOIDED}


class Post(StrEnum):
    """As what somebody has to do with a document (经办岗位)."""

    HOMEROOM = "homeroom"
    CLERK = "clerk"
    HEAD = "head"
    TOWNSHIP = "township"
    BUREAU = "bureau"
    NAMED = "named"

    @property
    def label(self) -> str:
        return POST_LABELS[self]

    @property
    def short(self) -> str:
        """Where the signatures of a chain stand side by side on a phone."""
        return "校领导" if self is Post.HEAD else self.label


POST_LABELS = {
    Post.HOMEROOM: "班主任",
    Post.CLERK: "教务处",
    Post.HEAD: "校长或分管领导",
    Post.TOWNSHIP: "乡镇",
    Post.BUREAU: "县教育局",
    Post.NAMED: "责任人",
}
STANDS_IN = (Post.CLERK, Post.HEAD, Post.TOWNSHIP, Post.BUREAU)  # where nobody holds a post, the next one up signs


class SignStep(NamedTuple):
    """One signature of a chain: whose, and what signing is called there (签收, 审签, 确认)."""

    post: Post
    verb: str


class DocumentAction(StrEnum):
    """What may be done with a document."""

    EDIT = "edit"
    ISSUE = "issue"
    SIGN = "sign"
    RETURN = "return"
    VOID = "void"
    ATTACH = "attach"
    DELIVER = "deliver"

    @property
    def label(self) -> str:
        return ACTION_LABELS[self]


ACTION_LABELS = {
    DocumentAction.EDIT: "修改",
    DocumentAction.ISSUE: "签发",
    DocumentAction.SIGN: "签字",
    DocumentAction.RETURN: "退回",
    DocumentAction.VOID: "作废",
    DocumentAction.ATTACH: "上传签字件",
    DocumentAction.DELIVER: "登记送达",
}


class Party(StrEnum):
    """Who does it: those who may write such a document, whoever's signature it waits for, or those in whose name it
    was issued."""

    AUTHOR = "author"
    SIGNER = "signer"
    ISSUER = "issuer"


@dataclass(frozen=True)
class Transition:
    """What ``parties`` may do in ``sources``. ``target`` None: the state stays, or the chain says where it goes.

    ``of_letters``: states in which it may be done, besides, with what is served on somebody, by those who issued it.
    """

    action: DocumentAction
    sources: frozenset[DocumentState]
    parties: frozenset[Party]
    target: DocumentState | None = None
    needs_reason: bool = False
    of_letters: frozenset[DocumentState] = frozenset()


_AUTHOR, _SIGNER = frozenset({Party.AUTHOR}), frozenset({Party.SIGNER})
TRANSITIONS: dict[DocumentAction, Transition] = {
    row.action: row
    for row in (
        Transition(DocumentAction.EDIT, UNISSUED, _AUTHOR),
        Transition(DocumentAction.ISSUE, UNISSUED, _AUTHOR),
        Transition(DocumentAction.SIGN, frozenset({DocumentState.WAITING}), _SIGNER),
        Transition(
            DocumentAction.RETURN,
            frozenset({DocumentState.WAITING}),
            _SIGNER,
            DocumentState.RETURNED,
            needs_reason=True,
        ),
        Transition(
            DocumentAction.VOID,
            UNISSUED | {DocumentState.WAITING},
            _AUTHOR,
            DocumentState.VOIDED,
            needs_reason=True,
            of_letters=frozenset({DocumentState.CONFIRMED}),
        ),
        Transition(
            DocumentAction.ATTACH, frozenset({DocumentState.WAITING, DocumentState.CONFIRMED}), _AUTHOR | _SIGNER
        ),
        Transition(DocumentAction.DELIVER, frozenset({DocumentState.CONFIRMED}), _AUTHOR),
    )
}


class DocumentNow(NamedTuple):
    """A document as far as what may be done depends on it: its kind's name, whether it is served on somebody, and whose
    signature it waits for, with what signing is called there."""

    label: str
    state: DocumentState
    is_served: bool
    author_label: str
    step: SignStep | None = None


def refusal(document: DocumentNow, action: DocumentAction, parties: Collection[Party]) -> str:
    """Why ``parties`` may not do ``action`` with this document, in a Chinese sentence; blank = they may."""
    row, name = TRANSITIONS[action], name_of(action, document.step)
    if action is DocumentAction.DELIVER and not document.is_served:
        return f"《{document.label}》不用送达"
    if document.is_served and document.state in row.of_letters:
        return "" if Party.ISSUER in parties else f"已签发的通知书，{name}由签发的人或签发单位的负责人办理"
    if document.state not in row.sources:
        return f"这份文书现在是“{document.state.label}”，不能{name}"
    if row.parties & set(parties):
        return ""
    if Party.AUTHOR in row.parties:
        return f"{name}由{document.author_label}办理"
    return f"这份文书正等{document.step.post.label}{document.step.verb}，{name}由{document.step.post.label}办理"


def is_wrong_person(document: DocumentNow, action: DocumentAction, parties: Collection[Party]) -> bool:
    """Whether it is the person alone that is in the way."""
    return bool(refusal(document, action, parties)) and not refusal(document, action, set(Party))


def name_of(action: DocumentAction, step: SignStep | None) -> str:
    """What the action is called at this step: signing is 签收 here and 审签 there."""
    return step.verb if action is DocumentAction.SIGN and step else action.label


def after_issue(chain: tuple[SignStep, ...], posts: Collection[Post]) -> int:
    """The first step that still waits once somebody who holds ``posts`` has issued: their own signatures are given."""
    return next((number for number, step in enumerate(chain) if step.post not in posts), len(chain))


def reference(code: str, year: int, number: int) -> str:
    """发文字号 after GB/T 9704: the issuer's code, the year in 六角括号, the number without 第 and without zeros."""
    return f"{code}控辍〔{year}〕{number}号"


def limit_day(delivered_on: date, days: int) -> date:
    """The last day of a limit of ``days`` days from the delivery (the day after it is the first)."""
    return delivered_on + timedelta(days=days)
