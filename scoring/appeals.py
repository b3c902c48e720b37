"""申诉 (appeals): which facts of a class's score can be appealed against, where an appeal stands, and who decides it.
Pure.

An accepted one makes the fact 不可归责: it stays in sight and costs nothing. ``TRANSITIONS`` says what may be done from
where and by whom. Source: domain.md §8; one appeal a fact and one review 复核 [D].
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from casework.ruleset import Tier
from scoring.class_scores import Charge, ClassScore, Waived
from scoring.scheme import Measure, Outcome
from students.losses import Loss

DutyName = tuple[int, Tier, date]  # child, tier, key


class FactKind(StrEnum):
    """What is appealed against (申诉的依据)."""

    REGISTER = "register"
    CALLS = "calls"
    REPORT = "report"
    LOSS = "loss"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    FactKind.REGISTER: "没有点名",
    FactKind.CALLS: "联系逾期",
    FactKind.REPORT: "报告逾期",
    FactKind.LOSS: "流失学生",
}
KINDS = {
    Outcome.NONE: FactKind.REGISTER,
    Outcome.SOME: FactKind.REGISTER,
    Outcome.LATE: FactKind.CALLS,
    Outcome.OPEN: FactKind.REPORT,
    Outcome.DONE: FactKind.REPORT,
    Outcome.MISSED: FactKind.LOSS,
}
MEASURES = {
    FactKind.REGISTER: Measure.MISSED_ROLL_CALL,
    FactKind.CALLS: Measure.LATE_CONTACT,
    FactKind.REPORT: Measure.LATE_REPORT,
    FactKind.LOSS: Measure.TARGET,
}


class Ground(StrEnum):
    """Why nobody is to blame (不可归责的理由)."""

    MOVED = "moved"
    CLOSED = "closed"
    NETWORK = "network"
    ILLNESS = "illness"
    MISTAKE = "mistake"
    OTHER = "other"

    @property
    def label(self) -> str:
        return GROUND_LABELS[self]


GROUND_LABELS = {
    Ground.MOVED: "学生已迁走或在别处就读，有证明",
    Ground.CLOSED: "当天停课，校历没有写",
    Ground.NETWORK: "停电、断网或系统故障",
    Ground.ILLNESS: "教师突发疾病、意外",
    Ground.MISTAKE: "记录与事实不符",
    Ground.OTHER: "其他",
}


class AppealState(StrEnum):
    """Where an appeal stands."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVIEW = "review"
    UPHELD = "upheld"

    @property
    def label(self) -> str:
        return STATE_LABELS[self]


STATE_LABELS = {
    AppealState.WAITING: "待处理",
    AppealState.WITHDRAWN: "已撤回",
    AppealState.ACCEPTED: "不可归责",
    AppealState.REFUSED: "不成立",
    AppealState.REVIEW: "复核中",
    AppealState.UPHELD: "复核维持",
}
TONES = {
    AppealState.WAITING: "warn",
    AppealState.WITHDRAWN: "mute",
    AppealState.ACCEPTED: "ok",
    AppealState.REFUSED: "note",
    AppealState.REVIEW: "warn",
    AppealState.UPHELD: "note",
}
OPEN_STATES = frozenset({AppealState.WAITING, AppealState.REVIEW})


class Level(StrEnum):
    """Who decides 由谁处理."""

    SCHOOL = "school"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        return {"school": "教务处、校领导", "bureau": "县教育局"}[self]


