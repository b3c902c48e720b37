"""考核办法 (schemes): what a class's score is made of, as dated data (domain.md §8). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import ceil, floor


class Measure(StrEnum):
    """What a line of a class's score counts (考核项目)."""

    TARGET = "target"
    MISSED_ROLL_CALL = "missed_roll_call"
    LATE_CONTACT = "late_contact"
    LATE_REPORT = "late_report"
    VERIFIED_RETURN = "verified_return"

    @property
    def label(self) -> str:
        return MEASURE_LABELS[self]


MEASURE_LABELS = {
    Measure.TARGET: "控辍目标",
    Measure.MISSED_ROLL_CALL: "点名",
    Measure.LATE_CONTACT: "及时联系",
    Measure.LATE_REPORT: "及时报告",
    Measure.VERIFIED_RETURN: "劝返复学",
}


class Outcome(StrEnum):
    """What may come of a measure; each has its points."""

    MET = "met"
    MISSED = "missed"
    NONE = "none"
    SOME = "some"
    LATE = "late"
    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    Outcome.MET: "完成目标",
    Outcome.MISSED: "没有完成目标",
    Outcome.NONE: "全天没有点名",
    Outcome.SOME: "缺一部分点名",
    Outcome.LATE: "当天有联系或家访逾期",
    Outcome.OPEN: "报告逾期未交",
    Outcome.DONE: "报告逾期才交",
    Outcome.VERIFIED: "劝返一名学生并到校稳定",
}
OUTCOMES = {
    Measure.TARGET: (Outcome.MET, Outcome.MISSED),
    Measure.MISSED_ROLL_CALL: (Outcome.NONE, Outcome.SOME),
    Measure.LATE_CONTACT: (Outcome.LATE,),
    Measure.LATE_REPORT: (Outcome.OPEN, Outcome.DONE),
    Measure.VERIFIED_RETURN: (Outcome.VERIFIED,),
}
REWARDED = frozenset({Outcome.MET, Outcome.VERIFIED})  # the others cost points, or none


class Affected(StrEnum):
    """Whom a line is counted for (考核对象)."""

    HOMEROOM_TEACHER = "homeroom_teacher"
    SUBJECT_TEACHER = "subject_teacher"

    @property
    def label(self) -> str:
        return {"homeroom_teacher": "班主任", "subject_teacher": "任课教师"}[self]


@dataclass(frozen=True)
class Line:
    """One line: the points of each outcome; the sum never falls below ``floor`` nor rises above ``cap``."""

    measure: Measure
    points: Mapping[Outcome, Decimal]
    affects: frozenset[Affected]
    source: str
    floor: Decimal | None = None
    cap: Decimal | None = None

    def bounded(self, total: Decimal) -> Decimal:
        """``total`` within floor and cap."""
        if self.floor is not None:
            total = max(total, self.floor)
        return total if self.cap is None else min(total, self.cap)


@dataclass(frozen=True)
class Target:
    """控辍目标 of a stage 学段: at most so many children lost, or a 辍学率 below so many per cent."""

    source: str
    lost_at_most: int | None = None
    rate_below: Decimal | None = None

    def is_met(self, lost: int, baseline: int) -> bool:
        """Whether ``lost`` of ``baseline`` children meet it; a class without a baseline must have lost nobody."""
        if self.rate_below is None or not baseline:
            return lost <= (self.lost_at_most or 0)
        return lost * 100 < self.rate_below * baseline

    def allowed(self, baseline: int) -> int:
        """How many of ``baseline`` children may be lost at most."""
        if self.rate_below is None or not baseline:
            return self.lost_at_most or 0
        return ceil(self.rate_below * baseline / 100) - 1

    @property
    def words(self) -> str:
        """The target in plain Chinese."""
        if self.rate_below is not None:
            return f"辍学率低于{plain(self.rate_below)}%"
        return f"流失学生不超过{self.lost_at_most}人" if self.lost_at_most else "没有流失学生"


@dataclass(frozen=True)
class Scheme:
    """A scheme for classes. ``key`` names it in the store; rates are in per cent, ``return_days`` in school days.

    ``bounds``: number → lowest and highest points that a school may give it in a scheme of its own; see ``numbers``.
    """

    key: int | str
    code: str
    title: str
    source: str
    lines: tuple[Line, ...]
    targets: Mapping[str, Target]
    veto_above: Decimal
    unregistered_above: Decimal
    return_days: int
    sources: Mapping[str, str] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def line(self, measure: Measure) -> Line:
        """The line of a measure."""
        return next(line for line in self.lines if line.measure is measure)

    def is_vetoed(self, lost: int, baseline: int) -> bool:
        """一票否决: more than so many per cent lost; never where there is no baseline."""
        return bool(baseline) and lost * 100 > self.veto_above * baseline

    def veto_from(self, baseline: int) -> int:
        """The smallest number of lost children that is vetoed; there is a baseline."""
        return floor(self.veto_above * baseline / 100) + 1

    @property
    def numbers(self) -> dict[str, Decimal]:
        """Every number of the scheme by its name, as two versions are compared."""
        found = {}
        for line in self.lines:
            found |= {f"{line.measure}.{outcome}": points for outcome, points in line.points.items()}
            limits = {"floor": line.floor, "cap": line.cap}
            found |= {f"{line.measure}.{name}": limit for name, limit in limits.items() if limit is not None}
        for stage, target in self.targets.items():
            limits = {"lost_at_most": target.lost_at_most, "rate_below": target.rate_below}
            found |= {f"targets.{stage}.{name}": Decimal(limit) for name, limit in limits.items() if limit is not None}
        whole = {name: Decimal(getattr(self, name)) for name in ("veto_above", "unregistered_above", "return_days")}
        return found | whole


STAGES = {"primary": "小学", "junior": "初中"}


def plain(number: Decimal) -> str:
    """A number as people write it: 2, -0.5, without a trailing zero."""
    return format(number.normalize(), "f")


def signed(number: Decimal) -> str:
    """+2, −0.5, 0."""
    return plain(number) if not number else f"{'+' if number > 0 else '−'}{plain(abs(number))}"


def told(number: str, value: Decimal) -> str:
    """A number of ``Scheme.numbers`` with its unit: −0.5分, 2%, 10个上课日."""
    if number == "return_days":
        return f"{plain(value)}个上课日"
    if number.endswith("lost_at_most"):
        return f"{plain(value)}人"
    if number.endswith("rate_below") or number in ("veto_above", "unregistered_above"):
        return f"{plain(value)}%"
    return f"{signed(value)}分"


def name_of(number: str) -> str:
    """What a number of ``Scheme.numbers`` is called."""
    match number.split("."):
        case ["targets", stage, "lost_at_most"]:
            return f"{STAGES[stage]}的流失人数目标"
        case ["targets", stage, "rate_below"]:
            return f"{STAGES[stage]}的辍学率目标"
        case [measure, "floor"]:
            return f"{Measure(measure).label}的扣分下限"
        case [measure, "cap"]:
            return f"{Measure(measure).label}的加分上限"
        case [measure, outcome]:
            return f"{Measure(measure).label}：{Outcome(outcome).label}"
    return {
        "veto_above": "一票否决的辍学率",
        "unregistered_above": "不予评定的未点名比例",
        "return_days": "劝返后到校稳定的天数",
    }[number]
