"""学年交替: who moves where at the year's turn, who stays and why (domain.md §2, §6). Pure.

A class's grade follows from its cohort, so most classes go on as themselves; what is written is one event a child.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from students.calendar import DAY, grade_in, school_year_start
from students.enrolment import Event, EventKind, ImpossibleEvent, Standing, places

PLANNING_BEGINS = (6, 1)  # from this day on the turn that people mean is the coming one
GRADES = {"primary": (1, 6), "junior": (7, 9)}  # stage 学段 → first and final grade
GRADE_NAMES = "零一二三四五六七八九"
NOT_ATTENDING = {Standing.SUSPENDED: "休学中", Standing.DROPPED_OUT: "辍学未返"}


class TurnRefused(ValueError):
    """A wish that cannot be; the message is a Chinese sentence."""


class TurningClass(NamedTuple):
    """A class as the turn sees it."""

    pk: int
    name: str
    school: int
    stage: str
    cohort: int

    def grade(self, school_year: int) -> int:
        return grade_in(school_year, cohort=self.cohort, first_grade=GRADES[self.stage][0])

    def takes_part(self, school_year: int) -> bool:
        """Whether the class was there before ``school_year``; the entering cohort has nothing to turn."""
        return self.cohort < school_year

    def graduates(self, school_year: int) -> bool:
        """Whether it was in its stage's final grade before ``school_year`` (or should have left already)."""
        return self.grade(school_year) > GRADES[self.stage][1]


class Child(NamedTuple):
    """A child on the roll of a class on the eve of its move, and its effective events.

    ``open_request``: what somebody has still to decide about the child, in words.
    """

    student: int
    school_class: int
    standing: Standing
    events: tuple[Event, ...]
    open_request: str = ""


class Line(NamedTuple):
    """What becomes of one child; ``kind`` None = it stays where it is, for ``reason``.

    ``blocks``: somebody has to decide something about the child before the turn can be carried out.
    """

    student: int
    from_class: int
    kind: EventKind | None
    day: date | None = None
    to_class: int | None = None
    reason: str = ""
    blocks: bool = False

    @property
    def what(self) -> str:
        """The line's kind in one word of code: an event, ``stay`` or ``blocked``."""
        return "blocked" if self.blocks else self.kind or "stay"


@dataclass(frozen=True)
class Plan:
    """What has been chosen for a school and the year that begins.

    ``into``: class → the class its children are promoted into, where that is another one. ``apart``: child → class,
    for those who do not go with their own. ``school_of``: class → school, of every class the children ever joined.
    """

    school_year: int
    graduation_day: date
    classes: Mapping[int, TurningClass]
    into: Mapping[int, int] = field(default_factory=dict)
    apart: Mapping[int, int] = field(default_factory=dict)
    school_of: Mapping[int, int] = field(default_factory=dict)

    @property
    def promotion_day(self) -> date:
        return school_year_start(self.school_year)


def turning_year(day: date) -> int:
    """The school year whose beginning people are busy with on ``day``."""
    return day.year if (day.month, day.day) >= PLANNING_BEGINS else day.year - 1


def first_day_to_carry_out(school_year: int) -> date:
    """The eve of the promotion: events further ahead would refuse whatever still happens to a child before them."""
    return school_year_start(school_year) - DAY


def default_graduation_day(school_year: int) -> date:
    """31 August: gone on that day, so that the closing return no longer counts the graduates."""
    return school_year_start(school_year) - DAY


def check_graduation_day(school_year: int, day: date) -> None:
    """Refuse a day outside the school year that ends."""
    if not school_year_start(school_year - 1) <= day < school_year_start(school_year):
        raise TurnRefused(f"毕业日期应在{school_year - 1}年9月1日到{school_year}年8月31日之间")


def entry_births(school_year: int, entry_age: int) -> tuple[date, date]:
    """First and last birthday of the children who have reached ``entry_age`` by 31 August and had not a year before."""
    return date(school_year - entry_age - 1, 9, 1), date(school_year - entry_age, 8, 31)


FINISHED = "已满学制"  # of a class that should have left, or has


def grade_label(grade: int) -> str:
    """三年级; grades that are none (a class that should have left) say so."""
    return f"{GRADE_NAMES[grade]}年级" if 1 <= grade <= 9 else FINISHED


def check_into(own: TurningClass, target: TurningClass) -> None:
    """Refuse a class that ``own`` cannot be promoted into: another school's, another cohort's."""
    if target.school != own.school:
        raise TurnRefused("只能升入本校的班")
    if (target.stage, target.cohort) != (own.stage, own.cohort):
        raise TurnRefused(f"{own.name}只能升入同一届的班，{target.name}是另一届")


def kind_between(own: TurningClass, target: TurningClass, school_year: int) -> EventKind:
    """What a child does who goes to ``target`` instead of with its own class: 转班, 留级 or 跳级."""
    if target.school != own.school:
        raise TurnRefused("留级、跳级、转班只能在本校内进行")
    if target.pk == own.pk:
        raise TurnRefused("这是孩子现在的班，随班升级不用单独安排")
    if target.stage != own.stage:
        raise TurnRefused("留级、跳级、转班只能在同一学段内进行")
    if target.graduates(school_year):
        raise TurnRefused(f"{target.name}这次毕业，不能进入这个班")
    match target.cohort - own.cohort:
        case 0:
            return EventKind.CLASS_MOVE
        case 1:
            return EventKind.REPEAT
        case -1:
            return EventKind.SKIP
    raise TurnRefused("留级、跳级只能相差一个年级")


def turn(plan: Plan, children: Iterable[Child]) -> list[Line]:
    """What becomes of each child, in the order given. Raises ``TurnRefused`` where a choice cannot be."""
    for own, target in plan.into.items():
        check_into(plan.classes[own], plan.classes[target])
    return [_line(plan, child) for child in children]


def _line(plan: Plan, child: Child) -> Line:
    if child.open_request:
        return Line(child.student, child.school_class, None, reason=child.open_request, blocks=True)
    if child.standing in NOT_ATTENDING:
        return _stays(child, f"{NOT_ATTENDING[child.standing]}，不随班升级")
    kind, day, target = _wanted(plan, child)
    for event in child.events:
        if event.happened_on == day:
            return _stays(child, f"{day.month}月{day.day}日已登记{event.kind.label}")
    try:
        places([*child.events, Event(day, 0, kind, target)], school_of=plan.school_of)
    except ImpossibleEvent as impossible:
        return _stays(child, f"与其后登记的变动冲突：{impossible}")
    return Line(child.student, child.school_class, kind, day, target)


def _wanted(plan: Plan, child: Child) -> tuple[EventKind, date, int | None]:
    own = plan.classes[child.school_class]
    if target := plan.apart.get(child.student):
        return kind_between(own, plan.classes[target], plan.school_year), plan.promotion_day, target
    if own.graduates(plan.school_year):
        return EventKind.GRADUATE, plan.graduation_day, None
    return EventKind.PROMOTE, plan.promotion_day, plan.into.get(own.pk, own.pk)


def _stays(child: Child, reason: str) -> Line:
    return Line(child.student, child.school_class, None, reason=reason)


def fingerprint(lines: Iterable[Line]) -> str:
    """A short mark of what would happen, so that what is carried out is what was looked at."""
    mark = sha256()
    for line in lines:
        mark.update(repr(tuple(line)).encode())
    return mark.hexdigest()[:32]