class AppealAction(StrEnum):
    """What is done with an appeal."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ASK_REVIEW = "ask_review"

    @property
    def label(self) -> str:
        return {
            "accept": "认定不可归责", "refuse": "驳回", "withdraw": "撤回", "ask_review": "申请复核"
        }[self]  # fmt: skip


class Part(StrEnum):
    """What somebody is to an appeal."""

    APPELLANT = "appellant"  # who made it, or is the class's 班主任 now
    SCHOOL = "school"  # 教务处 and heads of the school
    BUREAU = "bureau"
    OWN = "own"  # it is the reader's own matter: never decided by them


TRANSITIONS: Mapping[AppealAction, frozenset[AppealState]] = {
    AppealAction.ACCEPT: OPEN_STATES,
    AppealAction.REFUSE: OPEN_STATES,
    AppealAction.WITHDRAW: OPEN_STATES,
    AppealAction.ASK_REVIEW: frozenset({AppealState.REFUSED}),
}
DECISIONS = frozenset({AppealAction.ACCEPT, AppealAction.REFUSE})


@dataclass(frozen=True)
class Standing:
    """An appeal as far as the rules ask: its state, the level that decides or has decided it."""

    state: AppealState
    level: Level


def first_level(
    kind: FactKind, *, by_the_school: bool, is_frozen: bool = False, school_decides: bool = True
) -> Level:  # fmt: skip
    """Who decides an appeal first: the bureau that of a lost child, of a term that is frozen, whatever the clerk or a
    head has made, and where the school has nobody else who could (``school_decides``)."""
    if kind is FactKind.LOSS or by_the_school or is_frozen or not school_decides:
        return Level.BUREAU
    return Level.SCHOOL


def after(standing: Standing, action: AppealAction) -> Standing:
    """Where the appeal stands once ``action`` has been done. A review that is withdrawn was the one there is."""
    match action:
        case AppealAction.ACCEPT:
            return Standing(AppealState.ACCEPTED, standing.level)
        case AppealAction.REFUSE:
            final = standing.state is AppealState.REVIEW
            return Standing(AppealState.UPHELD if final else AppealState.REFUSED, standing.level)
        case AppealAction.WITHDRAW:
            decided = standing.state is AppealState.REVIEW
            return Standing(AppealState.REFUSED if decided else AppealState.WITHDRAWN, standing.level)
    return Standing(AppealState.REVIEW, Level.BUREAU)


def part_refusal(standing: Standing, action: AppealAction, parts: Collection[Part]) -> str:
    """Why ``action`` is not somebody's to do, however the appeal stands; without a full stop, blank where it is."""
    if action in DECISIONS:
        wanted = Part.BUREAU if standing.level is Level.BUREAU else Part.SCHOOL
        if wanted not in parts:
            return f"这份申诉由{standing.level.label}处理"
        if Part.OWN in parts:
            return "自己提出的、自己班的申诉，要由别人处理"
    elif Part.APPELLANT not in parts:
        return f"{action.label}由提出申诉的人办理"
    return ""


def refusal(standing: Standing, action: AppealAction, parts: Collection[Part]) -> str:
    """Why somebody cannot do ``action`` now, without a full stop; blank where they can."""
    if words := part_refusal(standing, action, parts):
        return words
    if standing.state not in TRANSITIONS[action]:
        return f"这份申诉现在是“{standing.state.label}”，不能{action.label}"
    if action is AppealAction.ASK_REVIEW and standing.level is Level.BUREAU:
        return "县教育局处理过的、撤回过复核的，不再复核"
    return ""


def open_actions(standing: Standing, parts: Collection[Part]) -> tuple[AppealAction, ...]:
    """What somebody can do now, in the order of the buttons."""
    return tuple(action for action in AppealAction if not refusal(standing, action, parts))


class AppealedFact(NamedTuple):
    """A fact as it is appealed against: its day, the child of a report or a loss, the duties that it is made of."""

    kind: FactKind
    day: date
    student: int | None = None
    duties: tuple[DutyName, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the other facts of its class, in an address and in the store."""
        match self.kind:
            case FactKind.REPORT:
                [(student, tier, key)] = self.duties
                return f"report-{student}-{tier}-{key}"
            case FactKind.LOSS:
                return f"loss-{self.student}-{self.day}"
        return f"{self.kind}-{self.day}"

    @property
    def record(self) -> list[list]:
        """The duties as they are stored."""
        return [[student, str(tier), key.isoformat()] for student, tier, key in self.duties]


def fact_of(charge: Charge) -> AppealedFact | None:
    """The fact behind a charge; None where it costs nothing that could be appealed against."""
    kind = KINDS.get(charge.outcome)
    if kind is None or charge.day is None:
        return None
    child = charge.child if kind in (FactKind.REPORT, FactKind.LOSS) else None
    return AppealedFact(kind, charge.day, child, tuple(duty.name for duty in charge.duties))


def facts_of(made: ClassScore) -> Iterator[AppealedFact]:
    """Every fact of a score that can be appealed against: what costs points, and the lost children."""
    for line in made.lines.values():
        for charge in line.charges:
            if not charge.is_waived and (fact := fact_of(charge)):
                yield fact
    for loss in made.facts.counted_lost:
        yield AppealedFact(FactKind.LOSS, loss.since, loss.student)


class Accepted(NamedTuple):
    """An accepted appeal as it is stored: kind, day, child, duties as ``AppealedFact.record``."""

    kind: str
    day: date
    student: int | None
    duties: Sequence[Sequence]


def waived_by(accepted: Collection[Accepted], lost: Collection[Loss]) -> Waived:
    """What accepted appeals take off a class's score; a child that is lost once more has not been appealed for."""
    since = {(loss.student, loss.since) for loss in lost}
    duties = {(student, Tier(tier), date.fromisoformat(key)) for each in accepted for student, tier, key in each.duties}
    days = {each.day for each in accepted if each.kind == FactKind.REGISTER}
    children = {each.student for each in accepted if each.kind == FactKind.LOSS and (each.student, each.day) in since}
    return Waived(frozenset(duties), frozenset(days), frozenset(children))


def find(made: ClassScore, name: str) -> AppealedFact | None:
    """The fact of that name in a score; None where it is not there, or costs nothing any more."""
    return next((fact for fact in facts_of(made) if fact.name == name), None)
